"""What burns: the late work of the municipality, alike things together, and reminders of it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import POST
from workflow_app.engine.text import plural
from workflow_app.http.container import read, transact
from workflow_app.http.numbers import number_in
from workflow_app.http.readable_cases import readable_among
from workflow_app.services import reminding
from workflow_app.services.indicators import ANSWER_FOR_ALL, WATCH
from workflow_app.services.letter_choices import DEADLINE
from workflow_app.store.cases import late as store
from workflow_app.store.directory import calendar, questions
from workflow_app.store.read_models import queries
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.assigning import performers
from workflow_app.web.due import days_left
from workflow_app.web.pages import ReservedError
from workflow_app.web.security import away, municipality, person_id

late = Blueprint("late", __name__)

FOR_WHOM = "Опоздания всего муниципалитета открывают те, кто отвечает за все организации."


class Line(NamedTuple):
    """A late item: its case, who is waited for, and the working days since its term."""

    line: store.LateLine
    waits_for: str
    days: int | None


class Group(NamedTuple):
    """Late items of one process that ask for the same."""

    process: str
    title: str
    lines: Sequence[Line]


@late.get("/late")
def show() -> str:
    """Show the late work, and remind buttons to who administers."""

    def look(uow: SqlUnitOfWork) -> str:
        actor = uow.actor(person_id())
        if not {one.role for one in actor.capacities} & (ANSWER_FOR_ALL | WATCH):
            raise away(uow) or ReservedError(FOR_WHOM, "queue.show", "Мои дела")
        place = municipality(uow)
        found = store.listed(uow, place, request.args.get("process", ""))
        reminders = {one.work.reminded_by for one in found if one.work.reminded_by}
        return render_template(
            "registers/late.html",
            names=queries.names(uow.session, reminders) if reminders else {},
            groups=[*_groups(uow, place, found)],
            total=len(found),
            today=uow.today,
            readable=readable_among(uow, (one.work.instance_id for one in found), actor),
        )

    return read(look)


def _groups(uow: SqlUnitOfWork, place: int, found: Sequence[store.LateLine]) -> Iterator[Group]:
    days = calendar.load_calendar(uow.session, place)
    items = [(one.work.id, one.work.role, one.work.organisation_id) for one in found]
    held = performers(uow, place, items)
    places = questions.organisation_names(uow.session, place, uow.today)
    grouped: dict[tuple[str, str], list[Line]] = {}
    for one in found:
        work = one.work
        names = ", ".join(one.name for one in held[work.id])
        # An item of a post keeps the position where others keep their organisation.
        own = {places[holder.organisation_id] for holder in held[work.id]}
        where = ", ".join(sorted(own)) if work.role == POST else one.organisation
        said = ", ".join(filter(None, (where, names)))
        left = days_left(days, uow.today, work.due_at.astimezone(uow.zone).date())
        grouped.setdefault((one.process, work.title), []).append(Line(one, said, left))
    for (process, title), lines in grouped.items():
        yield Group(process, title, lines)


@late.post("/late/remind")
def remind() -> Response:
    """Remind those whom the ticked items wait for."""
    person = person_id()
    asked = request.form.get("all", "").split() or request.form.getlist("work")
    ids = [one for one in map(number_in, asked) if one]
    if not ids:
        flash("Отметьте, о чём напомнить.", "info")
        return redirect(url_for("late.show"))
    result = transact(lambda uow: reminding.remind(store.SqlReminding(uow), uow.actor(person), ids))
    if isinstance(result, Refusal):
        flash(result.message, "danger")
    else:
        way = url_for("letters.show", kind=DEADLINE, since=read(lambda uow: uow.today))
        said = Markup('{} <a href="{}">Дошли ли письма</a>').format(_said(result), way)
        flash(said, "success" if result.sent else "info")
    return redirect(url_for("late.show"))


def _said(result: reminding.Reminded) -> str:
    before = f" Сегодня уже напоминали: {result.before}." if result.before else ""
    if not result.sent:
        return f"Новых напоминаний нет.{before}"
    sent = plural(result.sent, "напоминание", "напоминания", "напоминаний")
    return f"Отправлено: {sent}.{before}"
