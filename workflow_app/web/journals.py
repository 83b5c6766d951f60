"""Numbers given outside the system, written into the journal of orders by its clerks."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.http.container import transact
from workflow_app.http.numbers import day_in, number_in
from workflow_app.services import journals as service
from workflow_app.web.security import person_id

journals = Blueprint("journals", __name__)

JOURNAL = "orders"


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
