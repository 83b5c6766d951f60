"""The hash chains notice whatever is done to history behind the product's back."""

import pytest
from click.testing import CliRunner
from district import ZONE
from sqlalchemy import delete, func, select, update
from stories import done, to_department

from workflow_app.cli import commands
from workflow_app.services.roots import SETTLED, read_root, send_daily_root
from workflow_app.store.journals import chains
from workflow_app.store.journals.roots import SqlRoots
from workflow_app.store.models.instances import History, Instance
from workflow_app.store.models.messages import ChainRoot, Notice

HISTORY, INSTANCE = History.__table__, Instance.__table__


@pytest.fixture
def district(open_district):
    district = open_district("2025-08-28")
    district.case_id = to_department(district)
    return district


def found(district, *typed):
    with district.container.database.reading() as connection:
        roots = [read_root(text) for text in typed]
        breaks = [*chains.breaks(connection), *chains.broken_roots(connection, roots, ZONE)]
    return [item.reason for item in breaks]


def damage(district, *statements):
    with district.container.database.writing() as connection:
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


def send_root(district):
    return district.container.transact(lambda uow: send_daily_root(SqlRoots(uow)))


def test_a_tail_cut_together_with_its_head_is_found_by_the_root_on_paper(district):
    district.at("2025-08-28 10:00")
    root = send_root(district)
    on_paper = f"28.08.2025={root[:8].upper()} {root[8:]}"
    assert found(district, on_paper) == []
    cut_with_head(district)
    assert found(district) == ["корень от 28.08.2025 09:59 больше не сходится"]
    mended = district.read(lambda uow: chains.root_at(uow.connection, uow.now))
    damage(district, update(ChainRoot.__table__).values(sha256=mended[0]))
    assert found(district) == []
    assert found(district, on_paper) == ["корень от 28.08.2025 09:59 больше не сходится"]


def test_a_root_whose_row_was_removed_is_checked_by_its_moment(district):
    district.at("2025-08-28 10:00")
    root = send_root(district)
    cut_with_head(district)
    damage(district, delete(ChainRoot.__table__))
    assert found(district) == []
    assert "введите вместо дня момент" in found(district, f"2025-08-28={root}")[0]
    moment = district.container.clock.now() - SETTLED
    assert "больше не сходится" in found(district, f"{moment.isoformat()}={root}")[0]


def test_a_decision_that_lands_late_does_not_belie_the_root(district):
    district.at("2025-08-28 10:00")
    root = send_root(district)
    district.container.clock.set(district.container.clock.now() - SETTLED / 2)
    done(district.act("P002", district.case_id, "approve"))
    assert found(district, f"28.08.2025={root}") == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("28.08.2025=abc", "64 знака"),
        (f"вчера={'a' * 64}", "нужен день"),
        (f"2025-08-28T10:00={'a' * 64}", "нужен день"),
        ("a" * 64, "нужен день"),
    ],
)
def test_a_root_typed_wrong_is_a_sentence(text, wrong):
    with pytest.raises(ValueError, match=wrong):
        read_root(text)


def test_the_command_takes_the_root_of_the_printed_journal(sqlite_district):
    district = sqlite_district("2025-08-28")
    to_department(district)
    district.at("2025-08-28 10:00")
    root = send_root(district)
    env = district.container.settings.environ()
    run = CliRunner(env=env).invoke

    good = run(commands, ["audit", "verify", "--root", f"28.08.2025={root}"])
    other = run(commands, ["audit", "verify", "--root", f"28.08.2025={'0' * 64}"])
    wrong = run(commands, ["audit", "verify", "--root", "28.08.2025"])

    assert (good.exit_code, good.output.strip()) == (0, "история цела")
    assert (other.exit_code, "больше не сходится" in other.output) == (1, True)
    assert (wrong.exit_code, "64 знака" in wrong.output) == (2, True)


def test_a_row_that_says_what_nobody_wrote_is_named_and_written_again(sqlite_district):
    district = sqlite_district("2025-08-28")
    env = district.container.settings.environ()
    run = CliRunner(env=env).invoke
    periods = district.container.tables["act"].periods
    known = select(periods.c.row_id).order_by(periods.c.id).limit(2)
    changed, lost = district.read(lambda uow: uow.connection.execute(known).scalars().all())
    district.container.transact(
        lambda uow: (
            uow.connection.execute(
                update(periods).where(periods.c.row_id == changed).values(title="Подделка")
            ),
            uow.connection.execute(delete(periods).where(periods.c.row_id == lost)),
        )
    )

    found = run(commands, ["audit", "verify"])
    again = run(commands, ["registers", "rebuild"])

    assert found.exit_code == 1
    assert [f"запись {row}:" in found.output for row in (changed, lost)] == [True, True]
    assert "нарушений: 2" in found.output
    assert (again.exit_code, "записей переписано" in again.output) == (0, True)
    assert run(commands, ["audit", "verify"]).output.strip() == "история цела"


def test_the_root_leaves_the_house_once_a_day_by_mail_to_the_clerk(district):
    for _ in range(2):
        send_root(district)
    letters = district.rows(Notice, person_id=district.people["P004"], kind="letter")
    assert len(letters) == 1
    assert "workflow-app audit verify" in letters[0]["text"]
    district.at("2025-08-29")
    send_root(district)
    count = select(func.count()).select_from(Notice).where(Notice.kind == "letter")
    assert district.read(lambda uow: uow.connection.execute(count).scalar_one()) == 2
