"""The drawing of a process as SVG: classes only, so that a strict page may carry it."""

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache
from html import escape

from workflow_app.engine.diagram import Graph, Link, Node, graph
from workflow_app.engine.process import Process

WIDTH = 360
RAIL = 16
"""Where the rail runs; cards begin right of it."""
CARD, SIDE = 34, 50
LANE = 13
GAP = 16
LINE = 17
PAD = 9
TITLE_CHAR, ROW_CHAR = 8.4, 7.2
"""How wide a letter is taken to be: a generous average of Cyrillic at 14 and 12.5 pixels."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that may happen in a state."""

    links: tuple[Link, ...]
    mark: str
    lines: tuple[str, ...]
    y: float


@dataclass(frozen=True, slots=True)
class Card:
    """A state with its place."""

    node: Node
    x: float
    y: float
    width: float
    height: float
    title: tuple[str, ...]
    rows: tuple[Row, ...] = ()

    @property
    def middle(self) -> float:
        """Return the height of its station: the first line of the title."""
        return self.y + PAD + LINE / 2


@dataclass(slots=True)
class Lane:
    """All lines to one state: where they run and how far."""

    target: str
    low: float
    high: float
    number: int = 0
    from_: list[tuple[float, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything with its place."""

    cards: tuple[Card, ...]
    lanes: tuple[Lane, ...]
    starts: tuple[str, ...]
    height: float


def layout(drawn: Graph) -> Layout:
    """Return the place of every card, row and line."""
    lanes_at_most = len({link.target for link in drawn.links if _is_drawn(link, drawn)})
    # Few lanes leave more room for words: try with as many as are really needed.
    found = _placed(drawn, WIDTH - 14 - LANE * lanes_at_most)
    needed = max((lane.number + 1 for lane in found.lanes), default=0)
    return _placed(drawn, WIDTH - 14 - LANE * needed)


def _placed(drawn: Graph, right: float) -> Layout:
    cards: list[Card] = []
    starts = tuple(link.title for link in drawn.links if not link.source)
    y = float(GAP + LINE * len(starts))
    for node in drawn.nodes:
        card = _card(drawn, node, y, right)
        cards.append(card)
        y += card.height + GAP
    return Layout(tuple(cards), _lanes(drawn, cards), starts, y)


def _card(drawn: Graph, node: Node, y: float, right: float) -> Card:
    x = float(CARD if node.is_on_rail else SIDE)
    width = right - x
    title = wrap(node.title, int((width - 2 * PAD - 16) / TITLE_CHAR))
    rows = []
    below = y + 2 * PAD + LINE * len(title) - 2
    for mark, links in _grouped(drawn, node):
        lines = wrap(links[0].title, int((width - 2 * PAD - 16) / ROW_CHAR))
        rows.append(Row(links, mark, lines, below))
        below += (LINE - 1) * len(lines) + 3
    return Card(node, x, y, width, below - y + (PAD - 4 if rows else -2), title, tuple(rows))


def _grouped(drawn: Graph, node: Node) -> Iterator[tuple[str, tuple[Link, ...]]]:
    """Yield the rows of a state: one for each action, with a mark of where it leads."""
    actions: dict[str, list[Link]] = {}
    for link in drawn.links:
        if link.source == node.key:
            actions.setdefault(link.action, []).append(link)
    for links in actions.values():
        yield _mark(links, drawn), tuple(links)


def _mark(links: list[Link], drawn: Graph) -> str:
    if any(_is_next(link, drawn) for link in links):
        return "next"
    if any(_is_drawn(link, drawn) for link in links):
        return "line"
    return "again" if links[0].source == links[0].target else "end"


def _is_next(link: Link, drawn: Graph) -> bool:
    """Tell whether the rail itself is the way."""
    rail = [node.key for node in drawn.nodes if node.is_on_rail]
    return (link.source, link.target) in set(itertools.pairwise(rail))


def _is_drawn(link: Link, drawn: Graph) -> bool:
    """Tell whether a way needs a line in the gutter."""
    return (
        bool(link.source)
        and link.source != link.target
        and link.target not in drawn.ends()
        and not _is_next(link, drawn)
    )


def _lanes(drawn: Graph, cards: list[Card]) -> tuple[Lane, ...]:
    by_key = {card.node.key: card for card in cards}
    lanes: dict[str, Lane] = {}
    for card in cards:
        for row in card.rows:
            for link in row.links:
                if _is_drawn(link, drawn):
                    end = by_key[link.target].middle
                    lane = lanes.setdefault(link.target, Lane(link.target, end, end))
                    start = row.y + LINE / 2
                    lane.low, lane.high = min(lane.low, start), max(lane.high, start)
                    lane.from_.append((card.x + card.width, start))
    return _numbered(list(lanes.values()))


def _numbered(lanes: list[Lane]) -> tuple[Lane, ...]:
    """Give each lane the innermost place that is free over its whole length; short ones first."""
    placed: list[Lane] = []
    for lane in sorted(lanes, key=lambda lane: (lane.high - lane.low, lane.low)):
        taken = {
            other.number
            for other in placed
            if other.low - LINE < lane.high and lane.low < other.high + LINE
        }
        lane.number = next(number for number in range(len(lanes)) if number not in taken)
        placed.append(lane)
    return tuple(placed)


def wrap(text: str, letters: int) -> tuple[str, ...]:
    """Return a text in lines of at most so many letters; a longer word stays whole."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= letters:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return tuple(lines)


# ---------------------------------------------------------------- drawing


def svg(process: Process, current: str | None = None, passed: Collection[str] = ()) -> str:
    """Return the process as SVG, the current state marked and the passed ones ticked."""
    drawn, plan = _planned(process)
    name = f"diagram-{process.key}"
    parts = [
        (
            f'<svg class="diagram" viewBox="0 0 {WIDTH} {plan.height:g}" role="img" '
            f'aria-labelledby="{name}-title {name}-desc" xmlns="http://www.w3.org/2000/svg">'
        ),
        f'<title id="{name}-title">{_t(f"Схема процесса «{process.title}»")}</title>',
        f'<desc id="{name}-desc">{_t(_in_words(drawn, current))}</desc>',
        *_rail(plan, current, passed),
        *(part for lane in plan.lanes for part in _lane(plan, lane)),
        *(part for card in plan.cards for part in _drawn_card(card, current, passed)),
        "</svg>",
    ]
    return "\n".join(parts)


@cache
def _planned(process: Process) -> tuple[Graph, Layout]:
    """Return what is drawn of a process wherever a case stands; it is laid out once."""
    drawn = graph(process)
    return drawn, layout(drawn)


def _in_words(drawn: Graph, current: str | None) -> str:
    """Say the picture to somebody who hears it."""
    rail = " → ".join(node.title for node in drawn.nodes if node.is_on_rail)
    now = next((node.title for node in drawn.nodes if node.key == current), "")
    return f"Обычный путь: {rail}." + (f" Сейчас: {now}." if now else "")


def _rail(plan: Layout, current: str | None, passed: Collection[str]) -> Iterator[str]:
    stations = [card for card in plan.cards if card.node.is_on_rail]
    for number, title in enumerate(plan.starts):
        yield _text("diagram-start", CARD, 12 + LINE * number, title)
    yield f'<circle class="diagram-begin" cx="{RAIL}" cy="8" r="4"/>'
    if stations:
        first = stations[0].middle
        yield f'<path class="diagram-rail" d="M{RAIL} 12V{first:g}"/>'
    for one, other in itertools.pairwise(stations):
        been = {one.node.key, other.node.key} <= {*passed, current}
        kind = "diagram-rail is-passed" if been else "diagram-rail"
        yield f'<path class="{kind}" d="M{RAIL} {one.middle:g}V{other.middle:g}"/>'


def _lane(plan: Layout, lane: Lane) -> Iterator[str]:
    """Draw a lane: in from every row, along, and out to the state with an arrow."""
    target = next(card for card in plan.cards if card.node.key == lane.target)
    x = target.x + target.width + 10 + LANE * lane.number
    edge, y = target.x + target.width, target.middle
    kind = f"diagram-line is-lane-{lane.number % 6}"
    for start, height in lane.from_:
        turn = min(5.0, abs(height - y) / 2)
        down = turn if height < y else -turn
        yield (
            f'<path class="{kind}" d="M{start:g} {height:g}H{x - turn:g}'
            f"Q{x:g} {height:g} {x:g} {height + down:g}V{y - down:g}"
            f'Q{x:g} {y:g} {x - turn:g} {y:g}H{edge + 6:g}"/>'
        )
    yield (
        f'<path class="diagram-arrow is-lane-{lane.number % 6}" d="M{edge + 1:g} {y:g}l7 -4v8z"/>'
    )


def _drawn_card(card: Card, current: str | None, passed: Collection[str]) -> Iterator[str]:
    kinds = ["diagram-state"]
    kinds += ["is-final"] if card.node.is_final else []
    kinds += ["is-side"] if not card.node.is_on_rail else []
    is_now, is_passed = card.node.key == current, card.node.key in passed
    kinds += ["is-current"] if is_now else ["is-passed"] if is_passed else []
    yield f'<g class="{" ".join(kinds)}">'
    yield (
        f'<rect x="{card.x:g}" y="{card.y:g}" width="{card.width:g}" '
        f'height="{card.height:g}" rx="7"/>'
    )
    if card.node.is_on_rail:
        yield f'<circle cx="{RAIL}" cy="{card.middle:g}" r="{8 if is_now else 6}"/>'
    if is_now:
        yield f'<circle class="diagram-dot" cx="{RAIL}" cy="{card.middle:g}" r="3.5"/>'
    if is_passed and not is_now:
        x = RAIL if card.node.is_on_rail else card.x + card.width - 14
        yield f'<path class="diagram-tick" d="M{x - 3:g} {card.middle:g}l2 2.5l4 -5"/>'
    for number, line in enumerate(card.title):
        yield _text("diagram-title", card.x + PAD, card.y + PAD + 13 + LINE * number, line)
    for row in card.rows:
        yield from _drawn_row(card, row)
    yield "</g>"


MARKS = {
    "next": "M0 -4v7m-3 -3l3 3l3 -3",
    "line": "M-3 0h6m-3 -3l3 3l-3 3",
    "again": "M3 -2a3.6 3.6 0 1 0 .5 2.6m-.6 -4.6l.2 2.4l-2.4 .1",
    "end": "M-2.5 -2.5h5v5h-5z",
}


def _drawn_row(card: Card, row: Row) -> Iterator[str]:
    who = "is-person" if row.links[0].is_by_person else "is-system"
    yield f'<g class="diagram-row {who} is-{row.mark}">'
    yield (
        f'<path class="diagram-mark" transform="translate({card.x + PAD + 5:g} '
        f'{row.y + LINE / 2:g})" d="{MARKS[row.mark]}"/>'
    )
    for number, line in enumerate(row.lines):
        yield _text("", card.x + PAD + 16, row.y + 13 + (LINE - 1) * number, line)
    yield "</g>"


def _text(kind: str, x: float, y: float, text: str) -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:g}" y="{y:g}">{_t(text)}</text>'


def _t(text: str) -> str:
    return escape(text, quote=False)
