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
from workflow_app.store.turns import Turns

OFFICES, SECONDS = 6, 0.6
HOLDER = """
import sys, time
from workflow_app.store.turns import Turns
Turns(sys.argv[1]).take()
print("mine", flush=True)
time.sleep(60)
"""


def test_offices_that_write_without_a_pause_write_equally_often(tmp_path):
    databases = [Database(f"sqlite:///{tmp_path}/one.db") for _ in range(OFFICES)]
    with databases[0].writing() as connection:
        connection.execute(text("CREATE TABLE written (office INTEGER)"))
    until = time.monotonic() + SECONDS

    def write(office):
        while time.monotonic() < until:
            with databases[office].writing() as connection:
                connection.execute(text("INSERT INTO written VALUES (:office)"), {"office": office})
                time.sleep(0.005)

    threads = [threading.Thread(target=write, args=(office,)) for office in range(OFFICES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with databases[0].reading() as connection:
        query = text("SELECT count(*) FROM written GROUP BY office")
        counts = connection.execute(query).scalars().all()
    for database in databases:
        database.engine.dispose()
    assert len(counts) == OFFICES
    # One office wrote a hundred times as often as the others before; a busy machine is not even.
    assert max(counts) <= 12 * min(counts), counts


@pytest.fixture
def holder(tmp_path):
    """Return another process whose turn it is."""
    argv = [sys.executable, "-c", HOLDER, str(tmp_path / "turn")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield process
        process.kill()


def test_a_turn_is_free_when_its_holder_is_killed(holder, tmp_path):
    line, begun = Turns(str(tmp_path / "turn")), time.monotonic()
    threading.Timer(0.1, holder.kill).start()
    line.take()
    assert 0.1 <= time.monotonic() - begun < 5
    line.give_back()
    line.close()


def test_a_wait_has_its_end_and_what_comes_after_it_is_given_back(holder, tmp_path, monkeypatch):
    line = Turns(str(tmp_path / "turn"))
    monkeypatch.setattr(turns, "SECONDS", 0.1)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            line.take()
    holder.kill()
    monkeypatch.setattr(turns, "SECONDS", 5)
    for _ in range(2):
        line.take()
        line.give_back()
    line.close()


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
