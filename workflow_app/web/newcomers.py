"""A head adds a colleague in two steps: name and post, then how they are declined, confirmed."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Capacity
from workflow_app.http.container import read, transact
from workflow_app.services.accounts.people import (
    CONFIRMED,
    FORMS,
    Newcomer,
    Post,
    add_newcomer,
    check_newcomer,
)
from workflow_app.services.administration import may_tell_of
from workflow_app.services.registers.names import TitleForms
from workflow_app.store.accounts.admin import title_forms
from workflow_app.store.directory.people import SqlNewcomers
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.security import inner_next, person_id

newcomers = Blueprint("newcomers", __name__)

Answer = Response | str | tuple[str, int]
By = Callable[[SqlUnitOfWork], Capacity | None]


@newcomers.get("/schools/<int:school_id>/colleagues/new")
def ask_colleague(school_id: int) -> str:
    """Ask a head for the name and the post of a colleague."""
    return _asked(_head(school_id), "registers/colleague.html", school_id)


@newcomers.post("/schools/<int:school_id>/colleagues/new")
def add_colleague(school_id: int) -> Answer:
    """Propose the forms of name and post, or add the colleague once they are confirmed."""
    sent = request.form
    titles = (" ".join(sent.get(one.name, "").split())[:200] for one in fields(TitleForms))
    title = " ".join(sent.get("title", "").split())[:200]
    post = Post(school_id, title, TitleForms(*titles))
    said = "{}: добавлено. Теперь коллегу можно выбрать в документе; войти пригласит специалист."
    back = inner_next() or url_for("registers.school", school_id=school_id)
    return _answered(
        _head(school_id), "registers/colleague.html", post, lambda new: _added(said, new, back)
    )


def _head(school_id: int) -> By:
    def by(uow: SqlUnitOfWork) -> Capacity | None:
        found = may_tell_of(uow.actor(person_id()), school_id)
        store = SqlNewcomers(uow)
        return (
            found if found and store.organisation_name(found.municipality_id, school_id) else None
        )

    return by


def _asked(by: By, page: str, school_id: int = 0) -> str:
    if read(by) is None:
        abort(404)
    post = Post(school_id, "", TitleForms("", "", "")) if school_id else None
    return _page(page, Newcomer("", ""), post)


def _answered(
    by: By, page: str, post: Post | None, added: Callable[[Newcomer], Response]
) -> Answer:
    sent = request.form
    new = Newcomer(**{one.name: sent.get(one.name, "") for one in fields(Newcomer)}).tidy()
    is_namesake = "namesake" in sent
    if sent.get("step") != "add":

        def look(uow: SqlUnitOfWork) -> tuple[Refusal | None, Post | None]:
            capacity = by(uow)
            wrong = check_newcomer(
                SqlNewcomers(uow), capacity, new, namesake=is_namesake, post=post
            )
            if post is None or capacity is None:
                return wrong, post
            known = title_forms(uow.session, capacity.municipality_id, post.title)
            return wrong, replace(post, forms=known)

        refusal, proposed = read(look)
        if refusal is None and sent.get("step") != "name":
            return _page(page, new, proposed, asdict(new.forms))
        return _refused(page, new, post, refusal)
    result = transact(
        lambda uow: add_newcomer(
            SqlNewcomers(uow),
            by(uow),
            new,
            sent,
            confirmed=CONFIRMED in sent,
            namesake=is_namesake,
            post=post,
        )
    )
    if isinstance(result, Refusal):
        about = {*FORMS, CONFIRMED, *(one.name for one in fields(TitleForms))}
        is_about_forms = result.field in about
        return _refused(page, new, post, result, sent if is_about_forms else None)
    return added(new)


def _added(said: str, new: Newcomer, back: str) -> Response:
    flash(said.format(new.full_name), "success")
    return redirect(back)


def _refused(
    page: str,
    new: Newcomer,
    post: Post | None,
    refusal: Refusal | None,
    forms: Mapping[str, str] | None = None,
) -> Answer:
    if refusal and refusal.code in ("not_your_role", "not_found"):
        abort(404)
    return _page(page, new, post, forms, refusal), 422 if refusal else 200


def _page(
    page: str, new: Newcomer, post: Post | None, forms: Any = None, refusal: Refusal | None = None
) -> str:
    return render_template(
        page,
        new=new,
        post=post,
        forms=forms,
        titles=FORMS,
        refusal=refusal,
        next=inner_next(),
        is_confirmed=CONFIRMED in request.form,
    )
