"""Every page in a browser: readable on a telephone, usable by everybody, whole without scripts."""

import pytest

PAGES = {
    "queue": ("P003", "/"),
    "asked": ("P105", "/cases/{asked}"),
    "answer": ("P105", "/cases/{asked}/actions/agree"),
    "case": ("P003", "/cases/{case}"),
    "order": ("P005", "/cases/{order}"),
    "paper": ("P003", "/documents/1"),
    "cases": ("P003", "/cases"),
    "networks": ("P003", "/networks"),
    "network": ("P003", "/networks/1"),
    "orders": ("P003", "/orders"),
    "schools": ("P003", "/schools"),
    "school": ("P003", "/schools/5"),
    "people": ("P003", "/people"),
    "processes": ("P003", "/processes"),
    "passport": ("P003", "/processes/network_proposal"),
    "notices": ("P105", "/notices"),
    "account": ("P105", "/account"),
    "substitutions": ("P105", "/substitutions"),
    "admin": ("P003", "/admin"),
    "admin people": ("P003", "/admin/people"),
    "admin positions": ("P003", "/admin/positions"),
    "admin calendar": ("P003", "/admin/calendar"),
    "admin deadlines": ("P003", "/admin/deadlines"),
    "admin incidents": ("P003", "/admin/incidents"),
    "sign in": (None, "/sign-in"),
    "forgot": (None, "/forgot"),
    "missing": ("P003", "/cases/9999"),
    "unverified": (None, "/verify/0"),
}
MAIN = ("queue", "asked", "case", "order", "sign in")
HOW_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def look(window, district, name, width, *, scripts=True):
    person, path = PAGES[name]
    page = window(person, width, scripts=scripts)
    page.goto(path.format(**district.cases))
    return page


def check(page, barriers, *, missing=False):
    problems = [one for one in page.problems if not (missing and "404" in one)]
    assert problems == []
    assert page.evaluate(HOW_WIDE) <= 0, "the page scrolls sideways"
    assert barriers(page) == []


@pytest.mark.parametrize("name", MAIN)
@pytest.mark.parametrize("width", [1280, 360])
def test_a_main_page_has_no_barrier_at_any_width(window, district, barriers, name, width):
    check(look(window, district, name, width), barriers)


@pytest.mark.deep
@pytest.mark.parametrize("name", [name for name in PAGES if name not in MAIN])
@pytest.mark.parametrize("width", [1280, 360])
def test_a_page_has_no_barrier_at_any_width(window, district, barriers, name, width):
    check(look(window, district, name, width), barriers, missing=name in ("missing", "unverified"))


@pytest.mark.parametrize("name", MAIN)
def test_text_twice_as_large_does_not_scroll_sideways(window, district, name):
    page = look(window, district, name, 1280)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(HOW_WIDE) <= 0


def test_a_telephone_shows_the_answer_before_anything_has_to_be_scrolled(window, district):
    page = look(window, district, "asked", 360)
    place = page.get_by_role("link", name="Согласиться", exact=True).bounding_box()
    assert place["y"] + place["height"] < 800


def test_a_consent_needs_two_steps_without_scripts_on_a_telephone(window, district):
    page = look(window, district, "asked", 360, scripts=False)
    page.get_by_role("link", name="Согласиться", exact=True).click()
    page.get_by_label("Ваш пароль").fill("demo-2025")
    page.get_by_role("button", name="Согласиться").click()
    assert "Готово" in page.locator(".alert").inner_text()
    assert district.statuses(district.cases["asked"], "consents")["S05"] == "agreed"


def test_the_house_is_walked_by_keyboard_alone(window, district):
    page = look(window, district, "queue", 1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_the_first_visit_costs_little_on_a_weak_line(window, district):
    page = look(window, district, "asked", 360)
    sizes = page.evaluate(
        "performance.getEntries().filter(e => e.transferSize).map(e => e.transferSize)"
    )
    assert sum(sizes) < 45_000
