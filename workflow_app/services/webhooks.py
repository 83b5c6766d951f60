"""Webhooks: which events leave for other programs, how they are signed, when they are tried again.

Messages are signed as the Standard Webhooks specification says (standardwebhooks.com): HMAC-SHA256
over «id.timestamp.body», with the bytes that stand in the secret behind `whsec_`.
"""

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from workflow_app.engine.case import Case
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.services.accounts import second_factor
from workflow_app.services.administration import NOT_ADMIN, UNKNOWN, officer
from workflow_app.services.hashing import canonical

CASE_MOVED, PAPER_MADE = "case.moved", "paper.made"
EVENTS: Mapping[str, str] = {
    CASE_MOVED: "Дело перешло в другое состояние",
    PAPER_MADE: "Готов документ Word",
}
STATES: Mapping[str, str] = {
    "waiting": "в очереди",
    "sent": "принято",
    "failed": "не принято",
    "off": "адрес выключен",
}
PAUSES = tuple(
    dt.timedelta(seconds=one) for one in (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 28_800)
)
"""How long after each try that failed the next one comes: about a day in all."""
MOST = 20
"""So many addresses a municipality has."""
_PREFIX = "whsec_"

NO_EVENTS = Refusal("field_required", "Отметьте, о чём сообщать", "kinds")
TOO_MANY = Refusal("too_many", f"Адресов не больше {MOST}: выключите лишние и спросите оператора")
NOT_OVER = Refusal("not_lost", "Это сообщение не терялось: повторять его не нужно")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to one address as trying it again needs it."""

    id: int
    municipality_id: int
    instance_id: int | None
    state: str


class Webhooks(Protocol):
    """What webhooks need of the unit of work."""

    def count(self, municipality_id: int) -> int:
        """Return how many addresses a municipality has."""

    def add(self, municipality_id: int, url: str, sealed: str, kinds: Collection[str]) -> None:
        """Write a new address, switched on."""

    def switch(self, municipality_id: int, webhook_id: int, *, is_on: bool) -> str | None:
        """Switch an address on or off and return it; None where there is no such."""

    def delivery(self, municipality_id: int, delivery_id: int) -> Delivery | None:
        """Return a message to an address."""

    def try_again(self, delivery: Delivery) -> None:
        """Queue a message again, with the same id and body."""

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""


def make_secret() -> str:
    """Return a new secret as it is shown once."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: str) -> str:
    """Return the value of `Webhook-Signature` (the vector is the specification's own).

    >>> signature(
    ...     "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ...     "msg_p5jXN8AQM9LWM0D4loKWxJek",
    ...     1614265330,
    ...     '{"test": 2432232314}',
    ... )
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    said = f"{message_id}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()


def headers(secret: str, delivery_id: int, moment: dt.datetime, body: str) -> dict[str, str]:
    """Return the headers of a message: the same id at every try, the time of this one."""
    message_id, timestamp = f"msg_{delivery_id}", int(moment.timestamp())
    return {
        "Webhook-Id": message_id,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": signature(secret, message_id, timestamp, body),
    }


def body(event: str, at: dt.datetime, data: Mapping[str, Any]) -> str:
    """Return what is sent of an event."""
    return canonical({"type": event, "timestamp": at, "data": data})


def is_told(process: Process, state: str) -> bool:
    """Tell whether other programs hear of a case: of what is private or confidential never."""
    return not process.confidential and not process.states[state].is_private


def moved(process: Process, case: Case, from_state: str, at: dt.datetime) -> dict[str, Any]:
    """Return the event of a case that came into another state; of its text the heading alone."""
    data = {
        "case": case.id,
        "process": case.process,
        "from_state": from_state,
        "state": case.state,
        "number": case.number,
        "heading": process.heading_of(case.data),
    }
    return {"event": CASE_MOVED, "body": body(CASE_MOVED, at, data)}


def pause_after(attempts: int) -> dt.timedelta | None:
    """Return how long to wait after so many failures; None: it is given up."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def about(municipality_id: int) -> str:
    """Return for what a secret is sealed: taken to another municipality it opens nothing."""
    return f"webhook:{municipality_id}"


def add(
    store: Webhooks, actor: Actor, secret_key: str, url: str, kinds: Collection[str]
) -> str | Refusal:
    """Add an address that was checked; return its secret, which nobody sees again."""
    by = officer(actor)
    if by is None:
        return NOT_ADMIN
    chosen = [one for one in EVENTS if one in kinds]
    if not chosen:
        return NO_EVENTS
    if store.count(by.municipality_id) >= MOST:
        return TOO_MANY
    secret = make_secret()
    sealed = second_factor.seal(secret_key, secret, about(by.municipality_id))
    store.add(by.municipality_id, url, sealed, chosen)
    store.record(by, "add_webhook", f"Адрес для событий: {url}", {"url": url, "kinds": chosen})
    return secret


def switch(store: Webhooks, actor: Actor, webhook_id: int, *, is_on: bool) -> Refusal | None:
    """Switch an address on or off."""
    by = officer(actor)
    if by is None:
        return NOT_ADMIN
    url = store.switch(by.municipality_id, webhook_id, is_on=is_on)
    if url is None:
        return UNKNOWN
    said = "включён" if is_on else "выключен"
    store.record(by, "switch_webhook", f"Адрес для событий {said}: {url}", {"webhook": webhook_id})
    return None


def try_again(store: Webhooks, actor: Actor, delivery_id: int) -> Refusal | None:
    """Queue a message again that was not taken."""
    by = officer(actor)
    if by is None:
        return NOT_ADMIN
    found = store.delivery(by.municipality_id, delivery_id)
    if found is None:
        return UNKNOWN
    if found.state not in ("failed", "off"):
        return NOT_OVER
    store.try_again(found)
    store.record(
        by, "try_webhook", f"Сообщение {found.id} отправлено снова", {"delivery": found.id}
    )
    return None
