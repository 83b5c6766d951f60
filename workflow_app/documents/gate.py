"""The gate: what a file is by its content, and in Russian what is wrong with it.

A file has one nature: what a second program would open as something else is not passed on.
"""

import re
from collections.abc import Sequence

from workflow_app.documents.findings import TemplateError, refused
from workflow_app.documents.package import MAX_BYTES, OLE, check_document
from workflow_app.documents.unzip import ENDING, RECORD
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.text import file_name
from workflow_app.services.cases.attachments import TYPES
from workflow_app.services.ports import NewFile, new_file

PDF_WITHIN = 1024
"""So many bytes may stand before the first of a PDF (ISO 32000-1, annex H.3.4.1)."""
_PDF = b"%PDF-"
_LONGEST_END = 22 + 65535
"""Bytes of the end of an archive with its comment."""
_TWO = "В файле спрятан ещё один файл. Сохраните документ заново, например через «Печать» в PDF."
_IMAGES = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}
_ENCRYPTED_PDF = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_HEIC = (
    "Это снимок в формате HEIC. Откройте его на телефоне и отправьте как JPEG: у iPhone — "
    "«Настройки», «Камера», «Форматы», «Наиболее совместимый», и снимите ещё раз."
)
_OTHERS: Sequence[tuple[re.Pattern[bytes], str]] = [
    (re.compile(start, re.DOTALL), said)
    for start, said in (
        (rb"....ftyp(hei|hev|mif1|msf1|avi)", _HEIC),
        (rb"....ftyp", "Это видео или звук. Приложите документ или снимок."),
        (rb"RIFF....WEBP", "Это рисунок WebP. Сохраните его как PNG или JPG."),
        (rb"GIF8", "Это рисунок GIF. Сохраните его как PNG или JPG."),
        (rb"BM.{4}\0{4}", "Это рисунок BMP. Сохраните его как PNG или JPG."),
        (rb"II\*\0|MM\0\*", "Это рисунок TIFF. Сохраните его как PDF."),
        (rb"AT&TFORM", "Это файл DjVu. Сохраните его как PDF."),
        (rb"\{\\rtf", "Это документ RTF. Откройте его в Word и сохраните как .docx."),
        (rb"Rar!|7z\xbc\xaf|\x1f\x8b", "Это архив. Распакуйте его и приложите сами документы."),
        (rb"MZ|\x7fELF|#!", "Это программа, а не документ."),
        (
            rb"(\xef\xbb\xbf)?\s*<(?i:!|html|head|body|script|svg)",
            "Это веб-страница. Сохраните её как PDF.",
        ),
    )
]


def judge(content: bytes) -> str:
    """Return what a file is, a key of `TYPES`; TemplateError for what is not passed on."""
    start = content[: PDF_WITHIN + len(_PDF)]
    at = start.find(_PDF)
    image = next((kind for first, kind in _IMAGES.items() if start.startswith(first)), "")
    if image:
        _check_alone(content, is_pdf=at >= 0)
        return image
    if start.startswith((b"PK", OLE)):
        return _word(content, start, is_pdf=at >= 0)
    other = next((said for first, said in _OTHERS if first.match(start)), "")
    if at < 0:
        raise refused("file_kind", other)
    if other:
        raise refused("polyglot", _TWO)
    _check_alone(content, is_pdf=False)
    if _ENCRYPTED_PDF.search(content):
        raise refused("encrypted", "PDF защищён паролем. Снимите защиту и сохраните его снова.")
    return "pdf"


def _word(content: bytes, start: bytes, *, is_pdf: bool) -> str:
    if is_pdf:
        raise refused("polyglot", _TWO)
    if b"opendocument" in start:
        text = "Это документ LibreOffice. Сохраните его как «Документ Word (.docx)» или PDF."
        raise refused("file_kind", text)
    check_document(content)
    return "docx"


def _check_alone(content: bytes, *, is_pdf: bool) -> None:
    # The directory of an archive stands at its end, so an archive may follow anything.
    if is_pdf or (ENDING in content[-_LONGEST_END:] and RECORD in content):
        raise refused("polyglot", _TWO)


def accept(name: str, content: bytes, accepted: Sequence[str] = tuple(TYPES)) -> NewFile | Refusal:
    """Return a file somebody brings, of the kind its content has; or why it is not taken."""
    if not content:
        return Refusal("file_empty", f"Файл «{file_name(name)[-80:]}» пустой", "file")
    if len(content) > MAX_BYTES:
        return Refusal("file_too_large", f"Файл «{name}» больше 20 МБ", "file")
    try:
        kind = judge(content)
    except TemplateError as error:
        said = [*dict.fromkeys(each.message for each in error.findings if each.message)]
        if not said or len(accepted) < len(TYPES):  # what is advised may not be taken here
            said.append(f"Нужен {', '.join(accepted)}.")
        return _unfit(name, " ".join(said))
    if kind not in accepted:
        return _unfit(name, f"Нужен {', '.join(accepted)}.")
    return new_file(content, kind)


def _unfit(name: str, said: str) -> Refusal:
    return Refusal("file_kind", f"Файл «{file_name(name)[-80:]}» не подходит. {said}", "file")
