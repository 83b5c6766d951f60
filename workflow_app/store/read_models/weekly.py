"""How a municipality stands this week, in a few counts."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select, tuple_

from workflow_app.engine.calendar import due_moment
from workflow_app.engine.deadlines import WorkingDays
from workflow_app.engine.roles import POST
from workflow_app.services.ports import NewNotice
from workflow_app.services.weekly import Stage, Standing
from workflow_app.store.cases import late
from workflow_app.store.messages.delivery import SqlDelivery
from workflow_app.store.models.directory import Organisation
from workflow_app.store.models.instances import Instance, WorkItem
from workflow_app.store.read_models.queries import is_awaited
from workflow_app.store.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from workflow_app.services.weekly import Weekly

MOST_STAGES, MOST_PLACES = 12, 5


class SqlWeekly:
    """What the letter of the week asks, within one unit of work."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self._uow = uow
        self.now = uow.now

    def local(self, municipality_id: int) -> dt.datetime:
        """Return this moment by the clocks of a municipality."""
        self._uow.be_in(municipality_id)
        return self.now.astimezone(self._uow.zone)

    def is_wanted(self, municipality_id: int) -> bool:
        """Tell whether a municipality has the letter switched on."""
        return bool(self._uow.facts(municipality_id).setting("letters.weekly"))

    def working_days(self, municipality_id: int) -> WorkingDays:
        """Return the production calendar."""
        return self._uow.working_days(municipality_id)

    def standing(self, municipality_id: int, since: dt.date) -> Standing:
        """Return how a municipality stands; what nobody but its writers reads is not counted."""
        uow = self._uow
        begun = dt.datetime.combine(since, dt.time(), uow.zone).astimezone(dt.UTC)
        new = select(func.count()).select_from(Instance)
        new = new.where(Instance.created_at >= begun, *self._told(municipality_id))
        return Standing(
            late.count(uow, municipality_id),
            self._soon(municipality_id),
            uow.session.execute(new).scalar_one(),
            self._stages(municipality_id),
            self._busiest(municipality_id),
        )

    def _told(self, municipality_id: int) -> Sequence[Any]:
        processes = self._uow.processes.values()
        private = [
            (one.key, state.key)
            for one in processes
            for state in one.states.values()
            if state.is_private or one.confidential
        ]
        place = tuple_(Instance.process, Instance.state)
        own = Instance.municipality_id == municipality_id
        return (own, place.not_in(private)) if private else (own,)

    def _soon(self, municipality_id: int) -> int:
        until = due_moment(self._uow.today + dt.timedelta(days=1), self._uow.zone)
        query = select(func.count(WorkItem.instance_id.distinct())).where(
            WorkItem.municipality_id == municipality_id,
            is_awaited(),
            WorkItem.due_at >= self.now,
            WorkItem.due_at <= until,
        )
        return self._uow.session.execute(query).scalar_one()

    def _stages(self, municipality_id: int) -> Sequence[Stage]:
        count = func.count().label("cases")
        query = (
            select(Instance.process, Instance.state, count)
            .where(Instance.finished_at.is_(None), *self._told(municipality_id))
            .group_by(Instance.process, Instance.state)
            .order_by(count.desc(), Instance.process, Instance.state)
        )
        found = []
        for process, state, cases in self._uow.session.execute(query):
            known = self._uow.processes.get(process)
            stands = known.states.get(state) if known else None
            if known and stands and stands.waits_for:
                title = f"{known.plural or known.title} — {stands.title}"
                found.append(Stage(process, state, title, cases))
        return found[:MOST_STAGES]

    def _busiest(self, municipality_id: int) -> Sequence[tuple[str, int]]:
        called = Organisation.called(self._uow.today)
        count = func.count(WorkItem.instance_id.distinct()).label("cases")
        query = (
            select(called, count)
            .select_from(WorkItem)
            .join(
                Organisation,
                and_(Organisation.id == WorkItem.organisation_id, WorkItem.role != POST),
            )
            .where(WorkItem.municipality_id == municipality_id, is_awaited())
            .group_by(Organisation.id, Organisation.short_name)
            .order_by(count.desc(), Organisation.id)
            .limit(MOST_PLACES)
        )
        return [(name, cases) for name, cases in self._uow.session.execute(query)]

    def tell(self, municipality_id: int, notice: NewNotice) -> None:
        """Write a notice to each holder of its targets and queue the letters."""
        SqlDelivery(self._uow).notify(municipality_id, None, [notice])


def _is_weekly(store: SqlWeekly) -> "Weekly":
    """Let mypy check that the store offers what the letter of the week needs."""
    return store
