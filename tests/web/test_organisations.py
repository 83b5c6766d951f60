"""Schools are added, organisations renamed from a day on, slips corrected; all on pages."""

import datetime as dt
import io
import re

import pytest
from browsing import Browser, field, text_of
from python_calamine import load_workbook
from xlsxwriter import Workbook

from workflow_app.store.models.accounts import AdminEvent
from workflow_app.store.models.directory import Municipality, Organisation, OrganisationName
from workflow_app.store.operations.importing import import_directory
from workflows.registers.schools import SCHOOLS

LIST = "/admin/organisations"
FULL = "Муниципальное казённое общеобразовательное учреждение «Средняя школа № 19» села Правое"
FORMS = ("name_gen", "name_dat", "name_acc")
SCHOOL = {
    "code": " S19 ",
    "short_name": "МКОУ CОШ № 19  с. Правое ",
    "full_name": f" {FULL}",
    "type": "СОШ",
    "number": "19",
    "settlement": "1",
    "distance_km": "12",
    "email": "s19@levokum.example",
}
NAME = {
    "short_name": "МБОУ СОШ № 12",
    "full_name": FULL.replace("казённое", "бюджетное"),
    "basis": "постановление от 20.08.2025 № 5",
    "reason": "изменён тип",
}


@pytest.fixture
def officer(browser):
    return browser("P003")


@pytest.fixture
def school(district):
    return district.organisations["S12"]


def html(response):
    return response.get_data(as_text=True)


def cards(district):
    return district.read(lambda uow: uow.facts(1).of(SCHOOLS).find())


def case_in(page, name):
    return re.search(rf'name="{name}"[^>]*>\n([^<]*)</textarea>', page)[1]


def answer(officer, path, *, status=302, **sent):
    """Send a form that was drawn just now."""
    seen = re.search('name="_seen" value="([^"]*)"', officer.get(path))
    return officer.post(path, status=status, **{"_seen": seen[1] if seen else "", **sent})


def renamed(officer, school, day, **said):
    return answer(officer, f"{LIST}/{school}/rename", step="gap", starts_on=day, **{**NAME, **said})


def names(district, school):
    """Return a school's names: short, first and last day."""
    rows = district.rows(OrganisationName, organisation_id=school)
    found = [(row["short_name"], str(row["valid_from"]), str(row["valid_to"])) for row in rows]
    return sorted(found, key=lambda one: one[1] if one[1] != "None" else "")


def last_event(district):
    return max(district.rows(AdminEvent), key=lambda row: row["id"])


@pytest.mark.shipped
def test_a_school_is_added_with_the_forms_somebody_has_looked_at(officer, district):
    before = len(cards(district))
    page = html(officer.post(f"{LIST}/new", status=200, **SCHOOL))
    proposed = {name: case_in(page, name) for name in FORMS}
    assert proposed["name_gen"].startswith("Муниципального казённого общеобразовательного учрежд")
    assert proposed["name_acc"] == FULL
    assert len(cards(district)) == before == len(district.rows(Organisation, kind="school"))
    empty = officer.post(
        f"{LIST}/new", status=422, step="write", **SCHOOL, **{**proposed, "name_dat": " "}
    )
    assert "Напишите, как склоняется название" in html(empty)
    assert case_in(html(empty), "name_gen") == proposed["name_gen"]
    made = officer.post(f"{LIST}/new", step="write", **SCHOOL, **proposed)
    key = int(made.location.rpartition("/")[2])
    (row,), card = district.rows(Organisation, id=key), cards(district)[-1]
    # A Latin letter that looks Russian, stray spaces and small letters are put right.
    assert (row["code"], row["short_name"]) == ("S19", "МКОУ СОШ № 19 с. Правое")
    assert (card.id, card.code, card.name) == (key, "S19", "МКОУ СОШ № 19 с. Правое")
    assert (card.type, card.number, card.settlement, card.internet) == ("СОШ", 19, 1, "")
    shown = officer.get(f"{LIST}/{key}")
    assert "Реестр школ: добавлено МКОУ СОШ № 19" in shown
    assert f"/registers/school/{key}" in shown
    row = text_of(officer.client.get(f"/registers/school/{key}"))
    assert "МКОУ СОШ № 19 с. Правое" in row
    assert "Организация добавлена" in row
    assert "не указано, как склонять" not in shown
    assert "МКОУ СОШ № 19" in officer.get(f"/schools/{key}")
    assert f'value="{key}"' in officer.get("/admin/positions")


@pytest.mark.shipped
def test_cases_somebody_typed_are_kept_while_the_name_is_put_right(officer):
    typed = {**SCHOOL, **dict.fromkeys(FORMS, "по-своему"), "_declined": FULL}
    taken = {**typed, "code": "S12"}
    page = html(officer.post(f"{LIST}/new", status=422, step="write", **taken))
    assert field(page, "name_gen") == "по-своему"
    assert field(page, "code") == "S12"
    page = html(officer.post(f"{LIST}/new", status=200, step="names", **typed))
    assert field(page, "name_gen") == "по-своему"
    page = html(officer.post(f"{LIST}/new", status=200, **typed))
    assert case_in(page, "name_gen") == "по-своему"
    assert field(page, "_declined") == FULL
    page = html(officer.post(f"{LIST}/new", status=200, **{**typed, "full_name": "Новый лицей"}))
    assert case_in(page, "name_gen") == "Нового лицея"


@pytest.mark.shipped
def test_everything_wrong_is_said_at_once_and_nothing_typed_is_lost(officer):
    wrong = {
        **SCHOOL,
        "code": "S 12",
        "short_name": "МКОУ СОШ № 2 с. Левокумское",
        "number": "-3",
        "email": "почта",
        "inn": "12",
        "type": "",
    }
    page = html(officer.post(f"{LIST}/new", status=422, **wrong))
    assert field(page, "short_name") == wrong["short_name"]
    for said in (
        "Код — латинские буквы",
        "число не может быть отрицательным",
        "Так уже называется",
        "Заполните поле «Тип школы»",
        "Не похоже на адрес",
        "ИНН организации",
    ):
        assert said in page, said
    assert field(page, "inn") == "12"
    taken = html(officer.post(f"{LIST}/new", status=422, **{**SCHOOL, "code": "s12"}))
    assert "Этот код уже у организации" in taken
    stranger = {**SCHOOL, "settlement": "999"}
    assert "выберите из списка" in html(officer.post(f"{LIST}/new", status=422, **stranger))
    nowhere = {**SCHOOL, "settlement": ""}
    assert "«Населённый пункт»" in html(officer.post(f"{LIST}/new", status=422, **nowhere))


@pytest.mark.shipped
def test_a_name_begins_on_its_day_with_nothing_run_and_the_old_one_keeps_its_days(
    officer, district, school
):
    old = officer.get(f"{LIST}/{school}")
    assert "Отменить последнее" not in old
    (was,) = [name for name, *_ in [names(district, school)[0]]]
    assert was is None
    renamed(officer, school, "2025-09-01")
    called = district.rows(Organisation, id=school)[0]["short_name"]
    assert names(district, school) == [
        (called, "None", "2025-08-31"),
        ("МБОУ СОШ № 12", "2025-09-01", "None"),
    ]
    for path in ("/schools", f"/schools/{school}", "/people", "/admin/positions?on=2025-08-31"):
        page = officer.get(path)
        assert called in page, path
        assert "МБОУ СОШ № 12" not in page, path
    assert "с 01.09.2025 — МБОУ СОШ № 12" in re.sub(r"\s+", " ", officer.get(LIST))
    assert "МБОУ СОШ № 12" in officer.get("/admin/positions?on=2025-09-01")
    district.container.clock.set(dt.datetime(2025, 8, 31, 21, 0, 1, tzinfo=dt.UTC))
    later = Browser(officer.client.application, district, "P003")
    for path in ("/schools", f"/schools/{school}", "/people", LIST, f"{LIST}?text=сош № 12"):
        assert "МБОУ СОШ № 12" in later.get(path), path
    event = last_event(district)
    assert event["details"]["basis"] == NAME["basis"]
    assert ["Краткое название", called, "МБОУ СОШ № 12"] in event["details"]["changes"]
    assert "изменён тип" in later.get(f"{LIST}/{school}")


@pytest.mark.shipped
def test_a_name_between_two_others_and_one_of_a_day_that_is_taken(officer, district, school):
    renamed(officer, school, "2025-09-01")
    renamed(officer, school, "2025-07-01", short_name="Летняя школа")
    assert [one[1:] for one in names(district, school)] == [
        ("None", "2025-06-30"),
        ("2025-07-01", "2025-08-31"),
        ("2025-09-01", "None"),
    ]
    again = answer(officer, f"{LIST}/{school}/rename", status=422, starts_on="2025-09-01", **NAME)
    assert "С этого дня уже записано «МБОУ СОШ № 12»" in html(again)
    assert field(html(again), "basis") == NAME["basis"]
    same = answer(officer, f"{LIST}/{school}/rename", status=422, starts_on="2025-10-01", **NAME)
    assert "Так организация называется и до этого дня" in html(same)
    for day in ("0205-10-01", "2052-10-01"):
        odd = answer(officer, f"{LIST}/{school}/rename", status=422, starts_on=day, **NAME)
        assert "роверьте год" in html(odd)
    empty = answer(officer, f"{LIST}/{school}/rename", status=422, short_name="Школа")
    for said in ("«Полное название»", "«С какого дня»", "«По какому документу»", "«Почему»"):
        assert said in html(empty)


@pytest.mark.shipped
def test_a_slip_is_corrected_for_the_same_days_and_a_rename_taken_back(officer, district, school):
    renamed(officer, school, "2025-09-01")
    last = max(row["id"] for row in district.rows(OrganisationName, organisation_id=school))
    path = f"{LIST}/{school}/names/{last}"
    right = {**NAME, "short_name": "МБОУ СОШ № 13", "reason": "опечатка"}
    page = html(answer(officer, path, status=200, **right))
    assert case_in(page, "name_gen").startswith("Муниципального бюджетного")
    answer(officer, path, step="write", **right, **dict.fromkeys(FORMS, "форма"))
    assert names(district, school)[-1] == ("МБОУ СОШ № 13", "2025-09-01", "None")
    assert ["Краткое название", "МБОУ СОШ № 12", "МБОУ СОШ № 13"] in last_event(district)[
        "details"
    ]["changes"]
    unchanged = answer(
        officer, path, status=422, step="write", **right, **dict.fromkeys(FORMS, "форма")
    )
    assert "Ничего не изменено" in html(unchanged)
    back = f"{LIST}/{school}/names/take-back"
    version = field_of_version(officer, school)
    assert "Почему отменяете" in html(officer.post(back, status=422, _seen=version, reason=""))
    officer.post(back, _seen=version, reason="приказ отменён")
    assert [one[1:] for one in names(district, school)] == [("None", "None")]
    nothing = officer.post(
        back, status=422, _seen=field_of_version(officer, school), reason="ещё раз"
    )
    assert "Отменять нечего" in html(nothing)
    assert officer.get(path, status=404)


def field_of_version(officer, school):
    return re.search('name="_seen" value="([^"]*)"', officer.get(f"{LIST}/{school}/edit"))[1]


@pytest.mark.shipped
def test_two_who_change_at_once_are_asked_and_not_overwritten(officer, browser, district, school):
    path = f"{LIST}/{school}/edit"
    stale = field_of_version(officer, school)
    answer(browser("P003"), path, phone="8 (86543) 1-23-45")
    page = officer.post(path, status=409, _seen=stale, phone="8 900 000-00-00")
    assert "Пока вы заполняли" in html(page)
    assert "8 (86543) 1-23-45" in html(page)
    assert field(html(page), "phone") == "8 900 000-00-00"
    fresh = re.search('name="_seen" value="([^"]*)"', html(page))[1]
    officer.post(path, _seen=fresh, phone="8 900 000-00-00")
    assert district.rows(Organisation, id=school)[0]["phone"] == "8 900 000-00-00"
    for verb, sent in (
        ("rename", {**NAME, "starts_on": "2025-09-01", "step": "gap"}),
        ("names/take-back", {"reason": "так"}),
    ):
        officer.post(f"{LIST}/{school}/{verb}", status=409, _seen=stale, **sent)


@pytest.mark.shipped
def test_the_department_and_the_centre_are_renamed_and_reached_alike(officer, district):
    centre = district.rows(Organisation, kind="imc")[0]["id"]
    said = {"short_name": "ММЦ", "full_name": "Муниципальный методический центр"}
    answer(
        officer,
        f"{LIST}/{centre}/rename",
        step="write",
        starts_on="2025-08-01",
        **{**NAME, **said},
        name_gen="Муниципального методического центра",
        name_dat="Муниципальному методическому центру",
        name_acc="Муниципальный методический центр",
    )
    card = district.read(lambda uow: uow.facts(1).organisation("imc"))
    assert (card.short_name, card.name_gen) == ("ММЦ", "Муниципального методического центра")
    answer(officer, f"{LIST}/{centre}/edit", email="mmc@levokum.example", reason="новый ящик")
    assert district.rows(Organisation, id=centre)[0]["email"] == "mmc@levokum.example"
    unchanged = answer(officer, f"{LIST}/{centre}/edit", status=422, email="mmc@levokum.example")
    assert "Ничего не изменено" in html(unchanged)
    assert "Тип школы" not in officer.get(f"{LIST}/{centre}/edit")


@pytest.mark.shipped
def test_files_do_not_undo_what_a_page_has_renamed_and_ask_where_both_did(
    officer, district, school
):
    renamed(officer, school, "2025-08-20")
    last = max(row["id"] for row in district.rows(OrganisationName, organisation_id=school))
    longer = {**NAME, "short_name": "МБОУ СОШ № 12 п. Новый"}
    answer(officer, f"{LIST}/{school}/names/{last}", step="gap", **longer)
    stood = names(district, school)
    report = district.container.transact(import_directory)
    assert report.ok, [*report.lines()]
    assert [one for one in report.kept if "МКОУ" not in one and "бюджетное" in one]
    assert names(district, school) == stood


@pytest.mark.shipped
def test_only_who_administers_comes_here_and_only_to_her_own(officer, browser, district, school):
    for person in ("P102", "P006", "P004"):
        other = browser(person)
        for path in ("", "/new", f"/{school}", f"/{school}/rename", f"/{school}/edit"):
            other.get(f"{LIST}{path}", status=404)
        other.post(f"{LIST}/new", status=404, step="gap", **SCHOOL)
        other.post(f"{LIST}/{school}/names/take-back", status=404, reason="так")

    def elsewhere(uow):
        there = Municipality(
            name="Другой", kind="okrug", region="Другой край", timezone="Asia/Omsk"
        )
        uow.session.add(there)
        uow.session.flush()
        row = Organisation(municipality_id=there.id, code="S01", kind="school", short_name="Чужая")
        uow.session.add(row)
        uow.session.flush()
        return row.id

    stranger = district.container.transact(elsewhere)
    for path in ("", "/rename", "/edit"):
        officer.get(f"{LIST}/{stranger}{path}", status=404)
    officer.post(
        f"{LIST}/{stranger}/rename", status=404, step="gap", **NAME, starts_on="2025-09-01"
    )
    officer.post(f"{LIST}/{stranger}/edit", status=404, phone="1")
    officer.post(f"{LIST}/{stranger}/names/take-back", status=404, reason="так")
    assert "Чужая" not in officer.get(LIST)


def test_a_rename_begins_with_the_name_of_today_and_shows_all_of_it_before_it_is_written(
    officer, school
):
    renamed(officer, school, "2025-12-01", short_name="МБОУ лицей № 12")
    page = officer.get(f"{LIST}/{school}/rename")
    assert "лицей" not in page[page.index("<form") :]
    looked_at = html(
        answer(officer, f"{LIST}/{school}/rename", status=200, **NAME, starts_on="2025-09-15")
    )
    shown = re.findall(r"<dd>(.*?)</dd>", looked_at)
    assert shown == [NAME["short_name"], "15.09.2025", NAME["basis"], NAME["reason"]]


@pytest.mark.shipped
def test_a_file_made_before_a_renaming_still_names_the_school(officer, school):
    book = officer.client.get("/registers/school_figures/rows.xlsx").data
    rows = load_workbook(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    own = next(row for row in rows[1:] if "№ 12" in row[0])
    renamed(officer, school, "2025-08-01")
    own[rows[0].index("Педагогов")] = 99
    own = [int(cell) if isinstance(cell, float) else cell for cell in own]
    file = io.BytesIO("\n".join(";".join(map(str, row)) for row in (rows[0], own)).encode())
    brought = officer.post("/registers/school_figures/import", file=(file, "численность.csv"))
    dry = officer.get(brought.headers["Location"])
    assert "такого в списке нет" not in dry
    assert "изменённых 1" in re.sub(r"\s+", " ", dry)


@pytest.mark.shipped
def test_lists_of_a_day_call_a_school_as_it_was_called_then(officer, school, district):
    old = district.read(lambda uow: uow.facts(1).of(SCHOOLS).get(school)).name
    renamed(officer, school, "2025-09-01")

    def listed(query):
        page = officer.get(f"/registers/school_figures?{query}").replace("\u00a0", " ")
        return page[page.index("<tbody") :]

    assert old in listed("on=2025-08-31")
    assert NAME["short_name"] not in listed("on=2025-08-31")
    assert NAME["short_name"] in listed("on=2025-09-01")
    assert old not in listed("on=2025-09-01")


def book(rows):
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    file.seek(0)
    return file


TITLES = ["Код", "Название", "Полное название", "Тип школы", "Населённый пункт", "Почта"]


def test_new_schools_come_by_a_workbook_and_all_that_is_wrong_is_said_at_once(browser, district):
    specialist = browser("P003")
    good = ["S51", "СОШ № 51", "Средняя школа № 51", "СОШ", "п. Правокумский", "s51@school.example"]
    again = ["S52", "СОШ № 51", "Ещё одна школа № 51", "СОШ", "п. Правокумский", ""]
    wrong = ["С53", "СОШ № 53", "", "СОШ", "с. Нигде", "не почта"]
    sent = {"file": (book([TITLES, good, again, wrong]), "школы.xlsx")}
    place = specialist.post("/registers/school/import", **sent).headers["Location"]
    path = place.removesuffix("/columns")
    page = text_of(specialist.client.get(path))
    for said in (
        "новых 1, изменённых 0",
        "Название: Так уже называется другая организация, её код S51",
        "Код: Код — латинские буквы, цифры, точка и дефис",
        "Полное название: заполните",
        "«с. Нигде» — такого в списке нет",
        "Не похоже на адрес электронной почты",
    ):
        assert said in page, said
    seen = re.search('name="seen" value="([^"]+)"', specialist.get(path))[1]
    specialist.post(path, seen=seen, reason="постановление от 01.08.2025 № 7")
    listed = specialist.get("/admin/organisations?text=S51")
    assert "Средняя школа № 51" in listed
    assert "не указано, как склонять" in listed
    (school,) = [row for row in district.register(SCHOOLS) if row.code == "S51"]
    assert (school.name, school.type) == ("СОШ № 51", "СОШ")
    given = load_workbook(io.BytesIO(specialist.client.get("/registers/school/rows.xlsx").data))
    titles, *rows = given.get_sheet_by_index(0).to_python()
    row = next(row for row in rows if row[titles.index("Код")] == "S51")
    assert row[titles.index("Почта")] == "s51@school.example"
    row[titles.index("Почта")] = "another@school.example"
    row[titles.index("Тип школы")] = "ООШ"
    sent = {"file": (book([titles, row]), "школы.xlsx")}
    again = specialist.post("/registers/school/import", **sent).headers["Location"]
    page = text_of(specialist.client.get(again))
    assert "новых 0, изменённых 1" in page
