"""Открытые уроки, мастер-классы, стажировки и кто в них участвовал (2, обмен опытом)."""

from typing import Annotated

from workflow_app.engine import (
    CaseLinks,
    Choice,
    Count,
    Line,
    Record,
    Register,
    field,
)
from workflow_app.engine.forms import Day, Widget
from workflows.registers.materials import WATCHERS, networks_worked_in

KINDS = {
    "open_lesson": "открытый урок", "master_class": "мастер-класс", "internship": "стажировка",
    "seminar": "семинар",
}
STANDS = {
    "registered": "записан", "waiting": "в листе ожидания", "left": "отказался",
    "came": "участвовал", "absent": "не был",
}
TAKEN = ("registered", "came")
"""Who has a place."""
COMING = ("registered", "waiting")
"""Who may still be taken off the list."""


class ExperienceEvent(Record):
    """An event at which teachers of a network share what they know."""

    network: Annotated[int, Widget("network")] = field("Сеть")
    code: Line = field("Код")
    title: Line = field("Мероприятие")
    kind: Choice = field("Форма", choices=KINDS)
    held_on: Day = field("Когда")
    school: Annotated[int, Widget("school")] = field("Где")
    came: Count = field("Участвовали", optional=True)


class EventParticipant(Record):
    """Somebody of a school at an event, by name: service data of teachers, no pupils."""

    network: Annotated[int, Widget("network")] = field("Сеть")
    code: Line = field("Код мероприятия")
    school: Annotated[int, Widget("school")] = field("Школа")
    name: Line = field("Участник")
    state: Choice = field("Что с ним", choices=STANDS)
    held_on: Day = field("Когда")


EVENTS = Register(
    key="experience_event",
    title="Обмен опытом",
    record=ExperienceEvent,
    basis="2",
    identity=("network", "code"),
    together=("network",),
    called=lambda row: row.title,
    subject="network",
    columns=("title", "kind", "held_on", "school", "came"),
    filters=("network", "kind", "school"),
    search=("title",),
    sorted_by=("-held_on",),
    readers=WATCHERS,
    read_through="network",
    own=networks_worked_in,
    cases=CaseLinks("code", "code", lambda row: (f"network/{row.network}",)),
)

PARTICIPANTS = Register(
    key="event_participant",
    title="Участники обмена опытом",
    record=EventParticipant,
    basis="2",
    identity=("network", "code", "school", "name"),
    together=("network", "code"),
    called=lambda row: row.name,
    columns=("name", "school", "held_on", "state"),
    filters=("network", "school", "state"),
    search=("name",),
    sorted_by=("-held_on", "name"),
    readers=WATCHERS,
    read_through="network",
    own=networks_worked_in,
    cases=CaseLinks("code", "code", lambda row: (f"network/{row.network}",)),
)
