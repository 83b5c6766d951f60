"""Sign-in by the word of a provider (OpenID Connect) beside the password.

A provider's name for somebody, the subject, is bound to her account
- in her own visit, for her password, or
- at her first sign-in, when the provider has verified the address she signs in by. That is not
  enough for who signs or administers, today or later: whoever holds a mailbox, or the provider,
  would otherwise hold her name; such a binding waits for her password then.
Nobody gets an account by it. A binding ends with the password, as whatever else it has opened.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from workflow_app.engine.refusals import Refusal
from workflow_app.services.accounts import access
from workflow_app.services.accounts.second_factor import Factors

STALE = Refusal(
    "provider_stale",
    "Этот вход начат слишком давно, в другом окне или уже завершён. Начните снова.",
)
UNBOUND = Refusal(
    "provider_unbound",
    "Этот вход не привязан к доступу, или доступ закрыт. Войдите с паролем и привяжите его на"
    " странице «Мой доступ»; пароля нет — «Забыли пароль?».",
)
"""One sentence for all, so that it tells no stranger who is here and what she does."""
UNVERIFIED = Refusal(
    "provider_unverified",
    "Ваша почта там не подтверждена, поэтому неизвестно, чей это вход. Подтвердите её или войдите"
    " с паролем и привяжите этот вход на странице «Мой доступ».",
)
OTHERS = Refusal(
    "provider_bound",
    "Этот вход привязан к другому доступу. Войдите через него, отвяжите его там и начните снова.",
)
OTHER_VISIT = Refusal(
    "provider_other_visit", "Вход в систему сменился или закончился, ничего не привязано."
)
NOT_YOU = "Если это были не вы, смените пароль и сообщите администратору: привязка исчезнет."


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is by the word of a provider."""

    issuer: str
    subject: str
    email: str
    """Empty where the provider has not verified it."""


@dataclass(frozen=True, slots=True)
class Binding:
    """Whose account a subject is bound to."""

    person_id: int
    subject: str
    bound_at: dt.datetime
    in_visit: bool
    """Whether it was for her password, and not by her address alone."""


class Identities(Factors, Protocol):
    """The part of the store that keeps bindings."""

    def binding(self, issuer: str, subject: str) -> Binding | None:
        """Return whose account a subject is bound to."""

    def binding_of(self, person_id: int, issuer: str) -> Binding | None:
        """Return which subject a person's account is bound to."""

    def put_binding(self, person_id: int, identity: Identity, *, in_visit: bool) -> None:
        """Insert a binding."""

    def signs_or_administers(self, person_id: int) -> bool:
        """Tell whether a person holds such an office, or stands in for one, today or later."""


def use_state(store: access.Access, state: str) -> bool:
    """Use up what a browser came back with; False when that was done."""
    limit = (f"state:{access.digest(state)}", 1)
    if access.is_too_often(store, [limit]):
        return False
    store.record_failure(limit[0])
    return True


def sign_in(store: Identities, identity: Identity, title: str) -> int | Refusal:
    """Return who comes in; the first time she is known by the address she signs in by."""
    bound = store.binding(identity.issuer, identity.subject)
    if bound:
        is_enough = bound.in_visit or not store.signs_or_administers(bound.person_id)
        account = store.account_of(bound.person_id)
        return bound.person_id if account and account.is_active and is_enough else UNBOUND
    if not identity.email:
        return UNVERIFIED
    account = store.account(identity.email.strip().lower())
    if (
        account is None
        or not account.is_active
        or store.binding_of(account.person_id, identity.issuer)
        or store.signs_or_administers(account.person_id)
    ):
        return UNBOUND
    _bind(store, account.person_id, identity, title, in_visit=False)
    store.mark_reset(account.person_id)
    return account.person_id


def bind(store: Identities, person_id: int, identity: Identity, title: str) -> Refusal | None:
    """Bind a subject in a person's own visit; it takes the place of another one of hers."""
    bound = store.binding(identity.issuer, identity.subject)
    if bound and bound.person_id != person_id:
        return OTHERS
    store.drop_bindings(person_id)
    _bind(store, person_id, identity, title, in_visit=True)
    return None


def unbind(store: Identities, person_id: int, title: str) -> None:
    """Delete a person's bindings, which she was asked her password for."""
    if store.drop_bindings(person_id):
        store.record_of(person_id, "unbind_identity", f"Отвязан вход через {title}")
        store.put_letter(person_id, f"Отвязан вход через {title}", NOT_YOU)


def _bind(
    store: Identities, person_id: int, identity: Identity, title: str, *, in_visit: bool
) -> None:
    store.put_binding(person_id, identity, in_visit=in_visit)
    how = "с паролем" if in_visit else "по подтверждённой почте"
    store.record_of(person_id, "bind_identity", f"Привязан вход через {title}, {how}")
    store.put_letter(person_id, f"Привязан вход через {title}", NOT_YOU)
