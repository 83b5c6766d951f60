"""Networks: who belongs to each on a date, how it came about, and what is going on in it."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import Blueprint, abort, render_template, request

from workflow_app.engine.calendar import school_year_of
from workflow_app.engine.case import Case
from workflow_app.engine.decide import readiness, warned
from workflow_app.engine.forms import views
from workflow_app.engine.process import Check
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.registers import ALL, Recent
from workflow_app.http.container import read
from workflow_app.http.numbers import day_in
from workflow_app.http.readable_cases import readable_among
from workflow_app.services.cases.acting import may_read
from workflow_app.services.indicators import reader_of
from workflow_app.store.directory import questions
from workflow_app.store.journals import numbering
from workflow_app.store.read_models import dashboard, feed, queries
from workflow_app.store.read_models import networks as compositions
from workflow_app.store.read_models.queries import CaseLine
from workflow_app.store.registers.writing import brought_by
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import forms
from workflow_app.web.declared import ShownRows, registers_about, rows_of_subject, shown_rows
from workflow_app.web.security import municipality, person_id

networks = Blueprint("networks", __name__)

NETWORK = "network"
"""The register of networks: its key, and how the subjects of cases begin."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the rows a case handed out have ended."""

    ended: int
    of: int

    @property
    def percent(self) -> int:
        """Return the share in whole percent."""
        return round(100 * self.ended / self.of) if self.of else 0


@dataclass(frozen=True, slots=True)
class Matter:
    """A case about a network: its checklist, what it warns of, the progress of its rows."""

    line: CaseLine
    checklist: Sequence[tuple[Check, bool]]
    progress: Progress | None
    warnings: Sequence[Refusal]
    said: Sequence[forms.Control]
    """What of its text stands on the network's own page."""
    named: Mapping[str, Collection[int]]
    """Register → its rows that this case keeps for the network."""
    is_over: bool
    """Whether it ended, or is a numbered paper that waits for nobody any more."""


class Kept(NamedTuple):
    """Rows of a register that a network keeps: each by itself, and what they say together."""

    shown: ShownRows
    summed_up: str


@dataclass(frozen=True, slots=True)
class Help:
    """Who helps whom in a school year: so many activities done together."""

    year: str
    helpers: Sequence[int]
    supported: Sequence[int]
    times: Mapping[tuple[int, int], int]

    @property
    def most(self) -> int:
        """Return the largest number, for the scale of the plot."""
        return max((1, *self.times.values()))


def day(name: str) -> dt.date | None:
    """Return a date of the address; None for what is none."""
    return day_in(request.args.get(name))


@networks.get("/networks")
def show_all() -> str:
    """List the networks."""

    def look(uow: SqlUnitOfWork) -> str:
        on, here = day("on") or uow.today, municipality(uow)
        rows, seen = compositions.all_of(uow.session, here, on), _seen(uow)
        return render_template(
            "registers/networks.html",
            rows=[row for row in rows if seen is None or row.id in seen],
            on=on,
            members=compositions.compositions(uow.session, here, on),
            names=questions.organisation_names(uow.session, here, on),
            about=registers_about(uow, NETWORK),
        )

    return read(look)


@networks.get("/networks/<int:network_id>")
def show(network_id: int) -> str:
    """Show a network: its composition on a date and since another one, its orders, its cases."""

    def look(uow: SqlUnitOfWork) -> str:
        here = municipality(uow)
        row = compositions.one(uow.session, here, network_id, uow.today) or abort(404)
        seen = _seen(uow)
        if seen is not None and row.id not in seen:
            abort(404)
        on, known = day("on") or max(uow.today, row.term_from), day("as_known_on")
        members = compositions.composition(uow.session, row.id, on, known)
        since, turns = day("since"), compositions.turns(uow.session, row.id)
        ever = {school for turn in turns for school in turn.roles}
        actor = uow.actor(person_id())
        is_reader = reader_of(actor, ever) is not None
        told = brought_by(uow.connection, NETWORK, here, row.id)
        founding = told and told.order_id and numbering.entry(uow.connection, here, told.order_id)
        orders = [turn.order_instance_id for turn in turns]
        orders += [founding.instance_id] if founding else []
        matters = list(_matters(uow, row.id))
        about = rows_of_subject(uow, NETWORK, row.id)
        return render_template(
            "registers/network.html",
            row=row,
            on=on,
            known=known,
            since=since,
            members=members,
            names=questions.organisation_names(uow.session, here, on),
            people=_people(uow, row.coordinator, row.curator),
            changed=_changed(uow, row.id, since, known, members) if since else None,
            turns=turns,
            matters=matters,
            kept=list(_kept(uow, matters, on)),
            news=feed.about(uow, actor, f"{NETWORK}/{row.id}"),
            help=_help(uow, row.id, members, on) if is_reader else None,
            reads_indicators=is_reader,
            about=[
                one
                for one in about
                if one.register.key != compositions.MEMBERSHIP  # the page tells it by days
            ],
            recent=list(_recent(uow, about, row, told.registered_on if told else row.term_from)),
            founding=founding,
            readable=readable_among(uow, orders, actor),
            history=NETWORK if uow.shown(NETWORK) else "",
            memberships=compositions.MEMBERSHIP if uow.shown(compositions.MEMBERSHIP) else "",
        )

    return read(look)


def _seen(uow: SqlUnitOfWork) -> Collection[int] | None:
    """Return the networks a narrow view holds; None where all may be seen."""
    if not uow.is_narrow:
        return None
    return compositions.joined_by(uow.session, uow.actor(person_id()), uow.today)


def _recent(
    uow: SqlUnitOfWork, about: Iterable[ShownRows], row: compositions.Network, told: dt.date
) -> Iterator[tuple[Recent, dashboard.Last]]:
    """Yield the newest row of each register that tells it of networks, as far as it is shown."""
    facts = uow.facts(municipality(uow))
    for shown in about:
        register, recent = shown.register, shown.register.recent
        readable = uow.readable(register)
        is_read = readable == ALL or (
            readable.field == register.subject and row.id in (readable.ids or ())
        )
        if recent and is_read:
            day = max((getattr(one, recent.field) for one in shown.rows), default=None)
            since = dashboard.due_since(facts, recent, uow.today)
            yield recent, dashboard.last_of(row.state, max(row.term_from, told), day, since)


def _help(
    uow: SqlUnitOfWork, network_id: int, members: Sequence[compositions.Member], on: dt.date
) -> Help | None:
    """Return in how many done activities of the year each helper met each supported school."""
    helpers = [m.school_id for m in members if m.role in ("base", "resource")]
    supported = [m.school_id for m in members if m.role == "supported"]
    year = school_year_of(on)
    met = dashboard.taken_part(uow, municipality(uow), network_id, year)
    if not met:
        return None
    times = {
        (helper, school): sum({helper, school} <= together for together in met)
        for helper in helpers
        for school in supported
    }
    return Help(year, helpers, supported, times)


def _people(uow: SqlUnitOfWork, coordinator: int | None, curator: int | None) -> Mapping[str, str]:
    people = {"coordinator": coordinator, "curator": curator}
    known = {key: who for key, who in people.items() if who}
    names = queries.names(uow.session, known.values()) if known else {}
    return {key: names[who] for key, who in known.items()}


def _changed(
    uow: SqlUnitOfWork,
    network_id: int,
    since: dt.date,
    known: dt.date | None,
    members: Sequence[compositions.Member],
) -> Mapping[int, tuple[str | None, str | None]]:
    before = compositions.composition(uow.session, network_id, since, known)
    return compositions.difference(before, members)


def _matters(uow: SqlUnitOfWork, network_id: int) -> Iterator[Matter]:
    """Yield the cases about a network that the person may read, the newest first."""
    actor, facts = uow.actor(person_id()), uow.facts(municipality(uow))
    found = queries.about(uow.session, municipality(uow), f"{NETWORK}/{network_id}")
    own = [
        one
        for one in found
        if one.process in uow.processes and not one.fan_key and not uow.processes[one.process].feed
    ]
    awaited = queries.waited_for(uow.session, (one.id for one in own))
    for line in own:
        process, case = uow.processes[line.process], uow.load(line.id)
        if case and may_read(uow, process, case, actor):
            is_over = bool(line.finished_at or (line.number and line.id not in awaited))
            checklist = () if is_over else readiness(process, case, facts)
            # What has a checklist is the network itself; other cases say theirs on their pages.
            said = warned(process, case, facts) if checklist else ()
            held = _named(case) if process.beside == NETWORK else {}
            told = [] if is_over else _on_page(uow, case)
            yield Matter(line, checklist, _progress(line.id, found), said, told, held, is_over)


def _on_page(uow: SqlUnitOfWork, case: Case) -> Sequence[forms.Control]:
    """Return the fields that the page of what a case is about shows, where they say anything."""
    names = {view.name for view in views(type(case.data)) if view.options.get("on_page")}
    shown = forms.controls(uow, case, case.data, only=()) if names else ()
    return [one for one in shown if one.name in names and one.is_told]


def _named(case: Case) -> Mapping[str, Collection[int]]:
    """Return the rows of declared registers that a case lists in its fields."""
    fields = (view for view in views(type(case.data)) if view.kind == "many_ref")
    return {view.register: getattr(case.data, view.name) for view in fields}


def _kept(uow: SqlUnitOfWork, matters: Iterable[Matter], on: dt.date) -> Iterator[Kept]:
    """Yield the registers that say something of several rows together, with those kept here."""
    for tables in uow.all_shown():
        register, readable = tables.register, tables.readable
        ids = {key for matter in matters for key in matter.named.get(register.key, ())}
        if not (register.summed_up and ids):
            continue
        rows = uow.facts(municipality(uow)).of(register).on(on)
        known = register.in_order(filter(readable.has, map(rows.last, sorted(ids))))
        today = [row for row in map(rows.get, sorted(ids)) if readable.has(row)]
        yield Kept(shown_rows(uow, register, known, on), register.summed_up(today))


def _progress(parent_id: int, found: Sequence[CaseLine]) -> Progress | None:
    rows = [one for one in found if one.parent_id == parent_id and one.fan_key]
    ended = sum(one.finished_at is not None for one in rows)
    return Progress(ended, len(rows)) if rows else None
