"""What the municipality decides where the Regulation is silent."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.http.container import read, transact
from workflow_app.services import settings as service
from workflow_app.services.administration import officer
from workflow_app.services.settings_defaults import DEFAULTS
from workflow_app.store.accounts.admin import SqlAdministration
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.security import person_id

settings = Blueprint("settings", __name__)


@settings.get("/admin/settings")
def show() -> str:
    """List the settings with their values."""
    return read(_page)


def _page(
    uow: SqlUnitOfWork,
    key: str = "",
    refusal: Refusal | None = None,
    sent: Mapping[str, Any] | None = None,
) -> str:
    by = officer(uow.actor(person_id())) or abort(404)
    facts = uow.facts(by.municipality_id)
    lines = [
        (name, default, facts.setting(name), list(service.parts(name, facts.setting(name))))
        for name, default in DEFAULTS.items()
        if service.is_open(name)
    ]
    return render_template(
        "admin/settings.html", lines=lines, wrong=key, refusal=refusal, sent=sent or {}
    )


@settings.post("/admin/settings/<key>")
def decide(key: str) -> Response | tuple[str, int]:
    """Decide on one setting."""
    if key not in DEFAULTS:
        abort(404)
    sent = {
        part.name: request.form.getlist(part.name)
        if part.kind == "words"
        else request.form.get(part.name, "")
        for part in service.parts(key, DEFAULTS[key].value)
    }
    person = person_id()
    result = transact(
        lambda uow: service.decide(SqlAdministration(uow), uow.actor(person), key, sent)
    )
    if result is None:
        flash(f"Записано: {DEFAULTS[key].title}.", "success")
        return redirect(url_for("settings.show"))
    if result.field is None:
        abort(404)
    return read(lambda uow: _page(uow, key, result, sent)), 422
