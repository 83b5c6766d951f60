"""How many transactions a request takes: one writes, and each reader sees one state of the data."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from workflow_app.services.access import make_token
from workflow_app.store.accounts import SqlAccess

pytestmark = pytest.mark.shipped

READ, WRITE = "read", "write"


@contextmanager
def begun(district):
    """Collect the transactions that begin, by whether they may write."""
    found = []

    def keep(connection):
        found.append(WRITE if connection.get_execution_options().get("writes") else READ)

    engine = district.house.database.engine
    event.listen(engine, "begin", keep)
    yield found
    event.remove(engine, "begin", keep)


@pytest.mark.parametrize(
    ("address", "sent"),
    [("actions/invite", {}), ("draft", {"_version": "1", "_action": "invite"})],
)
def test_a_step_on_a_page_reads_who_and_what_writes_once_and_reads_what_is_next(
    browser, district, draft, address, sent
):
    person = browser("P102")
    sent = {"csrf_token": person.token(), **sent}
    with begun(district) as found:
        response = person.client.post(f"/cases/{draft}/{address}", data=sent)
    assert response.status_code == 302
    assert found == [READ, READ, WRITE, READ]


def test_a_step_back_reads_who_and_writes_once(browser, district, collecting):
    person = browser("P102")
    token = person.token()
    with begun(district) as found:
        person.client.post(f"/cases/{collecting}/take-back", data={"csrf_token": token})
    assert found == [READ, WRITE]


def test_a_step_by_the_api_reads_who_writes_once_and_reads_the_case(app, district, draft):
    person = district.people["P102"]
    token = district.house.transact(lambda uow: make_token(SqlAccess(uow), person, "учёт", 30))
    said = {"Authorization": f"Bearer {token}"}
    client, address = app.test_client(), f"/api/v1/instances/{draft}"
    client.get(address, headers=said)  # once an hour a token writes that it was used
    with begun(district) as found:
        response = client.post(f"{address}/actions/invite", json={}, headers=said)
    assert response.status_code == 200
    assert found == [READ, WRITE, READ]
