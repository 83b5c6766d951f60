"""Tell at the end where the time went: each folder's seconds, and tests that take too long."""

from collections import Counter
from time import perf_counter

import pytest

LONGEST = 5.0
"""Seconds; a test outside `deep` that takes longer says why: `@pytest.mark.long("why")`."""
ADDITIONS = 5_000_000

_folders = Counter()
_tests = Counter()
_excused = set()


def pytest_runtest_logreport(report):
    folder = "/".join(report.nodeid.split("::")[0].split("/")[:2])
    _folders[folder] += report.duration
    _tests[report.nodeid] += report.duration
    if {"deep", "long"} & set(report.keywords):
        _excused.add(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter):
    write = terminalreporter.write_line
    terminalreporter.section("where the time went")
    for folder, seconds in _folders.most_common():
        write(f"{seconds:8.1f} s  {folder}")
    write(f"five million additions: {seconds_of_additions():.2f} s")
    for nodeid, seconds in _tests.most_common():
        if seconds > LONGEST and nodeid not in _excused:
            write(f"over {LONGEST:.0f} s without a reason: {nodeid}, {seconds:.1f} s")


def seconds_of_additions():
    """Return how fast the machine is: the seconds of five million additions."""
    begun, number = perf_counter(), 0
    while number < ADDITIONS:
        number += 1
    return perf_counter() - begun
