"""Registers: what a department keeps lists of, declared beside the processes, one file each.

A declaration is a row class and what is said of its rows together. Tables, list and page, history,
choices of forms, the API and the answers of `facts.of(...)` follow from it.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, Self, TypeVar

from pydantic import Field

from workflow_app.engine.folding import Entry
from workflow_app.engine.forms import HIDDEN, Date, FieldView, Form, Line, views
from workflow_app.engine.forms import field as form_field
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor, Role
from workflow_app.engine.source_location import caller

if TYPE_CHECKING:
    from workflow_app.engine.facts import Facts


class Record(Form):
    """A row of a register as it is on a day: what it says, and until when.

    `valid_from` is None where it always said so, `valid_to` is the first day it says something
    else, None where none is known. `basis` cites the newest order or document it rests on, which
    took effect on `since`: before `valid_from` where something between was revoked.
    """

    id: int = Field(default=0, json_schema_extra=HIDDEN)
    valid_from: Date = Field(default=None, json_schema_extra=HIDDEN)
    valid_to: Date = Field(default=None, json_schema_extra=HIDDEN)
    basis: str = Field(default="", json_schema_extra=HIDDEN)
    since: Date = Field(default=None, json_schema_extra=HIDDEN)


class Extension(Record):
    """A row that says more of a row of a house table: its id, code and names are told there.

    `name` is the one of the day that is asked about; neither is ever written here.
    """

    code: Line = form_field("Код")
    name: Line = form_field("Название", optional=True)


RESERVED = frozenset(
    {
        *Record.model_fields,
        "row_id",
        "municipality_id",
        "known_from",
        "known_to",
        "rests_on",
        "search_text",
    }
)
"""Names that a field of a register may not have: its tables say something else by them."""

MANY = frozenset({"many_choice", "many_ref", "many_school", "many_person"})
"""Kinds of fields that hold several values."""
KINDS = frozenset(
    {
        "line",
        "text",
        "choice",
        "number",
        "decimal",
        "date",
        "flag",
        "ref",
        "school",
        "person",
        "position",
        "network",
        *MANY,
    }
)
"""Kinds of fields a register can keep."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word that stands beside the name of what a row is about."""

    text: str
    tone: Literal["", "good", "warn"] = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """A value that rows say on the context card of what they are about: of which field, which."""

    name: str
    title: str
    value: Any


@dataclass(frozen=True, slots=True)
class Readable:
    """Which rows of a register somebody reads: all, or those whose `field` is one of `ids`."""

    field: str = ""
    ids: frozenset[int] | None = None

    def __bool__(self) -> bool:
        """Tell whether there may be any."""
        return self.ids is None or bool(self.ids)

    def has(self, row: Record | None) -> bool:
        """Tell whether a row is one of them; what is no row is not."""
        return row is not None and (self.ids is None or getattr(row, self.field, None) in self.ids)


ALL = Readable()
NONE = Readable(ids=frozenset())


@dataclass(frozen=True, slots=True)
class Pending:
    """Which rows still ask for something: whose `field` has one of the `values`, until `due`."""

    title: str
    """What so many of them are called in an overview: «Открытых рекомендаций»."""
    field: str
    values: Collection[str]
    due: str
    """The field with the last day on which it is not late."""

    def is_late(self, row: Record, day: dt.date) -> bool:
        """Tell whether a row still asks for something after its day."""
        due = getattr(row, self.due)
        return getattr(row, self.field) in self.values and due is not None and due < day


@dataclass(frozen=True, slots=True)
class Recent:
    """The newest row about something is told in an overview, and where the last is too long ago."""

    title: str
    """What it is called there: «Последнее посещение»."""
    field: str
    """The field with the day of a row."""
    within: str
    """The setting with the most days there may be from one row to the next."""
    late: str
    """What is said where there were more: «давно без посещения»."""


RecordT = TypeVar("RecordT", bound=Record)
RecordT_co = TypeVar("RecordT_co", bound=Record, covariant=True)


@dataclass(frozen=True, slots=True)
class CaseLinks(Generic[RecordT]):
    """Cases that name a row in their field `field`, by its id or by its `code`."""

    field: str
    code: str
    subjects: Callable[[RecordT], Iterable[str]]
    """What such cases are about, by which they are found."""


@dataclass(frozen=True, slots=True)
class Sums(Generic[RecordT]):
    """Rows added up in a table: a line a value of `by`, a column what `across` says of a row."""

    title: str
    by: str
    """The field whose values are the lines; they stand by their sums, the largest first."""
    across: Callable[[RecordT], str]
    """The column a row belongs to; columns stand in the order of their titles."""
    of: str
    """The field with the number that is added."""

    def table(self, rows: Iterable[RecordT]) -> "tuple[list[str], dict[Any, dict[str, int]]]":
        """Return the columns in order, and value of `by` → column → sum, the largest line first."""
        lines: dict[Any, dict[str, int]] = {}
        for row in rows:
            line = lines.setdefault(getattr(row, self.by), {})
            column = self.across(row)
            line[column] = line.get(column, 0) + (getattr(row, self.of) or 0)
        columns = sorted({column for line in lines.values() for column in line})
        largest = sorted(lines.items(), key=lambda one: -sum(one[1].values()))
        return columns, dict(largest)


@dataclass(frozen=True, slots=True)
class Suggested:
    """Rows that strangers suggest by the link of an organisation, until its people take them in.

    A suggestion is no row: it waits with the organisation of the link (the register's
    `read_through`), whose people take it in or throw it away. Rows of one identity are added up.
    """

    title: str
    """What a stranger is asked: the heading of her page."""
    fields: tuple[str, ...]
    """What she says of a row."""
    text: str
    """The one of them in own words, and short."""
    adds: str
    """The field with the number in which suggestions alike are added up; each is one."""
    known: Callable[[dt.date], Mapping[str, Any]]
    """What the day of a suggestion says of the row."""
    opened_by: tuple[Role, ...]
    """Who opens the link of an organisation, makes it anew and closes it."""
    says: str
    """What a stranger should know before she writes."""
    elsewhere: str = ""
    """The setting with where people turn who want an answer."""
    among: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Field → which of its choices are offered to a stranger; every one where it says nothing."""


def _holds(actor: Actor, roles: tuple[Role, ...]) -> bool:
    return any(role.is_held(capacity, {}) for role in roles for capacity in actor.capacities)


def _place(view: FieldView, row: Record) -> Any:
    """Return by what a row is sorted: a choice stands where it is declared."""
    value, choices = getattr(row, view.name), [*(view.options.get("choices") or ())]
    if not choices:
        return value
    return choices.index(value) if value in choices else len(choices)


def _nothing(_row: Any, _rows: Any) -> str:
    return ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Register(Generic[RecordT]):
    """One register of a municipality: its rows live on while their values change by dated entries.

    `identity` names the fields that tell one row from another; they are given once and never
    amended. `together` are those of them whose rows are usually asked about together, so that one
    statement reads them. Columns, filters and search are of its list; without columns it shows all
    fields. Everybody with a position in the municipality reads it unless `readers` say who does.

    With `read_through`, a field that never changes, readers and editors read every row, and others
    those rows in which the field has one of the ids that `own` returns for them today. With
    `closed_by` instead of `own` nobody reads more than it returns, who writes into it neither: what
    else may be known of its rows is published by pages of their own, small groups left out.

    A field that is there `whenever` may name what is not there on the days of a row: the figures of
    a year go on naming what has ended.
    """

    key: str
    title: str
    record: type[RecordT]
    identity: tuple[str, ...]
    called: Callable[[RecordT], str]
    """How a row is named in choices, papers and its own page."""
    note: "Callable[[RecordT, Records[RecordT]], str]" = _nothing
    """What stands behind its name where it is chosen or shown, by its register on that day."""
    basis: str = ""
    extends: str = ""
    """The house table its rows are rows of: «organisation», those whose kind is its key. They share
    ids, and what is not there is added there. Codes tell them apart, which come from the house with
    the names of each day: the row class is an `Extension`."""
    together: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    """Fields each of which says of no two rows the same on one day."""
    columns: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    sorted_by: tuple[str, ...] = ()
    """The fields of its list's order, «-year» the largest first; rows alike stand as entered."""
    details: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Column → the fields whose values stand below it in its list."""
    readers: tuple[Role, ...] = ()
    read_through: str = ""
    own: "Callable[[Facts, Actor], Collection[int]] | None" = None
    closed_by: "Callable[[Facts, Actor], Collection[int]] | None" = None
    edited_by: tuple[Role, ...] = ()
    """Who writes into it on a page or by a file; without anybody only processes do."""
    edits_own: bool = False
    """Whether who writes into it reads and writes those rows alone that are hers (`own`)."""
    needs_basis: Callable[[RecordT], bool] | None = None
    """Which rows a person may write only with the document they hold by; none without it."""
    usual_reason: str = ""
    """What stands as the reason of a row or a change where who writes it says none; without it she
    is asked."""
    refuses: "Callable[[RecordT | None, RecordT | None, Facts], Iterable[Refusal]] | None" = None
    """Why nobody may write by hand what a row said (None: new) and would say (None: it ends)."""
    clashes: "Callable[[Sequence[RecordT], Facts], Iterable[tuple[RecordT, Refusal]]] | None" = None
    """Why rows that people write at once do not go together or with those there, each with the one
    it is about. They are given as they would be: the id is 0 of a new one, `valid_from` the day it
    is to count from, None where a file does not say it."""
    by_hand: str = ""
    """What is said where a row is entered by hand: which rows people write, which ones orders."""
    begins: str = ""
    """The field with the day a new row counts from where nobody names one; empty: since always."""
    subject: str = ""
    """The field that names what a row is about: its page shows the row."""
    mark: Callable[[RecordT], Mark] | None = None
    """What a row adds to the name of its subject, wherever that is chosen or listed."""
    on_card: Callable[[Iterable[RecordT], str], Mapping[str, Any]] | None = None
    """What all rows about a subject say on its context card by a school year: field → value."""
    grouped_by: str = ""
    """The choice under whose titles its rows stand in the list, in choosers and on pages."""
    headings: Mapping[str, str] = field(default_factory=dict)
    """What the groups are called, where the titles of the choice do not do."""
    summed_up: Callable[[Collection[RecordT]], str] | None = None
    """What is said of several of its rows together, where a page shows some."""
    pending: Pending | None = None
    recent: Recent | None = None
    sums: Sums[RecordT] | None = None
    """How its list adds up the rows it shows."""
    suggested: Suggested | None = None
    """What strangers may suggest by a link."""
    cases: CaseLinks[RecordT] | None = None
    """The cases its list and its pages lead to."""
    where: str = field(default_factory=caller, repr=False)

    @cached_property
    def fields(self) -> Mapping[str, FieldView]:
        """Its fields by name, in their order."""
        return {view.name: view for view in views(self.record)}

    @cached_property
    def of_house(self) -> tuple[str, ...]:
        """The fields that a house table tells."""
        return (*Extension.__annotations__,) if self.extends else ()

    @cached_property
    def kept(self) -> Mapping[str, FieldView]:
        """The fields that its own tables keep."""
        return {name: view for name, view in self.fields.items() if name not in self.of_house}

    @cached_property
    def successors(self) -> tuple[str, ...]:
        """The fields that name another row of the same register: what stands for one that ended."""
        return tuple(name for name, view in self.kept.items() if view.register == self.key)

    @cached_property
    def steady(self) -> frozenset[str]:
        """The fields that are never amended here."""
        return frozenset((*self.identity, *self.of_house))

    @cached_property
    def empty(self) -> Mapping[str, Any]:
        """What its fields say while nobody has said anything."""
        blank = self.record.model_validate({})
        return {name: getattr(blank, name) for name in self.fields}

    @cached_property
    def shown(self) -> Mapping[str, FieldView]:
        """The fields its lists show."""
        return {name: self.fields[name] for name in self.columns or self.fields}

    def link_of(self, shown: Sequence[FieldView]) -> FieldView:
        """Return the column that leads to the row: its name, or the last shown of its identity."""
        names = self.of_house[-1:] or self.identity
        return next((view for view in reversed(shown) if view.name in names), shown[0])

    @cached_property
    def about(self) -> tuple[FieldView, ...]:
        """The fields that tell whose a row is, where its name alone does not."""
        link = self.link_of([*self.shown.values()])
        known = (self.fields[name] for name in self.identity)
        return tuple(view for view in known if view.register) if link.register else ()

    def group_of(self, row: Record) -> str:
        """Return the heading a row stands under; empty where rows are not grouped."""
        return self.groups.get(getattr(row, self.grouped_by), "") if self.grouped_by else ""

    @cached_property
    def groups(self) -> Mapping[str, str]:
        """The headings of its groups in their order."""
        return {**self.fields[self.grouped_by].options.get("choices", {}), **self.headings}

    def in_order(self, rows: Iterable[RecordT]) -> list[RecordT]:
        """Return rows in the order of its list, those alike as they come."""
        found = [*rows]
        for name in reversed(self.sorted_by):
            view = self.fields[name.removeprefix("-")]
            found.sort(key=partial(_place, view), reverse=name.startswith("-"))
        return found

    @property
    def is_open(self) -> bool:
        """Tell whether everybody reads all of it."""
        return not (self.readers or self.own or self.closed_by)

    def read_by(self, facts: "Facts", actor: Actor) -> Readable:
        """Return which of its rows are for a reader."""
        if self.closed_by:
            return Readable(self.read_through, frozenset(self.closed_by(facts, actor)))
        if self.is_open:
            return ALL
        if _holds(actor, self.readers if self.edits_own else (*self.readers, *self.edited_by)):
            return ALL
        return Readable(self.read_through, frozenset(self.own(facts, actor))) if self.own else NONE

    def written_by(self, facts: "Facts", actor: Actor) -> Readable:
        """Return which of its rows a reader who writes into it may write."""
        if self.edits_own and self.own:
            return Readable(self.read_through, frozenset(self.own(facts, actor)))
        return self.read_by(facts, actor)

    def still_asks(self, row: RecordT) -> bool:
        """Tell whether a row needs what it names: one that asks for nothing any more does not."""
        return self.pending is None or getattr(row, self.pending.field) in self.pending.values

    def is_edited_by(self, actor: Actor) -> bool:
        """Tell whether this reader may write into it."""
        return _holds(actor, self.edited_by)

    def __repr__(self) -> str:
        """Return the key alone."""
        return f"<Register {self.key}>"


class Records(Protocol[RecordT_co]):
    """The rows of one register on one day, as guards and effects ask about them."""

    @property
    def day(self) -> dt.date:
        """The day."""

    def get(self, key: int | None) -> RecordT_co | None:
        """Return a row as it is on the day; None where it is not there."""

    def last(self, key: int | None) -> RecordT_co | None:
        """Return a row as it is on the day, else as it last was or will first be: for its name."""

    def find(self, **values: Any) -> tuple[RecordT_co, ...]:
        """Return the rows with these values on the day, as they were entered.

        Of a field of several a value is one of them.
        """

    def ever(self, **identity: Any) -> tuple[RecordT_co, ...]:
        """Return the rows with these values of their identity, those not there as `last` does."""

    def turning_points(self, **identity: Any) -> tuple[dt.date, ...]:
        """Return the later days on which rows with these values of their identity change."""

    def entered_by(self, key: int | None) -> Entry | None:
        """Return what brought a row first, though it may be revoked since."""

    def on(self, day: dt.date) -> Self:
        """Return the same register on another day."""

    def without(self, order: int) -> Self:
        """Return the same register as if an order (its row of the journal) had written nothing."""
