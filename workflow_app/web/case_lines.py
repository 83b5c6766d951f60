"""What happened in a case, what was answered in it, and until when it waits."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workflow_app.engine.calendar import WorkingCalendar
from workflow_app.engine.diagram import main_path
from workflow_app.engine.forms import texts_of, views
from workflow_app.engine.process import Process
from workflow_app.engine.votes import PENDING
from workflow_app.services.cases import signing
from workflow_app.store.read_models import queries
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.due import days_left


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

    @property
    def is_awaited(self) -> bool:
        """Tell whether the question is open and waits for this answer."""
        return self.status == PENDING and not (self.is_over or self.is_left_out)


def stages(process: Process, state: str, passed: frozenset[str]) -> Iterator[Stage]:
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


def due_line(uow: SqlUnitOfWork, process: Process, due: Any, days: WorkingCalendar) -> DueLine:
    """Return what an open deadline is for, and what happens by itself after it."""
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


def lines(
    uow: SqlUnitOfWork, process: Process, page: queries.CasePage, days: WorkingCalendar
) -> Iterator[Line]:
    """Yield the steps of a case, the first one first."""
    entered = page.history[0].at if page.history else uow.now
    for line in _attributed(process, page):
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


def vote_lines(
    uow: SqlUnitOfWork, process: Process, page: queries.CasePage
) -> Mapping[str, Sequence[VoteLine]]:
    """Return ballot → what each voter answered."""
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
