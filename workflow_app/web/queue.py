"""My queue: what waits for me, the most urgent first; many cases at once where it fits all."""

import datetime as dt
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from workflow_app.engine.decide import offered
from workflow_app.engine.refusals import Refusal
from workflow_app.services import acting
from workflow_app.services.acting import Intent
from workflow_app.store import queries
from workflow_app.store.models.accounts import Account
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.house import house
from workflow_app.web.security import person_id

queue = Blueprint("queue", __name__)


@queue.get("/")
def show() -> str:
    """Show what waits for the person who asks."""
    return house().read(_page)


def _page(uow: SqlUnitOfWork) -> str:
    actor = uow.actor(person_id())
    page = queries.queue(uow.session, actor, _wanted(), uow.now)
    bulk = [_bulk_actions(uow, row, actor) for row in page.rows]
    common = set.intersection(*map(set, bulk)) if bulk else set()
    starts = [
        process
        for process in uow.processes.values()
        if any(
            role.held_by == capacity.role
            for transition in process.starts()
            for role in transition.by
            for capacity in actor.capacities
        )
    ]
    account = uow.session.get(Account, person_id())
    return render_template(
        "queue/show.html", page=page, starts=starts, wanted=_wanted(), bulk=bulk, common=common,
        processes=uow.processes, last_visit=account.last_visit_at if account else None,
    )  # fmt: skip


def _bulk_actions(uow: SqlUnitOfWork, row: queries.QueueRow, actor: object) -> dict[str, str]:
    """Return the actions that may be taken on a row together with others."""
    process = uow.processes[row.process]
    parties = {name: frozenset(ids) for name, ids in row.parties.items()}
    keys = offered(process, row.state, parties, actor)  # type: ignore[arg-type]
    return {
        transition.key: transition.title
        for transition in process.moves(row.state)
        if transition.key in keys and transition.is_bulk
    }


def _wanted() -> queries.QueueFilter:
    args = request.args
    after = args.get("after", "")
    cursor = None
    if "_" in after:
        moment, _, number = after.partition("_")
        cursor = (dt.datetime.fromisoformat(moment), int(number))
    return queries.QueueFilter(
        args.get("process", ""), args.get("state", ""), args.get("text", "").strip(),
        late="late" in args, after=cursor,
    )  # fmt: skip


@queue.post("/bulk")
def act_on_many() -> Response:
    """Take one action on several cases; each succeeds or is refused on its own."""
    person, action = person_id(), request.form.get("action", "")
    done, refused = 0, []
    for chosen in request.form.getlist("case"):
        number, _, version = chosen.partition(":")
        intent = Intent(int(number), action, version=int(version or 0) or None)
        work = partial(_act, person, intent)
        result = house().transact(work, queue=intent.instance_id)
        if isinstance(result, Refusal):
            refused.append((intent.instance_id, result.message))
        else:
            done += 1
    if done:
        flash(f"Выполнено: {done}.", "success")
    for instance_id, message in refused:
        flash(f"Дело {instance_id}: {message}", "danger")
    return redirect(url_for("queue.show"))


def _act(person: int, intent: Intent, uow: SqlUnitOfWork) -> acting.Done | Refusal:
    return acting.act(uow, person, intent)
