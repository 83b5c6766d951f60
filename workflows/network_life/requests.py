"""Each half-year a network looks at what its schools were asked for, and nobody has to begin it."""

from collections.abc import Iterator

from workflow_app.engine import Case, Facts, Notify, Put, Start, says
from workflow_app.engine.calendar import school_year_of
from workflows.activities import subject
from workflows.half_years import ANALYSIS, HALVES, half_of, months, next_asked
from workflows.network_life.form import Life
from workflows.registers.service_requests import of_network
from workflows.roles import COORDINATOR


@says("открыт анализ запросов за полугодие; если их не вносили, об этом узнаёт координатор")
def open_analysis(case: Case[Life], facts: Facts) -> Iterator[Put | Start | Notify]:
    """The coordinator has it in the queue with a term (1.6-A1)."""
    data, year, half = case.data, school_year_of(case.today), half_of(case.today)
    yield Put({"requests_asked_on": next_asked(case.today)})
    if data.network is None:
        return
    about = subject(data.network, year)
    cards = facts.cases_about(about, ANALYSIS)
    if any(one.state == "conclusions_written" or _is_of(one.data, half) for one in cards):
        return
    if not of_network(facts, data.network, *months(year, half)):
        yield Notify(
            (COORDINATOR,), f"Сеть «{data.network_name}»: запросов за полугодие нет",
            f"За {HALVES[half]} школы сети не внесли ни одного запроса: анализировать нечего. "
            "Запросы вносят в реестр «Запросы потребителей».",
        )
        return
    known = {
        "network": data.network, "network_name": data.network_name, "base": data.base,
        "school_year": year, "half": half,
    }
    yield Start(ANALYSIS, known, about, alone=True)


def _is_of(data: object, half: str) -> bool:
    return getattr(data, "half", "") == half
