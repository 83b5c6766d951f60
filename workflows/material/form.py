"""What is told of a material, so that another school finds it and may use it (1.6)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from workflow_app.engine import (
    Capacity,
    Choice,
    Date,
    Facts,
    File,
    Flag,
    Form,
    Int,
    Line,
    Many,
    Network,
    Person,
    School,
    Text,
    field,
)
from workflows.registers.materials import KINDS, LICENCES, RATINGS
from workflows.registers.memberships import base_of, composition, networks_of
from workflows.registers.networks import NETWORKS


def is_foreign(data: "Material") -> bool:
    """Tell whether somebody else made it, who has to be named."""
    return data.licence in ("open", "permitted")


class Material(Form):
    """A material with its file."""

    network: Network = field("Сеть", of="author", basis="1.6")
    title: Line = field("Название", minimum=3)
    kind: Choice = field("Вид", choices=KINDS, default="methodical", basis="1.6")
    subject: Line = field("Предмет", hint="Например: математика, классное руководство")
    grades: Line = field("Классы", optional=True, hint="Например: 5–6")
    about: Text = field("О чём и как использовать", minimum=10)
    file: File = field("Файл")
    another_file: File = field("Ещё один файл", optional=True)
    licence: Choice = field("Как можно использовать", choices=LICENCES)
    origin: Line = field("Чей материал и откуда", when=is_foreign,
                         hint="Автор, издание или адрес страницы, условия использования")
    no_pupils: Flag = field("В материале нет имён и данных учеников", default=False)
    code: Line = field("Код", hidden=True)
    version: Int = field("Версия", readonly=True, default=1, when=lambda data: data.version != 1)
    author: Person = field("Автор", hidden=True)
    network_name: Line = field("Наименование сети", hidden=True)
    networks: Many[Network] = field(
        "Показан сетям", readonly=True, optional=True, when=lambda data: len(data.networks) > 1
    )
    schools: Many[School] = field("Школы", hidden=True, optional=True)
    base: School = field("Базовая школа", hidden=True, optional=True)
    writer: Int = field("Должность автора", hidden=True)


class Use(Form):
    """That a school used it, and how it served."""

    used_on: Date = field("Когда использовали")
    rating: Choice = field("Как подошёл", choices=RATINGS)
    note: Line = field("Что скажете другим", optional=True)


class AnotherNetwork(Form):
    """Which other network may have it, too."""

    network: Network = field("Какой сети показать")


def first_values(capacity: Capacity, facts: Facts, today: dt.date) -> Mapping[str, Any]:
    """Return what is known of a material before its author writes a word."""
    own = networks_of(facts, capacity.organisation_id, today)
    values = {"writer": capacity.position_id, "author": capacity.person_id}
    return {**values, "network": next(iter(own))} if len(own) == 1 else values


def checked_by(data: Material, facts: Facts) -> Mapping[str, Any]:
    """Return the base school of its network, where it is looked at before anybody else sees it."""
    network = facts.of(NETWORKS).last(data.network) if data.network else None
    name = network.name if network else ""
    return {"base": base_of(facts, network), "network_name": name}


def schools_of(facts: Facts, networks: Iterable[int | None]) -> tuple[int, ...]:
    """Return the schools of several networks today."""
    found = {row.school for key in networks if key for row in composition(facts, key, facts.today)}
    return tuple(sorted(found))
