"""Documents of cases: download, preview."""

import hashlib
from io import BytesIO

from flask import Blueprint, Response, abort, render_template, send_file

from workflow_app.documents import preview_html
from workflow_app.store.models.documents import Document, StoredFile
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.case_view import readable
from workflow_app.web.house import house

documents = Blueprint("documents", __name__)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _found(uow: SqlUnitOfWork, document_id: int) -> tuple[Document, bytes]:
    """Return a document and its bytes, if the person may read its case."""
    document = uow.session.get(Document, document_id)
    if document is None or document.file_sha256 is None:
        abort(404)
    readable(uow, document.instance_id)
    return document, uow.session.get_one(StoredFile, document.file_sha256).content


@documents.get("/documents/<int:document_id>/content")
def content(document_id: int) -> Response:
    """Give the Word file."""
    name, data = house().read(lambda uow: _named(*_found(uow, document_id)))
    response = send_file(
        BytesIO(data), mimetype=DOCX, as_attachment=True, download_name=f"{name}.docx"
    )
    response.headers["ETag"] = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    return response


def _named(document: Document, data: bytes) -> tuple[str, bytes]:
    return document.file_name, data


@documents.get("/documents/<int:document_id>")
def show(document_id: int) -> str:
    """Show a document as a page."""

    def look(uow: SqlUnitOfWork) -> str:
        document, data = _found(uow, document_id)
        return render_template("documents/show.html", document=document, html=preview_html(data))

    return house().read(look)
