"""Реестр сетей: как называется, на какой срок, кто ведёт, над чем работает (1.7, 4.2)."""

from collections.abc import Iterator
from typing import Annotated

from workflow_app.engine import (
    Choice,
    Facts,
    Line,
    Many,
    Person,
    Record,
    Ref,
    Refusal,
    Register,
    Text,
    field,
    refuse,
)
from workflow_app.engine.forms import Day, Widget
from workflows.roles import SPECIALIST

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


def told_by_order(facts: Facts, network: int) -> Refusal | None:
    """Refuse what only an order may say: once one has spoken of a network here, orders alone do."""
    orders = facts.orders_of(f"network/{network}")
    if not orders:
        return None
    return refuse(
        "told_by_order",
        "О сети «{network}» здесь уже говорят приказы, последний {order}. Дальше её и её состав "
        "меняет приказ: начните на странице сети «Изменить сеть»",
        network=facts.name("network", network), basis="4.2",
        order=f"от {orders[-1].registered_on:%d.%m.%Y} № {orders[-1].number}",
    )


def by_hand(
    before: Network | None, after: Network | None, facts: Facts
) -> Iterator[Refusal]:
    """Yield why a network is not written by hand: orders tell of it, its case tells its state."""
    if before is not None:
        yield from told_by_order(facts, before.id) or ()
    if before is not None and after is not None and before.state != after.state:
        yield refuse(
            "state_of_case", "Состояние сети меняет её дело «Жизнь сети», не запись реестра",
            field="state", basis="1.7",
        )
    if after and after.term_from and after.term_to and after.term_to < after.term_from:
        yield refuse(
            "dates_reversed", "Срок сети кончается раньше, чем начинается",
            kind="form", field="term_to", basis="A-04",
        )


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
    begins="term_from",
    edited_by=(SPECIALIST,),
    needs_basis=lambda _row: True,
    refuses=by_hand,
    by_hand="Здесь вносят сети, которые были до этой системы: их создал приказ, которого нет в её "
    "журнале. Новую сеть создаёт предложение и приказ о нём. Когда о сети выйдет первый приказ "
    "здесь, её меняют только приказы.",
)


def is_closed(facts: Facts, network: int | None) -> bool:
    """Tell whether a network is no more: an order closed it, or what founded it is revoked."""
    row = facts.of(NETWORKS).get(network)
    return row is None or row.state == CLOSED


def founding_order(facts: Facts, network: int | None) -> str:
    """Return how papers cite the order that founded a network; empty where none is known."""
    entry = facts.of(NETWORKS).entered_by(network)
    return entry.basis if entry else ""
