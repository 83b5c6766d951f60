"""Where in the document something stands, in the words of a person who sees it in Word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from lxml import etree

from workflow_app.documents.names import FOOTER, HEADER, MAIN, R, parse, w
from workflow_app.documents.package import Package, relations, target_of

P, TBL, TR, TC = w("p"), w("tbl"), w("tr"), w("tc")
NOTES = (w("footnote"), w("endnote"))
PROPERTIES = {
    "title": "Название",
    "creator": "Автор",
    "subject": "Тема",
    "description": "Примечания",
    "keywords": "Ключевые слова",
    "category": "Категория",
    "lastModifiedBy": "Кем изменён",
    "Company": "Организация",
    "Manager": "Руководитель",
}
_PAGES = {"first": " первой страницы", "even": " чётных страниц"}


def part_label(package: Package, name: str) -> str:
    """«верхний колонтитул первой страницы»; empty for the text itself."""
    kind = package.types[name]
    if kind == MAIN:
        return ""
    if kind not in {HEADER, FOOTER}:
        return "сноски"
    label = "верхний колонтитул" if kind == HEADER else "нижний колонтитул"
    return label + _PAGES.get(_page_of(package, name), "")


def is_of_first_page(package: Package, name: str) -> bool:
    """Whether a header or footer belongs to a first page alone."""
    return _page_of(package, name) == "first"


def _page_of(package: Package, name: str) -> str:
    """Which pages the header or footer belongs to; "default" when it serves several kinds."""
    ids = {
        str(entry.get("Id"))
        for entry in relations(package.members, package.main)
        if target_of(entry, package.main) == name
    }
    references = _references(package.members[package.main])
    pages = {page for page, reference in references if reference in ids}
    return pages.pop() if len(pages) == 1 else "default"


@lru_cache(maxsize=1)
def _references(main: bytes) -> frozenset[tuple[str, str]]:
    """Page and id of every header and footer: asked for each of them, read once."""
    kinds = (w("headerReference"), w("footerReference"))
    return frozenset(
        (str(each.get(w("type"))), str(each.get(f"{{{R}}}id"))) for each in parse(main).iter(*kinds)
    )


def paragraphs(root: etree._Element, label: str) -> Iterator[tuple[etree._Element, str]]:
    """Every paragraph of a part with its place."""
    tables = 0
    count = 0
    order: Counter[tuple[etree._Element, str]] = Counter()
    numbers: dict[etree._Element, int] = {}
    has_notes = root.tag in {w("footnotes"), w("endnotes")}
    for element in root.iter(P, TBL, TR, TC):
        if element.tag == TBL:
            tables += 1
            numbers[element] = tables
            continue
        if element.tag != P:
            beside = (element.getparent(), element.tag)
            order[beside] += 1
            numbers[element] = order[beside]
            continue
        cell = next(element.iterancestors(TC), None)
        if cell is None:
            count += 1
        inside = f"абзац {count}" if cell is None else _cell(cell, numbers)
        notes = element.iterancestors(*NOTES) if has_notes else iter(())
        note = next((f"сноска {each.get(w('id'))}" for each in notes), "")
        yield element, ", ".join(filter(None, (note or label, inside)))


def _cell(cell: etree._Element, numbers: Mapping[etree._Element, int]) -> str:
    row = next(cell.iterancestors(TR))
    table = numbers[next(row.iterancestors(TBL))]
    return f"таблица {table}, строка {numbers[row]}, ячейка {numbers[cell]}"
