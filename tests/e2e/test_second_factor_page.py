"""The second factor in a browser: by keyboard, without scripts, on a telephone; no barrier."""

import datetime as dt

import pyotp
import pytest

from workflow_app.store.accounts.sessions import SqlAccess

HOW_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def off(district):
    """Leave the district as it was."""
    yield
    district.container.transact(lambda uow: SqlAccess(uow).drop_factor(district.people["P116"]))


@pytest.mark.usefixtures("off")
@pytest.mark.parametrize(
    ("width", "scripts"), [(1280, True), (320, False)], ids=["keyboard alone", "no scripts, 320"]
)
def test_it_is_switched_on_and_asked_at_the_door(window, district, barriers, width, scripts):
    page = window("P116", width, scripts=scripts)
    page.goto("/account/second-factor")
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    totp, clock = pyotp.TOTP(secret), district.container.clock
    fill(page, scripts, "Код из приложения", totp.at(clock.real()))
    fill(page, scripts, "Ваш пароль", "demo-2025")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Резервные коды')")
    assert page.locator("ol code").count() == 10
    check(page, barriers, scripts)
    clock.advance(dt.timedelta(seconds=30))
    door = window(None, width, scripts=scripts)
    door.goto("/sign-in?next=/networks")
    fill(door, scripts, "Электронная почта", "p116@levokum.example")
    fill(door, scripts, "Пароль", "demo-2025")
    door.keyboard.press("Enter")
    door.wait_for_url("**/sign-in/code?next=/networks")
    check(door, barriers, scripts)
    assert door.evaluate("document.activeElement.id") == "code"
    door.keyboard.type("000000")
    door.keyboard.press("Enter")
    door.wait_for_selector(".field-error")
    door.problems.clear()
    check(door, barriers, scripts)
    assert door.evaluate("document.activeElement.id") == "code"
    door.keyboard.type(totp.at(clock.real()))
    door.keyboard.press("Enter")
    door.wait_for_url("**/networks")


def fill(page, scripts, label, text):
    """Type into a field reached by Tab alone, or by its label."""
    field = page.get_by_label(label, exact=True)
    if scripts:
        for _ in range(60):
            if field.evaluate("field => field === document.activeElement"):
                break
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    else:
        field.fill(text)


def check(page, barriers, scripts):
    assert page.evaluate(HOW_WIDE) <= 0
    assert page.problems == []
    if scripts:
        assert barriers(page) == []
