"""Effects outside the transaction: notices and letters. Each may run twice and acts once."""

from collections.abc import Mapping
from typing import Any, Protocol

from workflow_app.services.ports import Delivery, Letter


class Message(Protocol):
    """A message of the outbox."""

    id: int
    municipality_id: int
    instance_id: int | None
    payload: Mapping[str, Any]


def tell(uow: Delivery, message: Message) -> None:
    """Write the notices of a `Tell` and queue their letters."""
    payload = message.payload
    targets = [(role, organisation) for role, organisation in payload["to"]]
    _notify(uow, message, f"{message.id}", targets, payload["subject"], payload["text"])


def announce(uow: Delivery, message: Message) -> None:
    """Tell people what came into their queue, and by when."""
    payload = message.payload
    heading = uow.heading(message.instance_id or 0)
    text = f"Срок: {_day(payload['due_at'])}" if payload["due_at"] else ""
    for number, (role, organisation, title) in enumerate(payload["items"]):
        targets = [(role, organisation)]
        _notify(uow, message, f"{message.id}.{number}", targets, f"{title}: {heading}", text)


def _notify(
    uow: Delivery, message: Message, key: str, targets: list[tuple[str, int]], subject: str,
    text: str,
) -> None:  # fmt: skip
    municipality, instance = message.municipality_id, message.instance_id
    for notice_id in uow.notify(key, municipality, instance, targets, subject, text):
        uow.queue_mail(municipality, instance, notice_id)


def _day(moment: str) -> str:
    year, month, day = moment[:10].split("-")
    return f"{day}.{month}.{year}"


def letter_text(letter: Letter, link: str) -> str:
    """Return the body of a letter: what happened, and where to act."""
    return "\n\n".join(part for part in (letter.text, link) if part) + "\n"
