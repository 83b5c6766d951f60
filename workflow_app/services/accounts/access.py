"""Access: first access by an invitation, sign-in, a new password, tokens of the API.

A password is compared between two transactions:
1. `sign_in_attempt` or `signature_attempt` reads whose password it would be and what was counted;
2. `Attempt.compare` hashes, outside any transaction;
3. `conclude` asks again for what the comparison rested on, and counts a failure.
What is done on the strength of a password asks `stands` in its own transaction.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from workflow_app.engine.refusals import Refusal
from workflow_app.services.accounts import passwords

SESSION_DAYS = 30
TOKEN_DAYS = (30, 90, 180, 365)
"""For how long a token of the API is made, the longest last."""
USUAL_TOKEN_DAYS = 90
WARNED_BEFORE = dt.timedelta(days=7)
LINK_HOURS = {"invitation": 24 * 14, "password": 2, "second_step": 1 / 6}
CHOOSES_PASSWORD = frozenset({"invitation", "password"})
SECOND_STEP = frozenset({"second_step"})
"""Kinds of links: one of them opens nothing of the other."""
MOST_FAILURES = 8
MOST_FAILURES_OF_ADDRESS = 64
FAILURE_WINDOW = dt.timedelta(minutes=15)
MOST_LETTERS, MOST_LETTERS_OF_ADDRESS = 3, 20
"""So many links for a new password a person, and an address, asks for within the window."""

WRONG = Refusal("wrong_credentials", "Почта или пароль не подходят", "password")
WRONG_PASSWORD = Refusal("wrong_password", "Пароль не подходит", "password")
UNSET_PASSWORD = Refusal(
    "no_password",
    "Пароля у вас ещё нет. Откройте «Забыли пароль?» на странице входа: ссылка придёт на почту.",
    "password",
)
TOO_OFTEN = Refusal("too_many_attempts", "Слишком много попыток. Подождите 15 минут.", "password")
STALE_LINK = Refusal("link_expired", "Ссылка уже использована или её срок истёк")


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What sign-in needs to know of a person."""

    person_id: int
    password_hash: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the API that was not revoked."""

    token_sha256: str
    person_id: int
    title: str
    expires_at: dt.datetime
    used_at: dt.datetime | None


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

    def end_tokens(self, person_id: int) -> None:
        """Revoke a person's tokens of the API."""

    def end_links(self, person_id: int) -> bool:
        """Use up a person's one-time links; tell whether one was still good."""

    def drop_bindings(self, person_id: int) -> bool:
        """Delete whose names at a provider open a person's account; False when none does."""

    def put_link(
        self, token_sha256: str, person_id: int, kind: str, expires_at: dt.datetime
    ) -> None:
        """Insert a one-time link."""

    def use_link(self, token_sha256: str, kinds: frozenset[str]) -> int | None:
        """Return whose link this is and use it up; None for a stale one."""

    def record_of(self, person_id: int, action: str, title: str) -> None:
        """Write a line of the administration's history: what a person did about herself."""

    def mark_reset(self, person_id: int) -> None:
        """Remember that it was not by her own visit that a person's way in was changed."""

    def set_password(self, person_id: int, password_hash: str) -> None:
        """Write a password's hash."""

    def person_by_email(self, email: str) -> int | None:
        """Return the person with this service address."""

    def put_letter(self, person_id: int, subject: str, text: str) -> None:
        """Queue a letter that belongs to no case."""

    def put_token(
        self, token_sha256: str, person_id: int, title: str, expires_at: dt.datetime
    ) -> None:
        """Insert a token of the API."""

    def revoke(self, token_sha256: str) -> None:
        """Revoke one token of the API."""

    def ending_tokens(self, until: dt.datetime) -> Iterable[Token]:
        """Mark tokens that end until a moment as told to their owners, once; return them."""


def digest(token: str) -> str:
    """Return the hash under which a secret is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password somebody typed, before it is known to be right."""

    account: AccountRow | None
    limits: tuple[tuple[str, int], ...]
    """The keys its failure counts for, the person's own first, and how many failures each bears."""
    wrong: Refusal

    def compare(self, password: str) -> bool | Refusal:
        """Tell whether it is the account's password; takes as long where there is no account."""
        account = self.account
        return passwords.matches(account.password_hash if account else "", password)


def sign_in_attempt(access: Access, login: str, address: str, mark: str = "") -> Attempt | Refusal:
    """Return what an attempt at the door is about, or that it comes too often.

    `mark`: by what the browser is known, if this person came in with it before.
    """
    login = login.strip().lower()
    limits = (
        ((f"known:{mark}" if mark else f"login:{login}")[:200], MOST_FAILURES),
        (f"address:{address}"[:200], MOST_FAILURES_OF_ADDRESS),
    )
    return _attempt(access, Attempt(access.account(login), limits, WRONG))


def signature_attempt(access: Access, person_id: int) -> Attempt | Refusal:
    """Return what a signature's password is about, or that it comes too often."""
    account, limits = access.account_of(person_id), ((f"sign:{person_id}", MOST_FAILURES),)
    if account and not account.password_hash:
        return UNSET_PASSWORD
    return _attempt(access, Attempt(account, limits, WRONG_PASSWORD))


def _attempt(access: Access, attempt: Attempt) -> Attempt | Refusal:
    return TOO_OFTEN if is_too_often(access, attempt.limits) else attempt


def is_too_often(access: Access, limits: Iterable[tuple[str, int]]) -> bool:
    """Tell whether one of these keys failed as often as it may within the window."""
    since = access.now - FAILURE_WINDOW
    return any(access.failures(key, since) >= most for key, most in limits)


def conclude(access: Access, attempt: Attempt, *, is_right: bool) -> AccountRow | Refusal:
    """Return whose password it was, or why not; tries made at once are counted one by one."""
    if is_too_often(access, attempt.limits):
        return TOO_OFTEN
    account = attempt.account
    if is_right and account and stands(access, account):
        access.forget_failures(attempt.limits[0][0])
        return account
    for key, _ in attempt.limits:
        access.record_failure(key)
    return attempt.wrong


def stands(access: Access, account: AccountRow) -> bool:
    """Tell whether an account is still open and has the password it was compared with."""
    return account.is_active and access.account_of(account.person_id) == account


def open_session(access: Access, person_id: int, browser: str) -> str:
    """Return the token of a new session."""
    token = secrets.token_urlsafe(32)
    expires_at = access.now + dt.timedelta(days=SESSION_DAYS)
    access.open_session(digest(token), person_id, expires_at, browser[:300])
    return token


def make_link(access: Access, person_id: int, kind: str) -> str:
    """Return the token of a one-time link: `invitation` or `password`."""
    token = secrets.token_urlsafe(32)
    expires_at = access.now + dt.timedelta(hours=LINK_HOURS[kind])
    access.put_link(digest(token), person_id, kind, expires_at)
    return token


def send_link(access: Access, login: str, public_url: str) -> None:
    """Send a link for a new password, where somebody has this address and may come in."""
    person_id = access.person_by_email(login)
    if person_id is None or is_closed(access, person_id):
        return
    limit = (f"forgot:{person_id}", MOST_LETTERS)
    if is_too_often(access, [limit]):
        return
    access.record_failure(limit[0])
    token = make_link(access, person_id, "password")
    text = (
        f"Задать новый пароль: {public_url}/choose/{token}\n"
        "Ссылка действует два часа. Если вы её не просили, ничего делать не нужно."
    )
    access.put_letter(person_id, "Новый пароль", text)


def is_closed(access: Access, person_id: int) -> bool:
    """Tell whether a person's account was closed; who has none yet may still get one."""
    account = access.account_of(person_id)
    return account is not None and not account.is_active


def choose_password(access: Access, token: str, password_hash: str) -> int | Refusal:
    """Set a password by a one-time link; return the person."""
    person_id = access.use_link(digest(token), CHOOSES_PASSWORD)
    if person_id is None or is_closed(access, person_id):
        return STALE_LINK
    former = access.account_of(person_id)
    renew_password(access, person_id, password_hash)
    access.record_of(person_id, "set_password", "Пароль задан по ссылке из письма")
    if former and former.password_hash:
        access.mark_reset(person_id)
        text = "Если это были не вы, сообщите администратору системы."
        access.put_letter(person_id, "Пароль изменён по ссылке из письма", text)
    return person_id


def renew_password(access: Access, person_id: int, password_hash: str, *, but: str = "") -> None:
    """Set a password and end whatever the one before has opened, but one session."""
    access.set_password(person_id, password_hash)
    end_all(access, person_id, but=but)


def end_all(access: Access, person_id: int, *, but: str = "") -> None:
    """End a person's sessions, but one, her tokens, her links and what is bound to her account."""
    access.end_sessions(person_id, but=but)
    access.end_tokens(person_id)
    access.end_links(person_id)
    access.drop_bindings(person_id)


def make_token(access: Access, person_id: int, title: str, days: int = USUAL_TOKEN_DAYS) -> str:
    """Return a new bearer token of the API; only its hash is kept."""
    token = f"wf_{secrets.token_urlsafe(32)}"
    expires_at = access.now + dt.timedelta(days=min(days, TOKEN_DAYS[-1]))
    access.put_token(digest(token), person_id, title, expires_at)
    return token


def make_own_token(access: Access, person_id: int, title: str, days: int) -> str:
    """Return a new token that a person makes for herself."""
    access.record_of(person_id, "make_token", f"Создан ключ для программ «{title}»")
    return make_token(access, person_id, title, days)


def revoke_token(access: Access, person_id: int, token_sha256: str, title: str) -> None:
    """Revoke one token of a person."""
    access.revoke(token_sha256)
    access.record_of(person_id, "revoke_token", f"Отозван ключ для программ «{title}»")


def warn_of_ends(access: Access, zone: dt.tzinfo, public_url: str) -> None:
    """Write to the owners of tokens that end within a week."""
    for token in access.ending_tokens(access.now + WARNED_BEFORE):
        last = token.expires_at.astimezone(zone)
        text = (
            f"Ключ «{token.title}» перестанет действовать {last:%d.%m.%Y в %H:%M}.\n"
            f"Новый ключ создают на странице «Мой доступ»: {public_url}/account"
        )
        access.put_letter(token.person_id, "Ключ для программ скоро закончится", text)
