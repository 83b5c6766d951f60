"""Приоритетные направления учебного года (5.2)."""

from collections.abc import Mapping

from workflow_app.engine import Choice, Facts, Line, Record, Register, Text, field
from workflows.roles import SPECIALIST

DRAFT, IN_FORCE = "draft", "in_force"


class Direction(Record):
    """A theme of the school year: a draft until the order about it is registered."""

    school_year: Choice = field("Учебный год", of="school_years")
    name: Line = field("Направление")
    area: Line = field("Предметная область", optional=True)
    clause: Text = field("Основание", optional=True)
    state: Choice = field("Состояние", choices={DRAFT: "предварительно", IN_FORCE: "действует"})

    @property
    def is_in_force(self) -> bool:
        """Tell whether its order is registered."""
        return self.state == IN_FORCE


DIRECTIONS_OF_YEAR = Register(
    key="direction",
    title="Приоритетные направления",
    record=Direction,
    basis="5.2",
    identity=("school_year", "name"),
    together=("school_year",),
    called=lambda row: row.name,
    note=lambda row, _rows: "" if row.is_in_force else "предварительно",
    columns=("school_year", "name", "area", "state"),
    filters=("school_year", "state"),
    search=("name", "area"),
    sorted_by=("-school_year",),
    edited_by=(SPECIALIST,),
    needs_basis=lambda row: row.is_in_force,
)


def of_year(facts: Facts, school_year: str) -> Mapping[int, Direction]:
    """Return the directions of a year by their ids, drafts among them."""
    return {row.id: row for row in facts.of(DIRECTIONS_OF_YEAR).find(school_year=school_year)}
