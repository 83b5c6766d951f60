"""Requests that parents and pupils write by a school's link: they wait until its people decide."""

import re

import pytest
from browsing import text_of

from workflow_app.store.models.messages import Notice
from workflow_app.store.models.registers import RegisterEntry, Suggestion
from workflow_app.web.suggesting import MOST_OF_ADDRESS
from workflows.registers.service_requests import REQUESTS, TOPICS

pytestmark = [pytest.mark.opened("2026-04-02"), pytest.mark.shipped]
PAGE = "/registers/service_request/suggestions"


@pytest.fixture
def topic(district):
    return district.enter(TOPICS, name="ОГЭ математика")


@pytest.fixture
def link(browser, district):
    """Return the address of the link that the head of S10 has made."""
    head = browser("P110")
    head.post(f"{PAGE}/link", organisation=str(district.school("S10")))
    return address(head)


def address(head):
    found = re.search(r'href="http://[^"]*(/suggest/[a-z0-9]+)"', head.get(PAGE))
    return found and found[1]


def said(topic, **values):
    return {"source": "parents", "topic": str(topic), "text": "", **values}


@pytest.mark.clause("1.6-A1")
def test_what_strangers_write_waits_and_is_taken_in_by_one_press_added_up(
    browser, district, topic, link
):
    stranger = browser()
    page = stranger.get(link)
    assert "59-ФЗ" in page
    assert 'name="count"' not in page  # each is one
    assert "администрация" not in page
    assert page.count("без фамилий") == 1
    assert 'name="school"' not in page
    stranger.post(link, status=303, **said(topic, text="Пробные работы <b>чаще</b>"))
    stranger.post(link, status=303, **said(topic, count="300", text="Разбор вариантов"))
    sent = stranger.post(link, status=303, **said(topic, source="pupils"))
    assert "Спасибо, передано" in stranger.get(sent.location)  # and again, as often as she likes
    assert not district.register(REQUESTS)
    told = [row for row in district.rows(Notice) if "предложено по ссылке" in row["subject"]]
    assert [row["person_id"] for row in told] == [district.people["P110"]]  # once a day
    school = text_of(browser("P110").client.get(f"/schools/{district.school('S10')}"))
    assert "ждут решения: 3" in school
    head = browser("P110")
    assert "Пробные работы &lt;b&gt;чаще&lt;/b&gt;" in head.get(PAGE)
    first, second, third = [str(row["id"]) for row in district.rows(Suggestion)]
    assert "Отметьте хотя бы одну" in head.post(PAGE, status=422).text
    assert not re.search(r'name="chosen" [^>]*checked', head.get(PAGE))
    head.post(PAGE, chosen=[first, second])
    assert "Внесено в реестр: 2. Новых записей: 1." in head.says(PAGE)[0]
    head.post(PAGE, chosen=third, _drop="1")
    (row,) = district.register(REQUESTS)
    assert (row.source, row.count, row.month) == ("parents", 2, "04")
    assert row.text == "Пробные работы <b>чаще</b>; Разбор вариантов"
    assert district.rows(Suggestion) == []
    stranger.post(link, status=303, **said(topic))
    assert "Прибавится к вашей записи: сейчас в ней 2" in head.get(PAGE)
    head.post(PAGE, chosen=str(district.rows(Suggestion)[0]["id"]))
    assert [row.count for row in district.register(REQUESTS)] == [3]
    assert "было 2, стало 3" in head.says(PAGE)[0]


def test_names_and_telephones_are_kept_out_of_the_register(browser, district, topic, link):
    stranger, head = browser(), browser("P110")
    for text in ("звоните 8 (928) 123-45-67", "пишите mama@mail.example"):
        page = stranger.post(link, status=422, **said(topic, text=text, no_name="1")).text
        assert "Похоже на телефон или адрес" in page
    named = said(topic, text="кружок для Ивана Белова, 5 класс")
    page = stranger.post(link, status=422, **named).text
    assert "Что именно: «Ивана Белова» похоже на фамилию" in page
    assert "Это не имя человека" in page
    stranger.post(link, status=303, **named, no_name="1")
    (waiting,) = [str(row["id"]) for row in district.rows(Suggestion)]
    assert "похоже на имя человека: Ивана Белова" in text_of(head.client.get(PAGE))
    bad = {"chosen": waiting, f"text-{waiting}": "кружок, Белова И. П."}
    page = head.post(PAGE, status=422, **bad).text
    assert "без имён" in page
    assert 'value="кружок, Белова И. П."' in page
    head.post(PAGE, **{**bad, f"text-{waiting}": "кружок для 5 класса"})
    (row,) = district.register(REQUESTS)
    assert row.text == "кружок для 5 класса"
    entries = str(district.rows(RegisterEntry))
    assert "Белова" not in entries


@pytest.mark.clause("1.6-A1")
def test_another_school_neither_sees_nor_takes_what_waits_nor_opens_the_link(
    browser, district, topic, link
):
    browser().post(link, status=303, **said(topic))
    (waiting,) = district.rows(Suggestion)
    other = browser("P101")
    assert "ОГЭ математика" not in other.get(PAGE)
    other.post(PAGE, status=422, chosen=str(waiting["id"]))
    other.post(f"{PAGE}/link", status=404, organisation=str(district.school("S10")))
    other.get(f"{PAGE}/sheet/{district.school('S10')}", 404)
    for reader in ("P003", "P006"):
        browser(reader).get(PAGE, 404)
    assert district.rows(Suggestion) == [waiting]


def test_a_link_made_anew_or_closed_leads_nowhere_and_the_sheet_shows_the_new_one(
    browser, district, link
):
    head, school = browser("P110"), str(district.school("S10"))
    head.post(f"{PAGE}/link", organisation=school)
    new = address(head)
    assert new != link
    assert "закрыта" in browser().get(link, 404)
    sheet = head.get(f"{PAGE}/sheet/{school}")
    assert new in sheet
    assert "камеру телефона" in sheet
    assert len(re.findall("<details", head.get(PAGE))) >= 2, "asks before it closes"
    browser().get(new)
    head.post(f"{PAGE}/link", organisation=school, _close="1")
    browser().get(new, 404)
    head.get(f"{PAGE}/sheet/{school}", 404)


@pytest.mark.parametrize(
    ("odd", "sentence"),
    [
        ({"source": "teachers"}, "Выберите из списка"),
        ({"text": "Иванова А. П. просит"}, "без имён"),
        ({"text": "ы" * 201}, "Не больше 200"),
        ({"topic": "999"}, "Не отправлено"),
        ({"source": ""}, "Не отправлено"),
    ],
)
def test_what_could_be_no_request_is_a_sentence_and_nothing_is_lost(
    browser, district, topic, link, odd, sentence
):
    page = browser().post(link, status=422, **{**said(topic, text="про кружок"), **odd}).text
    assert sentence in page
    assert odd.get("text", "про кружок") in page
    assert district.rows(Suggestion) == []


def test_a_flood_from_one_address_is_stopped(browser, district, topic, link):
    stranger = browser()
    for _ in range(MOST_OF_ADDRESS):
        stranger.post(link, status=303, **said(topic))
    assert "Слишком много" in stranger.post(link, status=429, **said(topic)).text
    assert len(district.rows(Suggestion)) == MOST_OF_ADDRESS
