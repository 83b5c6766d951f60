"""Processes: what they are in plain words, and their drawing."""

import re

from flask import Blueprint, abort, render_template
from markupsafe import Markup

from workflow_app.engine.drawing import svg
from workflow_app.engine.passport import described
from workflow_app.engine.process import Process
from workflow_app.http.container import container
from workflow_app.services.settings_defaults import DEFAULTS

_CODE = re.compile(r"\bA-[0-9]{2}(?:\.[a-z_]+)?")

processes = Blueprint("processes", __name__)


def diagram(process: Process, state: str = "", passed: frozenset[str] = frozenset()) -> Markup:
    """Return the drawing of a process for a page: classes only, its texts escaped."""
    return Markup(svg(process, state or None, passed))  # noqa: S704 (drawn and escaped by us)


@processes.get("/processes")
def index() -> str:
    """List the processes."""
    return render_template("processes/index.html", processes=container().processes.values())


@processes.get("/processes/<key>")
def show(key: str) -> str:
    """Show the passport of a process."""
    process = container().processes.get(key) or abort(404)
    passport = described(process)
    return render_template(
        "processes/show.html", process=process, passport=passport, settings=_settings_of(passport)
    )


def _settings_of(passport: object) -> dict[str, str]:
    """Return what the settings that a passport names by their codes decide, in their order."""
    named = set(_CODE.findall(str(passport)))
    return {key: default.title for key, default in DEFAULTS.items() if key in named}
