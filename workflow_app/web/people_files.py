"""People and their offices by a table: given as it stands, brought, looked at, written.

The table itself goes from the dry run to the writing in a field of the form: nothing of people who
are not added yet is kept.
"""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file
from flask import url_for as address
from werkzeug.wrappers import Response as BaseResponse

from workflow_app.documents import sheets
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.registers import Register
from workflow_app.engine.text import file_name
from workflow_app.http.container import read, transact
from workflow_app.services.accounts import people_files as service
from workflow_app.services.accounts.people import STAFF
from workflow_app.services.administration import office_titles, officer
from workflow_app.services.cases.attachments import XLSX
from workflow_app.services.registers.files import columns
from workflow_app.services.registers.files.compare import NEW, REFUSED, compare
from workflow_app.store.accounts import admin
from workflow_app.store.accounts.access_changes import SqlAccessChanges
from workflow_app.store.directory import organisations, questions
from workflow_app.store.directory.people import SqlNewcomers
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import tables
from workflow_app.web.security import person_id

people_files = Blueprint("people_files", __name__, url_prefix="/admin/people")

Answer = BaseResponse | str | tuple[str, int]
Rows = Sequence[Sequence[Any]]
MOST = 1000
"""Rows of a table: more people than any district has."""
TEXT = 300
"""Signs of a cell."""
FEW = 3
"""So many unfit cells a sentence names."""


def _register(uow: SqlUnitOfWork) -> Register[Any]:
    """Return how a table of people is read here; who administers nothing finds no page."""
    by = officer(uow.actor(person_id())) or abort(404)
    places = questions.organisation_names(uow.session, by.municipality_id, uow.today)
    return service.register_of(dict(places), office_titles(uow.processes.values()))


@people_files.get("/rows.xlsx")
def as_xlsx() -> Response:
    """Give the people and their offices of today as the table that may be loaded."""

    def look(uow: SqlUnitOfWork) -> Response:
        register, by = _register(uow), officer(uow.actor(person_id())) or abort(404)
        offered = {
            place: [*view.options["choices"].values()]
            for place, view in enumerate(register.fields.values())
            if view.options.get("choices")
        }
        rows = _rows(uow, register, by.municipality_id)
        content = tables.as_xlsx(rows, register.title, offered, is_long=True)
        name = file_name(f"{register.title} {uow.today:%d.%m.%Y}.xlsx")
        return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)

    return read(look)


def _rows(uow: SqlUnitOfWork, register: Register[Any], place: int) -> Iterator[tables.Row]:
    views = register.fields.values()
    yield tuple(view.title for view in views)
    for office in admin.positions(uow.session, place, uow.today):
        said = {
            name: getattr(office.person, name)
            for name in register.fields
            if hasattr(office.person, name)
        }
        said |= {"title": office.title, "starts_on": office.starts_on}
        said["organisation"] = office.organisation_id
        lists = {view.name: view.options.get("choices") or {} for view in views}
        said["role"] = office.role if office.role in lists["role"] else STAFF
        yield tuple(
            lists[name].get(str(said.get(name)), said.get(name) or None) for name in register.fields
        )


@people_files.get("/import")
def show() -> str:
    """Ask for a table."""
    return _show()


def _show(refusal: Refusal | None = None) -> str:
    def look(uow: SqlUnitOfWork) -> str:
        register = _register(uow)
        return render_template("admin/people_file.html", register=register, refusal=refusal)

    return read(look)


@people_files.post("/import")
def bring() -> Answer:
    """Show what a table would do."""
    read(_register)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _show(Refusal("file_missing", "Выберите файл.", "file")), 422
    rows = _read(file_name(sent.filename), sent.read())
    if isinstance(rows, Refusal):
        return _show(rows), 422
    return _dry(rows)


def _read(name: str, content: bytes) -> Rows | Refusal:
    """Return the rows of the first sheet as texts and days that a field of a form can carry."""
    names = sheets.sheet_names(name, content)
    if isinstance(names, Refusal):
        return names
    sheet = sheets.read_sheet(name, content, names[0])
    if isinstance(sheet, Refusal):
        return sheet
    if sheet.faults:
        return Refusal("cells_unfit", "; ".join([*sheet.faults.values()][:FEW]), "file")
    if len(sheet.rows) > MOST:
        return Refusal("too_many_rows", f"В таблице больше {MOST} строк: разделите её.", "file")
    return [[_carried(cell) for cell in row] for row in sheet.rows]


def _carried(cell: sheets.Cell) -> Any:
    if isinstance(cell, dt.date):
        return f"{cell:%d.%m.%Y}"
    if isinstance(cell, str):
        return str(tables.as_meant(cell))[:TEXT]
    return cell


@dataclass(frozen=True)
class Looked:
    """A dry run."""

    register: Register[Any]
    found: service.Found
    missing: Sequence[str]


def _look(uow: SqlUnitOfWork, rows: Rows) -> Looked | Refusal:
    register, by = _register(uow), officer(uow.actor(person_id())) or abort(404)
    reading = columns.guess(register, "", rows, {})
    if problems := list(columns.problems(register, reading)):
        return Refusal("columns_unsettled", " ".join(problems), "file")
    known = organisations.known(uow.session, by.municipality_id, uow.today)
    codes = {one.code.casefold(): one.id for one in known}
    source = service.Lists(uow.facts(by.municipality_id), register, codes)
    plan = compare(register, reading, rows, {}, source, uow.today)
    found = service.look(SqlNewcomers(uow), SqlAccessChanges(uow), by, register, plan)
    return Looked(register, found, columns.missing(register, reading))


def _dry(rows: Rows, refusal: Refusal | None = None) -> Answer:
    def look(uow: SqlUnitOfWork) -> Answer:
        looked = _look(uow, rows)
        if isinstance(looked, Refusal):
            unread = render_template(
                "admin/people_file.html", register=_register(uow), refusal=looked
            )
            return unread, 422
        plan = looked.found.plan
        return render_template(
            "admin/people_dry.html",
            found=looked.found,
            refused=plan.of(REFUSED),
            noted=[line for line in plan.of(NEW) if line.notes],
            table=json.dumps(rows, ensure_ascii=False),
            seen=plan.fingerprint,
            refusal=refusal,
        ), 422 if refusal else 200

    return read(look)


@people_files.post("/import/write")
def write() -> Answer:
    """Write what the dry run said, unless people have changed since."""
    sent = request.form
    read(_register)
    rows = _sent_rows(sent.get("table", ""))
    if rows is None:
        said = "Таблица не дошла целиком. Приложите файл ещё раз."
        return _show(Refusal("file_missing", said, "file")), 422
    if not sent.get("confirmed"):
        said = "Просмотрите, как склоняются имена и должности, и отметьте это"
        return _dry(rows, Refusal("not_confirmed", said, "confirmed"))
    person = person_id()

    def work(uow: SqlUnitOfWork) -> tuple[int, int, int] | Refusal:
        looked = _look(uow, rows)
        if isinstance(looked, Refusal):
            return looked
        found, actor = looked.found, uow.actor(person)
        if found.plan.fingerprint != sent.get("seen"):
            said = "Пока вы смотрели, люди или организации изменились. Проверьте ещё раз."
            return Refusal("changed_meanwhile", said)
        by = officer(actor) or abort(404)
        waiting = service.write(SqlNewcomers(uow), SqlAccessChanges(uow), actor, by, found)
        return len(found.newcomers), len(found.offices) - len(waiting), len(waiting)

    done = transact(work)
    if isinstance(done, Refusal):
        return _dry(rows, done)
    added, given, waits = done
    flash(
        f"Добавлено людей: {added}, записано должностей: {given}. Теперь пригласите их.", "success"
    )
    if waits:
        said = f"Назначений, которые ждут согласия второго человека: {waits}."
        flash(f"{said} Они дают право подписывать или управлять.", "info")
    return redirect(address("admin.people"))


def _sent_rows(text: str) -> Rows | None:
    """Return the table a form carries; None where it is none."""
    try:
        rows = json.loads(text)
    except ValueError:
        return None
    is_table = isinstance(rows, list) and all(isinstance(row, list) for row in rows)
    is_plain = is_table and all(
        cell is None or isinstance(cell, str | int | float) for row in rows for cell in row
    )
    return rows if is_plain and 0 < len(rows) <= MOST else None
