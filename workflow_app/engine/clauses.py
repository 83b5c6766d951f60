"""What carries a clause: processes say its number wherever they rest on it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workflow_app.engine.checks.fields import forms
from workflow_app.engine.checks.names import spoken
from workflow_app.engine.forms import views
from workflow_app.engine.process import Process

TITLE = "Название"
"""The basis of what rests on the title of the Regulation, which has no number."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One row of the Regulation, and what processes do not say of themselves.

    Several rows may share a number («1.6-A1», «1.6-O2»): `within` names the processes of this one.
    """

    row: str
    text: str
    within: tuple[str, ...] | None = None
    pages: tuple[str, ...] = ()
    """Pages that carry it beside the pages of its cases, as the house addresses them."""
    papers: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """Return the number under which processes say it.

        >>> [Clause(row, "").number for row in ("1.3a", "1.6-O2", "2-goal", "Title")]
        ['1.3', '1.6', '2', 'Название']
        """
        found = re.match(r"[0-9]+(\.[0-9]+)?", self.row)
        return found[0] if found else TITLE

    def carriers(self, processes: Iterable[Process]) -> tuple[str, ...]:
        """Return the keys of the processes that carry it, in the order given."""
        saying = (process.key for process in processes if self.number in numbers(process))
        return tuple(key for key in saying if self.within is None or key in self.within)


def numbers(process: Process) -> frozenset[str]:
    """Return every number that a process, its steps, fields, papers and sentences rest on."""
    return frozenset(part.strip() for basis in _bases(process) for part in basis.split(","))


def _bases(process: Process) -> Iterator[str]:
    yield process.basis
    yield from (transition.basis for transition in process.transitions)
    yield from (ballot.basis for ballot in process.ballots.values())
    yield from (line.basis for line in process.checklist)
    for form in forms(process):
        for view in views(form, hidden=True):
            yield from (str(one.options.get("basis", "")) for one in (view, *view.columns))
    for mention in spoken(process):
        if mention.kind == "refuse":
            yield mention.name("basis") or ""
