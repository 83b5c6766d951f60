"""Connections to SQLite or PostgreSQL, and transactions that repeat themselves when they clash."""

import itertools
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from workflow_app.store import turns
from workflow_app.store.models.messages import DecisionLock
from workflow_app.store.read_models.search import translate
from workflow_app.store.turns import Turn

T = TypeVar("T")

RETRY_SECONDS = 2.0
"""How long a decision repeats itself; it has no outside effect, so repeating is free."""
CONNECT_SECONDS = 5
"""After which a server that says nothing is not there; whoever asks is told to wait."""
FEWEST_TRIES = 5
"""How often at least, however slow the machine is."""
TOGETHER = 2
"""How many tries are made beside other decisions, before one is made alone."""

_BESIDE_OTHERS = text(f"LOCK TABLE {DecisionLock.__tablename__} IN ROW SHARE MODE")
_ALONE = text(f"LOCK TABLE {DecisionLock.__tablename__} IN EXCLUSIVE MODE")
_CLASHES = {"40001", "40P01", "23505"}
"""Serialization failure, deadlock, and a unique key a concurrent transaction took."""
UNAVAILABLE = (TimeoutError, OperationalError, InterfaceError, NoConnectionError)
"""What is raised when nothing can be read or written now; TimeoutError: others write."""


FAMILIES = 8
"""The first half of the advisory locks' key of families of cases."""
_NO_LOCK = "55P03"
"""What waited for a lock as long as it may."""
_WAIT_FOR_FAMILY = text(f"SELECT pg_advisory_lock({FAMILIES}, :family)")
_LEAVE_FAMILY = text(f"SELECT pg_advisory_unlock({FAMILIES}, :family)")


class TakenError(Exception):
    """Another decision is being taken in this family of cases."""

    def __init__(self, family: int) -> None:
        super().__init__(family)
        self.family = family


class Database:
    """One database of the product, whichever kind it is."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite(url) if self.is_sqlite else _postgresql(url)

    @contextmanager
    def writing(self, *, alone: bool = False, family: int | None = None) -> Iterator[Connection]:
        """Open the transaction of a decision: serializable, or the only writer.

        `alone` lets the decisions that run end first, and those that come wait. With a family the
        decision waits in line for those that were taken in it.
        """
        options = {"writes": True} if self.is_sqlite else {"isolation_level": "SERIALIZABLE"}
        with (
            self.engine.connect() as connection,
            _in_line(connection, family),
            connection.execution_options(**options).begin(),
        ):
            if not self.is_sqlite:
                # LOCK comes before the snapshot: what is read is as it was after the wait.
                connection.execute(_ALONE if alone else _BESIDE_OTHERS)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the data."""
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def telling(self) -> Iterator[Connection]:
        """Give a connection for transactions that decide nothing: each takes one row and tells.

        Hundreds of reminders a second would only abort each other as serializable transactions.
        """
        options = {"writes": True} if self.is_sqlite else {"isolation_level": "READ COMMITTED"}
        with self.engine.connect().execution_options(**options) as connection:
            yield connection

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Return what the work returns; clashing transactions repeat it for up to two seconds.

        The first tries are optimistic. Whoever clashed in all of them decides alone: fifty people
        answering at once all succeed, and offices whose rows share a page do not stop each other.
        Whoever met a decision in the same family waits in line for it and begins again: of two
        clicks on one case the first is served, however much longer its transaction is.
        """
        until, family = time.monotonic() + RETRY_SECONDS, None
        for tried in itertools.count(1):
            try:
                with self.writing(alone=tried > TOGETHER, family=family) as connection:
                    return work(connection)
            except TakenError as taken:
                family = taken.family
                continue
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) == _NO_LOCK:
                    raise TimeoutError from error
                is_over = tried >= FEWEST_TRIES and time.monotonic() > until
                if is_over or not is_clash(error):
                    raise
            time.sleep(random.uniform(0.002, 0.03))  # noqa: S311 (spreads tries, no secret)
        raise AssertionError  # pragma: no cover (the tries do not end by themselves)


@contextmanager
def _in_line(connection: Connection, family: int | None) -> Iterator[None]:
    """Hold a family for this session; a transaction's own wait would come after its snapshot."""
    if family is None:
        yield
        return
    connection.execution_options(isolation_level="AUTOCOMMIT")
    connection.execute(_WAIT_FOR_FAMILY, {"family": family})
    connection.commit()
    try:
        yield
    finally:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(_LEAVE_FAMILY, {"family": family})


def is_clash(error: DBAPIError) -> bool:
    """Tell whether repeating the transaction may succeed."""
    state = getattr(error.orig, "sqlstate", None)
    return state in _CLASHES or "database is locked" in str(error.orig)


def _postgresql(url: str) -> Engine:
    limits = f"-c lock_timeout={turns.SECONDS}s -c idle_in_transaction_session_timeout=60s"
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=10,
        max_overflow=60,
        pool_pre_ping=True,
        connect_args={"options": limits, "connect_timeout": CONNECT_SECONDS},
    )
    event.listen(engine, "handle_error", _without_values)
    return engine


def _without_values(context: ExceptionContext) -> None:
    """Leave of a failure its first line: PostgreSQL tells in the next ones what the rows hold."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\n")[0], *error.args[1:])


def _sqlite(url: str) -> Engine:
    path = url.removeprefix("sqlite:///")
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    # As many connections as threads want one: whoever waits for the pool would wait unfairly.
    engine = create_engine(
        url,
        hide_parameters=True,
        max_overflow=-1,
        connect_args={"timeout": turns.SECONDS, "factory": _InTurn},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", partial(_begin_sqlite, f"{path}-turn"))
    return engine


class _InTurn(sqlite3.Connection):
    """A connection that gives its turn back when its transaction has ended."""

    turn: Turn | None = None

    def commit(self) -> None:
        super().commit()
        self.leave()

    def rollback(self) -> None:
        super().rollback()
        self.leave()

    def close(self) -> None:
        super().close()
        self.leave()

    def leave(self) -> None:
        """Let the next one write, if it was this one's turn."""
        turn, self.turn = self.turn, None
        if turn:
            turn.give_back()


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Let us say BEGIN ourselves, keep every commit through a power cut, check foreign keys."""
    connection.create_function("translate", 3, translate, deterministic=True)
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(line: str, connection: Connection) -> None:
    """Take the write lock at once: a reader that turns writer could not wait for it."""
    if not connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("BEGIN")
        return
    held: Any = connection.connection.driver_connection
    turn = Turn(line)
    turn.wait()
    held.turn = turn
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except BaseException:
        held.leave()
        raise
