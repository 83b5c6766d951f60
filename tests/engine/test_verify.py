"""Every mistake of a definition is found at its line, and sound definitions have none."""

import ast
import importlib
import re
import time
from pathlib import Path

import pytest
from engine.mistakes.small import small

import workflows
from workflow_app.engine.verify import Finding, verify

MISTAKES = Path(__file__).parent / "mistakes"
NAMES = sorted(path.stem for path in MISTAKES.glob("*.py") if path.stem != "small")
MARK = re.compile(r"# <- ([\w, ]+)$")


def expected(name):
    """Return (file:line, code) of every mark: the line its statement begins on."""
    text = (MISTAKES / f"{name}.py").read_text(encoding="utf-8")
    begins = {
        line: line if isinstance(statement, ast.FunctionDef) else statement.lineno
        for statement in ast.parse(text).body
        for line in range(statement.lineno, statement.end_lineno + 1)
    }
    return {
        (f"mistakes/{name}.py:{begins[number]}", code)
        for number, line in enumerate(text.splitlines(), 1)
        if (mark := MARK.search(line))
        for code in mark[1].split(", ")
    }


@pytest.mark.parametrize("name", NAMES)
def test_mistake_is_found_at_its_line_and_nothing_else_is(name):
    seeded = importlib.import_module(f"engine.mistakes.{name}")

    found = verify(
        seeded.processes,
        templates=getattr(seeded, "templates", None),
        known_roles=getattr(seeded, "known_roles", None),
    )

    assert {(finding.where, finding.code) for finding in found} == expected(name)
    assert all(re.search("[а-я]", finding.message) for finding in found)


def test_every_code_has_a_seeded_mistake():
    source = "".join(
        path.read_text(encoding="utf-8") for path in Path("workflow_app/engine/checks").glob("*.py")
    )
    codes = set(re.findall(r'(?:Finding\(\s*[\w.]+, |yield \(?\s*)"(\w+)"', source))

    assert codes <= {code for name in NAMES for _, code in expected(name)}
    assert len(codes) > 30


def test_sound_process_has_no_findings():
    process, _, _ = small()

    assert verify([process], templates={}, known_roles={"clerk", "school_head"}) == []


def test_shipped_processes_have_no_findings():
    assert [str(finding) for finding in verify(workflows.PROCESSES)] == []


def test_verifying_shipped_processes_takes_less_than_fifty_milliseconds():
    started = time.perf_counter()
    verify(workflows.PROCESSES)

    assert time.perf_counter() - started < 0.05


def test_finding_reads_as_a_line_of_the_terminal():
    finding = Finding("workflows/toy.py:3", "dead_end", "Выхода нет")

    assert str(finding) == "workflows/toy.py:3: Выхода нет [dead_end]"
