"""Registers of a department that runs no schools: declared, and everything is there.

The house knows these registers and one process alone. An order enters, another amends, a
third ends, a fourth revokes; a clerk corrects by hand and by a file; any day is seen as it was.
"""

import datetime as dt
import io
import re

import pytest
import staff
from browsing import Browser, form_of, text_of
from python_calamine import load_workbook
from stories import done

from workflow_app.app import create_app
from workflow_app.bootstrap import build, findings
from workflow_app.services.accounts.access import make_token
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.registers import JournalEntry
from workflow_app.store.registers import shapes
from workflow_app.store.registers.rebuilding import differing

SINCE, JULY, AUTUMN = dt.date(2026, 2, 1), dt.date(2026, 7, 1), dt.date(2026, 9, 1)


@pytest.fixture
def district(open_district, tmp_path):
    """Open the district in a house that knows these registers alone."""
    district = open_district("2026-02-02")
    clock = district.container.clock
    district.close()
    container = build(district.container.settings, (staff.process,), tmp_path, staff.REGISTERS)
    object.__setattr__(container, "clock", clock)
    with container.database.writing() as connection:
        shapes.bring_up(connection, container.tables)
    district.container = container
    return district


@pytest.fixture
def clerk(district):
    return Browser(create_app(district.container), district, "P003")


@pytest.fixture
def order(district):
    """Return a function: the clerk registers an order; it answers with its case."""

    def give(**values):
        case = done(district.start("P003", "staff_order", **values)).instance_id
        done(district.act("P003", case, "register"))
        return case

    return give


@pytest.fixture
def hired(district, order):
    """Hire somebody; return the row of her contract."""
    order(
        kind="hire",
        number="7/26",
        worker=district.people["P003"],
        post="бухгалтер",
        days=28,
        since=SINCE.isoformat(),
    )
    (row,) = district.read(lambda uow: uow.facts(1).of(staff.CONTRACTS).find(number="7/26"))
    return row


def days_left(district, contract, day):
    rows = district.read(lambda uow: uow.facts(1).of(staff.LEAVES).on(day).find(contract=contract))
    return [row.days for row in rows]


def room(district, row):
    return district.read(lambda uow: uow.facts(1).of(staff.CONTRACTS).get(row.id)).room


def test_the_declarations_are_sound(tmp_path):
    assert [*map(str, findings((staff.process,), tmp_path, registers=staff.REGISTERS))] == []


@pytest.mark.both_databases
def test_orders_enter_amend_end_and_are_revoked_and_every_day_stays_as_it_was(
    district, order, hired, clerk
):
    leave = order(kind="leave", contract=hired.id, days=14, since=JULY.isoformat())
    assert [days_left(district, hired.id, day) for day in (SINCE, JULY)] == [[28], [14]]
    order(kind="dismiss", contract=hired.id, since=AUTUMN.isoformat())
    day_before = AUTUMN - dt.timedelta(1)
    assert [days_left(district, hired.id, day) for day in (day_before, AUTUMN)] == [[14], []]

    (entry,) = [row for row in district.rows(JournalEntry) if row["instance_id"] == leave]
    order(kind="revoke", order=str(entry["id"]), since="2026-07-15")
    days = (JULY, dt.date(2026, 7, 14), dt.date(2026, 7, 15), AUTUMN)
    assert [days_left(district, hired.id, day) for day in days] == [[14], [14], [28], []]

    page = clerk.get(f"/registers/contract/{hired.id}?on={day_before}")
    assert "бухгалтер" in page
    assert "изменяет и завершает это приказ" in page
    assert clerk.get(f"/registers/contract/{hired.id}?on={AUTUMN}")
    for tables in district.container.tables.values():
        with district.container.database.reading() as connection:
            assert [*differing(connection, tables)] == []


def test_what_no_order_says_is_written_on_a_page_in_a_file_and_by_a_program(district, hired, clerk):
    row = f"/registers/contract/{hired.id}"
    form = form_of(clerk.get(f"{row}/edit").replace('class="card-form"', 'class="case-form"'))
    said = {"room": "12", "why.effective_on": "2026-02-02", "why.reason": "переехала"}
    clerk.post(f"{row}/edit", **{**form, **said})
    assert room(district, hired) == "12"
    assert "Завершает её приказ" in clerk.get(f"{row}/end")

    book = clerk.client.get("/registers/contract/rows.xlsx").data
    rows = load_workbook(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    rows[1][rows[0].index("Кабинет")] = "14"
    file = io.BytesIO("\n".join(";".join(f'"{cell}"' for cell in one) for one in rows).encode())
    brought = clerk.post("/registers/contract/import", file=(file, "договоры.csv"))
    path = brought.headers["Location"]
    seen = re.search(r'name="seen" value="([^"]+)"', clerk.get(path))[1]
    clerk.post(path, seen=seen, reason="опись", effective_on="2026-02-02")
    assert room(district, hired) == "14"

    token = district.container.transact(
        lambda uow: make_token(SqlAccess(uow), district.people["P003"], "тест")
    )
    program = create_app(district.container).test_client()
    program.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    told = {"data": {"room": "15"}, "reason": "вернулась", "effective_on": "2026-02-02"}
    assert program.patch(f"/api/v1/registers/contract/{hired.id}", json=told).status_code == 200
    assert room(district, hired) == "15"
    post = {"data": {"post": "кассир"}, "reason": "так", "effective_on": "2026-02-02"}
    refused = program.patch(f"/api/v1/registers/contract/{hired.id}", json=post)
    assert (refused.status_code, refused.json["code"]) == (409, "rests_on_order")


def test_a_register_extends_organisations_by_their_codes_and_names_of_each_day(district, clerk):
    office = district.organisations["DEPT"]
    path = f"/registers/department/{office}"
    assert "/admin/organisations/new" in clerk.get("/registers/department")
    said = {"floor": "2", "why.reason": "так заведено"}
    unknown = clerk.post("/registers/department/new", status=422, code="D99", **said)
    assert "сначала добавьте её на странице «Организации»" in text_of(unknown)
    other = clerk.post("/registers/department/new", status=422, code="IMC", **said)
    assert "сначала добавьте" in text_of(other)  # it is there, and no department
    made = clerk.post("/registers/department/new", code="DEPT", **said)
    assert made.location == path
    renamed = {
        "short_name": "Новый отдел",
        "full_name": "Новый отдел",
        "basis": "постановление",
        "reason": "реформа",
        "starts_on": "2026-03-01",
        "step": "gap",
    }
    seen = re.search(
        'name="_seen" value="([^"]*)"', clerk.get(f"/admin/organisations/{office}/rename")
    )
    clerk.post(f"/admin/organisations/{office}/rename", _seen=seen[1], **renamed)
    rows = [
        district.read(lambda uow, day=day: uow.facts(1).of(staff.OFFICES).on(day).find(code="DEPT"))
        for day in (SINCE, JULY)
    ]
    assert [(row.id, row.floor) for (row,) in rows] == [(office, 2)] * 2
    assert [row.name == "Новый отдел" for (row,) in rows] == [False, True]
    pages = (path, False), (f"{path}?on={JULY}", True), ("/registers/department", False)
    for page, is_new in (*pages, (f"/registers/department?on={JULY}", True)):
        assert ("Новый отдел" in clerk.get(page)) == is_new, page

    book = clerk.client.get("/registers/department/rows.xlsx").data
    head, row = load_workbook(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    row[head.index("Этаж")], row[head.index("Название")] = "3", "Как-то иначе"
    new = [*row[:-1], ""]
    new[head.index("Код")], new[head.index("Этаж")] = "D99", "4"
    lines = "\n".join(";".join(f'"{cell}"' for cell in one) for one in (head, row, new))
    file = io.BytesIO(lines.encode())
    brought = clerk.post("/registers/department/import", file=(file, "управления.csv"))
    dry = clerk.get(brought.headers["Location"])
    assert "новых 1, изменённых 1" in dry
    seen = re.search(r'name="seen" value="([^"]+)"', dry)[1]
    clerk.post(brought.headers["Location"], seen=seen, reason="опись", effective_on="2026-02-02")
    (row,) = district.read(lambda uow: uow.facts(1).of(staff.OFFICES).find(floor=3))
    assert (row.id, row.code) == (office, "DEPT")
    assert row.name != "Как-то иначе"
    (added,) = district.read(lambda uow: uow.facts(1).of(staff.OFFICES).find(floor=4))
    assert (added.code, added.name) == ("D99", "Как-то иначе")


def test_no_page_of_these_registers_speaks_of_schools(hired, clerk):
    for path in (
        "/registers/contract",
        f"/registers/contract/{hired.id}",
        "/registers/leave",
        "/registers/contract/new",
        f"/registers/contract/{hired.id}/edit",
        f"/registers/contract/{hired.id}/end",
        "/registers/contract/import",
    ):
        page = clerk.get(path)
        main = page[page.index("<main") : page.index("</main>")]
        main = re.sub("<option.*?</option>", "", main)  # people of the district have their titles
        for word in ("школ", "сет", "учеб", "приоритет"):
            assert word not in main.lower(), (path, word)
