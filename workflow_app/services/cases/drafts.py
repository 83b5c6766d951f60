"""Drafts: fields saved one by one, so that two editors of different fields both succeed.

A draft is merged as it is written. Then it is read again: what is understood becomes the data of
the case, and what is unfinished or no value yet is kept beside it as typed (`forms.understand`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from workflow_app.engine.case import Case
from workflow_app.engine.decide import allowed, may_edit
from workflow_app.engine.facts import Facts
from workflow_app.engine.forms import (
    FieldView,
    Form,
    Row,
    Rows,
    are_rows,
    as_written,
    understand,
    understand_row,
    views,
    with_values,
    written_key,
)
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.services.cases.acting import NOT_FOUND, Done, attach_files, foreign, may_read
from workflow_app.services.cases.children import already_open
from workflow_app.services.hashing import canonical, text_hash
from workflow_app.services.ports import UnitOfWork
from workflow_app.services.registers.value_text import NOTHING, in_words, rows_in_words


class Drafts(UnitOfWork, Protocol):
    """What saving a draft needs beyond a decision's unit of work."""

    def note_refused(self, case: Case, by: Capacity, refusal: Refusal) -> None:
        """Keep that somebody tried what was not hers."""

    def save_draft(
        self, process: Process, case: Case, versions: Mapping[str, int], by: int
    ) -> None:
        """Write the data of a draft as a person left it; no line of history."""


LOST = Refusal("would_lose_access", "Так черновик уйдёт к другой школе, и вы его больше не увидите")


def save_draft(
    uow: Drafts, person_id: int, instance_id: int, changes: Mapping[str, Any], version: int
) -> Done | Refusal:
    """Save the changed fields of a draft shown in a version; conflicts lose neither text."""
    uow.claim(instance_id)
    case = uow.load(instance_id)
    actor = uow.actor(person_id)
    if case is None or not may_read(uow, uow.processes[case.process], case, actor):
        return NOT_FOUND
    process = uow.processes[case.process]
    if not may_edit(process, case, actor):
        refusal = _not_editable(uow, process, case, actor)
        uow.note_refused(case, actor.capacities[0], refusal)
        return refusal
    return _merged(uow, process, case, actor, changes, version)


def _not_editable(uow: Drafts, process: Process, case: Case, actor: Actor) -> Refusal:
    """Return who writes the text in this state, and what the actor may do instead."""
    state = process.states[case.state]
    who = ", ".join(role.title for role in state.edit)
    said = f"Текст меняет {who}" if who else "На этой стадии текст не меняют"
    offers = allowed(process, case, actor, uow.facts(case.municipality_id), uow.now, uow.today)
    is_open = (one for one in offers if one.capacities and not one.refusal)
    titles = dict.fromkeys(f"«{one.action.title}»" for one in is_open)
    instead = f". Вы можете: {', '.join(titles)}" if titles else ""
    return Refusal("not_editable", f"{said}{instead}")


def _merged(
    uow: Drafts,
    process: Process,
    case: Case,
    actor: Actor,
    changes: Mapping[str, Any],
    version: int,
) -> Done | Refusal:
    fields = {view.name: view for view in views(process.form)}
    refusal = joined(_forbidden(fields, changes, process.states[case.state].only))
    if refusal:
        return refusal
    current = as_written(case.data, case.typed)
    versions = uow.field_versions(case.id)
    facts = uow.facts(case.municipality_id)
    wanted, touched = _merge(fields, current, changes)
    understood = understand(process.form, {**current, **wanted})
    if isinstance(understood, Refusal):
        return understood
    form, typed = understood
    newer = {part for part in touched if versions.get(part, 0) > version}
    refusal = (
        joined(_conflicts(facts, fields, current, as_written(form, typed), newer))
        or joined(_guarded(case, form, fields, facts))
        or _held(uow, process, case, form, actor)
    )
    if refusal:
        return refusal
    if canonical(as_written(form, typed)) == canonical(current):
        return Done(case.id, case.state, case.version)
    for part in (form, *_loose(process.form, typed)):
        refusal = foreign(uow, actor.person_id, case.municipality_id, case.id, part)
        if refusal:
            return refusal
    if process.kept:
        form = with_values(form, process.kept(form, facts))
    next_version = case.version + 1
    after = replace(
        case, data=form, typed=typed, version=next_version, text_hash=text_hash(process.key, form)
    )
    (author,) = case.parties["author"]
    after.parties = process.parties_of(form, author)
    if not may_edit(process, after, actor):
        return LOST
    attach_files(uow, case.id, form)
    fresh = dict.fromkeys(touched, next_version)
    uow.save_draft(process, after, {**versions, **fresh}, actor.person_id)
    return Done(case.id, case.state, next_version)


def _loose(form: type[Form], typed: Mapping[str, Any]) -> Iterator[Form]:
    """Yield what is understood of rows that are none yet: they may point at no foreign thing."""
    for view in views(form):
        if view.row is None:
            continue
        for cells in typed.get(view.name, {}).values():
            found = understand_row(view.row, cells)
            if not isinstance(found, Refusal):
                yield found[0]


def _forbidden(
    fields: Mapping[str, FieldView], changes: Mapping[str, Any], only: Sequence[str]
) -> Sequence[Refusal]:
    """Return refusals of fields nobody has, nobody writes, or nobody writes any more."""
    found = []
    for name in changes:
        view = fields.get(name)
        if view is None:
            found.append(Refusal("unknown_field", "Такого поля в форме нет", name))
        elif view.options.get("readonly"):
            found.append(Refusal("field_readonly", f"«{view.title}» здесь не меняют", name))
        elif only and name not in only:
            still = ", ".join(f"«{fields[one].title}»" for one in only)
            found.append(
                Refusal(
                    "field_closed", f"«{view.title}» уже не меняют. Сейчас меняют: {still}", name
                )
            )
    return found


def _held(uow: Drafts, process: Process, case: Case, form: Form, actor: Actor) -> Refusal | None:
    """Return a refusal when the new text would make this case a second open one of its key."""
    key = process.one_open(form) if process.one_open else None
    other = uow.facts(case.municipality_id).open_instance(process.key, key) if key else None
    return None if other in (None, case.id) else already_open(uow, other, actor)


def _merge(
    fields: Mapping[str, FieldView], current: Mapping[str, Any], changes: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Return new values, and the names of the fields and rows (`field/key`) they touch."""
    wanted: dict[str, Any] = {}
    touched: list[str] = []
    for name, value in changes.items():
        view = fields[name]
        names = [name]
        if view.row and _is_change(value):
            wanted[name], keys = _merged_rows(view, view.row, current[name], value)
            names = [f"{name}/{key}" for key in keys]
        elif view.row:
            wanted[name] = _kept_rows(view, view.row, current[name], value)
        else:
            wanted[name] = value
        touched += names
    return wanted, touched


def _conflicts(
    facts: Facts,
    fields: Mapping[str, FieldView],
    theirs: Mapping[str, Any],
    mine: Mapping[str, Any],
    newer: Collection[str],
) -> Iterator[Refusal]:
    """Yield what was made something else of since the page was shown.

    The same words twice are no conflict: what one's own page saved by itself comes back so.
    """
    for name, view in fields.items():
        if theirs[name] == mine[name]:
            continue
        if name in newer:
            yield _conflict(facts, view, theirs[name])
        elif view.row:
            before, after = (_by_key(view, written[name]) for written in (theirs, mine))
            keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
            disputed = [key for key in keys if f"{name}/{key}" in newer]
            if disputed:
                yield _conflict(facts, view, theirs[name], disputed)


def _by_key(view: FieldView, rows: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {written_key(view, row): row for row in rows}


def _is_change(value: Any) -> bool:
    """Tell whether a value says which rows are put and which are removed."""
    if not isinstance(value, Mapping):
        return False
    return are_rows(value.get("put", ())) and isinstance(value.get("remove", ()), list | tuple)


def _conflict(facts: Facts, view: FieldView, theirs: Any, keys: Sequence[str] = ()) -> Refusal:
    """Refuse a field, or some of its rows, with what the other person made of it."""
    if view.row:
        said = rows_in_words(facts, view, theirs, keys or [*_by_key(view, theirs)])
    else:
        said = in_words(facts, view, theirs)
    sentence = f"«{view.title}» тем временем изменили в другом окне или другой человек"
    way = "Ниже — ваш текст: сохраните ещё раз, чтобы остался он, или впишите, что верно"
    return Refusal("field_conflict", f"{sentence}: {said or NOTHING}. {way}", view.name)


def _merged_rows(
    view: FieldView, row: type[Row], current: Sequence[Mapping[str, Any]], change: Mapping[str, Any]
) -> tuple[list[Mapping[str, Any]], list[str]]:
    """Put changed rows in their place by key and drop removed ones.

    What does not fit stays as it was written: parsing the whole form says what it is.
    """
    kept = _kept(row)
    said = change.get("put", ())
    put = {written_key(view, item): item for item in said}
    nameless = [item for item in said if not written_key(view, item)]
    put.pop("", None)
    removed = {str(key) for key in change.get("remove", ())}
    rows, seen = [], set()
    for item in current:
        key = written_key(view, item)
        if key in removed:
            continue
        own = {name: item[name] for name in kept if name in item}
        rows.append({**put[key], **own} if key in put else item)
        seen.add(key)
    fresh = (*(item for key, item in put.items() if key not in seen), *nameless)
    rows += [{name: said for name, said in item.items() if name not in kept} for item in fresh]
    return rows, sorted({*put, *removed})


def _kept_rows(
    view: FieldView, row: type[Row], current: Sequence[Mapping[str, Any]], said: Any
) -> Any:
    """Return all rows as they are said, each with what the system keeps of it."""
    kept = _kept(row)
    if not kept or not isinstance(said, list | tuple):
        return said
    known = {written_key(view, item): item for item in current}
    rows = []
    for item in said:
        if not isinstance(item, Mapping):
            return said  # parsing the whole form says what does not fit
        own = known.get(written_key(view, item), {})
        written = {name: value for name, value in item.items() if name not in kept}
        rows.append({**written, **{name: own[name] for name in kept if name in own}})
    return rows


def _kept(row: type[Row]) -> Sequence[str]:
    """Return the columns of a row that people do not write."""
    return [view.name for view in views(row, hidden=True) if view.is_kept and view.name != "key"]


def _guarded(
    case: Case, form: Form, fields: Mapping[str, FieldView], facts: Facts
) -> Sequence[Refusal]:
    """Return refusals of locked rows removed and frozen rows changed, and of repeated keys."""
    found = []
    for view in fields.values():
        if not view.row:
            continue
        old: Rows[Row] = getattr(case.data, view.name)
        new: Rows[Row] = getattr(form, view.name)
        if len(set(new.keys())) != len(new):
            found.append(Refusal("row_repeated", f"«{view.title}»: строка повторяется", view.name))
        if view.options.get("fixed") and new.keys() != old.keys():
            sentence = f"«{view.title}»: строки здесь не добавляют и не убирают"
            found.append(Refusal("rows_fixed", sentence, view.name))
        locked, frozen = view.options.get("locked"), view.options.get("frozen")
        for row in old:
            after = new.get(row.row_key)
            if after is None and locked and locked(case, facts, row):
                found.append(Refusal("row_locked", "Эту строку удалить нельзя", view.name))
            if after != row and frozen and frozen(case, facts, row):
                found.append(Refusal("row_frozen", "Эта строка уже не меняется", view.name))
    return found
