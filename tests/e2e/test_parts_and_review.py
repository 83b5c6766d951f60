"""A long text part by part, saved by itself, and looked through in place: in a real browser."""

import re

import pytest
from playwright.sync_api import expect
from stories import done, mend, propose
from test_pages import check

pytestmark = pytest.mark.shipped
SHORTER = "document.querySelector('form[data-draft]').dataset.pause = 50"
GOAL = "Сдать ОГЭ без двоек и остаться в своей школе"


@pytest.fixture(scope="module")
def district(sqlite_maker):
    """Return a district with one draft and one text that waits for its reviewer."""
    opened = sqlite_maker.open("2025-08-28")
    schools = {"S05": "supported", "S03": "partner"}
    opened.draft = done(propose(opened, "P107", {"S16": "supported"})).instance_id
    opened.sent = done(propose(opened, "P102", schools)).instance_id
    done(opened.act("P102", opened.sent, "invite"))
    for head in ("P105", "P103"):
        done(opened.act(head, opened.sent, "agree"))
    done(opened.act("P102", opened.sent, "submit"))
    yield opened
    opened.close()


@pytest.mark.long("a district is opened, and a dead line is waited for")
def test_a_part_saves_itself_over_a_line_that_was_dead_and_leaves_the_others(window, district):
    page, case = window("P107"), district.draft
    page.visit(f"/cases/{case}?part=directions")
    page.evaluate(SHORTER)
    state = page.locator("[data-saved-at]")
    expect(state).to_have_attribute("data-is", "saved")
    page.context.set_offline(True)
    page.get_by_label("Цель").fill(GOAL)
    expect(state).to_have_attribute("data-is", "offline", timeout=15_000)
    done(district.edit("P107", case, name="Имя с другого устройства"))
    (key,) = page.evaluate("Object.keys(localStorage)")
    assert key.endswith(f"-{case}-directions")
    page.context.set_offline(False)
    expect(state).to_have_attribute("data-is", "saved", timeout=15_000)
    data = district.case(case).data
    assert (data.goal, data.name) == (GOAL, "Имя с другого устройства")
    page.get_by_role("button", name="Сохранить и дальше").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Координатор и срок")
    assert page.evaluate("Object.keys(localStorage)") == []
    page.evaluate("(key) => localStorage.setItem(key, JSON.stringify({ version: '1' }))", key)
    page.visit(f"/cases/{case}")
    expect(page.locator(".parts [data-part=directions] .kept-here")).to_be_visible()


@pytest.mark.long("both rounds of a review, by two people, searched for barriers")
def test_a_remark_takes_two_presses_and_comes_back_with_its_answer(window, district, barriers):
    page, case = window("P006"), district.sent
    page.visit(f"/cases/{case}")
    goal = page.locator("#u-directions .blame").nth(1)
    goal.locator("summary").click()
    goal.locator("textarea").fill("Цель не отличается от типовой")
    goal.get_by_role("button", name="Записать").click()
    expect(page.locator(".seen")).to_have_text(re.compile("просмотрено 1 из 4 · 1 замечание"))
    page.locator("#u-name [name=_accept]").click()
    expect(page.locator(".seen")).to_have_text(re.compile("просмотрено 2 из 4"))
    check(page, barriers)
    page.locator("[name=_return]").click()
    page.locator("main .card-form button.btn-primary, main .card-form button.btn-danger").click()
    assert district.case(case).data.remarks[0].text == "Цель не отличается от типовой"
    head = window("P102")
    head.visit(f"/cases/{case}")
    expect(head.locator(".returned")).to_contain_text("Возвращено 28 августа")
    check(head, barriers)
    done(district.edit("P102", case, goal=GOAL))
    mend(district, "P102", case)
    done(district.act("P102", case, "resend"))
    done(district.act("P102", case, "submit"))
    page.visit(f"/cases/{case}")
    told = page.locator("#u-directions .round")
    expect(told).to_contain_text(GOAL)
    expect(told).to_contain_text("исправлено")
    assert barriers(page) == []
