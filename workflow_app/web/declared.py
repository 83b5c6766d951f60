"""Declared registers: their lists, and each row with all that was written about it."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, render_template, request

from workflow_app.engine.forms import FieldView
from workflow_app.engine.registers import Record, Register
from workflow_app.http.house import read
from workflow_app.http.numbers import day_in, number_in
from workflow_app.services.saying import in_words
from workflow_app.store.registers import listing
from workflow_app.store.registers.listing import Asked
from workflow_app.store.registers.tables import Tables
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.reading import readable_among
from workflow_app.web.security import municipality, person_id

declared = Blueprint("declared", __name__, url_prefix="/registers")


def asked_for(uow: SqlUnitOfWork, register: Register[Any], args: Mapping[str, str]) -> Asked:
    """Return what an address asks of a register; what it says oddly is not said."""
    values = {
        name: args[name].strip()[:300]
        for name in _chosen_by(register)
        if args.get(name, "").strip()
    }
    return Asked(
        day_in(args.get("on")) or uow.today, day_in(args.get("known_on")), values,
        args.get("text", "").strip()[:100], number_in(args.get("after")),
        "is_over" in args,
    )  # fmt: skip


def _chosen_by(register: Register[Any]) -> list[str]:
    """Return the filters of a list that are chosen among words."""
    return [name for name in register.filters if register.fields[name].kind in ("line", "choice")]


def _tables(uow: SqlUnitOfWork, key: str) -> Tables:
    if key not in uow.tables or not uow.tables[key].register.is_read_by(uow.actor(person_id())):
        abort(404)
    return uow.tables[key]


@declared.get("")
def index() -> str:
    """Name the registers there are."""

    def look(uow: SqlUnitOfWork) -> str:
        actor = uow.actor(person_id())
        municipality(uow)
        known = [one.register for one in uow.tables.values() if one.register.is_read_by(actor)]
        return render_template("registers/index.html", registers=known)

    return read(look)


@declared.get("/<register>")
def show_all(register: str) -> str:
    """List the rows of a register as on a day."""

    def look(uow: SqlUnitOfWork) -> str:
        tables, place = _tables(uow, register), municipality(uow)
        one, asked = tables.register, asked_for(uow, tables.register, request.args)
        found = listing.page(uow.connection, tables, place, asked)
        choices = {name: _choices(uow, tables, place, name) for name in _chosen_by(one)}
        return render_template(
            "registers/list.html", register=one, asked=asked, page=found,
            choices=choices, told=told_by(uow), noted=noted_by(uow, one, asked.on),
            today=uow.today,
        )  # fmt: skip

    return read(look)


@declared.get("/<register>/<int:row_id>")
def show(register: str, row_id: int) -> str:
    """Show a row as on a day, and what was written about it."""

    def look(uow: SqlUnitOfWork) -> str:
        tables, place = _tables(uow, register), municipality(uow)
        asked = asked_for(uow, tables.register, request.args)
        written = listing.entries(uow.connection, tables, place, row_id)
        if not written:
            abort(404)
        row = listing.row_on(uow.connection, tables, place, row_id, asked)
        last = uow.facts(place).of(tables.register).on(asked.on).last(row_id)
        cases = readable_among(uow, (one.instance_id for one in written), uow.actor(person_id()))
        return render_template(
            "registers/row.html", register=tables.register, row=row, last=last, asked=asked,
            written=written, readable=cases, told=told_by(uow),
            note=noted_by(uow, tables.register, asked.on)(row or last) if row or last else "",
            said=lambda entry: _said(uow, tables.register, entry), today=uow.today,
        )  # fmt: skip

    return read(look)


def _choices(
    uow: SqlUnitOfWork, tables: Tables, municipality_id: int, name: str
) -> list[tuple[str, str]]:
    """Return the values a field has ever had, as they are said."""
    view = tables.register.fields[name]
    facts = uow.facts(municipality_id)
    values = listing.values(uow.connection, tables, municipality_id, name)
    return [(value, in_words(facts, view, value)) for value in values]


def noted_by(uow: SqlUnitOfWork, register: Register[Any], day: dt.date) -> Callable[[Any], str]:
    """Return what says of a row what stands behind its name on a day."""
    rows = uow.facts(municipality(uow)).of(register).on(day)
    return lambda row: register.note(row, rows)


def told_by(uow: SqlUnitOfWork) -> Callable[[Record, FieldView], str]:
    """Return what says a value of a row in words; an empty one is nothing."""
    facts = uow.facts(municipality(uow))

    def told(row: Record, view: FieldView) -> str:
        value = row.model_dump(mode="json", include={view.name})[view.name]
        return "" if value in (None, "") else in_words(facts, view, value)

    return told


def _said(uow: SqlUnitOfWork, register: Register[Any], entry: Any) -> list[tuple[str, str]]:
    """Return what an entry changed: the title of a field and its value in words."""
    facts = uow.facts(municipality(uow))
    return [
        (view.title, in_words(facts, view, entry.values[name]))
        for name, view in register.fields.items()
        if name in entry.values
    ]
