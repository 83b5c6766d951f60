"""The use case of writing into declared registers, on both databases: one wins, nothing is lost."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from toy_registers import CONTRACTS, FIRMS, add_to

from workflow_app.engine.refusals import Refusal
from workflow_app.services.registers import writing as service
from workflow_app.services.registers.wishes import Wish
from workflow_app.store.models.registers import RegisterEntry
from workflow_app.store.registers.editing import SqlRegisters
from workflow_app.store.registers.writing import periods_of

WHY = {"reason": "так"}
TODAY, AUTUMN = dt.date(2026, 6, 18), dt.date(2026, 9, 1)


@pytest.fixture
def district(open_district):
    opened = open_district("2026-06-18")
    add_to(opened.container)
    return opened


def carry_out(district, verb, register, *row, **said):
    why = {**WHY, **said.pop("why", {})}
    wish = Wish(said.pop("values", {}), why, **said)

    def work(uow):
        return verb(SqlRegisters(uow), district.people["P003"], register, *row, wish)

    return district.container.transact(work)


def firm(district, **values):
    said = {"name": "Ромашка", "area": "food", **values}
    return carry_out(district, service.enter, FIRMS, values=said)


def on(district, register, row, day=TODAY):
    return district.container.read(
        lambda uow: SqlRegisters(uow).on(
            register, uow.actor(district.people["P003"]).capacities[0].municipality_id, row, day
        )
    )


def test_values_of_every_kind_are_kept_amended_and_taken_back(district):
    partner = firm(district)
    said = {
        "number": "1",
        "firm": partner,
        "kind": "a",
        "days": 30,
        "price": "12,5",
        "ends_on": "2027-01-31",
        "is_open": True,
        "year": "2025-2026",
    }
    row = carry_out(district, service.enter, CONTRACTS, values=said)
    first = on(district, CONTRACTS, row)
    changed = {"kind": "b", "days": None, "price": "0,5", "ends_on": None, "is_open": False}
    why = {"effective_on": "2026-09-01"}
    carry_out(district, service.amend, CONTRACTS, row, values=changed, why=why)
    later = on(district, CONTRACTS, row, AUTUMN)
    assert (later.kind, later.days, str(later.price), later.is_open) == ("b", None, "0.5", False)
    assert on(district, CONTRACTS, row).days == 30
    carry_out(district, service.take_back, CONTRACTS, row)
    back = on(district, CONTRACTS, row, AUTUMN)
    fields = {*CONTRACTS.fields}
    assert back.model_dump(include=fields) == first.model_dump(include=fields)


def test_of_two_at_once_who_change_one_field_the_second_is_asked(district):
    row = firm(district, address="ул. Мира, 1")
    version = district.rows(RegisterEntry, register="firm")[0]["id"]

    def move(address):
        return carry_out(
            district,
            service.amend,
            FIRMS,
            row,
            values={"address": address},
            version=version,
            why={"effective_on": "2026-06-18"},
        )

    with ThreadPoolExecutor(2) as pool:
        results = [*pool.map(move, ("ул. Новая, 3", "ул. Старая, 9"))]
    refused = [one for one in results if isinstance(one, Refusal)]
    assert [one.code for one in refused] == ["field_conflict"]
    assert len(district.rows(RegisterEntry, register="firm")) == 2


def test_of_two_at_once_who_enter_one_identity_the_second_finds_it(district):
    with ThreadPoolExecutor(2) as pool:
        results = [*pool.map(lambda _: firm(district), range(2))]
    (refusal,) = [one for one in results if isinstance(one, Refusal)]
    assert refusal.code == "row_exists"
    assert [one.row_id for one in refusal.rows] == [one for one in results if one is not refusal]


def test_a_row_does_not_end_while_another_begins_to_name_it(district):
    partner = firm(district)
    said = {"number": "1", "firm": partner, "kind": "a"}
    steps = [
        lambda: carry_out(
            district, service.end, FIRMS, partner, why={"effective_on": "2026-09-01"}
        ),
        lambda: carry_out(district, service.enter, CONTRACTS, values=said),
    ]
    with ThreadPoolExecutor(2) as pool:
        results = [*pool.map(lambda step: step(), steps)]
    (refusal,) = [one for one in results if isinstance(one, Refusal)]
    assert refusal.code in {"still_needed", "reference_not_there"}


def test_the_periods_are_those_of_the_entries(district):
    row = firm(district, address="ул. Мира, 1")
    for address, day in (("а", "2026-09-01"), ("б", "2026-07-01"), ("в", "2026-06-18")):
        why = {"effective_on": day}
        carry_out(district, service.amend, FIRMS, row, values={"address": address}, why=why)
    carry_out(district, service.end, FIRMS, row, why={"effective_on": "2026-12-01"})
    tables = district.container.tables["firm"]

    def look(uow):
        stored = uow.connection.execute(tables.periods.select()).mappings().all()
        return stored, periods_of(uow.connection, tables, [row])

    stored, made = district.container.read(look)
    names = ("address", "valid_from", "valid_to", "known_from", "known_to")
    assert sorted([tuple(one[name] for name in names) for one in stored]) == sorted(
        tuple(one[name] for name in names) for one in made
    )
    assert [on(district, FIRMS, row, day).address for day in (TODAY, AUTUMN)] == ["в", "а"]
    assert on(district, FIRMS, row, dt.date(2026, 12, 1)) is None
