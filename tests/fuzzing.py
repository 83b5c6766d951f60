"""A fuzzer of pages: people of every role, and a stranger, send odd values to every route.

It opens pages at random, takes the forms it finds on them, spoils some of their fields and sends
them. The same seed sends the same; it keeps every answer that is no answer.
"""

import datetime as dt
import random
import re
import traceback
from collections import Counter
from io import BytesIO
from urllib.parse import quote_from_bytes, urlsplit

from browsing import Browser
from lxml import html
from sqlalchemy import select, update

from workflow_app.demo import PASSWORD
from workflow_app.services.accounts.access import make_token
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.accounts import Account
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Person, Position
from workflow_app.tasks import effects, loops

TEXTS = [
    "",
    " ",
    "\x00",
    "а\x00б",
    "\ud800",
    "\udfff\ud800",
    "\uffff\ufffe",
    "\x0b\x0c\x1f\x7f\x85",
    "{}",
    "{0}{name}{!r}{network}",
    "%s%(x)s%",
    "\\1\\g<0>",
    "$1",
    "'\"<>&;--",
    "&lt;b&gt;",
    "😀" * 60,
    "\u202e\u2066имя",
    "\u2028\u2029",
    "а\r\nб",
    "\r\nSet-Cookie: a=b",
    "=1+1",
    "\t",
    "x" * 20_000,
    "ё" * 301,
    "<script>alert(1)</script>",
    "]]>",
    "{{ 7*7 }}",
    "{% если %}",
    "../../etc/passwd",
    "a.b.c",
    "_",
    ":",
    "1:1",
    "on",
    "true",
    "да",
    "r0",
    "network_proposal/approve",
]
NUMBERS = [
    "0",
    "1",
    "2",
    "7",
    "-1",
    "²",
    "١٢",
    "007",
    "1.5",
    "4,5",
    "1e400",
    "1e5",
    "NaN",
    "-Infinity",
    "9" * 14,
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "9" * 400,
    "9" * 5000,
    "0x10",
    "1_000",
    "+7",
]
DAYS = [
    "0001-01-01",
    "9999-12-31",
    "1900-01-01",
    "2199-12-31",
    "2200-01-01",
    "2025-02-30",
    "01.09.2025",
    "31.12.9999",
    "01.01.0001",
    "2026-06-30",
    "2025-W01-1",
    "20250901",
    "2025-2026",
    "9999-10000",
    "0001-0002",
    "2198-2199",
    "2025-09-01T00:00:00+25:00",
    "199999999999999999_99999999999999",
]
ADDRESSES = ["//[", "https://[", "//evil.example", "/\\evil", "/cases/1", "/%00", "javascript:1"]
VALUES = [*TEXTS, *NUMBERS, *DAYS, *ADDRESSES]
PARAMETERS = [
    "on",
    "as_known_on",
    "since",
    "year",
    "text",
    "process",
    "state",
    "after",
    "before",
    "next",
    "kind",
    "status",
    "network",
    "voter",
    "late",
    "own",
    "new",
    "v",
    "fill",
    "page",
]
BODIES = [
    "[" * 3000 + "]" * 3000,
    '{"data":' * 3000 + "1" + "}" * 3000,
    "",
    "null",
    "[]",
    "{",
    "NaN",
    '{"process":"network_proposal","data":{"name":"\\u0000"}}',
    '{"version":1e400,"data":{}}',
    '{"process":"network_proposal","data":{"name":"\\ud800","members":[{"school":1e30}]}}',
    '{"version":0,"data":{"goal":{"a":[1]},"members":[[]],"directions":[99999999999999999999]}}',
    '{"process":"\\u0000","action":"\\u0000","data":{}}',
    '{"version":' + "9" * 5000 + ',"data":{}}',
    '{"data":{"reason":"так решено"},"scan":9223372036854775807,"as":1,"voter":"\\ud800"}',
    '{"version":18446744073709551616,"vote_version":1,"data":{"reason":"а\\u0000"}}',
]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "HEAD"]
FORM = "application/x-www-form-urlencoded"
FILES = [b"%PDF-1.7\nhello", b"", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n"]
HEADERS = {
    "User-Agent": ["\x00", "x" * 5000, "\xff\xfe", "{}%s"],
    "Referer": ["//[", "http://[::1", "http://localhost/cases/1", "\xff", "%"],
    "X-Requested-With": ["fetch"],
    "Cookie": ["workflow_session=\xff", "a", "workflow_form=x.y.z", "=;="],
    "If-Modified-Since": ["x", "Mon, 01 Jan 0001 00:00:00 GMT"],
    "Range": ["bytes=9-1", "bytes=0-0", "bytes=-99999999999999999999"],
    "Content-Type": ["multipart/form-data; boundary=\xff", "application/json", "text/x; charset=q"],
    "Accept-Encoding": ["gzip;q=x", "\xff"],
    "Idempotency-Key": ["\x00", "к" * 50, "x" * 5000, "one"],
}


class Failure(str):
    """An answer that is none: how it was asked for, and where it broke."""

    __slots__ = ()


class Fuzzer:
    """Sends odd values to an application until it is told to stop."""

    def __init__(self, app, district, seed):
        self.app, self.district, self.random = app, district, random.Random(seed)  # noqa: S311 (repeats itself by its seed)
        app.testing, app.config["PROPAGATE_EXCEPTIONS"] = False, False
        self.failures, self.statuses, self.endpoints = {}, Counter(), Counter()
        self.raised = None
        app.logger.handlers, app.logger.filters = [], []
        app.log_exception = self._keep
        self.rules = sorted(app.url_map.iter_rules(), key=str)
        self.pages = [rule for rule in self.rules if "GET" in rule.methods]
        self.people = [None, *self._one_of_each_role()]
        self.browsers = {person: self._browser(person) for person in self.people}
        self.tokens = {person: self._token(person) for person in self.people}
        self.forms = {person: {} for person in self.people}
        self.links = {person: {"/", "/sign-in", "/forgot"} for person in self.people}

    # ------------------------------------------------------------ people

    def _one_of_each_role(self):
        query = (
            select(Position.role, Person.code)
            .join(Person, Person.id == Position.person_id)
            .where(Position.ends_on.is_(None))
            .order_by(Position.id)
        )
        rows = self.district.read(lambda uow: uow.connection.execute(query).all())
        first = {}
        for role, code in rows:
            first.setdefault(role, code)
        return [*first.values(), "P102"]

    def _browser(self, person):
        browser = Browser(self.app, self.district, person)
        browser.client.get("/sign-in")
        return browser

    def _token(self, person):
        if person is None:
            return "Bearer wf_x"
        made = self.district.container.transact(
            lambda uow: make_token(SqlAccess(uow), self.district.people[person], "тест")
        )
        return f"Bearer {made}"

    def refresh(self):
        """Let everybody in again, whatever became of her access, and let effects follow."""
        accounts = table(Account)
        self.district.container.transact(
            lambda uow: uow.connection.execute(update(accounts).values(is_active=True)).rowcount
        )
        self.browsers = {person: self._browser(person) for person in self.people}
        self.tokens = {person: self._token(person) for person in self.people}
        # Wrong passwords are forgotten after a quarter of an hour.
        self.district.container.clock.advance(dt.timedelta(minutes=16))
        loops.fire_due(self.district.container)
        while claimed := effects.claim(self.district.container):
            for number, kind in claimed:
                if kind != "pdf":  # LibreOffice takes seconds for one
                    effects.carry_out(self.district.container, number, kind)

    # ------------------------------------------------------------ one step

    def step(self):
        """Send one request."""
        person = self.random.choice(self.people)
        kind = self.random.choice(("send", "send", "send", "open", "make up", "make up", "any"))
        if kind == "send" and self.forms[person]:
            self._send(person)
        elif kind == "any":
            self._any_route(person)
        elif kind == "make up":
            self._open(person, self._made_up(self.random.choice(self.pages)))
        else:
            self._open(person, self.random.choice(sorted(self.links[person])))

    def _value(self):
        if self._happens(0.1):
            return "".join(chr(self.random.randrange(0x11_0000)) for _ in range(5))
        return self.random.choice(VALUES)

    def _made_up(self, rule):
        """Return an address of a route with odd parts and parameters."""

        def part(found):
            if found[1] == "int:":
                return _quoted(self.random.choice([*NUMBERS, *map(str, range(1, 40))]))
            known = [
                *self.district.container.processes,
                "agree",
                "approve",
                "submit",
                "A-02",
                "A-14",
            ]
            word = self.random.choice(known) if self._happens(0.6) else self._value()
            return _quoted(word) or "x"

        path = re.sub(r"<(\w+:)?\w+>", part, rule.rule)
        names = self.random.sample(PARAMETERS, self.random.choice((0, 1, 2, 3)))
        query = "&".join(f"{name}={_quoted(self._value())}" for name in names)
        return f"{path}?{query}" if query else path

    def _open(self, person, path):
        response = self._ask(person, "GET", path, headers=self._headers())
        if response is not None and (response.status_code, response.mimetype) == (200, "text/html"):
            self._learn(person, path, response.get_data(as_text=True))

    def _learn(self, person, path, page):
        tree = html.fromstring(page)
        for link in tree.xpath("//main//a/@href"):
            if link.startswith("/") and len(self.links[person]) < 3000:
                self.links[person].add(link)
        for form in tree.forms:
            action = form.action or path
            names = tuple(sorted({name for name in form.fields if name}))
            is_post = (form.method or "").upper() == "POST"
            if is_post and "/sign-out" not in action:
                fields = [(name, value) for name, value in form.form_values() if name]
                kinds = {one.get("name"): one.get("type") for one in form.xpath(".//input")}
                buttons = form.xpath(".//button[@name]")
                self.forms[person][_shape(action), names] = (
                    action,
                    fields,
                    kinds,
                    [(one.get("name"), one.get("value") or "") for one in buttons],
                    names,
                )

    def _send(self, person):
        """Send a form that was seen, some of its fields spoilt, most often only one."""
        key = self.random.choice(sorted(self.forms[person], key=str))
        action, fields, kinds, buttons, names = self.forms[person][key]
        shown, files = dict(fields), [name for name in names if kinds.get(name) == "file"]
        own = {"csrf_token", *files}
        sent = [
            (name, PASSWORD if kinds.get(name) == "password" else value)
            for name, value in fields
            if name not in own
        ]
        if buttons and self._happens(0.7):
            sent.append(self.random.choice(buttons))
        sent += [(name, "on") for name in names if name not in shown and self._happens(0.3)]
        spoilt = [name for name in names if name not in own]
        most = min(len(spoilt), self.random.choice((0, 1, 1, 1, 2, 5)))
        for name in self.random.sample(spoilt, most):
            sent = [pair for pair in sent if pair[0] != name] + [(name, self._value())]
        if self._happens(0.1):
            sent.append((self._value()[:300] or "x", self._value()))
        if "csrf_token" in shown:
            sent.append(("csrf_token", self._csrf(person)))
        if files:
            data = {_whole(name): _whole(value) for name, value in sent}
            brought = BytesIO(self.random.choice(FILES))
            data[files[0]] = brought, _whole(self._value())[:300] or "f"
            response = self._ask(person, "POST", action, data=data, headers=self._headers())
        else:
            body = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sent)
            response = self._ask(
                person, "POST", action, data=body, headers=self._headers(), content_type=FORM
            )
        if response is not None and response.status_code in (301, 302, 303):
            self._open(person, response.headers["Location"])

    def _happens(self, share):
        return self.random.random() < share

    def _csrf(self, person):
        """Return the token of a person's browser; one fits all forms of a session."""
        browser = self.browsers[person]
        if not hasattr(browser, "csrf"):
            browser.csrf = browser.token()
        return browser.csrf

    def _any_route(self, person):
        """Ask a route by any method: of the API with JSON and a token."""
        rule = self.random.choice(self.rules)
        method = self.random.choice(METHODS)
        path = self._made_up(rule)
        headers = self._headers()
        if path.startswith("/api/"):
            headers["Authorization"] = self.tokens[person]
            if self._happens(0.7):
                method = self.random.choice(sorted(rule.methods))
            body = self.random.choice(BODIES)
        else:
            pairs = [(self.random.choice(PARAMETERS), self._value()) for _ in range(3)]
            pairs.append(("csrf_token", self._csrf(person)))
            body = "&".join(f"{name}={_quoted(value)}" for name, value in pairs)
        kind = "application/json" if path.startswith("/api/") else FORM
        self._ask(person, method, path, data=body, headers=headers, content_type=kind)

    def _headers(self):
        if self._happens(0.8):
            return {}
        name = self.random.choice(sorted(HEADERS))
        return {name: self.random.choice(HEADERS[name])}

    # ------------------------------------------------------------ asking

    def _ask(self, person, method, path, **sent):
        parts = urlsplit(path) if not path.startswith("//") else None
        if parts is None or parts.netloc not in ("", "localhost"):
            return None
        self.raised = None
        if "Content-Type" in sent.get("headers", {}):
            sent.pop("content_type", None)
        asked = f"{person} {method} {path[:300]!r} {_cut(sent)}"
        try:
            response = self.browsers[person].client.open(path, method=method, **sent)
            status = response.status_code
            response.get_data()
        except (UnicodeError, ValueError) as error:
            frames = traceback.extract_tb(error.__traceback__)
            if not any("workflow_app" in frame.filename for frame in frames):
                return None  # the client itself cannot send it
            response, status, self.raised = None, 500, traceback.format_exc()
        if parts.path.startswith(("/sign-in", "/sign-out")):
            vars(self.browsers[person]).pop("csrf", None)  # who comes or goes gets another one
        self.statuses[status] += 1
        self.endpoints[_shape(path.partition("?")[0])] += 1
        if status >= 500:
            said = self.raised or (response.get_data(as_text=True) if response else "")
            place = "\n".join(said.strip().splitlines()[-5:])
            self.failures.setdefault(place, Failure(f"{asked}\n{said[-3000:]}"))
        return response

    def _keep(self, exc_info):
        self.raised = "".join(traceback.format_exception(*exc_info))


def _quoted(text):
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")


def _whole(text):
    """Return a text as a client can send it in parts."""
    return text.encode("utf-8", "replace").decode()


def _shape(path):
    return re.sub(r"\d+", "N", path)[:60]


def _cut(sent):
    return {name: str(value)[:600] for name, value in sent.items()}
