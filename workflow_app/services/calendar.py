"""A person's calendar: what she takes part in, by day, and what is in each other's way."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from workflow_app.engine.appointments import Attendance, clash
from workflow_app.engine.case import Case
from workflow_app.engine.decide import is_visible
from workflow_app.engine.facts import Facts
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


class Cases(Protocol):
    """What calendars ask of the store beyond the list."""

    def learn(self, ids: Collection[int]) -> Sequence[Case]:
        """Read several cases by one statement; `load` then knows them."""

    def load(self, instance_id: int) -> Case | None:
        """Return a case."""

    def facts(self, municipality_id: int) -> Facts:
        """Return the registers."""


def attendances(
    uow: Cases, cases: Sequence[AppointedT], processes: Mapping[str, Process], actor: Actor
) -> dict[int, Attendance]:
    """Return case → how a person comes to it, of those she comes to or may come to."""
    asked = [one for one in cases if _comes(processes, one)]
    uow.learn([one.id for one in asked])
    found = {one.id: Attendance() for one in cases if not _comes(processes, one)}
    for one in asked:
        case, comes = uow.load(one.id), _comes(processes, one)
        appointments = processes[one.process].appointments
        parties = {name: frozenset(ids) for name, ids in one.parties.items()}
        held = fitting(appointments.roles, actor, parties) if appointments else ()
        facts = uow.facts(one.municipality_id)
        said = [comes(case, facts, by) for by in held] if case and comes else []
        told = sorted(filter(None, said), key=lambda way: way.is_offer)
        if told:
            found[one.id] = told[0]
    return found


def _comes(processes: Mapping[str, Process], case: Appointed) -> Any:
    appointments = processes[case.process].appointments
    return appointments.comes if appointments else None


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
