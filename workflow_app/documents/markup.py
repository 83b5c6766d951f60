"""Finds tags in a tree where Word scattered them over runs, and leaves one marker for each.

A marker is a processing instruction: the parser removed all others, so none can be confused with
ours, and it may stand anywhere in the tree. Serialised, the part is cut at the markers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from itertools import accumulate

from lxml import etree

from workflow_app.documents.language import Problem, Spot, Tag, Value, find_tags
from workflow_app.documents.names import XML_SPACE, w

T, RUN, RUN_PROPERTIES, PARAGRAPH = w("t"), w("r"), w("rPr"), w("p")
_SILENT = frozenset(map(w, ("rPr", "pPr", "instrText", "delText", "del", "lastRenderedPageBreak")))
_BREAKS = frozenset(map(w, ("tab", "br", "cr", "drawing", "pict", "sym", "noBreakHyphen")))
MARKER = "wf"


@dataclass(slots=True, eq=False)
class Found:
    """A tag of the language, its marker in the tree and the place to name in a finding."""

    tag: Tag
    place: str
    paragraph: etree._Element
    marker: etree._Element
    alone: bool  # nothing but commands stands in the paragraph


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the braces that is not of the language."""

    problem: Problem
    place: str


def paragraph_text(paragraph: etree._Element) -> str:
    """The paragraph's own text as a reader sees it; anything that is not text is a line break."""
    return _joined(list(_texts(paragraph)))


def _joined(nodes: list[etree._Element | None]) -> str:
    return "".join("\n" if node is None else str(node.text or "") for node in nodes)


def _texts(node: etree._Element) -> Iterator[etree._Element | None]:
    for child in node:
        if child.tag == T:
            yield child
        elif child.tag in _BREAKS:
            yield None
        elif child.tag != PARAGRAPH and child.tag not in _SILENT:
            # A paragraph inside a paragraph is a text box and gets a visit of its own.
            yield from _texts(child)


def mark_paragraph(
    paragraph: etree._Element, place: str, number: int
) -> tuple[list[Found], list[Fault]]:
    """Replaces each tag by a marker numbered from `number`; returns tags and faults in order."""
    nodes = list(_texts(paragraph))
    found, faults = mark_texts(nodes, paragraph, place, number)
    for node in nodes:
        if found and node is not None:
            node.set(XML_SPACE, "preserve")
    return found, faults


def mark_texts(
    nodes: list[etree._Element | None], paragraph: etree._Element, place: str, number: int
) -> tuple[list[Found], list[Fault]]:
    """The same for texts that are read as one line."""
    text = _joined(nodes)
    spots = list(find_tags(text))
    faults = [Fault(spot.tag, place) for spot in spots if isinstance(spot.tag, Problem)]
    good = [(spot, spot.tag) for spot in spots if not isinstance(spot.tag, Problem)]
    alone = _only_commands(paragraph, text, [spot for spot, _ in good])
    sizes = (1 if node is None else len(node.text or "") for node in nodes)
    starts = [0, *accumulate(sizes)][:-1]
    found: list[Found] = []
    # From right to left: what stands left of a cut keeps its offsets.
    for spot, tag in reversed(good):
        marker = etree.ProcessingInstruction(MARKER, str(number + len(good) - len(found) - 1))
        _cut(nodes, starts, spot, marker)
        found.append(Found(tag, place, paragraph, marker, alone))
    return found[::-1], faults


def _only_commands(paragraph: etree._Element, text: str, spots: list[Spot]) -> bool:
    rest = list(text)
    for spot in spots:
        rest[spot.start : spot.end] = " " * (spot.end - spot.start)
    no_values = not any(isinstance(spot.tag, Value) for spot in spots)
    # A section break lives in the last paragraph of its section and must not vanish with it.
    no_section = next(paragraph.iter(w("sectPr")), None) is None
    return no_values and no_section and not "".join(rest).strip(" \xa0")


def _cut(
    nodes: list[etree._Element | None], starts: list[int], spot: Spot, marker: etree._Element
) -> None:
    placed = False
    for at in range(bisect_right(starts, spot.start) - 1, len(nodes)):
        if starts[at] >= spot.end:
            return
        node = nodes[at]
        if node is None:
            continue
        text = str(node.text or "")
        head, tail = text[: max(spot.start - starts[at], 0)], text[spot.end - starts[at] :]
        if placed:
            node.text = tail
        else:
            placed = True
            node.text = head
            marker.tail = tail
            node.insert(0, marker)


def split_run(marker: etree._Element) -> None:
    """Lifts a marker out of its run, so that a block begins and ends between runs."""
    text = marker.getparent()
    run = text.getparent()
    after = copy(run)
    for child in list(after):
        if child.tag != RUN_PROPERTIES:
            after.remove(child)
    rest = etree.SubElement(after, T, {XML_SPACE: "preserve"})
    rest.text = marker.tail
    marker.tail = None
    rest.extend(list(marker.itersiblings()))
    after.extend(list(text.itersiblings()))
    run.addnext(marker)
    marker.addnext(after)


def tidy_paragraph(paragraph: etree._Element) -> None:
    """Removes the texts and runs that became empty."""
    for text in [node for node in _texts(paragraph) if node is not None]:
        run = text.getparent()
        if not text.text and not len(text):
            run.remove(text)
            if run.tag == RUN and all(child.tag == RUN_PROPERTIES for child in run):
                run.getparent().remove(run)
