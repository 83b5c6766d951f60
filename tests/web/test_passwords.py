"""Passwords at every door: hashed outside the only write lock, a few at a time, counted fairly."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from browsing import Browser
from sqlalchemy import update
from stories import to_signature

from workflow_app.http import passwords as typed
from workflow_app.services.accounts import passwords
from workflow_app.services.accounts.access import MOST_FAILURES, make_link, make_token
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.database import Database
from workflow_app.store.models.accounts import Account, SignInAttempt, SignInSession
from workflow_app.store.models.base import table

PASSWORD, NEW = "demo-2025", "совсем новый пароль"
LOGIN = "p102@levokum.example"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
ACCOUNT = table(Account)


class Watched(PasswordHasher):
    """Hashes for real and tells when; meanwhile something else happens."""

    def __init__(self, meanwhile=lambda: None):
        super().__init__()
        self.compared, self._meanwhile = [], meanwhile

    def verify(self, stored, password):
        self.compared.append(stored)
        self._meanwhile()
        return super().verify(stored, password)

    def hash(self, password):
        self._meanwhile()
        return super().hash(password)


def set_hash(district, person, password_hash):
    change = update(ACCOUNT).where(ACCOUNT.c.person_id == district.people[person])
    change = change.values(password_hash=password_hash)
    district.container.transact(lambda uow: uow.connection.execute(change).rowcount)


@pytest.fixture
def asked(district, order):
    """Return the order that waits for a signature."""
    return to_signature(district, district.case(order).parent_id)


@pytest.fixture
def signer(browser):
    return browser("P002")


@pytest.fixture
def by_script(app, district):
    """Return the client of the API of who signs."""
    token = district.container.transact(
        lambda uow: make_token(SqlAccess(uow), district.people["P002"], "тест")
    )
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def sign_in(_district, browser, **_more):
    return browser().post("/sign-in", login="p002@levokum.example", password=PASSWORD)


def sign(_district, signer, asked, status=302, **_more):
    return signer.post(f"/cases/{asked}/actions/sign", status=status, password=PASSWORD)


def sign_many(district, signer, asked, **_more):
    chosen = f"{asked}:{district.case(asked).version}"
    return signer.post("/bulk", action="order_approval/sign", case=chosen, password=PASSWORD)


def sign_by_script(_district, by_script, asked, **_more):
    url = f"/api/v1/instances/{asked}/actions/sign"
    return by_script.post(url, json={"password": PASSWORD})


def change_password(_district, signer, **_more):
    return signer.post("/account/password", password=PASSWORD, new=NEW, again=NEW)


def choose_by_link(district, browser, **_more):
    person = district.people["P002"]
    token = district.container.transact(lambda uow: make_link(SqlAccess(uow), person, "password"))
    return browser().post(f"/choose/{token}", password=NEW, again=NEW)


DOORS = [sign_in, sign, sign_many, sign_by_script, change_password, choose_by_link]


@pytest.mark.shipped
@pytest.mark.parametrize("door", DOORS)
def test_others_write_while_a_password_is_hashed(
    district, browser, signer, by_script, asked, monkeypatch, door
):
    other, wrote = Database(district.container.database.url), []

    def write():
        assert district.container.database.engine.pool.checkedout() == 0  # nor does one read
        with other.writing() as connection:
            wrote.append(connection.execute(update(ACCOUNT).values(last_visit_at=None)).rowcount)

    monkeypatch.setattr("workflow_app.store.turns.SECONDS", 1)
    monkeypatch.setattr(passwords, "HASHER", Watched(write))
    door(district, browser=browser, signer=signer, by_script=by_script, asked=asked)
    other.engine.dispose()
    assert wrote


@pytest.mark.shipped
@pytest.mark.parametrize("door", [sign, sign_many, sign_by_script])
def test_a_password_that_was_changed_meanwhile_signs_nothing(
    district, browser, signer, by_script, asked, monkeypatch, door
):
    def confirm(*given):
        account = confirmed(*given)
        set_hash(district, "P002", CHEAP.hash(NEW))
        return account

    confirmed = typed.password_alone
    monkeypatch.setattr(typed, "password_alone", confirm)
    door(district, browser=browser, signer=signer, by_script=by_script, asked=asked, status=422)
    assert district.state(asked) == "on_signature"


@pytest.mark.shipped
def test_a_password_that_was_changed_meanwhile_lets_nobody_in(district, browser, monkeypatch):
    changed = Watched(lambda: set_hash(district, "P002", CHEAP.hash(NEW)))
    monkeypatch.setattr(passwords, "HASHER", changed)
    sent = {"login": "p002@levokum.example", "password": PASSWORD}
    browser().post("/sign-in", status=422, **sent)
    assert district.rows(SignInSession) == []


def test_tries_made_at_once_are_counted_one_by_one(app, district, monkeypatch):
    """Each of them has seen no failure before it; the right one among them comes too late."""
    set_hash(district, "P102", CHEAP.hash(PASSWORD))
    visitors = [Browser(app, district) for _ in range(MOST_FAILURES * 2)]
    tokens = [visitor.token() for visitor in visitors]
    barrier = threading.Barrier(len(visitors))
    compare = passwords.matches

    def together(*given):
        """Let all have read what was counted before the first is compared."""
        barrier.wait()
        return compare(*given)

    monkeypatch.setattr(passwords, "matches", together)

    def knock(visitor, token):
        data = {"csrf_token": token, "login": LOGIN, "password": "не тот"}
        return visitor.client.post("/sign-in", data=data).status_code

    with ThreadPoolExecutor(len(visitors)) as pool:
        statuses = sorted(pool.map(knock, visitors, tokens))
    assert statuses == [422] * MOST_FAILURES + [429] * MOST_FAILURES


def test_nobody_learns_from_the_time_who_has_an_account(browser, district, monkeypatch):
    watched = Watched()
    monkeypatch.setattr(passwords, "HASHER", watched)
    close = update(ACCOUNT).where(ACCOUNT.c.person_id == district.people["P105"])
    district.container.transact(lambda uow: uow.connection.execute(close.values(is_active=False)))
    set_hash(district, "P106", "")
    visitor = browser()
    for person in ("nobody", "p105", "p106", "p107"):
        sent = {"login": f"{person}@levokum.example", "password": "не тот"}
        visitor.post("/sign-in", status=422, **sent)
    parameters = {stored.rpartition("p=4$")[0] for stored in watched.compared}
    assert (len(watched.compared), len(parameters)) == (4, 1)


@pytest.fixture
def crowd(monkeypatch):
    """Let somebody else hash a password all the time."""
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.01)
    with passwords._my_turn():
        yield


@pytest.mark.usefixtures("crowd")
def test_who_finds_no_place_at_the_door_is_told_to_wait(browser, district):
    answer = browser().post("/sign-in", status=503, login=LOGIN, password=PASSWORD)
    assert int(answer.headers["Retry-After"]) < 10
    assert "Подождите" in answer.text
    assert f'value="{LOGIN}"' in answer.text
    assert district.rows(SignInAttempt) == []


@pytest.mark.shipped
@pytest.mark.usefixtures("crowd")
def test_who_finds_no_place_for_a_signature_loses_nothing_but_the_password(browser, collecting):
    url, said = f"/cases/{collecting}/actions/agree_with_conditions", "Нужен подвоз учеников"
    answer = browser("P105").post(url, status=503, password=PASSWORD, reason=said)
    assert said in answer.text
    assert "Подождите" in answer.text
    assert PASSWORD not in answer.text


@pytest.mark.shipped
@pytest.mark.usefixtures("crowd")
def test_a_script_that_finds_no_place_is_told_when_to_come_again(by_script, asked):
    answer = by_script.post(f"/api/v1/instances/{asked}/actions/sign", json={"password": PASSWORD})
    assert (answer.status_code, answer.json["code"]) == (503, "busy")
    assert answer.headers["Retry-After"]


def test_nobody_waits_in_a_line_that_is_full(monkeypatch):
    monkeypatch.setattr(passwords, "_places", threading.BoundedSemaphore(1))
    with passwords._my_turn() as came, passwords._my_turn() as late:
        assert (came, late) == (True, False)


def test_a_look_at_the_door_is_no_attempt(browser, district):
    visitor = browser()
    for path in ("/sign-in", "/forgot"):
        assert visitor.client.head(path).status_code == 200
    assert visitor.client.head("/account").headers["Location"].startswith("/sign-in?next=")
    assert district.rows(SignInAttempt) == []


def test_who_cannot_write_in_time_is_told_to_wait(browser, by_script, district, monkeypatch):
    visitor, other = browser("P002"), Database(district.container.database.url)
    token = visitor.token()
    monkeypatch.setattr("workflow_app.store.turns.SECONDS", 0.1)
    with other.writing():
        page = visitor.client.post("/notices/read", data={"csrf_token": token})
        problem = by_script.post("/api/v1/instances", json={"process": "network_proposal"})
    other.engine.dispose()
    assert (page.status_code, problem.status_code) == (503, 503)
    assert "Подождите" in page.text
    assert problem.json["code"] == "http_503"
    assert page.headers["Retry-After"] == problem.headers["Retry-After"]
