"""A person is taken on in one go: her name, a post with rights, the invitation. And she leaves.

1. `why_not` tells all that is wrong with her name and her post before any form of them is proposed.
2. `take_on` adds her with the forms that were confirmed, and gives her the post. An office that
   signs or administers waits for the word of a second person, as it always does.
3. `leave` ends what she holds on a day. Work given to her by name falls back to her role then.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from workflow_app.engine.refusals import Refusal, joined
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.services.accounts.access_changes import (
    AccessChanges,
    Appointment,
    Asked,
    NewState,
    wish,
    withdraw_invitation,
)
from workflow_app.services.accounts.people import Newcomer, Newcomers, add_newcomer, check_newcomer
from workflow_app.services.administration import (
    NOT_ADMIN,
    UNKNOWN,
    Office,
    end_position,
    gap_in,
    officer,
)
from workflow_app.services.ports import RefusedLateError
from workflow_app.services.registers.names import TitleForms

AHEAD = dt.timedelta(days=366)
"""A post is given no longer before it begins: a slip of the hand makes 2052 of 2025."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post as somebody fills it in; without a place, rights and title there is none."""

    organisation_id: int | None
    place: str
    """The organisation as it was typed, where it was."""
    role: str
    title: str
    starts_on: dt.date | None
    forms: TitleForms

    @property
    def is_empty(self) -> bool:
        """Tell whether no post is meant: a person may get one later."""
        return not (self.organisation_id or self.place or self.role or self.title)

    def of(self, person_id: int) -> Appointment:
        """Return the wish that a person gets it."""
        return Appointment(
            person_id=person_id,
            organisation_id=self.organisation_id or 0,
            role=self.role,
            title=self.title,
            starts_on=self.starts_on or dt.date.max,
            ends_on=None,
            **asdict(self.forms),
        )


@dataclass(frozen=True, slots=True)
class TakenOn:
    """Who was added, and whose word her post waits for."""

    person_id: int
    asked: Asked | None


def why_not(
    people: Newcomers,
    changes: AccessChanges,
    by: Capacity | None,
    new: Newcomer,
    post: Post,
    *,
    namesake: bool,
    is_invited: bool,
) -> Refusal | None:
    """Return what is wrong with a name and a post, or nothing."""
    found = check_newcomer(people, by, new, namesake=namesake)
    if by is None:
        return found
    wrong = [found] if found else []
    if is_invited and not new.email:
        said = "Напишите почту: на неё уйдёт приглашение. Или снимите отметку «Пригласить»"
        wrong.append(Refusal("field_required", said, "email"))
    return joined([*wrong, *([] if post.is_empty else _wrong_post(changes, by, post))])


def _wrong_post(changes: AccessChanges, by: Capacity, post: Post) -> Iterator[Refusal]:
    empty = {
        "organisation": (post.organisation_id, "Выберите организацию из списка"),
        "role": (post.role, "Выберите, что человек делает в системе"),
        "title": (post.title, "Напишите должность, как в документах"),
        "starts_on": (post.starts_on, "Укажите первый день"),
    }
    gaps = [
        Refusal("field_required", said, name) for name, (value, said) in empty.items() if not value
    ]
    yield from gaps
    if post.starts_on and post.starts_on > changes.today + AHEAD:
        yield Refusal("bad_date", "Проверьте год: это больше чем через год", "starts_on")
    elif not gaps and (wrong := post.of(0).wrong(changes, by.municipality_id)):
        yield wrong


def take_on(
    people: Newcomers,
    changes: AccessChanges,
    actor: Actor,
    new: Newcomer,
    forms: Mapping[str, str],
    post: Post,
    *,
    confirmed: bool,
    namesake: bool,
) -> TakenOn | Refusal:
    """Add a person with the forms that were confirmed, and give her the post."""
    by = officer(actor)
    if by is None:
        return NOT_ADMIN
    wrong = why_not(people, changes, by, new, post, namesake=namesake, is_invited=False)
    gap = None if post.is_empty else gap_in(post.forms)
    if refusal := joined(one for one in (wrong, gap) if one):
        return refusal
    made = add_newcomer(people, by, new, forms, confirmed=confirmed, namesake=namesake)
    if isinstance(made, Refusal) or post.is_empty:
        return made if isinstance(made, Refusal) else TakenOn(made, None)
    given = wish(changes, actor, post.of(made))
    if isinstance(given, Refusal):
        raise RefusedLateError(given)
    return TakenOn(made, given)


class Leaving(AccessChanges, Protocol):
    """What letting somebody go needs of the store."""

    def offices_of(self, person_id: int) -> Sequence[Office]:
        """Return the offices a person holds today or later, the oldest first."""


def leave(
    store: Leaving, actor: Actor, person_id: int, last_day: dt.date | None, *, closing: bool
) -> Asked | Refusal | None:
    """End all that a person holds on a day, and close her access at once where that is wished.

    An invitation she has not used ends in any case.
    """
    by = officer(actor)
    if by is None:
        return NOT_ADMIN
    if not store.person_name(by.municipality_id, person_id):
        return UNKNOWN
    if last_day is None:
        return Refusal("field_required", "Укажите последний рабочий день", "last_day")
    held = store.offices_of(person_id)
    if late := next((one for one in held if one.starts_on > last_day), None):
        said = f"«{late.title}» начинается {late.starts_on:%d.%m.%Y}, позже последнего дня"
        return Refusal("bad_period", f"{said}: сначала исправьте эту должность", "last_day")
    _end_posts(store, actor, held, last_day)
    account = store.access.account_of(person_id)
    if account is None or not account.password_hash:
        withdraw_invitation(store, actor, person_id)
    if not closing or (account and not account.is_active):
        return None
    closed = wish(store, actor, NewState(person_id=person_id, active=False))
    if isinstance(closed, Refusal):
        raise RefusedLateError(closed)
    return closed


def _end_posts(store: Leaving, actor: Actor, held: Sequence[Office], last_day: dt.date) -> None:
    for one in held:
        if one.ends_on is None or one.ends_on > last_day:
            refusal = end_position(store, actor, one.id, last_day)
            if refusal:
                raise RefusedLateError(refusal)
