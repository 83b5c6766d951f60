"""Accounts, sessions, links and tokens as rows."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from workflow_app.services.accounts.access import TOKEN_DAYS, AccountRow, Token
from workflow_app.services.settings_defaults import default_of
from workflow_app.store.accounts.second_factors import FACTOR, SqlFactors
from workflow_app.store.messages.letters import put_letter
from workflow_app.store.models.accounts import (
    AccessLink,
    Account,
    ApiToken,
    CalendarLink,
    IdentityBinding,
    SignInAttempt,
    SignInSession,
)
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import (
    Organisation,
    OrganisationName,
    Person,
    Position,
    Setting,
)
from workflow_app.store.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from workflow_app.services.accounts.second_factor import Factors

_ACCOUNT = table(Account)
_SESSION = table(SignInSession)
_LINK = table(AccessLink)
_TOKEN = table(ApiToken)
_CALENDAR = table(CalendarLink)
_ATTEMPT = table(SignInAttempt)
BINDING = table(IdentityBinding)
_PERSON = table(Person)
_SETTING = table(Setting)


def _setting(key: str) -> ScalarSelect[Any]:
    """Return what the municipality of a person in the same question has decided; NULL: nothing."""
    own = (_SETTING.c.municipality_id == _PERSON.c.municipality_id, _SETTING.c.key == key)
    return select(_SETTING.c.value).where(*own).correlate(_PERSON).scalar_subquery()


_SESSIONS = select(
    _SESSION.c.token_sha256,
    _SESSION.c.person_id,
    _SESSION.c.seen_at,
    _SESSION.c.expires_at,
    _setting("access.idle_hours").label("idle_hours"),
    _setting("access.second_factor").label("demands_factor"),
    select(FACTOR.c.person_id)
    .where(FACTOR.c.person_id == _PERSON.c.id)
    .correlate(_PERSON)
    .exists()
    .label("has_factor"),
    func.coalesce(_ACCOUNT.c.look, "").label("look"),
).join_from(_SESSION, _PERSON, _PERSON.c.id == _SESSION.c.person_id)
_SESSIONS = _SESSIONS.outerjoin(_ACCOUNT, _ACCOUNT.c.person_id == _PERSON.c.id)
_SIGNED_IN = _SESSIONS.where(_SESSION.c.token_sha256 == bindparam("token"))


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is signed in with a session, and when it was noted that she was seen."""

    person_id: int
    seen_at: dt.datetime
    is_over: bool
    """Whether it lasted too long, or she did nothing for too long."""
    lacks_factor: bool
    """Whether her municipality demands a second factor of some, and she has none."""
    look: str = ""
    """How she wants pages to look, as `Account.look`."""


def _ends_at(seen_at: dt.datetime, expires_at: dt.datetime, idle_hours: int | None) -> dt.datetime:
    hours = default_of("access.idle_hours") if idle_hours is None else idle_hours
    return min(expires_at, seen_at + dt.timedelta(hours=hours)) if hours else expires_at


def _token(row: Any) -> Token:
    expires_at = row.expires_at or row.created_at + dt.timedelta(days=TOKEN_DAYS[-1])
    return Token(row.token_sha256, row.person_id, row.title, expires_at, row.used_at)


def own_account(session: Session, person_id: int) -> Account | None:
    """Return a person's account as her pages show it; None before her first password."""
    return session.get(Account, person_id)


def sessions(session: Session, person_id: int) -> Sequence[SignInSession]:
    """Return a person's signed-in browsers, newest first."""
    own = select(SignInSession).where(SignInSession.person_id == person_id)
    return session.scalars(own.order_by(SignInSession.seen_at.desc())).all()


def tokens(session: Session, person_id: int) -> Sequence[ApiToken]:
    """Return a person's tokens that still work, oldest first."""
    own = (ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
    return session.scalars(select(ApiToken).where(*own).order_by(ApiToken.created_at)).all()


class SqlAccess(SqlFactors):
    """Access within one unit of work."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        super().__init__(uow)

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
                token_sha256=token_sha256,
                person_id=person_id,
                created_at=self.now,
                seen_at=self.now,
                expires_at=expires_at,
                browser=browser,
            )
        )

    def signed_in(self, token_sha256: str) -> Visit | None:
        """Return whose session this is."""
        row = self._connection.execute(_SIGNED_IN, {"token": token_sha256}).one_or_none()
        if row is None:
            return None
        until = _ends_at(row.seen_at, row.expires_at, row.idle_hours)
        demanded = row.demands_factor
        if demanded is None:
            demanded = default_of("access.second_factor")
        return Visit(
            row.person_id,
            row.seen_at,
            is_over=until <= self.now,
            lacks_factor=bool(demanded) and not row.has_factor,
            look=row.look,
        )

    def over(self) -> list[str]:
        """Return the sessions that are over."""
        return [
            row.token_sha256
            for row in self._connection.execute(_SESSIONS)
            if _ends_at(row.seen_at, row.expires_at, row.idle_hours) <= self.now
        ]

    def set_look(self, person_id: int, look: str) -> None:
        """Keep how pages look to a person."""
        own = _ACCOUNT.c.person_id == person_id
        self._connection.execute(update(_ACCOUNT).where(own).values(look=look))

    def set_letters(self, person_id: int, letters: Mapping[str, Any]) -> None:
        """Keep which letters a person wants."""
        own = _ACCOUNT.c.person_id == person_id
        self._connection.execute(update(_ACCOUNT).where(own).values(letters=letters))

    def end_session(self, token_sha256: str) -> None:
        """Delete one session."""
        self._connection.execute(delete(_SESSION).where(_SESSION.c.token_sha256 == token_sha256))

    def end_sessions(self, person_id: int, *, but: str = "") -> None:
        """Delete a person's sessions, but one."""
        where = (_SESSION.c.person_id == person_id, _SESSION.c.token_sha256 != but)
        self._connection.execute(delete(_SESSION).where(*where))

    def end_tokens(self, person_id: int) -> None:
        """Revoke a person's tokens of the API, and the address her calendar is read at."""
        self._connection.execute(delete(_CALENDAR).where(_CALENDAR.c.person_id == person_id))
        mine = (_TOKEN.c.person_id == person_id, _TOKEN.c.revoked_at.is_(None))
        self._connection.execute(update(_TOKEN).where(*mine).values(revoked_at=self.now))

    def revoke(self, token_sha256: str) -> None:
        """Revoke one token of the API."""
        this = _TOKEN.c.token_sha256 == token_sha256
        self._connection.execute(update(_TOKEN).where(this).values(revoked_at=self.now))

    def end_links(self, person_id: int) -> bool:
        """Use up a person's one-time links; tell whether one was still good."""
        mine = (_LINK.c.person_id == person_id, _LINK.c.used_at.is_(None))
        good = select(_LINK.c.expires_at).where(*mine, _LINK.c.expires_at > self.now).limit(1)
        was_good = self._connection.execute(good).first() is not None
        self._connection.execute(update(_LINK).where(*mine).values(used_at=self.now))
        return was_good

    def drop_bindings(self, person_id: int, *, by_address: bool = False) -> bool:
        """Delete a person's bindings, or those alone that rest on her address."""
        mine = BINDING.c.person_id == person_id
        where = and_(mine, BINDING.c.in_visit.is_(False)) if by_address else mine
        return self._connection.execute(delete(BINDING).where(where)).rowcount > 0

    def put_link(
        self, token_sha256: str, person_id: int, kind: str, expires_at: dt.datetime
    ) -> None:
        """Insert a one-time link."""
        self._connection.execute(
            insert(_LINK).values(
                token_sha256=token_sha256,
                person_id=person_id,
                kind=kind,
                created_at=self.now,
                expires_at=expires_at,
            )
        )

    def _fresh_link(
        self, token_sha256: str, kinds: frozenset[str]
    ) -> tuple[ColumnElement[bool], ...]:
        is_unused = and_(_LINK.c.used_at.is_(None), _LINK.c.kind.in_(kinds))
        return _LINK.c.token_sha256 == token_sha256, is_unused, _LINK.c.expires_at > self.now

    def owner_of_link(self, token_sha256: str, kinds: frozenset[str]) -> int | None:
        """Return whose one-time link this is; None for one that leads nowhere any more."""
        query = select(_LINK.c.person_id).where(*self._fresh_link(token_sha256, kinds))
        return self._connection.execute(query).scalar_one_or_none()

    def words_of(self, person_id: int) -> list[str]:
        """Return what a person is known by: login, name, address, the places where she works."""
        person = (
            select(
                _ACCOUNT.c.login,
                _PERSON.c.email,
                _PERSON.c.last_name,
                _PERSON.c.first_name,
                _PERSON.c.middle_name,
            )
            .join_from(_PERSON, _ACCOUNT, _ACCOUNT.c.person_id == _PERSON.c.id, isouter=True)
            .where(_PERSON.c.id == person_id)
        )
        place, named = table(Organisation).c, table(OrganisationName).c
        places = (
            select(
                place.short_name, place.code, place.email, place.phone, place.inn, named.short_name
            )
            .join(table(Position), table(Position).c.organisation_id == place.id)
            .outerjoin(table(OrganisationName), named.organisation_id == place.id)
            .where(table(Position).c.person_id == person_id)
        )
        rows = [*self._connection.execute(person), *self._connection.execute(places)]
        return [word for row in rows for word in row if word]

    def use_link(self, token_sha256: str, kinds: frozenset[str]) -> int | None:
        """Return whose link this is and use it up; None for a stale one."""
        used = (
            update(_LINK)
            .where(*self._fresh_link(token_sha256, kinds))
            .values(used_at=self.now)
            .returning(_LINK.c.person_id)
        )
        found = self._connection.execute(used).scalar_one_or_none()
        return None if found is None else int(found)

    def mark_reset(self, person_id: int) -> None:
        """Remember that it was not by her own visit that a person's way in was changed."""
        where = _ACCOUNT.c.person_id == person_id
        self._connection.execute(update(_ACCOUNT).where(where).values(reset_at=self.now))

    def set_password(self, person_id: int, password_hash: str) -> None:
        """Write a password's hash; the account is made with the first password."""
        where = _ACCOUNT.c.person_id == person_id
        changed = self._connection.execute(
            update(_ACCOUNT).where(where).values(password_hash=password_hash)
        )
        if not changed.rowcount:
            self.put_account(person_id, password_hash)

    def put_account(self, person_id: int, password_hash: str, *, is_active: bool = True) -> None:
        """Insert an account; one without a password may only be closed."""
        email = select(_PERSON.c.email).where(_PERSON.c.id == person_id)
        login = str(self._connection.execute(email).scalar_one() or f"person-{person_id}")
        self._connection.execute(
            insert(_ACCOUNT).values(
                person_id=person_id,
                login=login.lower(),
                password_hash=password_hash,
                is_active=is_active,
                created_at=self.now,
            )
        )

    def put_token(
        self, token_sha256: str, person_id: int, title: str, expires_at: dt.datetime
    ) -> None:
        """Insert a token of the API."""
        self._connection.execute(
            insert(_TOKEN).values(
                token_sha256=token_sha256,
                person_id=person_id,
                title=title,
                created_at=self.now,
                expires_at=expires_at,
            )
        )

    def token(self, token_sha256: str) -> Token | None:
        """Return a token, ended or not; None for an unknown or revoked one."""
        where = (_TOKEN.c.token_sha256 == token_sha256, _TOKEN.c.revoked_at.is_(None))
        row = self._connection.execute(select(_TOKEN).where(*where)).one_or_none()
        return None if row is None else _token(row)

    def used(self, token_sha256: str) -> None:
        """Note that a token was used."""
        this = _TOKEN.c.token_sha256 == token_sha256
        self._connection.execute(update(_TOKEN).where(this).values(used_at=self.now))

    def ending_tokens(self, until: dt.datetime) -> list[Token]:
        """Mark tokens that end until a moment as told to their owners, once; return them."""
        told = (
            update(_TOKEN)
            .where(
                _TOKEN.c.expires_at > self.now,
                _TOKEN.c.expires_at <= until,
                _TOKEN.c.revoked_at.is_(None),
                _TOKEN.c.warned_at.is_(None),
            )
            .values(warned_at=self.now)
            .returning(*_TOKEN.c)
        )
        return [_token(row) for row in self._connection.execute(told)]

    def person_by_email(self, email: str) -> int | None:
        """Return the person with this service address."""
        query = select(_PERSON.c.id).where(func.lower(_PERSON.c.email) == email.strip().lower())
        return self._connection.execute(query).scalar_one_or_none()

    def put_letter(self, person_id: int, subject: str, text: str) -> None:
        """Queue a letter that belongs to no case."""
        put_letter(self._uow, person_id, subject, text)


def _is_access(access: SqlAccess) -> "Factors":
    """Let mypy check that the store offers what access needs."""
    return access
