"""One gate for what people attach and for templates: what a file is, what is wrong with it."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from starter import starter_docx
from word_pieces import p, repacked

from workflow_app.documents import TemplateError, compile_template, gate
from workflow_app.documents.names import MAIN
from workflow_app.engine.refusals import Refusal
from workflow_app.services.cases.attachments import DOCX, TYPES, name_of

GOOD = starter_docx(p("{{ а }}"))
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPG = b"\xff\xd8\xff\xe0" + bytes(40)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
CHART = "word/embeddings/Microsoft_Excel_Sheet.xlsx"


def edited(name: str, old: str, new: str, docx: bytes = GOOD) -> bytes:
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        text = archive.read(name).decode()
    assert old in text
    return repacked(docx, {name: text.replace(old, new).encode()})


def patched(at: int, value: bytes, mark: bytes = b"PK\1\2", data: bytes = GOOD) -> bytes:
    """The file with bytes of its first record (or of its end) overwritten."""
    start = data.index(mark) + at
    return data[:start] + value + data[start + len(value) :]


def renamed(new: bytes) -> bytes:
    """The file with a member whose name is `new` in both records, however foreign."""
    data = repacked(GOOD, {"x" * len(new): b"x"})
    return data.replace(b"x" * len(new), new)


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


def refusals(data: bytes) -> list[tuple[set[str], str]]:
    """What each door says of a file: that of attachments, that of templates."""
    said = []
    doors: tuple[Callable[[bytes], object], ...] = (gate.judge, compile_template)
    for door in doors:
        with pytest.raises(TemplateError) as caught:
            door(data)
        said.append(({each.code for each in caught.value.findings}, str(caught.value)))
    return said


MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (edited("[Content_Types].xml", MAIN, MACRO), "macros", ".docm"),
        (repacked(GOOD, {"word/vbaProject.bin": b"x"}), "macros", "макрос"),
        (
            edited(
                "[Content_Types].xml",
                "<Default",
                '<Default Extension="q" ContentType='
                '"application/vnd.ms-office.vbaProject"/><Default',
                repacked(GOOD, {"a.q": b"x"}),
            ),
            "macros",
            "макрос",
        ),
        (repacked(GOOD, {"word/activeX/a.xml": b"<a/>"}), "active_content", "объект"),
        (repacked(GOOD, {"word/embeddings/oleObject1.bin": b"x"}), "active_content", "объект"),
        (repacked(GOOD, {"word/media/picture.png": OLE}), "active_content", "объект"),
        (repacked(GOOD, {CHART: b"no archive"}), "active_content", "объект"),
        (
            edited("[Content_Types].xml", "document.main+xml", "template.main+xml"),
            "not_word",
            ".dotx",
        ),
        (edited("_rels/.rels", "word/document.xml", "word/lost.xml"), "not_word", "в какой части"),
        (zipped(a=b"b"), "not_word", "нет описания"),
        (repacked(GOOD, {"word/styles.xml": b"<a>"}), "broken_xml", "повреждена"),
        (repacked(GOOD, {"word/styles.xml": b"<!DOCTYPE a><a/>"}), "dtd", "DTD"),
        (OLE, "old_office", "старого Office"),
        (OLE + "WordDocument".encode("utf-16-le"), "old_office", ".doc)"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "old_office", "паролем"),
        (patched(8, b"\1"), "encrypted", "пароль"),
        (patched(8, b"\x20\x08"), "unknown_zip", "Word не знает"),
        (patched(10, b"\x63"), "unknown_zip", "Word не знает"),
        (patched(6, b"\x63\0"), "damaged", "повреждён"),
        (patched(46, b"\xff\xfe"), "damaged", "повреждён"),
        (patched(24, b"\1\0\0\0"), "damaged", "повреждён"),
        (patched(20, b"\xff\xff\xff\x7f"), "damaged", "повреждён"),
        (patched(30, b"X", b"PK\3\4"), "damaged", "повреждён"),
        (GOOD[:-9], "damaged", "повреждён"),
        (renamed(b"../evil.txt"), "foreign_name", "evil"),
        (renamed(b"/evil.txt"), "foreign_name", "evil"),
        (renamed(b"C:/evil.txt"), "foreign_name", "evil"),
        (renamed(b"a\\evil.txt"), "foreign_name", "evil"),
        (renamed(b"evil.txt\0.png"), "foreign_name", "evil"),
        (repacked(GOOD, {"WORD/document.xml": b"<a/>"}), "doubled", "повторены"),
        (GOOD + b"MZ a program", "polyglot", "посторонние"),
        (patched(20, b"\2\0", b"PK\5\6") + b"MZ", "polyglot", "посторонние"),
        (repacked(GOOD, {f"word/x{n}": b"x" for n in range(2000)}), "too_many_members", "частей"),
        (repacked(GOOD, {"word/x.bmp": bytes(65 << 20)}), "too_big_unpacked", "МБ"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_both_doors_name_what_they_found(data: bytes, code: str, words: str) -> None:
    for codes, said in refusals(data):
        assert codes == {code}
        assert words in said


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\0\0\0\x18ftypheic" + bytes(20), "HEIC"),
        (b"\0\0\0\x18ftypmif1" + bytes(20), "HEIC"),
        (b"\0\0\0\x18ftypisom" + bytes(20), "видео"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WebP"),
        (b"{\\rtf1", "RTF"),
        (b"II*\0" + bytes(20), "TIFF"),
        (b"Rar!\x1a\7", "архив"),
        (b"MZ\x90\0", "программа"),
        (b"<html><script>", "веб-страница"),
        (b"plain text", "Нужен pdf, jpg, png, docx"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.text"), "LibreOffice"),
        (b"%PDF-1.7 trailer << /Encrypt 5 0 R >>", "паролем"),
        (PDF + GOOD, "ещё один файл"),
        (JPG + GOOD, "ещё один файл"),
        (PNG + PDF, "ещё один файл"),
        (repacked(zipped(a=PDF), {"a": PDF}), "нет описания"),
        (zipped(a=PDF), "ещё один файл"),
        (b"<html><script>" + PDF, "ещё один файл"),
        (b"MZ\x90\0" + PDF, "ещё один файл"),
        (bytes(1025) + PDF, "Нужен"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_person_is_told_what_she_brought_and_what_to_do(data: bytes, words: str) -> None:
    refusal = gate.accept("файл.pdf", data)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == ("file_kind", "file")
    assert refusal.message.startswith("Файл «файл.pdf» не подходит. ")
    assert words in refusal.message


def test_where_no_word_file_is_taken_nobody_is_led_to_bring_one() -> None:
    macros = edited("[Content_Types].xml", MAIN, MACRO)
    scan = gate.accept("согласие.pdf", macros, ("pdf", "jpg", "png"))
    assert isinstance(scan, Refusal)
    assert scan.message.endswith("Нужен pdf, jpg, png.")


def charted() -> bytes:
    return repacked(GOOD, {CHART: zipped(a=b"<a/>")})


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PDF, "pdf"),
        (bytes(1024) + PDF, "pdf"),
        (b"\x1b%-12345X@PJL\r\n" + PDF, "pdf"),
        (PNG, "png"),
        (JPG, "jpg"),
        (GOOD, "docx"),
        (GOOD + b"\r\n\0\0", "docx"),
        (charted(), "docx"),
        (
            edited(
                "_rels/.rels",
                "word/document.xml",
                "word/document2.xml",
                edited(
                    "[Content_Types].xml",
                    "word/document.xml",
                    "word/document2.xml",
                    repacked(GOOD, {"word/document2.xml": b"<a/>"}),
                ),
            ),
            "docx",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_one_thing_is_taken_for_what_it_is(data: bytes, kind: str) -> None:
    assert gate.judge(data) == kind


def test_a_template_whose_text_is_called_otherwise_is_compiled() -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        moved = {
            "word/document.xml": None,
            "word/document2.xml": archive.read("word/document.xml"),
            "word/_rels/document.xml.rels": None,
            "word/_rels/document2.xml.rels": archive.read("word/_rels/document.xml.rels"),
        }
    data = repacked(GOOD, moved)
    for name in ("_rels/.rels", "[Content_Types].xml"):
        data = edited(name, "word/document.xml", "word/document2.xml", data)
    assert compile_template(data).fields == {"а"}


@pytest.mark.parametrize(
    ("name", "kind", "given"),
    [
        ("приказ.PDF", "pdf", "приказ.PDF"),
        ("снимок.JPEG", "jpg", "снимок.JPEG"),
        ("счёт.pdf.exe", "pdf", "счёт.pdf.exe.pdf"),
        ("приказ.docm", "docx", "приказ.docm.docx"),
        ("", "png", "файл.png"),
        ("а\u202efdp.docx", "docx", "а fdp.docx"),
        ("x" * 300, "pdf", "x" * 196 + ".pdf"),
    ],
)
def test_the_name_of_a_download_ends_by_its_content(name: str, kind: str, given: str) -> None:
    assert name_of(name, TYPES[kind]) == given


def test_a_kind_that_is_not_brought_keeps_its_name() -> None:
    assert name_of("журнал.csv", "text/csv") == "журнал.csv"
    assert name_of("приказ", DOCX) == "приказ.docx"


def directory_of(members: int) -> bytes:
    """A directory of so many members, each of which says nothing."""
    record = struct.pack("<4s6H3L5H2L", b"PK\1\2", *[20] * 2, *[0] * 7, 1, *[0] * 6) + b"a"
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(record) * members, 64, 0)
    return b"PK\3\4" + bytes(60) + record * members + end


def test_members_are_counted_before_the_directory_is_read() -> None:
    for codes, _ in refusals(directory_of(380_000)):
        assert codes == {"too_many_members"}


def test_a_file_says_nothing_of_its_folder(tmp_path: Path) -> None:
    refusal = gate.accept(f"{tmp_path}/" + "х" * 300 + ".exe", b"MZ")
    assert isinstance(refusal, Refusal)
    assert str(tmp_path) not in refusal.message


def test_what_really_comes_is_counted_and_not_what_is_declared() -> None:
    """Of 200 MB that call themselves ten bytes no more is held than the allowance, twice."""
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("word/bomb.bmp", "w") as member:
            for _ in range(200):
                member.write(bytes(1 << 20))
        archive.getinfo("word/bomb.bmp").file_size = 10
    tracemalloc.start()
    try:
        for codes, _ in refusals(out.getvalue()):
            assert codes == {"too_big_unpacked"}
        assert tracemalloc.get_traced_memory()[1] < 140 << 20
    finally:
        tracemalloc.stop()
