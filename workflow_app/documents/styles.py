"""What a paragraph looks like once its chain of styles is followed: alignment, weight, heading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lxml import etree

from workflow_app.documents.names import parse, w
from workflow_app.documents.package import Package

_OFF = {"0", "false", "off"}
_ON = {"1", "true", "on"}
_HEADINGS = 6
_PALE = 0xF0
"""From here on every part of a colour is as good as the paper's."""

Asks = Callable[[Any], bool | None]


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
        self._root = root
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

    def hidden(self) -> dict[str, bool]:
        """Styles of hidden or white text → whether it stays so on a dark ground too."""
        said = {k: [self._says(k, asks) for asks in _HIDING] for k in self._elements}
        return {
            key: is_vanished
            for key, (is_vanished, is_pale) in said.items()
            if is_vanished or is_pale
        }

    def plain_is_hidden(self) -> bool:
        """Whether text without a style of its own is hidden: by defaults, or the default style."""
        defaults = self._root.findall(f"{w('docDefaults')}/{w('rPrDefault')}/{w('rPr')}")
        by_default = any(asks(each) for asks in _HIDING for each in defaults)
        plain = {k for k, each in self._elements.items() if each.get(w("default")) in _ON}
        return by_default or not plain.isdisjoint(self.hidden())

    def _says(self, key: str, asks: Asks) -> bool:
        """What the nearest style of the chain says; a style that is its own ancestor ends it."""
        seen: set[str] = set()
        while key in self._elements and key not in seen:
            seen.add(key)
            if (said := asks(self._elements[key].find(w("rPr")))) is not None:
                return said
            base = self._elements[key].find(w("basedOn"))
            key = "" if base is None else str(base.get(w("val")))
        return False

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


def is_vanished(run: etree._Element | None) -> bool | None:
    """Whether the properties of a run hide it; None where they do not say."""
    if run is None or run.find(w("vanish")) is None:
        return None
    return is_on(run, "vanish")


def is_white(run: etree._Element | None) -> bool | None:
    """Whether the properties of a run print it in the colour of the paper; None: they name none."""
    color = None if run is None else run.find(w("color"))
    if run is None or color is None:
        return None
    if color.get(w("themeColor")) in {"background1", "light1"}:
        return not is_shaded(run)
    value = str(color.get(w("val")))
    try:
        parts = bytes.fromhex(value)
    except ValueError:  # auto
        return False
    return min(parts, default=0) >= _PALE and not is_shaded(run)


def is_shaded(properties: etree._Element | None) -> bool:
    """Whether a run, a paragraph or a cell has a ground on which white can be read."""
    if properties is None:
        return False
    shading = properties.find(w("shd"))
    fill = "auto" if shading is None else str(shading.get(w("fill"), "auto"))
    return fill.upper() not in {"AUTO", "FFFFFF"} or properties.find(w("highlight")) is not None


_HIDING: tuple[Asks, ...] = (is_vanished, is_white)
