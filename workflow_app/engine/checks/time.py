"""Mistakes of time: waiting without an end, deadlines that reach nobody."""

from collections.abc import Iterator

from workflow_app.engine.checks.finding import Finding, World, is_for_system
from workflow_app.engine.deadlines import Due
from workflow_app.engine.process import Process, State


def check(process: Process, _world: World) -> Iterator[Finding]:
    """Yield the mistakes of deadlines."""
    for state in process.states.values():
        if not state.is_final and not _has_deadline(state):
            yield Finding(
                state.where,
                "no_deadline",
                f"Состояние «{state.title}» ждёт без срока: дайте срок (due=) "
                "или объясните, почему его нет (no_deadline=)",
            )
        for due in state.due:
            yield from _due(process, state, due)
    for ballot in process.ballots.values():
        if ballot.due and not ballot.due.escalate and not ballot.silence:
            yield Finding(
                ballot.where,
                "no_escalation",
                f"Срок опроса «{ballot.title}» никого не достигнет: назовите, к кому он уходит",
            )


def _has_deadline(state: State) -> bool:
    return bool(state.due or state.no_deadline or (state.ballot and state.ballot.due))


def _due(process: Process, state: State, due: Due) -> Iterator[Finding]:
    if not due.escalate and not due.then:
        yield Finding(
            state.where,
            "no_escalation",
            f"Срок «{due.kind}» состояния «{state.title}» никого не достигнет: "
            "назовите, к кому он уходит (escalate=) или что произойдёт (then=)",
        )
    if due.then:
        action = process.transition(state.key, due.then)
        if action is None:
            yield Finding(
                state.where,
                "then_impossible",
                f"По сроку «{due.kind}» должно произойти «{due.then}», "
                f"но в состоянии «{state.title}» этого действия нет",
            )
        elif not is_for_system(action):
            yield Finding(
                state.where, "not_for_system", f"Действие «{action.title}» не для системы"
            )
