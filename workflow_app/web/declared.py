"""Declared registers: their lists, and each row with all that was written about it."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for

from workflow_app.engine.folding import Written
from workflow_app.engine.forms import FieldView
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.registers import Record, Register
from workflow_app.engine.roles import Capacity
from workflow_app.http.container import read
from workflow_app.http.numbers import day_in, number_in
from workflow_app.http.readable_cases import readable_among
from workflow_app.services.registers import guards, rows
from workflow_app.store.read_models.choices import NOT_SHOWN
from workflow_app.store.registers import listing
from workflow_app.store.registers.cases import CaseLink, cases_of
from workflow_app.store.registers.editing import SqlRegisters
from workflow_app.store.registers.listing import Asked
from workflow_app.store.registers.subjects import of_subject, rows_about
from workflow_app.store.registers.tables import Tables
from workflow_app.store.unit_of_work import SqlUnitOfWork
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
        day_in(args.get("on")) or uow.today,
        day_in(args.get("known_on")),
        values,
        args.get("text", "").strip()[:100],
        number_in(args.get("after")),
        "is_over" in args,
    )


def _chosen_by(register: Register[Any]) -> list[str]:
    """Return the filters of a list that are chosen among the values there are."""
    kinds = ("line", "choice")
    fields = (register.fields[name] for name in register.filters)
    return [view.name for view in fields if view.kind in kinds or view.register]


def readable_tables(uow: SqlUnitOfWork, key: str) -> Tables:
    """Return the tables of a register the person reads; for others there is no such page."""
    municipality(uow)
    return uow.shown(key) or abort(404)


@declared.get("")
def index() -> str:
    """Name the registers there are."""

    def look(uow: SqlUnitOfWork) -> str:
        municipality(uow)
        known = [one.register for one in uow.all_shown()]
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
            "registers/list.html",
            register=one,
            asked=asked,
            page=found,
            choices=choices,
            shown=shown_rows(uow, one, found.rows, asked.on),
            sums=added_up(uow, tables, place, asked),
            today=uow.today,
            may_edit=one.is_edited_by(uow.actor(person_id())),
        )

    return read(look)


@dataclass(frozen=True, slots=True)
class AddedUp:
    """The rows of a list added up: titles of columns, and the lines with the sums under them."""

    title: str
    first: str
    columns: Sequence[str]
    lines: Sequence[tuple[str, Sequence[int], int]]
    """What a line is of, its sum in each column, and all of it."""


def added_up(uow: SqlUnitOfWork, tables: Tables, place: int, asked: Asked) -> AddedUp | None:
    """Return the sums of all rows a list shows, on whichever of its pages; None where none are."""
    register, sums = tables.register, tables.register.sums
    if sums is None:
        return None
    rows = [*listing.every(uow.connection, tables, place, asked)]
    columns, lines = sums.table(rows)
    view, shown = register.fields[sums.by], shown_rows(uow, register, rows, asked.on)
    named = {getattr(row, sums.by): shown.told(row, view) for row in rows}
    return AddedUp(
        sums.title,
        view.title,
        columns,
        [
            (named[key], [line.get(one, 0) for one in columns], sum(line.values()))
            for key, line in lines.items()
        ],
    )


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
            line
            for line in written
            if asked.known_on is None or line.registered_on <= asked.known_on
        ]
        by = rows.editor(uow, person_id(), one)
        may_edit = isinstance(by, Capacity) and not asked.known_on
        known = SqlRegisters(uow).written(one, place, row_id) if may_edit else Written()
        row = listing.row_on(uow.connection, tables, place, row_id, asked)
        last = (
            None
            if asked.known_on
            else rows.last_said(SqlRegisters(uow), one, place, row_id, asked.on)
        )
        readable = readable_among(
            uow, (line.instance_id for line in written), uow.actor(person_id())
        )
        said = [shown for shown in (row or last,) if shown]
        return render_template(
            "registers/row.html",
            register=one,
            row_id=row_id,
            asked=asked,
            today=uow.today,
            row=row,
            last=last,
            shown=shown_rows(uow, one, said, asked.on),
            readable={key: case.process for key in readable if (case := uow.load(key))},
            history=history(uow, one, place, row_id, written),
            may_edit=may_edit,
            own_page=PAGES[one.key](row_id) if one.key in PAGES else "",
            may_change=guards.changed_by_hand(one, known, asked.on),
            of_order=guards.order_of(known, asked.on),
            may_take_back=may_edit and _may_take_back(uow, by, one, row_id, known),
        )

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


@dataclass(frozen=True, slots=True)
class ShownRows:
    """Rows of a register as a page shows them on a day."""

    register: Register[Any]
    rows: Sequence[Record]
    day: dt.date
    told: Callable[[Record, FieldView], str]
    """A value of a row in words; an empty one is nothing."""
    named: Callable[[Record, FieldView], Sequence[tuple[str, str]]]
    """The things a field names: what each is called, and its page where the reader has one."""
    noted: Callable[[Any], str]
    cases: Mapping[int, Sequence[CaseLink]]
    """Row → the cases that name it, of which links lead to the readable ones."""
    readable: Collection[int]

    def links(self, row: Record) -> Sequence[CaseLink]:
        """Return the cases that name a row, as far as the reader may open them."""
        return [one for one in self.cases.get(row.id, ()) if one.id in self.readable]

    def is_late(self, row: Record) -> bool:
        """Tell whether a row asks for something after its day, and no case of it has ended."""
        pending = self.register.pending
        has_ended = any(one.has_ended for one in self.cases.get(row.id, ()))
        return pending is not None and pending.is_late(row, self.day) and not has_ended


def shown_rows(
    uow: SqlUnitOfWork, register: Register[Any], rows: Sequence[Record], day: dt.date
) -> ShownRows:
    """Return rows as a page shows them; what they say of a day is said by their register on it."""
    place = municipality(uow)
    for view in register.fields.values():
        uow.facts(place).learn_names(
            view.register, {value for row in rows for value in view.values(row)}, day
        )
    records, cases = uow.facts(place).of(register).on(day), cases_of(uow, place, register, rows)
    return ShownRows(
        register,
        rows,
        day,
        lambda row, view: said_of(uow, register, view, getattr(row, view.name), day),
        lambda row, view: _named(uow, register, row, view, day),
        lambda row: register.note(row, records),
        cases,
        readable_among(
            uow, (one.id for found in cases.values() for one in found), uow.actor(person_id())
        ),
    )


PAGES: Mapping[str, Callable[[int], str]] = {
    "school": lambda key: url_for("registers.school", school_id=key),
    "network": lambda key: url_for("networks.show", network_id=key),
}
"""Things with a page of their own; others have the page of their row."""


def _named(
    uow: SqlUnitOfWork, register: Register[Any], row: Record, view: FieldView, day: dt.date
) -> Sequence[tuple[str, str]]:
    if not view.register:
        return ()
    values = [one for one in view.values(row) if one is not None]
    said = ((one, said_of(uow, register, view, one, day)) for one in values)
    return [(name, _named_page(uow, view, one) if name != NOT_SHOWN else "") for one, name in said]


def _named_page(uow: SqlUnitOfWork, view: FieldView, row_id: int) -> str:
    """Return the address of what a field names; empty where it has no page."""
    has_page = view.register in PAGES or uow.shown(view.register) is not None
    return page_of(view.register, row_id) if has_page else ""


def page_of(register: str, row_id: int) -> str:
    """Return the address of a row; things of some kinds have a page of their own."""
    if register in PAGES:
        return PAGES[register](row_id)
    return url_for("declared.show", register=register, row_id=row_id)


def registers_about(uow: SqlUnitOfWork, kind: str) -> Sequence[Register[Any]]:
    """Return the registers about a kind of things of which any row may be shown."""
    shown = {tables.register.key: tables for tables in uow.all_shown()}
    return [*of_subject(shown, kind)]


def rows_of_subject(uow: SqlUnitOfWork, kind: str, row_id: int) -> Sequence[ShownRows]:
    """Return what the page of a row shows of registers about it, as it is today."""
    found = rows_about(uow, municipality(uow), kind, row_id)
    return [shown_rows(uow, register, rows, uow.today) for register, rows in found]


def _may_take_back(
    uow: SqlUnitOfWork,
    by: Capacity | Refusal,
    register: Register[Any],
    row_id: int,
    written: Written,
) -> bool:
    if isinstance(by, Refusal):
        return False
    store = SqlRegisters(uow)
    why_not = guards.why_not_taken_back(store, person_id(), by, register, row_id, written)
    return why_not is None
