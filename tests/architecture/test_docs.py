"""The README tells the truth: its commands, settings, rooms and logins exist."""

import csv
import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest

from workflow_app.cli import commands
from workflow_app.config import Settings
from workflow_app.demo import PASSWORD
from workflow_app.engine import Process
from workflow_app.engine.case import Case
from workflow_app.engine.facts import Facts
from workflow_app.store.read_models.choices import NAMED

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`?make ([a-z-]+)", README))))
def test_every_make_target_of_the_readme_exists(target):
    assert re.search(rf"^{target}:.*## ", MAKEFILE, re.MULTILINE)


def test_the_readme_lists_every_operation():
    listed = README[README.index("Operations:") :]
    named = set(re.findall(r"\b[a-z]+\b", listed))
    served = {"web", "worker", "relay", "beat", "demo"}
    assert set(commands.commands) - served <= named


@pytest.mark.parametrize(
    "name", re.findall(r"`([A-Z]+_?[A-Z]+)`", README[README.index("Settings come") :])
)
def test_every_setting_of_the_readme_is_read(name):
    assert name.lower() in Settings.model_fields


@pytest.mark.parametrize("room", re.findall(r"^\| `([a-z_]+/[a-z_]*/?)`", README, re.MULTILINE))
def test_every_room_of_the_readme_stands(room):
    assert (ROOT / room).is_dir()


def test_the_logins_of_the_readme_are_people_of_the_district():
    with (ROOT / "workflow_app/store/seeds/people.csv").open() as file:
        known = {row["email"] for row in csv.DictReader(file)}
    assert set(re.findall(r"`(p\d+@levokum\.example)`", README)) <= known
    assert f"`{PASSWORD}`" in README


GATHERED = {"states", "transitions", "ballots", "papers", "tables", "where", "repeated"}
"""What a process gathers by its declarations, or notes of itself."""


def test_the_recipe_tells_every_word_of_a_process():
    recipe = (ROOT / "workflows" / "README.md").read_text()
    declared = {one.name for one in fields(Process) if not one.name.startswith("_")} - GATHERED
    declared |= inspect.signature(Process.state).parameters.keys()

    assert {
        word for word in declared - {"self", "title"} if not re.search(rf"\b{word}\b", recipe)
    } == set()


def test_every_target_of_the_makefile_says_what_it_does():
    targets = re.findall(r"^([a-z-]+):(?!=)", MAKEFILE, re.MULTILINE)
    assert targets
    for target in targets:
        assert re.search(rf"^{target}:.*## \S", MAKEFILE, re.MULTILINE), target


def test_the_recipe_says_what_a_condition_may_ask():
    recipe = (ROOT / "workflows" / "README.md").read_text()
    for name, question in vars(Facts).items():
        if not name.startswith("_") and callable(question):
            asked = ", ".join(inspect.signature(question).parameters).removeprefix("self, ")
            said = inspect.getdoc(question).split("\n")[0].split(" ", 1)[1].rstrip(".")
            row = f"| `facts.{name}({asked.removeprefix('self')})` | {said} |"
            assert row in recipe, f"{row} is missing"
    of_case = recipe[recipe.index("| of `case`") : recipe.index("`facts` are the registers")]
    known = {one.name for one in fields(Case)} | {"times", "persons"}
    assert {name for name in known if f"`{name}" not in of_case} == set()


def test_the_recipe_names_every_source_of_choices():
    recipe = (ROOT / "workflows" / "README.md").read_text()
    narrowed = recipe[recipe.index("| kind | `of=` |") :]
    named = {name for sources in NAMED.values() for name in sources}
    assert {name for name in named if f"`{name}`" not in narrowed} == set()


def test_every_file_and_function_the_walks_pass_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w./]+/[\w.]*\w)(?:::(\w+))?`", text)
    assert len(named) > 15
    for path, name in named:
        found = [one for one in (ROOT / path, ROOT / "workflow_app" / path) if one.exists()]
        assert found, path
        assert not name or f"def {name}(" in found[0].read_text(encoding="utf-8"), (path, name)
