"""What is announced of an event, who comes, and what came of it (2, first task)."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from workflow_app.engine import (
    Appointment,
    Capacity,
    Case,
    Choice,
    Count,
    Date,
    Facts,
    File,
    Form,
    Int,
    Line,
    Many,
    Network,
    Ref,
    Row,
    Rows,
    School,
    Text,
    field,
)
from workflows.activities import DELIVERY
from workflows.registers.events import COMING, KINDS, PARTICIPANTS
from workflows.registers.memberships import base_of, composition, networks_of
from workflows.registers.networks import NETWORKS
from workflows.roles import SCHOOL_COORDINATOR, SCHOOL_HEAD
from workflows.wording import HOURS

SENDERS = (SCHOOL_HEAD, SCHOOL_COORDINATOR)
"""Who registers colleagues, and takes them off."""


class Event(Form):
    """An open lesson, a master class, an internship."""

    network: Network = field("Сеть", of="author", basis="2", part="О чём")
    kind: Choice = field("Форма", choices=KINDS, basis="2")
    title: Line = field("Тема", minimum=5)
    about: Text = field("Что увидят и чему научатся", minimum=10)
    host: Line = field("Кто проводит", hint="Имя и должность педагога")
    mode: Choice = field("Режим", choices=DELIVERY, default="in_person", basis="1.8",
                         part="Когда и где")
    place: Line = field("Место или ссылка", hint="Кабинет, адрес или ссылка на видеовстречу")
    held_on: Date = field("День")
    time: Choice = field("Время начала", choices=HOURS)
    hours: Count = field("Сколько академических часов", optional=True,
                         hint="Стоит в сертификате; пусто — в нём часов нет")
    capacity: Count = field("Сколько мест", optional=True, part="Запись",
                            hint="Пусто: мест хватит всем")
    register_until: Date = field("Запись по", hint="Последний день, когда можно записаться")
    programme: File = field("Программа", optional=True)
    code: Line = field("Код", hidden=True)
    network_name: Line = field("Наименование сети", hidden=True)
    base: School = field("Базовая школа", hidden=True, optional=True)
    schools: Many[School] = field("Школы", hidden=True, optional=True)
    writer: Int = field("Должность организатора", hidden=True)
    came: Count = field("Участвовали", readonly=True, optional=True,
                        when=lambda data: data.came is not None)
    result: Text = field("Что получилось", readonly=True, optional=True,
                         when=lambda data: data.result)
    materials: File = field("Материалы", readonly=True, optional=True,
                            when=lambda data: data.materials)


class Colleagues(Form):
    """Whom a school sends."""

    colleagues: Text = field(
        "Кто придёт",
        hint="Фамилия, имя, отчество — каждый человек с новой строки; можно вставить столбец Excel",
    )


def names_in(text: str) -> list[str]:
    """Return the people a text names, one a line, each once."""
    return [*dict.fromkeys(" ".join(line.split()) for line in text.splitlines() if line.strip())]


_WORD = r"[А-ЯЁA-Z][а-яёa-z]+(?:[-’'][А-ЯЁа-яёA-Za-z]+)*"
_NAME = re.compile(rf"{_WORD}(?: {_WORD}){{1,4}}(?: (?:оглы|кызы))?")
LONGEST = 100
MOST = 200
"""So many people are registered at once."""


def is_name(text: str) -> bool:
    """Tell whether a text is a name as a certificate prints it.

    >>> is_name("Авдеева Полина Кирилловна"), is_name("Петров П.П."), is_name("арутюнова {x}")
    (True, False, False)
    """
    return len(text) <= LONGEST and _NAME.fullmatch(text) is not None


def may_take_off(case: Case[Event], facts: Facts, by: Capacity) -> frozenset[int]:
    """Return whom of the list somebody may take off it.

    The organiser anybody, who sends colleagues those of her school, everybody else herself.
    """
    rows = facts.of(PARTICIPANTS).find(network=case.data.network, code=case.data.code)
    coming = [row for row in rows if row.state in COMING]
    if by.position_id == case.data.writer:
        return frozenset(row.id for row in coming)
    own = [row for row in coming if row.school == by.organisation_id]
    if by.role in {role.held_by for role in SENDERS}:
        return frozenset(row.id for row in own)
    name = facts.name("person", by.person_id, "full_name")
    return frozenset(row.id for row in own if row.name == name)


class Left(Form):
    """Who does not come after all."""

    participant: Ref = field(
        "Кто не придёт", to="event_participant", of="code", among=may_take_off,
        hint="Место получит первый из листа ожидания",
    )


class Guest(Row):
    """Somebody who came and was not on the list."""

    name: Line = field("Фамилия, имя, отчество", key=True, minimum=5)
    school: School = field("Школа", of="schools")


class Outcome(Form):
    """Who came, and what came of it."""

    participants: Many[Ref] = field(
        "Кто участвовал", to="event_participant", of="code", optional=True,
        hint="Отметьте всех, кто был; сертификаты получат только они",
    )
    guests: Rows[Guest] = field("Пришли без записи", optional=True)
    result: Text = field("Что получилось", minimum=10)
    materials: File = field("Материалы", optional=True)


def first_values(capacity: Capacity, facts: Facts, today: dt.date) -> Mapping[str, Any]:
    """Return what is known of an event before its organiser writes a word."""
    own = networks_of(facts, capacity.organisation_id, today)
    values = {"writer": capacity.position_id}
    return {**values, "network": next(iter(own))} if len(own) == 1 else values


def appointment(data: Event) -> Appointment | None:
    """Return when and where people meet, once it is announced."""
    if not data.code or data.held_on is None:
        return None
    return Appointment(data.held_on, data.time, data.place)


def of_network(data: Event, facts: Facts) -> Mapping[str, Any]:
    """Return the schools of its network today, its base and its name."""
    network = facts.of(NETWORKS).last(data.network) if data.network else None
    members = composition(facts, data.network, facts.today) if network else ()
    return {
        "base": base_of(facts, network), "network_name": network.name if network else "",
        "schools": tuple(row.school for row in members),
    }
