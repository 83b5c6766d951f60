"""How often is too often: per person and per address, whoever stands between."""

import datetime as dt
from dataclasses import replace
from io import BytesIO

import pytest
from browsing import Browser

from workflow_app.app import create_app
from workflow_app.http import limits
from workflow_app.services.accounts.access import (
    MOST_FAILURES_OF_ADDRESS,
    MOST_LETTERS_OF_ADDRESS,
    make_token,
)
from workflow_app.services.ports import new_file
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.documents import uploads
from workflow_app.store.models.accounts import SignInAttempt
from workflow_app.store.models.directory import Setting
from workflow_app.store.models.documents import StoredFile, Upload
from workflow_app.tasks import loops

LOGIN, PASSWORD = "p102@levokum.example", "demo-2025"
PDF = b"%PDF-1.7 a scan "
WRONG = {"Authorization": "Bearer wf_wrong"}


def fail(district, key, times):
    def work(uow):
        for _ in range(times):
            SqlAccess(uow).record_failure(key)

    district.container.transact(work)


@pytest.fixture
def behind(district):
    """Return the application behind proxies that are believed."""

    def make(proxies):
        settings = district.container.settings.model_copy(update={"trusted_proxies": proxies})
        return create_app(replace(district.container, settings=settings))

    return make


@pytest.mark.parametrize(
    ("proxies", "peer", "told", "address"),
    [
        ("", "10.0.0.1", "198.51.100.7", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9", "198.51.100.7", "203.0.113.9"),
        ("10.0.0.1", "10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.0/8,127.0.0.1", "127.0.0.1", "1.1.1.1, 198.51.100.7, 10.2.3.4", "198.51.100.7"),
        ("10.0.0.0/8", "::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1", "198.51.100.7, <script>", "10.0.0.1"),
        ("10.0.0.0/8", "10.0.0.1", "10.0.0.2", "10.0.0.2"),
    ],
)
def test_only_a_trusted_proxy_is_believed_for_whom_it_asks(behind, proxies, peer, told, address):
    app = behind(proxies)
    environ = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": told}
    with app.test_request_context("/sign-in", environ_base=environ):
        assert limits.client_address() == address


def test_failures_of_one_lock_nobody_else_out_behind_a_proxy(behind, district):
    visitor = Browser(behind("127.0.0.1"), district)
    fail(district, "address:198.51.100.7", MOST_FAILURES_OF_ADDRESS)
    for address, status in (("198.51.100.7", 429), ("198.51.100.8", 302)):
        visitor.client.environ_base["HTTP_X_FORWARDED_FOR"] = address
        answer = visitor.post("/sign-in", status=status, login=LOGIN, password=PASSWORD)
    assert answer.headers["Location"] == "/"


def test_failures_of_a_clock_that_went_back_lock_nobody_out_until_it_has_caught_up(
    browser, district
):
    fail(district, "address:127.0.0.1", MOST_FAILURES_OF_ADDRESS)
    sent = {"login": LOGIN, "password": PASSWORD}
    assert browser().post("/sign-in", status=429, **sent)
    district.container.clock.advance(dt.timedelta(hours=-1))
    assert browser().post("/sign-in", status=302, **sent)


def test_links_are_asked_for_from_one_address_only_so_often(browser, district):
    visitor = browser()
    fail(district, "forgot-address:127.0.0.1", MOST_LETTERS_OF_ADDRESS - 1)
    visitor.post("/forgot", login="nobody@levokum.example")
    answer = visitor.post("/forgot", status=429, login=LOGIN)
    assert "Подождите" in answer.text
    assert f'value="{LOGIN}"' in answer.text
    assert int(answer.headers["Retry-After"]) > 60


def test_keys_are_guessed_only_so_often_and_a_key_that_fits_always_opens(app, district):
    client, person = app.test_client(), district.people["P102"]
    fail(district, "token:127.0.0.1", MOST_FAILURES_OF_ADDRESS - 1)
    assert client.get("/api/v1/queue", headers=WRONG).status_code == 401
    answer = client.get("/api/v1/queue", headers=WRONG)
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_attempts")
    assert answer.headers["Retry-After"]
    key = district.container.transact(lambda uow: make_token(SqlAccess(uow), person, "тест"))
    fits = client.get("/api/v1/queue", headers={"Authorization": f"Bearer {key}"})
    assert fits.status_code == 200


def bring(district, person, content=PDF):
    who, file = district.people[person], new_file(content, "pdf")
    return district.container.transact(lambda uow: uploads.keep(uow, who, "скан.pdf", file))


def allow(district, most):
    row = {"municipality_id": 1, "key": "files.day", "value": most}
    district.container.transact(
        lambda uow: uow.connection.execute(Setting.__table__.insert().values(row)).rowcount
    )


def test_a_person_brings_only_so_many_files_a_day(browser, district):
    allow(district, 1)
    head = browser("P102")

    def send():
        sent = {"csrf_token": head.token(), "file": (BytesIO(PDF), "скан.pdf")}
        return head.client.post("/files", data=sent)

    assert send().status_code == 201
    answer = send()
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_files")
    assert "не больше 1" in answer.json["message"]
    assert isinstance(bring(district, "P105"), int), "another person has a day of her own"
    district.at("2025-08-29")
    head.sign_in(district.people["P102"])
    assert send().status_code == 201


def test_files_that_found_no_case_within_a_day_go_with_their_bytes(district, draft):
    bring(district, "P102", PDF + b"1")
    attached, shared = (bring(district, "P102", PDF + mark) for mark in (b"2", b"3"))
    bring(district, "P105", PDF + b"3")
    for file in (attached, shared):
        district.container.transact(lambda uow, file=file: uow.attach_file(file, draft))
    fail(district, "login:x", 1)
    kept = len(district.rows(StoredFile))
    district.at("2025-08-29 08:00")
    loops.clear_away(district.container)
    assert len(district.rows(Upload)) == 4
    assert len(district.rows(SignInAttempt)) == 1
    district.at("2025-08-29 10:00")
    loops.clear_away(district.container)
    assert [row["id"] for row in district.rows(Upload)] == [attached, shared]
    assert len(district.rows(StoredFile)) == kept - 1
    assert district.rows(SignInAttempt) == []
