"""Papers on their pages: PDF is asked for with a press and comes from the worker."""

import pytest
from browsing import text_of
from lxml import html
from sqlalchemy import update
from stories import done, mend

from workflow_app.store.models.base import table
from workflow_app.store.models.documents import Document, StoredFile
from workflow_app.store.models.messages import OutboxMessage


@pytest.fixture
def paper(district, submitted):
    """Return a rendered paper of a proposal, on a machine that makes PDF."""
    district.carry_out()
    district.container.__dict__["pdf_maker"] = lambda docx: b"%PDF-1.7 " + docx[:2]
    return district.documents(submitted)[0]["id"]


def test_a_pdf_is_pressed_for_then_awaited_then_there(browser, district, submitted, paper):
    head, path = browser("P102"), f"/documents/{paper}/pdf"
    assert f'action="{path}"' in head.get(f"/cases/{submitted}")
    head.get(path, 404)

    head.post(path)
    head.post(path)

    page = head.get(f"/cases/{submitted}")
    assert "PDF готовится" in page
    assert f'action="{path}"' not in page
    district.carry_out()
    assert f'href="{path}"' in head.get(f"/cases/{submitted}")
    assert "Скачать .pdf" in head.get(f"/documents/{paper}")
    response = head.client.get(path)
    assert (response.mimetype, response.data) == ("application/pdf", b"%PDF-1.7 PK")
    assert "attachment" in response.headers["Content-Disposition"]


def test_a_press_on_the_papers_own_page_comes_back_there(browser, paper):
    head = browser("P102")
    assert "Сделать PDF" in head.get(f"/documents/{paper}")
    response = head.post(f"/documents/{paper}/pdf", from_document="1")
    assert response.headers["Location"].endswith(f"/documents/{paper}")


def test_where_nothing_makes_pdf_the_papers_page_says_so_and_a_press_leads_there(
    browser, district, submitted, paper
):
    district.container.__dict__["pdf_maker"] = None
    head, path = browser("P102"), f"/documents/{paper}"
    assert "/pdf" not in head.get(f"/cases/{submitted}")
    for page in (head.get(path), head.get(f"{path}/pdf")):
        assert 'action="/documents' not in page
        assert "на сервере нет LibreOffice" in page
    assert head.post(f"{path}/pdf").headers["Location"].endswith(path)
    assert not [row for row in district.rows(OutboxMessage) if row["kind"] == "pdf"]
    browser("P112").get(f"{path}/pdf", 404)


def test_a_stranger_to_the_case_neither_makes_nor_reads_its_pdf(browser, district, paper):
    other = browser("P112")
    other.post(f"/documents/{paper}/pdf", status=404)
    browser("P102").post(f"/documents/{paper}/pdf")
    district.carry_out()
    other.get(f"/documents/{paper}/pdf", 404)


@pytest.mark.shipped
def test_of_several_versions_the_last_is_marked_and_sums_are_folded(browser, district, submitted):
    remarks = [{"key": "r0", "about": "goal", "text": "Цель не отличается от типовой"}]
    done(district.act("P006", submitted, "return", remarks=remarks))
    mend(district, "P102", submitted)
    done(district.act("P102", submitted, "resend"))
    done(district.act("P102", submitted, "submit"))
    district.carry_out()
    page = browser("P102").get(f"/cases/{submitted}")
    papers = page[page.index('<h2 id="papers">') :].split("Контрольные суммы")[0]
    claims = [line for line in papers.split("<li>") if "Заявка о создании сети" in line]
    assert ["последняя версия" in line for line in claims] == [True, False]
    assert ["прежняя версия" in line for line in claims] == [False, True]
    assert "<code>" not in papers
    folded = page[page.index("Контрольные суммы") :].split("</details>")[0]
    assert folded.count("<code>") == len(district.documents(submitted))


@pytest.fixture
def editions(district, order):
    """Return the two editions of an order that came back with an objection and was mended."""
    done(district.edit("P003", order, extra="Школам выбрать тех, кто учит молодых"))
    done(district.act("P003", order, "send"))
    done(district.act("P005", order, "object", reason="Пункт неточен, исправьте"))
    done(
        district.edit("P003", order, extra="Школам назначить <наставников> & тех, кто учит молодых")
    )
    district.at("2025-08-28 11:00")
    done(district.act("P003", order, "send"))
    district.carry_out()
    made = [one["id"] for one in district.documents(order) if one["paper"] == "order_create"]
    return made[-2:]


@pytest.mark.shipped
def test_two_editions_of_a_paper_are_compared_word_by_word(browser, order, editions):
    head, (old, new) = browser("P005"), editions
    path = f"/documents/{new}/difference"
    for page in (f"/cases/{order}", f"/documents/{new}"):
        assert f'href="{path}"' in head.get(page)
    page = head.get(path)
    tree = html.fromstring(page)
    put_in = ["".join(one.itertext()) for one in tree.iter("ins")]
    taken_out = ["".join(one.itertext()) for one in tree.iter("del")]
    assert any("<наставников>" in one and "добавлено:" in one and "[+" in one for one in put_in)
    assert any("выбрать" in one and "удалено:" in one and "[−" in one for one in taken_out)
    folded = [one.findtext("summary") for one in tree.iter("details")]
    assert sum("Без изменений" in one for one in folded if one) >= 1
    assert text_of(head.client.get(path)).index("Было") < text_of(head.client.get(path)).index(
        "Стало"
    )
    for one in (old, new):
        assert f'href="/documents/{one}/content"' in page
    assert page == head.get(f"{path}?with={old}")
    head.get(f"{path}?with={new}", 404)
    browser("P112").get(path, 404)


@pytest.mark.shipped
def test_what_cannot_be_compared_is_said_kindly(browser, district, editions):
    old, new = editions
    (kept,) = district.rows(Document, id=old)
    files = table(StoredFile)
    spoil = update(files).where(files.c.sha256 == kept["file_sha256"]).values(content=b"PK spoiled")
    district.container.transact(lambda uow: uow.connection.execute(spoil).rowcount)
    page = browser("P003").get(f"/documents/{new}/difference", 422)
    assert "Сравнить не получилось." in page
    assert f'href="/documents/{old}/content"' in page


def test_a_first_edition_has_nothing_to_be_compared_with(browser, paper):
    head = browser("P102")
    assert "/difference" not in head.get(f"/documents/{paper}")
    head.get(f"/documents/{paper}/difference", 404)
