"""The log of a failed start and of an outage: no password, no values, one line while it repeats."""

import logging
import os
import signal
import subprocess
import sys
import time
import traceback
from importlib.util import find_spec

import pytest
import structlog
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from workflow_app import logs
from workflow_app.config import SettingsError, load_settings
from workflow_app.logs import OnlyNews
from workflow_app.store.messages import outbox
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Person

SECRET = "s3cret-of-nobody"
DATABASE = f"postgresql://clerk:{SECRET}@127.0.0.1:9/none"
BROKER = f"redis://:{SECRET}@127.0.0.1:9/0"
SAME = "invalid literal for int() with base 10: 'the same'"
AN_OUTAGE = 1.5
"""Seconds a dead broker or database is looked at: seven ticks of the relay."""


class Part:
    """A part of the system as a process of its own, and what it writes."""

    def __init__(self, folder, *words, **environ):
        self.log = folder / f"{'-'.join(words)}-{'-'.join(environ)}.log"
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "workflow_app.cli", *words],
                stdout=log,
                stderr=log,
                env={**kept, "DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1", **environ},
            )

    def said(self, until="", seconds=30):
        """Return what it wrote, once it wrote a text."""
        end = time.monotonic() + seconds
        while until not in self.log.read_text():
            assert time.monotonic() < end, self.log.read_text()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        return self.log.read_text()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return self.log.read_text()


@pytest.mark.deep
def test_neither_a_failed_start_nor_an_outage_prints_a_password(tmp_path, sqlite_district):
    district = sqlite_district("2025-08-28")
    url = district.container.database.url
    payload = {"to": [], "subject": "о деле", "text": ""}
    district.container.transact(
        lambda uow: outbox.put(uow.connection, 1, None, "tell", payload, uow.now)
    )
    start = Part(tmp_path, "migrate", DATABASE_URL=DATABASE)
    without_database = Part(tmp_path, "relay", DATABASE_URL=DATABASE)
    clock = {"CLOCK": "2025-08-28", "DATABASE_URL": url}
    without_broker = Part(tmp_path, "relay", **clock, REDIS_URL=BROKER)
    worker = Part(tmp_path, "worker", **clock, REDIS_URL=BROKER)

    without_database.said("tick failed")
    without_broker.said("tick failed")
    worker.said("Cannot connect")
    time.sleep(AN_OUTAGE)
    outages = [one.stop() for one in (without_database, without_broker)]
    told = [*outages, worker.stop(), start.log.read_text()]

    assert start.process.wait(30) == 1
    assert "база данных не отвечает" in told[-1]
    assert [said for said in told if SECRET in said] == []
    assert [said.count("tick failed") for said in outages] == [1, 1]
    assert "locals" not in "".join(told)


def test_a_password_that_breaks_its_address_is_not_repeated(tmp_path):
    for name, url in (
        ("DATABASE_URL", f"postgresql://clerk:a@b:{SECRET}@host/base"),
        ("REDIS_URL", f"redis://:{SECRET}/x@host:6379/0"),
        ("SMTP_URL", f"smtp://clerk:{SECRET}/x@host"),
    ):
        with pytest.raises(SettingsError) as refused:
            load_settings({"DATA_DIR": str(tmp_path), name: url})
        assert name in str(refused.value)
        assert SECRET not in str(refused.value)


def test_a_statement_that_fails_is_told_without_its_values(sqlite_district):
    district = sqlite_district("2025-08-28")

    def fail(uow):
        uow.connection.exec_driver_sql("INSERT INTO no_such_table VALUES (?)", (SECRET,))

    with pytest.raises(Exception, match="no_such_table") as failed:
        district.container.transact(fail)
    assert SECRET not in str(failed.value)


def test_a_row_the_database_refuses_is_told_without_what_it_holds(open_district):
    district = open_district("2025-08-28")
    people, address = table(Person), "p105@levokum.example"
    with (
        pytest.raises(IntegrityError) as failed,
        district.container.database.writing() as connection,
    ):
        connection.execute(update(people).where(people.c.code == "P106").values(email=address))
    said = "".join(traceback.format_exception(failed.value))
    assert "email" in said
    assert address not in said


def test_a_traceback_shows_no_values_even_where_rich_is_installed(capsys):
    assert find_spec("rich"), "the test proves nothing without it"
    logs.configure("INFO")

    def connect(url):
        return url.port

    try:
        connect(DATABASE)
    except AttributeError:
        structlog.get_logger().exception("tick failed", loop="relay")
    said = capsys.readouterr().out
    assert "Traceback (most recent call last)" in said
    assert SECRET not in said


def test_a_failure_that_goes_on_is_told_again_with_how_often(monkeypatch, caplog):
    log = logging.getLogger("test_logs")
    log.addFilter(OnlyNews())

    def fail(number):
        try:
            int("the same")
        except ValueError:
            log.exception("try %s failed", number)

    for number in range(5):
        fail(number)
    assert [record.getMessage() for record in caplog.records] == ["try 0 failed"]
    assert caplog.records[0].exc_info
    monkeypatch.setattr(logs, "TOLD_EVERY", 0.0)
    fail(5)
    assert caplog.records[1].getMessage() == f"try 5 failed: ValueError: {SAME} [повторов: 4]"
    log.warning("something else")
    assert len(caplog.records) == 3
