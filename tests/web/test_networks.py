"""A network on its page: who belongs to it, how that came about, what is going on in it."""

import datetime as dt
import re

import pytest
from change_story import register, request, to_order
from plans import life
from stories import done

from workflow_app.store.models.instances import Instance
from workflow_app.store.registers.writing import Cause
from workflows.registers.networks import NETWORKS

pytestmark = pytest.mark.opened("2026-06-18")


@pytest.fixture
def network(district):
    """Return the address of the network whose composition changed in January."""
    return next(f"/networks/{row['id']}" for row in district.networks(code="NW2"))


@pytest.mark.shipped
def test_networks_lead_to_what_registers_tell_of_them_and_tell_a_composition_once(browser, network):
    page = browser("P003").get("/networks")
    led = re.findall(r'href="/registers/(\w+)"', page[page.index("<h1>") :])
    assert led[:2] == ["membership", "recommendation"]
    shown = browser("P003").get(network)
    assert "Рекомендации (" in shown
    assert "Состав сетей" not in shown


def test_a_network_names_the_order_that_founded_it(browser, network):
    page = browser("P003").get(network)
    founded = page[page.index("Создана приказом") :][:200]
    assert "№ 306-од от 29.08.2024" in founded


@pytest.mark.shipped
@pytest.mark.clause("1.6-A3")
def test_a_network_lists_the_cases_about_it_and_flags_schools_that_take_no_part(browser, network):
    page = browser("P202").get(network)
    going_on = page[page.index("Что идёт в сети") : page.index("Состав на")]
    assert "Сеть «Читательская грамотность в многоязычной школе»" in going_on
    assert "Готовность 3 из 6" in going_on
    assert "Не участвуют в мероприятиях сети уже 60 дней или дольше: «МКОУ" in going_on


@pytest.mark.shipped
def test_a_network_leads_to_what_every_order_said_of_it(browser, network):
    (path,) = re.findall(r'href="(/registers/network/\d+)"', browser("P003").get(network))
    row = browser("P003").get(path)
    assert "Читательская грамотность в многоязычной школе" in row
    assert "306-од" in row
    assert "действует" in row


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


def section(page, title):
    """Return what stands under a title of the page, up to the composition."""
    return page[page.index(title) : page.index("Состав на")] if title in page else ""


@pytest.mark.shipped
def test_what_goes_on_in_a_network_ends_with_the_last_acknowledgement(browser, district, network):
    number = int(network.rpartition("/")[2])
    case = request(
        district,
        "P003",
        number,
        "add",
        school=district.school("S03"),
        role="partner",
        effective_on="2026-06-18",
    )
    assert district.rows(Instance, id=case)[0]["heading"] == (
        "Включить школу МКОУ СОШ № 3 с. Владимировка "
        "в сеть «Читательская грамотность в многоязычной школе»"
    )
    order = register(district, to_order(district, "P003", case, consents=["P103"]))
    going = section(browser("P103").get(network), "Что идёт в сети")
    assert f'href="/cases/{order}"' in going[: going.index("Что уже завершено")]
    assert f'href="/cases/{case}"' in going[going.index("Что уже завершено") :]

    codes = {person: name for name, person in district.people.items()}
    for school in map(district.school, district.statuses(order, "acknowledgement")):
        (head,) = district.read(lambda uow, at=school: uow.facts(1).holders("school_head", at))
        done(district.act(codes[head.person_id], order, "acknowledge"))
    going = section(browser("P103").get(network), "Что идёт в сети")
    assert f'href="/cases/{order}"' in going[going.index("Что уже завершено") :]


@pytest.mark.shipped
def test_a_member_leads_to_what_orders_said_of_it(browser, network):
    reader = browser("P202")
    page = reader.get(network)
    members = page[page.index("Состав на") : page.index("Как складывался")]
    told = r'href="(/registers/membership/\d+)" aria-label="История участия: МКОУ СОШ № 5 '
    (address,) = re.findall(told, members.replace("\u00a0", " "))
    row = reader.get(address)
    assert "приказ от 19.01.2026 № 12-од" in row.replace("\u00a0", " ")
    listed = reader.get("/registers/membership")
    assert "поддерживаемая школа" in listed
    assert address in listed
    about = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", row, re.DOTALL))
    assert f'href="{network}"' in about["Сеть"]
    assert 'href="/schools/' in about["Школа"]
    assert f'href="{network}"' in listed


@pytest.mark.shipped
@pytest.mark.clause("1.8-4, 1.7-1")
def test_every_school_of_a_network_finds_its_contacts_and_rules_on_one_page(
    browser, district, network
):
    case = life(district, "NW2")
    done(district.act("P116", case, "name_contact", contact="Чуб А.В., <b>8 (86543) 0-00-00</b>"))
    page = browser("P116").get(network)
    told = page[page.index("Люди и правила сети") :]
    assert "Чуб А.В., &lt;b&gt;8 (86543) 0-00-00" in told[:3000]
    assert "Люди и правила сети" not in browser("P101").get(network)


@pytest.mark.shipped
def test_a_network_older_than_the_system_tells_its_document_and_no_day_it_does_not_know(
    browser, district
):
    like, document = district.networks(code="NW1")[0], "приказ от 28.08.2023 № 200"
    base, other, later = (district.school(code) for code in ("S01", "S02", "S10"))

    def write(uow):
        told, silent = (Cause(uow.today, basis=text) for text in (document, ""))
        said = {name: like[name] for name in NETWORKS.fields} | {"directions": []}
        said |= {"name": "Давняя сеть", "code": "Д", "term_from": dt.date(2023, 9, 1)}
        (key,) = uow.registers.enter_all("network", 1, told, [said], None)
        rows = [
            {"network": key, "school": school, "role": role}
            for school, role in ((base, "base"), (other, "supported"), (later, "supported"))
        ]
        uow.registers.enter_all("membership", 1, told, rows[:1], None)
        uow.registers.enter_all("membership", 1, silent, rows[1:2], None)
        uow.registers.enter_all("membership", 1, told, rows[2:], dt.date(2024, 9, 1))
        return key

    page = browser("P003").get(f"/networks/{district.container.transact(write)}")
    rows, _, turns = page[page.index("Состав на") :].partition("Как складывался")
    told = zip(*(cells(rows, title) for title in ("С какого дня", "Приказ")), strict=True)
    assert [*told] == [("всегда", document), ("всегда", "—"), ("01.09.2024", document)]
    steps = [words(one) for one in re.findall('<div class="step">(.*?)</div>', turns)]
    always = {f"всегда — {document}", "всегда — без документа"}
    assert (steps[0], {*steps[1:]}) == (f"с 01.09.2024 — {document}", always)
    assert turns.count("внесено в реестр 18.06.2026") == 3


def words(piece):
    """Return what a piece of a page says."""
    return " ".join(re.sub("<[^>]+>", "", piece).replace("\u00a0", " ").split())


def cells(table, title):
    """Return what the column of a table says, row by row."""
    return [words(one) for one in re.findall(f'data-title="{title}">(.*?)</td>', table)]
