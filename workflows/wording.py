"""How papers and refusals say dates, numbers and acts in Russian; nothing here is guessed.

A form of a word that is not in a table here or in the registers becomes a visible gap.
"""

import datetime as dt
import re
from collections.abc import Mapping

from workflows.registers.acts import Act

GAP = "________"
"""What stands where the registers know nothing: somebody has to fill it in."""

NBSP = "\u00a0"
GOAL = (
    "Повышение качества образования в школах с низкими результатами обучения и школах, "
    "функционирующих в неблагоприятных социальных условиях"
)
GOAL_GENITIVE = (
    "повышения качества образования в школах с низкими результатами обучения и школах, "
    "функционирующих в неблагоприятных социальных условиях"
)
HELP_GENITIVE = (
    "оказания помощи школам с низкими результатами обучения и школам, функционирующим "
    "в неблагоприятных социальных условиях"
)
"""What every network is for: the title of the Regulation."""

MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)


def day_and_month(day: int, month: int) -> str:
    """Return a day of every year in words.

    >>> day_and_month(15, 5)
    '15 мая'
    """
    return f"{day} {MONTHS[month - 1]}"


PLACES: Mapping[str, str] = {
    "с.": "село", "п.": "посёлок", "х.": "хутор", "г.": "город", "д.": "деревня",
    "пгт": "посёлок городского типа", "рп": "рабочий посёлок", "ст-ца": "станица",
}
ACTS_INSTRUMENTAL: Mapping[str, str] = {
    "приказ": "приказом",
    "закон": "законом",
    "положение": "Положением",
    "письмо": "письмом",
    "стандарт": "стандартом",
    "устав": "Уставом",
    "постановление": "постановлением",
    "распоряжение": "распоряжением",
}
_SMALL_WORDS = re.compile(r"(№|\b[спхгд]\.|\b(?:пгт|рп|ст-ца)) ")
_TEN, _TEENS, _HUNDRED = 10, range(11, 15), 100


def glued(text: str) -> str:
    r"""Return the text with signs that stay on the line of the word after them.

    >>> glued("МКОУ СОШ № 1 с. Левокумское").split(" ")
    ['МКОУ', 'СОШ', '№\xa01', 'с.\xa0Левокумское']
    """
    return _SMALL_WORDS.sub(rf"\1{NBSP}", text)


def whole(name: str) -> str:
    """Return a name that is never broken: «Соловьёва М.Г.»."""
    return name.replace(" ", NBSP)


def date(day: dt.date | None) -> str:
    """Return a date in figures, empty when there is none.

    >>> date(dt.date(2025, 8, 28))
    '28.08.2025'
    """
    return f"{day:%d.%m.%Y}" if day else ""


def date_in_text(day: dt.date | None) -> str:
    r"""Return a date in words, a gap when there is none.

    >>> date_in_text(dt.date(2025, 9, 1))
    '1\xa0сентября 2025\xa0г.'
    """
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]} {day.year}{NBSP}г." if day else GAP


def year_in_text(code: str) -> str:
    """Return a school year as people write it.

    >>> year_in_text("2025-2026")
    '2025/2026'
    """
    return code.replace("-", "/")


def counted(number: int, one: str, few: str, many: str) -> str:
    """Return a number with its noun in the form Russian wants after it.

    >>> [counted(n, "школа", "школы", "школ") for n in (1, 2, 5, 11, 21)]
    ['1 школа', '2 школы', '5 школ', '11 школ', '21 школа']
    """
    return f"{number} {_form(number, one, few, many)}"


def without_kind(kind: str, title: str) -> str:
    """Return a title without the word for its kind, where that stands before it anyway.

    >>> without_kind("семинар", "Семинар: как учить дробям"), without_kind("семинар", "Дроби")
    ('Как учить дробям', 'Дроби')
    >>> without_kind("семинар", "Семинары года"), without_kind("семинар", "Семинар")
    ('Семинары года', 'Семинар')
    """
    found = re.match(rf"{re.escape(kind)}\b[\s:.,–—-]*", title, re.IGNORECASE)
    rest = title[found.end() :].strip() if found else ""
    if rest.startswith("«") and rest.endswith("»") and "«" not in rest[1:]:
        rest = rest[1:-1]
    return rest[:1].upper() + rest[1:] if rest else title


def _form(number: int, one: str, few: str, many: str) -> str:
    if number % _HUNDRED in _TEENS or number % _TEN not in range(1, 5):
        return many
    return one if number % _TEN == 1 else few


def capital(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """Return the text as it goes on after a colon; abbreviations keep their capitals.

    >>> lowered("Повышение качества"), lowered("ОГЭ без двоек")
    ('повышение качества', 'ОГЭ без двоек')
    """
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def sentence(text: str) -> str:
    """Return the text with a stop at its end.

    >>> sentence("Сеть нужна району"), sentence("Кому?")
    ('Сеть нужна району.', 'Кому?')
    """
    text = text.strip()
    return text if not text or text[-1] in ".!?…" else f"{text}."


def place_in_full(place: str) -> str:
    """Return a place without the abbreviation of its kind.

    >>> place_in_full("с. Левокумское"), place_in_full("рп Заря")
    ('село Левокумское', 'рабочий посёлок Заря')
    """
    kind, _, name = place.partition(" ")
    return f"{PLACES[kind]} {name}" if kind in PLACES else place


def cited(act: Act) -> str:
    """Return an act as a ground: «приказом … от 16 февраля 2018 года № 188-пр «…»».

    An issuer whose genitive is not confirmed is left out rather than declined.
    """
    day, number = _day_of(act), act.number or "____"
    first, _, rest = act.title.partition(" ")
    if first.lower() == act.kind and act.kind in ACTS_INSTRUMENTAL:
        return glued(f"{ACTS_INSTRUMENTAL[act.kind]} {rest} (от {day} № {number})")
    kind = ACTS_INSTRUMENTAL.get(act.kind, act.kind)
    if act.kind == "закон" and act.level == "federal":
        kind = "Федеральным законом"
    words = (kind, act.issuer_gen, f"от {day} № {number} «{act.title}»")
    return glued(" ".join(word for word in words if word))


def _day_of(act: Act) -> str:
    """Return the date of an act; a missing one is a gap (G2)."""
    day = act.adopted_on
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]} {day.year} года" if day else GAP


HOURS = {
    f"{hour:02}:{minute:02}": f"{hour}:{minute:02}" for hour in range(8, 19) for minute in (0, 30)
}
"""Times at which people meet: half-hours of a working day."""
