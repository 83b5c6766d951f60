"""Conditions of a school's indicators, and the rows it is asked for (R1, R7)."""

from collections.abc import Iterator
from typing import Any

from workflow_app.engine import Case, Enter, Facts, Put, Refusal, Rows, measured, refuse, says
from workflow_app.engine.calendar import year_after
from workflows.registers.indicator_values import entry, year_before_of
from workflows.registers.indicators import INDICATORS, catalogue
from workflows.registers.schools import SCHOOLS
from workflows.school_indicators.form import Measured, SchoolIndicators


@says("по каждому показателю есть два числа или причина")
def every_value_told(case: Case[SchoolIndicators], _facts: Facts) -> Iterator[Refusal]:
    """Nothing is left open: a value, or why there is none (R2)."""
    for row in case.data.values:
        numbers = (row.numerator, row.denominator)
        if row.reason and numbers == (None, None):
            continue
        if None in numbers and row.reason:
            yield _of_row(row, "value_and_reason", "есть и число, и причина: оставьте одно")
        elif None in numbers:
            yield _of_row(row, "value_missing", "нужны оба числа или причина, почему данных нет")


@says("числа возможны: не меньше нуля, часть не больше целого")
def numbers_are_possible(case: Case[SchoolIndicators], _facts: Facts) -> Iterator[Refusal]:
    """A part is never greater than its whole, and nobody divides by nothing (dossier 6)."""
    for row in case.data.values:
        if row.numerator is not None and row.numerator < 0:
            yield _of_row(row, "numerator_negative", "меньше нуля не бывает")
        if row.denominator is not None and row.denominator < 1:
            sentence = "«Из скольких» начинается с единицы"
            yield _of_row(row, "denominator_zero", sentence, "denominator")
        elif row.numerator is None or row.denominator is None:
            continue
        elif row.denominator < row.numerator:
            yield _of_row(
                row, "denominator_below_numerator",
                f"{row.numerator} больше, чем {row.denominator}: поменяйте местами",
            )
        elif row.reason:
            yield _of_row(row, "value_and_reason", "есть и числа, и причина: оставьте одно")


def _of_row(row: Measured, code: str, sentence: str, at: str = "numerator") -> Refusal:
    return refuse(
        code, "{indicator}: {sentence}", indicator=row.title,
        sentence=sentence, kind="form", field=f"values.{row.row_key}.{at}", basis="1.6",
    )


@says("план на следующий год — число от 0, доля — не больше 100")
def targets_are_possible(case: Case[SchoolIndicators], facts: Facts) -> Iterator[Refusal]:
    """A planned share lies between nothing and everybody (1.7)."""
    units = {one.code: one.unit for one in facts.of(INDICATORS).ever()}
    for row in case.data.values:
        most = 100 if units.get(row.code) == "%" else None
        if row.target is not None and (row.target < 0 or (most and row.target > most)):
            yield refuse(
                "target_impossible", "{indicator}: план — число от 0, доля — не больше 100 %",
                indicator=row.title, kind="form", field=f"values.{row.row_key}.target", basis="1.7",
            )


@says("справка сети ещё не утверждена")
def report_is_open(case: Case[SchoolIndicators], facts: Facts) -> Refusal | None:
    """Values may be mended while the report that prints them may be."""
    report = facts.parent(case)
    if report and report.state in ("draft", "returned", "addendum_open"):
        return None
    return refuse("report_sent", "Справка уже отправлена: попросите вернуть её на доработку")


@says("в таблице — показатели, которые применимы к школе этого типа")
def first_rows(case: Case, facts: Facts) -> Put:
    """The catalogue's indicators of a school of this type; exams come in July (R7)."""
    school = facts.of(SCHOOLS).last(case.data.school)
    rows = [
        Measured(key=one.code, code=one.code, title=one.title, unit=one.unit)
        for one in catalogue(facts)
        if one.level == "school" and one.is_exam == (case.data.stage == "exams")
        and (school is None or not one.school_types or school.type in one.school_types)
    ]
    return Put({"values": Rows(rows)})


def counted(data: SchoolIndicators, facts: Facts) -> dict[str, Any]:
    """Return the rows with what their numbers make and the unit of the plan, for who reads them."""
    units = {one.code: one.unit for one in facts.of(INDICATORS).ever()}
    return {"values": Rows(_counted(row, units.get(row.code, "")) for row in data.values)}


def _counted(row: Measured, unit: str) -> Measured:
    part, whole = row.numerator, row.denominator
    is_possible = part is not None and whole is not None and 0 <= part <= whole
    found = measured(unit, part, whole) if is_possible else None
    share = "" if found is None else f"{found} {unit}".strip().replace(".", ",")
    return row.model_copy(update={"share": share, "unit": unit})


@says("значения записаны в реестр показателей")
def enter_values(case: Case[SchoolIndicators], facts: Facts) -> Iterator[Enter]:
    """What a school says stands in the register; shares are computed there (1.6)."""
    known, data = {one.code: one for one in facts.of(INDICATORS).ever()}, case.data
    of: dict[str, Any] = {"network": data.network, "school": data.school}
    for row in data.values:
        card, year = known[row.code], data.school_year
        yield entry(
            card,
            year_before_of(facts, card, school_year=year, **of),
            **of,
            school_year=year,
            numerator=row.numerator,
            denominator=row.denominator,
            value=None,
            note=row.reason,
        )
        if row.target is not None:
            now = measured(card.unit, row.numerator, row.denominator)
            yield entry(card, now, **of, school_year=year_after(year), target=row.target)
