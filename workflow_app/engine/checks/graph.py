"""Mistakes of the graph: states nobody reaches or leaves, loops without an end."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from workflow_app.engine.checks.finding import Finding, World, rests
from workflow_app.engine.checks.source import mentions, plain_function
from workflow_app.engine.marks import fill
from workflow_app.engine.process import Process, Transition


@dataclass(frozen=True, slots=True)
class Edge:
    """One way from a state to another."""

    source: str
    target: str
    transition: Transition


def edges(process: Process) -> Iterator[Edge]:
    """Yield the ways between states; a start and a revision begin another case."""
    for transition in process.transitions:
        if transition.kind not in {"start", "revise"}:
            for source in transition.sources:
                for way in transition.ways:
                    yield Edge(source, way.state, transition)


def reached(start: Iterable[str], ways: Mapping[str, Iterable[str]]) -> set[str]:
    """Return everything that can be reached, the start included."""
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        state = waiting.pop()
        if state not in seen:
            seen.add(state)
            waiting.extend(ways.get(state, ()))
    return seen


def circles(nodes: Iterable[str], ways: Mapping[str, Iterable[str]]) -> list[frozenset[str]]:
    """Return the groups of states in which one can go round (Tarjan's algorithm).

    A single state counts only with a way to itself.
    """
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []
    found: list[frozenset[str]] = []
    numbers = count()

    def visit(node: str) -> None:
        order[node] = low[node] = next(numbers)
        open_.append(node)
        for target in ways.get(node, ()):
            if target not in order:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in open_:
                low[node] = min(low[node], order[target])
        if low[node] == order[node]:
            group = frozenset(open_[open_.index(node) :])
            del open_[open_.index(node) :]
            if len(group) > 1 or node in ways.get(node, ()):
                found.append(group)

    for node in nodes:
        if node not in order:
            visit(node)
    return found


def check(process: Process, _world: World) -> Iterator[Finding]:
    """Yield the mistakes of the graph."""
    if not process.starts():
        yield Finding(process.where, "no_start", f"В процессе «{process.title}» нечем начать дело")
        return
    yield from _ends(process)
    yield from _loops(process)


def _ends(process: Process) -> Iterator[Finding]:
    known = process.states
    forward, back = _by(process, forward=True), _by(process, forward=False)
    alive = reached((way.state for t in process.starts() for way in t.ways), forward)
    dead = [key for key in known if not forward.get(key) and not rests(known[key])]
    way_out = reached((key for key in known if rests(known[key]) or key in dead), back)
    for key, state in known.items():
        if key not in alive:
            yield Finding(
                state.where, "unreachable_state", f"В состояние «{state.title}» нельзя попасть"
            )
        elif key in dead:
            yield Finding(
                state.where, "dead_end", f"Из состояния «{state.title}» нет ни одного перехода"
            )
        elif key not in way_out:
            yield Finding(
                state.where,
                "no_way_out",
                f"Из состояния «{state.title}» нельзя прийти ни к одному концу",
            )


def _by(process: Process, *, forward: bool) -> dict[str, set[str]]:
    """Return the neighbours of each state."""
    ways: dict[str, set[str]] = {}
    for edge in edges(process):
        one, other = (edge.source, edge.target) if forward else (edge.target, edge.source)
        ways.setdefault(one, set()).add(other)
    return ways


def _loops(process: Process) -> Iterator[Finding]:
    """Find circles that nothing bounds: of persons (rework), or of the system alone (forever)."""
    yield from _circles_of(
        process,
        lambda edge: not _is_bounded(process, edge),
        lambda t: t.is_by_person,
        "unlimited_rework",
        "По кругу «{names}» можно ходить бесконечно: нужен предел (at_most) или unlimited=…",
    )
    yield from _circles_of(
        process,
        lambda edge: _happens_again(edge.transition),
        lambda _: True,
        "automatic_loop",
        "Переходы «{names}» сами вызывают друг друга без конца",
    )


def _is_bounded(process: Process, edge: Edge) -> bool:
    transition = edge.transition
    return bool(
        transition.unlimited
        or any(hasattr(guard, "limits") for guard in transition.guards)
        or any(
            process.states[key].unlimited
            for key in (edge.source, edge.target)
            if key in process.states
        )
    )


def _happens_again(transition: Transition) -> bool:
    """Tell whether it happens by itself and does not ask how often it already did."""
    function = plain_function(transition.condition)
    return transition.kind == "when" and not any(
        mention.kind == "times" and mention.name("action") == transition.key
        for mention in (mentions(function) if function else ())
    )


def _circles_of(
    process: Process,
    keep: Callable[[Edge], bool],
    counts: Callable[[Transition], bool],
    code: str,
    sentence: str,
) -> Iterator[Finding]:
    kept = [edge for edge in edges(process) if keep(edge)]
    ways: dict[str, list[str]] = {}
    for edge in kept:
        ways.setdefault(edge.source, []).append(edge.target)
    for group in circles(ways, ways):
        inside = [e.transition for e in kept if e.source in group and e.target in group]
        first = next((transition for transition in inside if counts(transition)), None)
        if first:
            names = " → ".join(dict.fromkeys(t.title for t in inside))
            yield Finding(first.where, code, fill(sentence, names=names))
