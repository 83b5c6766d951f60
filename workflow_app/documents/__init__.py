"""Word papers: templates compiled once, linted, rendered, previewed, turned into PDF."""

import zlib

from workflow_app.documents.compiler import CompiledTemplate, compile_template
from workflow_app.documents.findings import (
    BadValue,
    DocumentError,
    FieldError,
    Finding,
    MissingField,
    TemplateError,
)
from workflow_app.documents.linter import lint
from workflow_app.documents.pdf import PdfFailed, PdfUnavailable, can_make_pdf, to_pdf
from workflow_app.documents.preview import preview_html
from workflow_app.documents.qr import QR_MAKER, qr_png

# Bytes are promised to be the same for one template, one set of values and one renderer.
RENDERER = f"3/zlib-{zlib.ZLIB_RUNTIME_VERSION}/{QR_MAKER}"

__all__ = [
    "RENDERER",
    "BadValue",
    "CompiledTemplate",
    "DocumentError",
    "FieldError",
    "Finding",
    "MissingField",
    "PdfFailed",
    "PdfUnavailable",
    "TemplateError",
    "can_make_pdf",
    "compile_template",
    "lint",
    "preview_html",
    "qr_png",
    "to_pdf",
]
