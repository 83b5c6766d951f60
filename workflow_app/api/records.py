"""Rows of declared registers: one to read, and what may be written about it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, g, request
from pydantic import ValidationError

from workflow_app.api import models as m
from workflow_app.api.contract import documented
from workflow_app.api.problems import answer
from workflow_app.api.reading import body_as, json_body
from workflow_app.engine.forms import Form, views
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.registers import Register
from workflow_app.http.container import transact
from workflow_app.services.hashing import canonical, sha256
from workflow_app.services.registers import rows, wishes
from workflow_app.services.registers import writing as service
from workflow_app.services.registers.wishes import Wish
from workflow_app.store.registers.editing import SqlRegisters, Verb, once
from workflow_app.store.unit_of_work import SqlUnitOfWork

Reader = Callable[[Callable[[SqlUnitOfWork], Any]], Any]
BAD_DATE = Refusal("bad_date", "Дата не распознана, пример: 2025-09-01")


def register(api: Blueprint, read: Reader) -> None:
    """Add the routes of rows."""
    write = partial(_write, read)

    @api.post("/registers/<register>")
    @documented(m.RecordState, m.RecordChange, headers=m.Once)
    def enter_row(register: str) -> Any:
        """Write a new row."""
        return write(register, service.enter, wishes.WhyEnter)

    @api.get("/registers/<register>/<int:row_id>")
    @documented(m.RecordState, query=m.AsOf)
    def row_of_register(register: str, row_id: int) -> Any:
        """Show a row as on a date, with the version a change of it names."""
        try:
            asked = m.AsOf.model_validate(request.args.to_dict())
        except ValidationError:
            return answer(BAD_DATE)
        return read(lambda uow: _state(uow, register, row_id, asked))

    @api.patch("/registers/<register>/<int:row_id>")
    @documented(m.RecordState, m.RecordChange, headers=m.Once)
    def amend_row(register: str, row_id: int) -> Any:
        """Write what a row says otherwise, from a day on."""
        return write(register, _about(service.amend, row_id), wishes.WhyAmend)

    @api.post("/registers/<register>/<int:row_id>/end")
    @documented(m.RecordState, m.RecordChange, headers=m.Once)
    def end_row(register: str, row_id: int) -> Any:
        """Write that a row is not there from a day on."""
        return write(register, _about(service.end, row_id), wishes.WhyEnd)

    @api.post("/registers/<register>/<int:row_id>/take-back")
    @documented(m.RecordState, m.RecordChange, headers=m.Once)
    def take_back_row(register: str, row_id: int) -> Any:
        """Write against the newest entry of a row, where a person wrote it by hand."""
        return write(register, _about(service.take_back, row_id), wishes.WhyTakeBack)


def _about(verb: Callable[..., int | Refusal], row_id: int) -> Verb:
    def about(store: SqlRegisters, person: int, one: Register[Any], wish: Wish) -> int | Refusal:
        return verb(store, person, one, row_id, wish)

    return about


def _write(read: Reader, key: str, verb: Verb, form: type[Form]) -> Any:
    body = body_as(m.RecordChange)
    if isinstance(body, Refusal):
        return answer(body)
    person, word = g.person_id, request.headers.get("Idempotency-Key", "")
    digest = sha256(canonical([request.method, request.path, json_body()]))
    wish = _wish(form, body)
    result = transact(
        lambda uow: once(uow, person, key, verb, lambda _register: wish, word, digest)
    )
    if isinstance(result, Refusal):
        return answer(result)
    return read(lambda uow: _state(uow, key, result, m.AsOf(on=body.effective_on)))


def _wish(form: type[Form], body: m.RecordChange) -> Wish:
    said = {
        "effective_on": body.effective_on,
        "reason": body.reason,
        "basis": body.basis,
        "is_correction": body.correction,
    }
    why = {view.name: said[view.name] for view in views(form)}
    return Wish(body.data, why, body.version, is_again=body.again)


def _state(uow: SqlUnitOfWork, key: str, row_id: int, asked: m.AsOf) -> m.RecordState | Refusal:
    store, actor = SqlRegisters(uow), uow.actor(g.person_id)
    register = store.declared(key)
    if register is None or not actor.capacities:
        return rows.NOT_FOUND
    place = actor.capacities[0].municipality_id
    newest = store.written(register, place, row_id).newest
    last = rows.last_said(store, register, place, row_id, asked.on)
    shown = uow.shown(key)
    if newest is None or last is None or not (shown and shown.readable.has(last)):
        return rows.NOT_FOUND
    row = store.on(register, place, row_id, asked.on or uow.today, asked.as_known_on)
    return m.RecordState(
        id=row_id,
        name=register.called(row or last),
        basis=(row or last).basis,
        values=(row or last).model_dump(mode="json", include={*register.fields}),
        valid_from=(row or last).valid_from,
        valid_to=(row or last).valid_to,
        is_there=row is not None,
        version=newest.id,
    )
