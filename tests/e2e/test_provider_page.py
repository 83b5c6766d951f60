"""Sign-in through a provider in a browser: from our page over another site and back."""

import pytest
from oidc_provider import open_provider, trust

from workflow_app.store.accounts.sessions import SqlAccess

HOW_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TITLE = "портал района"


@pytest.fixture
def provider(district, address):
    """Stand on another site: a browser does not look whether its port alone differs."""
    with open_provider() as server:
        server.issuer, server.shows_page = server.issuer.replace("127.0.0.1", "localhost"), True
        trust(district.container, server, public_url=address)
        yield server
    for person in ("P006", "P116"):
        district.container.transact(
            lambda uow, who=person: SqlAccess(uow).drop_bindings(district.people[who])
        )


def check(page, barriers, scripts):
    assert page.evaluate(HOW_WIDE) <= 0
    assert page.problems == []
    if scripts:
        assert barriers(page) == []


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (320, False)])
def test_who_comes_from_the_provider_stands_before_her_work(window, barriers, width, scripts):
    page = window(None, width, scripts=scripts)
    page.goto("/networks")
    check(page, barriers, scripts)
    page.get_by_role("link", name=f"Войти через {TITLE}").press("Enter")
    page.wait_for_url("http://localhost:*/**")
    page.get_by_role("link", name="I").press("Enter")
    page.wait_for_url("**/networks")
    page.goto("/")
    page.wait_for_selector("h1:has-text('Мои дела')")
    assert page.problems == []


def test_who_signs_binds_it_from_her_page(window, barriers, provider):
    provider.person |= {"sub": "h-1", "email_verified": False}
    for width, scripts in ((1280, True), (320, False)):
        page = window("P116", width, scripts=scripts)
        page.goto("/account")
        check(page, barriers, scripts)
        form = page.locator("form[action='/account/provider']")
        form.get_by_label("Ваш пароль").fill("demo-2025")
        form.get_by_label("Ваш пароль").press("Enter")
        page.wait_for_selector("text=Остался один шаг")
        check(page, barriers, scripts)
        page.get_by_role("link", name="Продолжить").press("Enter")
        page.get_by_role("link", name="I").press("Enter")
        page.wait_for_url("**/account#provider")
        assert f"{TITLE}: привязан с" in page.content()
        check(page, barriers, scripts)
        own = page.locator("form[action='/account/provider/unbind']")
        own.get_by_label("Ваш пароль").fill("demo-2025")
        own.get_by_label("Ваш пароль").press("Enter")
        page.wait_for_selector("text=Не привязан")


def test_a_refusal_is_said_at_the_door(window, barriers, provider):
    provider.spoil = {"answer": {"error": "access_denied"}}
    page = window(None, 320)
    page.goto("/sign-in?next=/networks")
    page.get_by_role("link", name=f"Войти через {TITLE}").press("Enter")
    page.get_by_role("link", name="I").press("Enter")
    page.wait_for_selector("text=отменён")
    assert page.url.endswith("/sign-in?next=/networks")
    check(page, barriers, scripts=True)
