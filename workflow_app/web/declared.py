"""Declared registers: their lists, and each row with all that was written about it."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, render_template, request

from workflow_app.engine.folding import Written
from workflow_app.engine.forms import FieldView
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.registers import Record, Register
from workflow_app.engine.roles import Capacity
from workflow_app.http.house import read
from workflow_app.http.numbers import day_in, number_in
from workflow_app.services import register_guards as guards
from workflow_app.services import register_rows as rows
from workflow_app.store.registers import listing
from workflow_app.store.registers.editing import SqlRegisters
from workflow_app.store.registers.listing import Asked
from workflow_app.store.registers.tables import Tables
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.reading import readable_among
from workflow_app.web.register_history import history, said_of
from workflow_app.web.security import municipality, person_id

declared = Blueprint("declared", __name__, url_prefix="/registers")


def asked_for(uow: SqlUnitOfWork, register: Register[Any], args: Mapping[str, str]) -> Asked:
    """Return what an address asks of a register; what it says oddly is not said."""
    values: dict[str, Any] = {}
    for name in _chosen_by(register):
        text = args.get(name, "").strip()[:300]
        value = number_in(text) if register.fields[name].register else text
        if value:
            values[name] = value
    return Asked(
        day_in(args.get("on")) or uow.today, day_in(args.get("known_on")), values,
        args.get("text", "").strip()[:100], number_in(args.get("after")),
        "is_over" in args,
    )  # fmt: skip


def _chosen_by(register: Register[Any]) -> list[str]:
    """Return the filters of a list that are chosen among the values there are."""
    kinds = ("line", "choice")
    fields = (register.fields[name] for name in register.filters)
    return [view.name for view in fields if view.kind in kinds or view.register]


def readable_tables(uow: SqlUnitOfWork, key: str) -> Tables:
    """Return the tables of a register the person reads; for others there is no such page."""
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
        tables, place = readable_tables(uow, register), municipality(uow)
        one, asked = tables.register, asked_for(uow, tables.register, request.args)
        found = listing.page(uow.connection, tables, place, asked)
        choices = {name: _choices(uow, tables, place, name) for name in _chosen_by(one)}
        return render_template(
            "registers/list.html", register=one, asked=asked, page=found,
            choices=choices, told=told_by(uow, one), noted=noted_by(uow, one, asked.on),
            today=uow.today, may_edit=one.is_edited_by(uow.actor(person_id())),
        )  # fmt: skip

    return read(look)


@declared.get("/<register>/<int:row_id>")
def show(register: str, row_id: int) -> str:
    """Show a row as on a day, and what was written about it."""

    def look(uow: SqlUnitOfWork) -> str:
        tables, place = readable_tables(uow, register), municipality(uow)
        one, asked = tables.register, asked_for(uow, tables.register, request.args)
        written = listing.entries(uow.connection, tables, place, row_id)
        if not written:
            abort(404)
        written = [
            line for line in written
            if asked.known_on is None or line.registered_on <= asked.known_on
        ]  # fmt: skip
        by = rows.editor(uow, person_id(), one)
        may_edit = isinstance(by, Capacity) and not asked.known_on
        known = SqlRegisters(uow).written(one, place, row_id) if may_edit else Written()
        return render_template(
            "registers/row.html", register=one, row_id=row_id, asked=asked, today=uow.today,
            row=listing.row_on(uow.connection, tables, place, row_id, asked),
            last=None if asked.known_on
            else rows.last_said(SqlRegisters(uow), one, place, row_id, asked.on),
            readable=readable_among(
                uow, (line.instance_id for line in written), uow.actor(person_id())
            ),
            told=told_by(uow, one), noted=noted_by(uow, one, asked.on),
            history=history(uow, one, place, row_id, written), may_edit=may_edit,
            may_change=guards.changed_by_hand(one, known, asked.on),
            of_order=guards.order_of(known, asked.on),
            may_take_back=may_edit and _may_take_back(uow, by, one, row_id, known),
        )  # fmt: skip

    return read(look)


def _choices(
    uow: SqlUnitOfWork, tables: Tables, municipality_id: int, name: str
) -> list[tuple[str, str]]:
    """Return the values a field has ever had, as they are said."""
    view = tables.register.fields[name]
    values = listing.values(uow.connection, tables, municipality_id, name)
    said = [(value, said_of(uow, tables.register, view, value)) for value in values]
    order = [*(view.options.get("choices") or ())]
    if order:
        return sorted(said, key=lambda one: order.index(one[0]) if one[0] in order else len(order))
    return sorted(said, key=lambda one: one[1]) if view.register else said


def noted_by(uow: SqlUnitOfWork, register: Register[Any], day: dt.date) -> Callable[[Any], str]:
    """Return what says of a row what stands behind its name on a day."""
    rows = uow.facts(municipality(uow)).of(register).on(day)
    return lambda row: register.note(row, rows)


def told_by(uow: SqlUnitOfWork, register: Register[Any]) -> Callable[[Record, FieldView], str]:
    """Return what says a value of a row in words; an empty one is nothing."""
    return lambda row, view: said_of(uow, register, view, getattr(row, view.name))


def _may_take_back(
    uow: SqlUnitOfWork, by: Capacity | Refusal, register: Register[Any], row_id: int,
    written: Written,
) -> bool:  # fmt: skip
    if isinstance(by, Refusal):
        return False
    store = SqlRegisters(uow)
    why_not = guards.why_not_taken_back(store, person_id(), by, register, row_id, written)
    return why_not is None
