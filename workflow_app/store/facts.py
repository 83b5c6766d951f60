"""The registers as guards see them: typed questions, memoised within one unit of work."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, bindparam, func, select
from sqlalchemy.orm import Session

from workflow_app.engine.calendar import WorkingCalendar
from workflow_app.engine.case import Case
from workflow_app.engine.facts import (
    AppointmentCard,
    CaseCard,
    OrderCard,
    OrganisationCard,
    PersonCard,
    PostCard,
    Signer,
)
from workflow_app.engine.polls import PollResult
from workflow_app.engine.process import Process
from workflow_app.engine.registers import RecordT, Register
from workflow_app.engine.roles import POST, Capacity
from workflow_app.engine.votes import Tally
from workflow_app.services.settings_defaults import default_of
from workflow_app.store.cases import polls, readings, subjects, votes
from workflow_app.store.directory import calendar, cards, offices
from workflow_app.store.journals import numbering
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Municipality, Person, Setting
from workflow_app.store.models.instances import DataVersion, History, Instance, Participant
from workflow_app.store.models.registers import Journal, JournalEntry
from workflow_app.store.registers.reading import Shelf, SqlRecords

if TYPE_CHECKING:
    from workflow_app.engine.facts import Facts

T = TypeVar("T")

FEW = 10
"""So many holders of an office may have their cards read before anybody asks for them."""

_INSTANCE = table(Instance)

OF_REGISTERS = frozenset({"order", "name"})
"""Answers that a row entered, amended or ended in a register may change."""

_SETTINGS = select(Setting.key, Setting.value).where(
    Setting.municipality_id == bindparam("municipality")
)
_CARDS = (
    select(
        _INSTANCE.c.id, _INSTANCE.c.state, _INSTANCE.c.data, _INSTANCE.c.number, _INSTANCE.c.fan_key
    )
    .where(_INSTANCE.c.process == bindparam("of_process"))
    .order_by(_INSTANCE.c.id)
)
_CARD = _CARDS.where(_INSTANCE.c.id == bindparam("case"))
_CARDS_OF_CHILDREN = _CARDS.where(_INSTANCE.c.parent_id == bindparam("parent"))
_CARDS_ABOUT = _CARDS.where(*subjects.IS_ABOUT)
_OPEN_CARDS_OF = _CARDS.where(
    _INSTANCE.c.finished_at.is_(None),
    _INSTANCE.c.id.in_(
        select(Participant.instance_id).where(
            Participant.organisation_id == bindparam("organisation")
        )
    ),
)

_ON_DAY = (
    select(
        _INSTANCE.c.id,
        _INSTANCE.c.process,
        _INSTANCE.c.heading,
        _INSTANCE.c.takes_place_at,
        _INSTANCE.c.parties,
    )
    .where(
        _INSTANCE.c.municipality_id == bindparam("municipality"),
        _INSTANCE.c.takes_place_on == bindparam("day"),
    )
    .order_by(_INSTANCE.c.takes_place_at, _INSTANCE.c.id)
)


class SqlFacts:
    """Answers from the database of one municipality on one day."""

    def __init__(
        self,
        connection: Connection,
        processes: Mapping[str, Process],
        municipality_id: int,
        today: dt.date,
        public_url: str = "",
        shelf: Shelf | None = None,
    ) -> None:
        self._connection = connection
        self._processes = processes
        self._municipality_id = municipality_id
        self.today = today
        self._public_url = public_url
        self._shelf = shelf or Shelf(connection, {}, municipality_id, lambda: None)
        self._known: dict[Any, Any] = {}
        self.near: set[int] = set()
        """The organisations of the cases in hand: who asks of one soon asks of the others."""
        self._met: set[int] = set()
        """People whose offices were asked for: their cards are read by one statement."""
        self._session_: Session | None = None

    @property
    def _session(self) -> Session:
        if self._session_ is None:
            self._session_ = Session(
                bind=self._connection, autoflush=False, join_transaction_mode="rollback_only"
            )
        return self._session_

    def _once(self, key: Any, ask: Callable[[], T]) -> T:
        if key not in self._known:
            self._known[key] = ask()
        found: T = self._known[key]
        return found

    def forget(self, instance_id: int) -> None:
        """Ask anew what belongs to an instance: this unit of work has changed it."""
        mine = ("case", instance_id)
        self._drop(lambda key: key[:2] == mine or key[0] == "about")

    def forget_votes(self, instance_id: int) -> None:
        """Ask anew how the ballots of an instance stand."""
        mine = ("votes", instance_id)
        self._drop(lambda key: key[:2] == mine)

    def forget_office(self, role: str, person_id: int) -> None:
        """Ask anew who holds an office and what a person holds: she was given one just now."""
        stale = (("holders", role), ("holders", POST), ("person", person_id))
        self._drop(lambda key: key[:2] in stale)

    def forget_registers(self) -> None:
        """Ask anew what the registers say: this unit of work has changed one."""
        self._drop(lambda key: key[0] in OF_REGISTERS)
        self._shelf.forget()
        if self._session_:
            self._session_.expire_all()

    def _drop(self, is_stale: Callable[[Any], bool]) -> None:
        self._known = {key: said for key, said in self._known.items() if not is_stale(key)}

    def of(self, register: Register[RecordT]) -> SqlRecords[RecordT]:
        """Return the rows of a declared register as they are on this day."""
        return SqlRecords(self._shelf, register, self.today)

    def setting(self, name: str) -> Any:
        """Return a setting of the municipality."""
        changed = self._once(("settings",), self._settings)
        return changed[name] if name in changed else default_of(name)

    def _settings(self) -> Mapping[str, Any]:
        """Return all settings that differ from the code: few, and asked for in numbers."""
        rows = self._connection.execute(_SETTINGS, {"municipality": self._municipality_id})
        return {row.key: row.value for row in rows}

    def order(self, entry_id: int) -> OrderCard | None:
        """Return a registered order of this municipality by its row in the journal."""
        return self._once(
            ("order", entry_id), lambda: cards.order(self._session, self._municipality_id, entry_id)
        )

    def orders_of(self, subject: str) -> tuple[OrderCard, ...]:
        """Return the orders about a row of a register that are in force, in their order."""
        return cards.orders_of(self._session, self._municipality_id, subject)

    def cases_about(self, subject: str, process: str) -> tuple[CaseCard, ...]:
        """Return the cases of a process about a subject or a part of it, oldest first."""
        return self._once(
            ("about", subject, process),
            lambda: self._cases(
                process, _CARDS_ABOUT, subjects.named(self._municipality_id, subject)
            ),
        )

    def parent(self, case: Case) -> CaseCard | None:
        """Return the case this one was started by, unless it began alone."""
        if case.parent_id is None:
            return None
        query = select(_INSTANCE.c.process).where(_INSTANCE.c.id == case.parent_id)
        process = self._connection.execute(query).scalar_one()
        return self._cases(process, _CARD, {"case": case.parent_id})[0]

    def children(self, case: Case, process: str) -> tuple[CaseCard, ...]:
        """Return the children of one process, oldest first."""
        return self._cases(process, _CARDS_OF_CHILDREN, {"parent": case.id})

    def open_cases_of(self, process: str, organisation_id: int) -> tuple[CaseCard, ...]:
        """Return the open cases of a process in which an organisation takes part."""
        return self._cases(process, _OPEN_CARDS_OF, {"organisation": organisation_id})

    def _cases(
        self, process: str, question: Select[Any], values: Mapping[str, Any]
    ) -> tuple[CaseCard, ...]:
        found = self._connection.execute(question, {"of_process": process, **values})
        form = self._processes[process].form
        return tuple(
            CaseCard(
                row.id, process, row.state, form.model_validate(row.data), row.number, row.fan_key
            )
            for row in found
        )

    def appointments(self, day: dt.date) -> tuple[AppointmentCard, ...]:
        """Return the cases of the municipality that take place on a day, by their hours."""
        values = {"municipality": self._municipality_id, "day": day}
        return tuple(
            AppointmentCard(row.id, row.heading, row.takes_place_at, self._posts_of(row))
            for row in self._connection.execute(_ON_DAY, values)
        )

    def _posts_of(self, row: Any) -> frozenset[int]:
        names = self._processes[row.process].posts
        return frozenset(post for name in names for post in row.parties.get(name, ()))

    def post(self, position_id: int) -> PostCard | None:
        """Return a position of this municipality and who holds it today."""
        return self._once(
            ("post", position_id),
            lambda: cards.post(
                self._session, self._municipality_id, position_id, self.holders(POST, position_id)
            ),
        )

    def working_day(self, day: dt.date, days: int) -> dt.date:
        """Return the date so many working days later (earlier, when negative)."""
        return self.working_days().add_working_days(day, days)

    def calendar_filled_to(self) -> dt.date | None:
        """Return the last day the production calendar is filled for."""
        return self.working_days().filled_to

    def working_days(self) -> WorkingCalendar:
        """Return the municipality's production calendar."""
        return self._once(("calendar",), self._calendar)

    def _calendar(self) -> WorkingCalendar:
        return calendar.load_calendar(self._session, self._municipality_id)

    def open_instance(self, process: str, key: str) -> int | None:
        """Return the open instance that holds this key."""
        query = select(Instance.id).where(
            Instance.municipality_id == self._municipality_id,
            Instance.process == process,
            Instance.open_key == key,
        )
        return self._connection.execute(query).scalar_one_or_none()

    def tally(self, case: Case, ballot: str) -> Tally | None:
        """Return a ballot of the case as it stands."""
        return self._once(
            ("votes", case.id, ballot), lambda: votes.tally(self._connection, case.id, ballot)
        )

    def parent_tally(self, case: Case, ballot: str) -> Tally | None:
        """Return a ballot of the parent instance."""
        parent = case.parent_id
        if parent is None:
            return None
        return self._once(
            ("votes", parent, ballot), lambda: votes.tally(self._connection, parent, ballot)
        )

    def snapshot(self, case: Case) -> Any:
        """Return the case's data as last kept by a snapshot."""
        return self._once(("case", case.id, "snapshot"), lambda: self._snapshot(case))

    def _snapshot(self, case: Case) -> Any:
        query = (
            select(DataVersion.data)
            .where(DataVersion.instance_id == case.id, DataVersion.withdrawn_at.is_(None))
            .order_by(DataVersion.number.desc())
            .limit(1)
        )
        data = self._connection.execute(query).scalar_one_or_none()
        return None if data is None else self._processes[case.process].form.model_validate(data)

    def child_states(self, case: Case, process: str) -> tuple[str, ...]:
        """Return the states of the children of one process, oldest first."""
        query = (
            select(Instance.state)
            .where(Instance.parent_id == case.id, Instance.process == process)
            .order_by(Instance.id)
        )
        return tuple(self._connection.execute(query).scalars())

    def holders(self, role: str, organisation_id: int | None) -> tuple[Capacity, ...]:
        """Return who holds a position role today."""
        key = ("holders", role, organisation_id)
        if key not in self._known:
            everywhere = self._known.get(("holders", role, None))
            if role == POST:
                self.learn_holders([organisation_id or 0])
            elif organisation_id is None:
                self._learn([(one, 0) for one in {role, *_offices(*self._processes.values())}])
            elif everywhere is not None:
                self._known[key] = tuple(
                    one for one in everywhere if one.organisation_id == organisation_id
                )
            else:
                self._learn([(role, place) for place in {organisation_id, *self.near}])
        found: tuple[Capacity, ...] = self._known[key]
        return found

    def learn_holders(self, posts: Collection[int]) -> None:
        """Learn who holds several posts by one statement; `holders` then knows."""
        self._learn([(POST, post) for post in posts])

    def _learn(self, targets: Collection[tuple[str, int]]) -> None:
        held = offices.holders_of_targets(self._session, self._municipality_id, targets, self.today)
        for (role, place), found in held.items():
            self._known["holders", role, None if place == 0 and role != POST else place] = found
            if len(found) <= FEW:
                self._met |= {one.person_id for one in found}

    def signer(self, role: str) -> Signer | None:
        """Return who signs in a role today."""
        held = self.holders(role, None)
        person = self.person(held[0].person_id) if held else None
        if person is None:
            return None
        title = held[0].title
        return Signer(held[0], title[:1].upper() + title[1:], person.signature)

    def last_registered_on(self, journal: str) -> dt.date | None:
        """Return the date of the newest number of a journal."""
        return numbering.last_date(self._connection, self._municipality_id, journal)

    def is_numbered_elsewhere(self, journal: str) -> bool:
        """Tell whether a journal's numbers are given outside and typed in by the clerk."""
        query = select(Journal.external_numbering).where(
            Journal.municipality_id == self._municipality_id, Journal.code == journal
        )
        return bool(self._connection.execute(query).scalar_one_or_none())

    def is_number_taken(self, journal: str, year: int, number: int) -> bool:
        """Tell whether a number of a year stands in the journal."""
        query = (
            select(JournalEntry.id)
            .join(Journal, Journal.id == JournalEntry.journal_id)
            .where(
                Journal.municipality_id == self._municipality_id,
                Journal.code == journal,
                JournalEntry.year == year,
                JournalEntry.number == number,
            )
        )
        return self._connection.execute(query).one_or_none() is not None

    def person(self, person_id: int) -> PersonCard | None:
        """Return how papers name a person of this municipality."""
        if ("person", person_id) not in self._known:
            asked = {person_id, *(one for one in self._met if ("person", one) not in self._known)}
            found = cards.people(self._session, self._municipality_id, asked, self.today)
            self._known |= {("person", one): found.get(one) for one in asked}
        card: PersonCard | None = self._known["person", person_id]
        return card

    def organisation(self, key: int | str) -> OrganisationCard | None:
        """Return an organisation of this municipality by its id or kind."""
        known = self._once(
            ("organisations",),
            lambda: cards.organisations(self._session, self._municipality_id, self.today),
        )
        if isinstance(key, int):
            return known.get(key)
        return next((card for card in known.values() if card.kind == key), None)

    def last_taken(self, case: Case, action: str) -> dt.datetime | None:
        """Return the moment an action was last taken in the case, UTC."""
        taken = self._once(("case", case.id, "taken"), lambda: self._taken(case.id))
        return taken.get(action)

    def _taken(self, instance_id: int) -> Mapping[str, dt.datetime]:
        query = select(History.action, func.max(History.at)).where(
            History.instance_id == instance_id
        )
        rows = self._connection.execute(query.group_by(History.action))
        return {row[0]: row[1] for row in rows}

    def readings(self, case: Case) -> Mapping[int, dt.datetime]:
        """Return which of the people a case is meant for opened it, and when, UTC."""
        return self._once(
            ("case", case.id, "readings"), lambda: readings.of_case(self._connection, case.id)
        )

    def poll(self, case_id: int) -> PollResult:
        """Return what was answered in a case's poll; nothing before its end."""
        return self._once(("case", case_id, "poll"), lambda: self._poll(case_id))

    def _poll(self, case_id: int) -> PollResult:
        query = select(Instance.process, Instance.state).where(
            Instance.id == case_id, Instance.municipality_id == self._municipality_id
        )
        row = self._connection.execute(query).one_or_none()
        poll = self._processes[row.process].poll if row else None
        if row is None or poll is None or row.state != poll.told:
            return PollResult()
        return polls.result(self._connection, case_id)

    def verification_address(self, text_hash: str) -> str:
        """Return the public page that says whether a registered paper has this text."""
        return f"{self._public_url}/verify/{text_hash}"

    def local(self, moment: dt.datetime) -> dt.datetime:
        """Return a moment as the municipality's clocks show it."""
        return moment.astimezone(self._once(("zone",), self._zone))

    def _zone(self) -> dt.tzinfo:
        return ZoneInfo(self._session.get_one(Municipality, self._municipality_id).timezone)

    def name(self, register: str, key: int, form: str = "") -> str:
        """Return the printed name of a register row, in a stored case form."""
        if register in self._shelf.tables and register not in _NAMES:
            declared = self._shelf.tables[register].register
            row = self.of(declared).last(key)
            return declared.called(row) if row else ""
        return self._once(("name", register, key, form), lambda: _NAMES[register](self, key, form))

    def learn_names(self, register: str, keys: Collection[int], on: dt.date) -> None:
        """Learn what people, or rows of a register on a day, are called by one statement."""
        if register in self._shelf.tables:
            self.of(self._shelf.tables[register].register).on(on).learn(keys)
        elif register == "person" and keys:
            query = select(Person.id, Person.short_nom).where(
                Person.id.in_(keys), Person.municipality_id == self._municipality_id
            )
            for key, name in self._connection.execute(query):
                self._known[("name", register, key, "")] = name

    def _school_name(self, key: int, _form: str) -> str:
        organisation = self.organisation(key)
        return organisation.short_name if organisation else ""

    def _person_name(self, key: int, form: str) -> str:
        person = self._session.get(Person, key)
        return str(getattr(person, form or "short_nom")) if person else ""


_NAMES: Mapping[str, Callable[[SqlFacts, int, str], str]] = {
    "school": SqlFacts._school_name,  # noqa: SLF001 (a table of this class's own answers)
    "person": SqlFacts._person_name,  # noqa: SLF001
}


@cache
def _offices(*processes: Process) -> frozenset[str]:
    """Return by what the roles of the whole municipality are held that steps wait for."""
    acting = {
        role
        for process in processes
        for role in (
            *(role for step in process.transitions for role in step.by),
            *(role for state in process.states.values() for role in state.waits_for),
        )
    }
    return frozenset(role.held_by for role in acting if role.party is None)


def _is_facts(facts: SqlFacts) -> "Facts":
    """Let mypy check that the store answers every question of the protocol."""
    return facts
