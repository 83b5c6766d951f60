"""Writing into a declared register on pages: a new row, a change, an end, and taking back.

1. A form tells what it was drawn from: the newest entry of the row, and as on which day.
2. Only fields that differ from what it showed are sent on, so that two people who change different
   fields both succeed. Where both changed one, both values are shown and nothing is written.
3. A form carries a word of its own: sent twice, it is carried out once.
"""

import datetime as dt
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from markupsafe import escape
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from workflow_app.engine.folding import Entry, Written
from workflow_app.engine.forms import Form, blank, parse, views, with_values
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.registers import Register
from workflow_app.http.container import read, transact
from workflow_app.http.numbers import day_in, number_in
from workflow_app.services.hashing import canonical, sha256
from workflow_app.services.registers import guards, rows, wishes
from workflow_app.services.registers import writing as service
from workflow_app.services.registers.wishes import WHY, InTheWay, Wish
from workflow_app.store.read_models.choices import labels, of_record
from workflow_app.store.registers.editing import SqlRegisters, Verb, once
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import forms
from workflow_app.web.forms import Control
from workflow_app.web.security import municipality, person_id

register_editing = Blueprint("register_editing", __name__, url_prefix="/registers")

Answer = Response | str | tuple[str, int]
Sent = MultiDict[str, str]
CHOSEN = frozenset({"school", "person", "act", "ref", "choice", "position", "network"})


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a page was drawn from, as its form carries it."""

    version: int | None = None
    on: dt.date | None = None

    @classmethod
    def of(cls, sent: Mapping[str, str]) -> "Drawn":
        """Return what a form says it was drawn from."""
        return cls(number_in(sent.get("_version")), day_in(sent.get("_on")))


@dataclass(frozen=True, slots=True)
class OfOrder:
    """An order that says a field: as papers cite it, from which day, and where it is to be read."""

    basis: str
    since: dt.date
    address: str


# ---------------------------------------------------------------- a new row


@register_editing.get("/<register>/new")
def ask_new(register: str) -> str:
    """Ask for a new row; `again` begins with what a row said that ended."""
    again = number_in(request.args.get("again"))
    return read(lambda uow: _new_page(uow, register, None, None, again))


@register_editing.post("/<register>/new")
def add(register: str) -> Answer:
    """Write a new row."""
    sent = MultiDict(request.form)

    def wish(one: Register[Any]) -> Wish:
        return Wish(
            forms.read(one.record, sent),
            _why_sent(wishes.WhyEnter, sent),
            is_again="_again" in sent,
        )

    result = _carried_out(register, sent, service.enter, wish)
    if isinstance(result, Refusal):
        refusal = result
        return read(lambda uow: _new_page(uow, register, sent, refusal, None)), 422
    return _done(register, result, sent, "Запись внесена.")


def _new_page(
    uow: SqlUnitOfWork, key: str, sent: Sent | None, refusal: Refusal | None, again: int | None
) -> str:
    register, place = _edited(uow, key)
    own = register.written_by(uow.facts(place), uow.actor(person_id())).ids or ()
    row: Form = blank(register.record)
    if len(own) == 1:
        row = with_values(row, {register.read_through: next(iter(own))})
    if again:
        _written(uow, register, again)
        row = rows.last_said(SqlRegisters(uow), register, place, again) or abort(404)
    typed = forms.typed(register.record, sent) if sent is not None else None
    errors = refusal.fields if refusal else {}
    fields = [
        _hers(_with_present(uow, place, row, one), register, own)
        for one in forms.controls(uow, of_record(place, row), row, errors=errors, typed=typed)
    ]
    return render_template(
        "registers/write.html",
        register=register,
        row=None,
        controls=fields,
        of_orders=(),
        later={},
        why=[
            _begun(register, one)
            for one in _why_controls(uow, place, wishes.WhyEnter(), sent, errors, register)
        ],
        refusal=refusal,
        in_the_way=_in_the_way(uow, refusal),
        drawn=Drawn(),
        once=_word(sent),
        is_again=bool(again) or (sent is not None and "_again" in sent),
        title=f"Новая запись: {register.title}",
    )


def _begun(register: Register[Any], control: Control) -> Control:
    """Return the field of the first day, saying what holds where it is left empty.

    A document that every row holds by is not said to be left out at will.
    """
    if control.name == f"{WHY}basis" and _holds_by_document(register):
        said = "Приказ или акт, по которому это так: приказ от 01.09.2025 № 15."
        return replace(control, required=True, hint=said)
    if control.name != f"{WHY}effective_on" or not register.begins:
        return control
    title = register.fields[register.begins].title
    return replace(control, hint=f"Пусто — со дня «{title}», а нет его — так было всегда.")


def _holds_by_document(register: Register[Any]) -> bool:
    return bool(register.needs_basis and register.needs_basis(blank(register.record)))


# ---------------------------------------------------------------- a change


@register_editing.get("/<register>/<int:row_id>/edit")
def ask_change(register: str, row_id: int) -> Answer:
    """Ask what a row says otherwise; the form shows it as on a day."""
    on = day_in(request.args.get("on"))
    found = read(lambda uow: _change_page(uow, register, row_id, on, None, None))
    if found is not None:
        return found
    flash("На этот день такой записи нет: менять нечего.", "info")
    return redirect(url_for("declared.show", register=register, row_id=row_id))


@register_editing.post("/<register>/<int:row_id>/edit")
def change(register: str, row_id: int) -> Answer:
    """Write what a person changed."""
    sent = MultiDict(request.form)
    drawn = Drawn.of(sent)

    def wish(one: Register[Any]) -> Wish:
        values = forms.changes(blank(one.record), sent)
        why = _why_sent(wishes.WhyAmend, sent)
        return Wish(values, why, drawn.version, drawn.on)

    def verb(store: SqlRegisters, person: int, one: Register[Any], said: Wish) -> int | Refusal:
        return service.amend(store, person, one, row_id, said)

    result = _carried_out(register, sent, verb, wish)
    if isinstance(result, Refusal):
        refusal = result
        page = read(lambda uow: _change_page(uow, register, row_id, drawn.on, sent, refusal))
        return page or _gone(register, row_id, refusal), _status(refusal)
    return _done(register, row_id, sent, "Изменение записано.")


def _gone(register: str, row_id: int, refusal: Refusal) -> str:
    """Return the page of an end, which any row has, for a change of a row that is there no more."""
    return read(lambda uow: _end_page(uow, register, row_id, None, refusal))


def _change_page(
    uow: SqlUnitOfWork,
    key: str,
    row_id: int,
    on: dt.date | None,
    sent: Sent | None,
    refusal: Refusal | None,
) -> str | None:
    """Return the form of a change; None where the row is not there on the day."""
    register, place = _edited(uow, key)
    written = _written(uow, register, row_id)
    day = on or uow.today
    row = uow.facts(place).of(register).on(day).get(row_id)
    if row is None:
        return None
    said, later = _of_orders(uow, register, written, day)
    asked = [name for name in register.fields if name not in {*register.steady, *said}]
    typed = forms.changes(blank(register.record), sent) if sent is not None else None
    errors = refusal.fields if refusal else {}
    fields = [
        _with_present(uow, place, row, one)
        for one in forms.controls(
            uow, of_record(place, row), row, errors=errors, typed=typed, only=asked
        )
    ]
    shown = {one.name: one for one in fields}
    grouped: dict[OfOrder, list[Control]] = {}
    for name, order in said.items():
        grouped.setdefault(order, []).append(shown[name])
    why = wishes.WhyAmend(effective_on=uow.today)
    newest = written.newest
    return render_template(
        "registers/write.html",
        register=register,
        row=row,
        controls=fields,
        of_orders=[*grouped.items()],
        later=later,
        is_asked=bool(asked),
        why=_why_controls(uow, place, why, sent, errors, register),
        refusal=refusal,
        is_again=False,
        in_the_way=_in_the_way(uow, refusal),
        drawn=Drawn(newest.id if newest else None, day),
        once=_word(sent),
        title=_title(uow, register, place, row),
        is_past=day != uow.today,
    )


def _of_orders(
    uow: SqlUnitOfWork, register: Register[Any], written: Written, day: dt.date
) -> tuple[dict[str, OfOrder], dict[str, OfOrder]]:
    """Return the fields that an order says on a day, and those that one will say next."""
    now = {name: one for name, one in written.sources(day).items() if one.order_id}
    later = {
        name: one for one in reversed([*written.after(day)]) for name in one.values if one.order_id
    }
    return (
        {name: _of_order(uow, now[name]) for name in register.fields if name in now},
        {name: _of_order(uow, later[name]) for name in register.fields if name in later},
    )


def _of_order(uow: SqlUnitOfWork, entry: Entry) -> OfOrder:
    """Return an order with the address of its case, or of its line in the journal."""
    order = uow.facts(municipality(uow)).order(entry.order_id or 0)
    address = url_for("registers.orders")
    if order and order.case and rows.may_read(uow, person_id(), order.case):
        address = url_for("cases.show", instance_id=order.case)
    elif order:
        year = order.registered_on.year
        address = url_for("registers.orders", year=year, text=order.number)
    return OfOrder(entry.basis, entry.begins, address)


# ---------------------------------------------------------------- an end, and taking back


@register_editing.get("/<register>/<int:row_id>/end")
def ask_end(register: str, row_id: int) -> str:
    """Ask from which day a row is not there, and name what needs it."""
    return read(lambda uow: _end_page(uow, register, row_id, None, None))


@register_editing.post("/<register>/<int:row_id>/end")
def end(register: str, row_id: int) -> Answer:
    """Write that a row is not there from a day on."""
    return _write_about(register, row_id, wishes.WhyEnd, service.end, "Запись завершена.")


@register_editing.post("/<register>/<int:row_id>/take-back")
def take_back(register: str, row_id: int) -> Answer:
    """Write against the newest entry."""
    return _write_about(
        register, row_id, wishes.WhyTakeBack, service.take_back, "Последняя запись отменена."
    )


def _write_about(
    register: str, row_id: int, form: type[Form], verb: Callable[..., int | Refusal], said: str
) -> Answer:
    sent = MultiDict(request.form)

    def wish(one: Register[Any]) -> Wish:
        return Wish(_successors_sent(one, sent), _why_sent(form, sent), Drawn.of(sent).version)

    def about(store: SqlRegisters, person: int, one: Register[Any], said: Wish) -> int | Refusal:
        return verb(store, person, one, row_id, said)

    result = _carried_out(register, sent, about, wish)
    if isinstance(result, Refusal):
        refusal = result
        shown = sent if form is wishes.WhyEnd else None
        page = read(lambda uow: _end_page(uow, register, row_id, shown, refusal))
        return page, _status(refusal)
    return _done(register, row_id, sent, said)


def _successors_sent(register: Register[Any], sent: Sent) -> dict[str, Any]:
    said = forms.read(register.record, sent)
    return {name: said[name] for name in register.successors if name in said}


def _end_page(
    uow: SqlUnitOfWork, key: str, row_id: int, sent: Sent | None, refusal: Refusal | None
) -> str:
    register, place = _edited(uow, key)
    written = _written(uow, register, row_id)
    row = rows.last_said(SqlRegisters(uow), register, place, row_id)
    by = rows.editor(uow, person_id(), register)
    stops = None
    if refusal is None and not isinstance(by, Refusal):
        stops = guards.why_no_end(
            SqlRegisters(uow), person_id(), by, register, row_id, written, uow.today
        )
    reason, newest = refusal or stops, written.newest
    cases = SqlRegisters(uow).open_cases_naming(register, place, row_id)
    errors = refusal.fields if refusal else {}
    typed = _successors_sent(register, sent) if sent is not None else None
    successors = (
        forms.controls(
            uow, of_record(place, row), row, errors=errors, typed=typed, only=register.successors
        )
        if row
        else ()
    )
    return render_template(
        "registers/end.html",
        register=register,
        row_id=row_id,
        successors=[one for one in successors if one.name in register.successors],
        title=_title(uow, register, place, row) if row else register.title,
        why=_why_controls(
            uow, place, wishes.WhyEnd(effective_on=uow.today), sent, errors, register
        ),
        refusal=reason,
        in_the_way=_in_the_way(uow, reason),
        may_end=reason is None or reason.code != "rests_on_order",
        named_by=guards.counted_cases(len(cases)) if cases else "",
        drawn=Drawn(newest.id if newest else None),
        once=_word(sent),
    )


# ---------------------------------------------------------------- what all of them do


def _edited(uow: SqlUnitOfWork, key: str) -> tuple[Register[Any], int]:
    """Return a register this person writes into, and her municipality; others find no page."""
    register = SqlRegisters(uow).declared(key) or abort(404)
    if isinstance(rows.editor(uow, person_id(), register), Refusal):
        abort(404)
    return register, municipality(uow)


def _written(uow: SqlUnitOfWork, register: Register[Any], row_id: int) -> Written:
    """Return what was written about a row; whoever may not read it finds no page."""
    found = rows.editable(SqlRegisters(uow), person_id(), register, row_id)
    return abort(404) if isinstance(found, Refusal) else found[1]


def _carried_out(
    key: str, sent: Sent, verb: Verb, wish: Callable[[Register[Any]], Wish]
) -> int | Refusal:
    """Carry out what a form asks, once for its own word and what is written in it."""
    person = person_id()
    body = [
        request.path,
        *sorted((name, text) for name, text in sent.items(multi=True) if name != "csrf_token"),
    ]
    digest = sha256(canonical(body))
    result = transact(lambda uow: once(uow, person, key, verb, wish, f"page {digest}", digest))
    if not isinstance(result, Refusal):
        return result
    if result.code in ("not_found", "not_your_role"):
        abort(404)
    return result


def _status(refusal: Refusal) -> int:
    is_conflict = refusal.code in ("field_conflict", "changed_meanwhile", "still_needed")
    return 409 if is_conflict else 422


def _done(register: str, row_id: int, sent: Sent, said: str) -> Response:
    """Lead to the row, as on the day from which it says what was written."""

    def day(uow: SqlUnitOfWork) -> dt.date | None:
        named = parse(wishes.WhyEnter, {"effective_on": sent.get(f"{WHY}effective_on", "")})
        on = None if isinstance(named, Refusal) else named.effective_on
        return on if on and on > uow.today and f"{WHY}is_correction" not in sent else None

    ahead = read(day)
    if ahead:
        said = f"{said} Начало — {ahead:%d.%m.%Y}: ниже видно, как будет в этот день."
    flash(said, "success")
    on = ahead.isoformat() if ahead else None
    return redirect(url_for("declared.show", register=register, row_id=row_id, on=on))


def _why_sent(form: type[Form], sent: Sent) -> dict[str, Any]:
    """Return what was said of the write itself."""
    own = {view.name: sent.get(f"{WHY}{view.name}", "") for view in views(form)}
    return {
        view.name: bool(own[view.name]) if view.kind == "flag" else own[view.name]
        for view in views(form)
    }


def _why_controls(
    uow: SqlUnitOfWork,
    place: int,
    why: Form,
    sent: Sent | None,
    errors: Mapping[str, str],
    register: Register[Any],
) -> Sequence[Control]:
    form = type(why)
    own = {name.removeprefix(WHY): said for name, said in errors.items() if name.startswith(WHY)}
    typed = _why_sent(form, sent) if sent is not None else None
    found = forms.controls(uow, of_record(place, why), why, errors=own, typed=typed)
    # Of a day and the mark of a correction one is needed: neither is said to be left out at will.
    needed = ("effective_on", "is_correction") if form is wishes.WhyAmend else ()
    usual = ("reason",) if register.usual_reason and form is not wishes.WhyEnd else ()
    return [
        replace(
            one,
            name=f"{WHY}{one.name}",
            required=(one.required or one.name in needed) and one.name not in usual,
        )
        for one in found
    ]


def _hers(control: Control, register: Register[Any], own: Collection[int]) -> Control:
    """Return a list cut to what she may write of, where each writes her own rows alone."""
    if not (register.edits_own and own and control.name == register.read_through):
        return control
    ids = {*map(str, own), ""}
    return replace(
        control,
        choices=[one for one in control.choices if one.value in ids],
        written={value: said for value, said in control.written.items() if value in ids},
    )


def _title(uow: SqlUnitOfWork, register: Register[Any], place: int, row: Any) -> str:
    """Return how a row is called, after what it is about where its name alone does not tell."""
    about = (
        ", ".join(labels(uow, of_record(place, row), view, getattr(row, view.name)))
        for view in register.about
    )
    named = ", ".join(filter(None, about))
    return f"{named}: {register.called(row)}" if named else register.called(row)


def _with_present(uow: SqlUnitOfWork, place: int, row: Form, control: Control) -> Control:
    """Return a list that has what stands now, even if it may not be chosen any more."""
    value = getattr(row, control.name)
    if control.kind not in CHOSEN or value in (None, "") or str(value) in control.written:
        return control
    view = next(one for one in views(type(row)) if one.name == control.name)
    label = ", ".join(labels(uow, of_record(place, row), view, value)) or str(value)
    option = f'<option value="{escape(value)}">{escape(label)}</option>'
    return replace(control, written={str(value): option, **control.written})


def _in_the_way(uow: SqlUnitOfWork, refusal: Refusal | None) -> list[tuple[str, str]]:
    """Return the names and addresses of the rows and cases a refusal leads to."""
    if not isinstance(refusal, InTheWay):
        return []
    rows = [
        (one.name, url_for("declared.show", register=one.register, row_id=one.row_id))
        for one in refusal.rows
    ]
    cases = [case for case in map(uow.load, refusal.cases) if case]
    return rows + [
        (
            uow.processes[case.process].heading_of(case.data),
            url_for("cases.show", instance_id=case.id),
        )
        for case in cases
    ]


def _word(sent: Sent | None) -> str:
    """Return the word of a form: the same for one that comes back for mending."""
    return (sent.get("_once") if sent is not None else "") or secrets.token_urlsafe(12)
