"""The journal of orders on paper and as a file, and numbers given outside the system."""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.text import file_name
from workflow_app.http.container import read, transact
from workflow_app.http.numbers import day_in, number_in
from workflow_app.services import journals as service
from workflow_app.services.cases.attachments import CSV, XLSX
from workflow_app.store.directory import questions
from workflow_app.store.journals import numbering
from workflow_app.store.journals.numbering import OrderLine
from workflow_app.store.read_models import queries
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import tables
from workflow_app.web.security import person_id, whole_municipality

journals = Blueprint("journals", __name__)

JOURNAL = "orders"
OWN_KINDS = ("issued", "annulled")
"""What the journal shows unasked: the numbers that were given by the system."""
KINDS = {"issued": "", "annulled": "аннулирован", "external": "выдан вне системы"}
UNKNOWN = "не указан"
MOST = 5000
"""So many numbers of a year stand in a file or on a sheet."""


class Listed(NamedTuple):
    """What is shown of the journal: of which year and kinds, and the words looked for."""

    year: int
    kind: str
    text: str

    @property
    def kinds(self) -> Sequence[str]:
        """Return the kinds of numbers it holds."""
        return (self.kind,) if self.kind else OWN_KINDS


def listed(years: Mapping[int, int], this_year: int) -> Listed:
    """Return what the address asks of the journal; the newest year where it names none."""
    args = request.args
    year = number_in(args.get("year")) or next(iter(years), this_year)
    return Listed(year, args.get("kind", ""), args.get("text", "").strip()[:100])


class SheetLine(NamedTuple):
    """A number with who signed it and what became of it."""

    order: OrderLine
    signed_by: str
    became: str


def _lines(uow: SqlUnitOfWork) -> tuple[Listed, list[SheetLine]]:
    here = whole_municipality(uow)
    years = numbering.years_of_orders(uow.connection, here)
    asked = listed(years, uow.today.year)
    found = numbering.orders(
        uow.connection, here, MOST, year=asked.year, text=asked.text, kinds=asked.kinds
    )
    signed = signers(uow, here, asked.year, found)
    later = queries.later_orders(uow.session, here)
    return asked, [
        SheetLine(one, signed.get(one.id, ""), _became(one, later)) for one in reversed(found)
    ]


def signers(
    uow: SqlUnitOfWork, municipality_id: int, year: int, orders: Sequence[OrderLine]
) -> Mapping[int, str]:
    """Return order → who signed it and as whom: by its case, else as the import said it.

    A number that was given elsewhere, or to nothing, has no signer to name.
    """
    by_case = queries.signed_by(uow.session, uow.processes.values(), municipality_id, year)
    people = {one.signed_by_person_id for one in orders if one.signed_by_person_id}
    names = queries.names(uow.session, people) if people else {}
    return {
        one.id: by_case.get(one.instance_id or 0)
        or ", ".join(filter(None, (names.get(one.signed_by_person_id or 0), one.acting_note)))
        or UNKNOWN
        for one in orders
        if one.kind == "issued"
    }


def _became(order: OrderLine, later: Mapping[tuple[int, str], Sequence[OrderLine]]) -> str:
    words = (("amends", "изменён приказом"), ("revokes", "отменён приказом"))
    said = [
        f"{word} {one.reference}" for kind, word in words for one in later.get((order.id, kind), ())
    ]
    return "; ".join(filter(None, (KINDS.get(order.kind, ""), *said)))


@journals.get("/orders/sheet")
def sheet() -> str:
    """Show the journal of a year as one sheet to be printed, in the order of its numbers."""

    def look(uow: SqlUnitOfWork) -> str:
        asked, lines = _lines(uow)
        return render_template(
            "registers/journal_sheet.html",
            asked=asked,
            external=numbering.years_of_orders(uow.connection, whole_municipality(uow)).get(
                asked.year
            ),
            lines=lines,
            municipality=questions.municipality_name(uow.session, whole_municipality(uow)),
            today=uow.today,
        )

    return read(look)


@journals.get("/orders/journal.xlsx")
def as_xlsx() -> Response:
    """Give the journal of a year as a workbook."""
    return _given("xlsx", XLSX)


@journals.get("/orders/journal.csv")
def as_csv() -> Response:
    """Give the journal of a year as CSV."""
    return _given("csv", f"{CSV}; charset=utf-8")


def _given(kind: str, media: str) -> Response:
    def look(uow: SqlUnitOfWork) -> Response:
        asked, lines = _lines(uow)
        rows = _rows(lines)
        content = tables.as_xlsx(rows, "Журнал") if kind == "xlsx" else tables.as_csv(rows)
        name = file_name(f"Журнал приказов {asked.year}.{kind}")
        return send_file(BytesIO(content), mimetype=media, as_attachment=True, download_name=name)

    return read(look)


def _rows(lines: Sequence[SheetLine]) -> Iterator[tables.Row]:
    yield ("Номер", "Дата", "Заголовок", "Подписал", "Отметки")
    for line in lines:
        order = line.order
        yield order.label, order.registered_on, order.title, line.signed_by, line.became


@journals.post("/orders/outside")
def record_outside() -> Response | tuple[str, int]:
    """Write rows for a range of numbers; a mistake is shown beside its field."""
    sent, person = request.form, person_id()
    first = _number(sent.get("first", ""))
    last = _number(sent.get("last", "")) if sent.get("last", "").strip() else first
    on, title = day_in(sent.get("on")), sent.get("title", "")
    result = transact(
        lambda uow: service.record_outside_numbers(uow, person, JOURNAL, on, first, last, title)
    )
    if isinstance(result, Refusal):
        if result.code == "not_your_role":
            abort(404)
        return render_template("registers/outside.html", typed=sent, refusal=result), 422
    flash(f"Внесено номеров: {result}.", "success")
    year = on.year if on else None
    return redirect(url_for("registers.orders", year=year, kind="external"))


def _number(text: str) -> int:
    """Return the number somebody typed; 0, which no journal has, for anything else."""
    return number_in(text.strip()) or 0
