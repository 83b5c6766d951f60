"""Papers of a case: documents it issued, and files people brought to it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, insert, select, update

from workflow_app.engine.case import Case
from workflow_app.services.ports import NewDocument
from workflow_app.store.models.base import columns, inserted_id, table
from workflow_app.store.models.documents import Document, StoredFile, Upload

_DOCUMENT = table(Document)
_FILE = table(StoredFile)
_UPLOAD = table(Upload)
_ADD = insert(_DOCUMENT)


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as pages show it, without its values."""

    id: int
    municipality_id: int
    instance_id: int
    paper: str
    title: str
    version: int
    file_name: str
    content_hash: str
    issued_at: dt.datetime
    withdrawn_at: dt.datetime | None
    file_sha256: str | None
    pdf_sha256: str | None
    pdf_asked_at: dt.datetime | None


PAPERS = select(*columns(Paper, Document))
_NEWEST = select(func.coalesce(func.max(_DOCUMENT.c.version), 0)).where(
    _DOCUMENT.c.instance_id == bindparam("case_id"), _DOCUMENT.c.paper == bindparam("paper")
)


def issue(
    connection: Connection, case: Case, document: NewDocument, line: int, now: dt.datetime
) -> int:
    """Insert a document that a line of history issued, as the next version of its kind."""
    kind = {"case_id": case.id, "paper": document.paper}
    version = int(connection.execute(_NEWEST, kind).scalar_one()) + 1
    values = {
        "municipality_id": case.municipality_id,
        "instance_id": case.id,
        "paper": document.paper,
        "title": document.title,
        "version": version,
        "file_name": document.file_name,
        "template": document.template,
        "field_values": dict(document.values),
        "content_hash": document.content_hash,
        "state": document.state,
        "template_sha256": "",
        "renderer": "",
        "issued_at": now,
        "history_seq": line,
    }
    return inserted_id(connection.execute(_ADD, values))


def of_case(connection: Connection, instance_id: int) -> Sequence[Paper]:
    """Return the documents of a case, oldest first."""
    query = PAPERS.where(_DOCUMENT.c.instance_id == instance_id).order_by(_DOCUMENT.c.id)
    return [Paper(*row) for row in connection.execute(query)]


def current(documents: Sequence[Paper]) -> frozenset[int]:
    """Return the newest version of each paper that was not withdrawn, of documents in order."""
    valid = (one for one in documents if not one.withdrawn_at)
    return frozenset({one.paper: one.id for one in valid}.values())


def ready(connection: Connection, document_id: int) -> Paper | None:
    """Return a document whose Word file is made."""
    query = PAPERS.where(_DOCUMENT.c.id == document_id, _DOCUMENT.c.file_sha256.is_not(None))
    row = connection.execute(query).one_or_none()
    return Paper(*row) if row else None


def earlier(connection: Connection, instance_id: int, document: Paper) -> Sequence[Paper]:
    """Return the editions of a paper in a case that were made before it, oldest first."""
    of_paper = (_DOCUMENT.c.instance_id == instance_id, _DOCUMENT.c.paper == document.paper)
    made = (_DOCUMENT.c.id < document.id, _DOCUMENT.c.file_sha256.is_not(None))
    query = PAPERS.where(*of_paper, *made).order_by(_DOCUMENT.c.id)
    return [Paper(*row) for row in connection.execute(query)]


def withdraw(connection: Connection, instance_id: int, now: dt.datetime) -> None:
    """Mark every document of a case as withdrawn."""
    where = (_DOCUMENT.c.instance_id == instance_id, _DOCUMENT.c.withdrawn_at.is_(None))
    connection.execute(update(_DOCUMENT).where(*where).values(withdrawn_at=now))


def may_use_file(
    connection: Connection, file_id: int, person_id: int, instance_id: int, kinds: Sequence[str]
) -> bool:
    """Tell whether a person may put a file of these kinds into a case."""
    query = (
        select(_UPLOAD.c.instance_id, _UPLOAD.c.person_id, _FILE.c.kind)
        .join(_FILE, _FILE.c.sha256 == _UPLOAD.c.sha256)
        .where(_UPLOAD.c.id == file_id)
    )
    row = connection.execute(query).one_or_none()
    if row is None or (kinds and row.kind not in kinds):
        return False
    is_new = row.instance_id is None and row.person_id == person_id
    return bool(is_new or row.instance_id == instance_id)


def attach_file(connection: Connection, file_id: int, instance_id: int) -> None:
    """Give a file to its case: from now on the case's readers may open it."""
    where = (_UPLOAD.c.id == file_id, _UPLOAD.c.instance_id.is_(None))
    connection.execute(update(_UPLOAD).where(*where).values(instance_id=instance_id))


def file_sha256(connection: Connection, file_id: int) -> str:
    """Return the hash of a file's content."""
    query = select(_UPLOAD.c.sha256).where(_UPLOAD.c.id == file_id)
    return str(connection.execute(query).scalar_one())
