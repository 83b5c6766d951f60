"""Refusing is normal: a code for machines and a Russian sentence for the person."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from workflow_app.engine.marks import fill

Kind = Literal["form", "conflict", "person"]
"""What would have to be otherwise: what was typed, how things stand, or who asks."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an action may not happen now; `others` carries further reasons found at once.

    `is_done`: what the action is for is there already, so that nobody waits for it.
    `kind`: what a process says of its refusal; of the engine's own the code tells it.
    """

    code: str
    message: str
    field: str | None = None
    basis: str | None = None
    others: tuple["Refusal", ...] = ()
    is_done: bool = False
    kind: Kind | None = None
    case: int | None = None
    """The case that stands in the way, where the person may read it."""

    def __iter__(self) -> Iterator["Refusal"]:
        """Yield every reason, this one first."""
        yield replace(self, others=()) if self.others else self
        yield from self.others

    @property
    def fields(self) -> dict[str, str]:
        """Return the sentence for each form field that has one."""
        return {reason.field: reason.message for reason in self if reason.field}


def refuse(
    code: str,
    message: str,
    *,
    field: str | None = None,
    basis: str | None = None,
    kind: Kind = "conflict",
    **values: object,
) -> Refusal:
    """Return a refusal; `values` fill the marks of the sentence.

    `kind="form"`: another value is needed; `"person"`: another person; otherwise things forbid it.
    """
    return Refusal(code, fill(message, **values), field, basis, kind=kind)


def already_there(code: str, message: str, *, basis: str | None = None) -> Refusal:
    """Return the refusal of an action whose outcome stands already."""
    return Refusal(code, message, basis=basis, is_done=True, kind="conflict")


def joined(reasons: Iterable[Refusal]) -> Refusal | None:
    """Return one refusal that carries all reasons, or None when there is none."""
    parts = [part for reason in reasons for part in reason]
    return replace(parts[0], others=tuple(parts[1:])) if parts else None
