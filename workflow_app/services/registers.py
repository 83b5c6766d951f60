"""What people write into declared registers on a page: enter, amend, end, take back.

Each is an entry of its own with a reason; nothing is overwritten. What an order says is changed by
an order alone, a typing mistake in it too: people hold the paper, and a register that says
otherwise than its order would be found wrong by whoever compares the two. What people or files
wrote is corrected from the day on which it was written wrongly.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar, cast

from pydantic_core import to_jsonable_python

from workflow_app.engine.folding import BEGINNING, END_OF_TIME, Entry, Word, Written
from workflow_app.engine.forms import Date, FieldView, Flag, Form, Line, missing, parse
from workflow_app.engine.forms import field as form_field
from workflow_app.engine.refusals import Refusal, joined, refuse
from workflow_app.engine.registers import Record, Register
from workflow_app.engine.roles import Capacity, fitting
from workflow_app.services import acting
from workflow_app.services.ports import UnitOfWork
from workflow_app.services.references import foreign_reference
from workflow_app.services.saying import in_words

WHY = "why."
"""Begins the names of what is said of a write itself: the fields of a row have any other."""
SHOWN = 5
"""So many rows that hang on one are named in a sentence."""
NOT_FOUND = Refusal("not_found", "Такой записи нет или она вам не открыта")
ENDED_MEANWHILE = Refusal(
    "changed_meanwhile",
    "Запись тем временем изменили. Посмотрите, что записано теперь, и повторите",
)
NOTHING = Refusal("nothing_changed", "Вы ничего не изменили: записывать нечего", kind="form")
NOT_BY_HAND = Refusal(
    "cannot_take_back", "Последнее о записи сказал не человек на странице: здесь это не отменить"
)


class WhyEnter(Form):
    """What is said of a new row."""

    effective_on: Date = form_field("С какого дня", optional=True, hint="Пусто — так было всегда.")
    reason: Line = form_field("Почему", hint="Что случилось или откуда это известно.")
    basis: Line = form_field(
        "Документ", optional=True, hint="Если есть: приказ от 01.09.2025 № 15."
    )


class WhyAmend(Form):
    """What is said of a change."""

    effective_on: Date = form_field(
        "С какого дня", optional=True, hint="До этого дня остаётся, как было записано."
    )
    is_correction: Flag = form_field(
        "Это исправление ошибки", optional=True,
        hint="Верным считается то же время, с которого записано неверное; день не нужен.",
    )  # fmt: skip
    reason: Line = form_field("Почему", hint="Что случилось или откуда это известно.")
    basis: Line = form_field(
        "Документ", optional=True, hint="Если есть: приказ от 01.09.2025 № 15."
    )


class WhyEnd(Form):
    """What is said of an end."""

    effective_on: Date = form_field("С какого дня записи нет", hint="Первый день без неё.")
    reason: Line = form_field("Почему", hint="Что случилось или откуда это известно.")
    basis: Line = form_field(
        "Документ", optional=True, hint="Если есть: приказ от 01.09.2025 № 15."
    )


class WhyTakeBack(Form):
    """What is said of taking back."""

    reason: Line = form_field("Почему отменяете")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to be written, as plain values, and what she saw."""

    values: Mapping[str, Any] = field(default_factory=dict)
    why: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None
    """The newest entry of the row she saw; None: she does not say."""
    seen_on: dt.date | None = None
    """As on which day she saw the row; None: as on the day her change counts from."""
    is_again: bool = False
    """A row that ended is meant to come back."""


@dataclass(frozen=True, slots=True)
class InTheWay(Refusal):
    """A refusal because of other rows and cases, which the page leads to."""

    rows: tuple["Place", ...] = ()
    cases: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a declared register; its name where the reader may read it."""

    register: str
    row_id: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is written."""

    effective_on: dt.date | None
    reason: str
    basis: str
    takes_back: int | None = None
    """The entry that counts no more."""


class Registers(Protocol):
    """What writing into declared registers needs of the store."""

    @property
    def uow(self) -> UnitOfWork:
        """The transaction."""

    def declared(self, key: str) -> Register[Any] | None:
        """Return a register; None where it is none of the declared ones."""

    def row_with(
        self, register: Register[Any], municipality_id: int, identity: Mapping[str, Any]
    ) -> int | None:
        """Return the row with an identity, whether or not it is there on any day."""

    def identity(
        self, register: Register[Any], municipality_id: int, row_id: int
    ) -> Mapping[str, Any]:
        """Return what tells a row from all others."""

    def written(self, register: Register[Any], municipality_id: int, row_id: int) -> Written:
        """Return what was written about a row; nothing where the municipality has none."""

    def is_by_hand(self, register: Register[Any], municipality_id: int, entry: Entry) -> bool:
        """Tell whether a person wrote an entry on a page."""

    def referring(
        self, register: Register[Any], municipality_id: int, row_id: int, day: dt.date
    ) -> Sequence[tuple[Register[Any], int]]:
        """Return the rows of other registers that name this one on a day or later."""

    def open_cases_naming(
        self, register: Register[Any], municipality_id: int, row_id: int
    ) -> Sequence[int]:
        """Return the open cases whose text names a row."""

    def write(
        self, word: Word, register: Register[Any], by: Capacity, key: int | None,
        values: Mapping[str, Any], cause: Cause,
    ) -> int:  # fmt: skip
        """Write an entry; return its row."""

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""


# ---------------------------------------------------------------- the verbs


def enter(store: Registers, person_id: int, register: Register[Any], wish: Wish) -> int | Refusal:
    """Write a new row; return its id. An ended one comes back if that is meant."""
    by = editor(store.uow, person_id, register)
    if isinstance(by, Refusal):
        return by
    row, why = _row(register, wish.values), _why(WhyEnter, wish.why)
    if isinstance(row, Refusal) or isinstance(why, Refusal):
        return _refused(row, why)
    place, day = by.municipality_id, why.effective_on or BEGINNING
    if refusal := foreign_reference(store.uow, place, row):
        return refusal
    identity = {name: getattr(row, name) for name in register.identity}
    known = store.row_with(register, place, identity)
    written = store.written(register, place, known) if known else Written()
    before = _typed(register, written.values(day))
    values = {name: getattr(row, name) for name in _differing(register, before, row)}
    if known:
        refusal = (
            _is_there(store, place, register, known, written, day, wish)
            or joined(_by_order(register, written, day, values))
            or joined(_of_gone_order(register, written, day))
        )
        if refusal:
            return refusal
    if refusal := joined(_unsound(store, place, register, row, register.fields, day, END_OF_TIME)):
        return refusal
    cause = Cause(why.effective_on, why.reason, why.basis)
    row_id = store.write("enter", register, by, known, {**values, **identity}, cause)
    _record(store, by, register, row_id, "enter_record", f"внесено: {register.called(row)}")
    return row_id


def amend(
    store: Registers, person_id: int, register: Register[Any], row_id: int, wish: Wish
) -> int | Refusal:
    """Write what a row says otherwise, from a day on or since it was written wrongly."""
    found = _found(store, person_id, register, row_id)
    if isinstance(found, Refusal):
        return found
    by, written = found
    why = _why(WhyAmend, wish.why)
    said = joined(_unwritable(register, wish.values)) or parse(register.record, wish.values)
    if isinstance(why, Refusal) or isinstance(said, Refusal):
        return _refused(why, said)
    place, today = by.municipality_id, store.uow.today
    if why.is_correction:
        seen_on = wish.seen_on or today
        day = _wrong_since(register, written, seen_on, wish.values)
    else:
        seen_on = wish.seen_on or why.effective_on or today
        day = why.effective_on or Refusal(
            "field_required", "Укажите день, с которого это так, или отметьте, что исправляете "
            "ошибку", f"{WHY}effective_on",
        )  # fmt: skip
    if isinstance(day, Refusal):
        return day
    if refusal := _not_there(written, day):
        return refusal
    before = store.uow.facts(place).of(register).on(day).get(row_id)
    if before is None:
        return NOT_FOUND
    plain = before.model_dump(mode="json", include={*register.fields})
    row = _row(register, {**plain, **wish.values})
    if isinstance(row, Refusal):
        return row
    changed = _differing(register, before, row)
    touched = [
        name for name, view in register.fields.items() if {name, *_asks_for(view)} & {*changed}
    ]
    refusal = (
        foreign_reference(store.uow, place, row)
        or joined(_meanwhile(store, place, register, written, wish, row))
        or joined(_by_order(register, written, day, changed))
        or joined(_said_later(store, place, register, written, day, seen_on, changed))
        or joined(_unsound(store, place, register, row, touched, day, _end_after(written, day)))
    )
    if refusal:
        return refusal
    if not changed:
        return NOTHING
    cause = Cause(None if day == BEGINNING else day, why.reason, why.basis)
    values = {name: getattr(row, name) for name in changed}
    store.write("amend", register, by, row_id, values, cause)
    titles = ", ".join(register.fields[name].title for name in changed)
    said = f"изменено: {register.called(row)} ({titles})"
    _record(store, by, register, row_id, "amend_record", said)
    return row_id


def end(
    store: Registers, person_id: int, register: Register[Any], row_id: int, wish: Wish
) -> int | Refusal:
    """Write that a row is not there from a day on, where nothing needs it from then on."""
    found = _found(store, person_id, register, row_id)
    if isinstance(found, Refusal):
        return found
    by, written = found
    why = _why(WhyEnd, wish.why)
    if isinstance(why, Refusal):
        return why
    day = cast("dt.date", why.effective_on)
    refusal = _stale(written, wish) or _not_there(written, day) or why_no_end(
        store, person_id, by, register, row_id, written, day
    )  # fmt: skip
    if refusal:
        return refusal
    called = _called(store, by.municipality_id, register, row_id)
    store.write("end", register, by, row_id, {}, Cause(day, why.reason, why.basis))
    _record(store, by, register, row_id, "end_record", f"завершено: {called}")
    return row_id


def take_back(
    store: Registers, person_id: int, register: Register[Any], row_id: int, wish: Wish
) -> int | Refusal:
    """Write that the newest entry counts no more, if a person wrote it by hand.

    It stays in the history, and so does what takes it back, which may be taken back itself.
    """
    found = _found(store, person_id, register, row_id)
    if isinstance(found, Refusal):
        return found
    by, written = found
    why = _why(WhyTakeBack, wish.why)
    if isinstance(why, Refusal):
        return why
    refusal = _stale(written, wish) or why_not_taken_back(
        store, person_id, by, register, row_id, written
    )
    if refusal:
        return refusal
    entry = max(written.entries, key=lambda one: one.id)
    called = _called(store, by.municipality_id, register, row_id)
    cause = Cause(entry.effective_on, why.reason, "", takes_back=entry.id)
    store.write("amend", register, by, row_id, {}, cause)
    _record(store, by, register, row_id, "take_back_record", f"отменена последняя запись: {called}")
    return row_id


# ---------------------------------------------------------------- who, and which row


def editor(uow: UnitOfWork, person_id: int, register: Register[Any]) -> Capacity | Refusal:
    """Return in which capacity a person writes into a register; whoever may not read finds none."""
    actor = uow.actor(person_id)
    if not actor.capacities or not register.is_read_by(actor):
        return NOT_FOUND
    held = fitting(register.edited_by, actor, {})
    return held[0] if held else _not_yours(register)


def _not_yours(register: Register[Any]) -> Refusal:
    who = ", ".join(role.title for role in register.edited_by)
    said = f"В реестр «{register.title}» записывает {who}" if who else (
        f"В реестр «{register.title}» записывают только дела"
    )  # fmt: skip
    return Refusal("not_your_role", said)


def _found(
    store: Registers, person_id: int, register: Register[Any], row_id: int
) -> tuple[Capacity, Written] | Refusal:
    """Return in which capacity a person writes about a row, and what was written about it."""
    actor = store.uow.actor(person_id)
    if not actor.capacities or not register.is_read_by(actor):
        return NOT_FOUND
    written = store.written(register, actor.capacities[0].municipality_id, row_id)
    if not written.entries:
        return NOT_FOUND
    by = editor(store.uow, person_id, register)
    return by if isinstance(by, Refusal) else (by, written)


def last_said(
    store: Registers, register: Register[Any], place: int, row_id: int, on: dt.date | None = None
) -> Record | None:
    """Return a row as it is, was or will be; one that never was there, as it was meant to be."""
    records = store.uow.facts(place).of(register)
    row: Record | None = (records.on(on) if on else records).last(row_id)
    if row:
        return row
    written = store.written(register, place, row_id)
    if not written.entries:
        return None
    told = to_jsonable_python(store.identity(register, place, row_id))
    for one in written.entries:
        told |= one.values
    return _typed(register, told)


def _called(store: Registers, place: int, register: Register[Any], row_id: int) -> str:
    row = last_said(store, register, place, row_id)
    return register.called(row) if row else register.title


def _record(
    store: Registers, by: Capacity, register: Register[Any], row_id: int, action: str, said: str
) -> None:
    details = {"register": register.key, "row_id": row_id}
    store.record(by, action, f"{register.title}: {said}", details)


# ---------------------------------------------------------------- what is said


WhyT = TypeVar("WhyT", bound=Form)


def _why(form: type[WhyT], said: Mapping[str, Any]) -> WhyT | Refusal:
    """Return what is said of a write, or a refusal; its fields are named apart from the row's."""
    found = parse(form, said)
    refusal = found if isinstance(found, Refusal) else joined(missing(found))
    if refusal:
        named = joined(replace(one, field=f"{WHY}{one.field}") for one in refusal)
        return named or refusal
    return found


def _refused(*found: object) -> Refusal:
    """Return all that is wrong at once."""
    return joined(one for one in found if isinstance(one, Refusal)) or NOTHING


def _row(register: Register[Any], values: Mapping[str, Any]) -> Record | Refusal:
    """Return a whole row as it is said, or why it is none."""
    unknown = [name for name in values if name not in register.fields]
    if unknown:
        return Refusal("unknown_field", "Такого поля в форме нет", unknown[0])
    row = parse(register.record, values)
    return row if isinstance(row, Refusal) else joined(missing(row)) or row


def _unwritable(register: Register[Any], names: Iterable[str]) -> Iterator[Refusal]:
    for name in names:
        if name not in register.fields:
            yield Refusal("unknown_field", "Такого поля в форме нет", name)
        elif name in register.identity:
            title = register.fields[name].title
            sentence = (
                f"«{title}» отличает запись от других и не меняется: завершите эту запись и "
                "внесите новую"
            )
            yield refuse("identity_stays", "{said}", said=sentence, field=name)


def _typed(register: Register[Any], values: Mapping[str, Any]) -> Record:
    """Return kept values as a row; what the declaration would no longer take stays as it is."""
    told = {}
    for name in register.fields.keys() & values.keys():
        one = parse(register.record, {name: values[name]})
        told[name] = values[name] if isinstance(one, Refusal) else getattr(one, name)
    return cast("Record", register.record.model_construct(**{**register.empty, **told}))


def _differing(register: Register[Any], before: Record, after: Record) -> list[str]:
    return [
        name for name in register.fields
        if name not in register.identity and getattr(before, name) != getattr(after, name)
    ]  # fmt: skip


# ---------------------------------------------------------------- days


def _day(day: dt.date) -> str:
    return f"{day:%d.%m.%Y}"


def _since(entry: Entry) -> str:
    return f"с {_day(entry.begins)}" if entry.effective_on else "с самого начала"


def _not_there(written: Written, day: dt.date) -> Refusal | None:
    """Refuse a day on which there is no row to change or to end."""
    if written.brought_by(day):
        return None
    name = f"{WHY}effective_on"
    last = written.ended_by(day)
    if last:
        said = f"Записи нет {_since(last)}: она завершена. Укажите более ранний день"
        return Refusal("not_there", f"{said} или внесите её снова", name, kind="form")
    first = next((one for one in written.after(day) if one.word == "enter"), None)
    said = f"она есть {_since(first)}, укажите день не раньше" if first else "внесите её снова"
    return Refusal("not_there", f"В этот день записи ещё нет: {said}", name, kind="form")


def _end_after(written: Written, day: dt.date) -> dt.date:
    ends = (one.begins for one in written.after(day) if one.word == "end")
    return next(ends, END_OF_TIME)


def _wrong_since(
    register: Register[Any], written: Written, seen_on: dt.date, names: Collection[str]
) -> dt.date | Refusal:
    """Return since which day the fields say what is corrected; they have to say it since one."""
    sources = written.sources(seen_on)
    brought = written.brought_by(seen_on)
    if not brought:
        return _not_there(written, seen_on) or NOT_FOUND
    since = {name: sources.get(name, brought[0]).begins for name in names}
    if len({*since.values()}) <= 1:
        return next(iter(since.values()), brought[0].begins)
    said = ", ".join(
        f"«{register.fields[name].title}» — {_since(sources.get(name, brought[0]))}"
        for name in names
    )
    return refuse(
        "corrected_apart", "Это записано в разные дни: {said}. Исправьте по отдельности",
        said=said, kind="form",
    )  # fmt: skip


def _said_later(
    store: Registers, place: int, register: Register[Any], written: Written, day: dt.date,
    seen_on: dt.date, names: Collection[str],
) -> Iterator[Refusal]:  # fmt: skip
    """Refuse changes that would not reach the day a person looked at: something later was said."""
    for name in names:
        later = [one for one in written.after(day) if name in one.values and one.begins <= seen_on]
        if later:
            view, facts = register.fields[name], store.uow.facts(place)
            since = _day(later[0].begins)
            yield refuse(
                "later_entry",
                "«{title}»: с {since} записано «{value}», и изменение с более раннего дня "
                "кончилось бы там. Укажите день не раньше {since} или откройте запись на тот день",
                title=view.title, since=since, value=in_words(facts, view, later[0].values[name]),
                field=name,
            )  # fmt: skip


# ---------------------------------------------------------------- what stands in the way


def _stale(written: Written, wish: Wish) -> Refusal | None:
    is_newest = written.newest is None or wish.version in (None, written.newest.id)
    return None if is_newest else ENDED_MEANWHILE


def _meanwhile(
    store: Registers, place: int, register: Register[Any], written: Written, wish: Wish,
    row: Record,
) -> Iterator[Refusal]:  # fmt: skip
    """Refuse what somebody else has changed since the person saw the row, with what she said."""
    if wish.version is None:
        return
    theirs: dict[str, Any] = {}
    for one in sorted(written.entries, key=lambda one: one.id):
        if one.id > wish.version:
            theirs |= one.values
    facts = store.uow.facts(place)
    for name in wish.values:
        mine = to_jsonable_python(getattr(row, name))
        if name in theirs and theirs[name] != mine:
            view = register.fields[name]
            yield refuse(
                "field_conflict",
                "«{title}» тем временем изменили в другом окне или другой человек: «{theirs}». "
                "Ваше: «{mine}». Оставьте, что верно, и запишите ещё раз",
                title=view.title, theirs=in_words(facts, view, theirs[name]),
                mine=in_words(facts, view, mine), field=name,
            )  # fmt: skip


def _by_order(
    register: Register[Any], written: Written, day: dt.date, names: Collection[str]
) -> Iterator[Refusal]:
    """Refuse changes of what an order says on a day."""
    sources = written.sources(day)
    for name in names:
        entry = sources.get(name)
        if entry and entry.order_id:
            title = register.fields[name].title
            yield refuse(
                "rests_on_order", "«{title}» — по документу: {basis}. Это изменяет приказ",
                title=title, basis=entry.basis, field=name,
            )  # fmt: skip


def _of_gone_order(register: Register[Any], written: Written, day: dt.date) -> Iterator[Refusal]:
    """Refuse to bring back what an order ended."""
    entry = written.ended_by(day)
    if entry and entry.order_id:
        yield refuse(
            "rests_on_order", "Запись реестра «{title}» завершена по документу: {basis}. "
            "Вернуть её может приказ", title=register.title, basis=entry.basis,
        )  # fmt: skip


def _is_there(
    store: Registers, place: int, register: Register[Any], row_id: int, written: Written,
    day: dt.date, wish: Wish,
) -> Refusal | None:  # fmt: skip
    """Refuse a second row of an identity; one that ended comes back only where that is meant."""
    name = register.identity[-1]
    here = (Place(register.key, row_id, _called(store, place, register, row_id)),)
    later = next(iter(written.after(day)), None)
    if written.brought_by(day):
        return InTheWay(
            "row_exists", "Такая запись уже есть: её можно изменить", name, kind="conflict",
            rows=here,
        )  # fmt: skip
    if later:
        said = f"О такой записи уже сказано {_since(later)}: откройте её"
        return InTheWay("row_exists", said, name, kind="conflict", rows=here)
    if not wish.is_again:
        ended = written.ended_by(day)
        was = (
            f"Такая запись уже была и завершена {_since(ended)}"
            if ended
            else "Такую запись уже вносили и отменили"
        )
        return InTheWay("row_ended", f"{was}. Внести её снова?", name, kind="conflict", rows=here)
    return _stale(written, wish)


def _unsound(
    store: Registers, place: int, register: Register[Any], row: Record, names: Collection[str],
    day: dt.date, until: dt.date,
) -> Iterator[Refusal]:  # fmt: skip
    """Refuse references to rows that are not there on all the days the reference would hold."""
    facts = store.uow.facts(place)
    for name in names:
        view, value = register.fields[name], getattr(row, name)
        target = store.declared(view.register)
        if target is None or value is None:
            continue
        records = facts.of(target)
        found, at = records.on(day).get(value), day
        while found and found.valid_to and found.valid_to < until:
            at = found.valid_to
            found = records.on(at).get(value)
        if found is None:
            called = facts.name(target.key, value)
            when = "с самого начала" if at == BEGINNING else _day(at)
            yield refuse(
                "reference_not_there", "«{title}»: записи «{called}» нет ({when}). Выберите другую "
                "или другой день", title=view.title, called=called, when=when, field=name,
                kind="form",
            )  # fmt: skip
        elif not _is_alike(view, row, found):
            sentence = "«{title}»: выберите из списка"
            yield refuse("unknown_choice", sentence, title=view.title, field=name, kind="form")


def _asks_for(view: FieldView) -> tuple[str, ...]:
    """Return the fields of which a chosen row has to say the same (`of`)."""
    of = view.options.get("of") or ()
    return (of,) if isinstance(of, str) else tuple(of)


def _is_alike(view: FieldView, row: Record, found: Record) -> bool:
    return all(getattr(row, name, None) == getattr(found, name, None) for name in _asks_for(view))


def why_no_end(
    store: Registers, person_id: int, by: Capacity, register: Register[Any], row_id: int,
    written: Written, day: dt.date,
) -> Refusal | None:  # fmt: skip
    """Return why a row cannot end on a day: an order brought it, or something needs it longer."""
    of_order = next((one for one in written.brought_by(day) if one.order_id), None)
    if of_order:
        return refuse(
            "rests_on_order", "Запись внесена по документу: {basis}. Завершает её приказ",
            basis=of_order.basis,
        )  # fmt: skip
    first = written.brought_by(day)
    if first and first[0].begins == day:
        said = f"Запись есть только {_since(first[0])}: укажите более поздний день"
        return Refusal("not_there", said, f"{WHY}effective_on", kind="form")
    later = next(iter(written.after(day)), None)
    if later:
        return refuse(
            "later_entry", "О записи уже сказано, что будет с {since}. Завершите её не раньше "
            "этого дня или сначала отмените ту запись", since=_day(later.begins),
            field=f"{WHY}effective_on",
        )  # fmt: skip
    return _held(store, person_id, by, register, row_id, day)


def _held(
    store: Registers, person_id: int, by: Capacity, register: Register[Any], row_id: int,
    day: dt.date,
) -> InTheWay | None:  # fmt: skip
    """Refuse to end what other rows name on a day or later, or open cases."""
    place, actor = by.municipality_id, store.uow.actor(person_id)
    rows = tuple(
        Place(one.key, other, _called(store, place, one, other) if one.is_read_by(actor) else "")
        for one, other in store.referring(register, place, row_id, day)
    )
    cases = store.open_cases_naming(register, place, row_id)
    if not rows and not cases:
        return None
    named = [one.name for one in rows if one.name][:SHOWN]
    others = len(rows) - len(named)
    parts = [*named, *([f"ещё записей: {others}"] if others else [])]
    if cases:
        parts.append(f"открытых дел: {len(cases)}")
    return InTheWay(
        "still_needed", f"Эту запись ещё называют: {', '.join(parts)}. Сначала измените их",
        kind="conflict", rows=tuple(one for one in rows if one.name),
        cases=tuple(one for one in cases if may_read(store.uow, person_id, one)),
    )  # fmt: skip


def may_read(uow: UnitOfWork, person_id: int, instance_id: int) -> bool:
    """Tell whether a person may read a case."""
    case = uow.load(instance_id)
    return case is not None and acting.may_read(
        uow, uow.processes[case.process], case, uow.actor(person_id)
    )


# ---------------------------------------------------------------- taking back


def why_not_taken_back(
    store: Registers, person_id: int, by: Capacity, register: Register[Any], row_id: int,
    written: Written,
) -> Refusal | None:  # fmt: skip
    """Return why the newest entry cannot be taken back; None where it can."""
    entry, place = written.newest, by.municipality_id
    if entry is None or not store.is_by_hand(register, place, entry):
        return NOT_BY_HAND
    day = entry.begins
    after = written.after_writing(
        Entry(entry.id + 1, "amend", {}, entry.effective_on, store.uow.today, takes_back=entry.id)
    )
    if not after.brought_by(day):
        return _held(store, person_id, by, register, row_id, day) if (
            written.brought_by(day)
        ) else None  # fmt: skip
    identity = to_jsonable_python(store.identity(register, place, row_id))
    row = _typed(register, {**after.values(day), **identity})
    until = _end_after(after, day)
    return joined(_unsound(store, place, register, row, register.fields, day, until))
