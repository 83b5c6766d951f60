"""An organisation takes its people in: by a list, or by a link and a yes; and lets them go."""

import datetime as dt
import re

import pytest
from browsing import text_of

from workflow_app.store.accounts.colleagues import forget_unanswered
from workflow_app.store.models.accounts import (
    AccessLink,
    AdminEvent,
    JoinApplication,
    SignInSession,
)
from workflow_app.store.models.directory import Person, Position
from workflow_app.store.models.messages import Notice

pytestmark = pytest.mark.shipped

HEAD, OTHER_HEAD, TEACHER = "P110", "P117", "P204"
"""Heads of S10 and S17; a teacher of S10."""
CHEMIST = "Белова Анна Олеговна\tbelova@mail.example\tучитель химии"


@pytest.fixture
def home(district):
    return f"/organisations/{district.school('S10')}/teacher"


def dry(browser, home, text, status=200):
    return browser.post(f"{home}/list", status=status, list=text).get_data(as_text=True)


def write(browser, home, text, page, status=302, **said):
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    sent = {"list": text, "seen": seen, "confirmed": "1", **said}
    return browser.post(f"{home}/list/write", status=status, **sent)


def people(district, surname):
    return [row for row in district.rows(Person) if row["last_name"] == surname]


def held(district, person):
    return [
        (row["role"], row["organisation_id"])
        for row in district.rows(Position, person_id=person["id"])
        if row["ends_on"] is None
    ]


def test_a_head_pastes_a_list_and_invitations_leave(browser, district, home):
    head = browser(HEAD)
    text = f"ФИО\tПочта\tДолжность\n{CHEMIST}\n\nЧиж Пётр Ильич\tchizh@mail.example\t"
    page = dry(head, home, text)
    assert "Примут: 2, уже есть: 0, строк с ошибками: 0" in page
    assert "Беловой А.О., Беловой А.О., Белову А.О.; А.О. Белова" in page
    refused = write(head, home, text, page, 422, confirmed="")
    assert "Просмотрите, как склоняются имена" in text_of(refused)
    assert people(district, "Белова") == []
    write(head, home, text, page)
    ((chemist,), (other,)) = people(district, "Белова"), people(district, "Чиж")
    assert held(district, chemist) == [("teacher", district.school("S10"))]
    assert [row["title"] for row in district.rows(Position, person_id=other["id"])] == ["педагог"]
    letters = [row for row in district.rows(Notice) if row["person_id"] == chemist["id"]]
    assert ["/choose/" in row["text"] for row in letters] == [True]
    assert "take_in" in {row["action"] for row in district.rows(AdminEvent)}
    assert "приглашение отправлено" in head.get(home)
    assert "Примут: 0, уже есть: 2" in dry(head, home, text)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("петров пётр петрович, b@mail.example, физик", "Петров Пётр Петрович"),
        ("петров\tпётр\tпетрович\tb@mail.example", "Петров Пётр Петрович"),
        ("салтыков-щедрин али ибрагим оглы b@mail.example", "Салтыков-Щедрин Али Ибрагим оглы"),
        ("Ли Анна, ж, b@mail.example, учитель музыки", "Ли А., Ли А., Ли А."),
        ("Ли Анна\tженский\tb@mail.example\tучитель музыки", "учитель музыки"),
        ("ФИО\tпол\tпочта\nЛи Пётр\tмужской\tb@mail.example", "Ли Пётр"),
    ],
)
def test_names_are_capitalised_and_gender_has_a_column(browser, home, line, said):
    page = dry(browser(HEAD), home, line)
    assert "Примут: 1, уже есть: 0, строк с ошибками: 0" in page
    assert said in page


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Белова\tb@mail.example", "напишите фамилию и имя"),
        ("Белова Анна\tb@mail.example", "пол: ж или м, отдельным столбцом"),
        ("Белова Анна Олеговна", "нет адреса почты"),
        ("Белова Анна Олеговна\tb@mail", "не похоже на адрес"),
        (f"{CHEMIST}\n{CHEMIST}", "этот адрес уже стоит в строке 1"),
        ("Белова Анна Олеговна\tp101@levokum.example", "этот адрес уже есть в системе, но не у"),
        ("Авдеева Полина Кирилловна\tnew@mail.example", "уже записан (p204@levokum.example)"),
    ],
)
def test_what_is_wrong_is_said_by_row_and_nothing_typed_is_lost(
    browser, district, home, line, said
):
    head = browser(HEAD)
    page = dry(head, home, line)
    assert said in page
    assert "Соловьёва" not in page  # whose address it is elsewhere
    good = "Чиж Пётр Ильич\tchizh@mail.example"
    text = f"ФИО\tПочта\tДолжность\n{good}\n{line}"
    left = write(head, home, text, dry(head, home, text), status=200).get_data(as_text=True)
    assert f"ФИО\tПочта\tДолжность\n{line.splitlines()[-1]}" in left
    assert good not in left
    assert len(people(district, "Чиж")) == 1


def test_a_colleague_of_the_same_school_gets_the_office_besides(browser, district, home):
    head = browser(HEAD)
    text = "Магомедов Ахмед Саидович\tp110@levokum.example\tучитель истории"
    page = dry(head, home, text)
    assert "уже работает у вас" in page
    write(head, home, text, page)
    own = {"id": district.people[HEAD]}
    assert ("teacher", district.school("S10")) in held(district, own)
    letters = [row for row in district.rows(Notice) if row["person_id"] == own["id"]]
    assert not any("/choose/" in row["text"] for row in letters)


def test_the_page_is_for_the_head_of_that_school_alone(browser, district, home):
    for person in (OTHER_HEAD, TEACHER, "P003"):
        other = browser(person)
        other.get(home, status=404)
        dry(other, home, CHEMIST, status=404)
        for path in ("link", "asking"):
            other.post(f"{home}/{path}", status=404, asking="1")
    browser(HEAD).get(home.replace("teacher", "school_head"), status=404)
    own = district.rows(Position, person_id=district.people["P205"])[0]["id"]
    for what in ("end", "invite"):  # a teacher of another school
        browser(HEAD).post(f"{home}/{own}/{what}", status=404)
    assert "принять" in browser(HEAD).get(f"/schools/{district.school('S10')}")
    assert "принять" not in browser(HEAD).get(f"/schools/{district.school('S17')}")


def test_the_address_of_a_teacher_is_for_her_head_and_administrators(browser, district):
    school = f"/schools/{district.school('S10')}"
    for person, is_told in ((HEAD, True), ("P003", True), (OTHER_HEAD, False), (TEACHER, False)):
        reader = browser(person)
        assert ("p204@levokum.example" in reader.get(school)) is is_told, person
        if person != TEACHER:  # lists of everybody are not for her
            found = reader.get("/people?text=Авдеева")
            assert ("p204@levokum.example" in found) is is_told, person
            assert "Авдеева" in found


def test_who_leaves_comes_in_no_more_and_her_name_stays(browser, district, home):
    teacher, head = browser(TEACHER), browser(HEAD)
    teacher.get("/")
    (office,) = district.rows(Position, person_id=district.people[TEACHER])
    head.post(f"{home}/{office['id']}/end")
    assert "доступ закончился" in head.says(home)[0]
    (office,) = district.rows(Position, person_id=district.people[TEACHER])
    assert office["ends_on"] == dt.date(2025, 8, 27)
    assert district.rows(SignInSession, person_id=district.people[TEACHER]) == []
    teacher.get("/", status=302)
    assert people(district, "Авдеева")[0]["short_nom"] == "Авдеева П.К."
    text = "Чиж Пётр Ильич chizh@mail.example"
    write(head, home, text, dry(head, home, text))  # taken in today by mistake
    chizh = people(district, "Чиж")[0]["id"]
    (given,) = district.rows(Position, person_id=chizh)
    head.post(f"{home}/{given['id']}/end")
    assert [row["used_at"] is None for row in district.rows(AccessLink, person_id=chizh)] == [False]
    page = head.get(home)  # today is her last day
    assert f"/{given['id']}/" not in page
    for what in ("end", "invite"):
        head.post(f"{home}/{given['id']}/{what}")
        assert "больше не работает: список" in head.says(home)[0]


def test_strangers_ask_by_a_link_and_the_head_answers(browser, district, home):
    head, stranger = browser(HEAD), browser()
    head.post(f"{home}/link")
    link = re.search(r'href="[^"]*(/join/[\w-]+)"', head.get(home))[1]
    asked = {"last_name": "Белова", "first_name": "Анна", "middle_name": "Олеговна"}
    assert "Пол, если отчества нет" in stranger.get(link)
    refused = stranger.post(link, status=422, **asked, email="нет")
    assert "не похоже на адрес" in text_of(refused)
    assert 'value="Белова"' in refused.get_data(as_text=True)
    answers = {
        stranger.get(stranger.post(link, status=303, **asked, email=email).location)
        for email in ("belova@mail.example", "belova@mail.example", "p101@levokum.example")
    }
    assert len(answers) == 1  # whoever has the address
    other = {"last_name": "Лис", "first_name": "Анна", "middle_name": "Олеговна"}
    sent = stranger.post(link, status=303, **other, email="belova@mail.example")
    assert "осталась первая" in stranger.get(sent.location)
    stranger.post(link, status=303, **asked, email="p204@levokum.example", title="учитель")
    (new, taken, there) = district.rows(JoinApplication)
    assert new["last_name"] == "Белова"
    assert people(district, "Белова") == []
    page = head.get(home)
    assert "Просят принять: 3" in page
    told = [row for row in district.rows(Notice) if "просят принять" in row["subject"]]
    assert [row["person_id"] for row in told] == [district.people[HEAD]]  # once a day
    school = text_of(head.client.get(f"/schools/{district.school('S10')}"))
    assert "просят принять: 3" in school
    chosen = re.findall(r'name="asking" value="(\d+)" checked', page)
    assert chosen == [str(new["id"])]  # who needs an answer alone
    assert "Соловьёва" not in page
    head.post(f"{home}/asking")
    assert "Отметьте заявки" in head.says(home)[0]
    head.post(f"{home}/asking", asking=[new["id"], taken["id"], there["id"]])
    assert "Принято: 1." in (said := head.says(home)[0])
    assert "Уже были в списке, заявки убраны: 1. Остались с замечаниями: 1" in said
    assert held(district, people(district, "Белова")[0]) == [("teacher", district.school("S10"))]
    head.post(f"{home}/asking", asking=[taken["id"]], turn_away="1")
    assert district.rows(JoinApplication) == []
    head.post(f"{home}/link", no_more="1")
    assert "Спросите у него новую" in stranger.get(link, status=404)


def test_a_flood_is_stopped_and_what_nobody_answers_is_forgotten(browser, district, home):
    head, stranger = browser(HEAD), browser()
    head.post(f"{home}/link")
    link = re.search(r'href="[^"]*(/join/[\w-]+)"', head.get(home))[1]
    person = {"last_name": "Белова", "first_name": "Анна", "middle_name": "Олеговна"}
    for number in range(60):
        stranger.post(link, status=303, **person, email=f"b{number}@mail.example")
    stranger.post(link, status=429, **person, email="b60@mail.example")
    assert len(district.rows(JoinApplication)) == 60
    begun = district.container.clock.now()
    district.container.clock.set(begun + dt.timedelta(days=29))
    district.container.transact(forget_unanswered)
    assert len(district.rows(JoinApplication)) == 60
    district.container.clock.set(begun + dt.timedelta(days=31))
    district.container.transact(forget_unanswered)
    assert district.rows(JoinApplication) == []
