"""Pictures of a template whose bytes come from a field: the picture's description names it.

A secretary draws any PNG where the picture shall stand and writes `{{ поле }}` into its
description (Word: «Замещающий текст»). What else the description says stays, for readers who do
not see the picture. The picture keeps the frame it was drawn with.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from workflow_app.documents.archive import STORED, Member, member
from workflow_app.documents.building import Use
from workflow_app.documents.findings import BadValue, Finding
from workflow_app.documents.language import Problem, Value, find_tags
from workflow_app.documents.names import A, R, w
from workflow_app.documents.package import Package, relations, target_of
from workflow_app.documents.places import paragraphs
from workflow_app.documents.program import find_value
from workflow_app.documents.steps import Path

PNG = b"\x89PNG\r\n\x1a\n"
_DRAWING = w("drawing")
_BLIP = f"{{{A}}}blip"


@dataclass(frozen=True, slots=True)
class Picture:
    """A member whose bytes come from a field; without them the template's own picture stays."""

    name: str
    path: Path
    own: Member

    def render(self, values: Mapping[str, object]) -> Member:
        """The member with the field's picture: compressed already, so stored as it is."""
        data = find_value(self.path, [values])
        if not data:
            return self.own
        if not isinstance(data, bytes) or not data.startswith(PNG):
            raise BadValue(self.path.field)
        return member(self.name, zlib.crc32(data), len(data), STORED, (data,))


@dataclass(slots=True)
class Pictures:
    """The pictures of a template: which member shows which field, and what is wrong with them."""

    fields: dict[str, str] = field(default_factory=dict)
    uses: list[Use] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _plain: set[str] = field(default_factory=set)
    """Members that pictures without a field show."""

    def mark(self, package: Package, name: str, root: etree._Element, label: str) -> None:
        """Take the fields out of the descriptions of a part's pictures, and remember them."""
        known = targets(package, name)
        for paragraph, place in paragraphs(root, label):
            for drawing in paragraph.iter(_DRAWING):
                if next(drawing.iterancestors(w("p"))) is paragraph:
                    self._drawing(drawing, place, known)

    def _drawing(self, drawing: etree._Element, place: str, known: Mapping[str, str]) -> None:
        blips = drawing.iter(_BLIP)
        shown = {known.get(str(blip.get(f"{{{R}}}embed")), "") for blip in blips}
        names: set[str] = set()
        for tag in _take_tags(drawing):
            if isinstance(tag, Problem):
                self.findings.append(Finding(tag.code, place, tag.message))
            elif isinstance(tag, Value):
                names.add(tag.name)
            else:
                self._refuse(place, "разрешено только поле «{{ … }}», без «если» и «для»")
        if not names:
            self._plain |= shown
        elif len(names) > 1 or len(shown) != 1:
            self._refuse(place, "должно стоять одно поле, а в рамке — один рисунок")
        else:
            self._show(shown.pop(), names.pop(), place)

    def _show(self, target: str, name: str, place: str) -> None:
        if not target.endswith(".png"):
            self._refuse(place, "стоит поле, а сам рисунок не PNG: замените его")
        elif self.fields.setdefault(target, name) != name:
            self._refuse(place, "стоит другое поле, чем у такого же рисунка: вставьте иной")
        self.uses.append(Use(name, "picture", name, place))

    def _refuse(self, place: str, what: str) -> None:
        self.findings.append(Finding("picture", place, f"В описании рисунка {what}."))

    def close(self, uses: list[Use]) -> None:
        """Find pictures that would change unasked, and fields printed as text besides."""
        for target in sorted(self.fields.keys() & self._plain):
            self._refuse(target, "нет поля, а у такого же рисунка оно есть: вставьте иной")
        for use in uses:
            if use.field in self.fields.values():
                text = f"«{use.written}» — рисунок: как текст его не напечатать."
                self.findings.append(Finding("picture_printed", use.place, text))


def _take_tags(drawing: etree._Element) -> Iterator[object]:
    """Yield the tags of every description in a drawing, and leave the words around them."""
    for element in drawing.iter(etree.Element):
        text = element.get("descr", "")
        spots = list(find_tags(text))
        for spot in reversed(spots):
            text = text[: spot.start] + text[spot.end :]
            yield spot.tag
        if spots:
            element.set("descr", " ".join(text.split()))


def targets(package: Package, name: str) -> dict[str, str]:
    """The members a part points at, by the ids of its relations."""
    return {
        str(entry.get("Id")): target_of(entry, name)
        for entry in relations(package.members, name)
        if entry.get("TargetMode") != "External"
    }
