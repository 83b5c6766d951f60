"""Webhooks in the database: addresses, messages to them, and what the worker needs of each."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, func, insert, select, update

from workflow_app.engine.roles import Capacity
from workflow_app.services.webhooks import Delivery, pause_after
from workflow_app.store.messages import outbox
from workflow_app.store.messages.delivery import looked_up, of_message, value_of
from workflow_app.store.models.base import table
from workflow_app.store.models.instances import Instance
from workflow_app.store.models.messages import Webhook, WebhookDelivery
from workflow_app.store.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from workflow_app.services.webhooks import Webhooks

_HOOK, _DELIVERY, _CASE = table(Webhook), table(WebhookDelivery), table(Instance)
PAGE = 100
KEPT = dt.timedelta(days=30)
"""How long what is over stays in the log."""
AT_ONCE = 200
_OF_DELIVERY = _DELIVERY.c.id == of_message("delivery_id")
TO_SEND = (
    *looked_up(
        (_DELIVERY.c.id, _DELIVERY.c.body, _DELIVERY.c.attempts, _DELIVERY.c.state), _OF_DELIVERY
    ),
    *looked_up(
        (_HOOK.c.url, _HOOK.c.sealed_secret, _HOOK.c.is_on, _HOOK.c.silent_until),
        _HOOK.c.id == value_of(_DELIVERY.c.webhook_id, _OF_DELIVERY),
    ),
    value_of(_DELIVERY.c.webhook_id, _OF_DELIVERY).label("its_webhook_id"),
)
"""A message, and the address it goes to."""


_OF_CASE = _CASE.c.id == outbox.OUTBOX.c.instance_id
_LISTENING = (
    select(func.count(_HOOK.c.id))
    .where(_HOOK.c.municipality_id == outbox.OUTBOX.c.municipality_id, _HOOK.c.is_on)
    .correlate(outbox.OUTBOX)
    .scalar_subquery()
)
OF_PAPER = (
    _LISTENING.label("its_listeners"),
    value_of(_CASE.c.process, _OF_CASE).label("its_process"),
    value_of(_CASE.c.state, _OF_CASE).label("its_case_state"),
)
"""Whether programs hear of a paper that is made, and of which case it is."""


class HookLine(NamedTuple):
    """An address as its page shows it."""

    id: int
    url: str
    kinds: Sequence[str]
    is_on: bool
    created_at: dt.datetime
    silent_until: dt.datetime | None


class DeliveryLine(NamedTuple):
    """A message to an address as the log shows it."""

    id: int
    webhook_id: int
    url: str
    instance_id: int | None
    event: str
    created_at: dt.datetime
    state: str
    attempts: int
    answer_code: int | None
    answer: str
    tried_at: dt.datetime | None
    next_at: dt.datetime | None


def hooks(uow: SqlUnitOfWork, municipality_id: int) -> Sequence[HookLine]:
    """Return the addresses of a municipality, the newest first."""
    chosen = [_HOOK.c[name] for name in HookLine._fields]
    query = select(*chosen).where(_HOOK.c.municipality_id == municipality_id)
    return [HookLine(*row) for row in uow.connection.execute(query.order_by(_HOOK.c.id.desc()))]


def log(uow: SqlUnitOfWork, municipality_id: int, before: int | None) -> Sequence[DeliveryLine]:
    """Return messages of a municipality, the newest first; one more than a page shows."""
    chosen = [_HOOK.c.url if name == "url" else _DELIVERY.c[name] for name in DeliveryLine._fields]
    query = (
        select(*chosen)
        .join(_HOOK, _HOOK.c.id == _DELIVERY.c.webhook_id)
        .where(_DELIVERY.c.municipality_id == municipality_id)
        .order_by(_DELIVERY.c.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        query = query.where(_DELIVERY.c.id < before)
    return [DeliveryLine(*row) for row in uow.connection.execute(query)]


def fan_out(uow: SqlUnitOfWork, message: Any) -> None:
    """Write an event for every address that hears of such, and queue it."""
    said = message.payload
    place = message.municipality_id
    query = select(_HOOK.c.id, _HOOK.c.kinds).where(_HOOK.c.municipality_id == place, _HOOK.c.is_on)
    rows = [
        {
            "municipality_id": place,
            "webhook_id": hook,
            "instance_id": message.instance_id,
            "event": said["event"],
            "body": said["body"],
            "created_at": uow.now,
            "state": "waiting",
            "attempts": 0,
            "answer": "",
        }
        for hook, kinds in uow.connection.execute(query)
        if said["event"] in kinds
    ]
    if rows:
        made = uow.connection.execute(insert(_DELIVERY).returning(_DELIVERY.c.id), rows)
        _queue(uow, [(one, place, message.instance_id) for one in made.scalars()])


def _queue(uow: SqlUnitOfWork, deliveries: Sequence[tuple[int, int, int | None]]) -> None:
    rows = [
        outbox.message(place, case, "hook", {"delivery_id": delivery}, uow.now)
        for delivery, place, case in deliveries
    ]
    uow.connection.execute(outbox.ADD, rows)


def queue_due(uow: SqlUnitOfWork) -> int:
    """Queue the messages whose pause is over; return how many."""
    due = (
        select(_DELIVERY.c.id)
        .where(_DELIVERY.c.next_at <= uow.now)
        .order_by(_DELIVERY.c.next_at)
        .limit(AT_ONCE)
    )
    taken = (
        update(_DELIVERY)
        .where(_DELIVERY.c.id.in_(due.scalar_subquery()))
        .values(next_at=None)
        .returning(_DELIVERY.c.id, _DELIVERY.c.municipality_id, _DELIVERY.c.instance_id)
    )
    found = [
        (row.id, row.municipality_id, row.instance_id) for row in uow.connection.execute(taken)
    ]
    if found:
        _queue(uow, found)
    return len(found)


def forget_old(uow: SqlUnitOfWork) -> None:
    """Delete messages that have been over for long."""
    over = (_DELIVERY.c.state != "waiting", _DELIVERY.c.created_at < uow.now - KEPT)
    uow.connection.execute(delete(_DELIVERY).where(*over))


def hold(uow: SqlUnitOfWork, delivery_id: int, until: dt.datetime) -> None:
    """Let a message wait while its address takes none."""
    where = (_DELIVERY.c.id == delivery_id, _DELIVERY.c.state == "waiting")
    uow.connection.execute(update(_DELIVERY).where(*where).values(next_at=until))


def leave(uow: SqlUnitOfWork, delivery_id: int) -> None:
    """Note that the address was switched off meanwhile."""
    said = update(_DELIVERY).where(_DELIVERY.c.id == delivery_id)
    uow.connection.execute(said.values(state="off", next_at=None))


def taken(uow: SqlUnitOfWork, message: Any, code: int, answer: str) -> None:
    """Note that a receiver took a message."""
    _tried(uow, message, state="sent", answer_code=code, answer=answer)
    if message.its_silent_until is not None:
        _silence(uow, message, None)


def not_taken(uow: SqlUnitOfWork, message: Any, code: int | None, answer: str) -> None:
    """Note why a receiver did not take a message; it and others to the same address wait."""
    pause = pause_after(message.its_attempts + 1)
    if pause is None:
        raise LookupError(message.its_id)
    until = uow.now + pause
    _tried(uow, message, state="waiting", answer_code=code, answer=answer, next_at=until)
    _silence(uow, message, until)


def given_up(uow: SqlUnitOfWork, message: Any, code: int | None, answer: str) -> None:
    """Note that a message is not tried any more."""
    _tried(uow, message, state="failed", answer_code=code, answer=answer)


def _tried(uow: SqlUnitOfWork, message: Any, **values: Any) -> None:
    said = {"attempts": message.its_attempts + 1, "tried_at": uow.now, "next_at": None, **values}
    uow.connection.execute(update(_DELIVERY).where(_DELIVERY.c.id == message.its_id).values(said))


def _silence(uow: SqlUnitOfWork, message: Any, until: dt.datetime | None) -> None:
    said = update(_HOOK).where(_HOOK.c.id == message.its_webhook_id)
    uow.connection.execute(said.values(silent_until=until))


class SqlWebhooks:
    """Webhooks within one unit of work."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self._uow = uow

    def count(self, municipality_id: int) -> int:
        """Return how many addresses a municipality has."""
        query = select(func.count()).where(_HOOK.c.municipality_id == municipality_id)
        return int(self._uow.connection.execute(query).scalar_one())

    def add(self, municipality_id: int, url: str, sealed: str, kinds: Collection[str]) -> None:
        """Write a new address, switched on."""
        values = {
            "municipality_id": municipality_id,
            "url": url,
            "sealed_secret": sealed,
            "kinds": list(kinds),
            "is_on": True,
            "created_at": self._uow.now,
        }
        self._uow.connection.execute(insert(_HOOK).values(values))

    def switch(self, municipality_id: int, webhook_id: int, *, is_on: bool) -> str | None:
        """Switch an address on or off and return it; None where there is no such."""
        where = (_HOOK.c.municipality_id == municipality_id, _HOOK.c.id == webhook_id)
        said = update(_HOOK).where(*where).values(is_on=is_on, silent_until=None)
        found = self._uow.connection.execute(said.returning(_HOOK.c.url)).scalar_one_or_none()
        return None if found is None else str(found)

    def delivery(self, municipality_id: int, delivery_id: int) -> Delivery | None:
        """Return a message to an address."""
        query = select(
            _DELIVERY.c.id, _DELIVERY.c.municipality_id, _DELIVERY.c.instance_id, _DELIVERY.c.state
        ).where(_DELIVERY.c.municipality_id == municipality_id, _DELIVERY.c.id == delivery_id)
        row = self._uow.connection.execute(query).one_or_none()
        return None if row is None else Delivery(*row)

    def try_again(self, delivery: Delivery) -> None:
        """Queue a message again, with the same id and body."""
        where = (
            _DELIVERY.c.municipality_id == delivery.municipality_id,
            _DELIVERY.c.id == delivery.id,
        )
        said = update(_DELIVERY).where(*where).values(state="waiting", attempts=0, next_at=None)
        self._uow.connection.execute(said)
        _queue(self._uow, [(delivery.id, delivery.municipality_id, delivery.instance_id)])

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""
        self._uow.record(by, action, title, details)


def _is_webhooks(store: SqlWebhooks) -> "Webhooks":
    """Let mypy check that the store offers what webhooks need."""
    return store
