"""How a visit begins and ends: idle time, one session a browser, another secret in the forms."""

import pytest
from browsing import Browser, hash_cheaply
from lxml import html
from test_door import close

from workflow_app.services.accounts.access import make_link, make_token
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.accounts import AccessChange, Account, SignInSession
from workflow_app.store.models.directory import Setting
from workflow_app.tasks import loops
from workflow_app.web.cookies import COOKIE

LOGIN, PASSWORD = "p102@levokum.example", "demo-2025"


@pytest.fixture(autouse=True)
def _quick_passwords(district):
    for person in ("P102", "P105"):
        hash_cheaply(district, person, PASSWORD)


def idle_hours(district, hours):
    row = {"municipality_id": 1, "key": "access.idle_hours", "value": hours}
    district.container.transact(
        lambda uow: uow.connection.execute(Setting.__table__.insert().values(row)).rowcount
    )


def enter(visitor, login=LOGIN):
    return visitor.post("/sign-in", login=login, password=PASSWORD)


@pytest.mark.parametrize(
    ("hours", "until", "is_in"),
    [
        (None, "2025-08-28 20:59", True),
        (None, "2025-08-28 21:00", False),
        (1, "2025-08-28 09:59", True),
        (1, "2025-08-28 10:00", False),
        (0, "2025-09-27 08:59", True),
        (0, "2025-09-27 09:00", False),
    ],
)
def test_a_visit_ends_when_nothing_was_done_for_as_long_as_the_municipality_says(
    browser, district, hours, until, is_in
):
    head = browser("P102")
    head.get("/")
    if hours is not None:
        idle_hours(district, hours)
    district.at(until)
    answer = head.client.get("/")
    assert (answer.status_code == 200) is is_in
    assert len(district.rows(SignInSession)) == is_in


def test_who_goes_on_working_stays_in(browser, district):
    head = browser("P102")
    for hour in ("09", "20"):
        district.at(f"2025-08-28 {hour}:00")
        head.get("/")
    district.at("2025-08-29 07:00")
    head.get("/")


def test_what_was_typed_in_an_idle_window_comes_back_and_the_visit_ended_when_it_was_seen_last(
    browser, district, collecting
):
    head, asked = browser("P105"), f"/cases/{collecting}/actions/agree_with_conditions"
    sent = {"csrf_token": head.token(), "reason": "Нужен подвоз учеников"}
    head.get("/")
    seen = district.rows(SignInSession)[0]["seen_at"]
    district.at("2025-08-28 22:00")
    here = {"Referer": f"http://localhost{asked}"}
    answer = head.client.post(asked, data=sent, headers=here)
    assert answer.status_code == 401
    assert "Нужен подвоз учеников" in answer.text
    account = district.rows(Account, person_id=district.people["P105"])[0]
    assert account["last_visit_at"] == seen


def test_a_second_sign_in_ends_the_first_of_its_browser_and_no_other(browser, district):
    visitor, elsewhere = browser(), browser("P102")
    enter(visitor)
    first = visitor.client.get_cookie(COOKIE).value
    enter(visitor, "p105@levokum.example")
    visitor.get("/")
    elsewhere.get("/")
    assert len(district.rows(SignInSession)) == 2
    again = browser()
    again.client.set_cookie(COOKIE, first)
    assert again.client.get("/").status_code == 302


def test_a_wrong_password_ends_nobodys_visit(browser):
    visitor = browser()
    enter(visitor)
    visitor.post("/sign-in", status=422, login=LOGIN, password="не тот пароль")
    visitor.get("/")


def test_forms_have_another_secret_after_each_sign_in_and_sign_out(browser):
    visitor = browser()
    before = visitor.token()
    enter(visitor)
    assert visitor.client.post("/notices/read", data={"csrf_token": before}).status_code == 400
    inside = visitor.token()
    assert visitor.client.post("/notices/read", data={"csrf_token": inside}).status_code == 302
    visitor.post("/sign-out")
    assert visitor.client.post("/sign-in", data={"csrf_token": inside}).status_code == 400


def test_nobody_is_signed_in_by_a_foreign_page(app, district):
    """Its form carries a token of a browser that is not hers."""
    stranger, victim = (Browser(app, district) for _ in range(2))
    sent = {"csrf_token": stranger.token(), "login": LOGIN, "password": PASSWORD}
    victim.get("/sign-in")
    assert victim.client.post("/sign-in", data=sent).status_code == 400
    assert district.rows(SignInSession) == []


def test_a_form_of_an_earlier_visit_gives_back_what_was_typed(browser, collecting):
    head, asked = browser("P105"), f"/cases/{collecting}/actions/agree_with_conditions"
    here = {"Referer": f"http://localhost{asked}"}
    sent = {"csrf_token": "x", "reason": "Нужен подвоз учеников", "password": "my secret"}
    answer = head.client.post(asked, data=sent, headers=here)
    assert answer.status_code == 400
    assert "Нужен подвоз учеников" in answer.text
    assert f'href="{asked}"' in answer.text
    (again,) = (one for one in html.fromstring(answer.text).forms if one.action == asked)
    back = {**dict(again.form_values()), "csrf_token": head.token(), "password": PASSWORD}
    assert head.client.post(asked, data=back).status_code == 302, "and is sent once more"
    assert "my secret" not in answer.text
    by_script = head.client.post(asked, data=sent, headers={"X-Requested-With": "fetch"})
    assert (by_script.status_code, by_script.json["code"]) == (400, "form_expired")


@pytest.mark.shipped
@pytest.mark.parametrize("by", ["page", "link", "closing"])
def test_a_changed_password_and_a_closed_account_end_whatever_was_opened(
    app, browser, district, by
):
    here, elsewhere, person = browser("P102"), browser("P102"), district.people["P102"]
    make = district.container.transact
    key = make(lambda uow: make_token(SqlAccess(uow), person, "тест"))
    link, older = (make(lambda uow: make_link(SqlAccess(uow), person, "password")) for _ in "12")
    new = {"password": "совсем новый пароль", "again": "совсем новый пароль"}
    if by == "page":
        here.post("/account/password", password=PASSWORD, new=new["again"], again=new["again"])
        here.get("/")
    elif by == "link":
        browser().post(f"/choose/{link}", **new)
    else:
        browser("P003").post(f"/admin/people/{person}/access", active="0")
        (change,) = district.rows(AccessChange)
        agreed = {"verdict": "yes", "password": PASSWORD}
        browser("P002").post(f"/access-changes/{change['id']}", **agreed)
    assert elsewhere.client.get("/").status_code == 302
    fits = app.test_client().get("/api/v1/queue", headers={"Authorization": f"Bearer {key}"})
    assert fits.status_code == 401
    assert "уже использована" in browser().post(f"/choose/{older}", status=422, **new).text


def test_a_link_to_a_closed_account_sets_no_password(browser, district):
    person = district.people["P105"]
    close(district, "P105")
    before = district.rows(Account, person_id=person)
    link = district.container.transact(lambda uow: make_link(SqlAccess(uow), person, "invitation"))
    new = {"password": "совсем новый пароль", "again": "совсем новый пароль"}
    browser().post(f"/choose/{link}", status=422, **new)
    assert district.rows(Account, person_id=person) == before


def test_visits_whose_browsers_never_came_back_are_cleared_away(browser, district):
    browser("P102").get("/")
    district.at("2025-08-28 22:00")
    fresh = browser("P105")
    fresh.get("/")
    loops.clear_away(district.container)
    assert [row["person_id"] for row in district.rows(SignInSession)] == [district.people["P105"]]
