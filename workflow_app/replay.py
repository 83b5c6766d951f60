"""Days of the demonstration district that have passed: its people act, its clock is moved."""

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import func, select

from workflow_app.bootstrap import House
from workflow_app.clock import FixedClock
from workflow_app.engine.refusals import Refusal
from workflow_app.services import acting, administration, drafts
from workflow_app.services.acting import Intent
from workflow_app.store import networks, outbox
from workflow_app.store.admin import SqlAdministration
from workflow_app.store.importing import SEEDS, import_directory
from workflow_app.store.models.directory import (
    NormativeAct,
    Organisation,
    Person,
    Position,
    PriorityDirection,
)
from workflow_app.store.models.instances import Deadline, Instance
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

    def __init__(self, house: House, start: dt.date, *, learns: bool = True) -> None:
        """Begin on a day; one who `learns` takes over what orders registered elsewhere tell."""
        self.learns = learns
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
        if self.learns and any(self.today < order <= day for order in self._orders):
            self.house.transact(lambda uow: import_directory(uow.session, as_of=day))
        morning = _morning(self.house, day)
        for moment in iter(self._next_due, None):
            if moment > morning:
                break
            self._set(max(moment, self.clock.now()))
            if not loops.fire_due(self.house):
                break
            self.carry_out()
        self._set(morning)
        self.carry_out()

    def _next_due(self) -> dt.datetime | None:
        """Return when the next deadline falls due or reminds."""
        query = select(func.min(Deadline.next_at))
        return self.house.read(lambda uow: uow.session.scalar(query))

    def _set(self, moment: dt.datetime) -> None:
        self.clock.set(moment)
        self.today = moment.astimezone(self.house.settings.zone).date()

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

    def start(self, who: str, process: str, action: str = "", **values: Any) -> int:
        """Let a person begin a case and return it."""
        person = self.number("person", who)
        result = self.house.transact(
            lambda uow: acting.start(uow, person, process, values, action=action)
        )
        return int(_done(result, f"{who} {process} {action}").instance_id)

    def must(self, who: str, case: int, action: str, **values: Any) -> None:
        """Let a person act who has to be able to; then let follow what follows."""
        person, intent = self.number("person", who), Intent(case, action, values)
        result = self.house.transact(lambda uow: acting.act(uow, person, intent))
        _done(result, f"{self.today} {who} {case} {action}")
        self.carry_out()

    def children(self, case: int, process: str) -> Mapping[str, int]:
        """Return key → case of the children of a process."""
        query = select(Instance).where(Instance.parent_id == case, Instance.process == process)
        return self.house.read(
            lambda uow: {row.fan_key: row.id for row in uow.session.scalars(query)}
        )

    def about(self, process: str, subject: str) -> Mapping[str, int]:
        """Return code → case of what a process follows about a subject."""
        query = select(Instance.id).where(Instance.process == process, Instance.subject == subject)
        cases = self.house.read(lambda uow: list(uow.session.scalars(query.order_by(Instance.id))))
        return {self.data(case).code: case for case in cases}

    def stand_in(self, absent: str, substitute: str, until: dt.date) -> None:
        """Let somebody stand in for another person from today on."""
        post, person = self.number("post", absent), self.number("person", substitute)

        def write(uow: SqlUnitOfWork) -> object:
            by = uow.actor(self.number("person", absent))
            return administration.substitute(
                SqlAdministration(uow), by, position_id=post, person_id=person,
                starts_on=self.today, ends_on=until, basis="приказ о замещении (демо)",
            )  # fmt: skip

        _done(self.house.transact(write), f"{absent} {substitute}")

    def statuses_of(self, year: str) -> Sequence[Mapping[str, Any]]:
        """Return the statuses a year should have; one nobody has told repeats the last known."""
        known = [row for row in rows("school_statuses") if row["school_year"] == year]
        last = max(row["school_year"] for row in rows("school_statuses"))
        told = known or [row for row in rows("school_statuses") if row["school_year"] == last]
        return [
            {"school": self.number("school", row["school_id"]), "code": row["status_code"],
             "evidence": row["evidence"] or "результаты трёх лет"}
            for row in told
        ]  # fmt: skip

    def hear(self, case: int, process: str, state: str) -> None:
        """Let a case hear of the outcome of another one about the same."""
        self.house.transact(lambda uow: acting.hear(uow, case, process, state))


def _done(result: Any, step: str) -> Any:
    """Return the result of a step that had to succeed."""
    if isinstance(result, Refusal):
        raise ValueError(f"{step}: {'; '.join(one.message for one in result)}")
    return result


def _morning(house: House, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, MORNING, house.settings.zone).astimezone(dt.UTC)


def _number(uow: SqlUnitOfWork, kind: str, code: str) -> int:
    """Return the id of a school, direction, network, person, or of a person's post."""
    models: Mapping[str, Any] = {
        "school": Organisation, "act": NormativeAct, "direction": PriorityDirection,
        "network": Network, "person": Person,
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
