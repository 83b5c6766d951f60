"""The journal of actions: found by person, kind, days and words; a file; and closed to others."""

import csv
import io
import zipfile

import pytest
from browsing import text_of
from counting import counted
from sqlalchemy import update

from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Position

PAGE = "/admin/audit"
FORMULA = "=1+1 День района"


@pytest.fixture
def officer(browser, collecting):
    """Return the specialist, after she has done something of two kinds beside a case."""
    assert collecting
    specialist = browser("P003")
    specialist.post("/admin/calendar", day="2025-09-02", works="0", note="День района")
    specialist.post("/admin/settings/A-02", value="3/4")
    return specialist


def test_what_was_done_is_told_with_who_when_and_what_it_was_before(officer):
    said = text_of(officer.client.get(PAGE))
    assert "было 2/3, стало 3/4" in said
    assert "стало «3/4»" not in said
    assert "Тимофеева А.С." in said
    assert "28.08.2025" in said
    assert "Шаги в делах" in said
    assert "set_setting" not in said


@pytest.mark.parametrize(
    ("asked", "found", "lost"),
    [
        ("kind=decided", "Доля согласий", "02.09.2025 — выходной"),
        ("kind=time", "02.09.2025 — выходной", "Доля согласий"),
        pytest.param(
            *("kind=steps", "Школы приглашены в сеть", "Доля согласий"), marks=pytest.mark.shipped
        ),
        ("kind=other", "Ничего не найдено", "Доля согласий"),
        ("kind=readings", "Ничего не найдено", "Доля согласий"),
        ("who=тимофеева", "Доля согласий", "Школы приглашены"),
        ("text=выходной", "02.09.2025 — выходной", "Доля согласий"),
        ("since=2025-08-29", "Ничего не найдено", "Доля согласий"),
        ("until=2025-08-28", "Доля согласий", "чайник"),
        ("until=2025-08-27", "Ничего не найдено", "Доля согласий"),
    ],
)
def test_the_journal_is_searched(officer, asked, found, lost):
    said = text_of(officer.client.get(f"{PAGE}?{asked}")).split("Что сделано Кто")[1]
    assert found in said
    assert lost not in said


def test_the_journal_of_one_person_opens_from_her_page(officer, district):
    who = district.people["P003"]
    assert f'href="{PAGE}?person={who}"' in officer.get(f"/admin/people/{who}")
    said = text_of(officer.client.get(f"{PAGE}?person={district.people['P105']}"))
    assert "Ничего не найдено" in said


def test_the_journal_is_a_file_that_runs_nothing(officer):
    officer.post("/admin/settings/help.contact", value=FORMULA)
    rows = csv.reader(
        io.StringIO(officer.client.get(f"{PAGE}/journal.csv").data.decode("utf-8-sig")),
        delimiter=";",
    )
    found = [row for row in rows if FORMULA in row[-1]]
    assert found[0][3] == "Настройки"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in found for cell in row)
    with zipfile.ZipFile(io.BytesIO(officer.client.get(f"{PAGE}/journal.xlsx").data)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    only = officer.client.get(f"{PAGE}/journal.csv?kind=time").data.decode("utf-8-sig")
    assert "Доля согласий" not in only


def test_more_lines_are_a_press_away_and_no_more_statements(officer):
    officer.get(PAGE)
    with counted(officer.district) as few:
        officer.get(PAGE)
    for number in range(30):
        officer.post("/admin/settings/A-15", value=str(4 + number))
        officer.post("/admin/settings/A-12", value=str(6 + number))
    with counted(officer.district) as many:
        page = officer.get(PAGE)
    assert len(many) <= len(few)
    way = page.split('class="pager')[1].split('href="')[1].split('"')[0]
    assert "Доля согласий" in officer.get(way.replace("&amp;", "&"))


def test_an_auditor_reads_the_journal_and_nothing_else_of_administration(browser, district):
    positions = table(Position)
    who = district.people["P006"]
    watching = update(positions).where(positions.c.person_id == who).values(role="auditor")
    district.container.transact(lambda uow: uow.connection.execute(watching).rowcount)
    auditor = browser("P006")
    assert f'href="{PAGE}"' in auditor.get("/")
    assert "Журнал действий" in auditor.get(PAGE)
    assert auditor.client.get(f"{PAGE}/journal.xlsx").status_code == 200
    auditor.get("/admin", 404)


@pytest.mark.parametrize("person", ["P102", "P004"])
def test_the_journal_is_closed_to_everybody_else(browser, person):
    for path in (PAGE, f"{PAGE}/journal.csv", f"{PAGE}/journal.xlsx"):
        browser(person).get(path, 404)


def test_days_that_run_backwards_are_told(browser):
    page = browser("P003").get(f"{PAGE}?since=2025-09-02&until=2025-09-01")
    assert "Начало позже окончания" in page
