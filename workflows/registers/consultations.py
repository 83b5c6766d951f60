"""Консультации методического центра: кто спросил, что ответили и в срок ли (1.4; A-12)."""

from collections.abc import Collection

from workflow_app.engine import (
    Actor,
    Choice,
    Date,
    Facts,
    Line,
    Network,
    Pending,
    Person,
    Record,
    Register,
    School,
    Text,
    field,
)
from workflow_app.engine.calendar import school_year_bounds
from workflows.roles import AUDITOR, DEPARTMENT, IMC

MODES = {"in_person": "очно", "remote": "дистанционно", "written": "письменно"}
STATES = {
    "asked": "ждёт ответа", "agreed": "время согласовано", "answered": "дан письменный ответ",
    "held": "проведена", "declined": "отклонена", "withdrawn": "отозвана",
}
LATE = "late"
KEPT = {LATE: "нет, ответ позже срока"}
"""What is said of the term of an answer: nothing while it is kept."""
GIVEN = ("answered", "held")
"""States in which a school has been helped."""
ASKING = ("school_head", "network_coordinator")
"""Who asks for a school: her head, and who runs a network there."""


class Consultation(Record):
    """A question of a school to the methodical centre, and what came of it."""

    asked_on: Date = field("Спросили")
    topic: Line = field("Тема")
    school: School = field("Школа")
    network: Network = field("Сеть", optional=True)
    mode: Choice = field("Как", choices=MODES)
    question: Text = field("Вопрос")
    answer_by: Date = field("Срок ответа")
    state: Choice = field("Что с вопросом", choices=STATES)
    methodist: Person = field("Кто отвечает", optional=True)
    answer: Text = field("Ответ", optional=True)
    answered_on: Date = field("Ответ дан", optional=True)
    term: Choice = field("Срок ответа соблюдён", choices=KEPT, optional=True)


def schools_asking(_facts: Facts, actor: Actor) -> Collection[int]:
    """Return the schools for which a person may ask: what they were answered is theirs to read."""
    return {one.organisation_id for one in actor.capacities if one.role in ASKING}


CONSULTATIONS = Register(
    key="consultation",
    title="Консультации",
    record=Consultation,
    basis="1.4",
    identity=("school", "asked_on", "topic"),
    together=("school",),
    called=lambda row: row.topic,
    subject="network",
    columns=("asked_on", "school", "topic", "methodist", "state"),
    details={
        "school": ("network",), "methodist": ("answered_on", "term"),
        "state": ("mode", "answer_by"),
    },
    filters=("school", "network", "state", "term"),
    search=("topic", "question", "answer"),
    sorted_by=("-asked_on",),
    readers=(*IMC, *DEPARTMENT, AUDITOR),
    read_through="school",
    own=schools_asking,
    pending=Pending("Вопросов без ответа", "state", ("asked",), "answer_by"),
)


def given(facts: Facts, network: int | None, school_year: str) -> int:
    """Return how many consultations the schools of a network were given in a year (N05)."""
    first, last = school_year_bounds(school_year)
    return sum(
        first <= row.answered_on <= last
        for row in facts.of(CONSULTATIONS).find(network=network)
        if row.state in GIVEN and row.answered_on
    )
