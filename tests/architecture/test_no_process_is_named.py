"""No room of the house knows a process: their keys stand in `workflows/` alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import workflows

pytestmark = pytest.mark.shipped
ROOMS = Path(__file__).parents[2] / "workflow_app"
CODE = [path for path in sorted(ROOMS.rglob("*.py")) if "migrations" not in path.parts]
"""Migrations tell of tables as they were, by the names these had."""

GENERIC = {
    "active": "a person who may come in",
    "begin": "the word of SQLite that opens a transaction",
    "carried": "a state of a recommendation in the register once a plan has it",
    "changed": "a row of a comparison, and what `Fan` tells a child",
    "closed": "a state of a network in the register after its last order",
    "closing": "a state of a network in the register whose term is over",
    "consent": "a part of the setting A-14, and what a file tells a membership rests on",
    "consultation": "a register, which a migration drops on its way back",
    "done": "an outbox message that was carried out",
    "draft": "a state of directions and an engine word: data not yet submitted",
    "end": "the last word of a block of a template, the end of an arrow",
    "expired": "a state of an imported act whose term is over",
    "finding": "the register of what visits found, to the migration that takes its tables away",
    "forming": "a state of a network in the register until it is ready to work",
    "invite": "the link by which somebody comes in for the first time",
    "leave_out": "how a voter is taken out of a ballot (changes.Ask)",
    "open": "what has not ended: a ballot, a deadline, a work item",
    "postponed": "an outbox message that is tried later",
    "register": "a column: which register an order changed",
    "registered": "a state of an imported order",
    "revise": "an engine word: a new edition while the old one stays in force",
    "suspended": "a state of a network in the register while its clocks stand still",
    "waiting": "a filter of the queue",
}
"""Keys of shipped processes that are ordinary words of the code, each with its meaning there."""

HELP = "a key is an ordinary word of the house: tell its meaning there in GENERIC, or rename it"


def keys() -> set[str]:
    """Return every process, state, action, ballot and paper key."""
    found: set[str] = set()
    for process in workflows.PROCESSES:
        found |= {process.key, *process.states, *process.ballots, *process.papers}
        found |= {transition.key for transition in process.transitions}
        found |= {a.key for ballot in process.ballots.values() for a in ballot.answers}
    return found


def spoken(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every string constant with its line; docstrings are prose, `__all__` lists names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            silent |= {id(name) for name in ast.walk(node.value)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in silent:
            yield node.lineno, node.value


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOMS)))
def test_no_key_of_a_process_is_spoken(path):
    forbidden = keys() - GENERIC.keys()

    assert [(line, text) for line, text in spoken(path) if text in forbidden] == [], HELP


@pytest.mark.parametrize("path", sorted(ROOMS.rglob("*.html")), ids=lambda path: path.name)
def test_no_page_names_a_process(path):
    text = path.read_text(encoding="utf-8")

    assert [
        key for key in keys() - GENERIC.keys() if f'"{key}"' in text or f"'{key}'" in text
    ] == []


def test_every_generic_word_is_needed():
    used = {text for path in ROOMS.rglob("*.py") for _, text in spoken(path)}

    assert {word for word in GENERIC if word not in keys() or word not in used} == set()
