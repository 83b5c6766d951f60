"""Periods of declared registers compared with their entries, and written from them again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from workflow_app.services.progress import Progress
from workflow_app.store.database import Database
from workflow_app.store.registers.tables import Tables
from workflow_app.store.registers.writing import BATCH, make_periods, periods_of


def rebuild_all(database: Database, declared: Mapping[str, Tables], progress: Progress) -> int:
    """Write all periods again, some rows a transaction; return how many rows there are."""
    with database.reading() as connection:
        batches = [(one, ids) for one in declared.values() for ids in _batches(connection, one)]
    for done, (tables, ids) in enumerate(batches):
        progress(done, len(batches))
        database.transact(partial(make_periods, tables=tables, ids=ids))
    return sum(len(ids) for _, ids in batches)


def differences(connection: Connection, declared: Mapping[str, Tables]) -> Iterator[str]:
    """Yield a sentence for every row that does not say what was written about it."""
    for key, tables in declared.items():
        for row_id in differing(connection, tables):
            yield (
                f"реестр «{tables.register.title}» ({key}), запись {row_id}: значения по дням не "
                "те, что внесены; их перепишет workflow-app registers rebuild"
            )


def differing(connection: Connection, tables: Tables) -> Iterator[int]:
    """Yield the rows of a register whose stored periods are not the fold of their entries."""
    c = tables.periods.c
    columns = [column.name for column in c if column.name != "id"]
    for ids in _batches(connection, tables):
        stored = connection.execute(select(tables.periods).where(c.row_id.in_(ids))).mappings()
        stands = _by_row(stored, columns)
        follows = _by_row(periods_of(connection, tables, ids), columns)
        yield from (one for one in ids if stands.get(one) != follows.get(one))


def _batches(connection: Connection, tables: Tables) -> Iterator[Sequence[int]]:
    query = select(tables.rows.c.id).order_by(tables.rows.c.id)
    ids = connection.execute(query).scalars().all()
    return (ids[first : first + BATCH] for first in range(0, len(ids), BATCH))


def _by_row(periods: Iterable[Any], columns: Iterable[str]) -> dict[int, set[tuple[Any, ...]]]:
    found: dict[int, set[tuple[Any, ...]]] = {}
    for one in periods:
        values = (one[name] for name in columns)
        plain = tuple(tuple(one) if isinstance(one, list) else one for one in values)
        found.setdefault(one["row_id"], set()).add(plain)
    return found
