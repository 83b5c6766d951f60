"""The indicators of a network: each reader sees her own figures, and no small group of others."""

import csv
import io
import zipfile

import pytest

from workflow_app.app import create_app
from workflow_app.services.access import make_token
from workflow_app.store.accounts import SqlAccess
from workflow_app.store.models import Base
from workflow_app.store.models.registers import Network

CLOSED = "данные не приводятся (менее 10 участников)"
SMALL = "4 из 9"
"""The teachers of school № 16 who were trained: nine is fewer than ten."""


@pytest.fixture
def district(sqlite_district):
    opened = sqlite_district("2026-06-18")
    Base.metadata.create_all(opened.house.database.engine)
    return opened


@pytest.fixture
def address(district):
    (row,) = district.rows(Network, code="NW2")
    return f"/networks/{row['id']}/indicators"


def section(page, title):
    """Return the table of one indicator."""
    begins = page.index(f">{title}")
    return page[begins : page.index("</section>", begins)]


TRAINED = "Доля педагогов, прошедших повышение квалификации"


@pytest.mark.parametrize(("who", "sees"), [
    ("P116", True), ("P005", True), ("P007", True), ("P003", True),
    ("P117", False), ("P105", False), ("P202", False),
])  # fmt: skip
def test_a_small_group_is_seen_by_its_school_the_centre_and_the_department(
    browser, address, who, sees
):
    table = section(browser(who).get(address), TRAINED)
    assert (SMALL in table) is sees
    assert (CLOSED in table) is not sees


def test_who_is_outside_the_network_finds_no_page(browser, address):
    stranger = browser("P101")
    stranger.get(address, status=404)
    stranger.get(f"{address}.csv", status=404)
    stranger.get(f"{address}.xlsx", status=404)


def test_schools_stand_in_the_order_of_the_composition_whatever_their_results(browser, address):
    page = browser("P003").get(address)
    orders = set()
    for title in (TRAINED, "Доля участников ВПР по математике", "Доля обучающихся 5–9 кл."):
        table = section(page, title)
        body = table[table.index("<tbody>") : table.index("</tbody>")]
        orders.add(tuple(sorted((6, 16, 17, 5), key=lambda number: body.index(f"№ {number} "))))
    assert len(orders) == 1


def test_no_total_is_given_that_would_tell_a_closed_figure(browser, address):
    table = section(browser("P117").get(address), TRAINED)
    assert "итог не приводится: по нему можно узнать закрытое значение" in table
    table = section(browser("P117").get(address), "Доля участников ВПР по математике")
    assert "Итог по всем школам сети" in table
    assert "итог не приводится" not in table


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_files_keep_the_same_secrets(browser, address, kind):
    told = {who: browser(who).client.get(f"{address}.{kind}").data for who in ("P117", "P005")}
    if kind == "xlsx":
        told = {who: zipped(data) for who, data in told.items()}
        assert told["P117"].count(CLOSED) > told["P005"].count(CLOSED) == 0
        return
    rows = {
        who: [row for row in csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";")
              if row[0].startswith(TRAINED) and "16" in row[2]]
        for who, data in told.items()
    }  # fmt: skip
    assert rows["P117"][0][4:10] == [""] * 6
    assert rows["P005"][0][7:9] == ["4", "9"]


def zipped(data):
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if "xml" in name)


def test_the_api_keeps_the_same_secrets(district, address):
    client = create_app(district.house).test_client()

    def figures(who, year="2025-2026"):
        person = district.people[who]
        token = district.house.transact(lambda uow: make_token(SqlAccess(uow), person, "сайт"))
        headers = {"Authorization": f"Bearer {token}"}
        return client.get(f"/api/v1{address}?year={year}", headers=headers)

    def of_school(who):
        (found,) = [one for one in figures(who).json if one["code"] == "I06"]
        small = district.school("S16")
        return next(line for line in found["figures"] if line["school_id"] == small)

    assert of_school("P116")["numerator"] == 4
    closed = of_school("P117")
    assert (closed["is_closed"], closed["text"]) == (True, CLOSED)
    assert {closed[name] for name in ("value", "numerator", "denominator", "baseline")} == {None}
    assert figures("P101").status_code == 404
    assert figures("P116", "прошлый год").json["code"] == "bad_school_year"


def test_a_trend_is_drawn_with_its_table_beside(browser, address):
    page = browser("P003").get(f"{address}?year=2025-2026")
    drawn = section(page, "Доля участников ВПР по математике")
    assert drawn.count('<svg class="trend"') == 3
    assert 'role="img"' in drawn
    assert "Те же данные таблицей" in drawn
    assert "2024/2025 факт 35,0" in drawn
