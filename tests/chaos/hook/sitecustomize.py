"""What Python runs first in each process of a tree under chaos; the product knows nothing of it.

`CHAOS_CLOCK` names a file with the seconds by which this machine's clock is wrong. `CHAOS_WITHOUT`
takes away one of the things that hold the product together, for a test that sees it missed.
"""

import datetime as dt
import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path


def shift_the_clock(file):
    """Let the clock be wrong by what a file says now."""
    from workflow_app.clock import SystemClock

    def now(_clock):
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=float(file.read_text() or 0))  # noqa: TID251

    SystemClock.now = now


def without_outbox():
    """Let whoever decided carry the effects out after the commit, from memory alone."""
    from sqlalchemy import delete, insert, select

    from workflow_app.bootstrap import Container
    from workflow_app.store.messages.outbox import OUTBOX
    from workflow_app.tasks import effects

    transact, undone = Container.transact, OUTBOX.c.done_at.is_(None)

    def decide_and_do(container, work):
        def decide(uow):
            with uow.together():
                result = work(uow)
            kept = uow.connection.execute(select(OUTBOX).where(undone)).mappings()
            rows = [dict(row) for row in kept]
            uow.connection.execute(delete(OUTBOX).where(undone))
            return result, rows

        result, rows = transact(container, decide)
        if rows:
            time.sleep(0.4)  # so long do effects take on a busy machine
        for row in rows:
            container.tell(lambda uow, row=row: uow.connection.execute(insert(OUTBOX).values(row)))
            effects.carry_out(container, row["id"], row["kind"])
        return result

    Container.transact = decide_and_do


def without_lease():
    """Let a worker that begins a message keep nobody from beginning it too."""
    from workflow_app.store.messages import outbox

    outbox.LEASE = dt.timedelta(0)


def without_lock():
    """Let a decision wait for nobody, see others' halves and write over what it has not seen."""
    from sqlalchemy import Integer, bindparam, update

    from workflow_app.store import unit_of_work
    from workflow_app.store.database import Database

    slow = Path(os.environ["CHAOS_SLOW"])

    @contextmanager
    def writing(database, **_how):
        options = {"isolation_level": "READ COMMITTED"}
        with (
            database.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection
            time.sleep(float(slow.read_text()) if slow.exists() else 0)

    Database.writing = writing
    unit_of_work.SqlUnitOfWork.claim = lambda *_: None
    case = unit_of_work._INSTANCE.c.id == bindparam("case_id")
    seen = bindparam("seen_seq", type_=Integer) >= 0
    unit_of_work._SAVE_CASE = update(unit_of_work._INSTANCE).where(case, seen)


WITHOUT = {"outbox": without_outbox, "lease": without_lease, "lock": without_lock}

if "CHAOS_CLOCK" in os.environ:
    shift_the_clock(Path(os.environ["CHAOS_CLOCK"]))
if "gunicorn" in " ".join(sys.orig_argv) or os.environ.get("CHAOS_WITHOUT") == "lease":
    WITHOUT.get(os.environ.get("CHAOS_WITHOUT", ""), lambda: None)()
