"""What people fill in on the way of an order."""

import datetime as dt
from typing import Any

from workflow_app.engine import (
    Case,
    Choice,
    Date,
    Facts,
    File,
    Form,
    Int,
    Line,
    Many,
    Network,
    Person,
    Ref,
    Row,
    Rows,
    School,
    Text,
    field,
)
from workflows.contacts import Contact
from workflows.order_approval.kinds import (
    AMEND,
    CLOSE,
    CREATE,
    DIRECTIONS,
    EXTEND,
    EXTENSION,
    JOURNAL,
    KINDS,
    OF_NETWORK,
    OF_YEAR,
    RESULTS,
    REVOKE,
    STATUSES,
    is_begun_with,
    is_titled,
    names_people,
    of,
    titled,
)
from workflows.registers.memberships import NETWORK_ROLES
from workflows.registers.networks import MODELS
from workflows.registers.statuses import STATUSES as STATUSES_OF_SCHOOLS
from workflows.rules import MEMBER_ROLES, school_year


class Composition(Row):
    """A school of the composition, as the parent's snapshot has it."""

    school: School = field("Школа", key=True)
    role: Choice = field("Роль", choices=MEMBER_ROLES)
    conditions: Text = field("Условия участия", optional=True)


class Difference(Row):
    """What an order changes for one school; without a role it is not in the network."""

    school: School = field("Школа", key=True)
    before: Choice = field("Было", choices=NETWORK_ROLES, optional=True)
    after: Choice = field("Стало", choices=NETWORK_ROLES, optional=True)


class YearDirection(Row):
    """A direction of the year (5.2)."""

    name: Line = field("Направление")
    area: Line = field("Предметная область", optional=True)
    ground: Text = field("Обоснование", optional=True, hint="Пункт Положения или вывод справки")


class YearStatus(Row):
    """A status of a school in the year, and what it rests on."""

    school: School = field("Школа")
    code: Choice = field("Статус", choices=STATUSES_OF_SCHOOLS)
    evidence: Text = field("На основании чего", minimum=5)


class YearAdvice(Row):
    """A recommendation of an approved report, for the annex of the order on results."""

    network: Line = field("Сеть", readonly=True)
    text: Text = field("Рекомендация", readonly=True)
    addressee: Line = field("Кому", readonly=True)
    due_on: Date = field("Срок", readonly=True)


class Order(Form):
    """The draft of an order. What was decided before it is read-only here (4.2)."""

    kind: Choice = field("Вид приказа", choices=KINDS, default=CREATE, readonly=True)
    title: Line = field(
        "Заголовок", hint="Начинается с «О» или «Об»", when=is_titled, part="Что решает приказ"
    )
    network: Network = field("Сеть", readonly=True, when=of(AMEND, CLOSE))
    network_name: Line = field("Наименование сети", readonly=True, when=of(*OF_NETWORK))
    goal: Text = field("Цель", readonly=True, when=of(CREATE))
    model: Choice = field("Модель сети", choices=MODELS, optional=True, readonly=True,
                          when=lambda data: data.model)
    school_year: Choice = field("Учебный год", of="school_years", readonly=True, when=of(CREATE))
    year: Choice = field(
        "На учебный год", of="school_years", when=of(DIRECTIONS, STATUSES, RESULTS)
    )
    networks: Many[Network] = field("Какие сети", minimum=1, when=of(EXTEND, RESULTS))
    base: School = field("Базовая школа", readonly=True, when=of(*OF_NETWORK))
    members: Rows[Composition] = field("Состав", readonly=True, basis="4.2", when=of(*OF_NETWORK))
    changes: Rows[Difference] = field(
        "Что меняется в составе", readonly=True, optional=True, when=of(AMEND, CLOSE)
    )
    directions: Many[Ref] = field(
        "Направления", to="direction", of="school_year", readonly=True, when=of(CREATE)
    )
    list_of_directions: Rows[YearDirection] = field(
        "Направления года", minimum=1, basis="5.2", when=of(DIRECTIONS)
    )
    statuses: Rows[YearStatus] = field("Статусы школ", minimum=1, basis="1.3", when=of(STATUSES))
    summary: Text = field("Итоги года", minimum=20, when=of(RESULTS), basis="4.3")
    praise: Text = field("Кого отметить", optional=True, when=of(RESULTS))
    instructions: Text = field("Что поручить на следующий год", minimum=10, when=of(RESULTS))
    advice: Rows[YearAdvice] = field(
        "Рекомендации утверждённых справок", readonly=True, when=of(RESULTS), basis="4.3"
    )
    revoked: Choice = field("Какой приказ отменить", of="orders", when=of(REVOKE))
    valid_from: Date = field("Действует с", readonly=True, when=of(*OF_NETWORK))
    valid_to: Date = field("Действует по", readonly=True, when=of(CREATE))
    new_term: Date = field("Продлить до", when=of(EXTEND), basis="A-04")
    reason: Text = field(
        "Почему", minimum=10, when=of(AMEND, EXTEND, CLOSE, REVOKE),
        hint="В приказе это стоит после слова «Основание:», например: решение совета сети "
             "от 20.05.2026, протокол № 4",
    )
    acts: Many[Ref] = field(
        "На основании", to="act", basis="1.1, 3.1", part="Основание и исполнители"
    )
    coordinator: Person = field("Координатор сети", of="base", basis="1.7", when=names_people)
    curator: Person = field(
        "Куратор от методического центра", of="methodist", basis="4.1", when=names_people
    )
    plan_due: Date = field("Представить план до", basis="4.3", when=of(CREATE))
    report_due: Date = field("Представить справку до", basis="4.3", when=of(CREATE, CLOSE))
    control: Person = field("Контроль возложить на", of="department")
    extra: Text = field("Дополнительный пункт", optional=True)
    named: Line = field("Как названы сети", hidden=True)
    change: Line = field("Какое изменение", hidden=True)
    into: Network = field("К какой сети", hidden=True)
    new_base: School = field("Базовая школа новой сети", hidden=True)
    leaving: Many[School] = field("Школы новой сети", hidden=True)
    until: Date = field("Приостановлена до", hidden=True)
    schools: Many[School] = field("Кого касается", hidden=True)
    contacts: Rows[Contact] = field("Контактные лица школ", hidden=True)
    signed_by: Person = field("Подписал", hidden=True)
    signed_as: Line = field("В должности", hidden=True)
    signed_on: Date = field("Дата подписи", hidden=True)
    registered_on: Date = field("Дата регистрации", hidden=True)


LONGEST = 120
"""So much of the name of one network stands in a heading."""
NAMED = 2
"""So many networks are named in a heading, the others counted."""


def kept(data: Order, facts: Facts) -> dict[str, Any]:
    """Return what follows the choices of a draft: names for its heading, and its first title."""
    named = names_of_networks(data, facts)
    if data.kind == EXTEND:
        # The title names the networks until people word it: lists, page and paper say one thing.
        follows = data.title in (EXTENSION, extension_of(data.named))
        return {**named, "title": extension_of(named["named"])} if follows else named
    follows = bool(data.kind in OF_YEAR and data.year and is_begun_with(data.title, data.kind))
    return {**named, **({"title": titled(data.kind, data.year)} if follows else {})}


def extension_of(named: str) -> str:
    """Return the title of an order that extends these networks, as `named` calls them."""
    return f"{EXTENSION.removesuffix('сетей')}{named}" if named else EXTENSION


def names_of_networks(data: Order, facts: Facts) -> dict[str, Any]:
    """Return how an order is told from another one with the title both began with."""
    if data.kind != EXTEND or not data.networks:
        return {"named": ""}
    keys = [key for key in data.networks if key]
    names = ", ".join(f"«{facts.name('network', key)[:LONGEST]}»" for key in keys[:NAMED])
    more = f" и ещё {len(keys) - NAMED}" if len(keys) > NAMED else ""
    return {"named": f"{'сети' if len(keys) == 1 else 'сетей'} {names}{more}"}


def heading(data: Order) -> str:
    """Return how an order is called in lists: by the title it prints."""
    return data.title


class Signature(Form):
    """The signer's confirmation."""

    basis_reason: Text = field(
        "Почему основание действует",
        optional=True,
        hint="Нужно, только если срок выбранного акта истёк: не меньше 20 знаков",
    )


def dates_are_typed(_case: Case, facts: Facts) -> bool:
    """Tell whether another system numbers, and with that dates, the orders (A-13)."""
    return facts.is_numbered_elsewhere(JOURNAL)


def dates_may_run_back(case: Case, facts: Facts) -> bool:
    """Tell whether a number may come before the last one of the journal (O7)."""
    last = facts.last_registered_on(JOURNAL)
    return dates_are_typed(case, facts) or bool(last and last > case.today)


class Registration(Form):
    """What the clerk types when numbers are given elsewhere."""

    number: Int = field(
        "Номер", optional=True, next_of=JOURNAL,
        hint="Впишите номер, который выдала другая система",
    )
    registered_on: Date = field(
        "Дата регистрации",
        optional=True,
        hint="Пусто: сегодня",
        basis="A-13",
        asked_if=dates_are_typed,
    )
    reason: Text = field(
        "Почему дата раньше последней в журнале", optional=True, asked_if=dates_may_run_back
    )


class Publication(Form):
    """Where the order stands on the department's site."""

    link: Line = field("Адрес страницы с приказом", hint="https://…")


class Scan(Form):
    """The scan of the signed paper."""

    file: File = field("Скан подписанного приказа", accept=("pdf", "jpg"))


def shown_to(data: Order) -> tuple[int | None, ...]:
    """Return the schools whose heads a registered order is shown to; a draft is shown to none."""
    return data.schools if data.registered_on else ()


def first_values(_capacity: Any, _facts: Any, today: dt.date) -> dict[str, Any]:
    """What a fresh draft says."""
    return {"year": school_year(today)}
