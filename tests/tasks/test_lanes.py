"""Slow things hold nothing up: lanes over a real broker, with and without a worker."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import pytest
import redis
from servers import free_port
from sqlalchemy import func, insert, select
from stories import done, to_department, to_signature

from workflow_app.store.messages import outbox
from workflow_app.store.messages.letters import put_letter
from workflow_app.store.models.base import table
from workflow_app.store.models.documents import Document
from workflow_app.store.models.messages import Incident, Notice, OutboxMessage
from workflow_app.store.operations import leases
from workflow_app.supervisor.stopping import Stopping
from workflow_app.tasks import loops

_OUTBOX = table(OutboxMessage)
SILENCE = float(os.environ.get("SILENCE") or 22)
"""Seconds a mail server says nothing; longer than the deadline of a letter."""


@pytest.fixture
def district(sqlite_district):
    opened = sqlite_district("2025-08-28")
    opened.carry_out()
    return opened


def notices(district, count):
    """Put that many messages of notices into the outbox."""
    row = outbox.message(
        1, None, "tell", {"to": [], "subject": "", "text": ""}, district.container.clock.now()
    )
    with district.container.database.engine.begin() as connection:
        connection.execute(insert(_OUTBOX), [row] * count)


def letters(district, count):
    who = district.people["P105"]
    for number in range(count):
        district.container.transact(lambda uow, n=number: put_letter(uow, who, f"Письмо {n}", "…"))


def publish(workers):
    return loops.publish(workers.container, workers.celery, workers.broker)


def seen(district):
    return district.read(lambda uow: leases.seen(uow.connection))


def listed(workers):
    return {lane: workers.broker.llen(lane) for lane in outbox.LANES}


def test_a_backlog_without_a_worker_grows_no_list_and_is_no_failure(district, workers):
    notices(district, 1000)
    letters(district, 5)
    handed = 0
    for _ in range(24):
        handed += publish(workers)
        district.container.clock.advance(dt.timedelta(seconds=10))
    places = {name: lane.most for name, lane in outbox.LANES.items()}
    assert listed(workers) == {
        "papers": 0,
        "decisions": 0,
        "notices": places["notices"],
        "letters": places["letters"],
        "pdf": 0,
        "webhooks": 0,
    }
    assert handed == places["notices"] + places["letters"]
    assert {row["attempts"] for row in district.rows(OutboxMessage, done_at=None)} == {0}


def test_a_broker_that_lost_everything_gets_everything_again(district, workers):
    notices(district, 30)
    assert publish(workers) == 30
    workers.broker.flushall()
    assert publish(workers) == 0  # a worker may have taken them a moment ago
    district.container.clock.advance(outbox.HANDED)
    assert publish(workers) == 30
    assert listed(workers)["notices"] == 30


def test_nothing_is_marked_as_handed_out_while_the_broker_does_not_answer(district, workers):
    notices(district, 3)
    settings = workers.container.settings.model_copy(
        update={"redis_url": f"redis://127.0.0.1:{free_port()}/0"}
    )
    nobody = loops.broker_of(replace(workers.container, settings=settings))
    with nobody, pytest.raises(redis.ConnectionError):
        loops.publish(workers.container, workers.celery, nobody)
    assert {row["handed_at"] for row in district.rows(OutboxMessage, done_at=None)} == {None}


HOUR = dt.timedelta(hours=1)


def test_a_relay_hands_out_all_the_same_when_its_clock_goes_an_hour_back(district, workers):
    letters(district, 1)
    counts = []

    def tick():
        counts.append(publish(workers))
        if len(counts) == 1:
            workers.broker.flushall()
            district.container.clock.advance(-HOUR)
        if len(counts) == 10:
            signal.raise_signal(signal.SIGTERM)
        return 0

    with Stopping() as stopping:
        loops.run(district.container, "relay", 0.01, tick, stopping)
    assert counts == [1, 1] + [0] * 8


@pytest.mark.deep
def test_a_killed_relay_with_a_beat_is_followed_by_one_whose_clock_is_an_hour_back(
    district, workers, tmp_path, request
):
    letters(district, 1)
    settings = workers.container.settings.environ()
    argv = [sys.executable, "-m", "workflow_app.cli", "relay", "--with-beat"]

    def run(moment):
        environ = {**os.environ, **settings, "CLOCK": moment.isoformat()}
        with (tmp_path / "relay.log").open("a") as log:
            process = subprocess.Popen(argv, env=environ, stdout=log, stderr=log)
        request.addfinalizer(process.kill)
        return process

    def eventually(is_so):
        end = time.monotonic() + 30
        while not is_so():
            assert time.monotonic() < end, (tmp_path / "relay.log").read_text()
            time.sleep(0.05)

    now = district.container.clock.now()
    first = run(now)
    eventually(lambda: listed(workers)["letters"])
    eventually(lambda: {"relay", "beat"} <= seen(district).keys())
    first.kill()
    first.wait()
    workers.broker.flushall()
    begun = now - HOUR
    second = run(begun)
    eventually(lambda: listed(workers)["letters"])
    eventually(lambda: all(abs(at - begun) < HOUR / 2 for at in seen(district).values()))
    second.terminate()
    assert second.wait(10) == 0


@pytest.mark.long("a worker starts")
def test_a_backlog_is_handed_out_once_and_done_to_the_end(district, workers):
    notices(district, 600)
    workers.start()
    longest, calls = 0, []

    def is_done():
        nonlocal longest
        longest = max(longest, listed(workers)["notices"])
        calls.append(
            workers.broker.info("commandstats").get("cmdstat_lpush", {"calls": 0})["calls"]
        )
        with district.container.database.reading() as connection:
            return not outbox.waiting(connection)

    workers.relay(is_done)
    assert calls[-1] - calls[0] <= 600 * 1.05
    assert longest <= outbox.LANES["notices"].most
    with district.container.database.reading() as connection:
        tried = select(func.max(_OUTBOX.c.attempts)).where(_OUTBOX.c.kind == "tell")
        assert connection.execute(tried).scalar_one() == 1


@pytest.mark.deep
@pytest.mark.shipped
@pytest.mark.long("a server is silent for longer than a letter's deadline")
def test_a_silent_mail_server_stops_no_paper_and_gets_each_letter_once(
    district, workers, smtp_server
):
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)
    done(district.act("P002", order, "sign"))
    district.carry_out()
    smtp_server.silent = True
    workers.start(SMTP_URL=smtp_server.url)
    letters(district, 20)
    workers.relay(lambda: smtp_server.waiting == outbox.LANES["letters"].most)
    silent = time.monotonic()
    mailed = {row["id"] for row in district.rows(Notice) if row["mailed_at"]}

    done(district.act("P004", order, "register"))
    registered = time.monotonic()
    workers.relay(lambda: all(row["file_sha256"] for row in district.documents(order)))
    assert time.monotonic() - registered < 5

    workers.relay(lambda: time.monotonic() - silent > SILENCE, SILENCE + 20)
    assert smtp_server.messages == []
    smtp_server.silent = False
    repaired = time.monotonic()
    workers.relay(lambda: smtp_server.messages, 60)
    assert time.monotonic() - repaired < 60
    workers.relay_everything()
    sent = Counter(message["Message-ID"].split("@")[0] for message in smtp_server.messages)
    went = {
        f"<notice-{row['id']}"
        for row in district.rows(Notice)
        if row["mailed_at"] and row["id"] not in mailed
    }
    assert sent == dict.fromkeys(went, 1)
    assert len(sent) >= 20
    assert district.rows(Incident) == []
    assert all(row["file_sha256"] for row in district.rows(Document, instance_id=order))
