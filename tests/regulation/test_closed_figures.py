"""Invariant 12: whatever one person can open shows no small group of another school (A-09)."""

import json

import pytest
from browsing import Browser
from reports import SMALL, grids, with_a_small_group

from workflow_app.app import create_app
from workflow_app.services.accounts.access import make_token
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.base import Base
from workflow_app.store.models.documents import Document
from workflow_app.store.models.instances import Instance

CLOSED = ("77,8", "77.8", "77,7", "77.7")
NAME = "Показатели"
OTHERS = ("P106", "P202", "P111", "P117", "P101", "P201")
"""Heads and coordinators of other schools, of the network and beyond it."""
ALL = ("P116", "P007", "P005", "P003", "P001")
"""The school itself, its curator, and those who answer for all schools."""


@pytest.fixture(scope="module")
def district(sqlite_maker):
    """Return a district in which the report of NW2 is approved and its paper is printed."""
    opened = sqlite_maker.open("2025-09-10")
    Base.metadata.create_all(opened.container.database.engine)
    report = with_a_small_group(opened)
    opened.report, opened.app = report, create_app(opened.container)
    opened.app.testing = True
    yield opened
    opened.close()


def readable(district, person, cases=None):
    """Yield (address, text) of everything a person can open: pages, papers, the API."""
    browser = Browser(district.app, district, person)
    token = district.container.transact(
        lambda uow: make_token(SqlAccess(uow), district.people[person], "тест")
    )
    outside = district.app.test_client()
    outside.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    ids = [row["id"] for row in district.rows(Instance) if cases is None or row["id"] in cases]
    lists = [
        "/",
        "/cases",
        f"/cases?text={NAME}",
        "/cases?process=school_indicators",
        "/networks",
        "/schools",
        "/orders",
        "/people",
        "/notices",
    ]
    pages = [
        *lists,
        *(f"/networks/{row['id']}" for row in district.networks()),
        *(f"/schools/{key}" for key in district.organisations.values()),
        *(f"/cases/{key}" for key in ids),
        *(f"/documents/{row['id']}" for row in district.rows(Document)),
    ]
    for page in pages:
        response = browser.client.get(page)
        if response.status_code == 200:
            yield page, response.get_data(as_text=True)
    api = ["queue", "networks", "orders", "schools", "people"]
    api += [f"instances/{key}{part}" for key in ids for part in ("", "/history", "/documents")]
    for path in api:
        response = outside.get(f"/api/v1/{path}")
        if response.status_code == 200:
            yield f"/api/v1/{path}", json.dumps(response.json, ensure_ascii=False)


def numbers(text):
    return [one for one in CLOSED if one in text]


@pytest.mark.clause("A-09, R-5, 7.7-12")
@pytest.mark.parametrize("person", OTHERS)
def test_nothing_another_person_can_open_tells_a_small_group(district, person):
    found = dict(readable(district, person))
    assert {address for address, text in found.items() if numbers(text)} == set()
    grid = grids(district, district.report)["S16"]
    own = f"/api/v1/instances/{grid}"
    assert {f"/cases/{grid}", own, f"{own}/history", f"{own}/documents"}.isdisjoint(found)
    lists = ("/", "/notices", "/cases", "/cases?process=school_indicators", f"/cases?text={NAME}")
    for address in lists:
        assert f'/cases/{grid}"' not in found[address], address


@pytest.mark.clause("A-09")
@pytest.mark.parametrize("person", ALL)
def test_the_school_itself_and_those_who_answer_for_all_read_the_grid(district, person):
    grid = grids(district, district.report)["S16"]
    found = dict(readable(district, person, {grid}))
    told = json.loads(found[f"/api/v1/instances/{grid}"])["data"]["values"]
    rows = {row["key"]: row for row in told}
    assert (rows["I06"]["numerator"], rows["I06"]["denominator"]) == SMALL
    assert f'/cases/{grid}"' in found[f"/cases?text={NAME}"]


@pytest.mark.clause("A-09, R-5, 7.7-11")
def test_no_paper_prints_a_small_group(district):
    papers = district.rows(Document)
    assert {"year_report"} <= {paper["paper"] for paper in papers}
    for paper in papers:
        assert numbers(json.dumps(paper["field_values"], ensure_ascii=False)) == [], paper["paper"]
