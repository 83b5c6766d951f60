"""Cases that name rows of declared registers, as their declarations say where."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from workflow_app.engine.registers import Record, Register
from workflow_app.store.models.base import table
from workflow_app.store.models.instances import Instance
from workflow_app.store.unit_of_work import SqlUnitOfWork

_CASE = table(Instance).c


@dataclass(frozen=True, slots=True)
class CaseLink:
    """A case that names a row, and where it stands."""

    id: int
    process: str
    state: str
    has_ended: bool


def cases_of(
    uow: SqlUnitOfWork, municipality_id: int, register: Register[Any], rows: Sequence[Record]
) -> Mapping[int, Sequence[CaseLink]]:
    """Return row → the newest case of each process that names it, whoever may read them."""
    links = register.cases
    if links is None or not rows:
        return {}
    of = {
        (subject, name): row.id
        for row in rows
        for subject in links.subjects(row)
        for name in (row.id, getattr(row, links.code))
    }
    named = _CASE.data[links.field]
    query = (
        select(_CASE.id, _CASE.process, _CASE.state, _CASE.finished_at, _CASE.subject, named)
        .where(
            _CASE.municipality_id == municipality_id,
            _CASE.subject.in_({subject for subject, _ in of}),
            named.as_string().in_({str(name) for _, name in of}),
        )
        .order_by(_CASE.id)
    )
    found: dict[int, dict[str, CaseLink]] = defaultdict(dict)
    for key, process, state, finished_at, subject, name in uow.connection.execute(query):
        row_id = of.get((subject, name))
        if row_id is not None:
            found[row_id][process] = CaseLink(key, process, state, finished_at is not None)
    return {row_id: [*cases.values()] for row_id, cases in found.items()}
