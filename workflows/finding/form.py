"""A finding as its addressee sees it, and what people say of it on the way."""

from typing import Any

from workflow_app.engine import (
    Choice,
    Date,
    File,
    Form,
    Int,
    Line,
    Network,
    Position,
    Role,
    School,
    Text,
    field,
)
from workflows.registers.findings import ADDRESSEES, SEVERITIES

HEAD = Role("addressee_head", "директор школы, которой адресовано замечание", "school_head",
            "addressee")
LEADER = Role("network_leader", "координатор сети", "network_coordinator", "leading")
ANSWERING = (HEAD, LEADER)
"""A school answers by its head, the network by its coordinator."""


class Finding(Form):
    """What a visit found; its row of the register says the same."""

    code: Line = field("Замечание №", readonly=True)
    text: Text = field("Что исправить", readonly=True, basis="1.4")
    severity: Choice = field("Насколько важно", choices=SEVERITIES, readonly=True)
    network: Network = field("Сеть", readonly=True)
    addressee: Choice = field("Кому", choices=ADDRESSEES, readonly=True)
    school: School = field("Какой школе", readonly=True, optional=True)
    due_on: Date = field("Устранить до", readonly=True)
    visited_on: Date = field("По посещению", readonly=True)
    visitor: Position = field("Кто проверяет", readonly=True)
    mended: Text = field("Что сделано", readonly=True, optional=True)
    evidence: File = field("Подтверждение", readonly=True, optional=True)
    reason: Text = field("Что сказано", readonly=True, optional=True)
    network_name: Line = field("Наименование сети", hidden=True)
    finding: Int = field("Строка реестра", hidden=True)
    base: School = field("Базовая школа", hidden=True)


def addressed(data: Any) -> tuple[int | None, ...]:
    """Return the school a finding is for; none where the network's coordinator answers."""
    return (data.school,)


def leading(data: Any) -> tuple[int | None, ...]:
    """Return the school whose coordinator answers where no single school does."""
    return () if data.school else (data.base,)


class Mended(Form):
    """What was done, and what shows it."""

    mended: Text = field("Что сделано", minimum=10)
    evidence: File = field(
        "Файл с подтверждением", optional=True, hint="Если подтверждает документ или снимок"
    )


class AnotherTerm(Form):
    """Until when instead."""

    due_on: Date = field("Новый срок", present=True)
    reason: Text = field("Почему", minimum=10)
