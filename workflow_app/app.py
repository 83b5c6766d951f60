"""The Flask application factory."""

import gc
import gettext
import os
import sys
import threading
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Flask, redirect
from flask_wtf import CSRFProtect
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from workflow_app.api.contract import spec
from workflow_app.api.v1 import api
from workflow_app.bootstrap import Container, build
from workflow_app.config import load_settings
from workflow_app.http.container import over
from workflow_app.http.numbers import CONVERTERS
from workflow_app.logs import OnlyNews
from workflow_app.practice import PATH, Current, Place
from workflow_app.web import access_log, assets, cookies, downloads, filters, look, pages, security
from workflow_app.web.access import access
from workflow_app.web.access_changes import access_changes
from workflow_app.web.account import account, notices
from workflow_app.web.actions import actions
from workflow_app.web.admin import admin
from workflow_app.web.assigning import assigning
from workflow_app.web.audit import audit
from workflow_app.web.calendar import calendar
from workflow_app.web.case_list import case_list
from workflow_app.web.cases import cases
from workflow_app.web.colleagues import colleagues
from workflow_app.web.commenting import commenting
from workflow_app.web.dashboard import dashboard
from workflow_app.web.deadlines import deadlines
from workflow_app.web.declared import declared
from workflow_app.web.documents import documents
from workflow_app.web.entrance import HouseRequest
from workflow_app.web.files import files
from workflow_app.web.first_steps import first_steps
from workflow_app.web.help import help_pages
from workflow_app.web.indicators import indicators
from workflow_app.web.journals import journals
from workflow_app.web.late import late
from workflow_app.web.letters import letters
from workflow_app.web.networks import networks
from workflow_app.web.newcomers import newcomers
from workflow_app.web.oidc import oidc
from workflow_app.web.organisations import organisations
from workflow_app.web.people_files import people_files
from workflow_app.web.persons import persons
from workflow_app.web.polls import polls
from workflow_app.web.practice import PAGE, guard, practice
from workflow_app.web.processes import diagram, processes
from workflow_app.web.queue import queue
from workflow_app.web.register_editing import register_editing
from workflow_app.web.register_files import register_files
from workflow_app.web.registers import registers
from workflow_app.web.search import search
from workflow_app.web.second_factor import second_factor
from workflow_app.web.settings import settings
from workflow_app.web.suggesting import suggesting
from workflow_app.web.verification import verification
from workflow_app.web.webhooks import webhooks

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

AT_EOF = "START_AT_EOF"
LARGEST_REQUEST = 64 * 1024 * 1024
"""Room for a file that is too large: its field says so, and what was typed beside it stays."""


def create_app(container: Container) -> Flask:
    """Return the web application of a house."""
    app = Flask("workflow_app", template_folder="web/templates", static_folder="web/static")
    app.config.update(
        SECRET_KEY=container.settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        SESSION_COOKIE_NAME=cookies.called("workflow_form", container),
        SESSION_COOKIE_PATH=cookies.path(container),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=container.settings.by_tls,
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        WTF_CSRF_TIME_LIMIT=None,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.request_class = HouseRequest
    app.url_map.converters.update(CONVERTERS)
    app.extensions["container"] = container
    if not any(isinstance(one, OnlyNews) for one in app.logger.filters):  # one logger a process
        app.logger.addFilter(OnlyNews())
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_translations(gettext.NullTranslations())  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["diagram"] = diagram
    filters.register(app)
    assets.register(app)
    access_log.register(app)
    downloads.register(app)
    app.teardown_appcontext(over)
    if container.is_practice:
        guard(app)  # before anybody is asked who she is
    security.register(app)  # before the token: who is a stranger by now has none that fits
    csrf = CSRFProtect(app)
    pages.register(app)
    look.register(app)
    for blueprint in (
        access,
        account,
        oidc,
        second_factor,
        notices,
        queue,
        assigning,
        late,
        search,
        help_pages,
        cases,
        commenting,
        actions,
        files,
        documents,
        registers,
        case_list,
        declared,
        register_editing,
        register_files,
        networks,
        indicators,
        dashboard,
        calendar,
        journals,
        processes,
        admin,
        deadlines,
        audit,
        persons,
        first_steps,
        newcomers,
        people_files,
        colleagues,
        organisations,
        settings,
        letters,
        webhooks,
        access_changes,
        verification,
        polls,
        suggesting,
        practice,
    ):
        app.register_blueprint(blueprint)
    csrf.exempt(api)
    app.register_blueprint(api)
    spec.register(app)
    return app


class Door:
    """Serves the practice district below its address: the copy that is played when a request comes.

    A request ends in the copy in which it began; one that comes later finds the next one.
    """

    def __init__(self, real: Container) -> None:
        self._place = Place(real.settings)
        self._lock = threading.Lock()
        self._served: tuple[Current, Flask] | None = None

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> "Iterable[bytes]":
        """Answer a request; before there is a practice, lead to the page that says so."""
        current = self._place.current()
        if current is None:
            root = environ.get("SCRIPT_NAME", "").removesuffix(PATH)
            return redirect(f"{root}{PAGE}")(environ, start_response)
        return self._application(current).wsgi_app(environ, start_response)

    def _application(self, current: Current) -> Flask:
        with self._lock:
            if self._served is None or self._served[0] != current:
                self._served = current, create_app(self._place.open(current))
            return self._served[1]


def with_practice(app: Flask) -> Flask:
    """Let an application of real people serve the practice beside them, unless it is off."""
    container: Container = app.extensions["container"]
    if container.has_practice:
        app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {PATH: Door(container)})  # type: ignore[method-assign]
    return app


def from_environment() -> Flask:
    """Return the application for a WSGI server, which divides into processes afterwards.

    Under the supervisor it waits until the tables are there; the end of the input says so.
    """
    app = with_practice(create_app(build(load_settings())))
    if AT_EOF in os.environ:
        sys.stdin.buffer.read()
    # What is there by now is shared, and stays so while no collection writes into it.
    gc.collect()
    gc.freeze()
    return app
