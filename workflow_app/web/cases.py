"""A case: its text, what may be done and why not, what happened, its papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workflow_app.engine.case import Case
from workflow_app.engine.decide import Offer, allowed, may_edit
from workflow_app.engine.forms import Form
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor
from workflow_app.services import access, acting, drafts
from workflow_app.services.acting import Done, Intent
from workflow_app.store import queries
from workflow_app.store.accounts import SqlAccess
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import forms
from workflow_app.web.house import house
from workflow_app.web.security import person_id

cases = Blueprint("cases", __name__)

WRONG_PASSWORD = Refusal("wrong_password", "Пароль не подходит", "password")


@dataclass(frozen=True)
class CaseView:
    """Everything a case page shows."""

    case: Case
    process: Process
    actor: Actor
    page: queries.CasePage
    offers: Sequence[Offer]
    controls: Sequence[forms.Control]
    is_editable: bool
    can_take_back: bool


def view_case(
    uow: SqlUnitOfWork, instance_id: int, *, errors: Mapping[str, str] | None = None,
    typed: Mapping[str, Any] | None = None, blanks: int = forms.BLANK_ROWS,
) -> CaseView:  # fmt: skip
    """Return what a case page shows to the person who asks; 404 for what is not hers."""
    case = uow.load(instance_id)
    actor = uow.actor(person_id())
    if case is None:
        abort(404)
    process = uow.processes[case.process]
    if not acting.may_read(uow, process, case, actor):
        abort(404)
    facts = uow.facts(case.municipality_id)
    step = uow.last_step(case.id)
    return CaseView(
        case, process, actor,
        queries.case_page(uow.session, case.id, case.parent_id),
        list(allowed(process, case, actor, facts, uow.now, uow.today)),
        forms.controls(uow, case, case.data, errors=errors, typed=typed, blanks=blanks),
        may_edit(process, case, actor),
        bool(step and step.undo and step.person_id == actor.person_id),
    )  # fmt: skip


@cases.get("/cases/<int:instance_id>")
def show(instance_id: int) -> str:
    """Show a case."""
    view = house().read(lambda uow: view_case(uow, instance_id))
    return render_template("cases/show.html", view=view, refusal=None)


@cases.get("/start/<process>")
def begin(process: str) -> str:
    """Ask for nothing yet: say what will begin."""
    definition = house().processes.get(process) or abort(404)
    return render_template("cases/start.html", process=definition, refusal=None)


@cases.post("/start/<process>")
def start(process: str) -> Response | tuple[str, int]:
    """Begin a case and open its draft."""
    person = person_id()
    result = house().transact(lambda uow: acting.start(uow, person, process, {}))
    if isinstance(result, Refusal):
        definition = house().processes.get(process) or abort(404)
        return render_template("cases/start.html", process=definition, refusal=result), 409
    return redirect(url_for("cases.show", instance_id=result.instance_id))


@cases.post("/cases/<int:instance_id>/draft")
def save(instance_id: int) -> Response | tuple[str, int]:
    """Save a draft and, when a button says so, take its action in the same transaction."""
    person, sent = person_id(), request.form
    action = sent.get("_action", "")
    version = int(sent.get("_version", "0") or 0)

    def work(uow: SqlUnitOfWork) -> Done | Refusal:
        case = uow.load(instance_id)
        if case is None:
            return acting.NOT_FOUND
        changed = forms.changes(case.data, sent)
        done = drafts.save_draft(uow, person, instance_id, changed, version)
        if isinstance(done, Refusal) or not action:
            return done
        refused = acting.act(uow, person, Intent(instance_id, action))
        if isinstance(refused, Refusal):
            raise _SavedButRefused(refused, done)
        return refused

    try:
        result = house().transact(work, queue=instance_id)
    except _SavedButRefused as error:
        house().transact(
            lambda uow: drafts.save_draft(
                uow, person, instance_id, forms.changes(_data(uow, instance_id), sent), version
            ),
            queue=instance_id,
        )
        return _refused(instance_id, error.refusal, None)
    if isinstance(result, Refusal):
        return _refused(instance_id, result, sent)
    if not action:
        flash("Черновик сохранён.", "success")
    return redirect(url_for("cases.show", instance_id=instance_id))


class _SavedButRefused(Exception):  # noqa: N818 (rolls the action back, the draft is saved again)
    def __init__(self, refusal: Refusal, done: Done) -> None:
        super().__init__(refusal.code)
        self.refusal, self.done = refusal, done


def _data(uow: SqlUnitOfWork, instance_id: int) -> Form:
    case = uow.load(instance_id)
    if case is None:
        abort(404)
    data: Form = case.data
    return data


def _refused(instance_id: int, refusal: Refusal, sent: Any) -> tuple[str, int]:
    """Show the case again with the reasons, and with what the person had written."""
    if refusal.code == "not_found":
        abort(404)

    def look(uow: SqlUnitOfWork) -> CaseView:
        typed = None
        if sent is not None:
            typed = forms.read(type(_data(uow, instance_id)), sent)
        return view_case(uow, instance_id, errors=refusal.fields, typed=typed)

    view = house().read(look)
    return render_template("cases/show.html", view=view, refusal=refusal), 422


@cases.get("/cases/<int:instance_id>/actions/<action>")
def ask(instance_id: int, action: str) -> str:
    """Show the form of an action; nothing ever happens on a GET."""
    voter = request.args.get("voter", "")
    return house().read(lambda uow: _action_page(uow, instance_id, action, voter, None, None))


def _action_page(
    uow: SqlUnitOfWork, instance_id: int, action: str, voter: str, refusal: Refusal | None,
    sent: Any,
) -> str:  # fmt: skip
    view = view_case(uow, instance_id)
    offer = next(
        (o for o in view.offers if o.key == action and voter in ("", o.voter)), None
    )
    if offer is None:
        abort(404)
    form = offer.action.form
    controls: Sequence[forms.Control] = ()
    if form:
        typed = forms.read(form, sent) if sent is not None else None
        blank = form.model_validate({})
        errors = forms.errors_of(refusal)
        controls = forms.controls(uow, view.case, blank, errors=errors, typed=typed, blanks=1)
    return render_template(
        "cases/action.html", view=view, offer=offer, controls=controls, refusal=refusal
    )


@cases.post("/cases/<int:instance_id>/actions/<action>")
def act(instance_id: int, action: str) -> Response | tuple[str, int]:
    """Take an action, or give an answer."""
    person, sent = person_id(), request.form
    refusal = _unsigned(instance_id, action, person, sent.get("password", ""))
    result: Done | Refusal = refusal or house().transact(
        lambda uow: acting.act(uow, person, _intent(uow, instance_id, action, sent)),
        queue=instance_id,
    )
    if isinstance(result, Refusal):
        found = result
        if found.code == "not_found":
            abort(404)
        page = house().read(
            lambda uow: _action_page(
                uow, instance_id, action, sent.get("_voter", ""), found, sent
            )
            if _is_offered(uow, instance_id, action)
            else _case_page(uow, instance_id, found)
        )
        return page, 409 if found.code in {"changed_meanwhile", "text_changed"} else 422
    flash("Готово.", "success")
    return redirect(request.args.get("back") or url_for("cases.show", instance_id=instance_id))


def _is_offered(uow: SqlUnitOfWork, instance_id: int, action: str) -> bool:
    return any(offer.key == action for offer in view_case(uow, instance_id).offers)


def _case_page(uow: SqlUnitOfWork, instance_id: int, refusal: Refusal) -> str:
    view = view_case(uow, instance_id)
    return render_template("cases/show.html", view=view, refusal=refusal)


def _intent(uow: SqlUnitOfWork, instance_id: int, action: str, sent: Any) -> Intent:
    """Read what a person sent: the action's form and what she had seen."""
    case = uow.load(instance_id)
    if case is None:
        abort(404)
    process = uow.processes[case.process]
    transition = process.transition(case.state, action)
    found = process.answer(action)
    form = transition.form if transition else found[1].form if found else None
    return Intent(
        instance_id, action, forms.read(form, sent) if form else {},
        voter=sent.get("_voter") or None,
        version=_number(sent.get("_version")) if transition else None,
        seen=sent.get("_seen") or None,
        position_id=_number(sent.get("_position")),
    )  # fmt: skip


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _unsigned(instance_id: int, action: str, person: int, password: str) -> Refusal | None:
    """Ask for the password again where the action is a signature (63-ФЗ ст. 6 ч. 2)."""

    def look(uow: SqlUnitOfWork) -> Refusal | None:
        case = uow.load(instance_id)
        if case is None:
            return None
        process = uow.processes[case.process]
        transition = process.transition(case.state, action)
        found = process.answer(action)
        signed = transition.signed if transition else bool(found and found[1].signed)
        account = SqlAccess(uow).account_of(person) if signed else None
        if not signed or (account and access.is_password(account, password)):
            return None
        return WRONG_PASSWORD

    return house().read(look)


@cases.post("/cases/<int:instance_id>/take-back")
def take_back(instance_id: int) -> Response | tuple[str, int]:
    """Undo one's own last step."""
    person = person_id()
    result = house().transact(
        lambda uow: acting.take_back(uow, person, instance_id), queue=instance_id
    )
    if isinstance(result, Refusal):
        return _refused(instance_id, result, None)
    flash("Последний шаг отменён.", "success")
    return redirect(url_for("cases.show", instance_id=instance_id))
