"""One person on one page: her posts, access, substitution and work; taken on, and let go.

Who is new comes in two steps, her name with her post and how both are declined; then she is there
with the post, and her invitation is on its way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.http.container import read, transact
from workflow_app.http.numbers import day_in
from workflow_app.http.readable_cases import readable_among
from workflow_app.services.accounts import employment as service
from workflow_app.services.accounts.access_changes import Asked
from workflow_app.services.accounts.employment import Post
from workflow_app.services.accounts.people import CONFIRMED, FORMS, STAFF, Newcomer
from workflow_app.services.administration import Office, office_titles, officer
from workflow_app.services.registers.names import TitleForms
from workflow_app.store.accounts import access_changes as changes
from workflow_app.store.accounts import admin as store
from workflow_app.store.accounts import persons as person_store
from workflow_app.store.accounts.access_changes import SqlAccessChanges
from workflow_app.store.accounts.sessions import SqlAccess, own_account, sessions
from workflow_app.store.directory import offices, questions
from workflow_app.store.directory.people import SqlNewcomers
from workflow_app.store.read_models import queries
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.admin import (
    WITHOUT_RIGHTS,
    choosable_people,
    place_in,
    role_groups,
    send_invitation,
    whose_word,
)
from workflow_app.web.security import person_id

persons = Blueprint("persons", __name__, url_prefix="/admin/people")

Answer = Response | str | tuple[str, int]
Sent = MultiDict[str, str]
LONGEST_TITLE = 200
CHOSEN_WITHOUT_SEARCH = 50
"""Of more organisations a form offers none in a list: one types, and is offered what fits."""


# ---------------------------------------------------------------- somebody new


@persons.get("/new")
def ask() -> str:
    """Ask for the name and the post of somebody new."""
    return read(lambda uow: _form(uow, Newcomer("", ""), MultiDict({"invited": "1"})))


@persons.post("/new")
def add() -> Answer:
    """Propose how name and title are declined; once that is confirmed, take the person on."""
    sent, person = MultiDict(request.form), person_id()
    new = Newcomer(**{one.name: sent.get(one.name, "") for one in fields(Newcomer)}).tidy()
    if sent.get("step") == "name":
        return read(lambda uow: _form(uow, new, sent))
    if sent.get("step") != "add":
        return read(lambda uow: _proposed(uow, new, sent))

    def work(uow: SqlUnitOfWork) -> tuple[service.TakenOn, str | None] | Refusal:
        taken = service.take_on(
            SqlNewcomers(uow),
            SqlAccessChanges(uow),
            uow.actor(person),
            new,
            sent,
            _post(uow, sent),
            confirmed=CONFIRMED in sent,
            namesake="namesake" in sent,
        )
        if isinstance(taken, Refusal):
            return taken
        is_invited = "invited" in sent and new.email and taken.asked is None
        link = send_invitation(uow, person, taken.person_id) if is_invited else None
        return taken, link if isinstance(link, str) else None

    result = transact(work)
    if isinstance(result, Refusal):
        return read(lambda uow: _refused(uow, new, sent, result))
    taken, link = result
    flash(" ".join(_said(new, sent, taken, link)), "success")
    return redirect(url_for("persons.show", who=taken.person_id))


def _said(new: Newcomer, sent: Sent, taken: service.TakenOn, link: str | None) -> Sequence[str]:
    said = [f"Добавлен человек: {new.full_name}."]
    if taken.asked:
        said.append(f"Должность ждёт согласия второго человека. {whose_word(taken.asked)}")
        said.append("Пригласите человека после этого.")
    elif link is not None:
        said.append(f"Приглашение отправлено на {new.email}.")
        said += [f"Ссылка на случай, если письмо не дойдёт: {link}"] if link else []
    elif not sent.get("title", "").strip():
        said.append("Теперь назначьте на должность и пригласите.")
    return said


def _proposed(uow: SqlUnitOfWork, new: Newcomer, sent: Sent) -> Answer:
    by, post = _officer(uow), _post(uow, sent)
    refusal = service.why_not(
        SqlNewcomers(uow),
        SqlAccessChanges(uow),
        by,
        new,
        post,
        namesake="namesake" in sent,
        is_invited="invited" in sent and not post.is_empty,
    )
    if refusal:
        return _refused(uow, new, sent, refusal)
    known = store.title_forms(uow.session, by.municipality_id, post.title)
    return _form(uow, new, sent, {**asdict(new.forms), **asdict(known)})


def _refused(uow: SqlUnitOfWork, new: Newcomer, sent: Sent, refusal: Refusal) -> Answer:
    if refusal.code in ("not_your_role", "not_found"):
        abort(404)
    declined = {*FORMS, CONFIRMED, *(one.name for one in fields(TitleForms))}
    is_about_forms = {*refusal.fields} <= declined
    return _form(uow, new, sent, sent if is_about_forms else None, refusal), 422


def _post(uow: SqlUnitOfWork, sent: Sent) -> Post:
    """Return the post as it was filled in; a place may be typed by its name."""
    role = sent.get("role", "")
    forms = (sent.get(one.name, "").strip()[:LONGEST_TITLE] for one in fields(TitleForms))
    return Post(
        place_in(uow, sent),
        sent.get("place", "").strip(),
        role if role in _roles(uow) else "",
        " ".join(sent.get("title", "").split())[:LONGEST_TITLE],
        day_in(sent.get("starts_on")),
        TitleForms(*forms),
    )


def _roles(uow: SqlUnitOfWork) -> Mapping[str, str]:
    return {**office_titles(uow.processes.values()), STAFF: WITHOUT_RIGHTS}


def _form(
    uow: SqlUnitOfWork,
    new: Newcomer,
    sent: Sent,
    forms: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
) -> str:
    by = _officer(uow)
    places = questions.organisation_names(uow.session, by.municipality_id, uow.today)
    return render_template(
        "admin/newcomer.html",
        new=new,
        forms=forms,
        titles=FORMS,
        refusal=refusal,
        is_confirmed=CONFIRMED in sent,
        office=sent,
        places=places,
        is_long=len(places) > CHOSEN_WITHOUT_SEARCH,
        role_groups=role_groups(uow),
        today=uow.today,
    )


# ---------------------------------------------------------------- somebody who is here


@dataclass(frozen=True, slots=True)
class Held:
    """An office, and who else does the same there: to them its work goes."""

    office: Office
    place: str
    others: Sequence[str]


@persons.get("/<int:who>")
def show(who: int) -> str:
    """Show a person."""

    def look(uow: SqlUnitOfWork) -> str:
        return render_template("admin/person.html", **_known(uow, who))

    return read(look)


def _known(uow: SqlUnitOfWork, who: int) -> Mapping[str, Any]:
    by = _officer(uow)
    person = questions.person_of(uow.session, by.municipality_id, who) or abort(404)
    wishes = SqlAccessChanges(uow)
    names = questions.organisation_names(uow.session, by.municipality_id, uow.today)
    queue = queries.queue(uow.session, uow.actor(who), queries.QueueFilter(), uow.now, uow.today)
    cases = [row.instance_id for row in queue.rows]
    return {
        "person": person,
        "titles": FORMS,
        "today": uow.today,
        "account": own_account(uow.session, who),
        "factor": SqlAccess(uow).factor(who),
        "visits": sessions(uow.session, who),
        "invitation": person_store.invitation(uow.session, who, uow.now),
        "posts": _held(uow, by, wishes.offices_of(who), names),
        "former": [
            one
            for one in store.positions(uow.session, by.municipality_id, people=[who])
            if one.ends_on and one.ends_on < uow.today
        ],
        "names": names,
        "roles": _roles(uow),
        "role_groups": role_groups(uow),
        "substitutions": store.substitutions(
            uow.session, by.municipality_id, uow.today, person_id=who
        ),
        "people": choosable_people(uow, by.municipality_id, besides=who),
        "waiting": [
            change
            for change, _ in wishes.asked_in(by.municipality_id)
            if change.wish.person_id == who
        ],
        "work": queue.rows,
        "has_more": bool(queue.after),
        "readable": readable_among(uow, cases, uow.actor(person_id())),
        "events": changes.history(uow.session, person),
    }


def _held(
    uow: SqlUnitOfWork, by: Capacity, held: Sequence[Office], names: Mapping[int, str]
) -> Sequence[Held]:
    targets = {(one.role, one.organisation_id) for one in held}
    found = offices.holders_of_targets(uow.session, by.municipality_id, targets, uow.today)
    others = {target: [one.person_id for one in capacities] for target, capacities in found.items()}
    people = queries.names(uow.session, {key for each in others.values() for key in each})
    return [
        Held(
            one,
            names.get(one.organisation_id, ""),
            sorted(
                {people[key] for key in others[one.role, one.organisation_id]}
                - {people.get(one.person_id, "")}
            ),
        )
        for one in held
    ]


@persons.get("/<int:who>/leave")
def ask_leave(who: int) -> str:
    """Ask for a person's last day, and show what hangs on her and to whom it goes."""
    return read(lambda uow: _leaving(uow, who))


def _leaving(uow: SqlUnitOfWork, who: int, refusal: Refusal | None = None) -> str:
    return render_template("admin/leave.html", refusal=refusal, **_known(uow, who))


@persons.post("/<int:who>/leave")
def leave(who: int) -> Answer:
    """End what a person holds, and close her access where that is wished."""
    person, sent = person_id(), request.form

    def work(uow: SqlUnitOfWork) -> Asked | Refusal | None:
        actor: Actor = uow.actor(person)
        last_day = day_in(sent.get("last_day"))
        return service.leave(SqlAccessChanges(uow), actor, who, last_day, closing="closing" in sent)

    result = transact(work)
    if isinstance(result, Refusal):
        if result.code in ("not_your_role", "not_found"):
            abort(404)
        return read(lambda uow: _leaving(uow, who, result)), 422
    said = "Последний день записан во всех должностях."
    if result:
        said = f"{said} Закрытие доступа ждёт согласия второго человека. {whose_word(result)}"
    flash(said, "success")
    return redirect(url_for("persons.show", who=who))


def _officer(uow: SqlUnitOfWork) -> Capacity:
    """Return in which capacity the visitor administers; for others these pages do not exist."""
    return officer(uow.actor(person_id())) or abort(404)
