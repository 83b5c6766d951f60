"""One person's browser without a window: she opens pages, sends their forms, reads the answers."""

import datetime as dt
import itertools
import re

from argon2 import PasswordHasher
from sqlalchemy import update

from workflow_app.app import create_app
from workflow_app.services.accounts.access import digest
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.accounts import Account
from workflow_app.store.models.base import table
from workflow_app.web.cookies import COOKIE

_numbers = itertools.count(1)
_application = []


def serve(container):
    """Return the application of this process over another house: routes are compiled once."""
    if not _application:
        _application.append(create_app(container))
    (application,) = _application
    application.extensions["container"] = container
    application.testing = False
    return application


class Browser:
    """One person's browser: follows no redirect unless told to, sends the form's own token."""

    def __init__(self, app, district, person=None):
        self.client = app.test_client()
        self.district = district
        if person:
            self.sign_in(district.people[person])

    def sign_in(self, person_id):
        """Open a session as the door would, without the cost of a password."""
        token = f"session-{next(_numbers)}"
        self.district.container.transact(
            lambda uow: SqlAccess(uow).open_session(
                digest(token), person_id, uow.now + dt.timedelta(days=30), "Test/1"
            )
        )
        self.client.set_cookie(COOKIE, token)

    def get(self, path, status=200):
        """Return a page's text."""
        response = self.client.get(path)
        assert response.status_code == status, f"{path}: {response.status_code}"
        return response.get_data(as_text=True)

    def token(self):
        """Return the token a page of this browser carries."""
        page = self.client.get("/sign-in").get_data(as_text=True)
        return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

    def post(self, path, *, status=302, **sent):
        """Send a form and return the response."""
        response = self.client.post(path, data={"csrf_token": self.token(), **sent})
        assert response.status_code == status, (
            f"{path}: {response.status_code}\n{text_of(response)[:2000]}"
        )
        return response

    def says(self, path="/"):
        """Return the messages the next page shows."""
        page = self.client.get(path).get_data(as_text=True)
        return re.findall(r'class="alert[^>]*>([^<]*)<', page)


def hash_cheaply(district, person, password):
    """Let comparing a person's password take no time; where time is not what a test is about."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)
    accounts = table(Account)
    change = update(accounts).where(accounts.c.person_id == district.people[person])
    district.container.transact(
        lambda uow: uow.connection.execute(change.values(password_hash=cheap)).rowcount
    )


def text_of(response):
    """Return what a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)))


def field(page, name):
    """Return the value a hidden field of a page carries."""
    return re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page)[1]


def form_of(page):
    """Return what the draft's page would send back unchanged."""
    form = page.split('class="case-form"')[1].split("</form>")[0]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)
        skipped = not name or (kind and kind[1] in ("checkbox", "file") and " checked" not in tag)
        if not skipped:
            sent.setdefault(name[1], []).append(value[1] if value else "on")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?([^<]*)</textarea>', form):
        sent[name] = [text]
    for name, options in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        sent[name] = [chosen[1] if chosen else ""]
    sent.pop("csrf_token", None)
    return sent
