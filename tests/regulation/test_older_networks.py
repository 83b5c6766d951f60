"""Networks older than the system: entered on pages or by a file, they live here (4.2)."""

import io
import re

import pytest
from browsing import Browser, serve, text_of
from change_story import request
from stories import done
from xlsxwriter import Workbook

from workflow_app.store.models.instances import Deadline, Instance
from workflow_app.store.models.registers import RegisterEntry
from workflows.registers.memberships import MEMBERSHIPS
from workflows.registers.networks import NETWORKS
from workflows.registers.schools import SCHOOLS

NETWORK = {
    "code": "ST1",
    "name": "Старая сеть",
    "state": "active",
    "term_from": "2024-09-01",
    "term_to": "2027-08-31",
}
ORDER = {"why.reason": "сеть создана до системы", "why.basis": "приказ от 30.08.2024 № 310"}
LIFE, PLAN = "network_life", "annual_plan"
TITLES = ["Сеть", "Школа", "Роль в сети"]


@pytest.fixture
def district(open_district):
    return open_district("2025-09-10")


@pytest.fixture
def specialist(district):
    app = serve(district.container)
    app.testing = True
    return Browser(app, district, "P003")


def enter(browser, register, status=302, **said):
    """Send the page of a new row; return the row, or what the page says."""
    answer = browser.post(f"/registers/{register}/new", status=status, **{**ORDER, **said})
    if status != 302:
        return text_of(answer)
    return int(answer.headers["Location"].partition("?")[0].rsplit("/", 1)[1])


def found_before(browser, district, **said):
    """Enter a network that was there before the system."""
    people = {"coordinator": district.people["P202"], "curator": district.people["P006"]}
    return enter(browser, "network", **{**NETWORK, **people, **said})


def join(browser, district, network, school, role, status=302):
    """Enter a school of it."""
    about = {"network": network, "school": district.school(school), "role": role}
    return enter(browser, "membership", status, **about)


def cases(district, process, network):
    """Return the cases of a process about a network, the newest last, once all are told."""
    district.carry_out()
    rows = [row for row in district.rows(Instance) if row["process"] == process]
    return [row for row in rows if f"{row['subject']}/".startswith(f"network/{network}/")]


def brought(browser, register, rows):
    """Bring a workbook; return the address of its dry run."""
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    file.seek(0)
    answer = browser.post(f"/registers/{register}/import", file=(file, "сети.xlsx"))
    place = answer.headers["Location"]
    return place.removesuffix("/columns")


def write(browser, path, status=302, **said):
    seen = re.search(r'name="seen" value="([^"]+)"', browser.get(path))[1]
    given = {"seen": seen, "reason": "приказ от 30.08.2024 № 310", **said}
    return browser.post(path, status=status, **given)


@pytest.mark.both_databases
@pytest.mark.clause("4.2")
def test_a_network_entered_school_by_school_lives_and_its_plan_follows(district, specialist):
    network = found_before(specialist, district)
    assert cases(district, LIFE, network) == []
    said = join(specialist, district, network, "S05", "supported", status=422)
    assert "У сети «Старая сеть» нет базовой школы: внесите её первой" in said
    join(specialist, district, network, "S02", "base")
    join(specialist, district, network, "S05", "supported")
    (life,), (plan,) = cases(district, LIFE, network), cases(district, PLAN, network)
    assert (life["state"], plan["state"]) == ("active", "draft")
    for case in (life, plan):
        assert case["data"]["members"] == [district.school("S05")]
    due = {row["kind"]: row for row in district.rows(Deadline, instance_id=life["id"])}
    assert due["network_term"]["due_at"].date().isoformat() in ("2027-08-31", "2027-09-01")
    assert district.rows(Deadline, instance_id=plan["id"])[0]["closed_at"] is None
    assert "Старая сеть" in specialist.get("/dashboard")
    case = request(
        district, "P102", network, "add", school=district.school("S16"), effective_on="2025-10-01"
    )
    done(district.act("P102", case, "send"))


def test_what_may_not_be_of_a_network_is_said_on_its_page(district, specialist):
    network = found_before(specialist, district)
    said = join(specialist, district, network, "S05", "base", status=422)
    assert "нет статуса «стабильные результаты» на 2025/2026 год" in said
    said = join(specialist, district, network, "S01", "base", status=422)
    assert "в этот срок уже базовая ещё в 1 сети, а можно не больше 1" in said
    join(specialist, district, network, "S02", "base")
    said = join(specialist, district, network, "S06", "base", status=422)
    assert "В сети «Старая сеть» одна базовая школа" in said
    said = enter(specialist, "network", 422, **{**NETWORK, "code": "ST2"})
    assert "это уже сказано о другой записи: Старая сеть" in said
    said = enter(
        specialist, "network", 422, **{**NETWORK, "code": "ST2", "name": "Ещё", "why.basis": ""}
    )
    assert "Назовите документ" in said
    wrong = {**NETWORK, "code": "ST2", "name": "Ещё", "term_to": "2024-08-31"}
    assert "кончается раньше, чем начинается" in enter(specialist, "network", 422, **wrong)


def test_what_orders_tell_orders_change(district, specialist):
    (first,) = [row for row in district.register(NETWORKS) if row.code == "NW1"]
    said = join(specialist, district, first.id, "S05", "partner", status=422)
    assert "О сети «Математика: от дефицита к результату» здесь уже говорят приказы" in said
    assert "начните на странице сети «Изменить сеть»" in said
    member = next(row for row in district.register(MEMBERSHIPS, network=first.id))
    page = specialist.post(
        f"/registers/membership/{member.id}/end",
        status=422,
        **{"why.effective_on": "2025-09-10", "why.reason": "так"},
    )
    assert "Изменить сеть" in text_of(page)
    page = specialist.get(f"/registers/network/{first.id}/edit")
    assert "Изменяет это приказ" in page


def test_the_state_is_the_cases_and_a_correction_reaches_it(district, specialist):
    network = found_before(specialist, district)
    join(specialist, district, network, "S02", "base")
    path = f"/registers/network/{network}/edit"
    why = {"why.reason": "опечатка", "why.is_correction": "1"}
    said = text_of(specialist.post(path, status=422, state="suspended", **why))
    assert "Состояние сети меняет её дело «Жизнь сети»" in said
    specialist.post(path, name="Старейшая сеть", **why)
    (life,) = cases(district, LIFE, network)
    assert life["data"]["network_name"] == "Старейшая сеть"
    assert cases(district, PLAN, network)[0]["data"]["network_name"] == "Старейшая сеть"
    end = {"why.effective_on": "2025-09-10", "why.reason": "так"}
    page = specialist.post(f"/registers/network/{network}/end", status=409, **end)
    assert "Запись ведёт дело «Сеть «Старейшая сеть»»" in text_of(page)


def take_back(browser, register, row, status=302, why="внесли не то"):
    sent = {"why.reason": why}
    path = f"/registers/{register}/{row}/take-back"
    return text_of(browser.post(path, status=status, **sent))


def test_taken_back_a_network_takes_its_case_with_it_unless_people_work(district, specialist):
    network = found_before(specialist, district)
    base = join(specialist, district, network, "S02", "base")
    take_back(specialist, "membership", base)
    ended = [row["state"] for name in (LIFE, PLAN) for row in cases(district, name, network)]
    assert ended == ["closed", "abandoned"]
    again = {"school": district.school("S02"), "role": "base", "_again": "1"}
    enter(specialist, "membership", network=network, **again)
    first, second = cases(district, LIFE, network)
    assert (first["state"], second["state"]) == ("closed", "active")
    contact = {"coordinator": district.people["P202"], "curator": district.people["P007"]}
    done(district.act("P003", second["id"], "name_people", **contact))
    before = len(district.rows(RegisterEntry))
    said = take_back(specialist, "membership", base, 422, "снова не то")
    assert "По этой записи уже работают люди: Сеть «Старая сеть»" in said
    assert len(district.rows(RegisterEntry)) == before
    assert cases(district, LIFE, network)[-1]["state"] == "active"


@pytest.mark.both_databases
def test_a_workbook_of_schools_begins_the_networks_and_taken_back_ends_them(district, specialist):
    one = found_before(specialist, district)
    two = found_before(specialist, district, code="ST2", name="Вторая сеть")
    names = {row.code: row.name for row in district.register(SCHOOLS)}
    rows = [
        ["Старая сеть", names["S02"], "базовая школа"],
        ["Старая сеть", names["S05"], "поддерживаемая школа"],
        ["Вторая сеть", names["S05"], "базовая школа"],
        ["Вторая сеть", names["S16"], "поддерживаемая школа"],
        ["Математика: от дефицита к результату", names["S16"], "школа-участница"],
    ]
    path = brought(specialist, "membership", [TITLES, *rows])
    page = text_of(specialist.client.get(path))
    for said in (
        "новых 2, изменённых 0",
        "нет статуса «стабильные результаты»",
        "У сети «Вторая сеть» нет базовой школы",
        "здесь уже говорят приказы",
    ):
        assert said in page
    write(specialist, path)
    assert [row["state"] for row in cases(district, LIFE, one)] == ["active"]
    (plan,) = cases(district, PLAN, one)
    assert plan["data"]["members"] == [district.school("S05")]
    assert cases(district, LIFE, two) == []
    specialist.post(f"{path}/take-back", reason="не та школа")
    assert [row["state"] for row in cases(district, LIFE, one)] == ["closed"]
    assert [row["state"] for row in cases(district, PLAN, one)] == ["abandoned"]
