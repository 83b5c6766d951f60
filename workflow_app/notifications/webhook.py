"""A message to another program over HTTP: into no network of this house, to nowhere it is led.

The name is resolved once, every address of it is looked at, and the connection goes to one of
these very addresses: what the name means a moment later makes no difference.
"""

import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from workflow_app import outside

SECONDS = 10.0
LONGEST_ANSWER = 4096
"""Bytes of an answer that are read."""
LONGEST_URL = 500
_NAT64 = IPv6Network("64:ff9b::/96")
Networks = Sequence[IPv4Network | IPv6Network]
Address = IPv4Address | IPv6Address


class Unreachable(Exception):  # noqa: N818 (what happened, not what was done wrong)
    """Why a message could not be handed over, as a sentence."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver said; `text` is cut."""

    code: int
    text: str


def unfit(url: str, networks: Networks) -> str | None:
    """Return why nothing may be sent to an address; the name is looked up, which may take time."""
    try:
        _addresses(_split(url), networks)
    except Unreachable as reason:
        return str(reason)
    return None


def post(url: str, headers: Mapping[str, str], body: bytes, networks: Networks) -> Answer:
    """Hand a message over within `SECONDS` in all; redirects are answers, nobody follows them."""
    until = time.monotonic() + SECONDS
    addresses = [str(one) for one in _addresses(_split(url), networks)]
    sent = {**headers, "Content-Type": "application/json", "User-Agent": "workflow-webhook/1"}
    try:
        code, said = outside.ask(
            "POST", url, sent, body, until=until, largest=LONGEST_ANSWER, addresses=addresses
        )
    except TimeoutError as error:
        raise Unreachable(f"не ответил за {SECONDS:.0f} с") from error
    except outside.FAILURES as error:
        raise Unreachable(f"соединения нет: {error}") from error
    return Answer(code, said.decode("utf-8", "replace"))


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise Unreachable("это не адрес") from None
    is_written = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_written:
        raise Unreachable("нужен адрес вида https://сервер/путь латиницей")
    if parts.username is not None or parts.fragment or len(url) > LONGEST_URL:
        raise Unreachable("адрес без имени, пароля и знака #, не длиннее 500 знаков")
    return parts


def _addresses(parts: SplitResult, networks: Networks) -> Sequence[Address]:
    """Return where a receiver is, if all of it may be sent to."""
    try:
        found = socket.getaddrinfo(parts.hostname, outside.port_of(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(f"имя {parts.hostname} не находится") from None
    addresses = list(dict.fromkeys(ip_address(str(one[4][0]).split("%")[0]) for one in found))
    for address in addresses:
        plain = _plain(address)
        if parts.scheme != "https" and not plain.is_loopback:
            raise Unreachable("без https сообщения уходят только на эту же машину")
        is_outside = plain.is_global and not plain.is_multicast
        if not is_outside and not any(plain in one for one in networks):
            raise Unreachable(
                f"{parts.hostname} — адрес внутренней сети ({plain}): его разрешает оператор "
                "настройкой WEBHOOK_NETWORKS"
            )
    return addresses


def _plain(address: Address) -> Address:
    """Return the address that is meant: one of the old kind may be written inside a new one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address
