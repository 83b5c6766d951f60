"""What a decision is about: the case in hand."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

from typing_extensions import TypeVar

from workflow_app.engine.roles import Capacity, Parties

FormT = TypeVar("FormT", default=Any)


@dataclass(frozen=True, slots=True)
class Step:
    """How often an action was taken in a case, and by which persons."""

    times: int = 0
    persons: frozenset[int] = frozenset()


@dataclass(slots=True)
class Case(Generic[FormT]):
    """An instance as guards and effects see it. Decisions never change it.

    A guard that names the process's form, `case: Case[Proposal]`, has the fields of `data` checked.
    `form`, `capacity` and `now` belong to the action being decided.
    """

    id: int
    process: str
    state: str
    data: FormT
    municipality_id: int
    parties: Parties = field(default_factory=dict)
    steps: Mapping[str, Step] = field(default_factory=dict)
    version: int = 1
    number: str = ""
    subject: str = ""
    parent_id: int | None = None
    text_hash: str = ""
    form: Any = None
    capacity: Capacity | None = None
    now: dt.datetime | None = None
    today: dt.date = dt.date.min
    key: str = ""
    """The row of its parent it was fanned from."""
    typed: Mapping[str, Any] = field(default_factory=dict)
    """What its draft holds as it was typed, beside the data (`forms.Typed`)."""
    voter: str = ""
    """Who is asked, in a guard of an answer."""

    def at_hand(
        self, form: Any, capacity: Capacity, now: dt.datetime, today: dt.date
    ) -> "Case[FormT]":
        """Return the same case with the action's own form, capacity and moment."""
        return Case(
            self.id,
            self.process,
            self.state,
            self.data,
            self.municipality_id,
            self.parties,
            self.steps,
            self.version,
            self.number,
            self.subject,
            self.parent_id,
            self.text_hash,
            form,
            capacity,
            now,
            today,
            self.key,
            self.typed,
        )

    def with_data(self, data: FormT) -> "Case[FormT]":
        """Return the case as the next effect of the same decision finds it."""
        after = self.at_hand(self.form, self.capacity, self.now, self.today)  # type: ignore[arg-type]
        after.data = data
        return after

    def times(self, action: str) -> int:
        """Return how often an action was taken."""
        return self.steps[action].times if action in self.steps else 0

    def persons(self, action: str) -> frozenset[int]:
        """Return who took an action, and whom they stood for."""
        return self.steps[action].persons if action in self.steps else frozenset()
