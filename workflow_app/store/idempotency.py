"""Answers kept under the key of their request: a repeated request gets the same answer."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import insert, select

from workflow_app.engine.refusals import Refusal
from workflow_app.store.models.accounts import IdempotencyKey
from workflow_app.store.models.base import table
from workflow_app.store.unit_of_work import SqlUnitOfWork

_KEY = table(IdempotencyKey)
KEY_REUSED = Refusal("key_reused", "Этот ключ уже использован с другим запросом")


def known(uow: SqlUnitOfWork, person_id: int, key: str) -> tuple[str, Mapping[str, Any]] | None:
    """Return (hash of the request, its answer) of a key used before."""
    query = select(_KEY).where(_KEY.c.person_id == person_id, _KEY.c.key == key)
    row = uow.connection.execute(query).one_or_none()
    return (row.request_sha256, row.response) if row else None


def keep(
    uow: SqlUnitOfWork, person_id: int, key: str, request_sha256: str, response: Mapping[str, Any]
) -> None:
    """Keep an answer; it lands with the action or not at all."""
    values = {
        "person_id": person_id,
        "key": key,
        "request_sha256": request_sha256,
        "response": dict(response),
        "created_at": uow.now,
    }
    uow.connection.execute(insert(_KEY).values(values))


def once(
    uow: SqlUnitOfWork,
    person_id: int,
    key: str,
    request_sha256: str,
    work: Callable[[], Mapping[str, Any] | Refusal],
) -> Mapping[str, Any] | Refusal:
    """Carry out a request once for its key; refused ones may be tried again. No key: every time."""
    before = known(uow, person_id, key) if key else None
    if before:
        return before[1] if before[0] == request_sha256 else KEY_REUSED
    result = work()
    if key and not isinstance(result, Refusal):
        keep(uow, person_id, key, request_sha256, result)
    return result
