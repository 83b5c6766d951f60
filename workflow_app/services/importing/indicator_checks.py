"""What must hold for the indicators of a district: figures add up and fit what is measured."""

import datetime as dt
from collections.abc import Callable, Iterator

from workflow_app.engine.calendar import school_year_bounds
from workflow_app.engine.disclosure import measured
from workflow_app.services.importing import rows
from workflow_app.services.importing.files import DirectoryData, ImportProblem

TOLERANCE = 0.1
"""Tables of others round a half in either direction."""


def _problem(row: rows.Record, column: str, code: str, reason: str) -> ImportProblem:
    """Return a problem at a row."""
    return ImportProblem("indicators.csv", row.line, column, code, reason)


def _with_indicators(
    data: DirectoryData,
) -> Iterator[tuple[rows.IndicatorValueRow, rows.IndicatorRow]]:
    """Give each value whose indicator is known."""
    known = {row.indicator_id: row for row in data.indicator_catalog}
    for row in data.indicators:
        if row.indicator_id in known:
            yield row, known[row.indicator_id]


def values_do_not_repeat(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find a second value of one school, or of one network, for a year."""
    seen: dict[tuple[str | None, ...], int] = {}
    for row in data.indicators:
        key = (row.network_id, row.school_id, row.indicator_id, row.school_year)
        first = seen.setdefault(key, row.line)
        if first != row.line:
            told = ", ".join(part for part in key if part)
            yield _problem(row, "school_year", "repeated", f"повторяет строку {first}: {told}")


def figures_add_up(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find parts larger than their whole, shares of nothing, and results computed otherwise."""
    for row, indicator in _with_indicators(data):
        if row.numerator is None:
            yield from _not_counted(row, indicator)
        elif row.denominator is not None and row.numerator > row.denominator:
            reason = f"больше знаменателя {row.denominator}"
            yield _problem(row, "numerator", "numerator_too_large", reason)
        elif indicator.unit == "%" and not row.denominator:
            reason = "доле нужен знаменатель больше нуля"
            yield _problem(row, "denominator", "denominator_missing", reason)
        else:
            yield from _computed_otherwise(row, indicator)


def _not_counted(
    row: rows.IndicatorValueRow, indicator: rows.IndicatorRow
) -> Iterator[ImportProblem]:
    """Find a share that is stated without what it was counted from."""
    if indicator.unit == "%" and row.actual_value is not None:
        reason = "доле нужны числитель и знаменатель"
        yield _problem(row, "numerator", "numerator_missing", reason)


def _computed_otherwise(
    row: rows.IndicatorValueRow, indicator: rows.IndicatorRow
) -> Iterator[ImportProblem]:
    """Find a result that does not follow from its numerator and denominator."""
    result = measured(indicator.unit, row.numerator, row.denominator)
    if row.actual_value is None or result is None:
        return
    if round(abs(float(result) - row.actual_value), 6) > TOLERANCE:
        reason = f"по числителю и знаменателю выходит {result}"
        yield _problem(row, "actual_value", "value_differs", reason)


def values_are_of_whom_they_measure(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find a school's value without a school, and a network's with one."""
    for row, indicator in _with_indicators(data):
        if indicator.level == "school" and row.school_id is None:
            reason = "показатель школы: нужна школа"
            yield _problem(row, "school_id", "school_missing", reason)
        elif indicator.level == "network" and row.school_id is not None:
            reason = "показатель сети в целом: школа не указывается"
            yield _problem(row, "school_id", "school_given", reason)


def values_are_of_schools_that_have_them(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find figures of a school of a type the indicator is not about."""
    types = {school.school_id: school.school_type for school in data.schools}
    kinds = dict.fromkeys(types.values())
    for row, indicator in _with_indicators(data):
        found = types.get(row.school_id or "")
        fits = indicator.types(kinds)
        if found and fits and found not in fits and not row.is_empty:
            reason = f"показатель {indicator.indicator_id} не применим к школе вида {found}"
            yield _problem(row, "indicator_id", "not_applicable", reason)


def values_are_of_members(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find figures of a school that did not belong to the network in that school year."""
    codes = {row.network_id for row in data.networks} if data.network_members else set()
    for row in data.indicators:
        if row.school_id is None or row.network_id not in codes:
            continue
        starts, ends = school_year_bounds(row.school_year)
        if not any(_belongs(member, row, starts, ends) for member in data.network_members):
            reason = f"школа не входила в сеть {row.network_id} в этом году"
            yield _problem(row, "school_id", "not_a_member", reason)


def _belongs(
    member: rows.MemberRow, row: rows.IndicatorValueRow, starts: dt.date, ends: dt.date
) -> bool:
    """Return whether a membership touches the year a value is about."""
    same = (member.network_id, member.school_id) == (row.network_id, row.school_id)
    stayed = member.left_on is None or member.left_on > starts
    return same and member.joined_on <= ends and stayed


Check = Callable[[DirectoryData], Iterator[ImportProblem]]

INDICATOR_CHECKS: tuple[tuple[Check, tuple[str, ...]], ...] = (
    (values_do_not_repeat, ()),
    (figures_add_up, ("indicator_catalog",)),
    (values_are_of_whom_they_measure, ("indicator_catalog",)),
    (values_are_of_schools_that_have_them, ("indicator_catalog",)),
    (values_are_of_members, ("networks", "network_members", "schools")),
)
"""Each check with the files that must be whole for it."""
