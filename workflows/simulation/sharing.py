"""What schools of the running year tell, give and show each other (1.6, 2)."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple, Protocol

NEWS, MATERIAL, EVENT = "news", "material", "experience_event"


class Sharing(Protocol):
    """What the exchange of a year needs of whoever plays its people."""

    def number(self, kind: str, code: str) -> int:
        """Return the id of a `network`."""

    def named(self, register: str, **values: Any) -> Mapping[str, int]:
        """Return the rows of a declared register with these values by their names."""

    def bring(self, who: str, name: str, text: str) -> int:
        """Let a person bring a Word file that says something; return the id forms hold."""

    def start(self, who: str, process: str, action: str = "", **values: Any) -> int:
        """Let a person begin a case; return it."""

    def must(self, who: str, case: int, action: str, **values: Any) -> None:
        """Let a person act, as the story says she may."""


class News(NamedTuple):
    """What is told: day, by whom, to which network (empty: to all), to whom, what, until when."""

    day: str
    who: str
    network: str
    audience: str
    title: str
    text: str
    until: str
    comments: tuple[tuple[str, str], ...] = ()


class Material(NamedTuple):
    """What is given: day, by whom, to which network, what, checked by whom, used by whom."""

    day: str
    who: str
    network: str
    title: str
    subject: str
    grades: str
    about: str
    checked_by: str
    used: tuple[tuple[str, str, str, str], ...] = ()
    """Day, who, how it served, what she says of it."""


TOLD = (
    News(
        "2025-09-15", "P003", "", "heads", "Совещание директоров 25 сентября",
        "Собираемся в 14:00, подключение по видеосвязи. Повестка: планы сетей и диагностика.",
        "2025-09-25",
    ),
    News(
        "2025-10-20", "P201", "NW1", "all", "Срез по дробям и процентам — 5 ноября",
        "Бланки в библиотеке сети. Проверяем сами, итоги по школам не сравниваем.", "2025-11-07",
        (("P110", "Бланки получили, спасибо."), ("P112", "Пишем 6 ноября: 5-го нет связи.")),
    ),
    News(
        "2026-06-09", "P202", "NW2", "teachers", "Тексты для летнего чтения",
        "Подборка по классам — в библиотеке сети. Дополняйте своими находками.", "2026-08-31",
    ),
    News(
        "2026-06-15", "P006", "", "heads", "Дополнения к справкам после экзаменов",
        "Итоги ОГЭ появятся после 6 июля; дополнение к справке вносят до 20 августа.",
        "2026-08-20",
    ),
)
GIVEN = (
    Material(
        "2025-10-13", "P204", "NW1", "Карточки: проценты и доли", "математика", "5–6",
        "Двадцать карточек на один урок, ответы на обороте. Печатать на А5.", "P201",
        (
            ("2025-10-24", "P112", "5", "Взяли на урок без изменений"),
            ("2025-11-14", "P113", "4", "Добавили две карточки попроще"),
        ),
    ),
    Material(
        "2026-02-02", "P110", "NW1", "Пробный ОГЭ: разбор второй части", "математика", "9",
        "Шесть заданий с критериями и типичными ошибками учеников.", "P201",
        (("2026-02-20", "P112", "5", "Разобрали на консультации"),),
    ),
    Material(
        "2025-12-01", "P202", "NW2", "Тексты с двумя языками", "литературное чтение", "3–4",
        "Десять коротких текстов с заданиями для слабо владеющих русским языком.", "P106",
        (("2026-01-26", "P116", "4", "Подошли семь текстов из десяти"),),
    ),
)
LESSON = {
    "kind": "master_class", "title": "Проценты и доли: от ошибки к правилу",
    "about": "Три типичные ошибки и приём «двойная шкала» на живом уроке.",
    "host": "Фомина Дарья Алексеевна, заместитель директора", "mode": "in_person",
    "place": "школа № 1, кабинет 12", "held_on": "2025-11-21", "time": "10:00",
    "register_until": "2025-11-20",
}
AHEAD = {
    "kind": "internship", "title": "Неделя в базовой школе: смешанное обучение",
    "about": "Пять дней на уроках учителей базовой школы, вечером разбор.",
    "host": "Фомина Дарья Алексеевна, заместитель директора", "mode": "mixed",
    "place": "школа № 1", "held_on": "2026-06-22", "time": "09:00",
    "register_until": "2026-06-19", "capacity": 2,
}


class Exchange:
    """News, materials and events of a year, day by day."""

    def __init__(self, player: Sharing) -> None:
        self.player = player
        self._cases: dict[str, int] = {}

    def happenings(self) -> Iterator[tuple[dt.date, Callable[[], None]]]:
        """Yield the days on which something is told, given or shown, each with what it is."""
        for news in TOLD:
            yield dt.date.fromisoformat(news.day), partial(self._tell, news)
        for one in GIVEN:
            yield dt.date.fromisoformat(one.day), partial(self._give, one)
            for day, who, rating, note in one.used:
                said = {"used_on": day, "rating": rating, "note": note}
                yield dt.date.fromisoformat(day), partial(self._use, one, who, said)
        yield dt.date(2025, 11, 5), partial(self._announce, LESSON)
        yield dt.date(2025, 11, 21), self._hold
        yield dt.date(2026, 6, 10), partial(self._announce, AHEAD)

    def _tell(self, news: News) -> None:
        said: dict[str, Any] = {
            "title": news.title, "text": news.text, "audience": news.audience,
            "shown_to": news.until,
            "network": self.player.number("network", news.network) if news.network else None,
        }
        case = self.player.start(news.who, NEWS, **said)
        self.player.must(news.who, case, "publish")
        for who, comment in news.comments:
            self.player.must(who, case, "write_comment", comment=comment)

    def _give(self, one: Material) -> None:
        file = self.player.bring(one.who, f"{one.title}.docx", one.about)
        said: dict[str, Any] = {
            "network": self.player.number("network", one.network), "title": one.title,
            "subject": one.subject, "grades": one.grades, "about": one.about, "file": file,
            "licence": "own", "no_pupils": True,
        }
        case = self._cases[one.title] = self.player.start(
            one.who, MATERIAL, "share_material", **said
        )
        self.player.must(one.who, case, "to_moderation")
        self.player.must(one.checked_by, case, "publish_material")

    def _use(self, one: Material, who: str, said: Mapping[str, str]) -> None:
        self.player.must(who, self._cases[one.title], "use_material", **said)

    def _announce(self, said: Mapping[str, Any]) -> None:
        network = self.player.number("network", "NW1")
        case = self._cases[str(said["title"])] = self.player.start(
            "P201", EVENT, **said, network=network
        )
        self.player.must("P201", case, "announce_event")
        self.player.must("P204", case, "join_event")
        colleagues = "Арутюнова Карина Ашотовна"
        self.player.must("P112", case, "enrol_colleagues", colleagues=colleagues)
        if "capacity" in said:
            colleagues = "Черных Павел Игоревич"
            self.player.must("P113", case, "enrol_colleagues", colleagues=colleagues)

    def _hold(self) -> None:
        case = self._cases[str(LESSON["title"])]
        here = self.player.named("event_participant", network=self.player.number("network", "NW1"))
        said = {"participants": [*here.values()], "result": "Разобрали три типичные ошибки."}
        self.player.must("P201", case, "hold_event", **said)
        self.player.must("P201", case, "certify")
