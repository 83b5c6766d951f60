"""Orders of a school year on paper: о направлениях, о статусах школ, об итогах."""

from workflow_app.engine import Case, Facts
from workflows.order_approval.form import Order
from workflows.order_approval.papers import CENTRE, COMMON, centre, common
from workflows.papers import Values, school
from workflows.registers.memberships import base_of
from workflows.registers.networks import NETWORKS
from workflows.registers.statuses import STATUSES as STATUS_TITLES
from workflows.wording import date, glued, sentence, year_in_text

DIRECTIONS_PAPER = (
    *COMMON, *CENTRE, "учебный_год",
    "направления[].номер", "направления[].название", "направления[].область",
    "направления[].обоснование",
)
STATUSES_PAPER = (
    *COMMON, *CENTRE, "учебный_год",
    "статусы[].номер", "статусы[].школа", "статусы[].статус", "статусы[].основание",
)
RESULTS_PAPER = (
    *COMMON, *CENTRE, "учебный_год", "итоги", "отметить", "поручения", "сети[].номер",
    "сети[].название", "сети[].базовая_школа",
    "рекомендации[].номер", "рекомендации[].сеть", "рекомендации[].текст",
    "рекомендации[].кому", "рекомендации[].срок",
)


def directions_of_year(case: Case[Order], facts: Facts) -> Values:
    """Return the values of the order on the directions of a year (5.2)."""
    rows = [
        {
            "номер": n, "название": row.name, "область": row.area or "—",
            "обоснование": glued(row.ground) or "—",
        }
        for n, row in enumerate(case.data.list_of_directions, start=1)
    ]
    return {**_of_year(case, facts), "направления": rows}


def statuses_of_year(case: Case[Order], facts: Facts) -> Values:
    """Return the values of the order on the statuses of a year (1.3)."""
    rows = [
        {
            "номер": n, "школа": school(facts, row.school),
            "статус": STATUS_TITLES.get(row.code, ""), "основание": glued(row.evidence),
        }
        for n, row in enumerate(case.data.statuses, start=1)
    ]
    return {**_of_year(case, facts), "статусы": rows}


def results_of_year(case: Case[Order], facts: Facts) -> Values:
    """Return the values of the order on the results of a year (4.3)."""
    data, cards = case.data, [facts.of(NETWORKS).get(key) for key in case.data.networks]
    values = common(case, facts, 4 + bool(data.praise))
    return {
        **values,
        "имц": centre(facts),
        "учебный_год": year_in_text(data.year),
        "итоги": sentence(data.summary),
        "отметить": sentence(data.praise) if data.praise else "",
        "поручения": sentence(data.instructions),
        "сети": [
            {
                "номер": n, "название": card.name,
                "базовая_школа": school(facts, base_of(facts, card)),
            }
            for n, card in enumerate(filter(None, cards), start=1)
        ],
        "рекомендации": [
            {
                "номер": n, "сеть": row.network, "текст": row.text, "кому": glued(row.addressee),
                "срок": date(row.due_on),
            }
            for n, row in enumerate(data.advice, start=1)
        ],
    }


def _of_year(case: Case[Order], facts: Facts) -> Values:
    values = common(case, facts, 4)
    return {**values, "имц": centre(facts), "учебный_год": year_in_text(case.data.year)}
