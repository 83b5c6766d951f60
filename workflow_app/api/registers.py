"""Registers, read only."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from flask import Blueprint, g, request
from pydantic import ValidationError

from workflow_app.api import models as m
from workflow_app.api import paging
from workflow_app.api.contract import documented
from workflow_app.api.problems import answer
from workflow_app.api.reading import json_body
from workflow_app.engine.refusals import Refusal
from workflow_app.http.container import transact
from workflow_app.http.numbers import any_day_in, number_in
from workflow_app.services.accounts.colleagues import may_see_address
from workflow_app.services.administration import officer
from workflow_app.services.cases.acting import NOT_FOUND
from workflow_app.services.cases.compositions import refuse_direct_write
from workflow_app.store.accounts import admin
from workflow_app.store.accounts.admin import SqlAdministration
from workflow_app.store.directory import questions
from workflow_app.store.journals import numbering
from workflow_app.store.read_models import networks, queries
from workflow_app.store.registers import listing
from workflow_app.store.unit_of_work import SqlUnitOfWork

Reader = Callable[[Callable[[SqlUnitOfWork], Any]], Any]

NO_POSITION = Refusal("not_your_role", "Сегодня у вас нет должности")
ORDERS_A_PAGE = 100
PEOPLE_A_PAGE = 500
BAD_DATE = Refusal("bad_date", "Дата не распознана, пример: 2025-09-01")


def register(api: Blueprint, read: Reader) -> None:
    """Add the routes of the registers."""

    @api.get("/networks")
    @documented(list[m.NetworkView])
    def all_networks() -> Any:
        """List the networks."""
        return read(lambda uow: _of_municipality(uow, _networks))

    @api.get("/networks/<int:network_id>/composition")
    @documented(list[m.MemberView], query=m.AsOf)
    def composition(network_id: int) -> Any:
        """Show who belongs to a network on a date, as known on a date."""
        return read(lambda uow: _composition(uow, network_id))

    @api.route("/networks/<int:network_id>/composition", methods=["POST", "PUT", "PATCH", "DELETE"])
    @documented(m.MemberView)
    def write_composition(network_id: int) -> Any:
        """Refuse: orders alone change a composition."""
        wanted = json_body(is_needed=False)
        if isinstance(wanted, Refusal):
            return answer(wanted)
        refusal = transact(lambda uow: _refused(uow, network_id, wanted))
        return answer(refusal)

    @api.get("/orders")
    @documented(list[m.OrderView], query=paging.AfterOrder)
    def orders() -> Any:
        """List the numbers of the order journal, the newest first, page by page."""
        return read(lambda uow: _of_municipality(uow, _orders, is_whole=True))

    @api.get("/schools")
    @documented(list[m.SchoolView])
    def schools() -> Any:
        """List the schools with their context cards."""
        return read(lambda uow: _of_municipality(uow, _schools, is_whole=True))

    @api.get("/people")
    @documented(list[m.PersonView], query=paging.AfterSome)
    def people() -> Any:
        """List people with their positions of today, page by page."""
        return read(lambda uow: _of_municipality(uow, _people, is_whole=True))

    @api.get("/registers/<register>")
    @documented(list[m.RecordView], query=m.OfRegister)
    def rows_of_register(register: str) -> Any:
        """List the rows of a declared register as on a date, as known on a date, page by page."""
        return read(lambda uow: _of_municipality(uow, partial(_records, key=register)))


def _municipality(uow: SqlUnitOfWork) -> int | None:
    capacities = uow.actor(g.person_id).capacities
    return capacities[0].municipality_id if capacities else None


def _of_municipality(
    uow: SqlUnitOfWork,
    look: Callable[[SqlUnitOfWork, int], Sequence[Any] | paging.Page | Refusal],
    *,
    is_whole: bool = False,
) -> Sequence[Any] | paging.Page | Refusal:
    """Return what is found; a list of the whole municipality is nowhere for a narrow view."""
    municipality_id = _municipality(uow)
    if municipality_id is None:
        return NO_POSITION
    return NOT_FOUND if is_whole and uow.is_narrow else look(uow, municipality_id)


def _seen(uow: SqlUnitOfWork, network_ids: Collection[int]) -> Collection[int]:
    """Return those of some networks that are for the reader: to a narrow view its own alone."""
    if not uow.is_narrow:
        return network_ids
    own = networks.joined_by(uow.session, uow.actor(g.person_id), uow.today)
    return own & {*network_ids}


def _networks(uow: SqlUnitOfWork, municipality_id: int) -> list[m.NetworkView]:
    known = networks.all_of(uow.session, municipality_id, uow.today)
    seen = _seen(uow, {row.id for row in known})
    return [
        m.NetworkView(
            id=row.id,
            name=row.name,
            state=row.state,
            valid_from=row.term_from,
            valid_to=row.term_to,
        )
        for row in sorted(known, key=lambda row: row.id)
        if row.id in seen
    ]


def _composition(uow: SqlUnitOfWork, network_id: int) -> list[m.MemberView] | Refusal:
    here = _municipality(uow)
    if here is None or networks.one(uow.session, here, network_id, uow.today) is None:
        return NOT_FOUND
    if not _seen(uow, [network_id]):
        return NOT_FOUND
    asked = {
        name: any_day_in(request.args[name]) for name in m.AsOf.model_fields if name in request.args
    }
    if None in asked.values():
        return BAD_DATE
    on, known = asked.get("on") or uow.today, asked.get("as_known_on")
    members = networks.composition(uow.session, network_id, on, known)
    names = questions.organisation_names(uow.session, here, on)
    return [
        m.MemberView(
            school_id=member.school_id,
            name=names[member.school_id],
            role=member.role,
            since=member.since,
            order=member.order_label,
        )
        for member in members
    ]


def _refused(uow: SqlUnitOfWork, network_id: int, said: dict[str, Any]) -> Refusal:
    """Write the attempt down; a stranger's network is not found."""
    network = networks.one(uow.session, _municipality(uow), network_id, uow.today)
    if network is None or not _seen(uow, [network_id]):
        return NOT_FOUND
    actor = uow.actor(g.person_id)
    return refuse_direct_write(SqlAdministration(uow), actor, network_id, network.name, said)


def _orders(uow: SqlUnitOfWork, municipality_id: int) -> paging.Page | Refusal:
    before = None
    if after := paging.wanted():
        year, number = map(number_in, after.partition("-")[::2])
        if year is None or number is None:
            return paging.NO_PLACE
        before = year, number
    rows = numbering.orders(uow.connection, municipality_id, ORDERS_A_PAGE + 1, before=before)
    more = rows[ORDERS_A_PAGE - 1] if len(rows) > ORDERS_A_PAGE else None
    said = queries.later_orders(uow.session, municipality_id)
    views = [
        m.OrderView(
            id=row.id,
            number=row.label,
            registered_on=row.registered_on,
            kind=row.kind,
            title=row.title,
            instance_id=row.instance_id,
            amended_by=[later.reference for later in said[row.id, "amends"]],
            revoked_by=[later.reference for later in said[row.id, "revokes"]],
        )
        for row in rows[:ORDERS_A_PAGE]
    ]
    return paging.Page(views, f"{more.year}-{more.number}" if more else "")


def _schools(uow: SqlUnitOfWork, municipality_id: int) -> list[m.SchoolView]:
    cards = questions.marked_schools(uow, municipality_id)
    heads = questions.heads(uow.session, municipality_id, uow.today)
    return [
        m.SchoolView(
            id=card.id,
            name=card.short_name,
            type=card.type,
            settlement=card.settlement,
            details={one.name: one.value for one in card.details},
            marks=[mark.text for mark in card.marks],
            head=heads[card.id].name if card.id in heads else None,
        )
        for card in cards
    ]


def _people(uow: SqlUnitOfWork, municipality_id: int) -> paging.Page | Refusal:
    after = number_in(paging.wanted() or "0")
    if after is None:
        return paging.NO_PLACE
    names = questions.organisation_names(uow.session, municipality_id, uow.today)
    actor = uow.actor(g.person_id)
    lines = admin.users(uow.session, municipality_id, uow.today, after=after, most=PEOPLE_A_PAGE)
    views = [
        m.PersonView(
            id=line.person.id,
            name=line.person.short_nom,
            email=line.person.email
            if officer(actor)
            or any(
                may_see_address(actor, uow.offices, one.organisation_id, one.role)
                for one in line.positions
            )
            else None,
            positions=[position.title for position in line.positions],
            offices=[
                m.OfficeView(
                    id=position.id,
                    title=position.title,
                    organisation_id=position.organisation_id,
                    organisation=names[position.organisation_id],
                )
                for position in line.positions
            ],
        )
        for line in lines[:PEOPLE_A_PAGE]
    ]
    return paging.Page(views, str(after + PEOPLE_A_PAGE) if len(lines) > PEOPLE_A_PAGE else "")


def _records(uow: SqlUnitOfWork, municipality_id: int, key: str) -> paging.Page | Refusal:
    tables = uow.shown(key)
    if tables is None:
        return NOT_FOUND
    try:
        asked = m.OfRegister.model_validate(request.args.to_dict())
    except ValidationError:
        return BAD_DATE
    found = listing.page(
        uow.connection,
        tables,
        municipality_id,
        listing.Asked(asked.on or uow.today, asked.as_known_on, after=asked.after),
    )
    rows = [
        m.RecordView(
            id=row.id,
            name=tables.register.called(row),
            basis=row.basis,
            values=row.model_dump(mode="json", include={*tables.register.fields}),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in found.rows
    ]
    return paging.Page(rows, str(found.after or ""))
