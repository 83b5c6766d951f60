"""Sign-in through a provider of OpenID Connect, and what binds it to one's account.

A link leads there and not a form: a browser would not let a form of these pages end elsewhere. What
the browser keeps meanwhile lies in its signed cookie; what it comes back with is good once.
"""

import hmac
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.http import limits
from workflow_app.http.container import container, read, stop_reading, transact
from workflow_app.http.passwords import confirm
from workflow_app.services.accounts import access
from workflow_app.services.accounts import identities as service
from workflow_app.services.accounts.access import AccountRow
from workflow_app.services.accounts.identities import Identity
from workflow_app.store.accounts.identities import SqlIdentities
from workflow_app.store.accounts.sessions import own_account
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import cookies
from workflow_app.web.access import HalfWay, go_on, let_in
from workflow_app.web.security import inner_next, person_id

if TYPE_CHECKING:
    from workflow_app.oidc.provider import Begun, Provider

oidc = Blueprint("oidc", __name__)

BEGUN = "provider"
"""Where a browser keeps what it has begun."""
MINUTES = 10
NOT_COUNTED = frozenset({"provider_away", "provider_cancelled", "too_many_attempts"})
"""Refusals that are nobody's guess."""


def _provider() -> "Provider":
    return container().identity_provider or abort(404)


@oidc.get("/sign-in/provider")
def begin() -> Response:
    """Send a browser to the provider; another site's link leads to our page, where ours stands."""
    provider, onward = _provider(), inner_next()
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return redirect(url_for("access.sign_in", next=onward))
    begun = provider.begin() if not _is_too_often() else access.TOO_OFTEN
    if isinstance(begun, Refusal):
        return _refused(begun, onward)
    return redirect(_keep(begun, onward, None))


def _keep(begun: "Begun", onward: str | None, binds: int | None) -> str:
    """Let the browser keep what it has begun; return where it goes."""
    session[BEGUN] = {
        "state": begun.state,
        "nonce": begun.nonce,
        "verifier": begun.verifier,
        "next": onward,
        "binds": binds,
        "until": container().clock.now().timestamp() + MINUTES * 60,
    }
    return begun.url


@oidc.get("/sign-in/provider/back")
def back() -> Response:
    """Let a person in whom the provider knows, or bind its word to whose visit this is."""
    provider, begun = _provider(), _begun()
    onward, binds = begun.get("next"), begun.get("binds")
    found = _identity(provider, begun)
    stop_reading()
    entry = transact(lambda uow: _entered(uow, provider, found, begun))
    if isinstance(entry, Refusal):
        return _refused(entry, onward, "account.show" if binds else "access.sign_in")
    if entry is None:
        flash(f"Привязан вход через {provider.title}.", "success")
        return redirect(url_for("account.show", _anchor="provider"))
    came_in, login = entry
    response = go_on(came_in, onward)
    cookies.remember(response, login)
    return response


def _begun() -> dict[str, Any]:
    """Return what this browser has begun and comes back from, once; nothing for a stranger's."""
    kept, state = session.get(BEGUN) or {}, request.args.get("state", "")
    if not hmac.compare_digest(str(kept.get("state", "")).encode(), state.encode()) or not state:
        return {}
    del session[BEGUN]
    return kept if container().clock.now().timestamp() < kept["until"] else {}


def _identity(provider: "Provider", begun: dict[str, Any]) -> Identity | Refusal:
    """Return who came back; the provider is asked outside of any transaction."""
    if not begun:
        return service.STALE
    if _is_too_often():
        return access.TOO_OFTEN
    stop_reading()
    if request.args.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
        return provider.is_unproved
    if error := request.args.get("error"):
        return provider.is_cancelled if error == "access_denied" else provider.is_away
    code, now = request.args.get("code", ""), container().clock.real()
    return provider.conclude(code, begun["nonce"], begun["verifier"], now)


def _entered(
    uow: SqlUnitOfWork, provider: "Provider", found: Identity | Refusal, begun: dict[str, Any]
) -> tuple[str | HalfWay, str] | Refusal | None:
    """Return who is let in, with her login; nothing where the word was bound in a visit."""
    store = SqlIdentities(uow)
    if isinstance(found, Identity) and not service.use_state(store, begun["state"]):
        found = service.STALE
    person: int | Refusal | None = None
    if isinstance(found, Refusal):
        person = found
    elif begun["binds"] is None:
        person = service.sign_in(store, found, provider.title)
    elif begun["binds"] != g.person_id:
        person = service.OTHER_VISIT
    else:
        person = service.bind(store, g.person_id, found, provider.title)
    if isinstance(person, Refusal):
        if person.code not in NOT_COUNTED:
            store.record_failure(_limit()[0])
        return person
    if person is None:
        return None
    account = own_account(uow.session, person)
    return let_in(uow, person), account.login if account else ""


def _limit() -> tuple[str, int]:
    """Return what failures of this address count for: with those of its passwords."""
    return f"address:{limits.client_address()}"[:200], access.MOST_FAILURES_OF_ADDRESS


def _is_too_often() -> bool:
    is_too_often: bool = read(lambda uow: access.is_too_often(SqlIdentities(uow), [_limit()]))
    stop_reading()
    return is_too_often


def _refused(refusal: Refusal, onward: str | None, to: str = "access.sign_in") -> Response:
    """Say why on the page she began at; the address she came back with stays in no history."""
    flash(refusal.message, "danger")
    return redirect(url_for(to, next=onward))


@oidc.post("/account/provider")
def bind() -> Response | str:
    """Begin to bind the provider's word to one's account, for the password."""
    provider, person = _provider(), person_id()
    account = _confirmed()
    if isinstance(account, Refusal):
        return _refused(account, None, "account.show")
    begun = provider.begin(anew=True)
    if isinstance(begun, Refusal):
        return _refused(begun, None, "account.show")
    url = _keep(begun, None, person)
    return render_template("account/provider.html", provider=provider, url=url)


@oidc.post("/account/provider/unbind")
def unbind() -> Response:
    """Let the provider's word open one's account no more, for the password."""
    provider, person = _provider(), person_id()
    account = _confirmed()
    if isinstance(account, Refusal):
        return _refused(account, None, "account.show")

    def work(uow: SqlUnitOfWork) -> Refusal | None:
        store = SqlIdentities(uow)
        if not access.stands(store, account):
            return access.WRONG_PASSWORD
        service.unbind(store, person, provider.title)
        return None

    if refusal := transact(work):
        return _refused(refusal, None, "account.show")
    flash(f"Вход через {provider.title} отвязан.", "success")
    return redirect(url_for("account.show", _anchor="provider"))


def _confirmed() -> AccountRow | Refusal:
    account = confirm(person_id(), request.form.get("password", ""), request.form.get("code", ""))
    stop_reading()
    return account
