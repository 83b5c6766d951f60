"""The door: who comes in, who does not, and how a lost key is replaced."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import form_of
from counting import counted
from lxml import html
from sqlalchemy import update
from stories import done, propose
from werkzeug.datastructures import MultiDict

from workflow_app.app import create_app
from workflow_app.services.accounts.access import MOST_FAILURES
from workflow_app.store.models.accounts import Account, SignInSession
from workflow_app.store.models.base import table
from workflow_app.store.models.messages import Notice
from workflow_app.tasks import effects
from workflow_app.web.carrying import SECRETS
from workflow_app.web.cookies import COOKIE, KNOWN

PASSWORD = "demo-2025"
TEMPLATES = Path(__file__).parents[2] / "workflow_app/web/templates"
LOGIN = "p102@levokum.example"


def knock(browser, password=PASSWORD, status=302, target="/sign-in", login=LOGIN):
    return browser.post(target, status=status, login=login, password=password)


def test_the_right_password_opens_the_door(browser):
    visitor = browser()
    assert knock(visitor).headers["Location"] == "/"
    assert "Мои дела" in visitor.get("/")


def test_a_wrong_password_says_so_without_telling_which_part_is_wrong(browser):
    wrong = knock(browser(), "не тот пароль", 422).get_data(as_text=True)
    unknown = knock(browser(), status=422, login="nobody@levokum.example")
    assert "Почта или пароль не подходят" in wrong
    assert "Почта или пароль не подходят" in unknown.get_data(as_text=True)


def test_after_eight_failures_even_the_right_password_waits(browser):
    visitor = browser()
    for _ in range(MOST_FAILURES):
        knock(visitor, "не тот пароль", 422)
    assert "Подождите" in knock(visitor, status=429).get_data(as_text=True)


def test_a_revoked_session_is_over_at_once(browser, district):
    head = browser("P102")
    head.get("/")
    sessions = table(SignInSession)
    district.container.transact(lambda uow: uow.connection.execute(sessions.delete()).rowcount)
    assert head.client.get("/").headers["Location"].startswith("/sign-in")


def test_what_was_written_until_the_visit_was_over_comes_back_with_the_way_to_its_page(
    browser, submitted
):
    asked = f"/cases/{submitted}/actions/return"
    methodist = browser("P006")
    token = methodist.token()
    methodist.client.delete_cookie(COOKIE)
    said = {
        "csrf_token": token,
        "remarks.0.text": "Не видно, откуда числа",
        "_seen": "a b",
        "password": "my secret",
    }
    here = {"Referer": f"http://localhost{asked}"}
    answer = methodist.client.post(asked, data=said, headers=here)
    assert answer.status_code == 401
    assert "Не видно, откуда числа</textarea>" in answer.text
    assert f'action="/sign-in?next={asked}"' in answer.text
    assert "my secret" not in answer.text
    assert "a b<" not in answer.text
    elsewhere = {"Referer": f"https://evil.example{asked}"}
    foreign = methodist.client.post(asked, data=said, headers=elsewhere)
    assert foreign.headers["Location"] == f"/sign-in?next={asked}"
    alone = methodist.client.post(asked, data={"csrf_token": token}, headers=here)
    assert alone.headers["Location"] == f"/sign-in?next={asked}"
    by_script = methodist.client.post(asked, headers={"X-Requested-With": "fetch"})
    assert (by_script.status_code, by_script.json["fields"]) == (401, {})


@pytest.mark.shipped
def test_what_was_written_passes_the_door_and_is_sent_once_more(browser, district, draft):
    """Single words, figures and marks too: what is sent in the end is what was sent first."""
    head = browser("P102")
    sent = form_of(head.get(f"/cases/{draft}?show=all"))
    sent |= {"name": "x", "valid_to": "31.02.2026", "members.2.need": "Первая\r\nвторая"}
    token = head.token()
    head.client.delete_cookie(COOKIE)
    here = {"Referer": f"http://localhost/cases/{draft}"}
    path = f"/cases/{draft}/draft"
    page = head.client.post(path, data={**sent, "csrf_token": token}, headers=here).text
    page = submitted_of(head, page, login=LOGIN, password="не тот пароль").text
    assert "Почта или пароль не подходят" in page
    inside = submitted_of(head, page, login=LOGIN, password=PASSWORD)
    assert (inside.status_code, "Вы вошли" in inside.text) == (200, True)
    assert district.case(draft).data.name != "x", "nothing is sent before she says so"
    assert submitted_of(head, inside.text).status_code == 302
    case = district.case(draft)
    assert (case.data.name, case.typed["valid_to"]) == ("x", "31.02.2026")
    assert case.typed["members"]["~2"]["need"] == "Первая\nвторая"


def submitted_of(visitor, page, **written):
    """Send the first form of a page as a browser does that knows no scripts."""
    form = html.fromstring(page).forms[0]
    sent = MultiDict((name, value.removeprefix("\n")) for name, value in form.form_values())
    for name, value in written.items():
        sent[name] = value
    return visitor.client.post(form.action, data=sent.to_dict(flat=False))


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_door_leads_only_into_this_house(browser, target):
    response = browser().post(f"/sign-in?next={target}", login=LOGIN, password=PASSWORD)
    assert response.headers["Location"] == "/"


def test_the_door_leads_where_the_letter_pointed(browser, collecting):
    stranger = browser()
    asked = stranger.client.get(f"/cases/{collecting}").headers["Location"]
    assert knock(stranger, target=asked).headers["Location"] == f"/cases/{collecting}"


def look_whose(district):
    """Let a worker look whose addresses were typed; their letters wait."""
    for message in effects.claim(district.container):
        effects.carry_out(district.container, *message)


def link_in_the_letters(district, person):
    rows = [row["text"] for row in district.rows(Notice, person_id=district.people[person])]
    return re.search(r"/choose/[\w-]+", rows[-1])[0]


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(browser, district):
    visitor, old = browser(), browser("P102")
    answer = visitor.post("/forgot", login=LOGIN)
    assert answer.headers["Location"] == "/sign-in"
    look_whose(district)
    link = link_in_the_letters(district, "P102")
    new = {"password": "совсем новый пароль", "again": "совсем новый пароль"}
    visitor.post(link, status=422, password="совсем новый пароль", again="другой пароль")
    visitor.post(link, **new)
    assert old.client.get("/").status_code == 302, "other sessions end"
    assert "уже использована" in visitor.post(link, status=422, **new).get_data(as_text=True)
    knock(visitor, "совсем новый пароль")


def test_a_password_is_what_was_typed_to_the_last_blank(browser, district):
    visitor = browser()
    visitor.post("/forgot", login=LOGIN)
    look_whose(district)
    chosen = "  Пароль из Ставрополья: " + "ё" * 100 + " "
    visitor.post(link_in_the_letters(district, "P102"), password=chosen, again=chosen)
    for wrong in (chosen.strip(), chosen.lower(), chosen[:72], chosen.replace("ё", "е")):
        knock(browser(), wrong, 422)
    knock(browser(), chosen)


def test_no_password_is_carried_through_the_door():
    fields = [
        tag
        for page in TEMPLATES.rglob("*.html")
        for tag in re.findall(r"<input[^>]*>", page.read_text())
        if 'type="password"' in tag
    ]
    assert {re.search(r'name="([^"]+)"', tag)[1] for tag in fields} <= SECRETS


def test_every_field_for_a_password_hides_it_and_says_what_it_is_for():
    seen = 0
    for page in TEMPLATES.rglob("*.html"):
        for tag in re.findall(r"<input[^>]*>", page.read_text()):
            name = re.search(r'name="(\w+)"', tag)
            if name and (name[1].endswith("password") or name[1] == "again"):
                assert 'type="password"' in tag, (page.name, tag)
                assert re.search(r'autocomplete="(current|new)-password"', tag), (page.name, tag)
                assert "onpaste" not in tag
                seen += 1
    assert seen > 7


def test_an_unknown_address_gets_the_same_answer(browser):
    known, unknown = browser(), browser()
    known.post("/forgot", login=LOGIN)
    unknown.post("/forgot", login="nobody@levokum.example")
    assert known.says("/sign-in") == unknown.says("/sign-in")


@pytest.mark.parametrize("asked", [LOGIN, "nobody@levokum.example", "p105@levokum.example"])
def test_a_forgotten_password_asks_the_database_the_same_whoever_it_is_of(browser, district, asked):
    close(district, "P105")
    visitor = browser()
    token = {"csrf_token": visitor.token(), "login": asked}
    with counted(district) as statements:
        visitor.client.post("/forgot", data=token)
    assert [statement.split()[:3] for statement in statements] == [
        ["BEGIN", "IMMEDIATE"],
        ["SELECT", "count(*)", "AS"],
        ["INSERT", "INTO", "sign_in_attempt"],
        ["INSERT", "INTO", "outbox"],
    ]
    look_whose(district)
    letters = [row["person_id"] for row in district.rows(Notice, kind="letter")]
    assert letters == ([district.people["P102"]] if asked == LOGIN else [])


def test_a_person_gets_three_links_within_a_quarter_of_an_hour(browser, district):
    visitor = browser()
    for _ in range(4):
        visitor.post("/forgot", login=LOGIN)
    look_whose(district)
    assert len(district.rows(Notice, kind="letter")) == 3


def close(district, person):
    """Close an account as its row tells it."""
    accounts = table(Account)
    change = update(accounts).where(accounts.c.person_id == district.people[person])
    district.container.transact(
        lambda uow: uow.connection.execute(change.values(is_active=False)).rowcount
    )


def test_the_specialist_invites_a_person_who_then_chooses_her_password(browser, district):
    person = district.people["P105"]
    accounts = table(Account)
    district.container.transact(
        lambda uow: (
            uow.connection.execute(
                update(accounts).where(accounts.c.person_id == person).values(password_hash="")
            ).rowcount
        )
    )
    browser("P003").post(f"/admin/people/{person}/invite")
    link = link_in_the_letters(district, "P105")
    visitor = browser()
    visitor.post(link, password="мой первый пароль", again="мой первый пароль")
    knock(visitor, "мой первый пароль", login="p105@levokum.example")


@pytest.mark.shipped
def test_signing_out_ends_the_visit_and_the_next_one_knows_what_is_new(browser, district):
    draft = done(propose(district, "P106", {"S05": "supported"})).instance_id
    head = browser("P106")
    head.post("/sign-out")
    assert head.client.get("/").status_code == 302
    district.at("2025-08-29")
    done(district.edit("P106", draft, name="Имя от неё самой"))
    again = browser("P106")
    assert 'class="fresh"' not in again.get("/"), "one's own doing is no news"
    assert "Имя от неё самой" not in again.get("/?new=1")
    done(district.edit("P202", draft, name="Новое имя сети"))
    page = again.get("/")
    assert "с прошлого визита" in page
    assert 'class="fresh"' in page
    assert "Новое имя сети" in again.get("/?new=1")


def test_who_guesses_a_password_locks_nobody_out_of_a_browser_that_knows_her(browser):
    own, stranger, colleague = browser(), browser(), browser()
    knock(own)
    own.post("/sign-out")
    knock(colleague, login="p105@levokum.example")
    for _ in range(MOST_FAILURES):
        knock(stranger, "не тот пароль", 422)
    for locked in (stranger, colleague):
        knock(locked, status=429)
    knock(own)
    own.post("/sign-out")
    for _ in range(MOST_FAILURES):
        knock(own, "не тот пароль", 422)
    knock(own, status=429)
    knock(colleague, login="p105@levokum.example")


def test_a_mark_made_up_by_a_stranger_knows_nobody(browser):
    own, stranger = browser(), browser()
    knock(own)
    mark = own.client.get_cookie(KNOWN).value
    for _ in range(MOST_FAILURES):
        knock(stranger, "не тот пароль", 422)
    # Of the last letter not every bit counts, so one before it is made up.
    other = mark[:-5] + ("A" if mark[-5] != "A" else "B") + mark[-4:]
    for made_up in ("", "x", other, f"{mark}x"):
        stranger.client.set_cookie(KNOWN, made_up)
        knock(stranger, status=429)


def test_by_tls_every_cookie_is_bound_to_its_host(district):
    settings = district.container.settings.model_copy(
        update={"public_url": "https://docs.example.ru"}
    )
    app = create_app(replace(district.container, settings=settings))
    client = app.test_client()
    page = client.get("/sign-in", base_url="https://docs.example.ru")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    sent = {"csrf_token": token, "login": LOGIN, "password": PASSWORD}
    headers = {"Referer": "https://docs.example.ru/sign-in"}
    came = client.post("/sign-in", base_url="https://docs.example.ru", data=sent, headers=headers)
    assert came.status_code == 302
    baked = [*page.headers.getlist("Set-Cookie"), *came.headers.getlist("Set-Cookie")]
    assert {one.split("=")[0] for one in baked} >= {
        "__Host-workflow_form",
        "__Host-workflow_session",
        "__Host-workflow_known",
    }
    for one in baked:
        assert one.startswith("__Host-")
        parts = set(one.split("; ")[1:])
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts, one
        assert not any(part.startswith("Domain") for part in parts)
