"""Writing a draft: rows, cards, autosave, a dead line; with scripts and without."""

import re

import pytest
from playwright.sync_api import expect
from stories import done, propose

from workflow_app.store.models.instances import Instance


@pytest.fixture(scope="module")
def district(sqlite_maker):
    """Return a district in which nobody has begun anything."""
    opened = sqlite_maker.open("2025-08-28")
    yield opened
    opened.close()


@pytest.fixture
def draft(district):
    """Return a fresh draft of a head who has none."""
    case = done(propose(district, "P102", {"S05": "supported"})).instance_id
    yield case
    done(district.act("P102", case, "withdraw", reason="Проба закончена"))


def test_rows_are_added_by_a_button_and_their_cards_appear_side_by_side(window, district, draft):
    page = window("P102")
    page.visit(f"/cases/{draft}?show=all")
    rows = page.locator("fieldset[data-rows] .row-card")
    cards = page.locator("[data-card]:visible")
    expect(rows).to_have_count(1)
    expect(cards).to_have_count(2)
    page.get_by_role("button", name="Добавить строку").click()
    expect(rows).to_have_count(2)
    rows.nth(1).get_by_label("Школа").select_option(str(district.school("S03")))
    expect(cards).to_have_count(3)
    page.get_by_role("button", name="Сохранить черновик").click()
    assert len(district.case(draft).data.members) == 2
    assert page.problems == []


def test_a_double_click_sends_a_form_once(window, district):
    page = window("P107")
    page.visit("/start/network_proposal")
    page.get_by_role("button", name="Начать черновик").dblclick(delay=40)
    page.wait_for_url("**/cases/*")
    at = district.school("S07")
    (row,) = district.rows(Instance, process="network_proposal", author_organisation_id=at)
    assert page.url.endswith(f"/cases/{row['id']}")


def test_the_same_is_done_without_scripts(window, district, draft):
    page = window("P102", 360, scripts=False)
    page.visit(f"/cases/{draft}?show=all")
    page.locator("[name='members.1.school']").select_option(str(district.school("S03")))
    page.locator("[name='members.0._remove']").check()
    page.get_by_role("button", name="Сохранить черновик").click()
    assert district.case(draft).data.members.keys() == (str(district.school("S03")),)


SHORTER = "document.querySelector('form[data-draft]').dataset.pause = 50"
"""A test need not wait as long as a writer thinks."""
LONGER = "document.querySelector('form[data-draft]').dataset.pause = 60000"
"""What is written from now on is sent by no pause."""


def test_a_pause_saves_by_itself(window, district, draft):
    page = window("P102")
    page.visit(f"/cases/{draft}?show=all")
    page.evaluate(SHORTER)
    page.get_by_label("Наименование сети").fill("Сохранено само")
    expect(page.locator("[data-saved-at]")).to_have_text(re.compile("Сохранено в"), timeout=15_000)
    assert district.case(draft).data.name == "Сохранено само"
    page.evaluate("delete document.querySelector('form[data-draft]').dataset.pause")
    page.get_by_label("Наименование сети").fill("И ещё раз рукой")
    page.get_by_role("button", name="Сохранить черновик").click()
    assert district.case(draft).data.name == "И ещё раз рукой"


def offline(page, text="Написано без связи"):
    """Write over a dead line until the page says that it is kept in the browser."""
    page.evaluate(SHORTER)
    page.context.set_offline(True)
    page.get_by_label("Наименование сети").fill(text)
    expect(page.locator("[data-saved-at]")).to_have_text(re.compile("Нет связи"), timeout=15_000)
    page.evaluate(LONGER)


MUTE = "void (window.fetch = () => new Promise(() => {}))"
"""As if the machine was switched off: nothing is sent when the line is back or the page is left."""


def back(page, draft):
    """Come back to a draft after the line was dead, from a page that had no time to send it."""
    page.evaluate(MUTE)
    page.context.set_offline(False)
    page.visit(f"/cases/{draft}?show=all")


def test_what_was_kept_is_sent_when_the_line_is_back(window, district, draft):
    page = window("P102")
    page.visit(f"/cases/{draft}?show=all")
    offline(page)
    page.context.set_offline(False)
    expect(page.locator("[data-saved-at]")).to_have_text(re.compile("Сохранено в"), timeout=15_000)
    assert district.case(draft).data.name == "Написано без связи"
    assert page.evaluate("Object.keys(localStorage)") == []


def test_a_button_pressed_over_a_dead_line_stays_and_is_pressed_by_itself_later(
    window, district, draft
):
    page = window("P102")
    page.visit(f"/cases/{draft}?show=all")
    page.evaluate(LONGER)
    page.context.set_offline(True)
    page.get_by_label("Наименование сети").fill("Нажато без связи")
    page.get_by_role("button", name="Сохранить черновик").click()
    expect(page.locator("[data-saved-at]")).to_have_text(re.compile("сохранится само"))
    expect(page.get_by_label("Наименование сети")).to_have_value("Нажато без связи")
    page.context.set_offline(False)
    expect(page.locator("[data-saved-at]")).to_have_text(re.compile("Сохранено в"), timeout=15_000)
    assert district.case(draft).data.name == "Нажато без связи"


def test_what_a_browser_left_with_is_owed_until_it_is_stored(window, district, draft):
    page = window("P102")
    page.visit(f"/cases/{draft}?show=all")
    page.evaluate(LONGER)
    page.get_by_label("Наименование сети").fill("Ушло в никуда")
    page.route("**/cases/*/draft*", lambda route: route.abort())  # a line that died unnoticed
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Сохранить черновик").click(no_wait_after=True)
    page.wait_for_timeout(300)
    page.go_back()
    said = page.locator("[data-saved-at]")
    expect(page.get_by_label("Наименование сети")).to_have_value("Ушло в никуда")
    expect(said).not_to_have_attribute("data-is", "saved")
    page.unroute("**/cases/*/draft*")
    expect(said).to_have_text(re.compile("Сохранено в"), timeout=30_000)
    assert district.case(draft).data.name == "Ушло в никуда"
    assert page.evaluate("Object.keys(localStorage)") == []


def test_a_page_older_than_the_answer_on_its_way_shows_what_she_wrote(window, district, draft):
    page, old = window("P102"), f"/cases/{draft}?show=all"
    page.visit(old)
    page.evaluate(LONGER)
    page.get_by_label("Наименование сети").fill("Ещё в пути")
    html = page.request.get(old).text()
    page.evaluate("dispatchEvent(new Event('beforeunload'))")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-saved-at]")).to_have_text(re.compile("Сохранено в"), timeout=15_000)
    page.route(f"**{old}", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.visit(old)
    expect(page.get_by_label("Наименование сети")).to_have_value("Ещё в пути")
    page.unroute(f"**{old}")
    page.visit(old)
    assert district.case(draft).data.name == "Ещё в пути"
    assert page.evaluate("Object.keys(localStorage)") == []


def test_a_server_that_fails_is_asked_again_after_a_pause(window, district, draft):
    page, asked = window("P102"), []

    def answer(route):
        asked.append(route.request.method)
        if len(asked) == 1:
            route.fulfill(status=503, json={"code": "http_503", "message": "", "fields": {}})
        else:
            route.continue_()

    page.visit(f"/cases/{draft}?show=all")
    page.route("**/draft*", answer)
    page.evaluate(SHORTER)
    page.get_by_label("Наименование сети").fill("Со второго раза")
    expect(page.locator("[data-saved-at]")).to_have_text(re.compile("Сохранено в"), timeout=15_000)
    assert (len(asked), district.case(draft).data.name) == (2, "Со второго раза")


def test_who_leaves_at_once_has_saved(window, district, draft):
    page = window("P102")
    page.visit(f"/cases/{draft}?show=all")
    page.evaluate(LONGER)
    page.get_by_label("Наименование сети").fill("Ушла не дожидаясь")
    page.visit("/")
    page.visit(f"/cases/{draft}?show=all")
    assert district.case(draft).data.name == "Ушла не дожидаясь"
    assert "другой человек" not in page.locator("main").inner_text()
    assert page.evaluate("Object.keys(localStorage)") == []


def test_rows_added_over_a_dead_line_are_there_again(window, district, draft):
    page = window("P102")
    page.visit(f"/cases/{draft}?show=all")
    rows = page.locator("fieldset[data-rows] .row-card")
    offline(page)
    for number, school in ((1, "S03"), (2, "S12")):
        page.get_by_role("button", name="Добавить строку").click()
        rows.nth(number).get_by_label("Школа").select_option(str(district.school(school)))
        rows.nth(number).get_by_label("В чём нужна помощь").fill(f"Помощь {school}")
    rows.nth(0).get_by_label("убрать эту строку").check()
    back(page, draft)
    expect(rows).to_have_count(3)
    expect(rows.nth(0).get_by_label("убрать эту строку")).to_be_checked()
    expect(rows.nth(1).get_by_label("В чём нужна помощь")).to_have_value("Помощь S03")
    page.get_by_role("button", name="Добавить строку").click()
    expect(rows).to_have_count(4)
    page.get_by_label("Наименование сети").press("End")
    page.visit(f"/cases/{draft}?show=all")
    expect(rows).to_have_count(3)
    page.get_by_role("button", name="Сохранить черновик").click()
    found = district.case(draft).data.members
    assert found.keys() == (str(district.school("S03")), str(district.school("S12")))
    assert [said for said in page.problems if "ERR_INTERNET" not in said] == []


def test_what_was_kept_joins_what_a_colleague_saved_meanwhile(window, district, draft):
    page = window("P102")
    page.visit(f"/cases/{draft}?show=all")
    offline(page)
    rows = {"put": [{"school": district.school("S03"), "role": "partner"}], "remove": []}
    done(district.edit("P102", draft, resources="Кабинет от другого", members=rows))
    back(page, draft)
    expect(page.locator("[data-saved-at]")).to_have_text(re.compile("ещё не сохранено"))
    expect(page.get_by_label("Ресурсы базовой школы")).to_have_value("Кабинет от другого")
    expect(page.get_by_label("Наименование сети")).to_have_value("Написано без связи")
    page.visit()
    expect(page.get_by_label("Наименование сети")).to_have_value("Написано без связи")
    page.get_by_role("button", name="Сохранить черновик").click()
    data = district.case(draft).data
    assert (data.name, data.resources) == ("Написано без связи", "Кабинет от другого")
    assert len(data.members) == 2


def test_of_one_field_kept_and_saved_by_a_colleague_both_texts_are_shown(window, district, draft):
    page = window("P102")
    page.visit(f"/cases/{draft}?show=all")
    offline(page)
    done(district.edit("P102", draft, name="Имя от другого"))
    back(page, draft)
    page.get_by_role("button", name="Сохранить черновик").click()
    expect(page.locator("#f-name-error")).to_contain_text("Имя от другого")
    expect(page.get_by_label("Наименование сети")).to_have_value("Написано без связи")
    assert district.case(draft).data.name == "Имя от другого"
    page.get_by_role("button", name="Сохранить черновик").click()
    assert district.case(draft).data.name == "Написано без связи"


def test_what_one_person_kept_is_not_put_into_anothers_page(window, district, draft):
    page = window("P102")
    page.visit(f"/cases/{draft}?show=all")
    offline(page)
    (key,) = page.evaluate("Object.keys(localStorage)")
    assert key == f"draft-{district.people['P102']}-{draft}"


def test_a_row_added_and_sent_at_once_is_there_once(window, district, draft):
    page = window("P102")
    page.visit(f"/cases/{draft}?show=all")
    page.get_by_label("Наименование сети").fill("  С пробелом на конце ")
    page.get_by_role("button", name="Добавить строку").click()
    rows = page.locator("fieldset[data-rows] .row-card")
    rows.nth(1).get_by_label("Школа").select_option(str(district.school("S03")))
    for _ in range(2):
        page.get_by_role("button", name="Сохранить черновик").click()
        page.wait_for_load_state("networkidle")
        assert "другой человек" not in page.locator("main").inner_text()
        expect(rows).to_have_count(2)
    assert len(district.case(draft).data.members) == 2
    assert district.case(draft).data.name == "С пробелом на конце"
    rows.nth(1).get_by_label("Школа").select_option(str(district.school("S12")))
    page.get_by_role("button", name="Сохранить черновик").click()
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-saved-at]")).not_to_contain_text("Восстановлено")
    expect(rows).to_have_count(2)
    assert page.evaluate("Object.keys(localStorage)") == []


def test_an_unfinished_row_stops_nothing_and_is_there_on_another_device(window, district, draft):
    page = window("P102")
    page.visit(f"/cases/{draft}?show=all")
    page.evaluate(SHORTER)
    rows = page.locator("fieldset[data-rows] .row-card")
    page.get_by_label("Наименование сети").fill("Ещё без школы")
    page.get_by_role("button", name="Добавить строку").click()
    rows.nth(1).get_by_label("В чём нужна помощь").fill("Помощь")
    saved = page.locator("[data-saved-at]")
    expect(saved).to_contain_text("в строке не выбрано «Школа»", timeout=15_000)
    assert district.case(draft).data.name == "Ещё без школы"
    other = window("P102", 360, scripts=False)
    other.goto(f"/cases/{draft}?show=all")
    assert other.locator("[name='members.1.need']").input_value() == "Помощь"
    assert "не выбрано «Школа»" in other.locator(".row-card").nth(1).inner_text()
    rows.nth(1).get_by_label("Школа").select_option(str(district.school("S03")))
    page.get_by_role("button", name="Сохранить черновик").click()
    page.wait_for_load_state("networkidle")
    expect(rows).to_have_count(2)
    case = district.case(draft)
    assert (case.typed, len(case.data.members)) == ({}, 2)
    assert page.evaluate("Object.keys(localStorage)") == []


def test_who_signs_out_leaves_no_text_and_is_asked_only_about_what_could_not_be_sent(
    window, district, draft
):
    page = window("P102")
    page.visit(f"/cases/{draft}?show=all")
    page.evaluate(LONGER)
    page.route("**/draft*", lambda route: route.abort())
    page.get_by_label("Наименование сети").fill("Ещё не сохранено")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    out = page.get_by_role("button", name="Выйти").first
    out.click()
    expect(page.locator("[data-saved-at]")).to_have_text(re.compile("Нет связи"), timeout=15_000)
    page.wait_for_timeout(200)
    assert "ещё не сохранён" in asked[0]
    assert page.url.endswith(f"/cases/{draft}?show=all")
    assert page.evaluate("Object.keys(localStorage).length") == 1
    page.unroute("**/draft*")
    out.click()
    page.wait_for_url("**/sign-in")
    assert len(asked) == 1
    assert page.evaluate("Object.keys(localStorage)") == []
    assert district.case(draft).data.name == "Ещё не сохранено"
