"""Rows of several cases written together: a statement a table, however many cases there are."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Insert, Update, event

Statement = Insert | Update
Row = dict[str, Any]


class ChangedMeanwhileError(Exception):
    """The row a decision was taken on has changed under it; the transaction is repeated."""


class Gathering:
    """Writes rows at once, or within `together` as late as anything else is asked or written."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: dict[tuple[Statement, frozenset[str]], list[Row]] = {}
        self._is_open = False

    def write(self, statement: Statement, *rows: Row) -> None:
        """Write rows; each set of values of an update has to find its row."""
        if not self._is_open:
            self._execute(statement, rows)
            return
        for row in rows:
            self._waiting.setdefault((statement, frozenset(row)), []).append(row)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Gather what is written meanwhile; no statement can miss it, for it goes out before."""
        if self._is_open:
            yield
            return
        self._is_open = True
        event.listen(self._connection, "before_execute", self._before_others)
        try:
            yield
            self._send()
        finally:
            event.remove(self._connection, "before_execute", self._before_others)
            self._waiting.clear()
            self._is_open = False

    def _before_others(self, *_said: object) -> None:
        self._send()

    def _send(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for (statement, _), rows in waiting.items():
            self._execute(statement, rows)

    def _execute(self, statement: Statement, rows: Sequence[Row]) -> None:
        result = self._connection.execute(statement, rows[0] if len(rows) == 1 else list(rows))
        if isinstance(statement, Update) and result.rowcount != len(rows):
            raise ChangedMeanwhileError(str(statement.table))
