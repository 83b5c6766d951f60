"""Writing into declared registers by hand: enter, amend, end, take back.

Each is an entry of its own with a reason; nothing is overwritten.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from workflow_app.engine.folding import BEGINNING, END_OF_TIME, Entry, Written
from workflow_app.engine.forms import parse
from workflow_app.engine.refusals import Refusal, joined, refuse
from workflow_app.engine.registers import Register
from workflow_app.engine.roles import Capacity
from workflow_app.services.registers.files.compare import NOT_IN_HOUSE
from workflow_app.services.registers.followers import follow
from workflow_app.services.registers.guards import (
    by_order,
    clashes,
    end_after,
    is_there,
    meanwhile,
    not_there,
    objections,
    of_gone_order,
    said_later,
    stale,
    unsound,
    why_no_end,
    why_not_taken_back,
    without_basis,
    wrong_since,
)
from workflow_app.services.registers.references import foreign_reference
from workflow_app.services.registers.rows import (
    NOT_FOUND,
    asks_for,
    differing,
    editable,
    editor,
    last_said,
    name_of,
    row_of,
    typed,
    why_of,
)
from workflow_app.services.registers.wishes import (
    WHY,
    Cause,
    Registers,
    WhyAmend,
    WhyEnd,
    WhyEnter,
    WhyTakeBack,
    Wish,
)

NOT_OPEN = Refusal("not_open", "Такие записи вам не открыты: здесь их не читают и не пишут")
NOTHING = Refusal("nothing_changed", "Вы ничего не изменили: записывать нечего", kind="form")


def enter(store: Registers, person_id: int, register: Register[Any], wish: Wish) -> int | Refusal:
    """Write a new row; return its id. An ended one comes back if that is meant."""
    by = editor(store.uow, person_id, register)
    if isinstance(by, Refusal):
        return by
    row, why = row_of(register, wish.values), why_of(WhyEnter, wish.why, register.usual_reason)
    if isinstance(row, Refusal) or isinstance(why, Refusal):
        return _refused(row, why)
    facts, actor = store.uow.facts(by.municipality_id), store.uow.actor(person_id)
    if not register.written_by(facts, actor).has(row):
        return NOT_OPEN
    begins = why.effective_on or (getattr(row, register.begins) if register.begins else None)
    place, day = by.municipality_id, begins or BEGINNING
    if refusal := foreign_reference(store.uow, place, row):
        return refusal
    identity = {name: getattr(row, name) for name in register.identity}
    known = store.row_with(register, place, identity)
    if register.extends and known is None:
        return Refusal("not_in_house", f"Не внесено: {NOT_IN_HOUSE}", register.identity[0])
    written = store.written(register, place, known) if known else Written()
    before = typed(register, written.values(day))
    values = {name: getattr(row, name) for name in differing(register, before, row)}
    if known and written.entries:
        refusal = (
            is_there(store, place, register, known, written, day, wish)
            or joined(by_order(register, written, day, values))
            or joined(of_gone_order(register, written, day))
        )
        if refusal:
            return refusal
    if refusal := joined(
        one
        for one in (
            without_basis(register, row, why.basis),
            *objections(store, place, register, before if written.sources(day) else None, row),
            *clashes(store, place, register, row, known, begins),
            *unsound(store, place, register, row, register.fields, day, END_OF_TIME, known),
        )
        if one
    ):
        return refusal
    cause = Cause(begins, why.reason, why.basis)
    own = known if written.entries else None
    row_id = store.write("enter", register, by, own, {**values, **identity}, cause)
    called = name_of(store, place, register, row_id)
    _record(store, by, register, row_id, "enter_record", f"внесено: {called}")
    return _followed(store, by, register, row_id)


def amend(
    store: Registers, person_id: int, register: Register[Any], row_id: int, wish: Wish
) -> int | Refusal:
    """Write what a row says otherwise, from a day on or since it was written wrongly."""
    found = editable(store, person_id, register, row_id)
    if isinstance(found, Refusal):
        return found
    by, written = found
    why = why_of(WhyAmend, wish.why, register.usual_reason)
    said = joined(_unwritable(register, wish.values)) or parse(register.record, wish.values)
    if isinstance(why, Refusal) or isinstance(said, Refusal):
        return _refused(why, said)
    place, today = by.municipality_id, store.uow.today
    if why.is_correction:
        seen_on = wish.seen_on or today
        day = wrong_since(register, written, seen_on, wish.values)
    else:
        seen_on = wish.seen_on or why.effective_on or today
        day = why.effective_on or Refusal(
            "field_required",
            "Укажите день, с которого это так, или отметьте, что исправляете ошибку",
            f"{WHY}effective_on",
        )
    if isinstance(day, Refusal):
        return day
    if refusal := not_there(written, day):
        return refusal
    before = store.uow.facts(place).of(register).on(day).get(row_id)
    if before is None:
        return NOT_FOUND
    plain = before.model_dump(mode="json", include={*register.fields})
    row = row_of(register, {**plain, **wish.values})
    if isinstance(row, Refusal):
        return row
    changed = differing(register, before, row)
    touched = [
        name for name, view in register.fields.items() if {name, *asks_for(view)} & {*changed}
    ]
    refusal = (
        foreign_reference(store.uow, place, row)
        or joined(meanwhile(store, place, register, written, wish, row))
        or joined(by_order(register, written, day, changed))
        or joined(said_later(store, place, register, written, day, seen_on, changed))
        or joined(
            unsound(store, place, register, row, touched, day, end_after(written, day), row_id)
        )
        or joined(objections(store, place, register, before, row))
        or joined(clashes(store, place, register, row, row_id, day))
        or without_basis(register, row, why.basis, before.basis)
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
    return _followed(store, by, register, row_id)


def end(
    store: Registers, person_id: int, register: Register[Any], row_id: int, wish: Wish
) -> int | Refusal:
    """Write that a row is not there from a day on, where nothing needs it from then on.

    What is said of it besides names which rows of its register stand for it.
    """
    found = editable(store, person_id, register, row_id)
    if isinstance(found, Refusal):
        return found
    by, written = found
    why = why_of(WhyEnd, wish.why)
    strange = [name for name in wish.values if name not in register.successors]
    said = joined(_unknown(strange)) or parse(register.record, wish.values)
    if isinstance(why, Refusal) or isinstance(said, Refusal):
        return _refused(why, said)
    place, day = by.municipality_id, cast("dt.date", why.effective_on)
    last = last_said(store, register, place, row_id, day)
    refusal = (
        stale(written, wish)
        or not_there(written, day)
        or joined(objections(store, place, register, last, None))
        or foreign_reference(store.uow, place, said)
        or joined(unsound(store, place, register, said, wish.values, day, END_OF_TIME, row_id))
        or why_no_end(store, person_id, by, register, row_id, written, day)
    )
    if refusal:
        return refusal
    called = name_of(store, place, register, row_id)
    named = {name: value for name in wish.values if (value := getattr(said, name))}
    if successor := {**_named_that_day(register, written, day), **named}:
        last_day = Cause(day - dt.timedelta(days=1), why.reason, why.basis)
        store.write("amend", register, by, row_id, successor, last_day)
    store.write("end", register, by, row_id, {}, Cause(day, why.reason, why.basis))
    _record(store, by, register, row_id, "end_record", f"завершено: {called}")
    return _followed(store, by, register, row_id)


def _named_that_day(register: Register[Any], written: Written, day: dt.date) -> Mapping[str, Any]:
    """Return which rows of its register stand for one from the day on that it ends.

    Nobody would see it: what is over shows its last day.
    """
    return {
        name: value
        for one in written.begun(day)
        for name, value in one.values.items()
        if name in register.successors
    }


def take_back(
    store: Registers, person_id: int, register: Register[Any], row_id: int, wish: Wish
) -> int | Refusal:
    """Write that the newest entry that counts does so no more, if a person wrote it by hand.

    It stays in the history, and so does what takes it back; done again, it goes one entry further.
    """
    found = editable(store, person_id, register, row_id)
    if isinstance(found, Refusal):
        return found
    by, written = found
    why = why_of(WhyTakeBack, wish.why)
    if isinstance(why, Refusal):
        return why
    refusal = stale(written, wish) or why_not_taken_back(
        store, person_id, by, register, row_id, written
    )
    if refusal:
        return refusal
    called = name_of(store, by.municipality_id, register, row_id)
    for entry in _written_together(register, written):
        cause = Cause(entry.effective_on, why.reason, "", takes_back=entry.id)
        store.write("amend", register, by, row_id, {}, cause)
    _record(store, by, register, row_id, "take_back_record", f"отменена последняя запись: {called}")
    return _followed(store, by, register, row_id)


def _written_together(register: Register[Any], written: Written) -> Iterator[Entry]:
    """Yield what one press wrote last: with an end, what stands for the row on its last day."""
    newest = cast("Entry", written.newest_standing)
    yield newest
    before = written.before(newest).newest_standing if newest.word == "end" else None
    if (
        before
        and before.values
        and before.values.keys() <= {*register.successors}
        and before.begins == newest.begins - dt.timedelta(days=1)
    ):
        yield before


def _followed(store: Registers, by: Capacity, register: Register[Any], row_id: int) -> int:
    """Let the cases beside a row follow what was written of it; return the row."""

    def named(name: str) -> tuple[int, ...]:
        said = store.identity(register, by.municipality_id, row_id) if name else {}
        return (said[name] if name else row_id,)

    follow(store.uow, by.municipality_id, register, named)
    return row_id


def _record(
    store: Registers, by: Capacity, register: Register[Any], row_id: int, action: str, said: str
) -> None:
    details = {"register": register.key, "row_id": row_id}
    store.record(by, action, f"{register.title}: {said}", details)


def _refused(*found: object) -> Refusal:
    """Return all that is wrong at once."""
    return joined(one for one in found if isinstance(one, Refusal)) or NOTHING


def _unknown(names: Iterable[str]) -> Iterator[Refusal]:
    for name in names:
        yield Refusal("unknown_field", "Такого поля в форме нет", name)


def _unwritable(register: Register[Any], names: Iterable[str]) -> Iterator[Refusal]:
    yield from _unknown(name for name in names if name not in register.fields)
    for name in names:
        if name in register.steady:
            title = register.fields[name].title
            sentence = (
                f"«{title}» отличает запись от других и не меняется: завершите эту запись и "
                "внесите новую"
            )
            yield refuse("identity_stays", "{said}", said=sentence, field=name)
