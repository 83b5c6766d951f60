"""A file from outside is refused with a sentence before it can do harm."""

from __future__ import annotations

import io
import zipfile

import pytest
from starter import starter_docx
from word_pieces import p, repacked

from workflow_app.documents import TemplateError, compile_template, lint, package

GOOD = starter_docx(p("{{ а }}"))
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


def typed(old: str, new: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        types = archive.read("[Content_Types].xml").decode()
    return {"[Content_Types].xml": types.replace(old, new).encode()}


def test_a_good_file_passes() -> None:
    assert lint(GOOD, {"а"}) == []


@pytest.mark.parametrize("data", [b"", b"text", b"PK\3\4broken", GOOD[:-30], GOOD[:200]])
def test_what_is_not_a_word_file_is_refused(data: bytes) -> None:
    assert codes(data) == {"not_word"}


def test_old_or_encrypted_word_is_refused() -> None:
    assert codes(b"\xd0\xcf\x11\xe0" + bytes(600)) == {"old_word"}


def test_a_file_above_20_mb_is_refused() -> None:
    assert codes(GOOD + bytes(20 * 1024 * 1024)) == {"too_big"}


def test_more_than_200_members_are_refused() -> None:
    assert codes(repacked(GOOD, {f"word/x{n}.txt": b"x" for n in range(200)})) == {
        "too_many_members"
    }


def test_a_zip_bomb_is_refused() -> None:
    assert codes(repacked(GOOD, {"word/bomb.txt": bytes(5 * 1024 * 1024)})) == {"zip_bomb"}


def test_too_much_unpacked_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_UNPACKED", 1000)
    assert codes(GOOD) == {"too_big_unpacked"}


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
    "name", ["word/vbaProject.bin", "word/embeddings/a.xlsx", "word/activeX/a.xml"]
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
