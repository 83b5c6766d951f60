"""Measures lists of a declared register of a hundred thousand rows, and their periods made anew.

Each row was entered, then changed twice: three hundred thousand entries.
"""

import datetime as dt
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from measuring import p95, tell

# isort: split
from servers import running_postgres
from sqlalchemy import Connection, insert, text

from workflow_app.engine import Choice, Date, Line, Record, Register, field
from workflow_app.services.progress import unwatched
from workflow_app.store import schema
from workflow_app.store.database import Database
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Municipality
from workflow_app.store.models.registers import RegisterEntry
from workflow_app.store.registers import listing
from workflow_app.store.registers.rebuilding import differing, rebuild_all
from workflow_app.store.registers.tables import Tables, make_tables

KINDS, YEARS = 4, 2
DAY, KNOWN = dt.date(2026, 2, 2), dt.date(2026, 1, 1)
ROUNDS, WARM, BATCH = 60, 10, 10_000
LIMITS_MS = {
    "filtered": 60,
    "far": 60,
    "text": 150,
    "text_alone": 150,
    "rare_text": 150,
    "on_date": 60,
    "on_date_all": 150,
}
REBUILD_S, GROWTH = 30, 1.5


class Visit(Record):
    number: Line = field("Номер")
    kind: Choice = field("Вид", choices={f"k{n}": f"вид {n}" for n in range(KINDS)})
    year: Choice = field("Год", choices={f"y{n}": f"год {n}" for n in range(YEARS)})
    held_on: Date = field("Дата")
    topic: Line = field("Что смотрели")


VISITS = Register(
    key="visit",
    title="Посещения",
    record=Visit,
    identity=("number",),
    called=lambda r: r.number,
    filters=("kind", "year"),
    search=("topic",),
    sorted_by=("-held_on",),
)


@contextmanager
def opened(kind: str) -> Iterator[tuple[Database, Tables, int]]:
    """Give an empty database with the register, and its municipality."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-")))
        server = stack.enter_context(running_postgres()) if kind == "postgresql" else None
        database = Database(
            server.create_database("size") if server else f"sqlite:///{folder}/size.sqlite3"
        )
        tables = make_tables((VISITS,))
        schema.upgrade(database, registers=tables)
        place = {"name": "Район", "kind": "район", "region": "Область", "timezone": "UTC"}
        made = insert(table(Municipality)).values(place).returning(table(Municipality).c.id)
        yield database, tables["visit"], database.transact(lambda c: c.execute(made).scalar_one())


def fill(connection: Connection, tables: Tables, place: int, first: int, count: int) -> None:
    """Add rows, each entered and changed twice; their periods are made later."""
    ids = range(first + 1, first + count + 1)
    connection.execute(
        insert(tables.rows), [{"id": n, "municipality_id": place, "number": f"{n:06}"} for n in ids]
    )
    every = {
        "municipality_id": place,
        "register": "visit",
        "number": 0,
        "basis": "",
        "reason": "",
        "written_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    }
    connection.execute(
        insert(table(RegisterEntry)),
        [
            {**every, "row_id": n, **said}
            for n in ids
            for said in (
                {
                    "word": "enter",
                    "effective_on": None,
                    "registered_on": dt.date(2024, 9, 1),
                    "values": {
                        "kind": f"k{n % KINDS}",
                        "year": f"y{n // KINDS % YEARS}",
                        "held_on": f"{dt.date(2020, 1, 1) + dt.timedelta(n % 2000)}",
                        "topic": f"урок {n * 7919 % 99991} математики",
                    },
                },
                {
                    "word": "amend",
                    "effective_on": dt.date(2025, 9, 1),
                    "registered_on": dt.date(2025, 9, 1),
                    "values": {"topic": f"занятие {n}"},
                },
                {
                    "word": "amend",
                    "effective_on": dt.date(2026, 1, 15),
                    "registered_on": dt.date(2026, 1, 15),
                    "values": {"topic": f"посещение {n}"},
                },
            )
        ],
    )


def asked(tables: Tables, place: int, **what: object) -> Callable[[Connection], object]:
    """Return the work of showing one page."""
    question = listing.Asked(**{"on": DAY, **what})
    return lambda connection: listing.page(connection, tables, place, question)


def measure(kind: str, counts: tuple[int, ...]) -> None:
    """Print how long pages take, and the rebuilding."""
    small: dict[str, float] = {}
    with opened(kind) as (database, tables, place):
        stands = 0
        for count in counts:
            for first in range(stands, count, BATCH):
                size = min(BATCH, count - first)
                database.transact(lambda c, f=first, s=size: fill(c, tables, place, f, s))
            stands = count
            begun = perf_counter()
            rebuild_all(database, {"visit": tables}, unwatched)
            taken = perf_counter() - begun
            if kind == "postgresql":
                database.transact(lambda c: c.execute(text("ANALYZE")))
            two = {"kind": "k3", "year": "y1"}
            pages = {
                "filtered": asked(tables, place, values=two),
                "far": asked(tables, place, values=two, after=count // 2 - 5),
                "text": asked(tables, place, values=two, text="посещение 7"),
                "text_alone": asked(tables, place, text="сещение 7"),
                "rare_text": asked(tables, place, text="посещение 777"),
                "on_date": asked(tables, place, on=KNOWN, known_on=KNOWN, values=two),
                "on_date_all": asked(tables, place, on=KNOWN, known_on=KNOWN),
            }
            for name, page in pages.items():
                times = []
                for n in range(ROUNDS + WARM):
                    with database.reading() as connection:
                        begun = perf_counter()
                        page(connection)
                    if n >= WARM:
                        times.append((perf_counter() - begun) * 1000)
                worst = p95(times)
                small.setdefault(name, statistics.median(times))
                tell(
                    f"register_list_{count}_{name}",
                    round(worst, 1),
                    "ms p95",
                    database=kind,
                    ratio_to_limit=LIMITS_MS[name] / worst,
                    growth_limit=GROWTH,
                    growth=round(statistics.median(times) / small[name], 2),
                )
            tell(
                f"rebuild_{count}",
                round(taken, 1),
                "s",
                database=kind,
                ratio_to_limit=REBUILD_S / taken,
            )
        with database.reading() as connection:
            assert [*differing(connection, tables)] == []


if __name__ == "__main__":
    last = int(sys.argv[1]) if sys.argv[1:] else 100_000
    for kind in ("sqlite", "postgresql"):
        measure(kind, (1000, last))
