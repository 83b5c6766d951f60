"""The hash chains: checked line by line, and against roots that left the house."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select

from workflow_app.services.roots import TypedRoot
from workflow_app.store.cases.history import CHAINED, line_hash
from workflow_app.store.models.base import table
from workflow_app.store.models.instances import History, Instance
from workflow_app.store.models.messages import ChainRoot

_HISTORY = table(History)
_INSTANCE = table(Instance)
_ROOT = table(ChainRoot)


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold."""

    instance_id: int
    seq: int
    reason: str

    def __str__(self) -> str:
        """Return the finding as a line."""
        place = f"дело {self.instance_id}, строка {self.seq}" if self.instance_id else "все дела"
        return f"{place}: {self.reason}"


def breaks(connection: Connection) -> Iterator[Break]:
    """Yield every break: changed, missing or moved lines, and a head that does not fit."""
    heads = {
        row.id: (row.history_seq, row.history_head)
        for row in connection.execute(
            select(_INSTANCE.c.id, _INSTANCE.c.history_seq, _INSTANCE.c.history_head)
        )
    }
    query = select(_HISTORY).order_by(_HISTORY.c.instance_id, _HISTORY.c.seq)
    instance_id, seq, previous = 0, 0, ""
    for row in connection.execute(query.execution_options(yield_per=1000)):
        if row.instance_id != instance_id:
            yield from _end(heads, instance_id, seq, previous)
            instance_id, seq, previous = row.instance_id, 0, ""
        yield from _line(row, seq, previous)
        seq, previous = row.seq, row.sha256
    yield from _end(heads, instance_id, seq, previous)
    for missing, (length, _) in sorted(heads.items()):
        if length:
            yield Break(missing, 0, "история исчезла целиком")


def _line(row: Any, seq: int, previous: str) -> Iterator[Break]:
    if row.seq != seq + 1:
        yield Break(row.instance_id, seq + 1, "строка исчезла")
    elif row.previous != previous:
        yield Break(row.instance_id, row.seq, "строка не продолжает предыдущую")
    if line_hash({name: getattr(row, name) for name in CHAINED}) != row.sha256:
        yield Break(row.instance_id, row.seq, "строка изменена")


def _end(
    heads: dict[int, tuple[int, str]], instance_id: int, seq: int, sha256: str
) -> Iterator[Break]:
    """Compare the last line with the head kept in the instance."""
    if not instance_id:
        return
    head = heads.pop(instance_id, None)
    if head is None:
        yield Break(instance_id, seq, "дела с этой историей нет")
    elif head != (seq, sha256):
        yield Break(instance_id, seq, "конец истории отрезан: она короче, чем записано в деле")


def root_at(connection: Connection, at: dt.datetime) -> tuple[str, int]:
    """Return the hash over every chain as it stood at a moment, and how many chains there were."""
    last = (
        select(_HISTORY.c.instance_id, func.max(_HISTORY.c.seq).label("seq"))
        .where(_HISTORY.c.at <= at)
        .group_by(_HISTORY.c.instance_id)
        .subquery()
    )
    query = (
        select(_HISTORY.c.instance_id, _HISTORY.c.seq, _HISTORY.c.sha256)
        .join(
            last, and_(_HISTORY.c.instance_id == last.c.instance_id, _HISTORY.c.seq == last.c.seq)
        )
        .order_by(_HISTORY.c.instance_id)
    )
    digest, count = hashlib.sha256(), 0
    for row in connection.execute(query):
        digest.update(f"{row.instance_id} {row.seq} {row.sha256}\n".encode())
        count += 1
    return digest.hexdigest(), count


def keep_root(connection: Connection, at: dt.datetime) -> tuple[str, int]:
    """Keep the root of a moment and return it, for sending out of the house."""
    sha256, count = root_at(connection, at)
    connection.execute(insert(_ROOT).values(at=at, instances=count, sha256=sha256))
    return sha256, count


@dataclass(frozen=True, slots=True)
class KeptRoot:
    """A root as it was sent out: its moment, how many chains it is over, the hash."""

    at: dt.datetime
    instances: int
    sha256: str


def kept_roots(connection: Connection) -> list[KeptRoot]:
    """Return every root kept here, oldest first."""
    query = select(_ROOT.c.at, _ROOT.c.instances, _ROOT.c.sha256).order_by(_ROOT.c.at)
    return [KeptRoot(*row) for row in connection.execute(query)]


def last_root(connection: Connection) -> KeptRoot | None:
    """Return the root kept last, for the printed journal."""
    query = select(_ROOT.c.at, _ROOT.c.instances, _ROOT.c.sha256)
    row = connection.execute(query.order_by(_ROOT.c.at.desc()).limit(1)).one_or_none()
    return None if row is None else KeptRoot(*row)


def last_root_at(connection: Connection) -> dt.datetime | None:
    """Return when a root was kept last."""
    return connection.execute(select(func.max(_ROOT.c.at))).scalar()


def broken_roots(
    connection: Connection, typed: Iterable[TypedRoot] = (), zone: dt.tzinfo = dt.UTC
) -> Iterator[Break]:
    """Yield roots, kept here or brought from outside, that the chains no longer give."""
    kept = kept_roots(connection)
    checked = [(root.at, root.sha256) for root in kept]
    for root in typed:
        at = _moment(root.when, kept, zone)
        if at is None:
            yield Break(
                0,
                0,
                f"корень от {root.when:%d.%m.%Y} здесь не сохранён: "
                "введите вместо дня момент из письма",
            )
        else:
            checked.append((at, root.sha256))
    for at, sha256 in dict.fromkeys(checked):
        if root_at(connection, at)[0] != sha256:
            yield Break(0, 0, f"корень от {at.astimezone(zone):%d.%m.%Y %H:%M} больше не сходится")


def _moment(
    when: dt.date | dt.datetime, kept: Iterable[KeptRoot], zone: dt.tzinfo
) -> dt.datetime | None:
    """Return the moment of a typed root; paper has the day alone, the row knows the moment."""
    if isinstance(when, dt.datetime):
        return when
    return next((root.at for root in kept if root.at.astimezone(zone).date() == when), None)
