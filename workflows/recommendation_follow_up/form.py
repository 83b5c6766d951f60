"""A recommendation as its addressee sees it."""

from workflow_app.engine import (
    Choice,
    Date,
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
from workflows.registers.recommendations import ADDRESSEES

SCHOOL = Role("addressee_school", "директор школы-адресата", "school_head", "addressee")
CENTRE = Role("addressee_imc", "руководитель методического центра", "imc_head", "addressee")
OFFICE = Role(
    "addressee_department", "руководитель управления образованием", "department_head", "addressee"
)
ADDRESSEE = (SCHOOL, CENTRE, OFFICE)
"""Whoever leads the organisation that is advised."""
OFFICE_DEPUTY = Role(
    "addressee_deputy",
    "заместитель руководителя управления образованием",
    "department_deputy",
    "addressee",
)
"""Decides where the department itself is advised: its head does not judge her own refusal."""


class Recommendation(Form):
    """What an approved report recommends."""

    code: Line = field("Рекомендация", readonly=True)
    text: Text = field("Что сделать", readonly=True, basis="4.3")
    measure: Line = field("Как увидим, что сделано", readonly=True)
    addressee: Choice = field("Кому", choices=ADDRESSEES, readonly=True)
    school: School = field("Какой школе", readonly=True, optional=True)
    responsible: Position = field("Кто отвечает", readonly=True, optional=True)
    due_on: Date = field("Срок", readonly=True)
    network: Network = field("Сеть", readonly=True)
    school_year: Choice = field("По справке за год", of="school_years", readonly=True)
    reason: Text = field("Что сказано", readonly=True, optional=True)
    failures: Int = field("Сколько раз не выполнена", readonly=True, optional=True, default=0)
    network_name: Line = field("Наименование сети", hidden=True)
    recommendation: Int = field("Строка реестра", hidden=True)
    organisation: Int = field("Организация-адресат", hidden=True)
    base: School = field("Базовая школа", hidden=True)


class Grounds(Form):
    """Why it is decided so; the next report prints it."""

    reason: Text = field("Почему", minimum=10)
