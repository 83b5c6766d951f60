"""The municipality at a glance, for those who answer for all networks."""

import re

import pytest
from counting import counted
from reports import live_through

from workflow_app.store import schema
from workflow_app.store.registers.writing import Cause
from workflows.registers.networks import NETWORKS

PAGE = "/dashboard"
pytestmark = pytest.mark.opened("2025-09-10")


def row_of(page, name):
    """Return what the page says of a network, in words."""
    begins = page.index(name)
    cells = page[begins : page.index("</tr>", begins)]
    return " ".join(re.sub(r"<[^>]+>", " ", cells).split())


@pytest.mark.parametrize(("who", "status"), [("P003", 200), ("P005", 200), ("P101", 403)])
def test_the_overview_is_for_those_who_answer_for_all(browser, who, status):
    page = browser(who).get(PAGE, status=status)
    if status == 403:
        assert "открывают управление образованием, методический центр" in page
        assert 'href="/networks">Сети</a>' in page.split("<main")[1]


def test_what_is_no_school_year_is_no_page(browser):
    browser("P003").get(f"{PAGE}?year=soon", status=404)


@pytest.mark.shipped
def test_a_row_counts_what_is_done_and_late_and_where_the_report_stands(district, browser):
    report = live_through(district, count=4, done_rows=1)
    (network,) = district.networks(code="NW1")
    said = row_of(browser("P003").get(PAGE), network["name"])
    assert "1 из 4 (25 %)" in said
    assert "Готовится" in said
    assert "с опозданием" not in said
    assert " 3 Готовится" in said  # three activities are overdue
    assert said.endswith(" 31.05.2026")  # by then R3 of the last report is to be followed
    district.at("2026-06-01")
    assert row_of(browser("P003").get(PAGE), network["name"]).endswith(" 01.06.2026")  # indicators
    district.at("2026-06-16")
    district.carry_out()
    page = browser("P003").get(PAGE)
    assert "с опозданием" in row_of(page, network["name"])
    assert f'href="/cases/{report}"' in page
    schema.downgrade(district.container.database, "0009")
    schema.upgrade(district.container.database, registers=district.container.tables)
    assert "с опозданием" in row_of(browser("P003").get(PAGE), network["name"])


def test_more_networks_take_no_more_statements_and_go_on_the_next_page(district, browser):
    reader = browser("P003")
    reader.get(PAGE)
    with counted(district) as few:
        reader.get(PAGE)
    like = district.networks(code="NW1")[0]
    base = district.memberships(network=like["id"], role="base")[0]

    def write(uow):
        cause = Cause(uow.today, reason="проверка")
        said = {name: like[name] for name in NETWORKS.fields} | {"directions": []}
        many = [said | {"name": f"Сеть {n}.", "code": f"Н{n}"} for n in range(60)]
        ids = uow.registers.enter_all("network", 1, cause, many, base["effective_on"])
        members = [{"network": key, "school": base["school"], "role": "base"} for key in ids]
        uow.registers.enter_all("membership", 1, cause, members, base["effective_on"])

    district.container.transact(write)
    with counted(district) as many:
        page = reader.get(PAGE)
    assert len(many) == len(few)
    assert "Сеть 59." not in page
    following = re.search(r'href="(/dashboard\?[^"]*after=[^"]*)"', page)
    assert "Сеть 59." in reader.get(following.group(1).replace("&amp;", "&"))


@pytest.mark.shipped
def test_a_network_shows_who_helped_whom(district, browser):
    live_through(district, count=4, done_rows=1)
    (network,) = district.networks(code="NW1")
    (held,) = [row for row in district.instances() if row["fan_key"] and row["state"] == "done"]
    (base,), met = held["parties"]["base"], held["parties"]["participants"]
    page = browser("P003").get(f"/networks/{network['id']}")
    matrix = page[page.index("Кто кому помогает") : page.index("Состав на")]
    told = [int(number) for number in re.findall(r"(\d+)</td>", matrix)]
    assert 0 < sum(told) <= len(set(met) - {base})
    assert matrix.count("<svg") == sum(number > 0 for number in told) < len(told)
    stranger = browser("P109").get(f"/networks/{network['id']}")
    assert "Кто кому помогает" not in stranger
