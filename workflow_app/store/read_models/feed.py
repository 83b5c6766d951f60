"""What cases tell: on the first page what one has not opened, on a thing's page all of it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, tuple_

from workflow_app.engine.decide import is_visible
from workflow_app.engine.roles import Actor
from workflow_app.store.cases import readings
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Organisation
from workflow_app.store.models.instances import CaseReading, Instance, Participant
from workflow_app.store.unit_of_work import SqlUnitOfWork

MOST = 5
"""So many are told on a page; the rest stands in the list of cases."""
LOOKED_AT = 50
"""So many of the newest are read for them: a few of these may not be for who asks."""
WORDS = 200
"""So many letters of its text stand below a heading."""
_CASE, _READ = table(Instance), table(CaseReading)


@dataclass(frozen=True, slots=True)
class Told:
    """A case that is told: what it is called, how it begins, when and by whom it was told."""

    id: int
    process: str
    heading: str
    lead: str
    at: dt.datetime
    organisation: str
    is_opened: bool


def unopened(uow: SqlUnitOfWork, actor: Actor) -> Sequence[Told]:
    """Return what is told to a person and not opened by her, the newest first."""
    mine = {one.organisation_id for one in actor.capacities}
    part = select(Participant.instance_id).where(Participant.organisation_id.in_(mine))
    opened = select(_READ.c.instance_id).where(_READ.c.person_id == actor.person_id)
    fresh = (_CASE.c.id.in_(part), _CASE.c.id.not_in(opened))
    return [*_told(uow, actor, *fresh, to_her=True)][:MOST]


def about(uow: SqlUnitOfWork, actor: Actor, subject: str) -> Sequence[Told]:
    """Return what is told about a subject and may be read by a person, the newest first."""
    return [*_told(uow, actor, _CASE.c.subject == subject, to_her=False)]


def _told(
    uow: SqlUnitOfWork, actor: Actor, *conditions: ColumnElement[bool], to_her: bool
) -> Iterator[Told]:
    telling = {key: one for key, one in uow.processes.items() if one.feed}
    places = [(key, state) for key, one in telling.items() if one.feed for state in one.feed.states]
    here = {one.municipality_id for one in actor.capacities}
    query = (
        select(
            _CASE.c.id,
            _CASE.c.process,
            _CASE.c.state,
            _CASE.c.heading,
            _CASE.c.data,
            _CASE.c.parties,
            _CASE.c.entered_at,
            Organisation.called(uow.today),
        )
        .join(Organisation, Organisation.id == _CASE.c.author_organisation_id)
        .where(
            _CASE.c.municipality_id.in_(here),
            tuple_(_CASE.c.process, _CASE.c.state).in_(places),
            *conditions,
        )
        .order_by(_CASE.c.id.desc())
        .limit(LOOKED_AT)
    )
    found = uow.connection.execute(query).all() if places and here else ()
    opened = readings.opened_by(uow.connection, actor.person_id, [row.id for row in found])
    for row in found:
        process = telling[row.process]
        parties = {name: frozenset(ids) for name, ids in row.parties.items()}
        feed = process.feed
        if feed is None or (to_her and not feed.is_for(actor, row.state, parties)):
            continue
        if is_visible(process, row.state, parties, actor):
            lead = str(row.data.get(feed.lead, ""))
            short = f"{lead[:WORDS].rstrip()}…" if len(lead) > WORDS else lead
            yield Told(
                row.id,
                row.process,
                row.heading,
                short,
                row.entered_at,
                row.short_name,
                row.id in opened,
            )
