"""The sheet of approval: every round of every question, as a paper of the case."""

from html import escape
from io import BytesIO

import pytest
from docx import Document
from stories import done

from workflow_app.store.documents import files

pytestmark = pytest.mark.shipped

REMARK = "Срок в пункте 2 <b>раньше</b> & {{ приказа }}"


def sheets(district, case):
    """Return the sheets of a case, oldest first."""
    district.carry_out()
    return [one for one in district.documents(case) if one["paper"] == "approval_sheet"]


def rows_of(district, sheet):
    """Return the rows of a sheet as Word opens it; of a heading its text alone."""
    data = district.read(lambda uow: files.content(uow.connection, sheet["file_sha256"]))
    rows = [[cell.text for cell in row.cells] for row in Document(BytesIO(data)).tables[0].rows]
    return [row[0] if len(set(row)) == 1 else row for row in rows]


def test_every_round_stands_with_its_text_who_answered_and_what_was_said(browser, district, order):
    done(district.act("P003", order, "send"))
    district.at("2025-08-28 10:00")
    done(district.act("P005", order, "object", reason=REMARK))
    done(district.edit("P003", order, title="О создании сети и её составе"))
    district.at("2025-08-28 11:00")
    done(district.act("P003", order, "send"))
    done(district.act("P005", order, "visa"))
    done(district.act("P002", order, "sign"))

    browser("P003").post(f"/cases/{order}/approval-sheet")
    (sheet,) = sheets(district, order)
    head, first, objected, second, visaed, signing, signed = rows_of(district, sheet)

    assert head[0] == "Кто"
    assert first.startswith("Виза. Круг 1: редакция 1 от 28.08.2025 09:00, сумма текста ")
    assert objected[1:6] == [
        *("28.08.2025 09:00", "01.09.2025", "28.08.2025 10:00", "возражение", REMARK)
    ]
    assert second.startswith("Виза. Круг 2: редакция 2 от 28.08.2025 11:00, сумма текста ")
    assert first.rsplit(" ", 1) != second.rsplit(" ", 1)
    assert visaed[0] == objected[0] == "Мкртчян А.С., директор МКУ «ИМЦ СО ЛМО СК»"
    assert visaed[4:] == ["согласовано", "", "отметка в системе"]
    assert signing.startswith("Подпись: редакция 2")
    assert (
        signed[0] == "Дьяченко О.П., И.о. начальника отдела образования\nзамещает: Ковалевская И.В."
    )
    assert signed[4:] == ["Приказ подписан", "", "простая подпись"]
    page = browser("P003").get(f"/documents/{sheet['id']}")
    assert "&lt;b&gt;раньше&lt;/b&gt; &amp; {{ приказа }}" in page


def test_a_sheet_never_changes_and_is_made_anew_once_something_happened(
    browser, district, collecting
):
    head, path = browser("P102"), f"/cases/{collecting}/approval-sheet"
    head.post(path)
    head.post(path)
    (first,) = sheets(district, collecting)
    assert head.post(path).headers["Location"] == f"/documents/{first['id']}"

    district.at("2025-08-29")
    done(district.act("P105", collecting, "agree"))
    district.at("2025-08-30")
    done(district.act("P102", collecting, "withdraw", reason="Школы договорились иначе"))
    head = browser("P102")  # she was away for days
    head.post(path)

    kept, last = sheets(district, collecting)
    assert (kept["file_sha256"], last["version"]) == (first["file_sha256"], 2)
    *_, agreed, silent, own_heading, own = rows_of(district, last)
    assert agreed[0].endswith("\nМКОУ СОШ № 5 п. Заря")
    assert (agreed[3], agreed[6]) == ("29.08.2025 09:00", "простая подпись")
    assert silent[4].endswith("опрос закончен раньше срока")
    assert own_heading == "Согласие школы на участие: учтено без запроса"
    assert own[0] == "МКОУ СОШ № 2 с. Левокумское"
    page = head.get(f"/cases/{collecting}")
    assert page.count("прежняя версия") == 1


def test_an_answer_that_was_taken_back_is_no_answer(browser, district, collecting):
    done(district.act("P105", collecting, "agree"))
    done(district.take_back("P105", collecting))
    browser("P102").post(f"/cases/{collecting}/approval-sheet")
    rows = rows_of(district, *sheets(district, collecting))
    assert [row[4] for row in rows[2:4]] == ["ждём ответа", "ждём ответа"]


def test_a_draft_offers_none_and_for_strangers_there_is_no_case(browser, district, draft):
    head, path = browser("P102"), f"/cases/{draft}/approval-sheet"
    assert path not in head.get(f"/cases/{draft}")
    head.post(path)
    assert any("ещё никого не спрашивали" in said for said in head.says())
    assert sheets(district, draft) == []

    done(district.act("P102", draft, "invite"))
    assert path in head.get(f"/cases/{draft}")
    browser("P112").post(path, status=404)
    assert sheets(district, draft) == []


@pytest.mark.shipped
def test_answers_stand_together_with_where_they_lead_and_an_objection_heads_the_returned_text(
    browser, district, order
):
    done(district.act("P003", order, "send"))
    offers = browser("P005").get(f"/cases/{order}").split('id="may"')[1].split("</ul>")[0]
    assert "<summary>" not in offers.partition("Возразить")[0]
    assert "ведёт к этапу «На подписи»" in offers
    lost = "ведёт к этапу «Возвращён»; отменить будет нельзя"
    assert lost in offers
    assert lost in browser("P005").get(f"/cases/{order}/actions/object")
    done(district.act("P005", order, "object", reason=REMARK))
    page = browser("P003").get(f"/cases/{order}")
    assert escape(REMARK) in page.split('class="note sent-back"')[1].split("</div>")[0]


@pytest.mark.shipped
def test_an_old_tab_gives_back_what_was_typed_and_offers_what_is_open(browser, district, order):
    done(district.act("P003", order, "send"))
    typed = {"extra": "Провести совещание.", "_version": "1"}
    page = browser("P003").post(f"/cases/{order}/draft", status=422, **typed).get_data(as_text=True)
    assert "Что вы написали" in page
    assert ">\nПровести совещание.</textarea>" in page
    assert "На этой стадии текст не меняют" in page
    assert "Вы можете" not in page


@pytest.mark.shipped
def test_registration_asks_for_no_date_its_journal_never_takes(browser, district, order):
    done(district.act("P003", order, "send"))
    for who in ("P005", "P002"):
        district.act(who, order, "visa")
    done(district.act("P002", order, "sign"))
    page = browser("P004").get(f"/cases/{order}/actions/register")
    assert "Оставьте пустым: будет присвоен" in page
    assert "Дата регистрации" not in page
    assert "Почему дата раньше" not in page
    today = "2025-08-28"
    done(district.act("P004", order, "register", registered_on=today))
