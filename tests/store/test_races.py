"""People acting at the same moment: nothing is lost, nothing doubled, the loser is told."""

import threading
import time
from dataclasses import replace

import pytest
from district import moment
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError
from stories import code, done, propose, to_department, to_signature

from workflow_app.bootstrap import build
from workflow_app.config import Settings
from workflow_app.engine import Answer, Ballot, Form, Line, Process, Role, Voter, at_least, field
from workflow_app.services.cases import acting
from workflow_app.services.cases.acting import Intent
from workflow_app.store.database import is_clash
from workflow_app.store.messages import outbox
from workflow_app.store.models import Base
from workflow_app.store.models.documents import Document
from workflow_app.store.models.instances import Deadline, History, Instance, VoteRow, WorkItem
from workflow_app.store.models.messages import OutboxMessage
from workflow_app.store.models.registers import JournalEntry, RegisterEntry

TABLES = {
    "instance": Instance,
    "history": History,
    "journal": JournalEntry,
    "register": RegisterEntry,
    "outbox": OutboxMessage,
    "document": Document,
    "deadline": Deadline,
    "work": WorkItem,
}
VOTERS = 50
OFFICES, OFTEN = 16, 2
NOW = moment("2025-08-28")
HEAD = Role("head", "директор", "school_head")


class Question(Form):
    """A question to many."""

    text: Line = field("Вопрос")


def many(_case, _facts):
    return [Voter(str(number), "school_head", None) for number in range(VOTERS)]


def poll():
    """Return a process whose one ballot asks fifty people."""
    ballot = Ballot(
        "poll",
        "Опрос",
        voters=many,
        voter_title="директор",
        yes=("yes",),
        need=at_least(1),
        answers=(Answer("say_yes", "Да", "yes", past="Сделано"),),
    )
    process = Process("poll_of_many", "Опрос", version=1, form=Question, readers=(HEAD,))
    asking = process.state("asking", "Идёт опрос", ballot=ballot)
    answered = process.final("answered", "Все ответили")
    process.start("ask", "Спросить", asking, by=HEAD, do=[ballot.open], past="Сделано")
    process.when("complete", "Все ответили", ballot.passed, asking, answered)
    return process


def at_once(works):
    """Run works at the same moment and return what each returned."""
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def run(number, work):
        barrier.wait()
        results[number] = work()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_fifty_voters_answering_at_once_all_succeed(open_district):
    district = open_district("2025-08-28")
    process = poll()
    container = replace(district.container, processes={process.key: process})
    person = district.people["P101"]
    case = container.transact(lambda uow: acting.start(uow, person, process.key, {"text": "Да?"}))
    intents = [Intent(case.instance_id, "say_yes", voter=str(n)) for n in range(VOTERS)]
    results = at_once(
        [
            lambda it=intent: container.transact(lambda uow: acting.act(uow, person, it))
            for intent in intents
        ]
    )
    assert [r for r in results if hasattr(r, "code")] == []
    assert {row["status"] for row in district.rows(VoteRow)} == {"yes"}
    assert district.instances(id=case.instance_id)[0]["state"] == "answered"
    assert district.history(case.instance_id).count("complete") == 1


def test_two_approvers_deciding_at_once_one_wins_and_the_other_is_told(open_district):
    district = open_district("2025-08-28")
    case = to_department(district)
    seen = district.case(case)
    results = at_once(
        [
            lambda: district.act("P002", case, "approve", version=seen.version),
            lambda: district.act(
                "P002",
                case,
                "reject",
                version=seen.version,
                code="other",
                reason="Сеть не нужна району",
            ),
        ]
    )
    refused = [result for result in results if hasattr(result, "code")]
    assert [refusal.code for refusal in refused] == ["changed_meanwhile"]
    assert district.state(case) in {"order_preparation", "rejected"}


def test_the_same_click_twice_acts_once(open_district):
    district = open_district("2025-08-28")
    case = to_department(district)
    version = district.case(case).version
    results = at_once([lambda: district.act("P002", case, "approve", version=version)] * 4)
    assert sum(not hasattr(result, "code") for result in results) == 1
    assert district.history(case).count("approve") == 1


def test_a_clash_among_many_rows_is_raised_and_nothing_else_is_said(
    postgres_server, tmp_path, caplog
):
    url = postgres_server.create_database("clash_of_rows")
    database = build(Settings(data_dir=tmp_path, database_url=url, secret_key="x" * 40)).database
    Base.metadata.create_all(database.engine)
    with database.engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE counted AS SELECT id, 0 AS n FROM generate_series(1, 3) AS id")
        )
    add = text("UPDATE counted SET n = n + 1 WHERE id = :id")
    with pytest.raises(DBAPIError) as clash, database.writing() as late:  # noqa: PT012
        late.execute(text("SELECT * FROM counted"))
        with database.engine.begin() as early:
            early.execute(add, {"id": 2})
        late.execute(add, [{"id": number} for number in (1, 2, 3)])
    database.engine.dispose()
    assert is_clash(clash.value)
    assert [record.getMessage() for record in caplog.records] == []


@pytest.mark.shipped
def test_signing_and_revoking_a_consent_never_both_succeed(open_district):
    district = open_district("2025-08-28")
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)
    signed, revoked = at_once(
        [
            lambda: district.act("P002", order, "sign"),
            lambda: district.act("P105", case, "revoke", reason="сокращение штата"),
        ]
    )
    outcomes = {getattr(signed, "code", "done"), getattr(revoked, "code", "done")}
    assert outcomes in ({"done", "order_signed"}, {"done", "consent_revoked"})


def test_two_proposals_of_one_school_at_once_leave_one(open_district):
    district = open_district("2025-08-28")
    results = at_once([lambda: propose(district, "P102", {"S05": "supported"})] * 3)
    assert sorted(getattr(r, "code", "done") for r in results) == [
        "already_open",
        "already_open",
        "done",
    ]
    assert [n for n in district.numbers(2025) if n.startswith("З-")] == ["З-2025-001"]


def test_a_refused_start_uses_up_nothing(open_district):
    district = open_district("2025-08-28")
    assert code(propose(district, "P108", {"S14": "supported"})) == "base_not_stable"
    done(propose(district, "P102", {"S05": "supported"}))
    assert [n for n in district.numbers(2025) if n.startswith("З-")] == ["З-2025-001"]


@pytest.mark.shipped
@pytest.mark.parametrize("breaks_at", range(1, 26))
def test_a_crash_at_any_statement_of_the_registration_leaves_nothing_half_done(
    sqlite_district, breaks_at
):
    district = sqlite_district("2025-08-28")
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)
    done(district.act("P002", order, "sign"))
    before = {name: district.rows(model) for name, model in TABLES.items()}
    count = 0

    def crash(*_args):
        nonlocal count
        count += 1
        if count == breaks_at:
            raise PowerCutError

    engine = district.container.database.engine
    event.listen(engine, "before_cursor_execute", crash)
    try:
        done(district.act("P004", order, "register"))
    except PowerCutError:
        event.remove(engine, "before_cursor_execute", crash)
        assert {name: district.rows(model) for name, model in TABLES.items()} == before
        done(district.act("P004", order, "register"))
    else:
        event.remove(engine, "before_cursor_execute", crash)
    assert district.case(order).number == "291-од"
    assert len(district.memberships(instance_id=order)) == 3


class PowerCutError(Exception):
    """The lights go out."""


def test_offices_that_keep_writing_into_one_page_do_not_stop_each_other(open_district):
    """A serializable transaction that read a small table clashes with whoever writes into it."""
    district = open_district("2025-08-28")
    rows = OutboxMessage.__table__

    def writing(office):
        def work(connection):
            seen = connection.execute(select(func.count()).select_from(rows)).scalar_one()
            time.sleep(0.1)
            outbox.put(connection, 1, None, "tell", {"of": office, "seen": seen}, NOW)

        for _ in range(OFTEN):
            district.container.database.transact(work)

    before = len(district.rows(OutboxMessage))
    at_once([lambda office=number: writing(office) for number in range(OFFICES)])
    seen = [row["payload"]["seen"] for row in district.rows(OutboxMessage)[before:]]
    assert sorted(seen) == list(range(before, before + OFFICES * OFTEN))


def test_a_slow_decision_is_carried_out_however_many_quick_ones_keep_coming(open_district):
    district = open_district("2025-08-28")
    rows, is_over = OutboxMessage.__table__, threading.Event()

    def write(connection, seconds):
        connection.execute(select(func.count()).select_from(rows)).scalar_one()
        time.sleep(seconds)
        outbox.put(connection, 1, None, "tell", {"took": seconds}, NOW)

    def quick():
        while not is_over.is_set():
            district.container.database.transact(lambda connection: write(connection, 0.01))

    def slow():
        try:
            for _ in range(OFTEN):
                district.container.database.transact(lambda connection: write(connection, 0.5))
        finally:
            is_over.set()

    at_once([slow, *[quick] * 4])
    took = [row["payload"].get("took") for row in district.rows(OutboxMessage)]
    assert took.count(0.5) == OFTEN
