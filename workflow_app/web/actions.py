"""What is done with a case: actions, answers, a step back, repairs. Nothing happens on a GET."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from workflow_app.documents import preview_html
from workflow_app.engine.forms import Form
from workflow_app.engine.process import Transition
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.remarks import as_remarks, is_return
from workflow_app.engine.roles import SYSTEM_ROLE
from workflow_app.engine.signatures import PAPER_SCAN, SCANS, SIMPLE, accepted
from workflow_app.http import limits
from workflow_app.http.container import read, transact, transact_and_show
from workflow_app.http.numbers import number_in
from workflow_app.services.accounts.access import AccountRow
from workflow_app.services.cases import acting, requests
from workflow_app.services.cases.acting import Done, Intent
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.cases.history import has_just_done
from workflow_app.store.documents.files import content as file_content
from workflow_app.store.documents.papers import Paper
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import files, forms, signing
from workflow_app.web.case_view import CaseView, OfferLine, page_after, readable, what_was_done
from workflow_app.web.pages import back_to_queue
from workflow_app.web.queue import tell_done
from workflow_app.web.security import person_id

actions = Blueprint("actions", __name__)

CONFLICTS = {"changed_meanwhile", "text_changed", "answered_meanwhile"}
OVER = Refusal(
    "not_open", "Этот шаг уже сделан или сейчас невозможен. Ниже — что можно сделать теперь"
)
SENT_AGAIN = {"wrong_state", "already_answered", "answered_meanwhile", "ballot_closed"}
"""Refusals of who sends what she has just done once more."""
DOUBLE_CLICK = dt.timedelta(minutes=10)
Answer = Response | str | tuple[str, int]


@actions.get("/cases/<int:instance_id>/actions/<action>")
def ask(instance_id: int, action: str) -> str:
    """Show the form of an action."""
    voter = request.args.get("voter", "")
    return read(lambda uow: _page(uow, instance_id, action, voter, None, None))


def _page(
    uow: SqlUnitOfWork,
    instance_id: int,
    action: str,
    voter: str,
    refusal: Refusal | None,
    sent: Any,
    blanks: int = 1,
) -> str:
    """Return the action's page; an action no longer open falls back to the case."""
    view = CaseView(uow, instance_id, action=action)
    line = _offered(view, action, voter)
    if line is None:
        if refusal is None and not _is_known(view, action):
            abort(404)
        view = CaseView(uow, instance_id)
        return render_template("cases/show.html", view=view, refusal=refusal or OVER)
    form = line.offer.action.form
    controls: tuple[forms.Control, ...] = ()
    if form:
        typed = forms.typed(form, sent) if sent is not None else _reviewed(uow, view, line)
        errors = refusal.fields if refusal else {}
        begins = forms.with_present(form, view.case)
        controls = tuple(
            forms.controls(uow, view.case, begins, errors=errors, typed=typed, blanks=blanks)
        )
    facts = uow.facts(view.case.municipality_id)
    kinds = accepted(line.offer.action.signed, facts)
    takes_scan = PAPER_SCAN in kinds
    return render_template(
        "cases/action.html",
        view=view,
        line=line,
        controls=controls,
        organisation=lambda capacity: facts.name("school", capacity.organisation_id),
        refusal=refusal,
        takes_password=SIMPLE in kinds,
        takes_scan=takes_scan,
        scans=SCANS,
        scan=signing.given(sent).evidence if sent is not None and takes_scan else None,
        has_factor=partial(signing.has_factor, uow),
        unsent=_unsent(uow, view, action) if refusal is None else None,
        sent_back=request.values.get("_back") == "queue",
        sheets=_sheets(uow, view) if line.offer.action.signed or line.offer.ballot else (),
        has_file=takes_scan or any(control.kind == "file" for control in controls),
    )


@dataclass(frozen=True, slots=True)
class Unsent:
    """What a reviewer has written and a step would leave behind: said before she fills it in."""

    refusal: Refusal
    remarks: Sequence[str]
    way: str
    """The step that carries them."""


def _unsent(uow: SqlUnitOfWork, view: CaseView, action: str) -> Unsent | None:
    person, case = view.actor.person_id, view.case
    refusal = requests.unsent(uow, person, case.id, action)
    review = uow.review(case, person) if refusal else None
    if refusal is None or review is None:
        return None
    step = next(one.key for one in view.process.moves(case.state) if is_return(one))
    way = url_for("actions.ask", instance_id=case.id, action=step)
    return Unsent(refusal, [*review.remarks.values()], way)


def _reviewed(uow: SqlUnitOfWork, view: CaseView, line: OfferLine) -> Mapping[str, Any] | None:
    """Return what a reviewer has written beside the text, as the form of her return begins."""
    step = line.offer.action
    if not isinstance(step, Transition) or not is_return(step) or step.form is None:
        return None
    review = uow.review(view.case, view.actor.person_id)
    return as_remarks(step.form, review.remarks) if review and review.remarks else None


def _sheets(uow: SqlUnitOfWork, view: CaseView) -> Sequence[tuple[Paper, str]]:
    """Return the papers of a case as pages: who signs one reads it there."""
    return [
        (one, preview_html(file_content(uow.connection, one.file_sha256)))
        for one in view.page.documents
        if one.id in view.current_papers and one.file_sha256
    ]


def _is_known(view: CaseView, action: str) -> bool:
    """Tell whether a step of this name exists: an old letter or a step back leads to it."""
    moves = (one.key for one in view.process.transitions if one.by != (SYSTEM_ROLE,))
    return action in moves or view.process.answer(action) is not None


def _offered(view: CaseView, action: str, voter: str) -> OfferLine | None:
    return next(
        (o for o in view.offers if o.offer.key == action and voter in ("", o.offer.voter)), None
    )


@actions.post("/cases/<int:instance_id>/actions/<action>")
def act(instance_id: int, action: str) -> Answer:
    """Take an action, or give an answer."""
    person, sent = person_id(), MultiDict(request.form)
    if "_more" in sent:
        return _with_more_rows(instance_id, action, sent)
    result: tuple[str | Refusal, str]
    ready = _unready(instance_id, action, sent)
    if isinstance(ready, Refusal):
        result = ready, ""
    else:
        result = transact_and_show(
            lambda uow: _acted(uow, person, instance_id, action, sent, ready),
            lambda uow, done: (
                what_was_done(uow, done, action),
                "" if isinstance(done, Refusal) else page_after(uow, instance_id, action),
            ),
        )
    said, way = result
    if isinstance(said, Refusal) and said.code in SENT_AGAIN:
        found = said
        said, way = read(lambda uow: _done_already(uow, instance_id, action)) or (found, "")
    if isinstance(said, Refusal):
        found = said
        if found.code == "not_found":
            abort(404)
        voter = sent.get("_voter", "")
        page = read(lambda uow: _page(uow, instance_id, action, voter, found, sent))
        return page, 409 if found.code in CONFLICTS else limits.status_of(found, 422)
    tell_done(said, instance_id)
    return back_to_queue() if sent.get("_back") == "queue" else redirect(way)


def _done_already(uow: SqlUnitOfWork, instance_id: int, action: str) -> tuple[str, str] | None:
    """Return what a person did a moment ago, where she sends the same once more: a double click."""
    since = uow.now - DOUBLE_CLICK
    if not has_just_done(uow.connection, instance_id, person_id(), action, since):
        return None
    case, _, _ = readable(uow, instance_id)
    said = what_was_done(uow, Done(case.id, case.state, case.version), action)
    return f"Уже сделано, второй раз не нужно. {said}", page_after(uow, instance_id, action)


def _with_more_rows(instance_id: int, action: str, sent: MultiDict[str, str]) -> str:
    """Show what a person has written so far, with blank rows under it: no script is needed."""
    form, voter = read(lambda uow: _form(uow, instance_id, action)), sent.get("_voter", "")
    refusal = files.take_in(form, sent) if form else None
    return read(
        lambda uow: _page(uow, instance_id, action, voter, refusal, sent, forms.BLANK_ROWS + 1)
    )


def _unready(
    instance_id: int, action: str, sent: MultiDict[str, str]
) -> AccountRow | Refusal | None:
    """Return what stops an action before it is tried: its files, unfinished rows, the signature.

    Otherwise whose password signs it, if one does.
    """
    form, kinds = read(
        lambda uow: (_form(uow, instance_id, action), signing.kinds(uow, instance_id, action))
    )
    if form:
        refusal = files.take_in(form, sent) or forms.incomplete(form, sent)
        if refusal:
            return refusal
    return None if kinds is None else signing.take_in(kinds, sent)


def _form(uow: SqlUnitOfWork, instance_id: int, action: str) -> type[Form] | None:
    readable(uow, instance_id)
    return requests.form(uow, instance_id, action)


def _acted(
    uow: SqlUnitOfWork,
    person: int,
    instance_id: int,
    action: str,
    sent: MultiDict[str, str],
    signer: AccountRow | None,
) -> Done | Refusal:
    form, step = _form(uow, instance_id, action), requests.step(uow, instance_id, action)
    intent = Intent(
        instance_id,
        action,
        forms.read(form, sent) if form else {},
        voter=sent.get("_voter") or None,
        # A step that is over is refused as such, not because the case went on.
        version=number_in(sent.get("_version")) if step else None,
        seen=sent.get("_seen") or None,
        position_id=number_in(sent.get("_position")),
        signature=signing.given(sent),
    )
    return requests.carry_out(uow, SqlAccess(uow), person, intent, signer)


@actions.post("/cases/<int:instance_id>/take-back")
def take_back(instance_id: int) -> Answer:
    """Undo one's own last step."""
    person = person_id()
    result = transact(lambda uow: acting.take_back(uow, person, instance_id))
    if isinstance(result, Refusal):
        refusal = result
        if refusal.code == "not_found":
            abort(404)
        page = read(
            lambda uow: render_template(
                "cases/show.html", view=CaseView(uow, instance_id), refusal=refusal
            )
        )
        return page, 422
    flash("Последний шаг отменён.", "success")
    return redirect(url_for("cases.show", instance_id=instance_id))
