"""A head of a village school plays a consent on her telephone: no barrier, nothing sideways."""

import logging
import threading

import pytest
from practised import Visitor
from werkzeug.serving import make_server

from workflow_app.practice import PATH

pytestmark = pytest.mark.long("a browser, and the first waits for the year to be played")
HOW_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def served(practice):
    """Return where the real house is served with the practice beside it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, practice.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_head_tries_a_consent_at_360_pixels(practice, served, chromium, barriers):
    head = Visitor(practice.app, practice.district, "P105").client.get_cookie("workflow_session")
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, base_url=served, locale="ru-RU"
    )
    context.add_cookies([{"name": head.key, "value": head.value, "url": served}])
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: said.type == "error" and problems.append(said.text))

    def look():
        page.wait_for_selector("html[data-ready]", state="attached")
        assert page.evaluate(HOW_WIDE) <= 0, page.url
        assert barriers(page) == [], page.url

    page.goto("/help")
    page.get_by_role("main").get_by_role("link", name="Учебный район").click()
    look()
    page.get_by_role("button", name="Открыть учебный район").click()
    page.wait_for_url(f"**{PATH}/parts")
    look()
    page.get_by_role("button", name="Кузьмина-Лозовая Т.О.").click()
    page.wait_for_url(f"**{PATH}/")
    look()
    page.get_by_role("link", name="Сеть «Математика для всех»").first.click()
    page.wait_for_url(f"**{PATH}/cases/*")
    assert page.title().startswith("Учебный · ")
    look()
    page.get_by_role("link", name="Согласиться", exact=True).first.click()
    page.wait_for_selector("#password, main form button.btn-primary")
    look()
    if page.locator("#password").count():
        page.fill("#password", "demo-2025")
    page.locator("main form button.btn-primary").first.click()
    page.wait_for_selector(".alert-success")
    look()
    page.emulate_media(media="print")
    assert page.locator(".practice-bar").is_visible(), "what is printed says what it is"
    assert page.locator(".practice-mark").is_visible(), "and so does every sheet of it"
    assert not page.locator(".practice-bar code").is_visible()
    page.emulate_media(media="screen")
    assert page.locator(".practice-bar").bounding_box()["height"] <= 48, "two lines at most"
    page.get_by_role("button", name="Закончить").click()
    page.wait_for_url("**/help/practice")
    page.go_back()
    page.wait_for_url("**/help/practice")
    assert not page.title().startswith("Учебный · ")
    assert problems == []
    context.close()
