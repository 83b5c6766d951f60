"""Canonical JSON and the hashes taken over it."""

import datetime as dt
import hashlib
import json
from typing import Any

from workflow_app.engine.forms import Form, views

KEY_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Of a key printed on paper: none that a reader takes for another."""


def canonical(value: Any) -> str:
    """Return the one spelling of a JSON value.

    >>> canonical({"б": 1, "а": [dt.date(2025, 8, 28)]})
    '{"а":["2025-08-28"],"б":1}'
    """
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain
    )


def _plain(value: object) -> str:
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    raise TypeError(f"not plain: {type(value).__name__}")


def sha256(text: str) -> str:
    """Return the hash of a text as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def text_hash(process: str, data: Form) -> str:
    """Return the hash of what a person reads: the visible fields, without marks and numbers."""
    shown = data.model_dump(mode="json", include={view.name for view in views(type(data))})
    return sha256(f"{process}\n{canonical(shown)}")
