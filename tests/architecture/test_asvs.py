"""The list of security requirements names tests that exist, and leaves none of level 1 open."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(
    r"\| (\d+\.\d+\.\d+) \| ([12]) \| (held|not applicable|open) \| (\S.*?) \| (.*?) ?\|"
)
ROWS = [
    found.groups()
    for line in (ROOT / "docs/asvs.md").read_text().splitlines()
    if (found := ROW.fullmatch(line))
]
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
}


def test_every_requirement_up_to_level_two_is_there_once():
    assert Counter(level for _, level, *_ in ROWS) == {"1": 70, "2": 183}
    numbers = [number for number, *_ in ROWS]
    assert len(set(numbers)) == len(numbers)
    chapters = Counter(int(number.split(".")[0]) for number in numbers)
    assert sorted(chapters) == list(range(1, 18))
    assert (chapters[10], chapters[17]) == (29, 7)


def test_none_of_level_one_is_open():
    assert [number for number, level, state, *_ in ROWS if (level, state) == ("1", "open")] == []


def anchors(path):
    """Return how the headings of a text, or the targets of a Makefile, are led to."""
    text = path.read_text()
    if path.name == "Makefile":
        return set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize(
    ("number", "evidence"),
    [(number, evidence) for number, _, state, _, evidence in ROWS if state == "held"],
)
def test_what_is_held_is_held_by_something_that_exists(number, evidence):
    named = re.findall(r"`([^`]+)`", evidence)
    assert named, number
    for one in named:
        path, _, anchor = one.partition("#")
        if one.startswith("test_"):
            assert one in TESTS, one
        else:
            assert (ROOT / path).is_file(), one
            assert not anchor or anchor in anchors(ROOT / path), one
