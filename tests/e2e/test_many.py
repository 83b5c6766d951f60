"""Many at once in a browser: an action appears only when it fits all that are ticked."""

import pytest
from sqlalchemy import insert
from stories import done, to_department, to_signature

from workflow_app.store.models.base import table
from workflow_app.store.models.messages import Notice

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
    page.visit("/")
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


def test_the_only_case_for_many_is_opened_and_not_ticked(window, district):
    drafted = done(
        district.start("P003", "network_proposal", base=district.school("S07"), name="Своя сеть")
    )
    page = window("P003")
    page.visit("/")
    assert district.state(drafted.instance_id) == "draft"
    assert page.locator(".work-row").count() > 1
    assert page.locator("input[name=case]").count() == 0
    assert page.locator("[data-bulk-bar]").count() == 0


def test_the_header_of_the_specialist_is_one_row_with_two_digits_of_notices(window, district):
    district.container.transact(
        lambda uow: uow.connection.execute(
            insert(table(Notice)),
            [
                {
                    "municipality_id": 1,
                    "person_id": district.people["P003"],
                    "kind": "tell",
                    "dedupe_key": f"notice-{n}",
                    "subject": "Приказ зарегистрирован",
                    "text": "",
                    "created_at": uow.now,
                }
                for n in range(15)
            ],
        )
    )
    page = window("P003")
    page.visit("/orders")
    search, notices, begin = (
        page.locator(f".bar > {name}").first.bounding_box() for name in ("form", "a", ".btn")
    )
    assert abs(search["y"] - notices["y"]) < search["height"]
    assert abs(search["y"] - begin["y"]) < search["height"]
    assert page.locator(".bar .count").inner_text().split()[0] == "15"


def test_a_filter_is_as_wide_as_what_it_says_on_a_telephone(window):
    page = window("P002", width=360)
    page.visit("/orders")
    wanted = page.locator("#kind").evaluate("""(one) => {
        const free = one.cloneNode(true);
        free.style.cssText = "width: max-content; max-width: none; position: absolute";
        document.body.append(free);
        const width = free.getBoundingClientRect().width;
        free.remove();
        return width;
    }""")
    assert page.locator("#kind").bounding_box()["width"] >= min(wanted, 290)


def test_without_scripts_every_action_is_there_and_the_server_says_what_did_not_fit(window):
    page = window("P002", scripts=False)
    page.visit("/")
    for box in page.locator("input[name=case]").all():
        box.check()
    page.get_by_label("Ваш пароль").fill("demo-2025")
    page.get_by_role("button", name="Подписать").click()
    said = " ".join(page.locator(".alert").all_inner_texts())
    assert "Приказ подписан: 1 дело." in said
    assert "это действие сейчас не подходит: «" in said
