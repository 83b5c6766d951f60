"""Events for other programs: addresses, what became of each message, and trying again."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workflow_app.engine.refusals import Refusal
from workflow_app.http.container import container, read, stop_reading, transact
from workflow_app.http.numbers import number_in
from workflow_app.notifications import webhook
from workflow_app.services import webhooks as service
from workflow_app.services.administration import officer
from workflow_app.store.messages import webhooks as store
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.pages import ReservedError
from workflow_app.web.security import away, person_id

webhooks = Blueprint("webhooks", __name__, url_prefix="/admin/webhooks")

FOR_WHOM = "Адреса других программ ведёт администратор или специалист управления образованием."


@webhooks.get("")
def show() -> str:
    """Show the addresses and the newest messages to them."""
    return read(_page)


def _page(uow: SqlUnitOfWork, refusal: Refusal | None = None, secret: str = "") -> str:
    actor = uow.actor(person_id())
    by = officer(actor)
    if by is None:
        raise away(uow) or ReservedError(FOR_WHOM, "queue.show", "Мои дела")
    lines = store.log(uow, by.municipality_id, number_in(request.args.get("before")))
    return render_template(
        "admin/webhooks.html",
        hooks=store.hooks(uow, by.municipality_id),
        lines=lines[: store.PAGE],
        below=lines[store.PAGE - 1].id if len(lines) > store.PAGE else None,
        events=service.EVENTS,
        states=service.STATES,
        refusal=refusal,
        secret=secret,
        typed=request.form.get("url", "https://") if not secret else "https://",
        ticked=request.form.getlist("kinds") if refusal else [*service.EVENTS],
    )


@webhooks.post("")
def add() -> str | tuple[str, int]:
    """Add an address; its secret is shown on this one answer."""
    url, kinds, person = (
        request.form.get("url", "").strip(),
        request.form.getlist("kinds"),
        person_id(),
    )
    settings = container().settings
    if read(lambda uow: officer(uow.actor(person))) is None:
        return read(_page)
    stop_reading()  # a name may be looked up for long
    reason = webhook.unfit(url, settings.inner_receivers)
    result: str | Refusal
    if reason:
        result = Refusal("bad_address", f"Этот адрес не подходит: {reason}", "url")
    else:
        result = transact(
            lambda uow: service.add(
                store.SqlWebhooks(uow), uow.actor(person), settings.secret_key, url, kinds
            )
        )
    if isinstance(result, Refusal):
        return read(lambda uow: _page(uow, result)), 422
    return read(lambda uow: _page(uow, secret=result))


@webhooks.post("/<int:hook_id>/switch")
def switch(hook_id: int) -> Response:
    """Switch an address on or off."""
    person, is_on = person_id(), request.form.get("on") == "1"
    said = "Адрес включён: о новых событиях он узнает." if is_on else "Адрес выключен."
    return _said(
        transact(
            lambda uow: service.switch(
                store.SqlWebhooks(uow), uow.actor(person), hook_id, is_on=is_on
            )
        ),
        said,
    )


@webhooks.post("/messages/<int:delivery_id>/again")
def try_again(delivery_id: int) -> Response:
    """Queue a message again that was not taken."""
    person = person_id()
    return _said(
        transact(
            lambda uow: service.try_again(store.SqlWebhooks(uow), uow.actor(person), delivery_id)
        ),
        "Сообщение снова в очереди, номер у него прежний.",
    )


def _said(refusal: Refusal | None, done: str) -> Response:
    if refusal and refusal.code in ("not_your_role", "not_found"):
        abort(404)
    flash(refusal.message if refusal else done, "info" if refusal else "success")
    return redirect(url_for("webhooks.show"))
