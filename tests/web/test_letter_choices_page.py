"""The account page: which letters come and when; notices that are done, equal or alike."""

import pytest
from stories import done

from workflow_app.store.messages import notices, outbox
from workflow_app.store.models.accounts import Account


def kept(district, person):
    (row,) = district.rows(Account, person_id=district.people[person])
    return row["letters"]


@pytest.mark.shipped
def test_a_person_chooses_her_letters_and_sees_what_she_chose(browser, district):
    reader = browser("P105")
    reader.post("/account/letters", feed="page", quiet_from="21", quiet_to="7", digest_hour="8")
    assert kept(district, "P105") == {"ways": {"feed": "page"}, "quiet": [21, 7], "digest_hour": 8}
    page = reader.get("/account")
    assert '<option value="page" selected>' in page
    assert '<option value="21" selected>21:00' in page
    assert "Итоги недели" not in page
    assert "Итоги недели" in browser("P005").get("/account")


def test_what_cannot_be_chosen_keeps_what_was_typed(browser, district):
    reader = browser("P105")
    page = reader.post(
        "/account/letters", status=422, letters="1", feed="digest", quiet_from="16", quiet_to="19"
    )
    text = page.get_data(as_text=True)
    assert "внутри тихих часов" in text
    assert '<option value="digest" selected>' in text
    assert kept(district, "P105") == {}


def test_done_work_closes_its_notice_whoever_did_it(browser, district, collecting):
    district.carry_out()
    reader = browser("P105")
    assert "новое" in reader.get("/notices")
    done(district.act("P102", collecting, "withdraw", reason="Передумали"))
    page = reader.get("/notices")
    assert "сделано" in page
    assert district.read(lambda uow: unread(uow, district.people["P105"])) == 0


def unread(uow, person):
    return notices.unread(uow.session, person)


def test_equal_notices_are_one_line_and_alike_ones_one_heading(browser, district):
    def tell(uow):
        for what in ("СОШ № 1", "СОШ № 2", "СОШ № 2", "СОШ № 3"):
            payload = {"to": [["dept_specialist", 0]], "subject": f"Ждём: {what}", "text": ""}
            outbox.put(uow.connection, 1, None, "tell", payload, uow.now)

    district.container.transact(tell)
    district.carry_out()
    page = browser("P003").get("/notices")
    assert 'Ждём <span class="count">3</span>' in page
    assert page.count("<strong>СОШ № 2</strong>") == 1
    assert "×2" in page
