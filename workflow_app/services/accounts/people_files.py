"""People and their posts from a table: a row is an office of a person, who is added with her first.

1. Every row is read as rows of a register's file are, and then asked what a page would ask: whose
   address it is, whether the office is free. All that is wrong is found at once.
2. Nothing is written with a mistake in it; rows without one are written in one transaction.
3. How names and titles are declined is proposed. Whoever writes confirms that she looked at it, as
   she does for one person; what is wrong there she says in columns of the table.
4. An office that signs or administers waits for the word of a second person, as it always does.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Protocol

from pydantic import create_model

from workflow_app.engine.facts import Facts
from workflow_app.engine.forms import Choice, Date, FieldView, Line
from workflow_app.engine.forms import field as form_field
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.registers import Record, Register
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.services.accounts.access_changes import AccessChanges, Appointment, Asked, wish
from workflow_app.services.accounts.people import (
    FORMS,
    STAFF,
    Newcomer,
    Newcomers,
    add_newcomer,
    gender_of,
    wrong_in,
)
from workflow_app.services.ports import RefusedLateError
from workflow_app.services.registers.cells import plain
from workflow_app.services.registers.files.compare import NEW, Mistake, Plan
from workflow_app.services.registers.files.compare import Line as Row
from workflow_app.services.registers.names import NameForms, TitleForms

AHEAD = dt.timedelta(days=366)
"""An office is given no longer before it begins: a slip of the hand makes 2052 of 2025."""


class Listed(Record):
    """A row: who, where, in which office, since when."""

    last_name: Line = form_field("Фамилия")
    first_name: Line = form_field("Имя")
    middle_name: Line = form_field("Отчество", optional=True)
    gender: Choice = form_field("Пол", choices={"f": "женский", "m": "мужской"}, optional=True)
    email: Line = form_field("Почта", optional=True)
    organisation: Choice = form_field("Организация", choices={})
    role: Choice = form_field("Роль", choices={})
    title: Line = form_field("Должность")
    starts_on: Date = form_field("С какого дня")
    short_nom: Line = form_field("Кто (именительный)", optional=True)
    short_gen: Line = form_field("Кого (родительный)", optional=True)
    short_dat: Line = form_field("Кому (дательный)", optional=True)
    short_acc: Line = form_field("Кого (винительный)", optional=True)
    signature_name: Line = form_field("Подпись", optional=True)


def register_of(organisations: Mapping[int, str], roles: Mapping[str, str]) -> Register[Any]:
    """Return how a table of people is read: its columns, what may be said in each."""
    places = {str(key): name for key, name in organisations.items()}
    known = {**roles, STAFF: roles.get(STAFF, "сотрудник без прав")}
    record = create_model(
        "ListedHere",
        __base__=Listed,
        organisation=(Choice, form_field("Организация", choices=places)),
        role=(Choice, form_field("Роль", choices=known)),
    )
    return Register(
        key="people",
        title="Люди и должности",
        record=record,
        identity=("last_name", "first_name", "middle_name", "organisation", "title"),
        called=lambda row: " ".join(filter(None, (row.last_name, row.first_name, row.middle_name))),
    )


class Lists:
    """What a comparison asks about a table of people: nothing of it is a register's row."""

    def __init__(self, facts: Facts, register: Register[Any], codes: Mapping[str, int]) -> None:
        self.facts, self._fields, self._codes = facts, register.fields, codes

    def ids(self) -> Mapping[tuple[Any, ...], int]:
        """Return nothing: whether a person is there already is asked later."""
        return {}

    def may_read(self, identity: Mapping[str, Any]) -> bool:
        """Tell that whoever brings the table may read it."""
        return bool(identity)

    def known(self, ids: Collection[int]) -> Mapping[int, Any]:
        """Return nothing."""
        return dict.fromkeys(ids)

    def why_not_new(self, said: Mapping[str, Any]) -> Sequence[Refusal]:
        """Return nothing: it is no table of the house."""
        del said
        return ()

    def saying(self, name: str) -> Mapping[Any, Sequence[int]]:
        """Return nothing."""
        return {name: ()}

    def said(self, view: FieldView, value: Any) -> str:
        """Return a value in words."""
        choices = self._choices(view)
        return "" if value is None else choices.get(str(value), str(value))

    def near(self, view: FieldView, text: str) -> Sequence[str]:
        """Return what of a list a text may have meant."""
        wanted = plain(text).split(" ", maxsplit=1)[0]
        return [one for one in self._choices(view).values() if plain(one).startswith(wanted)][:3]

    def meant(self, view: FieldView, text: str) -> Sequence[tuple[Any, str]]:
        """Return the values a text may mean; an organisation is meant by its code, too."""
        choices = self._choices(view)
        if view.name == "organisation" and (found := self._codes.get(text.casefold())):
            return [(str(found), choices[str(found)])]
        return [(key, said) for key, said in choices.items() if plain(said) == plain(text)]

    @staticmethod
    def _choices(view: FieldView) -> Mapping[str, str]:
        return view.options.get("choices") or {}


class People(Newcomers, Protocol):
    """What a table of people needs of the store beyond adding one."""

    def named(self, municipality_id: int, full_name: str) -> Sequence[tuple[int, str]]:
        """Return (person, address) of those with a full name."""

    def has_office(self, person_id: int, organisation_id: int, role: str, title: str) -> bool:
        """Tell whether a person holds an office today or will."""

    def is_for_one(self, role: str) -> bool:
        """Tell whether an organisation has one holder of an office at a time."""

    def title_forms(self, municipality_id: int, title: str) -> TitleForms:
        """Return how a title is declined: as it was confirmed here, else by the rules."""


@dataclass(slots=True)
class Office:
    """A row that has no mistake: whose office it is, and how papers name both."""

    line: Row
    person: Newcomer
    forms: NameForms
    known: int | None
    """The person, where she is there already."""
    organisation_id: int
    role: str
    title: str
    title_forms: TitleForms
    starts_on: dt.date


@dataclass(slots=True)
class Found:
    """What a table would do: offices to give, in the order of its rows."""

    plan: Plan
    offices: list[Office] = field(default_factory=list)

    @property
    def newcomers(self) -> Sequence[Office]:
        """Return the first row of each person who is not there yet."""
        first = {one.person.full_name: one for one in reversed(self.offices) if one.known is None}
        return [one for one in self.offices if first.get(one.person.full_name) is one]

    @property
    def titles(self) -> Mapping[str, TitleForms]:
        """Return how the titles in the table are declined."""
        return {one.title: one.title_forms for one in self.offices}


def look(
    people: People, access: AccessChanges, by: Capacity, register: Register[Any], plan: Plan
) -> Found:
    """Return what a table would do; what a page would refuse is noted in its lines."""
    found, seen = Found(plan), _Seen()
    for line in plan.lines:
        office = _office(people, by, line) if line.kind == NEW else None
        if office is None:
            continue
        if office.known and people.has_office(
            office.known, office.organisation_id, office.role, office.title
        ):
            line.notes.append("эта должность уже записана")
            continue
        for refusal in (*seen.objections(people, office), *_objections(people, access, by, office)):
            view = register.fields.get(refusal.field or "")
            line.mistakes.append(Mistake(view.title if view else "", refusal.message))
        if not line.mistakes:
            found.offices.append(office)
    return found


def write(
    people: People, access: AccessChanges, actor: Actor, by: Capacity, found: Found
) -> Sequence[Asked]:
    """Add people and give offices; return those that wait for the word of a second person."""
    ids: dict[str, int] = {}
    waiting = []
    for one in found.offices:
        name = one.person.full_name
        person = one.known or ids.get(name)
        if person is None:
            added = add_newcomer(
                people, by, one.person, asdict(one.forms), confirmed=True, namesake=True
            )
            person = ids[name] = _or_late(one, added)
        given = wish(
            access,
            actor,
            Appointment(
                person_id=person,
                organisation_id=one.organisation_id,
                role=one.role,
                title=one.title,
                starts_on=one.starts_on,
                ends_on=None,
                **asdict(one.title_forms),
            ),
        )
        if isinstance(_or_late(one, given), Asked):
            waiting.append(given)
    return [one for one in waiting if isinstance(one, Asked)]


def _or_late(office: Office, result: Any) -> Any:
    if isinstance(result, Refusal):
        said = f"Строка {office.line.number}: {result.message}"
        raise RefusedLateError(Refusal(result.code, said))
    return result


def _office(people: People, by: Capacity, line: Row) -> Office | None:
    said = {name: value for name, value in line.said.items() if value}
    own = {one.name: str(said.get(one.name, "")) for one in fields(Newcomer)}
    person = Newcomer(**{**own, "gender": own["gender"] or gender_of(own["middle_name"])}).tidy()
    if not person.gender:
        line.mistakes.append(Mistake("Пол", "укажите: от него зависят падежи"))
        return None
    named = people.named(by.municipality_id, person.full_name)
    alike = [key for key, email in named if person.email in ("", email)]
    if named and len(alike) != 1:
        addresses = ", ".join(email or "без почты" for _, email in named)
        said_of = f"такой человек уже есть ({addresses}): впишите его почту, а если это другой, "
        line.mistakes.append(Mistake("Почта", f"{said_of}добавьте его на странице «Люди»"))
        return None
    forms = asdict(person.forms) | {name: said[name] for name in FORMS if name in said}
    return Office(
        line,
        person,
        NameForms(**forms),
        alike[0] if alike else None,
        int(said["organisation"]),
        str(said["role"]),
        str(said["title"]),
        people.title_forms(by.municipality_id, str(said["title"])),
        dt.date.fromisoformat(said["starts_on"]),
    )


def _objections(
    people: People, access: AccessChanges, by: Capacity, one: Office
) -> Iterator[Refusal]:
    """Yield what a page would refuse."""
    if one.known is None:
        yield from wrong_in(people, by.municipality_id, one.person, namesake=True)
    if one.starts_on > people.today + AHEAD:
        yield Refusal("bad_date", "проверьте год: это больше чем через год", "starts_on")
    if where := access.only_at(one.role, one.organisation_id):
        yield Refusal("role_elsewhere", f"эту роль дают только {where}", "role")
    if access.is_taken(one.role, one.organisation_id, one.starts_on, None):
        yield Refusal("office_taken", "эта должность в эти дни занята другим человеком", "role")


class _Seen:
    """What the rows above have said: of one person alike, of one address one person."""

    def __init__(self) -> None:
        self._addresses: dict[str, tuple[str, int]] = {}
        self._people: dict[str, tuple[Newcomer, int]] = {}
        self._sole: dict[tuple[int, str], int] = {}

    def objections(self, people: People, one: Office) -> Iterator[Refusal]:
        """Yield what a row says otherwise than one above it."""
        name, number = one.person.full_name, one.line.number
        person, line = self._people.setdefault(name, (one.person, number))
        if person != one.person:
            yield Refusal("said_otherwise", f"в строке {line} о человеке сказано иначе", "email")
        if one.person.email:
            owner, line = self._addresses.setdefault(one.person.email, (name, number))
            if owner != name:
                yield Refusal("address_taken", f"этот адрес — у человека в строке {line}", "email")
        if people.is_for_one(one.role):
            line = self._sole.setdefault((one.organisation_id, one.role), number)
            if line != number:
                yield Refusal("office_taken", f"эту должность занимает строка {line}", "role")
