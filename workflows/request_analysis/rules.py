"""Conditions of an analysis of requests, and its table (1.6-A1)."""

from collections.abc import Iterator

from workflow_app.engine import Case, Facts, Put, Refusal, Rows, already_there, refuse, says
from workflows.activities import ACTIVITY, subject
from workflows.half_years import ANALYSIS, HALVES, months
from workflows.registers.service_requests import SOURCES, by_topic, of_network
from workflows.request_analysis.form import Analysis, Topic


@says("ваша школа — базовая школа сети")
def leads_a_network(case: Case[Analysis], _facts: Facts) -> Refusal | None:
    """The base school's people look at what was asked of the whole network (1.6)."""
    if case.data.network:
        return None
    return refuse(
        "no_network", "Ваша школа сейчас не базовая: анализ готовит базовая школа сети",
        basis="1.6",
    )


@says("за это полугодие анализа ещё нет")
def not_analysed(case: Case[Analysis], facts: Facts) -> Refusal | None:
    """A network is analysed once each half-year."""
    data = case.data
    if data.network is None:
        return None
    for card in facts.cases_about(subject(data.network, data.school_year), ANALYSIS):
        if card.state == "requests_analysed" and card.data.half == data.half:
            return already_there(
                "analysed_already", "Анализ за эти месяцы уже есть", basis="1.6"
            )
    return None


@says("за эти месяцы есть запросы")
def something_asked(case: Case[Analysis], facts: Facts) -> Refusal | None:
    """An empty table leads to no conclusion."""
    data = case.data
    if data.network is None:
        return None
    if of_network(facts, data.network, *months(data.school_year, data.half)):
        return None
    return refuse(
        "nothing_to_analyse",
        "За {months} школы сети ещё не внесли запросов: их вносят в реестр «Запросы потребителей»",
        months=HALVES[data.half], basis="1.6",
    )


@says("таблица заполнена по реестру запросов")
def count_requests(case: Case[Analysis], facts: Facts) -> Iterator[Put]:
    """The table says what stands in the register now, and what the plan does about it (1.6)."""
    data = case.data
    if data.network is None:
        return
    rows = of_network(facts, data.network, *months(data.school_year, data.half))
    planned: dict[str, list[str]] = {}
    for card in facts.cases_about(subject(data.network, data.school_year), ACTIVITY):
        if card.data.request and card.state != "cancelled":
            name = facts.name("request_topic", card.data.request)
            planned.setdefault(name, []).append(card.data.title)
    found = [
        Topic(
            key=str(number), topic=topic, count=sources.total(),
            when="; ".join(f"{quarter}: {count}" for quarter, count in quarters.items()),
            who=", ".join(f"{SOURCES[key]} {count}" for key, count in sources.most_common()),
            answered="; ".join(planned.get(topic, ())),
        )
        for number, (topic, quarters, sources) in enumerate(by_topic(facts, rows), start=1)
    ]
    yield Put({"topics": Rows(found)})
