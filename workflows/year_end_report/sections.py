"""What the registers know of a year: the sections that open with it already written (R1)."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from workflow_app.engine import Case, Facts, figure, small_survey
from workflow_app.engine.calendar import school_year_bounds
from workflow_app.engine.facts import CaseCard
from workflows.activities import ACTIVITY, DELIVERY, REMOTE, fulfilled
from workflows.registers.memberships import NETWORK_ROLES, composition
from workflows.registers.recommendations import DECIDED, FOLLOWED, of_report
from workflows.registers.service_requests import SOURCES, TOPICS, by_topic
from workflows.registers.service_requests import of_network as of_requests
from workflows.rules import year_before
from workflows.surveys import surveyed
from workflows.wording import counted, date
from workflows.year_end_report.form import Report, Section, Unfinished

Found = Callable[[Case, Facts], Iterable[str]]

STATES = {
    "planned": "не начато", "in_progress": "идёт", "postponed": "перенесено",
    "reported": "ждёт подтверждения", "reported_up": "ждёт подтверждения",
    "asked_to_cancel": "отменяется", "cancelled": "отменено", "not_done": "не проведено",
}


def activities(case: Case[Report], facts: Facts) -> Sequence[CaseCard]:
    """Return the plan's rows of the year in the order of their dates."""
    cards = facts.cases_about(case.subject, ACTIVITY)
    return sorted(cards, key=lambda card: (card.data.starts_on, card.id))


def share(part: int, whole: int) -> str:
    """Return «n из m»."""
    return f"{part} из {whole}"


# ---------------------------------------------------------------- one section each


def general(case: Case, facts: Facts) -> Iterator[str]:
    """Section 1: who belongs to the network, and what orders changed in the year."""
    first, _ = school_year_bounds(case.data.school_year)
    before = {m.school: m for m in composition(facts, case.data.network, first)}
    now = {m.school: m for m in composition(facts, case.data.network, case.today)}
    for member in now.values():
        yield f"{facts.name('school', member.school)} — {NETWORK_ROLES[member.role]}"
    for school in now.keys() - before.keys():
        yield f"Вошла в сеть {date(now[school].since)}: {facts.name('school', school)}"
    for school in before.keys() - now.keys():
        yield f"Вышла из сети: {facts.name('school', school)}"
    for order in facts.orders_of(f"network/{case.data.network}"):
        if order.registered_on >= first:
            yield f"Приказ {order.number} от {date(order.registered_on)}: {order.title}"


def progress(case: Case[Report], facts: Facts) -> Iterator[str]:
    """Section 2: how much of the plan was done (L7: cancelled rows do not count)."""
    cards = activities(case, facts)
    states = [card.state for card in cards]
    yield f"В плане {counted(len(states), 'мероприятие', 'мероприятия', 'мероприятий')}"
    # Activities end after that, too: pages beside the report count them as of today.
    yield f"Выполнено {share(*fulfilled(states))} на {date(case.today)}"
    for state in ("cancelled", "not_done", "postponed"):
        if states.count(state):
            yield f"{STATES[state]}: {states.count(state)}".capitalize()
    adapting = sum(card.state == "done" and bool(card.data.adaptation) for card in cards)
    yield f"Мероприятий по адаптации: {adapting}"


def of_kind(*, sections: Iterable[str] = (), forms: Iterable[str] = ()) -> Found:
    """Return a section that lists what was done under some sections or in some forms."""
    wanted_sections, wanted_forms = set(sections), set(forms)

    def listed(case: Case[Report], facts: Facts) -> Iterator[str]:
        for card in activities(case, facts):
            is_wanted = card.data.section in wanted_sections or card.data.form in wanted_forms
            if is_wanted and card.state == "done":
                said = card.data.result or card.data.expected_result
                yield f"{date(card.data.actual_on)} {card.data.title}: {said}"

    return listed


def requests(case: Case[Report], facts: Facts) -> Iterator[str]:
    """Section 3: what people asked for, and what of the plan was done about it (1.6-A1)."""
    first, last = school_year_bounds(case.data.school_year)
    rows = of_requests(facts, case.data.network, first, last) if case.data.network else []
    for topic, quarters, sources in by_topic(facts, rows):
        when = ", ".join(f"{quarter} — {number}" for quarter, number in quarters.items())
        who = ", ".join(f"{SOURCES[key]} — {number}" for key, number in sources.most_common())
        yield f"{topic}: {when} ({who})"
    for card in activities(case, facts):
        if card.data.request:
            named = facts.of(TOPICS).last(card.data.request)
            state = STATES.get(card.state, "выполнено")
            yield f"По запросу «{named.name if named else ''}»: {card.data.title} — {state}"
    yield from of_kind(sections=("analysis",), forms=("survey",))(case, facts)


def remote(case: Case[Report], facts: Facts) -> Iterator[str]:
    """Section 7: how much happened at a distance (1.8)."""
    done = [card for card in activities(case, facts) if card.state == "done"]
    far = [card for card in done if card.data.mode in REMOTE]
    if done:
        yield f"С дистанционным участием проведено {share(len(far), len(done))}"
    for card in far:
        yield f"{card.data.title} ({DELIVERY[card.data.mode]})"


def climate(case: Case[Report], facts: Facts) -> Iterator[str]:
    """Section 8: the survey, shown once enough people have answered (A-09)."""
    known = surveyed(facts, case.data.network, case.data.school_year)
    answers, mean = known or (case.data.climate_answers, case.data.climate_mean)
    least = small_survey(facts)
    if known is None and (mean is None or answers is None):
        return
    if answers is None or answers < least:
        yield f"Мало ответов (менее {least}): среднее не приводится"
    else:
        yield f"Средний балл {figure(mean, 'балл')} (ответов: {answers})"


def followed_up(case: Case, facts: Facts) -> Iterator[str]:
    """Section 9: what became of last year's recommendations, with the reasons (M5, R-4)."""
    year = year_before(case.data.school_year)
    for card in of_report(facts, case.data.network, year):
        became = "" if card.decision and card.state == "issued" else FOLLOWED.get(card.state, "")
        said = [DECIDED.get(card.decision, card.decision or "ответа нет"), became]
        why = f" ({card.reason})" if card.reason else ""
        yield f"{card.text} — {', '.join(dict.fromkeys(filter(None, said)))}{why}"


SECTIONS: dict[str, tuple[str, Found]] = {
    "1": ("Общие сведения", general),
    "2": ("Выполнение плана", progress),
    "3": ("Анализ запросов", requests),
    "5": ("Обмен опытом и ресурсами", of_kind(sections=("experience", "resources"))),
    "6": ("Повышение квалификации", of_kind(forms=("courses", "training", "internship"))),
    "7": ("Дистанционные форматы", remote),
    "8": ("Комфортность взаимодействия", climate),
    "9": ("Рекомендации прошлого года", followed_up),
}
"""Sections the year begins; the indicators (4) are a table, 10–12 are the head's own words."""
NOTHING = "В данных года об этом ничего нет"


def sections(case: Case[Report], facts: Facts) -> list[Section]:
    """Return the prefilled sections; what the head added to them stays."""
    rows = []
    for key, (title, found) in SECTIONS.items():
        said = "\n".join(found(case, facts)) or NOTHING
        known = case.data.sections.get(key)
        rows.append(
            Section(key=key, title=f"{key}. {title}", found=said, own=known.own if known else "")
        )
    return rows


def unfinished(case: Case[Report], facts: Facts) -> list[Unfinished]:
    """Return the rows of the plan that need a word: not done, put off, cancelled, overdue."""
    rows = []
    for card in activities(case, facts):
        is_open = card.state not in ("done", "cancelled", "not_done", "postponed")
        if card.state == "done" or (is_open and card.data.ends_on >= case.today):
            continue
        state = STATES[card.state] if not is_open else f"просрочено, {STATES[card.state]}"
        known = case.data.unfinished.get(card.key)
        rows.append(
            Unfinished(
                key=card.key, title=card.data.title, state=state,
                reason=known.reason if known else "",
            )
        )
    return rows
