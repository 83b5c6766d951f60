"""The database is away or busy: that is said, nothing is saved, and no word is lost."""

import html

import pytest
from browsing import Browser, serve, text_of
from stories import done, propose

from workflow_app.services.accounts.access import make_token
from workflow_app.store import turns
from workflow_app.store.accounts.sessions import SqlAccess

TYPED = {
    "goal": "Сдать ОГЭ без двоек и остаться в своей школе",
    "name": "Зарница",
    "school_year": "2025-2026",
}


@pytest.fixture
def district(open_district):
    return open_district("2025-08-28")


@pytest.fixture
def draft(district):
    return done(propose(district, "P102", {"S05": "supported"})).instance_id


@pytest.fixture
def go_away(district, request):
    """Return a function that takes the database away, as a stopped server or a lost disk does."""

    def go():
        engine = district.container.database.engine
        engine.dispose()
        if district.container.database.is_sqlite:
            file = engine.url.database
            gone = district.container.settings.data_dir.parent / file
            gone.rename(f"{file}.gone")
            gone.mkdir()
        else:
            request.getfixturevalue("postgres_server").drop_database(engine.url.database)

    return go


def post(browser, draft, **headers):
    token = browser.token()
    return lambda: browser.client.post(
        f"/cases/{draft}/draft",
        data={"csrf_token": token, "password": "demo-2025", **TYPED},
        headers={"Referer": f"http://localhost/cases/{draft}", **headers},
    )


@pytest.mark.parametrize("page", ["/", "/cases", "/networks/1"])
def test_a_page_says_that_the_database_is_away(district, go_away, page):
    browser = Browser(serve(district.container), district, "P102")
    go_away()
    response = browser.client.get(page)
    assert (response.status_code, bool(response.headers["Retry-After"])) == (503, True)
    assert "не отвечает" in text_of(response)
    assert f'href="{page}"' in response.get_data(as_text=True)


def test_what_was_typed_comes_back_and_no_password(district, draft, go_away):
    send = post(Browser(serve(district.container), district, "P102"), draft)
    go_away()
    response = send()
    page = html.unescape(response.get_data(as_text=True))
    assert (response.status_code, bool(response.headers["Retry-After"])) == (503, True)
    assert TYPED["goal"] in page
    assert f"{TYPED['name']}</textarea>" in page
    assert "demo-2025" not in page
    assert "2025-2026</textarea>" not in page
    assert f'href="/cases/{draft}"' in page


def test_nobody_elses_page_is_answered_with_what_it_sent(district, draft, go_away):
    send = post(
        Browser(serve(district.container), district, "P102"), draft, Referer="https://x.example/"
    )
    go_away()
    assert TYPED["goal"] not in send().get_data(as_text=True)


def test_a_script_and_the_api_are_told_in_json(district, draft, go_away):
    app = serve(district.container)
    send = post(Browser(app, district, "P102"), draft, **{"X-Requested-With": "fetch"})
    token = district.container.transact(
        lambda uow: make_token(SqlAccess(uow), district.people["P102"], "тест")
    )
    go_away()
    asked = app.test_client().get("/api/v1/queue", headers={"Authorization": f"Bearer {token}"})
    for response in (send(), asked):
        assert (response.status_code, response.json["code"]) == (503, "http_503")
        assert response.headers["Retry-After"]


def test_a_database_that_somebody_holds_is_waited_for_and_then_it_is_said(
    sqlite_district, monkeypatch
):
    monkeypatch.setattr(turns, "SECONDS", 0.2)
    district = sqlite_district("2025-08-28")
    draft = done(propose(district, "P102", {"S05": "supported"})).instance_id
    send = post(Browser(serve(district.container), district, "P102"), draft)
    with district.container.database.writing():
        response = send()
    page = html.unescape(response.get_data(as_text=True))
    assert (response.status_code, TYPED["goal"] in page) == (503, True)
    assert "слишком много дел" in page
