"""What the municipality decides where the Regulation is silent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.http.container import read, transact
from workflow_app.http.numbers import number_in
from workflow_app.services import settings as service
from workflow_app.services.administration import officer
from workflow_app.services.settings_defaults import DEFAULTS, GROUPS, REST, Default, group_of
from workflow_app.store.accounts.admin import SqlAdministration
from workflow_app.store.read_models.search import folded
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.security import person_id

settings = Blueprint("settings", __name__)

HEADINGS = (*GROUPS, REST)


@dataclass(frozen=True, slots=True)
class Line:
    """A setting with its value here."""

    key: str
    default: Default
    value: Any
    parts: Sequence[service.Part]

    @property
    def is_own(self) -> bool:
        """Tell whether the municipality has decided otherwise than the default."""
        return bool(self.value != self.default.value)

    @property
    def seen(self) -> str:
        """Return by what the form says which value it showed."""
        return service.mark_of(self.value)

    @property
    def said(self) -> str:
        """Return the value in words."""
        return service.said(self.key, self.value)

    @property
    def usual(self) -> str:
        """Return the default in words."""
        return service.said(self.key, self.default.value)


@dataclass(frozen=True, slots=True)
class Section:
    """The settings under one heading; `is_open` where their fields are shown."""

    number: int
    title: str
    lines: Sequence[Line]
    is_open: bool


@settings.get("/admin/settings")
def show() -> str:
    """List the settings with their values; the fields of a section or of what is looked for."""
    return read(_page)


def _page(
    uow: SqlUnitOfWork,
    key: str = "",
    refusal: Refusal | None = None,
    sent: Mapping[str, Any] | None = None,
) -> str:
    by = officer(uow.actor(person_id())) or abort(404)
    text = request.args.get("text", "").strip()[:100]
    opened = HEADINGS.index(group_of(key)) if key else number_in(request.args.get("section"))
    sections = [*_sections(uow, by.municipality_id, folded(text), opened)]
    return render_template(
        "admin/settings.html",
        sections=[one for one in sections if one.is_open or opened is None],
        contents=sections,
        text=text,
        opened=opened,
        wrong=key,
        refusal=refusal,
        sent=sent or {},
    )


def _sections(uow: SqlUnitOfWork, place: int, text: str, opened: int | None) -> Iterator[Section]:
    facts = uow.facts(place)
    lines = [
        Line(key, default, value, [*service.parts(key, value)])
        for key, default in DEFAULTS.items()
        if service.is_open(key)
        and text in folded(f"{group_of(key)} {default.title} {default.hint}")
        for value in [facts.setting(key)]
    ]
    for number, title in enumerate(HEADINGS):
        found = [line for line in lines if group_of(line.key) == title]
        if found:
            yield Section(number, title, found, is_open=bool(text) or number == opened)


@settings.post("/admin/settings/<key>")
def decide(key: str) -> Response | tuple[str, int]:
    """Decide on one setting, or go back to its default."""
    if key not in DEFAULTS:
        abort(404)
    sent = {
        part.name: request.form.getlist(part.name)
        if part.kind == "words"
        else request.form.get(part.name, "")
        for part in service.parts(key, DEFAULTS[key].value)
    }
    seen = request.form.get("seen")
    person, wished = person_id(), None if "restore" in request.form else sent
    result = transact(
        lambda uow: service.decide(SqlAdministration(uow), uow.actor(person), key, wished, seen)
    )
    if isinstance(result, Refusal):
        if result.field is None:
            abort(404)
        status = 409 if result.code == service.STALE else 422
        return read(lambda uow: _page(uow, key, result, sent)), status
    title = DEFAULTS[key].title
    said = f"Записано. {title}: {result}." if result else f"Ничего не изменилось: {title}."
    flash(said, f"setting-{key}")
    section = HEADINGS.index(group_of(key))
    return redirect(url_for("settings.show", section=section, _anchor=f"s-{_slug(key)}"))


def _slug(key: str) -> str:
    return key.replace(".", "-")
