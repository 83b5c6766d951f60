"""Measures the store: a transition and a whole action beside the bare limit, and due deadlines.

The limit is what a transition cannot go below in Core: `UPDATE … WHERE version`, a line of history,
`COMMIT`, with values and statements that are ready. Both sides write the same tables of the same
server, which flushes every commit to the disk.
"""

import datetime as dt
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter

from measuring import side_by_side, tell

# isort: split
from bench_engine import sheet_process
from district import District, DistrictMaker
from multiplying import multiply
from servers import PostgresServer, running_postgres
from sqlalchemy import Connection, bindparam, func, insert, select, text, update
from stories import NOTE, PROPOSAL, done, to_department

from workflow_app.engine.decide import Decision, decide
from workflow_app.engine.forms import parse
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.services.cases import acting
from workflow_app.services.cases.acting import Intent
from workflow_app.services.cases.interpreter import Interpreter
from workflow_app.services.ports import Entry, NewCase
from workflow_app.store.models.base import table
from workflow_app.store.models.instances import Deadline, History, Instance, WorkItem
from workflow_app.store.models.messages import OutboxMessage
from workflow_app.store.unit_of_work import SqlUnitOfWork, Surroundings
from workflow_app.tasks import loops

DAY = "2025-08-28"
_INSTANCE, _HISTORY, _OUTBOX = table(Instance), table(History), table(OutboxMessage)


@contextmanager
def opened(kind: str) -> Iterator[tuple[District, PostgresServer | None]]:
    """Give the demonstration district on one kind of database, every commit flushed."""
    with ExitStack() as stack:
        server = stack.enter_context(running_postgres()) if kind == "pg" else None
        if server:
            flush(server)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        district = DistrictMaker(server, folder).open(DAY)
        stack.callback(district.close)
        yield district, server


def flush(server: PostgresServer) -> None:
    """Let the server keep its promises, as it does outside the tests."""
    with server.connect("postgres") as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {name} = on")
        connection.execute("SELECT pg_reload_conf()")


def writing(district: District, stack: ExitStack) -> Connection:
    """Return one connection whose transactions are those of decisions."""
    options = (
        {"writes": True}
        if district.container.database.is_sqlite
        else {"isolation_level": "SERIALIZABLE"}
    )
    engine = district.container.database.engine
    return stack.enter_context(engine.connect().execution_options(**options))


def transition(
    connection: Connection, uow_of: Callable[[], SqlUnitOfWork], case_id: int
) -> Callable[[], None]:
    """Return a task: read, decide, write state, history with its chain, and a message."""
    head = Actor(7, (Capacity(7, "school_head", 106, 1, 70),))
    chief = Actor(33, (Capacity(33, "department_head", 1, 1, 330),))
    steps = {"draft": ("send", head), "review": ("return", chief)}

    def task() -> None:
        with connection.begin():
            uow = uow_of()
            case = uow.load(case_id)
            assert case is not None
            action, actor = steps[case.state]
            process = uow.processes[case.process]
            facts = uow.facts(case.municipality_id)
            decision = decide(process, case, action, actor, None, facts, uow.now, uow.today)
            assert isinstance(decision, Decision)
            after = case.at_hand(None, decision.capacity, uow.now, uow.today)
            after.state = decision.target
            entry = Entry(
                action, decision.transition.title, case.state, after.state, decision.capacity
            )
            uow.save(process, after, case, entry)
            uow.send(after, "announce", {"items": [["school_head", 106, "Отправить"]]})

    return task


def limit(connection: Connection, case_id: int) -> Callable[[], None]:
    """Return a task: the bare statements of a transition."""
    with connection.begin():
        line = dict(connection.execute(select(_HISTORY).limit(1)).one()._mapping)
        row = connection.execute(select(_INSTANCE).where(_INSTANCE.c.id == case_id)).one()
    del line["id"]
    numbers = iter(range(row.version, 10_000_000))
    change = update(_INSTANCE).where(
        _INSTANCE.c.id == bindparam("case_id"), _INSTANCE.c.version == bindparam("seen")
    )
    add = insert(_HISTORY).inline()

    def task() -> None:
        version = next(numbers)
        with connection.begin():
            values = {
                "state": "review",
                "version": version + 1,
                "changed_at": row.changed_at,
                "case_id": case_id,
                "seen": version,
            }
            assert connection.execute(change, values).rowcount == 1
            connection.execute(add, {**line, "instance_id": case_id, "seq": version + 1000})

    return task


def started(district: District, connection: Connection, surroundings: Surroundings) -> int:
    """Return a fresh case of the toy process."""
    process = surroundings.processes["sheet"]
    with connection.begin():
        uow = SqlUnitOfWork(connection, surroundings, district.container.clock.now())
        form = parse(process.form, {"name": "Лист"})
        head = Actor(7, (Capacity(7, "school_head", 106, 1, 70),))
        case = Interpreter(uow).start(NewCase("sheet", {"name": "Лист"}, 106), "begin", head, form)
        assert not hasattr(case, "code"), case
        return case.id


def bench_transition(kind: str) -> None:
    """The portable form of a persisted transition beside its limit, on one connection."""
    with opened(kind) as (district, _), ExitStack() as stack:
        process = sheet_process()
        surroundings = Surroundings(
            {"sheet": process}, {"sheet": "0" * 64}, district.container.zone
        )
        connection = writing(district, stack)
        now = district.container.clock.now()
        one, other = (started(district, connection, surroundings) for _ in range(2))
        ours = transition(connection, lambda: SqlUnitOfWork(connection, surroundings, now), one)
        mine, bare = side_by_side(ours, limit(connection, other), rounds=1000)
        tell(
            f"transition_{'pg' if kind == 'pg' else 'sqlite'}",
            round(mine * 1e6, 1),
            "µs",
            ratio_to_limit=bare / mine,
            limit_per_second=round(1 / bare),
        )


def invited(district: District, count: int) -> list[tuple[int, str]]:
    """Return that many proposals whose schools are asked, each with a head who has not answered."""
    cases = []
    heads = {"S02": "P102"}
    for _ in range(count):
        rows = [
            {"school": district.school(c), "role": r}
            for c, r in (("S05", "supported"), ("S03", "partner"))
        ]
        values = {
            "name": f"Сеть {len(cases)}",
            "members": rows,
            "context_note": NOTE,
            "directions": district.directions("2025-2026")[:1],
        }
        case = done(district.start(heads["S02"], PROPOSAL, **values)).instance_id
        done(district.act(heads["S02"], case, "invite"))
        forget_open(district, case)
        cases.append((case, "P105"))
    return cases


def forget_open(district: District, case: int) -> None:
    """Let the same school propose once more: the measure needs many alike cases."""
    change = update(_INSTANCE).where(_INSTANCE.c.id == case).values(open_key=None)
    district.container.transact(lambda uow: uow.connection.execute(change))


def bench_act() -> None:
    """A whole action of a person: authority, facts, form, history, one answer of a ballot."""
    with opened("pg") as (district, _), ExitStack() as stack:
        cases = iter(invited(district, 160))
        who = district.people["P105"]
        connection = writing(district, stack)
        surroundings, now = district.container.surroundings, district.container.clock.now()

        def ours() -> None:
            case, _ = next(cases)
            intent = Intent(case, "agree_with_conditions", {"reason": "Нужен подвоз учеников"})
            with connection.begin():
                uow = SqlUnitOfWork(connection, surroundings, now)
                done(acting.act(uow, who, intent))

        bare = limit(connection, next(cases)[0])
        mine, least = side_by_side(ours, bare, rounds=150)
        tell("act_pg", round(mine * 1e6, 1), "µs", ratio_to_limit=least / mine)


def due_within_an_hour(district: District, count: int) -> None:
    """Leave exactly that many deadlines, each a reminder of its own case, due within one hour."""
    case = to_department(district)
    (deadline,) = [row for row in district.rows(Deadline, instance_id=case) if row["next_at"]]
    (item,) = [row for row in district.rows(WorkItem, instance_id=case) if not row["closed_at"]]
    ticks = (
        "jsonb_build_array(jsonb_build_array(to_char((source.next_at + n * interval '0.1 second')"
        " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS+00:00'), 'remind', ''),"
        " source.ticks -> (jsonb_array_length(source.ticks) - 1))"
    )
    at = "source.next_at + n * interval '0.1 second'"
    first = 1_000_000
    with district.container.database.engine.begin() as connection:
        connection.execute(text("UPDATE deadline SET next_at = NULL WHERE id <> :id"), deadline)
        connection.execute(text("UPDATE outbox SET done_at = created_at"))
        multiply(connection, _INSTANCE, case, count, {"id": f"{first} + n", "open_key": "NULL"})
        multiply(connection, table(WorkItem), item["id"], count, {"instance_id": f"{first} + n"})
        multiply(
            connection,
            table(Deadline),
            deadline["id"],
            count,
            {"instance_id": f"{first} + n", "next_at": at, "ticks": ticks},
        )
        connection.execute(text("UPDATE deadline SET next_at = NULL WHERE id = :id"), deadline)
    with district.container.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    district.container.clock.set(deadline["next_at"] + dt.timedelta(hours=1))


def sweep(url: str, moment: str) -> None:
    """Be one of the pollers: fire what is due until nothing is left."""
    at = dt.datetime.fromisoformat(moment)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        container = DistrictMaker(None, Path(folder))._house(url, at, "poller")
        print("ready", flush=True)  # noqa: T201 (the parent waits for it)
        sys.stdin.readline()
        while loops.fire_due(container):
            pass


def bench_deadlines(count: int = 30_000, pollers: int = 4) -> None:
    """Thirty thousand reminders due within an hour, four pollers, each fired once."""
    with opened("pg") as (district, _):
        due_within_an_hour(district, count)
        now = district.container.clock.now()
        argv = [sys.executable, __file__, "sweep", district.container.database.url, now.isoformat()]
        with ExitStack() as stack:
            running = [
                stack.enter_context(
                    subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                )
                for _ in range(pollers)
            ]
            for process in running:
                process.stdout.readline()
            begun = perf_counter()
            for process in running:
                process.stdin.write(b"go\n")
                process.stdin.flush()
            for process in running:
                process.wait()
            seconds = perf_counter() - begun
        told = district.read(
            lambda uow: uow.connection.execute(
                select(_OUTBOX.c.instance_id, func.count())
                .where(_OUTBOX.c.kind == "tell", _OUTBOX.c.instance_id > 1_000_000)
                .group_by(_OUTBOX.c.instance_id)
            ).all()
        )
        assert [times for _, times in told] == [1] * count, Counter(times for _, times in told)
        tell("deadline_sweep_30000", round(seconds, 1), "s", per_second=round(count / seconds))


def main() -> None:
    """Print one JSON object a line."""
    if sys.argv[1:2] == ["sweep"]:
        sweep(*sys.argv[2:])
        return
    bench_transition("pg")
    bench_transition("sqlite")
    bench_act()
    bench_deadlines()


if __name__ == "__main__":
    main()
