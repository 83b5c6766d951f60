"""Mistakes of words: missing titles, keys that clash or mean something to the engine."""

import re
from collections import Counter
from collections.abc import Collection, Iterator

from workflow_app.engine.checks.fields import forms
from workflow_app.engine.checks.finding import Finding, World
from workflow_app.engine.checks.names import spoken
from workflow_app.engine.checks.source import Mention, plain_function
from workflow_app.engine.forms import Form, extra
from workflow_app.engine.marks import marks
from workflow_app.engine.passport import sentence
from workflow_app.engine.process import Process, Transition, otherwise

RUSSIAN = re.compile("[А-Яа-яЁё]")
KEY = re.compile(r"[a-z][a-z0-9_]*")

ENGINE_WORDS = frozenset({"take_back", "close_ballot", "start", "answer", "draft", "reassign"})
"""Actions the house itself writes into histories and addresses; no process may reuse them."""


def check(process: Process, _world: World) -> Iterator[Finding]:
    """Yield the mistakes of titles and keys."""
    yield from _titles(process)
    yield from _keys(process)
    yield from _clashes(process)
    yield from _forks(process)
    yield from _forms(process)
    yield from _unsaid(process)
    yield from _unfilled(process)


def _titles(process: Process) -> Iterator[Finding]:
    named: list[tuple[str, str, str]] = [(process.key, process.title, process.where)]
    named += [(role.key, role.title, process.where) for role in process.roles()]
    for kind in (process.states.values(), process.transitions, process.papers.values()):
        named += [(item.key, item.title, item.where) for item in kind]
    for ballot in process.ballots.values():
        named.append((ballot.key, ballot.title, ballot.where))
        named += [(answer.key, answer.title, ballot.where) for answer in ballot.answers]
    for key, title, where in named:
        if not title.strip():
            yield Finding(where, "missing_title", f"У «{key}» нет названия")


def _keys(process: Process) -> Iterator[Finding]:
    keys = [(process.key, process.where)]
    keys += [(state.key, state.where) for state in process.states.values()]
    actions = [(transition.key, transition.where) for transition in process.transitions]
    for ballot in process.ballots.values():
        actions += [(answer.key, ballot.where) for answer in ballot.answers]
    for key, where in (*keys, *actions):
        if not KEY.fullmatch(key):
            yield Finding(where, "bad_key", f"Ключ «{key}»: строчные латинские буквы и _")
    for key, where in actions:
        if key in ENGINE_WORDS:
            yield Finding(where, "engine_word", f"«{key}» — слово самой системы, назовите иначе")
    for key, where in process.repeated:
        yield Finding(where, "repeated_key", f"«{key}» объявлено дважды")


def _clashes(process: Process) -> Iterator[Finding]:
    seen: dict[tuple[str, str], Transition] = {}
    events: set[tuple[str, object]] = set()
    for transition in process.transitions:
        for source in transition.sources or ("",):
            if seen.setdefault((source, transition.key), transition) is not transition:
                yield Finding(
                    transition.where,
                    "ambiguous_action",
                    f"Действие «{transition.key}» в состоянии «{source}» объявлено дважды",
                )
            if transition.event and (source, transition.event) in events:
                yield Finding(
                    transition.where,
                    "ambiguous_outcome",
                    f"Один исход в состоянии «{source}» ведёт по двум переходам",
                )
            events.add((source, transition.event))
    actions = {transition.key for transition in process.transitions}
    answers = Counter(key for b in process.ballots.values() for key in {a.key for a in b.answers})
    for ballot in process.ballots.values():
        for key in dict.fromkeys(answer.key for answer in ballot.answers):
            if key in actions or answers[key] > 1:
                yield Finding(
                    ballot.where,
                    "action_clash",
                    f"Ответ «{key}» опроса «{ballot.title}» зовётся как другое действие",
                )


def _forks(process: Process) -> Iterator[Finding]:
    """A way after the unconditional one is never taken."""
    for transition in process.transitions:
        if any(way.condition is otherwise for way in transition.ways[:-1]):
            yield Finding(
                transition.where,
                "way_never_taken",
                f"У «{transition.title}» путь «во всех остальных случаях» стоит не последним",
            )


def _forms(process: Process) -> Iterator[Finding]:
    for form in forms(process):
        yield from _fields(process, form)


def _fields(process: Process, form: type[Form]) -> Iterator[Finding]:
    for name, info in form.model_fields.items():
        if not (info.title or "").strip():
            yield Finding(
                process.where, "missing_title", f"У поля «{form.__name__}.{name}» нет названия"
            )
        choices = extra(info).get("choices")
        if choices and info.default is not None and info.default not in choices:
            yield Finding(
                process.where,
                "default_not_a_choice",
                f"Значение «{info.default}» поля «{form.__name__}.{name}» не из его списка",
            )


def _unsaid(process: Process) -> Iterator[Finding]:
    """Yield the guards, conditions and effects that the passport could only call in English."""
    said: list[tuple[object, str]] = [(warning, process.where) for warning in process.warnings]
    for ballot in process.ballots.values():
        guards = [guard for answer in ballot.answers for guard in answer.if_]
        said += [(part, ballot.where) for part in (ballot.also, *guards)]
        said += [(ballot.due.on, ballot.where)] if ballot.due else []
    for state in process.states.values():
        said += [(due.on, state.where) for due in state.due]
    for transition in process.transitions:
        parts: list[object] = [*transition.guards, transition.condition, *transition.effects]
        parts += [way.condition for way in transition.ways]
        said += [(part, transition.where) for part in parts]
    for part, where in said:
        function = plain_function(part)
        if function and not RUSSIAN.search(sentence(function)):
            yield Finding(
                where,
                "not_said",
                f"Паспорту нечем назвать {function.__name__}: скажите по-русски, @says(…)",
            )


def _unfilled(process: Process) -> Iterator[Finding]:
    """Yield the marks of sentences and subjects that nothing would stand for: people read them."""
    mentions = list(spoken(process))
    entered = {mention.name("as_") or "" for mention in mentions if mention.kind == "Enter"}
    for mention in mentions:
        for name in sorted(_open_marks(mention, entered)):
            yield Finding(mention.where, "unknown_mark", f"Нечего поставить вместо {{{name}}}")


def _open_marks(mention: Mention, entered: Collection[str]) -> frozenset[str]:
    """Return the marks of a constant sentence or subject that have no value."""
    if mention.kind == "Start":
        return marks(mention.name("subject") or "").difference(entered)
    if mention.kind == "refuse" and None not in mention.values["said"]:  # no **values
        return marks(mention.name("sentence") or "").difference(mention.values["said"])
    return frozenset()
