"""Where to begin: what a department enters, in which order, and what of it is there."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, abort, render_template, url_for

from workflow_app.http.container import read
from workflow_app.services.administration import officer
from workflow_app.services.first_steps import before_people, in_order
from workflow_app.store.accounts import admin as store
from workflow_app.store.directory import organisations
from workflow_app.store.registers import listing
from workflow_app.store.registers.listing import Asked
from workflow_app.store.registers.tables import Tables
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.admin import vacant
from workflow_app.web.security import person_id

first_steps = Blueprint("first_steps", __name__)


@dataclass(frozen=True, slots=True)
class Step:
    """Something to enter: what is there now, whether that will do, and where it is entered."""

    title: str
    now: str
    is_done: bool
    page: str
    file: str = ""


@first_steps.get("/admin/first-steps")
def show() -> str:
    """Show the steps with what is there."""

    def look(uow: SqlUnitOfWork) -> str:
        steps = [*_steps(uow)]
        done = sum(step.is_done for step in steps)
        return render_template("admin/first_steps.html", steps=steps, done=done)

    return read(look)


def _steps(uow: SqlUnitOfWork) -> Iterator[Step]:
    actor = uow.actor(person_id())
    place = (officer(actor) or abort(404)).municipality_id
    tables = {one.register.key: one for one in uow.all_shown()}
    ordered = [
        one
        for one in in_order([one.register for one in tables.values()])
        if one.is_edited_by(actor)
    ]
    places = before_people(ordered)
    yield _calendar(uow, place)
    yield _organisations(uow, place)
    for one in places:
        yield _register(uow, place, tables[one.key])
    yield from _people(uow, place)
    for one in ordered:
        if one not in places:
            yield _register(uow, place, tables[one.key])


def _calendar(uow: SqlUnitOfWork, place: int) -> Step:
    years = (uow.today.year, uow.today.year + 1)
    filled = [year for year in years if store.is_filled(uow.session, place, year)]
    now = ", ".join(map(str, filled)) or "не загружен"
    page = url_for("admin.calendar")
    return Step("Производственный календарь", now, uow.today.year in filled, page)


def _organisations(uow: SqlUnitOfWork, place: int) -> Step:
    known = organisations.known(uow.session, place, uow.today)
    gaps = [one for one in known if not (name := one.name_on(uow.today)) or name.has_gap]
    now = f"записано: {len(known)}" + (f", не указано, как склонять: {len(gaps)}" if gaps else "")
    page = url_for("organisations.show_all")
    return Step("Организации и как они склоняются", now, bool(known) and not gaps, page)


def _people(uow: SqlUnitOfWork, place: int) -> Iterator[Step]:
    known = store.count_people(uow.session, place)
    roles = len(vacant(uow, place))
    now = f"записано: {known}" + (f", ролей, которые никто не занимает: {roles}" if roles else "")
    file = url_for("people_files.show")
    yield Step("Люди и должности", now, bool(known) and not roles, url_for("admin.people"), file)
    waiting = store.uninvited(uow, place, 0)[1]
    now = (
        f"ещё не входили: {waiting}" if waiting else "приглашены все, у кого есть должность и почта"
    )
    yield Step("Приглашения", now, not waiting, url_for("admin.people"))


def _register(uow: SqlUnitOfWork, place: int, tables: Tables) -> Step:
    one = tables.register
    count = listing.count(uow.connection, tables, place, Asked(uow.today))
    return Step(
        one.title,
        f"записей: {count}" if count else "пусто",
        bool(count),
        url_for("declared.show_all", register=one.key),
        url_for("register_files.show", register=one.key),
    )
