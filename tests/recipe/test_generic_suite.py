"""The generic suite passes in a house that knows the recipe's processes only.

What meets processes runs, but for the stories of shipped ones: the tests that read their
definitions (`tests/workflows`, `tests/regulation`), look at their pages in a browser (`tests/e2e`)
or measure them (`tests/bench`), and single tests marked `shipped`: they register an order, race
one, or ask whether the code speaks a shipped name. Where a generic test needs a proposal to act on,
the toy of `request.py` stands for it; `workflows.PROCESSES` holds the recipe's processes alone.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OF_SHIPPED = ("bench", "e2e", "regulation", "workflows")
OF_NONE = ("architecture", "chaos", "engine", "install", "notifications", "runtime")
"""Folders whose tests meet no process of the house: they bring their own, or need none."""


@pytest.mark.deep
def test_generic_suite_passes_with_the_recipe_alone():
    left_out = [f"--ignore=tests/{name}" for name in (*OF_SHIPPED, *OF_NONE)]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n",
            "2",
            "-p",
            "only_recipe",
            "-p",
            "no:cacheprovider",
            "-m",
            "not deep and not shipped",
            "-k",
            "not postgresql",
            *left_out,
            "tests",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "tests/recipe"},
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
