"""Mistakes in the declaration of a register: what its tables, lists and references could not be."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from workflow_app.engine.checks.finding import Finding
from workflow_app.engine.forms import OPTIONS, FieldView
from workflow_app.engine.registers import KINDS, RESERVED, Extension, Register


def check(
    register: Register[Any],
    registers: Mapping[str, Register[Any]],
    settings: Collection[str] | None = None,
) -> Iterator[Finding]:
    """Yield the mistakes of one register among all that are declared."""
    where, called = register.where, f"Реестр «{register.title}»"
    if not register.identity:
        yield Finding(where, "no_identity", f"{called}: не сказано, чем различаются записи")
    yield from _extension(where, called, register)
    for view in register.fields.values():
        yield from _field(where, called, view, registers)
    for name in _named(register):
        if name not in register.fields:
            yield Finding(where, "unknown_field", f"{called}: нет поля «{name}»")
    yield from _identity(where, called, register)
    yield from _reading(where, called, register)
    yield from _recent(where, called, register, settings)
    if register.grouped_by and register.sorted_by[:1] != (register.grouped_by,):
        sentence = f"{called}: стоит группами по «{register.grouped_by}», а упорядочен не по нему"
        yield Finding(where, "scattered_groups", sentence)
    subject = register.fields.get(register.subject)
    if (register.mark or register.on_card) and not (subject and subject.register):
        sentence = f"{called}: отмечает записи, а поле «{register.subject}» ни на кого не указывает"
        yield Finding(where, "mark_of_nothing", sentence)


def _extension(where: str, called: str, register: Register[Any]) -> Iterator[Finding]:
    is_one = issubclass(register.record, Extension)
    if is_one != bool(register.extends) or (is_one and register.identity != ("code",)):
        sentence = f"{called}: extends, строка из Extension и identity=(«code»,) — только вместе"
        yield Finding(where, "bad_extension", sentence)


def _identity(where: str, called: str, register: Register[Any]) -> Iterator[Finding]:
    """What is asked for together never changes; what may be empty only refers to something."""
    known = register.fields
    for name in (*register.together, *filter(None, (register.read_through,))):
        if name in known and name not in register.identity:
            sentence = f"{called}: читают по полям, которые не меняются, а «{name}» меняется"
            yield Finding(where, "unsteady_field", sentence)
    for view in (register.kept[name] for name in register.identity if name in register.kept):
        if not view.is_required and not view.register:
            sentence = f"{called}: записи различает поле «{view.name}», и пустым оно быть не может"
            yield Finding(where, "empty_identity", sentence)


def _reading(where: str, called: str, register: Register[Any]) -> Iterator[Finding]:
    """Whose rows are whose is told by both words; what is closed says nothing to all."""
    if bool(register.read_through) != (bool(register.own) != bool(register.closed_by)):
        sentence = f"{called}: read_through говорит вместе с own или closed_by, через что и чьи"
        yield Finding(where, "read_through_nothing", sentence)
    if register.edits_own and not register.own:
        sentence = f"{called}: edits_own говорит о своих записях, а own не сказано"
        yield Finding(where, "own_of_nobody", sentence)
    if register.closed_by and (register.unique or register.mark or register.on_card):
        sentence = f"{called}: закрыт, а unique, mark и on_card говорят о его записях всем"
        yield Finding(where, "closed_tells", sentence)


def _recent(
    where: str, called: str, register: Register[Any], settings: Collection[str] | None
) -> Iterator[Finding]:
    """What is told as the newest has a day and is about something; a setting says how old it is."""
    recent = register.recent
    if recent is None:
        return
    view = register.fields.get(recent.field)
    if not register.subject or (view and view.kind != "date"):
        sentence = f"{called}: «{recent.title}» нужно subject и поле с датой"
        yield Finding(where, "recent_of_nothing", sentence)
    if settings is not None and recent.within not in settings:
        sentence = f"{called}: нет настройки «{recent.within}»"
        yield Finding(where, "unknown_setting", sentence)


def _field(
    where: str, called: str, view: FieldView, registers: Collection[str]
) -> Iterator[Finding]:
    if view.name in RESERVED:
        yield Finding(where, "reserved_field", f"{called}: имя поля «{view.name}» занято")
    if view.kind not in KINDS:
        yield Finding(where, "bad_field", f"{called}: поле «{view.name}» реестр хранить не может")
    for option in sorted(view.options.keys() - OPTIONS):
        sentence = f"{called}: у поля «{view.name}» не бывает свойства «{option}»"
        yield Finding(where, "unknown_option", sentence)
    if view.each.kind == "ref" and view.register not in registers:
        yield Finding(where, "unknown_register", f"{called}: нет реестра «{view.register}»")


def _named(register: Register[Any]) -> Collection[str]:
    """Return every field the declaration names."""
    sorted_by = (name.removeprefix("-") for name in register.sorted_by)
    pending, recent = register.pending, register.recent
    cases, sums = register.cases, register.sums
    single = (
        register.begins,
        register.subject,
        register.grouped_by,
        register.read_through,
        *((pending.field, pending.due) if pending else ()),
        *((recent.field,) if recent else ()),
        *((cases.code,) if cases else ()),
        *((sums.by, sums.of) if sums else ()),
    )
    details = (name for pair in register.details.items() for name in (pair[0], *pair[1]))
    return dict.fromkeys(
        (
            *register.identity,
            *register.unique,
            *register.columns,
            *register.filters,
            *register.search,
            *sorted_by,
            *filter(None, single),
            *details,
        )
    )
