"""Recommendations: what reports advise, to whom, and what came of it."""

from flask import Blueprint, render_template, request

from workflow_app.http.house import read
from workflow_app.http.numbers import number_in
from workflow_app.services.indicators import ANSWER_FOR_ALL, LEAD_A_MEMBER, WATCH
from workflow_app.store import recommendations as store
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.pages import ReservedError
from workflow_app.web.security import away, municipality, person_id

recommendations = Blueprint("recommendations", __name__)


FOR_WHOM = (
    "Рекомендации открывают управление образованием, методический центр, наблюдатель, "
    "директора школ и координаторы сетей."
)


@recommendations.get("/recommendations")
def show_all() -> str:
    """List recommendations: heads read their own networks', the district's offices all."""
    args = request.args
    wanted = store.Wanted(
        number_in(args.get("network")), args.get("year", ""), args.get("state", ""),
        number_in(args.get("before")),
    )  # fmt: skip

    def look(uow: SqlUnitOfWork) -> str:
        actor, district = uow.actor(person_id()), municipality(uow)
        sees_all = any(c.role in ANSWER_FOR_ALL | WATCH for c in actor.capacities)
        schools = {c.organisation_id for c in actor.capacities if c.role in LEAD_A_MEMBER}
        if not sees_all and not schools:
            raise away(uow) or ReservedError(FOR_WHOM, "queue.show", "К моим делам")
        found = store.register(uow, actor, district, wanted, () if sees_all else schools)
        return render_template(
            "registers/recommendations.html", found=found, wanted=wanted, words=store.words(uow)
        )

    return read(look)
