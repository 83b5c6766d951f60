"""Comments beside a case, and who may be called to them."""

from typing import Any

from flask import Blueprint, g, request

from workflow_app.api import models as m
from workflow_app.api.contract import documented
from workflow_app.api.problems import answer
from workflow_app.api.reading import body_as, json_body
from workflow_app.api.registers import Reader
from workflow_app.engine.refusals import Refusal
from workflow_app.http.container import transact
from workflow_app.services.cases import comments as service
from workflow_app.services.cases.acting import NOT_FOUND
from workflow_app.services.hashing import canonical, sha256
from workflow_app.store import idempotency
from workflow_app.store.cases import comments as store
from workflow_app.store.read_models import queries
from workflow_app.store.unit_of_work import SqlUnitOfWork


def register(api: Blueprint, read: Reader) -> None:
    """Add the routes of comments."""

    @api.get("/instances/<int:instance_id>/comments")
    @documented(list[m.CommentView])
    def comments(instance_id: int) -> Any:
        """List the newest comments of a case, the oldest of them first."""
        return read(lambda uow: _comments(uow, instance_id))

    @api.post("/instances/<int:instance_id>/comments")
    @documented(list[m.CommentView], m.NewComment, headers=m.Once)
    def comment(instance_id: int) -> Any:
        """Write a comment; those of its readers who are called by id hear of it."""
        body = body_as(m.NewComment)
        if isinstance(body, Refusal):
            return answer(body)
        key, person = request.headers.get("Idempotency-Key", ""), g.person_id
        digest = sha256(canonical([request.method, request.path, json_body()]))

        def write(uow: SqlUnitOfWork) -> Any:
            own = store.SqlComments(uow)
            return service.comment(own, person, instance_id, body.comment, body.called) or {}

        result = transact(
            lambda uow: idempotency.once(uow, person, key, digest, lambda: write(uow))
        )
        if isinstance(result, Refusal):
            return answer(result)
        return read(lambda uow: _comments(uow, instance_id))

    @api.get("/instances/<int:instance_id>/readers")
    @documented(list[m.ReaderView])
    def readers(instance_id: int) -> Any:
        """List who else reads a case today: they may be called to a comment."""
        return read(lambda uow: _readers(uow, instance_id))


def _is_open(uow: SqlUnitOfWork, instance_id: int) -> bool:
    case = uow.load(instance_id)
    return case is not None and service.may_comment(uow, case, uow.actor(g.person_id))


def _comments(uow: SqlUnitOfWork, instance_id: int) -> list[m.CommentView] | Refusal:
    if not _is_open(uow, instance_id):
        return NOT_FOUND
    return [
        m.CommentView.model_validate(one, from_attributes=True)
        for one in store.of_case(uow, instance_id)
    ]


def _readers(uow: SqlUnitOfWork, instance_id: int) -> list[m.ReaderView] | Refusal:
    case = uow.load(instance_id)
    if case is None or not _is_open(uow, instance_id):
        return NOT_FOUND
    known = service.readers_of(store.SqlComments(uow), case, g.person_id)
    names = queries.names(uow.session, known) if known else {}
    found = [
        m.ReaderView(person_id=one, name=names[one], title=office.title)
        for one, office in known.items()
    ]
    return sorted(found, key=lambda one: (one.name, one.person_id))
