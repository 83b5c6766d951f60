"""What of a grid and of a report people write: cells, fixed rows, what a late state leaves open."""

import pytest
from reports import enter_all, grids, live_through, submit, to_approved
from stories import code, done


@pytest.fixture
def district(sqlite_district):
    return sqlite_district("2025-09-10")


@pytest.fixture
def grid(district):
    return grids(district, live_through(district))["S10"]


def rows_of(district, grid):
    return [row.model_dump(mode="json") for row in district.case(grid).data.values]


def test_columns_that_are_only_read_stay_when_all_rows_are_sent_at_once(district, grid):
    before = rows_of(district, grid)
    sent = [{**row, "code": "I99", "title": "Другое", "numerator": 3} for row in before]
    done(district.edit("P110", grid, values=sent))
    after = rows_of(district, grid)
    assert [(row["code"], row["title"]) for row in after] == [
        (row["code"], row["title"]) for row in before
    ]
    assert {row["numerator"] for row in after} == {3}


def test_columns_that_are_only_read_stay_when_one_row_is_sent(district, grid):
    before = rows_of(district, grid)[0]
    done(district.edit("P110", grid, values={"put": [{**before, "title": "x", "numerator": 4}]}))
    after = rows_of(district, grid)[0]
    assert (after["title"], after["numerator"]) == (before["title"], 4)


def test_a_cell_that_is_no_number_stays_as_typed_and_stops_the_grid_alone(district, grid):
    before = rows_of(district, grid)
    done(district.edit("P110", grid, values={"put": [{**before[1], "denominator": "много"}]}))
    assert rows_of(district, grid) == before
    assert district.case(grid).typed == {"values": {"I04": {"denominator": "много"}}}
    refusal = district.act("P110", grid, "enter_values")
    assert refusal.fields["values.I04.denominator"] == "«Из скольких», строка 2: нужно целое число"


@pytest.mark.parametrize("change", ["added", "removed", "removed alone"])
def test_rows_of_a_grid_are_neither_added_nor_removed(district, grid, change):
    rows = rows_of(district, grid)
    sent = {
        "added": [*rows, {**rows[0], "key": "I99"}],
        "removed": rows[1:],
        "removed alone": {"remove": [rows[0]["key"]]},
    }[change]
    assert code(district.edit("P110", grid, values=sent)) == "rows_fixed"
    assert rows_of(district, grid) == rows


def test_an_open_addendum_leaves_one_field_open_and_says_which(district):
    report = live_through(district)
    enter_all(district, report)
    submit(district, report)
    to_approved(district, report)
    district.at("2026-07-10")
    district.carry_out()
    refusal = district.edit("P101", report, problems="переписано задним числом, не спросив")
    assert (refusal.code, refusal.field) == ("field_closed", "problems")
    assert "Дополнительные выводы по результатам экзаменов" in refusal.message
    done(district.edit("P101", report, addendum="Доля не прошедших снизилась."))
