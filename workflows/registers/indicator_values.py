"""Значения показателей: что школа или сеть измерила за учебный год, и что наметила (1.6, 1.7)."""

from collections.abc import Collection, Iterator
from decimal import Decimal as Figure
from typing import Any

from workflow_app.engine import (
    Actor,
    Choice,
    Count,
    Decimal,
    Enter,
    Facts,
    Network,
    Record,
    Ref,
    Refusal,
    Register,
    School,
    Text,
    field,
    measured,
    refuse,
)
from workflow_app.engine.calendar import year_before
from workflows.registers.indicators import INDICATORS, Indicator
from workflows.roles import DEPARTMENT, IMC, SPECIALIST
from workflows.year_end import REPORT


class IndicatorValue(Record):
    """An indicator of a school, or of the network itself (`school` None), in a school year.

    Kept as counted, so that percentages and totals are always computed from people.
    """

    network: Network = field("Сеть", whenever=True)
    school: School = field(
        "Школа", optional=True, whenever=True, hint="У показателя сети в целом школы нет"
    )
    indicator: Ref = field("Показатель", to="indicator", whenever=True)
    school_year: Choice = field("Учебный год", of="school_years")
    numerator: Count = field("Сколько", optional=True)
    denominator: Count = field("Из скольких", optional=True)
    value: Decimal = field(
        "Значение", optional=True, hint="Только там, где ничего не считали: средний балл"
    )
    baseline: Decimal = field("Базовое", optional=True)
    target: Decimal = field("План", optional=True)
    note: Text = field("Нет данных: почему", optional=True)
    source: Text = field("Откуда данные", optional=True)

    def result(self, unit: str) -> Figure | None:
        """Return the fact in the indicator's unit; None while it is not known."""
        return measured(unit, self.numerator, self.denominator, self.value)


def open_to(facts: Facts, actor: Actor) -> Collection[int]:
    """Return the indicators whose values the department and the centre see as they were entered.

    What people answered about a network is closed to them, too, where few answered (A-09), and
    what is closed in one year would be told by another: surveys are shown on their page alone.
    """
    if not any(role.is_held(one, {}) for role in (*DEPARTMENT, *IMC) for one in actor.capacities):
        return ()
    return [row.id for row in facts.of(INDICATORS).ever() if not row.is_survey]


def refusals(
    _before: IndicatorValue | None, after: IndicatorValue | None, facts: Facts
) -> Iterator[Refusal]:
    """Yield why nobody writes a value by hand: it could not be, or a report prints it."""
    row = after or _before
    indicator = facts.of(INDICATORS).last(row.indicator) if row else None
    if row is None or indicator is None:
        return
    if facts.cases_about(f"network/{row.network}/{row.school_year}", REPORT):
        yield refuse(
            "report_is_there",
            "За {year} учебный год у сети есть справка: показатели этого года "
            "вносят школы и сама справка",
            year=row.school_year.replace("-", "/"),
        )
    if after:
        yield from _impossible(indicator, after)


def _impossible(indicator: Indicator, row: IndicatorValue) -> Iterator[Refusal]:
    if indicator.level == "school" and row.school is None:
        yield refuse("school_missing", "Это показатель школы: выберите школу", field="school")
    if indicator.level == "network" and row.school is not None:
        yield refuse(
            "school_given", "Это показатель сети в целом: школы у него нет", field="school"
        )
    is_share = indicator.unit == "%"
    if is_share and (row.value is not None or (row.numerator is not None and not row.denominator)):
        yield refuse(
            "share_not_counted", "Доле нужны два числа: сколько и из скольких", field="numerator"
        )
    part, whole = row.numerator, row.denominator
    if part is not None and whole is not None and part > whole:
        yield refuse(
            "numerator_too_large",
            "«Сколько» больше, чем «Из скольких»: поменяйте местами",
            field="numerator",
        )


INDICATOR_VALUES = Register(
    key="indicator_value",
    title="Значения показателей",
    record=IndicatorValue,
    basis="1.6",
    identity=("network", "school", "indicator", "school_year"),
    together=("network", "school_year"),
    called=lambda row: f"значение за {row.school_year.replace('-', '/')} учебный год",
    refuses=refusals,
    columns=("school_year", "network", "school", "indicator", "numerator", "denominator", "value"),
    details={"value": ("baseline", "target", "note", "source")},
    filters=("school_year", "network", "school", "indicator"),
    sorted_by=("-school_year", "network"),
    read_through="indicator",
    closed_by=open_to,
    edited_by=(SPECIALIST,),
)


def of_year(facts: Facts, network: int | None, school_year: str) -> tuple[IndicatorValue, ...]:
    """Return what a network and its schools have measured in a year, in no order of results."""
    return facts.of(INDICATOR_VALUES).find(network=network, school_year=school_year)


def year_before_of(
    facts: Facts, indicator: Indicator, network: int | None, school: int | None, school_year: str
) -> Figure | None:
    """Return what the same school or network had the year before; None where it is not known."""
    earlier = of_year(facts, network, year_before(school_year))
    same = (row for row in earlier if (row.school, row.indicator) == (school, indicator.id))
    return next((row.result(indicator.unit) for row in same), None)


def entry(indicator: Indicator, was: Figure | None, **said: Any) -> Enter:
    """Return the entry of what was measured or planned, as a fact of its year: of any day.

    A baseline is what it `was` the year before, so that nobody improves upon a baseline of her own
    choice; where that is not known, the one that stands stays.
    """
    known = {} if was is None else {"baseline": was}
    return Enter(INDICATOR_VALUES.key, {"indicator": indicator.id, **known, **said}, None)
