"""How long each step takes here: one table a process, edited in its cells."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.http.container import read, transact
from workflow_app.services import deadline_terms as service
from workflow_app.services.administration import officer
from workflow_app.services.cases.terms import AUGUST
from workflow_app.services.deadline_terms import USUAL, Cells, Own, Step, Typed
from workflow_app.store.accounts.admin import SqlAdministration
from workflow_app.store.read_models.search import folded
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.security import person_id

deadlines = Blueprint("deadlines", __name__, url_prefix="/admin/deadlines")

Sent = MultiDict[str, str]
LONGEST_CELL = 40
STALE = "changed_meanwhile"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: what its page showed of it, and as it is shown (what was typed wins)."""

    step: Step
    seen: str
    cells: Cells
    is_own: bool


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a process."""

    key: int
    title: str
    rows: Sequence[Row]

    @property
    def own(self) -> int:
        """Return how many of them the municipality has set itself."""
        return sum(row.is_own for row in self.rows)


@deadlines.get("")
def show() -> str:
    """Show the terms: declared by processes, and the municipality's own."""
    return read(_page)


def _page(uow: SqlUnitOfWork, sent: Sent | None = None, refusal: Refusal | None = None) -> str:
    place = (officer(uow.actor(person_id())) or abort(404)).municipality_id
    own = SqlAdministration(uow).terms(place)
    text = folded(request.args.get("text", "").strip()[:100])
    known = _steps(uow, place)
    stale = {one.field for one in refusal or () if one.code == STALE}
    tables = [*_tables(known, own, text, sent, stale)]
    opened = request.args.get("table", "") if sent is None else sent.get("table", "")
    proposed = [one for one in known if one.august and (one.kind, AUGUST) not in own]
    return render_template(
        "admin/deadlines.html",
        tables=tables,
        text=request.args.get("text", ""),
        opened={table.key for table in tables if text or str(table.key) == opened},
        august=proposed,
        refusal=refusal,
    )


def _steps(uow: SqlUnitOfWork, place: int) -> list[Step]:
    return service.steps(uow.processes.values(), uow.facts(place))


def _tables(
    known: Sequence[Step], own: Own, text: str, sent: Sent | None, stale: Collection[str | None]
) -> Iterator[Table]:
    """Yield what is found; of `stale` cells she has been told how they stand by now."""
    for number, (title, steps) in enumerate(groupby(known, key=attrgetter("process"))):
        rows = [
            Row(one, seen, _typed(one, sent) or cells, is_own)
            for one in steps
            if text in folded(f"{title} {one.title} {' '.join(one.others)}")
            for cells in [service.cells_of(one, own)]
            for before in [sent.get(f"{one.kind}.seen") if sent else None]
            for seen in [str(cells) if f"{one.kind}.offset" in stale else before or str(cells)]
            for is_own in [any((one.kind, lane) in own for lane in (USUAL, AUGUST))]
        ]
        if rows:
            yield Table(number, title, rows)


def _typed(step: Step, sent: Sent | None) -> Cells | None:
    """Return the cells of a row as they were sent; None where its table was not."""
    if sent is None or f"{step.kind}.offset" not in sent:
        return None

    def cell(name: str) -> str:
        return sent.get(f"{step.kind}.{name}", "").strip()[:LONGEST_CELL]

    told = tuple(cell(f"told{place}") for place in range(len(step.told)))
    return Cells(cell("offset"), cell("august"), cell("unit"), cell("remind"), told)


def _came(known: Sequence[Step], sent: Sent) -> Mapping[str, Typed]:
    """Return kind → what came back of its row; a row to be restored comes without cells."""
    return {
        step.kind: Typed(
            sent.get(f"{step.kind}.seen", ""), None if sent.get("restore") == step.kind else cells
        )
        for step in known
        if (cells := _typed(step, sent))
    }


@deadlines.post("")
def write() -> Response | tuple[str, int]:
    """Write a table: what was changed in its cells, and the row that goes back to its origin."""
    sent, person = MultiDict(request.form), person_id()

    def work(uow: SqlUnitOfWork) -> list[service.Changed] | Refusal:
        actor = uow.actor(person)
        place = (officer(actor) or abort(404)).municipality_id
        known = _steps(uow, place)
        return service.set_terms(SqlAdministration(uow), actor, known, _came(known, sent))

    result = transact(work)
    if isinstance(result, Refusal):
        status = 409 if any(one.code == STALE for one in result) else 422
        return read(lambda uow: _page(uow, sent, result)), status
    for one in result:
        flash(f"{one.said}. Уже открытые сроки не изменились.", f"term-{one.kind}")
    if not result:
        flash("Ничего не изменилось: в таблице те же сроки, что и были.", "info")
    row = f"t-{result[0].kind}" if result else f"p-{sent.get('table', '')}"
    return redirect(url_for("deadlines.show", table=sent.get("table"), _anchor=row))


@deadlines.post("/august")
def take_august() -> Response:
    """Take the shorter terms of August, as the processes propose them."""
    person = person_id()

    def work(uow: SqlUnitOfWork) -> Refusal | None:
        actor = uow.actor(person)
        return service.take_august(
            SqlAdministration(uow), actor, service.steps(uow.processes.values())
        )

    if transact(work):
        abort(404)
    flash("Августовские сроки записаны. Уже открытые сроки не изменились.", "success")
    return redirect(url_for("deadlines.show"))
