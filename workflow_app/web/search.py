"""One box for everything a person may read: cases, what registers keep, and people in office."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from flask import Blueprint, render_template, request, url_for

from workflow_app.http.container import read
from workflow_app.store.accounts import admin
from workflow_app.store.directory import questions
from workflow_app.store.read_models import queries
from workflow_app.store.read_models.search import folded, typed_in_latin, words_of
from workflow_app.store.registers import listing
from workflow_app.store.registers.listing import Asked
from workflow_app.store.registers.tables import Tables
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.declared import page_of
from workflow_app.web.filters import process_title, state_title
from workflow_app.web.readable_cases import cases_in_sight
from workflow_app.web.security import municipality, person_id

search = Blueprint("search", __name__)

A_GROUP = 7
"""So many of each kind are shown; the rest is one press away."""
LONGEST = 100


class Hit(NamedTuple):
    """One thing that was found: where it is, what it is called, what helps to tell it."""

    address: str
    title: str
    aside: str = ""


class Group(NamedTuple):
    """What was found of one kind, and the list that holds more of it."""

    title: str
    hits: Sequence[Hit]
    more: str = ""


@search.get("/search")
def show() -> str:
    """Show what is found; without a question, the box alone."""
    asked = request.args.get("find", "").strip()[:LONGEST]

    def look(uow: SqlUnitOfWork) -> str:
        groups, meant = _found(uow, asked), ""
        if not groups and asked.isascii():
            meant = typed_in_latin(asked)
            groups = _found(uow, meant)
        return render_template("search/show.html", asked=asked, groups=groups, meant=meant)

    return read(look)


def _found(uow: SqlUnitOfWork, asked: str) -> list[Group]:
    return [one for one in _groups(uow, asked) if one.hits] if words_of(asked) else []


def _groups(uow: SqlUnitOfWork, asked: str) -> Iterator[Group]:
    shown = uow.all_shown()
    for tables in shown:
        if tables.register.extends:
            yield _organisations(uow, tables, asked)
    yield _cases(uow, asked)
    for tables in shown:
        if tables.register.search:
            yield _rows(uow, tables, asked)
    if not uow.is_narrow:
        yield _people(uow, asked)


def _cases(uow: SqlUnitOfWork, asked: str) -> Group:
    wanted = queries.CaseFilter(text=asked)
    found, _ = cases_in_sight(uow, uow.actor(person_id()), wanted)
    hits = [
        Hit(
            url_for("cases.show", instance_id=one.id),
            f"{one.heading} № {one.number}" if one.number else one.heading,
            f"{process_title(one.process)} · {state_title(one.state, one.process)}",
        )
        for one in found[: A_GROUP + 1]
    ]
    return _cut("Дела", hits, url_for("registers.all_cases", text=asked))


def _organisations(uow: SqlUnitOfWork, tables: Tables, asked: str) -> Group:
    """Return those whose rows a register keeps, by their names of today."""
    place, words, key = municipality(uow), words_of(asked), tables.register.key
    names = questions.organisation_names(uow.session, place, uow.today)
    called = [one for one, name in names.items() if all(word in folded(name) for word in words)]
    asked_on = Asked(uow.today)
    kept = (one for one in called if listing.row_on(uow.connection, tables, place, one, asked_on))
    found = [*islice(kept, A_GROUP + 1)]
    more = url_for("declared.show_all", register=key)
    return _cut(tables.register.title, [Hit(page_of(key, one), names[one]) for one in found], more)


def _rows(uow: SqlUnitOfWork, tables: Tables, asked: str) -> Group:
    """Return the rows of a register, as they are called today."""
    place, key = municipality(uow), tables.register.key
    found = listing.page(uow.connection, tables, place, Asked(uow.today, text=asked)).rows
    ids = [row.id for row in found[: A_GROUP + 1]]
    facts = uow.facts(place)
    facts.learn_names(key, set(ids), uow.today)
    hits = [Hit(page_of(key, one), facts.name(key, one)) for one in ids]
    return _cut(tables.register.title, hits, url_for("declared.show_all", register=key, text=asked))


def _people(uow: SqlUnitOfWork, asked: str) -> Group:
    place = municipality(uow)
    names = questions.organisation_names(uow.session, place, uow.today)
    hits = [
        Hit(
            url_for("registers.people", text=row.person.last_name),
            row.person.full_name,
            f"{row.title}, {names[row.organisation_id]}",
        )
        for row in admin.positions(uow.session, place, uow.today, asked, most=A_GROUP)
    ]
    return _cut("Люди", hits, url_for("registers.people", text=asked))


def _cut(title: str, hits: Sequence[Hit], more: str) -> Group:
    return Group(title, hits[:A_GROUP], more if len(hits) > A_GROUP else "")
