"""The preview on the page: meaning kept, nothing executable."""

from __future__ import annotations

from pathlib import Path

import pytest
from starter import starter_docx
from word_pieces import p, row, table

from workflow_app.documents import PdfFailed, PdfUnavailable, pdf, preview_html, to_pdf


def styled(key: str, text: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{key}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


def test_text_is_escaped() -> None:
    page = preview_html(starter_docx(p("&lt;script&gt;alert(1)&lt;/script&gt; &amp;")))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in page
    assert "<script" not in page


def test_styles_become_classes_and_headings() -> None:
    body = styled("right", "справа") + styled("title", "заголовок") + styled("1", "Раздел")
    page = preview_html(starter_docx(body))
    assert '<p class="doc-right">справа</p>' in page
    assert '<p class="doc-center doc-bold">заголовок</p>' in page
    assert '<h1 class="doc-center doc-bold">Раздел</h1>' in page


def test_bold_runs_breaks_and_tabs_are_kept() -> None:
    body = "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>а</w:t><w:br/><w:tab/><w:t>б</w:t></w:r></w:p>"
    page = preview_html(starter_docx(body))
    assert '<strong>а<br><span class="doc-tab"> </span>б</strong>' in page


def test_header_rows_become_th() -> None:
    head = row("Школа", "Роль").replace("<w:tr>", "<w:tr><w:trPr><w:tblHeader/></w:trPr>")
    page = preview_html(starter_docx(table(head, row("№ 1", "базовая"))))
    assert '<th scope="col"><p>Школа</p></th>' in page
    assert "<tbody><tr><td><p>№ 1</p></td>" in page


def test_pdf_without_libreoffice_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PROGRAMS", ("no-such-program",))
    with pytest.raises(PdfUnavailable):
        to_pdf(starter_docx(), timeout=1)


@pytest.mark.parametrize("left", ["", ": > ", "printf PK > "])
def test_a_program_that_leaves_no_pdf_has_failed_whatever_it_says(
    left: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "soffice"
    made = f'{left}"${{@: -2:1}}/paper.pdf"' if left else "true"
    program.write_text(f"#!/bin/bash\n{made}\n")
    program.chmod(0o755)
    monkeypatch.setattr(pdf, "PROGRAMS", (str(program),))
    with pytest.raises(PdfFailed, match="не сделал PDF"):
        to_pdf(starter_docx(), timeout=5)


@pytest.mark.deep
def test_pdf_that_takes_too_long_is_broken_off() -> None:
    with pytest.raises(PdfFailed, match="не уложился"):
        to_pdf(starter_docx(), timeout=0.05)
