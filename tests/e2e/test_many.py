"""Many at once in a browser: an action appears only when it fits all that are ticked."""

import pytest
from stories import done, to_department, to_signature

LATER = {"valid_from": "2026-09-01", "valid_to": "2027-08-31"}


@pytest.fixture(scope="module")
def district(sqlite_maker):
    """Return a district where the acting head has a proposal to approve and an order to sign."""
    opened = sqlite_maker.open("2025-08-28")
    first = to_department(opened)
    to_department(opened, "P106", {"S05": "supported", "S09": "partner"}, ("P105", "P109"))
    done(opened.act("P002", first, "approve"))
    to_signature(opened, first)
    members = {"S16": "supported", "S04": "partner"}
    third = to_department(opened, "P101", members, ("P116", "P104"), **LATER)
    done(opened.act("P002", third, "approve"))
    yield opened
    opened.close()


def test_an_action_for_many_appears_only_when_it_fits_all_that_are_ticked(window):
    page = window("P002")
    page.goto("/", wait_until="networkidle")
    buttons = page.locator("form[data-bulk] button[name=action]:visible")
    boxes = page.locator("input[name=case]")
    password = page.get_by_label("Ваш пароль")
    assert boxes.count() == 2
    assert buttons.count() == 0
    seen = set()
    for number in (0, 1):
        boxes.nth(number).check()
        assert buttons.count() == 1
        seen.add((buttons.inner_text(), password.is_visible()))
        boxes.nth(number).uncheck()
    assert seen == {("Утвердить", False), ("Подписать", True)}
    boxes.nth(0).check()
    boxes.nth(1).check()
    assert buttons.count() == 0
    assert page.get_by_text("нет общего действия").is_visible()


def test_the_specialist_sends_only_what_can_all_be_sent(window, district):
    drafted = done(
        district.start("P003", "network_proposal", base=district.school("S07"), name="Своя сеть")
    )
    page = window("P003")
    page.goto("/", wait_until="networkidle")
    assert district.state(drafted.instance_id) == "draft"
    bar = page.locator("form[data-bulk] button[name=action]:visible")
    assert bar.count() == 0
    boxes = page.locator("input[name=case]")
    assert boxes.count() == 1, "only the order may be acted on with others"
    boxes.first.check()
    assert bar.all_inner_texts() == ["Отправить на визирование"]
    boxes.first.uncheck()
    assert bar.count() == 0


def test_without_scripts_every_action_is_there_and_the_server_says_what_did_not_fit(window):
    page = window("P002", scripts=False)
    page.goto("/", wait_until="networkidle")
    for box in page.locator("input[name=case]").all():
        box.check()
    page.get_by_label("Ваш пароль").fill("demo-2025")
    page.get_by_role("button", name="Подписать").click()
    said = " ".join(page.locator(".alert").all_inner_texts())
    assert "Выполнено: 1." in said
    assert "это действие к нему не подходит" in said
