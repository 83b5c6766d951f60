"""The pages of declared registers: a list as on a day, a row with all that was written of it."""

import re

import pytest
from toy_registers import HEAD, add_to

from workflow_app.engine import Line, Mark, Record, Register, School, field


@pytest.mark.shipped
@pytest.mark.opened("2025-08-28")
def test_a_reader_sees_the_directions_of_a_year_and_by_which_order_they_stand(browser):
    head = browser("P112")
    assert 'href="/registers/direction"' in head.get("/registers")
    page = head.get("/registers/direction?school_year=2025-2026&state=in_force")
    assert "приказ от" in page
    row = re.search(r'href="(/registers/direction/\d+)"', page)[1]
    shown = head.get(row)
    assert "Что и когда записано" in shown
    assert "действует" in shown
    assert "На этот день такой записи в реестре нет. Она есть с" in head.get(f"{row}?on=2001-01-01")
    assert "Ничего не найдено" in head.get("/registers/direction?on=2001-01-01")
    assert "Ничего не найдено" in head.get("/registers/direction?text=такого-нет")
    head.get("/registers/direction?on=не-дата&after=никто&known_on=2025")
    head.get("/registers/nothing", status=404)
    head.get("/registers/direction/99999", status=404)


def test_an_odd_word_in_an_address_is_no_page_whatever_is_sent_there(browser):
    person = browser("P003")
    for path in ("/registers/a%06b/new", f"/registers/direction/{10**19}/edit"):
        for method in ("GET", "POST"):
            answer = person.client.open(path, method=method)
            assert answer.status_code in (400, 404), (method, path)
    assert person.client.delete("/registers/direction").status_code in (400, 405)
    told = person.client.post("/api/v1/registers/a%06b", headers={"Authorization": "Bearer x"})
    assert told.status_code in (401, 404)


class Remark(Record):
    school: School = field("Школа")
    text: Line = field("Замечание")


REMARKS = Register(
    key="remark",
    title="Замечания",
    record=Remark,
    identity=("school", "text"),
    called=lambda row: row.text,
    readers=(HEAD,),
    subject="school",
    mark=lambda row: Mark(row.text),
)


@pytest.mark.opened("2025-08-28")
def test_what_only_some_read_shows_on_no_page_of_its_subject_to_others(browser, district):
    add_to(district.container, REMARKS)
    school = district.school("S05")
    district.enter(REMARKS, school=school, text="Только для директоров")
    assert "Только для директоров" in browser("P105").get(f"/schools/{school}")
    officer = browser("P003")
    for path in (f"/schools/{school}", "/schools", "/registers"):
        assert "Только для директоров" not in officer.get(path), path
    officer.get("/registers/remark", status=404)
    assert "Только для директоров" not in browser("P105").get("/schools")  # a mark is for all
