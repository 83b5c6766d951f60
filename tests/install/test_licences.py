"""Whoever passes this program on may do so: the licence of every run-time package is known."""

import tomllib
from importlib.metadata import distribution
from pathlib import Path

import office
import pytest

ROOT = Path(__file__).parents[2]

ALLOWED = {
    "MIT": "asks only that its notice stays",
    "MIT-0": "asks nothing",
    "BSD": "asks only that its notice stays and its authors do not advertise for us",
    "BSD-2-Clause": "asks only that its notice stays",
    "BSD-3-Clause": "as BSD",
    "Apache-2.0": "our own licence: the notice stays, patents are granted",
    "MIT OR Apache-2.0": "either of the two above",
    "BSD OR Apache-2.0": "either of the two above",
    "Apache-2.0 OR BSD-3-Clause": "either of the two above",
    "Apache-2.0 OR BSD-2-Clause": "either of the two above",
    "PSF-2.0": "the licence of Python itself, which is needed anyway",
}
"""Licence → why our program may need a package under it and be given away with it."""

ALLOWED_FOR = {
    "psycopg": ("LGPL-3.0-only", "imported as it is and replaceable by any other build of it"),
    "psycopg-binary": ("LGPL-3.0-only", "as psycopg: a wheel of its own, never changed or joined"),
}
"""Package → (its licence, why it is allowed for this package, though not for any other)."""

SPELLINGS = {
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: BSD License": "BSD",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
}
"""How packages of before 2025 say it → how SPDX does."""


def licence_of(name):
    facts = distribution(name).metadata
    if said := facts["License-Expression"]:
        return said
    named = {SPELLINGS.get(word) for word in facts.get_all("Classifier", [])} - {None}
    # Several classifiers are a choice for those packages here that have them.
    return " OR ".join(sorted(named, reverse=True)) or facts["License"].partition("\n")[0]


def run_time():
    pins = office.locked((ROOT / "requirements-run.lock").read_text())
    return [name for name, pin in pins.items() if not pin.marker or pin.marker.evaluate()]


@pytest.mark.parametrize("name", run_time())
def test_the_licence_of_every_run_time_package_is_on_the_list(name):
    own, _reason = ALLOWED_FOR.get(name, ("", ""))
    found = licence_of(name)
    assert found == own or found in ALLOWED


def test_the_list_allows_nothing_that_is_not_there():
    found = {licence_of(name) for name in run_time() if name not in ALLOWED_FOR}
    assert found == set(ALLOWED)
    assert set(ALLOWED_FOR) <= set(run_time())


def test_our_own_licence_is_said_and_there():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (project["license"], project["license-files"]) == ("Apache-2.0", ["LICENSE"])
    assert "Apache License" in (ROOT / "LICENSE").read_text()
