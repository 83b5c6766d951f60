"""My second factor: switch it on with a telephone, keep the recovery codes, switch it off."""

from base64 import b64encode

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workflow_app.documents.qr import qr_png
from workflow_app.engine.refusals import Refusal
from workflow_app.http import limits
from workflow_app.http.container import container, read, transact
from workflow_app.http.passwords import password_alone
from workflow_app.services.accounts import access
from workflow_app.services.accounts import second_factor as service
from workflow_app.store.accounts.sessions import SqlAccess, own_account
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.security import inner_next, person_id

second_factor = Blueprint("second_factor", __name__)

SEALED = "_sealed"
"""The field in which the secret comes back; a name that is never given back as typed text."""


def _page(refusal: Refusal | None = None) -> str:
    """Show the factor she has, or a secret for a new one: the same again after a wrong code."""

    def look(uow: SqlUnitOfWork) -> str:
        person, key = person_id(), container().settings.secret_key
        store = SqlAccess(uow)
        factor = store.factor(person)
        if factor:
            return render_template("account/second_factor.html", factor=factor, refusal=refusal)
        sealed = request.form.get(SEALED, "")
        secret = service.shown_again(key, person, sealed) if sealed else None
        if secret is None:
            secret, sealed = service.new_secret(key, person)
        account = own_account(uow.session, person) or abort(404)
        address = service.address_of(secret, account.login)
        picture = b64encode(qr_png(address)).decode()
        groups = [secret[at : at + 4] for at in range(0, len(secret), 4)]
        return render_template(
            "account/second_factor.html",
            factor=None,
            refusal=refusal,
            sealed=sealed,
            picture=picture,
            secret=" ".join(groups),
            next=inner_next(),
            is_demanded="demands_factor" in g,
        )

    return read(look)


def _refused(refusal: Refusal) -> tuple[str, int]:
    return _page(refusal), limits.status_of(refusal, 422)


@second_factor.get("/account/second-factor")
def show() -> str:
    """Show whether it is on, and how to switch it."""
    return _page()


@second_factor.post("/account/second-factor/on")
def switch_on() -> str | tuple[str, int]:
    """Switch it on for a code and the password; the recovery codes are shown once."""
    person, sealed, typed = person_id(), request.form.get(SEALED, ""), request.form.get("code", "")
    account = password_alone(person, request.form.get("password", ""))
    if isinstance(account, Refusal):
        return _refused(account)
    key, real_now = container().settings.secret_key, container().clock.real()

    def switch(uow: SqlUnitOfWork) -> tuple[str, ...] | Refusal:
        store = SqlAccess(uow)
        if not access.stands(store, account):
            return access.WRONG_PASSWORD
        return service.switch_on(store, key, person, sealed, typed, real_now)

    codes = transact(switch)
    if isinstance(codes, Refusal):
        return _refused(codes)
    return render_template("account/recovery_codes.html", codes=codes, next=inner_next())


@second_factor.post("/account/second-factor/off")
def switch_off() -> Response | tuple[str, int]:
    """Switch it off for a code and the password."""
    person, typed = person_id(), request.form.get("code", "")
    account = password_alone(person, request.form.get("password", ""))
    if isinstance(account, Refusal):
        return _refused(account)
    key, real_now = container().settings.secret_key, container().clock.real()

    def switch(uow: SqlUnitOfWork) -> Refusal | None:
        store = SqlAccess(uow)
        if not access.stands(store, account):
            return access.WRONG_PASSWORD
        return service.switch_off(store, key, person, typed, real_now)

    refusal = transact(switch)
    if refusal:
        return _refused(refusal)
    flash("Второй фактор выключен.", "success")
    return redirect(url_for("account.show"))
