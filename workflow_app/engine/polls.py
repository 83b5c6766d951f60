"""A poll: a case asks many people, and keeps of them nothing but how often each answer was given.

1. While it is `awaited` or `asked`, those in `by` hand out one-time links, so many for each group.
2. While it is `asked`, whoever has a link, or is one of its `voters`, answers once.
3. Once it is `told`, `Facts.poll` gives the counts; what may be shown of them says `disclosure`.

Figures that grew while people look at them would tell, by their growth, what the last one answered.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from workflow_app.engine.roles import Role

MOST_OF_A_COMMENT = 1000
"""Characters of a comment."""
Counts = Mapping[str, Mapping[int, int]]
"""Question → value → how often it was given; in every group all questions have equally many."""


@dataclass(frozen=True, slots=True)
class Poll:
    """What a process asks, in which of its states, and whom.

    `questions` tells the wording of each by its key, `groups` the organisations whose people
    answer; each is counted apart. Every question has the same scale, `comment` is the title of one
    in own words, if any. `opens` and `closes` are the first and the last day of answers.
    """

    awaited: str
    asked: str
    told: str
    by: tuple[Role, ...]
    voters: tuple[Role, ...]
    groups: Callable[[Any], Sequence[int]]
    questions: Callable[[Any], Mapping[str, str]]
    scale: Mapping[int, str]
    asks: Callable[[Any], str]
    """Who asks and what for, in a sentence for who gets a link and knows nothing else."""
    opens: Callable[[Any], dt.date]
    closes: Callable[[Any], dt.date]
    comment: Callable[[Any], str] = lambda _data: ""

    @property
    def states(self) -> tuple[str, ...]:
        """Return the states it names."""
        return (self.awaited, self.asked, self.told)

    def nothing(self, data: Any) -> dict[str, dict[int, int]]:
        """Return the counts of nobody's answers: whole, so that their order tells nothing."""
        return {key: dict.fromkeys(sorted(self.scale), 0) for key in self.questions(data)}


def answers_in(counts: Counts) -> int:
    """Return how many people answered."""
    return max((sum(values.values()) for values in counts.values()), default=0)


@dataclass(frozen=True, slots=True)
class PollResult:
    """What was answered: how often, apart by group; comments by nobody, in their alphabet."""

    groups: Mapping[int, Counts] = field(default_factory=dict)
    comments: tuple[str, ...] = ()

    @property
    def sizes(self) -> Mapping[int, int]:
        """Return group → how many answered."""
        return {group: answers_in(counts) for group, counts in self.groups.items()}

    @property
    def answers(self) -> int:
        """Return how many answered in all."""
        return sum(self.sizes.values())

    def mean(self, question: str = "", group: int | None = None) -> Decimal | None:
        """Return the mean of a question, or of all; of a group, or of all; to one decimal.

        >>> two = PollResult({7: {"a": {1: 0, 5: 2}, "b": {1: 1, 5: 1}}, 8: {"a": {4: 1}}})
        >>> two.mean(), two.mean("a", 7), two.mean("b", 8)
        (Decimal('4.0'), Decimal('5.0'), None)
        """
        total = Counter[int]()
        for key, counts in self.groups.items():
            for name, values in counts.items():
                if group in (None, key) and question in ("", name):
                    total.update(values)
        if not total.total():
            return None
        mean = Decimal(sum(value * times for value, times in total.items())) / total.total()
        return mean.quantize(Decimal("0.1"), ROUND_HALF_UP)
