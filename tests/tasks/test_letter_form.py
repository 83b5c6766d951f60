"""A letter as it arrives: who did what, what is asked, until when, one button, whom to call."""

import pytest
from stories import done, propose

from workflow_app.notifications.mail import SmtpMailer
from workflow_app.store.accounts.admin import SqlAdministration

REMARK = "<script>alert(1)</script> Цель & срок не названы"


@pytest.fixture
def letter(sqlite_district, smtp_server):
    """Return the letter to the head whose proposal was returned."""
    district = sqlite_district("2025-08-28")
    district.container.__dict__["mailer"] = SmtpMailer(smtp_server.url, "house@levokum.example")
    district.container.transact(
        lambda uow: SqlAdministration(uow).set_setting(1, "help.contact", "Анна <i>, 8-86543-1")
    )
    case = done(propose(district, "P102", {"S05": "supported"}, name="Сеть <b>")).instance_id
    done(district.act("P102", case, "invite"))
    done(district.act("P105", case, "agree"))
    done(district.act("P102", case, "submit"))
    remarks = [{"about": "goal", "text": REMARK}]
    done(district.act("P006", case, "return", remarks=remarks))
    district.carry_out()
    (found,) = [m for m in smtp_server.messages if "снова" in m["Subject"]]
    return case, found


@pytest.mark.shipped
def test_it_says_everything_in_plain_words_and_in_a_simple_page(letter):
    case, message = letter
    plain = message.get_body(("plain",)).get_content()
    page = message.get_body(("html",)).get_content()
    for said in (
        "возвращено с замечаниями (Л.Н. Шевчук, методист)",
        "Срок: до 4 сентября.",
        f"/cases/{case}",
        "/account#letters",
    ):
        assert said in plain
        assert said in page
    assert message["Subject"] in plain
    assert REMARK in plain
    assert "Вопросы: Анна <i>, 8-86543-1" in plain
    assert page.count(">Открыть дело</a>") == 1


@pytest.mark.shipped
def test_what_people_wrote_is_text_in_it(letter):
    _, message = letter
    page = message.get_body(("html",)).get_content()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Цель &amp; срок" in page
    assert "Анна &lt;i&gt;" in page
    assert "Сеть &lt;b&gt;" in page
    assert [one for one in ("<script", "<i>", "<b>", "<img") if one in page] == []
