"""The indicators of a network, read only, under the same rules for small groups as the page."""

import re
from decimal import Decimal
from typing import Any

from flask import Blueprint, g, request

from workflow_app.api import models as m
from workflow_app.api.contract import documented
from workflow_app.api.registers import Reader
from workflow_app.engine.disclosure import Shown
from workflow_app.engine.refusals import Refusal
from workflow_app.services.cases.acting import NOT_FOUND
from workflow_app.services.indicators import Line, Table
from workflow_app.store.read_models.indicator_sheets import UnknownYearError, network_sheet
from workflow_app.store.unit_of_work import SqlUnitOfWork

BAD_YEAR = Refusal("bad_school_year", "Учебный год не распознан, пример: 2025-2026", "year")


NO_YEAR = Refusal("not_found", "Такого учебного года нет", "year")


def register(api: Blueprint, read: Reader) -> None:
    """Add the route of the indicators."""

    @api.get("/networks/<int:network_id>/indicators")
    @documented(list[m.IndicatorView], query=m.OfYear)
    def indicators(network_id: int) -> Any:
        """Show the indicators of a network in a school year, as far as the reader may see them."""
        return read(lambda uow: _indicators(uow, network_id))


def _indicators(uow: SqlUnitOfWork, network_id: int) -> list[m.IndicatorView] | Refusal:
    try:
        found = network_sheet(uow, g.person_id, network_id, request.args.get("year", ""))
    except UnknownYearError:
        return NO_YEAR if re.fullmatch(m.SCHOOL_YEAR, request.args["year"]) else BAD_YEAR
    if found is None:
        return NOT_FOUND
    return [_view(table, found.sheet.year) for table in found.sheet.tables]


def _view(table: Table, year: str) -> m.IndicatorView:
    known = table.indicator
    return m.IndicatorView(
        code=known.code,
        title=known.title,
        level=known.level,
        unit=known.unit,
        desired=known.desired,
        year=year,
        figures=[_line(line) for line in table.lines],
        total=m.FigureView(**_figure(table.total)) if table.total else None,
    )


def _line(line: Line) -> m.SchoolFigureView:
    school, shown = line.school, line.shown
    return m.SchoolFigureView(
        **_figure(shown),
        school_id=school.id if school else None,
        name=school.name if school else "",
        role=school.role if school else "",
        baseline=shown.baseline,
        target=shown.target,
        change=_plain(shown.change),
    )


def _figure(shown: Shown) -> dict[str, Any]:
    return {
        "text": shown.text,
        "value": _plain(shown.result),
        "numerator": shown.numerator,
        "denominator": shown.denominator,
        "is_closed": shown.is_closed,
    }


def _plain(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
