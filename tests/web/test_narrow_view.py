"""A narrow office: what her own school belongs to, and no list of the whole municipality."""

import pytest
from browsing import Browser
from test_neighbours import addresses, said

from workflow_app.app import create_app
from workflow_app.services.accounts.access import make_token
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.directory import Person

pytestmark = pytest.mark.shipped

TEACHER, HEAD = "P205", "P106"
"""Both of schools of the second network."""
OUTSIDE = [f"P{number}" for number in (*range(101, 105), 107, 108, 109, 110, 112, 113, 115, 118)]
"""Heads of schools with which hers has no network."""


@pytest.fixture(scope="module")
def district(sqlite_maker):
    opened = sqlite_maker.open("2025-10-01")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def ask(district):
    """Return a function: a person opens an address, as a page or by a token."""
    app, tokens = create_app(district.container), {}
    browsers = {person: Browser(app, district, person) for person in (TEACHER, HEAD)}

    def open_(person, path):
        if not path.startswith("/api/"):
            return browsers[person].client.get(path)
        if person not in tokens:
            tokens[person] = district.container.transact(
                lambda uow: make_token(SqlAccess(uow), district.people[person], "тест")
            )
        headers = {"Authorization": f"Bearer {tokens[person]}"}
        return app.test_client().get(path, headers=headers)

    open_.app = app
    return open_


@pytest.fixture(scope="module")
def strangers(district):
    """Return the names of people that are none of her business, as lists write them."""
    own = {district.people[name] for name in OUTSIDE}
    rows = [row for row in district.rows(Person) if row["id"] in own]
    full = {f"{row['last_name']} {row['first_name']} {row['middle_name']}" for row in rows}
    return full | {row["short_nom"] for row in rows}


def test_no_address_tells_a_teacher_of_other_schools_people(ask, strangers):
    def tells(person, path):
        answer = ask(person, path)
        assert answer.status_code in (200, 302, 403, 404), path
        return any(name in said(answer) for name in strangers)

    assert [path for path in addresses(ask.app, "GET", None) if tells(TEACHER, path)] == []
    for path in ("/people", "/schools", "/api/v1/people", "/api/v1/schools"):
        assert tells(HEAD, path)


def test_she_sees_the_networks_of_her_school_and_nothing_of_others(ask, district):
    assert [one["id"] for one in ask(TEACHER, "/api/v1/networks").json] == [2]
    assert len(ask(HEAD, "/api/v1/networks").json) == 3
    for network, status in ((2, 200), (1, 404)):
        for path in ("/networks/{}", "/api/v1/networks/{}/composition"):
            assert ask(TEACHER, path.format(network)).status_code == status
    page = ask(TEACHER, "/networks").get_data(as_text=True)
    assert "/networks/2" in page
    assert "/networks/1" not in page
    other = ask(TEACHER, f"/schools/{district.school('S01')}").get_data(as_text=True)
    assert "Директор" in other
    assert "Люди" not in other.partition("<main")[2]
    assert "Люди" in ask(TEACHER, f"/schools/{district.school('S17')}").get_data(as_text=True)


@pytest.mark.parametrize(
    "path",
    [
        "/orders",
        "/schools",
        "/people",
        "/registers/membership",
        "/registers/network/1",
        "/registers/membership/rows.csv",
        "/api/v1/orders",
        "/api/v1/registers/school",
        "/api/v1/registers/network/1",
    ],
)
def test_lists_of_the_municipality_are_nowhere_for_her(ask, path):
    assert ask(TEACHER, path).status_code == 404
    assert ask(HEAD, path).status_code == 200


def test_what_her_networks_share_is_hers(ask):
    for path in ("/registers/material", "/registers/experience_event", "/calendar", "/cases"):
        assert ask(TEACHER, path).status_code == 200
    assert ask(TEACHER, "/api/v1/registers/material").status_code == 200
