"""A person's calendar: what she takes part in, by day, and what is in each other's way."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from workflow_app.engine.appointments import clash
from workflow_app.engine.decide import is_visible
from workflow_app.engine.process import Process
from workflow_app.engine.roles import Actor, fitting


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
    def state(self) -> str:
        """Where it stands."""

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
    """Yield the cases in which a person, or whom she stands in for, takes part today.

    What is still written is nobody's appointment but its author's; what ended off its usual way,
    cancelled or withdrawn, does not take place.
    """
    for case in cases:
        process = processes.get(case.process)
        if process is None or process.appointments is None:
            continue
        here = [one for one in actor.capacities if one.municipality_id == case.municipality_id]
        comer = Actor(actor.person_id, (*here,))
        parties = {name: frozenset(ids) for name, ids in case.parties.items()}
        state = process.states[case.state]
        if (
            fitting(process.appointments.roles, comer, parties)
            and is_visible(process, case.state, parties, comer)
            and not (state.is_final and state.is_aside)
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
