"""The log of the door: who came in or did not, and what was refused to whom.

What was decided in a case, and by whom, is history; these lines are for who watches the machine.
"""

from contextlib import suppress

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from workflow_app.http.container import container
from workflow_app.http.limits import client_address

log = structlog.get_logger()

DOOR = frozenset({"access", "access_changes", "account", "oidc"})
"""Blueprints of which every form that is sent is told."""
BACK = "oidc.back"
"""Where a provider sends who it knows, by no form."""
REFUSALS = frozenset({400, 401, 403, 404, 405, 413, 429})


def register(app: Flask) -> None:
    """Write a line for each form at the door, and for each refusal anywhere."""
    app.after_request(_tell)


def _tell(response: Response) -> Response:
    is_form = request.method == "POST" and request.blueprint in DOOR
    is_sent = is_form or request.endpoint == BACK
    if request.endpoint != "static" and (is_sent or response.status_code in REFUSALS):
        # The rule and not the address: the address of a link is a secret.
        log.info(
            "access",
            method=request.method,
            rule=str(request.url_rule or "—"),
            status=response.status_code,
            person=g.get("person_id"),
            address=client_address(),
            **({"practice": True} if container().is_practice else {}),  # of nobody real
            **_named(),
        )
    return response


def _named() -> dict[str, object]:
    """Return the ids of the address, and whom somebody at the door said to be."""
    ids = {name: value for name, value in (request.view_args or {}).items() if type(value) is int}
    said = ""
    if request.blueprint in DOOR:
        with suppress(HTTPException):  # a form that could not be read was refused for that
            said = request.form.get("login", "")
    return {**ids, **({"login": said[:200]} if said else {})}
