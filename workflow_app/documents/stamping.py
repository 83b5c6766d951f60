"""A word on every page of a Word file, so that nobody takes it for what it looks like."""

from io import BytesIO

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.section import Section
from docx.shared import Pt, RGBColor

RED = RGBColor(0xB0, 0x00, 0x20)


def stamped(content: bytes, stamp: str) -> bytes:
    """Return a Word file whose every header begins with a stamp."""
    document, made = Document(BytesIO(content)), BytesIO()
    for section in document.sections:
        _stamp(section, stamp)
    document.save(made)
    return made.getvalue()


def _stamp(section: Section, stamp: str) -> None:
    headers = [section.header, section.even_page_header]
    if section.different_first_page_header_footer:
        headers.append(section.first_page_header)
    for header in headers:
        header.is_linked_to_previous = False
        line = header.paragraphs[0].insert_paragraph_before()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = line.add_run(stamp)
        run.bold, run.font.size, run.font.color.rgb = True, Pt(11), RED
