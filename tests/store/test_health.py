"""What the doctor finds, and what a stranger is told of it."""

import datetime as dt
import shutil

import pytest
from browsing import serve
from sqlalchemy import update

from workflow_app.store.messages.outbox import LANES
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Person
from workflow_app.store.operations import backups, health, leases
from workflow_app.tasks import effects

NAMES = dict.fromkeys(health.PARTS, dt.timedelta())


@pytest.fixture
def district(open_district):
    return open_district("2025-08-28")


def seen(district, **ages):
    """Let the parts have been seen so long ago."""

    def look(uow):
        for part, age in (NAMES | ages).items():
            leases.hold(uow.connection, part, "me", uow.now - age, dt.timedelta(minutes=1))

    district.container.transact(look)


def said(district, of):
    return district.read(lambda uow: list(of(uow)))


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (dt.timedelta(), None),
        (dt.timedelta(minutes=2), "не отвечает"),
        (dt.timedelta(hours=-1), "часы этой машины отстают"),
    ],
)
def test_a_part_is_silent_or_ahead_of_the_clock(district, age, words):
    seen(district, relay=age)
    found = said(district, health.silent_parts)
    assert [words in one for one in found] == ([True] if words else [])
    answer = serve(district.container).test_client().get("/health")
    assert answer.json == {"ok": words is None}


@pytest.mark.shipped
def test_what_waits_for_long_is_told_by_its_kind_and_since_when(district):
    district.start("P102", "network_proposal")
    district.container.transact(lambda uow: uow.send(uow.load(1), "mail", {"notice_id": 1}))
    seen(district)
    assert said(district, health.standing_lanes) == []
    district.container.clock.advance(dt.timedelta(minutes=6))
    seen(district)
    found = said(district, health.standing_lanes)
    assert any(
        "(letters) стоит, других дел" in one and one.endswith("1, с 28.08.2025 09:00")
        for one in found
    )
    assert serve(district.container).test_client().get("/health").json == {"ok": False}
    claimed = [
        (number, kind) for number, kind in effects.claim(district.container) if kind != "mail"
    ]
    for message in claimed:
        effects.carry_out(district.container, *message)
    (found,) = said(district, health.standing_lanes)
    assert "«письма» (letters) стоит, другие очереди идут" in found


def test_each_lane_has_a_name():
    assert health.LANES.keys() == LANES.keys()


def test_addresses_that_take_no_letters_are_counted(district):
    assert said(district, health.refused_addresses) == []
    people = table(Person)
    refused = update(people).where(people.c.code.in_(["P102", "P103"]))
    district.container.transact(
        lambda uow: uow.connection.execute(refused.values(email_bounced_at=uow.now))
    )
    (found,) = said(district, health.refused_addresses)
    assert "не принимают писем: 2" in found


def test_a_disk_is_full_before_nothing_can_be_written(tmp_path, monkeypatch):
    assert list(health.full_disk(tmp_path)) == []
    monkeypatch.setattr(health, "LITTLE_ROOM", shutil.disk_usage(tmp_path).total)
    (found,) = health.full_disk(tmp_path)
    assert "осталось мало места" in found


def test_an_old_copy_is_told_with_its_day(tmp_path):
    today = dt.date(2025, 8, 28)
    assert "ещё нет" in next(health.old_copies(tmp_path, today))
    (tmp_path / backups.NIGHTLY.format(day="2025-08-26")).touch()
    assert list(health.old_copies(tmp_path, today)) == []
    (found,) = health.old_copies(tmp_path, today + dt.timedelta(days=1))
    assert "26.08.2025" in found
