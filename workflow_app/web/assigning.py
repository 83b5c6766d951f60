"""Work given by name: who may be given an item, taking and giving back, and who has how much."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from operator import attrgetter
from typing import NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Capacity
from workflow_app.engine.text import plural
from workflow_app.http.container import read, transact
from workflow_app.http.numbers import number_in
from workflow_app.http.readable_cases import readable_among
from workflow_app.services import administration
from workflow_app.services import assigning as service
from workflow_app.services.assigning import Handed, owner
from workflow_app.store.cases import assigning as store
from workflow_app.store.directory import offices, questions
from workflow_app.store.read_models import queries
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.due import days_of_work
from workflow_app.web.pages import ReservedError, back_to_queue
from workflow_app.web.security import away, person_id

assigning = Blueprint("assigning", __name__, url_prefix="/work")


class Performer(NamedTuple):
    """Somebody who may do an item; who stands in is given it as the person she stands in for."""

    key: int
    name: str
    person_id: int
    organisation_id: int


Performers = Sequence[Performer]
NAMED = 10
"""So many of what was handed out are named: what is said is kept in a cookie."""
FOR_WHOM = "Кто чем занят, видят администратор и специалист управления образованием."


def performers(
    uow: SqlUnitOfWork, municipality_id: int, items: Iterable[tuple[int, str, int]]
) -> Mapping[int, Performers]:
    """Return item → who may be given it, of items (id, role, organisation or post).

    The number of statements does not grow with the items.
    """
    items = list(items)
    targets = {(role, place) for _, role, place in items}
    held = offices.holders_of_targets(uow.session, municipality_id, targets, uow.today)
    people = {one.person_id for found in held.values() for one in found}
    names = queries.names(uow.session, people) if people else {}
    return {
        work_id: sorted(
            {
                Performer(
                    owner(one),
                    _named(names[one.person_id], one),
                    one.person_id,
                    one.organisation_id,
                )
                for one in held[role, place]
            },
            key=attrgetter("name"),
        )
        for work_id, role, place in items
    }


def _named(name: str, office: Capacity) -> str:
    return f"{name} (замещает)" if office.stands_for else name


@assigning.get("")
def show_all() -> str:
    """Show how much work waits for whom, to who may hand it out."""

    def look(uow: SqlUnitOfWork) -> str:
        officer = administration.officer(uow.actor(person_id()))
        if officer is None:
            raise away(uow) or ReservedError(FOR_WHOM, "queue.show", "Мои дела")
        place = officer.municipality_id
        found = store.load(uow, place)
        people = {one.person_id for one in found if one.person_id}
        return render_template(
            "work/index.html",
            found=found,
            names=queries.names(uow.session, people) if people else {},
            places=questions.organisation_names(uow.session, place, uow.today),
        )

    return read(look)


@assigning.get("/of/<int:who>")
def show(who: int) -> str:
    """Show the work of a person with ticks: it may be given to somebody else."""

    def look(uow: SqlUnitOfWork) -> str:
        officer = administration.officer(uow.actor(person_id())) or abort(404)
        place = officer.municipality_id
        person = questions.person_of(uow.session, place, who) or abort(404)
        after = queries.place(request.args.get("after", ""))
        wanted = queries.QueueFilter(after=after)
        page = queries.queue(uow.session, uow.actor(who), wanted, uow.now, uow.today)
        items = [(row.work_id, row.role, row.role_organisation_id) for row in page.rows]
        held = performers(uow, place, items)
        others = {
            work: [one for one in found if one.person_id != who] for work, found in held.items()
        }
        return render_template(
            "work/person.html",
            person=person,
            page=page,
            held=held,
            may={row.work_id for row in page.rows if others[row.work_id] or row.person_id},
            others=sorted(set(chain(*others.values())), key=attrgetter("name")),
            readable=readable_among(
                uow, (row.instance_id for row in page.rows), uow.actor(person_id())
            ),
            days=days_of_work(uow, officer, page.rows),
        )

    return read(look)


@assigning.post("/give")
def give_many() -> Response:
    """Give the ticked work of a person to another, or back to everybody of its role."""
    whose = number_in(request.form.get("whose")) or 0
    ids = [one for one in map(number_in, request.form.getlist("work")) if one]
    if not ids:
        flash("Отметьте, что передать.", "info")
    elif not request.form.get("person"):
        flash("Выберите, кому передать.", "info")
    else:
        say_handed(hand_out(ids, number_in(request.form["person"]) or None))
    return redirect(url_for("assigning.show", who=whose) if whose else url_for("queue.show"))


def hand_out(work_ids: Sequence[int], chosen: int | None) -> Handed | Refusal:
    """Give work to a person or to everybody, as the person who asks may."""
    person = person_id()
    return transact(
        lambda uow: service.hand_out(store.SqlAssigning(uow), uow.actor(person), work_ids, chosen)
    )


def say_handed(handed: Handed | Refusal) -> None:
    """Say on the next page what was handed out and to whom, and of the rest why it was not."""
    if isinstance(handed, Refusal):
        flash(handed.message, "danger")
        return
    for work, refusal in handed.refused:
        flash(f"{work.title}: {refusal.message}", "danger")
    if handed.done:
        flash(read(lambda uow: _said(uow, handed)), "success")


def _said(uow: SqlUnitOfWork, handed: Handed) -> Markup:
    """Return what was handed to whom; a case the reader may not open is not called by its name."""
    to = queries.names(uow.session, {handed.to}).get(handed.to, "") if handed.to else ""
    cases = [one.instance_id for one in handed.done]
    readable = readable_among(uow, cases, uow.actor(person_id()))
    lines = (
        Markup("<li>{}</li>").format(
            f"{one.title}: {one.heading}" if one.instance_id in readable else one.title
        )
        for one in islice(handed.done, NAMED)
    )
    count = plural(len(handed.done), "дело", "дела", "дел")
    said = f"Поручение записано: {count}, {to or service.EVERYBODY}."
    return Markup("{}<ul>{}</ul>").format(said, Markup("").join(lines))


@assigning.post("/<int:work_id>/assign")
def assign(work_id: int) -> Response:
    """Give a work item to a person by name, or back to everybody of its role."""
    say_handed(hand_out([work_id], number_in(request.form.get("person")) or None))
    return _back()


@assigning.post("/<int:work_id>/take")
def take(work_id: int) -> Response:
    """Take a work item for oneself, from everybody or from whom the page named."""
    say_handed(take_over({work_id: number_in(request.form.get("seen")) or None}))
    return _back()


def take_over(seen: Mapping[int, int | None]) -> Handed | Refusal:
    """Give work to the person who asks: item → who had it by name when she looked."""
    person = person_id()
    return transact(lambda uow: service.take(store.SqlAssigning(uow), uow.actor(person), seen))


@assigning.post("/<int:work_id>/release")
def give_back(work_id: int) -> Response:
    """Give a work item of one's own back to everybody of its role."""
    person = person_id()
    refusal = transact(
        lambda uow: service.give_back(store.SqlAssigning(uow), uow.actor(person), work_id)
    )
    said = "Дело снова ждёт всех, кто занимает эту должность."
    flash(refusal.message if refusal else said, "danger" if refusal else "success")
    return _back()


def _back() -> Response:
    case = number_in(request.form.get("case"))
    return redirect(url_for("cases.show", instance_id=case)) if case else back_to_queue()
