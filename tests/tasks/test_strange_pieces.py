"""What lies in a list of the broker and is no message: worker and relay step over it."""

import base64
import datetime as dt
import json

import pytest

from workflow_app.store.messages import outbox
from workflow_app.store.models.messages import Incident, OutboxMessage
from workflow_app.tasks import effects, loops

NOW = dt.datetime(2025, 8, 28, 6, tzinfo=dt.UTC)


@pytest.fixture
def district(sqlite_district):
    opened = sqlite_district("2025-08-28")
    opened.carry_out()
    return opened


def message(task="write-notices", body=((1,), {}, {}), /, **changed):
    """Return a message as Celery writes it, with something changed."""
    whole = {
        "body": base64.b64encode(json.dumps(body).encode()).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"lang": "py", "task": task, "id": "1", "root_id": "1", "retries": 0},
        "properties": {
            "correlation_id": "1",
            "reply_to": "1",
            "delivery_mode": 2,
            "priority": 0,
            "delivery_info": {"exchange": "", "routing_key": "notices"},
            "body_encoding": "base64",
            "delivery_tag": f"strange {len(STRANGE)}",
        },
    }
    for name, value in changed.items():
        places = (whole, whole["properties"])
        next((place for place in places if name in place), whole["headers"])[name] = value
    return json.dumps(whole)


STRANGE = [b"garbage", b" ", b"\xff\xfe\x00", "[" * 100_000, "[]", "5", "null", '"x"', "{}"]
STRANGE += ['{"properties": null}', '{"properties": {"delivery_tag": "x"}}', '{"headers": 5}']
for piece in (
    {"headers": None},
    {"headers": []},
    {"headers": "x"},
    {"headers": {}},
    {"body": None},
    {"body": "no base64"},
    {"body": 5},
    {"content-type": "application/x-python-serialize"},
    {"content-type": 5},
    {"content-encoding": "no-such"},
    {"properties": []},
    {"delivery_tag": {}},
    {"delivery_tag": None},
    {"delivery_info": {}},
    {"delivery_info": 5},
    {"task": "no-such-task"},
    {"task": ["x"]},
    {"task": {}},
    {"task": None},
    {"id": None},
    {"eta": "tomorrow"},
    {"eta": 5},
    {"eta": "9999-12-31T23:59:59"},
    {"compression": "no-such"},
):
    STRANGE.append(message(**piece))
for name in (
    "retries",
    "timelimit",
    "stamps",
    "stamped_headers",
    "group",
    "root_id",
    "shadow",
    "argsrepr",
    "parent_id",
    "replaced_task_nesting",
    "ignore_result",
):
    STRANGE += [message(**{name: odd}) for odd in ({}, "x", 5, ["x"])]
for body in (5, None, [], [1, 2, 3], [["x"], {}, {}], [[1, 2], {}, {}], [[2**80], {}, {}]):
    STRANGE.append(message("render-document", body))


def put(district, kind):
    """Put a message of a kind into the outbox, whose work finds nothing to do; return its id."""
    said = {"to": [], "subject": "", "text": "", "notice_id": 0, "document_id": 0}
    with district.container.database.engine.begin() as connection:
        outbox.put(connection, 1, None, kind, said, district.container.clock.now())
    return max(row["id"] for row in district.rows(OutboxMessage, done_at=None))


@pytest.mark.long("a worker starts and reads 440 pieces")
def test_a_worker_steps_over_whatever_is_no_message_and_the_relay_too(district, workers):
    worker = workers.start()
    for lane in outbox.LANES:
        workers.broker.lpush(lane, *STRANGE)
    for kind in ("render", "tell", "mail", "pdf"):
        put(district, kind)

    workers.relay_everything()
    workers.relay(lambda: not any(map(workers.broker.llen, outbox.LANES)))
    workers.relay(lambda: not workers.broker.hlen("unacked"))

    assert worker.poll() is None
    assert district.rows(Incident) == []


def test_the_relay_takes_a_strange_piece_for_an_old_one(workers):
    for piece in STRANGE:
        workers.broker.rpush("papers", piece)
        assert loops.listed_since(workers.broker, NOW)["papers"] == loops._LONG_AGO, piece


def test_work_that_ends_its_worker_each_time_is_an_incident_at_last(district):
    container = district.container
    message_id = put(district, "render")
    for _ in range(outbox.MOST_ATTEMPTS):
        assert container.tell(lambda uow: effects.begin(uow, "render", message_id))
        container.clock.advance(outbox.LEASE)  # the process is gone
    assert effects.carry_out(container, message_id, "render") == "failed"
    [incident] = district.rows(Incident)
    assert "WorkerDied" in incident["message"]
