"""The assumptions A-01…A-16: what a municipality gets until it decides otherwise.

Processes ask by the key; the name, the clause-like code and the Russian sentence are what the
administrator's page shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Default:
    """One assumption: what it decides, in Russian, and its value."""

    title: str
    value: Any
    is_asked: bool = True
    """Whether a process asks for it already; what nobody asks for is not offered on a page."""
    unit: str = ""
    """What a number counts, beside its field."""
    hint: str = ""
    """What follows from it, where the title does not say so."""


GROUPS: Mapping[str, Sequence[str]] = {
    "Создание сети": (
        *("A-01", "A-02", "A-02.consent_days", "A-02.silence", "A-02.supported", "A-15"),
    ),
    "Срок и состав сети": ("A-04", "A-04.max", "A-04.notice", "A-10", "A-10.base"),
    "Совет сети": (
        *("A-05.quorum", "A-05.quorum_reached", "A-05.majority", "A-05.majority_reached"),
        *("A-05.abstention_votes", "A-05.abstention_attends"),
    ),
    "План и мероприятия": ("calendar.exam_days", "together.far_km", "together.idle_days"),
    "Посещения": ("visits.within_days", "visits.notice_days", "visits.checklist"),
    "Опросы, показатели, обращения": (
        *("A-09.small_group", "A-09.survey", "survey.questions", "A-12", "requests.appeals"),
    ),
    "Приказы, подписи, справки": ("A-14", "A-16", "A-15.report"),
    "Письма": ("letters.days", "letters.weekly"),
    "Вход и доступ": ("access.idle_hours", "access.second_factor", "access.application_days"),
}
"""Heading → the settings under it; what no heading names stands under `REST`."""
REST = "Помощь и прочее"


def group_of(key: str) -> str:
    """Return the heading of a setting."""
    return next((title for title, keys in GROUPS.items() if key in keys), REST)


DEFAULTS: Mapping[str, Default] = {
    "A-01": Default("Кто может предложить сеть", {"stable_school_head": True, "department": True}),
    "A-02": Default(
        "Доля согласий приглашённых школ, при которой заявка готова",
        "2/3",
        hint="Доля от приглашённых школ. Пока согласий меньше, заявку не подать.",
    ),
    "A-02.consent_days": Default(
        "Сколько дней действует данное согласие", 60, unit="календарных дней"
    ),
    "A-02.silence": Default(
        "Что значит молчание приглашённой школы",
        "no_response",
        hint="Как считать школу, которая не ответила до срока согласия.",
    ),
    "A-02.supported": Default("Сколько поддерживаемых школ должны согласиться", 1, unit="школ"),
    "A-03": Default("Расчётный статус школы", "suggest_only", is_asked=False),
    "A-04": Default("Срок сети, который предлагает заявка, учебных лет", 1, unit="учебных лет"),
    "A-04.max": Default(
        "Наибольший срок сети, учебных лет",
        3,
        unit="учебных лет",
        hint="На больший срок сеть не создать.",
    ),
    "A-04.notice": Default(
        "Предупреждение о выходе из сети, рабочих дней", 10, unit="рабочих дней"
    ),
    "A-05.quorum": Default(
        "Совет сети: больше какой доли школ должно проголосовать",
        "1/2",
        hint="Если проголосовало меньше, решения нет.",
    ),
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
    "calendar.exam_days": Default(
        "Дни экзаменов, о которых предупреждает план",
        [],
        hint="На эти дни план предупреждает, но мероприятие поставить можно.",
    ),
    "together.far_km": Default(
        "Расстояние между школами, при котором план предупреждает об очной встрече, км",
        30,
        unit="км",
    ),
    "together.idle_days": Default(
        "Через сколько дней без мероприятий школа отмечена на странице сети",
        60,
        unit="календарных дней",
    ),
    "visits.within_days": Default(
        "Через сколько дней без посещения сеть отмечена в обзоре сетей",
        183,
        unit="календарных дней",
    ),
    "visits.notice_days": Default(
        "За сколько дней до этого посещение поручают куратору сети", 30, unit="календарных дней"
    ),
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
        unit="человек",
    ),
    "A-09.survey": Default(
        "Наименьшее число ответов, при котором опрос показывается",
        5,
        unit="ответов",
        hint="Пока ответов меньше, итогов опроса не видит никто.",
    ),
    "A-10": Default("В скольких сетях школа участвует одновременно", 3, unit="сетей"),
    "A-10.base": Default("В скольких сетях школа бывает базовой одновременно", 1, unit="сетей"),
    "A-11": Default("Отсутствующий не имеет прав на время замещения", value=True, is_asked=False),
    "A-12": Default("Ответ на запрос консультации, рабочих дней", 5, unit="рабочих дней"),
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
        hint="Чем подтверждают решение: паролем или сканом подписанной бумаги.",
    ),
    "A-15": Default(
        "Возвратов заявки, после которых нужно решение",
        3,
        unit="возвратов",
        hint="После стольких возвратов заявку можно только решить, не вернуть.",
    ),
    "A-15.report": Default(
        "Возвратов справки, после которых нужно решение",
        2,
        unit="возвратов",
        hint="После стольких возвратов справку можно только решить, не вернуть.",
    ),
    "access.idle_hours": Default(
        "Через сколько часов без действий вход заканчивается; 0 — только через 30 дней",
        12,
        unit="часов",
    ),
    "access.second_factor": Default(
        "Второй фактор для подписывающих и администраторов обязателен", value=False
    ),
    "help.contact": Default(
        "Кто поможет: имя и телефон внизу каждой страницы и на странице входа",
        "",
        hint="Пример: Иванова Анна Петровна, 8 (000) 000-00-00. Пусто — строки внизу нет.",
    ),
    "access.application_days": Default(
        "Через сколько дней удаляется заявка на доступ, на которую не ответили",
        30,
        unit="календарных дней",
    ),
    "letters.days": Default(
        "Сколько дней хранятся уведомления и журнал писем",
        365,
        unit="календарных дней",
        hint="0 — без срока.",
    ),
    "letters.weekly": Default(
        "В первый рабочий день недели руководителям приходит письмо с итогами", value=True
    ),
    "files.day": Default("Сколько файлов человек прикладывает за день", 100, unit="файлов"),
    "A-16": Default("Публикация приказа на сайте, рабочих дней", {"within": 10, "required": False}),
}


def default_of(key: str) -> Any:
    """Return the value a municipality has until it sets its own."""
    return DEFAULTS[key].value
