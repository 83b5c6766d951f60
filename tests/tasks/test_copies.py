"""Every night there is a copy, written by a process of its own while deadlines go on."""

import datetime as dt
import time
from dataclasses import replace

import pytest

from workflow_app.clock import FixedClock, SystemClock
from workflow_app.store.operations import backups
from workflow_app.tasks import copies
from workflow_app.tasks.copies import NightlyCopy


@pytest.fixture
def container(sqlite_district, tmp_path):
    """Return a house whose clock is the machine's, as far as its settings say."""
    container = sqlite_district("2025-08-28").container
    settings = container.settings.model_copy(
        update={"clock": None, "backup_dir": tmp_path / "copies"}
    )
    return replace(container, settings=settings, clock=FixedClock(SystemClock().now()))


@pytest.fixture(autouse=True)
def _any_hour(monkeypatch):
    monkeypatch.setattr(copies, "NOT_BEFORE", dt.time(0))


def until_it_ends(nightly):
    nightly.tick()
    end = time.monotonic() + 30
    while nightly._running:
        assert time.monotonic() < end
        time.sleep(0.05)
        nightly.tick()


def test_a_night_has_one_copy_that_can_be_restored(container):
    nightly, today = NightlyCopy(container), container.clock.now().astimezone(container.zone).date()
    until_it_ends(nightly)
    assert backups.last_night(container.settings.copies) == today
    (copy,) = container.settings.copies.iterdir()
    backups.check(container.database, copy)
    written = copy.stat().st_mtime_ns
    until_it_ends(NightlyCopy(container))
    assert copy.stat().st_mtime_ns == written


def test_a_copy_that_failed_is_said_and_tried_again_an_hour_later(container, capsys):
    folder = container.settings.copies
    folder.write_text("a file where a folder should be")
    nightly = NightlyCopy(container)
    until_it_ends(nightly)
    assert "the nightly copy failed" in capsys.readouterr().out
    folder.unlink()
    nightly.tick()
    assert nightly._running is None
    container.clock.advance(dt.timedelta(hours=1))
    until_it_ends(nightly)
    assert backups.last_night(folder)


def test_nothing_is_copied_before_the_night_nor_of_a_demonstration(container, monkeypatch):
    monkeypatch.setattr(copies, "NOT_BEFORE", dt.time(23, 59, 59, 999_999))
    NightlyCopy(container).tick()
    monkeypatch.setattr(copies, "NOT_BEFORE", dt.time(0))
    moved = container.settings.model_copy(update={"clock": container.clock.now()})
    NightlyCopy(replace(container, settings=moved)).tick()
    assert not container.settings.copies.exists()
