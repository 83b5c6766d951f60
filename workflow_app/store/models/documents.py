"""Files by their content, and the documents that instances issue."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.store.models.base import Base


class StoredFile(Base):
    """Bytes under their hash: one truth, one backup."""

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    kind: Mapped[str] = mapped_column(String(120))
    stored_at: Mapped[dt.datetime]


class Upload(Base):
    """A file somebody brought, before or after it found its instance."""

    __tablename__ = "upload"
    __table_args__ = (
        Index("ix_upload_person", "person_id", "uploaded_at"),
        Index("ix_upload_instance", "instance_id", "uploaded_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int]
    person_id: Mapped[int]
    instance_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    uploaded_at: Mapped[dt.datetime]


class Document(Base):
    """A paper of an instance: the values frozen at decision, the file when rendered."""

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_instance", "instance_id", "paper"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int]
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    paper: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(400))
    version: Mapped[int] = mapped_column(default=1)
    file_name: Mapped[str] = mapped_column(String(200))
    template: Mapped[str] = mapped_column(String(80))
    template_sha256: Mapped[str] = mapped_column(String(64), default="")
    renderer: Mapped[str] = mapped_column(String(60), default="")
    values: Mapped[dict[str, Any]] = mapped_column("field_values")
    content_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(80), default="")
    file_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    issued_at: Mapped[dt.datetime]
    history_seq: Mapped[int] = mapped_column(default=0)
    """The line of history that issued it."""
    withdrawn_at: Mapped[dt.datetime | None]
    """When that step was taken back, or its case cancelled; the paper stays, marked."""
    rendered_at: Mapped[dt.datetime | None]
    pdf_asked_at: Mapped[dt.datetime | None]
    pdf_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    """The file as PDF: a rendering for reading, neither a version nor a hash of the document."""
