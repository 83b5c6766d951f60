"""The routes of REST v1."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import asdict
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, g, jsonify, request, send_file

from workflow_app.api import comments, paging, records, search, work
from workflow_app.api import indicators as indicator_views
from workflow_app.api import models as m
from workflow_app.api import registers as register_views
from workflow_app.api.contract import documented, spec
from workflow_app.api.problems import answer
from workflow_app.api.reading import body_as, json_body
from workflow_app.api.views import document_view, history_view, instance_view, process_view
from workflow_app.documents import gate
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.signatures import PAPER_SCAN, Signature
from workflow_app.engine.text import stray
from workflow_app.http import limits, passwords
from workflow_app.http.container import container, read, transact, transact_and_show
from workflow_app.services.accounts import access
from workflow_app.services.accounts.access import AccountRow
from workflow_app.services.cases import acting, drafts, requests
from workflow_app.services.cases.acting import NOT_FOUND, Done, Intent
from workflow_app.services.cases.attachments import DOCX, TYPES, name_of
from workflow_app.services.hashing import canonical, sha256
from workflow_app.store import idempotency
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.documents import approval_sheet, files, papers, uploads
from workflow_app.store.read_models import queries
from workflow_app.store.unit_of_work import SqlUnitOfWork

Reply = Response | tuple[Response, int]

api = Blueprint("api", __name__, url_prefix="/api/v1")

NOTED_EVERY = dt.timedelta(hours=1)
"""A token writes that it was used at most so often."""
BAD_KEY = Refusal("bad_key", f"Idempotency-Key: не больше {m.LONGEST_KEY} печатных знаков")
NO_FORM = Refusal("unsupported_media_type", "Файл присылают как multipart/form-data", "file")


@api.before_request
def _who() -> Reply | None:
    """Find the person behind the bearer token; the contract itself is public."""
    if request.endpoint == "api.contract":
        return None
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = None
    if scheme.lower() == "bearer" and token:
        found = read(lambda uow: SqlAccess(uow).token(access.digest(token.strip())))
    if found is None:
        return _stranger()
    now = container().clock.now()
    if found.expires_at <= now:
        return _ended(found.expires_at)
    if found.used_at is None or now - found.used_at >= NOTED_EVERY:
        container().tell(lambda uow: SqlAccess(uow).used(found.token_sha256))
    g.person_id = found.person_id
    key = request.headers.get("Idempotency-Key", "")
    # Asked before anything is looked up: what is cut or changed is the key of another request.
    return answer(BAD_KEY) if len(key) > m.LONGEST_KEY or stray(key) else None


def _ended(at: dt.datetime) -> Reply:
    """Answer who brings a key that was good once: only its owner can have it."""
    day = at.astimezone(container().zone).strftime("%d.%m.%Y")
    said = f"Срок ключа закончился {day}. Создайте новый на странице «Мой доступ»."
    return jsonify(m.Problem(code="token_expired", message=said).model_dump()), 401


def _stranger() -> Reply:
    """Answer who brings no key that fits; of an address, guesses are counted, keys that fit not."""
    limit = [(f"token:{limits.client_address()}", access.MOST_FAILURES_OF_ADDRESS)]
    if read(lambda uow: access.is_too_often(SqlAccess(uow), limit)):
        return answer(access.TOO_OFTEN)
    if "Authorization" in request.headers:
        transact(lambda uow: SqlAccess(uow).record_failure(limit[0][0]))
    problem = m.Problem(code="unauthorized", message="Нужен действующий ключ доступа")
    return jsonify(problem.model_dump()), 401


def _read(work: Callable[[SqlUnitOfWork], Any]) -> Reply:
    """Answer with what a read finds."""
    return paging.reply(read(work))


@api.get("/openapi.json")
def contract() -> Reply:
    """Publish the contract."""
    return jsonify(spec.spec)


@api.get("/processes")
@documented(list[m.ProcessView])
def processes() -> Reply:
    """List the processes in use."""
    return jsonify(
        [process_view(p).model_dump(mode="json") for p in container().processes.values()]
    )


@api.get("/processes/<key>")
@documented(m.ProcessView)
def process(key: str) -> Reply:
    """Describe a process: states, transitions, JSON schema of its form."""
    found = container().processes.get(key)
    if found is None:
        return answer(NOT_FOUND)
    return jsonify(process_view(found).model_dump(mode="json"))


def _instance(uow: SqlUnitOfWork, instance_id: int) -> m.InstanceView | Refusal:
    case = uow.load(instance_id)
    actor = uow.actor(g.person_id)
    if case is None:
        return NOT_FOUND
    definition: Process = uow.processes[case.process]
    if not acting.may_read(uow, definition, case, actor):
        return NOT_FOUND
    return instance_view(uow, definition, case, actor)


@api.post("/instances")
@documented(m.InstanceView, m.NewInstance, headers=m.Once)
def start() -> Reply:
    """Begin a case."""
    body = body_as(m.NewInstance)
    if isinstance(body, Refusal):
        return answer(body)
    person = g.person_id
    return _once(lambda uow: acting.start(uow, person, body.process, body.data, action=body.action))


@api.get("/instances/<int:instance_id>")
@documented(m.InstanceView)
def instance(instance_id: int) -> Reply:
    """Show a case: state, data, allowed actions, refused actions with reasons."""
    return _read(lambda uow: _instance(uow, instance_id))


@api.patch("/instances/<int:instance_id>")
@documented(m.InstanceView, m.DraftChange)
def save_draft(instance_id: int) -> Reply:
    """Save changed fields of a draft."""
    body = body_as(m.DraftChange)
    if isinstance(body, Refusal):
        return answer(body)
    person = g.person_id
    return paging.reply(
        transact_and_show(
            lambda uow: _as_kept(
                drafts.save_draft(uow, person, instance_id, body.data, body.version)
            ),
            _done,
        )
    )


@api.post("/instances/<int:instance_id>/actions/<action>")
@documented(m.InstanceView, m.Action, headers=m.Once)
def act(instance_id: int, action: str) -> Reply:
    """Take an action or give an answer; `Idempotency-Key` makes a repeat harmless."""
    body = body_as(m.Action)
    if isinstance(body, Refusal):
        return answer(body)
    person = g.person_id
    signature = Signature(PAPER_SCAN, body.scan) if body.scan is not None else Signature()
    signer = _signer(instance_id, action, signature, body)
    if isinstance(signer, Refusal):
        return answer(signer)

    def work(uow: SqlUnitOfWork) -> Done | Refusal:
        if action == "take_back":
            return acting.take_back(uow, person, instance_id)
        intent = Intent(
            instance_id,
            action,
            body.data,
            body.voter,
            body.version,
            body.seen,
            body.as_,
            body.vote_version,
            signature,
        )
        return requests.carry_out(uow, SqlAccess(uow), person, intent, signer, body.comment)

    return _once(work)


def _signer(
    instance_id: int, action: str, signature: Signature, body: m.Action
) -> AccountRow | Refusal | None:
    """Return whose password signs, where one is needed and given; a repeated request needs none."""
    key = request.headers.get("Idempotency-Key", "")

    def is_needed(uow: SqlUnitOfWork) -> bool:
        if not requests.may_read(uow, g.person_id, instance_id):
            return False
        is_repeated = key and idempotency.known(uow, g.person_id, key)
        return not is_repeated and requests.is_signed(uow, instance_id, action)

    if not body.password or signature.evidence or not read(is_needed):
        return None
    return passwords.confirm(g.person_id, body.password, body.code)


def _once(work: Callable[[SqlUnitOfWork], Done | Refusal]) -> Reply:
    """Carry out a request once for its key, and answer with the case as it stands."""
    key, person = request.headers.get("Idempotency-Key", ""), g.person_id
    digest = sha256(canonical([request.method, request.path, json_body()]))

    def carry_out(uow: SqlUnitOfWork) -> Mapping[str, Any] | Refusal:
        return idempotency.once(uow, person, key, digest, lambda: _as_kept(work(uow)))

    return paging.reply(transact_and_show(carry_out, _done))


def _done(uow: SqlUnitOfWork, result: Mapping[str, Any] | Refusal) -> m.InstanceView | Refusal:
    """Return the case as it stands after a request, or why nothing was done."""
    return result if isinstance(result, Refusal) else _instance(uow, result["instance_id"])


def _as_kept(result: Done | Refusal) -> Mapping[str, Any] | Refusal:
    return result if isinstance(result, Refusal) else asdict(result)


def _around(instance_id: int, show: Callable[[queries.CasePage], list[Any]]) -> Reply:
    """Answer with what stands around a case its reader may see."""

    def look(uow: SqlUnitOfWork) -> Any:
        if not requests.may_read(uow, g.person_id, instance_id):
            return NOT_FOUND
        return show(queries.case_page(uow.session, instance_id, None, uow.today))

    return _read(look)


@api.get("/instances/<int:instance_id>/history")
@documented(list[m.HistoryView])
def history(instance_id: int) -> Reply:
    """List what happened."""
    return _around(instance_id, lambda page: [history_view(line) for line in page.history])


@api.get("/instances/<int:instance_id>/documents")
@documented(list[m.DocumentView])
def documents(instance_id: int) -> Reply:
    """List the papers."""
    return _around(instance_id, lambda page: [document_view(paper) for paper in page.documents])


@api.post("/instances/<int:instance_id>/approval-sheet")
@documented(m.DocumentView, m.Nothing)
def approval_sheet_of(instance_id: int) -> Reply:
    """Have the sheet of a case's answers made; asked again with nothing new, it is the same one."""
    body = body_as(m.Nothing)
    if isinstance(body, Refusal):
        return answer(body)

    def ask(uow: SqlUnitOfWork) -> int | Refusal:
        if not requests.may_read(uow, g.person_id, instance_id):
            return NOT_FOUND
        case = uow.load(instance_id)
        return approval_sheet.ask(uow, case) if case else NOT_FOUND

    def show(uow: SqlUnitOfWork, made: int | Refusal) -> m.DocumentView | Refusal:
        if isinstance(made, Refusal):
            return made
        known = papers.of_case(uow.connection, instance_id)
        return next(document_view(paper) for paper in known if paper.id == made)

    return paging.reply(transact_and_show(ask, show))


@api.get("/documents/<int:document_id>/content")
@documented(DOCX)
def content(document_id: int) -> Reply:
    """Give the Word file."""

    def look(uow: SqlUnitOfWork) -> tuple[str, bytes] | Refusal:
        document = papers.ready(uow.connection, document_id)
        if document is None or document.file_sha256 is None:
            return NOT_FOUND
        if not requests.may_read(uow, g.person_id, document.instance_id):
            return NOT_FOUND
        return document.file_name, files.content(uow.connection, document.file_sha256)

    found = read(look)
    if isinstance(found, Refusal):
        return answer(found)
    name, data = found
    response = send_file(
        BytesIO(data), mimetype=DOCX, as_attachment=True, download_name=f"{name}.docx"
    )
    response.direct_passthrough = False  # the contract's wrapper looks at every body
    return response


@api.post("/files")
@documented(m.FileView, form=m.NewFile)
def bring_file() -> Reply:
    """Take a file (multipart field `file`); its id goes into a form field."""
    if request.mimetype != "multipart/form-data":
        return answer(NO_FORM)
    sent = request.files.get("file")
    if sent is None:
        return answer(Refusal("bad_request", "Файл не приложен", "file"))
    name, person = sent.filename or "", g.person_id
    file = gate.accept(name, sent.read())
    if isinstance(file, Refusal):
        return answer(file)
    made = transact(lambda uow: uploads.keep(uow, person, name, file))
    if isinstance(made, Refusal):
        return answer(made)
    view = m.FileView(id=made, name=name_of(name, TYPES[file.kind]), sha256=file.sha256)
    return jsonify(view.model_dump())


register_views.register(api, _read)
records.register(api, _read)
indicator_views.register(api, _read)
work.register(api, _read)
comments.register(api, _read)
search.register(api, _read)
