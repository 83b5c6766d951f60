"""Tokens of the API: made for a password, shown once, used in sight, ended within a year."""

import datetime as dt
import re

import pytest
from browsing import hash_cheaply, text_of
from click.testing import CliRunner
from counting import counted
from sqlalchemy import update

from workflow_app import cli
from workflow_app.services.accounts.access import make_token
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.accounts import Account, ApiToken
from workflow_app.store.models.base import table
from workflow_app.store.models.messages import Notice
from workflow_app.tasks import loops

PASSWORD = "demo-2025"


@pytest.fixture(autouse=True)
def _quick_passwords(district):
    for person in ("P102", "P105"):
        hash_cheaply(district, person, PASSWORD)


@pytest.fixture
def key(app, district):
    """Make a token of a person and return how it asks for her queue."""

    def make(person="P102", days=90):
        who = district.people[person]
        made = district.container.transact(
            lambda uow: make_token(SqlAccess(uow), who, "сайт", days)
        )
        client, headers = app.test_client(), {"Authorization": f"Bearer {made}"}
        return lambda: client.get("/api/v1/queue", headers=headers)

    return make


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"password": "не тот пароль"}, "Пароль не подходит"),
        ({"password": ""}, "Введите пароль"),
        ({"days": "366"}, "Выберите срок из списка"),
        ({"days": ""}, "Выберите срок из списка"),
        ({"title": ""}, "для чего ключ"),
    ],
)
def test_a_token_is_made_for_a_password_and_for_a_year_at_most(browser, district, sent, said):
    given = {"title": "сайт школы", "days": "365", "password": PASSWORD} | sent
    answer = browser("P102").post("/account/tokens", status=422, **given)
    assert said in text_of(answer)
    summary = answer.text.split('id="reasons"')[1].split("</ul>")[0]
    field = re.search('href="#(f-[^"]+)"', summary)[1]
    assert f'id="{field}"' in answer.text
    assert PASSWORD not in answer.text
    assert district.rows(ApiToken) == []


def test_other_mistakes_of_the_page_are_in_its_summary_too(browser):
    head = browser("P102")
    wrong = {"password": "не тот", "new": "новый длинный пароль", "again": "другой"}
    for path, sent in (("password", wrong), ("letters", {"letters": "1", "quiet_from": "22"})):
        page = head.post(f"/account/{path}", status=422, **sent).text
        field = re.search('href="#(f-[^"]+)"', page.split('id="reasons"')[1])[1]
        assert f'id="{field}"' in page


def test_a_token_is_shown_once_and_loading_the_page_again_makes_no_other(browser, district):
    head = browser("P102")
    given = {"title": "сайт школы", "days": "30", "password": PASSWORD}
    answer = head.post("/account/tokens", status=302, **given)
    page = head.get(answer.location)
    assert re.search("wf_[A-Za-z0-9_-]{40,}", page)
    assert "wf_" not in head.get("/account")
    (row,) = district.rows(ApiToken)
    head.post(f"/account/tokens/{row['token_sha256'][:16]}/revoke")
    page = head.get("/account").split("Что менялось в вашем доступе")[1]
    assert "Создан ключ для программ «сайт школы»" in page
    assert "Отозван ключ для программ «сайт школы»" in page


def test_guesses_of_a_password_for_a_token_are_counted(browser):
    head = browser("P102")
    given = {"title": "сайт школы", "days": "30"}
    for _ in range(8):
        head.post("/account/tokens", status=422, password="не тот", **given)
    answer = head.post("/account/tokens", status=429, password=PASSWORD, **given)
    assert answer.headers["Retry-After"]


def test_an_ended_token_says_so_and_is_no_guess(key, district):
    ask = key(days=30)
    assert ask().status_code == 200
    district.at("2025-09-27 08:59")
    assert ask().status_code == 200
    district.at("2025-09-27 09:00")
    for _ in range(70):
        answer = ask()
        assert (answer.status_code, answer.json["code"]) == (401, "token_expired")
    assert "27.09.2025" in answer.json["message"]


def test_a_token_of_the_release_before_lives_for_a_year_from_its_beginning(key, district):
    ask = key()
    tokens = table(ApiToken)
    district.container.transact(
        lambda uow: uow.connection.execute(update(tokens).values(expires_at=None)).rowcount
    )
    district.container.clock.advance(dt.timedelta(days=364, hours=23))
    assert ask().status_code == 200
    district.container.clock.advance(dt.timedelta(hours=1))
    assert ask().status_code == 401


def test_the_last_use_is_noted_once_an_hour_and_shown(key, browser, district):
    ask = key()
    ask()
    noted = district.rows(ApiToken)[0]["used_at"]
    district.container.clock.advance(dt.timedelta(minutes=59))
    with counted(district) as statements:
        ask()
    assert not [one for one in statements if one.startswith("UPDATE")]
    assert district.rows(ApiToken)[0]["used_at"] == noted
    district.container.clock.advance(dt.timedelta(minutes=1))
    ask()
    assert district.rows(ApiToken)[0]["used_at"] == noted + dt.timedelta(hours=1)
    assert "28.08.2025 10:00" in browser("P102").get("/account")


def test_its_owner_is_told_once_a_week_before_a_token_ends(key, district):
    key(days=30)
    district.at("2025-09-20 08:59")
    loops.warn(district.container)
    assert district.rows(Notice, kind="letter") == []
    district.at("2025-09-20 09:00")
    for _ in range(2):
        loops.warn(district.container)
    (letter,) = district.rows(Notice, kind="letter")
    assert letter["person_id"] == district.people["P102"]
    assert "«сайт» перестанет действовать 27.09.2025 в 09:00" in letter["text"]


def test_the_command_makes_a_token_for_so_many_days_and_none_for_a_closed_account(
    district, monkeypatch
):
    monkeypatch.setattr(cli, "_ready", lambda: district.container)
    run = CliRunner().invoke
    assert run(cli.commands, ["token", "p102@levokum.example", "--days", "400"]).exit_code == 2
    assert run(cli.commands, ["token", "p102@levokum.example", "--days", "7"]).exit_code == 0
    (row,) = district.rows(ApiToken)
    assert row["expires_at"] - row["created_at"] == dt.timedelta(days=7)
    accounts = table(Account)
    close = update(accounts).where(accounts.c.person_id == district.people["P105"])
    district.container.transact(
        lambda uow: uow.connection.execute(close.values(is_active=False)).rowcount
    )
    refused = run(cli.commands, ["token", "p105@levokum.example"])
    assert (refused.exit_code, len(district.rows(ApiToken))) == (1, 1)
    assert "доступ закрыт" in refused.output
