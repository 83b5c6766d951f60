"""Cases that grew from the rows of another one: how far they are, by month and one by one."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from workflow_app.engine.decide import is_visible
from workflow_app.engine.process import Process, State
from workflow_app.engine.roles import Actor
from workflow_app.store.cases import family
from workflow_app.store.read_models.queries import CaseLine
from workflow_app.store.unit_of_work import SqlUnitOfWork

WIDTH, HEIGHT = 600, 20
"""The plot's own units; the page stretches it."""
SHADES = {"over": 3, "open": 6}
"""How many states that are over, and that are not, the style sheet tells apart."""


@dataclass(frozen=True, slots=True)
class Card:
    """A case on the board: where it stands, who has it, and until when."""

    id: int
    title: str
    state: str
    state_title: str
    is_over: bool
    """Whether nobody has anything more to do there."""
    due_on: dt.date | None
    is_late: bool
    people: Sequence[str]
    is_readable: bool
    is_mine: bool
    """Whether the person who looks has something to do there."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the plot: how many cases stand in a state, and where it is drawn."""

    title: str
    count: int
    kind: str
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Board:
    """The cases of one process that grew from rows."""

    title: str
    cards: Sequence[Card]
    parts: Sequence[Part]

    @property
    def finished(self) -> int:
        """Return how many have come to an end."""
        return sum(card.is_over for card in self.cards)

    @property
    def late(self) -> int:
        """Return how many are overdue."""
        return sum(card.is_late for card in self.cards)

    @property
    def months(self) -> Sequence[tuple[dt.date | None, Sequence[Card]]]:
        """Return the cards by the month they are due in, those without a day last."""
        first = [(card.due_on.replace(day=1) if card.due_on else None, card) for card in self.cards]
        in_order = sorted(first, key=lambda pair: pair[0] or dt.date.max)
        return [
            (month, [card for _, card in pairs])
            for month, pairs in groupby(in_order, key=lambda pair: pair[0])
        ]


def boards(uow: SqlUnitOfWork, children: Sequence[CaseLine], actor: Actor) -> Sequence[Board]:
    """Return a board for each process whose cases grew from rows; what is not hers is no link."""
    fanned = [child for child in children if child.fan_key]
    if not fanned:
        return ()
    dues = family.dues(uow.session, [child.id for child in fanned])
    people = family.people(uow, fanned)
    mine = family.waiting_for(uow, fanned, actor)
    found = []
    for key in dict.fromkeys(child.process for child in fanned):
        process = uow.processes[key]
        cards = [
            _card(
                uow,
                process,
                child,
                dues.get(child.id),
                people.get(child.id, ()),
                actor,
                is_mine=child.id in mine,
            )
            for child in fanned
            if child.process == key
        ]
        cards.sort(key=lambda card: (card.due_on or dt.date.max, _as_counted(card.title)))
        found.append(Board(process.plural or process.title, cards, list(_parts(process, cards))))
    return found


def _as_counted(title: str) -> Sequence[tuple[int, str]]:
    """Return the order in which people look for a title: № 2 before № 10.

    >>> sorted(["№ 10", "№ 2"], key=_as_counted)
    ['№ 2', '№ 10']
    """
    parts = re.split(r"(\d+)", title)
    return [(int(part) if part.isdecimal() else 0, part) for part in parts]


def _card(
    uow: SqlUnitOfWork,
    process: Process,
    child: CaseLine,
    due_at: dt.datetime | None,
    people: Sequence[str],
    actor: Actor,
    *,
    is_mine: bool,
) -> Card:
    state = process.states[child.state]
    is_over = _is_over(state)
    is_late = not is_over and due_at is not None and due_at < uow.now
    moment = (child.finished_at or child.entered_at) if is_over else due_at
    day = moment.astimezone(uow.zone).date() if moment else None
    parties = {name: frozenset(ids) for name, ids in child.parties.items()}
    return Card(
        child.id,
        child.heading,
        state.key,
        state.title,
        is_over,
        day,
        is_late,
        people,
        not process.confidential or is_visible(process, child.state, parties, actor),
        is_mine,
    )


def _parts(process: Process, cards: Iterable[Card]) -> Iterator[Part]:
    """Yield the states from the farthest to the nearest, each as wide as it is frequent."""
    counts = Counter(card.state for card in cards)
    total, left, kinds = sum(counts.values()), 0.0, _kinds(process)
    for state in reversed(process.states.values()):
        count = counts[state.key]
        if count:
            width = WIDTH * count / total
            yield Part(state.title, count, kinds[state.key], round(left, 1), round(width, 1))
            left += width


def _kinds(process: Process) -> Mapping[str, str]:
    """Return state → how it is drawn: its own shade, whichever other states are there."""
    numbers: Counter[str] = Counter()
    kinds = {}
    for state in process.states.values():
        kind = "over" if _is_over(state) else "open"
        kinds[state.key] = f"{kind}-{numbers[kind] % SHADES[kind]}"
        numbers[kind] += 1
    return kinds


def _is_over(state: State) -> bool:
    """Tell whether a case that stands here asks nothing more of anybody."""
    return state.is_final or not (state.due or state.waits_for or state.ballot)
