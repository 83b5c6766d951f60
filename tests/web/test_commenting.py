"""Comments beside a case: who writes, who is called, and what a comment never does."""

import re

import pytest

from workflow_app.services.cases import comments
from workflow_app.store.models.instances import CaseComment, History
from workflow_app.store.models.messages import Notice, OutboxMessage

pytestmark = pytest.mark.shipped

TEXT = "Посмотрите <b>расстояние</b> до школы № 6:\n{heading} %s"


def called_on(page):
    """Return who may be called: title of her office by her id."""
    found = re.findall(r'name="called" value="(\d+)".*?class="detail">([^<]*)<', page, re.DOTALL)
    return {int(key): title for key, title in found}


def test_a_reader_writes_beside_a_case_and_who_is_called_hears_of_it(browser, district, submitted):
    before = len(district.rows(History, instance_id=submitted))
    reader, own = browser("P006"), f"/cases/{submitted}/comments"
    assert f'href="{own}"' in reader.get(f"/cases/{submitted}")
    head = district.people["P102"]
    assert head in called_on(reader.get(own))
    answer = reader.post(own, comment=TEXT, called=str(head))
    assert answer.headers["Location"] == own
    reader.post(own, comment=TEXT, called=str(head))  # a press too many
    page = browser("P102").get(own)
    assert page.count("Посмотрите &lt;b&gt;расстояние&lt;/b&gt;") == 1
    assert "{heading} %s" in page
    assert "1 комментарий" in browser("P102").get(f"/cases/{submitted}")
    district.carry_out()
    told = [row for row in district.rows(Notice, person_id=head) if "обсуждение" in row["subject"]]
    assert len(told) == 1
    assert "{heading} %s" in told[0]["text"]
    assert len(district.rows(History, instance_id=submitted)) == before


def test_nobody_is_called_who_does_not_read_the_case(browser, district, submitted):
    reader, own = browser("P006"), f"/cases/{submitted}/comments"
    stranger = district.people["P117"]
    assert stranger not in called_on(reader.get(own))
    answer = reader.post(own, status=422, comment="Взгляните", called=str(stranger))
    page = answer.get_data(as_text=True)
    assert "Позвать можно только того, кто читает это дело" in page
    assert "Взгляните" in page
    assert district.rows(CaseComment) == []
    assert "обсуждение" not in str(district.rows(OutboxMessage, kind="tell"))


def test_a_strangers_case_has_no_comments_and_takes_none(browser, district, draft):
    for person in ("P106", "P003"):
        browser(person).get(f"/cases/{draft}/comments", 404)
        browser(person).post(f"/cases/{draft}/comments", status=404, comment="Слово")
    assert district.rows(CaseComment) == []


@pytest.mark.parametrize(("text", "said"), [("  ", "Напишите"), ("я" * 2001, "Не больше 2000")])
def test_what_is_no_comment_comes_back_with_a_sentence(browser, submitted, text, said):
    answer = browser("P006").post(f"/cases/{submitted}/comments", status=422, comment=text)
    assert said in answer.get_data(as_text=True)


def test_who_writes_without_end_is_asked_to_wait(browser, submitted, monkeypatch):
    monkeypatch.setattr(comments, "MOST_AN_HOUR", 2)
    reader = browser("P006")
    for text in ("Раз", "Два"):
        reader.post(f"/cases/{submitted}/comments", comment=text)
    answer = reader.post(f"/cases/{submitted}/comments", status=422, comment="Три")
    assert "Слишком много комментариев за час" in answer.get_data(as_text=True)
