"""Реестр сетей: как называется, на какой срок, кто ведёт, над чем работает (1.7, 4.2)."""

from typing import Annotated

from workflow_app.engine import (
    Choice,
    Facts,
    Line,
    Many,
    Person,
    Record,
    Ref,
    Register,
    Text,
    field,
)
from workflow_app.engine.forms import Day, Widget

CLOSED = "closed"
STATES = {
    "forming": "создаётся", "active": "действует", "suspended": "приостановлена",
    "closing": "закрывается", CLOSED: "закрыта",
}
MODELS = {
    "mentor_pairs": "наставнические пары", "thematic_group": "тематическая группа",
    "resource_centre": "ресурсный центр",
}
"""How the schools of a network work with each other (2, second task)."""


class Network(Record):
    """A network of schools; who belongs to it, the register of memberships says alone.

    The row is there from the day of its order on, its term may begin later.
    """

    code: Line = field("Код")
    name: Line = field("Наименование")
    goal: Text = field("Цель", optional=True)
    model: Choice = field("Модель", choices=MODELS, optional=True)
    context_note: Text = field("Особые условия", optional=True)
    state: Choice = field("Состояние", choices=STATES)
    term_from: Day = field("Действует с")
    term_to: Day = field("Действует по")
    coordinator: Person = field("Координатор", optional=True)
    curator: Person = field("Куратор от методического центра", optional=True)
    directions: Many[Annotated[int, Widget("ref")]] = field(
        "Направления", to="direction", optional=True
    )
    successor: Ref = field("Присоединена к сети", to="network", optional=True)


NETWORKS = Register(
    key="network",
    title="Реестр сетей",
    record=Network,
    basis="4.2",
    identity=("code",),
    called=lambda row: row.name,
    unique=("name",),
    columns=("name", "state", "term_from", "term_to", "coordinator", "curator"),
    filters=("state", "model", "coordinator", "curator", "directions"),
    search=("name", "code", "goal"),
    sorted_by=("name",),
)


def is_closed(facts: Facts, network: int | None) -> bool:
    """Tell whether a network is no more: an order closed it, or what founded it is revoked."""
    row = facts.of(NETWORKS).get(network)
    return row is None or row.state == CLOSED


def founding_order(facts: Facts, network: int | None) -> str:
    """Return how papers cite the order that founded a network; empty where none is known."""
    entry = facts.of(NETWORKS).entered_by(network)
    return entry.basis if entry else ""
