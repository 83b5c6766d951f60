"""The centre's visits of the running year: what was seen and found, and what became of it (1.4)."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from workflows.visits import FINDING, VISIT

BASES = {"NW1": "P101", "NW2": "P106", "NW3": "P107"}
COORDINATORS = {"NW1": "P201", "NW2": "P202", "NW3": "P203"}
PLANNED_AHEAD = dt.timedelta(days=13)
READ_AFTER = dt.timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding: for a school, else for the coordinator; mended on a day, or never."""

    text: str
    due_on: dt.date
    school: str = ""
    mended_on: dt.date | None = None
    done: str = ""


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit: its network, who went there, when, what for, and what was found."""

    network: str
    who: str
    held_on: dt.date
    mode: str
    topic: str
    doubt: str
    """What was not quite as it should be; empty where all was well."""
    conclusion: str
    found: Sequence[Found] = ()


HELD = (
    Visited(
        "NW1", "P006", dt.date(2025, 11, 18), "in_person",
        "Как идёт план, пополняется ли банк заданий",
        "Последнее задание размещено в сентябре.",
        "План первого полугодия выполняется, общий банк заданий нужно пополнить.",
        (Found("Банк заданий не пополняется с сентября.", dt.date(2025, 12, 15), "",
               dt.date(2025, 12, 11), "В банк добавлены двенадцать заданий с решениями."),),
    ),
    Visited(
        "NW2", "P007", dt.date(2025, 11, 20), "in_person",
        "Участие школ в мероприятиях, работа контактных лиц", "",
        "Мероприятия проходят в срок, все школы участвуют.",
    ),
    Visited(
        "NW3", "P008", dt.date(2025, 11, 25), "in_person",
        "Внутренняя система оценки качества в школах сети",
        "Положение школы № 14 прошлогоднее.",
        "Сеть работает по плану, школе № 14 нужно обновить положение.",
        (Found("Положение о внутренней системе оценки качества не обновлено.",
               dt.date(2025, 12, 25), "S14", dt.date(2025, 12, 22),
               "Положение обновлено и размещено на сайте школы."),),
    ),
    Visited(
        "NW1", "P006", dt.date(2026, 3, 24), "remote",
        "Дистанционные занятия школ сети", "",
        "Дистанционные занятия проходят по расписанию.",
    ),
    Visited(
        "NW2", "P007", dt.date(2026, 3, 26), "in_person",
        "Обмен материалами между школами",
        "Материалы есть только у базовой школы.",
        "Обмен материалами идёт в одну сторону, его нужно наладить.",
        (Found("Школы не размещают свои материалы: назначить в каждой, кто это делает.",
               dt.date(2026, 5, 29)),),
    ),
)
"""Every network in November, two of them in March: the third is left alone for half a year."""


class Player(Protocol):
    """What visits need of whoever lets people act."""

    @property
    def today(self) -> dt.date:
        """The day it is now."""

    def number(self, kind: str, code: str) -> int:
        """Return the id of a `school` or `network`."""

    def case(self, process: str, subject: str, key: str = "") -> int:
        """Return the newest case about a subject."""

    def data(self, case: int) -> Any:
        """Return what a case holds."""

    def start(self, who: str, process: str, action: str = "", **values: Any) -> int:
        """Let a person begin a case; return it."""

    def act(self, who: str, case: int, action: str, **values: Any) -> bool:
        """Let a person act; False when she may not."""

    def edit(self, who: str, case: int, **changes: Any) -> None:
        """Let a person save fields of a draft."""


class Visits:
    """The visits of a year: planned, held, acknowledged, and their findings mended."""

    def __init__(self, player: Player, tell: Callable[[str, str], None]) -> None:
        self.player, self._tell = player, tell

    def days(self) -> Iterator[tuple[dt.date, Callable[[], None]]]:
        """Yield what happens on which day."""
        for one in HELD:
            yield one.held_on - PLANNED_AHEAD, partial(self._plan, one)
            yield one.held_on, partial(self._hold, one)
            yield one.held_on + READ_AFTER, partial(self._read, one)
            for found in one.found:
                if found.mended_on:
                    yield found.mended_on, partial(self._mend, one, found)

    def _subject(self, one: Visited) -> str:
        return f"network/{self.player.number('network', one.network)}"

    def _plan(self, one: Visited) -> None:
        """Whoever was asked for a visit plans it; unasked, she begins one herself."""
        case = self.player.case(VISIT, self._subject(one))
        if not case or self.player.data(case).is_held:
            network = self.player.number("network", one.network)
            case = self.player.start(one.who, VISIT, network=network)
        self.player.edit(
            one.who, case, planned_on=one.held_on.isoformat(), mode=one.mode, topic=one.topic
        )
        self.player.act(one.who, case, "plan_visit")
        self._tell(one.who, f"запланировано посещение сети {one.network}: {one.held_on:%d.%m.%Y}")

    def _hold(self, one: Visited) -> None:
        case = self.player.case(VISIT, self._subject(one))
        self.player.act(one.who, case, "open_protocol", held_on=one.held_on.isoformat())
        rows = self.player.data(case).checklist
        marks = [
            {"key": row.key, "mark": "partly", "note": one.doubt}
            if one.doubt and place == len(rows) // 2 - 1 else {"key": row.key, "mark": "met"}
            for place, row in enumerate(rows)
        ]
        found = [
            {"key": str(n), "text": row.text, "severity": "ordinary",
             "due_on": row.due_on.isoformat(),
             "addressee": "school" if row.school else "coordinator",
             "school": self.player.number("school", row.school) if row.school else None}
            for n, row in enumerate(one.found, start=1)
        ]
        self.player.edit(
            one.who, case, checklist={"put": marks}, findings=found, conclusion=one.conclusion
        )
        self.player.act(one.who, case, "send_protocol")
        self._tell(one.who, f"протокол посещения сети {one.network}, замечаний: {len(found)}")

    def _read(self, one: Visited) -> None:
        case = self.player.case(VISIT, self._subject(one))
        self.player.act(BASES[one.network], case, "take_note")
        self._tell(BASES[one.network], f"сеть {one.network}: с протоколом ознакомились")

    def _mend(self, one: Visited, found: Found) -> None:
        """The addressee reports, whoever visited confirms."""
        case = self.player.case(FINDING, self._subject(one))
        who = f"P1{found.school[1:]}" if found.school else COORDINATORS[one.network]
        self.player.act(who, case, "report_mended", mended=found.done)
        self.player.act(one.who, case, "confirm_mended")
        self._tell(one.who, f"замечание сети {one.network} устранено: {found.done}")
