"""The register of recommendations: heads read their networks', and open what is theirs alone."""

import datetime as dt

import pytest
from browsing import Browser, serve
from counting import counted
from lxml import html
from reports import advised, enter_all, live_through, submit, to_approved
from stories import done

from workflows.registers.recommendations import DECIDED, FOLLOWED, OPEN, RECOMMENDATIONS

PAGE = "/registers/recommendation"
pytestmark = [pytest.mark.opened("2026-06-18"), pytest.mark.shipped]


def texts(district, network):
    (row,) = district.networks(code=network)
    return {one.text for one in district.register(RECOMMENDATIONS, network=row["id"])}


def lines_of(page):
    """Return text → line of the register."""
    lines = html.fromstring(page).xpath("//tbody/tr[td/a]")
    return {line.xpath("string(td[1]/a)").strip(): line for line in lines}


@pytest.mark.parametrize("who", ["P005", "P006", "P003"])
def test_offices_of_the_district_read_all(district, browser, who):
    everything = texts(district, "NW1") | texts(district, "NW2")
    assert everything <= lines_of(browser(who).get(PAGE)).keys()


def test_a_head_reads_her_own_networks_alone(district, browser):
    page = browser("P117").get(PAGE)
    assert lines_of(page).keys() >= texts(district, "NW2")
    assert not lines_of(page).keys() & texts(district, "NW1")
    (other,) = district.networks(code="NW1")
    assert "Ничего не найдено" in browser("P117").get(f"{PAGE}?network={other['id']}")


def test_the_register_is_narrowed_by_network_year_and_state(district, browser):
    (network,) = district.networks(code="NW1")
    reader = browser("P003")
    found = lines_of(reader.get(f"{PAGE}?network={network['id']}"))
    assert found.keys() == texts(district, "NW1")
    for state in {row.state for row in district.register(RECOMMENDATIONS)}:
        told = {row.text for row in district.register(RECOMMENDATIONS, state=state)}
        assert lines_of(reader.get(f"{PAGE}?state={state}")).keys() == told
    assert "Ничего не найдено" in reader.get(f"{PAGE}?school_year=1999-2000")


def test_the_page_speaks_in_the_words_of_the_papers(district, browser):
    lines = lines_of(browser("P003").get(PAGE))
    for row in district.register(RECOMMENDATIONS):
        text = lines[row.text].text_content()
        assert row.code not in text
        assert DECIDED.get(row.decision, "") in text, row.code
        assert FOLLOWED[row.state] in text, row.code
        names = district.read(
            lambda uow, row=row: [
                uow.facts(1).name(kind, key)
                for kind, key in (
                    ("network", row.network),
                    ("school", row.school),
                    ("person", row.responsible),
                )
            ]
        )
        assert all(name in text for name in names), row.code


def test_what_is_still_open_after_its_day_is_marked_overdue(district, browser):
    lines = lines_of(browser("P003").get(PAGE))
    for row in district.register(RECOMMENDATIONS):
        is_late = row.state in OPEN and row.due_on < dt.date(2026, 6, 18)
        assert ("просрочено" in lines[row.text].text_content()) == is_late, row.code
        shown = browser("P003").get(f"{PAGE}/{row.id}")
        assert ("просрочено" in shown) == is_late, row.code
    assert any("просрочено" in line.text_content() for line in lines.values())


def test_the_page_takes_as_many_statements_for_one_network_as_for_all(district, browser):
    (network,) = district.networks(code="NW1")
    reader = browser("P003")
    reader.get(PAGE)
    taken = []
    for address in (f"{PAGE}?school_year=2024-2025", f"{PAGE}?network={network['id']}"):
        with counted(district) as statements:
            reader.get(address)
        taken.append(len(statements))
    assert taken[0] == taken[1]


def test_only_who_may_read_the_case_is_led_to_it(sqlite_district):
    district = sqlite_district("2025-09-10")
    report = live_through(district)
    enter_all(district, report)
    district.at("2026-06-15")
    submit(district, report)
    to_approved(district, report)
    (case,) = advised(district, report)
    link, row = f'href="/cases/{case}"', f"{PAGE}/{district.case(case).data.recommendation}"
    app = serve(district.container)
    addressee, member = (Browser(app, district, who) for who in ("P110", "P112"))
    done(district.act("P110", case, "decline_advice", reason="Нет ставки методиста"))
    for page in (PAGE, row):
        assert link in addressee.get(page)
        assert link not in member.get(page)
        assert "Ввести ежемесячный диагностический срез в 5–6 классах" in member.get(page)
    history = html.fromstring(member.get(row)).xpath("//section//tbody/tr")
    answer, issue = (" ".join(line.itertext()) for line in history)
    assert "Магомедов Р.А." in answer
    assert "15.06.2026" in answer
    assert "отклонена" in answer
    assert "Нет ставки методиста" in answer
    assert "Запись внесена" in issue
