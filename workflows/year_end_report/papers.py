"""What the report, its recommendations and its addendum print (dossier 4)."""

from collections.abc import Iterable
from itertools import groupby

from workflow_app.engine import Case, Facts
from workflows.indicators import Line, lines
from workflows.papers import (
    DOCUMENT,
    SIGNATURE,
    Values,
    document,
    holder,
    letterhead,
    local_date,
    school,
    signature,
)
from workflows.registers.networks import NETWORKS
from workflows.registers.recommendations import ADDRESSEES
from workflows.wording import GAP, date, glued, lowered, sentence, whole, year_in_text
from workflows.year_end_report.directions import by_direction
from workflows.year_end_report.figures import network_lines
from workflows.year_end_report.form import Report, Section

_HEAD = (
    *DOCUMENT, *SIGNATURE, "организация.название", "сеть.название", "справка.год",
)
_INDICATORS = (
    "показатели[].название", "показатели[].строки[].школа", "показатели[].строки[].базовое",
    "показатели[].строки[].план", "показатели[].строки[].факт",
    "показатели[].строки[].динамика",
)
_ADVICE = (
    "рекомендации[].номер", "рекомендации[].текст", "рекомендации[].признак",
    "рекомендации[].кому", "рекомендации[].ответственный", "рекомендации[].срок",
)

REPORT = (
    *_HEAD, *_INDICATORS, *_ADVICE,
    "справка.дата", "справка.опоздание",
    "принято.должность", "принято.имя", "принято.дата",
    "утверждено.должность", "утверждено.имя", "утверждено.дата",
    "начало[].название", "начало[].строки[].текст", "начало[].дополнение",
    "анализ[].название", "анализ[].строки[].текст", "анализ[].дополнение",
    "невыполненное[].мероприятие", "невыполненное[].состояние", "невыполненное[].причина",
    "нет_данных[].школа", "нет_данных[].причина",
    "сетевые[].название", "сетевые[].план", "сетевые[].факт",
    "продолжение[].название", "продолжение[].строки[].текст", "продолжение[].дополнение",
    "проблемы",
    "сеть.цель", "выводы[].направление", "выводы[].текст",
    "выводы[].показатели[].название", "выводы[].показатели[].строки[].школа",
    "выводы[].показатели[].строки[].базовое", "выводы[].показатели[].строки[].план",
    "выводы[].показатели[].строки[].факт", "выводы[].показатели[].строки[].динамика",
)
ADVICE = (*_HEAD, *_ADVICE, "справка.дата")
ADDENDUM = (
    *_HEAD, *_INDICATORS, "справка.дата", "принято.должность", "принято.имя", "принято.дата",
    "выводы",
)

OF_THE_PLAN, OF_REQUESTS = ("1", "2"), ("3",)
"""Sections before the table of the plan, and between it and the indicators."""


def report(case: Case[Report], facts: Facts) -> Values:
    """Return the values of the report as it stands at this step of its way."""
    data = case.data
    accepted, approved = (facts.last_taken(case, step) for step in ("accept_report", "approve"))
    early = (*OF_THE_PLAN, *OF_REQUESTS)
    after = [row for row in data.sections if row.row_key not in early]
    head = _head(case, facts, "Информационно-аналитическая справка")
    return {
        **head,
        "сеть": {**head["сеть"], "цель": sentence(lowered(data.goal))},
        "справка": {
            "год": year_in_text(data.school_year),
            "дата": local_date(facts, facts.last_taken(case, "submit")) or date(case.today),
            "опоздание": data.late,
        },
        "принято": {
            **signature(facts, holder(facts, "imc_head")), "дата": local_date(facts, accepted),
        },
        "утверждено": {
            **signature(facts, holder(facts, "department_head")),
            "дата": local_date(facts, approved) or _today_if(case, "approved"),
        },
        "начало": _sections(data.sections.only(OF_THE_PLAN)),
        "анализ": _sections(data.sections.only(OF_REQUESTS)),
        "невыполненное": [
            {"мероприятие": row.title, "состояние": row.state, "причина": row.reason}
            for row in data.unfinished
        ],
        "нет_данных": [
            {"школа": school(facts, row.school), "причина": row.reason} for row in data.no_data
        ],
        "показатели": _indicators(case, facts, exams=None),
        "сетевые": [
            {"название": name, "план": target, "факт": fact}
            for name, target, fact in network_lines(case, facts)
        ],
        "продолжение": _sections(after),
        "проблемы": data.problems,
        "выводы": [
            {
                "направление": facts.name("direction", row.direction or 0),
                "показатели": _measured(told), "текст": row.text,
            }
            for row, told in by_direction(case, facts)
        ],
        "рекомендации": _advice(case, facts),
    }


def report_file(case: Case[Report]) -> str:
    """Return «Справка за 2025-2026 год»."""
    return f"Справка за {case.data.school_year} год"


def advice(case: Case[Report], facts: Facts) -> Values:
    """Return the values of the list of recommendations by addressee."""
    return {
        **_head(case, facts, "Предложения и рекомендации"),
        "справка": {"год": year_in_text(case.data.school_year), "дата": date(case.today)},
        "рекомендации": _advice(case, facts),
    }


def advice_file(case: Case[Report]) -> str:
    """Return «Рекомендации по итогам 2025-2026 года»."""
    return f"Рекомендации по итогам {case.data.school_year} года"


def addendum(case: Case[Report], facts: Facts) -> Values:
    """Return the values of the addendum: exams beside their baseline, and what they change."""
    return {
        **_head(case, facts, "Дополнение к справке по результатам экзаменов"),
        "справка": {
            "год": year_in_text(case.data.school_year),
            "дата": local_date(facts, facts.last_taken(case, "submit_addendum")),
        },
        "принято": {**signature(facts, holder(facts, "imc_head")), "дата": date(case.today)},
        "показатели": _indicators(case, facts, exams=True),
        "выводы": case.data.addendum,
    }


def addendum_file(case: Case[Report]) -> str:
    """Return «Дополнение к справке за 2025-2026 год»."""
    return f"Дополнение к справке за {case.data.school_year} год"


# ---------------------------------------------------------------- parts


def _head(case: Case, facts: Facts, title: str) -> Values:
    data, network = case.data, facts.of(NETWORKS).get(case.data.network)
    name = network.name if network else GAP
    return {
        "документ": document(case, f"{title} сети «{name}»", "submit"),
        "организация": {"название": letterhead(facts, data.base)},
        "сеть": {"название": name},
        "подпись": {
            **signature(facts, holder(facts, "school_head", data.base)),
            **_as_signed(facts, case),
        },
    }


def _as_signed(facts: Facts, case: Case[Report]) -> Values:
    """Return who submitted it, when it has been: an acting head stays acting (R-3)."""
    if not case.data.submitted_by:
        return {}
    person = facts.person(case.data.submitted_by)
    return {
        "должность": case.data.submitted_as,
        "имя": whole(person.signature) if person else GAP,
    }


def _today_if(case: Case[Report], state: str) -> str:
    return date(case.today) if case.state == state else ""


def _sections(rows: Iterable[Section]) -> list[Values]:
    return [
        {
            "название": row.title,
            "строки": [{"текст": line} for line in row.found.splitlines()],
            "дополнение": row.own,
        }
        for row in rows
    ]


def _indicators(case: Case, facts: Facts, *, exams: bool | None) -> list[Values]:
    return _measured(lines(facts, case.data.network, case.data.school_year, exams=exams))


def _measured(told: Iterable[Line]) -> list[Values]:
    columns = ("школа", "базовое", "план", "факт", "динамика")
    return [
        {
            "название": title,
            "строки": [dict(zip(columns, line[1:], strict=True)) for line in found],
        }
        for title, found in groupby(told, key=lambda line: line[0])
    ]


def _advice(case: Case[Report], facts: Facts) -> list[Values]:
    rows = []
    for number, row in enumerate(case.data.recommendations, start=1):
        post = facts.post(row.responsible) if row.responsible else None
        to = school(facts, row.school) if row.school else ADDRESSEES[row.addressee]
        rows.append({
            "номер": number, "текст": row.text, "признак": row.measure, "кому": glued(to),
            "ответственный": whole(post.name) if post else "", "срок": date(row.due_on),
        })
    return rows
