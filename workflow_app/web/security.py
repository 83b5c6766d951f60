"""Who is there, and the headers that keep strangers out."""

from flask import (
    Flask,
    Response,
    abort,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as BaseResponse

from workflow_app.http import limits
from workflow_app.http.container import container, read, transact
from workflow_app.services.accounts.access import digest
from workflow_app.services.accounts.second_factor import is_demanded_of
from workflow_app.store.accounts import visits
from workflow_app.store.accounts.sessions import SqlAccess, Visit
from workflow_app.store.directory import offices
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import cookies
from workflow_app.web.carrying import sent_here
from workflow_app.web.entrance import is_inner, split
from workflow_app.web.pages import ReservedError, is_fragment

OPEN = {
    "help.show_accessibility",
    "access.sign_in",
    "access.code",
    "access.forgot",
    "access.choose",
    "oidc.begin",
    "oidc.back",
    "colleagues.join",
    "calendar.subscribed",
    "static",
    "pages.health",
    "verification.show",
    "polls.answer",
    "suggesting.suggest",
    "part.enter",
    "part.choose",
}
"""Endpoints for people who are not signed in; a test reads this list."""
SETS_UP = OPEN | {"access.sign_out", "second_factor.show", "second_factor.switch_on"}
"""What is open to who has to set up a second factor before everything else."""
WITHOUT_PERSON = {
    "static",
    "pages.health",
    "verification.show",
    "polls.answer",
    "suggesting.suggest",
    "calendar.subscribed",
}
SECRET_ADDRESSES = {"access.choose", "oidc.back", "polls.answer", "polls.answer_signed_in"}
"""Pages whose files are not asked for with their address: the log of a proxy would tell it."""
OWN_SIGN_IN = {"api"}
"""Blueprints that let people in another way: by bearer tokens."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def register(app: Flask) -> None:
    """Ask for a sign-in everywhere but at the door, and set the headers everywhere."""
    app.before_request(_who)
    app.after_request(_headers)


def _who() -> BaseResponse | None:
    """Find the person behind the session; pages of the inside send others to the door."""
    g.person_id, g.look = None, ""
    if request.endpoint in WITHOUT_PERSON:
        return None
    if request.blueprint in OWN_SIGN_IN:
        return None
    token = cookies.visit()
    if token:
        visit = _visit(digest(token))
        g.person_id = visit.person_id if visit else None
        g.look = visit.look if visit else ""
        if visit and visit.lacks_factor and _is_demanded():
            g.demands_factor = True
            if request.endpoint not in SETS_UP:
                return _set_up_first()
    if g.person_id is None and request.endpoint not in OPEN:
        if request.endpoint is None:
            return None
        if request.method in ("GET", "HEAD"):
            return redirect(url_for("access.sign_in", next=_looked_at()))
        return _ended()
    return None


def _looked_at() -> str:
    return request.script_root + request.full_path.rstrip("?")


def _ended() -> BaseResponse:
    """Answer who wrote until her visit was over: her text comes back, and the way to its page."""
    sentence = "Вход закончился, поэтому ничего не сохранено"
    if is_fragment():
        return make_response(
            jsonify(code="signed_out", message=f"{sentence}: войдите снова", fields={}), 401
        )
    target = split(request.referrer or "").path or None
    door = url_for("access.sign_in", next=target)
    carried = sent_here()
    if carried is None:
        return redirect(door)
    said = render_template(
        "access/sign_in.html",
        login="",
        sentence=sentence,
        carried=carried,
        door=door,
        target=target,
        provider=container().identity_provider,
    )
    return make_response(said, 401)


def _is_demanded() -> bool:
    if container().is_practice:  # nobody's telephone is asked for there
        return False
    processes = container().processes.values()
    return read(lambda uow: is_demanded_of(uow.actor(person_id()), processes))


def _set_up_first() -> BaseResponse:
    """Lead to the second factor; where she wanted to go, and what she wrote, is not lost."""
    sentence = "Сначала настройте второй фактор: без него ничего не сохранено."
    if is_fragment():
        return make_response(jsonify(code="second_factor", message=sentence, fields={}), 403)
    is_look = request.method in ("GET", "HEAD")
    target = _looked_at() if is_look else split(request.referrer or "").path
    door = url_for("second_factor.show", next=target or None)
    carried = None if is_look else sent_here()
    if carried is None:
        return redirect(door)
    page = render_template(
        "failure.html", code=403, sentence=sentence, carried=carried, set_up=door
    )
    return make_response(page, 403)


def _visit(token_sha256: str) -> Visit | None:
    """Return who is signed in; a session unseen for a while is marked as seen again."""
    visit = read(lambda uow: SqlAccess(uow).signed_in(token_sha256))
    if visit is None:
        return None
    if visit.is_over:
        transact(lambda uow: visits.close(uow, token_sha256))
        return None
    if container().clock.now() - visit.seen_at >= visits.NOTED_EVERY:
        transact(lambda uow: visits.seen_again(uow, token_sha256))
    return visit


def forget_browser() -> None:
    """Let the browser begin anew, with another secret in its forms: somebody came in or left."""
    session.clear()
    g.pop("csrf_token", None)


def person_id() -> int:
    """Return who is signed in."""
    if g.person_id is None:
        abort(401)
    return int(g.person_id)


def municipality(uow: SqlUnitOfWork) -> int:
    """Return the municipality of who is signed in; nobody without an office has one."""
    capacities = uow.actor(person_id()).capacities
    if not capacities:
        raise away(uow) or Forbidden
    return capacities[0].municipality_id


def whole_municipality(uow: SqlUnitOfWork) -> int:
    """Return the same to who reads all of it; others find no such page."""
    here = municipality(uow)
    if uow.is_narrow:
        abort(404)
    return here


def inner_next() -> str | None:
    """Return where to go on, as the address says; None for a place outside of these pages."""
    target = request.args.get("next", "")
    return target if is_inner(target) else None


def away(uow: SqlUnitOfWork) -> ReservedError | None:
    """Return what to say to who is signed in while somebody stands in for her."""
    found = offices.stand_ins(uow.connection, person_id(), uow.today)
    if not found:
        return None
    who = ", ".join(f"{name} (по {last:%d.%m.%Y})" for name, last in found)
    return ReservedError(
        f"Вас замещает {who}. В эти дни дела по вашей должности открыты не вам. "
        "Если вы уже вернулись, закончите замещение.",
        "admin.substitutions",
        "Замещение",
    )


def _headers(response: Response) -> Response:
    if request.endpoint in SECRET_ADDRESSES:
        # The origin is enough for the token of a form, which asks whence it was sent.
        response.headers["Referrer-Policy"] = "strict-origin"
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":  # whatever sends a file would let browsers and proxies keep it
        response.headers["Cache-Control"] = "no-store"
    if container().settings.by_tls:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    limits.tell_when(response)
    return response
