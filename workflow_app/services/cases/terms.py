"""Terms of deadlines as the processes declare them: the usual ones, and those of August."""

from collections.abc import Iterable, Iterator

from workflow_app.engine.deadlines import Due, Policy, august_policy
from workflow_app.engine.process import Process

AUGUST = "august"
"""The lane of the weeks before the school year (dossier 8)."""


def declared(processes: Iterable[Process]) -> Iterator[tuple[Due, Process, str]]:
    """Yield each deadline with its process and what is waited for; those set by a date are out."""
    for process in processes:
        found = [(due, state.title) for state in process.states.values() for due in state.due]
        found += [(b.due, b.title) for b in process.ballots.values() if b.due]
        for due, title in found:
            if due.on is None:
                yield due, process, due.title or title


def august_terms(processes: Iterable[Process]) -> dict[str, Policy]:
    """Return kind → the shorter term, of the deadlines that have one."""
    terms: dict[str, Policy] = {}
    for due, _, _ in declared(processes):
        policy = august_policy(due)
        if policy:
            terms.setdefault(due.kind, policy)
    return terms
