"""A case: its text and its draft. What is done with it stands in `actions`."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, g, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from workflow_app.engine.case import Case
from workflow_app.engine.forms import Form, unfinished
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.http.container import container, read, transact, transact_and_show
from workflow_app.http.numbers import number_in
from workflow_app.services.cases import acting, drafts, requests, reviewing
from workflow_app.services.cases.acting import Done, Intent
from workflow_app.store.database import UNAVAILABLE
from workflow_app.store.documents import papers
from workflow_app.store.messages import notices
from workflow_app.store.read_models import queries
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import actions, files, forms, pasting, queue
from workflow_app.web.carrying import PASTE, SECRETS, Carried
from workflow_app.web.case_view import CaseView, page_after, readable, what_was_done
from workflow_app.web.filters import clock_time
from workflow_app.web.pages import is_fragment
from workflow_app.web.parts import CHECK, WHOLE
from workflow_app.web.queue import tell_done
from workflow_app.web.security import person_id

cases = Blueprint("cases", __name__)

REMARK = "on."
"""Begins the name of a field for a remark; the place it is about follows."""
SAID = 5
"""So many unfinished places are named when a draft is saved; the page marks them all."""
Answer = Response | str | tuple[str | Response, int]


@cases.get("/cases/<int:instance_id>")
def show(instance_id: int) -> str:
    """Show a case; who opens it has read what she was told of it, and what it tells her."""
    person, is_opened = person_id(), is_opening()

    def look(uow: SqlUnitOfWork) -> tuple[str, bool]:
        view = CaseView(uow, instance_id, at=_page())
        if is_opened:
            g.seen = notices.unread_of_case(uow.session, person, instance_id)
        page = render_template(_template(view), view=view, refusal=None)
        return page, acting.is_told(uow, person, view.case)

    page, is_told = read(look)
    if is_opened and (is_told or g.seen):
        with suppress(*UNAVAILABLE):  # she reads it all the same, and it counts the next time
            transact(lambda uow: _opened(uow, person, instance_id))
    return page


def _page() -> str:
    """Return which page of a long text is asked for: a part by its key, the check, the whole."""
    return request.args.get("part") or request.args.get("show", "")


def _template(view: CaseView) -> str:
    """Return the page that shows a case, or a part of its text alone."""
    written = view.writing
    alone = written and (view.at == CHECK or written.part(view.at))
    return "cases/part.html" if alone else "cases/show.html"


def _back(address: str) -> str:
    """Return where one goes on after saving: to where a button leads, else to the same page."""
    if "_go" in request.form:
        to = request.form["_go"]
        asked = {"show": to} if to == CHECK else {"part": to} if to else {}
    else:
        asked = {name: request.args[name] for name in ("part", "show") if request.args.get(name)}
    return f"{address}?{urlencode(asked)}" if asked else address


def is_opening() -> bool:
    """Tell whether a person opens the page: a browser that only prepares it clears nothing."""
    return request.method == "GET" and not {"Sec-Purpose", "Purpose", "X-Moz"} & {
        *request.headers.keys()
    }


def _opened(uow: SqlUnitOfWork, person: int, instance_id: int) -> None:
    acting.note_reading(uow, person, instance_id)
    notices.mark_seen(uow, person, instance_id)


@cases.get("/cases/<int:instance_id>/pane")
def show_pane(instance_id: int) -> str:
    """Show a case beside the queue; it is not marked as read by that."""
    return read(lambda uow: render_template("cases/pane.html", view=CaseView(uow, instance_id)))


@cases.get("/cases/<int:instance_id>/papers")
def show_papers(instance_id: int) -> str:
    """Show the papers of a case alone: a page that waits for one asks for them."""

    def look(uow: SqlUnitOfWork) -> str:
        case, _, _ = readable(uow, instance_id)
        found = papers.of_case(uow.connection, case.id)
        return render_template(
            "cases/papers.html", case=case, documents=found, current=papers.current(found)
        )

    return read(look)


@cases.get("/start")
def ways() -> str:
    """List what the person may begin, and what each of it is for."""
    return read(lambda uow: render_template("cases/ways.html", starts=queue.starts(uow)))


@cases.get("/start/<process>")
@cases.get("/start/<process>/<action>")
def begin(process: str, action: str = "") -> str:
    """Ask for nothing yet: say what will begin, or why it would not."""
    person = person_id()
    return _start_page(
        process, action, read(lambda uow: acting.why_not_start(uow, person, process, action))
    )


@cases.post("/start/<process>")
@cases.post("/start/<process>/<action>")
def start(process: str, action: str = "") -> Answer:
    """Begin a case and open its draft."""
    person = person_id()
    result = transact(lambda uow: acting.start(uow, person, process, {}, action=action))
    if isinstance(result, Refusal):
        return _start_page(process, action, result), 409
    return redirect(url_for("cases.show", instance_id=result.instance_id))


def _start_page(process: str, action: str, refusal: Refusal | None) -> str:
    """Return the page that says what begins, and why it does not, if it does not."""
    definition = container().processes.get(process) or abort(404)
    named = [one for one in definition.starts() if action in ("", one.key)] or abort(404)
    begins = definition.states[named[0].ways[0].state]
    next_steps = [
        one
        for one in definition.transitions
        if begins.key in one.sources and one.is_by_person and not begins.edit
    ]
    tables = [one for one in definition.tables.values() if begins.key in one.states]
    return render_template(
        "cases/start.html",
        process=definition,
        start=named[0],
        refusal=refusal,
        begins=begins,
        next_steps=next_steps,
        tables=tables,
        heading=read(lambda uow: _fresh_heading(uow, definition)),
    )


def _fresh_heading(uow: SqlUnitOfWork, process: Process) -> str:
    """Return how a case that begins now would be called."""
    held = uow.actor(person_id()).capacities
    form = acting.fresh(uow, process, held[0], {}) if held else None
    return process.heading_of(form) if isinstance(form, Form) else process.title


@cases.post("/cases/<int:instance_id>/draft")
def save(instance_id: int) -> Answer:
    """Save a draft and, when a button says so, take its action in the same transaction."""
    sent = MultiDict(request.form)
    action = sent.get("_action", "")
    form, is_signed = read(
        lambda uow: (
            type(_data(uow, instance_id)),
            bool(action) and requests.is_signed(uow, instance_id, action),
        )
    )
    refusal = _paste(instance_id, sent) or files.take_in(form, sent)
    if refusal:
        return _saved_without(instance_id, refusal, sent)
    if is_signed:
        # A signature is given on its own page, where the password is asked.
        return redirect(url_for("actions.ask", instance_id=instance_id, action=action))
    try:
        result, back = transact_and_show(
            lambda uow: _saved(uow, instance_id, sent, action),
            lambda uow, done: (_told(uow, done, action), page_after(uow, instance_id, action)),
        )
    except _SavedButRefusedError as error:
        transact(lambda uow: _saved(uow, instance_id, sent, ""))
        return _refused(instance_id, error.refusal, None)
    if isinstance(result, Refusal):
        return _refused(instance_id, result, sent)
    if isinstance(result, Response):
        return result
    if action:
        tell_done(result, instance_id)
    else:
        back = _back(back)
        if result:
            flash(result, "info" if TO_MEND in result else "success")
    if school := number_in(sent.get("_colleague")):
        return redirect(url_for("newcomers.ask_colleague", school_id=school, next=back))
    return redirect(back)


def _saved_without(instance_id: int, refusal: Refusal, sent: MultiDict[str, str]) -> Answer:
    """Save what was written beside a refused file or refused rows; these stay for mending."""
    result = transact(lambda uow: _saved(uow, instance_id, sent, ""))
    if isinstance(result, Refusal):
        return _refused(instance_id, joined((refusal, result)) or refusal, sent)
    pasted = MultiDict((name, text) for name, text in sent.items() if name.startswith(PASTE))
    return _refused(instance_id, refusal, pasted, is_unsaved=False)


def _told(uow: SqlUnitOfWork, done: Done | Refusal, action: str) -> str | Response | Refusal:
    """Return what a person did with her draft: in words, or to the script of her page."""
    if isinstance(done, Refusal):
        return done
    case = uow.load(done.instance_id) or abort(404)
    if is_fragment():
        return _confirmed(uow, case)
    if action:
        return what_was_done(uow, done, action)
    said = _unfinished(case)
    # On the way from part to part the state of the draft stands beside the buttons.
    return said.strip() if "_go" in request.form else f"Черновик сохранён.{said}"


TO_MEND = "До отправки допишите"


def _unfinished(case: Case) -> str:
    """Return what a draft keeps as it was typed: it may stay so until the draft is sent."""
    found = [one.message for one in unfinished(case.data, case.typed)]
    if not found:
        return ""
    more = f" и ещё {len(found) - SAID}" if len(found) > SAID else ""
    return f" {TO_MEND}: {'; '.join(found[:SAID])}{more}."


def _paste(instance_id: int, sent: MultiDict[str, str]) -> Refusal | None:
    """Take pasted rows when a person sends them; what is saved by itself leaves them alone."""
    if is_fragment() or not any(name.startswith(PASTE) for name in sent):
        return None
    return read(lambda uow: pasting.take(uow, readable(uow, instance_id)[0], sent))


def _saved(
    uow: SqlUnitOfWork, instance_id: int, sent: MultiDict[str, str], action: str
) -> Done | Refusal:
    """Save what changed since the page was shown; an action refused undoes nothing of it."""
    person = person_id()
    case, _, _ = readable(uow, instance_id)
    changed = forms.changes(case.data, sent)
    version = number_in(sent.get("_version")) or 0
    done = drafts.save_draft(uow, person, instance_id, changed, version)
    if isinstance(done, Refusal):
        return done
    if not action:
        return done
    result = acting.act(uow, person, Intent(instance_id, action))
    if isinstance(result, Refusal):
        raise _SavedButRefusedError(result)
    return result


class _SavedButRefusedError(Exception):
    """Rolls the action back; the draft is then saved again, alone."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def _confirmed(uow: SqlUnitOfWork, case: Case) -> Response:
    """Tell the script what is stored now, so that its page stands on the new version."""
    line = queries.case(uow.session, case.id) or abort(404)
    saved = f"Сохранено в {clock_time(line.changed_at, uow.zone)}"
    return jsonify(
        version=str(case.version),
        shown=forms.shown(case.data, case.typed),
        saved=f"{saved}.{said}" if (said := _unfinished(case)) else saved,
    )


def _data(uow: SqlUnitOfWork, instance_id: int) -> Form:
    case, _, _ = readable(uow, instance_id)
    data: Form = case.data
    return data


def _refused(instance_id: int, refusal: Refusal, sent: Any, *, is_unsaved: bool = True) -> Answer:
    """Show the case again with the reasons, and with what the person had written."""
    if refusal.code == "not_found":
        abort(404)
    if is_fragment():
        return jsonify(code=refusal.code, message=refusal.message, fields=refusal.fields), 422

    def look(uow: SqlUnitOfWork) -> str:
        view = _with_errors(uow, instance_id, refusal, sent)
        return render_template(
            _template(view),
            view=view,
            refusal=refusal,
            is_unsaved=is_unsaved and sent is not None,
            lost=None if view.is_editable or sent is None else _lost(view.case.data, sent),
        )

    return read(look), 422


def _lost(data: Form, sent: MultiDict[str, str]) -> Carried:
    """Return what a person wrote that no field of the page holds any more: it is hers to copy."""
    told = {*_leaves(data.model_dump(mode="json"))}
    pairs = [(name, text) for name, text in sent.items(multi=True) if text.strip() not in told]
    return Carried("", [one for one in pairs if one[0] not in SECRETS])


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _leaves(one)
    else:
        yield str(value)


def _with_errors(uow: SqlUnitOfWork, instance_id: int, refusal: Refusal, sent: Any) -> CaseView:
    typed = None if sent is None else forms.typed(type(_data(uow, instance_id)), sent)
    # What is sent without saying from which page came from the whole form.
    at = _page() if request.args else WHOLE
    return CaseView(uow, instance_id, errors=refusal.fields, typed=typed, at=at)


@cases.post("/cases/<int:instance_id>/review")
def review(instance_id: int) -> Answer:
    """Keep what a reviewer says of a text; by a button of the bar go on to a step with it."""
    person, sent = person_id(), request.form
    said = {
        name.removeprefix(REMARK): text.replace("\r\n", "\n")
        for name, text in sent.items()
        if name.startswith(REMARK)
    }
    kept = transact(
        lambda uow: reviewing.write(
            uow,
            person,
            instance_id,
            remarks=said,
            accepted=sent.getlist("_accept"),
            doubted=sent.getlist("_doubt"),
            read=sent.get("_seen", ""),
        )
    )
    if isinstance(kept, Refusal):
        if kept.code == "not_found":
            abort(404)
        refusal = kept
        return read(
            lambda uow: render_template(
                "cases/show.html",
                view=CaseView(
                    uow, instance_id, said={at: text for at, text in said.items() if text}
                ),
                refusal=refusal,
            )
        ), 422
    to = url_for("cases.show", instance_id=instance_id)
    if "_act" in sent:
        return actions.act(instance_id, sent["_act"])
    if step := sent.get("_ask") or sent.get("_return"):
        return redirect(url_for("actions.ask", instance_id=instance_id, action=step))
    unit = sent.get("_accept") or sent.get("_doubt")
    return redirect(f"{to}#u-{unit}" if unit else f"{to}#f-{sent.get('_at', '')}")
