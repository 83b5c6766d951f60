"""The cookies of a browser; by TLS each is bound to this very host (`__Host-`, RFC 6265bis 4.1.3).

A browser that somebody signed in with is known from then on. Guesses at her password are counted
apart for each known browser, and once for all others: who guesses locks nobody out of her own.
"""

import hashlib
import secrets

from flask import request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from workflow_app.bootstrap import Container
from workflow_app.http.container import container
from workflow_app.practice import PATH
from workflow_app.services.accounts.access import SESSION_DAYS, digest

COOKIE = "workflow_session"
"""The visit."""
KNOWN = "workflow_known"
KNOWN_DAYS = 365
DAY = 86400
MOST_KNOWN = 5
"""So many people of one machine are known to its browser, the last ones."""


def called(name: str, whose: Container) -> str:
    """Return how a cookie is called; one of the practice is sent to no other page."""
    if whose.is_practice:
        return f"__Secure-practice_{name}" if whose.settings.by_tls else f"practice_{name}"
    return f"__Host-{name}" if whose.settings.by_tls else name


def path(whose: Container) -> str:
    """Return below which address the cookies are sent."""
    return PATH if whose.is_practice else "/"


def visit() -> str:
    """Return the token of this browser's visit; empty where it has none."""
    return get(COOKIE)


def begin_visit(response: Response, token: str) -> None:
    """Let the browser carry a visit."""
    put(response, COOKIE, token, SESSION_DAYS * DAY)


def end_visit(response: Response) -> None:
    """Let the browser forget its visit."""
    put(response, COOKIE, "", 0)


def mark_of(login: str) -> str:
    """Return by which mark this browser is known for a login; empty where it is not."""
    return _marks().get(_short(login), "")


def remember(response: Response, login: str) -> None:
    """Know this browser for a login from now on."""
    own = mark_of(login) or secrets.token_urlsafe(16)
    others = [pair for pair in _marks().items() if pair[0] != _short(login)]
    marks = dict([*others, (_short(login), own)][-MOST_KNOWN:])
    put(response, KNOWN, str(_signer().dumps(marks)), KNOWN_DAYS * DAY)


def _marks() -> dict[str, str]:
    try:
        found = _signer().loads(get(KNOWN))
    except BadSignature:
        return {}
    return dict(found)


def _short(login: str) -> str:
    return digest(login.strip().lower())[:16]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(
        container().settings.secret_key, salt=KNOWN, signer_kwargs={"digest_method": hashlib.sha256}
    )


def get(name: str) -> str:
    """Return what a cookie of this browser holds; empty where it has none."""
    return request.cookies.get(called(name, container()), "")


def put(response: Response, name: str, value: str, seconds: int) -> None:
    """Let the browser carry a cookie for so long, out of the reach of scripts."""
    response.set_cookie(
        called(name, container()),
        value,
        max_age=seconds,
        path=path(container()),
        httponly=True,
        samesite="Lax",
        secure=container().settings.by_tls,
    )
