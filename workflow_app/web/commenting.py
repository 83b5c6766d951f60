"""Comments beside a case: what was said, and the form that calls others who read it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.http.container import read, transact
from workflow_app.http.numbers import number_in
from workflow_app.services.cases import comments as service
from workflow_app.store.cases import comments as store
from workflow_app.store.directory import questions
from workflow_app.store.read_models import queries
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.case_view import readable
from workflow_app.web.security import person_id

commenting = Blueprint("commenting", __name__)


@commenting.get("/cases/<int:instance_id>/comments")
def show(instance_id: int) -> str:
    """Show the comments of a case with the form for another."""
    return read(lambda uow: _page(uow, instance_id))


def _page(uow: SqlUnitOfWork, instance_id: int, refusal: Refusal | None = None) -> str:
    case, process, actor = readable(uow, instance_id)
    own = store.SqlComments(uow)
    if not service.may_comment(own, case, actor):
        abort(404)
    found = store.of_case(uow, case.id)
    known = service.readers_of(own, case, actor.person_id)
    people = {*known, *(one for line in found for one in line.called)}
    names = queries.names(uow.session, people) if people else {}
    places = questions.organisation_names(uow.session, case.municipality_id, uow.today)
    return render_template(
        "cases/comments.html",
        case=case,
        heading=process.heading_of(case.data),
        found=found,
        known=sorted(known.values(), key=lambda one: names[one.person_id]),
        places=places,
        names=names,
        refusal=refusal,
        typed=request.form.get("comment", ""),
        ticked={number_in(one) for one in request.form.getlist("called")},
    )


@commenting.post("/cases/<int:instance_id>/comments")
def write(instance_id: int) -> Response | tuple[str, int]:
    """Write a comment; who is called by name hears of it."""
    person, text = person_id(), request.form.get("comment", "")
    called = [one for one in map(number_in, request.form.getlist("called")) if one]
    refusal = transact(
        lambda uow: service.comment(store.SqlComments(uow), person, instance_id, text, called)
    )
    if refusal is not None:
        return read(lambda uow: _page(uow, instance_id, refusal)), 422
    flash("Комментарий записан." + (" Кого вы позвали, узнает о нём." if called else ""), "success")
    return redirect(url_for("commenting.show", instance_id=instance_id))
