"""Rows of a decision go out together, and nobody who asks meanwhile misses them."""

import pytest
from sqlalchemy import bindparam, event, func, insert, literal_column, select, text, update
from sqlalchemy.orm import aliased

from workflow_app.store.gathering import ChangedMeanwhileError, Gathering, tables_of
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Organisation, Person, Settlement

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


def test_who_asks_for_another_table_does_not_hurry_them(connection):
    rows, sent = Gathering(connection), []
    event.listen(connection, "before_cursor_execute", lambda _c, _cu, said, *_: sent.append(said))
    with rows.together():
        rows.write(_ADD, place(101))
        connection.execute(select(table(Person).c.id)).all()
        rows.write(_ADD, place(102))
    assert [said[:6] for said in sent] == ["SELECT", "INSERT"]


_PEOPLE, _OTHERS = table(Person), table(Person).alias("others")
_NAMES = select(_PLACES.c.name).where(_PLACES.c.id == _PEOPLE.c.id).scalar_subquery()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (select(_PLACES.c.name), {"settlement"}),
        (select(func.count()).select_from(_PLACES), {"settlement"}),
        (select(_OTHERS.c.id), {"person"}),
        (select(_PEOPLE.c.id, _NAMES), {"person", "settlement"}),
        (select(_PEOPLE).where(_PEOPLE.c.id.in_(select(_PLACES.c.id))), {"person", "settlement"}),
        (select(select(_PLACES.c.id).subquery().c.id), {"settlement"}),
        (select(select(_PLACES.c.id).cte("chosen").c.id), {"settlement"}),
        (select(_PLACES.c.id).union_all(select(_PEOPLE.c.id)), {"person", "settlement"}),
        (select(Settlement), {"settlement"}),
        (select(aliased(Person).id), {"person"}),
        (update(_PEOPLE).values(id=_NAMES), {"person", "settlement"}),
        (insert(_PEOPLE).from_select(["id"], select(_PLACES.c.id)), {"person", "settlement"}),
        (select(_PEOPLE.c.id).join(table(Organisation), literal_column("1") == 1), None),
        (text("SELECT 1"), None),
        (func.now(), None),
    ],
)  # fmt: skip
def test_a_statement_tells_its_tables_or_that_it_does_not(statement, told):
    assert tables_of(statement) == (told and frozenset(told))


def test_a_row_written_over_while_it_waits_goes_out_once_with_its_last_values(connection):
    rows = Gathering(connection)
    connection.execute(_ADD, place(101))
    taken = _RENAME.where(_PLACES.c.kind == bindparam("was")).values(kind=bindparam("becomes"))
    with rows.together():
        for was, becomes, name in (("с.", "х.", "Хутор"), ("х.", "п.", "Посёлок")):
            row = {"known": "P101", "was": was, "becomes": becomes, "new_name": name}
            rows.write_over(taken, row, key="known", seen="was")
    found = select(_PLACES.c.kind, _PLACES.c.name).where(_PLACES.c.name_gen == "P101")
    assert connection.execute(found).one() == ("п.", "Посёлок")


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
