"""Rows of a decision go out together, and nobody who asks meanwhile misses them."""

import pytest
from sqlalchemy import bindparam, event, func, insert, literal_column, select, text, update
from sqlalchemy.orm import aliased

from workflow_app.store.cases.write_batch import ChangedMeanwhileError, WriteBatch, tables_of
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Organisation, Person
from workflow_app.store.models.registers import Journal

_JOURNALS = table(Journal)
_ADD = insert(_JOURNALS).inline()
_RENAME = (
    update(_JOURNALS)
    .where(_JOURNALS.c.code == bindparam("known"))
    .values(title=bindparam("new_name"))
)


def journal(number):
    return {
        "municipality_id": 1,
        "pattern": "{n}",
        "title": f"Журнал {number}",
        "code": f"P{number}",
    }


def count(connection):
    return connection.execute(select(func.count()).select_from(_JOURNALS)).scalar_one()


@pytest.fixture
def connection(district):
    return district.connection()


def test_whoever_asks_meanwhile_finds_what_was_written(connection):
    rows, before = WriteBatch(connection), count(connection)
    with rows.together():
        rows.write(_ADD, journal(101))
        rows.write(_ADD, journal(102))
        assert count(connection) == before + 2
        rows.write(_ADD, journal(103))
    assert count(connection) == before + 3


def test_who_asks_for_another_table_does_not_hurry_them(connection):
    rows, sent = WriteBatch(connection), []
    event.listen(connection, "before_cursor_execute", lambda _c, _cu, said, *_: sent.append(said))
    with rows.together():
        rows.write(_ADD, journal(101))
        connection.execute(select(table(Person).c.id)).all()
        rows.write(_ADD, journal(102))
    assert [said[:6] for said in sent] == ["SELECT", "INSERT"]


_PEOPLE, _OTHERS = table(Person), table(Person).alias("others")
_NAMES = select(_JOURNALS.c.title).where(_JOURNALS.c.id == _PEOPLE.c.id).scalar_subquery()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (select(_JOURNALS.c.title), {"journal"}),
        (select(func.count()).select_from(_JOURNALS), {"journal"}),
        (select(_OTHERS.c.id), {"person"}),
        (select(_PEOPLE.c.id, _NAMES), {"person", "journal"}),
        (select(_PEOPLE).where(_PEOPLE.c.id.in_(select(_JOURNALS.c.id))), {"person", "journal"}),
        (select(select(_JOURNALS.c.id).subquery().c.id), {"journal"}),
        (select(select(_JOURNALS.c.id).cte("chosen").c.id), {"journal"}),
        (select(_JOURNALS.c.id).union_all(select(_PEOPLE.c.id)), {"person", "journal"}),
        (select(Journal), {"journal"}),
        (select(aliased(Person).id), {"person"}),
        (update(_PEOPLE).values(id=_NAMES), {"person", "journal"}),
        (insert(_PEOPLE).from_select(["id"], select(_JOURNALS.c.id)), {"person", "journal"}),
        (select(_PEOPLE.c.id).join(table(Organisation), literal_column("1") == 1), None),
        (text("SELECT 1"), None),
        (func.now(), None),
    ],
)
def test_a_statement_tells_its_tables_or_that_it_does_not(statement, told):
    assert tables_of(statement) == (told and frozenset(told))


def test_a_row_written_over_while_it_waits_goes_out_once_with_its_last_values(connection):
    rows = WriteBatch(connection)
    connection.execute(_ADD, journal(101))
    taken = _RENAME.where(_JOURNALS.c.pattern == bindparam("was")).values(
        pattern=bindparam("becomes")
    )
    with rows.together():
        for was, becomes, name in (("{n}", "{n}-х", "Другой"), ("{n}-х", "{n}-п", "Третий")):
            row = {"known": "P101", "was": was, "becomes": becomes, "new_name": name}
            rows.write_over(taken, row, key="known", seen="was")
    found = select(_JOURNALS.c.pattern, _JOURNALS.c.title).where(_JOURNALS.c.code == "P101")
    assert connection.execute(found).one() == ("{n}-п", "Третий")


def test_gathered_rows_go_out_in_the_order_they_were_first_written(connection):
    rows = WriteBatch(connection)
    with rows.together():
        rows.write(_ADD, journal(101), journal(102))
        rows.write(_RENAME, {"known": "P101", "new_name": "Другой"})
        rows.write(_ADD, journal(103))
    names = select(_JOURNALS.c.title).where(_JOURNALS.c.code == "P101")
    assert connection.execute(names).scalar_one() == "Другой"


def test_an_error_meanwhile_leaves_nothing_waiting(connection):
    rows, before = WriteBatch(connection), count(connection)
    with pytest.raises(KeyError):
        write_and_fail(rows)
    with rows.together():
        rows.write(_ADD, journal(102))
    assert count(connection) == before + 1


@pytest.mark.parametrize("codes", [("P101", "P999"), ("P999",)])
def test_an_update_that_does_not_find_its_row_is_said(connection, codes):
    rows = WriteBatch(connection)
    rows.write(_ADD, journal(101))
    with pytest.raises(ChangedMeanwhileError):
        rename(rows, codes)


def write_and_fail(rows):
    with rows.together():
        rows.write(_ADD, journal(101))
        raise KeyError


def rename(rows, codes):
    with rows.together():
        rows.write(_RENAME, *({"known": code, "new_name": "Другой"} for code in codes))
