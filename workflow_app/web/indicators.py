"""The indicators of a network on a page and as files, under the same rules for small groups."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from math import ceil

from flask import Blueprint, Response, abort, render_template, request, send_file

from workflow_app.engine.disclosure import Shown, figure, printed_change
from workflow_app.http.container import read
from workflow_app.services.cases.attachments import XLSX
from workflow_app.services.indicators import Line, Measure, Table
from workflow_app.store.read_models.indicator_sheets import (
    NetworkSheet,
    UnknownYearError,
    network_sheet,
)
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import tables
from workflow_app.web.filters import choice_title
from workflow_app.web.security import person_id

indicators = Blueprint("indicators", __name__)

HEIGHT, FOOT, HEAD = 100, 18, 14
BAR, GAP, GROUP = 26, 18, 60
"""A bar, what is between years, and what the name of a year takes."""
KINDS = (("baseline", "базовое"), ("target", "план"), ("fact", "факт"))

COLUMNS = (
    "Показатель",
    "Единица",
    "Школа",
    "Роль в сети",
    "Базовое",
    "План",
    "Факт",
    "Числитель",
    "Знаменатель",
    "Динамика",
    "Примечание",
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure of a year as it is drawn."""

    kind: str
    title: str
    text: str
    left: int
    top: int
    height: int

    @property
    def label(self) -> str:
        """Return the number above it."""
        return self.text.partition(" ")[0]

    @property
    def middle(self) -> int:
        """Return where its label stands."""
        return self.left + BAR // 2


@dataclass(frozen=True, slots=True)
class Plot:
    """How a school's figure went through the years."""

    line: Line
    bars: Sequence[Bar]
    years: Sequence[tuple[str, int]]
    """A year and the middle of its bars."""
    width: int


@indicators.get("/networks/<int:network_id>/indicators")
def show(network_id: int) -> str:
    """Show base, plan and fact of every school of a network, and how they went."""

    def look(uow: SqlUnitOfWork) -> str:
        found = _sheet(uow, network_id)
        plots = {table.indicator.id: list(_plots(table)) for table in found.sheet.of_schools}
        return render_template(
            "registers/indicators.html",
            found=found,
            network=found.network,
            plots=plots,
            kinds=KINDS,
            figure=figure,
            change=change,
            bar=BAR,
            plot_height=HEAD + HEIGHT + FOOT,
            plot_ground=HEAD + HEIGHT,
        )

    return read(look)


@indicators.get("/networks/<int:network_id>/indicators.csv")
def as_csv(network_id: int) -> Response:
    """Give the same table as CSV."""
    return _file(network_id, "csv", "text/csv; charset=utf-8", tables.as_csv)


@indicators.get("/networks/<int:network_id>/indicators.xlsx")
def as_xlsx(network_id: int) -> Response:
    """Give the same table as a workbook."""
    return _file(network_id, "xlsx", XLSX, tables.as_xlsx)


def _file(
    network_id: int, kind: str, media: str, write: Callable[[Sequence[tables.Row]], bytes]
) -> Response:
    def look(uow: SqlUnitOfWork) -> Response:
        found = _sheet(uow, network_id)
        rows = [COLUMNS, *_rows(found)]
        name = f"pokazateli-{network_id}-{found.sheet.year}.{kind}"
        return send_file(
            BytesIO(write(rows)), mimetype=media, as_attachment=True, download_name=name
        )

    return read(look)


def _sheet(uow: SqlUnitOfWork, network_id: int) -> NetworkSheet:
    """Return what the person may see; another school's network is no page at all."""
    try:
        found = network_sheet(uow, person_id(), network_id, request.args.get("year", ""))
    except UnknownYearError:
        abort(404)
    return found or abort(404)


def change(shown: Shown, indicator: Measure) -> tuple[str, str]:
    """Return how a fact differs from its baseline, and whether that is what one wished."""
    if shown.change is None:
        return "", ""
    if not shown.change:
        return "без изменений", "same"
    rises = shown.change > 0
    kind = "better" if rises == (indicator.desired == "up") else "worse"
    return printed_change(shown.change, indicator.unit), kind


# ------------------------------------------------------------ files


def _rows(found: NetworkSheet) -> Iterator[tables.Row]:
    """Yield what the page shows, a line a row."""
    for table in found.sheet.tables:
        for line in table.lines:
            name = line.school.name if line.school else "Сеть в целом"
            role = choice_title(line.school.role, "membership", "role") if line.school else ""
            yield _row(table, name, role, line.shown)
        if table.total is not None:
            yield _row(table, "Итог по сети", "", table.total)


def _row(table: Table, name: str, role: str, shown: Shown) -> tables.Row:
    indicator = table.indicator
    return (
        indicator.title,
        indicator.unit,
        name,
        role,
        shown.baseline,
        shown.target,
        shown.result,
        shown.numerator,
        shown.denominator,
        shown.change,
        "" if shown.is_known else shown.text,
    )


# ------------------------------------------------------------ plots


def _plots(table: Table) -> Iterator[Plot]:
    """Yield a plot for each supported school with anything to draw, all of one scale."""
    lines = [line for line in table.lines if line.school and line.school.role == "supported"]
    figures = [value for line in lines for _, one in line.trend for _, _, value in _figures(one)]
    if not figures:
        return
    most = max(figures)
    scale = ceil(most / 10) * 10 if table.indicator.unit == "%" else ceil(most)
    for line in lines:
        plot = _plot(line, table.indicator.unit, max(scale, 1))
        if plot.bars:
            yield plot


def _figures(shown: Shown) -> Iterator[tuple[str, str, Decimal]]:
    """Yield what of a year can be drawn."""
    values = (shown.baseline, shown.target, shown.result)
    for (kind, title), value in zip(KINDS, values, strict=True):
        if value is not None:
            yield kind, title, Decimal(str(value))


def _plot(line: Line, unit: str, scale: int) -> Plot:
    bars, years, left = [], [], GAP
    for year, shown in line.trend:
        drawn = list(_figures(shown))
        if not drawn:
            continue
        named = year.replace("-", "/")
        begins, left = left, left + max(0, (GROUP - len(drawn) * (BAR + 2)) // 2)
        for kind, title, value in drawn:
            height = round(HEIGHT * value / scale)
            top = HEAD + HEIGHT - height
            bars.append(Bar(kind, f"{named} {title}", figure(value, unit), left, top, height))
            left += BAR + 2
        left = max(left, begins + GROUP)
        years.append((year, (begins + left) // 2))
        left += GAP
    return Plot(line, bars, years, left)
