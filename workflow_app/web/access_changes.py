"""Access changes that wait for a second person's word; one's own address."""

from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.http import limits
from workflow_app.http.container import read, transact
from workflow_app.http.passwords import confirm
from workflow_app.services.accounts import access
from workflow_app.services.accounts import access_changes as service
from workflow_app.services.administration import officer
from workflow_app.store.accounts.access_changes import SqlAccessChanges
from workflow_app.store.accounts.sessions import SqlAccess, own_account
from workflow_app.store.directory import questions
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import signing
from workflow_app.web.security import person_id

access_changes = Blueprint("access_changes", __name__)

Answer = Response | str | tuple[str, int]


@access_changes.get("/access-changes")
def show() -> str:
    """List what waits for one's word, and to an administrator all that waits."""
    return _page()


def _page(refused: int = 0, refusal: Refusal | None = None) -> str:
    person = person_id()

    def look(uow: SqlUnitOfWork) -> str:
        changes, by = SqlAccessChanges(uow), officer(uow.actor(person))
        mine = changes.waiting_for(person)
        known = {change.id for change, _ in mine}
        others = [
            (change, name, [one for _, one in changes.who_may_confirm(change)])
            for change, name in (changes.asked_in(by.municipality_id) if by else ())
            if change.id not in known
        ]
        return render_template(
            "account/changes.html",
            mine=mine,
            others=others,
            refused=refused,
            refusal=refusal,
            account=own_account(uow.session, person),
            has_factor=partial(signing.has_factor, uow),
        )

    return read(look)


@access_changes.post("/access-changes/<int:change_id>")
def decide(change_id: int) -> Answer:
    """Agree to a change or decline it, with one's password."""
    person, agreed = person_id(), request.form.get("verdict") == "yes"
    if not read(lambda uow: _may_decide(uow, person, change_id, decided=False)):
        if read(lambda uow: _may_decide(uow, person, change_id, decided=True)):
            flash("Это уже решено, ваше согласие больше не нужно.", "info")
            return redirect(url_for("access_changes.show"))
        abort(404)
    account = confirm(person, request.form.get("password", ""), request.form.get("code", ""))
    if isinstance(account, Refusal):
        return _page(change_id, account), limits.status_of(account, 422)

    def work(uow: SqlUnitOfWork) -> service.AccessChange | Refusal:
        if not access.stands(SqlAccess(uow), account):
            return access.WRONG_PASSWORD
        return service.decide(SqlAccessChanges(uow), uow.actor(person), change_id, agreed=agreed)

    result = transact(work)
    if isinstance(result, Refusal):
        if result.code == "not_found":
            abort(404)
        return _page(change_id, result), 422
    flash(
        f"{'Сделано' if agreed else 'Отклонено, ничего не изменилось'}. {result.title}", "success"
    )
    return redirect(url_for("access_changes.show"))


def _may_decide(uow: SqlUnitOfWork, person: int, change_id: int, *, decided: bool) -> bool:
    changes = SqlAccessChanges(uow)
    found = changes.change(change_id, decided=decided)
    return bool(found and service.deciding(changes, uow.actor(person), found))


@access_changes.post("/account/email")
def set_own_email() -> Answer:
    """Put one's own address right, with one's password."""
    person, email = person_id(), request.form.get("email", "").strip().lower()
    sent = request.form
    account = confirm(person, sent.get("email_password", ""), sent.get("code", ""))
    if isinstance(account, Refusal):
        flash(account.message, "danger")
        return redirect(url_for("account.show"))

    def work(uow: SqlUnitOfWork) -> Refusal | None:
        if not access.stands(SqlAccess(uow), account):
            return access.WRONG_PASSWORD
        municipality = questions.person(uow.session, person).municipality_id
        changes = SqlAccessChanges(uow)
        return service.set_own_email(changes, uow.actor(person), municipality, email)

    refusal = transact(work)
    if refusal:
        flash(refusal.message, "danger")
    else:
        flash("Адрес записан: письма пойдут на него, по нему же входят.", "success")
    return redirect(url_for("account.show"))
