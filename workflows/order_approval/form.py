"""What people fill in on the way of an order."""

import datetime as dt
from typing import Any

from workflow_app.engine import (
    Act,
    Choice,
    Date,
    Direction,
    File,
    Form,
    Int,
    Line,
    Many,
    Person,
    Row,
    Rows,
    School,
    Text,
    field,
)
from workflows.rules import MEMBER_ROLES

KINDS = {"network_create": "О создании сети"}


class Composition(Row):
    """A school of the composition, as the parent's snapshot has it."""

    school: School = field("Школа", key=True)
    role: Choice = field("Роль", choices=MEMBER_ROLES)
    conditions: Text = field("Условия участия", optional=True)


class Order(Form):
    """The draft of an order. What the proposal decided is read-only here (4.2)."""

    kind: Choice = field("Вид приказа", choices=KINDS, default="network_create", readonly=True)
    title: Line = field("Заголовок", hint="«О создании сети …»")
    network_name: Line = field("Сеть", readonly=True)
    goal: Text = field("Цель", readonly=True)
    school_year: Choice = field("Учебный год", of="school_years", readonly=True)
    base: School = field("Базовая школа", readonly=True)
    members: Rows[Composition] = field("Состав", readonly=True, basis="4.2")
    directions: Many[Direction] = field("Направления", of="school_year", readonly=True)
    valid_from: Date = field("Действует с", readonly=True)
    valid_to: Date = field("Действует по", readonly=True)
    acts: Many[Act] = field("На основании", basis="1.1")
    coordinator: Person = field("Координатор сети", of="base", basis="1.7")
    curator: Person = field("Куратор от ИМЦ", of="methodist", basis="4.1")
    plan_due: Date = field("Представить план до", basis="4.3")
    report_due: Date = field("Представить справку до", basis="4.3")
    control: Person = field("Контроль возложить на", of="department")
    extra: Text = field("Дополнительный пункт", optional=True)
    signed_by: Person = field("Подписал", hidden=True)
    signed_as: Line = field("В должности", hidden=True)
    signed_on: Date = field("Дата подписи", hidden=True)
    registered_on: Date = field("Дата регистрации", hidden=True)


class Signature(Form):
    """The signer's confirmation."""

    basis_reason: Text = field(
        "Почему основание действует",
        optional=True,
        hint="Нужно, только если срок выбранного акта истёк: не меньше 20 знаков",
    )


class Registration(Form):
    """What the clerk types when numbers are given elsewhere."""

    number: Int = field("Номер", optional=True, hint="Пусто: следующий номер журнала")
    registered_on: Date = field(
        "Дата регистрации",
        optional=True,
        hint="Только для журнала, номера которого выдаёт другая система. Пусто: сегодня",
        basis="A-13",
    )
    reason: Text = field("Почему дата раньше последней в журнале", optional=True)


class Publication(Form):
    """Where the order stands on the department's site."""

    link: Line = field("Адрес страницы с приказом", hint="https://…")


class Scan(Form):
    """The scan of the signed paper."""

    file: File = field("Скан подписанного приказа", accept=("pdf", "jpg"))


def first_values(_capacity: Any, _facts: Any, today: dt.date) -> dict[str, Any]:
    """What a fresh draft says."""
    september = today.year if today.month < 10 else today.year + 1  # noqa: PLR2004 (autumn)
    return {"plan_due": f"{september}-09-20", "report_due": f"{september + 1}-06-15"}
