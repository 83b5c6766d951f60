"""Each fault planted in a template is found, named in Russian, with its place."""

from __future__ import annotations

import pytest
from starter import starter_docx
from word_pieces import TEMPLATES, p, repacked, row, table

from workflow_app.documents import Finding, compile_template, lint

FIELDS = {"школа.название", "год", "участники[].школа", "участники[].роль"}
SPLIT_CODE = (
    "<w:p><w:r><w:instrText>INCLUDE</w:instrText></w:r>"
    "<w:r><w:instrText>TEXT x</w:instrText></w:r></w:p>"
)
LOOP = row("{% для у в участники %}{{ у.школа }}", "{{ у.роль }}{% конец %}")
GOOD = p("{{ школа.название }} {{ год }}") + table(row("Школа", "Роль"), LOOP)


def found(body: str, **options: str) -> list[Finding]:
    return lint(starter_docx(GOOD + body, **options), FIELDS)


def test_good_template_has_no_findings() -> None:
    assert found("") == []


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (p("{{ школа.названии }}"), "unknown_field", "Возможно, имелось в виду «школа.название»"),
        (p("{% если школы %}а{% конец %}"), "unknown_field", "«школы»"),
        (p("{% для у в участник %}а{% конец %}"), "unknown_field", "«участники»"),
        (
            p("{{ шкoла.название }}"),
            "latin_letter",
            "буква № 3 «o» латинская, похожая на русскую «о»",
        ),
        (p("{{ name }}"), "latin_letter", "«n»"),
        (p("{{ Год }}"), "bad_name", "строчными"),
        (p("{{ }}"), "bad_name", "нет имени"),
        (p("{{ год"), "half_open", "не закрыты"),
        (p("год }}"), "half_open", "без открывающей"),
        (p("{% если год"), "half_open", "не закрыты"),
        (p("{% если год %}а"), "unclosed_block", "если год"),
        (p("а{% конец %}"), "unopened_block", "без открывающего"),
        (p("а{% иначе %}"), "unopened_block", "иначе"),
        (p("{% если год %}а{% иначе %}б{% иначе %}в{% конец %}"), "second_else", "Второе"),
        (p("{% для у в участники %}а{% иначе %}б{% конец %}"), "else_in_loop", "«для»"),
        (p("{{ у.школа }}"), "outside_loop", "«для … в участники»"),
        (p("{{ участники.школа }}"), "outside_loop", "«для … в участники»"),
        (p("{{ участники }}"), "list_printed", "список"),
        (p("{{ год() }}"), "expression", "вызовы"),
        (p("{{ год|upper }}"), "expression", "фильтры"),
        (p("{{ год + 1 }}"), "expression", "вычисления"),
        (p("{% если год == 1 %}а{% конец %}"), "expression", "сравнения"),
        (p("{% set год %}"), "unknown_tag", "Неизвестная команда"),
        (p("{% если год %}а") + p("б{% конец %}"), "block_crosses", "непонятно, что повторять"),
        (p("{% для год в участники %}{{ год }}{% конец %}"), "shadowed", "как поле «год»"),
        (p("{% для участники в участники %}а{% конец %}"), "shadowed", "как поле «участники»"),
        (
            p("{% для у в участники %}{% для у в у.роль %}{{ у }}{% конец %}{% конец %}"),
            "shadowed",
            "внешним повтором",
        ),
        (p("Ленокумского округа"), "misprint", "Левокумск"),
        (table(LOOP), "bare_table", "постоянной строки"),
        (
            '<w:p><w:fldSimple w:instr="DATE"><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>',
            "field_code",
            "DATE",
        ),
        (SPLIT_CODE, "field_code", "INCLUDETEXT"),
        (
            '<w:p><w:hyperlink w:tooltip="{{ год }}"><w:r><w:t>1</w:t></w:r></w:hyperlink></w:p>',
            "tag_in_unsupported_place",
            "нельзя заполнить",
        ),
    ],
)
def test_planted_fault_is_found(body: str, code: str, said: str) -> None:
    findings = found(body)
    assert [f.code for f in findings if f.code != "unknown_field"] or code == "unknown_field"
    assert code in {f.code for f in findings}
    assert any(said in f.message for f in findings if f.code == code)


def test_promised_field_that_is_not_in_the_template_is_found() -> None:
    findings = lint(starter_docx(GOOD), FIELDS | {"подпись.имя"})
    assert [(f.code, f.message) for f in findings] == [
        ("field_missing", "В шаблоне нет обещанного поля «подпись.имя».")
    ]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (
            starter_docx(GOOD + table(row("а", "б"), row("", "{{ икс }}"))),
            "таблица 2, строка 2, ячейка 2",
        ),
        (starter_docx(p("а") + p("{{ икс }}") + GOOD), "абзац 2"),
        (starter_docx(GOOD, header=p("{{ икс }}")), "верхний колонтитул, абзац 1"),
        (starter_docx(GOOD, footer=p("{{ икс }}")), "нижний колонтитул, абзац 1"),
        (starter_docx(GOOD, author="{{ икс }}"), "свойство Автор"),
        (starter_docx(GOOD, title="{{ икс }}"), "свойство Название"),
    ],
)
def test_finding_names_the_place(data: bytes, place: str) -> None:
    places = {f.place for f in lint(data, FIELDS) if f.code == "unknown_field"}
    assert place in places


def test_first_page_header_is_named() -> None:
    header = f'<w:hdr xmlns:w="{W}">{p("{{ икс }}")}</w:hdr>'.encode()
    data = repacked(starter_docx(GOOD), {"word/header2.xml": header})
    assert [f.place for f in lint(data, FIELDS)] == ["верхний колонтитул первой страницы, абзац 1"]


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def test_blocks_are_refused_in_properties() -> None:
    findings = found("", author="{% если год %}а{% конец %}")
    assert {f.code for f in findings} == {"block_in_property"}


def test_tag_in_a_part_that_is_not_rendered_is_found() -> None:
    data = repacked(starter_docx(GOOD), {"word/comments.xml": b"<c>{{ name }}</c>"})
    assert [f.code for f in lint(data, FIELDS)] == ["tag_in_unsupported_place"]


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.docx")), ids=lambda path: path.stem)
def test_each_paper_of_the_house_is_clean(path) -> None:
    data = path.read_bytes()
    assert lint(data, compile_template(data).fields) == []
    assert "Ленокум".encode() not in data
