"""Посещения сетей методическим центром: когда, кто, что смотрел и к чему пришёл (1.4)."""

import datetime as dt

from workflow_app.engine import (
    CaseLinks,
    Choice,
    Count,
    Date,
    Facts,
    Line,
    Network,
    Person,
    Recent,
    Record,
    Register,
    School,
    Text,
    field,
)
from workflow_app.engine.calendar import school_year_bounds
from workflow_app.engine.forms import Day
from workflows.registers.memberships import networks_led
from workflows.roles import AUDITOR, DEPARTMENT, IMC

MODES = {"in_person": "очно", "remote": "дистанционно"}


class Visit(Record):
    """A visit that took place, as its protocol tells it; what is only planned is a case."""

    network: Network = field("Сеть")
    code: Line = field("Протокол №")
    held_on: Day = field("Когда")
    mode: Choice = field("Как", choices=MODES)
    school: School = field("В какой школе", optional=True, hint="Пусто — вся сеть")
    visitor: Person = field("Кто посетил", optional=True)
    topic: Text = field("Что смотрели")
    conclusion: Text = field("Вывод")
    findings: Count = field("Замечаний")
    acknowledged_on: Date = field("Ознакомились", optional=True)


VISITS = Register(
    key="visit",
    title="Посещения",
    record=Visit,
    basis="1.4",
    identity=("network", "code"),
    together=("network",),
    called=lambda row: f"Протокол № {row.code} от {row.held_on:%d.%m.%Y}",
    subject="network",
    columns=("held_on", "network", "topic", "visitor", "findings"),
    details={
        "held_on": ("mode", "code", "acknowledged_on"), "network": ("school",),
        "topic": ("conclusion",),
    },
    filters=("network", "visitor"),
    search=("topic", "conclusion"),
    sorted_by=("-held_on",),
    readers=(*DEPARTMENT, *IMC, AUDITOR),
    read_through="network",
    own=networks_led,
    recent=Recent(
        "Последнее посещение", "held_on", "visits.within_days", "давно без посещения"
    ),
    cases=CaseLinks("code", "code", lambda row: (f"network/{row.network}",)),
)


def last_day(facts: Facts, network: int | None) -> dt.date | None:
    """Return the day of the newest visit of a network; None where nobody has been there."""
    return max((row.held_on for row in facts.of(VISITS).find(network=network)), default=None)


def next_code(facts: Facts, held_on: dt.date) -> str:
    """Return the number of the next protocol: «2/2026» is the second of that year, of all networks.

    Numbers that networks once counted each for themselves are used by none again.
    """
    year = held_on.year
    used = (row.code.partition("/") for row in facts.of(VISITS).find())
    taken = [int(number) for number, _, of in used if of == str(year) and number.isdecimal()]
    return f"{1 + max(taken, default=0)}/{year}"


def held_in(facts: Facts, network: int | None, school_year: str) -> int:
    """Return how many visits a network had in a school year."""
    first, last = school_year_bounds(school_year)
    rows = facts.of(VISITS).find(network=network)
    return sum(first <= row.held_on <= last for row in rows)
