"""What is found by a few words among all that a person may read: cases, rows, people in office."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal, NamedTuple

from workflow_app.engine.roles import Actor
from workflow_app.http.readable_cases import cases_in_sight
from workflow_app.store.accounts import admin
from workflow_app.store.directory import questions
from workflow_app.store.read_models.case_list import CaseFilter
from workflow_app.store.read_models.search import folded, typed_in_latin, words_of
from workflow_app.store.registers import listing
from workflow_app.store.registers.listing import Asked
from workflow_app.store.registers.tables import Tables
from workflow_app.store.unit_of_work import SqlUnitOfWork

A_GROUP = 7
"""So many of each kind are shown; the rest is in its list."""
LONGEST = 100


class Hit(NamedTuple):
    """One thing that was found: its id, what it is called, what helps to tell it."""

    id: int
    title: str
    aside: str = ""
    text: str = ""
    """By which word a list finds it that has no page of each."""


class Group(NamedTuple):
    """What was found of one kind; `register_key` tells the register whose rows it has."""

    kind: Literal["cases", "organisations", "rows", "people"]
    title: str
    hits: Sequence[Hit]
    register_key: str = ""
    has_more: bool = False


class Found(NamedTuple):
    """Groups that have hits; `meant` is said where only the other keyboard's letters fit."""

    groups: Sequence[Group]
    meant: str = ""


def find(uow: SqlUnitOfWork, person_id: int, municipality_id: int, asked: str) -> Found:
    """Return what a person finds, group by group; nothing for no words."""
    actor = uow.actor(person_id)
    groups = _found(uow, actor, municipality_id, asked)
    if groups or not asked.isascii():
        return Found(groups)
    meant = typed_in_latin(asked)
    return Found(_found(uow, actor, municipality_id, meant), meant)


def _found(uow: SqlUnitOfWork, actor: Actor, place: int, asked: str) -> list[Group]:
    if not words_of(asked):
        return []
    return [one for one in _groups(uow, actor, place, asked) if one.hits]


def _groups(uow: SqlUnitOfWork, actor: Actor, place: int, asked: str) -> Iterator[Group]:
    shown = uow.all_shown()
    for tables in shown:
        if tables.register.extends:
            yield _organisations(uow, tables, place, asked)
    yield _cases(uow, actor, asked)
    for tables in shown:
        if tables.register.search:
            yield _rows(uow, tables, place, asked)
    if not uow.is_narrow:
        yield _people(uow, place, asked)


def _cases(uow: SqlUnitOfWork, actor: Actor, asked: str) -> Group:
    found = cases_in_sight(uow, actor, CaseFilter(text=asked)).rows
    hits = [
        Hit(
            one.id,
            f"{one.heading} № {one.number}" if one.number else one.heading,
            f"{process.title} · {state.title if state else one.state}",
        )
        for one in found[: A_GROUP + 1]
        for process in (uow.processes[one.process],)
        for state in (process.states.get(one.state),)
    ]
    return _cut(Group("cases", "Дела", hits))


def _organisations(uow: SqlUnitOfWork, tables: Tables, place: int, asked: str) -> Group:
    """Return those whose rows a register keeps, by their names of today."""
    words, key = words_of(asked), tables.register.key
    names = questions.organisation_names(uow.session, place, uow.today)
    called = [one for one, name in names.items() if all(word in folded(name) for word in words)]
    asked_on = Asked(uow.today)
    kept = (one for one in called if listing.row_on(uow.connection, tables, place, one, asked_on))
    hits = [Hit(one, names[one]) for one in islice(kept, A_GROUP + 1)]
    return _cut(Group("organisations", tables.register.title, hits, key))


def _rows(uow: SqlUnitOfWork, tables: Tables, place: int, asked: str) -> Group:
    """Return the rows of a register, as they are called today."""
    key = tables.register.key
    found = listing.page(uow.connection, tables, place, Asked(uow.today, text=asked)).rows
    ids = [row.id for row in found[: A_GROUP + 1]]
    facts = uow.facts(place)
    facts.learn_names(key, set(ids), uow.today)
    hits = [Hit(one, facts.name(key, one)) for one in ids]
    return _cut(Group("rows", tables.register.title, hits, key))


def _people(uow: SqlUnitOfWork, place: int, asked: str) -> Group:
    names = questions.organisation_names(uow.session, place, uow.today)
    hits = [
        Hit(
            row.person.id,
            row.person.full_name,
            f"{row.title}, {names[row.organisation_id]}",
            row.person.last_name,
        )
        for row in admin.positions(uow.session, place, uow.today, asked, most=A_GROUP)
    ]
    return _cut(Group("people", "Люди", hits))


def _cut(group: Group) -> Group:
    return group._replace(hits=group.hits[:A_GROUP], has_more=len(group.hits) > A_GROUP)
