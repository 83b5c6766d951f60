"""Journals that numbers are taken from, as they are opened where a municipality keeps none yet."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Journal:
    """A registration journal: numbers begin anew each calendar year.

    `pattern` is the look of a number, with the marks `{n}`, `{n:03}` and `{year}`; a municipality
    whose journal is there already keeps its own.
    """

    key: str
    title: str
    pattern: str = "{n}"
