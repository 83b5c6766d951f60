"""What opens a way to somebody's name: by whose word it comes true.

A new address, a closed or opened account, a dropped second factor, an office: whoever could do one
of these alone could sign as another. So the word of a second person is asked for
- wherever it concerns somebody who already comes in, or whose office signs or administers;
- wherever a key office is given, or an office to the asker herself.
The word is given by the person herself in her own visit, or by another holder of a key office;
never by the asker or whoever stands in for her, nor by who gains an office. Where there is nobody,
the operator of the server gives it (`workflow-app user confirm`).
Key offices administer, or sign for the whole municipality; the processes' declarations tell which.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from workflow_app.engine.addresses import is_mail_address
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import SYSTEM_ROLE, Actor, Capacity
from workflow_app.services.accounts import access
from workflow_app.services.accounts.second_factor import (
    Factors,
    drop_second_factor,
    weighty_offices,
)
from workflow_app.services.administration import (
    ADMIN_ROLES,
    NOT_ADMIN,
    PERIOD,
    UNKNOWN,
    Administration,
    Office,
    office_titles,
    officer,
    on_server,
    over,
)
from workflow_app.services.registers.names import TitleForms

LONGEST_EMAIL = 200
LONGEST_SAID = 380
"""A column of 400 holds it with what stands before: «Нужно согласие.»"""
WAITS_FOR_YOU = (
    "Просит: {}. Пока никто не согласился, ничего не меняется. Не знаете об этом — отклоните."
)
NOT_YOU = "Если вы об этом не знаете, сообщите администратору системы."
WAITS = dt.timedelta(days=14)
"""After so long nobody confirms a wish any more: it is asked again."""
GRANTED, REFUSED, REPLACED = "granted", "refused", "replaced"

OWN_ADDRESS = Refusal("own_address", "Свой адрес меняют на странице «Мой доступ»", "email")


def key_roles(processes: Iterable[Process]) -> frozenset[str]:
    """Return what key offices are held by: they administer, or sign for the municipality."""
    signing = {
        role.held_by
        for process in processes
        for transition in process.transitions
        if transition.signed
        for role in transition.by
        if role.party is None and role is not SYSTEM_ROLE
    }
    return ADMIN_ROLES | signing


def powers(processes: Collection[Process]) -> dict[str, str]:
    """Return office → its role and what that lets its holder do: who agrees is asked about this."""
    keys, weighty = key_roles(processes), weighty_offices(processes)
    titles = dict.fromkeys(ADMIN_ROLES, "администратор") | office_titles(processes)
    return {
        key: f"роль «{title}»"
        + (": ведёт людей, должности и настройки" if key in ADMIN_ROLES else "")
        + (": подписывает от имени всего муниципалитета" if key in keys - ADMIN_ROLES else "")
        + (": подписывает за свою организацию" if key in weighty - keys else "")
        for key, title in titles.items()
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish that waits for the word of a second person: who could give it today."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccessChange:
    """A wish as it is kept."""

    id: int
    municipality_id: int
    owner_id: int | None
    """Whose own word is enough, if anybody's."""
    wish: "Wish"
    title: str
    asked_by: int
    asked_for: int | None
    """For whom the asker stood in."""
    asked_at: dt.datetime


class AccessChanges(Administration, Protocol):
    """The part of the store that keeps wishes and carries them out."""

    @property
    def now(self) -> dt.datetime:
        """The moment of this transaction, UTC."""

    @property
    def access(self) -> Factors:
        """Accounts, links and second factors."""

    @property
    def keys(self) -> frozenset[str]:
        """The roles of key offices."""

    def is_guarded(self, person_id: int) -> bool:
        """Tell whether a person has a password, or an office that signs or administers."""

    def power_of(self, role: str) -> str:
        """Return an office's role and what it lets its holder do; empty for one without rights."""

    def offices_of(self, person_id: int) -> Sequence[Office]:
        """Return the offices a person holds today or later, the oldest first."""

    def only_at(self, role: str, organisation_id: int) -> str:
        """Return in what kind of organisation alone a role is given; empty where it fits."""

    def put_change(
        self, by: Capacity, owner_id: int | None, wish: "Wish", title: str
    ) -> AccessChange:
        """Keep a wish; an open one of the same kind about the same person is replaced."""

    def change(self, change_id: int, *, decided: bool = False) -> AccessChange | None:
        """Return a wish nobody has decided on yet, or one that somebody has."""

    def email_of(self, person_id: int) -> str:
        """Return a person's address; empty where she has none."""

    def office_of(self, person_id: int) -> str:
        """Return an office that a person holds today or later, by its title; empty without any."""

    def erase(self, person_id: int) -> None:
        """Delete a person's account, address, visits, keys, links, second factor and views."""

    def settle(self, change_id: int, verdict: str, person_id: int) -> bool:
        """Write the verdict; False when there is one already."""

    def who_may_confirm(self, change: AccessChange) -> Sequence[tuple[int, str]]:
        """Return (person, short name) of those who may decide on a wish today, its owner first."""

    def tell(self, person_id: int, subject: str, text: str, *, to: str = "") -> None:
        """Write a notice and queue its letter, to an address she had before if one is given."""


class _Wish(BaseModel):
    """What somebody wishes about one person's access; `kind` is how the history calls it.

    Each kind has `said` (what would be done, or why it cannot be) and `carry_out`, which returns
    what the history keeps beside the wish.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    person_id: int

    def owner(self, store: AccessChanges) -> int | None:
        """Return whose own word is enough."""
        del store
        return self.person_id

    def by(self, store: AccessChanges, actor: Actor) -> Capacity | Refusal:
        """Return in which capacity somebody wishes it, or why she may not."""
        del store
        return officer(actor) or NOT_ADMIN

    def asks(self, store: AccessChanges, actor: Actor) -> bool:
        """Tell whether a second person has to agree."""
        del actor
        return store.is_guarded(self.person_id)


class NewEmail(_Wish):
    """Letters go to another address, and she signs in by it."""

    kind: Literal["set_email"] = "set_email"
    email: str

    def said(self, store: AccessChanges, municipality_id: int, name: str) -> str | Refusal:
        """Return what would be done, in words; or why it cannot be."""
        del municipality_id
        if len(self.email) > LONGEST_EMAIL or not is_mail_address(self.email):
            said = f"«{self.email[:80]}» — не адрес электронной почты"
            return Refusal("bad_email", said, "email")
        before = store.email_of(self.person_id)
        if self.email == before:
            return Refusal("email_same", f"{name}: этот адрес уже записан", "email")
        if store.owner_of(self.email) not in (None, self.person_id):
            said = f"Адрес {self.email} уже записан у другого человека"
            return Refusal("email_taken", said, "email")
        instead = f" вместо {before}" if before else ""
        return f"Новый адрес почты: {name}, {self.email}{instead}{_held(store, self.person_id)}"

    def carry_out(self, store: AccessChanges, municipality_id: int) -> Mapping[str, Any]:
        """Write it; the letter about it goes to the address before."""
        del municipality_id
        before = store.set_email(self.person_id, self.email)
        if before and before != self.email:
            text = f"Теперь письма уходят на {self.email}, и по этому адресу входят. {NOT_YOU}"
            store.tell(self.person_id, "Адрес для входа изменён", text, to=before)
        return {"before": before}


class NewState(_Wish):
    """An account is opened or closed."""

    kind: Literal["set_active"] = "set_active"
    active: bool

    def said(self, store: AccessChanges, municipality_id: int, name: str) -> str | Refusal:
        """Return what would be done, in words."""
        del municipality_id
        word = "Открытие" if self.active else "Закрытие"
        return f"{word} доступа: {name}{_held(store, self.person_id)}"

    def carry_out(self, store: AccessChanges, municipality_id: int) -> Mapping[str, Any]:
        """Open or close it; the person learns it by a letter."""
        del municipality_id
        store.set_active(self.person_id, active=self.active)
        word = "открыт" if self.active else "закрыт"
        store.tell(self.person_id, f"Ваш доступ {word}", NOT_YOU)
        return {}


class NoSecondFactor(_Wish):
    """A telephone is lost: she signs in by her password alone."""

    kind: Literal["drop_second_factor"] = "drop_second_factor"

    def said(self, store: AccessChanges, municipality_id: int, name: str) -> str | Refusal:
        """Return what would be done, in words; or why it cannot be."""
        del municipality_id
        if store.access.factor(self.person_id) is None:
            return Refusal("no_second_factor", f"{name}: второго фактора нет")
        return f"Вход без второго фактора: {name}{_held(store, self.person_id)}"

    def carry_out(self, store: AccessChanges, municipality_id: int) -> Mapping[str, Any]:
        """Take it away."""
        del municipality_id
        drop_second_factor(store.access, self.person_id)
        return {}


class Erasure(_Wish):
    """A person asked to be forgotten: her account and address go, what she signed keeps her name.

    History keeps what was done about her access, as it keeps everything.
    """

    kind: Literal["erase_account"] = "erase_account"

    def said(self, store: AccessChanges, municipality_id: int, name: str) -> str | Refusal:
        """Return what would be done, in words; or why it cannot be."""
        del municipality_id
        if place := store.office_of(self.person_id):
            said = f"{name}: сначала освободите должность ({place}), иначе дела останутся без неё"
            return Refusal("in_office", said)
        if not store.email_of(self.person_id) and store.access.account_of(self.person_id) is None:
            return Refusal("nothing_to_erase", f"{name}: ни доступа, ни адреса нет")
        return f"Удаление доступа и адреса по просьбе человека: {name}"

    def carry_out(self, store: AccessChanges, municipality_id: int) -> Mapping[str, Any]:
        """Take them away; the last letter goes to the address she had."""
        del municipality_id
        if before := store.email_of(self.person_id):
            text = "Ваш доступ и адрес удалены. В подписанных документах ваше имя остаётся."
            store.tell(self.person_id, "Доступ и адрес удалены", f"{text} {NOT_YOU}", to=before)
        store.erase(self.person_id)
        return {}


class Appointment(_Wish):
    """A person gets an office from a day on."""

    kind: Literal["appoint"] = "appoint"
    organisation_id: int
    role: str
    title: str
    starts_on: dt.date
    ends_on: dt.date | None
    title_gen: str = ""
    title_dat: str = ""
    title_acc: str = ""

    def owner(self, store: AccessChanges) -> int | None:
        """Return nobody: who gains an office does not agree to it herself."""
        del store
        return None

    def asks(self, store: AccessChanges, actor: Actor) -> bool:
        """Tell whether a second person has to agree."""
        return self.role in store.keys or self.person_id == actor.person_id

    def said(self, store: AccessChanges, municipality_id: int, name: str) -> str | Refusal:
        """Return what would be done, in words; or why it cannot be."""
        if wrong := self.wrong(store, municipality_id):
            return wrong
        place = store.organisation_name(municipality_id, self.organisation_id)
        days = f"с {self.starts_on:%d.%m.%Y}" + (
            f" по {self.ends_on:%d.%m.%Y}" if self.ends_on else ""
        )
        power = _given(store.power_of(self.role))
        return f"Назначение: {name}, {self.title.strip()[:100]}, {place[:80]}, {days}{power}"

    def wrong(self, store: AccessChanges, municipality_id: int) -> Refusal | None:
        """Return why nobody can get this office."""
        place = store.organisation_name(municipality_id, self.organisation_id)
        if not place or not self.role:
            return UNKNOWN
        if not self.title.strip():
            return Refusal("field_required", "Напишите должность", "title")
        if where := store.only_at(self.role, self.organisation_id):
            return Refusal("role_elsewhere", f"Эту роль дают только {where}", "role")
        if self.ends_on and self.ends_on < self.starts_on:
            return PERIOD
        if store.is_taken(self.role, self.organisation_id, self.starts_on, self.ends_on):
            return Refusal("office_taken", f"{place}: должность в эти дни занята", "starts_on")
        return None

    def carry_out(self, store: AccessChanges, municipality_id: int) -> Mapping[str, Any]:
        """Write the position."""
        office = Office(
            0,
            municipality_id,
            self.person_id,
            self.organisation_id,
            self.role,
            self.title.strip(),
            self.starts_on,
            self.ends_on,
            TitleForms(self.title_gen.strip(), self.title_dat.strip(), self.title_acc.strip()),
        )
        return {"position_id": store.appoint(office)}


STANDS_IN = "В эти дни дела, которых ждут от этой должности, стоят и в ваших «Моих делах»."


class StandIn(_Wish):
    """A person acts in another's office for some days; the absent one may say so herself."""

    kind: Literal["substitute"] = "substitute"
    position_id: int
    starts_on: dt.date
    ends_on: dt.date
    basis: str

    def owner(self, store: AccessChanges) -> int | None:
        """Return whose office it is."""
        office = store.office(self.position_id)
        return office.person_id if office else None

    def by(self, store: AccessChanges, actor: Actor) -> Capacity | Refusal:
        """Return in which capacity somebody disposes of the office."""
        return over(actor, store.office(self.position_id)) or UNKNOWN

    def asks(self, store: AccessChanges, actor: Actor) -> bool:
        """Tell whether a second person has to agree."""
        office = store.office(self.position_id)
        if office is None or office.person_id == actor.person_id:
            return False
        return office.role in store.keys or self.person_id == actor.person_id

    def said(self, store: AccessChanges, municipality_id: int, name: str) -> str | Refusal:
        """Return what would be done, in words; or why it cannot be."""
        office = store.office(self.position_id)
        if office is None or office.municipality_id != municipality_id:
            return UNKNOWN
        if self.person_id == office.person_id:
            return Refusal("same_person", "Замещает другой человек", "person_id")
        if self.ends_on < self.starts_on:
            return PERIOD
        if self.ends_on < store.today:
            return Refusal("in_the_past", "Эти дни уже прошли", "ends_on")
        if not self.basis.strip():
            return Refusal("field_required", "Укажите основание: приказ, больничный лист", "basis")
        if store.is_substituted(self.position_id, self.starts_on, self.ends_on):
            return Refusal("already_substituted", "На эти дни замещение уже есть", "starts_on")
        days = f"{self.starts_on:%d.%m.%Y}–{self.ends_on:%d.%m.%Y}"
        return f"Замещение: {office.title}, {days}, {name}{_given(store.power_of(office.role))}"

    def carry_out(self, store: AccessChanges, municipality_id: int) -> Mapping[str, Any]:
        """Write the substitution, and tell who stands in."""
        del municipality_id
        made = store.substitute(
            self.position_id, self.person_id, self.starts_on, self.ends_on, self.basis.strip()
        )
        if office := store.office(self.position_id):
            days = f"с {self.starts_on:%d.%m.%Y} по {self.ends_on:%d.%m.%Y}"
            store.tell(self.person_id, f"Вы замещаете: {office.title}, {days}", STANDS_IN)
        return {"substitution_id": made}


Wish = NewEmail | NewState | NoSecondFactor | Erasure | Appointment | StandIn
WISH: TypeAdapter[Wish] = TypeAdapter(Annotated[Wish, Field(discriminator="kind")])


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link that was made for a person: of which kind, and whether it may be shown."""

    token: str
    kind: str
    is_shown: bool


def invite(store: AccessChanges, actor: Actor, person_id: int) -> Invitation | Refusal:
    """Make a link of first access, or of a new password for whoever has one.

    Who asks sees the link only where it opens nobody's name: the person has no password, and no
    office that signs or administers.
    """
    found = _administered(store, actor, person_id)
    if isinstance(found, Refusal):
        return found
    by, name = found
    account = store.access.account_of(person_id)
    kind = "password" if account and account.password_hash else "invitation"
    store.record(by, "invite", f"Приглашение: {name}", {"person_id": person_id})
    token = access.make_link(store.access, person_id, kind)
    return Invitation(token, kind, not store.is_guarded(person_id))


def withdraw_invitation(store: AccessChanges, actor: Actor, person_id: int) -> Refusal | bool:
    """End a person's open links, at once; tell whether there was one."""
    found = _administered(store, actor, person_id)
    if isinstance(found, Refusal):
        return found
    by, name = found
    if not store.access.end_links(person_id):
        return False
    details = {"person_id": person_id}
    store.record(by, "withdraw_invitation", f"Приглашение отозвано: {name}", details)
    return True


def _administered(
    store: AccessChanges, actor: Actor, person_id: int
) -> tuple[Capacity, str] | Refusal:
    """Return in which capacity somebody administers a person, and the person's name."""
    by = officer(actor)
    if by is None:
        return NOT_ADMIN
    name = store.person_name(by.municipality_id, person_id)
    return (by, name) if name else UNKNOWN


def why_not(store: AccessChanges, actor: Actor, wished: Wish) -> Refusal | None:
    """Return why a wish could be neither carried out nor kept, before it is told in full."""
    by = wished.by(store, actor)
    title = by if isinstance(by, Refusal) else _said(store, by.municipality_id, wished)
    return title if isinstance(title, Refusal) else None


def wish(store: AccessChanges, actor: Actor, wished: Wish) -> Asked | Refusal | None:
    """Carry a wish out, or keep it for the word of a second person."""
    by = wished.by(store, actor)
    if isinstance(by, Refusal):
        return by
    title = _said(store, by.municipality_id, wished)
    if isinstance(title, Refusal):
        return title
    if isinstance(wished, NewState) and not wished.active and wished.person_id == actor.person_id:
        return Refusal("not_yourself", "Свой доступ закрыть нельзя: это сделает другой")
    if isinstance(wished, NewEmail) and wished.person_id == actor.person_id:
        return OWN_ADDRESS
    if not wished.asks(store, actor):
        _carry_out(store, by, wished, title)
        return None
    change = store.put_change(by, wished.owner(store), wished, title)
    store.record(by, f"ask_{wished.kind}", f"Нужно согласие. {title}", _kept(wished))
    deciders = store.who_may_confirm(change)
    asker = store.person_name(by.municipality_id, actor.person_id)
    for person_id, _ in deciders:
        store.tell(person_id, f"Нужно согласие. {title}", WAITS_FOR_YOU.format(asker))
    return Asked(tuple(name for _, name in deciders))


def set_own_email(
    store: AccessChanges, actor: Actor, municipality_id: int, email: str
) -> Refusal | None:
    """Put one's own address right; that it is she was asked by her password."""
    wished = NewEmail(person_id=actor.person_id, email=email)
    by = own_capacity(actor, municipality_id)
    title = _said(store, by.municipality_id, wished)
    if isinstance(title, Refusal):
        return title
    _carry_out(store, by, wished, title)
    return None


def carry_out_on_server(store: AccessChanges, municipality_id: int, wished: Wish) -> Refusal | None:
    """Carry a wish out at once: the operator of the server is the second person himself.

    The history says so, and so do the person's signatures of the next days.
    """
    by = on_server(municipality_id)
    title = _said(store, municipality_id, wished)
    if isinstance(title, Refusal):
        return title
    _carry_out(store, by, wished, title)
    store.access.mark_reset(wished.person_id)
    return None


def tell_key_holders(
    store: AccessChanges, municipality_id: int, wished: Appointment, title: str
) -> None:
    """Let those know of a key office given on the server who else would have been asked."""
    by = on_server(municipality_id)
    change = AccessChange(
        0, municipality_id, None, wished, title, by.person_id, by.stands_for, store.now
    )
    for person_id, _ in store.who_may_confirm(change) if wished.role in store.keys else ():
        store.tell(person_id, f"{title} (загрузка данных на сервере)", NOT_YOU)


def end_visits(store: AccessChanges, actor: Actor, person_id: int) -> Refusal | None:
    """Sign a person out everywhere, at once: she comes in again by what she knows."""
    found = _administered(store, actor, person_id)
    if isinstance(found, Refusal):
        return found
    by, name = found
    store.access.end_sessions(person_id)
    store.record(by, "end_visits", f"Все входы завершены: {name}", {"person_id": person_id})
    return None


def decide(
    store: AccessChanges, actor: Actor, change_id: int, *, agreed: bool
) -> AccessChange | Refusal:
    """Give the second word; what was wished is looked at again, for it may be days old."""
    change = store.change(change_id)
    by = deciding(store, actor, change) if change else None
    if change is None or by is None:
        return UNKNOWN
    return _decide(store, by, change, agreed=agreed)


def decide_on_server(
    store: AccessChanges, change_id: int, *, agreed: bool
) -> AccessChange | Refusal:
    """Give the second word where nobody else can: the operator of the server is known by it."""
    change = store.change(change_id)
    if change is None:
        return UNKNOWN
    return _decide(store, on_server(change.municipality_id), change, agreed=agreed)


def _decide(
    store: AccessChanges, by: Capacity, change: AccessChange, *, agreed: bool
) -> AccessChange | Refusal:
    title = _said(store, change.municipality_id, change.wish) if agreed else change.title
    if isinstance(title, Refusal):
        return title
    if not store.settle(change.id, GRANTED if agreed else REFUSED, by.person_id):
        return UNKNOWN
    if agreed:
        _carry_out(store, by, change.wish, title, asked_by=change.asked_by)
        if change.owner_id == change.wish.person_id != by.person_id:
            store.access.mark_reset(change.wish.person_id)
    else:
        store.record(by, f"refuse_{change.wish.kind}", f"Отклонено. {title}", _kept(change.wish))
    word = "Согласие получено" if agreed else "Отклонено"
    store.tell(change.asked_by, f"{word}. {change.title}", "")
    return change


def deciding(store: AccessChanges, actor: Actor, change: AccessChange) -> Capacity | None:
    """Return in which capacity a person may give the second word; None for others."""
    asking = {change.asked_by, change.asked_for} - {None}
    gaining = set() if change.owner_id == change.wish.person_id else {change.wish.person_id}
    if actor.person_id in asking | gaining or store.now - change.asked_at > WAITS:
        return None
    if actor.person_id == change.owner_id:
        return own_capacity(actor, change.municipality_id)
    return next(
        (
            capacity
            for capacity in actor.capacities
            if capacity.municipality_id == change.municipality_id
            and capacity.role in store.keys
            and not capacity.persons & asking
        ),
        None,
    )


def own_capacity(actor: Actor, municipality_id: int) -> Capacity:
    """Return a person's own office, or no more than herself, to speak of her own access in."""
    held = (capacity for capacity in actor.capacities if capacity.stands_for is None)
    return next(held, Capacity(actor.person_id, "", 0, municipality_id))


def _given(power: str) -> str:
    return f". Даёт: {power}" if power else ""


def _held(store: AccessChanges, person_id: int) -> str:
    """Return, as the end of a title, what whoever comes in as this person could do."""
    found = dict.fromkeys(store.power_of(one.role) for one in store.offices_of(person_id))
    return f". Так входит: {'; '.join(filter(None, found))}" if any(found) else ""


def _said(store: AccessChanges, municipality_id: int, wished: Wish) -> str | Refusal:
    name = store.person_name(municipality_id, wished.person_id)
    said = wished.said(store, municipality_id, name) if name else UNKNOWN
    return said if isinstance(said, Refusal) else said[:LONGEST_SAID]


def _carry_out(store: AccessChanges, by: Capacity, wished: Wish, title: str, **more: Any) -> None:
    done = wished.carry_out(store, by.municipality_id)
    store.record(by, wished.kind, title, {**_kept(wished), **done, **more})


def _kept(wished: Wish) -> dict[str, Any]:
    return wished.model_dump(mode="json", exclude={"kind"})
