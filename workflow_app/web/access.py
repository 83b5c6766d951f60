"""The door: sign in, sign out, first access, a forgotten password."""

from dataclasses import dataclass
from typing import Any

from flask import (
    Blueprint,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.text import cleaned
from workflow_app.http import limits
from workflow_app.http.container import container, read, stop_reading, transact
from workflow_app.services.accounts import access as service
from workflow_app.services.accounts import passwords, second_factor
from workflow_app.store.accounts import visits
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.directory import questions
from workflow_app.store.messages import outbox
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import cookies
from workflow_app.web.carrying import brought
from workflow_app.web.security import forget_browser, inner_next

access = Blueprint("access", __name__)

HALF_WAY = "second_step"
"""Where a browser keeps that its password was right."""


def _door(login: str, refusal: Refusal | None, carried: Any = None) -> str:
    contact = read(lambda uow: questions.help_contact(uow.session))
    return render_template(
        "access/sign_in.html",
        login=login,
        refusal=refusal,
        carried=carried,
        contact=contact,
        provider=container().identity_provider,
    )


@access.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response | str | tuple[str, int]:
    """Let a person in, with what she wrote until her visit was over."""
    if request.method != "POST":
        return _door("", None)
    carried = brought()
    login = request.form.get("login", "")
    entry = _enter(login, request.form.get("password", ""))
    if isinstance(entry, Refusal):
        page = _door(login, entry, carried)
        return page, limits.status_of(entry, 422)
    response: Response
    if carried and isinstance(entry, HalfWay):  # a redirect would lose it
        _stop_half_way(entry)
        page = render_template("access/code.html", refusal=None, carried=carried)
        response = make_response(page)
    else:
        response = go_on(entry, inner_next())
    cookies.remember(response, login)
    return response


def _stop_half_way(entry: "HalfWay") -> None:
    """Let the browser keep that a code has to follow, and nothing else."""
    forget_browser()
    session[HALF_WAY] = entry.token


def go_on(entry: "str | HalfWay", onward: str | None) -> Response:
    """Lead who has come in to where she wanted, or to the code that is still to be asked for."""
    if isinstance(entry, HalfWay):
        _stop_half_way(entry)
        return redirect(url_for("access.code", next=onward))
    return _inside(entry, onward)


@dataclass(frozen=True, slots=True)
class HalfWay:
    """The first step was right; a code has to follow."""

    token: str


def _enter(login: str, password: str) -> str | HalfWay | Refusal:
    """Return the token of a new session, or what opens one, or why there is none."""
    address = limits.client_address()
    mark = cookies.mark_of(login)
    attempt = read(lambda uow: service.sign_in_attempt(SqlAccess(uow), login, address, mark))
    if isinstance(attempt, Refusal):
        return attempt
    stop_reading()
    is_right = attempt.compare(password)
    if isinstance(is_right, Refusal):
        return is_right

    def enter(uow: SqlUnitOfWork) -> str | HalfWay | Refusal:
        store = SqlAccess(uow)
        account = service.conclude(store, attempt, is_right=is_right)
        if isinstance(account, Refusal):
            return account
        return let_in(uow, account.person_id)

    return transact(enter)


def let_in(uow: SqlUnitOfWork, person_id: int) -> str | HalfWay:
    """Return the token of a new session, or what opens one where a code has to follow."""
    store = SqlAccess(uow)
    if store.factor(person_id):
        return HalfWay(service.make_link(store, person_id, "second_step"))
    return _opened(uow, person_id)


def _opened(uow: SqlUnitOfWork, person_id: int) -> str:
    """Return the token of a new session; the one before it in this browser ends."""
    browser = cleaned(request.headers.get("User-Agent", ""))
    token = service.open_session(SqlAccess(uow), person_id, browser)
    visits.begin(uow, person_id)
    visits.close(uow, service.digest(cookies.visit()))
    return token


@access.route("/sign-in/code", methods=["GET", "POST"])
def code() -> Response | str | tuple[str, int]:
    """Let a person in whose password was right, by a code of her telephone."""
    first_step = service.digest(session.get(HALF_WAY, ""))
    if request.method != "POST":
        is_fresh = read(lambda uow: SqlAccess(uow).owner_of_link(first_step, service.SECOND_STEP))
        return render_template("access/code.html", refusal=None) if is_fresh else _begin_again()
    typed, real_now = request.form.get("code", ""), container().clock.real()

    def enter(uow: SqlUnitOfWork) -> str | Refusal:
        store, key = SqlAccess(uow), container().settings.secret_key
        person = store.owner_of_link(first_step, service.SECOND_STEP)
        if person is None or service.is_closed(store, person):
            return second_factor.STALE_STEP
        refusal = second_factor.check(store, key, person, typed, real_now)
        if refusal:
            return refusal
        store.use_link(first_step, service.SECOND_STEP)
        return _opened(uow, person)

    token = transact(enter)
    if token is second_factor.STALE_STEP:
        return _begin_again()
    if isinstance(token, Refusal):
        page = render_template("access/code.html", refusal=token, carried=brought())
        return page, limits.status_of(token, 422)
    return _inside(token, inner_next())


def _begin_again() -> Response:
    flash(second_factor.STALE_STEP.message, "info")
    return redirect(url_for("access.sign_in", next=request.args.get("next") or None))


def _inside(token: str, onward: str | None) -> Response:
    """Go on as who is signed in now, to a page of this house or with what she brought."""
    onward = onward or url_for("queue.show")
    carried = brought()
    forget_browser()
    response = (
        make_response(render_template("access/carried.html", carried=carried, onward=onward))
        if carried
        else redirect(onward)
    )
    cookies.begin_visit(response, token)
    return response


@access.post("/sign-out")
def sign_out() -> Response:
    """End this session, or all of them."""
    token = service.digest(cookies.visit())
    everywhere = "everywhere" in request.form

    def end(uow: SqlUnitOfWork) -> None:
        store = SqlAccess(uow)
        if g.person_id is not None:
            visits.end(uow, g.person_id)
        if everywhere and g.person_id is not None:
            store.end_sessions(g.person_id)
        store.end_session(token)

    transact(end)
    forget_browser()
    response = redirect(url_for("access.sign_in"))
    cookies.end_visit(response)
    return response


@access.route("/forgot", methods=["GET", "POST"])
def forgot() -> Response | str | tuple[str, int]:
    """Ask for a link for a new password.

    Only the question is written down, and a worker looks for whose address it is: neither the
    answer nor its time can tell.
    """
    if request.method != "POST":
        return render_template("access/forgot.html", login="", refusal=None)
    email, asking = request.form.get("login", ""), f"forgot-address:{limits.client_address()}"

    def ask(uow: SqlUnitOfWork) -> Refusal | None:
        store = SqlAccess(uow)
        if service.is_too_often(store, [(asking, service.MOST_LETTERS_OF_ADDRESS)]):
            return service.TOO_OFTEN
        store.record_failure(asking)
        outbox.put(uow.connection, 0, None, "forgot", {"login": email[:200]}, uow.now)
        return None

    refusal = transact(ask)
    if refusal:
        page = render_template("access/forgot.html", login=email, refusal=refusal)
        return page, limits.status_of(refusal, 422)
    flash("Если такой адрес у нас есть, на него отправлена ссылка. Проверьте почту.", "info")
    return redirect(url_for("access.sign_in"))


@access.route("/choose/<token>", methods=["GET", "POST"])
def choose(token: str) -> Response | str | tuple[str, int]:
    """Let a person choose a password by a one-time link."""
    if request.method != "POST":
        return render_template("access/choose.html", refusal=None)
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        refusal = Refusal("passwords_differ", "Пароли не совпадают", "again")
        return render_template("access/choose.html", refusal=refusal), 422
    result = _choose(token, password)
    if isinstance(result, Refusal):
        page = render_template("access/choose.html", refusal=result)
        return page, limits.status_of(result, 422)
    flash("Пароль сохранён. Войдите с ним.", "success")
    return redirect(url_for("access.sign_in"))


def _choose(token: str, password: str) -> int | Refusal:
    """Return whose password was set by a link, or why none was; a stale link costs no hash."""

    def known(uow: SqlUnitOfWork) -> list[str] | None:
        store = SqlAccess(uow)
        person = store.owner_of_link(service.digest(token), service.CHOOSES_PASSWORD)
        return None if person is None else store.words_of(person)

    words = read(known)
    if words is None:
        return service.STALE_LINK
    stop_reading()
    kept = passwords.hashed(password, words)
    if isinstance(kept, Refusal):
        return kept
    return transact(lambda uow: service.choose_password(SqlAccess(uow), token, kept))
