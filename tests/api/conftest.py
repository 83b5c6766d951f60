"""The API over a real district: everybody calls it with a token of her own."""

import pytest
from browsing import serve

from workflow_app.services.accounts.access import make_token
from workflow_app.store.accounts.sessions import SqlAccess


@pytest.fixture
def district(sqlite_district):
    return sqlite_district("2025-08-28")


@pytest.fixture
def client(district):
    """Return a function: a person's client of the API."""
    app = serve(district.container)

    def of(person):
        token = district.container.transact(
            lambda uow: make_token(SqlAccess(uow), district.people[person], "тест")
        )
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    of.app = app
    return of
