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
from workflow_app.documents.pdf import PdfFailed, PdfUnavailable, to_pdf
from workflow_app.documents.preview import preview_html

# Bytes are promised to be the same for one template, one set of values and one renderer.
RENDERER = f"1/zlib-{zlib.ZLIB_RUNTIME_VERSION}"

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
    "compile_template",
    "lint",
    "preview_html",
    "to_pdf",
]
