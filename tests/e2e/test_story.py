"""A proposal from the door to the first consent, as people walk it: any width, any scripts."""

import re
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest
from stories import NOTE, done

DEMO_PASSWORD = "demo-2025"


@pytest.fixture(scope="module")
def district(sqlite_maker):
    """Return a district in which nobody has begun anything."""
    opened = sqlite_maker.open("2025-08-28")
    yield opened
    opened.close()


@pytest.fixture
def letters(district):
    """Return a function: the letters to an address that left the house so far."""

    def to(address):
        district.carry_out()
        folder = district.container.settings.data_dir / "mail"
        paths = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
        return [letter for letter in found if letter["To"] == address]

    return to


@pytest.mark.parametrize("scripts", [False, True], ids=["without scripts", "with scripts"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_school_proposes_and_an_invited_head_agrees(window, district, letters, width, scripts):
    proposer = window(None, width, scripts=scripts)
    case = draft_and_invite(proposer, district)
    assert district.state(case) == "collecting_consents"
    letter = letters("p105@levokum.example")[-1]
    link = re.search(rf"https?://\S+/cases/{case}\b", letter.get_body(("plain",)).get_content())[0]
    invited = window("P105", width, scripts=scripts)
    invited.goto(urlsplit(link).path)
    agree_in_two_taps(invited)
    assert district.statuses(case, "consents")["S05"] == "agreed"
    assert proposer.problems == invited.problems == []
    done(district.act("P102", case, "withdraw", reason="Прогулка окончена"))


def draft_and_invite(page, district):
    """Come in by the door, write a proposal down in two goes and invite the schools."""
    page.goto("/sign-in")
    page.get_by_label("Электронная почта").fill("p102@levokum.example")
    page.get_by_label("Пароль").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Войти").click()
    page.goto("/start")  # a telephone has it under «Ещё»
    page.locator("main").get_by_role("link", name="Предложить сеть").first.click()
    page.get_by_role("button", name="Начать черновик").click()
    page.get_by_role("link", name="Продолжить: О сети").click()
    page.get_by_label("Наименование сети").fill("Читаем рядом")
    page.get_by_role("button", name="Сохранить черновик").click()
    case = int(re.search(r"/cases/(\d+)", page.url)[1])
    page.goto("/")
    page.locator(f"a[href='/cases/{case}']").first.click()
    beside = page.get_by_role("link", name="Открыть и заполнить")  # on a wide page with scripts
    beside.or_(page.locator(".parts")).first.wait_for()
    if beside.count():
        beside.click()
    page.locator(".parts").get_by_role("link", name="О сети").click()
    assert page.get_by_label("Наименование сети").input_value() == "Читаем рядом"
    onward = page.get_by_role("button", name="Сохранить и дальше")
    onward.click()
    page.locator("[name='members.0.school']").select_option(str(district.school("S05")))
    page.locator("[name='members.0.role']").select_option("supported")
    page.locator("[name='context_note']").fill(NOTE)
    onward.click()
    page.locator("[name='directions']").first.check()
    onward.click()
    onward.click()
    page.get_by_role("button", name="Пригласить школы").click()
    assert "приглашены" in page.locator(".alert").inner_text()
    return case


def agree_in_two_taps(page):
    """Answer from the page a letter leads to: one tap opens the answer, the second gives it."""
    page.get_by_role("link", name="Согласиться", exact=True).click()
    page.get_by_label("Ваш пароль").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Согласиться").click()
    assert "согласилась" in page.locator(".alert").inner_text()
