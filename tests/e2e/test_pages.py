"""Every page in a browser: readable on a telephone, usable by everybody, whole without scripts."""

import pytest
from markup import faults

from workflow_app.app import create_app

PAGES = {
    "queue": ("P003", "/"),
    "search": ("P003", "/search?find=сеть"),
    "help": ("P105", "/help"),
    "practice": ("P105", "/help/practice"),
    "clauses": ("P105", "/help/clauses"),
    "accessibility": ("P105", "/accessibility"),
    "ways to begin": ("P003", "/start"),
    "what burns": ("P003", "/late"),
    "load": ("P003", "/work"),
    "load of one": ("P003", "/work/of/6"),
    "asked": ("P105", "/cases/{asked}"),
    "answer": ("P105", "/cases/{asked}/actions/agree"),
    "answer with terms": ("P105", "/cases/{asked}/actions/agree_with_conditions"),
    "refusal": ("P105", "/cases/{asked}/actions/decline"),
    "incident": ("P003", "/cases/{asked}"),
    "draft": ("P101", "/cases/{draft}"),
    "part of a draft": ("P101", "/cases/{draft}?part=members"),
    "check of a draft": ("P101", "/cases/{draft}?show=check"),
    "draft on one page": ("P101", "/cases/{draft}?show=all"),
    "beginning": ("P102", "/start/network_proposal"),
    "submitted": ("P006", "/cases/{submitted}"),
    "remarks": ("P006", "/cases/{submitted}/actions/return"),
    "opinion": ("P006", "/cases/{submitted}/actions/endorse"),
    "case": ("P003", "/cases/{case}"),
    "comments": ("P005", "/cases/{order}/comments"),
    "order": ("P005", "/cases/{order}"),
    "visa": ("P005", "/cases/{order}/actions/visa"),
    "paper": ("P003", "/documents/1"),
    "difference": ("P003", "/documents/{edition}/difference"),
    "cases": ("P003", "/cases"),
    "calendar": ("P006", "/calendar"),
    "requests of consumers": ("P110", "/registers/service_request"),
    "new request of consumers": ("P110", "/registers/service_request/new"),
    "consultations": ("P006", "/registers/consultation"),
    "networks": ("P003", "/networks"),
    "network": ("P003", "/networks/1"),
    "indicators": ("P106", "/networks/2/indicators"),
    "dashboard": ("P003", "/dashboard"),
    "recommendations": ("P003", "/registers/recommendation"),
    "orders": ("P003", "/orders"),
    "journal": ("P004", "/orders/sheet"),
    "schools": ("P003", "/schools"),
    "school": ("P003", "/schools/5"),
    "people": ("P003", "/people"),
    "acts": ("P003", "/registers/act"),
    "registers": ("P003", "/registers"),
    "directions": ("P003", "/registers/direction"),
    "direction": ("P003", "/registers/direction/1"),
    "file for a register": ("P003", "/registers/direction/import"),
    "columns of a file": ("P003", "/registers/direction/imports/{dry}/columns"),
    "dry run of a file": ("P003", "/registers/direction/imports/{dry}"),
    "written file": ("P003", "/registers/direction/imports/{written}"),
    "list as a document": ("P003", "/registers/direction/papers/{paper}"),
    "new direction": ("P003", "/registers/direction/new"),
    "change of a direction": ("P003", "/registers/direction/{direction}/edit"),
    "end of a direction": ("P003", "/registers/direction/{direction}/end"),
    "what an order says": ("P003", "/registers/direction/1/edit"),
    "written by hand": ("P003", "/registers/direction/{direction}"),
    "processes": ("P003", "/processes"),
    "passport": ("P003", "/processes/network_proposal"),
    "notices": ("P105", "/notices"),
    "account": ("P105", "/account"),
    "access changes": ("P105", "/access-changes"),
    "access changes of others": ("P003", "/access-changes"),
    "substitutions": ("P105", "/substitutions"),
    "admin": ("P003", "/admin"),
    "first steps": ("P003", "/admin/first-steps"),
    "admin people": ("P003", "/admin/people"),
    "admin person": ("P003", "/admin/people/{person}"),
    "admin newcomer": ("P003", "/admin/people/new"),
    "somebody leaves": ("P003", "/admin/people/{person}/leave"),
    "journal of actions": ("P003", "/admin/audit"),
    "people from a file": ("P003", "/admin/people/import"),
    "colleague": ("P003", "/schools/5/colleagues/new"),
    "colleagues": ("P105", "/organisations/7/teacher"),
    "admin positions": ("P003", "/admin/positions"),
    "admin title forms": ("P003", "/admin/positions/1/forms"),
    "organisations": ("P003", "/admin/organisations"),
    "organisation": ("P003", "/admin/organisations/5"),
    "new school": ("P003", "/admin/organisations/new"),
    "name from a day": ("P003", "/admin/organisations/5/rename"),
    "slip in a name": ("P003", "/admin/organisations/5/names/6"),
    "contacts of a school": ("P003", "/admin/organisations/5/edit"),
    "card of a school": ("P003", "/registers/school/5"),
    "change of a card": ("P003", "/registers/school/5/edit"),
    "end of a school": ("P003", "/registers/school/5/end"),
    "admin calendar": ("P003", "/admin/calendar"),
    "admin deadlines": ("P003", "/admin/deadlines?text=а"),
    "admin settings": ("P003", "/admin/settings"),
    "section of settings": ("P003", "/admin/settings?section=5"),
    "letters": ("P003", "/admin/letters"),
    "webhooks": ("P003", "/admin/webhooks"),
    "admin incidents": ("P003", "/admin/incidents"),
    "survey": ("P201", "/cases/{survey}"),
    "links of a survey": ("P201", "/cases/{survey}/links"),
    "anonymous answers": (None, "/polls/{key}"),
    "anonymous answers signed in": ("P110", "/cases/{survey}/answers"),
    "suggestion of a stranger": (None, "/suggest/{suggest}"),
    "suggestions": ("P110", "/registers/service_request/suggestions"),
    "sheet for suggestions": ("P110", "/registers/service_request/suggestions/sheet/{place}"),
    "sign in": (None, "/sign-in"),
    "forgot": (None, "/forgot"),
    "new password": (None, "/choose/{link}"),
    "second factor": ("P105", "/account/second-factor"),
}
FAILURES = {
    "missing": ("P003", "/cases/9999", 404),
    "unverified": (None, "/verify/0", 404),
    "broken": ("P003", "/broken", 500),
}
NO_PAGES = {
    "static": "a file of the pages",
    "pages.health": "for machines",
    "cases.show_pane": "a part of the queue",
    "cases.show_papers": "a part of a case",
    "calendar.subscribed": "a file for other calendars",
    "colleagues.join": "a stranger's page behind a link: test_colleagues.py",
    "files.give": "a file people brought",
    "oidc.begin": "leads to a provider: test_provider_page.py",
    "oidc.back": "comes from a provider: test_provider_page.py",
    "access.code": "after a password alone: test_second_factor_page.py",
    "documents.content": "a Word file",
    "documents.pdf": "a PDF file",
    "calendar.as_ics": "a file for other calendars",
    "indicators.as_csv": "a table as a file",
    "journals.as_csv": "a table as a file",
    "case_list.as_csv": "a table as a file",
    "case_list.as_xlsx": "a table as a file",
    "journals.as_xlsx": "a table as a file",
    "indicators.as_xlsx": "a table as a file",
    "register_files.as_csv": "a table as a file",
    "register_files.paper_content": "a Word file",
    "register_files.as_xlsx": "a table as a file",
    "people_files.as_xlsx": "a table as a file",
    "admin.people_as_csv": "a table as a file",
    "admin.people_as_xlsx": "a table as a file",
    "admin.positions_as_csv": "a table as a file",
    "admin.positions_as_xlsx": "a table as a file",
    "audit.as_csv": "a table as a file",
    "audit.as_xlsx": "a table as a file",
    "letters.as_csv": "a table as a file",
    "letters.as_xlsx": "a table as a file",
}
MAIN = ("queue", "asked", "case", "order", "indicators", "sign in")
HOW_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def look(window, district, name, width, *, scripts=True):
    person, path = PAGES[name]
    page = window(person, width, scripts=scripts)
    page.visit(path.format(**district.cases))
    return page


def check(page, barriers, *, is_first=True):
    """A page that stands in a wide window is as good in the narrow one of a telephone.

    Its first reader's is searched for barriers at both widths, everybody else's at the narrow one.
    """
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(HOW_WIDE) <= 0, f"the page scrolls sideways at {width}"
        assert not (is_first or width < 1280) or barriers(page) == [], width
    if is_first:
        assert faults(page.request.get(page.url).text()) == []
    assert page.problems == []


def test_every_page_of_the_house_is_looked_at(district):
    app = create_app(district.container)
    addresses = app.url_map.bind("localhost")
    paths = [path.format(**district.cases) for _, path in PAGES.values()]
    paths.append(FAILURES["unverified"][1])
    looked_at = {addresses.match(path.partition("?")[0])[0] for path in paths}
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and not rule.rule.startswith("/api/")
    }
    assert pages - looked_at == set(NO_PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_barrier_at_any_width(window, district, barriers, name):
    check(look(window, district, name, 1280), barriers)


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_a_page_too(window, barriers, name):
    person, path, status = FAILURES[name]
    page = window(person)
    assert page.goto(path).status == status
    page.problems = [said for said in page.problems if f"status of {status}" not in said]
    check(page, barriers)


def test_a_form_open_too_long_says_so_on_a_page(window, barriers):
    page = window("P105")
    page.goto("/account")
    page.evaluate("document.querySelectorAll('[name=csrf_token]').forEach(e => e.remove())")
    page.get_by_label("Для чего новый ключ").fill("сайт школы")
    page.get_by_label("Ваш пароль").fill("my secret")
    page.get_by_role("button", name="Создать ключ").click()
    assert "слишком долго" in page.get_by_role("heading", level=1).inner_text()
    page.problems = [said for said in page.problems if "status of 400" not in said]
    check(page, barriers)


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
    assert "согласилась" in page.locator(".alert").inner_text()
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
