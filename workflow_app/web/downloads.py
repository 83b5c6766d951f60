"""How a file is called where it is saved: in Russian, and in letters that every program knows."""

from unicodedata import normalize
from urllib.parse import quote

from flask import Flask, Response
from werkzeug.http import parse_options_header

_RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя№«»—–"
_LATIN = (
    *("a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r"),
    *("s", "t", "u", "f", "kh", "ts", "ch", "sh", "shch", "", "y", "", "e", "iu", "ia"),
    *("N", "", "", "-", "-"),
)
_PAIRS = dict(zip(_RUSSIAN, _LATIN, strict=True))
_SPELT = str.maketrans(_PAIRS | {one.upper(): said.capitalize() for one, said in _PAIRS.items()})


def attachment(name: str) -> str:
    r"""Return the header `Content-Disposition` of a file to be saved (RFC 6266, RFC 8187).

    >>> attachment("Ё.ics")
    'attachment; filename="E.ics"; filename*=UTF-8\'\'%D0%81.ics'
    """
    plain = normalize("NFKD", name.translate(_SPELT)).encode("ascii", "ignore").decode()
    plain = plain.replace("\\", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def register(app: Flask) -> None:
    """Spell the names of all files that are sent: by themselves they would lose Russian letters."""
    app.after_request(_spell)


def _spell(response: Response) -> Response:
    said = response.headers.get("Content-Disposition", "")
    kind, options = parse_options_header(said)
    name = options.get("filename", "")
    if kind == "attachment" and "filename*=" in said and name:
        response.headers["Content-Disposition"] = attachment(name)
    return response
