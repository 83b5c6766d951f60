"""The calendar of who asks: the cases she takes part in, and her work on the day it is due."""

import calendar as weeks
import datetime as dt
import re
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workflow_app.engine.appointments import NEAR, Attendance
from workflow_app.http.container import public, read, transact
from workflow_app.services.accounts.access import digest
from workflow_app.services.calendar import attendances, attended, clashing
from workflow_app.store.accounts import calendar_links as links
from workflow_app.store.read_models import calendar as store
from workflow_app.store.read_models.calendar import AppointedCase, DueWork
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.downloads import attachment
from workflow_app.web.security import person_id

if TYPE_CHECKING:
    from icalendar import Event

calendar = Blueprint("calendar", __name__)

BEHIND, AHEAD = dt.timedelta(days=31), dt.timedelta(days=366)
"""How far the file reaches from today."""
A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Days:
    """What a person has between two days: cases that take place, and work by the day it is due."""

    cases: Sequence[AppointedCase]
    ways: Mapping[int, Attendance]
    """Case → how the person comes to it."""
    clashes: frozenset[int]
    due: Mapping[dt.date, Sequence[DueWork]]

    def on(self, day: dt.date) -> Sequence[AppointedCase]:
        """Return the cases of a day, by their hours."""
        return [case for case in self.cases if case.takes_place_on == day]


@calendar.get("/calendar")
def show() -> str:
    """Show a month, this one unless the address names another."""
    return _show()


def _show(address: str = "") -> str:
    person = person_id()

    def look(uow: SqlUnitOfWork) -> str:
        first = _month(request.args.get("month", "")) or uow.today.replace(day=1)
        shown = weeks.Calendar().monthdatescalendar(first.year, first.month)
        return render_template(
            "calendar/show.html",
            opened=first,
            weeks=shown,
            days=_days(uow, person, first, _next(first) - A_DAY),
            before=first - A_DAY,
            after=_next(first),
            today=uow.today,
            address=address,
            subscribed_at=links.made_at(uow, person),
        )

    return read(look)


@calendar.post("/calendar/subscription")
def subscribe() -> Response | str:
    """Make the address programs read the calendar at, shown this once; or let it lead nowhere."""
    person = person_id()
    if "no_more" in request.form:
        transact(lambda uow: links.revoke(uow, person))
        flash("Адрес подписки больше не действует.", "success")
        return redirect(url_for("calendar.show"))
    token = secrets.token_urlsafe(32)
    transact(lambda uow: links.put(uow, person, digest(token)))
    path = url_for("calendar.subscribed", secret=token)
    return _show(public(path))


@calendar.get("/calendar.ics")
def as_ics() -> Response:
    """Give the same from a month ago to a year ahead, for the calendar of a telephone."""
    person = person_id()
    return read(lambda uow: _file(uow, person, attachment("Календарь.ics")))


@calendar.get("/calendar/<secret>.ics")
def subscribed(secret: str) -> Response:
    """Give it to a program that knows the secret address, as long as its owner may come in."""

    def look(uow: SqlUnitOfWork) -> Response:
        person = links.owner(uow, digest(secret)) or abort(404)
        uow.reader = person
        return _file(uow, person, "inline")

    return read(look)


def _file(uow: SqlUnitOfWork, person: int, disposition: str) -> Response:
    from icalendar import Calendar  # noqa: PLC0415 (0.2 s)

    found = _days(uow, person, uow.today - BEHIND, uow.today + AHEAD)
    made = Calendar()
    made.add("prodid", "-//workflow-app//calendar//RU")
    made.add("version", "2.0")
    made.add("x-wr-calname", "Сети школ")
    for case in found.cases:
        made.add_component(_meeting(uow, case, found.ways[case.id]))
    for day, works in found.due.items():
        for number, work in enumerate(works):
            made.add_component(_due(uow, day, number, work))
    name = {"Content-Disposition": disposition}
    return Response(made.to_ical(), mimetype="text/calendar", headers=name)


def _month(said: str) -> dt.date | None:
    """Return the first day of a month, «2025-09»; None where none is named."""
    if not said:
        return None
    if not re.fullmatch("(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])", said):
        abort(404)
    return dt.date.fromisoformat(f"{said}-01")


def _next(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=31)).replace(day=1)


def _days(uow: SqlUnitOfWork, person: int, first: dt.date, last: dt.date) -> Days:
    """Return what a person has from one day to another, by a number of statements that stays."""
    actor = uow.actor(person)
    places = {capacity.municipality_id for capacity in actor.capacities}
    known = store.appointed(uow.session, places, first, last)
    near = [*attended(known, uow.processes, actor)]
    ways = attendances(uow, near, uow.processes, actor)
    cases = [case for case in near if case.id in ways]
    since, until = (dt.datetime.combine(day, dt.time(), uow.zone) for day in (first, last + A_DAY))
    due: dict[dt.date, list[DueWork]] = defaultdict(list)
    met = {(case.id, case.takes_place_on) for case in cases}
    for work in store.due_work(uow.session, actor, since, until, uow.today):
        day = work.due_at.astimezone(uow.zone).date()
        if (work.instance_id, day) not in met:
            due[day].append(work)
    sure = [case for case in cases if not ways[case.id].is_offer]
    return Days(cases, ways, clashing(sure), due)


def _meeting(uow: SqlUnitOfWork, case: AppointedCase, way: Attendance) -> "Event":
    """Return a case as an event; one without an hour takes the whole day, an offer takes none."""
    title = f"{case.heading} {case.number}".strip()
    said = f"{title} ({way.mark})" if way.mark else title
    event = _event(uow, f"case-{case.id}", said, case.id)
    if way.is_offer:
        event.add("status", "TENTATIVE")
        event.add("transp", "TRANSPARENT")
    if case.takes_place_at:
        hour = dt.time.fromisoformat(case.takes_place_at)
        begins = dt.datetime.combine(case.takes_place_on, hour, uow.zone).astimezone(dt.UTC)
        event.add("dtstart", begins)
        event.add("dtend", begins + NEAR)
    else:
        event.add("dtstart", case.takes_place_on)
    if case.place:
        event.add("location", case.place)
    return event


def _due(uow: SqlUnitOfWork, day: dt.date, number: int, work: DueWork) -> "Event":
    title = f"Срок: {work.title}. {work.heading} {work.number}".strip()
    event = _event(uow, f"due-{work.instance_id}-{day}-{number}", title, work.instance_id)
    event.add("dtstart", day)
    event.add("transp", "TRANSPARENT")
    return event


def _event(uow: SqlUnitOfWork, key: str, title: str, case: int) -> "Event":
    from icalendar import Event  # noqa: PLC0415

    event = Event()
    event.add("uid", f"{key}@{request.host}")
    event.add("dtstamp", uow.now)
    event.add("summary", title)
    event.add("url", url_for("cases.show", instance_id=case, _external=True))
    return event
