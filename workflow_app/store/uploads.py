"""Files people bring: checked by their first bytes, kept once under their hash."""

import datetime as dt
import io
import zipfile
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, exists, func, insert, or_, select

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.text import file_name
from workflow_app.services.ports import NewFile, new_file
from workflow_app.store.files import keep_file
from workflow_app.store.models.base import inserted_id, table
from workflow_app.store.models.documents import Document, StoredFile, Upload
from workflow_app.store.unit_of_work import SqlUnitOfWork

_UPLOAD, _FILE, _DOCUMENT = table(Upload), table(StoredFile), table(Document)
_USES = (_UPLOAD.c.sha256, _DOCUMENT.c.file_sha256, _DOCUMENT.c.pdf_sha256)
_BROUGHT = select(func.count()).where(
    _UPLOAD.c.person_id == bindparam("person"), _UPLOAD.c.uploaded_at >= bindparam("since")
)

LARGEST = 20 * 1024 * 1024
UNATTACHED_FOR = dt.timedelta(days=1)
AT_ONCE = 100
"""So many files are deleted by one transaction."""
TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_FIRST_BYTES = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file with its name and type, ready to be given back."""

    id: int
    name: str
    kind: str
    sha256: str
    person_id: int
    instance_id: int | None


def kind_of(content: bytes) -> str:
    """Return what a file is by its content; empty for what is not taken."""
    for start, kind in _FIRST_BYTES.items():
        if content.startswith(start):
            return kind
    if not content.startswith(b"PK"):
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "docx" if "word/document.xml" in archive.namelist() else ""
    except zipfile.BadZipFile:
        return ""


def accept(
    name: str, content: bytes, accepted: tuple[str, ...] = tuple(TYPES)
) -> NewFile | Refusal:
    """Return a file somebody brings, of the kind its content has; or why it is not taken."""
    if not content:
        return Refusal("file_empty", "Файл пустой", "file")
    if len(content) > LARGEST:
        return Refusal("file_too_large", f"Файл «{name}» больше 20 МБ", "file")
    kind = kind_of(content)
    if kind not in accepted:
        taken = ", ".join(accepted)
        return Refusal("file_kind", f"Файл «{name}» не подходит: нужен {taken}", "file")
    return new_file(content, kind)


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
        "municipality_id": municipality_id, "person_id": person_id, "instance_id": None,
        "name": file_name(name), "sha256": file.sha256, "uploaded_at": uow.now,
    }  # fmt: skip
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
    for sha256 in {row.sha256 for row in rows}:
        used = [exists().where(column == sha256) for column in _USES]
        uow.connection.execute(delete(_FILE).where(_FILE.c.sha256 == sha256, ~or_(*used)))
    return len(rows)


def read(uow: SqlUnitOfWork, upload_id: int) -> UploadedFile | None:
    """Return a file's card."""
    row = uow.session.get(Upload, upload_id)
    if row is None:
        return None
    stored = uow.session.get_one(StoredFile, row.sha256)
    kind = TYPES.get(stored.kind, stored.kind)
    return UploadedFile(
        row.id, file_name(row.name), kind, row.sha256, row.person_id, row.instance_id
    )


def content(uow: SqlUnitOfWork, upload: UploadedFile) -> bytes:
    """Return the bytes."""
    return uow.session.get_one(StoredFile, upload.sha256).content


def of_case(uow: SqlUnitOfWork, instance_id: int) -> list[Upload]:
    """Return the files of a case, oldest first."""
    query = select(Upload).where(Upload.instance_id == instance_id).order_by(Upload.id)
    return list(uow.session.scalars(query))
