"""A process, declared in the order and with the nouns of the Regulation."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self, TypedDict, Unpack

from workflow_app.engine.appointments import Appointment, Appointments
from workflow_app.engine.ballots import Answer, Ballot
from workflow_app.engine.case import Case
from workflow_app.engine.changes import Change
from workflow_app.engine.deadlines import Due, Holder
from workflow_app.engine.facts import Facts
from workflow_app.engine.forms import Form
from workflow_app.engine.overview import Feed, Overview, Yearly
from workflow_app.engine.polls import Poll
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import SYSTEM_ROLE, Capacity, Parties, Role
from workflow_app.engine.signatures import Signed
from workflow_app.engine.source_location import caller

Guard = Callable[[Case, Facts], Refusal | Iterable[Refusal] | None]
Condition = Callable[[Case, Facts], bool]
Effect = Callable[[Case, Facts], Change | Iterable[Change] | None] | Change
PartyFinder = Callable[[Any], Iterable[int | None]]
Told = Callable[[Case, Facts], str]
Kind = Literal["start", "move", "when", "on", "revise"]
Style = Literal["primary", "secondary", "danger"]

AUTHOR = "author"
"""The part of the organisation that started an instance; every case has it."""


def otherwise(_case: Case, _facts: Facts) -> bool:
    """Condition of the last way of a fork."""
    return True


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Where a case stands, for whom it waits and how long."""

    key: str
    title: str
    due: tuple[Due, ...] = ()
    no_deadline: str = ""
    waits_for: tuple[Role, ...] = ()
    edit: tuple[Role, ...] = ()
    only: tuple[str, ...] = ()
    """The fields that are still edited here; without any, all of them."""
    ballot: Ballot | None = None
    is_final: bool = False
    is_private: bool = False
    unlimited: str = ""
    is_aside: bool = False
    """Off the usual way: the rail shows it to a case that stands there, and to no other."""
    work_title: str = ""
    """What the work item in the queue says; without it, what its primary step is called."""
    where: str = ""


stay = State("", "")
"""The target of a step that leaves a case in whichever of its source states it stands."""


@dataclass(frozen=True, slots=True)
class Child:
    """The outcome of an instance of another process: it entered a state."""

    process: str
    state: str
    of: Literal["parent", "subject"] = "parent"


@dataclass(frozen=True, slots=True)
class Check:
    """A line of a case's checklist: what has to be there, and how to see it."""

    title: str
    holds: Condition
    basis: str = ""
    said: Callable[[Case, Facts], str] | None = None
    """What of it is there and what is not, behind its title."""


class NetworkName(str):
    """The name of a network in a table: pages lead from it to the network."""

    __slots__ = ("network",)
    network: int

    def __new__(cls, name: str, network: int) -> Self:
        """Return the name, with the network it is of."""
        made = super().__new__(cls, name)
        made.network = network
        return made


@dataclass(frozen=True, slots=True)
class Table:
    """What the registers tell of a case at the moment it is looked at; nothing of it is stored.

    Whoever reads the case sees it, or the `readers` it names: rows hold nothing that one of them
    may not know.
    """

    key: str
    title: str
    columns: tuple[str, ...]
    rows: Callable[[Case, Facts], Iterable[tuple[str, ...]]]
    states: tuple[str, ...] = ()
    """Where it is shown; everywhere without any."""
    where: str = ""
    readers: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """One target of a transition, and when it is taken."""

    state: str
    condition: Condition = otherwise
    title: str = ""


@dataclass(frozen=True, slots=True)
class Adopted:
    """How a case begins of something that was there before this system."""

    author: int
    """The organisation it belongs to."""
    data: Mapping[str, Any]
    subject: str
    parent_id: int | None = None
    fan_key: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Transition:
    """One row of the Regulation's table: who, from where to where, if what, then what."""

    key: str
    title: str
    kind: Kind
    sources: tuple[str, ...]
    ways: tuple[Way, ...]
    by: tuple[Role, ...] = ()
    apart: tuple[str, ...] = ()
    form: type[Form] | None = None
    guards: tuple[Guard, ...] = ()
    effects: tuple[Effect, ...] = ()
    condition: Condition | None = None
    event: Child | None = None
    basis: str = ""
    style: Style = "secondary"
    is_bulk: bool = False
    signed: Signed = False
    unlimited: str = ""
    again: str = ""
    """What the step is called in a case that was returned with remarks."""
    past: str = ""
    """How history tells it: past tense with the object, «Справка представлена»."""
    done: Told | None = None
    """What the person hears instead, of the case after the step, where `past` is not enough."""
    where: str = ""

    @property
    def told(self) -> str:
        """Return the step as something that happened; what happens by itself is titled so."""
        return self.past or self.title

    @property
    def is_by_person(self) -> bool:
        """Tell whether somebody other than the system may take it."""
        return any(role is not SYSTEM_ROLE for role in self.by)


class Happening(TypedDict, total=False):
    """What may be said of any step by keyword; its defaults stand in `Process._add`."""

    apart: str | Iterable[str]
    form: type[Form] | None
    if_: Iterable[Guard]
    do: Iterable[Effect]
    basis: str
    style: Style
    bulk: bool
    signed: Signed
    unlimited: str
    again: str
    past: str
    done: Told | None


class Doing(Happening, total=False):
    """What may be said of a step somebody takes."""

    by: Role | Iterable[Role]


@dataclass(frozen=True, slots=True, eq=False)
class PaperKind:
    """A document of the process: its template, its closed field list, its values."""

    key: str
    title: str
    template: str
    fields: tuple[str, ...]
    values: Callable[[Case, Facts], Mapping[str, Any]]
    where: str = ""
    file_name: Callable[[Case], str] | None = None


@dataclass(eq=False, repr=False)
class Process:
    """A definition: form, states, transitions, ballots and papers of one kind of case.

    `parties` names organisations found in the data, `number` a journal whose next number the
    instance takes when it starts, `one_open` a key of which only one open instance may exist
    (`None` while the data do not tell it yet).
    """

    key: str
    title: str
    version: int
    form: type[Form]
    basis: str = ""
    parties: Mapping[str, PartyFinder] = field(default_factory=dict)
    posts: Mapping[str, PartyFinder] = field(default_factory=dict)
    """Parties that are positions rather than organisations: «ответственный»."""
    plural: str = ""
    """What its cases are called together; without it, what one is called."""
    heading: Callable[[Any], str] | None = None
    about: Callable[[Any], str] | None = None
    """What a case is about (its `subject`), where its own data say so and nobody else."""
    one_open: Callable[[Any], str | None] | None = None
    adopt: Callable[[Facts, Any], Adopted | Refusal | None] | None = None
    """The case of an imported row, which begins by the last start: the id of a row of the register
    `beside`, or a row of the file `adopts` with ids for codes. None where nothing goes on."""
    adopts: str = ""
    """The imported file whose rows have cases of this process."""
    beside: str = ""
    """The register whose every row has a case of this process."""
    parts: tuple[str, ...] = ()
    """The registers whose rows tell of a row of `beside`: their `subject` names it."""
    entered: str = ""
    """The system's action in a case that began with a row people have entered, if guards let it."""
    amended: str = ""
    """The system's action in the open case of a row of which people have written anything else."""
    overview: Overview | None = None
    """What the page of all networks says of its cases."""
    feed: Feed | None = None
    """Where its cases are told to people who have nothing to do in them."""
    appointments: Appointments | None = None
    """When its cases take place, and in whose calendars they stand."""
    poll: Poll | None = None
    """What its cases ask many people, of whose answers nothing but counts is kept."""
    stop: str = ""
    """The system's action that ends an instance nobody needs any more."""
    watcher: Role | None = None
    """Who gets a work item that nobody may perform today."""
    prefill: Callable[[Capacity, Facts, dt.date], Mapping[str, Any]] | None = None
    kept: Callable[[Any, Facts], Mapping[str, Any]] | None = None
    """What the system writes into a saved draft beside what people chose: names for its heading."""
    readers: tuple[Role, ...] = ()
    confidential: bool = False
    """Whether only its own readers read it: who reads the parent does not read it for that."""
    warnings: tuple[Guard, ...] = ()
    """What a person should know while a case is open; unlike guards they stop nothing."""
    checklist: tuple[Check, ...] = ()
    """Readiness, «n из m»: what of a case is already in place."""
    states: dict[str, State] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)
    ballots: dict[str, Ballot] = field(default_factory=dict)
    papers: dict[str, PaperKind] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    where: str = field(default_factory=caller, repr=False)
    repeated: list[tuple[str, str]] = field(default_factory=list, repr=False)
    """Keys declared twice, each with the place of its second declaration."""

    def __repr__(self) -> str:
        """Return the name alone: a whole definition is a page long."""
        return f"<Process {self.key} {self.version}>"

    def state(
        self,
        key: str,
        title: str,
        *,
        due: Due | Iterable[Due] = (),
        no_deadline: str = "",
        waits_for: Role | Iterable[Role] = (),
        edit: Role | Iterable[Role] = (),
        only: str | Iterable[str] = (),
        ballot: Ballot | None = None,
        private: bool = False,
        unlimited: str = "",
        aside: bool = False,
        work: str = "",
    ) -> State:
        """Declare a state; it needs a deadline or the reason why it has none."""
        state = State(
            key,
            title,
            _many(due, Due),
            no_deadline,
            _many(waits_for, Role),
            _many(edit, Role),
            _many(only, str),
            ballot,
            is_private=private,
            unlimited=unlimited,
            is_aside=aside,
            work_title=work,
            where=caller(),
        )
        self._declare(self.states, key, state, state.where)
        if ballot and self.ballots.get(ballot.key) is not ballot:
            self._declare(self.ballots, ballot.key, ballot, ballot.where)
        return state

    def final(self, key: str, title: str, *, aside: bool = False) -> State:
        """Declare a state in which a case ends."""
        state = State(key, title, is_final=True, is_aside=aside, where=caller())
        self._declare(self.states, key, state, state.where)
        return state

    def ask(self, ballot: Ballot) -> Ballot:
        """Declare a ballot that stays open longer than one state."""
        self._declare(self.ballots, ballot.key, ballot, ballot.where)
        return ballot

    def start(
        self,
        key: str,
        title: str,
        target: State | Mapping[State, Condition],
        **declared: Unpack[Doing],
    ) -> Transition:
        """Declare how a case begins."""
        return self._add("start", key, title, (), target, **declared)

    def move(
        self,
        key: str,
        title: str,
        source: State | Iterable[State],
        target: State | Mapping[State, Condition],
        **declared: Unpack[Doing],
    ) -> Transition:
        """Declare what a person (or the system at a deadline) may do."""
        return self._add("move", key, title, source, target, **declared)

    def when(
        self,
        key: str,
        title: str,
        condition: Condition,
        source: State | Iterable[State],
        target: State | Mapping[State, Condition],
        **declared: Unpack[Happening],
    ) -> Transition:
        """Declare what happens by itself as soon as a condition holds."""
        return self._add(
            "when", key, title, source, target, by=SYSTEM_ROLE, condition=condition, **declared
        )

    def on(
        self,
        event: Child,
        source: State | Iterable[State],
        target: State | Mapping[State, Condition],
        *,
        key: str,
        title: str,
        **declared: Unpack[Happening],
    ) -> Transition:
        """Declare what the outcome of another instance causes here.

        An event `of="subject"` comes from any case about the same subject, or about what it is
        a part of: a case about «network/7/2025-2026» hears of one about «network/7».
        """
        return self._add("on", key, title, source, target, by=SYSTEM_ROLE, event=event, **declared)

    def revise(
        self,
        key: str,
        title: str,
        source: State | Iterable[State],
        target: State,
        **declared: Unpack[Doing],
    ) -> Transition:
        """Declare a new instance of the series; the old one stays in force meanwhile.

        The new case begins by the first start, as a child of this one and with its data, so
        that `on(Child(own key, …))` says what becomes of the old one. `target` is where it begins.
        """
        return self._add("revise", key, title, source, target, **declared)

    def paper(
        self,
        key: str,
        title: str,
        *,
        fields: Iterable[str],
        values: Callable[[Case, Facts], Mapping[str, Any]],
        template: str = "",
        file_name: Callable[[Case], str] | None = None,
    ) -> PaperKind:
        """Declare a document; the template's name is the key unless said otherwise."""
        kind = PaperKind(key, title, template or key, tuple(fields), values, caller(), file_name)
        self._declare(self.papers, key, kind, kind.where)
        return kind

    def table(
        self,
        key: str,
        title: str,
        columns: Iterable[str],
        rows: Callable[[Case, Facts], Iterable[tuple[str, ...]]],
        *,
        states: State | Iterable[State] = (),
        readers: Role | Iterable[Role] = (),
    ) -> Table:
        """Declare what a case page shows from the registers, at every look anew."""
        shown = tuple(state.key for state in _many(states, State))
        table = Table(key, title, tuple(columns), rows, shown, caller(), _many(readers, Role))
        self._declare(self.tables, key, table, table.where)
        return table

    def _declare(self, known: dict[str, Any], key: str, item: object, where: str) -> None:
        """Keep a declaration; the first one of a key wins and the verifier names the second."""
        if known.setdefault(key, item) is not item:
            self.repeated.append((key, where))

    def _add(
        self,
        kind: Kind,
        key: str,
        title: str,
        source: State | Iterable[State],
        target: State | Mapping[State, Condition],
        *,
        by: Role | Iterable[Role] = (),
        apart: str | Iterable[str] = (),
        form: type[Form] | None = None,
        if_: Iterable[Guard] = (),
        do: Iterable[Effect] = (),
        condition: Condition | None = None,
        event: Child | None = None,
        basis: str = "",
        style: Style = "secondary",
        bulk: bool = False,
        signed: Signed = False,
        unlimited: str = "",
        again: str = "",
        past: str = "",
        done: Told | None = None,
    ) -> Transition:
        sources = _many(source, State)
        ways = target.items() if isinstance(target, Mapping) else ((target, otherwise),)
        taken = tuple(Way(state.key, chosen) for state, chosen in ways)
        transition = Transition(
            key,
            title,
            kind,
            tuple(state.key for state in sources),
            taken,
            _many(by, Role),
            _many(apart, str),
            form,
            tuple(if_),
            tuple(do),
            condition,
            event,
            basis,
            style,
            bulk,
            signed,
            unlimited,
            again,
            past,
            done,
            caller(),
        )
        if target is not stay:
            return self._keep(transition)
        stays = [replace(transition, sources=(s.key,), ways=(Way(s.key),)) for s in sources]
        kept = [self._keep(one) for one in stays]
        return kept[0]

    def _keep(self, transition: Transition) -> Transition:
        self.transitions.append(transition)
        for source in transition.sources or ("",):
            self._leaving[source] = (*self.leaving(source), transition)
            self._by_action.setdefault((source, transition.key), transition)
        return transition

    _leaving: dict[str, tuple[Transition, ...]] = field(default_factory=dict, repr=False)
    _by_action: dict[tuple[str, str], Transition] = field(default_factory=dict, repr=False)

    def transition(self, state: str, action: str) -> Transition | None:
        """Return what an action means in a state; a new case stands in the state «»."""
        return self._by_action.get((state, action))

    def leaving(self, state: str) -> tuple[Transition, ...]:
        """Return the transitions possible in a state, in declared order."""
        return self._leaving.get(state, ())

    def moves(self, state: str) -> tuple[Transition, ...]:
        """Return what persons may do in a state."""
        return tuple(t for t in self.leaving(state) if t.is_by_person)

    def main_step(self, state: State, role: Role) -> Transition | None:
        """Return the step a role is waited for with: its primary one, or its only one."""
        own = [one for one in self.moves(state.key) if role in one.by]
        main = [one for one in own if one.style == "primary"] or own
        return main[0] if main and (len(main) == 1 or main[0].style == "primary") else None

    def starts(self) -> tuple[Transition, ...]:
        """Return how a case may begin; the system takes the first."""
        return self.leaving("")

    def starts_for(self, held: Collection[str]) -> tuple[Transition, ...]:
        """Return how a case may begin for somebody who holds one of these positions."""
        return tuple(t for t in self.starts() if any(role.held_by in held for role in t.by))

    def answer(self, action: str) -> tuple[Ballot, Answer] | None:
        """Return the ballot and answer an action means, if it is one."""
        for ballot in self.ballots.values():
            answer = ballot.answer(action)
            if answer:
                return ballot, answer
        return None

    def step(self, state: str, key: str) -> Transition | Answer | None:
        """Return what a word means in a state: a transition, else an answer to a ballot."""
        found = self.answer(key)
        return self.transition(state, key) or (found[1] if found else None)

    def roles(self) -> tuple[Role, ...]:
        """Return every role the process names."""
        comes = self.appointments.roles if self.appointments else ()
        answer = (*self.poll.voters, *self.poll.by) if self.poll else ()
        named = {role.key: role for role in (*self.readers, *comes, *answer)}
        return tuple((named | {role.key: role for role in self.performers()}).values())

    def performers(self) -> tuple[Role, ...]:
        """Return the roles its work waits for: a case stands where nobody holds one of them."""
        named: dict[str, Role] = {}
        for transition in self.transitions:
            named |= {role.key: role for role in transition.by}
        for state in self.states.values():
            named |= {role.key: role for role in (*state.waits_for, *state.edit)}
            told = [to for due in state.due for _, to in due.escalate]
            named |= {
                role.key: role
                for role in (to.otherwise if isinstance(to, Holder) else to for to in told)
            }
        for ballot in self.ballots.values():
            named |= {answer.by.key: answer.by for answer in ballot.answers if answer.by}
        return tuple(named.values())

    def parties_of(self, data: Any, author: int) -> dict[str, frozenset[int]]:
        """Return the organisations and posts that take part in a case with this data."""
        found = {
            name: frozenset(item for item in find(data) if item is not None)
            for name, find in (*self.parties.items(), *self.posts.items())
        }
        return {AUTHOR: frozenset({author}), **found}

    def organisations(self, parties: Parties) -> Parties:
        """Return the parties that are organisations."""
        if not self.posts:
            return parties
        return {name: ids for name, ids in parties.items() if name not in self.posts}

    def subject_of(self, data: Any, given: str) -> str:
        """Return what a case with this data is about; what it was `given` at its start stays."""
        return given or (self.about(data) if self.about else "")

    def heading_of(self, data: Any) -> str:
        """Return how a case is called in lists."""
        return (self.heading(data) if self.heading else "") or self.title

    def step_title(self, action: str) -> str:
        """Return how a step is called, by its key."""
        return next((one.title for one in self.transitions if one.key == action), action)

    def appointment_of(self, data: Any) -> Appointment | None:
        """Return when a case with this data takes place; None where it does not, or not yet."""
        return self.appointments.of(data) if self.appointments else None

    def is_late(self, data: Any) -> bool:
        """Tell whether the data say that a paper of the year came late."""
        flag = self.overview.late if isinstance(self.overview, Yearly) else ""
        return bool(flag and getattr(data, flag))


def _many(value: Any, kind: type) -> tuple[Any, ...]:
    """Return one value or several as a tuple."""
    return (value,) if isinstance(value, kind) else tuple(value)
