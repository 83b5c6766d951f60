"""Rows of a decision written together: a statement a table, however many cases it concerns."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnClause, Connection, Insert, Table, TextClause, Update, event
from sqlalchemy.sql import ClauseElement

Statement = Insert | Update
Row = dict[str, Any]


class ChangedMeanwhileError(Exception):
    """The row a decision was taken on has changed under it; the transaction is repeated."""


class WriteBatch:
    """Writes rows at once, or within `together` when somebody asks for their table, or at its end.

    What waits may refer to rows of other tables, but no other table to what waits.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: dict[str, list[tuple[Statement, Row]]] = {}
        self._is_open = False

    def write(self, statement: Statement, *rows: Row) -> None:
        """Write rows; each set of values of an update has to find its row."""
        if self._is_open:
            waiting = self._waiting.setdefault(_name(statement), [])
            waiting.extend((statement, row) for row in rows)
        else:
            self._execute(statement, rows)

    def write_over(self, statement: Update, row: Row, *, key: str, seen: str) -> None:
        """Write a row that may wait already, found by `key`: the later values count.

        `seen` is what the row was when it was read, which only its first writer knows.
        """
        for other, waiting in self._waiting.get(_name(statement), ()):
            if other is statement and waiting[key] == row[key]:
                waiting.update(row | {seen: waiting[seen]})
                return
        self.write(statement, row)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Gather what is written meanwhile; no statement can miss it, for it goes out before."""
        if self._is_open:
            yield
            return
        self._is_open = True
        event.listen(self._connection, "before_execute", self._before)
        try:
            yield
            self._send(list(self._waiting))
        finally:
            event.remove(self._connection, "before_execute", self._before)
            self._waiting.clear()
            self._is_open = False

    def _before(self, _connection: Connection, statement: Any, *_said: object) -> None:
        if self._waiting:
            touched = tables_of(statement) if isinstance(statement, ClauseElement) else None
            self._send([name for name in self._waiting if touched is None or name in touched])

    def _send(self, names: Sequence[str]) -> None:
        for waiting in [self._waiting.pop(name) for name in names]:
            alike: dict[tuple[Statement, frozenset[str]], list[Row]] = {}
            for statement, row in waiting:
                alike.setdefault((statement, frozenset(row)), []).append(row)
            for (statement, _), rows in alike.items():
                self._execute(statement, rows)

    def _execute(self, statement: Statement, rows: Sequence[Row]) -> None:
        result = self._connection.execute(statement, rows[0] if len(rows) == 1 else list(rows))
        if isinstance(statement, Update) and result.rowcount != len(rows):
            raise ChangedMeanwhileError(str(statement.table))


def _name(statement: Statement) -> str:
    return str(statement.table)


@lru_cache(maxsize=500)
def tables_of(statement: ClauseElement) -> frozenset[str] | None:
    """Return the names of the tables a statement reads or writes; None where it does not tell."""
    names: set[str] = set()
    asked, met = [statement], set[int]()
    while asked:
        part = asked.pop()
        if id(part) in met:
            continue
        met.add(id(part))
        if isinstance(part, TextClause) or (
            isinstance(part, ColumnClause) and part.is_literal and part.name != "*"
        ):
            return None  # what is written by hand may name any table
        if isinstance(part, Table):
            names.add(part.name)
            continue
        asked.extend(part.get_children())
        # A column names its table, and an alias what it stands for, without holding it.
        beyond = (getattr(part, "table", None), getattr(part, "element", None))
        asked.extend(one for one in beyond if isinstance(one, ClauseElement))
    return frozenset(names) or None
