"""Terms of deadlines are edited in a table: one save a process, mistakes beside their cells."""

import re

import pytest
from browsing import text_of

from workflow_app.store.models.accounts import AdminEvent
from workflow_app.store.models.instances import DeadlinePolicy

PAGE = "/admin/deadlines"


def sent(page, **cells):
    """Return a table with a row as a browser sends it, some of its cells typed over."""
    form = next(one for one in page.split("<form")[1:] if 'name="consent.offset"' in one)
    found = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]* value="([^"]*)"', form))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)".*?>(.*?)</select>', form):
        found[name] = "calendar" if "selected" in options else "working"
    return {**found, **{f"consent.{name}": value for name, value in cells.items()}}


def titles(district):
    return [row["title"] for row in district.rows(AdminEvent)]


def own(district):
    rows = district.rows(DeadlinePolicy, kind="consent")
    return {row["lane"]: (row["offset_days"], row["remind"]) for row in rows}


def test_a_term_set_here_holds_for_cases_that_come_and_not_for_open_ones(
    browser, district, collecting
):
    before, officer = district.deadlines(collecting), browser("P003")
    page = officer.get(PAGE)
    assert page.count('name="consent.offset"') == 1
    answer = officer.post(PAGE, **sent(page, august="2", remind="3, 1"))
    assert answer.location.endswith("#t-consent")
    assert district.deadlines(collecting) == before
    assert own(district) == {"": (5, [3, 1]), "august": (2, [1])}
    assert titles(district)[0].endswith("напомнить: было за 2, 0 дн., стало за 3, 1 дн.")
    assert "август: было 5 рабочих дней, стало 2 рабочих дня" in titles(district)[1]
    row = officer.get(answer.location).split('id="t-consent"')[1].split("</tr>")[0]
    assert "август: было 5 рабочих дней, стало 2 рабочих дня" in row


def test_a_row_goes_back_to_its_origin_by_one_press(browser, district):
    officer = browser("P003")
    officer.post(PAGE, **sent(officer.get(PAGE), offset="4", august="2"))
    page = officer.get(PAGE)
    officer.post(PAGE, **sent(page), restore="consent")
    assert own(district) == {}
    assert "было 4 рабочих дня, стало 5 рабочих дней (исходный срок)" in titles(district)[-2]
    assert 'value="consent">Вернуть' not in officer.get(PAGE)


@pytest.mark.parametrize(
    ("cell", "typed", "said"),
    [
        ("offset", "завтра", "целое число от 0 до 366"),
        ("offset", "367", "целое число от 0 до 366"),
        ("august", "²", "или пусто, если как обычно"),
        ("remind", "1, много", "через запятую"),
        ("remind", "9", "Напоминание раньше начала"),
        ("told0", "", "через сколько рабочих дней после срока"),
        ("unit", "moons", "рабочие или календарные"),
    ],
)
def test_a_mistake_is_said_beside_its_cell_and_nothing_typed_is_lost(
    browser, district, cell, typed, said
):
    officer = browser("P003")
    form = sent(officer.get(PAGE), august="3") | {f"consent.{cell}": typed}
    page = officer.post(PAGE, status=422, **form).get_data(as_text=True)
    beside = page.split(f'id="f-consent-{cell}-error">')[1].split("</div>")[0]
    assert said in beside
    assert cell == "unit" or f'name="consent.{cell}" value="{typed}"' in page
    assert cell == "august" or 'name="consent.august" value="3"' in page
    assert "open><summary>" in page
    assert own(district) == {}


def test_what_another_changed_meanwhile_is_neither_undone_nor_lost(browser, district):
    first, second = browser("P003"), browser("P003")
    page = first.get(PAGE)
    second.post(PAGE, **sent(second.get(PAGE), offset="8"))
    first.post(PAGE, **sent(page))  # nothing typed: the change of the other stays
    assert own(district)[""][0] == 8
    answer = first.post(PAGE, status=409, **sent(page, offset="9"))
    assert "теперь здесь 8 рабочих дней" in text_of(answer)
    assert own(district)[""][0] == 8
    first.post(PAGE, **sent(answer.get_data(as_text=True)))  # she saw it, and means hers
    assert own(district)[""][0] == 9


def test_a_step_is_found_by_what_is_waited_for(browser):
    officer = browser("P003")
    assert 'name="consent.offset"' in officer.get(f"{PAGE}?text=согласие")
    page = officer.get(f"{PAGE}?text=чайник")
    assert "Такого срока нет" in page
    assert "consent" not in page


@pytest.mark.shipped
def test_rows_are_called_by_what_is_waited_for(browser):
    said = text_of(browser("P003").client.get(PAGE))
    assert "Заключение методического центра" in said
    assert "imc_opinion" not in said
