"""All cases a person may read: sifted, sorted, and taken along as a file."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from workflow_app.engine.process import Process, State
from workflow_app.engine.roles import Actor
from workflow_app.http.container import read
from workflow_app.http.numbers import day_in
from workflow_app.http.readable_cases import InSight, cases_in_sight, sight
from workflow_app.store.directory.calendar import load_calendar
from workflow_app.store.read_models import case_list as store
from workflow_app.store.read_models.case_list import ORDERS, CaseFilter
from workflow_app.store.read_models.queries import place
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import tables
from workflow_app.web.due import days_left
from workflow_app.web.filters import local, process_title, state_title
from workflow_app.web.pages import soon
from workflow_app.web.security import municipality, person_id

case_list = Blueprint("case_list", __name__)

FILTERS = ("text", "process", "state", "late", "soon", "since", "order")
A_PAGE, AT_ONCE, MOST_IN_A_FILE = 50, 1_000, 10_000
TITLES = {"new": "сначала новые", "due": "сначала срочные", "changed": "сначала изменённые"}


def _wanted(uow: SqlUnitOfWork) -> CaseFilter:
    args = request.args
    since, order = day_in(args.get("since")), args.get("order", "")
    return CaseFilter(
        args.get("process", ""),
        args.get("state", ""),
        args.get("text", "").strip()[:100],
        place(args.get("after", "")),
        late=uow.now if "late" in args else None,
        soon=(uow.now, soon(uow)) if "soon" in args else None,
        since=dt.datetime.combine(since, dt.time(), uow.zone) if since else None,
        order=order if order in ORDERS else "new",
    )


@case_list.get("/cases")
def show() -> str:
    """List the cases a person may read."""

    def look(uow: SqlUnitOfWork) -> str:
        actor = uow.actor(person_id())  # days are those of her municipality from here on
        wanted, query = _wanted(uow), _query()
        found = cases_in_sight(uow, actor, wanted, A_PAGE)
        return render_template(
            "registers/cases.html",
            found=found,
            stages=_stages(uow, actor),
            processes=uow.processes,
            wanted=wanted,
            orders=TITLES,
            query=query,
            days=_days(uow, found),
            is_sifted=any(name != "order" for name in query),
        )

    return read(look)


def _query() -> Mapping[str, str]:
    return {name: request.args[name] for name in FILTERS if request.args.get(name)}


def _stages(uow: SqlUnitOfWork, actor: Actor) -> Mapping[Process, Sequence[State]]:
    """Return process → its states in which there are cases to see."""
    found = store.stages(uow.session, actor, sight(uow.processes))
    known = {
        process: [one for one in process.states.values() if (process.key, one.key) in found]
        for process in uow.processes.values()
    }
    return {process: states for process, states in known.items() if states}


def _days(uow: SqlUnitOfWork, found: InSight) -> Mapping[int, int | None]:
    """Return case → the working days left until its first term."""
    dues = {case: one.due_at for case, one in found.waits.items() if one.due_at}
    if not dues:
        return {}
    days, zone = load_calendar(uow.session, municipality(uow)), uow.zone
    return {
        case: days_left(days, uow.today, due_at.astimezone(zone).date())
        for case, due_at in dues.items()
    }


@case_list.get("/cases/rows.csv")
def as_csv() -> Response:
    """Give the cases looked at as CSV."""
    return _file("csv")


@case_list.get("/cases/rows.xlsx")
def as_xlsx() -> Response:
    """Give the cases looked at as a workbook."""
    return _file("xlsx")


def _file(form: str) -> Response:
    return tables.sent([HEADINGS, *read(lambda uow: list(_rows(uow)))], "Дела", form)


HEADINGS: Sequence[str] = (
    *("Дело", "Вид", "Номер", "Стадия", "На этапе с", "Срок", "Чего ждём"),
    *("Изменено", "Завершено", "Адрес"),
)


def _rows(uow: SqlUnitOfWork) -> Iterator[Sequence[Any]]:
    """Yield the cases looked at, so many as fit into a file."""
    actor, count = uow.actor(person_id()), 0
    wanted = replace(_wanted(uow), after=None)
    while count < MOST_IN_A_FILE:
        found = cases_in_sight(uow, actor, wanted, AT_ONCE)
        for line in found.rows:
            waits = found.waits.get(line.id)
            yield (
                line.heading,
                process_title(line.process),
                line.number,
                state_title(line.state, line.process),
                _day(line.entered_at),
                _day(waits.due_at) if waits else None,
                "; ".join(waits.steps) if waits else "",
                _day(line.changed_at),
                _day(line.finished_at),
                url_for("cases.show", instance_id=line.id, _external=True),
            )
        count += AT_ONCE
        if not found.after:
            return
        wanted = replace(wanted, after=place(found.after))


def _day(moment: dt.datetime | None) -> dt.date | None:
    return local(moment).date() if moment else None
