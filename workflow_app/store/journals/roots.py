"""The store's side of the daily root."""

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import select

from workflow_app.store.directory import offices
from workflow_app.store.journals import chains
from workflow_app.store.messages.letters import put_letter
from workflow_app.store.models.directory import Municipality
from workflow_app.store.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from workflow_app.services.roots import Roots

KEEPER = "clerk"


class SqlRoots:
    """Roots within one unit of work."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self._uow = uow
        self.now = uow.now
        self.zone = uow.zone

    def last_root_at(self) -> dt.datetime | None:
        """Return when a root was kept last."""
        return chains.last_root_at(self._uow.connection)

    def keep_root(self, at: dt.datetime) -> tuple[str, int]:
        """Keep the root of a moment."""
        return chains.keep_root(self._uow.connection, at)

    def send_to_clerks(self, subject: str, text: str) -> None:
        """Queue a letter to everybody who keeps the journals."""
        session, today = self._uow.session, self._uow.today
        for municipality_id in session.scalars(select(Municipality.id)):
            for clerk in offices.holders(session, municipality_id, KEEPER, None, today):
                put_letter(self._uow, clerk.person_id, subject, text)


def _is_roots(roots: SqlRoots) -> "Roots":
    """Let mypy check that the store offers what the daily root needs."""
    return roots
