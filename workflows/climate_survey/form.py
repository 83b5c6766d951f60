"""What a survey asks, when and whom (1.8-5)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from workflow_app.engine import (
    POST,
    Capacity,
    Choice,
    Date,
    Facts,
    Flag,
    Form,
    Int,
    Line,
    Many,
    Network,
    Poll,
    Role,
    Row,
    Rows,
    School,
    field,
)
from workflow_app.engine.calendar import school_year_of
from workflows.registers.memberships import composition, networks_of
from workflows.registers.networks import NETWORKS
from workflows.roles import COORDINATOR, IMC, SCHOOL_PEOPLE
from workflows.wording import date

SCALE = {
    1: "нет", 2: "скорее нет", 3: "и да, и нет", 4: "скорее да", 5: "да",
}
DAYS_ASKED = 14
"""So long a survey runs unless who begins it says otherwise."""
WRITER = Role("survey_writer", "кто назначил опрос", POST, "writer")
RUN_BY = (WRITER, COORDINATOR, *IMC)


class Question(Row):
    """A question of the survey; its key is its place."""

    text: Line = field("Утверждение, с которым согласны или нет", minimum=5)


class Survey(Form):
    """Five questions on a scale of five to the people of a network's schools."""

    network: Network = field("Сеть", basis="1.8")
    opens_on: Date = field("Первый день ответов")
    closes_on: Date = field("Последний день ответов")
    questions: Rows[Question] = field(
        "О чём спрашиваем", fixed=True, basis="1.8",
        hint="На каждое утверждение отвечают от 1 («нет») до 5 («да»). Утверждения, которые "
        "сравнивают из года в год, лучше не менять.",
    )
    with_comment: Flag = field("Спросить и своими словами", default=True)
    network_name: Line = field("Наименование сети", hidden=True)
    school_year: Choice = field("Учебный год", of="school_years", hidden=True)
    base: School = field("Базовая школа", hidden=True)
    schools: Many[School] = field("Школы сети", hidden=True)
    writer: Int = field("Должность того, кто назначил", hidden=True)


def first_values(capacity: Capacity, facts: Facts, today: dt.date) -> Mapping[str, Any]:
    """Return what a survey knows: the network of the base school, two weeks, usual questions."""
    own = sorted(networks_of(facts, capacity.organisation_id, today, "base"))
    usual = facts.setting("survey.questions")
    values = {
        "writer": capacity.position_id,
        "opens_on": today, "closes_on": today + dt.timedelta(DAYS_ASKED),
        "school_year": school_year_of(today),
        "questions": [{"key": str(at), "text": text} for at, text in enumerate(usual, start=1)],
    }
    return {**values, "network": own[0], **schools_of(own[0], facts)} if own else values


def schools_of(network_id: int | None, facts: Facts) -> dict[str, Any]:
    """Return the name of a network and its schools, those of today."""
    network = facts.of(NETWORKS).get(network_id)
    members = composition(facts, network_id, facts.today) if network else ()
    base = next((one.school for one in members if one.role == "base"), None)
    return {
        "network_name": network.name if network else "", "base": base,
        "schools": Many(one.school for one in members),
    }


def named(data: Survey, facts: Facts) -> Mapping[str, Any]:
    """Return what the registers say of the chosen network."""
    return schools_of(data.network, facts)


def heading(data: Survey) -> str:
    """Return how a survey is called in lists.

    >>> heading(Survey(network_name="Чтение", opens_on="2026-03-02"))
    'Опрос школ сети «Чтение» с 02.03.2026'
    """
    name = f" сети «{data.network_name}»" if data.network_name else ""
    since = f" с {date(data.opens_on)}" if data.opens_on else ""
    return f"Опрос школ{name}{since}"


def wording(data: Survey) -> dict[str, str]:
    """Return the questions by their keys."""
    return {row.row_key: row.text for row in data.questions}


def asks(data: Survey) -> str:
    """Return who asks, for who holds a link and knows nothing else."""
    return (
        f"Сеть школ «{data.network_name}» спрашивает тех, кто в них работает, как им вместе "
        "работается. По ответам сеть правит свой план."
    )


POLL = Poll(
    awaited="survey_ahead",
    asked="survey_runs",
    told="survey_told",
    by=RUN_BY,
    voters=SCHOOL_PEOPLE,
    groups=lambda data: data.schools,
    questions=wording,
    scale=SCALE,
    asks=asks,
    opens=lambda data: data.opens_on,
    closes=lambda data: data.closes_on,
    comment=lambda data: "Что ещё важно сказать" if data.with_comment else "",
)
