"""The facts a guard may ask for, and the cards they answer with."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from workflow_app.engine.case import Case
from workflow_app.engine.polls import PollResult
from workflow_app.engine.registers import Records, RecordT, Register
from workflow_app.engine.roles import Capacity
from workflow_app.engine.votes import Tally


@dataclass(frozen=True, slots=True)
class OfficeCard:
    """A position somebody holds, in its confirmed cases; an empty case is not confirmed."""

    position_id: int
    role: str
    organisation_id: int
    title: str
    title_gen: str = ""
    title_dat: str = ""
    title_acc: str = ""


@dataclass(frozen=True, slots=True)
class PersonCard:
    """How papers name a person, with the offices she holds today."""

    id: int
    nom: str
    gen: str
    dat: str
    acc: str
    signature: str
    email: str = ""
    offices: tuple[OfficeCard, ...] = ()


@dataclass(frozen=True, slots=True)
class OrganisationCard:
    """How papers name an organisation today; an empty case is not confirmed."""

    id: int
    kind: str
    short_name: str
    name: str
    name_gen: str = ""
    place: str = ""
    """Where it stands, as stored: «с. Левокумское»."""


@dataclass(frozen=True, slots=True)
class OrderCard:
    """A registered order: what it is about, and whether a later one has revoked it."""

    id: int
    number: str
    registered_on: dt.date
    title: str
    kind: str = ""
    subjects: tuple[str, ...] = ()
    """The rows of registers it speaks of, as paths: «register/7»."""
    case: int | None = None
    """The case it was prepared in; imported orders have none."""
    is_revoked: bool = False

    def rows_of(self, register: str) -> tuple[int, ...]:
        """Return the rows of a register it speaks of.

        >>> OrderCard(1, "1", dt.date.min, "", "", ("act/3", "act/7", "visit/1")).rows_of("act")
        (3, 7)
        """
        paths = (subject.split("/") for subject in self.subjects)
        return tuple(int(row) for key, row in paths if key == register)


@dataclass(frozen=True, slots=True)
class PostCard:
    """A position as a case names it: whose it is today, or nobody's."""

    id: int
    role: str
    organisation_id: int
    title: str
    name: str = ""
    person_id: int | None = None

    @property
    def is_held(self) -> bool:
        """Tell whether somebody holds it, or stands in for its holder, today."""
        return self.person_id is not None


@dataclass(frozen=True, slots=True)
class CaseCard:
    """Another case as guards see it; `key` is the row it was fanned from."""

    id: int
    process: str
    state: str
    data: Any
    number: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class AppointmentCard:
    """Another case on the day it takes place, with the posts that take part in it."""

    case: int
    heading: str
    at: str = ""
    posts: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs for the department on a date: the head or the acting substitute."""

    capacity: Capacity
    title: str
    name: str


class Facts(Protocol):
    """A read-only view of the registers: the questions guards may ask."""

    @property
    def today(self) -> dt.date:
        """The municipality's date."""

    def of(self, register: Register[RecordT]) -> Records[RecordT]:
        """Return the rows of a declared register, as they are today."""

    def setting(self, name: str) -> Any:
        """Return a setting of the municipality."""

    def order(self, entry_id: int) -> OrderCard | None:
        """Return a registered order of this municipality by its row in the journal."""

    def orders_of(self, subject: str) -> tuple[OrderCard, ...]:
        """Return the orders about a row of a register that are in force, in their order."""

    def cases_about(self, subject: str, process: str) -> tuple[CaseCard, ...]:
        """Return the cases of a process about a subject or a part of it, oldest first."""

    def parent(self, case: Case) -> CaseCard | None:
        """Return the case this one was started by, unless it began alone."""

    def children(self, case: Case, process: str) -> tuple[CaseCard, ...]:
        """Return the children of one process, oldest first."""

    def open_cases_of(self, process: str, organisation_id: int) -> tuple[CaseCard, ...]:
        """Return the open cases of a process in which an organisation takes part."""

    def appointments(self, day: dt.date) -> tuple[AppointmentCard, ...]:
        """Return the cases of the municipality that take place on a day, by their hours."""

    def post(self, position_id: int) -> PostCard | None:
        """Return a position of this municipality and who holds it today."""

    def working_day(self, day: dt.date, days: int) -> dt.date:
        """Return the date so many working days later (earlier, when negative)."""

    def calendar_filled_to(self) -> dt.date | None:
        """Return the last day working days are known for; None where they are for any."""

    def open_instance(self, process: str, key: str) -> int | None:
        """Return the open instance that holds this key."""

    def tally(self, case: Case, ballot: str) -> Tally | None:
        """Return a ballot of the case as it stands."""

    def parent_tally(self, case: Case, ballot: str) -> Tally | None:
        """Return a ballot of the parent instance."""

    def snapshot(self, case: Case) -> Any:
        """Return the case's data as last kept by a snapshot."""

    def child_states(self, case: Case, process: str) -> tuple[str, ...]:
        """Return the states of the children of one process, oldest first."""

    def holders(self, role: str, organisation_id: int | None) -> Collection[Capacity]:
        """Return who holds a position role today, substitutes instead of the absent."""

    def signer(self, role: str) -> Signer | None:
        """Return who signs in a role today."""

    def last_registered_on(self, journal: str) -> dt.date | None:
        """Return the date of the newest number of a journal."""

    def is_numbered_elsewhere(self, journal: str) -> bool:
        """Tell whether a journal's numbers are given outside and typed in by the clerk."""

    def is_number_taken(self, journal: str, year: int, number: int) -> bool:
        """Tell whether a number of a year stands in the journal."""

    def name(self, register: str, key: int, form: str = "") -> str:
        """Return the printed name of a register row, in a stored case form."""

    def person(self, person_id: int) -> PersonCard | None:
        """Return how papers name a person of this municipality."""

    def organisation(self, key: int | str) -> OrganisationCard | None:
        """Return an organisation by its id, or the only one of a kind (`department`, `imc`)."""

    def last_taken(self, case: Case, action: str) -> dt.datetime | None:
        """Return the moment an action was last taken in the case, UTC."""

    def readings(self, case: Case) -> Mapping[int, dt.datetime]:
        """Return which of the people a case is meant for (`Feed.to`) opened it, and when, UTC."""

    def poll(self, case_id: int) -> PollResult:
        """Return what was answered in a case's poll (`Process.poll`); nothing before its end."""

    def verification_address(self, text_hash: str) -> str:
        """Return the public page that says whether a registered paper has this text."""

    def local(self, moment: dt.datetime) -> dt.datetime:
        """Return a moment as the municipality's clocks show it."""
