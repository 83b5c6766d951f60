"""Values of indicators as rows: for those who answer for all schools, without surveys."""

import io

import pytest
from browsing import text_of
from test_read_through import Reader

from workflows.registers.indicator_values import INDICATOR_VALUES
from workflows.registers.indicators import INDICATORS

pytestmark = [pytest.mark.shipped, pytest.mark.opened("2026-06-18")]
BASE = "/registers/indicator_value"


@pytest.fixture
def reader(app, district):
    return lambda person: Reader(app, district, person)


@pytest.fixture
def rows(district):
    """Return the values of an indicator by its code."""

    def rows(code, **of):
        (indicator,) = district.register(INDICATORS, code=code)
        return district.register(INDICATOR_VALUES, indicator=indicator.id, **of)

    return rows


def every_address(rows):
    for row in rows:
        for more in ("", "?known_on=2026-06-18", "/edit", "/end"):
            yield f"{BASE}/{row.id}{more}"
        yield f"{BASE}/new?again={row.id}"
        yield f"/api/v1{BASE}/{row.id}"
        yield f"{BASE}?indicator={row.indicator}"


@pytest.mark.parametrize("person", ["P116", "P105", "P202", "P204"])
def test_heads_coordinators_and_teachers_find_none_of_the_addresses(reader, rows, person):
    one = reader(person)
    for path in (BASE, f"{BASE}/rows.csv", f"/api/v1{BASE}", *every_address(rows("I06")[:1])):
        assert one.text(path) == "", path
        headers = one.header if path.startswith("/api") else {}
        assert one.client.get(path, headers=headers).status_code == 404, path
    assert BASE not in one.get("/registers")


@pytest.mark.parametrize("person", ["P003", "P005", "P007", "P001"])
def test_who_answers_for_all_reads_rows_and_no_survey(reader, rows, person):
    one, (survey, *others) = reader(person), rows("N06")
    assert others

    assert "Доля педагогов" in one.get(f"{BASE}/{rows('I06')[0].id}")
    title = "Комфортность взаимодействия"
    assert title not in one.text(f"{BASE}/rows.csv")
    assert f"'indicator': {survey.indicator}," not in one.text(f"/api/v1{BASE}")
    assert f"'indicator': {rows('I06')[0].indicator}," in one.text(f"/api/v1{BASE}")
    for path in every_address((survey,)):
        if "?indicator=" not in path:
            assert one.text(path) == "", path
    listed = text_of(one.client.get(f"{BASE}?indicator={survey.indicator}"))
    assert "значение за" not in listed


def test_a_district_brings_its_past_years_by_a_file_and_takes_them_back(reader, district, rows):
    specialist = reader("P003")
    network = district.networks(code="NW1")[0]["name"]
    school = specialist.district.read(
        lambda uow: uow.facts(1).name("school", district.organisations["S10"])
    )
    title, survey = (district.register(INDICATORS, code=code)[0].title for code in ("I03", "N06"))
    columns = [view.title for view in INDICATOR_VALUES.fields.values()]
    lines = [
        (network, school, title, "2022-2023", "30", "120", "", "", "", "", "ВПР 2023"),
        (network, "", survey, "2022-2023", "", "30", "4,5", "", "", "", "анкета"),
        (network, "", title, "2022-2023", "1", "2", "", "", "", "", ""),
        (network, school, title, "2023-2024", "9", "2", "", "", "", "", ""),
    ]
    told = "\n".join(";".join(f'"{cell}"' for cell in line) for line in (columns, *lines))
    path = specialist.post(f"{BASE}/import", file=(io.BytesIO(told.encode()), "годы.csv"))
    page = specialist.client.get(path.headers["Location"], follow_redirects=True)
    said = text_of(page)
    assert "новых 1" in said.lower()
    assert "такие записи вам не открыты" in said
    assert "Это показатель школы: выберите школу" in said
    assert "«Сколько» больше, чем «Из скольких»" in said

    made = district.enter(
        INDICATOR_VALUES,
        network=1,
        school=district.organisations["S10"],
        indicator=rows("I03")[0].indicator,
        school_year="2022-2023",
        numerator=30,
        denominator=120,
    )
    specialist.get(f"{BASE}/{made}")
    assert "25,0" in specialist.get("/networks/1/indicators?year=2022-2023")
