"""A year of the district is told as what happened, in Russian: on pages, in notices, in letters."""

import re

import pytest

from workflow_app.engine.checks.past import is_ordering
from workflow_app.store.models.instances import History, WorkItem
from workflow_app.store.models.messages import Notice
from workflows import PROCESSES

pytestmark = pytest.mark.deep  # it reads a year that was lived

LATIN = re.compile(r"(?<![\w./:@-])[A-Za-z][A-Za-z_]{2,}")
ADDRESS = re.compile(r"https?://\S+")


def latin(texts):
    """Return the texts that hold a word of the program."""
    return {text for text in texts if LATIN.search(ADDRESS.sub("", text))}


@pytest.mark.shipped
def test_nothing_a_year_tells_orders_or_speaks_the_programs_language(lived_district):
    told = {row["title"] for row in lived_district.rows(History)}
    assert len(told) > 40
    assert {one for one in told if is_ordering(one)} == set()
    notices = lived_district.rows(Notice)
    asked = {row["title"] for row in lived_district.rows(WorkItem)}
    results = {
        row["subject"]
        for row in notices
        if not any(row["subject"].startswith(title) for title in asked)
    }
    assert {one for one in results if is_ordering(one)} == set()
    said = {row[part] for row in notices for part in ("subject", "text")}
    assert latin(told | asked | said) == set()
    assert {row["process"] for row in lived_district.instances()} <= {one.key for one in PROCESSES}
