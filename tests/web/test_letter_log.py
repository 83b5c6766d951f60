"""The log of letters: who sees it, what is said of a letter that did not come."""

import datetime as dt
import re

import pytest
from sqlalchemy import update

from workflow_app.documents import sheets
from workflow_app.notifications.mail import FileMailer, SmtpMailer
from workflow_app.store.messages import letter_log, outbox
from workflow_app.store.messages.letters import put_letter
from workflow_app.store.models.accounts import AdminEvent
from workflow_app.store.models.directory import Organisation, Person, Position
from workflow_app.store.models.messages import Incident, Notice
from workflow_app.tasks import effects

HEAD = "p105@levokum.example"


@pytest.fixture
def refused(district, collecting, smtp_server):
    """Return the case whose letter to the head of S05 was refused for good."""
    district.container.__dict__["mailer"] = SmtpMailer(smtp_server.url, "house@levokum.example")
    smtp_server.refuse(f"550 5.1.1 <{HEAD}> no such user", at=HEAD)
    for _ in range(6):  # what the server says of an address counts once another letter left
        for message in effects.claim(district.container):
            effects.carry_out(district.container, *message)
        district.container.clock.advance(outbox.LEASE)
    smtp_server.accept()
    smtp_server.messages.clear()
    return collecting


def letter(district, case, person="P105"):
    who = district.people[person]
    (row,) = district.rows(Notice, person_id=who, instance_id=case, letter_state="refused")
    return row["id"]


def correct(district, address):
    head = update(Person).where(Person.id == district.people["P105"])
    district.container.transact(
        lambda uow: uow.connection.execute(head.values(email=address, email_bounced_at=None))
    )


def test_an_officer_sees_what_became_of_each_letter_of_a_case(browser, refused):
    page = browser("P003").get(f"/admin/letters?case={refused}")
    assert "550 5.1.1 &lt;p…@levokum.example&gt; no such user" in page  # the answer told it, too
    assert "Такого ящика нет: исправьте адрес" in page
    assert "p…@levokum.example" in page
    assert HEAD not in page
    assert "250 OK" in page  # what the server said of the other one
    assert f"/admin/letters?case={refused}" in browser("P003").get(f"/cases/{refused}")
    assert "Отправить ещё раз" not in page  # the address is what it was


@pytest.mark.parametrize("path", ["", "/rows.csv", "/rows.xlsx"])
def test_the_log_is_for_who_sees_accounts(browser, path):
    browser("P105").get(f"/admin/letters{path}", 404)
    browser("P005").get(f"/admin/letters{path}", 404)


def test_an_administrator_sees_whole_addresses_and_not_what_cases_are_called(
    browser, district, refused
):
    own = update(Position).where(Position.person_id == district.people["P003"])
    district.container.transact(
        lambda uow: uow.connection.execute(own.values(role="admin")).rowcount
    )
    page = browser("P003").get(f"/admin/letters?case={refused}")
    assert HEAD in page
    (row,) = district.rows(Notice, id=letter(district, refused))
    assert row["subject"] not in page
    assert "Ждёт моего решения" in page


def test_a_letter_is_sent_again_once_to_the_corrected_address(
    browser, district, refused, smtp_server
):
    number = letter(district, refused)
    officer = browser("P003")
    officer.post(f"/admin/letters/{number}/again")
    assert "адрес прежний" in officer.says()[0]
    correct(district, "new@levokum.example")
    assert "Отправить ещё раз" in officer.get("/admin/letters?state=lost")
    officer.post(f"/admin/letters/{number}/again")
    assert officer.says()[0].startswith("Письмо отправлено ещё раз")
    officer.post(f"/admin/letters/{number}/again")
    assert "уже отправлено ещё раз" in officer.says()[0]
    district.carry_out()
    assert [m["To"] for m in smtp_server.messages] == ["new@levokum.example"]
    assert f"notice-{number}@" not in smtp_server.messages[0]["Message-ID"]
    events = district.rows(AdminEvent, action="send_letter_again")
    assert [row["details"] for row in events] == [{"letter": number}]
    assert len(re.findall('<li class="notice', browser("P105").get("/notices"))) == 1


def test_a_link_that_was_for_one_time_is_neither_shown_nor_sent_again(browser, district):
    who = district.people["P105"]
    correct(district, None)
    district.container.transact(
        lambda uow: put_letter(uow, who, "Приглашение", "http://here/choose/secret")
    )
    district.carry_out()
    (row,) = [one for one in district.rows(Notice, person_id=who) if one["kind"] == "letter"]
    assert row["letter_state"] == "nowhere"
    correct(district, HEAD)
    officer = browser("P003")
    for path in ("", "/rows.csv"):
        said = officer.get(f"/admin/letters{path}?who={who}")
        assert "Приглашение" in said
        assert "secret" not in said
    assert "Адреса нет" in said
    officer.post(f"/admin/letters/{row['id']}/again")
    assert "новое приглашение" in officer.says()[0]


def test_letters_are_taken_along_as_a_workbook_with_the_same_filters(browser, district, refused):
    officer = browser("P003")
    file = officer.client.get(f"/admin/letters/rows.xlsx?case={refused}&state=refused").data
    (titles, row) = sheets.read_sheet("letters.xlsx", file, "Письма").rows
    assert titles[0] == "Кому"
    assert row[8] == "не дошло"
    assert row[5] == refused
    day = district.container.clock.now().date()
    assert "Таких писем нет" in officer.get(f"/admin/letters?until={day - dt.timedelta(days=1)}")
    assert "Таких писем нет" in officer.get("/admin/letters?person=Несуществующая")
    (head,) = district.rows(Position, person_id=district.people["P105"])
    school = next(
        one for one in district.rows(Organisation) if one["id"] == head["organisation_id"]
    )
    found = officer.get(f"/admin/letters?person={school['short_name'].upper()}")
    assert "не дошло" in found
    assert 'class="sift d-print-none" open' in found
    assert "не дошло" in officer.get(f"/admin/letters?person=p105&since={day}")


@pytest.mark.usefixtures("collecting")
def test_a_letter_that_was_but_written_to_a_file_is_not_called_handed_over(
    browser, district, tmp_path
):
    district.container.__dict__["mailer"] = FileMailer(tmp_path)
    district.carry_out()
    rows = browser("P003").get("/admin/letters").split("<tbody>")[1]
    assert "почта не подключена" in rows
    assert "передано почтовому серверу" not in rows


def test_a_page_goes_on_where_the_last_one_ended(browser, monkeypatch, refused):
    monkeypatch.setattr(letter_log, "A_PAGE", 1)
    officer = browser("P003")
    first = officer.get(f"/admin/letters?case={refused}")
    (further,) = re.findall(r'href="(/admin/letters\?before=[^"]*)"', first)
    assert "550 5.1.1" in first + officer.get(further.replace("&amp;", "&"))


def test_old_letters_are_forgotten_but_for_what_still_waits(district, collecting):
    who = district.people["P105"]
    district.container.transact(lambda uow: put_letter(uow, who, "Давнее", ""))
    district.carry_out()
    before = len(district.rows(Notice))
    assert district.container.transact(letter_log.forget_old) == 0
    district.container.clock.advance(dt.timedelta(days=366))
    gone = district.container.transact(letter_log.forget_old)
    left = district.rows(Notice)
    assert gone == before - len(left) > 0
    assert {row["instance_id"] for row in left if row["work_id"]} == {collecting}


class Broken:
    """A mailer that fails for good."""

    def send(self, mail):
        raise LookupError(mail.subject)


def test_what_failed_and_was_sent_again_does_not_come_twice(browser, district, smtp_server):
    who = district.people["P105"]
    district.carry_out()
    payload = {"to": [["school_head", district.school("S05")]], "subject": "Итог", "text": ""}
    district.container.transact(
        lambda uow: outbox.put(uow.connection, 1, None, "tell", payload, uow.now)
    )
    district.container.__dict__["mailer"] = Broken()
    while claimed := effects.claim(district.container):
        for message in claimed:
            effects.carry_out(district.container, *message)
    (row,) = district.rows(Notice, person_id=who, subject="Итог")
    assert row["letter_state"] == "failed"
    officer = browser("P003")
    officer.post(f"/admin/letters/{row['id']}/again")
    (incident,) = district.rows(Incident)
    officer.post(f"/admin/incidents/{incident['id']}/retry")
    district.container.__dict__["mailer"] = SmtpMailer(smtp_server.url, "house@levokum.example")
    district.carry_out()
    assert [m["Subject"] for m in smtp_server.messages if m["To"] == HEAD] == ["Итог"]
