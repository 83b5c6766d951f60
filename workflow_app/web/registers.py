"""Registers: orders, schools, people; networks have a module of their own."""

import datetime as dt
from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workflow_app.engine.calendar import school_year_of
from workflow_app.http.container import read, transact
from workflow_app.http.numbers import day_in, number_in
from workflow_app.http.readable_cases import readable_among
from workflow_app.services import administration as service
from workflow_app.services.accounts.colleagues import may_see_address
from workflow_app.services.importing.rows import LONGEST_NOTE
from workflow_app.services.indicators import ANSWER_FOR_ALL, WATCH
from workflow_app.services.journals import clerk
from workflow_app.services.roots import check_command
from workflow_app.store.accounts import admin
from workflow_app.store.accounts.colleagues import SqlColleagues
from workflow_app.store.directory import questions
from workflow_app.store.journals import chains, numbering
from workflow_app.store.read_models import queries
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.declared import rows_of_subject
from workflow_app.web.forms import next_label
from workflow_app.web.journals import JOURNAL, listed, signers
from workflow_app.web.security import municipality, person_id, whole_municipality
from workflow_app.web.suggesting import waiting_at

registers = Blueprint("registers", __name__)

ORDERS_A_PAGE = 100


def _date(name: str) -> dt.date | None:
    return day_in(request.args.get(name))


@registers.get("/orders")
def orders() -> str:
    """List the numbers of the order journal: issued, annulled, given elsewhere."""

    def look(uow: SqlUnitOfWork) -> str:
        here = whole_municipality(uow)
        years = numbering.years_of_orders(uow.connection, here)
        asked, below = listed(years, uow.today.year), number_in(request.args.get("before"))
        rows = numbering.orders(
            uow.connection,
            here,
            ORDERS_A_PAGE + 1,
            year=asked.year,
            text=asked.text,
            kinds=asked.kinds,
            before=(asked.year, below) if below else None,
        )
        actor, later = uow.actor(person_id()), queries.later_orders(uow.session, here)
        linked = chain(rows, *later.values())
        return render_template(
            "registers/orders.html",
            rows=rows[:ORDERS_A_PAGE],
            signers=signers(uow, here, asked.year, rows[:ORDERS_A_PAGE]),
            years=years,
            year=asked.year,
            kind=asked.kind,
            text=asked.text,
            external=years.get(asked.year),
            root=_root(uow),
            keeps_journal=bool(clerk(actor)),
            next_label=next_label(uow, here, JOURNAL) if clerk(actor) else "",
            checks_history=any(c.role in ANSWER_FOR_ALL | WATCH for c in actor.capacities),
            readable=readable_among(uow, (row.instance_id for row in linked), actor),
            later=later,
            below=rows[ORDERS_A_PAGE - 1].number if len(rows) > ORDERS_A_PAGE else None,
        )

    return read(look)


def _root(uow: SqlUnitOfWork) -> dict[str, Any] | None:
    """Return the root that left the house last: what a printed journal bears witness to."""
    root = chains.last_root(uow.connection)
    if root is None:
        return None
    day = f"{root.at.astimezone(uow.zone):%d.%m.%Y}"
    groups = [root.sha256[start : start + 8] for start in range(0, len(root.sha256), 8)]
    return {"kept": root, "groups": groups, "command": check_command(day, root.sha256)}


@registers.get("/schools")
def schools() -> str:
    """List the schools with their marks and context."""

    def look(uow: SqlUnitOfWork) -> str:
        district = whole_municipality(uow)
        years = questions.school_years(uow.session, district)
        wanted = request.args.get("year", "")
        year = wanted if wanted in years else school_year_of(uow.today)
        cards = questions.marked_schools(uow, district, year)
        mark = request.args.get("mark", "")
        known = {one.text for card in cards for one in card.marks}
        return render_template(
            "registers/schools.html",
            years=sorted({*years, year}, reverse=True),
            mark=mark,
            cards=[card for card in cards if not mark or mark in [m.text for m in card.marks]],
            known_marks=sorted({*known, mark} - {""}),
            detailed=[*dict.fromkeys(one.title for card in cards for one in card.details)],
            heads=questions.heads(uow.session, district, uow.today),
            year=year,
        )

    return read(look)


@registers.post("/schools/<int:school_id>/notes")
def set_notes(school_id: int) -> Response:
    """Let a head or an administrator tell of connection, teachers and language of a school."""
    person, sent = person_id(), {key: request.form.get(key, "") for key in service.NOTES}
    result = transact(
        lambda uow: service.set_notes(
            admin.SqlAdministration(uow), uow.actor(person), school_id, sent
        )
    )
    if result and result.code in ("not_your_role", "not_found"):
        abort(404)
    flash(result.message if result else "Записано.", "danger" if result else "success")
    return redirect(url_for("registers.school", school_id=school_id))


@registers.get("/schools/<int:school_id>")
def school(school_id: int) -> str:
    """Show a school: its context card, what registers tell of it, networks and people."""

    def look(uow: SqlUnitOfWork) -> str:
        district = municipality(uow)
        found = questions.marked_schools(uow, district, school_ids=[school_id])
        if not found:
            abort(404)
        card, actor = found[0], uow.actor(person_id())
        head = questions.heads(uow.session, district, uow.today).get(school_id)
        if uow.is_narrow and all(one.organisation_id != school_id for one in actor.capacities):
            school = questions.organisation(uow.session, school_id)
            return render_template("registers/contacts.html", card=card, head=head, school=school)
        people = admin.positions(uow.session, district, uow.today, organisations=[school_id])
        return render_template(
            "registers/school.html",
            card=card,
            people=people,
            addressed=_addressed(uow, people),
            head=head,
            address=questions.organisation(uow.session, school_id).address,
            about=rows_of_subject(uow, "school", school_id),
            fills=[
                uow.offices[name]
                for one in actor.capacities
                if one.organisation_id == school_id and one.role in uow.offices
                for name in uow.offices[one.role].invites
            ],
            asking=SqlColleagues(uow).number_waiting(school_id),
            suggested=waiting_at(uow, school_id),
            may_tell=bool(service.may_tell_of(actor, school_id)),
            longest=LONGEST_NOTE,
            matters=admin.open_cases_of(uow.session, district, school_id)
            if service.officer(actor)
            else None,
            networks={
                member.network_id: uow.facts(district).name("network", member.network_id)
                for member in card.networks
            },
        )

    return read(look)


def _addressed(uow: SqlUnitOfWork, held: Sequence[Any]) -> Collection[int]:
    """Return those of some positions whose holders' addresses the person reads."""
    actor = uow.actor(person_id())
    return {
        one.id for one in held if may_see_address(actor, uow.offices, one.organisation_id, one.role)
    }


@registers.get("/people")
def people() -> str:
    """List the people in office: service data only."""

    def look(uow: SqlUnitOfWork) -> str:
        on, text = _date("on") or uow.today, request.args.get("text", "").strip()[:100]
        here, after = whole_municipality(uow), number_in(request.args.get("after")) or 0
        rows = admin.positions(uow.session, here, on, text, after=after, most=admin.A_PAGE)
        return render_template(
            "registers/people.html",
            on=on,
            text=text,
            names=questions.organisation_names(uow.session, here, on),
            rows=rows[: admin.A_PAGE],
            addressed=_addressed(uow, rows),
            further=after + admin.A_PAGE if len(rows) > admin.A_PAGE else None,
        )

    return read(look)
