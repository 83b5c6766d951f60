"""What stands in the way of writing into a declared register, each with what to do about it.

What an order says is changed by an order alone, a typing mistake in it too: people hold the paper,
and a register that says otherwise than its order would be found wrong by whoever compares the two.
What people or files wrote is corrected from the day on which it was written wrongly.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pydantic_core import to_jsonable_python

from workflow_app.engine.folding import BEGINNING, END_OF_TIME, Entry, Written
from workflow_app.engine.forms import FieldView, is_empty
from workflow_app.engine.refusals import Refusal, joined, refuse
from workflow_app.engine.registers import Record, Register
from workflow_app.engine.roles import Capacity
from workflow_app.services.registers.followers import cases_beside, goes_with
from workflow_app.services.registers.rows import (
    NOT_FOUND,
    asks_for,
    last_said,
    may_read,
    name_of,
    needs,
    typed,
)
from workflow_app.services.registers.value_text import in_words
from workflow_app.services.registers.wishes import WHY, InTheWay, Place, Registers, Wish

SHOWN = 5
"""So many rows that hang on one are named in a sentence."""
ENDED_MEANWHILE = Refusal(
    "changed_meanwhile",
    "Запись тем временем изменили. Посмотрите, что записано теперь, и повторите",
)
NOT_BY_HAND = Refusal(
    "cannot_take_back", "Последнее о записи сказал не человек на странице: здесь это не отменить"
)


def _day(day: dt.date) -> str:
    return f"{day:%d.%m.%Y}"


def _since(entry: Entry) -> str:
    return f"с {_day(entry.begins)}" if entry.effective_on else "с самого начала"


def not_there(written: Written, day: dt.date) -> Refusal | None:
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


def end_after(written: Written, day: dt.date) -> dt.date:
    """Return the first day after one from which the row is said not to be there."""
    ends = (one.begins for one in written.after(day) if one.word == "end")
    return next(ends, END_OF_TIME)


def wrong_since(
    register: Register[Any], written: Written, seen_on: dt.date, names: Collection[str]
) -> dt.date | Refusal:
    """Return since which day the fields say what is corrected; they have to say it since one."""
    sources = written.sources(seen_on)
    brought = written.brought_by(seen_on)
    if not brought:
        return not_there(written, seen_on) or NOT_FOUND
    since = {name: sources.get(name, brought[0]).begins for name in names}
    if len({*since.values()}) <= 1:
        return next(iter(since.values()), brought[0].begins)
    said = ", ".join(
        f"«{register.fields[name].title}» — {_since(sources.get(name, brought[0]))}"
        for name in names
    )
    return refuse(
        "corrected_apart",
        "Это записано в разные дни: {said}. Исправьте по отдельности",
        said=said,
        kind="form",
    )


def said_later(
    store: Registers,
    place: int,
    register: Register[Any],
    written: Written,
    day: dt.date,
    seen_on: dt.date,
    names: Collection[str],
) -> Iterator[Refusal]:
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
                title=view.title,
                since=since,
                value=in_words(facts, view, later[0].values[name]),
                field=name,
            )


def stale(written: Written, wish: Wish) -> Refusal | None:
    """Refuse what was decided on an older state of the row."""
    is_newest = written.newest is None or wish.version in (None, written.newest.id)
    return None if is_newest else ENDED_MEANWHILE


def meanwhile(
    store: Registers, place: int, register: Register[Any], written: Written, wish: Wish, row: Record
) -> Iterator[Refusal]:
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
                title=view.title,
                theirs=in_words(facts, view, theirs[name]),
                mine=in_words(facts, view, mine),
                field=name,
            )


def by_order(
    register: Register[Any], written: Written, day: dt.date, names: Collection[str]
) -> Iterator[Refusal]:
    """Refuse changes of what an order says on a day."""
    sources = written.sources(day)
    for name in names:
        entry = sources.get(name)
        if entry and entry.order_id:
            title = register.fields[name].title
            yield refuse(
                "rests_on_order",
                "«{title}» — по документу: {document}. Это изменяет приказ",
                title=title,
                document=entry.basis,
                field=name,
            )


def order_of(written: Written, day: dt.date) -> Entry | None:
    """Return by what of an order a row is there on a day or says something; None where by none."""
    speak = (*written.brought_by(day), *written.sources(day).values())
    return next((one for one in speak if one.order_id), None)


def changed_by_hand(register: Register[Any], written: Written, day: dt.date) -> Sequence[str]:
    """Return the fields of a row that no order says on a day: people may change them."""
    sources = written.sources(day)
    of_order = {name for name, one in sources.items() if one.order_id}
    return [name for name in register.fields if name not in {*register.steady, *of_order}]


def without_basis(register: Register[Any], row: Record, *documents: str) -> Refusal | None:
    """Refuse a row that holds by a document, where nobody has named one."""
    if any(documents) or not (register.needs_basis and register.needs_basis(row)):
        return None
    said = "Назовите документ: приказ или акт, по которому это так"
    return Refusal("basis_required", said, f"{WHY}basis", kind="form")


def objections(
    store: Registers,
    place: int,
    register: Register[Any],
    before: Record | None,
    after: Record | None,
) -> Iterator[Refusal]:
    """Yield why the register itself takes no such change: `None` is a row that is not there."""
    if register.refuses:
        yield from register.refuses(before, after, store.uow.facts(place))


def clashes(
    store: Registers,
    place: int,
    register: Register[Any],
    row: Record,
    row_id: int | None,
    day: dt.date | None,
) -> Iterator[Refusal]:
    """Yield why a row does not go together with those that are there from a day on."""
    if register.clashes:
        begins = None if day == BEGINNING else day
        told = row.model_copy(update={"id": row_id or 0, "valid_from": begins})
        for _, refusal in register.clashes((told,), store.uow.facts(place)):
            is_of_day = refusal.field == "valid_from"
            yield replace(refusal, field=f"{WHY}effective_on") if is_of_day else refusal


def of_gone_order(register: Register[Any], written: Written, day: dt.date) -> Iterator[Refusal]:
    """Refuse to bring back what an order ended."""
    entry = written.ended_by(day)
    if entry and entry.order_id:
        yield refuse(
            "rests_on_order",
            "Запись реестра «{title}» завершена по документу: {document}. Вернуть её может приказ",
            title=register.title,
            document=entry.basis,
        )


def is_there(
    store: Registers,
    place: int,
    register: Register[Any],
    row_id: int,
    written: Written,
    day: dt.date,
    wish: Wish,
) -> Refusal | None:
    """Refuse a second row of an identity; one that ended comes back only where that is meant."""
    name = register.identity[-1]
    here = (Place(register.key, row_id, name_of(store, place, register, row_id)),)
    later = next(iter(written.after(day)), None)
    if written.brought_by(day):
        return InTheWay(
            "row_exists",
            "Такая запись уже есть: её можно изменить",
            name,
            kind="conflict",
            rows=here,
        )
    if later:
        said = f"Такая запись уже есть {_since(later)}: откройте её"
        return InTheWay("row_exists", said, name, kind="conflict", rows=here)
    if not wish.is_again:
        ended = written.ended_by(day)
        was = (
            f"Такая запись уже была и завершена {_since(ended)}"
            if ended
            else "Такую запись уже вносили, и она отменена"
        )
        return InTheWay("row_ended", f"{was}. Внести её снова?", name, kind="conflict", rows=here)
    return stale(written, wish)


def unsound(
    store: Registers,
    place: int,
    register: Register[Any],
    row: Record,
    names: Collection[str],
    day: dt.date,
    until: dt.date,
    row_id: int | None = None,
) -> Iterator[Refusal]:
    """Refuse what only another row may say, and references to rows not there all the time."""
    for name in names:
        if name in register.unique:
            yield from _taken(store, place, register, row, name, day, until, row_id)
        view, value = register.fields[name], getattr(row, name)
        target = store.declared(view.register)
        if target is None or is_empty(value) or not needs(register, view):
            continue
        for one in view.values(row):
            if target is register and one == row_id:
                yield refuse(
                    "references_itself",
                    "«{title}»: здесь названа сама эта запись",
                    title=view.title,
                    field=name,
                    kind="form",
                )
            else:
                yield from _unsound(store, place, target, view, row, one, day, until)


def _taken(
    store: Registers,
    place: int,
    register: Register[Any],
    row: Record,
    name: str,
    day: dt.date,
    until: dt.date,
    row_id: int | None,
) -> Iterator[Refusal]:
    """Refuse what only one row may say on a day, where another does."""
    value = getattr(row, name)
    found = () if is_empty(value) else store.saying(register, place, name, value, day, until)
    others = tuple(
        Place(register.key, one, name_of(store, place, register, one))
        for one in found
        if one != row_id
    )
    if others:
        title = register.fields[name].title
        yield InTheWay(
            "not_unique",
            f"«{title}»: это уже сказано о другой записи: {others[0].name}",
            name,
            kind="conflict",
            rows=others,
        )


def _unsound(
    store: Registers,
    place: int,
    target: Register[Any],
    view: FieldView,
    row: Record,
    value: int,
    day: dt.date,
    until: dt.date,
) -> Iterator[Refusal]:
    """Refuse a reference to a row that is not there from a day to another, or does not fit."""
    facts = store.uow.facts(place)
    records, at = facts.of(target), day
    found = records.on(at).get(value)
    while found and found.valid_to and found.valid_to < until:
        at = found.valid_to
        found = records.on(at).get(value)
    if found is None:
        called = facts.name(target.key, value)
        when = "с самого начала" if at == BEGINNING else _day(at)
        yield refuse(
            "reference_not_there",
            "«{title}»: записи «{called}» нет ({when}). Выберите другую или другой день",
            title=view.title,
            called=called,
            when=when,
            field=view.name,
            kind="form",
        )
    elif not _is_alike(view, row, found):
        sentence = "«{title}»: выберите из списка"
        yield refuse("unknown_choice", sentence, title=view.title, field=view.name, kind="form")


def _is_alike(view: FieldView, row: Record, found: Record) -> bool:
    return all(getattr(row, name, None) == getattr(found, name, None) for name in asks_for(view))


def why_no_end(
    store: Registers,
    person_id: int,
    by: Capacity,
    register: Register[Any],
    row_id: int,
    written: Written,
    day: dt.date,
) -> Refusal | None:
    """Return why a row cannot end on a day: an order speaks of it, or something needs it longer."""
    of_order = order_of(written, day)
    if of_order:
        return refuse(
            "rests_on_order",
            "Запись держится на документе: {document}. Завершает её приказ",
            document=of_order.basis,
        )
    first = written.brought_by(day)
    if first and first[0].begins == day:
        said = f"Запись есть только {_since(first[0])}: укажите более поздний день"
        return Refusal("not_there", said, f"{WHY}effective_on", kind="form")
    later = next(iter(written.after(day)), None)
    if later:
        return refuse(
            "later_entry",
            "О записи уже сказано, что будет с {since}. Завершите её не раньше "
            "этого дня или сначала отмените ту запись",
            since=_day(later.begins),
            field=f"{WHY}effective_on",
        )
    if living := cases_beside(store.uow, by.municipality_id, register, row_id):
        named = store.uow.processes[living[0].process].heading_of(living[0].data)
        return InTheWay(
            "still_needed",
            f"Запись ведёт дело «{named}»: завершает её оно",
            kind="conflict",
            cases=tuple(one.id for one in living if may_read(store.uow, person_id, one.id)),
        )
    # Open cases go on naming it, by its last words: whether that will do, their own rules say.
    return _held(store, person_id, by, register, row_id, day)


def counted_cases(count: int) -> str:
    """Return how many open cases there are, in words.

    >>> counted_cases(1), counted_cases(3)
    ('1 открытое дело', 'открытых дел: 3')
    """
    return "1 открытое дело" if count == 1 else f"открытых дел: {count}"


def _called(
    store: Registers, place: int, register: Register[Any], row_id: int, row: Record | None
) -> str:
    """Return how a row is called, with what it is about."""
    name, about = name_of(store, place, register, row_id), register.fields.get(register.subject)
    if row is None or about is None:
        return name
    return f"{in_words(store.uow.facts(place), about, getattr(row, about.name))}: {name}"


def _held(
    store: Registers,
    person_id: int,
    by: Capacity,
    register: Register[Any],
    row_id: int,
    day: dt.date,
    cases: Sequence[int] = (),
    *,
    whenever: bool = False,
) -> InTheWay | None:
    """Refuse to end what other rows name on a day or later, or cases."""
    place, actor = by.municipality_id, store.uow.actor(person_id)
    facts = store.uow.facts(place)
    rows = tuple(
        Place(one.key, other, _called(store, place, one, other, row) if is_read else "")
        for one, other in store.referring(register, place, row_id, day, whenever=whenever)
        for row in [last_said(store, one, place, other)]
        if whenever or row is None or one.still_asks(row)
        for is_read in [one.read_by(facts, actor).has(row)]
    )
    if not rows and not cases:
        return None
    named = [one.name for one in rows if one.name][:SHOWN]
    others = len(rows) - len(named)
    parts = [*named, *([f"ещё записей: {others}"] if others else [])]
    if cases:
        parts.append(counted_cases(len(cases)))
    return InTheWay(
        "still_needed",
        f"Эту запись ещё называют: {', '.join(parts)}. Сначала измените их",
        kind="conflict",
        rows=tuple(one for one in rows if one.name),
        cases=tuple(one for one in cases if may_read(store.uow, person_id, one)),
    )


def why_not_taken_back(
    store: Registers,
    person_id: int,
    by: Capacity,
    register: Register[Any],
    row_id: int,
    written: Written,
) -> Refusal | None:
    """Return why the newest entry that counts cannot be taken back; None where it can."""
    entry, place = written.newest_standing, by.municipality_id
    if entry is None or not store.is_by_hand(register, place, entry):
        return NOT_BY_HAND
    day = entry.begins
    after = written.after_writing(
        Entry(
            max(one.id for one in written.entries) + 1,
            "amend",
            {},
            entry.effective_on,
            store.uow.today,
            takes_back=entry.id,
        )
    )
    before = last_said(store, register, place, row_id)
    if not after.brought_by(day):
        if not written.brought_by(day):
            return None
        if refusal := joined(objections(store, place, register, before, None)):
            return refusal
        naming = map(store.uow.load, store.open_cases_naming(register, place, row_id))
        cases = [
            case.id for case in naming if case and not goes_with(store.uow, register, row_id, case)
        ]
        return _held(store, person_id, by, register, row_id, day, cases, whenever=True)
    identity = to_jsonable_python(store.identity(register, place, row_id))
    row = typed(register, {**after.values(day), **identity})
    until = end_after(after, day)
    return joined(
        (
            *objections(store, place, register, before, row),
            *clashes(store, place, register, row, row_id, day),
            *unsound(store, place, register, row, register.fields, day, until),
        )
    )
