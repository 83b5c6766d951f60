"""The last visit of each network in the overview and on its page, for those it concerns (1.4)."""

import datetime as dt
import re

import pytest
from browsing import form_of, text_of
from change_story import network
from lxml import html
from stories import done
from test_dashboard import row_of
from visit_story import BANK, found, planned, written

from workflow_app.services.settings_defaults import DEFAULTS
from workflow_app.store.models.directory import Setting
from workflow_app.store.registers.writing import Cause
from workflows.registers.networks import NETWORKS

pytestmark = [pytest.mark.shipped, pytest.mark.opened("2025-10-20")]
NAMES = {
    "NW1": "Математика: от дефицита к результату",
    "NW2": "Читательская грамотность в многоязычной школе",
}
LATE = "давно без посещения"


def told(browser, code, who="P005", path="/dashboard"):
    """Return what the overview says of a network."""
    return row_of(browser(who).get(path), NAMES[code])


def test_the_overview_tells_the_last_visit_and_burns_where_it_is_too_long_ago(district, browser):
    found(district)
    assert told(browser, "NW1").endswith(" 1 12.11.2025 17.11.2025")
    assert f"не было {LATE}" in told(browser, "NW2")
    page = text_of(browser("P005").client.get("/dashboard"))
    assert f"2 {LATE}" in " ".join(page.split())
    assert "1 Открытых замечаний" in " ".join(page.split())
    district.at("2026-05-14 12:00")  # the 183rd day
    assert LATE not in told(browser, "NW1")
    district.at("2026-05-15 12:00")
    assert LATE in told(browser, "NW1")


def test_how_long_is_too_long_the_municipality_decides(district, browser):
    found(district)
    browser("P003").post("/admin/settings/visits.within_days", value="0")
    district.at("2025-11-13 12:00")
    assert LATE in told(browser, "NW1")


def test_a_network_entered_by_hand_is_watched_from_its_entry_on(district, browser):
    like = district.networks(code="NW2")[0]

    def write(uow):
        said = {name: like[name] for name in NETWORKS.fields} | {"directions": []}
        said |= {"name": "Давняя сеть", "code": "Д", "term_from": dt.date(2023, 9, 1)}
        return uow.registers.enter("network", 1, Cause(uow.today, basis="№ 200"), said, None)

    district.container.transact(write)
    path = f"/networks/{network(district, 'Д')}"

    def late(page):
        return LATE in row_of(page.get("/dashboard"), "Давняя сеть"), LATE in page.get(path)

    assert late(browser("P005")) == (False, False)
    before = sum_of_late(browser)
    district.at("2026-04-22 12:00")
    assert late(browser("P005")) == (True, True)
    assert sum_of_late(browser) == before + 1


def sum_of_late(browser):
    """Return how many networks the overview counts as left alone for too long."""
    page = " ".join(re.sub("<[^>]+>", " ", browser("P005").get("/dashboard")).split())
    return int(re.search(f"(\\d+) {LATE}", page)[1])


def test_a_network_that_stands_still_burns_for_nobody(district, browser):
    assert LATE in told(browser, "NW2")
    district.amend(NETWORKS, network(district, "NW2"), state="suspended")
    assert LATE not in told(browser, "NW2")


def test_a_curator_filters_her_own_networks_and_others_are_not_offered_it(browser):
    mine = browser("P007").get("/dashboard?mine=1")
    assert NAMES["NW2"] in mine
    assert NAMES["NW1"] not in mine
    assert "Открытых замечаний" in mine
    assert "Сетей</dt>" not in mine  # totals are of all networks
    assert 'name="mine"' in browser("P007").get("/dashboard")
    for who in ("P003", "P005"):
        page = browser(who).get("/dashboard?mine=1")
        assert 'name="mine"' not in page
        assert NAMES["NW1"] in page


def test_the_page_of_a_network_tells_its_last_visit_to_those_who_read_of_it(district, browser):
    found(district)
    path = f"/networks/{network(district, 'NW1')}"
    for reader in ("P005", "P101", "P110", "P003"):
        assert "Последнее посещение" in browser(reader).get(path)
        assert BANK in browser(reader).get(path)
    stranger = browser("P107").get(path)
    assert "Последнее посещение" not in stranger
    assert BANK not in stranger


def test_protocols_and_findings_are_read_by_the_heads_of_the_network_alone(district, browser):
    found(district)
    for register in ("visit", "finding"):
        for reader, sees in {"P110": True, "P201": True, "P107": False, "P008": True}.items():
            page = browser(reader).get(f"/registers/{register}")
            assert ("1/2025" in page) == sees, (register, reader)
        browser("P107").get(f"/registers/{register}/1", status=404)


def test_a_visit_is_begun_and_planned_by_its_pages(district, browser):
    methodist = browser("P006")
    methodist.post("/start/monitoring_visit")
    (case,) = [row["id"] for row in district.instances(process="monitoring_visit")]
    page = methodist.get(f"/cases/{case}")
    assert "Шевчук Л.Н." in page
    browser("P101").get(f"/cases/{case}", status=404)
    here = network(district, "NW1")
    done(district.edit("P006", case, network=here, planned_on="2025-11-12", topic="Как идёт план"))
    methodist.post(f"/cases/{case}/actions/plan_visit")
    assert "Запланировано" in browser("P101").get(f"/cases/{case}")
    assert "Посещение сети" in browser("P101").get(f"/networks/{here}")


# ---------------------------------------------------------------- what is looked at

LIST = "/admin/settings/visits.checklist"


def test_what_is_looked_at_the_municipality_writes_line_by_line(district, browser):
    officer = browser("P003")
    said = officer.get("/admin/settings?text=посещени")
    assert "Педагоги обмениваются материалами, банк материалов пополняется" in said
    officer.post(LIST, value=" План идёт \r\n\r\nПлан идёт\r\nШколы встречаются\r\n")
    kept = {row["key"]: row["value"] for row in district.rows(Setting)}
    assert kept["visits.checklist"] == ["План идёт", "Школы встречаются"]
    case = planned(district)
    district.at("2025-11-12 15:00")
    done(district.act("P006", case, "open_protocol", held_on="2025-11-12"))
    assert [row.title for row in district.case(case).data.checklist] == kept["visits.checklist"]
    browser("P003").post(LIST, value="\n".join(DEFAULTS["visits.checklist"].value))
    assert "visits.checklist" not in {row["key"] for row in district.rows(Setting)}


def test_a_mistake_marks_the_question_it_is_about_alone(district, browser):
    case = planned(district)
    district.at("2025-11-12 15:00")
    written(district, case)
    third = district.case(case).data.checklist[2]
    methodist = browser("P006")
    sent = form_of(methodist.get(f"/cases/{case}")) | {"_action": "send_protocol"}
    sent["checklist.2.mark"] = "partly"
    page = methodist.post(f"/cases/{case}/draft", status=422, **sent)
    shown = html.fromstring(page.get_data(as_text=True))
    wrong = f"f-checklist-{third.key}"
    assert shown.xpath(f'//a[@href="#{wrong}"]')
    rows = shown.xpath('//*[contains(@class, "row-card")][starts-with(@id, "f-checklist-")]')
    assert [row.get("id") for row in rows if row.xpath('.//*[@class="field-error"]')] == [wrong]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (" \n ", "Нужно от 1 до 50 строк"),
        ("\n".join(str(n) for n in range(51)), "Нужно от 1 до 50 строк"),
        ("а" * 301, "не больше 300 знаков"),
    ],
)
def test_a_list_of_lines_is_neither_empty_nor_endless(district, browser, value, sentence):
    page = browser("P003").post(LIST, status=422, value=value)
    assert sentence in text_of(page)
    assert re.search(r'name="value" rows="4" aria-invalid="true"', page.get_data(as_text=True))
    assert not district.rows(Setting, key="visits.checklist")
