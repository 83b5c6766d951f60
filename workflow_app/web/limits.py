"""Who came too often or found no place: the statuses that say so, and when to come again."""

from flask import Response

from workflow_app.engine.refusals import Refusal

STATUSES = {"too_many_attempts": 429, "too_many_files": 429, "busy": 503}
RETRY_AFTER = {429: 900, 503: 3}
"""Seconds after which a repeat may succeed."""


def status_of(refusal: Refusal, otherwise: int) -> int:
    """Return the HTTP status of a refusal that time mends, or the other one."""
    return STATUSES.get(refusal.code, otherwise)


def tell_when(response: Response) -> None:
    """Say in the headers when a repeat may succeed."""
    if response.status_code in RETRY_AFTER:
        response.headers.setdefault("Retry-After", str(RETRY_AFTER[response.status_code]))
