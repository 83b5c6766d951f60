"""What a page of a case shows."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import Any

from flask import abort, url_for
from werkzeug.exceptions import HTTPException, NotFound

from workflow_app.engine.ballots import Answer, Ballot
from workflow_app.engine.calendar import WorkingCalendar
from workflow_app.engine.case import Case
from workflow_app.engine.decide import Lines, Offer, allowed, may_edit, readiness, told, warned
from workflow_app.engine.facts import Facts
from workflow_app.engine.forms import Form, Rows, views, with_values
from workflow_app.engine.overview import Feed
from workflow_app.engine.process import Check, Process, Table
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.remarks import is_return, is_up_again, last_remarks, reply
from workflow_app.engine.roles import Actor
from workflow_app.http.numbers import number_in
from workflow_app.http.outcomes import outcome
from workflow_app.http.readable_cases import readable_among
from workflow_app.services import administration, polls
from workflow_app.services.cases import acting, requests, signing, undo_traces
from workflow_app.services.hashing import text_hash
from workflow_app.services.polls import Progress
from workflow_app.store.cases import comments, history
from workflow_app.store.cases.polls import SqlPolls
from workflow_app.store.directory import calendar, offices
from workflow_app.store.directory.questions import SchoolContext
from workflow_app.store.documents import papers, uploads
from workflow_app.store.documents.uploads import UploadedFile
from workflow_app.store.journals.numbering import OrderLine
from workflow_app.store.read_models import queries
from workflow_app.store.read_models.choices import school_cards
from workflow_app.store.read_models.queries import CaseLine
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import case_lines, forms, parts, reviewing
from workflow_app.web.board import Board, Card, boards
from workflow_app.web.case_lines import DueLine, Line, Stage, VoteLine
from workflow_app.web.case_waiting import Waiting, waits_for
from workflow_app.web.comparison import Changed, differences
from workflow_app.web.pages import ReservedError
from workflow_app.web.reviewing import Reviewing
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


class CaseView:
    """Everything a page of a case may show; each thing is read when a page first asks for it.

    On the page of an `action` the text is only read, though the person might write it elsewhere,
    and is what she signs by it. `at` is the page of a long text: a part, the check, the whole;
    empty for the first. `typed` and `errors` are what she wrote and what is wrong with it, `said`
    remarks that were not kept. The unit of work must be open while a page is drawn.
    """

    def __init__(
        self,
        uow: SqlUnitOfWork,
        instance_id: int,
        *,
        errors: Mapping[str, str] | None = None,
        typed: Mapping[str, Any] | None = None,
        blanks: int = forms.BLANK_ROWS,
        action: str = "",
        at: str = "",
        said: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Read the case; 404 for what the person who asks may not read."""
        self.case, self.process, self.actor = readable(uow, instance_id)
        self.at = at
        self._uow, self._action, self._said = uow, action, said
        self._errors, self._typed, self._blanks = errors, typed, blanks
        self._text = (
            signing.text_of(uow, self.case, self.actor, action) if action else self.case.data
        )

    @cached_property
    def line(self) -> CaseLine:
        """Return what lists tell of the case."""
        return queries.case(self._uow.session, self.case.id) or abort(404)

    @cached_property
    def page(self) -> queries.CasePage:
        """Return what the store keeps about the case."""
        return queries.case_page(
            self._uow.session, self.case.id, self.case.parent_id, self._uow.today
        )

    @cached_property
    def _facts(self) -> Facts:
        return self._uow.facts(self.case.municipality_id)

    @cached_property
    def _days(self) -> WorkingCalendar:
        return calendar.load_calendar(self._uow.session, self.case.municipality_id)

    @cached_property
    def offers(self) -> Sequence[OfferLine]:
        """Return what anybody may do with the case now, or why she may not."""
        uow = self._uow
        found = allowed(self.process, self.case, self.actor, self._facts, uow.now, uow.today)
        return [OfferLine(one, _about(uow, self.case, self.actor, one)) for one in found]

    @cached_property
    def is_editable(self) -> bool:
        """Tell whether the person may write the text."""
        return may_edit(self.process, self.case, self.actor)

    @cached_property
    def controls(self) -> Sequence[forms.Control]:
        """Return the fields of the text, to write in or to read."""
        asked = self.process.states[self.case.state].only or None
        return forms.controls(
            self._uow,
            self.case,
            self._text,
            errors=self._errors,
            typed=self._typed,
            blanks=self._blanks,
            remarks=_remarks(self.process, self.case),
            only=asked if self.is_editable and not self._action else (),
            kept=self.case.typed,
            writer=self.actor,
        )

    @cached_property
    def writing(self) -> parts.Writing | None:
        """Return a long text that the person writes, part by part."""
        case = self.case
        if self._action or not self.is_editable or not parts.is_long(self.process, case):
            return None
        # What is sent is read as everybody will read it, cell by cell.
        is_check = self.at == parts.CHECK
        read = forms.controls(self._uow, case, case.data, only=(), kept=case.typed)
        offers = [one.offer for one in self.offers]
        return parts.writing(self.process, case, self.controls, offers, read if is_check else ())

    @cached_property
    def reviewing(self) -> Reviewing | None:
        """Return the review of a person who may return the text."""
        if self._action:
            return None
        offers = [one.offer for one in self.offers]
        person = self.actor.person_id
        return reviewing.look(
            self._uow, self.case, self.page, offers, self.controls, self._said, person
        )

    @cached_property
    def cards(self) -> Sequence[SchoolContext]:
        """Return what is known of the schools the text names."""
        chosen = (number_in(key) for control in self.controls for key in control.chosen)
        ids = frozenset(key for key in chosen if key)
        return school_cards(self._uow, self.case, ids) if ids else ()

    @cached_property
    def can_take_back(self) -> bool:
        """Tell whether the last step is the person's own, and may still be undone."""
        step = self._uow.last_step(self.case.id)
        if step is None or step.person_id != self.actor.person_id:
            return False
        return undo_traces.is_possible(step)

    @cached_property
    def is_officer(self) -> bool:
        """Tell whether the person may give out work and mend a case."""
        return administration.officer(self.actor) is not None

    @cached_property
    def passed(self) -> frozenset[str]:
        """Return the states the case has been in."""
        return frozenset(line.to_state for line in self.page.history)

    @cached_property
    def stages(self) -> Sequence[Stage]:
        """Return the usual way of the case."""
        return list(case_lines.stages(self.process, self.case.state, self.passed))

    @cached_property
    def dues(self) -> Sequence[DueLine]:
        """Return the open deadlines."""
        return [
            case_lines.due_line(self._uow, self.process, due, self._days)
            for due in self.page.deadlines
        ]

    @cached_property
    def history(self) -> Sequence[Line]:
        """Return the steps taken, the first one first."""
        return list(case_lines.lines(self._uow, self.process, self.page, self._days))

    @cached_property
    def votes(self) -> Mapping[str, Sequence[VoteLine]]:
        """Return ballot → the answers to it."""
        return case_lines.vote_lines(self._uow, self.process, self.page)

    @cached_property
    def changes(self) -> Sequence[Changed]:
        """Return what differs between the last two texts."""
        if len(self.page.versions) < 2:  # noqa: PLR2004 (two texts make a difference)
            return ()
        before, after = self.page.versions[-2:]
        return differences(self._uow, self.case, before.data, after.data)

    @cached_property
    def uploads(self) -> Sequence[UploadedFile]:
        """Return the files attached to the case that the person may open."""
        return uploads.of_case(self._uow, self.case, self.actor.person_id)

    @cached_property
    def waits_for(self) -> Sequence[Waiting]:
        """Return whom the case waits for."""
        return waits_for(self._uow, self.process, self.case, self.page, self.actor)

    @cached_property
    def warnings(self) -> Sequence[Refusal]:
        """Return what to look at before a step; a link leads only to what the person reads."""
        found = warned(self.process, self.case, self._facts)
        readable = readable_among(self._uow, (one.case for one in found), self.actor)
        return [one if one.case in readable else replace(one, case=None) for one in found]

    @cached_property
    def checklist(self) -> Sequence[tuple[Check, bool]]:
        """Return what must be there, and whether it is."""
        return readiness(self.process, self.case, self._facts)

    @cached_property
    def boards(self) -> Sequence[Board]:
        """Return the cases below this one as a board."""
        return boards(self._uow, self.page.children, self.actor)

    @cached_property
    def tables(self) -> Sequence[tuple[Table, Lines]]:
        """Return the tables that tell what the case rests on."""
        return told(self.process, self.case, self._facts, self.actor)

    @cached_property
    def later_orders(self) -> Mapping[tuple[int, str], Sequence[OrderLine]]:
        """Return order → the orders that change it."""
        if not self.case.number:
            return {}
        return queries.later_orders(self._uow.session, self.case.municipality_id, self.case.id)

    @cached_property
    def readable(self) -> frozenset[int]:
        """Return the cases of those orders that the person may read."""
        ids = (one.instance_id for one in chain(*self.later_orders.values()))
        return readable_among(self._uow, ids, self.actor)

    @cached_property
    def poll(self) -> PollCard | None:
        """Return what the page says of a poll."""
        return _poll(self._uow, self.process, self.case, self.actor)

    @cached_property
    def seen(self) -> str:
        """Return the hash of the text shown."""
        return text_hash(self.case.process, self._text) if self._action else self.case.text_hash

    @cached_property
    def dropped(self) -> Sequence[forms.Control]:
        """Return the rows people wrote in that the step leaves out of the text."""
        return _dropped(self._uow, self.case, self._text)

    @cached_property
    def discussed(self) -> int | None:
        """Return how many comments stand beside it; none where a case has its own."""
        return None if self.process.feed else comments.count(self._uow, self.case.id)

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
    def waits(self) -> Mapping[str, Sequence[Waiting]]:
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
        """Return what ends a case or takes an answer back: one press further away.

        The answers that somebody is asked for stand together.
        """
        found = (one for one in self.open_offers if one.offer.action.style == "danger")
        return [one for one in found if not self._is_asked(one.offer)]

    def _is_asked(self, offer: Offer) -> bool:
        lines = self.votes.get(offer.ballot.key, ()) if offer.ballot else ()
        return any(one.is_awaited and one.voter == offer.voter for one in lines)

    def leads(self, offer: Offer) -> str:
        """Return where an answer leads, and that it cannot be undone where it ends its ballot."""
        ballot, answer = offer.ballot, offer.action
        if ballot is None or not isinstance(answer, Answer):
            return ""
        ends = answer.gives in ballot.veto
        outcome = ballot.failed if ends else ballot.passed if answer.gives in ballot.yes else None
        steps = (one for one in self.process.transitions if self.case.state in one.sources)
        step = next((one for one in steps if outcome and one.condition == outcome), None)
        to = self.process.states[step.ways[0].state].title if step else ""
        awaited = [one for one in self.votes.get(ballot.key, ()) if one.is_awaited]
        said = [f"ведёт к этапу «{to}»"] if to else []
        if ends and len(awaited) > 1:
            said.append("других ответов уже не ждут")
        if step and (ends or len(awaited) == 1):
            said.append("отменить будет нельзя")
        return "; ".join(said)

    @property
    def last_word(self) -> Line | None:
        """Return the last step of anybody else that came with words."""
        found = (one for one in reversed(self.history) if one.reason and not self.told)
        last = next(found, None)
        return last if last and last.line.name else None

    @property
    def sent_back(self) -> Line | None:
        """Return the words with which a text came back to who mends it; remarks stand in it."""
        last = self.last_word if self.is_editable and not self.answered else None
        if last is None or not last.line.from_state:
            return None
        # An answer that fails its ballot stands before the step of the system that brings it back.
        after = self.history[self.history.index(last) + 1 :]
        by_itself = [one.line.to_state for one in after if not one.line.name]
        is_why = self.case.state in (last.line.to_state, *by_itself) and len(by_itself) == len(
            after
        )
        return last if is_why else None

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


def _remarks(process: Process, case: Case) -> Mapping[str, forms.Said]:
    """Return field → remarks of the last return: to who mends them and to who looks again."""
    found: dict[str, list[tuple[str, str]]] = {}
    if process.states[case.state].edit or is_up_again(process, case):
        for row in last_remarks(case.data):
            found.setdefault(row.about, []).append((row.text, reply(row)))
    return found
