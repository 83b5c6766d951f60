"""What anybody may ask with a paper in her hands: whether its text is registered here."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, select

from workflow_app.store.models.base import table
from workflow_app.store.models.instances import Instance
from workflow_app.store.models.registers import JournalEntry

_INSTANCE, _ENTRY = table(Instance), table(JournalEntry)


@dataclass(frozen=True, slots=True)
class Registered:
    """A registered paper as strangers see it: no text, no people."""

    process: str
    number: str
    registered_on: dt.date
    is_annulled: bool


def registered(connection: Connection, text_hash: str) -> Registered | None:
    """Return the newest registered paper with this text."""
    query = (
        select(_INSTANCE.c.process, _ENTRY.c.label, _ENTRY.c.registered_on, _ENTRY.c.kind)
        .join(_ENTRY, _ENTRY.c.instance_id == _INSTANCE.c.id)
        .where(_INSTANCE.c.text_hash == text_hash, _INSTANCE.c.number != "")
        .order_by(_ENTRY.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Registered(row.process, row.label, row.registered_on, row.kind == "annulled")
