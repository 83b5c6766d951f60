"""A person is taken on in five clicks at most, and let go with all that hangs on her in sight."""

import datetime as dt
import re

import pytest
from browsing import text_of
from test_newcomers import PATH, WHO, newest

from workflow_app.store.models.accounts import AccessChange, AccessLink, AdminEvent
from workflow_app.store.models.directory import Organisation, Person, Position
from workflow_app.store.models.messages import Notice


def post(district, **more):
    centre = next(row["id"] for row in district.rows(Organisation) if row["kind"] == "imc")
    return {
        "organisation": str(centre),
        "role": "methodist",
        "title": " ведущий  методист ",
        "starts_on": "2025-08-28",
        "invited": "1",
        **more,
    }


def fields_of(page):
    """Return what the form of a page would send, its ticks left out."""
    form = next(one for one in page.split("<form")[1:] if 'name="last_name"' in one)
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r' name="([^"]+)"', tag)
        is_ticked = 'type="checkbox"' not in tag or " checked" in tag
        if name and is_ticked and 'type="radio"' not in tag:
            found[name[1]] = re.search(r' value="([^"]*)"', tag)[1]
    return {name: value for name, value in found.items() if name != "csrf_token"}


class Clicks:
    """Somebody who goes by what pages offer, and counts her clicks."""

    def __init__(self, browser, path):
        self.browser, self.page, self.count = browser, browser.get(path), 0

    def follow(self, title):
        way = re.search(rf'<a [^>]*href="([^"]+)"[^>]*>{title}', self.page)[1]
        self.page, self.count = self.browser.get(way), self.count + 1

    def tick(self, name):
        value = re.search(rf'type="checkbox" id="{name}" name="{name}" value="([^"]+)"', self.page)
        self.count += 1
        return {name: value[1]}

    def press(self, said, /, **typed):
        button = rf'<button [^>]*name="step" value="(\w+)"[^>]*>{said}'
        sent = {**fields_of(self.page), **typed, "step": re.search(button, self.page)[1]}
        answer = self.browser.client.post(PATH, data={"csrf_token": self.browser.token(), **sent})
        self.count += 1
        self.page = answer.text if answer.status_code == 200 else self.browser.get(answer.location)


def test_somebody_new_is_here_with_a_post_and_invited_after_five_clicks(browser, district):
    walk = Clicks(browser("P003"), "/admin")
    walk.follow("Добавить человека")
    typed = {name: value for name, value in WHO.items() if name != "gender"}
    walk.press("Дальше", **typed, **post(district))
    seen = walk.tick("confirmed")
    walk.press("Добавить и пригласить", **seen)
    assert walk.count <= 5
    who = newest(district)
    assert (who["gender"], who["short_acc"]) == ("f", "Кузьмину-Белую А.П.")
    (held,) = district.rows(Position, person_id=who["id"])
    assert (held["title"], held["title_dat"]) == ("ведущий методист", "ведущему методисту")
    assert "Задайте пароль" in district.rows(Notice, person_id=who["id"])[-1]["text"]
    said = " ".join(re.sub("<[^>]+>", " ", walk.page).split())
    assert "ведущий методист" in said
    assert "Приглашение отправлено на anna@levokum.example" in said
    assert "действует до" in said


@pytest.mark.parametrize(
    ("wrong", "name", "said"),
    [
        ({"organisation": ""}, "organisation", "Выберите организацию"),
        ({"organisation": "", "place": "Школа, которой нет"}, "organisation", "Выберите организ"),
        ({"role": "царь"}, "role", "что человек делает в системе"),
        ({"title": " "}, "title", "как в документах"),
        ({"starts_on": ""}, "starts_on", "первый день"),
        ({"starts_on": "2052-08-28"}, "starts_on", "Проверьте год"),
        ({"email": ""}, "email", "снимите отметку"),
        ({"last_name": ""}, "last_name", "Напишите фамилию"),
    ],
)
def test_a_mistake_in_a_post_is_beside_its_field_and_nothing_typed_is_lost(
    browser, district, wrong, name, said
):
    before = district.rows(Person)
    page = browser("P003").post(PATH, status=422, **{**WHO, **post(district), **wrong}).text
    assert said in page.split(f'id="f-{name}-error">')[1].split("</div>")[0]
    for key in {"first_name", "title", "email"} - {*wrong}:
        assert re.sub(r"\s+", " ", fields_of(page)[key]).strip()
    assert district.rows(Person) == before


def test_a_place_is_found_by_its_name(browser, district):
    centre = next(row for row in district.rows(Organisation) if row["kind"] == "imc")
    typed = post(district, organisation="", place=f" {centre['short_name'].upper()} ")
    page = browser("P003").post(PATH, status=200, **WHO, **typed).text
    sent = {**fields_of(page), "confirmed": "1", "step": "add"}
    browser("P003").post(PATH, **sent)
    (held,) = district.rows(Position, person_id=newest(district)["id"])
    assert held["organisation_id"] == centre["id"]


def test_a_key_office_waits_for_a_second_person_and_nobody_is_invited_before(browser, district):
    place = next(row["id"] for row in district.rows(Organisation) if row["kind"] == "department")
    key = post(district, organisation=str(place), role="dept_specialist")
    page = browser("P003").post(PATH, status=200, **WHO, **key).text
    answer = browser("P003").post(PATH, **fields_of(page), confirmed="1", step="add")
    who = newest(district)["id"]
    assert district.rows(Position, person_id=who) == []
    assert district.rows(AccessChange)[-1]["kind"] == "appoint"
    shown = browser("P003").get(answer.location)
    assert "Ждёт согласия второго человека" in shown
    assert "/choose/" not in shown
    assert district.rows(Notice, person_id=who) == []


@pytest.mark.usefixtures("collecting")
def test_who_leaves_has_her_last_day_everywhere_and_her_work_a_place_to_go(browser, district):
    who, officer = district.people["P105"], browser("P003")
    page = text_of(officer.client.get(f"/admin/people/{who}/leave"))
    assert "ни к кому . Назначьте преемника" in page
    assert "Что ждёт этого человека Дело Что сделать" in page
    path = f"/admin/people/{who}/leave"
    refused = officer.post(path, status=422, last_day="")
    assert "Укажите последний рабочий день" in text_of(refused)
    early = officer.post(path, status=422, last_day="1999-01-01", closing="1")
    assert "позже последнего дня" in text_of(early)
    assert district.rows(AdminEvent) == []
    officer.post(path, last_day="2025-08-29", closing="1")
    (held,) = district.rows(Position, person_id=who)
    assert held["ends_on"] == dt.date(2025, 8, 29)
    assert district.rows(AccessChange)[-1]["kind"] == "set_active"  # she comes in: another agrees
    district.at("2025-09-01")
    assert "Вход открыт, а должности нет" in browser("P003").get("/admin")


@pytest.mark.parametrize("way", ["leave", "invitation/withdraw"])
def test_an_invitation_ends_with_the_word_of_who_gave_it(browser, district, way):
    officer, name = browser("P003"), dict.fromkeys(("confirmed", "step"), "add")
    page = officer.post(PATH, status=200, **WHO, **post(district)).text
    officer.post(PATH, **fields_of(page), **name)
    who = newest(district)["id"]
    home = f"/admin/people/{who}"
    assert "Отозвать приглашение" in officer.get(home)
    assert "действует до" in officer.get(f"{home}/leave")
    officer.post(f"{home}/{way}", last_day="2025-08-29", closing="1")
    assert district.rows(AccessLink, person_id=who)[0]["used_at"]
    page = officer.get(home)
    assert "Отозвать приглашение" not in page
    assert "Приглашение отозвано" in page
    if way == "leave":
        assert "последний день 29.08.2025" in page
        assert "доступ закрыт" in page
        officer.client.post("/forgot", data={"login": WHO["email"]})
        assert len(district.rows(AccessLink, person_id=who)) == 1


def test_a_person_is_changed_on_her_own_page_and_stays_in_sight(browser, district):
    who, officer = district.people["P105"], browser("P003")
    home = f"/admin/people/{who}"
    page = officer.get(home)
    held = district.rows(Position, person_id=who)[0]
    for part in ("Должности", "Доступ", "Замещение", "Что ждёт этого человека"):
        assert part in page
    ended = officer.post(
        f"/admin/positions/{held['id']}/end", back="person", person=who, ends_on="2025-09-30"
    )
    assert ended.location == home
    away = {"position": held["id"], "person": district.people["P106"], "absent": who}
    days = {"starts_on": "2025-09-01", "ends_on": "2025-09-05", "basis": ""}
    refused = officer.post("/substitutions", back="person", **away, **days)
    assert refused.location.startswith(home)
    assert "основание" in officer.get(refused.location)
    officer.post("/substitutions", back="person", **away, **{**days, "basis": "приказ № 1"})
    assert "05.09.2025: замещает" in " ".join(officer.get(home).split())
    district.at("2025-09-02")
    names = {row["id"]: row["short_nom"] for row in district.rows(Person)}
    both = f"{names[who]}; до 05.09.2025 замещает {names[away['person']]}"
    for path in ("/schools", f"/schools/{held['organisation_id']}"):
        assert both in browser("P003").get(path)


@pytest.mark.parametrize("path", ["/admin/people/1", "/admin/people/1/leave", PATH])
def test_nobody_else_looks_at_people_or_lets_them_go(browser, district, path):
    for person in ("P102", "P006"):
        browser(person).get(path, 404)
        if not path.endswith("/1"):
            browser(person).post(path, status=404, last_day="2025-08-29", **WHO)
    assert district.rows(AdminEvent) == []
