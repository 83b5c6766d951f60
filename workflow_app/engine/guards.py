"""Guards and effects that any process may use; the rest stand beside their process."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from workflow_app.engine.ballots import Amount, Setting, exact
from workflow_app.engine.case import Case
from workflow_app.engine.changes import Put
from workflow_app.engine.facts import Facts
from workflow_app.engine.forms import missing
from workflow_app.engine.process import Guard
from workflow_app.engine.refusals import Refusal

Said = TypeVar("Said", bound=Callable[..., object])


def says(title: str) -> Callable[[Said], Said]:
    """Return a decorator that gives a guard or effect the sentence the passport prints."""

    def give(function: Said) -> Said:
        function.title = title  # type: ignore[attr-defined]
        return function

    return give


snapshot = Put(snapshot=True)
"""Effect: keep the data as a version that nothing changes any more."""


@says("все обязательные поля дела заполнены")
def filled(case: Case, _facts: Facts) -> Iterable[Refusal]:
    """Guard: every required field of the case's own form has a value."""
    return tuple(missing(case.data))


@says("все обязательные поля действия заполнены")
def answered(case: Case, _facts: Facts) -> Iterable[Refusal]:
    """Guard: every required field of the action's form has a value."""
    return tuple(missing(case.form))


def at_most(action: str, amount: Amount, *, instead: str) -> Guard:
    """Return a guard that refuses an action taken so many times already."""

    @says(f"не больше {amount.name if isinstance(amount, Setting) else amount} раз(а)")
    def guard(case: Case, facts: Facts) -> Refusal | None:
        limit = exact(amount, facts)
        if case.times(action) < limit:
            return None
        return Refusal("limit_reached", f"Больше этого сделать нельзя (предел: {limit}). {instead}")

    guard.__name__ = f"at_most_{action}"
    guard.limits, guard.amount = action, amount  # type: ignore[attr-defined]
    return guard
