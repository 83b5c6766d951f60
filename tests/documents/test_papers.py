"""The papers of the house: complete, printable, the same bytes everywhere."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openxml_audit import OpenXmlValidator
from samples import ORDER, SAMPLES
from samples_of_orders import ORDERS
from starter import starter_docx
from word_pieces import TEMPLATES, cells, opened, p, repacked, texts

from workflow_app.documents import compile_template, preview_html, to_pdf
from workflow_app.documents.names import W

SAMPLES |= ORDERS
PAPERS = sorted(SAMPLES)


def paper(name: str, **changes: Any) -> bytes:
    template = compile_template((TEMPLATES / f"{name}.docx").read_bytes())
    return template.render(SAMPLES[name] | changes)


def leaves(value: object, name: str = "") -> set[str]:
    """Field names of a values tree, as a template lists them."""
    if isinstance(value, dict):
        return {
            leaf
            for key, each in value.items()
            for leaf in leaves(each, f"{name}.{key}".lstrip("."))
        }
    if isinstance(value, list):
        return {leaf for each in value for leaf in leaves(each, f"{name}[]")}
    return {name}


def documented(name: str) -> set[str]:
    readme = (TEMPLATES / "README.md").read_text("utf-8")
    section = readme.split(f"`{name}.docx`", 1)[1].split("\n## ", 1)[0]
    return set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))


def test_every_template_has_a_sample() -> None:
    assert {path.stem for path in TEMPLATES.glob("*.docx")} == set(PAPERS)


@pytest.mark.parametrize("name", PAPERS)
def test_sample_readme_and_template_agree_on_the_fields(name: str) -> None:
    fields = compile_template((TEMPLATES / f"{name}.docx").read_bytes()).fields
    assert leaves(SAMPLES[name]) == fields
    assert documented(name) == fields


@pytest.mark.parametrize("name", PAPERS)
def test_python_docx_reads_the_paper(name: str) -> None:
    document = opened(paper(name))
    assert "{{" not in "".join(texts(paper(name)))
    assert document.core_properties.title == SAMPLES[name]["документ"]["название"]
    section = document.sections[0]
    is_wide, is_framed = name in ("plan", "certificates"), name == "certificates"
    assert section.page_width.mm == pytest.approx(297 if is_wide else 210, abs=0.5)
    is_kept = name.startswith(("order_", "report_", "year_", "district_"))
    left, right = 30 if is_kept else 20, 15 if name == "plan" else 10
    asked = (25, 25) if is_framed else (left, right)
    assert section.left_margin.mm == pytest.approx(asked[0], abs=0.5)
    assert section.right_margin.mm == pytest.approx(asked[1], abs=0.5)
    assert section.different_first_page_header_footer
    assert SAMPLES[name]["документ"]["сумма"] in section.footer.paragraphs[0].text


@pytest.mark.parametrize("name", PAPERS)
def test_no_sentence_ends_twice(name: str) -> None:
    closed = {"преемник": ""} if name == "order_close" else {}
    for changes in ({}, closed):
        doubled = [text for text in texts(paper(name, **changes)) if ".." in text]
        assert doubled == []


def test_registered_order_shows_number_and_composition() -> None:
    out = paper("order_create")
    said = texts(out)
    assert "29.08.2024\t№\u00a0305-од" in said
    assert "ПРИКАЗЫВАЮ:" in said
    assert not any("ПРОЕКТ" in text for text in said)
    assert "Начальник отдела образования\tИ.В.\u00a0Ковалевская" in said
    assert sum("Приложение" in text for text in said) == 2
    assert [row[1] for row in cells(out)[1:6]] == [
        row["школа"] + (f"\nУсловия участия: {row['условия']}" if row["условия"] else "")
        for row in ORDER["участники"]
    ]


def test_registered_order_can_be_checked_from_its_first_page_and_a_draft_cannot() -> None:
    section = opened(paper("order_create")).sections[0]
    (row,) = section.first_page_footer.tables[0].rows
    assert "Код проверки: 9f2c 4e0d 7b6a 8513" in row.cells[0].text
    assert SAMPLES["order_create"]["документ"]["сумма"] in row.cells[0].text
    assert row.cells[1]._tc.xpath(".//pic:pic")
    draft = opened(paper("order_create", проект=True)).sections[0].first_page_footer
    assert not draft.tables
    assert SAMPLES["order_create"]["документ"]["сумма"] in draft.paragraphs[0].text


def test_draft_order_says_so_and_shows_no_number() -> None:
    out = paper("order_create", проект=True, приказ={"номер": "305-од", "дата": "29.08.2024"})
    said = "\n".join(texts(out))
    assert said.startswith("ПРОЕКТ")
    assert "305-од" not in said
    assert "29.08.2024" not in said
    assert "ПРОЕКТ" in [each.text for each in opened(out).sections[0].header.paragraphs]


def test_head_who_keeps_control_is_printed() -> None:
    out = paper("order_create", контроль=ORDER["контроль"] | {"за_собой": True})
    assert "10. Контроль за исполнением настоящего приказа оставляю за собой." in texts(out)


def test_extra_item_stands_before_control_and_leaves_no_hole_when_it_is_empty() -> None:
    items = [text for text in texts(paper("order_create")) if re.match(r"(9|10)\. ", text)]
    assert [text[:20] for text in items] == ["9. Признать утративш", "10. Контроль за испо"]
    plain = paper("order_create", дополнение="", пункты={"дополнение": 9, "контроль": 9})
    items = [text for text in texts(plain) if re.match(r"(9|10)\. ", text)]
    assert [text[:19] for text in items] == ["9. Контроль за испо"]


def test_proposal_prints_no_section_about_what_nobody_said() -> None:
    nobody = dict.fromkeys(("имя", "должность", "телефон", "почта"), "")
    numbers = {"координатор": 7, "срок": 7, "согласия": 8}
    bare = paper("proposal", показатели=[], ресурсы=[], координатор=nobody, разделы=numbers)
    sections = [text for text in texts(bare) if re.match(r"\d+\. [А-Я]", text)]
    assert sections[5:8] == ["6. Цель", "7. Срок действия сети", "8. Согласия школ"]


def test_visa_without_a_qualified_signature_is_marked_as_agreed_in_the_system() -> None:
    marks = [row[4] for row in cells(paper("agreement_sheet"))[1:]]
    assert marks[0].startswith("Согласовано в системе\nА.С.\u00a0Мкртчян\n28.08.2024")
    assert SAMPLES["agreement_sheet"]["документ"]["сумма"] in marks[0]
    assert marks[1].startswith("Электронная подпись")
    assert marks[2] == ""


def test_thirty_rows_repeat_the_header_on_the_next_page() -> None:
    rows = [ORDER["участники"][0] | {"номер": number} for number in range(30)]
    document = opened(paper("order_create", участники=rows))
    first = document.tables[0].rows[0]
    assert len(document.tables[0].rows) == 31
    assert first._tr.trPr.xpath("./w:tblHeader")


def test_two_processes_write_the_same_bytes() -> None:
    here = Path(__file__).parent
    code = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]); import test_papers as t;"
        "print(hashlib.sha256(b''.join(t.paper(n) for n in t.PAPERS)).hexdigest())"
    )
    ours = hashlib.sha256(b"".join(paper(name) for name in PAPERS)).hexdigest()
    done = subprocess.run(
        [sys.executable, "-c", code, str(here)],
        capture_output=True,
        check=True,
        text=True,
        env={
            "PYTHONHASHSEED": "7",
            "TZ": "Asia/Vladivostok",
            "PYTHONPATH": str(here.parent / "recipe"),
        },
    )
    assert done.stdout.strip() == ours


@pytest.mark.parametrize("name", PAPERS)
def test_preview_shows_the_text_without_inline_style(name: str) -> None:
    page = preview_html(paper(name))
    has_header = any(t.rows[0]._tr.xpath(".//w:tblHeader") for t in opened(paper(name)).tables)
    assert ('<th scope="col">' in page) == has_header
    assert "style=" not in page
    assert SAMPLES[name]["документ"]["сумма"] in page


@pytest.mark.deep
@pytest.mark.parametrize("name", PAPERS)
def test_strict_validator_finds_nothing(name: str, tmp_path: Path) -> None:
    file = tmp_path / "paper.docx"
    file.write_bytes(paper(name))
    assert [str(error) for error in OpenXmlValidator().validate(file).errors] == []


@pytest.mark.deep
def test_draft_and_empty_lists_pass_the_strict_validator(tmp_path: Path) -> None:
    file = tmp_path / "paper.docx"
    for name in PAPERS:
        empty = {key: [] for key, value in SAMPLES[name].items() if isinstance(value, list)}
        file.write_bytes(paper(name, **empty, проект=True))
        assert [str(error) for error in OpenXmlValidator().validate(file).errors] == []


@pytest.mark.deep
def test_order_becomes_a_pdf() -> None:
    assert to_pdf(paper("order_create"), timeout=90).startswith(b"%PDF-1.")


COMPAT = "<w:compat>{}<w:compatSetting/></w:compat>"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("<w:zoom/><w:rsids/>", "<w:zoom/><w:compat>{}</w:compat><w:rsids/>"),
        ("<w:zoom/>", "<w:zoom/><w:compat>{}</w:compat>"),
        (COMPAT.format(""), COMPAT.format("{}")),
        (COMPAT.format("<w:noLeading/>"), COMPAT.format("<w:noLeading/>{}")),
        (COMPAT.format("<w:doNotExpandShiftReturn/>"), COMPAT.format("{}")),
    ],
)
def test_lines_that_people_typed_are_not_stretched_in_justified_text(
    settings: str, said: str
) -> None:
    """LibreOffice and Word keep to it; 17.15.3 of ECMA-376 tells where it stands."""
    root = f'<w:settings xmlns:w="{W}">{{}}</w:settings>'
    own = {"word/settings.xml": root.format(settings).encode()}
    data = repacked(starter_docx(p("{{ а }}")), own)
    paper = compile_template(data).render({"а": "школа,\nшкола"})
    with zipfile.ZipFile(io.BytesIO(paper)) as archive:
        kept = archive.read("word/settings.xml").decode()
    assert root.format(said.format("<w:doNotExpandShiftReturn/>")) in kept


@pytest.mark.shipped
@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.docx")), ids=lambda path: path.stem)
def test_no_paper_cites_a_clause_by_its_number_for_each_district_numbers_its_own(path):
    with zipfile.ZipFile(path) as archive:
        text = re.sub(r"<[^>]+>", "", archive.read("word/document.xml").decode())
    assert not re.findall(r"(?:п\.|пункт\w*)\s*\d", text)


@pytest.mark.shipped
def test_a_vote_fits_its_column_of_the_protocol_in_one_line():
    with zipfile.ZipFile(TEMPLATES / "council_protocol.docx") as archive:
        table = archive.read("word/document.xml").decode().partition("<w:tblGrid>")[2]
    votes = int(re.findall(r'<w:gridCol w:w="(\d+)"', table)[3])
    assert votes - 216 >= len("воздержалась") * 12 * 20 * 0.55  # twips, without the margins
