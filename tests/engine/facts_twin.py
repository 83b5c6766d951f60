"""The quiet twin of the registers: answers from what a test put into it."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Self

from workflow_app.engine.ballots import Ballot
from workflow_app.engine.calendar import WorkingCalendar
from workflow_app.engine.case import Case
from workflow_app.engine.changes import Ask
from workflow_app.engine.facts import (
    AppointmentCard,
    CaseCard,
    OrderCard,
    OrganisationCard,
    PersonCard,
    PostCard,
    Signer,
)
from workflow_app.engine.folding import Entry
from workflow_app.engine.polls import PollResult
from workflow_app.engine.registers import RecordT, Register
from workflow_app.engine.roles import Capacity
from workflow_app.engine.votes import PENDING, Tally, Vote

SETTINGS: Mapping[str, Any] = {
    "A-01": {"stable_school_head": True, "department": True},
    "A-02": "2/3",
    "A-02.consent_days": 60,
    "A-02.silence": "no_response",
    "A-02.supported": 1,
    "A-04": 1,
    "A-04.max": 3,
    "A-05.quorum": "1/2",
    "A-05.majority": "1/2",
    "calendar.exam_days": [],
    "together.far_km": 30,
    "together.idle_days": 60,
    "visits.within_days": 183,
    "visits.notice_days": 30,
    "visits.checklist": ["План идёт"],
    "survey.questions": ["Мне помогают", "Меня слышат"],
    "A-09.small_group": 10,
    "A-09.survey": 5,
    "A-10": 3,
    "A-10.base": 1,
    "A-12": 5,
    "A-14": {"consent": ["simple", "paper_scan"], "order": ["simple", "paper_scan"]},
    "A-15": 3,
    "A-15.report": 2,
    "A-16": {"within": 10, "required": False},
}


@dataclass
class FactsTwin:
    """Facts as plain fields; a test sets the few it is about."""

    settings: dict[str, Any] = field(default_factory=lambda: dict(SETTINGS))
    registers: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    """Key of a declared register → all its rows."""
    typed_journals: frozenset[str] = frozenset()
    open_instances: dict[tuple[str, str], int] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    parent_tallies: dict[str, Tally] = field(default_factory=dict)
    opened: Mapping[int, dt.datetime] = field(default_factory=dict)
    polls: Mapping[int, PollResult] = field(default_factory=dict)
    kept: Any = None
    states_of_children: dict[str, tuple[str, ...]] = field(default_factory=dict)
    parent_card: CaseCard | None = None
    child_cards: tuple[CaseCard, ...] = ()
    about: dict[str, tuple[CaseCard, ...]] = field(default_factory=dict)
    open_cases: dict[int, tuple[CaseCard, ...]] = field(default_factory=dict)
    days: dict[dt.date, tuple[AppointmentCard, ...]] = field(default_factory=dict)
    """Day → the cases that take place on it."""
    posts: dict[int, PostCard] = field(default_factory=dict)
    orders: dict[int, OrderCard] = field(default_factory=dict)
    held: dict[str, tuple[Capacity, ...]] = field(default_factory=dict)
    signers: dict[str, Signer] = field(default_factory=dict)
    registered: dict[str, dt.date] = field(default_factory=dict)
    taken: set[tuple[str, int, int]] = field(default_factory=set)
    names: dict[tuple[str, int], str] = field(default_factory=dict)
    people: dict[int, PersonCard] = field(default_factory=dict)
    organisations: dict[int | str, OrganisationCard] = field(default_factory=dict)
    moments: dict[str, dt.datetime] = field(default_factory=dict)
    calendar_end: dt.date | None = None
    today: dt.date = dt.date(2025, 8, 28)
    zone: dt.tzinfo = dt.timezone(dt.timedelta(hours=3))

    def setting(self, name: str) -> Any:
        """Return a setting; an unknown one is a mistake of the test."""
        return self.settings[name]

    def put_rows(self, register: Register[RecordT], *rows: RecordT) -> None:
        """Let a declared register hold these rows."""
        self.registers[register.key] = rows

    def of(self, register: Register[RecordT]) -> "InMemory[RecordT]":
        """Return the rows of a declared register."""
        return InMemory(self.registers.get(register.key, ()), self.today)

    def order(self, entry_id: int) -> OrderCard | None:
        """Return a registered order."""
        return self.orders.get(entry_id)

    def orders_of(self, subject: str) -> tuple[OrderCard, ...]:
        """Return the orders about a row of a register that are in force."""
        found = (self.orders[key] for key in sorted(self.orders))
        return tuple(o for o in found if subject in o.subjects and not o.is_revoked)

    def cases_about(self, subject: str, process: str) -> tuple[CaseCard, ...]:
        """Return the cases a test put under a subject."""
        return tuple(card for card in self.about.get(subject, ()) if card.process == process)

    def parent(self, case: Case) -> CaseCard | None:
        """Return the parent of the one case a test has."""
        assert case is not None
        return self.parent_card

    def children(self, case: Case, process: str) -> tuple[CaseCard, ...]:
        """Return the children of the one case a test has."""
        assert case is not None
        return tuple(card for card in self.child_cards if card.process == process)

    def open_cases_of(self, process: str, organisation_id: int) -> tuple[CaseCard, ...]:
        """Return the open cases of an organisation."""
        cards = self.open_cases.get(organisation_id, ())
        return tuple(card for card in cards if card.process == process)

    def appointments(self, day: dt.date) -> tuple[AppointmentCard, ...]:
        """Return the cases that take place on a day."""
        return self.days.get(day, ())

    def post(self, position_id: int) -> PostCard | None:
        """Return a position."""
        return self.posts.get(position_id)

    def working_day(self, day: dt.date, days: int) -> dt.date:
        """Return the date so many working days later; weekends alone are free here."""
        return WorkingCalendar().add_working_days(day, days)

    def calendar_filled_to(self) -> dt.date | None:
        """Return the last day of the calendar, where a test gives it an end."""
        return self.calendar_end

    def open_instance(self, process: str, key: str) -> int | None:
        """Return the instance that holds a key."""
        return self.open_instances.get((process, key))

    def tally(self, case: Case, ballot: str) -> Tally | None:
        """Return a ballot of the one case a test has."""
        assert case is not None
        return self.tallies.get(ballot)

    def parent_tally(self, case: Case, ballot: str) -> Tally | None:
        """Return a ballot of the parent."""
        assert case is not None
        return self.parent_tallies.get(ballot)

    def snapshot(self, case: Case) -> Any:
        """Return the data as last kept."""
        assert case is not None
        return self.kept

    def child_states(self, case: Case, process: str) -> tuple[str, ...]:
        """Return the states of the children."""
        assert case is not None
        return self.states_of_children.get(process, ())

    def holders(self, role: str, organisation_id: int | None) -> Collection[Capacity]:
        """Return who holds a role, everywhere or in one organisation."""
        return tuple(
            capacity
            for capacity in self.held.get(role, ())
            if organisation_id in (None, capacity.organisation_id)
        )

    def signer(self, role: str) -> Signer | None:
        """Return who signs today."""
        return self.signers.get(role)

    def last_registered_on(self, journal: str) -> dt.date | None:
        """Return the date of the newest number."""
        return self.registered.get(journal)

    def is_numbered_elsewhere(self, journal: str) -> bool:
        """Tell whether the clerk types this journal's numbers."""
        return journal in self.typed_journals

    def is_number_taken(self, journal: str, year: int, number: int) -> bool:
        """Tell whether a number stands in the journal."""
        return (journal, year, number) in self.taken

    def name(self, register: str, key: int, form: str = "") -> str:
        """Return a printed name, or the register and key."""
        return self.names.get((register, key), f"{register} {key}{form and ' '}{form}")

    def person(self, person_id: int) -> PersonCard | None:
        """Return how papers name a person."""
        return self.people.get(person_id)

    def organisation(self, key: int | str) -> OrganisationCard | None:
        """Return an organisation by its id or kind."""
        return self.organisations.get(key)

    def last_taken(self, case: Case, action: str) -> dt.datetime | None:
        """Return when an action was last taken in the one case a test has."""
        assert case is not None
        return self.moments.get(action)

    def readings(self, case: Case) -> Mapping[int, dt.datetime]:
        """Return who opened the one case a test has."""
        assert case is not None
        return self.opened

    def poll(self, case_id: int) -> PollResult:
        """Return what was answered in a case that is over."""
        return self.polls.get(case_id, PollResult())

    def verification_address(self, text_hash: str) -> str:
        """Return the page of the twin's own site."""
        return f"https://docs.example/verify/{text_hash}"

    def local(self, moment: dt.datetime) -> dt.datetime:
        """Return a moment in the twin's zone."""
        return moment.astimezone(self.zone)

    # ------------------------------------------------------------ ballots as the store keeps them

    def put(self, ballot: Ballot, ask: Ask, text_hash: str = "") -> None:
        """Ask a question the way `Ask` promises (changes.py)."""
        before = {vote.voter.key: vote for vote in self.tallies.get(ballot.key, Tally(())).votes}
        if ask.step == "close":
            votes = {
                key: _with(vote, status=ballot.silence_gives(self) or PENDING)
                if vote.status == PENDING
                else vote
                for key, vote in before.items()
            }
            self.tallies[ballot.key] = Tally(tuple(votes.values()), is_closed=True)
            return
        gone = {voter.key for voter in ask.voters}
        if ask.step == "leave_out":
            votes = {k: _with(v, left_out=True) if k in gone else v for k, v in before.items()}
            self.tallies[ballot.key] = Tally(
                tuple(votes.values()), is_closed=self.tallies[ballot.key].is_closed
            )
            return
        votes = {key: _with(vote, left_out=key not in gone) for key, vote in before.items()}
        for voter in ask.voters:
            old = before.get(voter.key)
            if old is None or voter.key in ask.again or old.status not in ballot.yes:
                version = old.version + 1 if old else 0
                votes[voter.key] = Vote(voter, voter.answer or PENDING, version, text_hash)
        self.tallies[ballot.key] = Tally(tuple(votes.values()))

    def vote(self, ballot: Ballot, after: Vote) -> None:
        """Write one vote."""
        tally = self.tallies[ballot.key]
        votes = (after if vote.voter.key == after.voter.key else vote for vote in tally.votes)
        self.tallies[ballot.key] = Tally(tuple(votes), is_closed=tally.is_closed)


class InMemory(Generic[RecordT]):
    """The rows of a declared register on a day: those of a list."""

    def __init__(self, rows: Iterable[RecordT], day: dt.date) -> None:
        self._rows = tuple(rows)
        self.day = day

    def get(self, key: int | None) -> RecordT | None:
        """Return a row as it is on the day."""
        return next((row for row in self.find() if row.id == key), None)

    def last(self, key: int | None) -> RecordT | None:
        """Return a row on the day, or at any time."""
        return self.get(key) or next((row for row in self._rows if row.id == key), None)

    def find(self, **values: Any) -> tuple[RecordT, ...]:
        """Return the rows with these values on the day."""
        return tuple(row for row in self._all(values) if self._is_there(row))

    def ever(self, **identity: Any) -> tuple[RecordT, ...]:
        """Return the rows with these values of their identity, at any time."""
        return tuple(self._all(identity))

    def turning_points(self, **identity: Any) -> tuple[dt.date, ...]:
        """Return the later days on which the rows begin or end."""
        days = {day for row in self._all(identity) for day in (row.valid_from, row.valid_to)}
        return tuple(sorted(day for day in days if day and day > self.day))

    def entered_by(self, key: int | None) -> Entry | None:
        """Return what brought a row: what it rests on."""
        row = self.last(key)
        return row and Entry(row.id, "enter", {}, row.since, self.day, basis=row.basis)

    def on(self, day: dt.date) -> Self:
        """Return the same rows on another day."""
        return type(self)(self._rows, day)

    def without(self, order: int) -> Self:
        """Return the same rows: the twin's lists name no orders."""
        assert order
        return self

    def _all(self, values: Mapping[str, Any]) -> Iterable[RecordT]:
        return (
            row
            for row in self._rows
            if all(getattr(row, name) == value for name, value in values.items())
        )

    def _is_there(self, row: RecordT) -> bool:
        begun = row.valid_from is None or row.valid_from <= self.day
        return begun and (row.valid_to is None or self.day < row.valid_to)


def _with(vote: Vote, *, status: str | None = None, left_out: bool | None = None) -> Vote:
    return Vote(
        vote.voter,
        status or vote.status,
        vote.version,
        vote.text_hash,
        vote.person_id,
        vote.comment,
        vote.is_left_out if left_out is None else left_out,
        vote.answered_at,
        vote.signature,
        vote.evidence,
    )
