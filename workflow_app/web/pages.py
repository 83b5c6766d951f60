"""What every page has: who is signed in, what waits, and what a failure looks like."""

import datetime as dt
import re
from typing import Any

from flask import (
    Blueprint,
    Flask,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import Forbidden, HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Response as BaseResponse

from workflow_app.engine.calendar import CalendarNotFilledError, due_moment
from workflow_app.engine.roles import is_narrow
from workflow_app.http.container import container, read
from workflow_app.services import administration
from workflow_app.services.indicators import ANSWER_FOR_ALL, WATCH
from workflow_app.store.database import UNAVAILABLE
from workflow_app.store.directory import questions
from workflow_app.store.messages import notices
from workflow_app.store.operations import health
from workflow_app.store.read_models import queries
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.carrying import sent_here
from workflow_app.web.entrance import SCRIPTS, asked, split

pages = Blueprint("pages", __name__)

SENTENCES = {
    400: "Запрос не удалось прочитать. Вернитесь на страницу и попробуйте ещё раз.",
    403: "Это действие вам не открыто.",
    404: "Такой страницы нет, или она вам не открыта.",
    405: "Так эту страницу открыть нельзя.",
    413: "Файл слишком большой: не больше 20 МБ. Вернитесь назад и приложите другой.",
    429: "Слишком много попыток. Подождите и повторите.",
    503: "Сейчас слишком много дел сразу. Подождите немного, вернитесь назад и повторите.",
    500: "У нас что-то сломалось. Введённое не пропало: вернитесь назад и повторите.",
}


_STEP = re.compile("/cases/([1-9][0-9]{0,13})/")
"""What is sent from the page of a case: a tab that is opened again looks for that page."""


class ReservedError(Forbidden):
    """A page for others: a sentence says who opens it, and a link where to go instead."""

    def __init__(self, sentence: str, way: str, title: str, code: int = 403) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence, self.way, self.title = sentence, way, title


AWAY = "База данных сейчас не отвечает, поэтому ничего не сохранено. Подождите минуту и повторите."


KEPT = "queue"
"""Under which name the session keeps the filters the queue was looked at with last."""


def back_to_queue() -> BaseResponse:
    """Lead to the queue as it was looked at last."""
    kept = session.get(KEPT, "")
    return redirect(f"{url_for('queue.show')}{kept and '?'}{kept}")


def register(app: Flask) -> None:
    """Give every template the person and her counts, and every failure a page."""
    app.register_blueprint(pages)
    app.context_processor(_person)
    app.context_processor(lambda: {"frame": container().frame})
    app.register_error_handler(HTTPException, _failed)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(CalendarNotFilledError, _uncounted)
    for error in UNAVAILABLE:
        app.register_error_handler(error, _unavailable)


def _person() -> dict[str, Any]:
    if getattr(g, "person_id", None) is None:
        return {"me": None}
    if "me" not in g:
        g.me = read(_known)
    return {"me": g.me}


def _known(uow: SqlUnitOfWork) -> dict[str, Any]:
    person = questions.person(uow.session, g.person_id)
    actor = uow.actor(g.person_id)
    waiting = queries.counts(uow.session, actor, uow.now, soon(uow), uow.today)
    unread = notices.unread(uow.session, g.person_id) - g.get("seen", 0)
    roles = {capacity.role for capacity in actor.capacities}
    return {
        "name": person.short_nom,
        "capacities": actor.capacities,
        "total": waiting.total,
        "late": waiting.late,
        "soon": waiting.soon,
        "unread": unread,
        "roles": roles,
        "sees_all": bool(roles & (ANSWER_FOR_ALL | WATCH)),
        "sections": [
            (section, request.script_root + address)
            for section in container().frame.sections
            for address in section.addresses(actor, is_narrow=uow.is_narrow)
        ],
        "begins": any(one.starts_for(roles) for one in uow.processes.values()),
        "contact": questions.help_contact(uow.session, person.municipality_id),
        "email_bounced": person.email_bounced_at is not None,
        "is_narrow": is_narrow(actor, uow.offices),
        "is_officer": administration.officer(actor) is not None,
        "is_auditor": administration.auditor(actor) is not None,
    }


def soon(uow: SqlUnitOfWork) -> dt.datetime:
    """Return the end of tomorrow: what is due before it is due soon."""
    return due_moment(uow.today + dt.timedelta(days=1), uow.zone)


def _failed(error: HTTPException) -> BaseResponse:
    """Answer a failure: with a page, and a script with JSON, whatever it asked for and how."""
    if isinstance(error, MethodNotAllowed) and _is_nowhere(error):
        error = NotFound()
    found = _STEP.match(request.path)
    if isinstance(error, MethodNotAllowed) and found and request.method in ("GET", "HEAD"):
        return redirect(url_for("cases.show", instance_id=int(found[1])))
    code = error.code or 500
    sentence, way = SENTENCES.get(code, SENTENCES[400]), None
    if isinstance(error, ReservedError):
        sentence, way = error.sentence, (url_for(error.way), error.title)
    if request.path.startswith(SCRIPTS):
        response = jsonify(code=f"http_{code}", message=sentence, fields={})
    else:
        response = make_response(
            render_template("failure.html", code=code, sentence=sentence, way=way)
        )
    response.status_code = code
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.allow.update(error.valid_methods)
    return response


def _is_nowhere(error: MethodNotAllowed) -> bool:
    """Tell whether no method opens the address.

    Where it has two routes for an address, the router calls an odd word in it a wrong method.
    """
    adapter = current_app.create_url_adapter(request)
    return not (adapter and any(adapter.test(method=one) for one in error.valid_methods or ()))


def _expired(_error: CSRFError) -> tuple[BaseResponse | str, int]:
    """Say that a form is of another visit; what was typed comes back."""
    sentence = "Страница была открыта слишком долго, поэтому ничего не сохранено"
    if is_fragment():
        return jsonify(code="form_expired", message=sentence, fields={}), 400
    carried = sent_here()
    again = split(request.referrer or "").path if carried else ""
    page = render_template(
        "failure.html", code=400, sentence=sentence, carried=carried, again=again
    )
    return page, 400


def _uncounted(error: CalendarNotFilledError) -> tuple[BaseResponse | str, int]:
    """Say why a term could not be counted; nothing was saved, and what was typed comes back."""
    sentence = f"{error}: ничего не сохранено. Попросите администратора загрузить календарь."
    if request.path.startswith(SCRIPTS) or is_fragment():
        return jsonify(code="calendar_not_filled", message=sentence, fields={}), 409
    page = render_template("failure.html", code=409, sentence=sentence, carried=sent_here())
    return page, 409


def _unavailable(error: Exception) -> tuple[BaseResponse | str, int]:
    """Say that nothing could be written or read now, and give back what was typed."""
    code, busy = 503, isinstance(error, TimeoutError)
    if not busy:
        current_app.logger.error("the database does not answer", exc_info=error)
    sentence = SENTENCES[code] if busy else AWAY
    if request.path.startswith(SCRIPTS) or is_fragment():
        return jsonify(code=f"http_{code}", message=sentence, fields={}), code
    g.person_id = None  # who she is stands in the database
    carried = sent_here()
    again = split(request.referrer or "").path if carried else asked()
    return render_template(
        "failure.html", code=code, sentence=sentence, carried=carried, again=again
    ), code


@pages.get("/health", endpoint="health")
def show_health() -> dict[str, bool]:
    """Tell whether all is well; `workflow-app doctor` says what is not, to who may know."""
    return {"ok": read(health.is_well)}


def is_fragment() -> bool:
    """Tell whether a script asks for a part of a page."""
    return request.headers.get("X-Requested-With") == "fetch"
