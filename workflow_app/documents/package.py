"""Opens a Word file that came from outside: within limits, without macros, entities, strangers.

Templates and what people attach pass the same checks. A template is read further: whatever it
holds is printed in every paper, so it may hold less.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from posixpath import basename, dirname, join, normpath
from urllib.parse import unquote
from xml.parsers import expat

from lxml import etree

from workflow_app.documents.findings import Finding, TemplateError, refused
from workflow_app.documents.names import MAIN, RELATIONS, TYPES, R, parse, w
from workflow_app.documents.unzip import MEBIBYTE, NOT_WORD, Archive, Limits

MAX_BYTES = 20 * MEBIBYTE
MAX_XML = 32 * MEBIBYTE
"""Of one part: expat reads a long token again with every mebibyte that comes."""
MAX_TEMPLATE_XML = 4 * MEBIBYTE
"""Of all parts of a template together: a tree takes thirty times as much."""
_MOST_ELEMENTS = 100_000
_MOST_BRACES = 4000
_MOST_PIECES = 500
"""Of one run, and attributes of one element."""
TEMPLATE = Limits(members=200, unpacked=40 * MEBIBYTE)
ATTACHMENT = Limits(members=2000, unpacked=64 * MEBIBYTE)
TOO_BIG = "Файл больше 20 МБ. Сожмите рисунки или уберите лишнее."
CONTENT_TYPES = "[Content_Types].xml"
OLE = b"\xd0\xcf\x11\xe0"
MACROS = "В документе макрос (.docm). Сохраните его как «Документ Word (.docx)»."
OBJECT = "В документе вставленный объект. Вставьте вместо него рисунок или текст."
OFFICE: Mapping[str, str] = {
    "spreadsheetml.sheet.main": "таблица Excel (.xlsx): сохраните её как PDF",
    "presentationml.presentation.main": "презентация (.pptx): сохраните её как PDF",
    "wordprocessingml.template.main": "шаблон Word (.dotx): сохраните его как «Документ (.docx)»",
}
"""What else the main part of an Office file may be, by a piece of its content type."""

_SAFE_LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
_REMOTE = re.compile(r"(https?:|ftp:|file:/{4,}|[/\\]{2})", re.IGNORECASE)
_MACRO = re.compile(r"vbaproject|vbadata|macroenabled|macrosheet", re.IGNORECASE)
_ACTIVE = re.compile(r"activex|oleobject", re.IGNORECASE)
_EMBEDDED = re.compile(r"/embeddings/", re.IGNORECASE)
_XML = re.compile(r"\.(xml|rels)$|[+/]xml$", re.IGNORECASE)
_RELATED = f"{{{R}}}"
_FETCHED = frozenset({"attachedTemplate", "frame", "oleObject", "subDocument"})
"""Relations that Word follows outside as soon as a document is opened."""


@dataclass(frozen=True, slots=True)
class Package:
    """The members of a Word file in their order, the content type of each, the part of the text."""

    members: dict[str, bytes]
    types: dict[str, str]
    main: str


def open_package(data: bytes) -> Package:
    """A template, or TemplateError with every reason why it is refused."""
    package = _opened(data, TEMPLATE)
    members, types = package.members, package.types
    xml = [name for name in members if _is_xml(name, types)]
    if sum(len(members[name]) for name in xml) > MAX_TEMPLATE_XML:
        raise refused("too_big_unpacked", "Текста и оформления в шаблоне больше 4 МБ.")
    findings = [
        *(found for name in members for found in _check_inside(name)),
        *(found for name in xml for found in _check_tree(name, members[name])),
    ]
    findings = findings or list(_check_size([parse(members[name]) for name in xml]))
    if findings:
        raise TemplateError(findings)
    findings = [*_check_relations(members), *_check_targets(members)]
    if list(types.values()).count(MAIN) > 1:
        findings.append(Finding("not_word", "файл", "В файле не один текст, а несколько."))
    if findings:
        raise TemplateError(findings)
    return package


def read_package(data: bytes) -> Package:
    """A paper made here, for showing it: however long, it came out of a checked template."""
    archive = Archive(data, ATTACHMENT)
    members = {name: archive.read(name) for name in archive.names}
    return _described(members)


def check_document(data: bytes) -> None:
    """Raise TemplateError, with every reason, for a file that is no harmless Word document."""
    findings = list(_check_fetched(_opened(data, ATTACHMENT).members))
    if findings:
        raise TemplateError(findings)


def _opened(data: bytes, limits: Limits) -> Package:
    """A package all of whose members passed; of an attachment only relations are kept."""
    if len(data) > MAX_BYTES:
        raise refused("too_big", TOO_BIG)
    if data.startswith(OLE):
        raise refused("old_office", _old_office(data))
    archive = Archive(data, limits)
    members: dict[str, bytes] = {}
    findings: list[Finding] = []
    for name in archive.names:
        body = archive.read(name)
        findings += _check_member(name, body)
        is_kept = limits is TEMPLATE or name == CONTENT_TYPES or name.endswith(".rels")
        members[name] = body if is_kept else b""
    if findings:
        raise TemplateError(findings)
    return _described(members)


def _old_office(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "Документ защищён паролем. Снимите пароль и сохраните его снова."
    if "WordDocument".encode("utf-16-le") in data:
        return "Это документ старого Word (.doc). Откройте его и сохраните как .docx."
    return "Это файл старого Office. Сохраните его как .docx или PDF."


def _check_member(name: str, body: bytes) -> Iterator[Finding]:
    if _MACRO.search(name):
        yield Finding("macros", name, MACROS)
    elif _ACTIVE.search(name) or body.startswith(OLE):
        yield Finding("active_content", name, OBJECT)
    elif _EMBEDDED.search(f"/{name}"):
        yield from _check_embedded(name, body)
    elif _is_xml(name, {}):
        yield from _check_xml(name, body)


def _check_embedded(name: str, body: bytes) -> Iterator[Finding]:
    """The table behind a chart is a file of its own: harmless while nothing in it acts."""
    try:
        inside = Archive(body, ATTACHMENT).names
    except TemplateError:
        yield Finding("active_content", name, OBJECT)
        return
    if any(_MACRO.search(each) or _ACTIVE.search(each) for each in inside):
        yield Finding("macros", name, MACROS)
    elif any(_EMBEDDED.search(f"/{each}") or each.endswith(".bin") for each in inside):
        yield Finding("active_content", name, OBJECT)


def _check_inside(name: str) -> Iterator[Finding]:
    """What an attachment may hold and a template may not."""
    if _EMBEDDED.search(f"/{name}") or name.lower().endswith(".bin"):
        yield Finding("active_content", name, OBJECT)


def _check_xml(name: str, body: bytes) -> Iterator[Finding]:
    doctypes: list[str] = []

    def stop(doctype: str, *_: object) -> None:
        doctypes.append(doctype)
        raise ValueError

    if len(body) > MAX_XML:
        yield Finding("too_complex", name, f"Часть документа больше {MAX_XML // MEBIBYTE} МБ.")
        return
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = stop
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError):
        if doctypes:
            yield Finding("dtd", name, "Описания DTD и сущности в документах не разрешены.")
        else:
            yield Finding("broken_xml", name, "Часть документа повреждена. Сохраните его в Word.")


def _check_tree(name: str, body: bytes) -> Iterator[Finding]:
    """What expat lets pass and lxml does not: depth above 256, a text above 10 MB."""
    try:
        parse(body)
    except etree.XMLSyntaxError:
        text = "Слишком глубокая вложенность или слишком длинный текст. Упростите документ."
        yield Finding("too_complex", name, text)


def _check_size(trees: Collection[etree._Element]) -> Iterator[Finding]:
    """A template so large, or so full of commands, that reading it would take minutes."""
    if sum(1 for tree in trees for _ in tree.iter()) > _MOST_ELEMENTS:
        yield _too_complex("частей больше 100 000")
    for tree in trees:
        if sum(text.count("{") for text in tree.itertext()) > _MOST_BRACES:
            yield _too_complex("команд больше 2000")
        if any(len(each.attrib) > _MOST_PIECES for each in tree.iter(etree.Element)):
            yield _too_complex("у одной части слишком много свойств")
        if any(len(each) > _MOST_PIECES for each in tree.iter(w("r"))):
            yield _too_complex("в одном куске текста слишком много частей")


def _too_complex(what: str) -> Finding:
    return Finding("too_complex", "файл", f"Шаблон слишком сложный: {what}. Упростите его.")


def _is_xml(name: str, types: Mapping[str, str]) -> bool:
    return bool(_XML.search(name) or _XML.search(types.get(name, "")))


def _described(members: dict[str, bytes]) -> Package:
    """The package with the content types of its members, and with its main part."""
    if CONTENT_TYPES not in members:
        raise refused("not_word", "Это не документ Word (.docx): нет описания содержимого.")
    types = _content_types(members)
    said = " ".join(types.values())
    if _MACRO.search(said):
        raise refused("macros", MACROS)
    if _ACTIVE.search(said):
        raise refused("active_content", OBJECT)
    kinds = (target for kind, target in _inner(members, "") if kind == "officeDocument")
    main = next(kinds, "")
    if main not in members:
        raise refused("not_word", "Это не документ Word: не сказано, в какой части его текст.")
    if types.get(main) != MAIN:
        other = next((text for piece, text in OFFICE.items() if piece in types.get(main, "")), "")
        raise refused("not_word", f"Это {other}." if other else NOT_WORD)
    return Package(members, types, main)


def _content_types(members: Mapping[str, bytes]) -> dict[str, str]:
    root = _small(members, CONTENT_TYPES)
    default = {
        str(entry.get("Extension", "")).lower(): str(entry.get("ContentType", ""))
        for entry in root.iter(f"{{{TYPES}}}Default")
    }
    own = {
        str(entry.get("PartName", "")).lstrip("/"): str(entry.get("ContentType", ""))
        for entry in root.iter(f"{{{TYPES}}}Override")
    }
    found = {
        name: own.get(name) or default.get(name.rpartition(".")[2].lower(), "") for name in members
    }
    return {name: kind for name, kind in found.items() if kind}


def _small(members: Mapping[str, bytes], name: str) -> etree._Element:
    """The tree of a part that says how others hang together."""
    body = members.get(name, b"<none/>")
    findings = list(_check_tree(name, body))
    if len(body) > MEBIBYTE:
        findings = [Finding("too_complex", name, "Описание частей документа больше 1 МБ.")]
    if findings:
        raise TemplateError(findings)
    return parse(body)


def relations(members: Mapping[str, bytes], part: str) -> Iterable[etree._Element]:
    """The relations of a part; those of the whole package have no part."""
    folder, base = dirname(part), basename(part)
    root = _small(members, join(folder, "_rels", f"{base}.rels"))
    return list(root.iter(f"{{{RELATIONS}}}Relationship"))


def target_of(entry: etree._Element, part: str) -> str:
    """The name of the member a relation of a part points at."""
    target = str(entry.get("Target", "")).partition("#")[0]
    return normpath(join("/", dirname(part), unquote(target))).lstrip("/")


def _inner(members: Mapping[str, bytes], part: str) -> Iterator[tuple[str, str]]:
    for entry in relations(members, part):
        if entry.get("TargetMode") != "External":
            yield _kind(entry), target_of(entry, part)


def _kind(entry: etree._Element) -> str:
    return str(entry.get("Type", "")).rsplit("/", 1)[-1]


def _every_relation(members: Mapping[str, bytes]) -> Iterator[tuple[str, str, etree._Element]]:
    """Every relation with the name of its file and of its part."""
    for name in members:
        folder, base = dirname(name), basename(name)
        if base.endswith(".rels") and basename(folder) == "_rels":
            part = join(dirname(folder), base.removesuffix(".rels"))
            for entry in relations(members, part):
                yield name, part, entry


def _check_relations(members: Mapping[str, bytes]) -> Iterator[Finding]:
    """A paper points outside with links that a person presses, and with nothing else."""
    for name, _, entry in _every_relation(members):
        kind, target = _kind(entry), str(entry.get("Target", ""))
        outside = entry.get("TargetMode") == "External"
        link = kind == "hyperlink" and _SAFE_LINK.match(target)
        if (outside and not link) or kind in {"aFChunk", "oleObject", "attachedTemplate"}:
            text = (
                f"Документ ссылается наружу ({kind}: «{target[:60]}»). "
                "Разрешены только ссылки на сайты и адреса почты."
            )
            yield Finding("external", name, text)


def _check_fetched(members: Mapping[str, bytes]) -> Iterator[Finding]:
    """Whoever opens an attachment must not fetch, or run, what lies elsewhere."""
    for name, _, entry in _every_relation(members):
        kind, target = _kind(entry), str(entry.get("Target", ""))
        if kind == "oleObject" or (kind in _FETCHED and _REMOTE.match(target)):
            text = f"Документ при открытии обращается наружу ({kind}: «{target[:60]}»)."
            yield Finding("external", name, text)


def _check_targets(members: Mapping[str, bytes]) -> Iterator[Finding]:
    """Every relation leads to a member, and every id in a text to a relation."""
    for name, part, entry in _every_relation(members):
        target = target_of(entry, part)
        if entry.get("TargetMode") != "External" and target not in members:
            text = f"Нет части «{target[:60]}», на которую ссылается документ."
            yield Finding("missing_part", name, text)
    for name, body in members.items():
        if not name.endswith(".xml"):
            continue
        known = {entry.get("Id") for entry in relations(members, name)}
        used = {value for each in parse(body).iter(etree.Element) for value in _ids(each)}
        for lost in sorted(used - known):
            text = f"Ссылка «{lost[:40]}» никуда не ведёт. Вставьте рисунок или ссылку заново."
            yield Finding("missing_relation", name, text)


def _ids(element: etree._Element) -> Iterator[str]:
    return (str(value) for key, value in element.items() if key.startswith(_RELATED) and value)
