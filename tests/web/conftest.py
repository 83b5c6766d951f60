"""The house's pages over a real district: people sign in, click, and read what they get."""

import datetime as dt
import itertools
import re

import pytest
from stories import complete_order, done, propose

from workflow_app.app import create_app
from workflow_app.services.access import digest
from workflow_app.store.accounts import SqlAccess
from workflow_app.store.models import Base
from workflow_app.web.security import COOKIE

_numbers = itertools.count(1)
MEMBERS = {"S05": "supported", "S03": "partner"}


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
        self.district.house.transact(
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


def text_of(response):
    """Return what a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)))


@pytest.fixture
def district(sqlite_district):
    """Return the district on the morning of the demonstration's story."""
    opened = sqlite_district("2025-08-28")
    Base.metadata.create_all(opened.house.database.engine)
    return opened


@pytest.fixture
def app(district):
    """Return the application over this district."""
    application = create_app(district.house)
    application.testing = True
    return application


@pytest.fixture
def browser(app, district):
    """Give a person her browser; without a name it belongs to a stranger."""
    return lambda person=None: Browser(app, district, person)


@pytest.fixture
def draft(district):
    """Return a draft of the head of S02."""
    return done(propose(district, "P102", MEMBERS)).instance_id


@pytest.fixture
def collecting(district, draft):
    """Return a proposal whose schools are being asked."""
    done(district.act("P102", draft, "invite"))
    return draft


@pytest.fixture
def submitted(district, collecting):
    """Return a proposal that waits for the methodical centre."""
    for head in ("P105", "P103"):
        done(district.act(head, collecting, "agree"))
    done(district.act("P102", collecting, "submit"))
    return collecting


@pytest.fixture
def in_review(district, submitted):
    """Return a proposal that waits for the department."""
    done(district.act("P006", submitted, "endorse", conclusion="Условия выполнены."))
    return submitted


@pytest.fixture
def order(district, in_review):
    """Return the draft of the order of an approved proposal, filled in."""
    done(district.act("P002", in_review, "approve"))
    found = district.child(in_review)
    complete_order(district, found)
    return found
