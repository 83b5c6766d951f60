"""How many transactions a request takes: one writes, and each reader sees one state of the data."""

import datetime as dt
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from stories import to_signature

from workflow_app.http.container import read
from workflow_app.services.accounts.access import make_token
from workflow_app.store.accounts.sessions import SqlAccess

pytestmark = pytest.mark.shipped

READ, WRITE = "read", "write"


@contextmanager
def begun(district):
    """Collect the transactions that begin, by whether they may write."""
    found = []

    def keep(connection):
        found.append(WRITE if connection.get_execution_options().get("writes") else READ)

    engine = district.container.database.engine
    event.listen(engine, "begin", keep)
    yield found
    event.remove(engine, "begin", keep)


@pytest.mark.parametrize(
    ("address", "sent"), [("actions/invite", {}), ("draft", {"_version": "1", "_action": "invite"})]
)
def test_a_step_on_a_page_reads_once_and_writes_once(browser, district, draft, address, sent):
    person = browser("P102")
    sent = {"csrf_token": person.token(), **sent}
    with begun(district) as found:
        response = person.client.post(f"/cases/{draft}/{address}", data=sent)
    assert response.status_code == 302
    assert found == [READ, WRITE]


def test_a_draft_that_saves_itself_reads_once_and_writes_once(browser, district, draft):
    person = browser("P102")
    sent = {"csrf_token": person.token(), "_version": "1"}
    with begun(district) as found:
        response = person.client.post(
            f"/cases/{draft}/draft", data=sent, headers={"X-Requested-With": "fetch"}
        )
    assert response.json["version"] == "1"
    assert found == [READ, WRITE]


def test_a_page_and_what_stands_around_it_are_one_state_of_the_data(browser, district, draft):
    person = browser("P102")
    with begun(district) as found:
        person.get(f"/cases/{draft}")
    assert found == [READ]


def test_no_transaction_is_open_when_an_answer_has_gone(browser, district):
    person = browser("P102")
    for path, status in (("/", 200), ("/cases/9999", 404), ("/health", 200)):
        person.get(path, status)
        assert district.container.database.engine.pool.checkedout() == 0, path


def test_a_question_that_failed_is_not_asked_on(app, district):
    def fail(uow):
        uow.connection.exec_driver_sql("SELECT nothing")

    with app.test_request_context():
        with pytest.raises(OperationalError):
            read(fail)
        assert district.container.database.engine.pool.checkedout() == 0
        assert read(lambda uow: uow.today) == dt.date(2025, 8, 28)


def test_who_signs_reads_once_before_the_hash_and_writes_what_she_signed(browser, district, order):
    asked = to_signature(district, district.case(order).parent_id)
    person = browser("P002")
    sent = {"csrf_token": person.token(), "password": "demo-2025"}
    with begun(district) as found:
        person.client.post(f"/cases/{asked}/actions/sign", data=sent)
    assert district.state(asked) != "on_signature"
    assert found == [READ, WRITE, WRITE]  # the first counts the guess, whatever comes of the step


def test_a_step_back_reads_once_and_writes_once(browser, district, collecting):
    person = browser("P102")
    token = person.token()
    with begun(district) as found:
        person.client.post(f"/cases/{collecting}/take-back", data={"csrf_token": token})
    assert found == [READ, WRITE]


def test_a_step_by_the_api_reads_who_asks_and_shows_the_case_it_wrote(app, district, draft):
    person = district.people["P102"]
    token = district.container.transact(lambda uow: make_token(SqlAccess(uow), person, "учёт", 30))
    said = {"Authorization": f"Bearer {token}"}
    client, address = app.test_client(), f"/api/v1/instances/{draft}"
    client.get(address, headers=said)  # once an hour a token writes that it was used
    with begun(district) as found:
        response = client.post(f"{address}/actions/invite", json={}, headers=said)
    assert response.status_code == 200
    assert found == [READ, WRITE]
