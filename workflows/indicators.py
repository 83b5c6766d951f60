"""The indicators of a network's year as anybody may read them (1.6, 1.7; dossier A-09, R-5)."""

from collections.abc import Iterator, Sequence

from workflow_app.engine import (
    Cell,
    Facts,
    Published,
    Shown,
    Untold,
    figure,
    printed_change,
    published,
    small_group,
)
from workflows.registers.indicator_values import IndicatorValue, of_year
from workflows.registers.indicators import Indicator, catalogue
from workflows.registers.memberships import composition
from workflows.registers.schools import SCHOOLS
from workflows.rules import year_before
from workflows.wording import glued

COLUMNS = ("Показатель", "Школа", "Базовое", "План", "Факт", "Динамика")
TOTAL = "Итог по всем школам сети"
Line = tuple[str, ...]


def lines(facts: Facts, network: int, year: str, *, exams: bool | None = None) -> Iterator[Line]:
    """Yield a line for each indicator and supported school, and one for the whole network.

    Report and addendum tell of the schools that are helped (Regulation, 2); no other sum than that
    of all schools is printed (R-5). `exams` picks the indicators known only after the exams, or
    the others; all without it.
    """
    helped = {m.school for m in composition(facts, network, facts.today) if m.role == "supported"}
    for card, shown in of_network(facts, network, year):
        if exams not in (None, card.is_exam):
            continue
        for cell in shown.cells:
            if cell.school in helped:
                yield (
                    card.title,
                    glued(facts.name("school", cell.school or 0)),
                    *_said(cell, card.unit),
                )
        if shown.total is not None:
            yield card.title, TOTAL, *_said(shown.total, card.unit)


def of_network(facts: Facts, network: int, year: str) -> Iterator[tuple[Indicator, Published]]:
    """Yield each indicator of schools as the public may see it, in the order of the catalogue.

    A school that was measured and left since counts in the total, here as on the page: two totals
    that differ by one school would tell its figure (A-09).
    """
    now = of_year(facts, network, year)
    before = of_year(facts, network, year_before(year))
    members = [member.school for member in composition(facts, network, facts.today)]
    for card in catalogue(facts, {value.indicator for value in now}):
        if card.level == "school":
            told = [v.school for v in now if v.indicator == card.id and v.numerator is not None]
            cells = [
                _cell(now, card.id, school)
                for school in dict.fromkeys((*members, *(s for s in told if s is not None)))
                if _applies(facts, card, school)
            ]
            yield card, published(
                cells, small_group(facts), unit=card.unit, is_exam=card.is_exam,
                before=[value for value in before if value.indicator == card.id],
            )


def _applies(facts: Facts, card: Indicator, school_id: int) -> bool:
    school = facts.of(SCHOOLS).last(school_id)
    return school is not None and card.applies_to(school.type)


def _cell(values: Sequence[IndicatorValue], indicator: int, school: int) -> Cell:
    found = (v for v in values if v.indicator == indicator and v.school == school)
    return next(found, None) or Untold(school)


def _said(cell: Shown, unit: str) -> Line:
    return (
        figure(cell.baseline, unit), figure(cell.target, unit), cell.text,
        printed_change(cell.change, unit),
    )
