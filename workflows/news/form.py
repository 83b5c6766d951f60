"""What a piece of news says, and to whom (1.6, the flow of information)."""

import datetime as dt
from collections.abc import Mapping
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
    School,
    Text,
    field,
)
from workflows.registers.memberships import composition, networks_of
from workflows.registers.networks import NETWORKS
from workflows.registers.schools import SCHOOLS

HEADS, TEACHERS, ALL = "heads", "teachers", "all"
AUDIENCES = {ALL: "Директорам и педагогам", HEADS: "Только директорам", TEACHERS: "Педагогам"}
DAYS_SHOWN = 30
"""So long a piece of news is shown unless its author says otherwise."""


class News(Form):
    """Something people of a network, or of all schools, should know."""

    network: Network = field(
        "Сеть", of="author", optional=True, basis="1.6",
        hint="Пусто: всем школам; так пишут управление образованием и методический центр",
    )
    audience: Choice = field("Кому", choices=AUDIENCES, default=ALL, basis="1.6")
    title: Line = field("Заголовок", minimum=3)
    text: Text = field("Текст", minimum=3)
    file: File = field("Файл", optional=True)
    another_file: File = field("Ещё один файл", optional=True)
    shown_to: Date = field("Показывать по")
    with_comments: Flag = field("Можно комментировать", default=True)
    network_name: Line = field("Наименование сети", hidden=True)
    schools: Many[School] = field("Школы", hidden=True, optional=True)
    writer: Int = field("Должность автора", hidden=True)


class Correction(Form):
    """What is put right in a piece of news that people have already."""

    title: Line = field("Заголовок", minimum=3, present=True)
    text: Text = field("Текст", minimum=3, present=True)
    shown_to: Date = field("Показывать по", present=True)


class Comment(Form):
    """What a reader says to all who read the piece."""

    comment: Text = field("Комментарий", minimum=2, hint="Увидят все, кому открыта новость")


def first_values(capacity: Capacity, facts: Facts, today: dt.date) -> Mapping[str, Any]:
    """Return what is known of a piece of news before its author writes a word."""
    own = networks_of(facts, capacity.organisation_id, today)
    values = {"writer": capacity.position_id, "shown_to": today + dt.timedelta(DAYS_SHOWN)}
    return {**values, "network": next(iter(own))} if len(own) == 1 else values


def addressed(data: News, facts: Facts) -> Mapping[str, Any]:
    """Return the schools a piece of news is for: those of its network today, else all."""
    network = facts.of(NETWORKS).last(data.network) if data.network else None
    if network is None:
        everywhere = tuple(row.id for row in facts.of(SCHOOLS).find())
        return {"schools": everywhere, "network_name": ""}
    members = composition(facts, network.id, max(facts.today, network.term_from))
    return {"schools": tuple(row.school for row in members), "network_name": network.name}


def told(data: News) -> tuple[int, ...]:
    """Return the schools whose heads it is meant for."""
    return () if data.audience == TEACHERS else tuple(filter(None, data.schools))


def told_teachers(data: News) -> tuple[int, ...]:
    """Return the schools whose teachers it is meant for: what is for heads they never see."""
    return () if data.audience == HEADS else tuple(filter(None, data.schools))
