"""Small pieces of Word files for tests."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from docx import Document
from starter import starter_docx

from workflow_app.documents import compile_template

TEMPLATES = Path(__file__).parents[2] / "document_templates"


def p(*runs: str) -> str:
    """A paragraph whose text Word scattered over these runs."""
    return f"<w:p>{''.join(f'<w:r><w:t>{run}</w:t></w:r>' for run in runs)}</w:p>"


def row(*cells: str) -> str:
    """A table row; a cell is a text or ready paragraphs."""
    ready = [cell if cell.startswith("<w:p>") else p(cell) for cell in cells]
    width = '<w:tcPr><w:tcW w:w="2000" w:type="dxa"/></w:tcPr>'
    return f"<w:tr>{''.join(f'<w:tc>{width}{cell}</w:tc>' for cell in ready)}</w:tr>"


def table(*rows: str) -> str:
    """A table of two columns and a paragraph after it."""
    grid = '<w:tblGrid><w:gridCol w:w="2000"/><w:gridCol w:w="2000"/></w:tblGrid>'
    properties = '<w:tblPr><w:tblW w:w="4000" w:type="dxa"/></w:tblPr>'
    return f"<w:tbl>{properties}{grid}{''.join(rows)}</w:tbl><w:p/>"


def opened(docx: bytes) -> Document:
    """The file as python-docx sees it."""
    return Document(io.BytesIO(docx))


def texts(docx: bytes) -> list[str]:
    """The non-empty paragraphs outside tables."""
    return [paragraph.text for paragraph in opened(docx).paragraphs if paragraph.text]


def cells(docx: bytes) -> list[list[str]]:
    """The rows of all tables."""
    return [[c.text for c in r.cells] for t in opened(docx).tables for r in t.rows]


def said(body: str, **values: object) -> list[str]:
    """The paragraphs that come out of a template with this body."""
    return texts(compile_template(starter_docx(body)).render(values))


def repacked(docx: bytes, changes: dict[str, bytes | None]) -> bytes:
    """The same file with members replaced, added or (None) removed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as source, zipfile.ZipFile(out, "w", 8) as target:
        kept = {name: source.read(name) for name in source.namelist()} | changes
        for name, body in kept.items():
            if body is not None:
                target.writestr(name, body)
    return out.getvalue()
