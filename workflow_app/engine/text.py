"""Text of people: which characters it may hold, and how a number and a day stand in a sentence.

What XML 1.0 calls a character may stand in a text: any other one no paper could print, and
PostgreSQL keeps neither a NUL nor half of a surrogate pair. A person neither sees nor means them,
so what comes from a page is cleaned; a machine is told.
"""

import datetime as dt
import re

from workflow_app.engine.refusals import Refusal

LONGEST_FILE_NAME = 200
MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)

_STRAY = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAK = re.compile("[\x0b\x0c]")
"""Word's own line and page breaks, as they come from its clipboard."""
_NO_NAME = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069/\\\\]+"
)
"""What a name of a file has no use for: controls, directions of writing, folders."""


def cleaned(text: str) -> str:
    r"""Return the text without characters that nobody can see, keep or print.

    >>> cleaned("Чтение\x00 \ud800и\x0bписьмо")
    'Чтение и\nписьмо'
    """
    return _STRAY.sub("", _BREAK.sub("\n", text))


def stray(text: str, field: str | None = None) -> Refusal | None:
    r"""Return why a text is not taken: the character that may not stand in it.

    >>> stray("Чтение\x00").message
    'В тексте есть знак U+0000, который нельзя напечатать: уберите его'
    """
    found = _STRAY.search(text)
    if found is None:
        return None
    sentence = f"В тексте есть знак U+{ord(found[0]):04X}, который нельзя напечатать: уберите его"
    return Refusal("bad_character", sentence, field)


def file_name(name: str) -> str:
    r"""Return a file's name as it is kept and given back; its end stays, for the kind it tells.

    >>> file_name("приказ\r\n.pdf"), file_name("../\u202e/")
    ('приказ .pdf', '..')
    """
    plain = " ".join(_NO_NAME.sub(" ", cleaned(name)).split())
    return plain[-LONGEST_FILE_NAME:] or "файл"


def plural(number: int, one: str, few: str, many: str) -> str:
    """Return a number with its noun.

    >>> [plural(n, "дело", "дела", "дел") for n in (1, 3, 11, 25, 121)]
    ['1 дело', '3 дела', '11 дел', '25 дел', '121 дело']
    """
    tail, teens = number % 10, number % 100
    if tail == 1 and teens != 11:  # noqa: PLR2004 (Russian grammar)
        return f"{number} {one}"
    if tail in (2, 3, 4) and teens not in (12, 13, 14):
        return f"{number} {few}"
    return f"{number} {many}"


def day_in_words(day: dt.date, today: dt.date) -> str:
    """Return a day as people say it, with its year where that is another one.

    >>> [day_in_words(dt.date(2026, 6, 25), dt.date(year, 6, 18)) for year in (2026, 2025)]
    ['25 июня', '25 июня 2026 года']
    """
    said = f"{day.day} {MONTHS[day.month - 1]}"
    return said if day.year == today.year else f"{said} {day.year} года"
