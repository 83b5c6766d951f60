"""A file from outside is refused with a sentence before it can do harm."""

from __future__ import annotations

import io
import zipfile

import pytest
from starter import starter_docx
from word_pieces import p, repacked

from workflow_app.documents import TemplateError, compile_template, lint
from workflow_app.documents.names import R, W

GOOD = starter_docx(p("{{ а }}"))
NS = f'xmlns:w="{W}" xmlns:r="{R}"'
RELS = "word/_rels/document.xml.rels"


def codes(data: bytes) -> set[str]:
    with pytest.raises(TemplateError) as refused:
        compile_template(data)
    assert lint(data, {"а"}) == list(refused.value.findings)
    assert all(
        f.message.endswith((".", ")", ":")) or "«" in f.message for f in refused.value.findings
    )
    return {finding.code for finding in refused.value.findings}


def relation(kind: str, target: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        rels = archive.read(RELS).decode()
    entry = (
        '<Relationship Id="rIdX" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        f'relationships/{kind}" Target="{target}" TargetMode="External"/>'
    )
    return {RELS: rels.replace("</Relationships>", f"{entry}</Relationships>").encode()}


def edited(name: str, old: str, new: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        text = archive.read(name).decode()
    assert old in text
    return {name: text.replace(old, new).encode()}


def typed(old: str, new: str) -> dict[str, bytes]:
    return edited("[Content_Types].xml", old, new)


def test_a_good_file_passes() -> None:
    assert lint(GOOD, {"а"}) == []


@pytest.mark.parametrize("data", [b"", b"text", b"%PDF-1.7 a scan"])
def test_what_is_not_a_word_file_is_refused(data: bytes) -> None:
    assert codes(data) == {"not_word"}


@pytest.mark.parametrize("data", [b"PK\3\4broken", GOOD[:-30], GOOD[:200]])
def test_half_a_word_file_is_refused(data: bytes) -> None:
    assert codes(data) == {"damaged"}


def test_a_file_above_20_mb_is_refused() -> None:
    assert codes(GOOD + bytes(20 * 1024 * 1024)) == {"too_big"}


def test_more_than_200_members_are_refused() -> None:
    assert codes(repacked(GOOD, {f"word/x{n}.txt": b"x" for n in range(200)})) == {
        "too_many_members"
    }


def document(body: str) -> dict[str, bytes]:
    return {"word/document.xml": f"<w:document {NS}><w:body>{body}</w:body></w:document>".encode()}


@pytest.mark.parametrize(
    "body",
    [
        "<w:p>" * 300 + "</w:p>" * 300,
        "<w:p/>" * 100_001,
        p("{{" * 2001),
        "<w:p " + " ".join(f"a{number}=''" for number in range(501)) + "/>",
        f"<w:p><w:r>{'<w:t/>' * 501}</w:r></w:p>",
        p("{% если а %}" * 21 + "{% конец %}" * 21),
    ],
    ids=("deep", "long", "commands", "attributes", "pieces", "blocks"),
)
def test_what_would_take_minutes_to_read_is_refused(body: str) -> None:
    assert codes(repacked(GOOD, document(body))) == {"too_complex"}


def test_more_than_4_mb_of_text_is_refused() -> None:
    long = document(p("а" * 2_200_000))
    assert codes(repacked(GOOD, long)) == {"too_big_unpacked"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<w:body>", "<w:tc><w:p/></w:tc><w:body>", "odd_structure"),
        ("<w:body>", "<w:body><w:tbl><w:tc><w:p/></w:tc></w:tbl>", "odd_structure"),
        ("<w:body>", "<w:body><w:tr><w:tc><w:p/></w:tc></w:tr>", "odd_structure"),
        ("<w:body>", "<w:body><w:p><w:t>{{ а }}</w:t></w:p>", "odd_structure"),
        ("<w:body>", "<w:body><w:p><w:p><w:p><w:p><w:p/></w:p></w:p></w:p></w:p>", "odd_structure"),
        ("w:body>", "w:text>", "wrong_root"),
        ("w:document", "w:hdr", "odd_namespace"),
        ('r:id="rIdHeader"', 'r:id="rIdLost"', "missing_relation"),
    ],
)
def test_a_part_built_as_word_builds_none_is_refused(old: str, new: str, code: str) -> None:
    assert codes(repacked(GOOD, edited("word/document.xml", old, new))) == {code}


def test_a_relation_that_leads_nowhere_is_refused() -> None:
    assert codes(repacked(GOOD, {"word/header2.xml": None})) == {"missing_part"}


def secret(properties: str = "", around: str = "") -> str:
    run = f"<w:r>{properties}<w:t>тайна</w:t></w:r>"
    return f"<w:p><w:{around}>{run}</w:{around}></w:p>" if around else f"<w:p>{run}</w:p>"


WHITE = '<w:rPr><w:color w:val="FFFFFF"/></w:rPr>'
GROUND = '<w:tcPr><w:shd w:val="clear" w:fill="1F3864"/></w:tcPr>'
STYLED = '<w:rPr><w:rStyle w:val="secret"/></w:rPr>'


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (secret(around="ins"), "tracked_changes"),
        ("<w:p><w:del><w:r><w:delText>тайна</w:delText></w:r></w:del></w:p>", "tracked_changes"),
        (secret(around="moveFrom"), "tracked_changes"),
        ("<w:p><w:pPr><w:pPrChange/></w:pPr></w:p>", "tracked_changes"),
        ('<w:p><w:r><w:commentReference w:id="1"/></w:r></w:p>', "comment"),
        (secret("<w:rPr><w:vanish/></w:rPr>"), "hidden_text"),
        (secret(STYLED), "hidden_text"),
        (secret(WHITE), "hidden_text"),
        (
            secret('<w:rPr><w:color w:val="auto" w:themeColor="background1"/></w:rPr>'),
            "hidden_text",
        ),
        (secret('<w:rPr><w:rStyle w:val="pale"/></w:rPr>'), "hidden_text"),
        (f"<w:tbl><w:tr><w:tc>{GROUND}{secret(STYLED)}</w:tc></w:tr></w:tbl>", "hidden_text"),
        (
            "<w:tbl><w:tr><w:trPr><w:hidden/></w:trPr><w:tc><w:p/></w:tc></w:tr></w:tbl>",
            "hidden_text",
        ),
    ],
)
def test_what_a_reviewer_left_is_never_printed(body: str, code: str) -> None:
    styles = '<w:style w:styleId="{}"><w:basedOn w:val="{}"/>{}</w:style>'
    hidden = "<w:rPr><w:vanish/></w:rPr>"
    two = styles.format("secret", "more", "") + styles.format("more", "secret", hidden)
    pale = styles.format("pale", "", WHITE)
    change = edited("word/styles.xml", "</w:styles>", f"{two}{pale}</w:styles>")
    data = repacked(starter_docx(p("{{ а }}") + body), change)
    assert codes(data) == {code}
    [finding] = lint(data, {"а"})
    assert finding.place in {"абзац 2", "таблица 1, строка 1, ячейка 1"}


@pytest.mark.parametrize("properties", ["<w:vanish/>", '<w:color w:val="FEFEFE"/>'])
@pytest.mark.parametrize(
    "place",
    [
        "<w:docDefaults><w:rPrDefault><w:rPr>{}</w:rPr></w:rPrDefault></w:docDefaults>",
        '<w:style w:default="1" w:styleId="plain"><w:rPr>{}</w:rPr></w:style>',
    ],
)
def test_a_template_may_not_hide_all_its_text(place: str, properties: str) -> None:
    styles = edited("word/styles.xml", "</w:styles>", f"{place.format(properties)}</w:styles>")
    assert codes(repacked(starter_docx(p("{{ а }}")), styles)) == {"hidden_text"}


@pytest.mark.parametrize(
    "body",
    [
        f"<w:tbl><w:tr><w:tc>{GROUND}{secret(WHITE)}</w:tc></w:tr></w:tbl>",
        secret('<w:rPr><w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="000000"/></w:rPr>'),
        secret('<w:rPr><w:color w:val="1F3864"/></w:rPr>'),
        secret('<w:rPr><w:vanish w:val="0"/></w:rPr>'),
    ],
)
def test_white_letters_on_a_dark_ground_are_no_hidden_text(body: str) -> None:
    assert lint(starter_docx(p("{{ а }}") + body), {"а"}) == []


def test_shown_text_passes_though_it_could_be_hidden() -> None:
    shown = '<w:rPr><w:vanish w:val="0"/></w:rPr>'
    assert lint(starter_docx(p("{{ а }}") + secret(shown)), {"а"}) == []


def test_comments_that_lie_beside_the_text_are_refused() -> None:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
    override = f'<Override PartName="/word/comments.xml" ContentType="{kind}"/></Types>'
    change = typed("</Types>", override) | {"word/comments.xml": b"<a/>"}
    assert codes(repacked(GOOD, change)) == {"comment"}


def test_entities_are_refused_before_they_grow() -> None:
    laugh = b'<!DOCTYPE a [<!ENTITY l "ha">]><a>&l;</a>'
    assert codes(repacked(GOOD, {"word/settings.xml": laugh})) == {"dtd"}


def test_entities_in_another_encoding_are_refused() -> None:
    laugh = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16")
    assert codes(repacked(GOOD, {"word/settings.xml": laugh})) == {"dtd"}


def test_a_broken_part_is_refused() -> None:
    assert codes(repacked(GOOD, {"word/styles.xml": b"<w:styles>"})) == {"broken_xml"}


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("attachedTemplate", "http://evil.example/t.dotm"),
        ("image", "http://evil.example/pixel.png"),
        ("oleObject", "file:///c:/x"),
        ("hyperlink", "file:///etc/passwd"),
        ("hyperlink", "javascript:alert(1)"),
        ("frame", "http://evil.example/"),
    ],
)
def test_a_reference_outside_is_refused(kind: str, target: str) -> None:
    assert codes(repacked(GOOD, relation(kind, target))) == {"external"}


def test_an_ordinary_link_is_welcome() -> None:
    assert lint(repacked(GOOD, relation("hyperlink", "https://levokum.example/")), {"а"}) == []


@pytest.mark.parametrize(
    "name", ["word/printer.bin", "word/embeddings/a.xlsx", "word/activeX/a.xml"]
)
def test_active_content_is_refused(name: str) -> None:
    assert codes(repacked(GOOD, {name: b"<a/>"})) == {"active_content"}


def test_a_macro_document_is_refused() -> None:
    macro = typed(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        "application/vnd.ms-word.document.macroEnabled.main+xml",
    )
    assert codes(repacked(GOOD, macro)) == {"macros"}


def test_a_word_template_dotx_is_refused() -> None:
    assert codes(repacked(GOOD, typed("document.main+xml", "template.main+xml"))) == {"not_word"}


def test_an_encrypted_member_is_refused() -> None:
    raw = bytearray(GOOD)
    raw[raw.index(b"PK\1\2") + 8] |= 1
    assert codes(bytes(raw)) == {"encrypted"}
