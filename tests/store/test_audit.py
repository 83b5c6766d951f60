"""The hash chains notice whatever is done to history behind the product's back."""

import pytest
from sqlalchemy import delete, func, select, update
from stories import to_department

from workflow_app.services.roots import send_daily_root
from workflow_app.store import audit
from workflow_app.store.models.instances import History, Instance
from workflow_app.store.models.messages import ChainRoot, Notice
from workflow_app.store.roots import SqlRoots

HISTORY, INSTANCE = History.__table__, Instance.__table__


@pytest.fixture
def district(open_district):
    district = open_district("2025-08-28")
    district.case_id = to_department(district)
    return district


def found(district, exported=None):
    with district.house.database.reading() as connection:
        breaks = [*audit.breaks(connection), *audit.broken_roots(connection, exported)]
    return [item.reason for item in breaks]


def damage(district, *statements):
    with district.house.database.writing() as connection:
        for statement in statements:
            connection.execute(statement)


def line(district, seq):
    return (HISTORY.c.instance_id == district.case_id, HISTORY.c.seq == seq)


def test_an_untouched_history_holds(district):
    assert found(district) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [("title", "Отказать"), ("person_id", 999), ("form", {"reason": "нет"}), ("to_state", "draft")],
)
def test_a_changed_line_is_found(district, column, value):
    damage(district, update(HISTORY).where(*line(district, 2)).values({column: value}))
    assert found(district) == ["строка изменена"]


def test_a_deleted_line_is_found(district):
    damage(district, delete(HISTORY).where(*line(district, 3)))
    assert found(district) == ["строка исчезла"]


def test_two_swapped_lines_are_found(district):
    damage(
        district,
        update(HISTORY).where(*line(district, 3)).values(seq=99),
        update(HISTORY).where(*line(district, 4)).values(seq=3),
        update(HISTORY).where(*line(district, 99)).values(seq=4),
    )
    assert "строка изменена" in found(district)


def test_a_tail_cut_below_the_head_is_found(district):
    length = district.rows(Instance, id=district.case_id)[0]["history_seq"]
    damage(district, delete(HISTORY).where(*line(district, length)))
    assert found(district) == ["конец истории отрезан: она короче, чем записано в деле"]


def test_a_history_removed_whole_is_found(district):
    damage(district, delete(HISTORY).where(HISTORY.c.instance_id == district.case_id))
    assert found(district) == ["история исчезла целиком"]


def cut_with_head(district):
    """Cut the newest line and make the instance's head fit: the chain itself cannot tell."""
    length = district.rows(Instance, id=district.case_id)[0]["history_seq"]
    before = select(HISTORY.c.sha256).where(*line(district, length - 1)).scalar_subquery()
    damage(
        district,
        update(INSTANCE)
        .where(INSTANCE.c.id == district.case_id)
        .values(history_seq=length - 1, history_head=before),
        delete(HISTORY).where(*line(district, length)),
    )


def test_a_tail_cut_together_with_its_head_is_found_by_an_exported_root(district):
    root = district.house.transact(lambda uow: send_daily_root(SqlRoots(uow)))
    at = district.house.clock.now()
    cut_with_head(district)
    assert len(found(district)) == 1
    with district.house.database.writing() as connection:
        connection.execute(delete(ChainRoot.__table__))
    assert found(district) == []
    assert len(found(district, (at, root))) == 1


def test_the_root_leaves_the_house_once_a_day_by_mail_to_the_clerk(district):
    for _ in range(2):
        district.house.transact(lambda uow: send_daily_root(SqlRoots(uow)))
    letters = district.rows(Notice, person_id=district.people["P004"], kind="letter")
    assert len(letters) == 1
    assert "workflow-app audit verify" in letters[0]["text"]
    district.at("2025-08-29")
    district.house.transact(lambda uow: send_daily_root(SqlRoots(uow)))
    count = select(func.count()).select_from(Notice).where(Notice.kind == "letter")
    assert district.read(lambda uow: uow.connection.execute(count).scalar_one()) == 2
