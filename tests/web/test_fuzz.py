"""No page breaks on what anybody sends, and what was sent leaves every invariant as it was."""

import os
import time

import pytest
from district import DATABASES
from fuzzing import Fuzzer

from workflow_app.app import create_app

pytestmark = [pytest.mark.deep, pytest.mark.shipped, pytest.mark.fuzz]

SECONDS = float(os.environ.get("FUZZ_SECONDS", "60")) / len(DATABASES)
SEED = int(os.environ.get("FUZZ_SEED", "1"))
BETWEEN = 500
"""Requests after which effects follow and everybody is let in again."""


def test_no_route_breaks_on_odd_values(lived_district, capsys):
    fuzzer = Fuzzer(create_app(lived_district.container), lived_district, SEED)
    end, sent = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        fuzzer.step()
        sent += 1
        if sent % BETWEEN == 0:
            fuzzer.refresh()
    fuzzer.refresh()
    with capsys.disabled():
        print(  # noqa: T201 (what was done)
            f"\n{sent} steps, {dict(sorted(fuzzer.statuses.items()))}, "
            f"{len(fuzzer.endpoints)} addresses, {len(fuzzer.failures)} failures"
        )
    assert list(fuzzer.failures.values()) == []
    assert lived_district.broken() == []
