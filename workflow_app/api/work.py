"""Work: the queue and what is done from it with many cases, whose work it is, what is late."""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import Blueprint, g, request
from pydantic import ValidationError

from workflow_app.api import models as m
from workflow_app.api import paging
from workflow_app.api.contract import documented
from workflow_app.api.problems import answer, problem_of
from workflow_app.api.reading import body_as, json_body
from workflow_app.api.registers import NO_POSITION, Reader
from workflow_app.api.views import work_view
from workflow_app.engine.calendar import due_moment
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.engine.roles import POST, Actor
from workflow_app.http import bulk
from workflow_app.http.bulk import Chosen
from workflow_app.http.container import transact
from workflow_app.http.readable_cases import readable_among
from workflow_app.services import assigning, reminding
from workflow_app.services.accounts.access import AccountRow
from workflow_app.services.administration import UNKNOWN
from workflow_app.services.assigning import Handed
from workflow_app.services.hashing import canonical, sha256
from workflow_app.services.indicators import ANSWER_FOR_ALL, WATCH
from workflow_app.store import idempotency
from workflow_app.store.accounts.sessions import own_account
from workflow_app.store.cases import late
from workflow_app.store.cases.assigning import SqlAssigning
from workflow_app.store.read_models import queries
from workflow_app.store.unit_of_work import SqlUnitOfWork

BAD_FILTER = "Отбор не распознан: "
FOR_WHOM = Refusal(
    "not_your_role", "Опоздания всего муниципалитета открывают те, кто отвечает за все организации"
)


def register(api: Blueprint, read: Reader) -> None:
    """Add the routes of work."""
    _queue_routes(api, read)
    _assigning_routes(api)
    _late_routes(api, read)


def _queue_routes(api: Blueprint, read: Reader) -> None:
    @api.get("/queue")
    @documented(list[m.WorkView], query=m.OfQueue)
    def queue() -> Any:
        """List the work that waits for the token's person, the most urgent first, page by page."""
        return read(_queue)

    @api.get("/queue/counts")
    @documented(m.CountsView, query=m.Sifted)
    def counts() -> Any:
        """Count the work that waits for the token's person, and what a filter finds of it."""
        return read(_counts)

    @api.post("/queue/actions/<action>")
    @documented(list[m.BulkResult], m.BulkAction, headers=m.Once)
    def act_on_many(action: str) -> Any:
        """Take one action on several cases of a process: each is done or refused on its own."""
        body = body_as(m.BulkAction)
        if isinstance(body, Refusal):
            return answer(body)
        done = _on_many(g.person_id, action, body)
        return paging.reply(done)


def _assigning_routes(api: Blueprint) -> None:
    @api.post("/work/take")
    @documented(m.HandedView, m.Taking, headers=m.Once)
    def take() -> Any:
        """Take work for oneself: from everybody of its role, or from whom the request names."""
        body = body_as(m.Taking)
        if isinstance(body, Refusal):
            return answer(body)
        seen = {one.work_id: one.seen for one in body.items}
        return _hand(lambda uow, actor: assigning.take(SqlAssigning(uow), actor, seen))

    @api.post("/work/give")
    @documented(m.HandedView, m.Giving, headers=m.Once)
    def give() -> Any:
        """Give work to one holder of its role, or back to all of them."""
        body = body_as(m.Giving)
        if isinstance(body, Refusal):
            return answer(body)
        ids, person = body.work_ids, body.person_id
        return _hand(lambda uow, actor: assigning.hand_out(SqlAssigning(uow), actor, ids, person))

    @api.post("/work/<int:work_id>/give-back")
    @documented(m.HandedView, m.Nothing, headers=m.Once)
    def give_back(work_id: int) -> Any:
        """Give work one has by name back to everybody of its role."""
        body = json_body()
        if isinstance(body, Refusal):
            return answer(body)

        def work(uow: SqlUnitOfWork, actor: Actor) -> Handed | Refusal:
            store = SqlAssigning(uow)
            items = store.open_work([work_id])
            refusal = assigning.give_back(store, actor, work_id)
            return refusal or Handed(done=[*items])

        return _hand(work)


def _late_routes(api: Blueprint, read: Reader) -> None:
    @api.get("/late")
    @documented(list[m.LateView], query=m.OfProcess)
    def late_work() -> Any:
        """List the late work of the municipality, what is late longest first."""
        return read(_late)

    @api.post("/late/reminders")
    @documented(m.RemindedView, m.Reminding, headers=m.Once)
    def remind() -> Any:
        """Remind those whom late work waits for; of each item once a day at most."""
        body = body_as(m.Reminding)
        if isinstance(body, Refusal):
            return answer(body)

        def work(uow: SqlUnitOfWork, actor: Actor) -> Mapping[str, Any] | Refusal:
            found = reminding.remind(late.SqlReminding(uow), actor, body.work_ids)
            if isinstance(found, Refusal):
                return found
            return m.RemindedView(sent=found.sent, before=found.before).model_dump()

        return _carried_out(work, m.RemindedView)


def _carried_out(
    work: Callable[[SqlUnitOfWork, Actor], Mapping[str, Any] | Refusal],
    view: type[m.HandedView | m.RemindedView],
) -> Any:
    """Carry out a request once for its key, and answer with what came of it."""
    key, person = request.headers.get("Idempotency-Key", ""), g.person_id
    digest = sha256(canonical([request.method, request.path, json_body()]))
    result = transact(
        lambda uow: idempotency.once(uow, person, key, digest, lambda: work(uow, uow.actor(person)))
    )
    if isinstance(result, Refusal):
        return answer(result)
    return paging.reply(view.model_validate(result))


def _hand(work: Callable[[SqlUnitOfWork, Actor], Handed | Refusal]) -> Any:
    """Let work change hands; where none of it did, that is a refusal with all its reasons."""

    def hand(uow: SqlUnitOfWork, actor: Actor) -> Mapping[str, Any] | Refusal:
        handed = work(uow, actor)
        if isinstance(handed, Refusal):
            return handed
        if not handed.done:
            return joined(reason for _, reason in handed.refused) or UNKNOWN
        view = m.HandedView(
            done=[m.WorkPlace(work_id=one.id, instance_id=one.instance_id) for one in handed.done],
            refused=[
                m.WorkRefused(
                    work_id=one.id, instance_id=one.instance_id, problem=problem_of(reason)
                )
                for one, reason in handed.refused
            ],
        )
        return view.model_dump()

    return _carried_out(hand, m.HandedView)


def _sifted(uow: SqlUnitOfWork, asked: m.Sifted) -> dict[str, Any]:
    """Return the filters of a request as the queue takes them."""
    account = own_account(uow.session, g.person_id) if asked.new == "true" else None
    tomorrow = (
        due_moment(uow.today + dt.timedelta(days=1), uow.zone) if asked.soon == "true" else None
    )
    return {
        "process": asked.process,
        "state": asked.state,
        "text": asked.text.strip(),
        "late": asked.late == "true",
        "soon": tomorrow,
        "own": asked.own == "true",
        "since": account.last_visit_at if account else None,
    }


def _asked(model: type[m.AskedT]) -> m.AskedT | Refusal:
    try:
        return model.model_validate(request.args.to_dict())
    except ValidationError as error:
        names = sorted({str(one["loc"][0]) for one in error.errors()})
        return Refusal("bad_request", BAD_FILTER + ", ".join(names), names[0])


def _queue(uow: SqlUnitOfWork) -> paging.Page | Refusal:
    asked = _asked(m.OfQueue)
    if isinstance(asked, Refusal):
        return asked
    after = queries.place(asked.after)
    if asked.after and after is None:
        return paging.NO_PLACE
    wanted = queries.QueueFilter(
        **_sifted(uow, asked), order=asked.order, group=asked.group, after=after
    )
    page = queries.queue(uow.session, uow.actor(g.person_id), wanted, uow.now, uow.today)
    return paging.Page([work_view(row) for row in page.rows], page.after)


def _counts(uow: SqlUnitOfWork) -> m.CountsView | Refusal:
    asked = _asked(m.Sifted)
    if isinstance(asked, Refusal):
        return asked
    filters = [m.Sifted(), m.Sifted(late="true"), m.Sifted(soon="true"), asked]
    wanted = [queries.QueueFilter(**_sifted(uow, one)) for one in filters]
    total, late_, soon, found = queries.amounts(
        uow.session, uow.actor(g.person_id), wanted, uow.now, uow.today
    )
    return m.CountsView(total=total, late=late_, soon=soon, found=found)


def _on_many(person: int, action: str, body: m.BulkAction) -> Any:
    """Act on each of many cases; the same key goes on where the request before broke off."""
    chosen = [Chosen(one.id, one.version, one.voter) for one in body.items]
    key = request.headers.get("Idempotency-Key", "")
    digest = sha256(canonical([request.method, request.path, json_body()]))
    if key:
        taken = transact(lambda uow: idempotency.once(uow, person, key, digest, dict))
        if isinstance(taken, Refusal):
            return taken
    signer = None
    if body.password:
        signer = bulk.signer(person, chosen, action, body.password, body.code)
    if isinstance(signer, Refusal):
        return signer
    results = []
    for place, one in enumerate(chosen):
        own = sha256(f"{key}\n{place}") if key else ""
        act = partial(_act_once, person, body.process, action, one, signer, own, digest)
        results.append(m.BulkResult.model_validate(transact(act)))
    return results


def _act_once(
    person: int,
    process: str,
    action: str,
    one: Chosen,
    signer: AccountRow | None,
    key: str,
    digest: str,
    uow: SqlUnitOfWork,
) -> Mapping[str, Any]:
    heading = ""

    def act() -> Mapping[str, Any] | Refusal:
        nonlocal heading
        refusal, heading = bulk.act_on(person, process, action, one, signer, uow)
        return refusal or m.BulkResult(id=one.instance_id, heading=heading).model_dump()

    result = idempotency.once(uow, person, key, digest, act)
    if isinstance(result, Refusal):
        problem = problem_of(result)
        return m.BulkResult(id=one.instance_id, heading=heading, problem=problem).model_dump()
    return result


def _late(uow: SqlUnitOfWork) -> list[m.LateView] | Refusal:
    asked = _asked(m.OfProcess)
    if isinstance(asked, Refusal):
        return asked
    actor = uow.actor(g.person_id)
    capacities = actor.capacities
    if not capacities:
        return NO_POSITION
    if not {one.role for one in capacities} & (ANSWER_FOR_ALL | WATCH):
        return FOR_WHOM
    found = late.listed(uow, capacities[0].municipality_id, asked.process)
    # That something is late is told of every case; what it is called, of those one may open.
    readable = readable_among(uow, (one.work.instance_id for one in found), actor)
    return [
        m.LateView(
            work_id=one.work.id,
            instance_id=one.work.instance_id,
            process=one.process,
            heading=one.heading if one.work.instance_id in readable else "",
            number=one.number if one.work.instance_id in readable else "",
            title=one.work.title,
            due_at=one.work.due_at,
            organisation=one.organisation if one.work.role != POST else "",
            reminded_on=one.work.reminded_on,
        )
        for one in found
    ]
