"""A copy of everything: whole or not there, readable for its owner alone, and it comes back."""

import datetime as dt
import os
import resource
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from servers import postgres_programs
from stories import ORDER, done, to_number

from workflow_app.bootstrap import PROMISES
from workflow_app.store.database import Database
from workflow_app.store.journals import chains
from workflow_app.store.operations import backups, invariants

WRITERS = 100


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def place(district_maker, tmp_path, request):
    """Return an empty place to restore into."""
    if district_maker.is_sqlite:
        made = Database(f"sqlite:///{tmp_path}/restored.db")
    else:
        server = request.getfixturevalue("postgres_server")
        made = Database(server.create_database(f"restored_{os.getpid()}_{tmp_path.name}"))
    yield made
    made.engine.dispose()


@pytest.fixture(autouse=True)
def _programs(monkeypatch):
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{postgres_programs()}")


@pytest.mark.shipped
@pytest.mark.long("a hundred people write while the server's own tools copy")
def test_a_copy_taken_under_a_hundred_writers_comes_back_whole(open_district, place, tmp_path):
    district = open_district("2025-08-28")
    to_number(district)
    copy = tmp_path / "copy"

    def write(_number):
        return done(district.start("P003", ORDER, "fix_directions")).instance_id

    with ThreadPoolExecutor(8) as people:
        written = [people.submit(write, number) for number in range(WRITERS)]
        written[0].result()
        backups.backup(district.container.database, copy)
        assert len({one.result() for one in written}) == WRITERS

    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    backups.restore(place, copy)
    container = replace(district.container, database=place)
    with place.reading() as connection:
        assert list(chains.breaks(connection)) == []
    assert container.read(lambda uow: invariants.broken(uow, PROMISES, at_rest=False)) == []


def test_a_place_that_holds_data_is_not_restored_into(open_district, tmp_path):
    district = open_district("2025-08-28")
    backups.backup(district.container.database, tmp_path / "copy")
    with pytest.raises(backups.BackupError, match="уже есть данные"):
        backups.restore(district.container.database, tmp_path / "copy")


def test_a_file_that_is_there_is_not_written_over(open_district, tmp_path):
    kept = tmp_path / "copy"
    kept.write_text("что-то важное")
    with pytest.raises(backups.BackupError, match="уже есть"):
        backups.backup(open_district("2025-08-28").container.database, kept)
    assert kept.read_text() == "что-то важное"


@pytest.mark.parametrize("content", [b"", b"no copy at all", b"SQLite format 3\0" + bytes(5000)])
def test_what_is_no_copy_is_refused_and_leaves_the_place_empty(place, tmp_path, content):
    copy = tmp_path / "copy"
    copy.write_bytes(content)
    with pytest.raises(backups.BackupError):
        backups.restore(place, copy)
    assert names(tmp_path) == ["copy"]


def test_a_copy_whose_pages_are_broken_is_refused(sqlite_district, tmp_path):
    district, copy = sqlite_district("2025-08-28"), tmp_path / "copy"
    backups.backup(district.container.database, copy)
    with copy.open("r+b") as file:
        file.seek(copy.stat().st_size * 3 // 4 // 4096 * 4096)
        file.write(b"\xff" * 4096)
    with pytest.raises(backups.BackupError, match="повреждена"):
        backups.check(district.container.database, copy)


def test_the_copies_of_a_fortnight_are_kept(sqlite_district, tmp_path):
    database, first = sqlite_district("2025-08-28").container.database, dt.date(2025, 8, 28)
    folder = tmp_path / "copies"
    assert backups.last_night(folder) is None
    nights = [first + dt.timedelta(days=number) for number in range(backups.KEPT + 2)]
    for night in nights:
        assert backups.nightly(database, folder, night)
    assert backups.nightly(database, folder, nights[-1]) is None
    assert backups.last_night(folder) == nights[-1]
    assert len(list(folder.iterdir())) == backups.KEPT


# ---------------------------------------------------------------- at the command line


def command(settings, *argv, **limits):
    """Run the command as an operator does; return its code and what it said."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    given = {**kept, "DATA_DIR": str(settings), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "workflow_app.cli", *map(str, argv)],
        env=given,
        text=True,
        capture_output=True,
        check=False,
        **limits,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def data(sqlite_district, tmp_path):
    """Return a data folder with a database in it."""
    folder = tmp_path / "data"
    folder.mkdir()
    backups.backup(sqlite_district("2025-08-28").container.database, folder / "workflow.sqlite3")
    return folder


def test_a_wrong_folder_is_said_and_nothing_is_made_in_it(tmp_path):
    wrong = tmp_path / "wrong"
    for argv in (("backup", tmp_path / "copy"), ("backup", "--nightly"), ("doctor",)):
        code, said = command(wrong, *argv)
        assert code, said
        assert "проверьте DATA_DIR" in said
    assert names(tmp_path) == []


def test_a_full_disk_is_said_and_leaves_no_half_of_a_copy(data, tmp_path):
    def full():
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    code, said = command(data, "backup", tmp_path / "copy", preexec_fn=full)
    assert code == 1, said
    assert "не удалось записать" in said
    assert "Traceback" not in said
    assert names(tmp_path) == ["data"]
    assert not [name for name in names(data) if "part" in name]


def test_backup_and_restore_answer_an_operator_in_words(data, tmp_path):
    assert command(data, "backup", tmp_path / "copy")[0] == 0
    code, said = command(data, "backup", tmp_path / "copy")
    assert (code, "уже есть" in said) == (1, True)
    code, said = command(data, "restore", tmp_path / "copy")
    assert (code, "восстанавливают в пустое место" in said) == (1, True)
    (tmp_path / "nothing").touch()
    code, said = command(tmp_path / "elsewhere", "restore", tmp_path / "nothing")
    assert (code, "нет копии" in said) == (1, True)
    assert command(tmp_path / "elsewhere", "restore", tmp_path / "copy")[0] == 0
    restored = Path(tmp_path / "elsewhere/workflow.sqlite3")
    assert stat.S_IMODE(restored.stat().st_mode) == 0o600


def test_a_backup_of_a_busy_database_comes_to_its_end_and_is_of_one_moment(tmp_path, monkeypatch):
    monkeypatch.setattr(backups, "PAGES", 1)
    database = Database(f"sqlite:///{tmp_path}/busy.db")
    with database.writing() as connection:
        connection.exec_driver_sql(f"CREATE TABLE {backups.OURS} (version_num TEXT)")
        connection.exec_driver_sql("CREATE TABLE said (word TEXT)")
        connection.exec_driver_sql("INSERT INTO said VALUES (hex(randomblob(50000)))")
    steps = []

    def meanwhile(done, pages):
        steps.append((done, pages))
        if len(steps) < 20:
            with database.writing() as connection:
                connection.exec_driver_sql("INSERT INTO said VALUES ('meanwhile')")

    backups.backup(database, tmp_path / "copy", meanwhile)

    assert steps == [(step, len(steps)) for step in range(1, len(steps) + 1)]
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("SELECT count(*) FROM said").fetchone() == (1,)
    database.engine.dispose()
