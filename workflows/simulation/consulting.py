"""What schools ask the methodical centre in the running year, and what they are answered (1.4)."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

CONSULTATION = "consultation"


class Asking(Protocol):
    """What the questions of a year need of whoever plays its people."""

    def number(self, kind: str, code: str) -> int:
        """Return the id of the `post` of a person."""

    def start(self, who: str, process: str, action: str = "", **values: Any) -> int:
        """Let a person begin a case; return it."""

    def must(self, who: str, case: int, action: str, **values: Any) -> None:
        """Let a person act, as the story says she may."""


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody does with a question on a day."""

    day: str
    who: str
    action: str
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a school, and what became of it."""

    day: str
    who: str
    topic: str
    question: str
    mode: str
    steps: tuple[Step, ...] = ()


def _time(day: str, at: str, mode: str, place: str) -> Mapping[str, Any]:
    return {"offered_on": day, "offered_at": at, "mode": mode, "place": place}


QUESTIONS = (
    Asked(
        "2025-09-16", "P110", "Разбор результатов ВПР по математике в 6 классе",
        "Половина класса не решает задачи на проценты. С чего начать разбор?", "written",
        (
            Step("2025-09-17", "P006", "take_question", {}),
            Step("2025-09-18", "P006", "write_answer", {
                "answer": "Начните со среза по темам 5 класса: задания и бланк прислали почтой. "
                "После среза сгруппируйте учеников по трём типичным ошибкам.",
            }),
            Step("2025-09-19", "P110", "find_enough", {}),
        ),
    ),
    Asked(
        "2025-11-10", "P116", "Читательская грамотность на уроках истории",
        "Какие задания подходят для 7 класса и как их оценивать вместе с учителем русского?",
        "remote",
        (
            Step("2025-11-10", "P007", "take_question", {}),
            Step("2025-11-11", "P007", "offer_time",
                 _time("2025-11-13", "14:00", "remote", "видеосвязь школы")),
            Step("2025-11-11", "P116", "agree_to_time", {}),
            Step("2025-11-14", "P007", "write_result", {
                "held_on": "2025-11-13",
                "answer": "Разобрали три задания открытого банка и общие критерии на четверть.",
            }),
            Step("2025-11-17", "P116", "find_enough", {}),
        ),
    ),
    Asked(
        "2026-02-25", "P114", "Положение о внутренней системе оценки качества",
        "Что обновить в положении после новой редакции программы и кто утверждает его?", "written",
        (
            Step("2026-03-10", "P005", "assign_overdue", {"methodist": "P008"}),
            Step("2026-03-11", "P008", "write_answer", {
                "answer": "Обновите разделы о текущем контроле и о порядке пересдач; утверждает "
                "директор после педсовета. Образец — в письме.",
            }),
            Step("2026-03-12", "P114", "find_enough", {}),
        ),
    ),
    Asked(
        "2026-06-10", "P105", "План дистанционных уроков физики на новый год",
        "Сколько часов оставить за базовой школой и как записать это в учебном плане?",
        "in_person",
        (
            Step("2026-06-11", "P006", "take_question", {}),
            Step("2026-06-11", "P006", "offer_time",
                 _time("2026-06-23", "10:00", "in_person", "методический центр, кабинет 4")),
            Step("2026-06-11", "P105", "agree_to_time", {}),
            Step("2026-06-24", "P006", "write_result", {
                "held_on": "2026-06-23",
                "answer": "Договорились о двух часах в неделю и о записи в договоре школ.",
            }),
        ),
    ),
    Asked(
        "2026-06-17", "P112", "Подготовка к пересдаче ОГЭ по математике",
        "Нужны варианты тренировочных работ на июль и порядок проверки.", "written",
    ),
)
"""One answered at once, one that met, one late, one ahead on 18 June 2026 and one nobody has."""


class Consulting:
    """The questions of a year, day by day."""

    def __init__(self, player: Asking) -> None:
        self.player = player
        self._cases: dict[str, int] = {}

    def happenings(self) -> Iterator[tuple[dt.date, Callable[[], None]]]:
        """Yield the days of the questions, each with what happens to one."""
        for asked in QUESTIONS:
            yield dt.date.fromisoformat(asked.day), partial(self._ask, asked)
            for step in asked.steps:
                yield dt.date.fromisoformat(step.day), partial(self._go_on, asked, step)

    def _ask(self, asked: Asked) -> None:
        said = {"topic": asked.topic, "question": asked.question, "mode": asked.mode}
        self._cases[asked.topic] = self.player.start(asked.who, CONSULTATION, **said)
        self.player.must(asked.who, self._cases[asked.topic], "ask_centre")

    def _go_on(self, asked: Asked, step: Step) -> None:
        said = dict(step.said)
        if "methodist" in said:
            said["methodist"] = self.player.number("post", said["methodist"])
        self.player.must(step.who, self._cases[asked.topic], step.action, **said)

