"""Backup and restore by the databases' own tools: one file that holds everything."""

import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from workflow_app.store.database import Database


class BackupError(Exception):
    """A backup or a restore that cannot be done; the sentence says why."""


def backup(database: Database, target: Path) -> None:
    """Write a consistent copy while people go on working."""
    if target.exists():
        raise BackupError(f"файл {target} уже есть")
    if database.is_sqlite:
        with sqlite3.connect(_path(database)) as source, sqlite3.connect(target) as copy:
            source.backup(copy)
        return
    _run("pg_dump", ["--format=custom", f"--file={target}", _plain_url(database)])


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


def _run(program: str, arguments: list[str]) -> None:
    found = shutil.which(program)
    if found is None:
        raise BackupError(f"нужна программа {program} (пакет postgresql-client)")
    done = subprocess.run([found, *arguments], capture_output=True, text=True, check=False)  # noqa: S603 (found on PATH)
    if done.returncode:
        raise BackupError(done.stderr.strip())
