"""What came of each direction: its indicators beside base and target, and the conclusion (1.7)."""

from collections.abc import Iterator
from itertools import chain

from workflow_app.engine import Case, Facts
from workflows.activities import ACTIVITY
from workflows.indicators import Line, lines
from workflows.registers.directions import of_year
from workflows.registers.indicators import INDICATORS
from workflows.registers.networks import NETWORKS
from workflows.year_end_report.figures import NO_DATA, whole_network
from workflows.year_end_report.form import Conclusion, Report

COLUMNS = (
    "Направление и вывод", "Показатель", "Школа", "Базовое", "План", "Факт", "Динамика",
)


def own_directions(case: Case[Report], facts: Facts) -> set[int]:
    """Return the directions of the year that the network or a row of its plan works on."""
    network = facts.of(NETWORKS).get(case.data.network)
    worked_on = (card.data.direction for card in facts.cases_about(case.subject, ACTIVITY))
    own = {*(network.directions if network else ()), *worked_on}
    return own & {*of_year(facts, case.data.school_year)}


def by_direction(case: Case, facts: Facts) -> Iterator[tuple[Conclusion, list[Line]]]:
    """Yield each conclusion with the lines of the indicators it shows by, as section 4 has them.

    A line is title, school, base, target, fact, change; what is closed there stays closed (A-09).
    """
    data = case.data
    told = [*lines(facts, data.network, data.school_year), *whole_network(case, facts)]
    titles = {row.code: row.title for row in facts.of(INDICATORS).ever()}
    for row in data.conclusions:
        found = ([line for line in told if line[0] == titles.get(code)] or [_empty(titles, code)]
                 for code in row.indicators)
        yield row, [*chain.from_iterable(found)]


def _empty(titles: dict[str, str], code: str) -> Line:
    return titles.get(code, code), "", "", "", NO_DATA, ""


def table(case: Case[Report], facts: Facts) -> Iterator[Line]:
    """Yield the lines of all directions as the page shows them, each under its conclusion."""
    for row, told in by_direction(case, facts):
        name = facts.name("direction", row.direction or 0)
        for line in told or [("Показатель не выбран", *[""] * 5)]:
            yield f"{name}. Вывод: {row.text or 'пока не написан'}", *line
