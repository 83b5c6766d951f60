"""What a page costs on a weak line: addresses that may be kept for a year, and packed answers."""

import gzip
import hashlib
from functools import cache
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, request, url_for

FOLDER = Path(__file__).parent / "static"
SMALLEST = 800
"""Shorter answers gain nothing from packing."""
PACKED = ("text/", "application/json", "application/javascript", "image/svg+xml")
YEAR = "public, max-age=31536000, immutable"


def register(app: Flask) -> None:
    """Teach templates the addresses, and pack what is worth it."""
    app.jinja_env.globals["asset"] = asset
    app.after_request(_lasting)
    app.after_request(_packed)


def asset(name: str) -> str:
    """Return the address of a file of ours; it changes with the content."""
    return url_for("static", filename=name, v=_version(name))


@cache
def _version(name: str) -> str:
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:10]


def _lasting(response: Response) -> Response:
    if (
        request.endpoint == "static"
        and "v" in request.args
        and response.status_code == HTTPStatus.OK
    ):
        response.headers["Cache-Control"] = YEAR
    return response


def _packed(response: Response) -> Response:
    """Pack text when the browser takes it; a year of villages reads this over a mobile line."""
    is_text = (response.content_type or "").startswith(PACKED)
    is_flowing = response.is_streamed and not response.direct_passthrough
    if not is_text or is_flowing or response.status_code != HTTPStatus.OK:
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"] or response.content_encoding:
        return response
    response.direct_passthrough = False
    data = response.get_data()
    if len(data) >= SMALLEST:
        response.set_data(gzip.compress(data, 6, mtime=0))
        response.content_encoding = "gzip"
    return response
