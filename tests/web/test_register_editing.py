"""Writing into declared registers on pages: new rows, changes, ends, and what stands in the way."""

import re

import pytest
from browsing import field, form_of, text_of
from toy_registers import add_to

pytestmark = [pytest.mark.opened("2026-06-18")]


@pytest.fixture
def clerk(district, browser):
    add_to(district.house)
    return browser("P003")


def sent(page, **changed):
    return {**form_of(page.replace('class="card-form"', 'class="case-form"')), **changed}


def add(clerk, register, **values):
    page = clerk.get(f"/registers/{register}/new")
    answer = clerk.post(f"/registers/{register}/new", **sent(page, **values))
    return answer.headers["Location"].partition("?")[0]


def firm(clerk, name="Ромашка", **more):
    return add(clerk, "firm", **{"name": name, "area": "food", "why.reason": "заключили", **more})


def test_a_row_is_entered_shown_and_stands_in_the_list(clerk):
    row = firm(clerk, **{"address": "ул. Мира, 1"})
    page = clerk.get(row)
    assert "ул. Мира, 1" in page
    assert "заключили" in page
    assert "Ромашка" in clerk.get("/registers/firm")
