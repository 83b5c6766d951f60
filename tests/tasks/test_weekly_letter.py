"""The letter of the week: once, from nine on its first working day, to those in office."""

import datetime as dt
import re

import pytest
from browsing import Browser, serve
from stories import done, propose, to_department

from workflow_app.engine.calendar import WorkingCalendar
from workflow_app.notifications.mail import SmtpMailer
from workflow_app.services.weekly import is_first_day
from workflow_app.store.accounts.admin import SqlAdministration
from workflow_app.store.models.messages import Notice
from workflow_app.tasks import loops

pytestmark = pytest.mark.shipped
HEADS = ["p002@levokum.example", "p005@levokum.example"]
"""Who holds the two offices in August: the acting head of the department, the centre's head."""


@pytest.fixture
def district(open_district, smtp_server):
    opened = open_district("2025-08-28")
    to_department(opened)
    done(propose(opened, "P101", {"S10": "supported"}))
    opened.at("2025-09-01 08:30")
    opened.carry_out()
    opened.container.__dict__["mailer"] = SmtpMailer(smtp_server.url, "house@levokum.example")
    smtp_server.messages.clear()
    return opened


def beat(district, moment, looked=None):
    district.at(moment)
    loops.summarise(district.container, set() if looked is None else looked)
    district.carry_out()


def got(server):
    return [m for m in server.messages if m["Subject"].startswith("Итоги недели")]


def test_heads_get_it_once_a_week_however_often_the_beat_starts_anew(district, smtp_server):
    beat(district, "2025-09-01 08:59")
    assert got(smtp_server) == []
    for moment in ("2025-09-01 09:00", "2025-09-01 09:01", "2025-09-02 09:00", "2025-09-07 12:00"):
        beat(district, moment)
    heads = sorted(m["To"] for m in got(smtp_server))
    assert len(heads) == 2
    beat(district, "2025-09-08 09:00")
    assert len(got(smtp_server)) == 4


def test_each_number_of_it_leads_to_a_list_of_as_many(district, smtp_server):
    beat(district, "2025-09-01 09:00")
    text = got(smtp_server)[0].get_body(("plain",)).get_content().replace("\r\n", "\n")
    (late,) = re.findall(r"Просрочено поручений: (\d+)", text)
    reader = Browser(serve(district.container), district, "P005")
    assert reader.get("/late").count('name="work"') in (0, int(late))  # she reminds nobody
    counted = re.findall(r": (\d+)(?: дел\w*)?\n  http://[^/]+(/cases\?(?:process|since)\S+)", text)
    assert len(counted) >= 2
    for number, path in counted:
        assert reader.get(path).count('<tr><th scope="row">') == int(number), path


def test_a_municipality_switches_it_off(district, smtp_server):
    district.container.transact(
        lambda uow: SqlAdministration(uow).set_setting(1, "letters.weekly", False)
    )
    beat(district, "2025-09-01 09:00")
    assert got(smtp_server) == []
    assert district.rows(Notice, kind="summary") == []


def test_what_was_looked_at_today_is_not_counted_again(district):
    looked = set()
    beat(district, "2025-09-01 09:00", looked)
    assert looked == {(1, dt.date(2025, 9, 1))}


@pytest.mark.parametrize(
    ("day", "is_first"), [("2025-11-03", False), ("2025-11-04", False), ("2025-11-05", True)]
)
def test_after_holidays_the_week_begins_later(day, is_first):
    holidays = frozenset({dt.date(2025, 11, 3), dt.date(2025, 11, 4)})
    known = WorkingCalendar(holidays, years=frozenset({2025}))
    assert is_first_day(dt.date.fromisoformat(day), known) is is_first


def test_without_a_calendar_it_begins_on_monday():
    unknown = WorkingCalendar(years=frozenset({2024}))
    assert is_first_day(dt.date(2025, 9, 1), unknown)
    assert not is_first_day(dt.date(2025, 9, 2), unknown)
