"""Numbers and days in a request: ids, versions, places, dates of the address and of forms."""

import datetime as dt
import re

from werkzeug.routing import IntegerConverter, UnicodeConverter, ValidationError

from workflow_app.engine.calendar import is_countable
from workflow_app.engine.text import stray

DIGITS = 14
"""More have no rows of ours; thousands of them Python would not even read."""
LARGEST_ID = 2**63 - 1
"""No database keeps a larger one."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def number_in(text: str | None) -> int | None:
    """Return a whole number somebody sent; None for anything else.

    >>> number_in("7"), number_in(""), number_in("²"), number_in("9" * 5000)
    (7, None, None, None)
    """
    if text and text.isascii() and text.isdigit() and len(text) <= DIGITS:
        return int(text)
    return None


def any_day_in(text: str | None) -> dt.date | None:
    """Return a day somebody asks about, at whatever end of the calendar; None for anything else."""
    try:
        return dt.date.fromisoformat(text) if text and _DAY.fullmatch(text) else None
    except ValueError:
        return None


def day_in(text: str | None) -> dt.date | None:
    """Return a day somebody sent; None for anything else, and for a day nobody can count from.

    >>> day_in("2025-09-01"), day_in("2025-02-30"), day_in("9999-12-31"), day_in("20250901")
    (datetime.date(2025, 9, 1), None, None, None)
    """
    day = any_day_in(text)
    return day if day and is_countable(day) else None


class BoundedIntConverter(IntegerConverter):
    """An id in an address: what no row can have is no page, whatever its length."""

    regex = r"[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        """Return the id."""
        if int(value) > LARGEST_ID:
            raise ValidationError
        return int(value)


class TextConverter(UnicodeConverter):
    """A word in an address, of characters that may stand in a text."""

    def to_python(self, value: str) -> str:
        """Return the word."""
        if stray(value):
            raise ValidationError
        return value


CONVERTERS = {"int": BoundedIntConverter, "default": TextConverter, "string": TextConverter}
