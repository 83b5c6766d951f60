"""Rows of a register that strangers suggest: their page, what waits, and the link to print."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from workflow_app.documents.qr import qr_png
from workflow_app.engine.forms import blank, with_values
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.registers import Register, Suggested
from workflow_app.engine.roles import Capacity
from workflow_app.engine.text import cleaned
from workflow_app.http import limits
from workflow_app.http.container import container, public, read, stop_reading, transact
from workflow_app.http.numbers import number_in
from workflow_app.services.accounts.access import TOO_OFTEN, is_too_often
from workflow_app.services.letters import tell_of_waiting
from workflow_app.services.registers import suggesting as service
from workflow_app.services.registers.suggesting import Link, Taken, Waiting
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.messages.delivery import SqlDelivery
from workflow_app.store.read_models.choices import labels, of_record
from workflow_app.store.registers.editing import SqlRegisters
from workflow_app.store.registers.suggestions import SqlSuggestions
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import forms
from workflow_app.web.security import person_id

suggesting = Blueprint("suggesting", __name__)

MOST_OF_ADDRESS = 30
"""So many suggestions, and keys that lead nowhere, come from an address within 15 minutes."""
Answer = Response | str | tuple[str, int]
Sent = MultiDict[str, str]


@suggesting.route("/suggest/<key>", methods=["GET", "POST"])
def suggest(key: str) -> Answer:
    """Ask a stranger what she suggests; it waits with the organisation whose link it is."""
    if request.method != "POST":
        page = read(lambda uow: _form(uow, key, None, None))
        if page is None:
            transact(_counted)
        elif "sent" in request.args:
            return render_template("suggesting/thanks.html", key=key)
        return page or _nowhere()
    sent = MultiDict(request.form)

    def work(uow: SqlUnitOfWork) -> Refusal | None:
        store, registers = SqlSuggestions(uow.connection), SqlRegisters(uow)
        found = service.by_link(store, registers, key)
        if isinstance(found, Refusal):
            return found
        if not _counted(uow):
            return replace(TOO_OFTEN, field="")
        link, asked = found
        register = _register(link.register)
        values = forms.read(register.record, sent)
        said = {name: value for name, value in values.items() if name in asked.fields}
        refusal = service.suggest(store, registers, link, said, is_no_name="no_name" in sent)
        if refusal is None:
            to = [(role.held_by, link.organisation_id) for role in asked.opened_by]
            way = url_for(".show", register=register.key)
            tell_of_waiting(
                SqlDelivery(uow),
                to,
                link.municipality_id,
                f"{register.title}: предложено по ссылке, ждёт вашего решения",
                f"{public(way)}?of={link.organisation_id}",
            )
        return refusal

    refusal = transact(work)
    if refusal is None:
        return redirect(url_for(".suggest", key=key, sent=1), 303)
    page = read(lambda uow: _form(uow, key, sent, refusal))
    if page is None:
        transact(_counted)
    return (page, limits.status_of(refusal, 422)) if page else _nowhere()


def _nowhere() -> Answer:
    said = "Эта ссылка закрыта или написана с ошибкой. Проверьте буквы или возьмите новую"
    return render_template("no_link.html", sentence=f"{said} там, где дали эту."), 404


def _counted(uow: SqlUnitOfWork) -> bool:
    """Count what came from an address; tell whether it was not too much."""
    store, key = SqlAccess(uow), f"suggest-address:{limits.client_address()}"
    if is_too_often(store, [(key, MOST_OF_ADDRESS)]):
        return False
    store.record_failure(key)
    return True


def _form(uow: SqlUnitOfWork, key: str, sent: Sent | None, refusal: Refusal | None) -> str | None:
    found = service.by_link(SqlSuggestions(uow.connection), SqlRegisters(uow), key)
    if isinstance(found, Refusal):
        return None
    link, asked = found
    register, facts = _register(link.register), uow.facts(link.municipality_id)
    row = with_values(blank(register.record), {asked.adds: 1})
    typed = forms.typed(register.record, sent) if sent is not None else None
    errors = refusal.fields if refusal else {}
    shown = forms.controls(
        uow, of_record(link.municipality_id, row), row, errors=errors, typed=typed
    )
    return render_template(
        "suggesting/ask.html",
        asked=asked,
        whom=facts.name("school", link.organisation_id),
        elsewhere=facts.setting(asked.elsewhere) if asked.elsewhere else (),
        controls=[_offered(asked, one) for one in shown if one.name in asked.fields],
        refusal=refusal,
        most=service.MOST_OF_A_TEXT,
    )


def _offered(asked: Suggested, control: forms.Control) -> forms.Control:
    """Return a field with those of its choices a stranger may take."""
    among = asked.among.get(control.name)
    if among is None:
        return control
    return replace(
        control,
        choices=[one for one in control.choices if one.value in among],
        written={value: option for value, option in control.written.items() if value in among},
    )


# ---------------------------------------------------------------- the organisation's people


@dataclass(frozen=True, slots=True)
class Line:
    """A suggestion that waits, as who decides on it sees it."""

    waiting: Waiting
    told: Sequence[tuple[str, str]]
    """Title and value of what is said."""
    text: str
    """The words, to be put right."""
    is_chosen: bool
    name: str
    """What looks like the name of a person."""
    before: int | None
    """The number in the row it would be added to."""


@dataclass(frozen=True, slots=True)
class Own:
    """An organisation's link, as who answers for it sees it."""

    link: Link
    name: str
    address: str
    """Empty while it is closed."""


@suggesting.get("/registers/<register>/suggestions")
def show(register: str) -> str:
    """Show what waits with the organisations of a person, and the link of hers."""
    return read(lambda uow: _page(uow, register, None))


@suggesting.post("/registers/<register>/suggestions")
def decide(register: str) -> Answer:
    """Take what is chosen into the register, or throw it away."""
    person = person_id()
    chosen = {number_in(one) or 0 for one in request.form.getlist("chosen")}
    is_drop = "_drop" in request.form

    def work(uow: SqlUnitOfWork) -> int | Taken | Refusal:
        declared, store = _register(register), SqlSuggestions(uow.connection)
        if is_drop:
            return service.throw_away(store, SqlRegisters(uow), person, declared, chosen)
        assert declared.suggested  # noqa: S101 (asked by `_register`)
        right = {
            key: {declared.suggested.text: cleaned(request.form[f"text-{key}"]).strip()}
            for key in chosen
            if f"text-{key}" in request.form
        }
        return service.take_in(store, SqlRegisters(uow), person, declared, chosen, right)

    result = transact(work)
    if isinstance(result, Refusal):
        refusal = result
        if refusal.code == "not_found":
            abort(404)
        return read(lambda uow: _page(uow, register, refusal)), 422
    said = _done(result) if isinstance(result, Taken) else f"Отклонено: {result}."
    flash(said, "success")
    return redirect(url_for("suggesting.show", register=register))


def _done(taken: Taken) -> str:
    said = [f"Внесено в реестр: {taken.number}."]
    if taken.entered:
        said.append(f"Новых записей: {taken.entered}.")
    said += [f"Прибавлено к записи: было {was}, стало {now}." for was, now in taken.added]
    return " ".join(said)


@suggesting.post("/registers/<register>/suggestions/link")
def change_link(register: str) -> Answer:
    """Open the link of an organisation, make it anew, or close it."""
    person, place = person_id(), number_in(request.form.get("organisation"))

    def work(uow: SqlUnitOfWork) -> bool:
        store = SqlSuggestions(uow.connection)
        own = service.opens(SqlRegisters(uow), person, _register(register))
        mine = next((one for one in own if one.organisation_id == place), None)
        if mine is None:
            return False
        link = store.link_of(mine.municipality_id, mine.register, mine.organisation_id) or mine
        if "_close" in request.form:
            service.close_link(store, link)
        else:
            service.open_link(store, link, _secret())
        return True

    if not transact(work):
        abort(404)
    flash("Ссылка закрыта." if "_close" in request.form else "Ссылка готова.", "success")
    return redirect(url_for("suggesting.show", register=register))


@suggesting.get("/registers/<register>/suggestions/sheet/<int:organisation_id>")
def sheet(register: str, organisation_id: int) -> str:
    """Show the link of an organisation as a sheet for a wall."""

    def look(uow: SqlUnitOfWork) -> tuple[Own, Suggested]:
        declared = _register(register)
        own = _links(uow, declared)
        found = next((o for o in own if o.link.organisation_id == organisation_id), None)
        if found is None or not found.address or declared.suggested is None:
            abort(404)
        return found, declared.suggested

    own, asked = read(look)
    stop_reading()
    picture = b64encode(qr_png(own.address)).decode()
    return render_template(
        "suggesting/sheet.html", own=own, asked=asked, picture=picture, register=register
    )


def waiting_at(uow: SqlUnitOfWork, organisation_id: int) -> Sequence[tuple[Register[Any], int]]:
    """Return the registers whose link a person opens for an organisation, and what waits there."""
    store, registers = SqlSuggestions(uow.connection), SqlRegisters(uow)
    return [
        (one, store.number_waiting(link.municipality_id, one.key, [organisation_id]))
        for one in container().registers
        if one.suggested
        for link in service.opens(registers, person_id(), one)
        if link.organisation_id == organisation_id
    ]


def _register(key: str) -> Register[Any]:
    """Return a declared register that takes suggestions; of another there is no such page."""
    found = (one for one in container().registers if one.key == key and one.suggested)
    return next(found, None) or abort(404)


def _page(uow: SqlUnitOfWork, key: str, refusal: Refusal | None) -> str:
    register, registers = _register(key), SqlRegisters(uow)
    held = service.own(registers, person_id(), register)
    if isinstance(held, Refusal):
        abort(404)
    by, organisations = held
    waiting = SqlSuggestions(uow.connection).waiting(by.municipality_id, key, organisations)
    return render_template(
        "suggesting/waiting.html",
        register=register,
        lines=[_line(uow, register, by, one) for one in waiting],
        most=service.MOST_OF_A_TEXT,
        links=_links(uow, register),
        refusal=refusal,
    )


def _line(uow: SqlUnitOfWork, register: Register[Any], by: Capacity, one: Waiting) -> Line:
    assert register.suggested  # noqa: S101 (asked by `_register`)
    text = request.form.get(f"text-{one.id}", one.said.get(register.suggested.text) or "")
    return Line(
        one,
        _told(uow, register, by.municipality_id, one),
        text,
        str(one.id) in request.form.getlist("chosen"),
        service.name_in(text),
        service.number_before(SqlRegisters(uow), by, register, one),
    )


def _told(
    uow: SqlUnitOfWork, register: Register[Any], place: int, one: Waiting
) -> Sequence[tuple[str, str]]:
    """Return title and value of what a stranger said, in words."""
    assert register.suggested  # noqa: S101 (asked by `_register`)
    row = register.record.model_construct(**{**register.empty, **one.said})
    case, found = of_record(place, row), []
    for name in register.suggested.fields:
        if name == register.suggested.text:
            continue
        view, value = register.fields[name], one.said.get(name)
        if value not in (None, ""):
            found.append((view.title, ", ".join(labels(uow, case, view, value))))
    return found


def _links(uow: SqlUnitOfWork, register: Register[Any]) -> Sequence[Own]:
    store, found = SqlSuggestions(uow.connection), []
    for mine in service.opens(SqlRegisters(uow), person_id(), register):
        link = store.link_of(mine.municipality_id, mine.register, mine.organisation_id) or mine
        key = service.key_of(link, _secret())
        address = f"{container().settings.public_url}/suggest/{key}" if link.is_open else ""
        name = uow.facts(mine.municipality_id).name("school", mine.organisation_id)
        found.append(Own(link, name, address))
    return found


def _secret() -> str:
    return container().settings.secret_key
