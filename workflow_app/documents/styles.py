"""What a paragraph looks like once its chain of styles is followed: alignment, weight, heading."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from workflow_app.documents.names import parse, w
from workflow_app.documents.package import Package

_OFF = {"0", "false", "off"}
_HEADINGS = 6


@dataclass(frozen=True, slots=True)
class Look:
    """The few properties a preview shows."""

    align: str = ""
    bold: bool = False
    level: int = 0  # of a heading, 0 for ordinary text


class Styles:
    """Looks of the styles of one document, each computed once."""

    def __init__(self, package: Package) -> None:
        name = next((n for n, kind in package.types.items() if kind.endswith(".styles+xml")), "")
        root = parse(package.members[name]) if name else etree.Element("none")
        self._elements = {str(each.get(w("styleId"))): each for each in root.iter(w("style"))}
        self._looks: dict[str, Look] = {}

    def of_paragraph(self, paragraph: etree._Element) -> Look:
        """The look of a paragraph: its own settings over those of its style."""
        properties = paragraph.find(w("pPr"))
        if properties is None:
            return Look()
        style = properties.find(w("pStyle"))
        base = self.named(str(style.get(w("val")))) if style is not None else Look()
        return _over(base, properties, None)

    def named(self, key: str) -> Look:
        """The look of a style, with its ancestors."""
        if key not in self._looks:
            self._looks[key] = Look()  # a style that is its own ancestor ends here
            self._looks[key] = self._compute(key)
        return self._looks[key]

    def hidden(self) -> frozenset[str]:
        """The styles whose text is hidden, by themselves or by what they are based on."""
        known: dict[str, bool] = {}
        for first in self._elements:
            key, trail = first, []
            while key in self._elements and key not in known:
                element = self._elements[key]
                properties = element.find(w("rPr"))
                own = properties is not None and properties.find(w("vanish")) is not None
                known[key] = own and is_on(properties, "vanish")
                if own:
                    break
                trail.append(key)
                base = element.find(w("basedOn"))
                key = "" if base is None else str(base.get(w("val")))
            known |= dict.fromkeys(trail, known.get(key, False))
        return frozenset(key for key, is_hidden in known.items() if is_hidden)

    def _compute(self, key: str) -> Look:
        element = self._elements.get(key)
        if element is None:
            return Look()
        parent = element.find(w("basedOn"))
        base = self.named(str(parent.get(w("val")))) if parent is not None else Look()
        return _over(base, element.find(w("pPr")), element.find(w("rPr")))


def _over(base: Look, paragraph: etree._Element, run: etree._Element) -> Look:
    align, level, bold = base.align, base.level, base.bold
    if paragraph is not None:
        align = _value(paragraph, "jc") or align
        outline = _value(paragraph, "outlineLvl")
        if outline.isdigit():
            level = min(int(outline) + 1, _HEADINGS) if int(outline) < _HEADINGS else 0
    if run is not None:
        bold = is_on(run, "b", default=bold)
    return Look(align, bold, level)


def _value(properties: etree._Element, name: str) -> str:
    element = properties.find(w(name))
    return "" if element is None else str(element.get(w("val"), ""))


def is_on(properties: etree._Element, name: str, *, default: bool = False) -> bool:
    """A yes/no property of Word: present means yes unless it says otherwise."""
    element = properties.find(w(name))
    return default if element is None else element.get(w("val"), "1") not in _OFF
