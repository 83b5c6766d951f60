"""Who came too often or found no place: by which address, with which status, when to come again."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from flask import Response, request

from workflow_app.engine.refusals import Refusal
from workflow_app.http.container import container

Address = IPv4Address | IPv6Address

STATUSES = {"too_many_attempts": 429, "too_many_files": 429, "busy": 503}
RETRY_AFTER = {429: 900, 503: 2}
"""Seconds after which a repeat may succeed."""


def status_of(refusal: Refusal, otherwise: int) -> int:
    """Return the HTTP status of a refusal that time mends, or the other one."""
    return STATUSES.get(refusal.code, otherwise)


def tell_when(response: Response) -> None:
    """Say in the headers when a repeat may succeed."""
    if response.status_code in RETRY_AFTER:
        response.headers.setdefault("Retry-After", str(RETRY_AFTER[response.status_code]))


def client_address() -> str:
    """Return the address of who asks, as far as it is known from machines that are believed.

    Each proxy adds at the right whom it serves; what stands further left anybody may have written.
    """
    peer = request.remote_addr or ""
    address, told = _parsed(peer), request.headers.get("X-Forwarded-For", "").split(",")
    while address and told and any(address in proxy for proxy in container().settings.proxies):
        further = _parsed(told.pop().strip())
        if further is None:
            break
        address = further
    return str(address or peer)


def _parsed(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
