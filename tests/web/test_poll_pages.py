"""Anonymous questions on pages: by a link without signing in, signed in, and the links to print."""

import re

import pytest
from stories import done
from survey_story import COORDINATOR, SURVEY, links

from workflow_app.services.accounts.access import MOST_FAILURES_OF_ADDRESS
from workflow_app.store.cases.polls import SqlPolls
from workflow_app.store.models.instances import PollKey

pytestmark = [pytest.mark.shipped, pytest.mark.opened("2025-11-17")]
ALL_FIVE = {f"q.{number}": "4" for number in range(1, 6)}


@pytest.fixture
def survey(district):
    """Return a survey of NW1 that takes answers."""
    case = done(district.start(COORDINATOR, SURVEY)).instance_id
    done(district.act(COORDINATOR, case, "announce_survey"))
    return case


def answers(district, case):
    return district.read(lambda uow: SqlPolls(uow.connection).progress(case).answers)


@pytest.mark.clause("1.8-5")
def test_a_stranger_answers_once_by_the_link_on_paper_and_no_log_tells_of_it(
    browser, district, survey, capfd
):
    sheet = browser(COORDINATOR).post(
        f"/cases/{survey}/links", status=200, **wanted(district, S10=2)
    )
    first, second = re.findall(r"http://[^<]*(/polls/[^<]+)<", sheet.text)
    assert sheet.text.count("data:image/png;base64,") == 2
    assert "/polls/" not in browser(COORDINATOR).get(f"/cases/{survey}/links")
    stranger = browser()
    page = stranger.get(first)
    assert stranger.client.get(first).headers["Referrer-Policy"] == "strict-origin"
    assert "Ответы анонимны" in page
    assert "01.12.2025" in page
    assert page.count('type="radio"') == 25
    half = stranger.post(first, status=422, **{"q.1": "2", "comment": "<b>Далеко</b> ехать"})
    assert half.text.count("Выберите ответ") == 4
    assert "&lt;b&gt;Далеко&lt;/b&gt; ехать" in half.text
    assert re.search(r'name="q.1" value="2" required checked', half.text)
    capfd.readouterr()
    thanks = stranger.post(first.upper().replace("POLLS", "polls"), status=303, **ALL_FIVE)
    assert "Спасибо, ответ принят" in stranger.get(thanks.location)
    assert capfd.readouterr() == ("", ""), "an answer is told in no log"
    assert "По этой ссылке уже ответили" in stranger.get(first, 409)
    assert "По этой ссылке уже ответили" in stranger.post(first, status=409, **ALL_FIVE).text
    assert second not in "".join(map(str, district.rows(PollKey)))
    assert answers(district, survey) == 1
    assert "По ссылкам ответили 1 из 2" in browser(COORDINATOR).get(f"/cases/{survey}")


def wanted(district, **numbers):
    return {f"group.{district.school(code)}": str(number) for code, number in numbers.items()}


@pytest.mark.clause("1.8-5")
def test_people_of_the_schools_answer_signed_in_once_and_for_others_there_is_no_page(
    browser, district, survey
):
    teacher = browser("P204")
    assert f'href="/cases/{survey}/answers"' in teacher.get(f"/cases/{survey}")
    teacher.get(f"/cases/{survey}/answers")
    teacher.post(f"/cases/{survey}/answers", status=303, **ALL_FIVE)
    assert "Вы уже ответили" in teacher.get(f"/cases/{survey}/answers", 409)
    for stranger in ("P105", "P006"):  # a head of another network; a methodist, who reads the case
        browser(stranger).get(f"/cases/{survey}/answers", 404)
        browser(stranger).post(f"/cases/{survey}/answers", status=404, **ALL_FIVE)
    assert answers(district, survey) == 1


def test_links_are_a_page_of_who_runs_it_and_odd_numbers_are_a_sentence(browser, district, survey):
    path = f"/cases/{survey}/links"
    browser("P110").get(path, 404)
    browser("P110").post(path, status=404, **wanted(district, S10=1))
    runs = browser("P006")
    odd = (("много", "число от 0 до 300"), ("-1", "число от 0 до"), ("100000", "число от 0 до"))
    for typed, sentence in (*odd, ("", "хотя бы")):
        page = runs.post(path, status=422, **wanted(district, S10=typed)).text
        assert sentence in page, typed
    first, second, *_ = re.findall(r'name="(group[.][0-9]+)"', runs.get(path))
    page = runs.post(path, status=422, **{first: "-2", second: "три"}).text
    assert page.count("число от 0 до 300") == 4  # at each field, and by the name of its school
    assert page.count('aria-invalid="true"') == 2
    assert 'value="много"' in runs.post(path, status=422, **wanted(district, S10="много")).text


def test_a_form_sent_again_makes_no_links_and_says_so(browser, district, survey):
    runs, path = browser("P006"), f"/cases/{survey}/links"
    sent = {**wanted(district, S10=2), "made": "0"}
    runs.post(path, status=200, **sent)
    assert "новых не прибавилось" in runs.post(path, status=422, **sent).text
    assert len(district.rows(PollKey)) == 2
    assert 'name="made" value="2"' in runs.get(path)
    runs.post(path, status=200, **{**sent, "made": "2"})


def test_who_tries_keys_is_sent_away_and_a_right_key_still_answers(browser, district, survey):
    (key,) = links(district, survey, S10=1)["S10"]
    stranger = browser()
    for _ in range(MOST_FAILURES_OF_ADDRESS):
        page = stranger.get("/polls/2222-3333-4444", 404)
    stranger.get("/polls/2222-3333-4444", 429)
    assert "попросите другую ссылку" in page
    assert "Ко входу" not in page
    assert "Анонимный опрос" in stranger.get(f"/polls/{key}")
