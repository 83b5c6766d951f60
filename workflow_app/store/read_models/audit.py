"""Who did what and when: administration, steps in cases, and who opened what was told to her.

Three sources, a statement each, merged by their moments.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from workflow_app.store.models.accounts import AdminEvent
from workflow_app.store.models.directory import Person
from workflow_app.store.models.instances import CaseReading, History, Instance
from workflow_app.store.read_models.search import contain, words_of

Source = Literal["event", "step", "reading"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; empty means all."""

    sources: Collection[str]
    """Of `Source`."""
    actions: Collection[str] = ()
    """Of administration: these actions alone."""
    but: Collection[str] = ()
    """Of administration: none of these."""
    who: str = ""
    person_id: int | None = None
    text: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    """The moment after the last one."""


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was done."""

    at: dt.datetime
    source: Source
    action: str
    title: str
    name: str
    """Of the person; empty where the system or the server did it."""
    acting_as: str
    details: Mapping[str, Any]
    instance_id: int | None = None
    process: str = ""
    heading: str = ""
    states: tuple[str, str] = ("", "")


def page(
    session: Session, municipality_id: int, wanted: Wanted, after: int, most: int
) -> Sequence[Done]:
    """Return what was done, newest first, `after` so many left out; one more than `most`."""
    found: dict[Source, Iterable[Done]] = {
        "event": (
            Done(row.at, "event", row.action, row.title, name or "", row.acting_as, row.details)
            for row, name in session.execute(
                _ordered(_events(municipality_id, wanted), AdminEvent.id, after + most)
            )
        )
        if "event" in wanted.sources
        else (),
        "step": (
            Done(
                row.at, "step", row.action, row.title, name or "", row.acting_as, {},
                row.instance_id, process, heading, (row.from_state, row.to_state),
            )
            for row, process, heading, name in session.execute(
                _ordered(_steps(municipality_id, wanted), History.id, after + most)
            )
        )
        if "step" in wanted.sources
        else (),
        "reading": (
            Done(row.read_at, "reading", "", "", name or "", "", {}, row.instance_id, *case)
            for row, *case, name in session.execute(
                _ordered(_readings(municipality_id, wanted), CaseReading.read_at, after + most)
            )
        )
        if "reading" in wanted.sources
        else (),
    }  # fmt: skip
    whole = merge(*found.values(), key=attrgetter("at"), reverse=True)
    return [*islice(whole, after, after + most + 1)]


def _ordered(query: Select[*tuple[Any, ...]], by: Any, most: int) -> Select[*tuple[Any, ...]]:
    return query.order_by(by.desc()).limit(most + 1)


def _events(municipality_id: int, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    query = (
        select(AdminEvent, Person.short_nom)
        .outerjoin(Person, Person.id == AdminEvent.person_id)
        .where(
            AdminEvent.municipality_id == municipality_id,
            *_between(AdminEvent.at, wanted),
            *_by(wanted, AdminEvent.person_id),
            *(contain(word, AdminEvent.title) for word in words_of(wanted.text)),
        )
    )
    if wanted.actions:
        query = query.where(AdminEvent.action.in_(wanted.actions))
    return query.where(AdminEvent.action.not_in(wanted.but)) if wanted.but else query


def _steps(municipality_id: int, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    said = (contain(word, History.title, Instance.heading) for word in words_of(wanted.text))
    return (
        select(History, Instance.process, Instance.heading, Person.short_nom)
        .join(Instance, Instance.id == History.instance_id)
        .outerjoin(Person, Person.id == History.person_id)
        .where(
            Instance.municipality_id == municipality_id,
            *_between(History.at, wanted),
            *_by(wanted, History.person_id),
            *said,
        )
    )


def _readings(municipality_id: int, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    return (
        select(CaseReading, Instance.process, Instance.heading, Person.short_nom)
        .join(Instance, Instance.id == CaseReading.instance_id)
        .outerjoin(Person, Person.id == CaseReading.person_id)
        .where(
            Instance.municipality_id == municipality_id,
            *_between(CaseReading.read_at, wanted),
            *_by(wanted, CaseReading.person_id),
            *(contain(word, Instance.heading) for word in words_of(wanted.text)),
        )
    )


def _between(at: Any, wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    since = [at >= wanted.since] if wanted.since else []
    return [*since, at < wanted.until] if wanted.until else since


def _by(wanted: Wanted, column: Any) -> Sequence[ColumnElement[bool]]:
    named = [contain(word, Person.sort_name) for word in words_of(wanted.who)]
    return [*named, column == wanted.person_id] if wanted.person_id else named
