"""The command line: what an operator reads, also before the first migration."""

import pytest
from click.testing import CliRunner

from workflow_app.cli import commands
from workflow_app.store.importing import SEEDS


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in an empty data folder."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    return lambda *words: CliRunner().invoke(commands, [str(word) for word in words])


@pytest.mark.parametrize(
    "words",
    [
        ("import", SEEDS),
        ("token", "p102@levokum.example"),
        ("user", "invite", "p102@levokum.example"),
        ("doctor",),
        ("audit", "verify"),
        ("migrate", "--dry-run"),
    ],
    ids=lambda words: words[0],
)
def test_a_command_that_needs_tables_says_to_migrate_first(run, words):
    said = run(*words)
    assert said.exit_code == 1
    assert "сначала workflow-app migrate" in said.output
    assert isinstance(said.exception, SystemExit), "a sentence, not a traceback"


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


def test_an_import_says_what_it_did_and_what_a_trial_would_do(run):
    assert run("migrate").exit_code == 0
    trial = run("import", SEEDS, "--dry-run")
    assert "Пробный запуск, будет записано строк:" in trial.output
    first = run("import", SEEDS)
    assert (first.exit_code, "Записано строк:" in first.output) == (0, True)
    assert "schools.csv: добавлено 18" in first.output
    assert run("import", SEEDS).output.endswith("Изменений нет.\n")
    assert run("token", "nobody@levokum.example").output.startswith("Error: человека с адресом")
