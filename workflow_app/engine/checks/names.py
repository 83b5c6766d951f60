"""Mistakes of names: whatever a definition calls by a key must exist where it points."""

from collections.abc import Iterable, Iterator, Mapping
from types import MethodType
from typing import Any

from workflow_app.engine.ballots import Ballot, Setting, Threshold
from workflow_app.engine.checks.finding import Finding, World, is_for_system
from workflow_app.engine.checks.source import CHANGES, Mention, made, mentions, plain_function
from workflow_app.engine.forms import views
from workflow_app.engine.process import Child, Process, Transition

KNOWN_ELSEWHERE = frozenset({"Number", "Put", "Setting", "Voter", "refuse", "setting"})
"""Journals are kept by each municipality; authority, words and settings are checked elsewhere."""


def check(process: Process, world: World) -> Iterator[Finding]:
    """Yield the names that lead nowhere."""
    yield from _states(process)
    yield from _actions(process)
    yield from _fields(process)
    yield from _feed(process)
    for key in process.poll.states if process.poll else ():
        if key not in process.states:
            yield _unknown(process.where, "state", key)
    for transition in process.transitions:
        if transition.event:
            yield from _event(transition, transition.event, world)
    yield from _settings(process, world)
    for mention in spoken(process):
        if mention.kind not in KNOWN_ELSEWHERE:
            yield from _named(mention, process, world)
        yield from _filled(mention, process, world)


def spoken(process: Process) -> Iterator[Mention]:
    """Yield everything the guards, conditions and effects of a process name."""
    for thing, where in callables(process):
        function = plain_function(thing)
        if function:
            yield from mentions(function)
        elif isinstance(thing, MethodType) and isinstance(thing.__self__, Ballot):
            yield Mention(thing.__name__, {"ballot": thing.__self__.key}, where)
        elif isinstance(thing, CHANGES):
            yield made(thing, where)


def callables(process: Process) -> Iterator[tuple[Any, str]]:
    """Yield every guard, condition and effect with the place of its declaration."""
    for transition in process.transitions:
        conditions = [way.condition for way in transition.ways]
        if transition.condition:
            conditions.append(transition.condition)
        for thing in (*transition.guards, *transition.effects, *conditions):
            yield thing, transition.where
    for ballot in process.ballots.values():
        guards = [guard for answer in ballot.answers for guard in answer.if_]
        for asked in (ballot.voters, ballot.also, *guards):
            if asked is not None:
                yield asked, ballot.where
    yield from _shown(process)


def _shown(process: Process) -> Iterator[tuple[Any, str]]:
    """Yield what papers, warnings, the checklist and tables ask."""
    for paper in process.papers.values():
        yield paper.values, paper.where
    for warning in process.warnings:
        yield warning, process.where
    for line in process.checklist:
        yield line.holds, process.where
    for table in process.tables.values():
        yield table.rows, table.where


def _states(process: Process) -> Iterator[Finding]:
    for transition in process.transitions:
        for key in (*transition.sources, *(way.state for way in transition.ways)):
            if key not in process.states:
                yield Finding(
                    transition.where,
                    "unknown_state",
                    f"Переход «{transition.title}» называет состояние «{key}», а его нет",
                )


def _fields(process: Process) -> Iterator[Finding]:
    """Yield the fields and states that a narrower form or a table names and nobody has."""
    for transition in process.transitions:
        for view in views(transition.form) if transition.form else ():
            if view.options.get("present") and view.name not in process.form.model_fields:
                yield _unknown(transition.where, "field", view.name)
    for state in process.states.values():
        for name in state.only:
            if name not in process.form.model_fields:
                yield _unknown(state.where, "field", name)
    for table in process.tables.values():
        for key in table.states:
            if key not in process.states:
                yield _unknown(table.where, "state", key)


def _feed(process: Process) -> Iterator[Finding]:
    """Yield what a feed names and the process does not have."""
    if process.feed is None:
        return
    for key in process.feed.states:
        if key not in process.states:
            yield _unknown(process.where, "state", key)
    if process.feed.lead not in process.form.model_fields:
        yield _unknown(process.where, "field", process.feed.lead)


def _actions(process: Process) -> Iterator[Finding]:
    known = {transition.key for transition in process.transitions}
    comments = process.feed.comments if process.feed else ""
    own = (process.stop, process.entered, process.amended, comments)
    named = [(process.where, key) for key in own if key]
    for transition in process.transitions:
        limits = (getattr(guard, "limits", None) for guard in transition.guards)
        named += [(transition.where, key) for key in (*transition.apart, *filter(None, limits))]
    for ballot in process.ballots.values():
        named += [(ballot.where, key) for answer in ballot.answers for key in answer.apart]
    yield from (_unknown(where, "action", key) for where, key in named if key not in known)


def _event(transition: Transition, event: Child, world: World) -> Iterator[Finding]:
    child = world.processes.get(event.process)
    if child is None:
        yield _unknown(transition.where, "process", event.process)
    elif event.state not in child.states:
        yield Finding(
            transition.where,
            "unknown_outcome",
            f"Процесс «{child.title}» не знает исхода «{event.state}»",
        )


WHAT = {
    "action": "действия",
    "ballot": "опроса",
    "field": "поля",
    "paper": "документа",
    "process": "процесса",
    "setting": "настройки",
    "state": "состояния",
}


def _unknown(where: str, what: str, key: str) -> Finding:
    return Finding(where, f"unknown_{what}", f"Нет {WHAT[what]} «{key}»")


def _named(mention: Mention, process: Process, world: World) -> Iterator[Finding]:
    """Yield what is wrong with one mention."""
    match mention.kind:
        case "Start":
            yield from _started(mention, world, "process")
        case "Fan":
            yield from _started(mention, world, "process")
            yield from _called(mention, world, ("changed", "removed"))
        case "Call":
            yield from _called(mention, world, ("action",))
        case "Paper":
            yield from _must_be(mention, "paper", process.papers, "key")
        case "Enter" | "Amend" | "End":
            yield from _written(mention, world)
        case "child_states" | "children" | "cases_about":
            yield from _must_be(mention, "process", world.processes)
        case "parent_tally":
            ballots = {key for other in world.processes.values() for key in other.ballots}
            yield from _must_be(mention, "ballot", ballots)
        case "times" | "persons" | "last_taken":
            actions = {transition.key for transition in process.transitions}
            yield from _must_be(mention, "action", actions)
        case "state":
            yield from _must_be(mention, "state", {*process.states, ""})
        case _:
            yield from _must_be(mention, "ballot", process.ballots)


def _settings(process: Process, world: World) -> Iterator[Finding]:
    asked = (one for one in spoken(process) if one.kind in ("Setting", "setting"))
    named = [*_declared_settings(process), *((one.name("name"), one.where) for one in asked)]
    for name, where in named:
        if world.settings is not None and name is not None and name not in world.settings:
            yield _unknown(where, "setting", name)


def _declared_settings(process: Process) -> Iterator[tuple[str | None, str]]:
    """Yield the settings that limits, shares and switches name, with their places."""
    found: list[tuple[object, str]] = []
    for transition in process.transitions:
        found += [(getattr(guard, "amount", None), transition.where) for guard in transition.guards]
    for ballot in process.ballots.values():
        found += [(one, ballot.where) for one in _rule_of(ballot)]
    yield from ((one.name, where) for one, where in found if isinstance(one, Setting))


def _rule_of(ballot: Ballot) -> Iterator[object]:
    """Yield what a ballot's rule leaves to the municipality, among what it does not."""
    yield from (ballot.abstention_is_vote, ballot.abstention_makes_quorum)
    yield getattr(ballot.silence, "by", None)
    for share in (ballot.need, ballot.quorum):
        if isinstance(share, Threshold):
            yield from (share.amount, share.reached_is_enough)


def _filled(mention: Mention, process: Process, world: World) -> Iterator[Finding]:
    """What is written into the data of a case needs a field of its form: else it would be lost."""
    match mention.kind:
        case "Put":
            written, said = process, mention.values.get("values")
        case "Start" if found := world.processes.get(mention.name("process") or ""):
            written, said = found, mention.values.get("data")
        case _:
            return
    for name in said if isinstance(said, Mapping) else ():
        if name not in written.form.model_fields:
            yield _unknown(mention.where, "field", name)


def _must_be(
    mention: Mention, what: str, known: Iterable[str], field: str = ""
) -> Iterator[Finding]:
    key = mention.name(field or what)
    if key is not None and key not in known:
        yield _unknown(mention.where, what, key)


def _written(mention: Mention, world: World) -> Iterator[Finding]:
    """A register must take what is written into it."""
    key = mention.name("register")
    if world.registers is not None and key is not None and key not in world.registers[mention.kind]:
        yield Finding(
            mention.where,
            "unknown_register",
            f"Нет реестра «{key}», для которого годится {mention.kind}",
        )


def _started(mention: Mention, world: World, field: str) -> Iterator[Finding]:
    """A started process must exist, let the system begin it, and let it end it again."""
    key = mention.name(field)
    if key is None:
        return
    child = world.processes.get(key)
    if child is None:
        yield _unknown(mention.where, "process", key)
        return
    if not child.starts() or not is_for_system(child.starts()[0]):
        yield Finding(
            mention.where, "not_for_system", f"Процесс «{child.title}» система начать не может"
        )
    if not child.stop:
        yield Finding(
            child.where,
            "no_stop",
            f"Процесс «{child.title}» начинают другие: назовите stop, чтобы его можно было снять",
        )


def _called(mention: Mention, world: World, fields: Iterable[str]) -> Iterator[Finding]:
    """A called action must exist and be open to the system."""
    key = mention.name("process")
    if key is None:
        return
    if key and key not in world.processes:
        yield from () if mention.kind == "Fan" else (_unknown(mention.where, "process", key),)
        return
    targets = (world.processes[key],) if key else world.processes.values()
    for field in fields:
        action = mention.name(field)
        found = [t for target in targets for t in target.transitions if t.key == action]
        if action is not None and not found:
            yield _unknown(mention.where, "action", action)
        elif action is not None and not any(is_for_system(t) for t in found):
            yield Finding(
                mention.where, "not_for_system", f"Действие «{found[0].title}» не для системы"
            )
