"""Bindings of accounts to subjects of a provider, as rows."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, exists, insert, or_, select

from workflow_app.services.accounts.identities import Binding, Identity
from workflow_app.services.accounts.second_factor import weighty_offices
from workflow_app.store.accounts.sessions import BINDING, SqlAccess
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Position, Substitution
from workflow_app.store.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from workflow_app.services.accounts.identities import Identities

_POSITION = table(Position)
_SUBSTITUTION = table(Substitution)


def signs_or_administers(uow: SqlUnitOfWork, person_id: int) -> ColumnElement[bool]:
    """Return whether a person holds such an office, or stands in for one, today or later.

    Whoever is appointed already is one.
    """
    office = (
        _POSITION.c.role.in_(weighty_offices(uow.processes.values())),
        or_(_POSITION.c.ends_on.is_(None), _POSITION.c.ends_on >= uow.today),
    )
    holds = exists().where(_POSITION.c.person_id == person_id, *office)
    stands_in = exists().where(
        _SUBSTITUTION.c.substitute_person_id == person_id,
        _SUBSTITUTION.c.ends_on >= uow.today,
        _SUBSTITUTION.c.absent_position_id == _POSITION.c.id,
        *office,
    )
    return or_(holds, stands_in)


class SqlIdentities(SqlAccess):
    """Access within one unit of work, with what a provider says."""

    def binding(self, issuer: str, subject: str) -> Binding | None:
        """Return whose account a subject is bound to."""
        return self._one(BINDING.c.issuer == issuer, BINDING.c.subject == subject)

    def binding_of(self, person_id: int, issuer: str) -> Binding | None:
        """Return which subject a person's account is bound to."""
        return self._one(BINDING.c.person_id == person_id, BINDING.c.issuer == issuer)

    def _one(self, *where: ColumnElement[bool]) -> Binding | None:
        row: Any = self._connection.execute(select(BINDING).where(*where)).one_or_none()
        return Binding(row.person_id, row.subject, row.bound_at, row.in_visit) if row else None

    def put_binding(self, person_id: int, identity: Identity, *, in_visit: bool) -> None:
        """Insert a binding."""
        values = {
            "issuer": identity.issuer,
            "subject": identity.subject,
            "person_id": person_id,
            "bound_at": self.now,
            "in_visit": in_visit,
        }
        self._connection.execute(insert(BINDING).values(values))

    def signs_or_administers(self, person_id: int) -> bool:
        """Tell whether a person holds such an office, or stands in for one, today or later."""
        query = select(signs_or_administers(self._uow, person_id))
        return bool(self._connection.execute(query).scalar_one())


def _is_identities(store: SqlIdentities) -> "Identities":
    """Let mypy check that the store offers what sign-in by a provider needs."""
    return store
