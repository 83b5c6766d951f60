"""HTTP to the provider, as Authlib's client asks for it: bounded in time and size, never led on."""

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from workflow_app.config import is_private_way

SECONDS = 5.0
"""For one question in all."""
LARGEST = 256 * 1024
"""Bytes of an answer."""
ERRORS = (400, 401)
"""Statuses of an answer that says what was wrong with a question (RFC 6749, 5.2)."""


class ProviderError(Exception):
    """The provider gave no answer that could be used; the text is for the operator."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider said."""

    status_code: int
    body: bytes

    def json(self) -> Any:
        """Return what was said; ValueError for no JSON."""
        try:
            return json.loads(self.body)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error

    def raise_for_status(self) -> None:
        """Refuse whatever is no success; a redirect is none."""
        if self.status_code != http.HTTPStatus.OK:
            raise ProviderError(f"ответ {self.status_code}")


class Transport:
    """What `OAuth2Client` takes for its session."""

    def get(self, url: str) -> dict[str, Any]:
        """Return a JSON object that is published at an address."""
        answer = _ask("GET", url, {"Accept": "application/json"}, None)
        answer.raise_for_status()
        try:
            said = answer.json()
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise ProviderError(f"по адресу {url} не объект JSON")
        return said

    def post(
        self, url: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: Any
    ) -> Answer:
        """Send a form as a client that proves who it is."""
        url, signed, body = auth.prepare("POST", url, {**headers}, urlencode(data))
        answer = _ask("POST", url, signed, body)
        if answer.status_code not in ERRORS:
            answer.raise_for_status()
        return answer


def _ask(method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
    if not is_private_way(url):
        raise ProviderError(f"адрес не https: {url[:200]}")
    parts = urlsplit(url)
    connection, until = _Connection(parts), time.monotonic() + SECONDS
    watch = threading.Timer(SECONDS, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body, {**headers})
        answer = connection.getresponse()
        said = answer.read(LARGEST + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ProviderError(f"{parts.netloc} не отвечает: {error}") from error
    finally:
        watch.cancel()
        connection.close()
    if time.monotonic() >= until:  # what was cut off reads like a short answer
        raise ProviderError(f"{parts.netloc} не ответил за {SECONDS:.0f} с")
    if len(said) > LARGEST:
        raise ProviderError(f"ответ {parts.netloc} больше {LARGEST} байт")
    return Answer(answer.status, said)


class _Connection(http.client.HTTPConnection):
    """A connection that can be ended from outside, while it shakes hands, too."""

    def __init__(self, parts: SplitResult) -> None:
        self._line: socket.socket | None = None
        self._is_tls = parts.scheme == "https"
        port = parts.port or (443 if self._is_tls else 80)
        super().__init__(parts.hostname or "", port, timeout=SECONDS)

    def connect(self) -> None:
        """Connect, by TLS with a certificate that this machine trusts."""
        self._line = self.sock = socket.create_connection((self.host, self.port), SECONDS)
        if self._is_tls:
            tls = ssl.create_default_context()
            self._line = self.sock = tls.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def cut(self) -> None:
        """Let whatever waits for the other side fail at once.

        `sock` is gone by then where the other side ends the connection with its answer.
        """
        with suppress(OSError):
            if self._line:
                self._line.shutdown(socket.SHUT_RDWR)
