"""Bytes kept under their hash, the same bytes once."""

import datetime as dt

from sqlalchemy import Connection, LargeBinary, bindparam, insert, select

from workflow_app.services.ports import NewFile
from workflow_app.store.models.base import table
from workflow_app.store.models.documents import StoredFile

_FILE = table(StoredFile)
_KEEP = insert(_FILE).from_select(
    ["sha256", "content", "size", "kind", "stored_at"],
    select(
        bindparam("digest", type_=_FILE.c.sha256.type),
        bindparam("bytes", type_=LargeBinary),
        bindparam("length", type_=_FILE.c.size.type),
        bindparam("media", type_=_FILE.c.kind.type),
        bindparam("moment", type_=_FILE.c.stored_at.type),
    ).where(~select(_FILE.c.sha256).where(_FILE.c.sha256 == bindparam("digest")).exists()),
)


def content(connection: Connection, sha256: str) -> bytes:
    """Return the bytes kept under a hash."""
    query = select(_FILE.c.content).where(_FILE.c.sha256 == sha256)
    return bytes(connection.execute(query).scalar_one())


def keep_file(connection: Connection, file: NewFile, now: dt.datetime) -> None:
    """Keep a file under its hash."""
    values = {
        "digest": file.sha256,
        "bytes": file.content,
        "length": len(file.content),
        "media": file.kind,
        "moment": now,
    }
    connection.execute(_KEEP, values)
