"""PDF of a finished paper through LibreOffice, where it is installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from workflow_app.documents.findings import DocumentError

PROGRAMS = ("soffice", "libreoffice")
_MARK = b"%PDF-"
# A paper kept for years: the archive kind of PDF with a readable structure.
_FILTER = (
    'pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"},'
    '"PDFUACompliance":{"type":"boolean","value":"true"}}'
)


class PdfUnavailable(DocumentError):  # noqa: N818 - the name says what is the case
    """LibreOffice is not installed on this machine."""


class PdfFailed(DocumentError):  # noqa: N818 - the name says what happened
    """LibreOffice did not make the PDF: it broke off or ran out of time."""


def can_make_pdf() -> bool:
    """Whether LibreOffice is installed on this machine."""
    return _program() is not None


def _program() -> str | None:
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def to_pdf(docx: bytes, *, timeout: float) -> bytes:
    """The PDF/A of a .docx; a rendering for reading, never byte-identical."""
    program = _program()
    if program is None:
        raise PdfUnavailable("LibreOffice не установлен: PDF сделать нечем")
    with tempfile.TemporaryDirectory(prefix="pdf-") as folder:
        source = Path(folder, "paper.docx")
        source.write_bytes(docx)
        _convert(program, source, timeout)
        result = source.with_suffix(".pdf")
        made = result.read_bytes() if result.exists() else b""
        if not made.startswith(_MARK):
            # A full disk or a broken profile leaves an empty file, and the code of success.
            raise PdfFailed("LibreOffice не сделал PDF: файла нет, он пуст или это не PDF")
        return made


def _convert(program: str, source: Path, timeout: float) -> None:
    folder = source.parent
    # A profile of its own lets several conversions run side by side.
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--norestore", "--convert-to", _FILTER]
    with subprocess.Popen(  # noqa: S603 - a fixed program, the document only as a file name
        [*command, "--outdir", str(folder), str(source)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            # LibreOffice is a small tree of processes; the leader alone would leave orphans.
            os.killpg(process.pid, signal.SIGKILL)
            raise PdfFailed(f"LibreOffice не уложился в {timeout:g} с") from None
