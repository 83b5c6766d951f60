"""One box for everything a person may read: cases, what registers keep, and people in office."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask import Blueprint, render_template, request, url_for

from workflow_app.http.container import read
from workflow_app.store.accounts import admin
from workflow_app.store.directory import questions
from workflow_app.store.read_models import queries
from workflow_app.store.read_models.search import typed_in_latin, words_of
from workflow_app.store.registers import listing
from workflow_app.store.registers.listing import Asked
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
    yield _cases(uow, asked)
    yield from _rows(uow, asked)
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


def _rows(uow: SqlUnitOfWork, asked: str) -> Iterator[Group]:
    """Yield the rows of each register that is searched, as they are called today."""
    place, today = municipality(uow), uow.today
    for tables in uow.all_shown():
        register = tables.register
        if not register.search:
            continue
        found = listing.page(uow.connection, tables, place, Asked(today, text=asked)).rows
        ids = [row.id for row in found[: A_GROUP + 1]]
        facts = uow.facts(place)
        facts.learn_names(register.key, set(ids), today)
        hits = [Hit(page_of(register.key, one), facts.name(register.key, one)) for one in ids]
        more = url_for("declared.show_all", register=register.key, text=asked)
        yield _cut(register.title, hits, more)


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
