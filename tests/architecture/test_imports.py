"""The house stands as designed: imports point one way, and the core is pure."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import workflows
from workflow_app.engine import Process

ROOT = Path(__file__).parents[2]
FRAMEWORKS = ("flask", "sqlalchemy", "celery", "kombu", "redis", "docx", "lxml", "alembic")
ROOMS = (
    "services",
    "store",
    "documents",
    "notifications",
    "http",
    "web",
    "api",
    "tasks",
    "bootstrap",
)

PURE = """
import importlib, pkgutil, sys
import workflow_app.engine, workflows
for package in (workflow_app.engine, *map(importlib.import_module, {modules!r})):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
loaded = {{name.split(".")[0] for name in sys.modules}} & set({frameworks!r})
rooms = {{f"workflow_app.{{room}}" for room in {rooms!r}}} & set(sys.modules)
print(*sorted(loaded | rooms))
"""


def loaded(*, modules=()):
    program = PURE.format(frameworks=FRAMEWORKS, rooms=ROOMS, modules=modules)
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return run.stdout.split()


def test_processes_and_the_core_load_no_framework_and_no_other_room():
    assert loaded() == []


def test_purity_test_notices_a_framework():
    assert "workflow_app.store" in loaded(modules=("workflow_app.store",))


def test_import_contracts_are_kept():
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [linter, "--no-cache"], capture_output=True, text=True, cwd=ROOT, check=False
    )

    assert run.returncode == 0, run.stdout[-2000:]


def test_pages_and_api_read_and_write_through_the_request():
    """Past it, a page would go on looking at what was there before it wrote."""
    asks = re.compile(r"house\(\)\.(read|transact)")
    rooms = [path for room in ("web", "api") for path in ROOT.glob(f"workflow_app/{room}/*.py")]

    assert [path.name for path in rooms if asks.search(path.read_text())] == []


def test_every_process_is_under_the_contract_of_independence():
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = [one for one in linter["contracts"] if one["type"] == "independence"]
    found = {f"workflows.{name}" for name, room in vars(workflows).items() if is_process(room)}

    assert set(contract["modules"]) == found


def is_process(room):
    return isinstance(getattr(room, "process", None), Process)


@pytest.mark.parametrize("path", sorted((ROOT / "workflow_app" / "engine").rglob("*.py")))
def test_core_reads_no_clock(path):
    text = path.read_text(encoding="utf-8")

    assert "datetime.now(" not in text
    assert "today()" not in text
