"""What a school asks, and what the methodical centre says to it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from workflow_app.engine import (
    POST,
    Appointment,
    Capacity,
    Choice,
    Date,
    Facts,
    Flag,
    Form,
    Line,
    Network,
    Position,
    Role,
    School,
    Text,
    field,
)
from workflows.registers.consultations import MODES
from workflows.registers.memberships import networks_of
from workflows.wording import HOURS

HEAD = Role("asking_head", "директор школы", "school_head", "school")
COORDINATOR = Role("asking_coordinator", "координатор сети", "network_coordinator", "school")
ASKING = (HEAD, COORDINATOR)
"""Who asks, and who says that the answer is enough."""
CONSULTANT = Role("consultant", "методист, взявший вопрос", POST, "methodist")

MEETINGS = {key: MODES[key] for key in ("in_person", "remote")}


class Question(Form):
    """A question of a school to the methodical centre, with what became of it."""

    school: School = field("Школа", readonly=True)
    school_name: Line = field("Краткое название", hidden=True)
    topic: Line = field("Тема", minimum=5, hint="Например: «Разбор результатов ВПР по математике»")
    question: Text = field(
        "Вопрос", minimum=20, basis="1.4",
        hint="Что уже пробовали и какой помощи ждёте. Фамилий учеников здесь не пишут.",
    )
    mode: Choice = field("Как удобнее", choices=MODES)
    wished: Line = field(
        "Когда удобно", optional=True, when=lambda data: data.mode in MEETINGS,
        hint="Дни и часы, например «вторник или четверг после 14:00»",
    )
    network: Network = field(
        "По работе какой сети", of="author", optional=True,
        hint="Не заполняйте, если вопрос не о работе сети",
    )
    asked_on: Date = field("Спрошено", hidden=True)
    answer_by: Date = field(
        "Ответ до", readonly=True, optional=True, when=lambda data: data.answer_by
    )
    methodist: Position = field(
        "Методист", of=("imc",), readonly=True, optional=True, when=lambda data: data.methodist
    )
    offered_on: Date = field(
        "Предложенный день", readonly=True, optional=True, when=lambda data: data.offered_on
    )
    offered_at: Choice = field(
        "Начало", choices=HOURS, readonly=True, optional=True, when=lambda data: data.offered_on
    )
    place: Line = field(
        "Где", readonly=True, optional=True, when=lambda data: data.place
    )
    is_agreed: Flag = field("Время согласовано", hidden=True)
    held_on: Date = field(
        "Проведена", readonly=True, optional=True, when=lambda data: data.held_on
    )
    answer: Text = field("Ответ", readonly=True, optional=True, when=lambda data: data.answer)
    more: Text = field(
        "Уточняющий вопрос", readonly=True, optional=True, when=lambda data: data.more
    )
    late: Flag = field(
        "Ответ позже срока", readonly=True, optional=True, when=lambda data: data.late
    )


class Offer(Form):
    """When and where the methodist can meet the school."""

    offered_on: Date = field("День")
    offered_at: Choice = field("Начало", choices=HOURS)
    mode: Choice = field("Как", choices=MEETINGS)
    place: Line = field("Где или ссылка", optional=True, hint="Кабинет, школа или адрес встречи")


class Written(Form):
    """What the methodist answers, or what came of the meeting."""

    answer: Text = field("Ответ", minimum=20, hint="Школа прочитает его целиком")


class Result(Form):
    """What came of the meeting."""

    held_on: Date = field("Когда проведена")
    earlier: Line = field(
        "Почему раньше", optional=True, hint="Только если встретились до согласованного дня"
    )
    answer: Text = field("Итог", minimum=20, hint="Что разобрали и о чём договорились")


class Another(Form):
    """Why the offered time does not suit."""

    wished: Line = field("Когда удобно", minimum=3, present=True)


class More(Form):
    """What is still unclear."""

    more: Text = field("Что осталось неясно", minimum=10)


class Declined(Form):
    """Why the methodical centre does not answer, and who does."""

    reason: Text = field("Почему методический центр не отвечает", minimum=10)
    instead: Line = field("Куда обратиться", minimum=5)


class Colleague(Form):
    """Who takes the question over."""

    methodist: Position = field("Кому передать", of=("imc",))


def first_values(capacity: Capacity, facts: Facts, today: dt.date) -> Mapping[str, Any]:
    """Return what a question knows of the school that asks: its only network, too."""
    school = capacity.organisation_id
    own = networks_of(facts, school, today)
    return {
        "school": school,
        "school_name": facts.name("school", school),
        "network": next(iter(own)) if len(own) == 1 else None,
    }


def heading(data: Question) -> str:
    """Return how a question is called in lists."""
    return f"Консультация: {data.topic} ({data.school_name})" if data.topic else "Консультация"


def meeting(data: Question) -> Appointment | None:
    """Return when and where a methodist meets a school, once both have agreed."""
    if not data.is_agreed or data.offered_on is None:
        return None
    where = ", ".join(filter(None, (MODES.get(data.mode, ""), data.place)))
    return Appointment(data.offered_on, data.offered_at, where)
