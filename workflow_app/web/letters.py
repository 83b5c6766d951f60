"""The log of letters: did it come, and if not, what to do; for those who see accounts."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.text import file_name
from workflow_app.http.container import read, transact
from workflow_app.http.numbers import day_in, number_in
from workflow_app.http.readable_cases import readable_among
from workflow_app.services import letter_log as service
from workflow_app.services.administration import officer
from workflow_app.services.cases.attachments import CSV, XLSX
from workflow_app.services.letter_choices import KINDS, PROGRESS
from workflow_app.services.letters import (
    FILED,
    NOT_MAILED,
    ONLY_FILED,
    SENT,
    STATES,
    TOGETHER,
    UNCHOSEN,
)
from workflow_app.store.messages import letter_log as store
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import tables
from workflow_app.web.filters import local, moment
from workflow_app.web.security import person_id

letters = Blueprint("letters", __name__, url_prefix="/admin/letters")

MOST_IN_A_FILE = 10_000
LOST = "не дошли, все причины"
FILTERS = ("person", "who", "case", "state", "kind", "since", "until")
UNCHOSEN_TITLES = {TOGETHER: "Письмо за день"}
UNCHOSEN_TITLE = "О доступе и служебные"
"""What nobody chooses, in the column of kinds."""
OTHER = KINDS[PROGRESS]
"""What a release wrote that knew no kinds."""


class Row(NamedTuple):
    """A letter as this reader sees it."""

    line: store.LogLine
    subject: str
    address: str
    kind: str
    is_readable: bool
    """Whether she may open its case."""
    state: str
    answer: str
    """What the mail server said, its addresses as hers are shown."""
    advice: str


def _rows(uow: SqlUnitOfWork, municipality_id: int, most: int) -> Sequence[Row]:
    actor = uow.actor(person_id())
    lines = store.listed(uow, municipality_id, _wanted(), most)
    readable = readable_among(uow, (line.instance_id for line in lines), actor)
    whole, is_out = service.sees_addresses(actor), store.is_out(uow.connection, municipality_id)
    return [*_seen(lines, readable, whole=whole, is_out=is_out)]


def _seen(
    lines: Sequence[store.LogLine], readable: frozenset[int], *, whole: bool, is_out: bool
) -> Iterator[Row]:
    for line in lines:
        kind = _title(line.kind)
        is_readable = line.instance_id in readable
        # What a case is called is for its readers; that a letter of its came, for who sees to it.
        subject = line.subject if is_readable or not line.instance_id else kind
        shown = line.address or line.email
        said = "" if line.answer == FILED else line.answer
        words = line.answer or ("почтовый сервер не отвечает" if is_out else "")
        state = STATES[line.state]
        if line.state == SENT and line.answer == FILED:
            state = NOT_MAILED
        if line.waits_until:
            state = f"{state} ({moment(line.waits_until)})"
        address, answer = (one if whole else service.masked(one) for one in (shown, said))
        advice = service.advice(line.state, words)
        yield Row(line, subject, address, kind, is_readable, state, answer, advice)


def _title(kind: str) -> str:
    if kind in UNCHOSEN:
        return UNCHOSEN_TITLES.get(kind, UNCHOSEN_TITLE)
    return KINDS.get(kind, OTHER).title


def _wanted() -> store.LogFilter:
    args = request.args
    state, kind = args.get("state", ""), args.get("kind", "")
    return store.LogFilter(
        args.get("person", "").strip()[:100],
        number_in(args.get("who")),
        number_in(args.get("case")),
        state if state in STATES or state in ("lost", ONLY_FILED) else "",
        kind if kind in KINDS else "",
        day_in(args.get("since")),
        day_in(args.get("until")),
        number_in(args.get("before")),
    )


def _query() -> dict[str, Any]:
    return {name: request.args[name] for name in FILTERS if request.args.get(name)}


@letters.get("")
def show() -> str:
    """Show letters, newest first, a page at a time."""

    def look(uow: SqlUnitOfWork) -> str:
        by = officer(uow.actor(person_id())) or abort(404)
        rows = _rows(uow, by.municipality_id, store.A_PAGE)
        return render_template(
            "admin/letters.html",
            rows=rows[: store.A_PAGE],
            below=rows[store.A_PAGE - 1].line.id if len(rows) > store.A_PAGE else None,
            wanted=_wanted(),
            query=_query(),
            states={"lost": LOST, ONLY_FILED: NOT_MAILED, **STATES},
            kinds=KINDS,
            is_out=store.is_out(uow.connection, by.municipality_id),
        )

    return read(look)


@letters.get("/rows.csv")
def as_csv() -> Response:
    """Give the letters looked at as CSV."""
    return _file("csv", f"{CSV}; charset=utf-8")


@letters.get("/rows.xlsx")
def as_xlsx() -> Response:
    """Give the letters looked at as a workbook."""
    return _file("xlsx", XLSX)


def _file(kind: str, media: str) -> Response:
    def look(uow: SqlUnitOfWork) -> Response:
        by = officer(uow.actor(person_id())) or abort(404)
        cells = [*_cells(_rows(uow, by.municipality_id, MOST_IN_A_FILE)[:MOST_IN_A_FILE])]
        content = (
            tables.as_xlsx(cells, "Письма", is_long=True)
            if kind == "xlsx"
            else tables.as_csv(cells)
        )
        name = file_name(f"Письма {uow.today:%d.%m.%Y}.{kind}")
        return send_file(BytesIO(content), mimetype=media, as_attachment=True, download_name=name)

    return read(look)


def _cells(rows: Sequence[Row]) -> Iterator[tables.Row]:
    yield (
        *("Кому", "Организация", "Адрес", "Вид", "Тема", "Дело", "В очереди с", "Передано"),
        *("Состояние", "Ответ сервера", "Что делать"),
    )
    for row in rows:
        line = row.line
        handed = local(line.handed_at) if line.handed_at else None
        yield (
            *(line.person, line.place, row.address, row.kind, row.subject),
            line.instance_id if row.is_readable else None,
            f"{local(line.queued_at):%d.%m.%Y %H:%M}",
            f"{handed:%d.%m.%Y %H:%M}" if handed else "",
            *(row.state, row.answer, row.advice),
        )


@letters.post("/<int:letter_id>/again")
def send_again(letter_id: int) -> Response:
    """Send a letter that did not come once more, to the address as it is now."""
    person = person_id()
    result = transact(
        lambda uow: service.send_again(store.SqlLetterLog(uow), uow.actor(person), letter_id)
    )
    if not isinstance(result, Refusal):
        flash(f"Письмо отправлено ещё раз: {result}.", "success")
    elif result.code in ("not_your_role", "not_found"):
        abort(404)
    else:
        flash(result.message, "info")
    return redirect(url_for("letters.show", **_query()))
