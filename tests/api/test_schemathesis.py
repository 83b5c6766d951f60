"""Schemathesis, which knows the contract alone, finds nothing the API answers otherwise.

It runs as the program it is, with all its checks, over a lived district: as a head, as a specialist
and as a stranger.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from serving import answering

from workflow_app.app import create_app
from workflow_app.services.accounts import access
from workflow_app.services.accounts.access import make_token
from workflow_app.store.accounts.sessions import SqlAccess

pytestmark = [pytest.mark.deep, pytest.mark.shipped]

CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.mark.parametrize("district_maker", ["sqlite"], indirect=True)
@pytest.mark.parametrize("person", ["P102", "P003", None])
def test_schemathesis_finds_nothing(lived_district, tmp_path, monkeypatch, person):
    # A stranger tries more keys than an address may; what then happens has tests of its own.
    monkeypatch.setattr(access, "MOST_FAILURES_OF_ADDRESS", 1_000_000)
    district = lived_district
    words = ["--checks", "all", "--seed", "1", "--max-examples", "10", "--no-color"]
    if person:
        token = district.container.transact(
            lambda uow: make_token(SqlAccess(uow), district.people[person], "тест")
        )
        words += ["--header", f"Authorization: Bearer {token}"]
    with answering(create_app(district.container)) as address:
        done = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"),
                "--config-file",
                CONFIG,
                "run",
                *words,
                f"{address}/api/v1/openapi.json",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONUTF8": "1"},
        )
    assert done.returncode == 0, done.stdout[-20_000:]
