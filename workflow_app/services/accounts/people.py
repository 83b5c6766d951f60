"""A person is added: her name, and the forms of it that somebody has looked at.

An officer adds anybody and appoints and invites her later. A head adds a colleague of her own
school, with a post that carries no rights: a paper may name her, and an officer invites her.
"""

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from workflow_app.engine.addresses import is_mail_address
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.engine.roles import Capacity
from workflow_app.services.administration import NOT_ADMIN, UNKNOWN, Office, gap_in
from workflow_app.services.registers.names import GENDERS, NameForms, TitleForms, propose

STAFF = "school_staff"
"""What a post without rights is held by."""
LONGEST = 100
REQUIRED = {"last_name": "фамилию", "first_name": "имя"}
FORMS: Mapping[str, str] = {
    "short_nom": "именительный",
    "short_gen": "родительный",
    "short_dat": "дательный",
    "short_acc": "винительный",
    "signature_name": "подпись",
}
CONFIRMED = "confirmed"
"""The field by which somebody says that she looked at the forms."""


_MALE, _FEMALE = ("ич", "оглы"), ("вна", "чна", "кызы")


def gender_of(middle_name: str) -> str:
    """Return the gender that a patronymic tells; empty where it tells none.

    >>> gender_of("Олеговна"), gender_of("Ильич"), gender_of("")
    ('f', 'm', '')
    """
    name = middle_name.casefold()
    return "f" if name.endswith(_FEMALE) else "m" if name.endswith(_MALE) else ""


NAMES = ("last_name", "first_name", "middle_name")
_PARTICLES = {"оглы", "кызы", "фон", "де", "да", "ван", "дер", "ибн"}


def capitalised(name: str) -> str:
    """Return a name that was typed in small letters alone as it is written; any other as it is.

    >>> capitalised("салтыков-щедрин"), capitalised("али оглы"), capitalised("фон Визин")
    ('Салтыков-Щедрин', 'Али оглы', 'фон Визин')
    """
    if name != name.lower():
        return name
    return " ".join(
        word if word in _PARTICLES else "-".join(part.capitalize() for part in word.split("-"))
        for word in name.split(" ")
    )


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is added: a name as in the passport, service mail if there is one."""

    last_name: str
    first_name: str
    middle_name: str = ""
    gender: str = ""
    email: str = ""

    def tidy(self) -> "Newcomer":
        """Return the same without stray spaces, names and address in their usual spelling.

        Of whom no gender is said it is what the patronymic tells.
        """
        said = {name: re.sub(r"\s+", " ", value).strip() for name, value in asdict(self).items()}
        names = {name: capitalised(said[name]) for name in NAMES}
        known = {
            "email": said["email"].lower(),
            "gender": said["gender"] or gender_of(names[NAMES[2]]),
        }
        return replace(self, **{**said, **names, **known})

    @property
    def full_name(self) -> str:
        """Return surname, first name and, where there is one, patronymic."""
        return " ".join(filter(None, (self.last_name, self.first_name, self.middle_name)))

    @property
    def forms(self) -> NameForms:
        """Return the proposed forms."""
        return propose(self.last_name, self.first_name, self.middle_name, self.gender)


@dataclass(frozen=True, slots=True)
class Post:
    """Where a newcomer works, from today on."""

    organisation_id: int
    title: str
    forms: TitleForms


class Newcomers(Protocol):
    """What adding a person needs of the store."""

    @property
    def today(self) -> dt.date:
        """Return the date people see on the wall."""

    def organisation_name(self, municipality_id: int, organisation_id: int) -> str:
        """Return how an organisation is called; empty for one of another municipality."""

    def appoint(self, office: Office) -> int:
        """Insert a position."""

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""

    def is_address_taken(self, email: str) -> bool:
        """Tell whether somebody signs in by this address, in any municipality."""

    def has_namesake(self, municipality_id: int, new: Newcomer) -> bool:
        """Tell whether a person of this full name is there already."""

    def add(self, municipality_id: int, new: Newcomer, forms: NameForms) -> int:
        """Insert a person."""


def check_newcomer(
    store: Newcomers,
    by: Capacity | None,
    new: Newcomer,
    *,
    namesake: bool = False,
    post: Post | None = None,
) -> Refusal | None:
    """Return why a person cannot be added, or nothing; `namesake`: it is known to be another."""
    if by is None:
        return NOT_ADMIN
    wrong = list(wrong_in(store, by.municipality_id, new, namesake=namesake))
    if post and not store.organisation_name(by.municipality_id, post.organisation_id):
        return UNKNOWN
    if post and not post.title:
        wrong.append(Refusal("field_required", "Напишите должность", "title"))
    if post and not new.email:
        said = "Напишите служебную почту: по ней коллегу пригласят"
        wrong.append(Refusal("field_required", said, "email"))
    return joined(wrong)


def wrong_in(
    store: Newcomers, municipality_id: int, new: Newcomer, *, namesake: bool
) -> Collection[Refusal]:
    """Return why a person cannot be added; `namesake`: who is called alike is another."""
    found = [
        Refusal("field_required", f"Напишите {word}", name)
        for name, word in REQUIRED.items()
        if not getattr(new, name)
    ]
    found += [
        Refusal("text_too_long", f"Не длиннее {LONGEST} знаков", name)
        for name, value in asdict(new).items()
        if len(value) > LONGEST
    ]
    if new.gender not in GENDERS:
        found.append(Refusal("field_required", "Укажите пол: от него зависят падежи", "gender"))
    if new.email and not is_mail_address(new.email):
        found.append(Refusal("bad_mail", "Не похоже на адрес электронной почты", "email"))
    elif new.email and store.is_address_taken(new.email):
        found.append(Refusal("address_taken", "Этот адрес уже у другого человека", "email"))
    if not found and not namesake and store.has_namesake(municipality_id, new):
        said = "Человек с таким именем уже есть: отметьте, если это другой"
        found.append(Refusal("namesake", said, "namesake"))
    return found


def add_newcomer(
    store: Newcomers,
    by: Capacity | None,
    new: Newcomer,
    forms: Mapping[str, str],
    *,
    confirmed: bool,
    namesake: bool = False,
    post: Post | None = None,
) -> int | Refusal:
    """Add a person with the forms that somebody confirmed, and her post; return her id."""
    refusal = check_newcomer(store, by, new, namesake=namesake, post=post)
    if by is None or refusal:
        return refusal or NOT_ADMIN
    said = {name: forms.get(name, "").strip()[:LONGEST] for name in FORMS}
    gap = gap_in(post.forms) if post else None
    refusal = joined([*_unfit(said, confirmed=confirmed), *([gap] if gap else [])])
    if refusal:
        return refusal
    made = store.add(by.municipality_id, new, NameForms(**said))
    told = f"Добавлен человек: {new.full_name}"
    if post:
        store.appoint(
            Office(
                0,
                by.municipality_id,
                made,
                post.organisation_id,
                STAFF,
                post.title,
                store.today,
                None,
                post.forms,
            )
        )
        place = store.organisation_name(by.municipality_id, post.organisation_id)
        told = f"{told}, {post.title}, {place}"
    store.record(by, "add_person", told, {"person_id": made, **said})
    return made


def _unfit(forms: Mapping[str, str], *, confirmed: bool) -> Collection[Refusal]:
    empty = [
        Refusal("field_required", f"{title.capitalize()}: напишите, как печатать", name)
        for name, title in FORMS.items()
        if not forms[name]
    ]
    said = "Проверьте, как склоняется имя, и отметьте, что всё верно"
    return empty or ([] if confirmed else [Refusal("not_confirmed", said, CONFIRMED)])
