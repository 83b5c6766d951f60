"""What is planned of a visit, and what its protocol says (1.4)."""

import datetime as dt
from typing import Any

from workflow_app.engine import (
    Appointment,
    Capacity,
    Choice,
    Date,
    Facts,
    Flag,
    Form,
    Line,
    Many,
    Network,
    Position,
    Row,
    Rows,
    School,
    Text,
    field,
)
from workflows.registers.findings import ADDRESSEES, SEVERITIES
from workflows.registers.networks import NETWORKS
from workflows.registers.visits import MODES
from workflows.visits import schools_of
from workflows.wording import date

MARKS = {
    "met": "да", "partly": "отчасти", "not_met": "нет", "not_looked": "не смотрели",
}
DOUBTFUL = ("partly", "not_met")
"""Marks of which the protocol says what was seen."""
NETWORK_PEOPLE = ("base", "members")


def took_place(data: Any) -> bool:
    """Tell whether the visit took place: only then its protocol is asked for."""
    return bool(data.is_held)


def among(data: Any) -> tuple[str, ...] | None:
    """Return among whom the school is chosen; before a network is, among all."""
    return NETWORK_PEOPLE if data.network else None


class Looked(Row):
    """A question of the check-list and what was seen; its key is its place."""

    title: Line = field("Что смотрели", readonly=True)
    mark: Choice = field("Так ли это", choices=MARKS)
    note: Line = field("Что увидели", optional=True)


class Found(Row):
    """A finding: what has to be mended, by whom and until when."""

    text: Text = field("Что исправить", minimum=10)
    severity: Choice = field("Насколько важно", choices=SEVERITIES, default="ordinary")
    addressee: Choice = field("Кому", choices=ADDRESSEES, default="coordinator")
    school: School = field("Какой школе", of=NETWORK_PEOPLE, optional=True)
    due_on: Date = field("Устранить до")


class Visit(Form):
    """A visit of ИМЦ to a network, or to one of its schools."""

    network: Network = field("Сеть", basis="1.4", part="План посещения")
    school: School = field(
        "Одна школа сети", of=among, optional=True, hint="Пусто — сеть целиком"
    )
    planned_on: Date = field("Когда")
    mode: Choice = field("Как", choices=MODES, default="in_person")
    visitor: Position = field("Кто посещает", of=("imc",), basis="4.1")
    topic: Text = field(
        "Что смотрим", minimum=5, hint="Например: как идёт план, пополняется ли банк заданий"
    )
    is_held: Flag = field("Посещение прошло", hidden=True)
    held_on: Date = field("Когда прошло", when=took_place, part="Протокол")
    checklist: Rows[Looked] = field(
        "Что увидели", fixed=True, when=took_place, basis="1.4",
        hint="Где «отчасти» или «нет» — напишите, что увидели",
    )
    findings: Rows[Found] = field(
        "Замечания", optional=True, when=took_place, basis="1.4",
        hint="Каждое станет задачей школы или координатора со своим сроком",
    )
    conclusion: Text = field("Вывод", minimum=20, when=took_place)
    code: Line = field("Протокол №", readonly=True, optional=True, when=lambda data: data.code)
    explanation: Text = field(
        "Пояснения базовой школы", readonly=True, optional=True,
        when=lambda data: data.explanation,
    )
    network_name: Line = field("Наименование сети", hidden=True)
    base: School = field("Базовая школа", hidden=True)
    members: Many[School] = field("Школы сети", hidden=True)


def first_values(capacity: Capacity, _facts: Facts, _today: dt.date) -> dict[str, Any]:
    """Return that whoever begins a visit makes it, until somebody else is named."""
    return {"visitor": capacity.position_id} if capacity.position_id else {}


def named(data: Visit, facts: Facts) -> dict[str, Any]:
    """Return what the registers say of the chosen network: its name and its schools."""
    network = facts.of(NETWORKS).get(data.network)
    name = network.name if network else ""
    return {"network_name": name, **(schools_of(data, facts) if network else {})}


def appointment(data: Visit) -> Appointment | None:
    """Return the day of a visit; its hour is settled between people."""
    day = data.held_on or data.planned_on
    return Appointment(day, place=MODES.get(data.mode, "")) if day else None


def heading(data: Visit) -> str:
    """Return how a visit is called in lists.

    >>> heading(Visit(network_name="Чтение", planned_on="2026-03-12"))
    'Посещение сети «Чтение» 12.03.2026'
    """
    name = f" «{data.network_name}»" if data.network_name else ""
    return f"Посещение сети{name} {date(data.held_on or data.planned_on)}".strip()


class AnotherDay(Form):
    """When the visit takes place instead."""

    planned_on: Date = field("Новый день", present=True)
    reason: Text = field("Почему переносится", minimum=10)


class AnotherVisitor(Form):
    """Who makes the visit instead."""

    visitor: Position = field("Кто посещает", of=("imc",), present=True)


class Held(Form):
    """When the visit took place."""

    held_on: Date = field("Когда прошло")


class Acknowledged(Form):
    """What the base school adds to the protocol."""

    explanation: Text = field("Пояснения школы", optional=True)
