"""The generic suite passes in a house that knows the recipe's processes only."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GENERIC = (
    "tests/engine", "tests/documents", "tests/notifications", "tests/services",
    "tests/web/test_door.py", "tests/web/test_routes.py", "tests/store/test_directory.py",
    "tests/store/test_directory_networks.py", "tests/store/test_directory_guards.py",
    "tests/store/test_importing.py", "tests/architecture",
)  # fmt: skip
OF_SHIPPED = (
    "test_rail_is_the_way", "test_hash_is_the_same", "test_the_door_leads_where",
    "test_signing_out_ends", "test_no_page_has_a_style", "test_no_process_is_named",
)  # fmt: skip
"""Tests that tell of a shipped process by its name or start one as their story."""


@pytest.mark.deep
def test_generic_suite_passes_with_the_recipe_alone():
    chosen = " and ".join(f"not {name}" for name in OF_SHIPPED)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "only_recipe", "-p", "no:cacheprovider",
         "-m", "not deep", "-k", chosen, *GENERIC],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": "tests/recipe"}, text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
