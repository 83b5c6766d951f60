"""The picture of a process: its graph of titles, and the way a case is meant to go.

The drawing is read from top to bottom, also on a telephone: the way a case is meant to go is a
rail on the left with its states as stations, every state lists what may happen in it, and what
leads elsewhere is a line in the gutter on the right. Lines to one state share a lane.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflow_app.engine.checks.graph import Edge, edges
from workflow_app.engine.process import Process, State

MANY = 2
"""An end reached from more states than this is named in their rows instead of drawn."""


@dataclass(frozen=True, slots=True)
class Node:
    """A state as it is drawn."""

    key: str
    title: str
    is_final: bool
    is_on_rail: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A way from one state to another; the source of a start is empty."""

    source: str
    target: str
    action: str
    title: str
    is_by_person: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """States in the order of the drawing, and the ways between them."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]

    def ends(self) -> frozenset[str]:
        """Return the final states that so many ways lead to that lines would hide the rest."""
        sources = {node.key: 0 for node in self.nodes if node.is_final}
        for target, _ in {(link.target, link.source) for link in self.links}:
            if target in sources:
                sources[target] += 1
        return frozenset(key for key, count in sources.items() if count > MANY)


def graph(process: Process) -> Graph:
    """Return the states and ways of a process."""
    rail = main_path(process)
    finals = [s for s in process.states.values() if s.is_final and s.key not in rail]
    going = [s for s in process.states.values() if s not in finals]
    nodes = (_node(state, rail) for state in (*going, *finals))
    starts = (
        Link("", way.state, t.key, t.title, t.is_by_person)
        for t in process.starts()
        for way in t.ways
    )
    return Graph(tuple(nodes), (*starts, *map(_link, edges(process)), *_revisions(process)))


def _node(state: State, rail: Collection[str]) -> Node:
    return Node(state.key, state.title, state.is_final, state.key in rail)


def _link(edge: Edge) -> Link:
    action = edge.transition
    return Link(edge.source, edge.target, action.key, action.title, action.is_by_person)


def _revisions(process: Process) -> Iterator[Link]:
    """A revision leads to where its new case begins."""
    for t in process.transitions:
        if t.kind == "revise":
            for source in t.sources:
                yield Link(source, t.ways[0].state, t.key, t.title, t.is_by_person)


def main_path(process: Process) -> tuple[str, ...]:
    """Return the way a case is meant to go: the longest one forward in declared order.

    Where a state has a primary step, people are meant to take it, and what else leads on from there
    is a detour: a refusal, a silence. Among equally long ways the one to the end declared first is
    meant. A state declared aside is on no such way.
    """
    usual = [key for key, state in process.states.items() if not state.is_aside]
    order = {key: number for number, key in enumerate(usual)}
    best: dict[str, tuple[str, ...]] = {
        way.state: (way.state,) for t in process.starts() for way in t.ways if way.state in order
    }
    ways = {
        (source, edge.target)
        for source in order
        for edge in _meant([e for e in edges(process) if e.source == source], order)
    }
    for target in order:
        for source in (s for s, t in sorted(ways, key=lambda w: order[w[0]]) if t == target):
            longer = (*best.get(source, ()), target)
            if source in best and len(longer) > len(best.get(target, ())):
                best[target] = longer
    return max(best.values(), key=lambda way: (len(way), -order[way[-1]]), default=())


def _meant(leaving: Sequence[Edge], order: Mapping[str, int]) -> Sequence[Edge]:
    """Return the ways forward out of a state: those of its primary step, if it has one."""
    forward = [edge for edge in leaving if order[edge.source] < order.get(edge.target, -1)]
    return [edge for edge in forward if edge.transition.style == "primary"] or forward
