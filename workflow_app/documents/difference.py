"""What changed between two Word files: paragraphs and rows of tables, and in them words.

1. A file passes the gate and is read as a stream: its tree would take thirty times its size.
2. Both are lists of blocks, compared as wholes; what both begin and end with is put aside first.
3. Blocks that stand in each other's place and are alike are compared word by word.

What is not compared is refused in a sentence: each step has a bound, so that a page takes seconds.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal
from xml.parsers import expat

from workflow_app.documents.findings import refused
from workflow_app.documents.names import w
from workflow_app.documents.package import check_document, read_package

MOST_SIGNS = 2_000_000
"""Of the text of a file."""
MOST_BLOCKS = 2000
"""Of a file, between what both begin with and what both end with."""
MOST_WORDS, MOST_OF_ONE = 60_000, 600
"""So many words are told apart in all, and of one text; what is longer is replaced as a whole."""
PLACE = 10
"""A paragraph or a cell costs as much as so many signs, though it be empty."""
ALIKE = 0.5
"""Blocks that share so much of their words are the same block, changed."""
NEAR = 10
"""So far ahead a block looks for what it was before."""
_TOO_LONG = (
    "Документ слишком длинный, чтобы сравнить его здесь. Скачайте оба файла и сравните их в Word: "
    "«Рецензирование», «Сравнить»."
)
_WORD = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
P, T, TBL, TR, TC, TAB, BR = (
    w(name).removeprefix("{") for name in ("p", "t", "tbl", "tr", "tc", "tab", "br")
)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, whose text is its only cell, or a row of a table."""

    cells: tuple[str, ...]
    is_row: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stayed, was put in or taken out."""

    text: str
    mark: Literal["", "ins", "del"] = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """A block that is not as it was: the pieces of each cell."""

    cells: Sequence[Sequence[Piece]]
    is_row: bool


@dataclass(frozen=True, slots=True)
class Same:
    """Blocks that stayed."""

    blocks: Sequence[Block]


def difference(before: bytes, after: bytes) -> Sequence[Changed | Same]:
    """Return the text of both files in its order; TemplateError where one is not compared."""
    old, new = blocks(before), blocks(after)
    first, last = _common_ends(old, new)
    middle = _told(old[first : len(old) - last], new[first : len(new) - last])
    found = [Same(new[:first]), *middle, Same(new[len(new) - last :])]
    return [one for one in found if isinstance(one, Changed) or one.blocks]


def blocks(docx: bytes) -> list[Block]:
    """Return the text of a file without the foot of its pages: that tells of the edition itself."""
    check_document(docx)
    package = read_package(docx)
    reader = _Reader()
    reader.read(package.members[package.main])
    return reader.found


class _Reader:
    """Reads parts of a file as a stream."""

    def __init__(self) -> None:
        self.found: list[Block] = []
        self._left = MOST_SIGNS
        self._tables = self._skipped = 0
        self._paragraphs: list[list[str]] = []
        """Of a paragraph with a text box the outer one goes on behind the inner."""
        self._row: list[list[str]] = []
        self._is_text = False

    def read(self, xml: bytes) -> None:
        """Add the blocks of a part."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(xml, True)

    def _start(self, name: str, _attributes: object) -> None:
        if self._skipped or name == _FALLBACK:
            self._skipped += 1
        elif name == P:
            self._spend(PLACE)
            self._paragraphs.append([])
        elif name == TBL:
            self._tables += 1
        elif name == TR and self._tables == 1:
            self._row = []
        elif name == TC and self._tables == 1:
            self._spend(PLACE)
            self._row.append([])
        elif name in (TAB, BR) and self._paragraphs:
            self._paragraphs[-1].append(" ")
        self._is_text = name == T and not self._skipped

    def _end(self, name: str) -> None:
        self._is_text = False
        if self._skipped:
            self._skipped -= 1
        elif name == P:
            self._close_paragraph()
        elif name == TBL:
            self._tables -= 1
        elif name == TR and self._tables == 1:
            cells = tuple("\n".join(filter(None, cell)) for cell in self._row)
            if any(cells):
                self.found.append(Block(cells, is_row=True))

    def _close_paragraph(self) -> None:
        text = " ".join("".join(self._paragraphs.pop()).split())
        if self._tables and self._row:
            self._row[-1].append(text)
        elif text:
            self.found.append(Block((text,)))

    def _text(self, text: str) -> None:
        if self._is_text and self._paragraphs:
            self._spend(len(text))
            self._paragraphs[-1].append(text)

    def _spend(self, signs: int) -> None:
        self._left -= signs
        if self._left < 0:
            raise refused("too_long", _TOO_LONG)


def _common_ends(old: Sequence[object], new: Sequence[object]) -> tuple[int, int]:
    """Return how many parts both begin with, and how many of the rest they end with."""
    most, first = min(len(old), len(new)), 0
    while first < most and old[first] == new[first]:
        first += 1
    last = 0
    while last < most - first and old[-1 - last] == new[-1 - last]:
        last += 1
    return first, last


def _told(old: Sequence[Block], new: Sequence[Block]) -> Iterator[Changed | Same]:
    if max(len(old), len(new)) > MOST_BLOCKS:
        raise refused("too_long", _TOO_LONG)
    words = _Words()
    for word, i, until_i, j, until_j in SequenceMatcher(None, old, new).get_opcodes():
        if word == "equal":
            yield Same(new[j:until_j])
        else:
            yield from _replaced(words, old[i:until_i], new[j:until_j])


def _replaced(words: "_Words", old: Sequence[Block], new: Sequence[Block]) -> Iterator[Changed]:
    at, came = 0, list[Block]()
    for block in new:
        near = range(at, min(at + NEAR, len(old)))
        found = next((place for place in near if _are_alike(old[place], block)), None)
        if found is None:
            came.append(block)
            continue
        yield from _wholes(old[at:found], came)
        came = []
        cells = zip(old[found].cells, block.cells, strict=True)
        yield Changed([words.compared(*pair) for pair in cells], block.is_row)
        at = found + 1
    yield from _wholes(old[at:], came)


def _are_alike(old: Block, new: Block) -> bool:
    if old.is_row != new.is_row or len(old.cells) != len(new.cells):
        return False
    before, after = (Counter(" ".join(one.cells).split()) for one in (old, new))
    return 2 * (before & after).total() >= ALIKE * (before.total() + after.total())


def _wholes(gone: Sequence[Block], came: Sequence[Block]) -> Iterator[Changed]:
    yield from (_whole(one, "del") for one in gone)
    yield from (_whole(one, "ins") for one in came)


def _whole(block: Block, mark: Literal["ins", "del"]) -> Changed:
    return Changed([[Piece(cell, mark)] if cell else [] for cell in block.cells], block.is_row)


class _Words:
    """Compares texts word by word until a comparison has cost enough."""

    def __init__(self) -> None:
        self._left = MOST_WORDS

    def compared(self, before: str, after: str) -> Sequence[Piece]:
        """Return the pieces of a text: what stayed, what was taken out and put in."""
        if before == after:
            return _pieces(after)
        old, new = _WORD.findall(before), _WORD.findall(after)
        first, last = _common_ends(old, new)
        ends = "".join(new[:first]), "".join(new[len(new) - last :])
        middle = self._told(old[first : len(old) - last], new[first : len(new) - last])
        return [*_pieces(ends[0]), *middle, *_pieces(ends[1])]

    def _told(self, old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
        most = max(len(old), len(new))
        self._left -= most
        if self._left < 0 or most > MOST_OF_ONE:
            yield from _pieces("", "".join(old), "".join(new))
            return
        # The space behind a word is no part of it: at the end of a text there is none.
        said = SequenceMatcher(None, [one.rstrip() for one in old], [one.rstrip() for one in new])
        for word, i, until_i, j, until_j in said.get_opcodes():
            if word == "equal":
                yield from _pieces("".join(new[j:until_j]))
            else:
                yield from _pieces("", "".join(old[i:until_i]), "".join(new[j:until_j]))


def _pieces(stayed: str, out: str = "", into: str = "") -> Sequence[Piece]:
    marked = (Piece(stayed), Piece(out, "del"), Piece(into, "ins"))
    return [one for one in marked if one.text]
