"""A network on its page: who belongs to it, how that came about, what is going on in it."""

import pytest

from workflow_app.store.models import Base
from workflow_app.store.models.registers import Network


@pytest.fixture
def district(sqlite_district):
    """Return the district at the end of its second year."""
    opened = sqlite_district("2026-06-18")
    Base.metadata.create_all(opened.house.database.engine)
    return opened


@pytest.fixture
def network(district):
    """Return the address of the network whose composition changed in January."""
    return next(f"/networks/{row['id']}" for row in district.rows(Network, code="NW2"))


def test_a_network_names_the_order_that_founded_it(browser, network):
    page = browser("P003").get(network)
    founded = page[page.index("Создана приказом") :][:200]
    assert "№ 306-од от 29.08.2024" in founded


@pytest.mark.shipped
def test_a_network_lists_the_cases_about_it_by_its_name(browser, network):
    page = browser("P202").get(network)
    going_on = page[page.index("Что идёт в сети") : page.index("Состав на")]
    assert "Сеть «Читательская грамотность в многоязычной школе»" in going_on
    assert "Готовность 4 из 6" in going_on


def test_a_network_shows_what_differs_between_two_dates(browser, network):
    page = browser("P003").get(f"{network}?since=2025-12-01")
    changed = page[page.index("Что изменилось с 01.12.2025") : page.index("Как складывался")]
    assert "СОШ № 11" in changed
    assert "СОШ № 5" in changed
    assert "СОШ № 16" not in changed
    assert "Состав тот же" in browser("P003").get(f"{network}?since=2026-06-01")


def test_a_network_tells_its_composition_order_by_order(browser, network):
    page = browser("P202").get(network)
    turns = page[page.index("Как складывался") :]
    assert turns.index("12-од") < turns.index("306-од")
    assert "выходит из сети" in turns
