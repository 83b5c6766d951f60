"""Files people bring, once they passed the gate: kept once under their hash."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, bindparam, delete, exists, func, insert, or_, select

from workflow_app.engine.case import Case
from workflow_app.engine.checks.fields import forms
from workflow_app.engine.forms import views
from workflow_app.engine.refusals import Refusal
from workflow_app.services.cases.attachments import TYPES, name_of
from workflow_app.services.ports import NewFile
from workflow_app.store.documents import files
from workflow_app.store.documents.files import keep_file
from workflow_app.store.models.base import inserted_id, table
from workflow_app.store.models.documents import Document, StoredFile, Upload
from workflow_app.store.models.instances import BallotRow, DataVersion, History, VoteRow
from workflow_app.store.models.registers import RegisterImport, RegisterPaper
from workflow_app.store.unit_of_work import SqlUnitOfWork

_UPLOAD, _FILE, _DOCUMENT = table(Upload), table(StoredFile), table(Document)
_IMPORT, _PAPER = table(RegisterImport), table(RegisterPaper)
_USES = (
    _UPLOAD.c.sha256,
    _DOCUMENT.c.file_sha256,
    _DOCUMENT.c.pdf_sha256,
    _IMPORT.c.file_sha256,
    _PAPER.c.file_sha256,
)
_BROUGHT = select(func.count()).where(
    _UPLOAD.c.person_id == bindparam("person"), _UPLOAD.c.uploaded_at >= bindparam("since")
)
_UPLOADS = select(_UPLOAD, _FILE.c.kind).join(_FILE, _FILE.c.sha256 == _UPLOAD.c.sha256)

_OF_CASE = bindparam("case", type_=BigInteger)
_VERSION, _LINE, _BALLOT = table(DataVersion), table(History), table(BallotRow)
_VOTE = table(VoteRow)
_CAST = _VOTE.join(_BALLOT, _BALLOT.c.id == _VOTE.c.ballot_id)
_SAID = (
    select(_VERSION.c.data).where(_VERSION.c.instance_id == _OF_CASE),
    # A case begins with what is only being written.
    select(_LINE.c.form).where(_LINE.c.instance_id == _OF_CASE, _LINE.c.from_state != ""),
    select(_VOTE.c.form).select_from(_CAST).where(_BALLOT.c.instance_id == _OF_CASE),
)
_EVIDENCE = (
    select(_VOTE.c.evidence_upload_id)
    .select_from(_CAST)
    .where(_BALLOT.c.instance_id == _OF_CASE, _VOTE.c.evidence_upload_id.is_not(None))
)
SIGNED_SCAN = "file"
"""Under which name a line of history keeps the scan that a step was signed by."""
UNATTACHED_FOR = dt.timedelta(days=1)
AT_ONCE = 100
"""So many files are deleted by one transaction."""


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file with its name and type, ready to be given back."""

    id: int
    name: str
    kind: str
    sha256: str
    person_id: int
    instance_id: int | None
    uploaded_at: dt.datetime


def keep(uow: SqlUnitOfWork, person_id: int, name: str, file: NewFile) -> int | Refusal:
    """Keep a file and return the id a form field holds; or say that there were too many today."""
    capacities = uow.actor(person_id).capacities
    municipality_id = capacities[0].municipality_id if capacities else 0
    most = uow.facts(municipality_id).setting("files.day")
    midnight = dt.datetime.combine(uow.today, dt.time(), uow.zone).astimezone(dt.UTC)
    brought = uow.connection.execute(_BROUGHT, {"person": person_id, "since": midnight})
    if brought.scalar_one() >= most:
        said = f"За день можно приложить не больше {most} файлов. Остальные приложите завтра."
        return Refusal("too_many_files", said, "file")
    values = {
        "municipality_id": municipality_id,
        "person_id": person_id,
        "instance_id": None,
        "name": name_of(name, TYPES[file.kind]),
        "sha256": file.sha256,
        "uploaded_at": uow.now,
    }
    keep_file(uow.connection, file, uow.now)
    return inserted_id(uow.connection.execute(insert(_UPLOAD).values(values)))


def forget_unattached(uow: SqlUnitOfWork) -> int:
    """Delete some files that found no case within a day, and their bytes; return how many."""
    old = uow.now - UNATTACHED_FOR
    query = select(_UPLOAD.c.id, _UPLOAD.c.sha256).where(
        _UPLOAD.c.instance_id.is_(None), _UPLOAD.c.uploaded_at < old
    )
    rows = uow.connection.execute(query.order_by(_UPLOAD.c.uploaded_at).limit(AT_ONCE)).all()
    uow.connection.execute(delete(_UPLOAD).where(_UPLOAD.c.id.in_([row.id for row in rows])))
    forget_unused(uow, [row.sha256 for row in rows])
    return len(rows)


def forget_unused(uow: SqlUnitOfWork, hashes: Collection[str]) -> None:
    """Delete the bytes of files that nothing names any more."""
    for sha256 in {*hashes}:
        used = [exists().where(column == sha256) for column in _USES]
        uow.connection.execute(delete(_FILE).where(_FILE.c.sha256 == sha256, ~or_(*used)))


def read(uow: SqlUnitOfWork, upload_id: int) -> UploadedFile | None:
    """Return a file's card."""
    row = uow.connection.execute(_UPLOADS.where(_UPLOAD.c.id == upload_id)).one_or_none()
    return _uploaded(row) if row else None


def _uploaded(row: Any) -> UploadedFile:
    kind = TYPES.get(row.kind, row.kind)
    return UploadedFile(
        row.id,
        name_of(row.name, kind),
        kind,
        row.sha256,
        row.person_id,
        row.instance_id,
        row.uploaded_at,
    )


def content(uow: SqlUnitOfWork, upload: UploadedFile) -> bytes:
    """Return the bytes."""
    return files.content(uow.connection, upload.sha256)


def of_case(uow: SqlUnitOfWork, case: Case, person_id: int) -> list[UploadedFile]:
    """Return the files of a case that a reader of it may open, oldest first."""
    query = _UPLOADS.where(_UPLOAD.c.instance_id == case.id).order_by(_UPLOAD.c.id)
    found = [_uploaded(row) for row in uow.connection.execute(query)]
    used = in_use(uow, case) if found else ()
    return [one for one in found if one.id in used or one.person_id == person_id]


def in_use(uow: SqlUnitOfWork, case: Case) -> frozenset[int]:
    """Return the files that a case names, or named when a step was taken or its text was kept.

    What its author replaced while she wrote is nobody's but hers.
    """
    process = uow.processes[case.process]
    names = {view.name for form in forms(process) for view in views(form) if view.kind == "file"}
    said: list[Mapping[str, Any]] = [case.data.model_dump()]
    for query in _SAID:
        said += uow.connection.execute(query, {"case": case.id}).scalars()
    evidence = uow.connection.execute(_EVIDENCE, {"case": case.id}).scalars()
    named = {one.get(name) for one in said for name in (*names, SIGNED_SCAN)}
    return frozenset(key for key in (*named, *evidence) if isinstance(key, int))
