"""Cells of tables people bring or paste: what a text means for a field, as machines write it."""

import datetime as dt
import re
from collections.abc import Callable, Mapping

from workflow_app.engine.forms import figure

YES, NO = {"да", "+", "1", "x", "х", "v"}, {"", "нет", "-", "–", "—", "0"}
FIRST_DAY = dt.date(1899, 12, 30)
"""The day spreadsheets count days from, so that 1 March 1900 and all later ones agree."""
SERIAL = range(10_000, 80_000)
"""Numbers that stand for days of 1927–2119 where a day is asked for."""

_LATIN, _RUSSIAN = "ABCEHKMOPTXaceopxy", "АВСЕНКМОРТХасеорху"
_TO_RUSSIAN = str.maketrans(_LATIN, _RUSSIAN)
_SHORT = re.compile(rf"\b[{_LATIN}]\.(?=\s*[А-ЯЁ])")
"""One letter that shortens a word before a Russian name: «с.», «х.»."""
_WORD = re.compile(r"[^\W\d_]+")


class MisfitError(Exception):
    """A cell that means nothing here; says why."""


def plain(text: str) -> str:
    """Return a label as two people would write it alike."""
    return re.sub(r"[\s\u00a0]+", " ", text).strip().casefold().replace("ё", "е")


def as_flag(cell: str) -> bool:
    """Return what «да» or «нет» means."""
    said = cell.casefold()
    if said not in YES | NO:
        raise MisfitError("нужно «да» или «нет»")
    return said in YES


def without_latin(text: str) -> str:
    """Return a text whose Russian words have no Latin letter that only looks Russian.

    >>> without_latin("CОШ № 5"), without_latin("IT-куб, COVID"), without_latin("c. Турксад")
    ('СОШ № 5', 'IT-куб, COVID', 'с. Турксад')
    """
    text = _SHORT.sub(lambda found: found[0].translate(_TO_RUSSIAN), text)
    return _WORD.sub(lambda found: _russian(found[0]), text)


def _russian(word: str) -> str:
    latin = {letter for letter in word if letter.isascii()}
    is_mixed = latin and any("а" <= letter <= "я" or letter == "ё" for letter in word.lower())
    return word.translate(_TO_RUSSIAN) if is_mixed and latin <= {*_LATIN} else word


def _date(cell: str) -> str:
    for form in ("%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d"):
        try:
            return dt.datetime.strptime(cell, form).replace(tzinfo=dt.UTC).date().isoformat()
        except ValueError:
            continue
    if cell.isascii() and cell.isdigit() and len(cell) < 6 and int(cell) in SERIAL:  # noqa: PLR2004
        return (FIRST_DAY + dt.timedelta(days=int(cell))).isoformat()
    raise MisfitError(f"«{cell}» — не дата, пример: 01.10.2025")


def _number(cell: str) -> str:
    digits = str(figure(cell))
    if not re.fullmatch(r"[-+]?[0-9]+", digits):
        raise MisfitError(f"«{cell}» — не целое число")
    return digits


def _decimal(cell: str) -> str:
    digits = str(figure(cell))
    if not re.fullmatch(r"[-+]?[0-9]+([.][0-9]+)?", digits):
        raise MisfitError(f"«{cell}» — не число")
    return digits


def _line(cell: str) -> str:
    return " ".join(cell.split())


KINDS: Mapping[str, Callable[[str], str]] = {
    "date": _date,
    "number": _number,
    "decimal": _decimal,
    "line": _line,
}
