"""What the promises are asked of: every row of the database at one moment."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from workflow_app.engine import Facts
from workflow_app.engine.process import Process
from workflow_app.engine.roles import Capacity

Row = Mapping[str, Any]


class Ledger(Protocol):
    """Rows of registers and cases as plain values."""

    processes: Mapping[str, Process]
    cases: Mapping[int, Row]

    def rows(self, register: str, /) -> Sequence[Row]:
        """Return every row of a register."""

    def of(self, process: str, *states: str) -> Sequence[Row]:
        """Return the cases of a process, of some states or of all."""

    def lines(self, case: Row) -> Sequence[Row]:
        """Return the history of a case, oldest first."""

    def ballot(self, case: int, key: str) -> tuple[bool, Sequence[Row]]:
        """Return whether a ballot is open, and the votes that count; none if it never was."""

    def papers(self, case: int) -> Sequence[Row]:
        """Return the documents of a case that were not withdrawn, oldest first."""

    @property
    def memberships(self) -> Sequence[Row]:
        """Return what orders said of schools in networks: `role` is None where one left."""

    @property
    def offices(self) -> Mapping[int, Row]:
        """Return every position, of today and of the past."""

    def capacities(self, municipality: int) -> Sequence[Capacity]:
        """Return in which capacities the people of a municipality act today by their own posts."""

    def facts(self, municipality: int) -> Facts:
        """Return the registers of a municipality, as its processes ask them."""

    def text_hash(self, case: Row) -> str:
        """Return the hash of what a case says now."""

    def told(self, case: Row) -> str:
        """Return everything the tables of a case's page show to whoever reads the case."""
