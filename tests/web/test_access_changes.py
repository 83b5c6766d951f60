"""Nobody becomes somebody else: what opens a way to a name needs the word of a second person."""

import datetime as dt
import re

import pytest
from stories import done
from test_door import PASSWORD, knock, link_in_the_letters, look_whose

from workflow_app.services.accounts.access_changes import decide_on_server, key_roles
from workflow_app.store.accounts.access_changes import SqlAccessChanges
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.accounts import (
    AccessChange,
    Account,
    AdminEvent,
    SecondFactor,
    SignInSession,
)
from workflow_app.store.models.directory import Person, Position, Substitution
from workflow_app.store.models.messages import Notice, OutboxMessage

pytestmark = pytest.mark.shipped  # the department head signs orders
NEW = "zarya@levokum.example"


@pytest.fixture
def ask(browser, district):
    """Let the specialist wish something about a person; return the number of the change."""

    def wish(path, who="P105", by="P003", **sent):
        browser(by).post(path.format(district.people[who]), **sent)
        return next((row["id"] for row in reversed(district.rows(AccessChange))), None)

    return wish


@pytest.fixture
def email(ask):
    return ask("/admin/people/{}/email", email=NEW)


def say(browser, person, change, verdict="yes", status=302, password=PASSWORD):
    path = f"/access-changes/{change}"
    return browser(person).post(path, status=status, verdict=verdict, password=password)


def address(district, person="P105"):
    return district.rows(Person, id=district.people[person])[0]["email"]


def account(district, person="P105"):
    return district.rows(Account, person_id=district.people[person])[0]


def actions(district):
    return [row["action"] for row in district.rows(AdminEvent)]


def position(district, person):
    return district.rows(Position, person_id=district.people[person])[0]


def test_key_offices_administer_or_sign_for_the_whole_municipality(district):
    found = key_roles(district.container.processes.values())
    assert found == {"admin", "dept_specialist", "department_head"}


def test_an_address_changes_when_its_owner_agrees_in_her_own_visit(browser, district, email):
    assert address(district) == "p105@levokum.example"
    head = browser("P105")
    assert "Нужно согласие. Новый адрес почты: " in head.get("/notices")
    assert "Ждёт вашего согласия изменение доступа: 1" in head.get("/")
    assert "ждёт согласия" in browser("P003").get("/admin/people?text=p105")
    assert NEW in head.get("/access-changes")
    say(browser, "P105", email)
    assert (address(district), account(district)["login"]) == (NEW, NEW)
    assert account(district)["reset_at"] is None, "she did it herself"
    assert actions(district) == ["ask_set_email", "set_email"]
    letters = [row["payload"] for row in district.rows(OutboxMessage, kind="mail")]
    assert [row["to"] for row in letters if "to" in row] == ["p105@levokum.example"]
    assert NEW in head.get("/account"), "her own history tells it"
    person = district.people["P105"]
    assert NEW in browser("P003").get(f"/admin/people/{person}")
    assert "Согласие получено" in browser("P003").get("/notices")
    say(browser, "P105", email)
    say(browser, "P106", email, status=404)


def test_exactly_the_owner_and_another_holder_of_a_key_office_may_agree(browser, district, email):
    may = {"P105", "P002"}  # the latter acts for the head of the department
    for person in sorted(district.people):
        if person not in may:
            say(browser, person, email, status=404)
            assert "Вашего согласия сейчас ничего не ждёт" in browser(person).get("/access-changes")
    assert address(district) == "p105@levokum.example"
    for person in sorted(may):
        assert NEW in browser(person).get("/access-changes")
        say(browser, person, email, status=422, password="не тот пароль")
    say(browser, "P002", email, "no")
    assert (address(district), actions(district)[-1]) == (
        "p105@levokum.example",
        "refuse_set_email",
    )
    assert "Отклонено. Новый адрес" in browser("P003").get("/notices")
    say(browser, "P105", email)
    assert address(district) == "p105@levokum.example", "it was decided"


def test_whoever_stands_in_for_the_asker_may_not_agree(browser, district, email):
    browser("P003").post(
        "/substitutions",
        position=position(district, "P003")["id"],
        basis="отпуск",
        person=district.people["P008"],
        starts_on="2025-08-28",
        ends_on="2025-09-05",
    )
    assert browser("P008").client.get("/admin").status_code == 200
    say(browser, "P008", email, status=404)
    assert address(district) == "p105@levokum.example"


@pytest.mark.parametrize("verdict", ["yes", "no"])
def test_an_account_is_closed_and_opened_by_two(browser, district, ask, verdict):
    closing = ask("/admin/people/{}/access", active="0")
    assert account(district)["is_active"]
    say(browser, "P002", closing, verdict)
    assert account(district)["is_active"] is (verdict == "no")
    if verdict == "yes":
        opening = ask("/admin/people/{}/access", active="1")
        assert not account(district)["is_active"]
        say(browser, "P002", opening)
        assert account(district)["is_active"]


def appointment(district, role, place="DEPT", **more):
    return {
        "organisation": district.organisations[place],
        "role": role,
        "title": "должность",
        "starts_on": "2025-09-01",
        "title_gen": "должности",
        "title_dat": "должности",
        "title_acc": "должность",
        **more,
    }


@pytest.mark.parametrize(
    ("who", "role", "place", "by_two"),
    [
        ("P003", "methodist", "IMC", True),  # the asker herself
        ("P106", "dept_specialist", "DEPT", True),
        ("P106", "admin", "DEPT", True),
        ("P106", "methodist", "IMC", False),
    ],
)
def test_a_key_office_is_given_by_two_and_no_office_to_oneself(
    browser, district, who, role, place, by_two
):
    sent = appointment(district, role, place, person=district.people[who])
    before = len(district.rows(Position))
    browser("P003").post("/admin/positions", **sent)
    assert len(district.rows(Position)) == before + (not by_two)
    if by_two:
        [change] = district.rows(AccessChange)
        say(browser, who, change["id"], status=404)
        say(browser, "P002", change["id"])
        assert len(district.rows(Position)) == before + 1
        assert account(district, who)["reset_at"] is None


def test_whoever_agrees_reads_which_power_is_given(browser, district):
    given = {"person": district.people["P106"], "title": "учитель истории"}
    officer = browser("P003")
    officer.post("/admin/positions", **appointment(district, "admin", **given))
    said = "Даёт: роль «администратор»: ведёт людей, должности и настройки"
    reader = browser("P002")
    for path in ("/access-changes", "/notices"):
        assert said in reader.get(path)
    for path in ("/admin", "/admin/audit"):
        assert said in officer.get(path)
    assert "Ждут согласия второго человека: 1" in officer.get("/admin/people")
    alone = officer.get("/admin/people?waiting=1")
    assert "p106@levokum.example" in alone
    assert "p105@levokum.example" not in alone


def test_a_new_address_says_as_whom_one_would_come_in(browser, ask):
    assert ask("/admin/people/{}/email", email=NEW)
    said = "Так входит: роль «директор школы»: подписывает за свою организацию"
    assert said in browser("P002").get("/access-changes")


def test_a_role_is_given_only_where_it_belongs(browser, district):
    sent = appointment(district, "dept_specialist", "S05", person=district.people["P106"])
    officer = browser("P003")
    officer.post("/admin/positions", **sent)
    assert "Эту роль дают только в управлении образованием" in officer.get("/admin/positions")
    assert district.rows(AccessChange) == []
    assert '<optgroup label="в школе"' in officer.get("/admin/positions")


@pytest.mark.parametrize(
    ("absent", "who", "by", "by_two"),
    [
        ("P001", "P004", "P003", True),  # the office that signs orders
        ("P102", "P003", "P003", True),  # the asker herself
        ("P102", "P106", "P003", False),
        ("P102", "P106", "P102", False),  # the absent one says so herself
    ],
)
def test_nobody_lets_herself_stand_in_for_a_signer(browser, district, absent, who, by, by_two):
    before = len(district.rows(Substitution))
    browser(by).post(
        "/substitutions",
        position=position(district, absent)["id"],
        basis="отпуск",
        person=district.people[who],
        starts_on="2025-09-03",
        ends_on="2025-09-05",
    )
    assert len(district.rows(Substitution)) == before + (not by_two)
    if by_two:
        [change] = district.rows(AccessChange)
        say(browser, who, change["id"], status=404)
        say(browser, absent, change["id"])
        assert len(district.rows(Substitution)) == before + 1


def test_a_link_is_on_the_screen_only_where_it_opens_nobodys_name(browser, district):
    def shown(person):
        officer = browser("P003")
        officer.post(f"/admin/people/{district.people[person]}/invite")
        return "/choose/" in officer.says("/admin/people")[0]

    def forget_password(person):
        def work(uow):
            uow.session.get_one(Account, district.people[person]).password_hash = ""
            uow.session.flush()

        district.container.transact(work)

    assert not shown("P007"), "she has a password"
    assert "/choose/" in link_in_the_letters(district, "P007")
    # A methodist; a head, who signs consents; who acts in the office that signs, and whose it is.
    for person, is_shown in (("P007", True), ("P105", False), ("P002", False), ("P001", False)):
        forget_password(person)
        assert shown(person) is is_shown


def test_a_new_address_leaves_no_old_link_that_opens(browser, district, ask):
    stranger = browser()
    stranger.post("/forgot", login="p105@levokum.example")
    look_whose(district)
    link = link_in_the_letters(district, "P105")
    say(browser, "P105", ask("/admin/people/{}/email", email=NEW))
    said = stranger.post(
        link, status=422, password="совсем новый пароль", again="совсем новый пароль"
    )
    assert "уже использована" in said.text


def test_one_link_used_leaves_no_other_one(browser, district):
    stranger = browser()
    links = []
    for _ in range(2):
        stranger.post("/forgot", login="p105@levokum.example")
        look_whose(district)
        links.append(link_in_the_letters(district, "P105"))
    new = {"password": "совсем новый пароль", "again": "совсем новый пароль"}
    stranger.post(links[0], **new)
    stranger.post(links[1], status=422, **new)


def test_what_cannot_be_done_any_more_is_told_and_waits_on(browser, district, email):
    district.container.transact(
        lambda uow: SqlAccessChanges(uow).set_email(district.people["P106"], NEW)
    )
    said = say(browser, "P105", email, status=422)
    assert f"Адрес {NEW} уже записан у другого человека" in said.text
    assert district.rows(AccessChange)[0]["verdict"] == ""


def test_a_wish_is_replaced_by_the_next_and_is_over_after_two_weeks(browser, district, ask, email):
    again = ask("/admin/people/{}/email", email="other@levokum.example")
    say(browser, "P105", email)
    assert address(district) == "p105@levokum.example", "nobody is asked about it any more"
    district.at("2025-09-12")
    say(browser, "P105", again, status=404)
    assert "other@levokum.example" not in browser("P105").get("/access-changes")
    assert address(district) == "p105@levokum.example"


def test_where_nobody_can_agree_the_operator_of_the_server_does(browser, district, ask):
    change = ask("/admin/people/{}/access", active="0")
    found = district.container.transact(
        lambda uow: decide_on_server(SqlAccessChanges(uow), change, agreed=True)
    )
    assert found.title.startswith("Закрытие доступа")
    assert not account(district)["is_active"]
    event = district.rows(AdminEvent)[-1]
    assert (event["acting_as"], event["details"]["asked_by"]) == (
        "на сервере",
        district.people["P003"],
    )
    assert "на сервере" in browser("P003").get("/admin")


def test_ones_own_address_is_changed_with_ones_password(browser, district):
    head = browser("P105")
    head.post("/account/email", email=NEW, email_password="не тот")
    assert "Пароль не подходит" in head.says("/account")[0]
    assert address(district) == "p105@levokum.example"
    head.post("/account/email", email="p106@levokum.example", email_password=PASSWORD)
    assert "уже записан у другого" in head.says("/account")[0]
    head.post("/account/email", email=NEW, email_password=PASSWORD)
    assert (address(district), actions(district)) == (NEW, ["set_email"])
    specialist = district.people["P003"]
    browser("P003").post(f"/admin/people/{specialist}/email", email="a@levokum.example")
    assert address(district, "P003") == "p003@levokum.example", "not on the page of administration"


def choose(browser, district, person):
    stranger = browser()
    stranger.post("/forgot", login=f"{person.lower()}@levokum.example")
    look_whose(district)
    new = {"password": "совсем новый пароль", "again": "совсем новый пароль"}
    stranger.post(link_in_the_letters(district, person), **new)


@pytest.mark.parametrize(("days", "is_marked"), [(0, True), (6, True), (7, False)])
def test_a_signature_soon_after_a_reset_says_so_in_the_history(
    browser, district, collecting, days, is_marked
):
    choose(browser, district, "P105")

    def age(uow):
        uow.session.get_one(Account, district.people["P105"]).reset_at -= dt.timedelta(days=days)
        uow.session.flush()

    district.container.transact(age)
    done(district.act("P105", collecting, "agree"))
    done(district.act("P103", collecting, "agree"))
    page = re.sub(r"\s+", " ", browser("P102").get(f"/cases/{collecting}"))
    assert page.count("доступ меняли по ссылке или через других") == int(is_marked)


def test_who_agreed_for_somebody_marks_her_next_signature(browser, district, collecting, email):
    say(browser, "P002", email)
    done(district.act("P105", collecting, "agree"))
    assert "доступ меняли по ссылке" in browser("P102").get(f"/cases/{collecting}")


def test_a_closed_account_is_out_at_once(browser, district, ask):
    head = browser("P105")
    say(browser, "P002", ask("/admin/people/{}/access", active="0"))
    assert head.client.get("/").status_code == 302
    assert not district.rows(SignInSession, person_id=district.people["P105"])
    knock(browser(), status=422, login="p105@levokum.example")


def test_a_lost_telephone_is_dropped_by_two(browser, district, ask):
    person = district.people["P105"]
    assert ask("/admin/people/{}/second-factor/drop") is None, "there is none"
    district.container.transact(
        lambda uow: SqlAccess(uow).put_factor(person, "sealed", 1, ["hash"])
    )
    assert "Второй фактор включён" in browser("P003").get(f"/admin/people/{person}")
    change = ask("/admin/people/{}/second-factor/drop")
    assert district.rows(SecondFactor)
    say(browser, "P002", change)
    assert district.rows(SecondFactor) == []
    assert account(district)["reset_at"] is not None


def test_an_administrator_ends_the_visits_of_a_person_at_once(browser, district):
    head, other = browser("P105"), browser("P106")
    browser("P003").post(f"/admin/people/{district.people['P105']}/visits/end")
    assert head.client.get("/").status_code == 302
    other.get("/")
    assert actions(district) == ["end_visits"]


def test_the_address_she_has_is_no_wish(district, ask):
    assert ask("/admin/people/{}/email", email="P105@levokum.example ") is None
    assert actions(district) == []


def test_letters_go_to_whoever_may_agree_and_to_nobody_else(district, email):
    del email
    told = {row["person_id"] for row in district.rows(Notice) if row["kind"] == "access"}
    assert told == {district.people[person] for person in ("P105", "P002")}


def test_who_asks_to_be_forgotten_keeps_her_name_alone(browser, district, ask):
    who, person = "P204", district.people["P204"]
    officer, office = browser("P003"), position(district, who)["id"]
    officer.post(f"/admin/people/{person}/erase")
    assert "сначала освободите должность (учитель математики)" in officer.says("/admin")[0]
    officer.post(f"/admin/positions/{office}/end", ends_on="2025-08-27")
    change = ask("/admin/people/{}/erase", who=who)
    assert address(district, who) == "p204@levokum.example"  # she comes in: her word is asked for
    say(browser, who, change)
    assert district.rows(Account, person_id=person) == []
    assert district.rows(SignInSession, person_id=person) == []
    (row,) = district.rows(Person, id=person)
    assert (row["email"], row["is_active"], row["short_nom"]) == (None, False, "Авдеева П.К.")
    assert actions(district)[-1] == "erase_account"
    letters = [row["payload"].get("to") for row in district.rows(OutboxMessage, kind="mail")]
    assert "p204@levokum.example" in letters
    district.carry_out()
    assert {row["address"] for row in district.rows(Notice, person_id=person)} == {""}
    assert "Авдеева" not in officer.get("/admin/positions?who=авдеева")
