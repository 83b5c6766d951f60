"""Pages of living networks in a browser, for everybody who sees them: width, scripts, keyboard."""

import pytest
from living_networks import BEGINS, settle
from test_pages import HOW_WIDE, check

from workflow_app.store.models import Base
from workflows.annual_plan.form import is_unwritten

BASE, MEMBER, COORDINATOR = "P101", "P110", "P201"
METHODIST, IMC_HEAD, SPECIALIST, HEAD = "P006", "P005", "P003", "P001"
OFFICES = (METHODIST, IMC_HEAD, SPECIALIST, HEAD)
EVERYBODY = (BASE, MEMBER, *OFFICES)

PAGES = {
    "plan": ("/cases/{plan}", (COORDINATOR, *EVERYBODY)),
    "plan sheet": ("/cases/{drafted}?part=activities", ("P202", "P106", *OFFICES)),
    "plan with remarks": ("/cases/{returned}", ("P203", IMC_HEAD)),
    "revision": ("/cases/{revision}", (COORDINATOR, BASE, SPECIALIST)),
    "new edition": ("/cases/{plan}/actions/revise", (COORDINATOR,)),
    "network": ("/networks/{network}", EVERYBODY),
    "network compared": ("/networks/{network}?since=2025-09-15", (BASE,)),
    "networks": ("/networks", (MEMBER, METHODIST)),
    "life": ("/cases/{life}", (COORDINATOR, *EVERYBODY)),
    "people of a network": ("/cases/{life}/actions/name_people", (SPECIALIST,)),
    "settings": ("/admin/settings", (SPECIALIST,)),
    "activity": ("/cases/{activity_late}", (COORDINATOR, *EVERYBODY)),
    "activity done": ("/cases/{activity_done}", (MEMBER, METHODIST)),
    "activity reported": ("/cases/{activity_reported}", (COORDINATOR, MEMBER)),
    "activity to cancel": ("/cases/{activity_asked}", (METHODIST, BASE)),
    "report": ("/cases/{activity_late}/actions/report_done", (MEMBER,)),
    "new dates": ("/cases/{activity_planned}/actions/postpone", (COORDINATOR,)),
    "change": ("/cases/{change}", EVERYBODY),
    "change draft": ("/cases/{draft}", (BASE,)),
    "change in council": ("/cases/{council}", ("P109", "P107", SPECIALIST)),
    "change with consents": ("/cases/{consents}", ("P105", SPECIALIST)),
    "consent to a change": ("/cases/{consents}/actions/accept_change", ("P105",)),
    "orders": ("/orders", EVERYBODY),
    "amending order": ("/cases/{amending}", (BASE, MEMBER, SPECIALIST, HEAD)),
    "revoked order": ("/cases/{revoked}", (SPECIALIST, IMC_HEAD)),
    "revoking order": ("/cases/{revoking}", (SPECIALIST,)),
    "queue": ("/", (COORDINATOR, "P204", *EVERYBODY)),
    "news": ("/cases/{news}", (MEMBER, COORDINATOR)),
    "news draft": ("/cases/{news_draft}", (COORDINATOR,)),
    "comment": ("/cases/{news}/actions/write_comment", ("P204",)),
    "material": ("/cases/{material}", (MEMBER, "P204")),
    "use of a material": ("/cases/{material}/actions/use_material", ("P112",)),
    "library": ("/registers/material", ("P204",)),
    "event": ("/cases/{event}", (COORDINATOR, "P204", MEMBER)),
    "colleagues": ("/cases/{event}/actions/enrol_colleagues", (MEMBER,)),
    "who came": ("/cases/{event}/actions/hold_event", (COORDINATOR,)),
    "visit": ("/cases/{visit}", (METHODIST, IMC_HEAD)),
    "protocol": ("/cases/{protocol}", ("P106", "P202", METHODIST, SPECIALIST)),
    "taking note": ("/cases/{protocol}/actions/take_note", ("P106",)),
    "visit to begin": ("/start/monitoring_visit", (METHODIST,)),
    "visits": ("/registers/visit", (IMC_HEAD, "P106")),
    "findings": ("/registers/finding", (IMC_HEAD, "P202")),
    "finding": ("/cases/{finding}", ("P202", "P007", IMC_HEAD)),
    "mending": ("/cases/{finding}/actions/report_mended", ("P202",)),
    "networks of a curator": ("/dashboard?mine=1", (METHODIST,)),
}
SHORT = {
    "plan",
    "plan sheet",
    "revision",
    "network",
    "life",
    "activity",
    "change in council",
    "orders",
    "visit",
    "finding",
    "networks of a curator",
}
"""What is looked at each time, as its first reader; the rest and everybody else, with the deep."""
SEEN = [
    pytest.param(name, who, marks=() if name in SHORT and who == people[0] else pytest.mark.deep)
    for name, (_, people) in PAGES.items()
    for who in people
]
PASTED = (
    "методическое\t{direction}\tСеминар «Слово и смысл»\tсеминар\tдистанционно\t01.12.2025\t"
    "12.12.2025\tИсмаилов Ш.Г.\tвсе\tучителя\tпрограмма семинара\tда"
)
STEP = """() => {
  const here = document.activeElement, again = here.dataset.visited;
  here.dataset.visited = "1";
  if (here === document.body) return "";
  const box = here.getBoundingClientRect();
  const under = Math.max(box.y, 0) + Math.min(box.height, 20) / 2;
  const top = document.elementFromPoint(box.x + box.width / 2, under);
  const seen = top !== null && (here.contains(top) || top.contains(here));
  // The parts of a date are stops of their own, and the browser marks those itself.
  const ring = again || getComputedStyle(here).outlineStyle === "solid";
  return `${here.tagName} ${here.name || here.textContent.trim().slice(0, 40)}`
    + (seen ? "" : " is covered") + (ring ? "" : " has no ring");
}"""
"""Says what has the focus, and what is wrong with it; nothing when the page has been left."""
LEFT_OUT = """() => [...document.querySelectorAll(
  "a[href], button:not([tabindex='-1']), input:not([type=hidden]), select, textarea, summary,"
  + "[tabindex='0']"
)].filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.dataset.visited)
  .map((one) => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def district(sqlite_maker):
    """Return a district whose networks live, one for all tests of the module."""
    opened = sqlite_maker.open(BEGINS)
    Base.metadata.create_all(opened.container.database.engine)
    opened.cases = settle(opened)
    yield opened
    opened.close()


def look(window, district, name, person=None, width=1280, *, scripts=True):
    path, people = PAGES[name]
    page = window(person or people[0], width, scripts=scripts)
    response = page.visit(path.format(**district.cases))
    assert response.status == 200
    return page


@pytest.mark.parametrize(("name", "person"), SEEN)
def test_a_page_has_no_barrier_for_who_sees_it(window, district, barriers, name, person):
    is_first = person == PAGES[name][1][0]
    check(look(window, district, name, person), barriers, is_first=is_first)


def test_every_role_sees_its_pages():
    named = {name for name, _, *_ in (param.values for param in SEEN)}
    assert named == PAGES.keys()
    assert named >= SHORT
    for person in EVERYBODY:
        assert sum(person in people for _, people in PAGES.values()) > 5, person


@pytest.mark.parametrize("name", sorted(SHORT))
def test_a_page_is_whole_without_scripts(window, district, name):
    page = look(window, district, name, scripts=False)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(HOW_WIDE) <= 0, width
    assert page.get_by_role("heading", level=1).inner_text()


@pytest.mark.parametrize("name", ["plan", "plan sheet", "network", "change in council"])
def test_everything_on_a_page_is_reached_by_keyboard_and_seen(window, district, name):
    page = look(window, district, name)
    found = []
    for _ in range(500):
        page.keyboard.press("Tab")
        stop = page.evaluate(STEP)
        if not stop:
            break
        found.append(stop)
    else:
        pytest.fail(f"the focus does not leave the page: {found[-5:]}")
    assert [stop for stop in found if stop.endswith((" is covered", " has no ring"))] == []
    assert page.evaluate(LEFT_OUT) == []


def test_rows_are_pasted_on_a_telephone_without_scripts(window, district):
    plan = district.cases["drafted"]
    # Rows nobody wrote in give place to pasted ones.
    before = sum(not is_unwritten(row) for row in district.case(plan).data.activities)
    page = look(window, district, "plan sheet", width=360, scripts=False)
    direction = page.locator("[name='activities.0.direction'] option").nth(1).inner_text()
    page.get_by_text("Вставить строки из таблицы").click()
    page.locator("[name='_paste.activities']").fill(PASTED.format(direction=direction))
    page.get_by_role("button", name="Вставить и сохранить").click()
    assert "Черновик сохранён" in page.locator(".alert").inner_text()
    rows = district.case(plan).data.activities
    assert (len(rows), rows[-1].title) == (before + 1, "Семинар «Слово и смысл»")


@pytest.mark.parametrize("width", [1280, 360])
def test_a_sheet_hides_neither_a_column_nor_the_end_of_a_title(window, district, width):
    page = look(window, district, "plan sheet", width=width)
    hidden = "(one) => [one.scrollWidth - one.clientWidth, one.scrollHeight - one.clientHeight]"
    assert page.locator(".sheet-scroll").evaluate(hidden) == [0, 0]
    title = page.locator("[name='activities.0.title']")
    title.fill("Районный семинар-практикум для учителей математики " * 5)
    assert title.evaluate(hidden) == [0, 0]


def test_a_row_is_added_to_a_sheet_by_keyboard_alone(window, district):
    plan = district.cases["drafted"]
    page = look(window, district, "plan sheet")
    page.get_by_role("button", name="Добавить строку").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name").endswith(".section")
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "Tab", "Tab"):
        page.keyboard.press(key)
    page.keyboard.type("День открытых уроков")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Черновик сохранён" in page.locator(".alert").inner_text()
    row = district.case(plan).data.activities[-1]
    assert (row.section, row.title) == ("method", "День открытых уроков")
