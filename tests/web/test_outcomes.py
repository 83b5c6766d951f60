"""What a person hears after a step: what followed, who has the word and until when."""

import pytest
from stories import done, propose

from workflow_app.store.models.messages import Notice

pytestmark = pytest.mark.shipped


def said_after(reader, case, action, **sent):
    """Return what the page says after an action."""
    reader.post(f"/cases/{case}/actions/{action}", **sent)
    (said,) = reader.says()
    return said


def letters(district, person):
    """Return subject → text of the notices of a person."""
    district.carry_out()
    rows = district.rows(Notice, person_id=district.people[person])
    return {row["subject"]: row["text"] for row in rows}


def test_the_last_consent_says_what_followed_and_whose_turn_it_is(browser, district, collecting):
    done(district.act("P105", collecting, "agree"))
    said = said_after(browser("P103"), collecting, "agree", password="demo-2025")
    history = browser("P103").get(f"/cases/{collecting}")
    assert '<div class="step">Школа согласилась участвовать: МКОУ СОШ № 5 п. Заря</div>' in history
    assert said == (
        "Школа согласилась участвовать (ответ за МКОУ СОШ № 3 с. Владимировка). "
        "Согласия собраны. Дальше — директор базовой школы, МКОУ СОШ № 2 с. Левокумское: "
        "«Подать на рассмотрение», до 29 сентября."
    )


def test_the_clerk_hears_the_number_and_that_the_directors_are_waited_for(browser, district, order):
    done(district.act("P003", order, "send"))
    done(district.act("P005", order, "visa"))
    done(district.act("P002", order, "sign"))
    page = browser("P004").get(f"/cases/{order}/actions/register")
    assert "Оставьте пустым: будет присвоен № 291-од" in page
    assert "Вы решаете за отдел образования как специалист по делопроизводству" in page
    said = said_after(browser("P004"), order, "register")
    assert said.startswith("Приказ зарегистрирован: № 291-од от 28.08.2025. Ждём 3 директоров")


def test_the_end_of_a_case_is_called_one(browser, collecting):
    author = browser("P102")
    said = said_after(author, collecting, "withdraw", reason="Передумали")
    assert said == "Предложение отозвано. Дело завершено: «Отозвано»."


def test_a_letter_says_who_did_what_why_and_until_when_and_is_nobodys_own(district, submitted):
    remark = {"about": "goal", "text": "Цель <b>не</b> названа в измеримом виде."}
    done(district.act("P006", submitted, "return", remarks=[remark]))
    found = letters(district, "P102")
    (text,) = (text for subject, text in found.items() if "отправить снова" in subject)
    assert text == (
        "Предложение возвращено с замечаниями (Л.Н. Шевчук, методист).\n"
        "Замечание: Цель <b>не</b> названа в измеримом виде.\n\n"
        "Срок: до 4 сентября."
    )


def test_nobody_is_told_of_what_she_began_herself(district):
    done(propose(district, "P102", {"S05": "supported"}))
    assert letters(district, "P102") == {}
