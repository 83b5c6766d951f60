"""Lines of history: what happened in a case, each chained by its hash to the one before."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from workflow_app.engine.case import Case
from workflow_app.services.hashing import canonical, sha256
from workflow_app.services.ports import Entry, LastStep
from workflow_app.store.models.base import table
from workflow_app.store.models.instances import History

_HISTORY = table(History)
ADD = insert(_HISTORY).inline()
_OF_CASE = select(_HISTORY).where(_HISTORY.c.instance_id == bindparam("case"))
_LAST = _OF_CASE.order_by(_HISTORY.c.seq.desc()).limit(1)
_PART = (
    select(_HISTORY.c.id)
    .where(
        _HISTORY.c.instance_id == bindparam("case"),
        _HISTORY.c.person_id == bindparam("person"),
        _HISTORY.c.at >= bindparam("since"),
    )
    .limit(1)
)
_OWN_LAST = (
    select(_HISTORY.c.action, _HISTORY.c.at)
    .where(_HISTORY.c.instance_id == bindparam("case"), _HISTORY.c.person_id == bindparam("person"))
    .order_by(_HISTORY.c.seq.desc())
    .limit(1)
)
_LINES = _OF_CASE.order_by(_HISTORY.c.seq)

CHAINED = (
    "instance_id",
    "seq",
    "at",
    "action",
    "title",
    "from_state",
    "to_state",
    "person_id",
    "stands_for",
    "position_id",
    "acting_as",
    "form",
    "text_hash",
    "body_sha256",
    "undo",
    "previous",
)


def line(
    case: Case, entry: Entry, now: dt.datetime, body_sha256: str, place: tuple[int, str]
) -> dict[str, Any]:
    """Return a line as its row; its place is its number and the hash of the line before."""
    seq, previous = place
    capacity = entry.capacity
    said: dict[str, Any] = {
        "instance_id": case.id,
        "seq": seq,
        "at": now,
        "action": entry.action,
        "title": entry.title,
        "from_state": entry.from_state,
        "to_state": entry.to_state,
        "person_id": capacity.person_id or None,
        "stands_for": capacity.stands_for,
        "position_id": capacity.position_id or None,
        "acting_as": capacity.title,
        "form": dict(entry.form),
        "text_hash": case.text_hash,
        "body_sha256": body_sha256,
        "undo": dict(entry.undo),
        "previous": previous,
    }
    return {**said, "sha256": line_hash(said)}


def line_hash(said: Mapping[str, Any]) -> str:
    """Return the hash of a line over everything it says and the hash before it."""
    return sha256(canonical({name: said[name] for name in CHAINED}))


def last_step(connection: Connection, instance_id: int) -> LastStep | None:
    """Return the newest line of a case."""
    row = connection.execute(_LAST, {"case": instance_id}).one_or_none()
    return None if row is None else _step(row)


def steps(connection: Connection, instance_id: int) -> Sequence[LastStep]:
    """Return every line of a case, oldest first."""
    return [_step(row) for row in connection.execute(_LINES, {"case": instance_id})]


def standing(lines: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the lines of a history, given oldest first, that nobody took back."""
    left: list[Mapping[str, Any]] = []
    for line in lines:
        if line["action"] != "take_back":
            left.append(line)
            continue
        cause = left.pop()["undo"].get("because")
        while cause and left and left[-1]["undo"].get("because") == cause:
            left.pop()
    return left


def took_part(connection: Connection, instance_id: int, person_id: int, since: dt.datetime) -> bool:
    """Tell whether a person took a step in a case since a moment."""
    about = {"case": instance_id, "person": person_id, "since": since}
    return connection.execute(_PART, about).first() is not None


def has_just_done(
    connection: Connection, instance_id: int, person_id: int, action: str, since: dt.datetime
) -> bool:
    """Tell whether the last a person did in a case was this action, since a moment."""
    row = connection.execute(_OWN_LAST, {"case": instance_id, "person": person_id}).one_or_none()
    return row is not None and row.action == action and row.at >= since


def _step(row: Any) -> LastStep:
    return LastStep(
        row.seq,
        row.action,
        row.title,
        row.person_id,
        row.undo,
        row.from_state,
        row.text_hash,
        row.position_id,
    )
