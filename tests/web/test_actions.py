"""The form of an action: what it shows of the present, and what it asks for."""

import datetime as dt
import re

import pytest
from browsing import text_of
from change_story import network, request
from lxml import html
from plans import activities, life, open_plan, post, rows_of, to_active
from stories import done

REPORT = {"actual_on": "2025-09-10", "participants_count": 9, "result": "Прошло, есть итоги"}

pytestmark = [pytest.mark.shipped, pytest.mark.opened("2025-09-10")]


@pytest.fixture
def plan(district):
    """Return a plan that is being written, its first own row a seminar."""
    found = open_plan(district)
    rows = rows_of(district, found)
    rows[5] |= {"form": "seminar", "responsible": post(district, "P110")}
    done(district.edit("P201", found, activities=rows))
    return found


@pytest.fixture
def held(district, plan):
    """Return the activities of the plan in force."""
    return activities(district, to_active(district, plan))


def label(page, name):
    """Return what the label of a field says."""
    return re.search(rf'<label for="f-{name}">(.*?)</label>', page, re.DOTALL)[1]


def begins(page):
    """Return what the fields of an action's form begin with."""
    (form,) = [one for one in html.fromstring(page).forms if "card-form" in one.classes]
    return dict(form.form_values())


def test_a_seminar_asks_for_its_evidence_before_it_is_refused(browser, held):
    page = browser("P110").get(f"/cases/{held['a5']}/actions/report_done")
    for name in ("evidence", "link"):
        assert "нужен файл или ссылка" in label(page, name)
        assert "необязательно" not in label(page, name)


def test_a_meeting_may_end_without_evidence(browser, held):
    page = browser("P201").get(f"/cases/{held['a6']}/actions/report_done")
    assert "необязательно" in label(page, "evidence")
    assert "нужен файл" not in page


def test_who_and_when_begin_with_what_stands_now(browser, district, held):
    coordinator = browser("P201")
    dates = begins(coordinator.get(f"/cases/{held['a5']}/actions/postpone"))
    assert (dates["starts_on"], dates["ends_on"]) == ("2025-10-01", "2025-10-31")
    other = begins(coordinator.get(f"/cases/{held['a5']}/actions/hand_over"))
    assert other["responsible"] == str(post(district, "P110"))
    people = begins(browser("P003").get(f"/cases/{life(district, 'NW1')}/actions/name_people"))
    assert people["coordinator"] == str(district.people["P201"])
    assert people["curator"] == str(district.people["P006"])


def test_who_fills_in_an_action_may_look_at_the_case_on_the_same_page(browser, district, held):
    done(district.act("P201", held["a6"], "report_done", **REPORT))
    page = html.fromstring(browser("P101").get(f"/cases/{held['a6']}/actions/reject_evidence"))
    (told,) = page.xpath("//details[summary[text()='Что в деле']]")
    assert "Мероприятие a6" in told.text_content()
    assert REPORT["result"] in told.text_content()
    ids = page.xpath("//main//@id")
    assert len(ids) == len(set(ids))


def test_an_answer_names_no_place_of_the_page_twice(browser, district):
    said = {"school": district.school("S05"), "effective_on": "2025-10-15"}
    change = request(district, "P003", network(district, "NW1"), "add", **said)
    done(district.act("P003", change, "send"))
    page = html.fromstring(browser("P105").get(f"/cases/{change}/actions/decline_change"))
    assert page.xpath("//textarea[@name='reason']")
    ids = page.xpath("//main//@id")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("answer", ["vote_for", "vote_against"])
def test_a_vote_says_what_is_voted_on(browser, district, plan, answer):
    done(district.act("P201", plan, "to_vote"))
    page = browser("P110").get(f"/cases/{plan}/actions/{answer}")
    assert "<h2>План сети «Математика: от дефицита к результату» на 2025/2026" in page
    assert "Повышение качества образования" in page
    assert f'href="/cases/{plan}#f-activities">Мероприятия: 12</a>' in page
    assert "<h1>Голосование совета сети: «" in page


def test_answers_stand_under_the_question_they_are_to(browser, district, plan):
    done(district.act("P201", plan, "to_vote"))
    said = text_of(browser("P110").client.get(f"/cases/{plan}"))
    at = [said.index(one) for one in ("Голосование совета сети: За", "Против", "Воздержаться")]
    assert at == sorted(at)


def test_who_answers_hears_whose_voice_it_was_and_how_many_are_still_awaited(
    browser, district, plan
):
    done(district.act("P201", plan, "to_vote"))
    voter = browser("P110")
    voter.post(f"/cases/{plan}/actions/vote_for")
    (said,) = voter.says()
    own = "Школа проголосовала за план (ответ за МКОУ СОШ № 10 с. Турксад)."
    assert said == f"{own} Ждём ещё 4 школы, до 15 сентября."


def test_a_button_under_the_text_names_what_it_did(browser, plan):
    author = browser("P201")
    author.post(f"/cases/{plan}/draft", _action="to_vote")
    assert author.says() == ["План отправлен на голосование совета. Ждём 5 школ, до 15 сентября."]


def test_a_link_to_a_step_already_done_leads_to_what_can_be_done_now(browser, district, plan):
    done(district.act("P201", plan, "to_vote"))
    voter = browser("P110")
    voter.post(f"/cases/{plan}/actions/vote_for")
    said = text_of(voter.client.get(f"/cases/{plan}/actions/vote_for"))
    assert "Этот шаг уже сделан или сейчас невозможен" in said
    assert "Как шло дело" in said
    voter.get(f"/cases/{plan}/actions/no_such_step", 404)


def table_of(page, title):
    """Return the rows under a heading: what somebody is called, her answer, her words."""
    rows = html.fromstring(page).xpath(f"//h2[text()='{title}']/following::table[1]/tbody/tr")
    return {row[0].text.strip(): " ".join(row.text_content().split()) for row in rows}


CONSENTS = "Согласие школы на участие"


@pytest.mark.opened("2025-08-28")
def test_who_accepts_the_conditions_of_a_school_reads_them_on_the_same_page(
    browser, district, collecting
):
    words = {"reason": "Подвоз оплатит район."}
    done(district.act("P105", collecting, "agree_with_conditions", **words))
    done(district.act("P103", collecting, "agree"))
    school = district.school("S05")
    page = browser("P102").get(f"/cases/{collecting}/actions/accept_conditions?voter={school}")
    (said,) = table_of(page, CONSENTS).values()
    assert words["reason"] in said
    invited = browser("P103").get(f"/cases/{collecting}/actions/revoke")
    assert words["reason"] not in invited


@pytest.mark.opened("2025-08-28")
def test_what_is_approved_stands_on_the_page_of_the_approval(browser, district, in_review):
    district.carry_out()
    page = browser("P002").get(f"/cases/{in_review}/actions/approve")
    (told,) = html.fromstring(page).xpath("//details[summary[text()='Что в деле']]")
    assert "open" in told.attrib
    assert "Читательская грамотность: P102" in told.text_content()
    assert told.xpath(".//a[contains(@href, '/documents/')]")
    assert len(table_of(page, CONSENTS)) == 3
    ids = html.fromstring(page).xpath("//main//@id")
    assert len(ids) == len(set(ids))


@pytest.mark.opened("2025-08-28")
def test_who_signs_reads_the_remarks_of_the_visas(browser, district, order):
    done(district.act("P003", order, "send"))
    done(district.act("P005", order, "visa_with_remarks", reason="Срок для школ тесен."))
    page = browser("P002").get(f"/cases/{order}/actions/sign")
    assert any("Срок для школ тесен." in said for said in table_of(page, "Виза").values())
    assert "В приказе останется пропуск" in page
    done(district.act("P002", order, "sign"))
    assert "В приказе останется пропуск" in browser("P004").get(f"/cases/{order}/actions/register")


@pytest.mark.opened("2025-08-28")
def test_an_order_is_signed_by_what_the_municipality_accepts(browser, district, order):
    for person, action in (("P003", "send"), ("P005", "visa")):
        done(district.act(person, order, action))
    path, kinds = f"/cases/{order}/actions/sign", {"consent": ["simple"], "report": ["simple"]}
    browser("P003").post("/admin/settings/A-14", **kinds, order=["paper_scan"])
    page = browser("P002").get(path)
    assert 'name="scan"' in page
    assert 'name="password"' not in page
    browser("P003").post("/admin/settings/A-14", **kinds, order=["simple"])
    page = browser("P002").get(path)
    assert 'name="scan"' not in page
    assert 'name="password"' in page


def test_a_school_that_leaves_is_chosen_among_those_of_the_network(browser, district):
    said = {"school": district.school("S12"), "effective_on": "2025-10-15"}
    change = request(district, "P003", network(district, "NW1"), "remove", **said)
    inside = {str(school) for school in district.case(change).data.members}
    page = html.fromstring(browser("P003").get(f"/cases/{change}"))
    offered = {one for one in page.xpath("//select[@name='school']/option/@value") if one}
    assert offered == inside


def test_a_second_click_is_told_kindly_what_the_first_one_did(browser, district, held):
    case, coordinator = held["a6"], browser("P201")
    path = f"/cases/{case}/actions/report_done"
    before = len(district.history(case))
    coordinator.post(path, **REPORT)
    first = coordinator.says()[0]
    again = coordinator.post(path, **REPORT)
    assert again.status_code == 302
    (said,) = coordinator.says()
    assert said == f"Уже сделано, второй раз не нужно. {first}"
    assert len(district.history(case)) == before + 1
    district.container.clock.advance(dt.timedelta(minutes=11))
    refused = coordinator.post(path, status=422, **REPORT)
    assert "невозможно: дело на этапе «" in text_of(refused)
