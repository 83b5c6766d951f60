"""Numbers in a request: ids, versions, places."""

DIGITS = 14
"""More have no rows of ours; thousands of them Python would not even read."""


def number_in(text: str | None) -> int | None:
    """Return a whole number somebody sent; None for anything else.

    >>> number_in("7"), number_in(""), number_in("²"), number_in("9" * 5000)
    (7, None, None, None)
    """
    if text and text.isascii() and text.isdigit() and len(text) <= DIGITS:
        return int(text)
    return None
