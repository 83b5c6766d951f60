"""What people asked the schools of a network for in a half-year, and what follows from it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from workflow_app.engine import (
    Capacity,
    Choice,
    Facts,
    Form,
    Int,
    Line,
    Network,
    Row,
    Rows,
    School,
    Text,
    field,
)
from workflow_app.engine.calendar import school_year_of
from workflows.half_years import HALVES, half_of
from workflows.registers.memberships import networks_of
from workflows.registers.networks import NETWORKS


class Topic(Row):
    """A topic with its requests; its key is its place."""

    topic: Line = field("О чём просят", readonly=True)
    when: Line = field("По кварталам", readonly=True)
    who: Line = field("Кто просит", readonly=True)
    count: Int = field("Запросов", readonly=True)
    answered: Text = field("Что об этом в плане", readonly=True, optional=True)


class Analysis(Form):
    """The table of the requests of a half-year, with its conclusions."""

    network: Network = field("Сеть", readonly=True)
    network_name: Line = field("Наименование сети", hidden=True)
    base: School = field("Базовая школа", hidden=True)
    school_year: Choice = field("Учебный год", of="school_years", readonly=True)
    half: Choice = field("За какие месяцы", choices=HALVES)
    topics: Rows[Topic] = field(
        "Запросы по темам", fixed=True, optional=True, basis="1.6",
        hint="Из реестра «Запросы потребителей»: запросы вносят школы",
    )
    conclusions: Text = field(
        "Выводы", minimum=30, basis="1.6",
        hint="О чём просят чаще, что сеть уже делает и что внесёт в план",
    )


def first_values(capacity: Capacity, facts: Facts, today: dt.date) -> Mapping[str, Any]:
    """Return what an analysis knows: the school's network, the year, and the half that ends."""
    own = sorted(networks_of(facts, capacity.organisation_id, today, "base"))
    network = facts.of(NETWORKS).get(own[0]) if own else None
    return {
        "network": network.id if network else None,
        "network_name": network.name if network else "",
        "base": capacity.organisation_id,
        "school_year": school_year_of(today),
        "half": half_of(today),
    }


def heading(data: Analysis) -> str:
    """Return how an analysis is called in lists."""
    year = data.school_year.replace("-", "/")
    return f"Анализ запросов сети «{data.network_name}», {HALVES.get(data.half, '')} {year}"
