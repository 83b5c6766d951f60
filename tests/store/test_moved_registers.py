"""An installation of the day before: what it knew of directions becomes entries, and goes on."""

import pytest
from sqlalchemy import text

from workflow_app.store import schema
from workflow_app.store.importing import import_directory
from workflow_app.store.registers import shapes
from workflows.registers.directions import DIRECTIONS_OF_YEAR

pytestmark = pytest.mark.shipped


def standing(district):
    return [
        (row.id, row.school_year, row.name, row.area, row.state, row.basis)
        for row in district.read(lambda uow: uow.facts(1).of(DIRECTIONS_OF_YEAR).find())
    ]


@pytest.mark.both_databases
def test_directions_of_the_day_before_are_the_same_rows_under_the_same_orders(open_district):
    district = open_district("2026-06-18")
    database, before = district.house.database, standing(district)
    assert {state for *_, state, _ in before} == {"in_force"}
    schema.downgrade(database, "0021")
    with database.writing() as connection:
        # An order put the first into force in the system itself, which kept what stood before.
        first = before[0][0]
        connection.execute(text(
            "INSERT INTO register_change (municipality_id, order_entry_id, register, row_id,"
            ' before, after) SELECT 1, order_entry_id, \'direction\', id, \'{"state": "draft",'
            ' "in_force_from": null, "order_entry_id": null, "subject_area": "Чтение"}\','
            ' \'{"state": "in_force", "in_force_from": "2025-08-22", "subject_area": "Чтение"}\''
            " FROM priority_direction WHERE id = :first"
        ), {"first": first})  # fmt: skip
    assert not schema.is_newest(database, district.house.tables)
    schema.upgrade(database, registers=district.house.tables)
    assert schema.is_newest(database, district.house.tables)
    after = standing(district)
    assert after[1:] == before[1:]
    assert after[0] == (*before[0][:3], "Чтение", *before[0][4:])
    earlier = district.read(
        lambda uow: uow.facts(1).of(DIRECTIONS_OF_YEAR).on(uow.today.replace(2024)).get(first)
    )
    assert (earlier.state, earlier.basis) == ("draft", "")
    assert schema.differences(database) == []
    report = district.house.transact(import_directory)
    assert report.ok, [*report.lines()]
    assert [one for one in report.kept if "area" in one], report.kept
    assert standing(district) == after  # what an order changed here is not undone by old files
    with database.writing() as connection:
        connection.execute(text("DELETE FROM direction_period"))
        connection.execute(text("UPDATE register_shape SET shape = '{}'"))
    assert not schema.is_newest(database, district.house.tables)
    with database.reading() as connection:
        assert "direction_period" in shapes.names_of_tables(connection)
