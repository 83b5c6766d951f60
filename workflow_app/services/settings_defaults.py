"""The assumptions A-01…A-16: what a municipality gets until it decides otherwise.

Processes ask by the key; the name, the clause-like code and the Russian sentence are what the
administrator's page shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Default:
    """One assumption: what it decides, in Russian, and its value."""

    title: str
    value: Any
    is_asked: bool = True
    """Whether a process asks for it already; what nobody asks for is not offered on a page."""


DEFAULTS: Mapping[str, Default] = {
    "A-01": Default("Кто может предложить сеть", {"stable_school_head": True, "department": True}),
    "A-02": Default("Доля согласий приглашённых школ, при которой заявка готова", "2/3"),
    "A-02.consent_days": Default("Сколько дней действует данное согласие", 60),
    "A-02.silence": Default("Что значит молчание приглашённой школы", "no_response"),
    "A-02.supported": Default("Сколько поддерживаемых школ должны согласиться", 1),
    "A-03": Default("Расчётный статус школы", "suggest_only", is_asked=False),
    "A-04": Default("Срок сети, который предлагает заявка, учебных лет", 1),
    "A-04.max": Default("Наибольший срок сети, учебных лет", 3),
    "A-04.notice": Default("Предупреждение о выходе из сети, рабочих дней", 10),
    "A-05.quorum": Default("Совет сети: больше какой доли школ должно проголосовать", "1/2"),
    "A-05.quorum_reached": Default("Совет сети: достаточно ровно такой доли школ", value=False),
    "A-05.majority": Default("Совет сети: больше какой доли голосов нужно «за»", "1/2"),
    "A-05.majority_reached": Default(
        "Совет сети: достаточно ровно такой доли голосов", value=False
    ),
    "A-05.abstention_votes": Default(
        "Совет сети: воздержавшийся считается среди голосов, от которых берётся доля", value=True
    ),
    "A-05.abstention_attends": Default(
        "Совет сети: воздержавшийся считается в кворуме", value=True
    ),
    "calendar.exam_days": Default("Дни экзаменов, о которых предупреждает план", []),
    "together.far_km": Default(
        "Расстояние между школами, при котором план предупреждает об очной встрече, км", 30
    ),
    "together.idle_days": Default(
        "Через сколько дней без мероприятий школа отмечена на странице сети", 60
    ),
    "visits.within_days": Default(
        "Через сколько дней без посещения сеть отмечена в обзоре сетей", 183
    ),
    "visits.notice_days": Default("За сколько дней до этого посещение поручают куратору сети", 30),
    "visits.checklist": Default(
        "Что смотрят при посещении сети, по одному в строке",
        [
            "План выполняется в срок",
            "Школы участвуют в мероприятиях",
            "Педагоги обмениваются материалами, банк материалов пополняется",
            "Дистанционные форматы используются",
            "Координатор и контактные лица на связи",
            "Рекомендации прошлой справки выполняются",
            "Замечания прошлого посещения устранены",
        ],
    ),
    "survey.questions": Default(
        "О чём спрашивает опрос школ сети, по одному утверждению в строке",
        [
            "В сети мне легко обратиться за помощью к коллегам из других школ",
            "Меня слышат, когда я предлагаю что-то новое или не соглашаюсь",
            "Обязанности между школами распределены понятно и честно",
            "О планах и решениях сети я узнаю вовремя",
            "То, что даёт сеть, стоит времени, которое я на неё трачу",
        ],
    ),
    "requests.appeals": Default(
        "Куда подают обращение, на которое должны ответить, по одному способу в строке",
        ["письменно на имя директора школы", "в управление образованием"],
    ),
    "A-06": Default(
        "методический центр в совете сети: совещательный голос",
        {"advisory": True, "edit": False},
        is_asked=False,
    ),
    "A-07": Default(
        "Путь справки", ["base_head", "methodist", "imc_head", "department"], is_asked=False
    ),
    "A-08": Default("Справок на сеть за учебный год", 1, is_asked=False),
    "A-09.small_group": Default(
        "Порог малой группы: показатели меньшего числа людей видят их школа, методический центр и "
        "управление образованием",
        10,
    ),
    "A-09.survey": Default("Наименьшее число ответов, при котором опрос показывается", 5),
    "A-10": Default("В скольких сетях школа участвует одновременно", 3),
    "A-10.base": Default("В скольких сетях школа бывает базовой одновременно", 1),
    "A-11": Default("Отсутствующий не имеет прав на время замещения", value=True, is_asked=False),
    "A-12": Default("Ответ на запрос консультации, рабочих дней", 5),
    "A-13": Default(
        "Вид номера приказа и журнал",
        {"pattern": "{n}-од", "journal": "приказы по основной деятельности"},
        is_asked=False,
    ),
    "A-14": Default(
        "Какие подписи принимаются",
        {
            "consent": ["simple", "paper_scan"],
            "order": ["simple", "paper_scan"],
            "report": ["simple", "paper_scan"],
        },
    ),
    "A-15": Default("Возвратов заявки, после которых нужно решение", 3),
    "A-15.report": Default("Возвратов справки, после которых нужно решение", 2),
    "access.idle_hours": Default(
        "Через сколько часов без действий вход заканчивается; 0 — только через 30 дней", 12
    ),
    "access.second_factor": Default(
        "Второй фактор для подписывающих и администраторов обязателен", value=False
    ),
    "help.contact": Default(
        "Кто поможет: имя и телефон внизу каждой страницы и на странице входа", ""
    ),
    "access.application_days": Default(
        "Через сколько дней удаляется заявка на доступ, на которую не ответили", 30
    ),
    "letters.days": Default("Сколько дней хранятся уведомления и журнал писем; 0 — без срока", 365),
    "letters.weekly": Default(
        "В первый рабочий день недели руководителям приходит письмо с итогами", value=True
    ),
    "files.day": Default("Сколько файлов человек прикладывает за день", 100),
    "A-16": Default("Публикация приказа на сайте, рабочих дней", {"within": 10, "required": False}),
}


def default_of(key: str) -> Any:
    """Return the value a municipality has until it sets its own."""
    return DEFAULTS[key].value
