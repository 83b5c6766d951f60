"""Documents of cases: download, preview, PDF."""

import hashlib
from collections.abc import Sequence
from io import BytesIO

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from workflow_app.documents import TemplateError, preview_html
from workflow_app.documents.difference import difference
from workflow_app.engine.refusals import Refusal
from workflow_app.http.container import container, read, transact
from workflow_app.http.numbers import number_in
from workflow_app.services.cases import acting
from workflow_app.services.cases.attachments import DOCX
from workflow_app.store.documents import approval_sheet, files, papers, renderings
from workflow_app.store.documents.papers import Paper
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.case_view import readable

documents = Blueprint("documents", __name__)


def _found(uow: SqlUnitOfWork, document_id: int) -> Paper:
    """Return a document that is ready, if the person may read its case."""
    document = papers.ready(uow.connection, document_id) or abort(404)
    readable(uow, document.instance_id)
    return document


def _bytes(uow: SqlUnitOfWork, sha256: str | None) -> bytes:
    if sha256 is None:
        abort(404)
    return files.content(uow.connection, sha256)


def _given(name: str, data: bytes, kind: str) -> Response:
    response = send_file(BytesIO(data), mimetype=kind, as_attachment=True, download_name=name)
    response.headers["ETag"] = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    return response


@documents.get("/documents/<int:document_id>/content")
def content(document_id: int) -> Response:
    """Give the Word file."""

    def look(uow: SqlUnitOfWork) -> Response:
        document = _found(uow, document_id)
        return _given(f"{document.file_name}.docx", _bytes(uow, document.file_sha256), DOCX)

    return read(look)


@documents.get("/documents/<int:document_id>")
def show(document_id: int) -> str:
    """Show a document as a page."""
    return read(lambda uow: _page(uow, _found(uow, document_id)))


def _page(uow: SqlUnitOfWork, document: Paper) -> str:
    html = preview_html(_bytes(uow, document.file_sha256))
    has_former = bool(_earlier(uow, document))
    return render_template(
        "documents/show.html", document=document, html=html, has_former=has_former
    )


@documents.get("/documents/<int:document_id>/difference")
def compare(document_id: int) -> str | tuple[str, int]:
    """Show what changed between two editions of a paper: this one and `with`, or the one before."""
    other = number_in(request.args.get("with"))

    def look(uow: SqlUnitOfWork) -> str | tuple[str, int]:
        document = _found(uow, document_id)
        editions = _earlier(uow, document)
        if not editions:
            abort(404)
        before = editions[-1]
        if other is not None:
            before = next((one for one in editions if one.id == other), None) or abort(404)
        shown = {"document": document, "before": before, "editions": editions}
        files_of_both = [_bytes(uow, one.file_sha256) for one in (before, document)]
        try:
            found = difference(*files_of_both)
        except TemplateError as error:
            said = dict.fromkeys(each.message for each in error.findings if each.message)
            sentence = " ".join(said) or "Файл не читается."
            return render_template("documents/difference.html", refused=sentence, **shown), 422
        return render_template("documents/difference.html", found=found, **shown)

    return read(look)


def _earlier(uow: SqlUnitOfWork, document: Paper) -> Sequence[Paper]:
    """Return the editions of a paper before it, oldest first: of its case, else of that revised.

    A revision of a case is a case of its own below it; who may not read the old one sees nothing.
    """
    case, process, actor = readable(uow, document.instance_id)
    found = papers.earlier(uow.connection, case.id, document)
    old = uow.load(case.parent_id) if case.parent_id and not found else None
    if old and old.process == case.process and acting.may_read(uow, process, old, actor):
        return papers.earlier(uow.connection, old.id, document)
    return found


@documents.get("/documents/<int:document_id>/pdf")
def pdf(document_id: int) -> Response | str:
    """Give the PDF, once it is made; where nothing makes any, the page that says so."""

    def look(uow: SqlUnitOfWork) -> Response | str:
        document = _found(uow, document_id)
        if document.pdf_sha256 is None and container().pdf_maker is None:
            return _page(uow, document)
        data = _bytes(uow, document.pdf_sha256)
        return _given(f"{document.file_name}.pdf", data, renderings.PDF)

    return read(look)


@documents.post("/documents/<int:document_id>/pdf")
def ask_pdf(document_id: int) -> BaseResponse:
    """Have a PDF made by the worker; asking twice makes one."""
    can = container().pdf_maker is not None

    def ask(uow: SqlUnitOfWork) -> int:
        document = _found(uow, document_id)
        if can:
            renderings.ask(uow, document)
        return document.instance_id

    instance_id = transact(ask)
    if not can:  # the page it leads to says why
        return redirect(url_for("documents.show", document_id=document_id))
    flash("PDF готовится, это недолго. Обновите страницу, и здесь появится ссылка.", "info")
    if "from_document" in request.form:
        return redirect(url_for("documents.show", document_id=document_id))
    return redirect(url_for("cases.show", instance_id=instance_id, _anchor="papers"))


@documents.post("/cases/<int:instance_id>/approval-sheet")
def ask_approval_sheet(instance_id: int) -> BaseResponse:
    """Have the sheet of a case's answers made; where nothing happened since, it is there."""

    def ask(uow: SqlUnitOfWork) -> tuple[int, bool] | Refusal:
        case, _, _ = readable(uow, instance_id)
        made = approval_sheet.ask(uow, case)
        is_ready = not isinstance(made, Refusal) and papers.ready(uow.connection, made) is not None
        return made if isinstance(made, Refusal) else (made, is_ready)

    asked = transact(ask)
    if isinstance(asked, Refusal):
        flash(asked.message, "danger")
        return redirect(url_for("cases.show", instance_id=instance_id))
    document_id, is_ready = asked
    if is_ready:
        return redirect(url_for("documents.show", document_id=document_id))
    flash("Лист согласования готовится, это недолго. Он появится среди документов дела.", "info")
    return redirect(url_for("cases.show", instance_id=instance_id, _anchor="papers"))
