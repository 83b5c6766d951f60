"""Compiles a Word template once; rendering then is a join of strings and a zip."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from xml.parsers import expat

from lxml import etree

from workflow_app.documents.archive import Member, packed_member, write_zip
from workflow_app.documents.blocks import bare_tables, close_holders, pair, settle
from workflow_app.documents.building import Builder, Use, field_names, leftover_braces
from workflow_app.documents.fieldcodes import check_field_codes
from workflow_app.documents.findings import Finding, TemplateError
from workflow_app.documents.language import BRACES, For, Value
from workflow_app.documents.markup import (
    Fault,
    Found,
    mark_paragraph,
    mark_texts,
    paragraph_text,
    tidy_paragraph,
)
from workflow_app.documents.names import CORE, EXTENDED, SETTINGS, TEXT_PARTS, W, parse
from workflow_app.documents.package import Package, open_package
from workflow_app.documents.pictures import Picture, Pictures
from workflow_app.documents.places import PROPERTIES, paragraphs, part_label
from workflow_app.documents.program import Part
from workflow_app.documents.settings import unstretched
from workflow_app.documents.steps import Path, grouped, skeleton
from workflow_app.documents.structure import COMMENT_LEFT, check_review, check_shape, hidden_plain
from workflow_app.documents.styles import Styles

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NOISE = ("rsid", "paraId", "textId")  # editing traces: they repeat in loops and only cost bytes


@dataclass(frozen=True, slots=True)
class CompiledTemplate:
    """A checked template ready to print: picklable, knows its fields and its source's hash."""

    sha256: str
    fields: frozenset[str]
    members: tuple[Member | Part | Picture, ...]
    pictures: frozenset[str] = frozenset()
    """The fields that hold the bytes of a picture."""

    def render(self, values: Mapping[str, object]) -> bytes:
        """The finished .docx; the same values give the same bytes in any process."""
        return write_zip(
            each if isinstance(each, Member) else each.render(values) for each in self.members
        )


@dataclass(slots=True)
class Analysis:
    """Everything learnt about a template: faults, fields in use, the result if there are none."""

    findings: list[Finding] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    members: list[Member | Part | Picture] = field(default_factory=list)
    pictures: Pictures = field(default_factory=Pictures)
    loops: dict[str, str] = field(default_factory=dict)
    """Names of rows, each with a place of its loop."""
    texts: list[tuple[str, str]] = field(default_factory=list)
    hidden: dict[str, bool] = field(default_factory=dict)
    """Styles of text nobody sees, as `Styles.hidden` tells them."""


def compile_template(data: bytes) -> CompiledTemplate:
    """The compiled template, or TemplateError with all findings at once."""
    analysis = analyse(open_package(data))
    if analysis.findings:
        raise TemplateError(analysis.findings)
    digest = hashlib.sha256(data).hexdigest()
    pictures = frozenset(analysis.pictures.fields.values())
    return CompiledTemplate(digest, field_names(analysis.uses), tuple(analysis.members), pictures)


def analyse(package: Package) -> Analysis:
    """Reads every part of the template."""
    styles = Styles(package)
    analysis = Analysis(hidden=styles.hidden())
    if styles.plain_is_hidden():
        analysis.findings.append(hidden_plain())
    for name, data in package.members.items():
        kind = package.types.get(name, "")
        if kind in TEXT_PARTS:
            _text_part(package, name, analysis)
        elif kind in {CORE, EXTENDED}:
            _properties(name, data, analysis)
        else:
            if "comments" in kind:
                analysis.findings.append(Finding("comment", name, COMMENT_LEFT))
            _other(name, unstretched(data) if kind == SETTINGS else data, analysis)
    pictures = analysis.pictures
    pictures.close(analysis.uses)
    analysis.uses += pictures.uses
    analysis.findings += pictures.findings
    analysis.members = [_shown(each, pictures) for each in analysis.members]
    return analysis


def _shown(each: Member | Part | Picture, pictures: Pictures) -> Member | Part | Picture:
    """The member itself, or the picture that takes its place."""
    name = each.name.decode() if isinstance(each, Member) else each.name
    if not isinstance(each, Member) or name not in pictures.fields:
        return each
    said = pictures.fields[name]
    return Picture(name, Path(0, tuple(said.split(".")), said), each)


def _text_part(package: Package, name: str, analysis: Analysis) -> None:
    root = parse(package.members[name])
    label = part_label(package, name)
    if shape := list(check_shape(root, package.types[name])):
        analysis.findings += [replace(each, place=label or name) for each in shape]
        return
    analysis.findings.extend(check_review(root, label, analysis.hidden))
    _drop_noise(root)
    analysis.findings.extend(check_field_codes(root, label))
    analysis.pictures.mark(package, name, root, label)
    found, clean = _mark(root, label, analysis)
    clean = _arrange(root, found, label, analysis) and clean
    if clean:
        _add_part(name, root, found, label, analysis)


def _drop_noise(root: etree._Element) -> None:
    for element in root.iter(etree.Element):
        for attribute in element.keys():  # noqa: SIM118 - a copy: the loop deletes
            if attribute.rpartition("}")[2].startswith(_NOISE):
                del element.attrib[attribute]
    for mark in list(root.iter(f"{{{W}}}proofErr")):
        mark.getparent().remove(mark)


def _mark(root: etree._Element, label: str, analysis: Analysis) -> tuple[list[Found], bool]:
    found: list[Found] = []
    faults: list[Fault] = []
    for paragraph, place in list(paragraphs(root, label)):
        analysis.texts.append((place, paragraph_text(paragraph)))
        tags, wrong = mark_paragraph(paragraph, place, len(found))
        found += tags
        faults += wrong
    analysis.findings.extend(Finding(f.problem.code, f.place, f.problem.message) for f in faults)
    return found, not faults


def _arrange(root: etree._Element, found: list[Found], label: str, analysis: Analysis) -> bool:
    blocks, findings = pair(found)
    analysis.loops |= {each.tag.item: each.place for each in found if isinstance(each.tag, For)}
    findings += [each for each in map(settle, blocks) if each is not None]
    if not findings:
        for paragraph in dict.fromkeys(tag.paragraph for tag in found):
            tidy_paragraph(paragraph)
        close_holders(root)
        text = "В таблице нет постоянной строки: если повторять нечего, Word не откроет документ."
        findings += [
            Finding("bare_table", label or "текст", text) for _ in bare_tables(root, found)
        ]
    analysis.findings.extend(findings)
    return not findings


def _add_part(
    name: str, root: etree._Element, found: list[Found], label: str, analysis: Analysis
) -> None:
    serialised = _HEAD + str(etree.tostring(root, encoding="unicode"))
    builder = Builder.over(serialised, found)
    steps = builder.steps()
    analysis.uses += builder.uses
    analysis.findings.extend(_misplaced(label, around) for around in leftover_braces(steps))
    for taken in (True, False):
        # Proven here once; a rendering then has only its values to prove.
        expat.ParserCreate().Parse(skeleton(steps, taken=taken), True)
    if found:
        analysis.members.append(Part(name, root.nsmap.get("w") == W, grouped(steps)))
    else:
        analysis.members.append(packed_member(name, serialised.encode()))


def _misplaced(place: str, around: str) -> Finding:
    text = f"Поле стоит там, где его нельзя заполнить (код поля, подпись фигуры): «{around}»."
    return Finding("tag_in_unsupported_place", place or "текст", text)


def _other(name: str, data: bytes, analysis: Analysis) -> None:
    if name.endswith((".xml", ".rels")):
        text = data.decode("utf-8", "replace")
        if match := BRACES.search(text):
            around = text[match.start() : match.start() + 40]
            analysis.findings.append(_misplaced(name, around))
    analysis.members.append(packed_member(name, data))


def _properties(name: str, data: bytes, analysis: Analysis) -> None:
    """Properties hold plain text: values only, no blocks."""
    root = parse(data)
    found: list[Found] = []
    findings: list[Finding] = []
    for element in root.iter(etree.Element):
        place = f"свойство {_property_name(element)}"
        tags, faults = mark_texts([element], element, place, len(found))
        found += tags
        findings += [Finding(f.problem.code, place, f.problem.message) for f in faults]
        if any(not isinstance(tag.tag, Value) for tag in tags):
            text = "В свойствах документа разрешены только поля «{{ … }}», без «если» и «для»."
            findings.append(Finding("block_in_property", place, text))
    analysis.findings.extend(findings)
    if not findings:
        _add_part(name, root, found, "свойства", analysis)


def _property_name(element: etree._Element) -> str:
    name = str(etree.QName(element).localname)
    return PROPERTIES.get(name, name)
