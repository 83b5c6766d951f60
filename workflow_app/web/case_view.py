"""Everything a case page shows, gathered in one read."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import Any

from flask import abort, url_for
from werkzeug.exceptions import HTTPException, NotFound

from workflow_app.engine.ballots import Ballot
from workflow_app.engine.calendar import WorkingCalendar
from workflow_app.engine.case import Case
from workflow_app.engine.decide import Lines, Offer, allowed, may_edit, readiness, told, warned
from workflow_app.engine.diagram import main_path
from workflow_app.engine.forms import Form, Rows, texts_of, views, with_values
from workflow_app.engine.overview import Feed
from workflow_app.engine.process import Check, Process, Table
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.remarks import is_return, is_up_again, last_remarks, reply
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.engine.votes import PENDING
from workflow_app.http.numbers import number_in
from workflow_app.http.outcomes import outcome, whom
from workflow_app.http.readable_cases import readable_among
from workflow_app.services import administration, polls
from workflow_app.services.assigning import owner
from workflow_app.services.cases import acting, requests, signing, undo_traces
from workflow_app.services.hashing import text_hash
from workflow_app.services.polls import Progress
from workflow_app.store.cases import comments, history
from workflow_app.store.cases.polls import SqlPolls
from workflow_app.store.directory import calendar, offices
from workflow_app.store.directory.questions import SchoolContext
from workflow_app.store.documents import papers, uploads
from workflow_app.store.journals.numbering import OrderLine
from workflow_app.store.read_models import queries
from workflow_app.store.read_models.choices import school_cards
from workflow_app.store.read_models.queries import CaseLine, OpenWork
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import forms, parts, reviewing
from workflow_app.web.assigning import Performers, performers
from workflow_app.web.board import Board, Card, boards
from workflow_app.web.comparison import Changed, differences
from workflow_app.web.due import days_left
from workflow_app.web.pages import ReservedError
from workflow_app.web.security import away, person_id

UNSAID = (None, False, "", ())
"""What a cell holds in which nobody wrote."""

LATELY = dt.timedelta(days=7)
"""So long ago a person's other tabs may still show a case that went on out of her sight."""
GONE_ON = (
    "Дело уже ушло дальше: ваш шаг в нём сделан, и сейчас оно открыто другим. Что ждёт вас, стоит "
    "в «Моих делах»."
)
STYLES = ("primary", "secondary", "danger")
"""In this order the actions of a case stand."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A station on the usual way of a case."""

    title: str
    is_passed: bool
    is_now: bool


@dataclass(frozen=True, slots=True)
class DueLine:
    """An open deadline: what for, until when, and how many working days are left."""

    title: str
    due_at: dt.datetime
    days: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A step of the history, and how long the stage before it took."""

    line: queries.HistoryLine
    spent: int | None
    reason: str
    signature: str = ""
    evidence: int | None = None


@dataclass(frozen=True, slots=True)
class VoteLine:
    """One voter's answer in words."""

    voter: str
    name: str
    status: str
    person: str
    answered_at: dt.datetime | None
    comment: str
    is_left_out: bool
    is_over: bool = False
    """Whether the question was closed before it was answered."""
    signature: str = ""
    """By what it was signed, in words."""
    evidence: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody the case waits for, and who may be given the work by name."""

    work_id: int
    title: str
    name: str
    person_id: int | None
    person: str
    performers: Performers
    is_stranded: bool = False
    """Whether nobody may do it, so that it waits for whoever appoints people."""
    shut_out: str = ""
    """Whose account is closed, where nobody acts in that office instead."""
    owns: int = 0
    """As whom the person who looks may take it: herself, or whom she stands for; 0 if not."""

    @property
    def is_assignable(self) -> bool:
        """Tell whether there is a choice, or a choice to undo."""
        return len(self.performers) > 1 or self.person_id is not None


@dataclass(frozen=True, slots=True)
class PollCard:
    """What the page of a case says of its poll."""

    is_asked: bool
    """Whether the person may answer now."""
    progress: Progress | None
    """How it goes, for who runs it."""


@dataclass(frozen=True, slots=True)
class OfferLine:
    """An action with the voter it is about, where that is somebody else."""

    offer: Offer
    about: str = ""

    @property
    def is_direct(self) -> bool:
        """Tell whether a press is enough: it asks for nothing, and destroys nothing."""
        action = self.offer.action
        asks = action.form or action.signed or len(self.offer.capacities) > 1
        return not asks and action.style != "danger"

    @property
    def is_done(self) -> bool:
        """Tell whether it is refused only because it is done already."""
        return all(reason.is_done for reason in self.offer.refusal or ())


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything a case page shows."""

    case: Case
    line: CaseLine
    process: Process
    actor: Actor
    page: queries.CasePage
    offers: Sequence[OfferLine]
    controls: Sequence[forms.Control]
    cards: Sequence[SchoolContext]
    is_editable: bool
    can_take_back: bool
    is_officer: bool
    stages: Sequence[Stage]
    passed: frozenset[str]
    dues: Sequence[DueLine]
    history: Sequence[Line]
    votes: Mapping[str, Sequence[VoteLine]]
    changes: Sequence[Changed]
    uploads: Sequence[uploads.UploadedFile]
    waits_for: Sequence[Waiting]
    warnings: Sequence[Refusal]
    checklist: Sequence[tuple[Check, bool]]
    boards: Sequence[Board]
    tables: Sequence[tuple[Table, Lines]]
    later_orders: Mapping[tuple[int, str], Sequence[OrderLine]]
    readable: frozenset[int]
    """The cases of those orders that the person may read."""
    poll: PollCard | None
    seen: str
    """The hash of the text shown."""
    dropped: Sequence[forms.Control]
    """The rows people wrote in that the step leaves out of the text."""
    discussed: int | None
    """How many comments stand beside it; none where a case has its own."""
    writing: parts.Writing | None
    """A long text that the person writes, part by part."""
    reviewing: reviewing.Reviewing | None
    """The review of a person who may return the text."""
    at: str = parts.WHOLE
    """Which page of a long text is shown: a part, the check, the whole; empty for the first."""

    @property
    def is_wide(self) -> bool:
        """Tell whether a sheet or a board needs the whole width of the page."""
        return bool(self.boards) or any(control.is_sheet for control in self.controls)

    def link(self, place: str) -> str:
        """Return where a field or a row of it stands, on this page or on that of its part."""
        here = f"#f-{'-'.join(place.split('.')[:2])}"
        home = self.writing.home(place) if self.writing else ""
        if not self.writing or self.at in (parts.WHOLE, home):
            return here
        return url_for("cases.show", instance_id=self.case.id, part=home or None) + here

    @property
    def returned(self) -> queries.HistoryLine | None:
        """Return the last return with remarks, to who mends them."""
        returns = {one.key for one in self.process.transitions if is_return(one)}
        found = (line for line in reversed(self.page.history) if line.action in returns)
        is_hers = self.is_editable and last_remarks(self.case.data)
        return next(found, None) if is_hers else None

    @property
    def unanswered(self) -> int:
        """Return how many remarks of the last return wait for a word."""
        return sum(not row.is_answered for row in last_remarks(self.case.data))

    @property
    def last_remarks(self) -> frozenset[str]:
        """Return the keys of the remarks of the last return."""
        return frozenset(row.row_key for row in last_remarks(self.case.data))

    @property
    def network_id(self) -> int | None:
        """Return the network a case is about: its page tells what else goes on there."""
        kind, _, rest = self.line.subject.partition("/")
        return number_in(rest.partition("/")[0]) if kind == "network" else None

    @property
    def answered(self) -> Sequence[forms.Control]:
        """Return the remarks of all returns with their answers: who looks again begins there."""
        return [one for one in self.controls if one.are_remarks]

    @property
    def told(self) -> Feed | None:
        """Return how the case is told to others, unless it is still written."""
        return None if self.is_editable else self.process.feed

    @property
    def lead(self) -> str:
        """Return the text a case that is told begins with."""
        return str(getattr(self.case.data, self.told.lead)) if self.told else ""

    @property
    def comments(self) -> Sequence[Line]:
        """Return what people said of a case that is told to them, in its order."""
        return [one for one in self.history if self.told and one.line.action == self.told.comments]

    @property
    def text(self) -> Sequence[forms.Control]:
        """Return the other fields of the case."""
        lead = self.told.lead if self.told else ""
        return [one for one in self.controls if not one.are_remarks and one.name != lead]

    @property
    def last_step(self) -> str:
        """Return what was done last, in the words of the history."""
        return self.page.history[-1].title if self.page.history else ""

    @property
    def own_cards(self) -> Sequence[Card]:
        """Return the cases below this one in which the person has something to do."""
        return [card for board in self.boards for card in board.cards if card.is_mine]

    @property
    def stranded(self) -> Sequence[str]:
        """Return the steps nobody may take, for whoever may appoint somebody."""
        found = (one.title for one in self.waits_for if one.is_stranded and self.is_officer)
        return list(dict.fromkeys(found))

    @property
    def cautions(self) -> Sequence[Refusal]:
        """Return the warnings that no held action has said already."""
        said = {one.message for line in self.held_offers for one in line.offer.refusal or ()}
        return [one for one in self.warnings if one.message not in said]

    @property
    def waits(self) -> Mapping[str, Sequence["Waiting"]]:
        """Return what is waited for → of whom; whom an officer cannot tell apart, once."""
        found: dict[str, dict[str, Waiting]] = {}
        for one in self.waits_for:
            place = f"{one.name} {one.work_id if one.is_assignable else ''} {one.person}"
            found.setdefault(one.title, {}).setdefault(place, one)
        return {title: list(items.values()) for title, items in found.items()}

    @property
    def draft_offers(self) -> Sequence[OfferLine]:
        """Return what is done with the text as it is written: its buttons stand under it."""
        offered = (*self.open_offers, *self.held_offers)
        return [
            one
            for one in offered
            if not (one.offer.action.form or one.offer.ballot or one.offer.action.signed)
        ]

    @property
    def sending(self) -> Sequence[OfferLine]:
        """Return the steps people are meant to take with a text that is ready."""
        offered = (*self.open_offers, *self.held_offers)
        return [one for one in offered if one.offer.action.style == "primary"]

    @property
    def current_papers(self) -> frozenset[int]:
        """Return the newest version of each paper that was not withdrawn."""
        return papers.current(self.page.documents)

    def given(self, offer: Offer) -> Iterator[tuple[Ballot, Sequence[VoteLine]]]:
        """Yield the answers a step is decided on: one's own before it, or those of all ballots."""
        for key, lines in self.votes.items():
            said = [one for one in lines if not offer.ballot or one.voter == offer.voter]
            ballot = self.process.ballots.get(key)
            if ballot and offer.ballot in (None, ballot) and any(one.answered_at for one in said):
                yield ballot, said

    def shows(self, place: str | None) -> bool:
        """Tell whether there is something to look at where a reason points."""
        name = (place or "").partition(".")[0]
        found = (one for one in self.controls if one.name == name)
        return any(self.is_editable or one.is_told for one in found)

    @property
    def open_offers(self) -> Sequence[OfferLine]:
        """Return what may be done now: the main step, the others, then what ends or refuses."""
        found = [one for one in self.offers if one.offer.capacities and not one.offer.refusal]
        return sorted(found, key=lambda one: STYLES.index(one.offer.action.style))

    @property
    def main_offers(self) -> Sequence[OfferLine]:
        """Return what stands at hand: neither what ends a case nor what is done with its draft."""
        aside = self.draft_offers if self.is_editable and not self.writing else ()
        return [
            one for one in self.open_offers if one not in aside and one not in self.grave_offers
        ]

    @property
    def grave_offers(self) -> Sequence[OfferLine]:
        """Return what refuses or ends a case: one press further away."""
        return [one for one in self.open_offers if one.offer.action.style == "danger"]

    @property
    def last_word(self) -> "Line | None":
        """Return the last step of anybody else that came with words."""
        found = (one for one in reversed(self.history) if one.reason and not self.told)
        last = next(found, None)
        return last if last and last.line.name else None

    @property
    def sent_back(self) -> "Line | None":
        """Return the words with which a text came back to who mends it; remarks stand in it."""
        last = self.last_word
        is_why = last and last.line.from_state and last.line.to_state == self.case.state
        return last if is_why and self.is_editable and not self.answered else None

    @property
    def held_offers(self) -> Sequence[OfferLine]:
        """Return what this person could do, were it not for a reason."""
        return [one for one in self._refused if not one.is_done]

    @property
    def done_offers(self) -> Sequence[OfferLine]:
        """Return what this person need not do: it is there already."""
        return [one for one in self._refused if one.is_done]

    @property
    def _refused(self) -> Sequence[OfferLine]:
        return [one for one in self.offers if one.offer.capacities and one.offer.refusal]

    @property
    def begun(self) -> Sequence[CaseLine]:
        """Return the open cases that people began from this one, while it goes on itself."""
        is_over = self.process.states[self.case.state].is_final
        began = [one for one in self.page.children if not one.fan_key and not one.finished_at]
        return [] if is_over else began

    @property
    def others_offers(self) -> Sequence[OfferLine]:
        """Return what other people do here."""
        return [one for one in self.offers if not one.offer.capacities and one.offer.refusal]


def view_case(
    uow: SqlUnitOfWork,
    instance_id: int,
    *,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, Any] | None = None,
    blanks: int = forms.BLANK_ROWS,
    action: str = "",
    at: str = "",
    said: Mapping[str, str] = MappingProxyType({}),
) -> CaseView:
    """Return what a case page shows to the person who asks; 404 for what is not hers.

    On the page of an `action` the text is only read, though she might write it elsewhere, and is
    what she signs by it. `at` is the page of a long text, `said` remarks that were not kept.
    """
    case, process, actor = readable(uow, instance_id)
    data = signing.text_of(uow, case, actor, action) if action else case.data
    page = queries.case_page(uow.session, case.id, case.parent_id, uow.today)
    days = calendar.load_calendar(uow.session, case.municipality_id)
    step, officer = uow.last_step(case.id), administration.officer(actor)
    passed = frozenset(line.to_state for line in page.history)
    facts = uow.facts(case.municipality_id)
    offers = list(allowed(process, case, actor, facts, uow.now, uow.today))
    later = queries.later_orders(uow.session, case.municipality_id, case.id) if case.number else {}
    is_editable = may_edit(process, case, actor)
    asked = process.states[case.state].only or None
    is_parted = is_editable and not action and parts.is_long(process, case)
    controls = forms.controls(
        uow,
        case,
        data,
        errors=errors,
        typed=typed,
        blanks=blanks,
        remarks=_remarks(process, case),
        only=asked if is_editable and not action else (),
        kept=case.typed,
        writer=actor,
    )
    # What is sent is read as everybody will read it, cell by cell.
    is_check = is_parted and at == parts.CHECK
    read = forms.controls(uow, case, data, only=(), kept=case.typed) if is_check else ()
    return CaseView(
        case,
        queries.case(uow.session, case.id) or abort(404),
        process,
        actor,
        page,
        [OfferLine(offer, _about(uow, case, actor, offer)) for offer in offers],
        controls,
        _cards(uow, case, controls),
        is_editable,
        bool(step and step.person_id == actor.person_id and undo_traces.is_possible(step)),
        officer is not None,
        list(_stages(process, case.state, passed)),
        passed,
        [_due(uow, process, due, days) for due in page.deadlines],
        list(_history(uow, process, [*_attributed(process, page)], days)),
        _votes(uow, process, page),
        _changes(uow, case, page),
        uploads.of_case(uow, case, actor.person_id),
        _waits_for(uow, process, case, page, actor),
        _cautions(uow, warned(process, case, facts), actor),
        readiness(process, case, facts),
        boards(uow, page.children, actor),
        told(process, case, facts, actor),
        later,
        readable_among(uow, (one.instance_id for one in chain(*later.values())), actor),
        _poll(uow, process, case, actor),
        text_hash(case.process, data) if action else case.text_hash,
        _dropped(uow, case, data),
        None if process.feed else comments.count(uow, case.id),
        parts.writing(process, case, controls, offers, read) if is_parted else None,
        None
        if action
        else reviewing.look(uow, case, page, offers, controls, said, actor.person_id),
        at,
    )


def _cautions(uow: SqlUnitOfWork, found: Sequence[Refusal], actor: Actor) -> list[Refusal]:
    """Return warnings whose links lead only to cases the person may read."""
    readable = readable_among(uow, (one.case for one in found), actor)
    return [one if one.case in readable else replace(one, case=None) for one in found]


def _dropped(uow: SqlUnitOfWork, case: Case, after: Form) -> Sequence[forms.Control]:
    """Return the rows people wrote in that a text has no more after a step."""
    gone = {}
    for view in views(type(case.data)) if after is not case.data else ():
        if view.row:
            before = getattr(case.data, view.name)
            own = [one.name for one in view.columns if not one.is_kept]
            rows = before.without(*getattr(after, view.name).keys())
            gone[view.name] = Rows(
                row for row in rows if any(getattr(row, name) not in UNSAID for name in own)
            )
    if not any(gone.values()):
        return ()
    found = forms.controls(uow, case, with_values(case.data, gone), only=())
    return [one for one in found if gone.get(one.name)]


def what_was_done(uow: SqlUnitOfWork, done: acting.Done | Refusal, action: str) -> str | Refusal:
    """Return what a person did and what happens next, in words; or why it was not done."""
    if isinstance(done, Refusal):
        return done
    return str(outcome(uow, done.instance_id, action, person_id()))


def page_after(uow: SqlUnitOfWork, instance_id: int, action: str) -> str:
    """Return where a person goes on after a step: to the case, as long as it is hers to read.

    Who began a new edition of a text goes on in that.
    """
    case = uow.load(instance_id)
    if case is None or not requests.may_read(uow, person_id(), instance_id):
        return url_for("queue.show")
    begins = {one.key for one in uow.processes[case.process].transitions if one.kind == "revise"}
    edition = queries.open_edition(uow.session, case) if action in begins else None
    return url_for("cases.show", instance_id=edition or instance_id)


def readable(uow: SqlUnitOfWork, instance_id: int) -> tuple[Case, Process, Actor]:
    """Return a case the person may read; for her, any other does not exist."""
    case = uow.load(instance_id)
    actor = uow.actor(person_id())
    if case is None:
        abort(404)
    process = uow.processes[case.process]
    if not acting.may_read(uow, process, case, actor):
        raise _hidden(uow, process, case, actor)
    return case, process, actor


def _hidden(uow: SqlUnitOfWork, process: Process, case: Case, actor: Actor) -> HTTPException:
    """Return that there is no such case; to who reads it but while she is away, who stands in.

    Who took a step in it lately knows of it: she is told that it went on, and nothing more.
    """
    own = offices.capacities(uow.connection, actor.person_id, uow.today, absent_keeps=True)
    is_hers = acting.may_read(uow, process, case, Actor(actor.person_id, own))
    if is_hers and (elsewhere := away(uow)):
        return elsewhere
    since = uow.now - LATELY
    if history.took_part(uow.connection, case.id, actor.person_id, since):
        return ReservedError(GONE_ON, "queue.show", "Мои дела", 404)
    return NotFound()


def _about(uow: SqlUnitOfWork, case: Case, actor: Actor, offer: Offer) -> str:
    """Return whose answer an offer is, when it is not the actor's own organisation's."""
    voter = number_in(offer.voter)
    if offer.ballot is None or voter is None:
        return ""
    if voter in {capacity.organisation_id for capacity in actor.capacities}:
        return ""
    return uow.facts(case.municipality_id).name("school", voter)


def _poll(uow: SqlUnitOfWork, process: Process, case: Case, actor: Actor) -> PollCard | None:
    is_asked = polls.is_asked(process, case, actor)
    if polls.runs(process, case, actor):
        return PollCard(is_asked, SqlPolls(uow.connection).progress(case.id))
    return PollCard(is_asked, None) if is_asked else None


def _cards(
    uow: SqlUnitOfWork, case: Case, controls: Sequence[forms.Control]
) -> Sequence[SchoolContext]:
    chosen = (number_in(key) for control in controls for key in control.chosen)
    ids = frozenset(key for key in chosen if key)
    return school_cards(uow, case, ids) if ids else ()


def _stages(process: Process, state: str, passed: frozenset[str]) -> Iterator[Stage]:
    """Yield the usual way, with the state a case stands in and without what it passed over."""
    way = list(main_path(process))
    if state not in way:
        seen = [place for place, key in enumerate(way) if key in passed]
        way.insert(max(seen, default=-1) + 1, state)
    here = way.index(state)
    if process.states[state].is_final:
        del way[here + 1 :]
    for place, key in enumerate(way):
        if place >= here or key in passed:
            yield Stage(process.states[key].title, place < here, key == state)


def _due(uow: SqlUnitOfWork, process: Process, due: Any, days: WorkingCalendar) -> DueLine:
    ballot = process.ballots.get(due.ballot)
    state = process.states.get(due.state)
    title = ballot.title if ballot else state.title if state else ""
    then = process.transition(due.state, due.then) if due.then else None
    if then:
        after = f"после этого дня само: «{then.told}»"
        title = f"{title}; {after}" if ballot else after
    return DueLine(
        title, due.due_at, days_left(days, uow.today, due.due_at.astimezone(uow.zone).date())
    )


def _attributed(process: Process, page: queries.CasePage) -> Iterator[queries.HistoryLine]:
    """Yield the lines of history; an answer of one among several organisations names it."""
    names: dict[str, dict[str, str]] = {}
    for ballot, vote, organisation in page.votes:
        names.setdefault(ballot.key, {})[vote.voter] = organisation
    for line in page.history:
        found = process.answer(line.action) if "voter" in line.form else None
        asked = names.get(found[0].key, {}) if found else {}
        own = asked.get(str(line.form.get("voter")), "")
        is_one_of_many = own and len(set(asked.values())) > 1 and own not in line.title
        yield replace(line, title=f"{line.title}: {own}") if is_one_of_many else line


def _history(
    uow: SqlUnitOfWork,
    process: Process,
    lines: Sequence[queries.HistoryLine],
    days: WorkingCalendar,
) -> Iterator[Line]:
    entered = lines[0].at if lines else uow.now
    for line in lines:
        spent = None
        if line.from_state and line.from_state != line.to_state:
            since, until = (m.astimezone(uow.zone).date() for m in (entered, line.at))
            spent = days_left(days, since, until)
        if line.from_state != line.to_state:
            entered = line.at
        step = process.step(line.from_state, line.action)
        by = signing.in_words(step, line.form, uow.zone)
        reason = texts_of(step.form if step else None, line.form)
        yield Line(line, spent, reason, by, line.form.get(signing.MARK, {}).get("file"))


def _remarks(process: Process, case: Case) -> Mapping[str, forms.Said]:
    """Return field → remarks of the last return: to who mends them and to who looks again."""
    found: dict[str, list[tuple[str, str]]] = {}
    if process.states[case.state].edit or is_up_again(process, case):
        for row in last_remarks(case.data):
            found.setdefault(row.about, []).append((row.text, reply(row)))
    return found


def _votes(
    uow: SqlUnitOfWork, process: Process, page: queries.CasePage
) -> Mapping[str, Sequence[VoteLine]]:
    people = {vote.person_id for _, vote, _ in page.votes if vote.person_id}
    names = queries.names(uow.session, people) if people else {}
    titles = {role.held_by: role.title for role in reversed(process.roles())}
    found: dict[str, list[VoteLine]] = {}
    for ballot, vote, organisation in page.votes:
        title = titles.get(vote.role, vote.group)
        person = ", ".join(filter(None, (names.get(vote.person_id or 0, ""), vote.acting_as)))
        found.setdefault(ballot.key, []).append(
            VoteLine(
                vote.voter,
                organisation if vote.organisation_id else title or vote.role,
                vote.status,
                person,
                vote.answered_at,
                vote.comment or _said(process, ballot.key, vote.status, vote.form),
                vote.is_left_out,
                vote.status == PENDING and ballot.closed_at is not None,
                process.ballots[ballot.key].signature_word(vote.signature_kind)
                if ballot.key in process.ballots
                else vote.signature_kind,
                vote.evidence_upload_id,
            )
        )
    return found


def _said(process: Process, ballot: str, status: str, values: Mapping[str, Any]) -> str:
    """Return what a voter wrote beside the answer, where the answer asks for more than a reason."""
    answers = process.ballots[ballot].answers if ballot in process.ballots else ()
    form = next((one.form for one in answers if one.form and one.gives == status), None)
    fields = [view.name for view in views(form) if view.kind in ("text", "line")] if form else []
    return "\n".join(str(values[name]) for name in fields if values.get(name))


def _changes(uow: SqlUnitOfWork, case: Case, page: queries.CasePage) -> Sequence[Changed]:
    if len(page.versions) < 2:  # noqa: PLR2004 (two texts make a difference)
        return ()
    before, after = page.versions[-2:]
    return differences(uow, case, before.data, after.data)


def _waits_for(
    uow: SqlUnitOfWork, process: Process, case: Case, page: queries.CasePage, actor: Actor
) -> Sequence[Waiting]:
    """Return whom a case waits for; an officer, and who may do it, sees who else might."""
    own = {
        item.id: owner(one)
        for item in page.work
        for one in reversed(actor.capacities)
        if one.fills(item.role, item.organisation_id)
    }
    is_officer = administration.officer(actor) is not None
    items = [
        (item.id, item.role, item.organisation_id)
        for item in page.work
        if is_officer or item.id in own
    ]
    known = performers(uow, case.municipality_id, items) if items else {}
    people = {item.person_id for item in page.work if item.person_id}
    names = queries.names(uow.session, people) if people else {}
    closed = offices.shut_out(uow.session, case.municipality_id, uow.today) if page.work else ()
    return [
        Waiting(
            item.id,
            item.title,
            whom(uow, process, case, item),
            item.person_id,
            names.get(item.person_id or 0, ""),
            known.get(item.id, ()),
            bool(item.reason),
            _shut_out(uow, case, item, closed),
            own.get(item.id, 0),
        )
        for item in page.work
    ]


def _shut_out(
    uow: SqlUnitOfWork, case: Case, item: OpenWork, closed: Sequence[tuple[Capacity, str]]
) -> str:
    """Return whose closed account work waits for, when nobody else may do it."""
    place = item.organisation_id
    names = [name for office, name in closed if office.fills(item.role, place)]
    held = names and uow.facts(case.municipality_id).holders(item.role, place or None)
    return "" if held else ", ".join(dict.fromkeys(names))
