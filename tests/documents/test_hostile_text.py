"""What people type appears as they typed it."""

from __future__ import annotations

import io
import zipfile
from xml.parsers import expat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starter import starter_docx
from word_pieces import cells, p, row, table, texts

from workflow_app.documents import DocumentError, compile_template, program

TEMPLATE = compile_template(
    starter_docx(
        p("[{{ х }}]")
        + table(row("а", "б"), row("{% для ч в л %}{{ ч.х }}", "{{ х }}{% конец %}")),
        header=p("{{ х }}"),
        title="{{ х }}",
    )
)


def rendered(value: str) -> bytes:
    return TEMPLATE.render({"х": value, "л": [{"х": value}]})


@pytest.mark.parametrize(
    "value",
    [
        "{{7*7}}",
        "{% если х %}",
        "&",
        "&amp;",
        "<w:p>",
        "</w:t></w:r></w:p>",
        "]]>",
        "<!-- -->",
        "<?wf 0?>",
        "😀 и 𝔘",
        "ё" * 5000,
        "  по краям  ",
        "'\"",
    ],
)
def test_text_appears_literally(value: str) -> None:
    out = rendered(value)
    assert texts(out) == [f"[{value}]"]
    assert cells(out)[1] == [value, value]


def test_newline_and_tab_become_words_own() -> None:
    out = rendered("один\r\nдва\tтри\u2028четыре")
    assert texts(out) == ["[один\nдва\tтри\nчетыре]"]
    with zipfile.ZipFile(io.BytesIO(out)) as archive:
        assert b"<w:br/>" in archive.read("word/document.xml")


def test_characters_xml_forbids_are_dropped() -> None:
    assert texts(rendered("a\x00b\x07c\ufffed\ud800e\x0cf")) == ["[abcdef]"]


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_well_formed_parts(value: str) -> None:
    with zipfile.ZipFile(io.BytesIO(rendered(value))) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            expat.ParserCreate().Parse(archive.read(name), True)


@pytest.mark.parametrize("value", ["<w:p>", "&", "]]>", "</w:t><w:t>", "\x07"])
def test_a_value_that_escaped_escaping_stops_the_document(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "run_text", str)
    monkeypatch.setattr(program, "plain_text", str)
    with pytest.raises(DocumentError):
        rendered(value)
