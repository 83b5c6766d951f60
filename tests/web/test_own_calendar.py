"""The calendar of a person: her meetings and her terms by day, and nobody else's."""

import re

import pytest
from browsing import Browser, serve
from counting import counted
from icalendar import Calendar
from stories import done

from workflow_app.services.accounts.access import end_all
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.accounts import CalendarLink

pytestmark = [pytest.mark.opened("2025-09-10"), pytest.mark.shipped]

ASKED = {
    "topic": "Разбор результатов ВПР, 6 класс",
    "question": "Половина класса не решает задачи на проценты. С чего начать разбор?",
    "mode": "remote",
}


def agreed(district, who="P110", methodist="P006", at="14:30", **said):
    """Let a head and a methodist agree on 16 September."""
    case = done(district.start(who, "consultation", **{**ASKED, **said})).instance_id
    offer = {"offered_on": "2025-09-16", "offered_at": at, "mode": "remote", "place": "Сферум"}
    for person, action, given in (
        (who, "ask_centre", {}),
        (methodist, "take_question", {}),
        (methodist, "offer_time", offer),
        (who, "agree_to_time", {}),
    ):
        done(district.act(person, case, action, **given))
    return case


def test_who_meets_sees_the_hour_and_nobody_else_does(district, browser):
    case = agreed(district)
    for who in ("P110", "P006"):
        page = browser(who).get("/calendar?month=2025-09")
        assert ASKED["topic"] in page
        assert f'href="/cases/{case}"' in page
        assert "<strong>14:30</strong>" in page
    for who in ("P007", "P103", "P005", "P003"):
        assert ASKED["topic"] not in browser(who).get("/calendar?month=2025-09")
    assert ASKED["topic"] not in browser("P006").get("/calendar?month=2025-10")


def test_a_given_up_time_leaves_the_calendar(district, browser):
    case = agreed(district)
    done(district.act("P110", case, "ask_another_time", wished="в четверг"))
    page = browser("P110").get("/calendar?month=2025-09")
    assert "<strong>14:30</strong>" not in page
    assert "в четверг" not in page


def test_work_stands_on_the_day_it_is_due(district, browser):
    case = done(district.start("P110", "consultation", **ASKED)).instance_id
    done(district.act("P110", case, "ask_centre"))
    page = browser("P006").get("/calendar")
    cell = page.partition('<div class="day">17')[2].partition("</td>")[0]
    assert f'href="/cases/{case}"' in cell
    assert "Срок:" in cell


def test_two_meetings_of_one_hour_are_said_and_not_refused(district, browser):
    first = agreed(district)
    second = agreed(district, "P101", at="15:00", topic="План открытых уроков")
    third = agreed(district, "P105", at="15:30", topic="Журнал замен, как вести")
    page = browser("P006").get("/calendar?month=2025-09")
    assert page.count("две встречи сразу") == 3
    assert "meets_another" in district.flags(second)
    assert "две встречи сразу" not in browser("P110").get("/calendar?month=2025-09")
    done(district.act("P105", third, "withdraw_question", reason="разобрались"))
    done(district.act("P101", second, "withdraw_question", reason="разобрались"))
    assert "meets_another" not in district.flags(first)


def test_the_file_says_the_same_to_a_telephone(district, browser):
    case = agreed(district, topic="ВПР: задачи\\, проценты; и «ещё» 6 класс")
    other = done(district.start("P101", "consultation", **ASKED)).instance_id
    done(district.act("P101", other, "ask_centre"))
    answer = browser("P006").client.get("/calendar.ics")
    assert answer.mimetype == "text/calendar"
    events = {str(one["uid"]): one for one in Calendar.from_ical(answer.data).walk("VEVENT")}
    meeting = events[f"case-{case}@localhost"]
    assert "ВПР: задачи\\, проценты; и «ещё»" in meeting["summary"]
    assert f"{meeting['dtstart'].dt:%Y-%m-%d %H:%M}" == "2025-09-16 11:30"
    assert str(meeting["location"]) == "дистанционно, Сферум"
    assert any(uid.startswith("due-") for uid in events)
    strange = Calendar.from_ical(browser("P103").client.get("/calendar.ics").data)
    assert f"case-{case}@localhost" not in {str(one["uid"]) for one in strange.walk("VEVENT")}


@pytest.mark.parametrize("month", ["2025-13", "0000-01", "2025", "«", "2025-09-01", "9999-12"])
def test_an_address_of_no_month_is_no_page(browser, month):
    browser("P006").get(f"/calendar?month={month}", 404)


def test_a_calendar_takes_the_same_statements_however_full_it_is(district):
    app = serve(district.container)
    person = Browser(app, district, "P006")
    person.get("/calendar?month=2025-09")

    def statements():
        with counted(district) as found:
            person.get("/calendar?month=2025-09")
        return len(found)

    agreed(district)
    few = statements()
    for number in range(4):
        agreed(district, at=f"{9 + number}:00".zfill(5), topic=f"Вопрос номер {number}")
    assert statements() == few


def test_a_program_reads_it_at_a_secret_address_until_that_is_revoked(district, browser):
    case = agreed(district)
    methodist, program = browser("P006"), browser()
    assert "Подписаться" in methodist.get("/calendar")
    page = methodist.post("/calendar/subscription", status=200).get_data(as_text=True)
    path = re.search(r"<code class=\"address\">[^<]*(/calendar/[^<]+\.ics)", page)[1]
    secret = path.rpartition("/")[2].removesuffix(".ics")
    kept = district.rows(CalendarLink)
    assert [len(row["token_sha256"]) for row in kept] == [64]
    assert secret not in str(kept)
    assert secret not in methodist.get("/calendar")
    answer = program.client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    uids = {str(one["uid"]) for one in Calendar.from_ical(answer.data).walk("VEVENT")}
    assert f"case-{case}@localhost" in uids
    program.get("/calendar/nothing.ics", status=404)
    methodist.post("/calendar/subscription", status=200)  # a new one instead
    assert program.client.get(path).status_code == 404
    methodist.post("/calendar/subscription", no_more="1")
    assert district.rows(CalendarLink) == []


def test_a_new_password_ends_the_address(district, browser):
    page = browser("P006").post("/calendar/subscription", status=200).get_data(as_text=True)
    path = re.search(r"<code class=\"address\">[^<]*(/calendar/[^<]+\.ics)", page)[1]
    district.container.transact(lambda uow: end_all(SqlAccess(uow), district.people["P006"]))
    browser().get(path, status=404)


EVENT = {
    "kind": "seminar",
    "title": "Семинар: как учить дробям",
    "about": "Три приёма на живом уроке.",
    "host": "Фомина Дарья Алексеевна, учитель",
    "place": "кабинет 12",
    "time": "10:00",
    "held_on": "2025-09-25",
    "register_until": "2025-09-20",
}


def test_an_invitation_is_an_offer_and_stands_there_once_one_comes(district, browser):
    case = done(district.start("P101", "experience_event", **EVENT)).instance_id
    done(district.act("P101", case, "announce_event"))
    teacher, month = browser("P204"), "/calendar?month=2025-09"
    assert "можно записаться" in teacher.get(month)
    file = Calendar.from_ical(teacher.client.get("/calendar.ics").data).walk("VEVENT")
    (offer,) = [one for one in file if str(one["uid"]) == f"case-{case}@localhost"]
    assert str(offer["status"]) == "TENTATIVE"
    done(district.act("P204", case, "join_event"))
    assert EVENT["title"] in teacher.get(month)
    assert "можно записаться" not in teacher.get(month)
    district.at("2025-09-21")
    teacher = browser("P204")
    assert EVENT["title"] in teacher.get(month)
    assert EVENT["title"] in browser("P101").get(month)  # who organises it
    assert EVENT["title"] not in browser("P112").get(month)  # a head nobody of whose school comes
    with counted(district) as one:
        teacher.get(month)
    for number in range(2, 5):
        other = done(
            district.start(
                "P101",
                "experience_event",
                **EVENT | {"held_on": f"2025-09-2{number + 3}", "register_until": "2025-09-22"},
            )
        ).instance_id
        done(district.act("P101", other, "announce_event"))
    with counted(district) as four:
        teacher.get(month)
    assert len(four) <= len(one)
