"""Accounts, sessions, links and tokens as rows."""

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, update

from workflow_app.services.access import AccountRow
from workflow_app.store.models.accounts import (
    AccessLink,
    Account,
    ApiToken,
    SignInAttempt,
    SignInSession,
)
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Person
from workflow_app.store.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from workflow_app.services.access import Access

_ACCOUNT = table(Account)
_SESSION = table(SignInSession)
_LINK = table(AccessLink)
_TOKEN = table(ApiToken)
_ATTEMPT = table(SignInAttempt)
_PERSON = table(Person)
_SIGNED_IN = select(_SESSION.c.person_id, _SESSION.c.seen_at, _SESSION.c.expires_at).where(
    _SESSION.c.token_sha256 == bindparam("token")
)


class SqlAccess:
    """Access within one unit of work."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self._connection = uow.connection
        self.now = uow.now

    def account(self, login: str) -> AccountRow | None:
        """Return the account with this login."""
        query = select(_ACCOUNT).where(_ACCOUNT.c.login == login)
        row = self._connection.execute(query).one_or_none()
        return AccountRow(row.person_id, row.password_hash, row.is_active) if row else None

    def account_of(self, person_id: int) -> AccountRow | None:
        """Return a person's account."""
        query = select(_ACCOUNT).where(_ACCOUNT.c.person_id == person_id)
        row = self._connection.execute(query).one_or_none()
        return AccountRow(row.person_id, row.password_hash, row.is_active) if row else None

    def failures(self, key: str, since: dt.datetime) -> int:
        """Return how often something failed since a moment."""
        query = (
            select(func.count())
            .select_from(_ATTEMPT)
            .where(_ATTEMPT.c.key == key, _ATTEMPT.c.at.between(since, self.now))
        )
        return int(self._connection.execute(query).scalar_one())

    def record_failure(self, key: str) -> None:
        """Remember a failed attempt."""
        self._connection.execute(insert(_ATTEMPT).values(key=key, at=self.now))

    def forget_failures(self, key: str) -> None:
        """Forget the failures of a key."""
        self._connection.execute(delete(_ATTEMPT).where(_ATTEMPT.c.key == key))

    def forget_old_failures(self, before: dt.datetime) -> None:
        """Forget what failed before a moment, whoever it was."""
        self._connection.execute(delete(_ATTEMPT).where(_ATTEMPT.c.at < before))

    def open_session(
        self, token_sha256: str, person_id: int, expires_at: dt.datetime, browser: str
    ) -> None:
        """Insert a session."""
        self._connection.execute(
            insert(_SESSION).values(
                token_sha256=token_sha256, person_id=person_id, created_at=self.now,
                seen_at=self.now, expires_at=expires_at, browser=browser,
            )
        )  # fmt: skip

    def signed_in(self, token_sha256: str) -> tuple[int, dt.datetime] | None:
        """Return who is signed in with a session, and when it was noted that she was seen."""
        row = self._connection.execute(_SIGNED_IN, {"token": token_sha256}).one_or_none()
        if row is None or row.expires_at <= self.now:
            return None
        return row.person_id, row.seen_at

    def end_session(self, token_sha256: str) -> None:
        """Delete one session."""
        self._connection.execute(delete(_SESSION).where(_SESSION.c.token_sha256 == token_sha256))

    def end_sessions(self, person_id: int, *, but: str = "") -> None:
        """Delete a person's sessions, but one."""
        where = (_SESSION.c.person_id == person_id, _SESSION.c.token_sha256 != but)
        self._connection.execute(delete(_SESSION).where(*where))

    def put_link(
        self, token_sha256: str, person_id: int, kind: str, expires_at: dt.datetime
    ) -> None:
        """Insert a one-time link."""
        self._connection.execute(
            insert(_LINK).values(
                token_sha256=token_sha256, person_id=person_id, kind=kind, created_at=self.now,
                expires_at=expires_at,
            )
        )  # fmt: skip

    def _fresh_link(self, token_sha256: str) -> tuple[ColumnElement[bool], ...]:
        is_unused = _LINK.c.used_at.is_(None)
        return _LINK.c.token_sha256 == token_sha256, is_unused, _LINK.c.expires_at > self.now

    def is_link(self, token_sha256: str) -> bool:
        """Tell whether a one-time link still leads somewhere."""
        query = select(_LINK.c.person_id).where(*self._fresh_link(token_sha256))
        return self._connection.execute(query).one_or_none() is not None

    def use_link(self, token_sha256: str) -> int | None:
        """Return whose link this is and use it up; None for a stale one."""
        used = (
            update(_LINK)
            .where(*self._fresh_link(token_sha256))
            .values(used_at=self.now)
            .returning(_LINK.c.person_id)
        )
        found = self._connection.execute(used).scalar_one_or_none()
        return None if found is None else int(found)

    def set_password(self, person_id: int, password_hash: str) -> None:
        """Write a password's hash; the account is made with the first password."""
        where = _ACCOUNT.c.person_id == person_id
        changed = self._connection.execute(
            update(_ACCOUNT).where(where).values(password_hash=password_hash)
        )
        if changed.rowcount:
            return
        email = select(_PERSON.c.email).where(_PERSON.c.id == person_id)
        login = str(self._connection.execute(email).scalar_one() or f"person-{person_id}")
        self._connection.execute(
            insert(_ACCOUNT).values(
                person_id=person_id, login=login.lower(), password_hash=password_hash,
                is_active=True, created_at=self.now,
            )
        )  # fmt: skip

    def put_token(self, token_sha256: str, person_id: int, title: str) -> None:
        """Insert a token of the API."""
        self._connection.execute(
            insert(_TOKEN).values(
                token_sha256=token_sha256, person_id=person_id, title=title, created_at=self.now
            )
        )

    def person_of_token(self, token_sha256: str) -> int | None:
        """Return whose token this is; None for an unknown or revoked one."""
        query = select(_TOKEN.c.person_id).where(
            _TOKEN.c.token_sha256 == token_sha256, _TOKEN.c.revoked_at.is_(None)
        )
        return self._connection.execute(query).scalar_one_or_none()

    def person_by_email(self, email: str) -> int | None:
        """Return the person with this service address."""
        query = select(_PERSON.c.id).where(func.lower(_PERSON.c.email) == email.strip().lower())
        return self._connection.execute(query).scalar_one_or_none()


def _is_access(access: SqlAccess) -> "Access":
    """Let mypy check that the store offers what access needs."""
    return access
