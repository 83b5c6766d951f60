"""The analytical table of requests on paper (1.6-A1)."""

from workflow_app.engine import Case, Facts
from workflows.half_years import HALVES
from workflows.papers import DOCUMENT, SIGNATURE, Values, document, letterhead, signature
from workflows.request_analysis.form import Analysis
from workflows.wording import date, year_in_text

TABLE = (
    *DOCUMENT, *SIGNATURE,
    "организация.название", "сеть.название",
    "анализ.месяцы", "анализ.год", "анализ.дата", "анализ.всего", "анализ.выводы",
    "темы[].номер", "темы[].тема", "темы[].кварталы", "темы[].кто", "темы[].число",
    "темы[].план",
)


def table(case: Case[Analysis], facts: Facts) -> Values:
    """Return the values of the table of a half-year."""
    data = case.data
    return {
        "документ": document(case, "Аналитическая таблица запросов", "finish_analysis"),
        "организация": {"название": letterhead(facts, data.base or "department")},
        "сеть": {"название": data.network_name},
        "анализ": {
            "месяцы": HALVES[data.half], "год": year_in_text(data.school_year),
            "дата": date(case.today), "выводы": data.conclusions,
            "всего": sum(row.count or 0 for row in data.topics),
        },
        "темы": [
            {
                "номер": number, "тема": row.topic, "кварталы": row.when, "кто": row.who,
                "число": row.count, "план": row.answered,
            }
            for number, row in enumerate(data.topics, start=1)
        ],
        "подпись": signature(facts, case.capacity),
    }


def table_file(case: Case[Analysis]) -> str:
    """Return what the file is called."""
    return f"Аналитическая таблица запросов {case.data.school_year} {HALVES[case.data.half]}"
