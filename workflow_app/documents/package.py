"""Opens a Word file that came from outside: within limits, without macros, entities, strangers."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from workflow_app.documents.findings import Finding, TemplateError
from workflow_app.documents.names import MAIN, RELATIONS, TYPES, parse

MEBIBYTE = 1024 * 1024
MAX_BYTES = 20 * MEBIBYTE
MAX_MEMBERS = 200
MAX_UNPACKED = 100 * MEBIBYTE
MAX_RATIO = 200
_SAFE_LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
_ACTIVE = re.compile(r"vbaproject|vbadata|/activex/|/embeddings/|\.bin$", re.IGNORECASE)
_OLD_WORD = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Package:
    """The members of a Word file in their order, and the content type of each part."""

    members: dict[str, bytes]
    types: dict[str, str]

    @property
    def main(self) -> str:
        """The name of the part that holds the text."""
        return next(name for name, kind in self.types.items() if kind == MAIN)


def open_package(data: bytes) -> Package:
    """The package, or TemplateError with every reason why it is refused."""
    members = _unpack(data)
    findings = [found for name, body in members.items() for found in _check_member(name, body)]
    if findings:
        raise TemplateError(findings)
    types = _content_types(members)
    findings = [*_check_types(types), *_check_relations(members)]
    if findings:
        raise TemplateError(findings)
    return Package(members, types)


def _refuse(code: str, message: str) -> TemplateError:
    return TemplateError([Finding(code, "файл", message)])


def _unpack(data: bytes) -> dict[str, bytes]:
    if len(data) > MAX_BYTES:
        raise _refuse("too_big", "Файл больше 20 МБ. Сожмите рисунки или уберите лишнее.")
    if data.startswith(_OLD_WORD):
        raise _refuse("old_word", "Файл защищён паролем или сохранён в формате .doc. Нужен .docx.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _check_sizes(infos)
            return {info.filename: archive.read(info) for info in infos if not info.is_dir()}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        raise _refuse("not_word", "Это не документ Word (.docx), или файл повреждён.") from None


def _check_sizes(infos: list[zipfile.ZipInfo]) -> None:
    names = {info.filename for info in infos}
    if len(infos) > MAX_MEMBERS or len(names) < len(infos):
        raise _refuse("too_many_members", "В файле больше 200 вложенных частей, или они повторены.")
    if any(info.flag_bits & 1 for info in infos):
        raise _refuse("encrypted", "Файл зашифрован. Снимите пароль и сохраните снова.")
    if sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise _refuse("too_big_unpacked", "В распакованном виде файл больше 100 МБ.")
    if any(info.file_size > MAX_RATIO * max(info.compress_size, 1) for info in infos):
        raise _refuse("zip_bomb", "Файл сжат подозрительно сильно (более чем в 200 раз).")


def _check_member(name: str, body: bytes) -> Iterator[Finding]:
    if _ACTIVE.search(f"/{name}"):
        yield Finding(
            "active_content",
            name,
            "В документе макрос или вставленный объект. Удалите его и сохраните как .docx.",
        )
    elif name.endswith((".xml", ".rels")):
        yield from _check_xml(name, body)


def _check_xml(name: str, body: bytes) -> Iterator[Finding]:
    doctypes: list[str] = []

    def stop(doctype: str, *_: object) -> None:
        doctypes.append(doctype)
        raise ValueError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = stop
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError):
        if doctypes:
            yield Finding("dtd", name, "Описания DTD и сущности в документах не разрешены.")
        else:
            yield Finding("broken_xml", name, "Часть документа повреждена. Сохраните его в Word.")


def _content_types(members: dict[str, bytes]) -> dict[str, str]:
    if "[Content_Types].xml" not in members:
        raise _refuse("not_word", "Это не документ Word (.docx): нет описания содержимого.")
    root = parse(members["[Content_Types].xml"])
    types = {}
    for entry in root.iter(f"{{{TYPES}}}Override"):
        name = str(entry.get("PartName", "")).lstrip("/")
        if name in members:
            types[name] = str(entry.get("ContentType"))
    return types


def _check_types(types: dict[str, str]) -> Iterator[Finding]:
    if any("macroenabled" in kind.lower() for kind in types.values()):
        yield Finding("macros", "файл", "Документ с макросами (.docm). Сохраните как .docx.")
    elif list(types.values()).count(MAIN) != 1:
        yield Finding("not_word", "файл", "Это не документ Word: сохраните как «Документ (.docx)».")


def _check_relations(members: dict[str, bytes]) -> Iterator[Finding]:
    for name, body in members.items():
        if not name.endswith(".rels"):
            continue
        for entry in parse(body).iter(f"{{{RELATIONS}}}Relationship"):
            kind = str(entry.get("Type", "")).rsplit("/", 1)[-1]
            target = str(entry.get("Target", ""))
            outside = entry.get("TargetMode") == "External"
            link = kind == "hyperlink" and _SAFE_LINK.match(target)
            if (outside and not link) or kind in {"aFChunk", "oleObject", "attachedTemplate"}:
                yield Finding(
                    "external",
                    name,
                    f"Документ ссылается наружу ({kind}: «{target[:60]}»). "
                    "Разрешены только ссылки на сайты и адреса почты.",
                )
