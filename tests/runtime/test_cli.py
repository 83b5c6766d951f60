"""The command line: what an operator reads, also before the first migration."""

import datetime as dt
import os
import pty
import sqlite3
import sys
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner
from servers import free_port
from sqlalchemy import text

from workflow_app import cli, demo
from workflow_app.bootstrap import build, fingerprints
from workflow_app.cli import commands
from workflow_app.config import RUNNING, load_settings, running_settings, settings_beside_tree
from workflow_app.store import schema
from workflow_app.store.operations import health, leases
from workflow_app.store.operations.importing import SEEDS
from workflow_app.supervisor import StartError


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in an empty data folder."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    return lambda *words: CliRunner().invoke(commands, [str(word) for word in words])


@pytest.fixture
def on_terminal(tmp_path, monkeypatch):
    """Do something while stderr is a terminal; return what it shows."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    def watch(work):
        ours, theirs = pty.openpty()
        seen = []

        def read():
            with suppress(OSError):  # the terminal's way to say that its other end is closed
                while part := os.read(ours, 4096):
                    seen.append(part)

        reader = Thread(target=read)
        reader.start()
        with open(theirs, "w") as terminal:  # noqa: PTH123 (a descriptor, no path)
            monkeypatch.setattr(sys, "stderr", terminal)
            work()
        reader.join(5)
        os.close(ours)
        return b"".join(seen).decode()

    return watch


@pytest.mark.parametrize(
    "words",
    [
        ("import", SEEDS),
        ("token", "p102@levokum.example"),
        ("user", "invite", "p102@levokum.example"),
        ("doctor",),
        ("audit", "verify"),
    ],
    ids=lambda words: words[0],
)
def test_a_command_that_needs_tables_says_to_migrate_first(run, words):
    said = run(*words)
    assert said.exit_code == 1
    assert "сначала workflow-app migrate" in said.output
    assert isinstance(said.exception, SystemExit), "a sentence, not a traceback"


def test_a_trial_migration_says_what_it_would_do_and_leaves_the_database_alone(run):
    trial = run("migrate", "--dry-run")
    newest = schema.newest()
    assert (trial.exit_code, trial.output) == (0, f"схема базы данных: таблиц ещё нет → {newest}\n")
    database = build(load_settings()).database
    assert schema.stands_at(database) is None
    assert run("migrate").exit_code == 0
    assert run("migrate", "--dry-run").output == ""
    schema.downgrade(database, "0004")
    said = run("migrate", "--dry-run")
    assert (said.exit_code, said.output) == (0, f"схема базы данных: 0004 → {newest}\n")
    assert schema.stands_at(database) == "0004"
    with database.writing() as connection:
        connection.execute(text("UPDATE definition_version SET body_sha256 = process"))
    refused = run("migrate", "--dry-run")
    assert (refused.exit_code, schema.stands_at(database)) == (1, "0004")
    assert "поднимите version, сейчас 1, а записана 1" in refused.output
    database.engine.dispose()


def test_the_doctor_warns_of_links_that_open_on_this_machine_alone(run, monkeypatch):
    monkeypatch.delenv("PUBLIC_URL", raising=False)
    assert run("migrate").exit_code == 0
    said = run("doctor")
    assert said.exit_code == 1
    assert "PUBLIC_URL не задан" in said.output
    assert "http://127.0.0.1:8000" in said.output
    for address in ("http://localhost:8000", "https://127.0.0.2", "http://[::1]:80"):
        monkeypatch.setenv("PUBLIC_URL", address)
        assert address in run("doctor").output
    monkeypatch.setenv("PUBLIC_URL", "https://docs.example.ru")
    assert "PUBLIC_URL" not in run("doctor").output


@pytest.mark.parametrize(
    ("changed", "exit_code"),
    [({}, 0), ({"SMTP_URL": "smtp://mail.example.ru"}, 1), ({"HOST": "0.0.0.0"}, 1)],  # noqa: S104
    ids=["trial", "letters leave", "open to the network"],
)
def test_a_local_address_stands_in_the_way_only_once_links_leave_the_machine(
    run, monkeypatch, valkey_server, changed, exit_code
):
    monkeypatch.delenv("PUBLIC_URL", raising=False)
    monkeypatch.setenv("REDIS_URL", valkey_server.url)
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    assert run("migrate").exit_code == 0
    container = build(load_settings())

    def show_life(uow):
        for part in health.PARTS:
            leases.hold(uow.connection, part, "me", uow.now, dt.timedelta(minutes=1))

    container.transact(show_life)
    container.database.engine.dispose()
    said = run("doctor")
    assert "PUBLIC_URL не задан" in said.output
    assert said.exit_code == exit_code
    assert ("всё в порядке" in said.output) is (exit_code == 0)


def test_the_doctor_asks_the_broker_for_an_answer(run, monkeypatch, valkey_server):
    assert run("migrate").exit_code == 0
    monkeypatch.delenv("REDIS_URL", raising=False)
    assert "сервер очередей не запущен" in run("doctor").output
    monkeypatch.setenv("REDIS_URL", f"redis://:secret@127.0.0.1:{free_port()}/0")
    said = run("doctor")
    assert "сервер очередей (REDIS_URL) не отвечает" in said.output
    assert (said.exit_code, "secret" in said.output) == (1, False)
    monkeypatch.setenv("REDIS_URL", valkey_server.url)
    assert "сервер очередей" not in run("doctor").output


def test_a_command_beside_a_tree_takes_its_clock_and_its_broker(monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    for name in RUNNING:
        monkeypatch.delenv(name, raising=False)
    file = running_settings(tmp_path)
    file.write_text('{"REDIS_URL": "redis://127.0.0.1:1/0", "CLOCK": "2025-08-28T09:00"}')
    settings = settings_beside_tree()
    assert (settings.redis_url, settings.clock.date()) == (
        "redis://127.0.0.1:1/0",
        dt.date(2025, 8, 28),
    )
    monkeypatch.setenv("CLOCK", "2026-01-01")
    assert settings_beside_tree().clock.date() == dt.date(2026, 1, 1)


def test_an_import_says_what_it_did_and_what_a_trial_would_do(run):
    assert run("migrate").exit_code == 0
    trial = run("import", SEEDS, "--dry-run")
    assert "Пробный запуск, будет записано строк:" in trial.output
    first = run("import", SEEDS)
    assert (first.exit_code, "Записано строк:" in first.output) == (0, True)
    assert "schools.csv: добавлено 18" in first.output
    assert run("import", SEEDS).output.endswith("Изменений нет.\n")
    assert run("token", "nobody@levokum.example").output.startswith("Error: человека с адресом")


def test_a_release_that_forgot_to_raise_a_version_leaves_the_stored_ones_alone(run, tmp_path):
    assert run("migrate").exit_code == 0
    place = tmp_path / "workflow.sqlite3"
    with closing(sqlite3.connect(place)) as stored, stored:
        stored.execute("UPDATE definition_version SET body_sha256 = process")
    said = run("migrate")
    assert said.exit_code == 1
    assert "поднимите version, сейчас 1, а записана 1" in said.output
    assert "Верните прежний выпуск программы" in said.output
    with closing(sqlite3.connect(place)) as stored:
        query = "SELECT count(*) FROM definition_version WHERE body_sha256 <> process"
        assert stored.execute(query).fetchone() == (0,)


def test_the_definitions_of_a_release_are_printed_one_a_line(run):
    said = run("definitions")
    assert said.exit_code == 0
    assert said.output.splitlines() == list(fingerprints())


def test_a_passport_of_no_process_says_which_there_are(run):
    said = run("passport", "no_such_process")
    assert said.exit_code == 1
    assert "процесса no_such_process нет; есть: " in said.output


def test_a_long_command_shows_how_far_it_is_on_a_terminal_and_nothing_in_a_pipe(
    run, on_terminal, tmp_path
):
    def on(*words):
        with suppress(SystemExit):
            commands.main([str(word) for word in words], standalone_mode=False)

    for words, label in (
        (("migrate",), "приводится к новой редакции"),
        (("import", SEEDS, "--dry-run"), "загружаются строки"),
        (("backup", tmp_path / "copy"), "записывается копия"),
    ):
        steps = on_terminal(partial(on, *words)).split("\r")
        assert len(steps) > 2
        assert f"{label}  [" in steps[1]
        assert "100%" in steps[-2]
        assert label not in run(*words).output


def test_the_story_of_a_year_is_told_above_the_bar(on_terminal, capsys):
    def work():
        with cli._watched("дней", counted=True) as progress:
            cli._say_above("01.07.2025 открыт год")
            progress(3, 10)

    shown = on_terminal(work)
    assert "3/10" in shown
    assert "\r\x1b[2K" in shown, "the bar was wiped away before the line"
    assert capsys.readouterr().out == "01.07.2025 открыт год\n"


@pytest.mark.parametrize(
    ("of", "change"),
    [
        ("another district", "UPDATE municipality SET name = 'Настоящий муниципальный округ'"),
        ("a real person", "UPDATE person SET email = 'director@school.ru' WHERE id = 5"),
        ("a person without an address", "UPDATE person SET email = NULL WHERE id = 5"),
    ],
)
def test_a_demonstration_takes_the_place_of_an_earlier_one_and_of_nothing_else(
    sqlite_district, of, change
):
    container = sqlite_district("2025-08-28").container
    with container.database.writing() as connection:
        connection.execute(text(change))
    container.database.engine.dispose()
    file = Path(container.database.url.removeprefix("sqlite:///"))
    with pytest.raises(StartError, match="данные настоящего района"):
        demo.forget(container)
    assert file.exists(), of


def test_an_earlier_demonstration_and_an_empty_place_make_room(sqlite_district):
    container = sqlite_district("2025-08-28").container
    container.database.engine.dispose()
    file = Path(container.database.url.removeprefix("sqlite:///"))
    demo.forget(container)
    assert not file.exists()
    file.touch()
    demo.forget(container)
    assert not file.exists()
