"""Библиотека материалов: что школы дают друг другу и кто чем воспользовался (1.6)."""

from collections.abc import Collection
from typing import Annotated

from workflow_app.engine import (
    Actor,
    CaseLinks,
    Choice,
    Count,
    Facts,
    Line,
    Network,
    Person,
    Record,
    Register,
    School,
    Text,
    field,
)
from workflow_app.engine.calendar import school_year_bounds
from workflow_app.engine.forms import Day, Widget
from workflows.registers.memberships import networks_of
from workflows.roles import AUDITOR, DEPARTMENT, IMC

KINDS = {"methodical": "методический", "informational": "информационный"}
LICENCES = {
    "own": "свой материал: школы района могут использовать и менять",
    "open": "чужой материал под свободной лицензией",
    "permitted": "чужой материал с разрешения автора",
}
RATINGS = {
    "5": "5 — взяли как есть", "4": "4 — почти как есть", "3": "3 — пришлось доработать",
    "2": "2 — пригодилось немногое", "1": "1 — не подошёл",
}


class Material(Record):
    """A material as one network has it; the case with its files has the same code."""

    network: Annotated[int, Widget("network")] = field("Сеть")
    code: Line = field("Код")
    title: Line = field("Материал")
    kind: Choice = field("Вид", choices=KINDS)
    subject: Line = field("Предмет")
    grades: Line = field("Классы", optional=True)
    about: Text = field("О чём", optional=True)
    author: Person = field("Автор", optional=True)
    school: School = field("Школа автора", optional=True)
    licence: Choice = field("Как можно использовать", choices=LICENCES)
    version: Count = field("Версия")
    added_on: Day = field("С какого дня в библиотеке")
    home: Network = field("В какой сети появился")


class MaterialUse(Record):
    """That a school used a material of another one, and how it served."""

    material: Annotated[int, Widget("ref")] = field("Материал", to="material")
    school: Annotated[int, Widget("school")] = field("Кто использовал")
    used_on: Day = field("Когда")
    network: Network = field("Сеть")
    source: School = field("Чей материал", optional=True)
    rating: Choice = field("Как подошёл", choices=RATINGS)
    note: Line = field("Что скажут другим", optional=True)


def networks_worked_in(facts: Facts, actor: Actor) -> Collection[int]:
    """Return the networks to which the schools that a person works in belong today."""
    places = {one.organisation_id for one in actor.capacities}
    return {net for place in places for net in networks_of(facts, place, facts.today)}


WATCHERS = (*DEPARTMENT, *IMC, AUDITOR)

MATERIALS = Register(
    key="material",
    title="Библиотека материалов",
    record=Material,
    basis="1.6",
    identity=("network", "code"),
    together=("network",),
    called=lambda row: row.title,
    subject="network",
    columns=("title", "kind", "subject", "school"),
    details={"title": ("about",), "subject": ("grades",), "school": ("author",)},
    filters=("network", "kind", "school"),
    search=("title", "subject", "about"),
    readers=WATCHERS,
    read_through="network",
    own=networks_worked_in,
    cases=CaseLinks("code", "code", lambda row: (f"network/{row.home}",)),
)

MATERIAL_USES = Register(
    key="material_use",
    title="Обмен материалами",
    record=MaterialUse,
    basis="1.6",
    identity=("network", "material", "school", "used_on"),
    together=("network",),
    called=lambda row: RATINGS.get(row.rating, row.rating),
    subject="material",
    columns=("material", "school", "used_on", "rating", "note"),
    filters=("network", "school", "source"),
    sorted_by=("-used_on",),
    readers=WATCHERS,
    read_through="network",
    own=networks_worked_in,
)


def shared_in(facts: Facts, network: int | None, school_year: str) -> int:
    """Return how many materials were put into a network's library in a year."""
    first, last = school_year_bounds(school_year)
    return sum(first <= row.added_on <= last for row in facts.of(MATERIALS).ever(network=network))
