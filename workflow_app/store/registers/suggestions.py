"""What strangers suggested, and the links by which they do."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from workflow_app.services.registers.suggesting import Link, Waiting
from workflow_app.store.models.base import table
from workflow_app.store.models.registers import Suggestion, SuggestionLink

_LINK, _SAID = table(SuggestionLink), table(Suggestion)


class SqlSuggestions:
    """Suggestions of one municipality's registers within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def link_with(self, digest: str) -> Link | None:
        """Return the open link with this key."""
        return self._link(_LINK.c.digest == digest) if digest else None

    def link_of(self, place: int, register: str, organisation: int) -> Link | None:
        """Return the link of an organisation, open or closed."""
        return self._link(
            _LINK.c.municipality_id == place,
            _LINK.c.register == register,
            _LINK.c.organisation_id == organisation,
        )

    def _link(self, *where: Any) -> Link | None:
        row = self._connection.execute(select(_LINK).where(*where)).one_or_none()
        if row is None:
            return None
        place, own = row.municipality_id, row.organisation_id
        return Link(place, row.register, own, row.serial, is_open=bool(row.digest))

    def put_link(self, link: Link, digest: str) -> None:
        """Write a link as it is from now on; without a digest it is closed."""
        key = {
            "municipality_id": link.municipality_id,
            "register": link.register,
            "organisation_id": link.organisation_id,
        }
        values = {"serial": link.serial, "digest": digest}
        own = [_LINK.c[name] == value for name, value in key.items()]
        if not self._connection.execute(update(_LINK).where(*own).values(values)).rowcount:
            self._connection.execute(insert(_LINK).values({**key, **values}))

    def suggest(self, link: Link, said: Mapping[str, Any], day: dt.date) -> None:
        """Let a suggestion wait."""
        values = {
            "municipality_id": link.municipality_id,
            "register": link.register,
            "organisation_id": link.organisation_id,
            "said": dict(said),
            "suggested_on": day,
        }
        self._connection.execute(insert(_SAID).values(values))

    def number_waiting(self, place: int, register: str, organisations: Collection[int]) -> int:
        """Return how many wait with some organisations."""
        query = select(func.count()).select_from(_SAID)
        found = query.where(*_waiting(place, register, organisations))
        return int(self._connection.execute(found).scalar_one())

    def waiting(
        self, place: int, register: str, organisations: Collection[int]
    ) -> Sequence[Waiting]:
        """Return what waits with some organisations, the oldest first."""
        query = select(_SAID).where(*_waiting(place, register, organisations))
        rows = self._connection.execute(query.order_by(_SAID.c.id))
        return [Waiting(row.id, row.organisation_id, row.said, row.suggested_on) for row in rows]

    def drop(self, place: int, ids: Collection[int]) -> None:
        """Take suggestions away."""
        own = (_SAID.c.municipality_id == place, _SAID.c.id.in_(ids))
        self._connection.execute(delete(_SAID).where(*own))


def _waiting(place: int, register: str, organisations: Collection[int]) -> tuple[Any, ...]:
    return (
        _SAID.c.municipality_id == place,
        _SAID.c.register == register,
        _SAID.c.organisation_id.in_(organisations),
    )
