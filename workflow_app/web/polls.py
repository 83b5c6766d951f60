"""Anonymous questions: the page a link opens to a stranger, the same signed in, and the links.

The address of a link is its key. It stands in no line of the access log, which tells rules; the
proxy's own log leaves these addresses out (`docs/nginx.conf`).
"""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from workflow_app.documents.qr import qr_png
from workflow_app.engine.polls import MOST_OF_A_COMMENT
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.engine.text import cleaned
from workflow_app.http import limits
from workflow_app.http.container import container, read, stop_reading, transact
from workflow_app.http.numbers import number_in
from workflow_app.services import polls as service
from workflow_app.services.accounts.access import MOST_FAILURES_OF_ADDRESS, is_too_often
from workflow_app.services.polls import Asked
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.cases.polls import SqlPolls
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.case_view import readable
from workflow_app.web.security import person_id

polls = Blueprint("polls", __name__)

Page = Response | str | tuple[str, int]
Look = Callable[[SqlUnitOfWork], Asked | Refusal]


@polls.route("/polls/<key>", methods=["GET", "POST"])
def answer(key: str) -> Page:
    """Ask whoever has a link; a key that was never made is counted against who tries keys."""
    asking = f"poll-address:{limits.client_address()}"

    def look(uow: SqlUnitOfWork) -> Asked | Refusal:
        return service.by_link(uow, SqlPolls(uow.connection), key, _secret())

    found = read(look)
    if isinstance(found, Refusal):
        if transact(lambda uow: _missed(uow, asking)):
            abort(429)
        said = "Такой ссылки нет. Проверьте буквы или попросите другую ссылку."
        return render_template("no_link.html", sentence=said), 404
    return _page(found, look)


def _missed(uow: SqlUnitOfWork, asking: str) -> bool:
    """Count a key that leads nowhere; tell whether there were too many."""
    store = SqlAccess(uow)
    if is_too_often(store, [(asking, MOST_FAILURES_OF_ADDRESS)]):
        return True
    store.record_failure(asking)
    return False


@polls.route("/cases/<int:instance_id>/answers", methods=["GET", "POST"])
def answer_signed_in(instance_id: int) -> Page:
    """Ask somebody who signed in; only that she has answered is remembered, and not by her name."""
    person = person_id()

    def look(uow: SqlUnitOfWork) -> Asked | Refusal:
        readable(uow, instance_id)
        return service.signed_in(uow, SqlPolls(uow.connection), person, instance_id, _secret())

    found = read(look)
    if isinstance(found, Refusal):
        raise NotFound
    return _page(found, look)


def _page(found: Asked, look: Look) -> Page:
    """Show the questions, or count the answer and say thanks; why not is a sentence."""
    if "sent" in request.args and found.refusal in (service.USED, service.ANSWERED):
        return render_template("polls/thanks.html", asked=found)
    if request.method != "POST" or found.refusal:
        return _shown(found, found.refusal), 409 if found.refusal else 200
    values = {key: number_in(request.form.get(f"q.{key}")) or 0 for key in found.questions}
    comment = cleaned(request.form.get("comment", "")).replace("\r\n", "\n").strip()

    def count(uow: SqlUnitOfWork) -> Refusal | None:
        asked = look(uow)
        if isinstance(asked, Refusal):
            return asked
        return service.answer(uow, SqlPolls(uow.connection), asked, values, comment)

    refusal = transact(count)
    if refusal is None:
        return redirect(url_for(request.endpoint or "", **request.view_args or {}, sent=1), 303)
    if refusal.fields:
        return _shown(found, refusal, values, comment), 422
    return _shown(found, refusal), 409


def _shown(
    asked: Asked,
    refusal: Refusal | None,
    values: Mapping[str, int] | None = None,
    comment: str = "",
) -> str:
    poll, data = asked.poll, asked.case.data
    return render_template(
        "polls/answer.html",
        asked=asked,
        says=poll.asks(data),
        closes=poll.closes(data),
        scale=poll.scale,
        title=poll.comment(data),
        is_open=refusal is None or bool(refusal.fields),
        refusal=refusal,
        errors=refusal.fields if refusal else {},
        values=values or {},
        comment=comment,
        most=MOST_OF_A_COMMENT,
    )


# ---------------------------------------------------------------- who runs it


@dataclass(frozen=True, slots=True)
class Group:
    """An organisation for whose people links are made."""

    id: int
    name: str
    made: int
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link to be cut out and handed over."""

    address: str
    picture: str
    """Its QR code, a PNG in base64."""


@polls.route("/cases/<int:instance_id>/links", methods=["GET", "POST"])
def links(instance_id: int) -> Page:
    """Make one-time links; the answer to the form is the only page that ever shows them."""
    person = person_id()
    if request.method != "POST":
        return read(lambda uow: _links_page(uow, instance_id, None, {}))
    typed = {name: text for name, text in request.form.items() if name.startswith("group.")}
    wanted = {number_in(name[6:]) or 0: number_in(text) or 0 for name, text in typed.items()}
    wrong = [name for name, text in typed.items() if text.strip() and not _is_few(text)]
    read(lambda uow: readable(uow, instance_id))
    if wrong:
        said = f"Нужно целое число от 0 до {service.MOST_AT_ONCE}"
        refusal = joined(Refusal("not_a_number", said, name) for name in wrong)
        return read(lambda uow: _links_page(uow, instance_id, refusal, typed)), 422
    seen = number_in(request.form.get("made")) or 0
    made = transact(
        lambda uow: service.make_links(
            uow, SqlPolls(uow.connection), person, instance_id, wanted, _secret(), seen
        )
    )
    if isinstance(made, Refusal):
        refused = made
        if refused.code == "not_found":
            abort(404)
        return read(lambda uow: _links_page(uow, instance_id, refused, typed)), 422
    return _sheet(instance_id, made)


def _is_few(text: str) -> bool:
    number = number_in(text.strip())
    return number is not None and 0 <= number <= service.MOST_AT_ONCE


def _sheet(instance_id: int, made: Mapping[int, Sequence[str]]) -> str:
    """Return the page to print: the links of each school, each with its QR code."""

    def look(uow: SqlUnitOfWork) -> tuple[Any, str, Mapping[int, str]]:
        case, process, _ = readable(uow, instance_id)
        facts = uow.facts(case.municipality_id)
        names = {group: facts.name("school", group) for group in made}
        heading = process.heading_of(case.data)
        assert process.poll  # noqa: S101 (a case without one has made no links)
        return process.poll.closes(case.data), heading, names

    closes, heading, names = read(look)
    stop_reading()
    url = container().settings.public_url
    sheets = {
        names[group]: [Link(address, _picture(address)) for address in _addresses(url, keys)]
        for group, keys in made.items()
    }
    return render_template(
        "polls/sheet.html", sheets=sheets, heading=heading, closes=closes, case_id=instance_id
    )


def _addresses(url: str, keys: Sequence[str]) -> Sequence[str]:
    return [f"{url}/polls/{key}" for key in keys]


def _picture(address: str) -> str:
    return b64encode(qr_png(address)).decode()


def _links_page(
    uow: SqlUnitOfWork, instance_id: int, refusal: Refusal | None, typed: Mapping[str, str]
) -> str:
    case, process, actor = readable(uow, instance_id)
    if not service.runs(process, case, actor) or process.poll is None:
        raise NotFound
    progress = SqlPolls(uow.connection).progress(case.id)
    facts = uow.facts(case.municipality_id)
    groups = [
        Group(
            group,
            facts.name("school", group),
            progress.made.get(group, 0),
            typed.get(f"group.{group}", ""),
        )
        for group in process.poll.groups(case.data)
    ]
    return render_template(
        "polls/links.html",
        case=case,
        heading=process.heading_of(case.data),
        groups=groups,
        progress=progress,
        refusal=refusal,
        errors=refusal.fields if refusal else {},
    )


def _secret() -> str:
    return container().settings.secret_key
