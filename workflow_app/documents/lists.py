"""A list as a Word document: its heading, a table whose titles repeat, and who signs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Emu, Mm, Pt
from docx.table import _Row

from workflow_app.engine.text import cleaned

MOST_UPRIGHT = 4
"""Columns that a sheet of A4 takes upright."""
FONT = "Times New Roman"
USUAL, LONGEST = 40, 24
"""Letters of a usual cell, and of a word, beyond which a column gets no wider."""


@dataclass(frozen=True, slots=True)
class ListPaper:
    """What a list prints: lines above the table, titles of columns, rows, who signs."""

    title: str
    above: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    groups: Sequence[str]
    """Under which heading each row stands; empty where there are none."""
    signer: Sequence[str]
    """The title of the position and the name; what is not known leaves a line to write on."""
    letterhead: str = ""
    """Whose paper it is; stands above the title."""


def as_docx(paper: ListPaper) -> bytes:
    """Return the document; text of people stands in it letter by letter."""
    document = Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(12)
    document.core_properties.title = cleaned(paper.title)[:255]
    document.core_properties.author = ""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    if len(paper.columns) > MOST_UPRIGHT:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin, section.right_margin = Mm(30), Mm(10)
    section.top_margin = section.bottom_margin = Mm(20)
    _number(section)
    if paper.letterhead:
        head = document.add_paragraph(cleaned(paper.letterhead))
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading.add_run(cleaned(paper.title)).bold = True
    for line in paper.above:
        document.add_paragraph(cleaned(line)).alignment = WD_ALIGN_PARAGRAPH.CENTER
    told = _with_headings(paper)
    table = document.add_table(rows=1 + len(told), cols=len(paper.columns))
    table.style, table.autofit = "Table Grid", False
    room = section.page_width - section.left_margin - section.right_margin
    widths = [Emu(int(room * share)) for share in _shares(paper)]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    first, *rows = table.rows
    _fill(first, paper.columns, widths, is_bold=True)
    _mark(first, "w:tblHeader")
    for row, cells in zip(rows, told, strict=True):
        _mark(row, "w:cantSplit")
        if isinstance(cells, str):
            row.cells[0].merge(row.cells[-1]).paragraphs[0].add_run(cleaned(cells)).bold = True
            row.cells[0].paragraphs[0].paragraph_format.keep_with_next = True
        else:
            _fill(row, cells, widths)
    # Who signs stands on one page with the end of the table.
    for cell in table.rows[-1].cells:
        cell.paragraphs[0].paragraph_format.keep_with_next = True
    title, name = paper.signer
    document.add_paragraph().paragraph_format.keep_with_next = True
    document.add_paragraph(cleaned(f"{title or '_' * 30}    {'_' * 20}    {name or '_' * 20}"))
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _fill(row: _Row, texts: Sequence[str], widths: Sequence[Emu], *, is_bold: bool = False) -> None:
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = width
        run = cell.paragraphs[0].add_run(cleaned(text))
        run.font.size, run.bold = Pt(10), is_bold


def _shares(paper: ListPaper) -> Sequence[float]:
    """Return the share of each column in the width: by its longest words and its usual length."""
    weights = []
    for place, title in enumerate(paper.columns):
        told = [cells[place] for cells in paper.rows] or [""]
        usual = sum(map(len, told)) / len(told)
        longest = max(len(word) for cell in (title, *told) for word in (cell.split() or [""]))
        weights.append(max(min(usual, USUAL), min(longest, LONGEST) + 2))
    return [weight / sum(weights) for weight in weights]


def _number(section: Section) -> None:
    """Number the pages from the second one on."""
    section.different_first_page_header_footer = True
    line = section.header.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind in ("begin", "end"):
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        line.add_run()._r.append(mark)  # noqa: SLF001 (the library has no word for a field)
        if kind == "begin":
            asked = OxmlElement("w:instrText")
            asked.text = "PAGE"
            line.add_run()._r.append(asked)  # noqa: SLF001


def _with_headings(paper: ListPaper) -> Sequence[Sequence[str] | str]:
    """Return the rows, each group of them below its heading."""
    told: list[Sequence[str] | str] = []
    for group, rows in groupby(zip(paper.groups, paper.rows, strict=True), key=lambda one: one[0]):
        told += [group] if group else []
        told += [cells for _, cells in rows]
    return told


def _mark(row: _Row, word: str) -> None:
    """Let a row stand at the top of every page (`w:tblHeader`), or on one page (`w:cantSplit`)."""
    row._tr.get_or_add_trPr().append(OxmlElement(word))  # noqa: SLF001 (the library has no word for it)
