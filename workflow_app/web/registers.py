"""Registers, read only: cases, networks and their composition on a date, orders, schools."""

import datetime as dt

from flask import Blueprint, abort, render_template, request
from sqlalchemy import select

from workflow_app.engine.decide import is_visible
from workflow_app.store import directory, networks, queries
from workflow_app.store.models.directory import Organisation, Person
from workflow_app.store.models.registers import Journal, JournalEntry, Network
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.house import house
from workflow_app.web.security import person_id

registers = Blueprint("registers", __name__)


def _date(name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _municipality(uow: SqlUnitOfWork) -> int:
    capacities = uow.actor(person_id()).capacities
    if not capacities:
        abort(403)
    return capacities[0].municipality_id


@registers.get("/cases")
def all_cases() -> str:
    """List the cases a person may read."""

    def look(uow: SqlUnitOfWork) -> str:
        actor = uow.actor(person_id())
        district = frozenset(
            role.held_by
            for process in uow.processes.values()
            for role in process.readers
            if role.party is None
        )
        rows = queries.cases(uow.session, actor, request.args.get("process", ""), district)
        seen = [
            row
            for row in rows
            if row.process in uow.processes
            and is_visible(
                uow.processes[row.process], row.state,
                {name: frozenset(ids) for name, ids in row.parties.items()}, actor,
            )
        ]  # fmt: skip
        return render_template("registers/cases.html", rows=seen, processes=uow.processes)

    return house().read(look)


@registers.get("/networks")
def all_networks() -> str:
    """List the networks."""

    def look(uow: SqlUnitOfWork) -> str:
        on = _date("on") or uow.today
        rows = uow.session.scalars(
            select(Network)
            .where(Network.municipality_id == _municipality(uow))
            .order_by(Network.valid_from, Network.id)
        ).all()
        members = {row.id: networks.composition(uow.session, row.id, on) for row in rows}
        names = _school_names(uow)
        return render_template(
            "registers/networks.html", rows=rows, members=members, names=names, on=on
        )

    return house().read(look)


@registers.get("/networks/<int:network_id>")
def network(network_id: int) -> str:
    """Show a network and its composition on a date, as known on a date."""

    def look(uow: SqlUnitOfWork) -> str:
        row = uow.session.get(Network, network_id)
        if row is None or row.municipality_id != _municipality(uow):
            abort(404)
        on, known = _date("on") or max(uow.today, row.valid_from), _date("as_known_on")
        people = {
            key: uow.session.get(Person, person)
            for key, person in (
                ("coordinator", row.coordinator_person_id), ("curator", row.imc_curator_person_id)
            )
            if person
        }  # fmt: skip
        return render_template(
            "registers/network.html", row=row, on=on, known=known, names=_school_names(uow),
            members=networks.composition(uow.session, row.id, on, known), people=people,
            entry=uow.session.get(JournalEntry, row.founding_entry_id)
            if row.founding_entry_id else None,
        )  # fmt: skip

    return house().read(look)


def _school_names(uow: SqlUnitOfWork) -> dict[int, str]:
    query = select(Organisation.id, Organisation.short_name).where(
        Organisation.municipality_id == _municipality(uow)
    )
    return {row.id: row.short_name for row in uow.session.execute(query)}


@registers.get("/orders")
def orders() -> str:
    """List the numbers of a journal."""

    def look(uow: SqlUnitOfWork) -> str:
        year = request.args.get("year", "")
        query = (
            select(JournalEntry)
            .join(Journal, Journal.id == JournalEntry.journal_id)
            .where(Journal.municipality_id == _municipality(uow), Journal.code == "orders")
            .order_by(JournalEntry.year.desc(), JournalEntry.number.desc())
        )
        rows = uow.session.scalars(query).all()
        years = sorted({row.year for row in rows}, reverse=True)
        chosen = int(year) if year.isdigit() else (years[0] if years else uow.today.year)
        shown = [row for row in rows if row.year == chosen]
        return render_template("registers/orders.html", rows=shown, years=years, year=chosen)

    return house().read(look)


@registers.get("/schools")
def schools() -> str:
    """List the schools with their statuses and context."""

    def look(uow: SqlUnitOfWork) -> str:
        year = request.args.get("year") or None
        cards = directory.school_cards(
            uow.session, _municipality(uow), uow.today, school_year=year
        )
        return render_template("registers/schools.html", cards=cards)

    return house().read(look)
