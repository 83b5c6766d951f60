"""Every route has an owner, a policy and a token."""

import pytest
from jinja2 import UndefinedError
from werkzeug.exceptions import NotFound

from workflow_app.web.security import HEADERS, OPEN, OWN_SIGN_IN


def routes(app):
    """Yield (endpoint, method, path) of every page of the house."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in OWN_SIGN_IN or rule.endpoint in OPEN:
            continue
        values = {
            name: 1 if "int" in str(rule._converters[name].__class__).lower() else "x"
            for name in rule.arguments
        }
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, adapter.build(rule.endpoint, values, method)


def test_a_stranger_is_sent_to_the_door_from_every_page(app, browser):
    stranger = browser()
    token = stranger.token()
    seen = 0
    for endpoint, method, path in routes(app):
        response = stranger.client.open(path, method=method, data={"csrf_token": token})
        to_door = response.status_code == 302 and "/sign-in" in response.headers["Location"]
        assert to_door or response.status_code == 401, f"{endpoint} {method} is open to strangers"
        seen += 1
    assert seen > 40


def test_every_form_is_refused_without_its_token(app, browser):
    head = browser("P003")
    for endpoint, method, path in routes(app):
        if method == "POST":
            response = head.client.post(path, data={})
            assert response.status_code == 400, f"{endpoint} takes a form without a token"
            assert "Страница была открыта слишком долго" in response.get_data(as_text=True)


def test_every_answer_carries_the_policy(app, browser):
    head = browser("P003")
    paths = [path for _, method, path in routes(app) if method == "GET"]
    for path in [*paths, "/sign-in", "/forgot", "/health", "/static/house.css", "/нет-такой"]:
        with head.client.get(path) as response:
            for name in HEADERS:
                assert name in response.headers, f"{path} lacks {name}"
            policy = response.headers["Content-Security-Policy"]
            assert "unsafe" not in policy
            assert "default-src 'none'" in policy
            assert response.status_code < 500, path
            assert "Access-Control-Allow-Origin" not in response.headers, path
            if not path.startswith("/static/"):
                assert response.headers["Cache-Control"] == "no-store", path
            kind = response.headers["Content-Type"]
            assert not kind.startswith("text/") or "charset=utf-8" in kind, path


def test_a_browser_that_came_by_tls_comes_by_nothing_else(browser, district):
    stranger = browser()
    assert "Strict-Transport-Security" not in stranger.client.get("/sign-in").headers
    container = district.container
    settings = container.settings.model_copy(update={"public_url": "https://docs.example.ru"})
    object.__setattr__(container, "settings", settings)
    said = stranger.client.get("/sign-in").headers["Strict-Transport-Security"]
    assert said == "max-age=31536000; includeSubDomains"


@pytest.mark.usefixtures("collecting")
def test_every_page_of_a_visit_has_the_way_out(app, browser):
    head = browser("P003")
    seen = 0
    for _, method, path in routes(app):
        response = head.client.get(path) if method == "GET" else None
        is_page = response and response.status_code == 200 and response.mimetype == "text/html"
        if is_page and "<html" in response.text:  # a part of a page has no frame
            assert 'action="/sign-out"' in response.text, path
            seen += 1
    assert seen > 15


@pytest.mark.usefixtures("collecting")
def test_no_page_has_a_style_or_script_the_policy_would_stop(app, browser):
    head = browser("P003")
    for _, method, path in routes(app):
        response = head.client.get(path) if method == "GET" else None
        if response is None or response.mimetype != "text/html":
            continue
        page = response.get_data(as_text=True)
        assert " style=" not in page, path
        assert "<style" not in page, path
        assert page.count("<script") == page.count('<script src="/static/'), path
        assert " onclick=" not in page, path


@pytest.mark.parametrize("path", ["/admin", "/admin/people", "/admin/deadlines", "/admin/calendar"])
def test_administration_does_not_exist_for_a_school_head(browser, path):
    browser("P102").get(path, 404)


def test_an_unknown_page_is_a_sentence(browser):
    assert "Такой страницы нет" in browser("P102").get("/cases/99999", NotFound.code)


def test_a_page_is_packed_and_its_files_are_kept_for_a_year(browser):
    head = browser("P003")
    response = head.client.get("/schools", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.data) < 6_000
    page = head.get("/schools")
    sheet = page.split('rel="stylesheet" href="')[1].split('"')[0]
    with head.client.get(sheet, headers={"Accept-Encoding": "gzip"}) as kept:
        assert "immutable" in kept.headers["Cache-Control"]
        assert len(kept.data) < 8_500


def test_what_no_thing_has_fails_a_page_instead_of_leaving_a_gap(app, district):
    jinja = app.jinja_env
    assert jinja.from_string("{{ unset or 'nothing' }} {{ {}.missing }}").render() == "nothing "
    with pytest.raises(UndefinedError, match="titel"):
        jinja.from_string("{{ process.titel }}").render(
            process=next(iter(district.container.processes.values()))
        )
