"""Indicators on their page and in their files: each reader her own view, nobody a ranking."""

import csv
import datetime as dt
import re
from io import BytesIO, StringIO
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from browsing import text_of
from sqlalchemy import insert, update
from store.test_statements import counted

from workflow_app.engine.roles import Actor, Capacity
from workflow_app.services.accounts.access import make_token
from workflow_app.services.cases.attachments import XLSX
from workflow_app.services.indicators import Reader, reader_of
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Position
from workflow_app.store.registers.writing import Cause
from workflow_app.web import tables
from workflows.registers.indicator_values import INDICATOR_VALUES
from workflows.registers.indicators import INDICATORS

CLOSED = "данные не приводятся (менее 10 участников)"
WITHHELD = "итог не приводится: по нему можно узнать закрытое значение"
JOINED = dt.date(2026, 2, 1)
MATHS = "Доля участников ОГЭ по математике"
TRAINED = "Доля педагогов, прошедших повышение квалификации"
OF_NINE = "4 из 9"
"""The teachers of school № 16 who were trained: nine is fewer than ten."""

pytestmark = pytest.mark.opened("2026-06-18")


@pytest.fixture
def network(district):
    """Return the address of the network with two small schools, № 16 and № 17."""
    return next(f"/networks/{row['id']}" for row in district.networks(code="NW2"))


@pytest.fixture
def rows(browser, network):
    """Return what somebody finds in the file of a year: (indicator, school) → the row by title."""

    def read(person, year="2024-2025"):
        response = browser(person).client.get(f"{network}/indicators.csv?year={year}")
        assert response.status_code == 200
        text = response.data.decode("utf-8-sig")
        found = csv.DictReader(StringIO(text), delimiter=";")
        return {(row["Показатель"], row["Школа"]): row for row in found}

    return read


def of(found, indicator, school):
    return next(
        row
        for (title, name), row in found.items()
        if title.startswith(indicator) and school in name
    )


def say(district, rows, **values):
    """Let rows of values say something else, behind every process."""

    def write(uow):
        for row in rows:
            cause = Cause(uow.today, reason="проверка")
            uow.registers.amend(INDICATOR_VALUES.key, 1, row.id, cause, values, None)

    district.container.transact(write)


def section(page, title):
    """Return what the page says about one indicator."""
    parts = re.split(r"<section", page)
    (found,) = [part for part in parts if f">{title}" in part.split("</h2>")[0]]
    return found


# ------------------------------------------------------------ who sees what


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("P116", True),
        ("P005", True),
        ("P007", True),
        ("P003", True),
        ("P117", False),
        ("P105", False),
        ("P202", False),
    ],
)
def test_a_small_group_is_seen_by_its_school_the_centre_and_the_department(
    browser, network, who, sees
):
    page = section(browser(who).get(f"{network}/indicators"), TRAINED)
    assert (OF_NINE in page) is sees
    assert (CLOSED in page) is not sees


def test_the_head_of_a_small_school_sees_her_own_and_nothing_of_her_neighbour(browser, network):
    page = section(browser("P117").get(f"{network}/indicators?year=2024-2025"), MATHS)
    own, other = (page[page.index(f"№ {n}") :].split("</tr>")[0] for n in (17, 16))
    assert "16,7 %" in own
    assert "1 из 6" in own
    assert CLOSED in other
    for secret in ("50,0", "56,0", "47,0", "2 из 4<"):
        assert secret not in page, secret
    assert WITHHELD in page
    assert "13 из 74" not in page


def test_who_leads_two_small_schools_sees_both_and_no_total(browser, district, network):
    second = {
        "municipality_id": 1,
        "person_id": district.people["P117"],
        "role": "school_head",
        "organisation_id": district.organisations["S16"],
        "title": "директор",
        "starts_on": dt.date(2025, 9, 1),
        "is_acting": False,
    }
    district.container.transact(
        lambda uow: uow.connection.execute(insert(table(Position)).values(second))
    )
    page = section(browser("P117").get(f"{network}/indicators?year=2024-2025"), MATHS)
    for own in ("16,7 %", "50,0 %", "2 из 4<"):
        assert own in page, own
    assert CLOSED not in page
    assert WITHHELD in page


def test_the_methodical_centre_and_the_department_see_everything(browser, network):
    for person in ("P003", "P006"):
        page = section(browser(person).get(f"{network}/indicators?year=2024-2025"), MATHS)
        for figure in ("50,0 %", "2 из 4<", "17,6 %", "13 из 74", "−6,0 п. п.", "лучше"):
            assert figure in page, figure
        assert CLOSED not in page


def test_who_sees_closed_values_is_told_which_they_are(browser, network):
    said = text_of(browser("P006").client.get(f"{network}/indicators?year=2024-2025"))
    assert "посчитаны по группе, где меньше 10 человек, видят только" in said
    head = browser("P116").get(f"{network}/indicators?year=2024-2025")
    assert "посчитаны по группе" not in head


def test_a_coordinator_sees_what_her_school_sees(browser, network):
    page = section(browser("P202").get(f"{network}/indicators?year=2024-2025"), MATHS)
    assert page.count(CLOSED) == 2
    assert "4,7 %" in page


def test_a_school_outside_the_network_and_a_teacher_find_no_such_page(browser, network):
    for person in ("P103", "P205"):
        for kind in ("", ".csv", ".xlsx"):
            browser(person).get(f"{network}/indicators{kind}", status=404)
        assert "Показатели сети" not in browser(person).get(network)


def test_a_school_that_left_sees_the_year_it_was_there(browser, network):
    page = browser("P111").get(f"{network}/indicators?year=2025-2026")
    assert "вышла из сети" in page
    browser("P111").get(f"{network}/indicators?year=2026-2027", status=404)
    assert "Показатели сети" in browser("P111").get(network)


def capacity(role, organisation):
    return Capacity(1, role, organisation, 1)


@pytest.mark.parametrize(
    ("capacities", "reader"),
    [
        ([capacity("dept_specialist", 2)], Reader(sees_all=True)),
        ([capacity("methodist", 3)], Reader(sees_all=True)),
        ([capacity("auditor", 2)], Reader()),
        ([capacity("school_head", 17)], Reader(frozenset({17}))),
        (
            [capacity("school_head", 5), capacity("network_coordinator", 16)],
            Reader(frozenset({16})),
        ),
        ([capacity("school_head", 17), capacity("school_head", 16)], Reader(frozenset({16, 17}))),
        ([capacity("school_head", 5)], None),
        ([capacity("teacher", 17)], None),
        ([capacity("admin", 2)], None),
        ([], None),
    ],
)
def test_a_reader_is_whom_she_answers_for(capacities, reader):
    assert reader_of(Actor(1, tuple(capacities)), {16, 17}) == reader


def test_an_auditor_sees_what_the_public_sees(district, rows):
    positions = table(Position)
    who = district.people["P004"]
    district.container.transact(
        lambda uow: uow.connection.execute(
            update(positions).where(positions.c.person_id == who).values(role="auditor")
        )
    )
    found = rows("P004")
    assert of(found, MATHS, "№ 17")["Примечание"] == CLOSED
    assert of(found, MATHS, "Итог")["Примечание"] == WITHHELD
    assert of(found, MATHS, "№ 6")["Факт"] == "4,7"


def test_a_total_is_given_where_nothing_is_closed(browser, network):
    page = browser("P117").get(f"{network}/indicators?year=2025-2026")
    assert WITHHELD in section(page, TRAINED)
    given = section(page, "Доля участников ВПР по математике")
    assert "43 из 395" in given[given.index("Итог по всем школам сети") :]


# ------------------------------------------------------------ how it reads


def test_empty_cells_say_why(browser, district, network):
    page = section(browser("P202").get(f"{network}/indicators?year=2025-2026"), MATHS)
    assert page.split("</table>")[0].count("ожидается") == 3  # of five: two are closed
    other = next(f"/networks/{row['id']}" for row in district.networks(code="NW3"))
    page = browser("P118").get(f"{other}/indicators?year=2025-2026")
    assert "не применимо" in section(page, MATHS)
    assert "не внесено" in section(page, "Доля участников ВПР по математике")


def test_schools_stand_in_the_order_of_the_composition_whatever_they_reached(
    browser, district, network
):
    def order():
        page = browser("P003").get(f"{network}/indicators?year=2024-2025")
        return [
            re.findall(r"№ (\d+) ", part.split("</table>")[0])
            for part in page.split("<section")[2:]
        ]

    before = order()
    assert before == [["6", "11", "16", "17"]] * 8
    rows = [row for row in district.register(INDICATOR_VALUES) if row.school]
    say(district, rows, numerator=0)
    assert order() == before


def test_a_plot_tells_in_words_what_it_draws(browser, network):
    page = section(browser("P117").get(f"{network}/indicators?year=2025-2026"), MATHS)
    plots = {
        figure[0]: figure[1]
        for figure in re.findall(r"<figcaption>([^<]+)<.*?(<svg.*?</svg>)", page, re.DOTALL)
    }
    assert [name[:14] for name in plots] == ["МКОУ СОШ № 5 п", "МКОУ ООШ № 17 "]
    drawn = ET.fromstring(plots["МКОУ ООШ № 17 х. Термита"])  # noqa: S314 (our own page)
    assert drawn.get("role") == "img"
    named = drawn.get("aria-labelledby").split()
    told = {one.get("id"): one.text for one in drawn if one.get("id")}
    assert list(told) == named
    assert told[named[1]] == (
        "2024/2025 базовое 22,7 %; 2024/2025 план 13,7 %; 2024/2025 факт 16,7 %; "
        "2025/2026 базовое 16,7 %; 2025/2026 план 11,7 %"
    )
    assert len([one for one in drawn if one.tag.endswith("rect")]) == 5


def test_a_network_leads_to_its_indicators_and_they_to_their_years(browser, network):
    assert f"{network}/indicators" in browser("P202").get(network)
    page = browser("P202").get(f"{network}/indicators")
    assert re.findall(r'<option value="([^"]+)"', page) == ["2024-2025", "2025-2026"]
    assert '<option value="2025-2026" selected' in page
    browser("P202").get(f"{network}/indicators?year=2025", status=404)


def test_the_municipality_sets_the_threshold(browser, rows):
    browser("P003").post("/admin/settings/A-09.small_group", value="25")
    found = rows("P202")
    closed = "данные не приводятся (менее 25 участников)"
    assert of(found, MATHS, "№ 11")["Примечание"] == closed
    assert of(found, MATHS, "№ 6")["Факт"] == "4,7"


def test_a_survey_of_few_is_shown_to_nobody(browser, district, network):
    (climate,) = district.register(INDICATORS, code="N06")
    say(district, district.register(INDICATOR_VALUES, indicator=climate.id), denominator=4)
    page = text_of(browser("P003").client.get(f"{network}/indicators?year=2025-2026"))
    assert "данные не приводятся (менее 5 участников)" in page


# ------------------------------------------------------------ files and API


def test_a_file_holds_what_the_page_shows_and_no_more(rows):
    found = rows("P117")
    own = of(found, MATHS, "№ 17")
    assert [own[name] for name in ("Базовое", "План", "Факт", "Числитель", "Знаменатель")] == [
        "22,7",
        "13,7",
        "16,7",
        "1",
        "6",
    ]
    assert own["Динамика"] == "-6,0"
    closed = of(found, MATHS, "№ 16")
    assert closed["Примечание"] == CLOSED
    assert {closed[name] for name in ("Базовое", "План", "Факт", "Числитель", "Динамика")} == {""}
    assert of(rows("P003"), MATHS, "№ 16")["Факт"] == "50,0"


def test_a_workbook_has_numbers_and_no_formulas(browser, network):
    response = browser("P117").client.get(f"{network}/indicators.xlsx?year=2024-2025")
    assert response.mimetype == XLSX
    with ZipFile(BytesIO(response.data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        words = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert CLOSED in words
    assert "<v>16.7</v>" in sheet
    assert "<v>22.7</v>" in sheet
    assert "<v>56</v>" not in re.sub(r'<c [^>]*t="s"[^>]*><v>\d+</v></c>', "", sheet)


@pytest.mark.parametrize("text", ["=1+1", "+7", "-1", "@SUM(A1)", "\tтабуляция"])
def test_no_text_of_a_file_is_a_formula(text):
    assert tables.as_csv([[text]]).decode("utf-8-sig").strip('\r\n"').startswith("'")
    with ZipFile(BytesIO(tables.as_xlsx([["Имя"], [text]]))) as book:
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()


def test_the_interface_for_machines_hides_the_same(app, district, network):
    def answer(person, year="2024-2025"):
        token = district.container.transact(
            lambda uow: make_token(SqlAccess(uow), district.people[person], "тест")
        )
        headers = {"Authorization": f"Bearer {token}"}
        path = f"/api/v1{network}/indicators?year={year}"
        return app.test_client().get(path, headers=headers)

    def ask(person):
        found = answer(person).json
        maths = next(one for one in found if one["code"] == "I01")
        figures = {one["name"].split()[3]: one for one in maths["figures"]}
        return figures, maths["total"]

    figures, total = ask("P117")
    closed = figures["16"]
    assert (closed["text"], closed["is_closed"]) == (CLOSED, True)
    assert {
        closed[name]
        for name in ("value", "numerator", "denominator", "baseline", "target", "change")
    } == {None}
    assert (figures["17"]["value"], figures["17"]["change"]) == (16.7, -6.0)
    assert (total["value"], total["text"]) == (None, WITHHELD)
    figures, total = ask("P003")
    assert (figures["16"]["value"], total["numerator"], total["denominator"]) == (50.0, 13, 74)
    assert answer("P101").status_code == 404
    assert answer("P116", "прошлый год").json["code"] == "bad_school_year"


# ------------------------------------------------------------ what it costs


def test_a_page_costs_the_same_for_any_number_of_schools(browser, district, network):
    reader = browser("P003")
    reader.get(f"{network}/indicators")
    with counted(district) as few:
        reader.get(f"{network}/indicators?year=2025-2026")
    _join(district, int(network.rpartition("/")[2]))
    with counted(district) as many:
        page = reader.get(f"{network}/indicators?year=2025-2026")
    assert page.count("№ 4 ") > 1
    assert len(many) == len(few)


def _join(district, network_id):
    """Let eight more schools belong to the network and tell a figure."""
    joined = [f"S{n:02}" for n in (1, 2, 3, 4, 7, 8, 9, 10)]
    (indicator,) = [row.id for row in district.register(INDICATORS, code="I03")]
    members, values = [], []
    for code in joined:
        of = {"network": network_id, "school": district.organisations[code]}
        members.append({**of, "role": "supported"})
        year = {"indicator": indicator, "school_year": "2025-2026"}
        values.append({**of, **year, "numerator": 1, "denominator": 20})

    def write(uow):
        cause = Cause(JOINED, reason="проверка")
        uow.registers.enter_all("membership", 1, cause, members, JOINED)
        uow.registers.enter_all(INDICATOR_VALUES.key, 1, cause, values, None)

    district.container.transact(write)
