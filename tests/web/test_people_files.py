"""People and their offices by a table: everything wrong at once, everybody written at once."""

import io
import re

import pytest
from browsing import text_of
from python_calamine import load_workbook
from xlsxwriter import Workbook

from workflow_app.store.models.accounts import AdminEvent
from workflow_app.store.models.directory import Person, Position

pytestmark = pytest.mark.shipped

HOME = "/admin/people/import"
TITLES = [
    "Фамилия", "Имя", "Отчество", "Почта", "Организация", "Роль", "Должность", "С какого дня",
]  # fmt: skip
TEACHER = ["Белова", "Анна", "Олеговна", "belova@levokum.example", "S05", "сотрудник школы"]
POST = ["учитель химии", "01.08.2025"]


def book(rows):
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    file.seek(0)
    return file


def bring(browser, *rows, status=200):
    answer = browser.post(HOME, status=status, file=(book([TITLES, *rows]), "люди.xlsx"))
    return answer.get_data(as_text=True)


def write(browser, page, status=302, **said):
    sent = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("seen",)}
    table = re.search(r'name="table" value="([^"]*)"', page)[1]
    sent["table"] = table.replace("&#34;", '"').replace("&quot;", '"')
    return browser.post(f"{HOME}/write", status=status, **{**sent, "confirmed": "1", **said})


def people(district, surname):
    return [row for row in district.rows(Person) if row["last_name"] == surname]


def test_a_table_gives_no_role_where_it_does_not_belong(browser):
    row = [*TEACHER[:5], "специалист управления образованием", *POST]
    assert "эту роль дают только в управлении образованием" in bring(browser("P003"), row)


def test_people_and_posts_come_by_a_table_and_are_invited_together(browser, district):
    specialist = browser("P003")
    again = [*TEACHER[:5], "сотрудник школы", "классный руководитель", "01.08.2025"]
    page = bring(specialist, [*TEACHER, *POST], again)
    assert "Новых людей: 1, должностей: 2" in page
    assert "Беловой А.О., Беловой А.О., Белову А.О.; А.О. Белова" in page
    refused = write(specialist, page, 422, confirmed="")
    assert "Просмотрите, как склоняются имена и должности" in text_of(refused)
    assert people(district, "Белова") == []
    write(specialist, page)
    ((person,),) = [people(district, "Белова")]
    assert (person["short_gen"], person["gender"]) == ("Беловой А.О.", "f")
    posts = district.rows(Position, person_id=person["id"])
    assert [one["title"] for one in posts] == ["учитель химии", "классный руководитель"]
    assert posts[0]["title_gen"] == "учителя химии"
    actions = [row["action"] for row in district.rows(AdminEvent)]
    assert (actions.count("add_person"), actions.count("appoint")) == (1, 2)
    page = bring(specialist, [*TEACHER, *POST], again)
    assert "Новых людей: 0, должностей: 0, уже записано: 2" in page
    listed = specialist.get("/admin/people")
    waiting = int(re.search(r"кто ещё не входил: (\d+)", listed)[1])
    specialist.post("/admin/people/invite")
    assert f"Приглашений отправлено: {waiting}." in specialist.says("/admin/people")[0]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({4: "S99"}, "Организация: «S99» — такого в списке нет"),
        ({5: "волшебник"}, "Роль: «волшебник» — такого в списке нет"),
        ({3: "p102@levokum.example"}, "Почта: Этот адрес уже у другого человека"),
        ({3: "нет"}, "Почта: Не похоже на адрес электронной почты"),
        ({2: ""}, "Пол: укажите: от него зависят падежи"),
        ({7: "01.09.2052"}, "С какого дня: проверьте год"),
        ({7: "завтра"}, "«завтра» — не дата"),
        ({0: ""}, "Фамилия: заполните"),
        ({5: "директор школы"}, "Роль: эта должность в эти дни занята другим человеком"),
        ({0: "Бeлова"}, "в слове «Бeлова» латинские буквы"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_in_its_column(browser, row, said):
    cells = [row.get(place, cell) for place, cell in enumerate([*TEACHER, *POST])]
    page = re.sub("<[^>]+>", "", bring(browser("P003"), cells))
    assert said in page
    assert "Записывать нечего" in page


def test_rows_that_contradict_each_other_are_told(browser):
    other = ["Белова", "Анна", "Олеговна", "other@levokum.example", *TEACHER[4:], *POST]
    namesake = ["Чернов", "Олег", "Ильич", TEACHER[3], *TEACHER[4:], *POST]
    page = bring(
        browser("P003"), [*TEACHER, *POST], [*other[:6], "учитель физики", POST[1]], namesake
    )
    assert "Почта: в строке 2 о человеке сказано иначе" in page
    assert "Почта: этот адрес — у человека в строке 2" in page


def test_an_office_for_one_is_given_once_in_a_table(browser):
    first = [*TEACHER[:5], "директор школы", "директор", "01.08.2025"]
    second = ["Чернов", "Олег", "Ильич", "", "S05", "директор школы", "директор", "01.08.2025"]
    assert "Роль: эту должность занимает строка 2" in bring(browser("P003"), first, second)


def test_an_office_that_signs_waits_for_the_word_of_another(browser, district):
    row = [*TEACHER[:4], "отдел образования", "специалист управления образованием"]
    page = bring(browser("P003"), [*row, "ведущий специалист", "01.09.2025"])
    write(browser("P003"), page)
    (person,) = people(district, "Белова")
    assert district.rows(Position, person_id=person["id"]) == []


def test_the_table_is_given_with_everybody_and_read_back_without_a_difference(browser):
    specialist = browser("P003")
    content = specialist.client.get("/admin/people/rows.xlsx").data
    titles, *rows = load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert titles[:3] == ["Фамилия", "Имя", "Отчество"]
    answer = specialist.post(HOME, status=200, file=(io.BytesIO(content), "люди.xlsx"))
    page = answer.get_data(as_text=True)
    assert f"уже записано: {len(rows)}, строк с ошибками: 0" in page


@pytest.mark.parametrize("table", ["", "{}", '[["a"], {"b": 1}]', "[[[1]]]"])
def test_a_table_that_did_not_arrive_is_asked_for_again(browser, table):
    sent = {"table": table, "confirmed": "1", "seen": "x"}
    page = browser("P003").post(f"{HOME}/write", status=422, **sent)
    assert "Таблица не дошла целиком" in text_of(page)


@pytest.mark.parametrize("path", [HOME, "/admin/people/rows.xlsx"])
def test_who_administers_nothing_finds_no_such_page(browser, path):
    browser("P102").get(path, status=404)
