"""What people asked their schools for in the running year, and what the network concludes (1.6)."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Protocol

ANALYSIS = "request_analysis"
YEAR = "2025-2026"
OFFICE, NETWORK, COORDINATOR = "P003", "NW1", "P201"
OGE, PHYSICS, READING = "ОГЭ: математика", "Кружок по физике", "Чтение и понимание текста"
TOPICS = (OGE, PHYSICS, READING)

Written = tuple[str, str, str, str, str, str, int, str]
WRITTEN: tuple[Written, ...] = (
    ("2025-10-06", "P110", "S10", "09", "parents", OGE, 3, ""),
    ("2025-11-10", "P112", "S12", "10", "pupils", PHYSICS, 5, "просят занятия по субботам"),
    ("2025-12-08", "P110", "S10", "11", "teachers", OGE, 2, "нужны разобранные варианты"),
    ("2026-02-09", "P110", "S10", "01", "parents", OGE, 6, "просят пробные работы"),
    ("2026-03-10", "P112", "S12", "02", "parents", OGE, 4, ""),
    ("2026-04-06", "P113", "S13", "03", "pupils", OGE, 4, "дополнительный час перед экзаменом"),
    ("2026-05-11", "P113", "S13", "04", "administration", READING, 1, ""),
)
"""Day, who writes, school, month, who asks, for what, how often, in which words."""
CONCLUDED = ("2026-01-15", "2026-05-27")
CONCLUSIONS = (
    "Чаще всего просят о подготовке к ОГЭ по математике. Семинар и разбор вариантов стоят в плане "
    "сети; кружок по физике базовая школа проведёт дистанционно."
)


class Writing(Protocol):
    """What the requests of a year need of whoever plays its people."""

    def number(self, kind: str, code: str) -> int:
        """Return the id of a `school` or a `network`."""

    def named(self, register: str, **values: Any) -> Mapping[str, int]:
        """Return the rows of a declared register with these values by their names."""

    def write(self, who: str, register: str, **values: Any) -> None:
        """Let a person enter a row into a register by hand."""

    def case(self, process: str, subject: str, key: str = "") -> int:
        """Return the newest case about a subject, or the one that grew from a row."""

    def edit(self, who: str, case: int, **changes: Any) -> None:
        """Let a person save fields of a draft."""

    def must(self, who: str, case: int, action: str, **values: Any) -> None:
        """Let a person act, as the story says she may."""


class Requests:
    """The requests of a year, day by day."""

    def __init__(self, player: Writing) -> None:
        self.player = player

    def happenings(self) -> Iterator[tuple[dt.date, Callable[[], None]]]:
        """Yield the days on which something is written or concluded, each with what it is."""
        yield dt.date(2025, 10, 1), self._keep_topics
        for said in WRITTEN:
            yield dt.date.fromisoformat(said[0]), partial(self._write, said)
        for day in CONCLUDED:
            yield dt.date.fromisoformat(day), self._conclude

    def _keep_topics(self) -> None:
        for name in TOPICS:
            self.player.write(OFFICE, "request_topic", name=name)

    def _write(self, said: Written) -> None:
        _, who, school, month, source, topic, count, text = said
        self.player.write(
            who, "service_request", school_year=YEAR, month=month, source=source, count=count,
            text=text, school=self.player.number("school", school),
            topic=self.player.named("request_topic")[topic],
            network=self.player.number("network", NETWORK),
        )

    def _conclude(self) -> None:
        """The analysis opens by itself some days before (1.6-A1)."""
        about = f"network/{self.player.number('network', NETWORK)}/{YEAR}"
        case = self.player.case(ANALYSIS, about)
        self.player.edit(COORDINATOR, case, conclusions=CONCLUSIONS)
        self.player.must(COORDINATOR, case, "finish_analysis")
