"""Cases that grew from the rows of another one: how far they are, by month and one by one."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from workflow_app.engine.decide import is_visible
from workflow_app.engine.process import Process
from workflow_app.engine.roles import Actor
from workflow_app.store import family
from workflow_app.store.models.instances import Instance
from workflow_app.store.unit_of_work import SqlUnitOfWork

WIDTH, HEIGHT = 600, 20
"""The plot's own units; the page stretches it."""


@dataclass(frozen=True, slots=True)
class Card:
    """A case on the board: where it stands, who has it, and until when."""

    id: int
    title: str
    state: str
    state_title: str
    is_final: bool
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
        return sum(card.is_final for card in self.cards)

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


def boards(uow: SqlUnitOfWork, children: Sequence[Instance], actor: Actor) -> Sequence[Board]:
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
                uow, process, child, dues.get(child.id), people.get(child.id, ()), actor,
                is_mine=child.id in mine,
            )
            for child in fanned
            if child.process == key
        ]  # fmt: skip
        cards.sort(key=lambda card: (card.due_on or dt.date.max, _as_counted(card.title)))
        found.append(Board(process.title, cards, list(_parts(process, cards))))
    return found


def _as_counted(title: str) -> Sequence[tuple[int, str]]:
    """Return the order in which people look for a title: № 2 before № 10.

    >>> sorted(["№ 10", "№ 2"], key=_as_counted)
    ['№ 2', '№ 10']
    """
    parts = re.split(r"(\d+)", title)
    return [(int(part) if part.isdecimal() else 0, part) for part in parts]


def _card(
    uow: SqlUnitOfWork, process: Process, child: Instance, due_at: dt.datetime | None,
    people: Sequence[str], actor: Actor, *, is_mine: bool,
) -> Card:  # fmt: skip
    state = process.states[child.state]
    is_late = not state.is_final and due_at is not None and due_at < uow.now
    moment = child.finished_at if state.is_final else due_at
    day = moment.astimezone(uow.zone).date() if moment else None
    parties = {name: frozenset(ids) for name, ids in child.parties.items()}
    return Card(
        child.id, child.heading, state.key, state.title, state.is_final, day, is_late, people,
        not process.confidential or is_visible(process, child.state, parties, actor),
        is_mine,
    )  # fmt: skip


def _parts(process: Process, cards: Iterable[Card]) -> Iterator[Part]:
    """Yield the states from the farthest to the nearest, each as wide as it is frequent."""
    counts = Counter(card.state for card in cards)
    total, left = sum(counts.values()), 0.0
    for state in reversed(process.states.values()):
        count = counts[state.key]
        if count:
            width = WIDTH * count / total
            kind = "final" if state.is_final else "open"
            yield Part(state.title, count, kind, round(left, 1), round(width, 1))
            left += width
