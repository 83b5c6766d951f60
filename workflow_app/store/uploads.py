"""Files people bring: checked by their first bytes, kept once under their hash."""

import io
import zipfile
from dataclasses import dataclass

from sqlalchemy import insert, select

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.text import file_name
from workflow_app.store.delivery import keep_file
from workflow_app.store.models.base import inserted_id, table
from workflow_app.store.models.documents import StoredFile, Upload
from workflow_app.store.unit_of_work import SqlUnitOfWork

_UPLOAD = table(Upload)

LARGEST = 20 * 1024 * 1024
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


def accept(name: str, content: bytes, accepted: tuple[str, ...] = tuple(TYPES)) -> str | Refusal:
    """Return the kind of a file somebody brings, or why it is not taken."""
    if not content:
        return Refusal("file_empty", "Файл пустой", "file")
    if len(content) > LARGEST:
        return Refusal("file_too_large", f"Файл «{name}» больше 20 МБ", "file")
    kind = kind_of(content)
    if kind not in accepted:
        taken = ", ".join(accepted)
        return Refusal("file_kind", f"Файл «{name}» не подходит: нужен {taken}", "file")
    return kind


def keep(uow: SqlUnitOfWork, person_id: int, name: str, content: bytes, kind: str) -> int:
    """Keep a file and return the id a form field holds."""
    capacities = uow.actor(person_id).capacities
    digest = keep_file(uow.connection, content, kind, uow.now)
    values = {
        "municipality_id": capacities[0].municipality_id if capacities else 0,
        "person_id": person_id, "instance_id": None, "name": file_name(name), "sha256": digest,
        "uploaded_at": uow.now,
    }  # fmt: skip
    return inserted_id(uow.connection.execute(insert(_UPLOAD).values(values)))


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
