"""Days of the demonstration district that have passed: its people act, its clock is moved."""

import csv
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import Any

from docx import Document
from sqlalchemy import func, select

from workflow_app.bootstrap import FIRST_DAY, LAST_DAY, PROMISES, Container, WholeYear
from workflow_app.clock import FixedClock
from workflow_app.engine.refusals import Refusal
from workflow_app.services import polls
from workflow_app.services.accounts.access_changes import Appointment, StandIn, wish
from workflow_app.services.cases import acting, drafts
from workflow_app.services.cases.acting import Intent
from workflow_app.services.ports import new_file
from workflow_app.services.progress import Progress, unwatched
from workflow_app.services.registers import writing
from workflow_app.services.registers.wishes import Wish
from workflow_app.store.accounts.access_changes import SqlAccessChanges
from workflow_app.store.cases.polls import SqlPolls
from workflow_app.store.documents import uploads
from workflow_app.store.models.directory import Municipality, Organisation, Person, Position
from workflow_app.store.models.instances import Deadline, Instance
from workflow_app.store.operations import invariants
from workflow_app.store.operations.importing import SEEDS, import_directory
from workflow_app.store.read_models import networks
from workflow_app.store.registers.editing import SqlRegisters
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.tasks import effects, loops

MORNING = dt.time(9)


@cache
def rows(file: str) -> Sequence[Mapping[str, str]]:
    """Return a table of the demonstration district."""
    with (SEEDS / f"{file}.csv").open(encoding="utf-8") as opened:
        return tuple(csv.DictReader(opened))


class RefusedError(Exception):
    """Somebody of the story may not do what it says."""


class Past:
    """The district on days gone by, in a house whose clock stands until it is moved."""

    def __init__(self, container: Container, start: dt.date) -> None:
        self.clock = FixedClock(_morning(container, start))
        self.container = replace(container, clock=self.clock)
        self._orders = sorted({dt.date.fromisoformat(row["reg_date"]) for row in rows("orders")})
        self.today = start

    def rows(self, file: str) -> Sequence[Mapping[str, str]]:
        """Return a table of the district."""
        return rows(file)

    def number(self, kind: str, code: str) -> int:
        """Return the id of what a code names."""
        return self.container.read(lambda uow: _number(uow, kind, code))

    def named(self, register: str, **values: Any) -> Mapping[str, int]:
        """Return the rows of a declared register with these values by their names."""

        def look(uow: SqlUnitOfWork) -> Mapping[str, int]:
            (municipality,) = uow.session.scalars(select(Municipality.id))
            return _named(uow, register, municipality, values)

        return self.container.read(look)

    def at(self, day: dt.date) -> None:
        """Move to a day: take over what orders told by then, let happen what was due."""
        if any(self.today < order <= day for order in self._orders):
            self.container.transact(lambda uow: import_directory(uow, as_of=day))
        self.today = day
        self.clock.set(_morning(self.container, day))
        while loops.fire_due(self.container):
            continue
        self.carry_out()

    def carry_out(self) -> None:
        """Let every message to the outside be done, as the worker does."""
        while claimed := effects.claim(self.container):
            for message_id, kind in claimed:
                effects.carry_out(self.container, message_id, kind)

    def case(self, process: str, subject: str, key: str = "") -> int:
        """Return the newest case about a subject, or the one that grew from a row."""
        query = select(Instance.id).where(
            Instance.process == process, Instance.subject == subject, Instance.fan_key == key
        )
        return self.container.read(
            lambda uow: uow.session.scalars(query.order_by(Instance.id.desc())).first() or 0
        )

    def data(self, case: int) -> Any:
        """Return what a case holds."""
        found = self.container.read(lambda uow: uow.load(case))
        return found.data if found else None

    def schools(self, network: int) -> Sequence[tuple[int, str]]:
        """Return the schools of a network today, each with the person who leads it."""
        return self.container.read(lambda uow: _schools(uow, network))

    def act(self, who: str, case: int, action: str, **values: Any) -> bool:
        """Let a person act; False when she may not."""
        person = self.number("person", who)
        intent = Intent(case, action, values)
        result = self.container.transact(lambda uow: acting.act(uow, person, intent))
        return not isinstance(result, Refusal)

    def start(self, who: str, process: str, action: str = "", **values: Any) -> int:
        """Let a person begin a case; return it."""
        person = self.number("person", who)
        result = self.container.transact(
            lambda uow: acting.start(uow, person, process, values, action=action)
        )
        if isinstance(result, Refusal):
            raise RefusedError(f"{who} {process} {action}: {result.code}: {result.message}")
        return result.instance_id

    def must(self, who: str, case: int, action: str, **values: Any) -> None:
        """Let a person act, as the story says she may."""
        person = self.number("person", who)
        intent = Intent(case, action, values)
        result = self.container.transact(lambda uow: acting.act(uow, person, intent))
        if isinstance(result, Refusal):
            raise RefusedError(f"{who} {case} {action}: {result.code}: {result.message}")

    def bring(self, who: str, name: str, text: str) -> int:
        """Let a person bring a Word file that says something; return the id forms hold."""
        document, made = Document(), BytesIO()
        document.add_paragraph(text)
        document.save(made)
        person, file = self.number("person", who), new_file(made.getvalue(), "docx")
        kept = self.container.transact(lambda uow: uploads.keep(uow, person, name, file))
        if isinstance(kept, Refusal):
            raise RefusedError(f"{who} {name}: {kept.code}: {kept.message}")
        return kept

    def write(self, who: str, register: str, **values: Any) -> None:
        """Let a person enter a row into a register by hand."""
        person, declared = self.number("person", who), self.container.tables[register].register
        wish = Wish(values=values, why={"reason": "запись журнала"})
        result = self.container.transact(
            lambda uow: writing.enter(SqlRegisters(uow), person, declared, wish)
        )
        if isinstance(result, Refusal):
            raise RefusedError(f"{who} {register}: {result.code}: {result.message}")

    def edit(self, who: str, case: int, **changes: Any) -> None:
        """Let a person save fields of a draft."""
        person = self.number("person", who)

        def save(uow: SqlUnitOfWork) -> object:
            found = uow.load(case)
            return drafts.save_draft(uow, person, case, changes, found.version if found else 0)

        result = self.container.transact(save)
        if isinstance(result, Refusal):
            raise ValueError(f"{who} {case}: {result.message}")

    def links(self, who: str, case: int, wanted: Mapping[int, int]) -> Sequence[str]:
        """Let a person make one-time links: organisation → how many; return the keys."""
        person, secret = self.number("person", who), self.container.settings.secret_key
        made = self.container.transact(
            lambda uow: polls.make_links(
                uow, SqlPolls(uow.connection), person, case, wanted, secret
            )
        )
        if isinstance(made, Refusal):
            raise RefusedError(f"{who} {case}: {made.code}: {made.message}")
        return [key for keys in made.values() for key in keys]

    def answer(self, key: str, values: Sequence[int], comment: str = "") -> None:
        """Let somebody answer by a link, one question after another."""
        secret = self.container.settings.secret_key

        def give(uow: SqlUnitOfWork) -> Refusal | None:
            store = SqlPolls(uow.connection)
            asked = polls.by_link(uow, store, key, secret)
            if isinstance(asked, Refusal):
                return asked
            said = dict(zip(asked.questions, values, strict=True))
            return polls.answer(uow, store, asked, said, comment)

        refusal = self.container.transact(give)
        if refusal:
            raise RefusedError(f"{refusal.code}: {refusal.message}")

    def notify_subscriber(self, case: int, process: str, state: str) -> None:
        """Let a case hear of the outcome of another one about the same."""
        self.container.transact(lambda uow: acting.notify_subscriber(uow, case, process, state))


class Present(Past):
    """A municipality that lives by its own orders: no table tells what becomes of it.

    Several may share one house and its clock; then one of them moves it for all.
    """

    def __init__(
        self,
        container: Container,
        start: dt.date,
        municipality: int,
        clock: FixedClock | None = None,
    ) -> None:
        super().__init__(container, start)
        self.municipality = municipality
        if clock:
            self.clock = clock
            self.container = replace(container, clock=clock)
        self._numbers: dict[tuple[str, str], int] = {}

    def number(self, kind: str, code: str) -> int:
        """Return the id of what a code names in this municipality."""
        key = kind, code
        if key not in self._numbers:
            own = self.municipality
            self._numbers[key] = self.container.read(lambda uow: _number(uow, kind, code, own))
        return self._numbers[key]

    def case(self, process: str, subject: str, key: str = "") -> int:
        """Return the newest case of this municipality about a subject, or grown from a row."""
        query = select(func.max(Instance.id)).where(
            Instance.municipality_id == self.municipality,
            Instance.process == process,
            Instance.subject == subject,
            Instance.fan_key == key,
        )
        return self.container.read(lambda uow: uow.session.scalars(query).one()) or 0

    def at(self, day: dt.date) -> None:
        """Move to a day; every deadline on the way happens at its own moment."""
        self.today, target = day, _morning(self.container, day)
        while (due := self.container.read(_next_deadline)) is not None and due <= target:
            self.clock.set(max(due, self.clock.now()))
            loops.fire_due(self.container)
        self.clock.set(target)
        loops.watch_posts(self.container)

    def substitute(self, absent: str, who: str, until: dt.date, basis: str) -> None:
        """Let a person name who acts for her from today on."""
        absent_id, substitute = self.number("person", absent), self.number("person", who)
        post = self.number("post", absent)
        result = self.container.transact(
            lambda uow: wish(
                SqlAccessChanges(uow),
                uow.actor(absent_id),
                StandIn(
                    position_id=post,
                    person_id=substitute,
                    starts_on=uow.today,
                    ends_on=until,
                    basis=basis,
                ),
            )
        )
        if result is not None:
            raise RefusedError(f"{absent} → {who}: {result}")

    def appoint(self, by: str, who: str, role: str, organisation: int) -> None:
        """Let a person who may do so put another one in an office from today on."""
        officer, person = self.number("person", by), self.number("person", who)
        result = self.container.transact(
            lambda uow: wish(
                SqlAccessChanges(uow),
                uow.actor(officer),
                Appointment(
                    person_id=person,
                    role=role,
                    organisation_id=organisation,
                    title="координатор сети",
                    starts_on=uow.today,
                    ends_on=None,
                ),
            )
        )
        if result is not None:
            raise RefusedError(f"{by} → {who}: {result}")

    def state(self, case: int) -> str:
        """Return where a case stands."""
        found = self.container.read(lambda uow: uow.load(case))
        return found.state if found else ""

    def label(self, case: int) -> str:
        """Return the number a case has in its journal."""
        found = self.container.read(lambda uow: uow.load(case))
        return found.number or "" if found else ""

    def child(self, case: int) -> int:
        """Return the newest case that grew from another one."""
        return self.container.read(lambda uow: uow.children(case)[-1].id)

    def cases(
        self, process: str, subject: str = "", parent: int | None = None
    ) -> Sequence[tuple[int, str, str]]:
        """Return (case, state, key of its row) of a process about a subject and all below it."""
        query = select(Instance.id, Instance.state, Instance.fan_key).where(
            Instance.process == process, Instance.municipality_id == self.municipality
        )
        if subject:
            query = query.where(
                (Instance.subject == subject) | Instance.subject.startswith(f"{subject}/")
            )
        if parent is not None:
            query = query.where(Instance.parent_id == parent)
        found = self.container.read(
            lambda uow: uow.session.execute(query.order_by(Instance.id)).all()
        )
        return [(case, state, key or "") for case, state, key in found]

    def named(self, register: str, **values: Any) -> Mapping[str, int]:
        """Return the rows of a declared register with these values by their names."""
        return self.container.read(lambda uow: _named(uow, register, self.municipality, values))

    def network_named(self, name: str) -> int:
        """Return the id of a network by its name."""
        return self.named(networks.NETWORK).get(name, 0)


Told = Callable[[str], None]


def live_whole_year(
    container: Container,
    municipality: int,
    tell: Told,
    until: dt.date = LAST_DAY,
    progress: Progress = unwatched,
) -> list[str]:
    """Live through a municipality's year in a house loaded as of its first day.

    Every paper is rendered, every letter written; what does not hold at the end is returned.
    Progress is counted in days.
    """
    player = Present(container, FIRST_DAY, municipality)
    names = dict(player.container.read(_names))

    def line(day: dt.date, who: str, what: str) -> None:
        tell(f"{day:%d.%m.%Y}  {names.get(who, who)}: {what}")

    year = WholeYear(player, line)

    def evening() -> None:
        player.carry_out()
        # The story ends in the morning after its last day.
        progress((min(player.today, until) - FIRST_DAY).days + 1, (until - FIRST_DAY).days + 1)

    year.play(until, evening)
    found = player.container.read(lambda uow: invariants.broken(uow, PROMISES))
    return [*found, *(year.broken() if until == LAST_DAY else ())]


def _names(uow: SqlUnitOfWork) -> Sequence[tuple[str, str]]:
    rows = uow.session.execute(select(Person.code, Person.short_nom))
    return [(code or "", name) for code, name in rows]


def _next_deadline(uow: SqlUnitOfWork) -> dt.datetime | None:
    return uow.session.scalars(
        select(Deadline.next_at)
        .where(Deadline.next_at.is_not(None))
        .order_by(Deadline.next_at)
        .limit(1)
    ).first()


def _morning(container: Container, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, MORNING, container.zone).astimezone(dt.UTC)


def _named(
    uow: SqlUnitOfWork, register: str, municipality: int, values: Mapping[str, Any]
) -> Mapping[str, int]:
    declared = uow.tables[register].register
    rows = uow.facts(municipality).of(declared).find(**values)
    return {declared.called(row): row.id for row in rows}


def _number(uow: SqlUnitOfWork, kind: str, code: str, municipality: int | None = None) -> int:
    """Return the id of a school, network, person, row of a declared register, or of a post."""
    models: Mapping[str, Any] = {"school": Organisation, "person": Person}
    if kind == "post":
        person = _number(uow, "person", code, municipality)
        found = select(Position.id).where(Position.person_id == person).order_by(Position.id)
        return uow.session.scalars(found).first() or 0
    if kind in uow.tables:
        declared = uow.tables[kind].register
        rows = uow.facts(municipality or 1).of(declared).find(**{declared.identity[0]: code})
        return rows[0].id if rows else 0
    model = models[kind]
    found = select(model.id).where(model.code == code)
    if municipality is not None:
        found = found.where(model.municipality_id == municipality)
    return uow.session.scalars(found).first() or 0


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
