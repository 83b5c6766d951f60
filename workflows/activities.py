"""What a row of the plan and the activity that grows from it have in common (1.6–1.8)."""

from collections import Counter
from collections.abc import Iterable

from workflow_app.engine import POST, Role

ACTIVITY = "plan_activity"
PLAN = "annual_plan"

SECTIONS = {
    "organisation": "Организационное",
    "analysis": "Аналитическое",
    "method": "Методическое",
    "experience": "Обмен опытом",
    "resources": "Обмен ресурсами",
    "parents": "Работа с родителями",
}
DELIVERY = {"in_person": "очно", "remote": "дистанционно", "mixed": "смешанно"}
REMOTE = ("remote", "mixed")
FORMS = {
    "meeting": "совещание",
    "diagnosis": "диагностика",
    "analysis": "анализ",
    "monitoring": "мониторинг",
    "open_lesson": "открытый урок",
    "master_class": "мастер-класс",
    "seminar": "семинар",
    "training": "тренинг",
    "internship": "стажировка",
    "courses": "повышение квалификации",
    "consultation": "консультация",
    "visit": "выезд",
    "resource": "ресурс",
    "survey": "анкетирование",
    "cross_check": "взаимопроверка",
    "local_act": "нормативное обеспечение",
    "parents_meeting": "собрание",
    "lecture": "лекторий",
    "report": "отчёт",
    "organising": "организационное мероприятие",
}
PROVEN = ("diagnosis", "seminar", "master_class")
"""Forms whose end needs a file or a link as evidence (dossier 6)."""

IN_FORCE = ("active", "outdated", "completed", "closed")
"""States of a plan that has been approved and not replaced."""

RESPONSIBLE = Role("responsible", "ответственный за мероприятие", POST, "responsible")


def subject(network: int, school_year: str) -> str:
    """Return what a plan and its activities are about: a network in a school year.

    >>> subject(7, "2025-2026")
    'network/7/2025-2026'
    """
    return f"network/{network}/{school_year}"


def fulfilled(states: Iterable[str]) -> tuple[int, int]:
    """Return how many activities are done, of how many: cancelled ones do not count (L7).

    >>> fulfilled(["done", "planned", "cancelled"])
    (1, 2)
    """
    counted = Counter(states)
    return counted["done"], counted.total() - counted["cancelled"]
