"""Deadlines that cannot happen stand behind all that can, and an incident says so (dossier 8)."""

import datetime as dt

import pytest
from sqlalchemy import select, update
from stories import done, propose

from workflow_app.store.models.base import table
from workflow_app.store.models.instances import Deadline
from workflow_app.store.models.messages import Incident, Notice
from workflow_app.tasks import loops

DEADLINE = table(Deadline)
HEADS = ("P101", "P102", "P106", "P107")


@pytest.fixture
def waiting(open_district):
    """Return a district with drafts whose deadlines have all come, half of them broken."""
    district = open_district("2025-08-28")
    cases = [
        done(propose(district, head, {"S05": "supported"}, base=district.school(f"S{head[2:]}")))
        for head in HEADS
    ]
    district.cases = [case.instance_id for case in cases]
    soon = district.container.clock.now() - dt.timedelta(minutes=1)
    for number, case in enumerate(district.cases):
        at = soon - dt.timedelta(minutes=10 - number)
        values = {"next_at": at, "ticks": [[at.isoformat(), "remind", ""]]}
        write(district, case, values)
    break_(district, district.cases[:2])
    return district


def write(district, case, values):
    change = update(DEADLINE).where(DEADLINE.c.instance_id == case).values(values)
    district.container.transact(lambda uow: uow.connection.execute(change).rowcount)


def break_(district, cases, what="nothing known"):
    """Let the tick of these cases be of a kind nobody knows."""
    for case in cases:
        (row,) = left(district, case)
        write(district, case, {"ticks": [[row.ticks[0][0], what, ""]]})


def left(district, case):
    query = select(DEADLINE).where(DEADLINE.c.instance_id == case, DEADLINE.c.next_at.is_not(None))
    return district.read(lambda uow: uow.connection.execute(query).all())


def incidents(district):
    return district.rows(Incident, kind="deadline")


def test_two_broken_ones_do_not_starve_those_behind_them(waiting):
    broken, healthy = waiting.cases[:2], waiting.cases[2:]
    for _ in range(2):
        loops.fire_due(waiting.container, most=2)
    assert [left(waiting, case) for case in healthy] == [[], []]
    assert {row["instance_id"] for row in incidents(waiting)} == set(broken)
    assert all("KeyError" in row["message"] for row in incidents(waiting))


def test_one_that_is_mended_happens_and_its_incident_ends(waiting):
    broken = waiting.cases[:2]
    loops.fire_due(waiting.container)
    loops.fire_due(waiting.container)
    assert len(incidents(waiting)) == 2
    break_(waiting, broken, "remind")
    assert loops.fire_due(waiting.container) == 0
    waiting.container.clock.set(waiting.container.clock.now() + dt.timedelta(minutes=6))
    assert loops.fire_due(waiting.container) == 2
    assert [row["resolution"] for row in incidents(waiting)] == ["срок сработал"] * 2


def test_of_two_broken_ones_of_a_case_the_last_that_happens_ends_the_incident(waiting):
    of_one, of_other = (left(waiting, case)[0] for case in waiting.cases[:2])
    moved = update(DEADLINE).where(DEADLINE.c.id == of_other.id)
    values = {"instance_id": of_one.instance_id}
    waiting.container.transact(lambda uow: uow.connection.execute(moved.values(values)).rowcount)
    loops.fire_due(waiting.container)
    ended = []
    for each in (of_one, of_other):
        mended = update(DEADLINE).where(DEADLINE.c.id == each.id)
        mended = mended.values(ticks=[[each.ticks[0][0], "remind", ""]])
        waiting.container.transact(lambda uow, of=mended: uow.connection.execute(of).rowcount)
        waiting.container.clock.set(waiting.container.clock.now() + dt.timedelta(minutes=6))
        loops.fire_due(waiting.container)
        ended += [[row["resolution"] for row in incidents(waiting)]]
    assert ended == [[""], ["срок сработал"]]


@pytest.mark.shipped
def test_after_an_outage_nobody_is_reminded_of_what_ends_in_the_same_second(open_district):
    district = open_district("2025-08-28")
    case = done(propose(district, "P102", {"S05": "supported"})).instance_id
    district.container.clock.set(district.container.clock.now() + dt.timedelta(days=45))
    while loops.fire_due(district.container):
        pass
    assert district.state(case) == "expired"
    assert left(district, case) == []
    said = [row["subject"] for row in district.rows(Notice, instance_id=case)]
    assert [one for one in said if one.startswith("Напоминание")] == []
