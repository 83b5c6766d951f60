"""What a process writes about itself: plain tracebacks, and one line while a failure repeats.

A traceback that shows the values of local variables would print the passwords of the database and
of the broker, and structlog draws such ones wherever `rich` is installed.
"""

import logging
import sys
import time
import traceback
from collections.abc import Hashable

import structlog

TOLD_EVERY = 60.0
"""Seconds after which a failure that goes on is told again, with how often it came."""


class Repeats:
    """Counts failures that come again and again: only the first of a kind is news, for a while."""

    def __init__(self) -> None:
        self._kinds: dict[Hashable, tuple[float, int]] = {}

    def news(self, kind: Hashable) -> int | None:
        """Return how often this came untold since it was told last; None while it is no news."""
        now = time.monotonic()
        told_at, untold = self._kinds.get(kind, (None, 0))
        if told_at is not None and now - told_at < TOLD_EVERY:
            self._kinds[kind] = told_at, untold + 1
            return None
        self._kinds = {one: at for one, at in self._kinds.items() if now - at[0] < 2 * TOLD_EVERY}
        self._kinds[kind] = now, 0
        return untold


def kind_of(error: BaseException) -> Hashable:
    """Return what makes two failures the same: what was raised, where, and its first line."""
    frames = traceback.extract_tb(error.__traceback__)
    place = (frames[-1].filename, frames[-1].lineno) if frames else ()
    return type(error), str(error).partition("\n")[0], place


def one_line(error: BaseException) -> str:
    """Return what a failure says, in one line."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


class OnlyNews(logging.Filter):
    """Lets a warning pass once; while it repeats, the next line tells how often it did."""

    def __init__(self) -> None:
        super().__init__()
        self._repeats = Repeats()

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is written."""
        if record.levelno < logging.WARNING:
            return True
        error = record.exc_info[1] if record.exc_info else None
        untold = self._repeats.news((record.name, record.msg, error and kind_of(error)))
        if untold:
            said = f": {one_line(error)}" if error else ""
            record.msg, record.args = f"{record.getMessage()}{said} [повторов: {untold}]", ()
            record.exc_info = record.exc_text = None
        return untold is not None


def configure(level: str) -> None:
    """Let this process write its logs like this from now on."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(
                colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
    )
