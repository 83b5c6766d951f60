"""Guards and effects that any process may use; the rest stand beside their process."""

from collections.abc import Iterable

from workflow_app.engine.ballots import Amount, exact
from workflow_app.engine.case import Case, Facts
from workflow_app.engine.changes import Put
from workflow_app.engine.forms import missing
from workflow_app.engine.process import Guard
from workflow_app.engine.refusals import Refusal

snapshot = Put(snapshot=True)
"""Effect: keep the data as a version that nothing changes any more."""


def filled(case: Case, _facts: Facts) -> Iterable[Refusal]:
    """Guard: every required field of the case's own form has a value."""
    return tuple(missing(case.data))


def answered(case: Case, _facts: Facts) -> Iterable[Refusal]:
    """Guard: every required field of the action's form has a value."""
    return tuple(missing(case.form))


def at_most(action: str, amount: Amount, *, instead: str) -> Guard:
    """Return a guard that refuses an action taken so many times already."""

    def guard(case: Case, facts: Facts) -> Refusal | None:
        limit = exact(amount, facts)
        if case.times(action) < limit:
            return None
        return Refusal("limit_reached", f"Это уже сделано {limit} раз(а). {instead}")

    guard.__name__ = f"at_most_{action}"
    guard.limits = action  # type: ignore[attr-defined]
    return guard
