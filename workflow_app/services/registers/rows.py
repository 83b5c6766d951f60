"""Rows of declared registers as a use case meets them: whose they are, and what is said of them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar, cast

from pydantic_core import to_jsonable_python

from workflow_app.engine.folding import Written
from workflow_app.engine.forms import FieldView, Form, missing, parse
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.engine.registers import Record, Register
from workflow_app.engine.roles import Capacity, fitting
from workflow_app.services.cases import acting
from workflow_app.services.ports import UnitOfWork
from workflow_app.services.registers.wishes import WHY, Registers

NOT_YOURS = Refusal("not_your_row", "Эту запись пишут другие: вы её только читаете")
NOT_FOUND = Refusal("not_found", "Такой записи нет или она вам не открыта")


def editor(uow: UnitOfWork, person_id: int, register: Register[Any]) -> Capacity | Refusal:
    """Return in which capacity a person writes into a register; whoever may not read finds none."""
    actor = uow.actor(person_id)
    held = fitting(register.edited_by, actor, {})
    if held:
        return held[0]
    place = next((one.municipality_id for one in actor.capacities), None)
    is_read = place is not None and register.read_by(uow.facts(place), actor)
    return _not_yours(register) if is_read else NOT_FOUND


def _not_yours(register: Register[Any]) -> Refusal:
    who = ", ".join(role.title for role in register.edited_by)
    said = (
        f"В реестр «{register.title}» записывает {who}"
        if who
        else (f"В реестр «{register.title}» записывают только дела")
    )
    return Refusal("not_your_role", said)


def editable(
    store: Registers, person_id: int, register: Register[Any], row_id: int
) -> tuple[Capacity, Written] | Refusal:
    """Return in which capacity a person writes about a row, and what was written about it."""
    actor, by = store.uow.actor(person_id), editor(store.uow, person_id, register)
    if by is NOT_FOUND:
        return by
    place = actor.capacities[0].municipality_id
    written = store.written(register, place, row_id)
    facts, last = store.uow.facts(place), last_said(store, register, place, row_id)
    if not written.entries or not register.read_by(facts, actor).has(last):
        return NOT_FOUND
    if isinstance(by, Refusal):
        return by
    return (by, written) if register.written_by(facts, actor).has(last) else NOT_YOURS


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
    return typed(register, told)


def name_of(store: Registers, place: int, register: Register[Any], row_id: int) -> str:
    """Return how a row is called, whether or not it is there."""
    row = last_said(store, register, place, row_id)
    return register.called(row) if row else register.title


WhyT = TypeVar("WhyT", bound=Form)


def why_of(form: type[WhyT], said: Mapping[str, Any], usual_reason: str = "") -> WhyT | Refusal:
    """Return what is said of a write, or a refusal; its fields are named apart from the row's."""
    if usual_reason and not said.get("reason"):
        said = {**said, "reason": usual_reason}
    found = parse(form, said)
    refusal = found if isinstance(found, Refusal) else joined(missing(found))
    if refusal:
        named = joined(replace(one, field=f"{WHY}{one.field}") for one in refusal)
        return named or refusal
    return found


def row_of(register: Register[Any], values: Mapping[str, Any]) -> Record | Refusal:
    """Return a whole row as it is said, or why it is none."""
    unknown = [name for name in values if name not in register.fields]
    if unknown:
        return Refusal("unknown_field", "Такого поля в форме нет", unknown[0])
    row = parse(register.record, values)
    if isinstance(row, Refusal):
        return row
    return joined(missing(row)) or row


def typed(register: Register[Any], values: Mapping[str, Any]) -> Record:
    """Return kept values as a row; what the declaration would no longer take stays as it is."""
    told = {}
    for name in register.fields.keys() & values.keys():
        one = parse(register.record, {name: values[name]})
        told[name] = values[name] if isinstance(one, Refusal) else getattr(one, name)
    return cast("Record", register.record.model_construct(**{**register.empty, **told}))


def differing(register: Register[Any], before: Record, after: Record) -> list[str]:
    """Return the fields, those of the identity aside, that say different things."""
    return [
        name
        for name in register.fields
        if name not in register.steady and getattr(before, name) != getattr(after, name)
    ]


def asks_for(view: FieldView) -> tuple[str, ...]:
    """Return the fields of which a chosen row has to say the same (`of`)."""
    of = view.options.get("of") or ()
    return (of,) if isinstance(of, str) else tuple(of)


def needs(register: Register[Any], view: FieldView) -> bool:
    """Tell whether rows need what a field names to be there.

    What a row is about it tells of also when that is over, and so does a field `whenever`.
    """
    return view.name != register.subject and not view.options.get("whenever")


def may_read(uow: UnitOfWork, person_id: int, instance_id: int) -> bool:
    """Tell whether a person may read a case."""
    case = uow.load(instance_id)
    return case is not None and acting.may_read(
        uow, uow.processes[case.process], case, uow.actor(person_id)
    )
