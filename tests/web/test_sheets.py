"""Rows as a sheet: typed, pasted from a spreadsheet, kept where nobody may touch them."""

import datetime as dt

import pytest
from browsing import text_of
from lxml import html
from plans import ACTIVITY, activities, fill, open_plan, rows_of, to_active, to_agreement
from stories import done, mend
from werkzeug.datastructures import MultiDict

from workflow_app.store.models.directory import Position
from workflow_app.store.models.instances import Instance
from workflow_app.web.cookies import COOKIE
from workflow_app.web.pasting import lines_of

HEADER = "Раздел\tНаправление\tМероприятие\tФорма\tРежим\tНачало\tОкончание\tОтветственный"
LINE = (
    "методическое\t{direction}\tСеминар «Дроби»\tсеминар\tдистанционно\t01.10.2025\t31.10.2025\t"
    "Фомина Д.А.\tСОШ № 10; СОШ № 12\tучителя\tпрограмма семинара\tда"
)

pytestmark = [pytest.mark.shipped, pytest.mark.opened("2025-09-10")]


@pytest.fixture
def plan(district):
    return open_plan(district)


@pytest.fixture
def line(district):
    where = district.directions("2025-2026")[0]
    named = district.read(lambda uow: uow.facts(1).name("direction", where))
    return LINE.format(direction=named)


def sent_of(page):
    """Return what a browser sends of the form as it was shown."""
    (form,) = [one for one in html.fromstring(page).forms if "case-form" in one.classes]
    # A browser drops the line break a text area begins with.
    sent = MultiDict((name, value.removeprefix("\n")) for name, value in form.form_values())
    del sent["csrf_token"]
    return sent


def paste(browser, plan, text, status=302):
    sent = sent_of(browser.get(f"/cases/{plan}?show=all"))
    sent["_paste.activities"] = text
    return browser.post(f"/cases/{plan}/draft", status=status, **sent.to_dict(flat=False))


def test_rows_are_pasted_by_their_labels(browser, district, plan, line):
    browser = browser("P201")
    paste(browser, plan, f"{line}\r\n{line}")
    rows = district.case(plan).data.activities
    assert not [row for row in rows[:-2] if not row.title]
    row = rows[-1]
    assert (row.section, row.form, row.mode, row.title) == (
        "method",
        "seminar",
        "remote",
        "Семинар «Дроби»",
    )
    assert f"{row.starts_on} {row.ends_on} {row.adaptation}" == "2025-10-01 2025-10-31 True"
    assert row.participants == (district.school("S10"), district.school("S12"))
    name = district.read(lambda uow: uow.facts(1).post(row.responsible).name)
    assert name.replace("\u00a0", " ") == "Фомина Д.А."


def test_a_row_somebody_wrote_in_stays_when_others_are_pasted(browser, district, plan, line):
    coordinator = browser("P201")
    sent = sent_of(coordinator.get(f"/cases/{plan}?show=all"))
    sent["activities.5.title"], sent["activities.6.section"] = "Семинар", "analysis"
    sent["_paste.activities"] = line
    coordinator.post(f"/cases/{plan}/draft", **sent.to_dict(flat=False))
    own = district.case(plan).data.activities[3:]
    assert [(row.section, row.title) for row in own] == [
        ("method", "Семинар"),
        ("analysis", ""),
        ("method", "Семинар «Дроби»"),
    ]


def test_a_row_nobody_wrote_in_neither_holds_a_plan_up_nor_enters_it(district, plan):
    begun = [row.model_dump(mode="json") for row in district.case(plan).data.activities]
    ready, rows = begun[3:], rows_of(district, plan)
    held = [one.field for one in district.act("P201", plan, "to_vote") if one.field]
    assert held
    assert not [field for field in held if field.startswith("activities.s-")]
    done(district.edit("P201", plan, activities=[*ready, *rows]))
    done(district.act("P201", plan, "to_vote"))
    voted = district.case(plan).data.activities
    assert [row.row_key for row in voted] == [row["key"] for row in rows]


def test_first_line_may_name_the_columns_in_another_order(browser, district, plan):
    text = "Мероприятие\tРаздел\tШколы-участницы\n«Кавычки\n и строки»\tАналитическое\tвсе"
    paste(browser("P201"), plan, text.replace("«Кавычки\n и строки»", '"Срез\nпо дробям"'))
    row = district.case(plan).data.activities[-1]
    assert (row.title, row.section, len(row.participants)) == ("Срез по дробям", "analysis", 5)


def test_what_does_not_fit_is_named_by_row_and_column_and_nothing_is_lost(
    browser, district, plan, line
):
    wrong = line.replace("семинар\tдист", "танцы\tдист").replace("31.10.2025", "31.02.2025")
    wrong = wrong.replace("СОШ № 12", "СОШ № 99")
    text = f"{HEADER}\tШколы-участницы\tДля кого\tОжидаемый результат\tСоциализация и адаптация\n"
    before = district.case(plan).data
    page = paste(browser("P201"), plan, f"{text}{line}\n{wrong}", 422).get_data(as_text=True)
    assert "строка 3, столбец «Форма»: «танцы» — такого в списке нет" in page
    assert "строка 3, столбец «Окончание»: «31.02.2025» — не дата" in page
    assert "строка 3, столбец «Школы-участницы»: «СОШ № 99» — такого в списке нет" in page
    assert "31.02.2025\tФомина Д.А." in page
    assert district.case(plan).data == before


def test_a_name_that_several_have_is_not_guessed(browser, plan, line):
    page = paste(browser("P201"), plan, line.replace("СОШ № 10;", "МКОУ;"), 422)
    assert "подходит несколько, допишите, кто: МКОУ" in page.get_data(as_text=True)


def test_a_name_of_one_person_with_two_posts_is_asked_which(browser, district, plan, line):
    person = district.people["P110"]
    second = {
        "municipality_id": 1,
        "person_id": person,
        "organisation_id": district.school("S10"),
        "role": "teacher",
        "title": "учитель",
        "starts_on": dt.date(2025, 9, 1),
    }

    def appoint(uow):
        uow.session.add(Position(**second))
        uow.session.flush()

    district.container.transact(appoint)
    name = district.read(lambda uow: uow.facts(1).name("person", person)).replace("\u00a0", " ")
    page = paste(browser("P201"), plan, line.replace("Фомина Д.А.", name), 422)
    said = text_of(page)
    assert "это несколько должностей, допишите, какая" in said
    paste(browser("P201"), plan, line.replace("Фомина Д.А.", f"{name}, учитель"))


def test_too_many_columns_are_named(browser, plan, line):
    page = paste(browser("P201"), plan, f"{line}\tлишнее", 422).get_data(as_text=True)
    assert "строка 1: столбцов больше, чем в таблице (12)" in page


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('"Зарница"\tб', [['"Зарница"', "б"]]),
        ('"Мир без конца\r\nвторая "строка', [['"Мир без конца'], ['вторая "строка']]),
        ('"Срез\nпо ""дробям"""\tб\n', [['Срез\nпо "дробям"', "б"], [""]]),
        ('а "б"\t"', [['а "б"', '"']]),
        ("1\u202f000\t\u00a0а", [["1 000", "а"]]),
    ],
)
def test_a_quotation_mark_opens_a_cell_only_as_a_spreadsheet_writes_it(text, lines):
    assert list(lines_of(text)) == lines


TITLES = f"{HEADER}\tШколы-участницы\tДля кого\tОжидаемый результат\tСоциализация и адаптация"


@pytest.mark.parametrize(
    "made",
    [
        lambda line: f"{line}\t\t",
        lambda line: f"1.\t{line}\n2.\t{line}",
        lambda line: f"№ п/п\t{TITLES}\t\n7\t{line}\t",
        lambda line: f"\t{TITLES}\tИтого\n\t{line}",
    ],
    ids=["an empty column", "lines are counted", "counted under a heading", "a heading of nothing"],
)
def test_columns_that_say_nothing_are_passed_over(browser, district, plan, line, made):
    paste(browser("P201"), plan, made(line))
    row = district.case(plan).data.activities[-1]
    assert (row.section, row.title, row.adaptation) == ("method", "Семинар «Дроби»", True)


def test_a_heading_that_names_no_column_is_told_so(browser, plan, line):
    text = f"{TITLES.replace('Мероприятие', 'Что делаем')}\n{line}"
    page = paste(browser("P201"), plan, text, 422).get_data(as_text=True)
    assert "столбца «Что делаем» в таблице нет; не названы ещё: «Мероприятие»" in page
    assert "такого в списке нет" not in page


def test_what_stands_beside_refused_rows_is_saved(browser, district, plan, line):
    head = browser("P201")
    sent = sent_of(head.get(f"/cases/{plan}?show=all"))
    sent["_paste.activities"], sent["no_remote_reason"] = f"{line}\tлишнее", "Нет связи"
    page = head.post(f"/cases/{plan}/draft", status=422, **sent.to_dict(flat=False))
    assert district.case(plan).data.no_remote_reason == "Нет связи"
    assert "data-unkept" not in page.get_data(as_text=True)


@pytest.mark.parametrize("text", [" \t \n", "\t\t\t"])
def test_nothing_pasted_makes_no_row(browser, district, plan, text):
    before = district.case(plan).data.activities
    paste(browser("P201"), plan, text)
    assert len(district.case(plan).data.activities) == len(before)


def test_saving_by_itself_leaves_pasted_text_alone(browser, district, plan, line):
    browser = browser("P201")
    shown = sent_of(browser.get(f"/cases/{plan}?show=all"))
    before = district.case(plan).data
    response = browser.client.post(
        f"/cases/{plan}/draft",
        headers={"X-Requested-With": "fetch"},
        data={
            **shown.to_dict(flat=False),
            "_paste.activities": line,
            "csrf_token": browser.token(),
        },
    )
    assert response.status_code == 200
    after = district.case(plan).data
    assert after.activities.difference(before.activities) == {}


def test_done_row_is_shown_with_the_reason_and_survives_saving(browser, district, plan):
    done(district.edit("P201", plan, activities=rows_of(district, plan)))
    to_active(district, plan)
    found = activities(district, plan)
    report = {"actual_on": "2025-09-10", "participants_count": 9, "result": "Прошло, есть итоги"}
    done(district.act("P201", found["a5"], "report_done", **report))
    done(district.act("P101", found["a5"], "confirm_up"))
    done(district.act("P201", plan, "revise", reason="новые сроки"))
    second = district.rows(Instance, process="annual_plan")[-1]["id"]
    coordinator = browser("P201")
    page = coordinator.get(f"/cases/{second}?show=all")
    assert "мероприятие проведено: строка больше не меняется" in page
    assert "строка внесена по рекомендации: её не удаляют" in page
    before = district.case(second).data.activities
    sent = sent_of(page)
    sent["_shown.activities.a5"] = "as a script keeps it"
    sent["no_remote_reason"] = "Есть связь"
    coordinator.post(f"/cases/{second}/draft", **sent.to_dict(flat=False))
    after = district.case(second).data
    assert after.no_remote_reason == "Есть связь"
    assert after.activities.get("a5") == before.get("a5")


def test_a_row_nobody_wrote_is_asked_for_and_not_read(browser, district, plan):
    kept = district.case(plan).data.activities
    empty = next(row.key for row in kept if not row.title)
    assert f'id="f-activities-{empty}"' in browser("P201").get(f"/cases/{plan}?show=all")
    page = browser("P102").get(f"/cases/{plan}?show=all")
    assert f'id="f-activities-{empty}"' not in page
    assert page.count('<tr id="f-activities-') == sum(bool(row.title) for row in kept)


def test_a_line_break_in_a_title_is_a_space(browser, district, plan):
    browser = browser("P201")
    sent = sent_of(browser.get(f"/cases/{plan}?show=all"))
    sent["activities.0.title"] = "Ввести срез\r\nпо дробям"
    browser.post(f"/cases/{plan}/draft", **sent.to_dict(flat=False))
    assert district.case(plan).data.activities[0].title == "Ввести срез по дробям"


def test_remark_about_a_row_stands_beside_it(browser, district, plan):
    done(district.edit("P201", plan, activities=rows_of(district, plan)))
    done(district.act("P201", plan, "to_vote"))
    for head in ("P101", "P102", "P110", "P112", "P113"):
        if district.state(plan) == "council_vote":
            done(district.act(head, plan, "vote_for"))
    remark = {"key": "1", "about": "activities.a5", "text": "срок раньше ввода ВСОКО"}
    done(district.act("P006", plan, "return", remarks=[remark]))
    page = browser("P201").get(f"/cases/{plan}?show=all")
    row = page[page.index('id="f-activities-a5"') : page.index('id="f-activities-a6"')]
    assert "срок раньше ввода ВСОКО" in row
    # Beside the row, where an answer is asked for, why it may not go up yet, and in the history.
    assert page.count("срок раньше ввода ВСОКО") == 4


def test_board_shows_what_grew_from_rows(browser, district, plan):
    done(district.edit("P201", plan, activities=rows_of(district, plan)))
    to_active(district, plan)
    found = activities(district, plan)
    done(district.act("P201", found["a7"], "cancel", reason="карантин"))
    district.at("2025-11-05")
    page = browser("P102").get(f"/cases/{plan}?show=all")
    assert "Мероприятия плана: 1 из 12 завершено" in page
    assert "просрочено 11" in page
    assert page.count('class="tile is-late"') == 11
    assert "октябрь 2025" in page
    assert len(district.rows(Instance, process=ACTIVITY)) == 12


def test_what_is_done_already_is_said_not_asked_for_and_leads_to_what_was_begun(
    browser, district, plan
):
    fill(district, plan)
    assert "координатор базовой школы, МКОУ СОШ № 1" in browser("P101").get(
        f"/cases/{plan}?show=all"
    )
    to_active(district, plan)
    asked = f"/cases/{plan}/actions/revise"
    coordinator = browser("P201")
    assert 'name="reason"' in coordinator.get(asked)
    done(district.act("P201", plan, "revise", reason="новые сроки"))
    page = html.fromstring(coordinator.get(f"/cases/{plan}?show=all"))
    (said,) = page.xpath("//li[*[@data-code='edition_open']]")
    assert said.text_content().strip() == "Изменить план: Новая редакция плана уже готовится"
    assert not page.xpath("//li[contains(@class, 'not-now')]")
    page = html.fromstring(coordinator.get(asked))
    assert page.xpath(f"//section//a[@href='/cases/{district.child(plan)}']")
    assert not page.xpath("//form[contains(@class, 'card-form')]")


@pytest.mark.opened("2026-01-12")
def test_a_plan_asks_for_a_new_edition_until_one_is_on_its_way(browser, district):
    plan = fill(district, open_plan(district, "NW2"), "NW2", ends_on="2026-02-27")
    to_active(district, plan, "NW2")
    district.at("2026-01-19")
    district.learn()
    district.notify_subscriber(plan, "network_change", "applied")
    coordinator, asks = browser("P202"), 'Чего ждём</h2><ul class="plain"><li>Изменить план:'
    waiting = f'class="title" href="/cases/{plan}"'
    assert waiting in coordinator.get("/")
    assert asks in coordinator.get(f"/cases/{plan}?show=all")
    answer = coordinator.post(f"/cases/{plan}/actions/revise", reason="школа № 5 вошла в сеть")
    page, edition = coordinator.get(f"/cases/{plan}?show=all"), district.child(plan)
    assert answer.location == f"/cases/{edition}", "she goes on where she writes"
    assert f'Новая редакция готовится: <a href="/cases/{edition}">' in page
    assert "Чего ждём" not in page
    assert waiting not in coordinator.get("/")
    assert f'class="title" href="/cases/{edition}"' in coordinator.get("/")
    coordinator.post(f"/cases/{plan}/take-back")
    assert asks in coordinator.get(f"/cases/{plan}?show=all")
    assert waiting in coordinator.get("/")


def test_the_reason_for_no_remote_formats_is_asked_for_where_there_are_none(
    browser, district, plan
):
    asked = "Почему нет дистанционных форматов"
    rows = rows_of(district, plan)
    done(district.edit("P201", plan, activities=[{**row, "mode": "in_person"} for row in rows]))
    assert asked in browser("P201").get(f"/cases/{plan}?show=all")
    done(district.edit("P201", plan, activities=rows))
    for person in ("P201", "P101"):
        assert asked not in browser(person).get(f"/cases/{plan}?show=all"), person


def test_a_value_that_does_not_fit_is_named_and_led_to_by_the_key_of_its_row(
    browser, district, plan
):
    fill(district, plan)
    head = browser("P201")
    sent = sent_of(head.get(f"/cases/{plan}?show=all"))
    places = [row.row_key for row in district.case(plan).data.activities]
    sent[f"activities.{places.index('a7')}.starts_on"] = "скоро"
    sent = sent.to_dict(flat=False)
    refused = head.post(f"/cases/{plan}/draft", status=422, **sent, _action="to_vote")
    page = html.fromstring(refused.text)
    link = page.xpath("//div[@id='reasons']//a")[0]
    assert link.text == "«Начало», строка 8: дата не распознана, пример: 01.09.2025"
    assert page.get_element_by_id(link.get("href")[1:]).tag == "tr"


def rail_of(page):
    """Return station → its class, of the rail on a case's page."""
    return {
        stage.xpath("string(text()[1])").strip(): stage.get("class")
        for stage in html.fromstring(page).xpath("//ol[contains(@class, 'stepper')]/li")
    }


def test_rail_shows_where_a_case_stands_and_leaves_out_what_it_passed_over(browser, district, plan):
    fill(district, plan)
    to_agreement(district, plan)
    remark = {"key": "1", "about": "activities.a5", "text": "уточните сроки"}
    done(district.act("P006", plan, "return", remarks=[remark]))
    mend(district, "P201", plan)
    coordinator = browser("P201")
    assert list(rail_of(coordinator.get(f"/cases/{plan}?show=all")).items())[:5] == [
        ("Черновик", "is-passed"),
        ("Голосование совета", "is-passed"),
        ("На согласовании в методическом центре", "is-passed"),
        ("На доработке", "is-now"),
        ("Согласован", ""),
    ]
    to_active(district, plan)
    done(district.act("P201", plan, "revise", reason="ответственный на курсах"))
    second = district.child(plan)
    rows = [row.model_dump(mode="json") for row in district.case(second).data.activities]
    rows[5]["ends_on"] = "2025-10-24"
    done(district.edit("P201", second, activities=rows))
    done(district.act("P201", second, "to_vote"))
    assert list(rail_of(coordinator.get(f"/cases/{second}?show=all")))[:2] == [
        "Черновик",
        "На согласовании в методическом центре",
    ]
    done(district.act("P005", second, "agree"))
    done(district.act("P101", second, "approve"))
    assert list(rail_of(coordinator.get(f"/cases/{plan}?show=all")).items())[-2:] == [
        ("Действует", "is-passed"),
        ("Заменён новой редакцией", "is-now"),
    ]


@pytest.mark.opened("2025-10-20")
def test_the_page_says_by_name_whom_a_post_waits_for_and_by_part_which_head(browser, district):
    plan = fill(district, open_plan(district, "NW2"), "NW2")
    to_active(district, plan, "NW2")
    case = next(iter(activities(district, plan).values()))
    post = district.case(case).data.responsible
    held = district.read(lambda uow: uow.facts(1).post(post).name)
    page = html.fromstring(browser("P202").get(f"/cases/{case}?show=all"))
    (waits,) = page.xpath("//section[h2='Чего ждём']")
    assert f"ответственный за мероприятие, {held}" in waits.text_content()


def test_pasted_rows_pass_the_door_of_an_ended_visit(browser, plan, line):
    coordinator = browser("P201")
    sent = sent_of(coordinator.get(f"/cases/{plan}?show=all"))
    sent["_paste.activities"], sent["csrf_token"] = line, coordinator.token()
    coordinator.client.delete_cookie(COOKIE)
    here = {"Referer": f"http://localhost/cases/{plan}"}
    page = coordinator.client.post(
        f"/cases/{plan}/draft", data=sent.to_dict(flat=False), headers=here
    ).text
    (door,) = html.fromstring(page).forms
    assert dict(door.form_values())["_carried._paste.activities"].strip() == line
