"""Whom a case waits for, and who else might do it."""

from collections.abc import Sequence
from dataclasses import dataclass

from workflow_app.engine.case import Case
from workflow_app.engine.process import Process
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.http.outcomes import whom
from workflow_app.services import administration
from workflow_app.services.assigning import owner
from workflow_app.store.directory import offices
from workflow_app.store.read_models import queries
from workflow_app.store.read_models.queries import OpenWork
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.assigning import Performers, performers


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody the case waits for, and who may be given the work by name."""

    work_id: int
    title: str
    name: str
    person_id: int | None
    person: str
    performers: Performers
    is_stranded: bool = False
    """Whether nobody may do it, so that it waits for whoever appoints people."""
    shut_out: str = ""
    """Whose account is closed, where nobody acts in that office instead."""
    owns: int = 0
    """As whom the person who looks may take it: herself, or whom she stands for; 0 if not."""

    @property
    def is_assignable(self) -> bool:
        """Tell whether there is a choice, or a choice to undo."""
        return len(self.performers) > 1 or self.person_id is not None


def waits_for(
    uow: SqlUnitOfWork, process: Process, case: Case, page: queries.CasePage, actor: Actor
) -> Sequence[Waiting]:
    """Return whom a case waits for; an officer, and who may do it, sees who else might."""
    own = {
        item.id: owner(one)
        for item in page.work
        for one in reversed(actor.capacities)
        if one.fills(item.role, item.organisation_id)
    }
    is_officer = administration.officer(actor) is not None
    items = [
        (item.id, item.role, item.organisation_id)
        for item in page.work
        if is_officer or item.id in own
    ]
    known = performers(uow, case.municipality_id, items) if items else {}
    people = {item.person_id for item in page.work if item.person_id}
    names = queries.names(uow.session, people) if people else {}
    closed = offices.shut_out(uow.session, case.municipality_id, uow.today) if page.work else ()
    return [
        Waiting(
            item.id,
            item.title,
            whom(uow, process, case, item),
            item.person_id,
            names.get(item.person_id or 0, ""),
            known.get(item.id, ()),
            bool(item.reason),
            _shut_out(uow, case, item, closed),
            own.get(item.id, 0),
        )
        for item in page.work
    ]


def _shut_out(
    uow: SqlUnitOfWork, case: Case, item: OpenWork, closed: Sequence[tuple[Capacity, str]]
) -> str:
    """Return whose closed account work waits for, when nobody else may do it."""
    place = item.organisation_id
    names = [name for office, name in closed if office.fills(item.role, place)]
    held = names and uow.facts(case.municipality_id).holders(item.role, place or None)
    return "" if held else ", ".join(dict.fromkeys(names))
