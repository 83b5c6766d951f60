"""What changed between two texts of a case: by field, and in rows by their key."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow_app.engine.case import Case
from workflow_app.engine.forms import FieldView, Form, Row, Rows, views
from workflow_app.engine.remarks import names_fields
from workflow_app.store.read_models.choices import labels
from workflow_app.store.unit_of_work import SqlUnitOfWork


@dataclass(frozen=True, slots=True)
class Changed:
    """One field, or one row of a field: how it was and how it is."""

    name: str
    title: str
    before: Sequence[str]
    after: Sequence[str]
    kind: str = "changed"
    """`changed`, `added` or `removed`."""


def differences(
    uow: SqlUnitOfWork, case: Case, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Sequence[Changed]:
    """Return what differs between two stored texts; texts of an older form are left alone."""
    form = uow.processes[case.process].form
    try:
        old, new = form.model_validate(dict(before)), form.model_validate(dict(after))
    except ValueError:
        return ()
    return [
        change
        for view in views(form)
        if not names_fields(view)
        for change in _of_field(uow, case, view, getattr(old, view.name), getattr(new, view.name))
    ]


def _of_field(
    uow: SqlUnitOfWork, case: Case, view: FieldView, old: Any, new: Any
) -> Iterator[Changed]:
    if old == new:
        return
    if view.row:
        yield from _of_rows(uow, case, view, old, new)
        return
    yield Changed(view.name, view.title, labels(uow, case, view, old), labels(uow, case, view, new))


def _of_rows(
    uow: SqlUnitOfWork, case: Case, view: FieldView, old: Rows[Row], new: Rows[Row]
) -> Iterator[Changed]:
    for key in dict.fromkeys((*old.keys(), *new.keys())):
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        kind = "added" if was is None else "removed" if now is None else "changed"
        before, after = _row(uow, case, view, was, now), _row(uow, case, view, now, was)
        yield Changed(view.name, view.title, before, after, kind)


def _row(
    uow: SqlUnitOfWork, case: Case, view: FieldView, row: Form | None, other: Form | None
) -> Sequence[str]:
    """Return a row in words: what it is about, and the columns that differ from the other."""
    if row is None:
        return ()
    lines = []
    for column in view.columns:
        value = getattr(row, column.name)
        is_same = other is not None and value == getattr(other, column.name)
        if is_same and not column.options.get("key"):
            continue
        said = ", ".join(labels(uow, case, column, value))
        if said:
            lines.append(said if column.options.get("key") else f"{column.title}: {said}")
    return lines
