"""A question to another program over HTTP: bounded in time and size, and never led on."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

FAILURES = (OSError, http.client.HTTPException, ValueError)
"""What `ask` raises where there was no answer; TimeoutError, an OSError, where it was too late."""


class Reply(NamedTuple):
    """What was answered; a redirect is an answer like any other."""

    code: int
    body: bytes


def port_of(parts: SplitResult) -> int:
    """Return the port of an address; ValueError for none."""
    return parts.port or (443 if parts.scheme == "https" else 80)


def ask(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: str | bytes | None,
    *,
    until: float,
    largest: int,
    addresses: Sequence[str] = (),
) -> Reply:
    """Return the answer, at most `largest` bytes of it, given before the monotonic moment `until`.

    The name is looked up here, and not again where its `addresses` are known already.
    """
    parts = urlsplit(url)
    connection = _Connection(parts, addresses or [parts.hostname or ""], until)
    watch = threading.Timer(max(until - time.monotonic(), 0), connection.cut)
    watch.daemon = True
    watch.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body, {**headers})
        answer = connection.getresponse()
        reply = Reply(answer.status, answer.read(largest))
    except FAILURES as error:
        raise TimeoutError if time.monotonic() >= until else error from error
    finally:
        watch.cancel()
        connection.close()
    if time.monotonic() >= until:  # what was cut off reads like a short answer
        raise TimeoutError
    return reply


class _Connection(http.client.HTTPConnection):
    """A connection that can be ended from another thread, while it shakes hands, too."""

    def __init__(self, parts: SplitResult, addresses: Sequence[str], until: float) -> None:
        super().__init__(parts.hostname or "", port_of(parts))
        self._is_tls, self._addresses, self._until = parts.scheme == "https", addresses, until
        self._line: socket.socket | None = None

    def connect(self) -> None:
        """Connect to the first address that answers, by TLS under the name of the other side."""
        errors: list[OSError] = []
        for address in self._addresses:
            left = max(self._until - time.monotonic(), 0.01)
            try:
                self._line = self.sock = socket.create_connection((address, self.port), left)
                break
            except OSError as error:
                errors.append(error)
        else:
            raise errors[-1]
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
