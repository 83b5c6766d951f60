"""What the API takes and gives, as pydantic models: they are the published contract."""

import datetime as dt
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from workflow_app.engine.text import cleaned
from workflow_app.http import searching
from workflow_app.http.bulk import MOST_AT_ONCE
from workflow_app.http.numbers import LARGEST_ID
from workflow_app.services import assigning, reminding
from workflow_app.store.read_models.queries import PLACE

LONGEST_KEY = 100
SCHOOL_YEAR = "[0-9]{4}-[0-9]{4}"


def _no_flag(value: object) -> object:
    """Refuse true and false, which Python counts as 1 and 0."""
    if isinstance(value, bool):
        raise ValueError
    return value


Id = Annotated[int, BeforeValidator(_no_flag), Field(ge=1, le=LARGEST_ID)]
Version = Annotated[int, BeforeValidator(_no_flag), Field(ge=0, le=LARGEST_ID)]
Words = Annotated[str, Field(max_length=searching.LONGEST), AfterValidator(cleaned)]
Yes = Literal["true", "false"]


class Problem(BaseModel):
    """Why a request was refused: a code for machines, a Russian sentence for people."""

    code: str
    message: str
    fields: dict[str, str] = Field(default_factory=dict)
    case: int | None = Field(default=None, description="id of the open case that stands in the way")
    row: int | None = Field(
        default=None, description="id of the row of a register that stands in the way"
    )


class NewInstance(BaseModel):
    """A case to begin."""

    model_config = ConfigDict(extra="forbid")

    process: str
    action: str = ""
    data: dict[str, Any] = Field(default_factory=dict)


class DraftChange(BaseModel):
    """Fields changed since the version that was shown."""

    model_config = ConfigDict(extra="forbid")

    version: Version
    data: dict[str, Any]


class Action(BaseModel):
    """What a person decided, and what she had seen."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    version: Version | None = None
    seen: str | None = None
    as_: Id | None = Field(default=None, alias="as", description="id of the position to act in")
    voter: str | None = None
    vote_version: Version | None = None
    data: dict[str, Any] = Field(default_factory=dict)
    comment: str = ""
    password: str = Field(default="", description="signs an action that is signed")
    code: str = Field(
        default="", description="of the second factor, beside the password of who has one"
    )
    scan: Id | None = Field(
        default=None, description="id of a file that signs instead, where `signatures` says so"
    )


class Once(BaseModel):
    """What makes a repeated request harmless."""

    key: str = Field(
        default="",
        alias="Idempotency-Key",
        max_length=LONGEST_KEY,
        description="the same key with the same body acts once; with another body it is refused",
    )


class AsOf(BaseModel):
    """The date a register is read for, and the date it is read from."""

    on: dt.date | None = Field(default=None, description="the day asked for; today if left out")
    as_known_on: dt.date | None = Field(
        default=None, description="only orders registered by this day; now if left out"
    )


class NewFile(BaseModel):
    """A file to bring."""

    file: bytes


class ActionView(BaseModel):
    """An action that is offered."""

    key: str
    title: str
    voter: str = ""
    signed: bool = False
    signatures: list[str] = Field(default_factory=list)
    """The kinds of signature taken here: `simple` is the password, `paper_scan` a file."""
    form: dict[str, Any] | None = None


class RefusedView(BaseModel):
    """An action that is not possible now, with every reason."""

    key: str
    title: str
    reasons: list[Problem]


class TableView(BaseModel):
    """What the registers tell of a case at this moment."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class InstanceView(BaseModel):
    """A case as its reader sees it."""

    id: int
    process: str
    state: str
    state_title: str
    number: str
    version: int
    seen: str
    data: dict[str, Any]
    typed: dict[str, Any]
    """What the draft holds as it was typed: field → text; of rows, key → column → text."""
    unfinished: list[Problem]
    allowed: list[ActionView]
    refused: list[RefusedView]
    warnings: list[Problem]
    tables: list[TableView]


class HistoryView(BaseModel):
    """A line of history."""

    seq: int
    at: dt.datetime
    action: str
    title: str
    from_state: str
    to_state: str
    person: str
    acting_as: str
    form: dict[str, Any]
    sha256: str


class DocumentView(BaseModel):
    """A paper of a case."""

    id: int
    paper: str
    title: str
    version: int
    file_name: str
    content_hash: str
    file_sha256: str | None
    issued_at: dt.datetime
    withdrawn_at: dt.datetime | None = None
    """Set when the step that issued it was taken back."""


class WorkView(BaseModel):
    """A work item, with what taking it or acting on its case has to name."""

    work_id: int
    instance_id: int
    version: int
    voter: str
    person_id: int | None
    """Whom it was given to by name; her stand-in sees it too."""
    opened_at: dt.datetime
    process: str
    state: str
    heading: str
    number: str
    title: str
    due_at: dt.datetime | None


class MemberView(BaseModel):
    """A school in a network on a date."""

    school_id: int
    name: str
    role: str
    since: dt.date | None
    """None: as it always was."""
    order: str


class NetworkView(BaseModel):
    """A network."""

    id: int
    name: str
    state: str
    valid_from: dt.date
    valid_to: dt.date


class OfYear(BaseModel):
    """Which school year is asked for."""

    year: str = Field(
        default="",
        description="school year, e.g. 2025-2026; the current by default",
        pattern=f"^({SCHOOL_YEAR})?$",
    )


class FigureView(BaseModel):
    """What the reader may see of a figure; `text` says why there is none."""

    text: str
    value: float | None
    numerator: int | None
    denominator: int | None
    is_closed: bool


class SchoolFigureView(FigureView):
    """A figure of a school, or of the network as a whole (`school_id` null)."""

    school_id: int | None
    name: str
    role: str
    baseline: float | None
    target: float | None
    change: float | None


class IndicatorView(BaseModel):
    """An indicator of a network in a school year; schools stand in the order of the composition."""

    code: str
    title: str
    level: str
    unit: str
    desired: str
    year: str
    figures: list[SchoolFigureView]
    total: FigureView | None


class OrderView(BaseModel):
    """A number of the order journal."""

    id: int
    number: str
    registered_on: dt.date
    kind: str
    title: str | None
    instance_id: int | None
    amended_by: list[str]
    revoked_by: list[str]


class SchoolView(BaseModel):
    """A school with its context card."""

    id: int
    name: str
    type: str
    settlement: str
    details: dict[str, Any]
    """What registers say on its card, by the names of their fields: «students», «teachers»."""
    marks: list[str]
    head: str | None


class OfficeView(BaseModel):
    """A position somebody holds: its id fills fields of positions, and `as` of an action."""

    id: int
    title: str
    organisation_id: int
    organisation: str


class PersonView(BaseModel):
    """A person's service data."""

    id: int
    name: str
    email: str | None
    """Null also where only her own organisation and administrators read it."""
    positions: list[str]
    offices: list[OfficeView]
    """The same positions with their ids."""


class OfRegister(AsOf):
    """As which day a register is read, and where the page begins."""

    after: int | None = Field(
        default=None, ge=1, le=10**14, description="row out of the Link header rel=next"
    )


class RecordView(BaseModel):
    """A row of a declared register as it is on a day."""

    id: int
    name: str
    values: dict[str, Any]
    basis: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    """The first day it says something else, as far as known."""


class RecordState(RecordView):
    """A row of a declared register with what a change of it has to name."""

    is_there: bool
    """Whether the row is there on the day; else its values are the last, or the first, ones."""
    version: int
    """The newest of its entries."""


class RecordChange(BaseModel):
    """What is to be written about a row, from which day, and why."""

    model_config = ConfigDict(extra="forbid")

    data: dict[str, Any] = Field(
        default_factory=dict, description="fields by name; of a change those that change alone"
    )
    effective_on: dt.date | None = Field(
        default=None,
        description="the first day it counts for; of a new row null means as it always was",
    )
    reason: str = ""
    basis: str = Field(default="", description="the document it rests on, as papers cite it")
    version: Version | None = Field(
        default=None, description="the newest entry of the row that was seen"
    )
    correction: bool = Field(
        default=False, description="of a change: it counts since the wrong values do"
    )
    again: bool = Field(
        default=False, description="of a new row: one of its identity that ended comes back"
    )


class FileView(BaseModel):
    """A file that was brought."""

    id: int
    name: str
    sha256: str


class ProcessView(BaseModel):
    """A definition: states, transitions, form."""

    key: str
    title: str
    version: int
    states: list[dict[str, Any]]
    transitions: list[dict[str, Any]]
    form: dict[str, Any]


class Sifted(BaseModel):
    """Which part of the queue is asked for."""

    process: Words = ""
    state: Words = ""
    text: Words = Field(default="", description="words of the heading, number or a party")
    late: Yes = "false"
    soon: Yes = Field(default="false", description="due today or tomorrow")
    own: Yes = Field(default="false", description="given to the person by name")
    new: Yes = Field(default="false", description="changed by others since the last visit")


class OfQueue(Sifted):
    """Which part of the queue is asked for, in which order, and where the page begins."""

    order: Literal["due", "opened", "changed"] = "due"
    group: Literal["", "process", "organisation"] = Field(
        default="", description="what stands together"
    )
    after: str = Field(
        default="", description="cursor out of the Link header rel=next", pattern=f"^({PLACE})?$"
    )


class OfProcess(BaseModel):
    """Of which process late work is asked for; of all by default."""

    process: Words = ""


AskedT = TypeVar("AskedT", Sifted, OfQueue, OfProcess)


class CountsView(BaseModel):
    """How much work waits: all of it, what is late, what is due today or tomorrow."""

    total: int
    late: int
    soon: int
    found: int
    """How much of it the filter of the request finds."""


class BulkItem(BaseModel):
    """A case of many, as it was shown."""

    model_config = ConfigDict(extra="forbid")

    id: Id
    version: Version
    voter: str = ""


class BulkAction(BaseModel):
    """On which cases of a process an action is taken."""

    model_config = ConfigDict(extra="forbid")

    process: str
    items: Annotated[list[BulkItem], Field(min_length=1, max_length=MOST_AT_ONCE)]
    password: str = Field(default="", description="signs an action that is signed")
    code: str = Field(
        default="", description="of the second factor, beside the password of who has one"
    )


class BulkResult(BaseModel):
    """What came of one case of many: done, or the problem."""

    id: int
    heading: str
    problem: Problem | None = None


class Seen(BaseModel):
    """A work item to take, and who had it by name when it was looked at."""

    model_config = ConfigDict(extra="forbid")

    work_id: Id
    seen: Id | None = Field(default=None, description="`person_id` of the work item as shown")


class Taking(BaseModel):
    """Work to take."""

    model_config = ConfigDict(extra="forbid")

    items: Annotated[list[Seen], Field(min_length=1, max_length=assigning.TOGETHER)]


class Giving(BaseModel):
    """Work to give to a person; to everybody of its role where she is null."""

    model_config = ConfigDict(extra="forbid")

    work_ids: Annotated[list[Id], Field(min_length=1, max_length=assigning.TOGETHER)]
    person_id: Id | None


class Nothing(BaseModel):
    """A request that says all by its address: `{}`."""


class WorkPlace(BaseModel):
    """A work item and its case."""

    work_id: int
    instance_id: int


class WorkRefused(WorkPlace):
    """A work item that did not change hands, and why."""

    problem: Problem


class HandedView(BaseModel):
    """What work changed hands."""

    done: list[WorkPlace]
    refused: list[WorkRefused]


class LateView(BaseModel):
    """A late work item with its case."""

    work_id: int
    instance_id: int
    process: str
    heading: str
    number: str
    title: str
    due_at: dt.datetime
    organisation: str
    reminded_on: dt.date | None


class Reminding(BaseModel):
    """Of which late work to remind."""

    model_config = ConfigDict(extra="forbid")

    work_ids: Annotated[list[Id], Field(min_length=1, max_length=reminding.TOGETHER)]


class RemindedView(BaseModel):
    """How many items people were reminded of, and how many had been told of today already."""

    sent: int
    before: int


class CommentView(BaseModel):
    """A comment with the name of who wrote it, and the ids of those it calls."""

    id: int
    name: str
    acting_as: str
    written_at: dt.datetime
    text: str
    called: list[int]


class NewComment(BaseModel):
    """A comment to write, and the ids of readers to call."""

    comment: str = ""
    called: list[Id] = Field(default_factory=list)


class ReaderView(BaseModel):
    """Somebody who reads a case."""

    person_id: int
    name: str
    title: str


class Question(BaseModel):
    """What is looked for."""

    find: Words = Field(default="", description="words in any order; a number with or without №")


class HitView(BaseModel):
    """One thing that was found: a case, a row, an organisation or a person by its id."""

    id: int
    title: str
    aside: str


class GroupView(BaseModel):
    """The first things found of one kind."""

    kind: Literal["cases", "organisations", "rows", "people"]
    title: str
    register_key: str
    """The register whose rows they are; empty for cases and people."""
    hits: list[HitView]
    has_more: bool


class FoundView(BaseModel):
    """What was found; `meant` is said where it was found by the letters of the other keyboard."""

    meant: str
    groups: list[GroupView]
