"""Backup and restore by the databases' own tools: one file that holds everything."""

import shutil
import sqlite3
import subprocess
from contextlib import suppress
from itertools import count
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from workflow_app.services.progress import Progress, unwatched
from workflow_app.store.database import Database

PAGES = 4096
"""Pages of SQLite copied between two looks of a watcher, 16 MiB in the usual size."""


class BackupError(Exception):
    """A backup or a restore that cannot be done; the sentence says why."""


def backup(database: Database, target: Path, progress: Progress = unwatched) -> None:
    """Write a consistent copy while people go on working."""
    if target.exists():
        raise BackupError(f"файл {target} уже есть")
    if database.is_sqlite:
        with sqlite3.connect(_path(database)) as source, sqlite3.connect(target) as copy:
            # Copied in parts, so that it can be watched. An open read keeps them of one moment:
            # without it each write of a colleague would begin the copy anew.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(
                copy, pages=PAGES, progress=lambda _, left, all_: progress(all_ - left, all_)
            )
        return
    _run("pg_dump", ["--format=custom", f"--file={target}", _plain_url(database)], progress)


def restore(database: Database, source: Path) -> None:
    """Bring a copy back; a place that holds tables already is refused."""
    if inspect(database.engine).get_table_names():
        raise BackupError("здесь уже есть данные: восстанавливают в пустое место")
    database.engine.dispose()
    if database.is_sqlite:
        with sqlite3.connect(source) as copy, sqlite3.connect(_path(database)) as target:
            copy.backup(target)
        return
    _run("pg_restore", ["--no-owner", "--exit-on-error", f"--dbname={_plain_url(database)}",
                        str(source)])  # fmt: skip


def _path(database: Database) -> str:
    return database.url.removeprefix("sqlite:///")


def _plain_url(database: Database) -> str:
    url = make_url(database.url).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def _run(program: str, arguments: list[str], progress: Progress = unwatched) -> None:
    """Run a tool of the server to its end; its watcher learns only that it goes on."""
    found = shutil.which(program)
    if found is None:
        raise BackupError(f"нужна программа {program} (пакет postgresql-client)")
    tool = subprocess.Popen([found, *arguments], stderr=subprocess.PIPE, text=True)  # noqa: S603 (found on PATH)
    for second in count(1):
        with suppress(subprocess.TimeoutExpired):
            _, complaint = tool.communicate(timeout=1)
            break
        progress(second, 0)
    if tool.returncode:
        raise BackupError(complaint.strip())
