"""The door: sign in, sign out, first access, a forgotten password."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.text import cleaned
from workflow_app.services import access as service
from workflow_app.store import visits
from workflow_app.store.accounts import SqlAccess
from workflow_app.store.letters import put_letter
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.entrance import is_inner
from workflow_app.web.house import house
from workflow_app.web.security import COOKIE

access = Blueprint("access", __name__)

MOST_LETTERS = 3
"""So many links for a new password within a quarter of an hour."""


@access.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response | str | tuple[str, int]:
    """Let a person in."""
    if request.method == "GET":
        return render_template("access/sign_in.html", login="", refusal=None)
    login, password = request.form.get("login", ""), request.form.get("password", "")
    address, browser = request.remote_addr or "", cleaned(request.headers.get("User-Agent", ""))

    def enter(uow: SqlUnitOfWork) -> tuple[str, int] | Refusal:
        found = service.sign_in(SqlAccess(uow), login, password, address, browser)
        if not isinstance(found, Refusal):
            visits.begin(uow, found[1])
        return found

    result = house().transact(enter)
    if isinstance(result, Refusal):
        page = render_template("access/sign_in.html", login=login, refusal=result)
        return page, 429 if result is service.TOO_OFTEN else 422
    response = redirect(_inside(request.args.get("next", "")))
    _remember(response, result[0])
    return response


def _inside(target: str) -> str:
    """Return where to go after the door: only a page of this house."""
    return target if is_inner(target) else url_for("queue.show")


def _remember(response: Response, token: str) -> None:
    response.set_cookie(
        COOKIE, token, max_age=service.SESSION_DAYS * 86400, httponly=True, samesite="Lax",
        secure=house().settings.public_url.startswith("https://"),
    )  # fmt: skip


@access.post("/sign-out")
def sign_out() -> Response:
    """End this session, or all of them."""
    token = service.digest(request.cookies.get(COOKIE, ""))
    everywhere = "everywhere" in request.form

    def end(uow: SqlUnitOfWork) -> None:
        store = SqlAccess(uow)
        if g.person_id is not None:
            visits.end(uow, g.person_id)
        if everywhere and g.person_id is not None:
            store.end_sessions(g.person_id)
        store.end_session(token)

    house().transact(end)
    response = redirect(url_for("access.sign_in"))
    response.delete_cookie(COOKIE)
    return response


@access.route("/forgot", methods=["GET", "POST"])
def forgot() -> Response | str:
    """Send a link for a new password; the answer never tells whether the address is known."""
    if request.method == "GET":
        return render_template("access/forgot.html")
    email = request.form.get("login", "")

    def send(uow: SqlUnitOfWork) -> None:
        store = SqlAccess(uow)
        person = store.person_by_email(email)
        key, since = f"forgot:{person}", store.now - service.FAILURE_WINDOW
        if person is not None and store.failures(key, since) < MOST_LETTERS:
            store.record_failure(key)
            token = service.make_link(store, person, "password")
            put_letter(
                uow, person, "Новый пароль",
                f"Задать новый пароль: {house().settings.public_url}/choose/{token}\n"
                "Ссылка действует два часа. Если вы её не просили, ничего делать не нужно.",
            )  # fmt: skip

    house().transact(send)
    flash("Если такой адрес у нас есть, на него отправлена ссылка. Проверьте почту.", "info")
    return redirect(url_for("access.sign_in"))


@access.route("/choose/<token>", methods=["GET", "POST"])
def choose(token: str) -> Response | str | tuple[str, int]:
    """Let a person choose a password by a one-time link."""
    if request.method == "GET":
        return render_template("access/choose.html", refusal=None)
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        refusal = Refusal("passwords_differ", "Пароли не совпадают", "again")
        return render_template("access/choose.html", refusal=refusal), 422
    result = house().transact(lambda uow: service.choose_password(SqlAccess(uow), token, password))
    if isinstance(result, Refusal):
        return render_template("access/choose.html", refusal=result), 422
    flash("Пароль сохранён. Войдите с ним.", "success")
    return redirect(url_for("access.sign_in"))
