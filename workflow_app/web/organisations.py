"""Organisations: added, renamed from a day on, corrected; their contacts and history.

A name is asked in two steps, as a title is: the name itself, then how it is declined. Who does not
know the cases leaves them out, and papers show a gap there until somebody says them.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from workflow_app.engine.forms import Form, blank, views
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.registers import Register
from workflow_app.engine.roles import Actor
from workflow_app.http.container import read, transact
from workflow_app.services import organisations as service
from workflow_app.services.administration import officer
from workflow_app.services.organisations import FORMS, Known
from workflow_app.services.registers.value_text import in_words
from workflow_app.store.directory import organisations as store
from workflow_app.store.directory.organisations import SqlOrganisations
from workflow_app.store.read_models.choices import of_record
from workflow_app.store.read_models.search import folded
from workflow_app.store.registers.editing import SqlRegisters
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import forms
from workflow_app.web.forms import Control
from workflow_app.web.security import person_id

organisations = Blueprint("organisations", __name__, url_prefix="/admin/organisations")

Answer = Response | str | tuple[str, int]
Sent = MultiDict[str, str]
Verb = Callable[[SqlUnitOfWork, Mapping[str, Any], str, bool], int | Refusal]
"""What is done: with what was said of which version, as a trial or not."""
LONG = {"full_name", *FORMS}
DECLINED = "_declined"
"""Carries the name whose cases a person has typed: they are hers until the name is another."""
KINDS = {"department": "управление", "imc": "методический центр", "school": "школа"}


@organisations.get("")
def show_all() -> str:
    """List the organisations of a municipality."""
    text = request.args.get("text", "").strip()[:100]

    def look(uow: SqlUnitOfWork) -> str:
        wanted, place = folded(text), _place(uow)
        rows = [
            one
            for one in store.known(uow.session, place, uow.today)
            if wanted
            in folded(
                " ".join(
                    (
                        one.code,
                        one.first_name,
                        one.place,
                        *(f"{name.short_name} {name.full_name}" for name in one.names),
                    )
                )
            )
        ]
        return render_template(
            "admin/organisations.html",
            rows=rows,
            text=text,
            today=uow.today,
            kinds=KINDS,
            register=_register(uow),
        )

    return read(look)


@organisations.get("/<int:organisation_id>")
def show(organisation_id: int) -> str:
    """Show an organisation: its names, what is known of it, and what was changed."""
    return read(lambda uow: _page(uow, organisation_id))


def _page(
    uow: SqlUnitOfWork,
    organisation_id: int,
    sent: Sent | None = None,
    refusal: Refusal | None = None,
) -> str:
    one = _known(uow, organisation_id)
    events = store.history(uow.session, one.municipality_id, one.id)
    return render_template(
        "admin/organisation.html",
        one=one,
        today=uow.today,
        events=events,
        kinds=KINDS,
        details=views(service.Contacts),
        values=one.contacts,
        register=_register(uow),
        last=service.to_take_back(one),
        in_words=service.in_words,
        forms=FORMS,
        refusal=refusal,
        why=_controls(uow, one.municipality_id, service.TakeBack(), sent, refusal),
    )


@organisations.get("/new")
def ask_new() -> str:
    """Ask for an organisation, with the row of the register that extends it."""
    return read(lambda uow: _form(uow, *_new(uow)))


def _new(uow: SqlUnitOfWork) -> tuple[Form, None]:
    _place(uow)
    register = _register(uow) or abort(404)
    return blank(service.form_of_new(register)), None


def _register(uow: SqlUnitOfWork) -> Register[Any] | None:
    """Return the register that extends organisations, where the department declares one."""
    declared = (one.register for one in uow.all_shown())
    return next((one for one in declared if one.extends == "organisation"), None)


@organisations.post("/new")
def add() -> Answer:
    """Add an organisation."""
    register, person = read(_register) or abort(404), person_id()

    def verb(uow: SqlUnitOfWork, said: Mapping[str, Any], _seen: str, trial: bool) -> int | Refusal:  # noqa: FBT001 (as each verb)
        return service.add(
            SqlOrganisations(uow), SqlRegisters(uow), person, register, said, is_trial=trial
        )

    return _answered(_new, verb, "Добавлено. Теперь назначьте руководителя.")


@organisations.get("/<int:organisation_id>/rename")
def ask_rename(organisation_id: int) -> str:
    """Ask for a name from a day on."""
    return read(lambda uow: _form(uow, *_renamed(uow, organisation_id)))


@organisations.post("/<int:organisation_id>/rename")
def rename(organisation_id: int) -> Answer:
    """Give a name from a day on."""
    return _answered(
        lambda uow: _renamed(uow, organisation_id),
        lambda uow, said, seen, trial: service.rename(
            *_as_visitor(uow), organisation_id, said, seen, is_trial=trial
        ),
        "Новое название записано.",
    )


def _renamed(uow: SqlUnitOfWork, organisation_id: int) -> tuple[Form, Known]:
    one = _known(uow, organisation_id)
    name = one.name_on(uow.today)
    said = {key: getattr(name, key) for key in service.Names.model_fields} if name else {}
    return service.Rename(**{"short_name": one.first_name, **said}), one


@organisations.get("/<int:organisation_id>/names/<int:name_id>")
def ask_correction(organisation_id: int, name_id: int) -> str:
    """Ask what is wrong in a name."""
    return read(lambda uow: _form(uow, *_corrected(uow, organisation_id, name_id)))


@organisations.post("/<int:organisation_id>/names/<int:name_id>")
def correct(organisation_id: int, name_id: int) -> Answer:
    """Put a name right."""
    return _answered(
        lambda uow: _corrected(uow, organisation_id, name_id),
        lambda uow, said, seen, trial: service.correct_name(
            *_as_visitor(uow), organisation_id, name_id, said, seen, is_trial=trial
        ),
        "Исправление записано.",
    )


def _corrected(uow: SqlUnitOfWork, organisation_id: int, name_id: int) -> tuple[Form, Known]:
    one = _known(uow, organisation_id)
    name = next((name for name in one.names if name.id == name_id), None) or abort(404)
    said = {key: getattr(name, key) for key in service.Names.model_fields}
    return service.Correction(**said), one


@organisations.post("/<int:organisation_id>/names/take-back")
def take_back(organisation_id: int) -> Answer:
    """Take the last name back."""
    sent = MultiDict(request.form)
    result = transact(
        lambda uow: service.take_back_name(
            *_as_visitor(uow),
            organisation_id,
            forms.read(service.TakeBack, sent),
            sent.get("_seen", ""),
        )
    )
    if isinstance(result, Refusal):
        refusal = _existing(result)
        return read(lambda uow: _page(uow, organisation_id, sent, refusal)), _status(refusal)
    return _done(result, "Последнее название отменено, прежнее снова действует.")


@organisations.get("/<int:organisation_id>/edit")
def ask_details(organisation_id: int) -> str:
    """Ask where an organisation is reached."""
    return read(lambda uow: _form(uow, *_detailed(uow, organisation_id)))


@organisations.post("/<int:organisation_id>/edit")
def change_details(organisation_id: int) -> Answer:
    """Write where an organisation is reached."""
    return _answered(
        lambda uow: _detailed(uow, organisation_id),
        lambda uow, said, seen, _trial: service.change_contacts(
            *_as_visitor(uow), organisation_id, said, seen
        ),
        "Записано.",
    )


def _detailed(uow: SqlUnitOfWork, organisation_id: int) -> tuple[Form, Known]:
    one = _known(uow, organisation_id)
    return service.Details(**one.contacts), one


# ---------------------------------------------------------------- what all of them do


def _place(uow: SqlUnitOfWork) -> int:
    """Return whose organisations the person administers; for others these pages do not exist."""
    by = officer(uow.actor(person_id())) or abort(404)
    return by.municipality_id


def _known(uow: SqlUnitOfWork, organisation_id: int) -> Known:
    every = store.known(uow.session, _place(uow), uow.today)
    return next((one for one in every if one.id == organisation_id), None) or abort(404)


def _as_visitor(uow: SqlUnitOfWork) -> tuple[SqlOrganisations, Actor]:
    return SqlOrganisations(uow), uow.actor(person_id())


def _answered(
    about: Callable[[SqlUnitOfWork], tuple[Form, Known | None]], verb: Verb, said: str
) -> Answer:
    """Carry out what a form asks, after it has asked how a name is declined."""
    sent = MultiDict(request.form)
    present, _ = read(about)
    values, step = forms.read(type(present), sent), sent.get("step", "")
    is_named = isinstance(present, service.Names)
    if step == "names":
        return read(lambda uow: _form(uow, *about(uow), sent))
    gaps = service.gaps_in(values) if step == "write" and is_named else None
    if gaps:
        return read(lambda uow: _form(uow, *about(uow), sent, gaps)), 422
    if (is_named and not step) or step == "gap":
        values |= dict.fromkeys(FORMS, "")
    is_trial = is_named and not step

    def work(uow: SqlUnitOfWork) -> int | Refusal:
        seen = sent.get("_seen", "")
        return verb(uow, values, seen, is_trial)

    result = read(work) if is_trial else transact(work)
    if isinstance(result, Refusal):
        refusal = _existing(result)
        return read(lambda uow: _form(uow, *about(uow), sent, refusal)), _status(refusal)
    if is_trial:
        return read(lambda uow: _declined(uow, *about(uow), sent))
    return _done(result, said)


def _existing(refusal: Refusal) -> Refusal:
    """Return a refusal to show; what is not there for the person is not found."""
    return abort(404) if refusal.code in ("not_your_role", "not_found") else refusal


def _status(refusal: Refusal) -> int:
    return 409 if "changed_meanwhile" in [one.code for one in refusal] else 422


def _done(organisation_id: int, said: str) -> Response:
    flash(said, "success")
    return redirect(url_for("organisations.show", organisation_id=organisation_id))


def _form(
    uow: SqlUnitOfWork,
    present: Form,
    one: Known | None,
    sent: Sent | None = None,
    refusal: Refusal | None = None,
) -> str:
    """Return a form as it begins, or as it was sent; of the cases when something is about them."""
    is_about_cases = bool(refusal and set(refusal.fields) & {*FORMS})
    fields = _controls(uow, _place(uow), present, sent, refusal)
    return _shown(
        uow,
        present,
        one,
        sent,
        refusal,
        [control for control in fields if (control.name in FORMS) == is_about_cases],
        is_declined=is_about_cases,
    )


def _declined(uow: SqlUnitOfWork, present: Form, one: Known | None, sent: Sent) -> str:
    """Return the form of the cases: as typed for this name, as they stand, or as proposed."""
    name = " ".join(sent.get("full_name", "").split())
    known = {form: getattr(present, form) for form in FORMS}
    if name != getattr(present, "full_name", "") or not all(known.values()):
        known = dict(SqlOrganisations(uow).propose(_place(uow), name))
    if sent.get(DECLINED) == name:
        known = {form: sent.get(form, "") for form in FORMS}
    with_forms = MultiDict({**sent.to_dict(), **known})
    fields = _controls(uow, _place(uow), present, with_forms, None)
    cases = [control for control in fields if control.name in FORMS]
    return _shown(uow, present, one, sent, None, cases, is_declined=True)


def _shown(
    uow: SqlUnitOfWork,
    present: Form,
    one: Known | None,
    sent: Sent | None,
    refusal: Refusal | None,
    controls: list[Control],
    *,
    is_declined: bool,
) -> str:
    asked = {control.name for control in controls}
    name = " ".join(sent.get("full_name", "").split()) if sent else ""
    hidden = [
        (key, value)
        for key, value in (sent or MultiDict()).items(multi=True)
        if key not in {"csrf_token", "step", "_seen", *asked}
        and key.removeprefix("_has.") not in asked
        and not (is_declined and key == DECLINED)
    ]
    return render_template(
        "admin/organisation_form.html",
        form=type(present).__name__,
        one=one,
        controls=controls,
        hidden=[*hidden, (DECLINED, name)] if is_declined else hidden,
        name=name,
        refusal=refusal,
        is_declined=is_declined,
        today=uow.today,
        said=_said(uow, present, sent) if is_declined and sent else [],
        is_named=isinstance(present, service.Names),
    )


def _said(uow: SqlUnitOfWork, present: Form, sent: Sent) -> list[tuple[str, str]]:
    """Return what was filled in before the cases, in words: the last look before it is written."""
    facts = uow.facts(_place(uow))
    return [
        (view.title, in_words(facts, view, sent[view.name]))
        for view in views(type(present))
        if view.name in ("short_name", "starts_on", "basis", "reason") and sent.get(view.name)
    ]


def _controls(
    uow: SqlUnitOfWork, place: int, present: Form, sent: Sent | None, refusal: Refusal | None
) -> list[Control]:
    found = forms.controls(
        uow,
        of_record(place, present),
        present,
        errors=refusal.fields if refusal else {},
        typed=forms.read(type(present), sent) if sent is not None else None,
    )
    # Left out, a case leaves a gap: nobody is told that it need not be said.
    return [
        replace(control, kind="text", required=True) if control.name in LONG else control
        for control in found
    ]
