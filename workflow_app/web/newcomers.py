"""A person is added in two steps: her name, then the proposed forms of it, each confirmed."""

from dataclasses import asdict, fields
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.services.administration import officer
from workflow_app.services.newcomers import FORMS, Newcomer, add_newcomer, check_newcomer
from workflow_app.store.newcomers import SqlNewcomers
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.house import house, read
from workflow_app.web.security import person_id

newcomers = Blueprint("newcomers", __name__)

Answer = Response | str | tuple[str, int]


@newcomers.get("/admin/people/new")
def ask() -> str:
    """Ask for the name."""
    if read(lambda uow: officer(uow.actor(person_id()))) is None:
        abort(404)
    return _page(Newcomer("", ""))


@newcomers.post("/admin/people/new")
def add() -> Answer:
    """Propose the forms of the name, or add the person once they are confirmed."""
    person, sent = person_id(), request.form
    new = Newcomer(**{one.name: sent.get(one.name, "") for one in fields(Newcomer)}).tidy()
    is_namesake = "namesake" in sent
    if sent.get("step") != "add":
        refusal = read(
            lambda uow: check_newcomer(
                SqlNewcomers(uow), uow.actor(person), new, namesake=is_namesake
            )
        )
        if refusal is None and sent.get("step") != "name":
            return _page(new, asdict(new.forms))
        return _refused(new, refusal)

    def work(uow: SqlUnitOfWork) -> int | Refusal:
        return add_newcomer(
            SqlNewcomers(uow), uow.actor(person), new, sent, sent.getlist("confirmed"),
            namesake=is_namesake,
        )  # fmt: skip

    result = house().transact(work)
    if isinstance(result, Refusal):
        is_about_forms = result.field in FORMS
        return _refused(new, result, sent if is_about_forms else None)
    flash(f"{new.full_name}: добавлено. Теперь назначьте на должность и пригласите.", "success")
    return redirect(url_for("admin.people", text=new.last_name))


def _refused(new: Newcomer, refusal: Refusal | None, forms: Any = None) -> Answer:
    if refusal and refusal.code == "not_your_role":
        abort(404)
    return _page(new, forms, refusal), 422 if refusal else 200


def _page(new: Newcomer, forms: Any = None, refusal: Refusal | None = None) -> str:
    return render_template(
        "admin/newcomer.html", new=new, forms=forms, titles=FORMS, refusal=refusal,
        confirmed=request.form.getlist("confirmed"),
    )  # fmt: skip
