"""What a row of the plan and the activity that grows from it have in common (1.6–1.8)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from workflow_app.engine import POST, Facts, Refusal, Role, refuse
from workflows.registers.memberships import composition

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
APART = ("analysis", "monitoring", "survey", "local_act", "resource", "report")
"""Forms for which people do not meet: each works where she is."""
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


def not_a_choice(column: str, known: Iterable[str]) -> Refusal:
    """Return why a cell of an imported file cannot be read."""
    return refuse("not_a_choice", "допустимы только: {known}", known=", ".join(known), field=column)


def row_key(row: Mapping[str, Any]) -> str:
    """Return the key that a row of `plan_activities.csv` keeps through all editions."""
    recommendation = row["from_recommendation_id"]
    return f"r-{recommendation}" if recommendation else f"p-{row['number']}"


def row_adopted(facts: Facts, row: Mapping[str, Any]) -> dict[str, Any] | Refusal:
    """Return what a row of `plan_activities.csv` says, as the plan and its activity hold it."""
    section, form = _key_of(SECTIONS, row["section"]), _key_of(FORMS, row["form"])
    for column, found, known in (("section", section, SECTIONS), ("form", form, FORMS)):
        if not found:
            return not_a_choice(column, known.values())
    person = facts.person(row["responsible_person_id"])
    offices = sorted(
        person.offices if person else (),
        key=lambda office: office.organisation_id != row["responsible_organisation_id"],
    )
    return {
        "section": section, "direction": row["direction_id"], "title": row["title"], "form": form,
        "mode": row["delivery_mode"], "starts_on": row["planned_start"],
        "ends_on": row["planned_end"], "responsible": offices[0].position_id if offices else None,
        "participants": [m.school for m in composition(facts, row["network_id"], facts.today)],
        "audience": row["audience"], "expected_result": row["expected_result"],
        "adaptation": row["adaptation"], "recommendation": row["from_recommendation_id"],
    }


def _key_of(titles: Mapping[str, str], title: str) -> str:
    return next((key for key, said in titles.items() if said.lower() == title.lower()), "")
