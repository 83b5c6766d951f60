"""Measures how a backlog is worked off: notices, letters and papers of decided proposals.

A real relay and a real worker, as `workflow-app up` starts them, with a broker and a mail server.
`BACKLOG` is the number of effects (letters included, which the notices put there); 30000 is the
contract's, `make bench` takes fewer. `BACKLOG_ON` names the databases.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter

from measuring import ROOT, tell

# isort: split
import psutil
from district import District, DistrictMaker
from multiplying import multiply
from redis import Redis
from servers import ValkeyServer, running_postgres, running_smtp, running_valkey
from sqlalchemy import func, select, text
from stories import done, to_department
from times import seconds_of_additions

from workflow_app.store.messages.outbox import LANES
from workflow_app.store.models.base import table
from workflow_app.store.models.documents import Document
from workflow_app.store.models.messages import OutboxMessage

SIZE = int(os.environ.get("BACKLOG") or 1500)
DATABASES = (os.environ.get("BACKLOG_ON") or "sqlite,pg").split(",")
DAY = "2025-08-28"
WINDOW = 10.0
SPARE = 1000
_OUTBOX, _DOCUMENT = table(OutboxMessage), table(Document)


@contextmanager
def opened(kind: str) -> Iterator[District]:
    """Give a district of its own on a database of a kind."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        postgres = stack.enter_context(running_postgres()) if kind == "pg" else None
        district = DistrictMaker(postgres, folder).open(DAY)
        stack.callback(district.close)
        yield district


def messages_of_one(district: District) -> list[dict]:
    """Return what a decided proposal leaves in the outbox, done once to know the letters."""
    case = to_department(district)
    district.carry_out()
    last = max(row["id"] for row in district.rows(OutboxMessage))
    done(district.act("P002", case, "approve"))
    first = [row for row in district.rows(OutboxMessage) if row["id"] > last]
    district.carry_out()
    return first


def pile_up(district: District, size: int) -> int:
    """Put as many copies of a decided proposal's messages as give so many effects; return them."""
    messages = messages_of_one(district)
    with district.container.database.engine.begin() as connection:
        letters = connection.execute(
            select(func.count()).where(
                _OUTBOX.c.kind == "mail", _OUTBOX.c.id > max(row["id"] for row in messages)
            )
        ).scalar_one()
        copies = size // (len(messages) + letters)
        last = connection.execute(select(func.max(_DOCUMENT.c.id))).scalar_one()
        for row in messages:
            changed = {
                "done_at": "NULL",
                "handed_at": "NULL",
                "claimed_until": "NULL",
                "next_at": "source.created_at",
                "attempts": "0",
                "outcome": "''",
            }
            if row["kind"] == "render":
                paper, last = row["payload"]["document_id"], last + SPARE
                multiply(
                    connection,
                    _DOCUMENT,
                    paper,
                    copies,
                    {
                        "id": f"{last} + n",
                        "file_sha256": "NULL",
                        "rendered_at": "NULL",
                        "version": "n + 1000",
                    },
                )
                named = "json_object('document_id', {0} + n)"
                if not district.container.database.is_sqlite:
                    named = "jsonb_build_object('document_id', {0} + n)"
                changed["payload"], last = named.format(last), last + copies
            multiply(connection, _OUTBOX, row["id"], copies, changed)
        sqlite = district.container.database.is_sqlite
        connection.execute(text("ANALYZE" if sqlite else "ANALYZE outbox"))
    return copies * (len(messages) + letters)


def effects_done(district: District) -> tuple[int, int]:
    """Return how many messages are done, and how many wait."""
    with district.container.database.reading() as connection:
        finished = func.count(_OUTBOX.c.done_at)
        row = connection.execute(select(finished, func.count() - finished)).one()
    return row[0], row[1]


@contextmanager
def running(district: District, broker: ValkeyServer, smtp_url: str) -> Iterator[list]:
    """Start a relay and a worker; give their processes."""
    settings = district.container.settings
    environ = {
        **os.environ,
        **settings.environ(),
        "REDIS_URL": broker.url,
        "SMTP_URL": smtp_url,
        "CLOCK": district.container.clock.now().isoformat(),
    }
    processes = []
    with (settings.data_dir / "bench.log").open("wb") as log:
        for part in ("relay", "worker"):
            argv = [sys.executable, "-m", "workflow_app.cli", part]
            processes.append(subprocess.Popen(argv, cwd=ROOT, env=environ, stdout=log, stderr=log))
    try:
        yield processes
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(60)


def bench_backlog(kind: str) -> None:
    """Work a backlog off; tell the slowest ten seconds."""
    with opened(kind) as district, running_valkey() as broker, running_smtp() as smtp:
        size = pile_up(district, SIZE)
        before, _ = effects_done(district)
        with Redis.from_url(broker.url) as line, running(district, broker, smtp.url) as processes:
            longest, marks = 0, []
            while True:
                finished, waiting = effects_done(district)
                longest = max(longest, sum(line.llen(lane) for lane in LANES))
                if finished > before or marks:
                    marks.append((perf_counter(), finished - before))
                if not waiting:
                    break
                time.sleep(0.25)
            memory = sum(
                one.memory_full_info().pss
                for process in processes
                for one in (psutil.Process(process.pid), *psutil.Process(process.pid).children())
            )
            handed = sum(
                line.info("commandstats").get(f"cmdstat_{name}", {}).get("calls", 0)
                for name in ("lpush", "rpush")
            )
        seconds = marks[-1][0] - marks[0][0]
        tell(
            f"backlog_{SIZE}_{kind}",
            round(slowest(marks)),
            "effects/s in the slowest ten seconds",
            effects=size,
            per_second=round(size / seconds),
            seconds=round(seconds, 1),
            hand_outs_per_message=round(handed / size, 3),
            longest_list=longest,
            letters=len(smtp.messages),
            pss_mib=round(memory / 2**20),
            five_million_additions=round(seconds_of_additions(), 2),
        )


def slowest(marks: list[tuple[float, int]]) -> float:
    """Return the effects a second of the slowest ten seconds, or of all when it took less."""
    rates, start = [], 0
    for at, count in marks:
        while at - marks[start][0] > WINDOW:
            start += 1
            rates.append((count - marks[start - 1][1]) / (at - marks[start - 1][0]))
    (first, none), (last, everything) = marks[0], marks[-1]
    return min(rates, default=(everything - none) / (last - first))


def main() -> None:
    """Print one JSON object a line."""
    for kind in DATABASES:
        bench_backlog(kind)


if __name__ == "__main__":
    main()
