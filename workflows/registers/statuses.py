"""Статусы школ на учебный год: кто может вести сеть и кому помогают (название Положения, 1.3)."""

from collections.abc import Collection

from workflow_app.engine import Choice, Facts, Line, Mark, Record, Register, School, Text, field
from workflows.roles import SPECIALIST

STABLE = "stable"
HELPED = ("low_results", "adverse_social")
STATUSES = {
    STABLE: "стабильные результаты",
    "low_results": "низкие результаты (ШНОР)",
    "adverse_social": "сложные социальные условия (ШНСУ)",
}
MARKS = {
    STABLE: Mark("стабильные результаты", "good"),
    "low_results": Mark("ШНОР", "warn"),
    "adverse_social": Mark("ШНСУ", "warn"),
}


class SchoolStatus(Record):
    """A status of a school for one school year; a school may hold several."""

    school: School = field("Школа")
    school_year: Choice = field("Учебный год", of="school_years")
    code: Choice = field("Статус", choices=STATUSES)
    title: Line = field("Как назван в акте", optional=True)
    evidence: Text = field("Чем подтверждён")


STATUSES_OF_YEAR = Register(
    key="school_status",
    title="Статусы школ",
    record=SchoolStatus,
    basis="1.3",
    identity=("school", "school_year", "code"),
    together=("school_year",),
    called=lambda row: row.title or STATUSES.get(row.code, row.code),
    subject="school",
    mark=lambda row: MARKS.get(row.code, Mark(row.code)),
    columns=("school_year", "code", "school", "evidence"),
    filters=("school_year", "code", "school"),
    search=("evidence",),
    sorted_by=("-school_year",),
    edited_by=(SPECIALIST,),
    needs_basis=lambda _row: True,
)


def of_school(facts: Facts, school: int | None, school_year: str) -> Collection[SchoolStatus]:
    """Return the statuses a school has today in a year."""
    return facts.of(STATUSES_OF_YEAR).find(school=school, school_year=school_year)


def held(facts: Facts, school: int | None, school_year: str) -> frozenset[str]:
    """Return the codes of the statuses a school has today in a year."""
    return frozenset(row.code for row in of_school(facts, school, school_year))


def newest_year(facts: Facts) -> str:
    """Return the last year whose statuses are known today; empty before any are."""
    return max((row.school_year for row in facts.of(STATUSES_OF_YEAR).find()), default="")


def act_of_year(facts: Facts, school_year: str) -> str | None:
    """Return the citation of the newest act on statuses of a year, None before any."""
    rows = [row for row in facts.of(STATUSES_OF_YEAR).find(school_year=school_year) if row.basis]
    return max(rows, key=lambda row: str(row.valid_from or "")).basis if rows else None
