"""The house's pages over a real district: people sign in, click, and read what they get."""

import pytest
from browsing import Browser, serve
from stories import complete_order, done, propose

MEMBERS = {"S05": "supported", "S03": "partner"}


@pytest.fixture
def district(request, sqlite_district):
    """Return the district on the morning of the demonstration's story, or of `opened(day)`."""
    marker = request.node.get_closest_marker("opened")
    return sqlite_district(marker.args[0] if marker else "2025-08-28")


@pytest.fixture
def app(district):
    """Return the application over this district."""
    application = serve(district.container)
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
