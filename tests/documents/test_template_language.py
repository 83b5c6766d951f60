"""What a secretary may write in a template and what comes out."""

from __future__ import annotations

import io
import pickle
import zipfile

import pytest
from docx import Document
from starter import starter_docx
from word_pieces import cells, p, row, said, table, texts

from workflow_app.documents import BadValue, MissingField, TemplateError, compile_template

PEOPLE = [{"имя": "Белая С.Ю.", "школа": "№ 3"}, {"имя": "Хатуев И.Б.", "школа": "№ 6"}]


def test_field_is_printed_where_word_cut_it_into_runs() -> None:
    assert said(
        p("Школа {", "{ шк", "ола.назв", "ание }} работает"), школа={"название": "№ 1"}
    ) == ["Школа № 1 работает"]


def test_two_fields_of_one_paragraph_do_not_disturb_each_other() -> None:
    assert said(p("{{ а }}-{{ б }} {", "{ в }", "}, конец"), а=1, б=2, в=3) == ["1-2 3, конец"]


def test_yes_and_no_are_printed_as_words() -> None:
    assert said(p("{{ да }} {{ нет }}"), да=True, нет=False) == ["да нет"]


@pytest.mark.parametrize(("flag", "expected"), [(True, "до ДА."), (False, "до НЕТ.")])
def test_condition_inside_a_paragraph_keeps_one_branch(flag: bool, expected: str) -> None:  # noqa: FBT001
    body = p("до {% ес", "ли ф %}Д", "А{% иначе %}НЕТ{% ко", "нец %}.")
    assert said(body, ф=flag) == [expected]


@pytest.mark.parametrize(("value", "expected"), [("", ["пусто"]), ("x", []), ([], ["пусто"])])
def test_negated_condition_holds_for_empty_text_and_empty_list(
    value: object, expected: list[str]
) -> None:
    assert said(p("{% если не ф %}пусто{% конец %}"), ф=value) == expected


def test_condition_alone_in_its_paragraph_keeps_paragraphs_and_vanishes() -> None:
    body = p("начало") + p("{% если ф %}") + p("один") + p("два") + p("{% иначе %}") + p("нет")
    body += p("{% конец %}") + p("конец")
    assert said(body, ф=True) == ["начало", "один", "два", "конец"]
    assert said(body, ф=False) == ["начало", "нет", "конец"]


def test_loop_alone_in_its_paragraph_repeats_paragraphs() -> None:
    body = p("{% для ч в люди %}") + p("{{ ч.имя }}, {{ вид }}") + p("{% конец %}")
    assert said(body, люди=PEOPLE, вид="в") == ["Белая С.Ю., в", "Хатуев И.Б., в"]


def test_loop_inside_a_paragraph_repeats_text() -> None:
    body = p("На основании {% для а в акты %}{{ а }}, {% конец %}приказываю")
    assert said(body, акты=["1-од", "2-од"]) == ["На основании 1-од, 2-од, приказываю"]


def test_loop_over_cells_of_one_row_repeats_the_row() -> None:
    body = table(
        row("ФИО", "Школа"),
        row("{% для ч в люди %}{{ ч.имя }}", "{{ ч.школа }} {{ год }}{% конец %}"),
        row("Всего", "{{ всего }}"),
    )
    out = compile_template(starter_docx(body)).render({"люди": PEOPLE, "год": "2025", "всего": 2})
    assert cells(out) == [
        ["ФИО", "Школа"],
        ["Белая С.Ю.", "№ 3 2025"],
        ["Хатуев И.Б.", "№ 6 2025"],
        ["Всего", "2"],
    ]


def test_loop_in_rows_of_its_own_repeats_the_rows_between_and_vanishes() -> None:
    body = table(
        row("ФИО", "Школа"),
        row("{% для ч в люди %}", ""),
        row("{{ ч.имя }}", ""),
        row("", "{{ ч.школа }}"),
        row("{% конец %}", ""),
    )
    out = compile_template(starter_docx(body)).render({"люди": PEOPLE})
    assert [c for r in cells(out)[1:] for c in r if c] == [
        "Белая С.Ю.",
        "№ 3",
        "Хатуев И.Б.",
        "№ 6",
    ]


def test_condition_inside_a_repeated_row_drops_single_rows() -> None:
    body = table(
        row("ФИО", "Школа"),
        row(
            "{% для ч в люди %}{% если ч.школа %}{{ ч.имя }}", "{{ ч.школа }}{% конец %}{% конец %}"
        ),
    )
    people = [*PEOPLE, {"имя": "без школы", "школа": ""}]
    assert len(cells(compile_template(starter_docx(body)).render({"люди": people}))) == 3


def test_nested_loops_reach_outer_rows_and_outer_fields() -> None:
    body = p("{% для с в сети %}") + p("Сеть {{ с.имя }}") + p("{% для ш в с.школы %}")
    body += p("{{ ш }} из {{ с.имя }}, {{ год }}") + p("{% конец %}") + p("{% конец %}")
    template = compile_template(starter_docx(body))
    assert template.fields == {"год", "сети[].имя", "сети[].школы[]"}
    out = template.render({"год": 2025, "сети": [{"имя": "А", "школы": ["1", "2"]}]})
    assert texts(out) == ["Сеть А", "1 из А, 2025", "2 из А, 2025"]


def test_paragraphs_of_a_cell_may_all_vanish_and_the_file_stays_readable() -> None:
    cell = p("{% если ф %}") + p("есть") + p("{% конец %}")
    template = compile_template(starter_docx(table(row("а", cell))))
    assert cells(template.render({"ф": False})) == [["а", ""]]
    assert cells(template.render({"ф": True})) == [["а", "есть\n"]]


def test_headers_footers_and_properties_are_rendered() -> None:
    data = starter_docx(
        header=p("Проект {{ номер }}"),
        footer=p("Сумма {{ сумма }}"),
        title="Приказ {{ номер }}",
        author="{{ кто }}",
        subject="{{ кто }}\n& {{ номер }}".replace("&", "&amp;"),
    )
    out = compile_template(data).render({"номер": "1-од", "сумма": "ab", "кто": "Отдел & Ко\n<1>"})
    document = Document(io.BytesIO(out))
    section = document.sections[0]
    assert section.header.paragraphs[0].text == "Проект 1-од"
    assert section.footer.paragraphs[0].text == "Сумма ab"
    assert document.core_properties.title == "Приказ 1-од"
    assert document.core_properties.author == "Отдел & Ко <1>"


def test_fields_are_listed_with_rows_marked() -> None:
    body = table(row("а", "б"), row("{% для ч в люди %}{{ ч.имя }}", "{% конец %}"))
    body += p("{% если люди %}{{ год }}{% конец %}")
    assert compile_template(starter_docx(body)).fields == {"люди[].имя", "год"}


def test_missing_value_is_an_error_that_names_the_field() -> None:
    body = p("{{ школа.название }}") + p("{% для ч в люди %}{{ ч.имя }}{% конец %}")
    template = compile_template(starter_docx(body))
    with pytest.raises(MissingField, match=r"школа\.название"):
        template.render({"школа": {}, "люди": []})
    with pytest.raises(MissingField, match=r"люди\[\]\.имя"):
        template.render({"школа": {"название": ""}, "люди": [{"имя": None}]})
    with pytest.raises(MissingField, match=r"люди\[\]\.имя"):
        template.render({"школа": {"название": ""}, "люди": [{"фамилия": "x"}]})


def test_value_of_a_strange_type_is_an_error() -> None:
    template = compile_template(starter_docx(p("{{ цена }}")))
    with pytest.raises(BadValue, match="цена"):
        template.render({"цена": 1.5})


def test_compiled_template_survives_pickling() -> None:
    template = compile_template(
        starter_docx(p("{{ а }}") + p("{% для б в в %}{{ б.г }}{% конец %}"))
    )
    values = {"а": "&", "в": [{"г": 1}]}
    assert pickle.loads(pickle.dumps(template)).render(values) == template.render(values)  # noqa: S301


def test_all_faults_of_a_template_are_told_at_once() -> None:
    body = p("{{ x }}") + p("{% если а %}") + p("{{ незакрыто")
    with pytest.raises(TemplateError) as refused:
        compile_template(starter_docx(body))
    assert {f.code for f in refused.value.findings} == {
        "latin_letter",
        "unclosed_block",
        "half_open",
    }


def test_blanks_beside_a_field_are_kept_by_word() -> None:
    out = compile_template(starter_docx(p("а ", "{{ х }}", " б"))).render({"х": " "})
    with zipfile.ZipFile(io.BytesIO(out)) as archive:
        xml = archive.read("word/document.xml").decode()
    assert xml.count('<w:t xml:space="preserve">') == 3


def test_a_command_that_shares_its_paragraph_with_a_section_break_is_refused() -> None:
    section = "<w:p><w:pPr><w:sectPr/></w:pPr><w:r><w:t>{% конец %}</w:t></w:r></w:p>"
    with pytest.raises(TemplateError) as refused:
        compile_template(starter_docx(p("{% если ф %}") + p("а") + section))
    assert [f.code for f in refused.value.findings] == ["block_crosses"]


def test_bookmarks_inside_a_loop_are_not_doubled() -> None:
    marked = '<w:p><w:bookmarkStart w:id="1" w:name="м"/><w:bookmarkEnd w:id="1"/></w:p>'
    body = marked.replace('"1"', '"0"').replace('"м"', '"н"')
    body += p("{% для а в б %}") + marked + p("{% конец %}")
    out = compile_template(starter_docx(body)).render({"б": ["1", "2"]})
    with zipfile.ZipFile(io.BytesIO(out)) as archive:
        xml = archive.read("word/document.xml").decode()
    assert 'w:name="н"' in xml
    assert 'w:name="м"' not in xml
