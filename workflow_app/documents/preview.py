"""A document as a safe piece of HTML: classes only, no inline style, every text escaped."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from html import escape

from lxml import etree

from workflow_app.documents.names import FOOTER, A, R, parse, w
from workflow_app.documents.package import Package, read_package
from workflow_app.documents.pictures import PNG, targets
from workflow_app.documents.places import is_of_first_page
from workflow_app.documents.styles import Look, Styles, is_on

P, TBL, TR, TC, RUN = w("p"), w("tbl"), w("tr"), w("tc"), w("r")
_WRAPPERS = frozenset(map(w, ("sdt", "sdtContent", "ins", "hyperlink", "smartTag", "fldSimple")))
_ALIGN = {"right": "doc-right", "end": "doc-right", "center": "doc-center", "both": "doc-justify"}
_MARKS = {"b": "strong", "i": "em", "u": "u"}


def preview_html(docx: bytes) -> str:
    """The text of a .docx with headings, tables and the footer, for showing on a page."""
    package = read_package(docx)
    styles = Styles(package)
    root = parse(package.members[package.main])
    _draw(root, package, package.main)
    text = "".join(_blocks(root.find(w("body")), styles))
    feet = dict.fromkeys(_footer(package, name, styles) for name in _footers(package))
    foot = "".join(f'<footer class="doc-footer">{each}</footer>' for each in feet if each)
    return f'<article class="doc-paper" lang="ru">{text}{foot}</article>'


def _footers(package: Package) -> list[str]:
    """The footers of a first page, which say the most; all where no page is told apart."""
    names = [name for name, kind in package.types.items() if kind == FOOTER]
    return [name for name in names if is_of_first_page(package, name)] or names


def _footer(package: Package, name: str, styles: Styles) -> str:
    root = parse(package.members[name])
    _draw(root, package, name)
    return "".join(_blocks(root, styles))


def _draw(root: etree._Element, package: Package, part: str) -> None:
    """Puts the bytes of each PNG beside its drawing, where the relations of the part are known."""
    known = targets(package, part)
    for drawing in root.iter(w("drawing")):
        blip = next(drawing.iter(f"{{{A}}}blip"), None)
        name = known.get(str(blip.get(f"{{{R}}}embed"))) if blip is not None else None
        data = package.members.get(name or "", b"")
        if data.startswith(PNG):
            drawing.set("src", f"data:image/png;base64,{b64encode(data).decode()}")


def _blocks(parent: etree._Element, styles: Styles) -> Iterator[str]:
    for child in parent:
        if child.tag == P:
            yield _paragraph(child, styles)
        elif child.tag == TBL:
            yield _table(child, styles)
        elif child.tag in _WRAPPERS:
            yield from _blocks(child, styles)


def _paragraph(paragraph: etree._Element, styles: Styles) -> str:
    look = styles.of_paragraph(paragraph)
    before = '<hr class="doc-page-break">' if _starts_page(paragraph) else ""
    inside = "".join(_runs(paragraph))
    if not inside.strip():
        return before
    tag = f"h{look.level}" if look.level else "p"
    return f"{before}<{tag}{_classes(look)}>{inside}</{tag}>"


def _starts_page(paragraph: etree._Element) -> bool:
    properties = paragraph.find(w("pPr"))
    if properties is not None and is_on(properties, "pageBreakBefore"):
        return True
    return any(each.get(w("type")) == "page" for each in paragraph.iter(w("br")))


def _classes(look: Look) -> str:
    names = [_ALIGN.get(look.align, ""), "doc-bold" if look.bold else ""]
    said = " ".join(filter(None, names))
    return f' class="{said}"' if said else ""


def _runs(parent: etree._Element) -> Iterator[str]:
    for child in parent:
        if child.tag == RUN:
            yield _run(child)
        elif child.tag in _WRAPPERS:
            yield from _runs(child)


def _run(run: etree._Element) -> str:
    text = "".join(map(_piece, run))
    properties = run.find(w("rPr"))
    if properties is None or not text:
        return text
    for name, mark in _MARKS.items():
        if is_on(properties, name) and properties.find(w(name)).get(w("val")) != "none":
            text = f"<{mark}>{text}</{mark}>"
    return text


def _piece(node: etree._Element) -> str:
    if node.tag == w("t"):
        return escape(str(node.text or ""))
    if node.tag == w("drawing") and node.get("src"):
        described = (each.get("descr") for each in node.iter() if each.get("descr"))
        said = escape(next(described, ""))
        return f'<img class="doc-picture" src="{node.get("src")}" alt="{said}">'
    if node.tag == w("tab"):
        return '<span class="doc-tab"> </span>'
    if node.tag in {w("br"), w("cr")} and node.get(w("type")) != "page":
        return "<br>"
    return "\u2011" if node.tag == w("noBreakHyphen") else ""


def _table(table: etree._Element, styles: Styles) -> str:
    rows = [row for row in table.iter(TR) if next(row.iterancestors(TBL)) is table]
    head = [row for row in rows if _is_header(row)]
    body = [row for row in rows if not _is_header(row)]
    top = f"<thead>{''.join(_row(row, 'th', styles) for row in head)}</thead>" if head else ""
    rest = "".join(_row(row, "td", styles) for row in body)
    if table.find(f".//{w('tblStyle')}") is None:
        return f'<table class="doc-table">{top}<tbody>{rest}</tbody></table>'
    grid = f'<table class="doc-table doc-grid">{top}<tbody>{rest}</tbody></table>'
    return f'<div class="doc-scroll" tabindex="0">{grid}</div>'


def _is_header(row: etree._Element) -> bool:
    properties = row.find(w("trPr"))
    return properties is not None and is_on(properties, "tblHeader")


def _row(row: etree._Element, tag: str, styles: Styles) -> str:
    cells = (cell for cell in row.iter(TC) if next(cell.iterancestors(TR)) is row)
    return f"<tr>{''.join(_cell(cell, tag, styles) for cell in cells)}</tr>"


def _cell(cell: etree._Element, tag: str, styles: Styles) -> str:
    span = cell.find(f"{w('tcPr')}/{w('gridSpan')}")
    wide = str(span.get(w("val"))) if span is not None else "1"
    columns = f' colspan="{wide}"' if wide.isdigit() and wide != "1" else ""
    scope = ' scope="col"' if tag == "th" else ""
    return f"<{tag}{scope}{columns}>{''.join(_blocks(cell, styles))}</{tag}>"
