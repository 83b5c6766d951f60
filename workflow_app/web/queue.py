"""My queue: what waits for me, the most urgent first; many cases at once where it fits all."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from workflow_app.engine.decide import offered
from workflow_app.engine.process import Process, Transition
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor
from workflow_app.engine.text import plural
from workflow_app.http.container import container, read, transact
from workflow_app.http.numbers import number_in
from workflow_app.http.passwords import confirm
from workflow_app.services import administration
from workflow_app.services.accounts.access import AccountRow
from workflow_app.services.cases import acting, requests
from workflow_app.services.cases.acting import Intent
from workflow_app.store.accounts import admin, saved_views
from workflow_app.store.accounts.access_changes import SqlAccessChanges
from workflow_app.store.accounts.sessions import SqlAccess, own_account
from workflow_app.store.read_models import feed, queries
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.assigning import Performers, performers
from workflow_app.web.security import person_id
from workflow_app.web.signing import has_factor

queue = Blueprint("queue", __name__)

FILTERS = ("process", "state", "text", "late", "own", "new")
MOST_AT_ONCE = 200
LINKED = 10
"""So many cases are linked after an action on many: what is said is kept in a cookie."""
MOST_VIEWS = 20
FEW_STARTS = 3
"""So many ways to begin stand side by side; more of them fold into one menu."""
KEPT = "queue"
"""Under which name the session keeps the filters the queue was looked at with last."""
DONE = "done"
"""Under which it keeps the case somebody has acted in, until a page says so."""


@dataclass(frozen=True, slots=True)
class BulkAction:
    """An action for many cases of one process."""

    process: Process
    transition: Transition

    @property
    def value(self) -> str:
        """Return what the button sends."""
        return f"{self.process.key}/{self.transition.key}"


@queue.get("/")
def show() -> str:
    """Show what waits for the person who asks."""
    if session.get(KEPT, "") != _query():
        session[KEPT] = _query()
    return read(_page)


def _page(uow: SqlUnitOfWork) -> str:
    person = person_id()
    actor = uow.actor(person)
    account = own_account(uow.session, person)
    last_visit = account.last_visit_at if account else None
    wanted = _wanted(request.args, last_visit)
    page = queries.queue(uow.session, actor, wanted, uow.now, uow.today, last_visit)
    bulk = _for_many([_bulk_actions(uow, row, actor) for row in page.rows])
    officer = administration.officer(actor)
    query = _query()
    return render_template(
        "queue/show.html",
        page=page,
        starts=_starts(uow, actor),
        few=FEW_STARTS,
        wanted=wanted,
        bulk=bulk,
        actions={one.value: one for row in bulk for one in row},
        processes=uow.processes,
        last_visit=last_visit,
        views=saved_views.of_person(uow.session, person),
        query=query,
        performers=_performers(uow, officer.municipality_id, page.rows) if officer else {},
        told=feed.unopened(uow, actor),
        changes=len(SqlAccessChanges(uow).waiting_for(person)),
        names=_assigned(uow, page.rows),
        is_filtered=bool(query),
        only_new="new" in request.args,
        has_factor=partial(has_factor, uow),
    )


def _starts(uow: SqlUnitOfWork, actor: Actor) -> Sequence[tuple[Process, Transition]]:
    """Return what a person may begin, process by process."""
    held = {capacity.role for capacity in actor.capacities}
    return [
        (process, way)
        for process in uow.processes.values()
        for way in process.starts_for(held)
        if _may_begin(uow, actor, process, way)
    ]


def _may_begin(uow: SqlUnitOfWork, actor: Actor, process: Process, way: Transition) -> bool:
    """Tell whether nothing but what is open already keeps a person from beginning this way."""
    if not way.guards:
        return True
    refusal = acting.why_not_start(uow, actor.person_id, process.key, way.key)
    return refusal is None or refusal.case is not None


def _for_many(rows: Sequence[Sequence[BulkAction]]) -> Sequence[Sequence[BulkAction]]:
    """Return the actions of each row, none where one row alone could be ticked: it is opened."""
    return rows if sum(map(bool, rows)) > 1 else [()] * len(rows)


def _bulk_actions(uow: SqlUnitOfWork, row: queries.QueueRow, actor: Actor) -> Sequence[BulkAction]:
    """Return the actions that may be taken on a row together with others."""
    process = uow.processes.get(row.process)
    if process is None or row.ballot:
        return ()
    parties = {name: frozenset(ids) for name, ids in row.parties.items()}
    keys = offered(process, row.state, parties, actor)
    return [
        BulkAction(process, transition)
        for transition in process.moves(row.state)
        if transition.key in keys and transition.is_bulk
    ]


def _performers(
    uow: SqlUnitOfWork, municipality_id: int, rows: Sequence[queries.QueueRow]
) -> Mapping[int, Performers]:
    items = [(row.work_id, row.role, row.role_organisation_id) for row in rows]
    return performers(uow, municipality_id, items)


def _assigned(uow: SqlUnitOfWork, rows: Sequence[queries.QueueRow]) -> Mapping[int, str]:
    people = {row.person_id for row in rows if row.person_id}
    return queries.names(uow.session, people) if people else {}


def _wanted(args: Mapping[str, str], last_visit: dt.datetime | None) -> queries.QueueFilter:
    return queries.QueueFilter(
        args.get("process", ""),
        args.get("state", ""),
        args.get("text", "").strip()[:100],
        late="late" in args,
        own="own" in args,
        since=last_visit if "new" in args else None,
        after=queries.place(args.get("after", "")),
    )


def _query() -> str:
    """Return the filters of this address, in one order, without empty ones."""
    return urlencode([(name, request.args[name]) for name in FILTERS if request.args.get(name)])


def _back() -> Response:
    """Lead to the queue as it was looked at last."""
    kept = session.get(KEPT, "")
    return redirect(f"{url_for('queue.show')}{kept and '?'}{kept}")


def tell_done(said: str, instance_id: int) -> None:
    """Say on the next page what was done in a case, and what waits next in the queue."""
    flash(said, "success")
    session[DONE] = instance_id


@queue.app_template_global()
def next_case() -> str:
    """Return a link to what waits next in the queue as it was, once after each action in a case."""
    done = session.pop(DONE, None)
    return read(lambda uow: _next(uow, done)) if done and g.person_id else ""


def _next(uow: SqlUnitOfWork, done: int) -> str:
    person = person_id()
    account = own_account(uow.session, person)
    wanted = _wanted(
        dict(parse_qsl(session.get(KEPT, ""))), account.last_visit_at if account else None
    )
    page = queries.queue(uow.session, uow.actor(person), wanted, uow.now, uow.today)
    row = next((one for one in page.rows if one.instance_id != done), None)
    if row is None:
        return ""
    address = url_for("cases.show", instance_id=row.instance_id)
    link = Markup('<div>Следующее дело: <a href="{}">{}</a></div>')
    return link.format(address, _named(row))


@queue.post("/views")
def save_view() -> Response:
    """Keep the filters under a name."""
    person, title = person_id(), request.form.get("title", "").strip()[:80]
    query = _clean(request.form.get("query", ""))

    def keep(uow: SqlUnitOfWork) -> str:
        if not title or not query:
            return "Дайте отбору название."
        if len(saved_views.of_person(uow.session, person)) >= MOST_VIEWS:
            return "Сохранённых отборов слишком много: удалите лишние."
        saved_views.keep(uow, person, title, query)
        return ""

    problem = transact(keep)
    flash(problem or f"Отбор «{title}» сохранён.", "danger" if problem else "success")
    return redirect(f"{url_for('queue.show')}?{query}")


def _clean(query: str) -> str:
    return urlencode([(name, value) for name, value in parse_qsl(query) if name in FILTERS])[:500]


@queue.post("/views/<int:view_id>/remove")
def remove_view(view_id: int) -> Response:
    """Forget a saved view of one's own."""
    person = person_id()
    transact(lambda uow: saved_views.forget(uow, person, view_id))
    return redirect(url_for("queue.show"))


@queue.post("/bulk")
def act_on_many() -> Response:
    """Take one action on several cases; each succeeds or is refused on its own, by name."""
    person = person_id()
    process, _, action = request.form.get("action", "").partition("/")
    chosen = [one for one in map(_chosen, request.form.getlist("case")[:MOST_AT_ONCE]) if one]
    back = _back()
    if not chosen or not action:
        flash("Отметьте хотя бы одно дело.", "info")
        return back
    sent = request.form
    signer = _signer(chosen, action, person, sent.get("password", ""), sent.get("code", ""))
    if isinstance(signer, Refusal):
        flash(signer.message, "danger")
        return back
    done: dict[int, str] = {}
    for instance_id, version in chosen:
        intent = Intent(instance_id, action, version=version)
        work = partial(_act, person, process, intent, signer)
        refused, heading = transact(work)
        if refused:
            flash(f"{heading}: {refused.message}", "danger")
        else:
            done[instance_id] = heading
    if done:
        flash(_done_with_many(process, action, done), "success")
    return back


def _done_with_many(process: str, action: str, done: Mapping[int, str]) -> Markup:
    """Return what was done with many cases, each with its name as it is now and a link to it."""
    steps = container().processes[process].transitions
    told = next(step.told for step in steps if step.key == action)
    count = plural(len(done), "дело", "дела", "дел")
    rest = len(done) - LINKED
    links = (
        Markup('<li><a href="{}">{}</a></li>').format(url_for("cases.show", instance_id=one), name)
        for one, name in islice(done.items(), LINKED)
    )
    more = f"и ещё {rest}" if rest > 0 else ""
    return Markup("{}: {}.<ul>{}</ul>{}").format(told, count, Markup("").join(links), more)


def _chosen(text: str) -> tuple[int, int] | None:
    case, version = map(number_in, text.partition(":")[::2])
    return None if case is None or version is None else (case, version)


def _signer(
    chosen: Sequence[tuple[int, int]], action: str, person: int, password: str, code: str
) -> AccountRow | Refusal | None:
    """Ask for password and code once for the whole batch; return whose, if they are needed."""
    needs = read(lambda uow: any(requests.is_signed(uow, one, action) for one, _ in chosen))
    return confirm(person, password, code) if needs else None


def _act(
    person: int, process: str, intent: Intent, signer: AccountRow | None, uow: SqlUnitOfWork
) -> tuple[Refusal | None, str]:
    """Act on one of many; refuse what the batch cannot be meant for."""
    row = queries.case(uow.session, intent.instance_id)
    if row is None or row.process not in uow.processes:
        return acting.NOT_FOUND, f"Дело {intent.instance_id}"
    transition = uow.processes[row.process].transition(row.state, intent.action)
    fits = row.process == process and transition is not None and transition.is_bulk
    if not fits:
        refusal = Refusal("not_for_many", "это действие к нему не подходит")
        case, actor = uow.load(row.id), uow.actor(person)
        may_read = case and acting.may_read(uow, uow.processes[row.process], case, actor)
        return refusal, _named(row) if may_read else f"Дело {row.id}"
    result = requests.carry_out(uow, SqlAccess(uow), person, intent, signer)
    if not isinstance(result, Refusal):
        return None, _named(queries.case(uow.session, row.id) or row)
    is_unread = result in (requests.UNSIGNED, acting.NOT_FOUND)
    return result, f"Дело {row.id}" if is_unread else _named(row)


def _named(row: Any) -> str:
    return f"{row.heading} {row.number}".strip()


@queue.post("/work/<int:work_id>/assign")
def assign(work_id: int) -> Response:
    """Give a work item to a person by name, or back to everybody of its role."""
    person, chosen = person_id(), number_in(request.form.get("person"))
    refusal = transact(
        lambda uow: administration.assign_work(
            admin.SqlAdministration(uow), uow.actor(person), work_id, chosen
        )
    )
    flash(refusal.message if refusal else "Поручение записано.", "danger" if refusal else "success")
    case = number_in(request.form.get("case"))
    return redirect(url_for("cases.show", instance_id=case)) if case else _back()
