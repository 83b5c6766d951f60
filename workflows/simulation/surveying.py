"""What the people of a network's schools answer in the two surveys of the running year (1.8-5)."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import cycle
from typing import Any, Protocol

SURVEY, COORDINATOR = "climate_survey", "P201"
PATTERNS = ((5, 4, 5, 4), (4, 3, 4, 5, 2), (4, 4, 3), (3, 5, 4, 2, 4, 4), (5, 4, 4, 3, 4))
"""What they answer to each question, one person after another."""
COMMENTS = (
    "Семинары полезные, но ехать далеко: больше бы дистанционно.",
    "Спасибо коллегам из базовой школы за разбор вариантов.",
)
ASKED: Sequence[tuple[str, str, Mapping[str, int]]] = (
    ("2025-12-01", "2025-12-12", {"S01": 9, "S02": 6, "S10": 7, "S12": 5, "S13": 3}),
    ("2026-04-27", "2026-05-08", {"S01": 8, "S02": 6, "S10": 8, "S12": 6, "S13": 5}),
)
"""First day, last day, how many of which school answer: in winter too few of one school."""


class Surveying(Protocol):
    """What the surveys of a year need of whoever plays its people."""

    def number(self, kind: str, code: str) -> int:
        """Return the id of a `school`."""

    def start(self, who: str, process: str, action: str = "", **values: Any) -> int:
        """Let a person begin a case; return it."""

    def must(self, who: str, case: int, action: str, **values: Any) -> None:
        """Let a person act, as the story says she may."""

    def links(self, who: str, case: int, wanted: Mapping[int, int]) -> Sequence[str]:
        """Let a person make one-time links: organisation → how many; return the keys."""

    def answer(self, key: str, values: Sequence[int], comment: str = "") -> None:
        """Let somebody answer by a link, one question after another."""


class Surveys:
    """The surveys of a year, day by day."""

    def __init__(self, player: Surveying) -> None:
        self.player = player
        self._keys: dict[str, Sequence[str]] = {}

    def happenings(self) -> Iterator[tuple[dt.date, Callable[[], None]]]:
        """Yield the days on which a survey is announced or answered, each with what is done."""
        for first, last, schools in ASKED:
            opens = dt.date.fromisoformat(first)
            yield opens, partial(self._announce, first, last, schools)
            yield opens + dt.timedelta(days=2), partial(self._answer, first)

    def _announce(self, first: str, last: str, schools: Mapping[str, int]) -> None:
        case = self.player.start(COORDINATOR, SURVEY, closes_on=last)
        self.player.must(COORDINATOR, case, "announce_survey")
        wanted = {self.player.number("school", code): number for code, number in schools.items()}
        self._keys[first] = self.player.links(COORDINATOR, case, wanted)

    def _answer(self, first: str) -> None:
        comments, values = iter(COMMENTS), zip(*map(cycle, PATTERNS), strict=True)
        for key, said in zip(self._keys[first], values, strict=False):
            self.player.answer(key, said, next(comments, ""))
