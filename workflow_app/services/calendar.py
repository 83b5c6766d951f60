"""A person's calendar: what she takes part in, by day, and what is in each other's way."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from workflow_app.engine.appointments import clash
from workflow_app.engine.process import Process
from workflow_app.engine.roles import Actor


class Appointed(Protocol):
    """A case that takes place on a day, as the store tells it."""

    @property
    def id(self) -> int:
        """The case."""

    @property
    def municipality_id(self) -> int:
        """Whose it is."""

    @property
    def process(self) -> str:
        """Its kind."""

    @property
    def parties(self) -> Mapping[str, Any]:
        """Who takes part, by the names of their parts."""

    @property
    def takes_place_on(self) -> dt.date:
        """The day."""

    @property
    def takes_place_at(self) -> str:
        """The hour of its beginning, «14:30»; empty: all day."""


AppointedT = TypeVar("AppointedT", bound=Appointed)


def attended(
    cases: Iterable[AppointedT], processes: Mapping[str, Process], actor: Actor
) -> Iterator[AppointedT]:
    """Yield the cases in which a person, or whom she stands in for, takes part today."""
    for case in cases:
        process = processes.get(case.process)
        declared = process.appointments if process else None
        parties = {name: frozenset(ids) for name, ids in case.parties.items()}
        if declared and any(
            role.is_held(capacity, parties)
            for role in declared.roles
            for capacity in actor.capacities
            if capacity.municipality_id == case.municipality_id
        ):
            yield case


def clashing(cases: Sequence[Appointed]) -> frozenset[int]:
    """Return the cases of one person that begin within an hour of each other, on one day."""
    return frozenset(
        one.id
        for one in cases
        for other in cases
        if one.id != other.id
        and one.takes_place_on == other.takes_place_on
        and clash(one.takes_place_at, other.takes_place_at)
    )
