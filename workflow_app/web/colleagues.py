"""People of an organisation whom it takes in by itself: from a list, or by a link and a yes.

A pasted list goes from the dry run to the writing as the text it is: nothing of people who are not
added yet is kept.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workflow_app.documents.qr import qr_png
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Capacity, OfficeKind
from workflow_app.http import limits
from workflow_app.http.container import container, public, read, transact
from workflow_app.http.numbers import number_in
from workflow_app.services.accounts import colleagues as service
from workflow_app.services.accounts.people import Newcomer, gender_of
from workflow_app.services.hashing import canonical, sha256
from workflow_app.services.letters import tell_of_waiting
from workflow_app.store.accounts import colleagues as store
from workflow_app.store.accounts.colleagues import SqlColleagues
from workflow_app.store.messages.delivery import SqlDelivery
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.pasting import lines_of
from workflow_app.web.security import person_id

colleagues = Blueprint("colleagues", __name__)

Answer = Response | str | tuple[str, int]
LONGEST_TEXT = 200_000
HOME = "/organisations/<int:organisation_id>/<office>"


@dataclass(frozen=True)
class Filling:
    """Who fills which office of her organisation."""

    by: Capacity
    kind: OfficeKind
    place: str

    @property
    def address(self) -> str:
        """Return the address of their page."""
        return url_for(
            "colleagues.show", organisation_id=self.by.organisation_id, office=self.kind.held_by
        )


def _filling(uow: SqlUnitOfWork, organisation_id: int, office: str) -> Filling:
    """Return in which capacity the person fills an office; for others there is no such page."""
    by = service.filling(uow.actor(person_id()), uow.offices, organisation_id, office)
    if by is None:
        abort(404)
    place = SqlColleagues(uow).organisation_name(by.municipality_id, organisation_id)
    return Filling(by, uow.offices[office], place)


@colleagues.get(HOME)
def show(organisation_id: int, office: str) -> str:
    """List the people of an office, who asks to join them, and the ways to take others in."""
    return _show(organisation_id, office)


def _show(organisation_id: int, office: str, text: str = "", said: str = "") -> str:
    wanted = request.args.get("text", "").strip()[:100]
    after = number_in(request.args.get("after")) or 0

    def look(uow: SqlUnitOfWork) -> str:
        here, own = _filling(uow, organisation_id, office), SqlColleagues(uow)
        members = store.members(uow, organisation_id, office, wanted, after)
        asking = service.look(own, organisation_id, here.kind, own.waiting(organisation_id, office))
        token = own.link(organisation_id, office)
        link = public(url_for("colleagues.join", token=token))
        return render_template(
            "colleagues/show.html",
            here=here,
            members=members[: store.A_PAGE],
            further=after + store.A_PAGE if len(members) > store.A_PAGE else None,
            wanted=wanted,
            asking=asking,
            link=link if token else "",
            qr=b64encode(qr_png(link)).decode() if token else "",
            most=service.MOST_ROWS,
            text=text,
            said=said,
            at=uow.now,
            today=uow.today,
        )

    return read(look)


def _lines(uow: SqlUnitOfWork, here: Filling, text: str) -> Sequence[service.Line] | Refusal:
    rows = [*service.listed(lines_of(text))]
    if not rows:
        return Refusal("list_empty", "Вставьте список: по человеку в строке.", "list")
    if len(rows) > service.MOST_ROWS:
        said = f"В списке {len(rows)} строк: вставляйте не больше {service.MOST_ROWS} за раз."
        return Refusal("too_many_rows", said, "list")
    return service.look(SqlColleagues(uow), here.by.organisation_id, here.kind, rows)


def _seen(lines: Sequence[service.Line]) -> str:
    """Return what tells whether a second look found the same."""
    return sha256(canonical([str(line.outcome) for line in lines]))


@colleagues.post(f"{HOME}/list")
def bring(organisation_id: int, office: str) -> Answer:
    """Show what a pasted list would do."""
    return _dry(organisation_id, office, _sent())


def _sent() -> str:
    return request.form.get("list", "")[:LONGEST_TEXT]


def _dry(organisation_id: int, office: str, text: str, refusal: Refusal | None = None) -> Answer:
    def look(uow: SqlUnitOfWork) -> Answer:
        here = _filling(uow, organisation_id, office)
        lines = _lines(uow, here, text)
        told = lines if isinstance(lines, Refusal) else refusal
        known = [] if isinstance(lines, Refusal) else lines
        fit = [line for line in known if line.is_fit]
        titles = {line.title for line in fit}
        forms = SqlColleagues(uow)
        page = render_template(
            "colleagues/dry.html",
            here=here,
            text=text,
            fit=fit,
            there=[line for line in known if line.is_there],
            wrong=[line for line in known if line.mistakes],
            titles={one: forms.title_forms(here.by.municipality_id, one) for one in titles},
            seen=_seen(known),
            most=service.MOST_ROWS,
            refusal=told,
        )
        return page, 422 if told else 200

    return read(look)


@colleagues.post(f"{HOME}/list/write")
def write(organisation_id: int, office: str) -> Answer:
    """Take in whom the dry run named; rows with mistakes come back to be put right."""
    text, sent = _sent(), request.form
    if not sent.get("confirmed"):
        said = "Просмотрите, как склоняются имена, и отметьте это"
        return _dry(organisation_id, office, text, Refusal("not_confirmed", said, "confirmed"))

    def work(uow: SqlUnitOfWork) -> tuple[int, Sequence[service.Line]] | Refusal:
        here = _filling(uow, organisation_id, office)
        lines = _lines(uow, here, text)
        if isinstance(lines, Refusal):
            return lines
        if _seen(lines) != sent.get("seen"):
            said = "Пока вы смотрели, список или люди изменились. Проверьте ещё раз."
            return Refusal("changed_meanwhile", said)
        done = service.take_in(SqlColleagues(uow), here.by, here.kind, lines, _public_url())
        return done, [line for line in lines if line.mistakes]

    done = transact(work)
    if isinstance(done, Refusal):
        return _dry(organisation_id, office, text, done)
    count, wrong = done
    flash(f"Принято: {count}. Приглашения уйдут письмами.", "success")
    if not wrong:
        return redirect(url_for(".show", organisation_id=organisation_id, office=office))
    heading = text.splitlines()[:1] if service.headings(next(lines_of(text))) else []
    left = "\n".join((*heading, *(line.row.text for line in wrong)))
    said = f"Строк, которые не записаны: {len(wrong)}. Они остались здесь: исправьте их."
    return _show(organisation_id, office, left, said)


def _public_url() -> str:
    return container().settings.public_url


def _do(
    organisation_id: int, office: str, work: Callable[[SqlColleagues, Filling, SqlUnitOfWork], Any]
) -> Response:
    """Carry out one intent, and go back with what it says."""

    def intent(uow: SqlUnitOfWork) -> Any:
        return work(SqlColleagues(uow), _filling(uow, organisation_id, office), uow)

    result = transact(intent)
    if isinstance(result, Refusal):
        if result.code == "not_found":
            abort(404)
        flash(result.message, "danger")
    elif result:
        flash(str(result), "success")
    return redirect(url_for(".show", organisation_id=organisation_id, office=office))


@colleagues.post(f"{HOME}/<int:position_id>/invite")
def invite(organisation_id: int, office: str, position_id: int) -> Response:
    """Send an invitation once more."""

    def work(own: SqlColleagues, here: Filling, _uow: SqlUnitOfWork) -> str | Refusal:
        refusal = service.invite_again(own, here.by, office, position_id, _public_url())
        return refusal or "Приглашение отправлено ещё раз."

    return _do(organisation_id, office, work)


@colleagues.post(f"{HOME}/<int:position_id>/end")
def end_office(organisation_id: int, office: str, position_id: int) -> Response:
    """End what somebody does here."""

    def work(own: SqlColleagues, here: Filling, uow: SqlUnitOfWork) -> str | Refusal:
        name = service.let_go(own, here.by, uow.offices, office, position_id)
        said = "больше не работает здесь, доступ закончился. В документах имя осталось."
        return name if isinstance(name, Refusal) else f"{name}: {said}"

    return _do(organisation_id, office, work)


@colleagues.post(f"{HOME}/link")
def link(organisation_id: int, office: str) -> Response:
    """Make a new link, or let the one there is lead nowhere."""

    def work(own: SqlColleagues, here: Filling, _uow: SqlUnitOfWork) -> str:
        if "no_more" in request.form:
            service.revoke_link(own, here.by, here.kind)
            return "Ссылка больше не действует."
        service.make_link(own, here.by, here.kind)
        return "Новая ссылка готова. Прежняя, если была, больше не действует."

    return _do(organisation_id, office, work)


@colleagues.post(f"{HOME}/asking")
def answer(organisation_id: int, office: str) -> Response:
    """Take in those chosen among who asked, or decline them."""
    chosen = {number for one in request.form.getlist("asking") if (number := number_in(one))}
    is_yes = "turn_away" not in request.form

    def work(own: SqlColleagues, here: Filling, _uow: SqlUnitOfWork) -> str | Refusal:
        if not chosen:
            return Refusal("nobody_chosen", "Отметьте заявки, на которые отвечаете.")
        told = service.answer(own, here.by, here.kind, chosen, _public_url(), is_yes=is_yes)
        if not is_yes:
            return f"Отклонено заявок: {told.done}."
        said = [f"Принято: {told.done}."]
        if told.done:
            said.append("Приглашения уйдут письмами.")
        if told.there:
            said.append(f"Уже были в списке, заявки убраны: {told.there}.")
        if told.left:
            said.append(f"Остались с замечаниями: {told.left}.")
        return " ".join(said)

    return _do(organisation_id, office, work)


@colleagues.route("/join/<token>", methods=["GET", "POST"])
def join(token: str) -> Answer:
    """Let a stranger ask to be taken in; the answer is the same whoever has her address."""

    def place(uow: SqlUnitOfWork) -> tuple[service.Place, str, OfficeKind] | None:
        own = SqlColleagues(uow)
        found = own.place_of(token)
        kind = uow.offices.get(found.role) if found else None
        if found is None or kind is None:
            return None
        return found, own.organisation_name(found.municipality_id, found.organisation_id), kind

    found = read(place)
    if found is None:
        return render_template("colleagues/joined.html", place=""), 404
    where, name, kind = found
    sent = request.form
    said = {one: sent.get(one, "")[:300] for one in ("last_name", "first_name", "middle_name")}
    gender = gender_of(said["middle_name"].strip()) or sent.get("gender", "")
    person = Newcomer(
        **said, gender=gender if gender in ("f", "m") else "", email=sent.get("email", "")[:300]
    )
    refusal = None
    if request.method == "POST":
        address = limits.client_address()

        def work(uow: SqlUnitOfWork) -> Refusal | None:
            title = sent.get("title", "")[:300]
            refused = service.apply(SqlColleagues(uow), where, person, title, address)
            if refused is None:
                place = where.organisation_id
                way = url_for(".show", organisation_id=place, office=where.role)
                fill = [one.held_by for one in uow.offices.values() if where.role in one.invites]
                tell_of_waiting(
                    SqlDelivery(uow),
                    [(role, place) for role in fill],
                    where.municipality_id,
                    f"{kind.plural.capitalize()}: просят принять, ждёт вашего ответа",
                    public(way),
                )
            return refused

        refusal = transact(work)
        if refusal is None:
            return redirect(url_for(".join", token=token, sent=1), 303)
    if "sent" in request.args and refusal is None:
        return render_template("colleagues/joined.html", place=name)
    page = render_template(
        "colleagues/join.html", place=name, kind=kind, typed=sent, refusal=refusal
    )
    return page, limits.status_of(refusal, 422) if refusal else 200
