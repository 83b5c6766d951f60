"""The practice district: the page that leads into it, and within it whom one plays.

Two applications share this file: `practice` are pages of the real one; `part` and `guard` are of
the practice, into which nobody comes but by a ticket of the real one.
"""

from collections.abc import Collection, Iterator, Sequence
from hashlib import sha256
from http import HTTPStatus
from typing import NamedTuple

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.http import parse_options_header
from werkzeug.wrappers import Response as BaseResponse

from workflow_app.engine.frame import Part
from workflow_app.http.container import container, read, transact
from workflow_app.http.numbers import number_in
from workflow_app.practice import MARK, PASSWORD, PATH, Place, is_full, take
from workflow_app.services import administration
from workflow_app.services.accounts import access as service
from workflow_app.store.accounts import admin, visits
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.directory import questions
from workflow_app.store.read_models import queries
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import cookies
from workflow_app.web.downloads import attachment
from workflow_app.web.pages import ReservedError, soon
from workflow_app.web.security import forget_browser, person_id

practice = Blueprint("practice", __name__)
part = Blueprint("part", __name__)

LETS_IN = "workflow_practice"
"""The cookie of who came by a ticket: her offices, signed."""
HOURS = 12
"""So long it lets in: a day's training."""
PAGE = "/help/practice"
PROGRAMS = frozenset({"api"})
"""Blueprints for programs, which nobody practises."""
AWAY = frozenset({"second_factor", "webhooks"})
"""Blueprints that lead out of the house, or guard what nobody has to guard here."""
AWAY_FORMS = frozenset(
    {
        "account.end_others",
        "account.end_session",
        "account.make_token",
        "account.password",
        "access_changes.set_own_email",
        "calendar.subscribe",
    }
)
"""Forms that would shut out the next one who plays the same person, or open the house."""
OPEN = frozenset({"static", "pages.health", "part.enter"})
LEADS = frozenset({"part.choose", "access.sign_out"})
"""Forms that are sent however full the practice is."""
NOT_HERE = "В учебном районе этого нет: здесь пробуют работу с делами. Остальное открыто."
FULL = "В учебном районе кончилось место. Ночью он начнётся заново, а до тех пор только смотрите."


# ------------------------------------------------------------ pages of the real house


def _place() -> Place:
    """Return where the practice is; no page tells of it where it is switched off."""
    if not container().has_practice:
        abort(404)
    return Place(container().settings)


@practice.get(PAGE)
def show() -> str:
    """Say what the practice is, and how it stands with it."""
    person_id()
    place = _place()
    is_ready = place.current() is not None
    return render_template(
        "practice/show.html", is_ready=is_ready, is_building=place.is_wanted and not is_ready
    )


@practice.post(PAGE)
def begin() -> BaseResponse:
    """Make a ticket and lead into the practice; whoever comes first has it built."""
    person, place = person_id(), _place()
    place.ask()
    if place.current() is None:
        return redirect(url_for("practice.show"))
    roles = read(lambda uow: {one.role for one in uow.actor(person).capacities})
    return redirect(f"{request.script_root}{PATH}/enter/{place.ticket(roles)}")


@practice.post(f"{PAGE}/again")
def begin_again() -> BaseResponse:
    """Have the practice begun anew, for the next group of people."""
    person, place = person_id(), _place()
    if read(lambda uow: administration.officer(uow.actor(person))) is None:
        abort(404)
    place.ask_again()
    flash("Учебный район начнётся заново через несколько секунд.", "success")
    return redirect(url_for("practice.show"))


# ------------------------------------------------------------ pages of the practice


class Played(NamedTuple):
    """Somebody who can be played: who she is, and how much waits for her."""

    person_id: int
    name: str
    title: str
    place: str
    waiting: int


class Choice(NamedTuple):
    """A part with the people of it; `is_own`: who chooses holds that office herself."""

    part: Part
    people: Sequence[Played]
    is_own: bool


@part.get("/enter/<ticket>")
def enter(ticket: str) -> BaseResponse:
    """Let in who comes with a ticket; a used or an old one leads back to where one is made."""
    roles = take(container().settings, ticket)
    if roles is None:
        return redirect(_way_out())
    forget_browser()
    response = redirect(url_for("part.choose"))
    cookies.put(response, LETS_IN, str(_signer().dumps([*roles])), HOURS * 3600)
    return response


@part.route("/parts", methods=["GET", "POST"])
def choose() -> BaseResponse | str:
    """Show whom one may play, her own part first; play whom she has chosen."""
    if request.method != "POST":
        held = _let_in() or ()
        return read(lambda uow: render_template("practice/parts.html", choices=_choices(uow, held)))
    person = number_in(request.form.get("person"))

    def play(uow: SqlUnitOfWork) -> str | None:
        if person is None or all(who.person_id != person for who, _ in _players(uow)):
            return None
        visits.close(uow, service.digest(cookies.visit()))
        return service.open_session(SqlAccess(uow), person, "Учебный район")

    token = transact(play) or abort(404)
    forget_browser()
    response = redirect(url_for("queue.show"))
    cookies.begin_visit(response, token)
    return response


def _choices(uow: SqlUnitOfWork, held: Collection[str]) -> Sequence[Choice]:
    """Return the parts of today, those of these offices first."""
    people: dict[str, list[Played]] = {}
    for who, role in _players(uow):
        people.setdefault(role, []).append(who)
    found = [
        Choice(one, rows, not {one.role, *one.alike}.isdisjoint(held))
        for one in container().frame.parts
        for rows in [sorted(people.get(one.role, ()), key=lambda who: -who.waiting)]
        if rows
    ]
    return sorted(found, key=lambda choice: not choice.is_own)


def _players(uow: SqlUnitOfWork) -> Iterator[tuple[Played, str]]:
    """Yield who acts today, in each of her offices: whoever stands in does, the absent does not."""
    (here, _), *_others = container().local_times()
    names = questions.organisation_names(uow.session, here, uow.today)
    rows = admin.positions(uow.session, here, uow.today)
    for person in {row.person_id: row.person for row in rows}.values():
        actor = uow.actor(person.id)
        waiting = queries.counts(uow.session, actor, uow.now, soon(uow), uow.today).total
        for one in actor.capacities:
            place = names.get(one.organisation_id, "")
            yield Played(person.id, person.short_nom, one.title, place, waiting), one.role


def guard(app: Flask) -> None:
    """Let nobody in without a ticket, open nothing that leads outside, and mark every answer."""
    app.register_blueprint(part)
    app.before_request(_stop)
    app.after_request(_mark)
    app.context_processor(lambda: {"practice": {"password": PASSWORD, "way_out": _way_out()}})


def _stop() -> BaseResponse | None:
    endpoint = request.endpoint
    if endpoint is None or endpoint in OPEN:
        return None
    if request.blueprint in PROGRAMS or endpoint.startswith("openapi"):
        abort(404)
    if _let_in() is None:
        return redirect(_way_out())
    if request.blueprint == "access" and endpoint != "access.sign_out":
        return redirect(url_for("part.choose"))
    if request.blueprint in AWAY or (request.method == "POST" and endpoint in AWAY_FORMS):
        raise ReservedError(NOT_HERE, "queue.show", "Мои дела")
    if request.method == "POST" and endpoint not in LEADS and is_full(container().settings):
        raise ReservedError(FULL, "queue.show", "Мои дела", 503)
    return None


def _mark(response: Response) -> Response:
    """Name every file as one of the practice; whoever leaves, leaves for the real pages."""
    said = response.headers.get("Content-Disposition", "")
    kind, options = parse_options_header(said)
    if kind == "attachment":
        response.headers["Content-Disposition"] = attachment(f"{MARK} {options['filename']}")
    if request.endpoint == "access.sign_out" and response.status_code == HTTPStatus.FOUND:
        response.location = _way_out()
        cookies.put(response, LETS_IN, "", 0)
    return response


def _let_in() -> Collection[str] | None:
    """Return the offices of who came by a ticket; None for who did not."""
    try:
        found: Collection[str] = _signer().loads(cookies.get(LETS_IN), max_age=HOURS * 3600)
    except BadSignature:
        return None
    return found


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        container().settings.secret_key, salt=LETS_IN, signer_kwargs={"digest_method": sha256}
    )


def _way_out() -> str:
    """Return the page of the real house that leads here."""
    return f"{request.script_root.removesuffix(PATH)}{PAGE}"
