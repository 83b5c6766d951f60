"""Who writes into SQLite waits in line: nobody starves, nobody waits for ever, a death frees it."""

import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from workflow_app.store import turns
from workflow_app.store.database import Database
from workflow_app.store.turns import Turn

HOLDER = """
import sys, time
from workflow_app.store.turns import Turn
Turn(sys.argv[1]).wait()
print("mine", flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Return another process whose turn it is."""
    argv = [sys.executable, "-c", HOLDER, str(tmp_path / "turn")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield process
        process.kill()


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "turn")


def _stand_in_line(path, name, served):
    """Return the thread of somebody who has drawn her number."""
    turn = Turn(path)

    def write():
        turn.wait()
        served.append(name)
        turn.give_back()

    thread = threading.Thread(target=write)
    thread.start()
    return thread


def test_who_came_first_writes_first_and_who_has_written_stands_behind_all(path):
    served, mine = [], Turn(path)
    mine.wait()
    waiting = [_stand_in_line(path, name, served) for name in "abcdef"]
    mine.give_back()
    again = Turn(path)
    again.wait()
    assert served == list("abcdef")
    again.give_back()
    for thread in waiting:
        thread.join()


def test_a_turn_is_free_when_its_holder_is_killed(holder, path):
    turn, begun = Turn(path), time.monotonic()
    threading.Timer(0.1, holder.kill).start()
    turn.wait()
    assert 0.1 <= time.monotonic() - begun < 5
    turn.give_back()


def test_who_is_killed_while_waiting_lets_nobody_pass_before_the_turn_ends(holder, path, tmp_path):
    argv = [sys.executable, "-c", HOLDER, path]
    number = int.from_bytes((tmp_path / "turn").read_bytes(), "little")
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as waiting:
        while int.from_bytes((tmp_path / "turn").read_bytes(), "little") == number:
            time.sleep(0.01)
        served = []
        behind = _stand_in_line(path, "behind", served)
        waiting.kill()
        waiting.wait()
    behind.join(0.1)
    assert not served
    holder.kill()
    behind.join(5)
    assert served == ["behind"]


def test_a_wait_has_its_end_and_what_comes_after_it_is_given_back(holder, path, monkeypatch):
    monkeypatch.setattr(turns, "SECONDS", 0.1)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            Turn(path).wait()
    holder.kill()
    monkeypatch.setattr(turns, "SECONDS", 5)
    for _ in range(2):
        turn = Turn(path)
        turn.wait()
        turn.give_back()


def test_a_transaction_that_cannot_begin_gives_its_turn_back(tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "SECONDS", 0.1)
    database = Database(f"sqlite:///{tmp_path}/one.db")
    with closing(sqlite3.connect(tmp_path / "one.db", isolation_level=None)) as outsider:
        outsider.execute("BEGIN IMMEDIATE")
        for _ in range(2):
            with pytest.raises(DBAPIError, match="database is locked"), database.writing():
                pass
    with database.writing() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    database.engine.dispose()
