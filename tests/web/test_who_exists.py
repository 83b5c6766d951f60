"""Strangers learn from no answer, and from the time of none, who has an account."""

import http.client
import re
from dataclasses import replace
from statistics import median
from time import perf_counter
from urllib.parse import urlencode, urlsplit

import pytest
from serving import answering

from workflow_app.app import create_app

TRIES = 200


@pytest.mark.deep
def test_a_forgotten_password_takes_as_long_whoever_it_is_of(open_district):
    """Asked in turn; the first twenty warm up, and no machine asks more often than it may."""
    house = open_district("2025-08-28").house
    settings = house.settings.model_copy(update={"trusted_proxies": "127.0.0.1"})
    seconds = {"known": [], "unknown": []}
    with answering(create_app(replace(house, settings=settings))) as address:

        def ask(method, body=None, **headers):
            line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
            begun = perf_counter()
            line.request(method, "/forgot", body, headers)
            answer = line.getresponse()
            took = perf_counter() - begun
            page = answer.read().decode()
            line.close()
            return answer, page, took

        answer, page, _ = ask("GET")
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        form = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        for number in range(2 * TRIES + 20):
            kind, login = (
                ("known", "p102@levokum.example") if number % 2 else ("unknown", "p999@no.example")
            )
            body = urlencode({"csrf_token": token, "login": login})
            proxied = {"X-Forwarded-For": f"198.51.100.{number // 4}"}
            answer, _, took = ask("POST", body, **form, **proxied)
            assert answer.status == 302
            if number >= 20:
                seconds[kind].append(took)
    known, unknown = (median(seconds[kind]) for kind in ("known", "unknown"))
    print(f"forgot: known {known * 1000:.2f} ms, unknown {unknown * 1000:.2f} ms")  # noqa: T201
    assert abs(known - unknown) <= 0.1 * max(known, unknown)
