"""The second factor: switched on with a telephone, asked at the door, lost, demanded."""

import datetime as dt
import re

import pyotp
import pytest
from browsing import Browser, hash_cheaply, text_of
from click.testing import CliRunner
from stories import done

from workflow_app import cli
from workflow_app.clock import ShiftedClock
from workflow_app.engine.checks.authority import signing_offices
from workflow_app.services.accounts.access import MOST_FAILURES, make_link, make_token
from workflow_app.services.accounts.second_factor import drop_second_factor, unseal
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.accounts import AdminEvent, RecoveryCode, SecondFactor, SignInSession
from workflow_app.store.models.directory import Setting
from workflow_app.store.models.messages import Notice

LOGIN, PASSWORD = "p102@levokum.example", "demo-2025"
PAGE = "/account/second-factor"


class Telephone:
    """An authenticator: it reads the secret from a page and shows codes."""

    def __init__(self, district, page):
        self._clock = district.container.clock
        self.secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
        self.sealed = re.search(r'name="_sealed" value="([^"]+)"', page)[1]

    def code(self, steps=0):
        moment = self._clock.real() + dt.timedelta(seconds=30 * steps)
        return pyotp.TOTP(self.secret).at(moment)


def switch_on(district, head, path=PAGE):
    """Switch a factor on; return the telephone, the recovery codes and the page that shows them."""
    telephone = Telephone(district, head.get(path))
    target = path.replace(PAGE, f"{PAGE}/on")
    page = head.post(
        target, status=200, code=telephone.code(), password=PASSWORD, _sealed=telephone.sealed
    ).text
    district.container.clock.advance(dt.timedelta(seconds=30))  # its code is used up
    return telephone, re.findall("<code>([0-9-]+)</code>", page), page


def knock(visitor, status=302, path="/sign-in"):
    return visitor.post(path, status=status, login=LOGIN, password=PASSWORD)


def demand(district):
    row = {"municipality_id": 1, "key": "access.second_factor", "value": True}
    district.container.transact(
        lambda uow: uow.connection.execute(Setting.__table__.insert().values(row)).rowcount
    )


def events(district):
    return [row["action"] for row in district.rows(AdminEvent)]


@pytest.fixture(autouse=True)
def _quick_passwords(district):
    hash_cheaply(district, "P102", PASSWORD)


@pytest.fixture
def factor(browser, district):
    """Return the telephone and the recovery codes of the head of S02."""
    return switch_on(district, browser("P102"))[:2]


def test_it_counts_only_after_a_code_and_the_password_came_back(browser, district):
    head = browser("P102")
    telephone = Telephone(district, head.get(PAGE))
    good = {"code": telephone.code(), "password": PASSWORD, "_sealed": telephone.sealed}
    for spoilt in (
        {"code": "000000"},
        {"code": ""},
        {"password": "не тот"},
        {"_sealed": "x"},
        {"_sealed": ""},
    ):
        answer = head.post(f"{PAGE}/on", status=422, **(good | spoilt))
        assert PASSWORD not in answer.text
    assert district.rows(SecondFactor) == []
    wrong = head.post(f"{PAGE}/on", status=422, **(good | {"code": "000000"}))
    assert Telephone(district, wrong.text).secret == telephone.secret, "one scan is enough"
    head.post(f"{PAGE}/on", status=200, **good)
    assert events(district) == ["second_factor_on"]
    head.post(f"{PAGE}/on", status=422, **good)


def test_a_secret_made_for_one_person_is_of_no_use_to_another(browser, district):
    telephone = Telephone(district, browser("P105").get(PAGE))
    sent = {"code": telephone.code(), "password": PASSWORD, "_sealed": telephone.sealed}
    browser("P102").post(f"{PAGE}/on", status=422, **sent)
    assert district.rows(SecondFactor) == []


def test_what_is_kept_tells_neither_the_secret_nor_a_code(factor, district):
    telephone, codes = factor
    (row,) = district.rows(SecondFactor)
    assert telephone.secret not in row["secret"]
    person = district.people["P102"]
    assert unseal("x" * 40, row["secret"], f"kept {person}") == telephone.secret
    assert unseal("y" * 40, row["secret"], f"kept {person}") is None
    assert unseal("x" * 40, row["secret"], f"kept {person + 1}") is None
    kept = {one["code_sha256"] for one in district.rows(RecoveryCode)}
    assert len(codes) == len(kept) == 10
    assert not kept & set(codes)


def test_a_password_alone_opens_nothing_and_a_code_goes_on_where_she_wanted(
    factor, browser, district, draft
):
    telephone, _ = factor
    visitor = browser()
    asked = visitor.client.get(f"/cases/{draft}").headers["Location"]
    before = len(district.rows(SignInSession))
    step = knock(visitor, path=asked).headers["Location"]
    assert step.startswith("/sign-in/code?next=")
    assert len(district.rows(SignInSession)) == before
    assert visitor.client.get("/").status_code == 302
    page = visitor.get(step)
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    assert visitor.post(step, code=telephone.code()).headers["Location"] == f"/cases/{draft}"
    assert "Мои дела" in visitor.get("/")


def test_a_code_is_good_once_and_half_a_minute_early_or_late(factor, browser, district):
    telephone, _ = factor
    for steps, is_good in ((0, True), (0, False), (-1, False), (1, True), (2, False)):
        visitor = browser()
        knock(visitor)
        visitor.post("/sign-in/code", status=302 if is_good else 422, code=telephone.code(steps))
    district.container.clock.advance(dt.timedelta(minutes=5))
    visitor = browser()
    knock(visitor)
    visitor.post("/sign-in/code", status=422, code=telephone.code(-2))
    visitor.post("/sign-in/code", code=f" {telephone.code(-1)[:3]} {telephone.code(-1)[3:]} ")


def test_two_who_have_seen_the_same_code_are_one_too_many(factor, app, district):
    telephone, _ = factor
    visitors = [Browser(app, district) for _ in range(2)]
    for visitor in visitors:
        knock(visitor)
    code = telephone.code()
    assert [
        visitor.client.post(
            "/sign-in/code", data={"code": code, "csrf_token": visitor.token()}
        ).status_code
        for visitor in visitors
    ] == [302, 422]


def test_the_step_between_is_bound_to_its_browser_and_short(factor, browser, district):
    telephone, _ = factor
    visitor, other = browser(), browser()
    knock(visitor)
    assert other.post("/sign-in/code", code=telephone.code()).headers["Location"] == "/sign-in"
    assert "Время вышло" in other.get("/sign-in")
    district.container.clock.advance(dt.timedelta(minutes=10))
    answer = visitor.post("/sign-in/code?next=/networks", code=telephone.code())
    assert answer.headers["Location"] == "/sign-in?next=/networks"
    assert visitor.client.get("/sign-in/code").headers["Location"] == "/sign-in"


def test_the_step_between_is_used_up_and_sets_no_password(factor, browser, district):
    telephone, _ = factor
    person = district.people["P102"]
    link = district.container.transact(lambda uow: make_link(SqlAccess(uow), person, "second_step"))
    new = {"password": "совсем новый пароль", "again": "совсем новый пароль"}
    browser().post(f"/choose/{link}", status=422, **new)
    visitor = browser()
    knock(visitor)
    cookie = visitor.client.get_cookie("workflow_form").value
    visitor.post("/sign-in/code", code=telephone.code())
    again = browser()
    again.client.set_cookie("workflow_form", cookie)
    assert again.client.get("/sign-in/code").status_code == 302


def test_guesses_of_a_code_are_counted_for_the_person(factor, browser, district):
    telephone, codes = factor
    visitor = browser()
    knock(visitor)
    for _ in range(MOST_FAILURES):
        visitor.post("/sign-in/code", status=422, code="000000")
    other = browser()
    knock(other)
    for code in (telephone.code(), codes[0]):
        answer = other.post("/sign-in/code", status=429, code=code)
        assert answer.headers["Retry-After"]
    district.container.clock.advance(dt.timedelta(minutes=16))
    knock(other)
    other.post("/sign-in/code", code=telephone.code())


def test_a_recovery_code_is_good_once_and_its_owner_is_told(factor, browser, district):
    _, codes = factor
    for status in (302, 422):
        visitor = browser()
        knock(visitor)
        visitor.post("/sign-in/code", status=status, code=codes[0].replace("-", " "))
    event = district.rows(AdminEvent)[-1]
    assert event["action"] == "recovery_code"
    assert "осталось 9" in event["title"]
    assert event["person_id"] == district.people["P102"]
    assert "Осталось кодов: 9" in district.rows(Notice, kind="letter")[-1]["text"]
    for code in codes[1:8]:
        visitor = browser()
        knock(visitor)
        visitor.post("/sign-in/code", code=code)
    assert "Создайте новые" in district.rows(Notice, kind="letter")[-1]["text"]


def test_it_is_switched_off_for_the_password_and_a_code(factor, browser, district):
    telephone, codes = factor
    head = browser("P102")
    head.post(f"{PAGE}/off", status=422, code=telephone.code(), password="не тот")
    head.post(f"{PAGE}/off", status=422, code="000000", password=PASSWORD)
    assert len(district.rows(SecondFactor)) == 1
    head.post(f"{PAGE}/off", code=codes[3], password=PASSWORD)
    assert district.rows(SecondFactor) == district.rows(RecoveryCode) == []
    assert events(district)[-1] == "second_factor_off"
    assert knock(browser()).headers["Location"] == "/"


@pytest.mark.usefixtures("factor")
def test_a_new_password_does_not_open_without_the_code(browser, district):
    person = district.people["P102"]
    link = district.container.transact(lambda uow: make_link(SqlAccess(uow), person, "password"))
    visitor = browser()
    visitor.post(f"/choose/{link}", password="совсем новый пароль", again="совсем новый пароль")
    answer = visitor.post("/sign-in", login=LOGIN, password="совсем новый пароль")
    assert answer.headers["Location"] == "/sign-in/code"


def test_another_key_of_the_server_is_said_and_no_guess(factor, browser, district, monkeypatch):
    telephone, _ = factor
    visitor = browser()
    knock(visitor)
    other = district.container.settings.model_copy(update={"secret_key": "z" * 40})
    monkeypatch.setitem(district.container.__dict__, "settings", other)
    answer = visitor.post("/sign-in/code", status=422, code=telephone.code())
    assert "SECRET_KEY" in text_of(answer)


@pytest.mark.usefixtures("factor")
def test_a_lost_telephone_is_dropped_by_a_command_that_leaves_its_line(
    browser, district, monkeypatch
):
    monkeypatch.setattr(cli, "_ready", lambda: district.container)
    drop = ["user", "drop-second-factor"]
    run = CliRunner().invoke
    assert "человека с адресом" in run(cli.commands, [*drop, "nobody@levokum.example"]).output
    assert "фактора нет" in run(cli.commands, [*drop, "p105@levokum.example"]).output
    browser("P102").get("/")
    assert run(cli.commands, [*drop, LOGIN]).exit_code == 0
    assert district.rows(SignInSession) == district.rows(RecoveryCode) == []
    event = district.rows(AdminEvent)[-1]
    assert (event["action"], event["acting_as"]) == ("on_server", "на сервере")
    assert district.rows(Notice, kind="letter")[-1]["subject"] == "Второй фактор снят"
    assert knock(browser()).headers["Location"] == "/"
    assert not district.container.transact(
        lambda uow: drop_second_factor(SqlAccess(uow), district.people["P102"])
    )


@pytest.mark.shipped
def test_the_municipality_demands_it_of_who_signs_or_administers(app, browser, district, draft):
    demand(district)
    for person in ("P102", "P002", "P003"):
        answer = browser(person).client.get(f"/cases/{draft}?tab=1")
        assert answer.headers["Location"] == f"{PAGE}?next=/cases/{draft}?tab%3D1", person
    browser("P004").get("/")
    browser("P006").get("/")
    made = district.container.transact(
        lambda uow: make_token(SqlAccess(uow), district.people["P102"], "тест")
    )
    asked = app.test_client().get("/api/v1/queue", headers={"Authorization": f"Bearer {made}"})
    assert asked.status_code == 200


def test_who_has_to_set_it_up_comes_where_she_wanted_and_loses_no_word(browser, district, draft):
    demand(district)
    head, asked = browser("P102"), f"/cases/{draft}"
    here = {"Referer": f"http://localhost{asked}"}
    sent = {"csrf_token": head.token(), "reason": "Нужен подвоз учеников"}
    answer = head.client.post(f"{asked}/actions/withdraw", data=sent, headers=here)
    assert answer.status_code == 403
    assert "Нужен подвоз учеников" in answer.text
    assert f'href="{PAGE}?next={asked}"' in answer.text
    by_script = head.client.post(asked, data=sent, headers={"X-Requested-With": "fetch"})
    assert (by_script.status_code, by_script.json["code"]) == (403, "second_factor")
    _, codes, page = switch_on(district, head, f"{PAGE}?next={asked}")
    assert len(codes) == 10
    assert f'href="{asked}"' in page
    head.get(asked)


def test_nobody_is_led_out_of_the_house(browser, district):
    head = browser("P102")
    *_, page = switch_on(district, head, f"{PAGE}?next=//evil.example")
    assert "evil.example" not in page


@pytest.mark.shipped
def test_signers_are_whoever_a_process_lets_sign(district):
    offices = frozenset().union(*map(signing_offices, district.container.processes.values()))
    assert offices == {"school_head", "department_head"}


def test_a_telephone_beside_a_shifted_clock_shows_the_real_time():
    start = dt.datetime(2025, 8, 28, 6, tzinfo=dt.UTC)
    clock = ShiftedClock(start)
    assert clock.real() - clock.now() > dt.timedelta(days=1)


@pytest.mark.shipped
def test_a_signature_asks_for_the_second_factor_too(browser, district, collecting):
    head, path = browser("P105"), f"/cases/{collecting}/actions/agree"
    assert 'name="code"' not in head.get(path)
    telephone, *_ = switch_on(district, head)
    assert 'name="code"' in head.get(path)
    signed = {"password": PASSWORD, "contact": "Иванова Ирина, завуч"}
    for code, said in (("", "Введите код из приложения"), ("000000", "Код не подходит")):
        page = head.post(path, status=422, code=code, **signed).text
        assert said in page
        assert signed["contact"] in page
    assert district.statuses(collecting, "consents")["S05"] == "pending"
    head.post(path, code=telephone.code(), **signed)
    assert district.statuses(collecting, "consents")["S05"] == "agreed"


@pytest.mark.shipped
def test_a_batch_is_signed_with_one_code(browser, district, order):
    for person, action in (("P003", "send"), ("P005", "visa")):
        done(district.act(person, order, action))
    head = browser("P002")
    telephone, *_ = switch_on(district, head)
    version = district.case(order).version
    sent = {"action": "order_approval/sign", "case": f"{order}:{version}", "password": PASSWORD}
    head.post("/bulk", status=422, **sent)
    assert "sign" not in district.history(order)
    head.post("/bulk", code=telephone.code(), **sent)
    assert "sign" in district.history(order)


def test_a_key_for_a_program_asks_for_the_second_factor_too(browser, district):
    head = browser("P102")
    telephone, *_ = switch_on(district, head)
    wanted = {"title": "выгрузка", "days": "30", "password": PASSWORD}
    page = head.post("/account/tokens", status=422, **wanted).text
    assert "Введите код из приложения" in page
    assert 'value="выгрузка"' in page
    assert 'name="code"' in page
    head.post("/account/tokens", status=302, code=telephone.code(), **wanted)


def test_a_new_password_and_a_new_address_ask_for_it_too(browser, district):
    head = browser("P102")
    telephone, *_ = switch_on(district, head)
    new = {"password": PASSWORD, "new": "сосновый-бор-17", "again": "сосновый-бор-17"}
    page = head.post("/account/password", status=422, **new).text
    assert re.search(r'id="password_code"[^>]*>\s*<div class="field-error"[^>]*>Введите код', page)
    address = {"email": "other@levokum.example", "email_password": PASSWORD}
    head.post("/account/email", **address)
    assert "Введите код из приложения" in head.get("/account")
    assert "other@levokum.example" not in head.get("/account")
    head.post("/account/email", code=telephone.code(), **address)
    assert "other@levokum.example" in head.get("/account")
    district.container.clock.advance(dt.timedelta(seconds=30))
    head.post("/account/password", code=telephone.code(), **new)


@pytest.mark.shipped
def test_a_program_that_signs_gives_the_code_too(browser, district, collecting):
    head = browser("P105")
    telephone, *_ = switch_on(district, head)
    program = head.client.application.test_client()
    key = district.container.transact(
        lambda uow: make_token(SqlAccess(uow), district.people["P105"], "тест")
    )
    program.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    path = f"/api/v1/instances/{collecting}/actions/agree"
    sent = {"password": PASSWORD}
    for code in ("", "000000"):
        assert program.post(path, json=sent | {"code": code}).json["code"] == "wrong_code"
    assert district.statuses(collecting, "consents")["S05"] == "pending"
    assert program.post(path, json=sent | {"code": telephone.code()}).status_code == 200
