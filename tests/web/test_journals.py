"""Numbers given outside the system: who writes them into the journal, and what a mistake says."""

import re

import pytest
from sqlalchemy import update
from stories import done

from workflow_app.store.models.accounts import AdminEvent
from workflow_app.store.models.base import table
from workflow_app.store.models.registers import Journal, JournalEntry


def form_of(page):
    """Return where the journal's page sends numbers given outside, and what it proposes."""
    form = page.split('class="block outside')[1].split("</form>")[0]
    sent = dict(re.findall(r'name="(first|last|on|title)" value="([^"]*)"', form))
    return re.search(r'action="([^"]+)"', form)[1], sent


@pytest.mark.parametrize("person", ["P004", "P003"])
def test_the_clerk_and_the_specialist_write_numbers_given_outside(browser, district, person):
    clerk = browser(person)
    path, sent = form_of(clerk.get("/orders"))
    assert sent["on"] == "2025-08-28"
    answer = clerk.post(path, **{**sent, "first": "291", "last": "293", "title": "О кадрах"})
    page = clerk.get(answer.headers["Location"])
    assert page.count("О кадрах") == 3
    assert "291-од" in page
    event = district.rows(AdminEvent)[-1]
    assert (event["action"], event["person_id"]) == ("outside_numbers", district.people[person])
    assert "№ 291–293" in browser("P003").get("/admin")


def test_nobody_else_is_offered_the_form_or_may_send_it(browser, district):
    for person in ("P102", "P002", "P006"):
        assert "/orders/outside" not in browser(person).get("/orders")
        browser(person).post(
            "/orders/outside", status=404, first="291", on="2025-08-28", title="О кадрах"
        )
    assert district.rows(AdminEvent) == []


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"first": ""}, "first", "целое число от 1"),
        ({"first": "295", "last": "291"}, "last", "меньше первого"),
        ({"first": "1", "last": "9999"}, "last", "не больше 500"),
        ({"first": "290"}, "first", "уже есть номер: 290"),
        ({"on": "завтра"}, "on", "Укажите дату"),
        ({"on": "2025-08-29"}, "on", "ещё не наступила"),
        ({"title": "  "}, "title", "о чём приказы"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_keeps_what_was_typed(
    browser, district, wrong, field, said
):
    sent = {"first": "291", "last": "", "on": "2025-08-28", "title": "О кадрах", **wrong}
    page = browser("P004").post("/orders/outside", status=422, **sent).get_data(as_text=True)
    assert said in page.split(f'id="f-{field}-error"')[1].split("</div>")[0]
    assert f'value="{sent["first"]}"' in page
    assert district.rows(AdminEvent) == []


@pytest.mark.shipped
def test_a_gap_the_registration_names_is_filled_from_the_register(browser, district, order):
    def outside(uow):
        uow.session.query(Journal).filter_by(code="orders").one().external_numbering = True
        uow.session.flush()

    district.container.transact(outside)
    for person, action in (("P003", "send"), ("P005", "visa"), ("P002", "sign")):
        done(district.act(person, order, action))
    assert district.act("P004", order, "register", number=293).code == "number_gap"
    clerk = browser("P004")
    path, sent = form_of(clerk.get("/orders"))
    clerk.post(path, **{**sent, "first": "291", "last": "292", "title": "О кадрах"})
    done(district.act("P004", order, "register", number=293))
    assert district.case(order).number == "293-од"


@pytest.mark.shipped
def test_the_journal_of_a_year_is_printed_and_taken_away(browser, district, order):
    for person, action in (("P003", "send"), ("P005", "visa"), ("P002", "sign")):
        done(district.act(person, order, action))
    done(district.act("P004", order, "register"))
    clerk, number = browser("P004"), district.case(order).number
    page = clerk.get("/orders?year=2025")
    assert "Следующий номер журнала: <strong>№" in " ".join(page.split())
    assert "Следующий номер" not in browser("P102").get("/orders?year=2025")
    sheet = clerk.get("/orders/sheet?year=2025")
    assert "Номера, которых здесь нет, выданы вне системы" in sheet
    line = next(one for one in sheet.split("<tr>") if f">{number}<" in one)
    assert "Дьяченко О.П., " in line
    answer = clerk.client.get("/orders/journal.csv?year=2025")
    assert answer.get_data().decode("utf-8-sig").startswith("Номер;Дата;Заголовок;Подписал;Отметки")
    assert number in answer.get_data().decode("utf-8-sig")
    assert clerk.client.get("/orders/journal.xlsx?year=2025").get_data()[:2] == b"PK"


def test_the_journal_names_who_signed_imported_orders_and_says_where_nobody_is_named(
    browser, district
):
    clerk = browser("P004")
    for page in (clerk.get("/orders?year=2025"), clerk.get("/orders/sheet?year=2025")):
        assert "Ковалевская И.В." in page
        assert "не указан" not in page
    entry = table(JournalEntry)
    nobody = (
        update(entry)
        .where(entry.c.label == "271-од")
        .values(signed_by_person_id=None, acting_note=None)
    )
    district.container.transact(lambda uow: uow.connection.execute(nobody).rowcount)
    assert "Подписал: не указан" in clerk.get("/orders?year=2025")
    sheet = clerk.get("/orders/sheet?year=2025")
    line = next(one for one in sheet.split("<tr>") if ">271-од<" in one)
    assert "<td>не указан</td>" in line
