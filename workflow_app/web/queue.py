"""My queue: what waits for me, the most urgent first; many cases at once where it fits all."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, islice
from operator import attrgetter
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from workflow_app.engine.ballots import Answer
from workflow_app.engine.decide import offered
from workflow_app.engine.process import Process, State, Transition
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.engine.text import plural
from workflow_app.http import bulk, limits
from workflow_app.http.bulk import Chosen
from workflow_app.http.container import container, read, transact
from workflow_app.http.numbers import number_in
from workflow_app.services import administration
from workflow_app.services.cases import acting, undo_traces
from workflow_app.store.accounts import saved_views
from workflow_app.store.accounts.access_changes import SqlAccessChanges
from workflow_app.store.accounts.sessions import own_account
from workflow_app.store.cases import assigning as assigned
from workflow_app.store.cases import late
from workflow_app.store.read_models import feed, queries
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.assigning import Performers, hand_out, performers, say_handed, take_over
from workflow_app.web.due import days_of_work, pill
from workflow_app.web.filters import process_title
from workflow_app.web.pages import KEPT, back_to_queue, soon
from workflow_app.web.security import person_id
from workflow_app.web.signing import has_factor

T = TypeVar("T")
queue = Blueprint("queue", __name__)
queue.add_app_template_filter(pill)

FILTERS = ("process", "state", "text", "late", "soon", "own", "new")
LAID_OUT = ("order", "group")
"""What does not sift the queue but lays it out."""
LINKED = 10
"""So many cases are linked after an action on many: what is said is kept in a cookie."""
TAKE, GIVE = "take", "give"
"""What the ticked work is given by: to oneself, or to somebody."""
DONE = "done"
"""Under which it keeps the case somebody has acted in, until a page says so."""


@dataclass(frozen=True, slots=True)
class BulkAction:
    """A step or an answer for many cases of one process."""

    process: Process
    step: Transition | Answer

    @property
    def value(self) -> str:
        """Return what the button sends."""
        return f"{self.process.key}/{self.step.key}"


@queue.get("/")
def show() -> str:
    """Show what waits for the person who asks."""
    if session.get(KEPT, "") != _query(request.args):
        session[KEPT] = _query(request.args)
    return read(lambda uow: _page(uow, request.args))


def _page(uow: SqlUnitOfWork, args: Mapping[str, str], ticked: Collection[str] = ()) -> str:
    person = person_id()
    actor = uow.actor(person)
    account = own_account(uow.session, person)
    last_visit = account.last_visit_at if account else None
    wanted = _wanted(uow, args, last_visit)
    page = queries.queue(uow.session, actor, wanted, uow.now, uow.today, last_visit)
    steps = [_bulk_actions(uow, row, actor) for row in page.rows]
    officer = administration.officer(actor)
    query, known = _query(args), performers_of(uow, actor, page.rows)
    views = saved_views.seen_by(uow.session, actor)
    ticks = _ticks(steps, page.rows, known, is_officer=officer is not None)
    is_filtered = any(args.get(name) for name in FILTERS)
    amounts = queries.amounts(
        uow.session,
        actor,
        [_wanted(uow, dict(parse_qsl(one.query)), last_visit) for one in views]
        + ([wanted] if is_filtered else []),
        uow.now,
        uow.today,
    )
    return render_template(
        "queue/show.html",
        page=page,
        wanted=wanted,
        ticks=ticks,
        can={one for row in ticks for one in row} & {TAKE, GIVE},
        actions={one.value: one for row in _for_many(steps) for one in row},
        ticked=ticked,
        twins=_twins(page.rows),
        days=days_of_work(uow, officer or next(iter(actor.capacities), None), page.rows),
        stages=_stages(uow, actor),
        late_among_all=_late_among_all(uow, officer),
        last_visit=last_visit,
        views=list(zip(views, amounts, strict=False)),
        found=amounts[-1] if is_filtered else None,
        places=_places(actor),
        query=query,
        groups=_grouped(page.rows, wanted.group),
        performers=sorted(
            {one for row in page.rows for one in known.get(row.work_id, ())}, key=attrgetter("name")
        ),
        told=feed.unopened(uow, actor),
        changes=len(SqlAccessChanges(uow).waiting_for(person)),
        names=_assigned(uow, page.rows),
        is_filtered=is_filtered,
        only_new="new" in args,
        has_factor=partial(has_factor, uow),
    )


def starts(uow: SqlUnitOfWork) -> Sequence[tuple[Process, Transition]]:
    """Return what the person may begin, process by process."""
    actor = uow.actor(person_id())
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


def _twins(rows: Sequence[queries.QueueRow]) -> Collection[int]:
    """Return the work items that read as another one on the page: they tell more of themselves."""
    read = Counter((row.heading, row.number, row.title) for row in rows)
    return {row.work_id for row in rows if read[row.heading, row.number, row.title] > 1}


def _ticks(
    bulk: Sequence[Sequence[BulkAction]],
    rows: Sequence[queries.QueueRow],
    known: Mapping[int, Performers],
    *,
    is_officer: bool,
) -> Sequence[Sequence[str]]:
    """Return what may be done with each row together with others; one alone is opened."""
    found: list[list[str]] = [[one.value for one in actions] for actions in _for_many(bulk)]
    handed: list[list[str]] = []
    for row in rows:
        is_shared = len(known.get(row.work_id, ())) > 1
        can_take = is_shared and row.person_id is None
        can_give = is_officer and (is_shared or row.person_id)
        handed.append([*([TAKE] if can_take else []), *([GIVE] if can_give else [])])
    return [[*one, *other] for one, other in zip(found, _for_many(handed), strict=True)]


def _for_many(rows: Sequence[Sequence[T]]) -> Sequence[Sequence[T]]:
    """Return what may be done with each row, nothing where one row alone could be ticked."""
    return rows if sum(map(bool, rows)) > 1 else [()] * len(rows)


def _grouped(
    rows: Sequence[queries.QueueRow], group: str
) -> Sequence[tuple[str, Sequence[tuple[int, queries.QueueRow]]]]:
    """Return the rows with their places, those that stand together under one heading."""
    titles = {"process": lambda row: process_title(row.process), "organisation": _author}
    title = titles.get(group, lambda _row: "")
    return [
        (heading, [*alike])
        for heading, alike in groupby(enumerate(rows), key=lambda one: title(one[1]))
    ]


def _author(row: queries.QueueRow) -> str:
    return row.organisation


def _bulk_actions(uow: SqlUnitOfWork, row: queries.QueueRow, actor: Actor) -> Sequence[BulkAction]:
    """Return the actions that may be taken on a row together with others."""
    process = uow.processes.get(row.process)
    if process is None:
        return ()
    if row.ballot:
        ballot = process.ballots.get(row.ballot)
        return [BulkAction(process, one) for one in ballot.answers if one.is_bulk] if ballot else ()
    parties = {name: frozenset(ids) for name, ids in row.parties.items()}
    keys = offered(process, row.state, parties, actor)
    return [
        BulkAction(process, transition)
        for transition in process.moves(row.state)
        if transition.key in keys and transition.is_bulk
    ]


def performers_of(
    uow: SqlUnitOfWork, actor: Actor, rows: Sequence[queries.QueueRow]
) -> Mapping[int, Performers]:
    """Return work item → who else might do it."""
    office = next(iter(actor.capacities), None)
    items = [(row.work_id, row.role, row.role_organisation_id) for row in rows]
    return performers(uow, office.municipality_id, items) if office and items else {}


def _places(actor: Actor) -> Sequence[int]:
    """Return the organisations a view may be shared in: where the person holds an office."""
    own = (one.organisation_id for one in actor.capacities if not one.stands_for)
    return list(dict.fromkeys(own))


def _assigned(uow: SqlUnitOfWork, rows: Sequence[queries.QueueRow]) -> Mapping[int, str]:
    people = {row.person_id for row in rows if row.person_id}
    return queries.names(uow.session, people) if people else {}


def _wanted(
    uow: SqlUnitOfWork, args: Mapping[str, str], last_visit: dt.datetime | None
) -> queries.QueueFilter:
    return queries.QueueFilter(
        args.get("process", ""),
        args.get("state", ""),
        args.get("text", "").strip()[:100],
        late="late" in args,
        soon=soon(uow) if "soon" in args else None,
        own="own" in args,
        since=last_visit if "new" in args else None,
        order=_known(args.get("order", ""), queries.ORDERS) or "due",
        group=_known(args.get("group", ""), queries.GROUPS),
        after=queries.place(args.get("after", "")),
    )


def _known(value: str, among: Collection[str]) -> str:
    return value if value in among else ""


def _query(args: Mapping[str, str]) -> str:
    """Return the filters of an address, in one order, without empty ones."""
    return urlencode([(name, args[name]) for name in FILTERS + LAID_OUT if args.get(name)])


def _stages(uow: SqlUnitOfWork, actor: Actor) -> Mapping[Process, Sequence[tuple[State, int]]]:
    """Return process → the stages in which work waits for a person, and how much of it."""
    counted = queries.stages(uow.session, actor, uow.today)
    found = {
        process: [
            (state, counted[process.key, state.key])
            for state in process.states.values()
            if (process.key, state.key) in counted
        ]
        for process in uow.processes.values()
    }
    return {process: states for process, states in found.items() if states}


def _late_among_all(uow: SqlUnitOfWork, officer: Capacity | None) -> int:
    """Return how much work of the municipality is late, for who can remind of it."""
    return late.count(uow, officer.municipality_id) if officer else 0


def tell_done(said: str, instance_id: int) -> None:
    """Say on the next page what was done in a case, and what waits next in the queue."""
    flash(said, "success")
    session[DONE] = instance_id


@queue.app_template_global()
def after_step() -> str:
    """Return, once after each step, the way back from it and a link to what waits next."""
    done = session.pop(DONE, None)
    return read(lambda uow: _after(uow, done)) if done and g.person_id else ""


def _after(uow: SqlUnitOfWork, done: int) -> str:
    person = person_id()
    account = own_account(uow.session, person)
    wanted = _wanted(
        uow, dict(parse_qsl(session.get(KEPT, ""))), account.last_visit_at if account else None
    )
    page = queries.queue(uow.session, uow.actor(person), wanted, uow.now, uow.today)
    row = next((one for one in page.rows if one.instance_id != done), None)
    step = uow.last_step(done)
    return Markup(  # noqa: S704 (rendered and escaped by us)
        render_template(
            "queue/after.html",
            done=done,
            can_take_back=bool(step and step.person_id == person and undo_traces.is_possible(step)),
            row=row,
        )
    )


@queue.post("/views")
def save_view() -> Response:
    """Keep the filters under a name."""
    person, title = person_id(), request.form.get("title", "").strip()[:80]
    query = _clean(request.form.get("query", ""))

    def keep(uow: SqlUnitOfWork) -> str:
        if not title or not query:
            return "Дайте отбору название."
        own = _places(uow.actor(person)) if "shared" in request.form else []
        if not saved_views.keep(uow, person, title, query, next(iter(own), None)):
            return "Сохранённых отборов слишком много: удалите лишние."
        return ""

    problem = transact(keep)
    flash(problem or f"Отбор «{title}» сохранён.", "danger" if problem else "success")
    return redirect(f"{url_for('queue.show')}?{query}")


def _clean(query: str) -> str:
    return urlencode(
        [(name, value) for name, value in parse_qsl(query) if name in FILTERS + LAID_OUT]
    )[:500]


@queue.post("/views/<int:view_id>/remove")
def remove_view(view_id: int) -> Response:
    """Forget a saved view of one's own."""
    person = person_id()
    transact(lambda uow: saved_views.forget(uow, person, view_id))
    return redirect(url_for("queue.show"))


@queue.post("/bulk")
def act_on_many() -> Response | tuple[str, int]:
    """Take one action on several cases; each succeeds or is refused on its own, by name."""
    person, sent = person_id(), request.form
    process, _, action = sent.get("action", "").partition("/")
    ticked = sent.getlist("case")[: bulk.MOST_AT_ONCE]
    chosen = [one for one in map(_chosen, ticked) if one]
    if not chosen:
        flash("Отметьте хотя бы одно дело.", "info")
        return back_to_queue()
    args = dict(parse_qsl(session.get(KEPT, "")))
    if sent.get("work") in (TAKE, GIVE):
        return _hand_many(chosen, sent)
    if not action:
        flash("Выберите внизу, что сделать с отмеченным.", "info")
        return read(lambda uow: _page(uow, args, ticked)), 422
    password, code = sent.get("password", ""), sent.get("code", "")
    signer = bulk.signer(person, chosen, action, password, code)
    if isinstance(signer, Refusal):
        flash(signer.message, "danger")
        return read(lambda uow: _page(uow, args, ticked)), limits.status_of(signer, 422)
    done: dict[int, str] = {}
    for one in chosen:
        refused, heading = transact(partial(bulk.act_on, person, process, action, one, signer))
        if refused:
            flash(f"{heading}: {refused.message}", "danger")
        else:
            done[one.instance_id] = heading
    if done:
        flash(_done_with_many(process, action, done), "success")
    return back_to_queue()


def _hand_many(chosen: Sequence[Chosen], sent: Mapping[str, str]) -> Response:
    """Take the ticked work for oneself, or give it to somebody."""
    person, cases = person_id(), _by_case(chosen)
    ids = read(lambda uow: assigned.items_of(uow, uow.actor(person), cases))
    if sent["work"] == TAKE:
        say_handed(take_over(dict.fromkeys(ids)))
    elif not sent.get("person"):
        flash("Выберите внизу, кому поручить отмеченное.", "info")
    else:
        say_handed(hand_out(ids, number_in(sent["person"]) or None))
    return back_to_queue()


def _by_case(chosen: Sequence[Chosen]) -> Mapping[int, set[str]]:
    found: dict[int, set[str]] = {}
    for one in chosen:
        found.setdefault(one.instance_id, set()).add(one.voter)
    return found


def _done_with_many(process: str, action: str, done: Mapping[int, str]) -> Markup:
    """Return what was done with many cases, each with its name as it is now and a link to it."""
    definition = container().processes[process]
    found = definition.answer(action)
    steps = (one.told for one in definition.transitions if one.key == action)
    told = found[1].past if found else next(steps)
    count = plural(len(done), "дело", "дела", "дел")
    rest = len(done) - LINKED
    links = (
        Markup('<li><a href="{}">{}</a></li>').format(url_for("cases.show", instance_id=one), name)
        for one, name in islice(done.items(), LINKED)
    )
    more = f"и ещё {rest}" if rest > 0 else ""
    return Markup("{}: {}.<ul>{}</ul>{}").format(told, count, Markup("").join(links), more)


def _chosen(text: str) -> Chosen | None:
    case, _, rest = text.partition(":")
    version, _, voter = rest.partition(":")
    numbers = number_in(case), number_in(version)
    return None if None in numbers else Chosen(*numbers, voter)  # type: ignore[arg-type]
