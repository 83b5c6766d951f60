"""Mistakes of ballots: rules that cannot be met, statuses nobody gives, ends that lead nowhere."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from workflow_app.engine.ballots import Ballot, Setting, Threshold
from workflow_app.engine.checks.finding import Finding, World
from workflow_app.engine.checks.source import mentions, plain_function
from workflow_app.engine.process import Process, State
from workflow_app.engine.votes import PENDING


def check(process: Process, _world: World) -> Iterator[Finding]:
    """Yield the mistakes of every ballot."""
    for ballot in process.ballots.values():
        for code, sentence in (*_rule(ballot), *_answers(ballot), *_statuses(ballot)):
            yield Finding(ballot.where, code, f"Опрос «{ballot.title}»: {sentence}")
    for state in process.states.values():
        if state.ballot:
            yield from _ends(process, state, state.ballot)


def _rule(ballot: Ballot) -> Iterator[tuple[str, str]]:
    if isinstance(ballot.quorum, int):
        if ballot.most is None:
            yield "quorum_without_most", "кворум числом требует назвать наибольшее число (most=)"
        elif ballot.quorum > ballot.most:
            yield (
                "quorum_too_large",
                f"кворум {ballot.quorum} больше наибольшего числа голосующих ({ballot.most})",
            )
    elif ballot.quorum and not _is_possible(ballot.quorum):
        yield "quorum_too_large", "такого кворума не бывает"
    if ballot.need and not _is_possible(ballot.need):
        yield "share_impossible", "такой доли голосов не бывает"


def _is_possible(threshold: Threshold) -> bool:
    """Tell whether everybody together reaches a share; a setting is checked where it is set."""
    if isinstance(threshold.amount, Setting):
        return True
    return Fraction(threshold.amount) <= 1


def _answers(ballot: Ballot) -> Iterator[tuple[str, str]]:
    if not ballot.answers:
        yield "no_answers", "нет ни одного ответа"
    for key, times in Counter(answer.key for answer in ballot.answers).items():
        if times > 1:
            yield "repeated_answer", f"ответ «{key}» объявлен дважды"


def _statuses(ballot: Ballot) -> Iterator[tuple[str, str]]:
    """Every status somebody counts on must be given by an answer, by silence or beforehand."""
    given = {PENDING, *ballot.silences, *(answer.gives for answer in ballot.answers)}
    wanted = (*ballot.yes, *ballot.veto, *ballot.abstain)
    for status in dict.fromkeys((*wanted, *(s for a in ballot.answers for s in a.after))):
        if status not in given:
            yield "unknown_status", f"статус «{status}» не даёт ни один ответ"


def _ends(process: Process, state: State, ballot: Ballot) -> Iterator[Finding]:
    """A ballot a state waits for must be asked, and lead on both when passed and when failed."""
    conditions = [t.condition for t in process.leaving(state.key) if t.condition]
    ours = {c.__name__ for c in conditions if getattr(c, "__self__", None) is ballot}
    # A condition of the process's own may read the ballot in its own way.
    if any(plain_function(condition) for condition in conditions):
        ours = {"passed", "failed"}
    if "passed" not in ours:
        yield Finding(
            state.where,
            "ballot_leads_nowhere",
            f"Опрос «{ballot.title}» может пройти, но перехода для этого нет",
        )
    if "failed" not in ours:
        yield Finding(
            state.where,
            "silence_leads_nowhere",
            f"Опрос «{ballot.title}» может не пройти, но перехода для этого нет",
        )
    if not any(_asks(effect, ballot) for t in process.transitions for effect in t.effects):
        yield Finding(
            state.where, "ballot_never_asked", f"Опрос «{ballot.title}» никто не открывает"
        )


def _asks(effect: object, ballot: Ballot) -> bool:
    """Tell whether an effect puts the question."""
    if getattr(effect, "__self__", None) is ballot:
        return True
    function = plain_function(effect)
    if function is None:
        return getattr(effect, "ballot", None) == ballot.key
    return any(
        mention.kind in {"Ask", "open", "ask_all"} and mention.name("ballot") in (ballot.key, None)
        for mention in mentions(function)
    )
