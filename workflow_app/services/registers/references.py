"""Rows of registers that a form points at: each has to exist in its case's own municipality."""

from collections.abc import Iterator
from typing import NamedTuple

from workflow_app.engine.forms import Form, views
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.services.ports import UnitOfWork


class Reference(NamedTuple):
    """A value of a form that is the id of a row, with the field it stands in."""

    register: str
    id: int
    field: str
    title: str


def foreign_reference(uow: UnitOfWork, municipality_id: int, form: Form) -> Refusal | None:
    """Refuse ids that no row of the municipality has: another district's, or none at all."""
    found = list(references(form))
    unknown = uow.unknown_rows(municipality_id, {(one.register, one.id) for one in found})
    return joined(
        Refusal("unknown_choice", f"«{one.title}»: выберите из списка", one.field)
        for one in found
        if (one.register, one.id) in unknown
    )


def references(form: Form, prefix: str = "") -> Iterator[Reference]:
    """Yield every id of a form that leads into a register, rows included."""
    for view in views(type(form), hidden=True):
        value = getattr(form, view.name)
        for row in (value or ()) if view.row else ():
            yield from references(row, f"{prefix}{view.name}.{row.row_key}.")
        if view.register:
            ids = value if isinstance(value, tuple) else (value,)
            for one in ids:
                if one is not None:
                    yield Reference(view.register, one, f"{prefix}{view.name}", view.title)
