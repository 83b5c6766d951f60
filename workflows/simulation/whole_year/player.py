"""Who lets people of one municipality act, and what the story tells of it."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from workflows.simulation.running_year import Player


class Municipality(Player, Protocol):
    """A municipality whose people begin cases and act; who may not is an error of the story."""

    def substitute(self, absent: str, who: str, until: dt.date, basis: str) -> None:
        """Let a person name who acts for her from today on."""

    def appoint(self, by: str, who: str, role: str, organisation: int) -> None:
        """Let a person who may do so put another one in an office from today on."""

    def state(self, case: int) -> str:
        """Return where a case stands."""

    def label(self, case: int) -> str:
        """Return the number a case has in its journal."""

    def child(self, case: int) -> int:
        """Return the newest case that grew from another one."""

    def cases(self, process: str, subject: str = "", parent: int | None = None
              ) -> Sequence[tuple[int, str, str]]:
        """Return (case, state, key of its row) of a process about a subject and all below it."""

    def named(self, register: str, **values: Any) -> Mapping[str, int]:
        """Return the rows of a declared register with these values by their names."""

    def network_named(self, name: str) -> int:
        """Return the id of a network by its name."""


Notify = Callable[[dt.date, str, str], None]
"""Hears what happened: the day, the person's code, the sentence."""


class Steps:
    """What the parts of the story have in common."""

    def __init__(self, player: Municipality, tell: Notify) -> None:
        self.player, self._tell = player, tell

    def tell(self, who: str, what: str) -> None:
        """Say what a person has done today."""
        self._tell(self.player.today, who, what)

    def do(self, who: str, case: int, *steps: str, **values: Any) -> None:
        """Let a person take one step after another in a case."""
        for step in steps:
            self.player.must(who, case, step, **values)
