"""What a person wants to be written into a declared register, and what that needs of the store."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from workflow_app.engine.folding import Entry, Word, Written
from workflow_app.engine.forms import Date, Flag, Form, Line
from workflow_app.engine.forms import field as form_field
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.registers import Register
from workflow_app.engine.roles import Capacity
from workflow_app.services.ports import UnitOfWork

WHY = "why."
"""Begins the names of what is said of a write itself: the fields of a row have any other."""


class WhyEnter(Form):
    """What is said of a new row."""

    effective_on: Date = form_field("С какого дня", optional=True, hint="Пусто — так было всегда.")
    reason: Line = form_field("Почему", hint="Что случилось или откуда это известно.")
    basis: Line = form_field(
        "Документ", optional=True, hint="Если есть: приказ от 01.09.2025 № 15."
    )


class WhyAmend(Form):
    """What is said of a change."""

    effective_on: Date = form_field(
        "С какого дня", optional=True, hint="До этого дня остаётся, как было записано."
    )
    is_correction: Flag = form_field(
        "Это исправление ошибки",
        optional=True,
        hint="Верным считается то же время, с которого записано неверное; день не нужен.",
    )
    reason: Line = form_field("Почему", hint="Что случилось или откуда это известно.")
    basis: Line = form_field(
        "Документ", optional=True, hint="Если есть: приказ от 01.09.2025 № 15."
    )


class WhyEnd(Form):
    """What is said of an end."""

    effective_on: Date = form_field("С какого дня записи нет", hint="Первый день без неё.")
    reason: Line = form_field("Почему", hint="Что случилось или откуда это известно.")
    basis: Line = form_field(
        "Документ", optional=True, hint="Если есть: приказ от 01.09.2025 № 15."
    )


class WhyTakeBack(Form):
    """What is said of taking back."""

    reason: Line = form_field("Почему отменяете")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to be written, as plain values, and what she saw."""

    values: Mapping[str, Any] = field(default_factory=dict)
    why: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None
    """The newest entry of the row she saw; None: she does not say."""
    seen_on: dt.date | None = None
    """As on which day she saw the row; None: as on the day her change counts from."""
    is_again: bool = False
    """A row that ended is meant to come back."""


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a declared register; its name where the reader may read it."""

    register: str
    row_id: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class InTheWay(Refusal):
    """A refusal because of other rows and cases, which the page leads to."""

    rows: tuple[Place, ...] = ()
    cases: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is written."""

    effective_on: dt.date | None
    reason: str
    basis: str
    takes_back: int | None = None
    """The entry that counts no more."""


class Registers(Protocol):
    """What writing into declared registers needs of the store."""

    @property
    def uow(self) -> UnitOfWork:
        """The transaction."""

    def declared(self, key: str) -> Register[Any] | None:
        """Return a register; None where it is none of the declared ones."""

    def row_with(
        self, register: Register[Any], municipality_id: int, identity: Mapping[str, Any]
    ) -> int | None:
        """Return the row with an identity, whether or not it is there on any day."""

    def identity(
        self, register: Register[Any], municipality_id: int, row_id: int
    ) -> Mapping[str, Any]:
        """Return what tells a row from all others."""

    def written(self, register: Register[Any], municipality_id: int, row_id: int) -> Written:
        """Return what was written about a row; nothing where the municipality has none."""

    def is_by_hand(self, register: Register[Any], municipality_id: int, entry: Entry) -> bool:
        """Tell whether a person wrote an entry, on a page or by a file; no case and no order."""

    def saying(
        self,
        register: Register[Any],
        municipality_id: int,
        name: str,
        value: Any,
        day: dt.date,
        until: dt.date,
    ) -> Sequence[int]:
        """Return the rows of which a field says a value on some day of a time."""

    def referring(
        self,
        register: Register[Any],
        municipality_id: int,
        row_id: int,
        day: dt.date,
        *,
        whenever: bool,
    ) -> Sequence[tuple[Register[Any], int]]:
        """Return rows that need this one on a day or later; `whenever`: all that name it."""

    def open_cases_naming(
        self, register: Register[Any], municipality_id: int, row_id: int
    ) -> Sequence[int]:
        """Return the open cases whose text names a row."""

    def write(
        self,
        word: Word,
        register: Register[Any],
        by: Capacity,
        key: int | None,
        values: Mapping[str, Any],
        cause: Cause,
    ) -> int:
        """Write an entry; return its row."""

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""
