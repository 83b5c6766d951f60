"""Organisations on pages: they are added; names and contacts change, each with its past.

1. A form tells which version of an organisation it was drawn from. Where somebody has changed it
   since, nothing is written and the page asks with both in sight.
2. All that is wrong is said at once, each beside its field; `is_trial` stops before writing.
3. What is written leaves a row of history with every value before and after, and the reason.

A name holds from a day until the next one begins: nothing runs at midnight for it to come true.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cache, cached_property
from typing import Any, Protocol, TypeVar, cast

from pydantic import Field, create_model
from pydantic_core import to_jsonable_python

from workflow_app.engine.addresses import is_mail_address
from workflow_app.engine.forms import HIDDEN, Date, Form, Line, Name, missing, parse, views
from workflow_app.engine.forms import field as form_field
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.engine.registers import Extension, Register
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.services.administration import NOT_ADMIN, UNKNOWN, officer
from workflow_app.services.hashing import canonical, sha256
from workflow_app.services.importing.rows import CODE
from workflow_app.services.registers.cells import without_latin
from workflow_app.services.registers.references import foreign_reference
from workflow_app.services.registers.wishes import Registers, Wish
from workflow_app.services.registers.writing import enter

FORMS = ("name_gen", "name_dat", "name_acc")
YEARS_AHEAD = 3
"""Nobody knows a name for longer; a slip of the hand makes 2052 of 2025."""
INN = 10
"""Digits in the taxpayer's number of an organisation."""

FormT = TypeVar("FormT", bound=Form)
Said = Mapping[str, Any]


# ---------------------------------------------------------------- what is filled in


class Names(Form):
    """How an organisation is called; a case nobody has confirmed leaves a visible gap in papers."""

    short_name: Name = form_field(
        "Краткое название", hint="Для списков и дел: «МКОУ СОШ № 5 с. Турксад»"
    )
    full_name: Line = form_field("Полное название", hint="Как в уставе, слово в слово")
    name_gen: Line = form_field("В родительном падеже", optional=True, hint="Устав чего?")
    name_dat: Line = form_field("В дательном падеже", optional=True, hint="Поручить чему?")
    name_acc: Line = form_field("В винительном падеже", optional=True, hint="Включить что?")


class Coded(Form):
    """By what files find an organisation."""

    code: Line = form_field("Код", hint="Короткое имя для загрузки из файлов, например «S19»")


class Contacts(Form):
    """Where an organisation is reached."""

    email: Line = form_field("Почта", optional=True)
    phone: Name = form_field("Телефон", optional=True)
    address: Line = form_field("Адрес", optional=True)
    inn: Name = form_field("ИНН", optional=True, hint="Десять цифр")


class New(Contacts, Names, Coded):
    """An organisation that is not there yet."""

    basis: Line = form_field(
        "По какому документу", optional=True, hint="Постановление от 01.09.2025 № 15"
    )


@cache
def form_of_new(register: Register[Any]) -> type[Form]:
    """Return what is asked of a new organisation and of the row of the register that extends it."""
    name: Any = (str, Field(default="", json_schema_extra=HIDDEN))
    return create_model("New", __base__=(register.record, New), name=name)


OF_HOUSE = ("full_name", *FORMS, *Contacts.model_fields)
"""What a file says of an organisation beside the row of the register that extends it."""


@dataclass(frozen=True, eq=False, kw_only=True)
class WithHouse(Register[Any]):
    """A register with what the house tells of its rows: how its files are read and given."""

    @cached_property
    def of_house(self) -> tuple[str, ...]:
        """The fields that a house table tells."""
        return (*Extension.__annotations__, *OF_HOUSE)


@cache
def with_house(register: Register[Any]) -> Register[Any]:
    """Return a register as its files have it; one that extends nothing is its own."""
    if not register.extends:
        return register
    own: Any = {
        name: (New.model_fields[name].annotation, New.model_fields[name]) for name in OF_HOUSE
    }
    said = {one.name: getattr(register, one.name) for one in fields(register)}
    return WithHouse(**{**said, "record": create_model("InFile", __base__=register.record, **own)})


class Rename(Names):
    """A name from a day on."""

    starts_on: Date = form_field("С какого дня", hint="До этого дня остаётся прежнее название")
    basis: Line = form_field("По какому документу", hint="Постановление от 01.09.2025 № 15")
    reason: Line = form_field("Почему", hint="Например: изменён тип учреждения")


class Correction(Names):
    """A slip in a name: the days it stands for stay as they are."""

    reason: Line = form_field("Почему", hint="Например: опечатка в номере")


class Details(Contacts):
    """What is known of an organisation beside its name."""

    reason: Line = form_field("Почему", optional=True, hint="Откуда это известно")


class TakeBack(Form):
    """Why a name is taken back."""

    reason: Line = form_field("Почему отменяете")


# ---------------------------------------------------------------- what is there


@dataclass(frozen=True, slots=True)
class Period:
    """A name and its days; an empty day is open."""

    id: int
    full_name: str
    short_name: str
    name_gen: str
    name_dat: str
    name_acc: str
    basis: str | None
    """None of a name that files brought."""
    valid_from: dt.date | None
    valid_to: dt.date | None

    @property
    def has_gap(self) -> bool:
        """Tell whether papers miss a case of it."""
        return not all(getattr(self, name) for name in FORMS)


@dataclass(frozen=True, slots=True)
class Known:
    """An organisation as it stands: its names in their order, contacts."""

    id: int
    municipality_id: int
    code: str
    kind: str
    first_name: str
    """How it is called in short on days without a name."""
    names: tuple[Period, ...]
    contacts: Mapping[str, str]
    place: str = ""
    """Where a school is."""
    closed_on: dt.date | None = None

    def name_on(self, day: dt.date) -> Period | None:
        """Return the name of a day."""
        return next((one for one in self.names if holds(one, day)), None)

    def called(self, day: dt.date) -> str:
        """Return the short name of a day."""
        name = self.name_on(day)
        return name.short_name if name else self.first_name

    def ahead(self, day: dt.date) -> tuple[Period, ...]:
        """Return the names that begin later."""
        return tuple(one for one in self.names if one.valid_from and one.valid_from > day)

    @property
    def version(self) -> str:
        """Return a word for the state of it that somebody saw."""
        return sha256(canonical(to_jsonable_python(asdict(self))))[:16]


def holds(name: Period, day: dt.date) -> bool:
    """Tell whether a name stands on a day."""
    return (name.valid_from or day) <= day <= (name.valid_to or day)


def of_house(known: Sequence[Known], day: dt.date) -> Mapping[int, Mapping[str, Any]]:
    """Return what files say of organisations on a day beside the rows that extend them."""
    return {one.id: {**_of_name(one.name_on(day)), **one.contacts} for one in known}


class Organisations(Protocol):
    """What writing about organisations needs of the store."""

    @property
    def today(self) -> dt.date:
        """The day in the municipality."""

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""

    def known(self, municipality_id: int) -> Sequence[Known]:
        """Return the organisations of a municipality, kind by kind."""

    def changed_by(self, municipality_id: int, organisation_id: int) -> str:
        """Return who changed an organisation last; empty where history does not tell."""

    def add(
        self,
        municipality_id: int,
        kind: str,
        code: str,
        name: Mapping[str, Any],
        contacts: Mapping[str, Any],
    ) -> int:
        """Insert an organisation with its first name."""

    def write_name(self, organisation: Known, name_id: int | None, values: Said) -> None:
        """Change a name, or insert one."""

    def remove_name(self, organisation: Known, name_id: int) -> None:
        """Delete a name."""

    def write_contacts(self, organisation: Known, contacts: Mapping[str, Any]) -> None:
        """Write where an organisation is reached."""


# ---------------------------------------------------------------- adding


def add(
    store: Organisations,
    registers: Registers,
    person_id: int,
    register: Register[Any],
    said: Said,
    *,
    is_trial: bool = False,
) -> int | Refusal:
    """Add an organisation with its row of the register that extends it; return its id, or 0.

    The register's key is its kind; a trial writes nothing.
    """
    by = officer(registers.uow.actor(person_id))
    if by is None:
        return NOT_ADMIN
    others = store.known(by.municipality_id)
    filled, wrong = _filled(form_of_new(register), said)
    if filled:
        new = cast("New", filled)
        wrong += [
            *_wrong_code(new.code, others, store.today),
            *_wrong_name(new, others, store.today, 0),
            *_wrong_contacts(new),
        ]
        wrong += foreign_reference(registers.uow, by.municipality_id, filled) or ()
    if filled is None or wrong:
        return joined(wrong) or UNKNOWN
    if is_trial:
        return 0
    made = _add(store, by, register, new)
    row = {name: getattr(filled, name) for name in (*register.identity, *register.kept)}
    why = {"reason": "Организация добавлена", "basis": new.basis}
    entered = enter(registers, person_id, register, Wish(row, why))
    if isinstance(entered, Refusal):
        raise ValueError(entered.message)
    return made


class Loading:
    """New organisations of a file, each beside those that are there and those above it."""

    def __init__(self, store: Organisations, by: Capacity | None) -> None:
        self._store, self._by = store, by
        self._others = [*store.known(by.municipality_id)] if by else []

    def why_not(self, said: Said) -> Iterator[Refusal]:
        """Yield all that is wrong with a new organisation; its field is that of the file."""
        if self._by is None:
            yield NOT_ADMIN
            return
        new, wrong = self._new(said)
        if new:
            day = self._store.today
            wrong += [
                *_wrong_code(new.code, self._others, day),
                *_wrong_name(new, self._others, day, 0),
                *_wrong_contacts(new),
            ]
            place = self._by.municipality_id
            self._others.append(Known(-1, place, new.code, "", new.short_name, (), {}))
        for one in wrong:
            yield replace(one, field="name") if one.field == "short_name" else one

    def add(self, register: Register[Any], said: Said, basis: str) -> int:
        """Add an organisation of which nothing is wrong; its row is the file's to write."""
        new, _ = self._new(said)
        if new is None or self._by is None:
            raise ValueError(said)
        return _add(self._store, self._by, register, new.model_copy(update={"basis": basis}))

    @staticmethod
    def _new(said: Said) -> tuple[New | None, list[Refusal]]:
        return _filled(New, {**said, "short_name": said.get("name")})


def _add(store: Organisations, by: Capacity, register: Register[Any], new: New) -> int:
    """Insert an organisation and what history says of it; return its id."""
    contacts = {name: getattr(new, name) for name in Contacts.model_fields}
    name = {one: getattr(new, one) for one in Names.model_fields}
    dated = {**name, "basis": new.basis}
    made = store.add(by.municipality_id, register.key, new.code, dated, contacts)
    said = f"{register.title}: добавлено {new.short_name}"
    changes = _changes(New(), {}, {**name, **contacts})
    _record(store, by, made, "add_organisation", said, changes, basis=new.basis)
    return made


# ---------------------------------------------------------------- names


def rename(
    store: Organisations,
    actor: Actor,
    organisation_id: int,
    said: Said,
    seen: str,
    *,
    is_trial: bool = False,
) -> int | Refusal:
    """Let an organisation have another name from a day on, until the next one begins."""
    found = _found(store, actor, organisation_id, seen)
    if isinstance(found, Refusal):
        return found
    by, one, wrong = found
    filled, badly = _filled(Rename, said)
    wrong += badly
    before = None
    if filled and filled.starts_on:
        before = _before(one, filled.starts_on)
        wrong += [
            *_wrong_name(filled, store.known(by.municipality_id), filled.starts_on, one.id),
            *_wrong_day(one, filled, before, store.today),
        ]
    if filled is None or filled.starts_on is None or wrong:
        return joined(wrong) or UNKNOWN
    if is_trial:
        return one.id
    starts_on = filled.starts_on
    later = one.ahead(starts_on)
    until = later[0].valid_from if later else None
    if before and (before.valid_to is None or before.valid_to >= starts_on):
        store.write_name(one, before.id, {"valid_to": _day_before(starts_on)})
    values = {name: getattr(filled, name) for name in Names.model_fields}
    last = _day_before(until) if until else None
    days = {"valid_from": starts_on, "valid_to": last}
    store.write_name(one, None, {**values, **days, "basis": filled.basis})
    told = f"{one.called(store.today)}: с {starts_on:%d.%m.%Y} — {filled.short_name}"
    changes = _changes(filled, _of_name(before), values)
    _record(
        store,
        by,
        one.id,
        "rename_organisation",
        told,
        changes,
        basis=filled.basis,
        reason=filled.reason,
    )
    return one.id


def correct_name(
    store: Organisations,
    actor: Actor,
    organisation_id: int,
    name_id: int,
    said: Said,
    seen: str,
    *,
    is_trial: bool = False,
) -> int | Refusal:
    """Put a slip in a name right for all the days the name stands for."""
    found = _found(store, actor, organisation_id, seen)
    if isinstance(found, Refusal):
        return found
    by, one, wrong = found
    name = next((known for known in one.names if known.id == name_id), None)
    if name is None:
        return joined(wrong) or UNKNOWN
    filled, badly = _filled(Correction, said)
    wrong += badly
    values: dict[str, Any] = {}
    if filled:
        day = name.valid_from or name.valid_to or store.today
        wrong += _wrong_name(filled, store.known(by.municipality_id), day, one.id)
        values = {key: getattr(filled, key) for key in Names.model_fields}
        if not wrong and not is_trial and not _changes(filled, _of_name(name), values):
            wrong.append(Refusal("nothing_changed", "Ничего не изменено"))
    if filled is None or wrong:
        return joined(wrong) or UNKNOWN
    if is_trial:
        return one.id
    store.write_name(one, name.id, values)
    told = f"{one.called(store.today)}: исправлено название {in_words(name)}"
    _record(
        store,
        by,
        one.id,
        "correct_name",
        told,
        _changes(filled, _of_name(name), values),
        reason=filled.reason,
    )
    return one.id


def take_back_name(
    store: Organisations, actor: Actor, organisation_id: int, said: Said, seen: str
) -> int | Refusal:
    """Let the name before the last one stand again, for all days that the last one had."""
    found = _found(store, actor, organisation_id, seen)
    if isinstance(found, Refusal):
        return found
    by, one, wrong = found
    filled, badly = _filled(TakeBack, said)
    wrong += badly
    gone = to_take_back(one)
    if gone is None:
        wrong.append(
            Refusal(
                "nothing_to_take_back",
                "Отменять нечего: последнее название дано не на этой странице",
            )
        )
    if filled is None or gone is None or wrong:
        return joined(wrong) or UNKNOWN
    before = one.names[-2]
    store.remove_name(one, gone.id)
    if before.valid_to == _day_before(gone.valid_from or dt.date.min):
        store.write_name(one, before.id, {"valid_to": gone.valid_to})
    told = f"{one.called(store.today)}: отменено название {in_words(gone)}"
    changes = _changes(Names(), _of_name(gone), _of_name(before))
    _record(store, by, one.id, "take_back_name", told, changes, reason=filled.reason)
    return one.id


def to_take_back(one: Known) -> Period | None:
    """Return the last name, where a page has given it after another one."""
    last = one.names[-1] if len(one.names) > 1 else None
    return last if last and last.basis is not None and last.valid_from else None


# ---------------------------------------------------------------- contacts


def change_contacts(
    store: Organisations, actor: Actor, organisation_id: int, said: Said, seen: str
) -> int | Refusal:
    """Write where an organisation is reached."""
    found = _found(store, actor, organisation_id, seen)
    if isinstance(found, Refusal):
        return found
    by, one, wrong = found
    filled, badly = _filled(Details, said)
    wrong += badly
    if filled:
        wrong += _wrong_contacts(filled)
    if filled is None or wrong:
        return joined(wrong) or UNKNOWN
    contacts = {name: getattr(filled, name) for name in Contacts.model_fields}
    changes = _changes(filled, one.contacts, contacts)
    if not changes:
        return Refusal("nothing_changed", "Ничего не изменено")
    store.write_contacts(one, contacts)
    told = f"{one.called(store.today)}: {', '.join(title.lower() for title, *_ in changes)}"
    _record(store, by, one.id, "change_organisation", told, changes, reason=filled.reason)
    return one.id


# ---------------------------------------------------------------- what all of them do


def in_words(name: Period) -> str:
    """Return a name with its days."""
    since = f" с {name.valid_from:%d.%m.%Y}" if name.valid_from else ""
    until = f" по {name.valid_to:%d.%m.%Y}" if name.valid_to else ""
    return f"«{name.short_name}»{since}{until}"


def gaps_in(said: Said) -> Refusal | None:
    """Return which cases of a name are still missing."""
    empty = [name for name in FORMS if not str(said.get(name, "")).strip()]
    return joined(
        Refusal("field_required", "Напишите, как склоняется название", name) for name in empty
    )


def _found(
    store: Organisations, actor: Actor, organisation_id: int, seen: str
) -> tuple[Capacity, Known, list[Refusal]] | Refusal:
    """Return as whom a person writes about which organisation, and whether it changed meanwhile."""
    by = officer(actor)
    if by is None:
        return NOT_ADMIN
    every = store.known(by.municipality_id)
    one = next((one for one in every if one.id == organisation_id), None)
    if one is None:
        return UNKNOWN
    if one.version == seen:
        return by, one, []
    who = store.changed_by(by.municipality_id, one.id) or "кто-то ещё"
    said = (
        f"Пока вы заполняли, организацию изменили ({who}). Ничего не записано: ниже видно, что "
        "стоит сейчас; проверьте своё и запишите ещё раз"
    )
    return by, one, [Refusal("changed_meanwhile", said)]


def _filled(form: type[FormT], said: Said) -> tuple[FormT | None, list[Refusal]]:
    """Return a form with what was said, tidied, as far as it goes, and all that is wrong with it.

    None where even the rest makes no form.
    """
    own = {view.name: _tidy(view.name, said.get(view.name)) for view in views(form)}
    own = {name: value for name, value in own.items() if value is not None}
    filled, wrong = parse(form, own), list[Refusal]()
    if isinstance(filled, Refusal):
        wrong = [*filled]
        filled = parse(form, {name: own[name] for name in own.keys() - filled.fields.keys()})
    if isinstance(filled, Refusal):
        return None, wrong
    told = {one.field for one in wrong}
    return filled, wrong + [one for one in missing(filled) if one.field not in told]


def _tidy(name: str, value: Any) -> Any:
    """Return a text without stray spaces, a name without Latin letters that look Russian."""
    if not isinstance(value, str):
        return value
    text = " ".join(value.split())
    return text if name in (*Coded.model_fields, *Contacts.model_fields) else without_latin(text)


def _wrong_code(code: str, others: Sequence[Known], day: dt.date) -> Iterator[Refusal]:
    if code and not CODE.fullmatch(code):
        said = "Код — латинские буквы, цифры, точка и дефис без пробелов, например «S19»"
        yield Refusal("bad_code", said, "code")
    for one in others:
        if one.code.casefold() == code.casefold():
            yield Refusal("code_taken", f"Этот код уже у организации «{one.called(day)}»", "code")


def _wrong_name(
    filled: Names, others: Sequence[Known], day: dt.date, own: int
) -> Iterator[Refusal]:
    """Yield that somebody else is called so on the day."""
    for one in others:
        taken = filled.short_name.casefold() == one.called(day).casefold()
        if one.id != own and filled.short_name and taken:
            yield Refusal(
                "name_taken",
                f"Так уже называется другая организация, её код {one.code}",
                "short_name",
            )


def _wrong_day(
    one: Known, filled: Rename, before: Period | None, today: dt.date
) -> Iterator[Refusal]:
    same = next((name for name in one.names if name.valid_from == filled.starts_on), None)
    if same:
        said = f"С этого дня уже записано {in_words(same)}: исправьте его или выберите другой день"
        yield Refusal("day_taken", said, "starts_on")
    elif before and (before.short_name, before.full_name) == (filled.short_name, filled.full_name):
        yield Refusal("same_name", "Так организация называется и до этого дня", "full_name")
    if filled.starts_on and filled.starts_on.year > today.year + YEARS_AHEAD:
        said = f"Проверьте год: это больше чем через {YEARS_AHEAD} года"
        yield Refusal("bad_date", said, "starts_on")


def _wrong_contacts(filled: Contacts) -> Iterator[Refusal]:
    if filled.email and not is_mail_address(filled.email):
        yield Refusal("bad_mail", "Не похоже на адрес электронной почты", "email")
    if filled.inn and not (
        filled.inn.isascii() and filled.inn.isdigit() and len(filled.inn) == INN
    ):
        yield Refusal("bad_inn", f"ИНН организации — {INN} цифр", "inn")


def _before(one: Known, day: dt.date) -> Period | None:
    """Return the last name that began before a day."""
    begun = [name for name in one.names if name.valid_from is None or name.valid_from < day]
    return begun[-1] if begun else None


def _day_before(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=1) if day > dt.date.min else day


def _of_name(name: Period | None) -> dict[str, Any]:
    return {key: getattr(name, key) for key in Names.model_fields} if name else {}


Changed = Sequence[tuple[str, str, str]]
"""Title, before, after."""


def _changes(form: Form, before: Mapping[str, Any], after: Mapping[str, Any]) -> Changed:
    """Return what differs, in words, in the order of a form."""
    return [
        (view.title, _said(before.get(view.name)), _said(after[view.name]))
        for view in views(type(form))
        if view.name in after and _said(before.get(view.name)) != _said(after[view.name])
    ]


def _said(value: Any) -> str:
    return "" if value in (None, False) else "да" if value is True else str(value)


def _record(
    store: Organisations,
    by: Capacity,
    organisation_id: int,
    action: str,
    title: str,
    changes: Changed,
    *,
    reason: str = "",
    basis: str = "",
) -> None:
    details = {
        "organisation_id": organisation_id,
        "changes": [[*one] for one in changes],
        "reason": reason,
        "basis": basis,
    }
    store.record(by, action, title, details)
