"""Backup and restore by the databases' own tools: one file that holds everything.

A copy is written under another name, read back, and only then called what was asked for: a file
of that name is a whole copy or not there.
"""

import datetime as dt
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from workflow_app.services.progress import Progress, unwatched
from workflow_app.store.database import Database

PAGES = 4096
"""Pages of SQLite copied between two looks of a watcher, 16 MiB in the usual size."""
OURS = "alembic_version"
"""A table that every database of ours has."""
NIGHTLY = "workflow-{day}.copy"
KEPT = 14
"""Copies of as many nights are kept."""


class BackupError(Exception):
    """A backup or a restore that cannot be done; the sentence says why."""


def backup(database: Database, target: Path, progress: Progress = unwatched) -> None:
    """Write a copy of one moment while people go on working; only its owner may read it."""
    if target.exists():
        raise BackupError(f"файл {target} уже есть")
    if database.is_sqlite and not _holds_tables(Path(_path(database))):
        raise BackupError(f"здесь нет данных: {_path(database)}")
    with _whole_or_nothing(target) as draft:
        if database.is_sqlite:
            _copy_sqlite(_path(database), draft, progress)
        else:
            _run(database, "pg_dump", ["--format=custom", f"--file={draft}"], progress)
        check(database, draft)


def check(database: Database, copy: Path) -> None:
    """Read a copy back; raise `BackupError` where nothing could be restored from it."""
    if database.is_sqlite:
        if not _holds_tables(copy):
            raise BackupError(f"в файле {copy} нет копии данных")
        try:
            with closing(_looked_into(copy)) as opened:
                (said,) = opened.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            said = str(error)
        if said != "ok":
            raise BackupError(f"копия {copy} повреждена: {said}")
    elif OURS not in _run(None, "pg_restore", ["--list", str(copy)]):
        raise BackupError(f"в файле {copy} нет копии данных")


def restore(database: Database, source: Path) -> None:
    """Bring a copy back; a place that holds tables already is refused."""
    if database.is_sqlite:
        target = Path(_path(database))
        if _holds_tables(target):
            raise BackupError("здесь уже есть данные: восстанавливают в пустое место")
        check(database, source)
        database.engine.dispose()
        with _whole_or_nothing(target) as draft:
            _copy_sqlite(str(source), draft)
        return
    if inspect(database.engine).get_table_names():
        raise BackupError("здесь уже есть данные: восстанавливают в пустое место")
    check(database, source)
    arguments = ["--no-owner", "--exit-on-error", "--single-transaction"]
    _run(database, "pg_restore", [*arguments, str(source)])


def nightly(database: Database, folder: Path, day: dt.date) -> Path | None:
    """Write the copy of a night unless it is there, and forget the oldest ones."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BackupError(f"нет папки для копий {folder}: {error.strerror}") from error
    target = folder / NIGHTLY.format(day=day.isoformat())
    if target.exists():
        return None
    backup(database, target)
    for old in sorted(folder.glob(NIGHTLY.format(day="*")))[:-KEPT]:
        old.unlink(missing_ok=True)
    return target


def last_night(folder: Path) -> dt.date | None:
    """Return the day of the newest nightly copy."""
    names = sorted(path.name for path in folder.glob(NIGHTLY.format(day="*")))
    before, _, after = NIGHTLY.partition("{day}")
    return dt.date.fromisoformat(names[-1][len(before) : -len(after)]) if names else None


@contextmanager
def _whole_or_nothing(target: Path) -> Iterator[Path]:
    """Give a file of its own to write into; it gets its name at the end, or is removed."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield draft
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.rename(target)
    except OSError as error:
        raise BackupError(f"не удалось записать {target}: {error.strerror}") from error
    except sqlite3.Error as error:
        raise BackupError(f"не удалось записать {target}: {error}") from error
    finally:
        for beside in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                draft.with_name(f"{draft.name}{beside}").unlink(missing_ok=True)


def _copy_sqlite(source: str, target: Path, progress: Progress = unwatched) -> None:
    with closing(sqlite3.connect(source)) as opened, closing(sqlite3.connect(target)) as copy:
        # Copied in parts, so that it can be watched. An open read keeps them of one moment:
        # without it each write of a colleague would begin the copy anew.
        opened.execute("BEGIN")
        opened.execute("SELECT count(*) FROM sqlite_master").fetchone()
        opened.backup(copy, pages=PAGES, progress=lambda _, left, all_: progress(all_ - left, all_))


def _holds_tables(file: Path) -> bool:
    """Tell whether a file is a database with our tables; a missing one is not made."""
    if not file.is_file() or not file.stat().st_size:
        return False
    with suppress(sqlite3.Error), closing(_looked_into(file)) as opened:
        found = opened.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [OURS]).fetchone()
        return found is not None
    return False


def _looked_into(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def _path(database: Database) -> str:
    return database.url.removeprefix("sqlite:///")


def _run(
    database: Database | None, program: str, arguments: list[str], progress: Progress = unwatched
) -> str:
    """Return what a tool of the server says; its watcher learns only that it goes on."""
    found = shutil.which(program)
    if found is None:
        raise BackupError(f"нужна программа {program} (пакет postgresql-client)")
    environ, where = dict(os.environ), list[str]()
    if database is not None:
        url = make_url(database.url).set(drivername="postgresql")
        # Everybody on the machine may read the arguments of a process, and nobody its environment.
        environ["PGPASSWORD"] = str(url.password or "")
        where = [f"--dbname={url.set(password=None).render_as_string()}"]
    tool = subprocess.Popen(  # noqa: S603 (found on PATH)
        [found, *where, *arguments],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for second in count(1):
        with suppress(subprocess.TimeoutExpired):
            said, complaint = tool.communicate(timeout=1)
            break
        progress(second, 0)
    if tool.returncode:
        raise BackupError(complaint.strip())
    return said
