"""Kinds of files people bring, and what such a file is called when it is given back."""

from collections.abc import Mapping

from workflow_app.engine.text import LONGEST_FILE_NAME, file_name

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": DOCX,
}
"""Kind → media type."""
_ENDINGS: Mapping[str, tuple[str, ...]] = {
    **{media: (f".{kind}",) for kind, media in TYPES.items()},
    TYPES["jpg"]: (".jpg", ".jpeg"),
}


def name_of(name: str, media: str) -> str:
    """Return a file's name that ends as its content asks, whatever it was called.

    >>> name_of("справка.PDF", TYPES["pdf"]), name_of("счёт.pdf.exe", TYPES["pdf"])
    ('справка.PDF', 'счёт.pdf.exe.pdf')
    """
    plain, endings = file_name(name), _ENDINGS.get(media, ("",))
    if plain.lower().endswith(endings):
        return plain
    return plain[: LONGEST_FILE_NAME - len(endings[0])] + endings[0]
