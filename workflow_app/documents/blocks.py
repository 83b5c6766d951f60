"""Pairs the commands of a part and decides what each pair repeats: text, paragraphs or rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from workflow_app.documents.findings import Finding
from workflow_app.documents.language import Else, End, For, If
from workflow_app.documents.markup import Found, paragraph_text, split_run
from workflow_app.documents.names import w

P, T, TR, TC, TBL = w("p"), w("t"), w("tr"), w("tc"), w("tbl")
_HOLDERS = tuple(map(w, ("tc", "hdr", "ftr", "footnote", "endnote", "txbxContent")))
DEEPEST = 20
_BOOKMARKS = tuple(map(w, ("bookmarkStart", "bookmarkEnd")))
# Word wants a paragraph at the end of a cell; this one takes one point of height.
_THIN = '<w:p xmlns:w="{}"><w:pPr><w:spacing {}/><w:rPr><w:sz w:val="2"/></w:rPr></w:pPr></w:p>'
_NO_HEIGHT = 'w:before="0" w:after="0" w:line="20" w:lineRule="exact"'


@dataclass(slots=True, eq=False)
class Block:
    """An opening command, its «иначе» if any, and its «конец»."""

    opening: Found
    middle: Found | None = None
    end: Found | None = None

    def tags(self) -> list[Found]:
        """The commands in document order."""
        return [tag for tag in (self.opening, self.middle, self.end) if tag is not None]


def pair(found: list[Found]) -> tuple[list[Block], list[Finding]]:
    """The complete blocks in order of their openings, and what does not fit together."""
    stack: list[Block] = []
    blocks: list[Block] = []
    findings: list[Finding] = []
    for tag in found:
        if isinstance(tag.tag, If | For):
            findings.extend(_shadowed(tag, stack))
            stack.append(Block(tag))
            if len(stack) > DEEPEST:
                text = f"Блоки вложены друг в друга глубже {DEEPEST}. Упростите шаблон."
                return [], [Finding("too_complex", tag.place, text)]
        elif isinstance(tag.tag, Else | End):
            findings.extend(_continue(tag, stack, blocks))
    for block in stack:
        text = f"Блок «{_said(block.opening)}» не закрыт: нет «{{% конец %}}»."
        findings.append(Finding("unclosed_block", block.opening.place, text))
    order = {id(tag): number for number, tag in enumerate(found)}
    return sorted(blocks, key=lambda block: order[id(block.opening)]), findings


def _shadowed(tag: Found, stack: list[Block]) -> Iterator[Finding]:
    around = {each.opening.tag.item for each in stack if isinstance(each.opening.tag, For)}
    if isinstance(tag.tag, For) and tag.tag.item in around:
        text = f"Имя строки «{tag.tag.item}» уже занято внешним повтором: назовите её иначе."
        yield Finding("shadowed", tag.place, text)


def _continue(tag: Found, stack: list[Block], blocks: list[Block]) -> Iterator[Finding]:
    if not stack:
        said = "конец" if isinstance(tag.tag, End) else "иначе"
        text = f"«{{% {said} %}}» без открывающего «если» или «для»."
        yield Finding("unopened_block", tag.place, text)
    elif isinstance(tag.tag, End):
        stack[-1].end = tag
        blocks.append(stack.pop())
    elif isinstance(stack[-1].opening.tag, For):
        yield Finding("else_in_loop", tag.place, "«иначе» относится только к «если», а не к «для».")
    elif stack[-1].middle:
        yield Finding("second_else", tag.place, "Второе «иначе» в одном «если».")
    else:
        stack[-1].middle = tag


def _said(found: Found) -> str:
    tag = found.tag
    if isinstance(tag, For):
        return f"для {tag.item} в {tag.name}"
    return f"если {tag.name}" if isinstance(tag, If) else "конец"


def settle(block: Block) -> Finding | None:
    """Moves the markers to where the block begins and ends; a finding when it is unclear."""
    for way in (_inline, _row, _paragraphs, _rows):
        if way(block):
            if isinstance(block.opening.tag, For):
                _drop_bookmarks(block)
            return None
    text = (
        f"Начало и конец блока «{_said(block.opening)}» стоят так, что непонятно, что повторять. "
        "Поставьте их в одном абзаце, в отдельных абзацах рядом, "
        "в ячейках одной строки таблицы или в отдельных строках."
    )
    return Finding("block_crosses", block.opening.place, text)


def _inline(block: Block) -> bool:
    tags = block.tags()
    if any(tag.paragraph is not block.opening.paragraph for tag in tags):
        return False
    for tag in tags:
        if tag.marker.getparent().tag == T:
            split_run(tag.marker)
    return _same(tags, lambda tag: tag.marker.getparent())


def _row(block: Block) -> bool:
    tags = block.tags()
    row = _above(block.opening, TR)
    if row is None or block.middle or not _same(tags, lambda tag: _above(tag, TR)):
        return False
    if _same(tags, lambda tag: _above(tag, TC)):
        return False
    for tag in tags:
        _detach(tag.marker)
        if tag.alone and len(tag.paragraph.getparent().findall(P)) > 1:
            _vanish(tag.paragraph)
    # Outer blocks are settled first, so inner markers land closer to the row.
    row.addprevious(block.opening.marker)
    assert block.end is not None  # noqa: S101 - pair() returns complete blocks only
    row.addnext(block.end.marker)
    return True


def _paragraphs(block: Block) -> bool:
    tags = block.tags()
    if not all(tag.alone for tag in tags):
        return False
    if not _same(tags, _container):
        return False
    for tag in tags:
        if tag.paragraph.getparent() is not None:
            _vanish(tag.paragraph)
    return True


def _rows(block: Block) -> bool:
    tags = block.tags()
    rows = [_above(tag, TR) for tag in tags]
    if None in rows or len({id(row) for row in rows}) < len(rows):
        return False
    if not _same(tags, lambda tag: _above(tag, TBL)) or not all(map(_only_commands, rows)):
        return False
    if not all(tag.alone for tag in tags):
        return False
    for row in rows:
        _vanish(row)
    return True


def _only_commands(row: etree._Element) -> bool:
    return not any(paragraph_text(each).strip() for each in row.iter(P))


def _container(tag: Found) -> etree._Element:
    holder = tag.paragraph.getparent()
    return tag.marker.getparent() if holder is None else holder


def _same(tags: list[Found], of: Callable[[Found], etree._Element]) -> bool:
    first = of(tags[0])
    return all(of(tag) is first for tag in tags)


def _above(tag: Found, kind: str) -> etree._Element | None:
    return next(tag.marker.iterancestors(kind), None)


def _detach(marker: etree._Element) -> None:
    """Takes a marker out of its text and leaves the text that followed it."""
    holder, tail = marker.getparent(), marker.tail or ""
    before = marker.getprevious()
    if before is None:
        holder.text = (holder.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail
    marker.tail = None
    holder.remove(marker)


def _vanish(element: etree._Element) -> None:
    """Removes a paragraph or a row that held only commands; its markers take its place."""
    for marker in list(element.iter(etree.ProcessingInstruction)):
        marker.tail = None
        element.addprevious(marker)
    element.getparent().remove(element)


def _drop_bookmarks(block: Block) -> None:
    """A bookmark repeated by a loop would stand twice under one name."""
    assert block.end is not None  # noqa: S101 - pair() returns complete blocks only
    for sibling in block.opening.marker.itersiblings():
        if sibling is block.end.marker:
            return
        for bookmark in [each for each in sibling.iter(*_BOOKMARKS) if each is not sibling]:
            bookmark.getparent().remove(bookmark)


def close_holders(root: etree._Element) -> None:
    """Gives every cell, header and note that may end up empty a paragraph of no height."""
    for holder in root.iter(*_HOLDERS):
        if len(holder) and holder[-1].tag != P:
            holder.append(etree.fromstring(_THIN.format(holder.nsmap["w"], _NO_HEIGHT)))


def bare_tables(root: etree._Element, found: list[Found]) -> Iterator[etree._Element]:
    """Tables whose every row stands in a block: with nothing to repeat Word would not open them."""
    tags = {str(each.marker.text): each.tag for each in found}
    for table in root.iter(TBL):
        depth = 0
        constant = False
        for child in table:
            if child.tag is etree.ProcessingInstruction:
                tag = tags[child.text]
                depth += isinstance(tag, If | For)
                depth -= isinstance(tag, End)
            constant = constant or (child.tag == TR and depth == 0)
        if not constant:
            yield table
