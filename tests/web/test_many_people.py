"""Ten thousand people of schools: pages ask as much as before, and no list offers all of them."""

import re

import pytest
from counting import counted
from sqlalchemy import insert

from workflow_app.store.models.base import sort_key, table
from workflow_app.store.models.directory import Person, Position

pytestmark = pytest.mark.shipped

MANY = 10_000
MOST_OPTIONS = 450
"""Two lists of people on a page, and some of roles and organisations."""


def settle(district, count=MANY):
    """Add so many teachers, spread over the schools."""
    schools = [key for code, key in district.organisations.items() if code.startswith("S")]
    first = 1_000_000
    people = [
        {
            "id": first + n,
            "municipality_id": 1,
            "last_name": f"Ученова{n}",
            "first_name": "Мария",
            "gender": "f",
            **dict.fromkeys(("short_nom", "short_gen", "short_dat"), f"Ученова{n} М."),
            **dict.fromkeys(("short_acc", "signature_name"), f"Ученова{n} М."),
            "email": f"t{n}@many.example",
            "sort_name": sort_key(f"Ученова{n} Мария"),
        }
        for n in range(count)
    ]
    posts = [
        {
            "municipality_id": 1,
            "person_id": first + n,
            "organisation_id": schools[n % len(schools)],
            "role": "teacher",
            "title": "учитель",
            "starts_on": district.container.clock.now().date(),
        }
        for n in range(count)
    ]

    def work(uow):
        uow.connection.execute(insert(table(Person)), people)
        uow.connection.execute(insert(table(Position)), posts)

    district.container.transact(work)


def test_pages_ask_no_more_and_offer_no_more_with_ten_thousand_people(browser, district):
    home, school = f"/organisations/{district.school('S05')}/teacher", district.school("S05")
    pages = [
        ("P105", home),
        ("P105", f"/schools/{school}"),
        ("P105", "/people"),
        ("P105", "/substitutions"),
        ("P003", "/admin"),
        ("P003", "/admin/people"),
        ("P003", "/admin/positions"),
        ("P003", "/substitutions"),
        ("P003", "/admin/first-steps"),
        ("P003", "/registers/network/new"),
        ("P003", "/api/v1/openapi.json"),
    ]
    browsers = {person: browser(person) for person, _ in pages}

    def asked(person, path):
        browsers[person].get(path)
        with counted(district) as statements:
            page = browsers[person].get(path)
        return len(statements), page.count("<option")

    before = {one: asked(*one)[0] for one in pages}
    settle(district)
    for one in pages:
        statements, options = asked(*one)
        assert statements <= before[one] + 1, one  # her own row is not on the first page any more
        assert options <= MOST_OPTIONS, one
    found = browsers["P003"].get("/substitutions?who=ученова777+&absent=кузьмина")
    assert len(re.findall("<option[^>]*>Ученова777 Мария", found)) == 1
    assert "Кузьмина" in found
    people = browsers["P003"].get("/admin/people?text=t9999@many")
    assert "Ученова9999" in people
    assert "Ученова9998" not in people
