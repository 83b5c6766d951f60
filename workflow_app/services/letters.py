"""Effects outside the transaction: notices and letters. Each may run twice and acts once."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from workflow_app.engine.text import day_in_words
from workflow_app.services.ports import Delivery, Letter, NewNotice

MOST_LETTERS = 5
"""Letters a person gets on one day; what is more comes as one digest (dossier 8)."""

DIGEST_HOUR = 17


class Digests(Protocol):
    """The part of the store that keeps what waits for a digest."""

    def digests(self) -> Mapping[int, Sequence[str]]:
        """Return what waits, by person; each is marked as mailed."""

    def put_letter(self, person_id: int, subject: str, text: str) -> None:
        """Queue a letter that belongs to no case."""


def send_digests(store: Digests, local: dt.datetime, link: str) -> int:
    """Send what was too much for single letters, from five in the afternoon; return how many."""
    if local.hour < DIGEST_HOUR:
        return 0
    waiting = store.digests()
    for person_id, subjects in waiting.items():
        lines = "\n".join(f"— {subject}" for subject in subjects)
        store.put_letter(person_id, f"За день: ещё {len(subjects)}", f"{lines}\n\n{link}")
    return len(waiting)


class Message(Protocol):
    """A message of the outbox."""

    id: int
    municipality_id: int
    instance_id: int | None
    payload: Mapping[str, Any]


def tell(uow: Delivery, message: Message) -> None:
    """Write the notices of a `Tell` and queue their letters."""
    said = message.payload
    notice = NewNotice(
        f"{message.id}", _targets(said["to"]), said["subject"], said["text"], said.get("by", 0)
    )
    uow.notify(message.municipality_id, message.instance_id, [notice])


def tell_of_waiting(
    uow: Delivery, to: Sequence[tuple[str, int]], municipality_id: int, what: str, link: str
) -> None:
    """Tell who answers for an organisation that strangers wrote to it: once a day of each thing."""
    key = f"waiting:{link.rpartition('://')[2]}"[:150]
    today = f"{key}:{uow.now:%Y-%m-%d}"
    notice = NewNotice(today, to, what, f"{what}.\n\n{link}", is_once=True)
    uow.notify(municipality_id, None, [notice])


def announce(uow: Delivery, message: Message) -> None:
    """Tell people what came into their queue, and by when."""
    said = message.payload
    # A message of the release before does not carry how its case is called.
    heading = said["heading"] if "heading" in said else uow.heading(message.instance_id or 0)
    text = "\n\n".join(filter(None, (_origin(uow, message), _until(uow, said["due_at"]))))
    notices = [
        NewNotice(
            f"{message.id}.{number}",
            ((role, place),),
            f"{title}: {heading}",
            text,
            said.get("by", 0),
        )
        for number, (role, place, title) in enumerate(said["items"])
    ]
    uow.notify(message.municipality_id, message.instance_id, notices)


def _targets(said: Sequence[Sequence[Any]]) -> list[tuple[str, int]]:
    return [(role, place or 0) for role, place in said]


def _origin(uow: Delivery, message: Message) -> str:
    """Return what happened, who did it, and what was written with it; empty where nobody said."""
    said = message.payload
    if not said.get("told"):
        return ""
    person, title = said["who"]
    name = uow.signature(message.municipality_id, person)
    who = f" ({name}, {title})" if name else ""
    return "\n".join((f"{said['told']}{who}.", *said["said"]))


def _until(uow: Delivery, moment: str | None) -> str:
    if not moment:
        return ""
    day = day_in_words(dt.date.fromisoformat(moment[:10]), uow.now.date())
    return f"Срок: до {day}."


def letter_text(letter: Letter, link: str) -> str:
    """Return the body of a letter: what happened, and where to act."""
    return "\n\n".join(part for part in (letter.text, link) if part) + "\n"
