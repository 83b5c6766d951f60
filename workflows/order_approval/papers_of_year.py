"""Orders of a school year on paper: о приоритетных направлениях, о статусах школ."""

from workflow_app.engine import Case, Facts
from workflows.order_approval.papers import CENTRE, COMMON, centre, common
from workflows.papers import Values, school
from workflows.rules import STATUSES as STATUS_TITLES
from workflows.wording import glued, year_in_text

DIRECTIONS_PAPER = (
    *COMMON, *CENTRE, "учебный_год",
    "направления[].номер", "направления[].название", "направления[].область",
    "направления[].обоснование",
)  # fmt: skip
STATUSES_PAPER = (
    *COMMON, *CENTRE, "учебный_год",
    "статусы[].номер", "статусы[].школа", "статусы[].статус", "статусы[].основание",
)  # fmt: skip


def directions_of_year(case: Case, facts: Facts) -> Values:
    """Return the values of the order on the directions of a year (5.2)."""
    rows = [
        {
            "номер": n, "название": row.name, "область": row.area or "—",
            "обоснование": glued(row.ground) or "—",
        }
        for n, row in enumerate(case.data.list_of_directions, start=1)
    ]  # fmt: skip
    return {**_of_year(case, facts), "направления": rows}


def statuses_of_year(case: Case, facts: Facts) -> Values:
    """Return the values of the order on the statuses of a year (1.3)."""
    rows = [
        {
            "номер": n, "школа": school(facts, row.school),
            "статус": STATUS_TITLES.get(row.code, ""), "основание": glued(row.evidence),
        }
        for n, row in enumerate(case.data.statuses, start=1)
    ]  # fmt: skip
    return {**_of_year(case, facts), "статусы": rows}


def _of_year(case: Case, facts: Facts) -> Values:
    values = common(case, facts, 4)
    return {**values, "имц": centre(facts), "учебный_год": year_in_text(case.data.year)}
