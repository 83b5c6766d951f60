"""Lists of registers as Word documents: asked for on a page, made by a worker, kept for a day."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from workflow_app.engine.forms import FieldView
from workflow_app.engine.registers import Readable, Record, Register
from workflow_app.services.importing.order_checks import SIGNING_ROLE
from workflow_app.services.ports import NewFile
from workflow_app.store.documents.files import keep_file
from workflow_app.store.documents.uploads import forget_unused
from workflow_app.store.messages import outbox
from workflow_app.store.models.base import inserted_id, table
from workflow_app.store.models.documents import StoredFile
from workflow_app.store.models.registers import RegisterPaper
from workflow_app.store.registers import listing
from workflow_app.store.registers.listing import Asked
from workflow_app.store.registers.naming import Naming
from workflow_app.store.unit_of_work import SqlUnitOfWork

_PAPER, _FILE = table(RegisterPaper), table(StoredFile)
KEPT_FOR = dt.timedelta(days=1)
MOST_ROWS = 2000
"""A longer table takes Word minutes to open."""


def ask(
    uow: SqlUnitOfWork, register: Register[Any], municipality_id: int, person_id: int, asked: Asked
) -> int:
    """Have a list made; return the number it will have. Those of yesterday go."""
    c = _PAPER.c
    old = delete(_PAPER).where(
        c.municipality_id == municipality_id, c.asked_at < uow.now - KEPT_FOR
    )
    gone = uow.connection.execute(old.returning(c.file_sha256)).scalars().all()
    forget_unused(uow, [one for one in gone if one])
    said = {
        "on": asked.on.isoformat(),
        "text": asked.text,
        "values": dict(asked.values),
        "known_on": asked.known_on.isoformat() if asked.known_on else None,
        "is_over": asked.is_over,
        "readable": _ids(uow.readable(register)),
    }
    values = {
        "municipality_id": municipality_id,
        "register": register.key,
        "person_id": person_id,
        "asked_at": uow.now,
        "asked": said,
    }
    paper_id = inserted_id(uow.connection.execute(insert(_PAPER).values(values)))
    outbox.put(uow.connection, municipality_id, None, "list", {"paper_id": paper_id}, uow.now)
    return paper_id


def found(
    uow: SqlUnitOfWork, register: str, municipality_id: int, person_id: int, paper_id: int
) -> Row[Any] | None:
    """Return a list somebody asked for; others' are not there, nor what she reads no more."""
    c = _PAPER.c
    query = select(_PAPER).where(
        c.id == paper_id,
        c.municipality_id == municipality_id,
        c.register == register,
        c.person_id == person_id,
    )
    paper = uow.connection.execute(query).one_or_none()
    return paper if paper and _is_still_readable(uow, paper) else None


def _is_still_readable(uow: SqlUnitOfWork, paper: Any) -> bool:
    """Tell whether all that could be read when a list was asked for can be read now."""
    now, then = _ids(uow.readable(uow.tables[paper.register].register)), paper.asked.get("readable")
    return now is None or (then is not None and {*then} <= {*now})


def _ids(readable: Readable) -> list[int] | None:
    return None if readable.ids is None else sorted(readable.ids)


def content(uow: SqlUnitOfWork, paper: Any) -> bytes:
    """Return the bytes of a list that is made."""
    query = select(_FILE.c.content).where(_FILE.c.sha256 == paper.file_sha256)
    return bytes(uow.connection.execute(query).scalar_one())


def told(uow: SqlUnitOfWork, municipality_id: int, paper_id: int) -> dict[str, Any] | None:
    """Return what a list prints; None of one that nobody wants any more."""
    c = _PAPER.c
    query = select(_PAPER).where(c.id == paper_id, c.municipality_id == municipality_id)
    paper = uow.connection.execute(query).one_or_none()
    if paper is None or paper.register not in uow.tables:
        return None
    uow.reader = paper.person_id
    if not _is_still_readable(uow, paper):
        return None
    tables, facts = uow.tables[paper.register], uow.facts(municipality_id)
    ids = paper.asked.get("readable")
    if ids is not None:
        tables = tables.narrowed(Readable(tables.register.read_through, frozenset(ids)))
    register, naming = tables.register, Naming(uow, municipality_id)
    asked = _asked(paper.asked)
    views = [register.fields[name] for name in register.columns or register.fields]
    records, found = facts.of(register).on(asked.on), []
    for row in listing.every(uow.connection, tables, municipality_id, asked):
        cells = ["\n".join(_cell(register, naming, row, view)) for view in views]
        link = views.index(register.link_of(views))
        cells[link] = "\n".join(filter(None, (cells[link], register.note(row, records))))
        found.append((register.group_of(row), cells, row.basis))
    rests = any(basis for *_, basis in found)
    rows = [[*cells, basis] if rests else cells for _, cells, basis in found]
    signer, container = facts.signer(SIGNING_ROLE), facts.organisation("department")
    above = [container.name] if container else []
    day = f"по состоянию на {asked.on:%d.%m.%Y}"
    known = f", по записям до {asked.known_on:%d.%m.%Y}" if asked.known_on else ""
    return {
        "title": f"{register.title}: завершённые" if asked.is_over else register.title,
        "above": [*above, day + known],
        "columns": [*(view.title for view in views), *(["По документу"] if rests else [])],
        "rows": rows,
        "groups": [group for group, *_ in found],
        "signer": (signer.title, signer.name) if signer else ("", ""),
    }


def _cell(register: Register[Any], naming: Naming, row: Record, view: FieldView) -> Iterator[str]:
    """Yield the lines of a cell: the value of its field, then the details below it."""
    yield naming.told(view, getattr(row, view.name))
    for name in register.details.get(view.name, ()):
        more = register.fields[name]
        said = naming.told(more, getattr(row, name))
        if said:
            yield f"{more.title}: {said}"


def file(uow: SqlUnitOfWork, paper_id: int, made: NewFile) -> None:
    """Keep a list that is made."""
    c = _PAPER.c
    keep_file(uow.connection, made, uow.now)
    where = (c.id == paper_id, c.file_sha256.is_(None))
    uow.connection.execute(update(_PAPER).where(*where).values(file_sha256=made.sha256))


def _asked(said: dict[str, Any]) -> Asked:
    known_on = said["known_on"]
    return Asked(
        dt.date.fromisoformat(said["on"]),
        dt.date.fromisoformat(known_on) if known_on else None,
        said["values"],
        said["text"],
        is_over=said.get("is_over", False),
    )
