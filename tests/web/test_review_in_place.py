"""A reviewer looks a text through on its own page; what she writes is hers until her step."""

import re

import pytest
from browsing import field, text_of
from counting import counted
from stories import done, mend

from workflow_app.store.models.instances import History, ReviewDraft

pytestmark = pytest.mark.shipped
TEXT = "Цель не отличается от типовой"


def bar(page):
    """Return what the bar under the text says."""
    return " ".join(re.search(r'<span class="seen">(.*?)</span>', page, re.DOTALL)[1].split())


def write(reviewer, case, status=302, **said):
    seen = field(reviewer.get(f"/cases/{case}"), "_seen")
    said = {name.replace("__", "."): value for name, value in said.items()}
    return reviewer.post(f"/cases/{case}/review", status=status, **{"_seen": seen, **said})


def test_a_remark_takes_one_form_of_the_page_and_is_in_no_history(browser, district, submitted):
    methodist = browser("P006")
    page = methodist.get(f"/cases/{submitted}")
    assert bar(page) == "просмотрено 0 из 4"
    before = len(district.rows(History, instance_id=submitted))
    answer = write(methodist, submitted, on__goal=TEXT, _at="goal")
    assert answer.location == f"/cases/{submitted}#f-goal"
    school = district.school("S05")
    write(methodist, submitted, **{f"on.members.{school}": "Что нужно школе?"})
    write(methodist, submitted, _accept="name")
    page = methodist.get(f"/cases/{submitted}")
    assert bar(page) == "просмотрено 3 из 4 · 2 замечания"
    assert f">\n{TEXT}</textarea>" in page
    assert len(district.rows(History, instance_id=submitted)) == before
    for reader in ("P102", "P005", "P003"):
        assert TEXT not in browser(reader).get(f"/cases/{submitted}")


def test_every_step_beside_a_review_takes_what_is_written_along(browser, submitted):
    beside = browser("P006").get(f"/cases/{submitted}").split('id="may"')[1].split("</ul>")[0]
    assert beside.count('form="review" name="_ask"') == 2
    assert "/actions/" not in beside


def test_a_part_with_a_remark_is_not_accepted_and_both_are_taken_back(browser, submitted):
    methodist = browser("P006")
    write(methodist, submitted, _accept="name")
    write(methodist, submitted, on__name="Короткое имя", on__goal=TEXT, _accept="directions")
    assert bar(methodist.get(f"/cases/{submitted}")) == "просмотрено 2 из 4 · 2 замечания"
    write(methodist, submitted, on__name="", on__goal="", _accept="members")
    assert bar(methodist.get(f"/cases/{submitted}")) == "просмотрено 1 из 4"
    write(methodist, submitted, _doubt="members", on__нет="о том, чего нет")
    assert bar(methodist.get(f"/cases/{submitted}")) == "просмотрено 0 из 4"


def test_the_return_begins_with_what_was_written_and_ends_the_review(browser, district, submitted):
    methodist = browser("P006")
    to = write(methodist, submitted, on__goal=TEXT, _return="return").location
    assert to == f"/cases/{submitted}/actions/return"
    page = methodist.get(to)
    assert f">\n{TEXT}</textarea>" in page
    assert 'value="goal" selected' in page
    sent = {name: field(page, name) for name in ("_version", "_seen")}
    sent |= {"remarks.0.about": "goal", "remarks.0.text": f"{TEXT}."}
    methodist.post(to, **sent)
    assert [row.text for row in district.case(submitted).data.remarks] == [f"{TEXT}."]
    methodist.post(f"/cases/{submitted}/review", status=422, on__goal=TEXT)
    methodist.post(f"/cases/{submitted}/take-back")
    assert bar(methodist.get(f"/cases/{submitted}")) == "просмотрено 1 из 4 · 1 замечание"


def test_a_review_costs_one_statement_of_its_own(browser, district, submitted):
    methodist = browser("P006")
    write(methodist, submitted, on__goal=TEXT)
    with counted(district) as statements:
        methodist.get(f"/cases/{submitted}")
    assert len([one for one in statements if "review_draft" in one]) == 1
    with counted(district) as statements:
        browser("P003").get(f"/cases/{submitted}")
    assert [one for one in statements if "review_draft" in one] == []


def test_a_step_that_would_drop_remarks_says_so_wherever_it_is_taken(browser, district, submitted):
    methodist = browser("P006")
    assert write(methodist, submitted, _ask="endorse").location.endswith("/actions/endorse")
    write(methodist, submitted, on__goal=TEXT)
    path = f"/cases/{submitted}/actions/endorse"
    page = methodist.get(path)
    assert "записано 1 замечание" in page
    assert f'<li class="told-lines">{TEXT}</li>' in page
    assert f'href="/cases/{submitted}/actions/return"' in page
    sent = {name: field(page, name) for name in ("_version", "_seen")}
    answer = methodist.post(path, status=422, conclusion="Условия выполнены.", **sent)
    assert "записано 1 замечание" in answer.get_data(as_text=True)
    assert district.state(submitted) == "submitted"
    write(methodist, submitted, on__goal="")
    methodist.post(path, conclusion="Условия выполнены.", **sent)
    assert district.state(submitted) != "submitted"


def test_only_who_may_return_reviews_and_only_what_she_sees(browser, district, submitted):
    browser("P106").post(f"/cases/{submitted}/review", status=404)
    refused = browser("P102").post(f"/cases/{submitted}/review", status=422, on__goal=TEXT)
    assert "Просматривать здесь больше нечего" in text_of(refused)
    methodist = browser("P006")
    stale = write(methodist, submitted, 422, _seen="0" * 64, on__goal=TEXT)
    page = stale.get_data(as_text=True)
    assert "Обновите её" in page
    assert f">\n{TEXT}</textarea>" in page, "what she wrote is still there"
    wrong = write(methodist, submitted, 422, on__goal="длинно " * 2000)
    assert "Слишком длинный" in text_of(wrong) or "слишком длинный" in text_of(wrong)
    assert district.rows(ReviewDraft) == []


def test_the_second_round_shows_remark_answer_and_difference_part_by_part(
    browser, district, submitted
):
    remarks = [{"key": "r0", "about": "goal", "text": TEXT}]
    done(district.act("P006", submitted, "return", remarks=remarks))
    done(district.edit("P102", submitted, goal="Сдать ОГЭ без двоек"))
    mend(district, "P102", submitted)
    done(district.act("P102", submitted, "resend"))
    done(district.act("P102", submitted, "submit"))
    page = browser("P006").get(f"/cases/{submitted}")
    parts = dict(re.findall(r'<section class="unit" id="u-(\w+)"(.*?)</section>', page, re.DOTALL))
    told = parts["directions"].split('class="round"')[1]
    assert re.search(rf"{TEXT}.*исправлено.*Сдать ОГЭ без двоек", told, re.DOTALL)
    assert [key for key, said in parts.items() if "ничего не изменилось" in said] == [
        "name",
        "members",
        "coordinator",
    ]
