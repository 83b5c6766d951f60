"""The store's side of access changes: who is guarded, what is wished, who may agree."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, and_, delete, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from workflow_app.engine.roles import Capacity
from workflow_app.services.accounts.access_changes import (
    REPLACED,
    WAITS,
    WISH,
    AccessChange,
    Wish,
    deciding,
    key_roles,
    powers,
)
from workflow_app.services.administration import Office
from workflow_app.services.letters import ACCESS, PRIVATE
from workflow_app.store.accounts.admin import SqlAdministration
from workflow_app.store.accounts.identities import signs_or_administers
from workflow_app.store.messages.letters import put_letter
from workflow_app.store.models.accounts import AccessChange as AccessChangeRow
from workflow_app.store.models.accounts import (
    AccessLink,
    Account,
    AdminEvent,
    ApiToken,
    CalendarLink,
    SavedView,
    SignInSession,
)
from workflow_app.store.models.base import inserted_id, table
from workflow_app.store.models.directory import Organisation, Person, Position, Substitution
from workflow_app.store.models.messages import Notice
from workflow_app.store.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from workflow_app.services.accounts.employment import Leaving

_CHANGE = table(AccessChangeRow)
_ACCOUNT = table(Account)
_PERSON = table(Person)
_POSITION = table(Position)
_SUBSTITUTION = table(Substitution)
_NOTICE = table(Notice)


class SqlAccessChanges(SqlAdministration):
    """Access changes within one unit of work."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        super().__init__(uow)
        self.now = uow.now
        self.keys = key_roles(uow.processes.values())

    @cached_property
    def _powers(self) -> Mapping[str, str]:
        return powers(self._uow.processes.values())

    def power_of(self, role: str) -> str:
        """Return an office's role and what it lets its holder do; empty for one without rights."""
        return self._powers.get(role, "")

    def only_at(self, role: str, organisation_id: int) -> str:
        """Return in what kind of organisation alone a role is given; empty where it fits."""
        kind, place = self._uow.offices.get(role), self._session.get(Organisation, organisation_id)
        if kind is None or place is None or not kind.at or place.kind in kind.at:
            return ""
        return " или ".join(kind.at.values())

    def is_guarded(self, person_id: int) -> bool:
        """Tell whether a person has a password, or an office that signs or administers."""
        has_password = exists().where(
            _ACCOUNT.c.person_id == person_id, _ACCOUNT.c.password_hash != ""
        )
        query = select(or_(has_password, signs_or_administers(self._uow, person_id)))
        return bool(self._connection.execute(query).scalar_one())

    def put_change(
        self, by: Capacity, owner_id: int | None, wish: Wish, title: str
    ) -> AccessChange:
        """Keep a wish; an open one of the same kind about the same person is replaced."""
        former = (
            _CHANGE.c.person_id == wish.person_id,
            _CHANGE.c.kind == wish.kind,
            _CHANGE.c.verdict == "",
        )
        replaced = {"verdict": REPLACED, "decided_at": self.now, "decided_by": by.person_id}
        self._connection.execute(update(_CHANGE).where(*former).values(replaced))
        values = {
            "municipality_id": by.municipality_id,
            "person_id": wish.person_id,
            "owner_id": owner_id,
            "kind": wish.kind,
            "wish": wish.model_dump(mode="json"),
            "title": title[:400],
            "asked_by": by.person_id,
            "asked_for": by.stands_for,
            "asked_at": self.now,
            "verdict": "",
        }
        made = inserted_id(self._connection.execute(insert(_CHANGE).values(values)))
        return AccessChange(
            made, by.municipality_id, owner_id, wish, title, by.person_id, by.stands_for, self.now
        )

    def change(self, change_id: int, *, decided: bool = False) -> AccessChange | None:
        """Return a wish nobody has decided on yet, or one that somebody has."""
        is_open = _CHANGE.c.verdict != "" if decided else _CHANGE.c.verdict == ""
        query = select(_CHANGE).where(_CHANGE.c.id == change_id, is_open)
        row = self._connection.execute(query).one_or_none()
        return _change(row) if row else None

    def email_of(self, person_id: int) -> str:
        """Return a person's address; empty where she has none."""
        return self._session.get_one(Person, person_id).email or ""

    def office_of(self, person_id: int) -> str:
        """Return an office that a person holds today or later, by its title; empty without any."""
        query = select(_POSITION.c.title).where(
            _POSITION.c.person_id == person_id,
            or_(_POSITION.c.ends_on.is_(None), _POSITION.c.ends_on >= self.today),
        )
        return self._connection.execute(query).scalars().first() or ""

    def offices_of(self, person_id: int) -> Sequence[Office]:
        """Return the offices a person holds today or later, the oldest first."""
        query = select(_POSITION.c.id).where(
            _POSITION.c.person_id == person_id,
            or_(_POSITION.c.ends_on.is_(None), _POSITION.c.ends_on >= self.today),
        )
        ids = self._connection.execute(query.order_by(_POSITION.c.starts_on, _POSITION.c.id))
        return [one for one in map(self.office, ids.scalars().all()) if one]

    def erase(self, person_id: int) -> None:
        """Delete a person's account and address, and whatever opens it or belongs to it.

        What was wished about her access by others comes true no more.
        """
        self.access.drop_factor(person_id)
        self.access.drop_bindings(person_id)
        for model in (SignInSession, ApiToken, AccessLink, SavedView, CalendarLink, Account):
            rows = table(model)
            self._connection.execute(delete(rows).where(rows.c.person_id == person_id))
        self._connection.execute(
            update(_NOTICE).where(_NOTICE.c.person_id == person_id).values(address="")
        )
        person = self._session.get_one(Person, person_id)
        person.email, person.email_bounced_at, person.is_active = None, None, False
        self._session.flush()
        waiting = (_CHANGE.c.person_id == person_id, _CHANGE.c.verdict == "")
        replaced = {"verdict": REPLACED, "decided_at": self.now}
        self._connection.execute(update(_CHANGE).where(*waiting).values(replaced))

    def settle(self, change_id: int, verdict: str, person_id: int) -> bool:
        """Write the verdict; False when there is one already."""
        where = (_CHANGE.c.id == change_id, _CHANGE.c.verdict == "")
        values = {"verdict": verdict, "decided_by": person_id, "decided_at": self.now}
        return self._connection.execute(update(_CHANGE).where(*where).values(values)).rowcount == 1

    def who_may_confirm(self, change: AccessChange) -> Sequence[tuple[int, str]]:
        """Return (person, short name) of those who may decide on a wish today, its owner first."""
        mine = _PERSON.c.municipality_id == change.municipality_id
        open_account = (_ACCOUNT.c.is_active, _ACCOUNT.c.password_hash != "")
        people = (
            select(_PERSON.c.id, _PERSON.c.short_nom)
            .join(_ACCOUNT, _ACCOUNT.c.person_id == _PERSON.c.id)
            .where(mine, *open_account, or_(_PERSON.c.id == change.owner_id, self._may_hold_key()))
            .order_by(_PERSON.c.id != change.owner_id, _PERSON.c.sort_name)
        )
        return [
            (row.id, row.short_nom)
            for row in self._connection.execute(people)
            if deciding(self, self._uow.actor(row.id), change)
        ]

    def _may_hold_key(self) -> Any:
        held = select(_POSITION.c.person_id).where(_POSITION.c.role.in_(self.keys))
        acting = select(_SUBSTITUTION.c.substitute_person_id).where(
            _SUBSTITUTION.c.ends_on >= self.today
        )
        return or_(_PERSON.c.id.in_(held), _PERSON.c.id.in_(acting))

    def tell(self, person_id: int, subject: str, text: str, *, to: str = "") -> None:
        """Write a notice and queue its letter, to an address she had before if one is given."""
        put_letter(self._uow, person_id, subject, text, kind=PRIVATE if to else ACCESS, to=to)

    def waiting_for(self, person_id: int) -> Sequence[tuple[AccessChange, str]]:
        """Return the open wishes a person may decide on, with the asker's name; oldest first."""
        actor = self._uow.actor(person_id)
        municipality = self._session.get_one(Person, person_id).municipality_id
        return [one for one in self.asked_in(municipality) if deciding(self, actor, one[0])]

    def asked_in(self, municipality_id: int) -> Sequence[tuple[AccessChange, str]]:
        """Return all open wishes of a municipality, with the asker's name; oldest first."""
        return waiting(self._session, self.now, _CHANGE.c.municipality_id == municipality_id)


def waiting(
    session: Session, now: dt.datetime, *which: ColumnElement[bool]
) -> Sequence[tuple[AccessChange, str]]:
    """Return the wishes that still wait, with the asker's name; oldest first."""
    query = (
        select(_CHANGE, _PERSON.c.short_nom)
        .join(
            _PERSON,
            and_(
                _PERSON.c.id == _CHANGE.c.asked_by,
                _PERSON.c.municipality_id == _CHANGE.c.municipality_id,
            ),
        )
        .where(_CHANGE.c.verdict == "", _CHANGE.c.asked_at >= now - WAITS, *which)
        .order_by(_CHANGE.c.id)
    )
    return [(_change(row), row.short_nom) for row in session.execute(query)]


def _change(row: Row[Any]) -> AccessChange:
    return AccessChange(
        row.id,
        row.municipality_id,
        row.owner_id,
        WISH.validate_python(row.wish),
        row.title,
        row.asked_by,
        row.asked_for,
        row.asked_at,
    )


def history(session: Session, person: Person) -> Sequence[tuple[AdminEvent, str]]:
    """Return what was done about a person's access and offices, newest first."""
    query = (
        select(AdminEvent, Person.short_nom)
        .outerjoin(Person, Person.id == AdminEvent.person_id)
        .where(
            AdminEvent.municipality_id == person.municipality_id,
            AdminEvent.details["person_id"].as_integer() == person.id,
        )
        .order_by(AdminEvent.id.desc())
        .limit(100)
    )
    return [(row[0], row[1] or "") for row in session.execute(query)]


def _is_access_changes(store: SqlAccessChanges) -> "Leaving":
    """Let mypy check that the store offers what access changes, and leaving, need."""
    return store
