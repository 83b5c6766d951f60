"""A mistake in a definition, and what a check may look at to find one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from workflow_app.engine.process import Process, State, Transition
from workflow_app.engine.registers import Register
from workflow_app.engine.roles import SYSTEM_ROLE


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake: where it stands, its code, and a Russian sentence about it."""

    where: str
    code: str
    message: str

    def __str__(self) -> str:
        """Return the line a person reads in the terminal."""
        return f"{self.where}: {self.message} [{self.code}]"


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is verified together: processes name each other and their templates.

    What is None is unknown: then nothing is said about it.
    """

    processes: Mapping[str, Process]
    templates: Mapping[str, Collection[str]] | None = None
    known_roles: Collection[str] | None = None
    registers: Mapping[str, Collection[str]] | None = None
    """Change (`Enter`, `Amend`, `End`) → the registers that take it."""
    settings: Collection[str] | None = None
    """The names of what a municipality may set."""
    sources: Mapping[str, Collection[str]] | None = None
    """Kind of field → the names `of=` may give it beside the parties of its process."""
    declared: Mapping[str, Register[Any]] | None = None
    """The declared registers by their keys."""


def rests(state: State) -> bool:
    """Tell whether a case may stay here for good: final, or declared so with both reasons.

    A registered order is not final (its scan may still be replaced) and yet nothing has to
    follow: such a state says why it has no deadline and why it is unlimited.
    """
    return state.is_final or bool(state.no_deadline and state.unlimited)


def is_for_system(transition: Transition) -> bool:
    """Tell whether the system may take it."""
    return any(role is SYSTEM_ROLE for role in transition.by)
