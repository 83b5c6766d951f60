"""The desk in a browser: two presses decide, the first case stands above the fold."""

import pytest
from sqlalchemy import insert
from stories import done, to_department, to_signature

from workflow_app.store.models.base import table
from workflow_app.store.models.documents import Document
from workflow_app.store.models.messages import Notice

LATER = {"valid_from": "2026-09-01", "valid_to": "2027-08-31"}
HOW_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def district(sqlite_maker):
    """Return a district where the acting head has a proposal to approve and an order to sign."""
    opened = sqlite_maker.open("2025-08-28")
    first = to_department(opened)
    done(opened.act("P002", first, "approve"))
    to_signature(opened, first)
    opened.waiting = to_department(
        opened, "P106", {"S05": "supported", "S09": "partner"}, ("P105", "P109"), **LATER
    )
    yield opened
    opened.close()


def test_the_first_case_stands_above_the_fold_of_a_telephone(window):
    page = window("P002", 360)
    page.set_viewport_size({"width": 360, "height": 740})
    page.visit("/")
    row, dock = page.locator(".work-row").first.bounding_box(), page.locator(".dock").bounding_box()
    assert row["y"] + row["height"] < dock["y"]


def test_five_stops_of_the_keyboard_lead_to_the_first_case(window):
    page = window("P002")
    page.visit("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # past the frame
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.work-row *')"):
            return
    pytest.fail("the first case is further away")


def test_the_rest_of_the_frame_opens_and_closes_without_a_script(window):
    page = window("P003", 360, scripts=False)
    page.visit("/orders")
    assert not page.locator("#rail").is_visible()
    page.locator(".dock").get_by_role("link", name="Ещё").click()
    assert page.locator("#rail").get_by_role("link", name="Реестры").is_visible()
    page.get_by_role("link", name="Закрыть").click()
    assert not page.locator("#rail").is_visible()


@pytest.mark.parametrize("width", [320, 360, 1024, 1280])
def test_counters_of_three_digits_make_no_page_wider_than_its_window(window, district, width):
    if not district.container.read(lambda uow: uow.session.query(Notice).count() > 900):
        rows = [
            {
                "municipality_id": 1,
                "person_id": district.people["P002"],
                "kind": "tell",
                "dedupe_key": f"many-{n}",
                "subject": "Срок",
                "text": "",
                "created_at": district.container.clock.now(),
            }
            for n in range(999)
        ]
        district.container.transact(
            lambda uow: uow.connection.execute(insert(table(Notice)), rows).rowcount
        )
    page = window("P002", width)
    for path in ("/", "/orders", "/dashboard"):
        page.visit(path)
        assert page.evaluate(HOW_WIDE) <= 0, path


@pytest.mark.parametrize(
    "path", ["/", "/late", "/dashboard", "/orders", "/help", "/account", "/sign-in"]
)
def test_dark_pages_have_no_barrier(window, barriers, path):
    page = window(None if path == "/sign-in" else "P002")
    page.emulate_media(color_scheme="dark")
    page.visit(path)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert barriers(page) == []


def test_a_form_is_asked_over_the_queue_and_its_cancel_leaves_everything(
    window, district, barriers
):
    page = window("P002")
    page.visit("/")
    page.locator(f"a[data-pane='/cases/{district.waiting}/pane']").click()
    page.locator(".pane").get_by_role("link", name="Вернуть с замечаниями").click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert barriers(page) == []
    dialog.get_by_role("link", name="Не сейчас").click()
    assert dialog.count() == 0
    assert district.state(district.waiting) == "dept_review"


def test_two_presses_decide_and_the_queue_stands_there_again(window, district, barriers):
    page = window("P002")
    page.visit("/")
    page.locator(f"a[data-pane='/cases/{district.waiting}/pane']").click()
    button = page.locator(".pane").get_by_role("button", name="Утвердить")
    button.wait_for()
    assert barriers(page) == []
    button.click()
    page.locator(".alert").wait_for()
    assert page.url.endswith("/")
    assert district.state(district.waiting) == "order_preparation"
    page.locator(".alert").get_by_role("button", name="Отменить").click()
    page.locator(".alert").wait_for()
    assert district.state(district.waiting) == "dept_review"
    assert page.problems == []


def test_a_paper_that_is_being_made_appears_by_itself(window, district):
    waiting = next(row for row in district.rows(Document) if not row["file_sha256"])
    page = window("P003")
    page.visit(f"/cases/{waiting['instance_id']}")
    papers = page.locator("[data-awaited]")
    assert "готовится" in papers.text_content()
    assert papers.get_by_role("link", name="Обновить").is_visible()
    district.carry_out()
    papers.get_by_role("link", name="скачать .docx").first.wait_for(timeout=8000)
    assert "готовится" not in papers.text_content()


def test_single_keys_lead_to_search_and_help_until_they_are_switched_off(window):
    page = window("P002")
    page.visit("/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("a?/")
    assert page.locator("#find").input_value() == "a?/"
    page.visit("/orders")
    page.keyboard.press("?")
    page.wait_for_url("**/help#keys")
    page.visit("/account")
    page.get_by_label("Быстрые клавиши").select_option("off")
    page.get_by_role("button", name="Записать вид").click()
    page.visit("/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "find"


def test_print_is_black_on_white_and_a_mistake_is_red_whatever_was_chosen(window):
    page = window("P002")
    page.emulate_media(color_scheme="dark")
    page.visit("/")
    page.evaluate("""document.querySelector("main").insertAdjacentHTML("beforeend",
      '<div class="sheet"><input class="form-control" id="wrong" aria-invalid="true"></div>')""")

    def said(name, what):
        return page.evaluate(f"getComputedStyle(document.querySelector('{name}')).{what}")

    for scheme in ("dark", "light", ""):
        page.evaluate(f"document.documentElement.dataset.scheme = '{scheme}'")
        page.emulate_media(media="print")
        assert said("body", "color") == "rgb(0, 0, 0)"
        assert said("body", "backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen", color_scheme="light")
    page.evaluate("document.documentElement.dataset.scheme = ''")
    assert said("#wrong", "borderTopColor") == "rgb(155, 28, 28)"
