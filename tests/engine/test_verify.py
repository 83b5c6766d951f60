"""Every mistake of a definition is found at its line, and sound definitions have none."""

import ast
import importlib
import re
import sys
import time
from pathlib import Path

import pytest
from engine.mistakes.small import CLERK, ballot, small

import workflows
from workflow_app.engine import Call, Paper, Setting, Start, at_least, says
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
        registers=getattr(seeded, "registers", None),
        settings=getattr(seeded, "settings", None),
        sources=getattr(seeded, "sources", None),
        declared=getattr(seeded, "declared", None),
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


def test_quorum_that_fits_its_voters_is_sound():
    process, _, _ = small()
    process.ask(ballot(quorum=3, most=5, need=at_least(Setting("A-02"))))

    assert verify([process]) == []


def test_condition_of_the_process_own_may_read_a_ballot_its_own_way():
    consent = ballot()
    process, draft, done = small()
    asking = process.state("asking", "Опрос", ballot=consent)
    process.move("ask", "Спросить", draft, asking, by=CLERK, do=[consent.open], past="Сделано")
    process.when("heard", "Услышали", says("услышано")(lambda _c, _f: True), asking, done)

    assert verify([process]) == []


@says("названное в данных")
def computed(case, _facts):
    """Name processes only running could tell."""
    name = case.data.name
    return [Start(name, {}), Call("finish", process=name), Call(name), Paper(name)]


def test_names_that_only_running_could_tell_are_left_alone():
    process, draft, done = small()
    process.move("go", "Идти", draft, done, by=CLERK, do=[computed], past="Сделано")

    assert verify([process]) == []


def test_shipped_processes_have_no_findings():
    found = verify(workflows.PROCESSES, declared=workflows.REGISTERS)
    assert [str(finding) for finding in found] == []


@pytest.mark.usefixtures("untraced")
def test_verifying_shipped_processes_takes_less_than_fifty_milliseconds():
    taken = []
    for _ in range(3):  # the best of three, of its own processor time: the machine may be busy
        started = time.process_time()
        verify(workflows.PROCESSES)
        taken.append(time.process_time() - started)

    assert min(taken) < 0.05


@pytest.fixture
def untraced():
    """Let coverage look away: counting every line would double the time that is judged."""
    tracer = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(tracer)


def test_finding_reads_as_a_line_of_the_terminal():
    finding = Finding("workflows/toy.py:3", "dead_end", "Выхода нет")

    assert str(finding) == "workflows/toy.py:3: Выхода нет [dead_end]"
