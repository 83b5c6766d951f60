"""Every row of the Regulation is carried by something, and proven by a test that says so."""

import re

import pytest
from click.testing import CliRunner

from workflow_app import clauses
from workflow_app.app import create_app
from workflow_app.bootstrap import TESTS, build
from workflow_app.cli import commands
from workflow_app.config import load_settings
from workflows import PROCESSES
from workflows.registers import REGISTERS
from workflows.regulation import CLAUSES

pytestmark = pytest.mark.shipped

UNPROVEN: set[str] = set()
"""Rows without a test. It only gets shorter: who proves one takes it out."""

OTHER_NAMES = re.compile(r"[A-Z]-?[0-9]+[a-z]?|[78](\.[0-9]+(-[0-9]+)?)?|5 \([0-9]\)")
"""Rows of the state machines (N5), scenarios (R-3), assumptions (A-09), sections of the dossier."""

ROWS = [clause.row for clause in CLAUSES]


def test_the_matrix_has_its_39_rows_once_each():
    assert len(ROWS) == len(set(ROWS)) == 39


def test_every_marker_names_a_row():
    named = clauses.proofs(TESTS)

    assert {
        name: tests
        for name, tests in named.items()
        if name not in ROWS and not OTHER_NAMES.fullmatch(name)
    } == {}


def test_rows_without_a_test_get_fewer_only():
    unproven = set(ROWS) - clauses.proofs(TESTS).keys()

    assert unproven <= UNPROVEN


def test_what_the_matrix_names_is_there(tmp_path):
    papers = {key for process in PROCESSES for key in process.papers}
    pages = {
        rule.rule
        for rule in create_app(
            build(load_settings({"DATA_DIR": str(tmp_path)}))
        ).url_map.iter_rules()
    }
    pages |= {f"/registers/{register.key}" for register in REGISTERS}
    for clause in CLAUSES:
        assert set(clause.papers) <= papers, clause.row
        assert set(clause.pages) <= pages, clause.row
        assert set(clause.within or ()) <= set(clause.carriers(PROCESSES)), clause.row


def test_the_command_prints_each_row_with_what_carries_and_proves_it():
    said = CliRunner().invoke(commands, ["check", "--clauses"]).output

    assert [row for row in ROWS if not re.search(rf"^{row} ", said, re.MULTILINE)] == []
    assert "процесс   network_proposal, order_approval" in said
    assert "tests/regulation/test_proposal.py::test_p1_" in said
    assert re.search(r"^пунктов 39, с тестом \d+$", said, re.MULTILINE)


def test_without_its_tests_the_table_says_why_it_names_none(tmp_path):
    lines = list(clauses.table(CLAUSES, PROCESSES, tmp_path / "tests"))

    assert lines[-1] == clauses.NO_TESTS
    assert not any("нет" in line for line in lines[:-1])
