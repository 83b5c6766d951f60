"""HTTP to the provider, as Authlib's client asks for it: bounded in time and size, never led on."""

import http
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from workflow_app import outside
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
    until = time.monotonic() + SECONDS
    try:
        reply = outside.ask(method, url, headers, body, until=until, largest=LARGEST + 1)
    except TimeoutError as error:
        raise ProviderError(f"{url} не ответил за {SECONDS:.0f} с") from error
    except outside.FAILURES as error:
        raise ProviderError(f"{url} не отвечает: {error}") from error
    if len(reply.body) > LARGEST:
        raise ProviderError(f"ответ {url} больше {LARGEST} байт")
    return Answer(reply.code, reply.body)
