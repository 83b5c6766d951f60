"""Where in the document something stands, in the words of a person who sees it in Word."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflow_app.documents.names import FOOTER, HEADER, MAIN, R, parse, w
from workflow_app.documents.package import Package

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
    folder, _, base = package.main.rpartition("/")
    relations = package.members.get(f"{folder}/_rels/{base}.rels".lstrip("/"), b"<none/>")
    ids = {
        entry.get("Id")
        for entry in parse(relations)
        if str(entry.get("Target", "")).rsplit("/", 1)[-1] == name.rsplit("/", 1)[-1]
    }
    main = parse(package.members[package.main])
    pages = {
        str(reference.get(w("type")))
        for reference in main.iter(w("headerReference"), w("footerReference"))
        if reference.get(f"{{{R}}}id") in ids
    }
    return pages.pop() if len(pages) == 1 else "default"


def paragraphs(root: etree._Element, label: str) -> Iterator[tuple[etree._Element, str]]:
    """Every paragraph of a part with its place."""
    tables: dict[etree._Element, int] = {}
    count = 0
    for element in root.iter(P, TBL):
        if element.tag == TBL:
            tables[element] = len(tables) + 1
            continue
        cell = next(element.iterancestors(TC), None)
        if cell is None:
            count += 1
        inside = f"абзац {count}" if cell is None else _cell(cell, tables)
        note = next((f"сноска {each.get(w('id'))}" for each in element.iterancestors(*NOTES)), "")
        yield element, ", ".join(filter(None, (note or label, inside)))


def _cell(cell: etree._Element, tables: dict[etree._Element, int]) -> str:
    row = next(cell.iterancestors(TR))
    table = tables[next(row.iterancestors(TBL))]
    return f"таблица {table}, строка {_order(row, TR)}, ячейка {_order(cell, TC)}"


def _order(element: etree._Element, tag: str) -> int:
    return sum(1 for _ in element.itersiblings(tag, preceding=True)) + 1
