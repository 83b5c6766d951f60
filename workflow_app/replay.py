"""Days of the demonstration district that have passed: its people act, its clock is moved."""

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import select

from workflow_app.bootstrap import House
from workflow_app.clock import FixedClock
from workflow_app.engine.refusals import Refusal
from workflow_app.services import acting, drafts
from workflow_app.services.acting import Intent
from workflow_app.store import networks, outbox
from workflow_app.store.importing import SEEDS, import_directory
from workflow_app.store.models.directory import (
    Organisation,
    Person,
    Position,
    PriorityDirection,
)
from workflow_app.store.models.instances import Instance
from workflow_app.store.models.registers import Network
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.tasks import effects, loops

MORNING = dt.time(9)


@cache
def rows(file: str) -> Sequence[Mapping[str, str]]:
    """Return a table of the demonstration district."""
    with (SEEDS / f"{file}.csv").open(encoding="utf-8") as opened:
        return tuple(csv.DictReader(opened))


class Past:
    """The district on days gone by, in a house whose clock stands until it is moved."""

    def __init__(self, house: House, start: dt.date) -> None:
        self.clock = FixedClock(_morning(house, start))
        self.house = replace(house, clock=self.clock)
        self._orders = sorted({dt.date.fromisoformat(row["reg_date"]) for row in rows("orders")})
        self.today = start

    def rows(self, file: str) -> Sequence[Mapping[str, str]]:
        """Return a table of the district."""
        return rows(file)

    def number(self, kind: str, code: str) -> int:
        """Return the id of what a code names."""
        return self.house.read(lambda uow: _number(uow, kind, code))

    def at(self, day: dt.date) -> None:
        """Move to a day: take over what orders told by then, let happen what was due."""
        if any(self.today < order <= day for order in self._orders):
            self.house.transact(lambda uow: import_directory(uow.session, as_of=day))
        self.today = day
        self.clock.set(_morning(self.house, day))
        while loops.fire_due(self.house):
            continue
        self.carry_out()

    def carry_out(self) -> None:
        """Let every message to the outside be done, as the worker does."""
        while claimed := self.house.transact(lambda uow: outbox.claim(uow.connection, uow.now)):
            for message_id, _ in claimed:
                effects.carry_out(self.house, message_id)

    def case(self, process: str, subject: str, key: str = "") -> int:
        """Return the newest case about a subject, or the one that grew from a row."""
        query = select(Instance.id).where(
            Instance.process == process, Instance.subject == subject, Instance.fan_key == key
        )
        return self.house.read(
            lambda uow: uow.session.scalars(query.order_by(Instance.id.desc())).first() or 0
        )

    def data(self, case: int) -> Any:
        """Return what a case holds."""
        found = self.house.read(lambda uow: uow.load(case))
        return found.data if found else None

    def schools(self, network: int) -> Sequence[tuple[int, str]]:
        """Return the schools of a network today, each with the person who leads it."""
        return self.house.read(lambda uow: _schools(uow, network))

    def act(self, who: str, case: int, action: str, **values: Any) -> bool:
        """Let a person act; False when she may not."""
        person = self.number("person", who)
        intent = Intent(case, action, values)
        result = self.house.transact(lambda uow: acting.act(uow, person, intent))
        return not isinstance(result, Refusal)

    def edit(self, who: str, case: int, **changes: Any) -> None:
        """Let a person save fields of a draft."""
        person = self.number("person", who)

        def save(uow: SqlUnitOfWork) -> object:
            found = uow.load(case)
            return drafts.save_draft(uow, person, case, changes, found.version if found else 0)

        result = self.house.transact(save)
        if isinstance(result, Refusal):
            raise ValueError(f"{who} {case}: {result.message}")

    def hear(self, case: int, process: str, state: str) -> None:
        """Let a case hear of the outcome of another one about the same."""
        self.house.transact(lambda uow: acting.hear(uow, case, process, state))


def _morning(house: House, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, MORNING, house.settings.zone).astimezone(dt.UTC)


def _number(uow: SqlUnitOfWork, kind: str, code: str) -> int:
    """Return the id of a school, direction, network, person, or of a person's post."""
    models: Mapping[str, Any] = {
        "school": Organisation, "direction": PriorityDirection, "network": Network,
        "person": Person,
    }  # fmt: skip
    if kind == "post":
        person = _number(uow, "person", code)
        found = select(Position.id).where(Position.person_id == person).order_by(Position.id)
        return uow.session.scalars(found).first() or 0
    model = models[kind]
    return uow.session.scalars(select(model.id).where(model.code == code)).first() or 0


def _schools(uow: SqlUnitOfWork, network: int) -> Sequence[tuple[int, str]]:
    heads = (
        select(Position.organisation_id, Person.code)
        .join(Person, Person.id == Position.person_id)
        .where(Position.role == "school_head")
        .order_by(Position.id)
    )
    leads = {row[0]: row[1] or "" for row in uow.session.execute(heads)}
    members = networks.composition(uow.session, network, uow.today)
    in_order = sorted(members, key=lambda member: member.role != "base")
    return [(member.school_id, leads.get(member.school_id, "")) for member in in_order]
