"""Rows of several cases go out together, and nobody who asks meanwhile misses them."""

import pytest
from sqlalchemy import bindparam, func, insert, select, update

from workflow_app.store.gathering import ChangedMeanwhileError, Gathering
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Settlement

_PLACES = table(Settlement)
_ADD = insert(_PLACES).inline()
_RENAME = (
    update(_PLACES)
    .where(_PLACES.c.name_gen == bindparam("known"))
    .values(name=bindparam("new_name"))
)


def place(number):
    return {"municipality_id": 1, "kind": "с.", "name": f"Село {number}", "name_gen": f"P{number}"}


def count(connection):
    return connection.execute(select(func.count()).select_from(_PLACES)).scalar_one()


@pytest.fixture
def connection(district):
    return district.connection()


def test_whoever_asks_meanwhile_finds_what_was_written(connection):
    rows, before = Gathering(connection), count(connection)
    with rows.together():
        rows.write(_ADD, place(101))
        rows.write(_ADD, place(102))
        assert count(connection) == before + 2
        rows.write(_ADD, place(103))
    assert count(connection) == before + 3


def test_gathered_rows_go_out_in_the_order_they_were_first_written(connection):
    rows = Gathering(connection)
    with rows.together():
        rows.write(_ADD, place(101), place(102))
        rows.write(_RENAME, {"known": "P101", "new_name": "Хутор"})
        rows.write(_ADD, place(103))
    names = select(_PLACES.c.name).where(_PLACES.c.name_gen == "P101")
    assert connection.execute(names).scalar_one() == "Хутор"


def test_an_error_meanwhile_leaves_nothing_waiting(connection):
    rows, before = Gathering(connection), count(connection)
    with pytest.raises(KeyError):
        write_and_fail(rows)
    with rows.together():
        rows.write(_ADD, place(102))
    assert count(connection) == before + 1


@pytest.mark.parametrize("codes", [("P101", "P999"), ("P999",)])
def test_an_update_that_does_not_find_its_row_is_said(connection, codes):
    rows = Gathering(connection)
    rows.write(_ADD, place(101))
    with pytest.raises(ChangedMeanwhileError):
        rename(rows, codes)


def write_and_fail(rows):
    with rows.together():
        rows.write(_ADD, place(101))
        raise KeyError


def rename(rows, codes):
    with rows.together():
        rows.write(_RENAME, *({"known": code, "new_name": "Хутор"} for code in codes))
