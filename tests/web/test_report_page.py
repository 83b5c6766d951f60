"""The page of a year's report: each reader is told what is true for her."""

import re

import pytest
from browsing import field, text_of
from reports import DONE, enter_all, live_through, submit, write
from stories import done
from test_door import PASSWORD

from workflow_app.store.models.instances import Instance

pytestmark = [pytest.mark.shipped, pytest.mark.opened("2025-09-10")]


@pytest.fixture
def report(district):
    """Return the report of a network whose schools have told nothing yet."""
    return live_through(district)


def test_a_draft_speaks_of_no_delay_and_names_no_section_before_the_first(browser, report):
    page = browser("P101").get(f"/cases/{report}")
    assert "опоздани" not in page
    assert "Срок пропущен" not in page
    assert not re.search(r"<h2[^>]*>\d", page)
    assert "Показатели поддерживаемых школ (раздел 4 справки)" in page


def test_who_writes_is_told_of_her_own_buttons_alone(browser, report):
    said = text_of(browser("P201").client.get(f"/cases/{report}?show=all"))
    assert "Текст можно править ниже; там же: «Обновить по данным года»." in said
    page = browser("P201").get(f"/cases/{report}")
    assert "Обновить по данным года</button>" in page
    assert "Представить справку</" not in page.split('id="may"')[1].split("Что здесь делают")[0]


def test_many_reasons_against_an_unfinished_text_are_counted_until_they_are_asked_for(
    browser, report
):
    page = browser("P101").get(f"/cases/{report}")
    held = page[page.index('class="not-now"') : page.index("Чего ждём")]
    assert re.search(r'<details class="why"><summary>\d+ причин', held)
    assert held.index("<summary>") < held.index("data-code")


def test_who_writes_has_the_table_after_her_text_and_who_reads_before_it(browser, report):
    where = {}
    for person in ("P101", "P110"):
        page = browser(person).get(f"/cases/{report}?show=all")
        where[person] = page.index('id="f-sections"') < page.index('id="t-indicators"')
    assert where == {"P101": True, "P110": False}
    part = browser("P101").get(f"/cases/{report}?part=sections")
    assert "Раздел 4 — таблица показателей под текстом" in part
    assert part.index('id="f-sections"') < part.index('id="t-indicators"')


def test_a_caution_leads_only_to_what_the_reader_sees(browser, report):
    led = f'<a href="/cases/{report}?part=resources_shared#f-no_data"'
    assert led in browser("P101").get(f"/cases/{report}")
    page = browser("P110").get(f"/cases/{report}")
    cautions = page[page.index("Обратите внимание") : page.index("Чего ждём")]
    assert "показатели не внесены" in cautions
    assert 'href="/cases' not in cautions
    assert "#f-" not in cautions


def test_a_row_is_read_before_the_head_wrote_her_part_of_it(browser, report):
    assert '<tr id="f-conclusions-' in browser("P110").get(f"/cases/{report}")


def test_what_every_school_has_entered_is_over(browser, district, report):
    assert "Показатели школ: 0 из 5 завершено" in browser("P101").get(f"/cases/{report}")
    enter_all(district, report)
    page = browser("P101").get(f"/cases/{report}")
    board = page[page.index("Показатели школ: 5 из 5 завершено") : page.index('id="t-indicators"')]
    assert "без срока" not in board
    assert "май 2026" in board
    assert 'class="over-0"' in board


def test_a_remark_is_about_a_section_by_its_own_number(browser, district, report):
    enter_all(district, report)
    district.at("2026-06-15")
    submit(district, report)
    done(district.act("P006", report, "take_up"))
    page = browser("P006").get(f"/cases/{report}/actions/return")
    assert ">5. Обмен опытом и ресурсами</option>" in page
    in_place = browser("P006").get(f"/cases/{report}")
    assert 'aria-label="Замечание: 5. Обмен опытом и ресурсами"' in in_place
    assert "просмотрено 0 из 6" in in_place
    for nobodys in ("network", "due_on", "goal"):
        assert f'<option value="{nobodys}">' not in page
        assert f'name="on.{nobodys}"' not in in_place
    assert ">1. Ввести ежемесячный диагностический срез" in page
    # The page is narrow: who has only a keyboard scrolls the tables in it.
    tables = re.findall(r'<div class="table-responsive"[^>]*>', page)
    assert tables
    assert all('tabindex="0"' in one for one in tables)


@pytest.mark.usefixtures("report")
def test_a_row_tells_its_recommendation_in_words(browser, district):
    found = {row["fan_key"]: row["id"] for row in district.rows(Instance, process="plan_activity")}
    said = text_of(browser("P201").client.get(f"/cases/{found['r-R1']}"))
    table = said[said.index("По рекомендации") :]
    assert "Ввести ежемесячный диагностический срез" in table
    assert "20.12.2025" in table
    assert "R1" not in said
    assert "По рекомендации" not in browser("P201").get(f"/cases/{found['a3']}")


def test_who_signs_reads_the_words_that_were_added_to_the_rows(browser, district, report):
    enter_all(district, report)
    district.at("2026-06-15")
    write(district, report)
    page = browser("P101").get(f"/cases/{report}/actions/submit")
    assert "Доля отметок «2» снизилась" in page, "of a row that the system began"
    assert "девять срезов за год" in page, "of a row that is hers"


def test_who_signs_signs_what_she_read_and_is_told_which_words_of_hers_go(
    browser, district, report
):
    enter_all(district, report)
    district.at("2026-06-15")
    done(district.act("P101", report, "refresh"))
    write(district, report)
    at, head = f"/cases/{report}/actions/submit", browser("P101")
    shown = head.get(at)
    first, *_ = district.case(report).data.unfinished.keys()
    case = next(
        one for one in district.rows(Instance, process="plan_activity") if one["fan_key"] == first
    )
    done(district.act("P201", case["id"], "report_done", **DONE))
    done(district.act("P101", case["id"], "confirm_up"))
    sent = {"_version": field(shown, "_version"), "_seen": field(shown, "_seen")}
    refused = head.post(at, status=409, **sent, password=PASSWORD)
    assert "прочтите новый текст" in text_of(refused)
    page = refused.get_data(as_text=True)
    gone = page[page.index("Этих строк в тексте больше не будет") : page.index("Текст, под кот")]
    assert gone.count("перенесено на осень") == 1
    head.post(at, **sent | {"_seen": field(page, "_seen")}, password=PASSWORD)
    assert district.rows(Instance, id=report)[0]["text_hash"] == field(page, "_seen")


def test_another_person_is_named_only_where_another_saved_last(browser, district, report):
    said = []
    for who in ("P101", "P201"):
        done(district.edit(who, report, problems=f"Далеко ездить, сказал {who}."))
        said.append("сохранил и другой человек" in browser("P101").get(f"/cases/{report}?show=all"))
    assert said == [False, True]
