"""What a row of the plan and the activity that grows from it have in common (1.6–1.8)."""

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

RESPONSIBLE = Role("responsible", "ответственный за мероприятие", POST, "responsible")


def subject(network: int, school_year: str) -> str:
    """Return what a plan and its activities are about: a network in a school year.

    >>> subject(7, "2025-2026")
    'network/7/2025-2026'
    """
    return f"network/{network}/{school_year}"
