"""The whole system as an operator starts it, and its people: each with a browser of her own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

from lxml import html

from workflow_app.bootstrap import build
from workflow_app.config import load_settings
from workflow_app.demo import PASSWORD, load
from workflows.simulation.main_job import Browser

READY_WITHIN = 60.0


def whole(path):
    """Return the page of a case with its whole form: a long one is divided into parts."""
    return f"{path}?show=all" if re.fullmatch(r"/cases/\d+", path) else path


class Person(Browser):
    """A browser without scripts: it sends every field of a form as the page showed it."""

    def begin(self, process, action=""):
        """Begin a case and return its address."""
        path = f"/start/{process}/{action}".rstrip("/")
        self.open(path)
        self.send(path, [])
        return urlsplit(self.url).path

    def write(self, case, fields, action=""):
        """Fill in a draft and press one of its buttons; fields are by name, many by a list."""
        (form,) = [one for one in self.forms(case) if "case-form" in one.classes]
        # A browser drops the line break a text area begins with.
        shown = [
            (n, v.removeprefix("\n"))
            for n, v in form.form_values()
            if n not in {*fields, "csrf_token"}
        ]
        given = [
            (name, one)
            for name, value in fields.items()
            for one in (value if isinstance(value, list) else [value])
        ]
        self.send(f"{case}/draft", [*shown, *given, *([("_action", action)] if action else ())])

    def forms(self, path):
        """Return the forms of a page."""
        return html.fromstring(self.open(whole(path))).forms

    def choices(self, path, field):
        """Return label → value of what a field of a page offers."""
        page = html.fromstring(self.open(whole(path)))
        options = page.xpath(f'//select[@name="{field}"]/option[@value!=""]')
        found = {option.text_content().strip(): option.get("value") for option in options}
        for box in page.xpath(f'//input[@type="checkbox"][@name="{field}"]'):
            label = page.xpath(f'//label[@for="{box.get("id")}"]')[0].text_content()
            found[" ".join(label.split())] = box.get("value")
        return found

    def choice(self, path, field, said):
        """Return the value of the one choice whose label holds a text."""
        (found,) = [v for label, v in self.choices(path, field).items() if said in label]
        return found

    def state(self, case):
        """Return where a case stands."""
        return html.fromstring(self.open(case)).xpath("//@data-state")[0]

    def link(self, path, said):
        """Return the first case a page links to by a text."""
        links = html.fromstring(self.open(path)).xpath("//main//a")
        cases = {
            one.text_content(): one.get("href")
            for one in links
            if re.fullmatch(r"/cases/\d+", one.get("href", ""))
        }
        return next(case for text, case in cases.items() if said in text)


class WholeSystem:
    """The tree of `workflow-app up` on a day: web, worker, relay, beat and broker."""

    def __init__(self, folder, day, database_url=None, prepare=lambda _house: None, **environ):
        self.base = f"http://127.0.0.1:{_free_port()}"
        self._people = {}
        port = self.base.rpartition(":")[2]
        given = {"DATA_DIR": str(folder), "CLOCK": f"{day}T09:00", "PORT": port, "WEB_WORKERS": "1"}
        if database_url:
            given["DATABASE_URL"] = database_url
        self.container = build(load_settings(given))
        load(self.container)
        prepare(self.container)
        self.container.database.engine.dispose()
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._log = folder / "up.log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "workflow_app.cli", "up"],
                env={**kept, **given, **environ},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )

    def person(self, code):
        """Return a person's browser, signed in by her password."""
        if code not in self._people:
            login = f"{code.lower()}@levokum.example"
            self._people[code] = self.until(lambda: Person(self.base, login, PASSWORD))
        return self._people[code]

    def until(self, look, seconds=READY_WITHIN):
        """Return what a look finds, once it finds something."""
        end = time.monotonic() + seconds
        while True:
            try:
                found = look()
            except OSError:  # nobody answers yet
                found = None
            if found:
                return found
            assert time.monotonic() < end, self._log.read_text()
            assert self.process.poll() is None, self._log.read_text()
            time.sleep(0.2)

    def stop(self):
        """Take the tree down as an operator does; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def _free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
