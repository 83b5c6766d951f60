"""What people fill in when a network is proposed."""

import datetime as dt
from typing import Any

from workflow_app.engine import (
    Capacity,
    Choice,
    Date,
    Facts,
    Form,
    Many,
    Name,
    Person,
    Ref,
    Remarked,
    Row,
    Rows,
    School,
    Text,
    field,
)
from workflow_app.engine.calendar import school_year_bounds
from workflows.registers.directions import of_year
from workflows.registers.networks import MODELS
from workflows.rules import (
    MEMBER_ROLES,
    WHAT_ROLES_MEAN,
    school_year,
)
from workflows.wording import GOAL

SPRING = 91
"""Days before July in which people plan the coming year already, where it has its directions."""

SHORTEST = 90
"""A network that would live so few days is begun in the coming year instead."""


class Member(Row):
    """An invited school; it keeps its consent through every rework."""

    school: School = field("Школа", key=True, basis="1.2")
    role: Choice = field("Роль в сети", choices=MEMBER_ROLES, default="supported")
    need: Text = field("В чём нужна помощь", optional=True)


class Proposal(Remarked):
    """The proposal of a network."""

    name: Name = field(
        "Наименование сети", basis="1.3", hint="Коротко и по делу, без слова «сеть»",
        part="О сети",
    )
    school_year: Choice = field("Учебный год", of="school_years")
    base: School = field("Базовая школа", basis="1.3")
    members: Rows[Member] = field(
        "Приглашённые школы", basis="1.5", minimum=1, hint=WHAT_ROLES_MEAN, part="Школы"
    )
    context_note: Text = field(
        "Учёт особенностей",
        basis="1.2",
        hint="Квалификация педагогов, административные, социальные и культурные особенности",
        minimum=10,
    )
    directions: Many[Ref] = field(
        "Приоритетные направления", to="direction", basis="5.2", of="school_year",
        part="Чем займётся сеть",
    )
    goal: Text = field("Цель", basis="2", default=GOAL)
    model: Choice = field(
        "Модель сети", choices=MODELS, optional=True, basis="2",
        hint="Как школы работают вместе; сводная справка сравнит итоги по моделям",
    )
    resources: Text = field(
        "Ресурсы базовой школы", optional=True, hint="Люди, кабинеты, материалы, связь"
    )
    coordinator: Person = field(
        "Координатор сети",
        part="Координатор и срок",
        of="base",
        optional=True,
        basis="5.1",
        hint="Кто будет вести план сети. С регистрации приказа это право у того, кто здесь назван.",
    )
    valid_from: Date = field("Действует с")
    valid_to: Date = field("Действует по", basis="A-04")
    asked: Many[School] = field("Кого спрашивали", hidden=True)
    invited: Many[School] = field("Кого спрашивали в последний раз", hidden=True)


RECOMMENDATIONS = {
    "support": "поддержать",
    "support_with_notes": "поддержать с пожеланиями",
}


class Opinion(Form):
    """The opinion of the methodical centre."""

    conclusion: Text = field("Заключение", minimum=10, basis="1.4")
    recommendation: Choice = field(
        "Рекомендация",
        choices=RECOMMENDATIONS,
        default="support",
    )
    notes: Text = field("Пожелания", optional=True)


REJECTIONS = {
    "not_eligible": "условия Положения не выполнены",
    "duplicate": "такая сеть уже есть",
    "no_capacity": "нет возможности сопровождать сеть",
    "other": "другое",
}


class Rejection(Form):
    """Why the department says no."""

    code: Choice = field(
        "Основание отказа",
        choices=REJECTIONS,
    )
    reason: Text = field("Пояснение", minimum=10)


def first_values(capacity: Capacity, facts: Facts, today: dt.date) -> dict[str, Any]:
    """What the form says when it opens: the author's own school and the coming year.

    A network proposed in spring is for the year whose directions the department has named already,
    one proposed in summer for the coming year in any case.
    """
    coming, year = school_year(today + dt.timedelta(days=SPRING)), school_year(today)
    left = school_year_bounds(year)[1] - today
    if of_year(facts, coming) or left.days < SHORTEST:
        year = coming
    since, until = school_year_bounds(year)
    years = min(max(int(facts.setting("A-04")), 1), int(facts.setting("A-04.max")))
    own = {"base": capacity.organisation_id} if capacity.role == "school_head" else {}
    return {
        "school_year": year,
        "valid_from": max(since, today).isoformat(),
        "valid_to": until.replace(year=until.year + years - 1).isoformat(),
        **own,
    }
