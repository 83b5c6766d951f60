"""Indicators of a network side by side: each reader sees what may be shown to her.

Schools stand in the order of the composition, always: a list by results would be a ranking.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow_app.engine.calendar import year_before
from workflow_app.engine.disclosure import (
    NOT_APPLICABLE,
    NOT_ENTERED,
    Cell,
    Published,
    Shown,
    Untold,
    published,
)
from workflow_app.engine.roles import Actor

ANSWER_FOR_ALL = frozenset(
    {"department_head", "department_deputy", "dept_specialist", "clerk", "imc_head", "methodist"}
)
"""The department and the methodical centre see every figure."""
LEAD_A_MEMBER = frozenset({"school_head", "network_coordinator"})
WATCH = frozenset({"auditor"})

Measure = Any
"""A row of the catalogue: unit, level, whom it applies to, as its register declares it."""
Years = Mapping[str, Sequence[Any]]
"""Year → the rows of what was measured, as their register declares them."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: somebody who answers for all schools, a school or several, or the public."""

    own: frozenset[int] = frozenset()
    sees_all: bool = False


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many people a figure, and how many answers a survey, must be about."""

    group: int
    survey: int


@dataclass(frozen=True, slots=True)
class Participant:
    """A school of the network in a year; without a role it has left since."""

    id: int
    name: str
    type: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A school's figure of the year, and what it was in the years known."""

    school: Participant | None
    shown: Shown
    trend: tuple[tuple[str, Shown], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """An indicator of all schools of a network in a year, as one reader sees it."""

    indicator: Measure
    lines: tuple[Line, ...]
    total: Shown | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """All indicators of a network in a year, as one reader sees them."""

    year: str
    tables: tuple[Table, ...]

    @property
    def of_schools(self) -> tuple[Table, ...]:
        """Return what is measured in schools."""
        return tuple(table for table in self.tables if table.indicator.level == "school")

    @property
    def of_network(self) -> tuple[Table, ...]:
        """Return what is measured in the network as a whole."""
        return tuple(table for table in self.tables if table.indicator.level == "network")


def reader_of(actor: Actor, schools: Collection[int]) -> Reader | None:
    """Return as whom somebody reads the figures of these schools; None: not at all."""
    roles = {capacity.role for capacity in actor.capacities}
    if roles & ANSWER_FOR_ALL:
        return Reader(sees_all=True)
    led = {one.organisation_id for one in actor.capacities if one.role in LEAD_A_MEMBER}
    own = frozenset(school for school in schools if school in led)
    return Reader(own) if own or roles & WATCH else None


def sheet(
    catalogue: Sequence[Measure],
    years: Years,
    schools: Sequence[Participant],
    year: str,
    reader: Reader,
    thresholds: Thresholds,
) -> Sheet:
    """Return the indicators of a year; `years` hold all values of the network, oldest first."""
    known = [code for code in years if code <= year]
    tables = []
    for indicator in catalogue:
        seen = {
            code: _published(
                indicator, years, code, schools if code == year else (), reader, thresholds
            )
            for code in dict.fromkeys((*known, year))
        }
        tables.append(_table(indicator, seen, schools, year))
    return Sheet(year, tuple(tables))


def _published(
    indicator: Measure,
    years: Years,
    year: str,
    schools: Sequence[Participant],
    reader: Reader,
    thresholds: Thresholds,
) -> Published:
    """Return one indicator of one year; a school that said nothing has an empty card."""
    told = _of(indicator, years.get(year, ()))
    cells = [
        told.pop(school.id) if school.id in told else _empty(indicator, school)
        for school in schools
    ]
    cells += told.values()
    before = _of(indicator, years.get(year_before(year), ()))
    # What a network did is no secret; what people answered about it is, even before the department.
    threshold = thresholds.survey if indicator.is_survey else 0
    if indicator.level == "school":
        threshold = thresholds.group
    return published(
        cells,
        threshold,
        unit=indicator.unit,
        own=reader.own,
        sees_all=(reader.sees_all and not indicator.is_survey) or threshold == 0,
        is_exam=indicator.is_exam,
        before=before.values(),
    )


def _of(indicator: Measure, cards: Sequence[Any]) -> dict[int | None, Cell]:
    """Return school → its card of one indicator."""
    return {card.school: card for card in cards if card.indicator == indicator.id}


def _empty(indicator: Measure, school: Participant) -> Cell:
    """Return what a school says that has entered nothing, or has nothing to enter."""
    return Untold(school.id, "" if indicator.applies_to(school.type) else NOT_APPLICABLE)


def _table(
    indicator: Measure, seen: Mapping[str, Published], schools: Sequence[Participant], year: str
) -> Table:
    """Return the lines of an indicator in the order of the schools."""
    now = seen[year]
    if indicator.level == "network":
        shown = now.by_school.get(None, Shown(None, NOT_ENTERED))
        return Table(indicator, (Line(None, shown, _trend(seen, None)),))
    lines = tuple(
        Line(school, now.by_school[school.id], _trend(seen, school.id)) for school in schools
    )
    return Table(indicator, lines, now.total)


def _trend(seen: Mapping[str, Published], school: int | None) -> tuple[tuple[str, Shown], ...]:
    """Return what a school's figure was in each year it is told for."""
    return tuple(
        (year, told.by_school[school]) for year, told in seen.items() if school in told.by_school
    )
