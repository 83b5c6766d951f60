"""What somebody wants to change in a network that exists (4.2; dossier 7.3, N2–N10)."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from workflow_app.engine import (
    Case,
    Choice,
    Date,
    Facts,
    Form,
    Line,
    Many,
    Name,
    Network,
    Ref,
    Remarked,
    Rows,
    School,
    Text,
    field,
    fill,
)
from workflows.contacts import Contact
from workflows.registers.networks import NETWORKS
from workflows.registers.schools import SCHOOLS
from workflows.rules import MEMBER_ROLES, WHAT_ROLES_MEAN, school_year

KINDS = {
    "add": "Включить школу",
    "remove": "Вывести школу",
    "role": "Изменить роль школы",
    "change_base": "Сменить базовую школу",
    "directions": "Изменить направления",
    "rename": "Переименовать сеть",
    "extend": "Продлить сеть",
    "suspend": "Приостановить сеть",
    "resume": "Возобновить сеть",
    "merge": "Присоединить к другой сети",
    "split": "Выделить новую сеть",
    "close": "Закрыть сеть",
}
HEADINGS = {
    "add": "Включить школу {school} в сеть «{network}»",
    "remove": "Вывести школу {school} из сети «{network}»",
    "role": "Изменить роль школы {school} в сети «{network}»",
    "change_base": "Сменить базовую школу сети «{network}»: {school}",
    "directions": "Изменить направления сети «{network}»",
    "rename": "Переименовать сеть «{network}»",
    "extend": "Продлить сеть «{network}»",
    "suspend": "Приостановить сеть «{network}»",
    "resume": "Возобновить сеть «{network}»",
    "merge": "Присоединить сеть «{network}» к другой",
    "split": "Выделить новую сеть из сети «{network}»",
    "close": "Закрыть сеть «{network}»",
}
ABOUT_SCHOOL = ("add", "remove", "role", "change_base")
WITH_ROLE = ("add", "role")
LEAVES = "leaves"
OLD_BASE = {
    LEAVES: "выходит из сети",
    "resource": "остаётся ресурсной",
    "partner": "остаётся участницей",
}


def only(*kinds: str) -> Callable[[Any], bool]:
    """Return the question whether a change is of one of these kinds."""
    return lambda data: data.kind in kinds


def chosen_among(data: Any) -> tuple[str, ...] | None:
    """Return among whom the school is chosen: who joins is of the district, others are there."""
    return ("members",) if data.network and data.kind in ("remove", "role", "change_base") else None


class Change(Remarked):
    """A request to change a network; the order alone carries it out (4.2)."""

    network: Network = field("Сеть", of="author")
    kind: Choice = field("Что изменить", choices=KINDS)
    school: School = field("Школа", of=chosen_among, when=only(*ABOUT_SCHOOL))
    gone: Many[School] = field(
        "Кто выходит одновременно", hint="Одним приказом", optional=True, when=only("add")
    )
    role: Choice = field(
        "Роль в сети", choices=MEMBER_ROLES, default="supported", when=only(*WITH_ROLE),
        hint=WHAT_ROLES_MEAN,
    )
    old_base: Choice = field(
        "Прежняя базовая школа", choices=OLD_BASE, default=LEAVES, when=only("change_base")
    )
    directions: Many[Ref] = field(
        "Направления", to="direction", of="school_year", basis="5.2", when=only("directions")
    )
    name: Name = field("Наименование", basis="1.3", when=only("rename", "split"))
    into: Network = field("К какой сети", when=only("merge"))
    new_base: School = field("Базовая школа новой сети", basis="1.3", when=only("split"))
    leaving: Many[School] = field("Школы новой сети", when=only("split"))
    valid_to: Date = field("Продлить до", basis="A-04", when=only("extend"))
    until: Date = field("Приостановить до", when=only("suspend"))
    effective_on: Date = field("С какой даты", hint="Не раньше регистрации приказа")
    reason: Text = field("Почему", minimum=10)
    school_year: Choice = field("Учебный год", of="school_years", hidden=True)
    network_name: Line = field("Наименование сети", hidden=True)
    school_name: Line = field("Наименование школы", hidden=True)
    base: School = field("Базовая школа сети", hidden=True)
    members: Many[School] = field("Школы сети", hidden=True)
    asked: Many[School] = field("Кого спрашивали", hidden=True)
    contacts: Rows[Contact] = field("Контактные лица школ", hidden=True)


class Opinion(Form):
    """The opinion of the methodical centre on a change."""

    conclusion: Text = field("Заключение", minimum=10, basis="1.4")


def first_values(_capacity: Any, _facts: Facts, today: dt.date) -> dict[str, Any]:
    """What a fresh request says."""
    return {"school_year": school_year(today)}


def heading(data: Change) -> str:
    """Return how a request is called in lists; what is not chosen yet is left out.

    >>> heading(Change(kind="rename", network_name="Чтение"))
    'Переименовать сеть «Чтение»'
    >>> heading(Change(kind="change_base", network_name="Чтение"))
    'Сменить базовую школу сети «Чтение»'
    """
    if not data.network_name:
        return KINDS.get(data.kind, "Изменение сети")
    said = HEADINGS.get(data.kind, "Изменение сети «{network}»")
    named = fill(said, school=data.school_name, network=data.network_name)
    return " ".join(named.split()).removesuffix(":")


def names(data: Change, facts: Facts) -> dict[str, str]:
    """Return how the chosen network and school are called, for the heading."""
    network = facts.of(NETWORKS).get(data.network)
    concerned = data.school if data.kind in ABOUT_SCHOOL else None
    return {
        "network_name": network.name if network else "",
        "school_name": facts.name("school", concerned) if concerned else "",
    }


def is_by_department(case: Case["Change"], facts: Facts) -> bool:
    """Tell whether the department itself asks for the change, and not a school."""
    return not any(map(facts.of(SCHOOLS).last, case.parties["author"]))
