"""Requests of consumers (1.6-A1): schools write their own, everybody's are added up by topic."""

import io
import re

import pytest
from browsing import Browser, serve
from change_story import network
from lxml import html

from workflow_app.services.registers import writing
from workflow_app.services.registers.wishes import Wish
from workflow_app.store.registers.editing import SqlRegisters
from workflows.registers.service_requests import REQUESTS, TOPICS

pytestmark = [pytest.mark.opened("2026-04-02"), pytest.mark.shipped]

PAGE = "/registers/service_request"
SAID = {"school_year": "2025-2026", "month": "02", "source": "parents", "count": 10}


@pytest.fixture
def topic(district):
    return district.enter(TOPICS, name="ОГЭ математика")


def write(district, who, word=writing.enter, *about, **values):
    wish = Wish(values=values, why={"reason": "журнал школы", "effective_on": "2026-04-02"})
    return district.container.transact(
        lambda uow: word(SqlRegisters(uow), district.people[who], REQUESTS, *about, wish)
    )


def requests(district, topic, who="P110", school="S10", **said):
    given = {**SAID, "school": district.school(school), "topic": topic}
    about = {"network": network(district, "NW1")}
    return write(district, who, **{**given, **about, **said})


@pytest.mark.clause("1.6-A1")
def test_a_head_writes_her_own_school_and_nobody_elses(district, browser, topic):
    row = requests(district, topic)
    assert isinstance(row, int)
    for who in ("P101", "P003", "P006"):
        refused = requests(district, topic, who, source="pupils")
        assert refused.code in ("not_open", "not_your_role"), who
    assert requests(district, topic, school="S01").code == "not_open"
    assert write(district, "P101", writing.amend, row, count=3).code == "not_found"
    assert "ОГЭ математика" in browser("P110").get(PAGE)
    for who in ("P006", "P003"):
        assert "ОГЭ математика" in browser(who).get(PAGE)
        browser(who).get(f"{PAGE}/new", 404)
    assert "ОГЭ математика" not in browser("P101").get(PAGE)
    browser("P101").get(f"{PAGE}/{row}", 404)


def test_the_page_says_that_an_appeal_goes_another_way(browser):
    page = browser("P110").get(f"{PAGE}/new")
    assert "59-ФЗ" in page
    assert "без фамилий" in page


def test_a_new_request_begins_with_the_school_of_who_writes_it(district, browser):
    page = html.fromstring(browser("P110").get(f"{PAGE}/new"))
    (chosen,) = page.xpath("//*[@name='school']//option[@selected]/@value")
    assert chosen == str(district.school("S10"))
    assert page.xpath("//*[@name='school']//option/@value") == ["", chosen]  # no other school
    (why,) = page.xpath("//*[@name='why.reason']/../label")
    assert "необязательно" in why.text_content()


def test_a_count_needs_no_reason(district, browser, topic):
    head = browser("P110")
    sent = {**SAID, "school": district.school("S10"), "topic": topic}
    head.post(f"{PAGE}/new", **sent)
    assert "внесено школой" in head.get(f"{PAGE}/1")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"count": 0}, "nothing_asked"),
        ({"month": "05"}, "month_ahead"),
        ({"text": "Просит Иванова А. П., мама из 9 класса"}, "name_in_text"),
    ],
)
def test_what_cannot_be_a_request_is_refused(district, topic, said, code):
    assert requests(district, topic, **said).code == code


def test_a_strange_network_is_refused(district, topic):
    assert requests(district, topic, network=network(district, "NW2")).code == "network_not_own"


@pytest.mark.clause("1.6-A1")
def test_requests_are_added_up_by_topic_and_quarter(district, browser, topic):
    other = district.enter(TOPICS, name="Кружок по физике")
    for who, school, said in (
        ("P110", "S10", {}),
        ("P112", "S12", {"source": "pupils", "month": "03", "count": 4}),
        ("P112", "S12", {"month": "11", "count": 2}),
        ("P110", "S10", {"topic": other, "count": 1}),
    ):
        assert isinstance(requests(district, said.pop("topic", topic), who, school, **said), int)
    table = html.fromstring(browser("P006").get(PAGE)).xpath("//section[@aria-labelledby='sums']")[
        0
    ]
    lines = [
        [cell.text_content().strip() for cell in line.xpath("./th|./td")]
        for line in table.xpath(".//tbody/tr")
    ]
    titles = [one.text_content() for one in table.xpath(".//thead//th")]
    assert titles == ["О чём просят", "2025, IV квартал", "2026, I квартал", "Всего"]
    assert lines == [["ОГЭ математика", "2", "14", "16"], ["Кружок по физике", "—", "1", "1"]]
    own = browser("P110").get(PAGE)
    assert "IV квартал" not in own


def test_a_file_of_a_school_writes_no_other_school_and_is_seen_by_nobody_else(district, topic):
    requests(district, topic)
    app = serve(district.container)
    head, other = (Browser(app, district, one) for one in ("P110", "P112"))
    own, strange = (
        district.read(lambda uow, code=code: uow.facts(1).name("school", district.school(code)))
        for code in ("S10", "S12")
    )
    assert strange not in head.get(f"{PAGE}/rows.csv")
    lines = "Учебный год;Месяц;Школа;Кто просит;О чём просят;Сколько запросов\n" + "".join(
        f"2025/2026;январь;{school};ученики;ОГЭ математика;3\n" for school in (own, strange)
    )
    file = (io.BytesIO(lines.encode("utf-8-sig")), "запросы.csv")
    brought = head.post(f"{PAGE}/import", file=file).headers["Location"].removesuffix("/columns")
    page = head.get(brought)
    assert "такие записи вам не открыты" in page
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    head.post(brought, status=302, seen=seen, reason="журнал школы")
    found = {(row.school, row.source) for row in district.register(REQUESTS)}
    school = district.school("S10")
    assert found == {(school, "parents"), (school, "pupils")}
    assert "запросы.csv" in head.get(f"{PAGE}/import")
    assert "запросы.csv" not in other.get(f"{PAGE}/import")
    other.get(brought, 404)
