"""Files people bring: taken with a form or by a script, given back to who may read their case."""

from dataclasses import replace
from io import BytesIO

from flask import Blueprint, Response, abort, jsonify, request, send_file
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from workflow_app.documents import gate
from workflow_app.engine.forms import Form, views
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.http import limits
from workflow_app.http.container import read, transact
from workflow_app.services.cases.attachments import TYPES, name_of
from workflow_app.store.documents import uploads
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.case_view import readable
from workflow_app.web.security import person_id

files = Blueprint("files", __name__)


@files.post("/files")
def bring() -> tuple[BaseResponse, int]:
    """Take a file and answer with the id a form field holds."""
    sent = request.files.get("file")
    if sent is None:
        return jsonify(code="file_missing", message="Файл не приложен"), 422
    name, person = sent.filename or "файл", person_id()
    file = gate.accept(name, sent.read())
    if isinstance(file, Refusal):
        return jsonify(code=file.code, message=file.message), 422
    made = transact(lambda uow: uploads.keep(uow, person, name, file))
    if isinstance(made, Refusal):
        return jsonify(code=made.code, message=made.message), limits.status_of(made, 422)
    return jsonify(id=made, name=name_of(name, TYPES[file.kind])), 201


@files.get("/files/<int:upload_id>")
def give(upload_id: int) -> Response:
    """Give a file back: always as an attachment, under the type its content has."""

    def look(uow: SqlUnitOfWork) -> tuple[uploads.UploadedFile, bytes]:
        found = uploads.read(uow, upload_id)
        if found is None:
            abort(404)
        case = None
        if found.instance_id is not None:
            case, *_ = readable(uow, found.instance_id)
        if found.person_id != person_id() and (
            case is None or found.id not in uploads.in_use(uow, case)
        ):
            abort(404)
        return found, uploads.content(uow, found)

    upload, content = read(look)
    return send_file(
        BytesIO(content), mimetype=upload.kind, as_attachment=True, download_name=upload.name
    )


def take_in(form: type[Form], sent: MultiDict[str, str]) -> Refusal | None:
    """Keep the files that came with a form and put their ids in; or say why one is not taken."""
    refused = [
        keep_brought(view.name, tuple(view.options.get("accept", ())), sent)
        for view in views(form)
        if view.kind == "file"
    ]
    return joined(refusal for refusal in refused if refusal)


def keep_brought(
    field: str, accepted: tuple[str, ...], sent: MultiDict[str, str]
) -> Refusal | None:
    """Keep the file a field brought, if it did, and put its id in; or say why it is not taken."""
    brought = request.files.get(field)
    if brought is None or not brought.filename:
        return None
    name, person = brought.filename, person_id()
    file = gate.accept(name, brought.read(), accepted or tuple(TYPES))
    if isinstance(file, Refusal):
        return replace(file, field=field)
    made = transact(lambda uow: uploads.keep(uow, person, name, file))
    if isinstance(made, Refusal):
        return replace(made, field=field)
    sent[field] = str(made)
    return None
