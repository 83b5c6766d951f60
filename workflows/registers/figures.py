"""Сколько в школе учится и кто учит: численность на учебный год (1.2)."""

from collections.abc import Iterable, Iterator, Mapping

from workflow_app.engine import (
    Choice,
    Count,
    Facts,
    Record,
    Refusal,
    Register,
    School,
    field,
    refuse,
)
from workflow_app.engine.calendar import school_year_of
from workflows.roles import SPECIALIST


class SchoolFigures(Record):
    """The figures of a school for one school year; of some years only grade 9 is known."""

    school: School = field("Школа")
    school_year: Choice = field("Учебный год", of="school_years")
    students: Count = field("Обучающихся", optional=True)
    teachers: Count = field("Педагогов", optional=True)
    grade9: Count = field(
        "В девятом классе", optional=True, hint="У начальной школы девятого класса нет"
    )


COUNTED = ("students", "teachers", "grade9")
CARD = ("students", "teachers")
MOST = {"students": 20_000, "teachers": 2_000, "grade9": 3_000}
"""More than any school has: such a number is a slip of the hand."""


def refusals(
    _before: SchoolFigures | None, row: SchoolFigures | None, _facts: Facts
) -> Iterator[Refusal]:
    """Refuse a year without any figure, and more pupils in one grade than in the school."""
    if row is None:
        return
    if all(getattr(row, name) is None for name in COUNTED):
        yield refuse(
            "nothing_counted", "Укажите хотя бы одно число за этот учебный год", field="students"
        )
    for name, most in MOST.items():
        if (getattr(row, name) or 0) > most:
            yield refuse(
                "too_many",
                "{number}: столько в одной школе не бывает, проверьте число",
                number=getattr(row, name),
                field=name,
            )
    if row.students is not None and row.grade9 is not None and row.grade9 > row.students:
        yield refuse(
            "part_over_whole",
            "В девятом классе {grade9}, а во всей школе {students}: проверьте оба числа",
            grade9=row.grade9,
            students=row.students,
            field="grade9",
        )


def newest(rows: Iterable[SchoolFigures], school_year: str) -> Mapping[str, int]:
    """Return the newest figures of a school's card that are known by a school year.

    >>> told = {"2023-2024": (90, 12), "2024-2025": (None, 11), "2025-2026": (95, 13)}
    >>> newest([SchoolFigures(school_year=year, students=one, teachers=other)
    ...         for year, (one, other) in told.items()], "2024-2025")
    {'students': 90, 'teachers': 11}
    """
    begun = [row for row in rows if row.school_year <= school_year]
    known: dict[str, int] = {}
    for row in sorted(begun, key=lambda row: row.school_year):
        told = {name: getattr(row, name) for name in CARD}
        known |= {name: value for name, value in told.items() if value is not None}
    return known


FIGURES = Register(
    key="school_figures",
    title="Численность школ",
    record=SchoolFigures,
    basis="1.2",
    identity=("school", "school_year"),
    together=("school_year",),
    called=lambda row: f"численность на {row.school_year.replace('-', '/')} учебный год",
    subject="school",
    on_card=newest,
    columns=("school_year", "school", "students", "teachers", "grade9"),
    filters=("school_year", "school"),
    sorted_by=("-school_year",),
    refuses=refusals,
    edited_by=(SPECIALIST,),
)


def of_schools(facts: Facts) -> Mapping[int | None, Mapping[str, int]]:
    """Return school → the figures of its card that are known today."""
    rows = facts.of(FIGURES)
    about: dict[int | None, list[SchoolFigures]] = {}
    for row in rows.find():
        about.setdefault(row.school, []).append(row)
    year = school_year_of(rows.day)
    return {school: newest(known, year) for school, known in about.items()}
