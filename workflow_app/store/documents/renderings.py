"""PDF beside a document: asked for on a page, made by the worker, kept once."""

import datetime as dt

from sqlalchemy import and_, or_, update

from workflow_app.services.ports import NewFile
from workflow_app.store.documents.files import keep_file
from workflow_app.store.documents.papers import Paper
from workflow_app.store.messages import outbox
from workflow_app.store.messages.delivery import looked_up, of_message, value_of
from workflow_app.store.models.base import table
from workflow_app.store.models.documents import Document, StoredFile
from workflow_app.store.unit_of_work import SqlUnitOfWork

_DOCUMENT, _FILE = table(Document), table(StoredFile)

PDF = "application/pdf"
PATIENCE = dt.timedelta(minutes=15)
"""After so long a PDF that did not come may be asked for again."""
_UNCONVERTED = and_(_DOCUMENT.c.id == of_message("document_id"), _DOCUMENT.c.pdf_sha256.is_(None))
TO_CONVERT = looked_up(
    (_FILE.c.content,), _FILE.c.sha256 == value_of(_DOCUMENT.c.file_sha256, _UNCONVERTED)
)
"""The Word file of a document; nothing of one that has its PDF."""


def is_coming(document: Paper, now: dt.datetime) -> bool:
    """Tell whether somebody asked for a document's PDF and it may still come."""
    asked = document.pdf_asked_at
    return document.pdf_sha256 is None and asked is not None and now - asked < PATIENCE


def ask(uow: SqlUnitOfWork, document: Paper) -> bool:
    """Put the message that has a PDF made; False when it is there or on its way already."""
    where = (
        _DOCUMENT.c.id == document.id,
        _DOCUMENT.c.file_sha256.is_not(None),
        _DOCUMENT.c.pdf_sha256.is_(None),
        or_(_DOCUMENT.c.pdf_asked_at.is_(None), _DOCUMENT.c.pdf_asked_at <= uow.now - PATIENCE),
    )
    asked = update(_DOCUMENT).where(*where).values(pdf_asked_at=uow.now)
    if uow.connection.execute(asked).rowcount != 1:
        return False
    outbox.put(
        uow.connection,
        document.municipality_id,
        document.instance_id,
        "pdf",
        {"document_id": document.id},
        uow.now,
    )
    return True


def file_pdf(uow: SqlUnitOfWork, document_id: int, file: NewFile) -> None:
    """Keep a PDF beside its document, whose message this transaction has just marked done."""
    keep_file(uow.connection, file, uow.now)
    where = (_DOCUMENT.c.id == document_id, _DOCUMENT.c.pdf_sha256.is_(None))
    uow.connection.execute(update(_DOCUMENT).where(*where).values(pdf_sha256=file.sha256))
