"""Access: first access by an invitation, sign-in, a new password, tokens of the API."""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from workflow_app.engine.refusals import Refusal

HASHER = PasswordHasher()
SHORTEST_PASSWORD = 10
SESSION_DAYS = 30
LINK_HOURS = {"invitation": 24 * 14, "password": 2}
MOST_FAILURES = 8
FAILURE_WINDOW = dt.timedelta(minutes=15)

WRONG = Refusal("wrong_credentials", "Почта или пароль не подходят", "password")
TOO_OFTEN = Refusal("too_many_attempts", "Слишком много попыток. Подождите 15 минут.")
STALE_LINK = Refusal("link_expired", "Ссылка уже использована или её срок истёк")


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What sign-in needs to know of a person."""

    person_id: int
    password_hash: str
    is_active: bool


class Access(Protocol):
    """The part of the store that keeps accounts."""

    @property
    def now(self) -> dt.datetime:
        """The moment of this transaction, UTC."""

    def account(self, login: str) -> AccountRow | None:
        """Return the account with this login."""

    def account_of(self, person_id: int) -> AccountRow | None:
        """Return a person's account."""

    def failures(self, key: str, since: dt.datetime) -> int:
        """Return how often something failed since a moment."""

    def record_failure(self, key: str) -> None:
        """Remember a failed attempt."""

    def forget_failures(self, key: str) -> None:
        """Forget the failures of a key."""

    def open_session(
        self, token_sha256: str, person_id: int, expires_at: dt.datetime, browser: str
    ) -> None:
        """Insert a session."""

    def end_sessions(self, person_id: int, *, but: str = "") -> None:
        """Delete a person's sessions."""

    def put_link(
        self, token_sha256: str, person_id: int, kind: str, expires_at: dt.datetime
    ) -> None:
        """Insert a one-time link."""

    def use_link(self, token_sha256: str) -> int | None:
        """Return whose link this is and use it up; None for a stale one."""

    def set_password(self, person_id: int, password_hash: str) -> None:
        """Write a password's hash."""

    def put_token(self, token_sha256: str, person_id: int, title: str) -> None:
        """Insert a token of the API."""


def digest(token: str) -> str:
    """Return the hash under which a secret is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(
    access: Access, login: str, password: str, address: str, browser: str
) -> tuple[str, int] | Refusal:
    """Return a session token and the person, or why not; counts failures without the broker."""
    login = login.strip().lower()
    since = access.now - FAILURE_WINDOW
    keys = (f"login:{login}"[:200], f"address:{address}"[:200])
    if any(
        access.failures(key, since) >= limit
        for key, limit in zip(keys, (MOST_FAILURES, MOST_FAILURES * 8), strict=True)
    ):
        return TOO_OFTEN
    account = access.account(login)
    if account is None or not account.is_active or not is_password(account, password):
        for key in keys:
            access.record_failure(key)
        return WRONG
    access.forget_failures(keys[0])
    token = secrets.token_urlsafe(32)
    expires_at = access.now + dt.timedelta(days=SESSION_DAYS)
    access.open_session(digest(token), account.person_id, expires_at, browser[:300])
    return token, account.person_id


_NOBODY = HASHER.hash(secrets.token_hex(16))


def is_password(account: AccountRow, password: str) -> bool:
    """Tell whether this is the account's password; takes as long for a missing one."""
    try:
        return HASHER.verify(account.password_hash or _NOBODY, password) and bool(
            account.password_hash
        )
    except VerificationError:
        return False


def make_link(access: Access, person_id: int, kind: str) -> str:
    """Return the token of a one-time link: `invitation` or `password`."""
    token = secrets.token_urlsafe(32)
    expires_at = access.now + dt.timedelta(hours=LINK_HOURS[kind])
    access.put_link(digest(token), person_id, kind, expires_at)
    return token


def choose_password(access: Access, token: str, password: str) -> int | Refusal:
    """Set a password by a one-time link and end other sessions; return the person."""
    if len(password) < SHORTEST_PASSWORD:
        return Refusal(
            "password_too_short", f"Пароль: не меньше {SHORTEST_PASSWORD} знаков", "password"
        )
    person_id = access.use_link(digest(token))
    if person_id is None:
        return STALE_LINK
    access.set_password(person_id, HASHER.hash(password))
    access.end_sessions(person_id)
    return person_id


def make_token(access: Access, person_id: int, title: str) -> str:
    """Return a new bearer token of the API; only its hash is kept."""
    token = f"wf_{secrets.token_urlsafe(32)}"
    access.put_token(digest(token), person_id, title)
    return token
