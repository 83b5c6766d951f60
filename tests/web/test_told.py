"""What is told: on the first page until it is opened, on the network's page, to nobody else."""

import pytest
from stories import done

from workflow_app.store.models.instances import CaseReading

pytestmark = [pytest.mark.opened("2025-10-06"), pytest.mark.shipped]
TITLE, TEXT = "График ВПР сети", "Пишем в один день. <b>{скобки}</b>"


@pytest.fixture
def network(district):
    """Return the id of a network of five schools."""
    return next(row["id"] for row in district.networks(code="NW1"))


@pytest.fixture
def news(district, network):
    """Return a piece of news for the heads of a network."""
    said = {"network": network, "audience": "heads", "title": TITLE, "text": TEXT}
    case = done(district.start("P201", "news", **said)).instance_id
    done(district.act("P201", case, "publish"))
    return case


def readers(district):
    return [row["person_id"] for row in district.rows(CaseReading)]


def test_opening_is_reading_and_the_first_page_tells_it_no_more(browser, district, news):
    head = browser("P110")
    first = head.get("/")
    assert first.index(TITLE) < first.index("Мои дела</h1>") + 3000
    assert "&lt;b&gt;{скобки}&lt;/b&gt;" in first
    for how in ({"method": "HEAD"}, {"headers": {"Sec-Purpose": "prefetch"}}):
        head.client.open(f"/cases/{news}", **how)
    assert readers(district) == []
    head.get(f"/cases/{news}")
    head.get(f"/cases/{news}")
    assert readers(district) == [district.people["P110"]]
    assert TITLE not in head.get("/")


def test_who_may_only_look_leaves_no_trace(browser, district, news, network):
    for watcher in ("P003", "P006", "P004"):
        assert TITLE in browser(watcher).get(f"/networks/{network}")
        assert TITLE in browser(watcher).get(f"/cases/{news}")
    assert readers(district) == []


def test_a_network_tells_its_news_to_whom_they_are_meant_for(browser, news, network):
    assert TITLE in browser("P110").get(f"/networks/{network}")
    for stranger in ("P204", "P105"):
        assert TITLE not in browser(stranger).get(f"/networks/{network}")
        assert TITLE not in browser(stranger).get("/")
        assert browser(stranger).client.get(f"/cases/{news}").status_code == 404
    going_on = browser("P201").get(f"/networks/{network}")
    assert going_on.count(TITLE) == 1


def test_the_author_sees_which_heads_have_opened_it(browser, news):
    browser("P112").get(f"/cases/{news}")
    page = browser("P201").get(f"/cases/{news}")
    table = page[page.index("Кто из директоров открыл") :]
    assert "06.10.2025" in table
    assert table.count("ещё не открывали") >= 2
    assert "Кто из директоров открыл" not in browser("P112").get(f"/cases/{news}")
