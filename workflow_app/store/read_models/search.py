"""One comparison for all lists that search: what is asked and what is stored are folded alike.

Case, ё and е, kinds of dashes, quotation marks and spaces make no difference.
"""

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Function, SQLColumnExpression, String, func, or_

# Databases fold the case of Latin letters, of others as their locale likes: Russian is told here.
# PostgreSQL walks through this table for each character, so it holds no more than it must.
_CAPITALS = "".join(map(chr, range(0x410, 0x430))) + "Ё"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_FROM = _CAPITALS + "ё" + _DASHES
_TO = _CAPITALS.lower().replace("ё", "е") + "е" + "-" * len(_DASHES)
_LEFT_OUT = " \t\r\n\u00a0\u2007\u2009\u202f\u00ad\u200b\ufeff\"'«»„“”"


def search_text(heading: str, number: str) -> str:
    r"""Return what is kept of a case to be found by; `words_of` a text are looked for in it.

    >>> search_text("О сети «Чтение»", "13-од")
    'осетичтение\n№13-од'
    """
    return f"{folded(heading)}\n{NUMBER_SIGN}{folded(number)}"


NUMBER_SIGN = "№"
"""Stands before a stored number, so that it is found with the sign and without it."""


@lru_cache
def _table(from_: str, to: str) -> dict[int, int | None]:
    return str.maketrans(from_[: len(to)], to, from_[len(to) :])


def translate(text: str | None, from_: str, to: str) -> str | None:
    """Return the text with each character of `from_` replaced by that of `to`, or left out.

    This is PostgreSQL's `translate`; SQLite has none and gets this one.

    >>> translate("12345", "143", "ax")
    'a2x5'
    """
    return None if text is None else text.translate(_table(from_, to))


def folded(text: str) -> str:
    """Return a text as it is compared.

    >>> folded("Сеть «Соловьёва» — № 5")
    'сетьсоловьева-№5'
    """
    return text.lower().translate(_table(_FROM + _LEFT_OUT, _TO))


def words_of(text: str) -> list[str]:
    """Return what is looked for: the stem of each word, in whatever order people wrote them.

    The endings of Russian words make no difference. A number keeps its sign: «№ 5» is not every
    text with a five.

    >>> words_of("Процентов  КАРТОЧКИ № 5, 291-од")
    ['процент', 'карточк', '№5,', '291-од']
    """
    words = text.replace(f"{NUMBER_SIGN} ", NUMBER_SIGN).split()
    return [_stem(folded(word)) for word in words]


def _stem(word: str) -> str:
    return _stemmer().stemWord(word) if _WORD.fullmatch(word) else word


@lru_cache
def _stemmer() -> Any:
    """Return what takes endings off: Snowball's algorithm for Russian.

    The package brings in thirty languages, a tenth of a second that a start need not wait for.
    """
    import snowballstemmer  # noqa: PLC0415

    return snowballstemmer.stemmer("russian")


_WORD = re.compile("[а-я]{4,}")
"""Shorter ones are mostly abbreviations, which have no endings."""


def typed_in_latin(text: str) -> str:
    """Return what was meant by who forgot to switch her keyboard.

    >>> typed_in_latin("ghbrfp 13")
    'приказ 13'
    """
    return text.lower().translate(_KEYS)


_KEYS = str.maketrans("qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюё")


def contain(text: str, *columns: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Return the condition that a column contains the text; no sign of it is a pattern."""
    # Capitals of other alphabets stand in the stored text as they are, or as the locale folds them.
    spelt = dict.fromkeys((folded(text), text.translate(_table(_FROM + _LEFT_OUT, _TO))))
    stored = [_stored(column) for column in columns]
    return or_(*(one.contains(said, autoescape=True) for one in stored for said in spelt))


def _stored(column: SQLColumnExpression[str]) -> Function[str]:
    return func.translate(func.lower(column), _FROM + _LEFT_OUT, _TO, type_=String)
