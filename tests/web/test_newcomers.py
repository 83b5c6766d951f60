"""A person is added: the forms of her name are proposed, looked at, corrected and kept."""

import csv

import pytest
import stories
from browsing import field

from workflow_app.services.registers.names import propose
from workflow_app.store.models.accounts import AdminEvent
from workflow_app.store.models.directory import Municipality, Organisation, Person, Position
from workflow_app.store.models.messages import Notice
from workflow_app.store.operations.importing import SEEDS

PATH = "/admin/people/new"
FORMS = ("short_nom", "short_gen", "short_dat", "short_acc", "signature_name")
WHO = {
    "last_name": " Кузьмина-Белая ",
    "first_name": "Анна",
    "middle_name": "Петровна",
    "gender": "f",
    "email": "Anna@levokum.example",
}


def proposed(officer, **who):
    """Return the forms the page proposes for a name, as it would send them back."""
    page = officer.post(PATH, status=200, **{**WHO, **who}).get_data(as_text=True)
    return {name: field(page, name) for name in FORMS}


def added(officer, forms, *, status=302, confirmed="1", **who):
    seen = {"confirmed": confirmed} if confirmed else {}
    sent = {**WHO, **who, **forms, **seen, "step": "add"}
    return officer.post(PATH, status=status, **sent)


def newest(district):
    return district.rows(Person)[-1]


with (SEEDS / "people.csv").open(encoding="utf-8") as file:
    DISTRICT = [
        pytest.param(row, id=f"{row['last_name']}-{row['gender']}") for row in csv.DictReader(file)
    ]


@pytest.mark.parametrize("row", DISTRICT)
def test_the_forms_confirmed_in_the_district_are_those_that_would_be_proposed(row):
    forms = propose(row["last_name"], row["first_name"], row["middle_name"], row["gender"])
    assert (forms.short_nom, forms.short_gen, forms.short_dat, forms.short_acc) == (
        row["short_name_nom"],
        row["short_name_gen"],
        row["short_name_dat"],
        row["short_name_acc"],
    )
    assert forms.signature_name == row["signature_name"]


@pytest.mark.parametrize(
    ("who", "accusative", "signature"),
    [
        (
            ("Салтыков-Щедрин", "Михаил", "Евграфович", "m"),
            "Салтыкова-Щедрина М.Е.",
            "М.Е. Салтыков-Щедрин",
        ),
        (("Дюма", "Анна-Мария", "", "f"), "Дюма А.-М.", "А.-М. Дюма"),
        (("Мамедов", "Али", "Гасан оглы", "m"), "Мамедова А.Г.", "А.Г. Мамедов"),
        (("Smith", "John", "", "m"), "Smith J.", "J. Smith"),
    ],
)
def test_unusual_names_are_declined_sensibly_or_left_alone(who, accusative, signature):
    forms = propose(*who)
    assert (forms.short_acc, forms.signature_name) == (accusative, signature)


def test_an_officer_adds_a_person_with_the_forms_she_confirmed(browser, district):
    officer = browser("P003")
    forms = proposed(officer)
    assert forms["short_acc"] == "Кузьмину-Белую А.П."
    before = len(district.rows(Person))
    added(officer, forms)
    row = newest(district)
    assert len(district.rows(Person)) == before + 1
    assert {name: row[name] for name in FORMS} == forms
    assert (row["last_name"], row["email"]) == ("Кузьмина-Белая", "anna@levokum.example")
    assert district.rows(AdminEvent)[-1]["action"] == "add_person"
    assert "Кузьмина-Белая Анна Петровна" in officer.get("/admin/people")


def test_a_form_that_the_officer_corrected_is_kept_and_printed(browser, district):
    officer = browser("P003")
    forms = proposed(officer, last_name="Заяц", gender="m", middle_name="") | {
        "short_gen": "Зайца А.",
        "short_acc": "Зайца А.",
    }
    added(officer, forms, last_name="Заяц", gender="m", middle_name="")
    made = newest(district)
    assert (made["short_gen"], made["middle_name"]) == ("Зайца А.", None)
    municipality = made["municipality_id"]
    card = district.read(lambda uow: uow.facts(municipality).person(made["id"]))
    assert (card.gen, card.acc, card.dat) == ("Зайца А.", "Зайца А.", forms["short_dat"])


def test_a_form_nobody_confirmed_stops_it_and_nothing_written_is_lost(browser, district):
    officer = browser("P003")
    forms = proposed(officer) | {"short_dat": "Кузьминой-Белой Анне"}
    before = district.rows(Person)
    page = added(officer, forms, status=422, confirmed="").get_data(as_text=True)
    assert "отметьте, что всё верно" in page
    assert field(page, "short_dat") == "Кузьминой-Белой Анне"
    empty = added(officer, forms | {"short_gen": " "}, status=422).get_data(as_text=True)
    assert "Родительный: напишите" in empty
    assert district.rows(Person) == before


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"last_name": " "}, "Напишите фамилию"),
        ({"first_name": ""}, "Напишите имя"),
        ({"gender": "x"}, "Укажите пол"),
        ({"email": "anna"}, "Не похоже на адрес"),
        ({"email": "P102@levokum.example"}, "уже у другого человека"),
        ({"last_name": "Я" * 101}, "Не длиннее 100"),
    ],
)
def test_a_mistake_in_the_name_is_told_before_any_form_is_proposed(browser, district, wrong, said):
    officer, before = browser("P003"), district.rows(Person)
    for step in ("forms", "add"):
        answer = officer.post(PATH, status=422, **{**WHO, **wrong, "step": step})
        assert said in answer.get_data(as_text=True)
    assert district.rows(Person) == before


def test_a_namesake_is_added_only_when_it_is_said_to_be_another(browser, district):
    officer = browser("P003")
    same = {"last_name": "Рябова", "first_name": "Нина", "middle_name": "Федоровна"}
    page = officer.post(PATH, status=422, **{**WHO, **same}).get_data(as_text=True)
    assert 'name="namesake"' in page
    forms = proposed(officer, **same, namesake="1")
    added(officer, forms, **same, namesake="1")
    assert newest(district)["last_name"] == "Рябова"


def test_the_name_can_be_corrected_after_the_forms_were_seen(browser):
    page = browser("P003").post(PATH, status=200, **WHO, step="name").get_data(as_text=True)
    assert field(page, "last_name") == "Кузьмина-Белая"
    assert 'name="short_gen"' not in page


@pytest.mark.parametrize("person", ["P102", "P006"])
def test_people_are_added_by_nobody_else(browser, district, person):
    stranger, before = browser(person), district.rows(Person)
    stranger.get(PATH, 404)
    stranger.post(PATH, status=404, **WHO)
    added(stranger, dict.fromkeys(FORMS, "Чужое"), status=404)
    assert district.rows(Person) == before


def test_a_new_person_is_appointed_invited_and_comes_in(browser, district):
    officer = browser("P003")
    added(officer, proposed(officer))
    who = newest(district)["id"]
    centre = next(row["id"] for row in district.rows(Organisation) if row["kind"] == "imc")
    office = {
        "person": str(who),
        "organisation": str(centre),
        "role": "methodist",
        "title": "ведущий методист",
        "starts_on": "2025-08-28",
    }
    # The forms of a title are proposed, and nothing is written before they are confirmed.
    page = officer.post("/admin/positions", status=200, **office).text
    assert 'value="ведущего методиста"' in page
    assert district.rows(Position, person_id=who) == []
    forms = {"title_gen": "ведущего методиста", "title_dat": "ведущему методисту"}
    half = officer.post("/admin/positions", status=200, **office, **forms)
    assert "Напишите, как склоняется должность" in half.text
    officer.post("/admin/positions", **office, **forms, title_acc="ведущего методиста")
    (held,) = district.rows(Position, person_id=who)
    assert (held["title"], held["title_dat"]) == ("ведущий методист", "ведущему методисту")
    changed = {**forms, "title_acc": "ведущую методистку"}
    assert "ведущему методисту" in officer.get(f"/admin/positions/{held['id']}/forms")
    officer.post(f"/admin/positions/{held['id']}/forms", **changed)
    assert district.rows(Position, person_id=who)[0]["title_acc"] == "ведущую методистку"
    officer.post(f"/admin/people/{who}/invite")
    letter = district.rows(Notice, person_id=who)[-1]["text"]
    assert "Доступ открыли: Тимофеева А.С., " in letter
    assert district.rows(Municipality)[0]["name"] in letter
    link = officer.says("/admin/people")[0].split("/choose/")[1].split()[0]
    stranger = browser()
    password = {"password": "длинный новый пароль", "again": "длинный новый пароль"}
    stranger.post(f"/choose/{link}", **password)
    stranger.post("/sign-in", login="anna@levokum.example", password=password["password"])
    assert "Кузьмина-Белая А.П." in stranger.get("/")


COLLEAGUE = {**WHO, "title": " заместитель  директора "}
TITLES = {
    "title_gen": "заместителя директора",
    "title_dat": "заместителю директора",
    "title_acc": "заместителя директора",
}


@pytest.mark.shipped
def test_a_head_adds_a_colleague_whom_a_paper_may_name_and_nobody_lets_in_yet(browser, district):
    school = district.organisations["S02"]
    head, path = browser("P102"), f"/schools/{school}/colleagues/new"
    assert f'href="{path}"' in head.get(f"/schools/{school}")
    page = head.post(path, status=200, **COLLEAGUE).text
    assert field(page, "title_gen") == TITLES["title_gen"]
    forms = {name: field(page, name) for name in FORMS}
    sent = {**COLLEAGUE, **forms, **TITLES, "step": "add"}
    kept = head.post(path, status=422, **{**sent, "title_dat": " "}, confirmed="1").text
    assert "как склоняется должность" in kept
    assert head.post(f"{path}?next=/cases/1", **sent, confirmed="1").location == "/cases/1"
    who = newest(district)["id"]
    (held,) = district.rows(Position, person_id=who)
    assert (held["role"], held["organisation_id"]) == ("school_staff", school)
    assert (held["title"], held["title_acc"]) == ("заместитель директора", TITLES["title_acc"])
    assert not district.read(lambda uow: uow.actor(who).capacities[0].role == "network_coordinator")
    assert "Кузьмина-Белая" in browser("P003").get("/admin")  # she waits for an invitation


@pytest.mark.shipped
def test_a_colleague_is_added_on_the_way_through_a_draft_which_is_saved_before(browser, district):
    draft = stories.done(stories.propose(district, "P102", {"S05": "supported"})).instance_id
    head, path = browser("P102"), f"/schools/{district.organisations['S02']}/colleagues/new"
    page = head.get(f"/cases/{draft}?show=all")
    assert 'name="_colleague"' in page
    assert "Кузьмина-Белая" not in page
    written = {"name": "Письмо и чтение", "_colleague": str(district.organisations["S02"])}
    sent = head.post(f"/cases/{draft}/draft", _version=field(page, "_version"), **written)
    assert sent.location == f"{path}?next=/cases/{draft}"
    assert district.case(draft).data.name == "Письмо и чтение"
    page = head.post(path, status=200, **COLLEAGUE).text
    forms = {name: field(page, name) for name in FORMS}
    head.post(path, **COLLEAGUE, **forms, **TITLES, step="add", confirmed="1")
    assert "Кузьмина-Белая" in head.get(f"/cases/{draft}?show=all")
    assert 'name="_colleague"' not in browser("P003").get(f"/cases/{draft}", 404)


@pytest.mark.parametrize(
    ("wrong", "said"), [({"title": " "}, "Напишите должность"), ({"email": ""}, "служебную почту")]
)
def test_a_colleague_needs_a_post_and_an_address(browser, district, wrong, said):
    path = f"/schools/{district.organisations['S02']}/colleagues/new"
    before = district.rows(Person)
    assert said in browser("P102").post(path, status=422, **{**COLLEAGUE, **wrong}).text
    assert district.rows(Person) == before


def test_a_colleague_is_added_by_her_own_head_or_an_officer_alone(browser, district):
    path = f"/schools/{district.organisations['S02']}/colleagues/new"
    before = district.rows(Person)
    for person in ("P106", "P006"):
        browser(person).get(path, 404)
        sent = {**COLLEAGUE, **dict.fromkeys(FORMS, "Чужое"), **TITLES, "step": "add"}
        browser(person).post(path, status=404, **sent, confirmed="1")
    assert district.rows(Person) == before
    browser("P003").get(path)
