"""The store's side of administration: writes of its use cases, and what its pages list."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from workflow_app.engine.deadlines import Policy
from workflow_app.engine.roles import POST, Capacity
from workflow_app.services.accounts.access import end_all
from workflow_app.services.administration import Office, Stuck
from workflow_app.services.registers.names import TitleForms, propose_title
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.directory import calendar, questions
from workflow_app.store.models.accounts import AccessLink, Account, AdminEvent
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import (
    SOLE_ROLES,
    CalendarDay,
    Organisation,
    Person,
    Position,
    Setting,
    Substitution,
)
from workflow_app.store.models.instances import DeadlinePolicy, Instance, Participant, WorkItem
from workflow_app.store.models.messages import Incident, OutboxMessage
from workflow_app.store.read_models.queries import CASES, CaseLine
from workflow_app.store.read_models.schools import SCHOOL
from workflow_app.store.read_models.search import contain, words_of
from workflow_app.store.registers.writing import Cause
from workflow_app.store.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from workflow_app.services.administration import Administration

_OUTBOX = table(OutboxMessage)
_INCIDENT = table(Incident)
_POLICY = table(DeadlinePolicy)


class SqlAdministration:
    """Administration within one unit of work."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session
        self._connection = uow.connection
        self.today = uow.today
        self.access = SqlAccess(uow)

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""
        self._uow.record(by, action, title, details)

    def person_name(self, municipality_id: int, person_id: int) -> str:
        """Return a person's short name; empty for a stranger."""
        row = questions.person_of(self._session, municipality_id, person_id)
        return row.short_nom if row else ""

    def organisation_name(self, municipality_id: int, organisation_id: int) -> str:
        """Return an organisation's short name; empty for a stranger."""
        query = select(Organisation.called(self.today)).where(
            Organisation.id == organisation_id, Organisation.municipality_id == municipality_id
        )
        return self._session.scalars(query).one_or_none() or ""

    def owner_of(self, email: str) -> int | None:
        """Return who has this address or signs in by it, whatever the case of its letters."""
        accounts = table(Account)
        query = select(accounts.c.person_id).where(accounts.c.login == email.lower())
        found = self._connection.execute(query).scalar_one_or_none()
        return self.access.person_by_email(email) or found

    def set_email(self, person_id: int, email: str) -> str:
        """Write a person's address, by which she signs in, too; return the one before."""
        person, accounts = self._session.get_one(Person, person_id), table(Account)
        before = person.email or ""
        person.email, person.email_bounced_at = email, None
        self._session.flush()
        own = (accounts.c.person_id == person_id, accounts.c.login == before.lower())
        self._connection.execute(update(accounts).where(*own).values(login=email.lower()))
        self.access.end_links(person_id)
        self.access.drop_bindings(person_id, by_address=True)
        return before

    def set_active(self, person_id: int, *, active: bool) -> None:
        """Open or close an account; closing ends every session, token and link."""
        accounts = table(Account)
        where = accounts.c.person_id == person_id
        changed = self._connection.execute(update(accounts).where(where).values(is_active=active))
        if not active:
            if not changed.rowcount:  # else she could still ask for a password by her address
                self.access.put_account(person_id, "", is_active=False)
            end_all(self.access, person_id)

    def office(self, position_id: int) -> Office | None:
        """Return a position."""
        row = self._session.get(Position, position_id)
        if row is None:
            return None
        return Office(
            row.id,
            row.municipality_id,
            row.person_id,
            row.organisation_id,
            row.role,
            row.title,
            row.starts_on,
            row.ends_on,
        )

    def is_taken(
        self, role: str, organisation_id: int, starts_on: dt.date, ends_on: dt.date | None
    ) -> bool:
        """Tell whether somebody holds an office for one in this period."""
        if role not in SOLE_ROLES:
            return False
        query = select(Position.id).where(
            Position.role == role,
            Position.organisation_id == organisation_id,
            or_(Position.ends_on.is_(None), Position.ends_on >= starts_on),
        )
        if ends_on:
            query = query.where(Position.starts_on <= ends_on)
        return self._session.execute(query.limit(1)).first() is not None

    def appoint(self, office: Office) -> int:
        """Insert a position."""
        row = Position(
            municipality_id=office.municipality_id,
            person_id=office.person_id,
            organisation_id=office.organisation_id,
            role=office.role,
            title=office.title,
            starts_on=office.starts_on,
            ends_on=office.ends_on,
            **(asdict(office.forms) if office.forms else {}),
        )
        self._session.add(row)
        self._session.flush()
        return row.id

    def end_position(self, position_id: int, ends_on: dt.date) -> None:
        """Write a position's last day."""
        self._session.get_one(Position, position_id).ends_on = ends_on
        self._session.flush()

    def set_notes(
        self, by: Capacity, school_id: int, notes: Mapping[str, str]
    ) -> dict[str, str] | None:
        """Write notes of a school's card; return those before, None where there is no school."""
        uow, place = self._uow, by.municipality_id
        row: Any = uow.facts(place).of(uow.tables[SCHOOL].register).get(school_id)
        if row is None:
            return None
        before = {name: getattr(row, name) for name in notes}
        changed = {name: value for name, value in notes.items() if value != before[name]}
        cause = Cause(uow.today, person_id=by.person_id, reason="Условия школы")
        if changed:
            uow.registers.amend(SCHOOL, place, school_id, cause, changed, uow.today)
            uow.facts(place).forget_registers()
        return before

    def set_title_forms(self, position_id: int, forms: TitleForms) -> None:
        """Write how the title of a position is declined."""
        row = self._session.get_one(Position, position_id)
        for name, value in asdict(forms).items():
            setattr(row, name, value.strip())
        self._session.flush()

    def is_substituted(self, position_id: int, starts_on: dt.date, ends_on: dt.date) -> bool:
        """Tell whether somebody stands in already on one of these days."""
        query = select(Substitution.id).where(
            Substitution.absent_position_id == position_id,
            Substitution.starts_on <= ends_on,
            Substitution.ends_on >= starts_on,
        )
        return self._session.execute(query.limit(1)).first() is not None

    def substitute(
        self, position_id: int, person_id: int, starts_on: dt.date, ends_on: dt.date, basis: str
    ) -> int:
        """Insert a substitution for the holder of a position."""
        office = self._session.get_one(Position, position_id)
        row = Substitution(
            municipality_id=office.municipality_id,
            absent_position_id=office.id,
            absent_person_id=office.person_id,
            substitute_person_id=person_id,
            starts_on=starts_on,
            ends_on=ends_on,
            basis=basis,
        )
        self._session.add(row)
        self._session.flush()
        return row.id

    def substitution(self, substitution_id: int) -> tuple[int, dt.date, dt.date] | None:
        """Return (position, first day, last day) of a substitution."""
        row = self._session.get(Substitution, substitution_id)
        return (row.absent_position_id, row.starts_on, row.ends_on) if row else None

    def end_substitution(self, substitution_id: int, last_day: dt.date | None) -> None:
        """Write the last day; without one the substitution is removed."""
        row = self._session.get_one(Substitution, substitution_id)
        if last_day is None:
            self._session.delete(row)
        else:
            row.ends_on = last_day
        self._session.flush()

    def override_day(
        self, municipality_id: int, day: dt.date, *, is_working: bool, note: str
    ) -> None:
        """Decide for one day."""
        calendar.override_day(self._session, municipality_id, day, is_working=is_working, note=note)

    def restore_day(self, municipality_id: int, day: dt.date) -> None:
        """Give a day back to the public calendar."""
        calendar.restore_day(self._session, municipality_id, day)

    def fill_year(self, municipality_id: int, year: int) -> bool:
        """Fill a year of the calendar, or bring it up to date; False when nothing is new."""
        return bool(
            calendar.fill_calendar(self._session, municipality_id, [year])
        ) or calendar.renew(self._session, municipality_id, year)

    def terms(self, municipality_id: int) -> dict[tuple[str, str], Policy]:
        """Return (kind, lane) → the term the municipality has set itself."""
        query = select(DeadlinePolicy).where(DeadlinePolicy.municipality_id == municipality_id)
        return {
            (row.kind, row.lane): Policy(
                row.offset,
                row.unit,  # type: ignore[arg-type]
                tuple(row.remind),
                tuple(row.escalate_after),
            )
            for row in self._session.scalars(query)
        }

    def set_policy(
        self, municipality_id: int, kind: str, lane: str, values: Mapping[str, Any] | None
    ) -> None:
        """Write a policy row; without values the row is removed."""
        where = (
            _POLICY.c.municipality_id == municipality_id,
            _POLICY.c.kind == kind,
            _POLICY.c.lane == lane,
        )
        self._connection.execute(delete(_POLICY).where(*where))
        if values is not None:
            row = DeadlinePolicy(municipality_id=municipality_id, kind=kind, lane=lane, **values)
            self._session.add(row)
            self._session.flush()

    def setting(self, municipality_id: int, key: str) -> Any:
        """Return the value of a setting that counts now."""
        return self._uow.facts(municipality_id).setting(key)

    def set_setting(self, municipality_id: int, key: str, value: Any) -> None:
        """Write a value; None goes back to the default."""
        where = (Setting.municipality_id == municipality_id, Setting.key == key)
        self._session.execute(delete(Setting).where(*where))
        if value is not None:
            self._session.add(Setting(municipality_id=municipality_id, key=key, value=value))
        self._session.flush()

    def incident(self, incident_id: int) -> Stuck | None:
        """Return an incident that is still open."""
        row = self._session.get(Incident, incident_id)
        if row is None or row.resolved_at is not None:
            return None
        return Stuck(row.id, row.municipality_id, row.kind, row.outbox_id)

    def retry(self, incident: Stuck) -> bool:
        """Put the message back into the outbox; False when it is gone."""
        where = (_OUTBOX.c.id == incident.outbox_id, _OUTBOX.c.outcome == "failed")
        values = {
            "done_at": None,
            "outcome": "",
            "attempts": 0,
            "claimed_until": None,
            "handed_at": None,
            "next_at": self._uow.now,
        }
        return self._connection.execute(update(_OUTBOX).where(*where).values(values)).rowcount == 1

    def resolve(self, incident: Stuck, resolution: str, person_id: int) -> None:
        """Close an incident."""
        values = {"resolved_at": self._uow.now, "resolution": resolution, "resolved_by": person_id}
        where = (_INCIDENT.c.id == incident.id, _INCIDENT.c.resolved_at.is_(None))
        self._connection.execute(update(_INCIDENT).where(*where).values(values))


def _is_administration(store: SqlAdministration) -> "Administration":
    """Let mypy check that the store offers what administration needs."""
    return store


# ---------------------------------------------------------------- what the pages list


@dataclass(frozen=True, slots=True)
class UserLine:
    """A person with her account and offices."""

    person: Person
    account: Account | None
    positions: tuple[Position, ...]


A_PAGE = 200
"""People, and offices, on a page."""


def users(
    session: Session,
    municipality_id: int,
    on: dt.date,
    text: str = "",
    *,
    only: Collection[int] | None = None,
    after: int = 0,
    most: int = A_PAGE,
) -> list[UserLine]:
    """Return people of a municipality with their accounts, by name; one more than `most` tells it.

    `after` so many are left out: those of the pages before.
    """
    query = (
        select(Person, Account)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Person.municipality_id == municipality_id)
        .order_by(Person.sort_name, Person.id)
    )
    if text:
        query = query.where(called(text))
    if only is not None:
        query = query.where(Person.id.in_(only))
    found = session.execute(query.offset(after).limit(most + 1)).all()
    held: dict[int, list[Position]] = {}
    ids = [person.id for person, _ in found]
    for row in positions(session, municipality_id, on, people=ids):
        held.setdefault(row.person_id, []).append(row)
    return [UserLine(person, account, tuple(held.get(person.id, ()))) for person, account in found]


def called(text: str) -> ColumnElement[bool]:
    """Return the condition that a person is called so, or has such an address."""
    kept = (Person.sort_name, func.coalesce(Person.email, ""))
    return and_(*(contain(word, *kept) for word in words_of(text)))


def count_people(session: Session, municipality_id: int) -> int:
    """Return how many people a municipality knows."""
    query = select(func.count()).where(Person.municipality_id == municipality_id)
    return session.scalars(query).one()


def bounced(session: Session, municipality_id: int, most: int = 100) -> Sequence[Person]:
    """Return people whom letters do not reach, by name."""
    query = select(Person).where(
        Person.municipality_id == municipality_id, Person.email_bounced_at.is_not(None)
    )
    return session.scalars(query.order_by(Person.sort_name).limit(most)).all()


def uninvited(uow: SqlUnitOfWork, municipality_id: int, most: int) -> tuple[Sequence[Person], int]:
    """Return some who hold an office and an address and no way in, and how many there are.

    Who has an invitation that is still good was asked.
    """
    session = uow.session
    invited = select(AccessLink.person_id).where(
        AccessLink.person_id == Person.id, AccessLink.expires_at > uow.now
    )
    held = select(Position.person_id).where(
        Position.municipality_id == municipality_id, _held_on(uow.today)
    )
    asked = (
        Person.municipality_id == municipality_id,
        Person.email != "",
        Person.id.in_(held),
        ~select(Account.person_id).where(Account.person_id == Person.id).exists(),
        ~invited.exists(),
    )
    query = select(Person).where(*asked).order_by(Person.sort_name, Person.id).limit(most)
    total = session.scalars(select(func.count()).select_from(Person).where(*asked)).one()
    return session.scalars(query).all(), total


def _held_on(on: dt.date) -> ColumnElement[bool]:
    return and_(Position.starts_on <= on, or_(Position.ends_on.is_(None), Position.ends_on >= on))


def positions(
    session: Session,
    municipality_id: int,
    on: dt.date | None = None,
    text: str = "",
    *,
    people: Collection[int] | None = None,
    organisations: Collection[int] | None = None,
    role: str = "",
    after: int = 0,
    most: int | None = None,
) -> Sequence[Position]:
    """Return positions with their people; with a day, those held on it.

    With a text those of who is called so, or whose title or organisation is; of a page as `users`.
    """
    query = (
        select(Position)
        .join(Position.person)
        .where(Position.municipality_id == municipality_id)
        .order_by(Position.organisation_id, Position.role, Position.starts_on, Position.id)
    )
    if on is not None:
        query = query.where(_held_on(on))
    if people is not None:
        query = query.where(Position.person_id.in_(people))
    if role:
        query = query.where(Position.role == role)
    if organisations is not None:
        query = query.where(Position.organisation_id.in_(organisations))
    if text:
        place = Organisation.called(on or dt.date.max).element
        query = query.join(Position.organisation).where(
            *(contain(word, Person.sort_name, Position.title, place) for word in words_of(text))
        )
    if most is not None:
        query = query.offset(after).limit(most + 1)
    return session.scalars(query.options(joinedload(Position.person))).all()


CHOSEN_AMONG = 200
"""So many people a list offers: who looks for one among more says how she is called."""


def in_service(
    session: Session,
    municipality_id: int,
    text: str = "",
    *,
    near: Collection[int] | None = None,
    most: int = CHOSEN_AMONG,
) -> Sequence[Person]:
    """Return people of a municipality who did not leave, by name; one more than `most` tells that.

    With a text those called so, with `near` those who hold an office in these organisations.
    """
    query = select(Person).where(Person.municipality_id == municipality_id, Person.is_active)
    if text:
        query = query.where(called(text))
    if near is not None:
        held = select(Position.person_id).where(
            Position.municipality_id == municipality_id, Position.organisation_id.in_(near)
        )
        query = query.where(Person.id.in_(held))
    return session.scalars(query.order_by(Person.sort_name, Person.id).limit(most + 1)).all()


def title_with_forms(
    session: Session, municipality_id: int, position_id: int
) -> tuple[str, TitleForms] | None:
    """Return the title of an office and how it is declined; None for a stranger's."""
    row = session.get(Position, position_id)
    if row is None or row.municipality_id != municipality_id:
        return None
    return row.title, TitleForms(row.title_gen or "", row.title_dat or "", row.title_acc or "")


def title_forms(session: Session, municipality_id: int, title: str) -> TitleForms:
    """Return the forms confirmed for the same title here, or those the rules of Russian make."""
    known = select(Position.title_gen, Position.title_dat, Position.title_acc).where(
        Position.municipality_id == municipality_id,
        Position.title == title,
        Position.title_gen != "",
        Position.title_dat != "",
        Position.title_acc != "",
    )
    found = session.execute(known.order_by(Position.id.desc()).limit(1)).one_or_none()
    return TitleForms(*map(str, found)) if found else propose_title(title)


def substitutions(
    session: Session, municipality_id: int, since: dt.date, person_id: int | None = None
) -> Sequence[tuple[Substitution, Position, str, str]]:
    """Return substitutions not over before a day: with the office and both names."""
    absent, other = table(Person).alias(), table(Person).alias()
    query = (
        select(Substitution, Position, absent.c.short_nom, other.c.short_nom)
        .join(Position, Position.id == Substitution.absent_position_id)
        .join(absent, absent.c.id == Substitution.absent_person_id)
        .join(other, other.c.id == Substitution.substitute_person_id)
        .where(Substitution.municipality_id == municipality_id, Substitution.ends_on >= since)
        .order_by(Substitution.starts_on, Substitution.id)
    )
    if person_id is not None:
        query = query.where(
            or_(
                Substitution.absent_person_id == person_id,
                Substitution.substitute_person_id == person_id,
            )
        )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def is_filled(session: Session, municipality_id: int, year: int) -> bool:
    """Tell whether a year of the production calendar is loaded."""
    filled = calendar.load_calendar(session, municipality_id).years or ()
    return year in filled


def calendar_days(session: Session, municipality_id: int, year: int) -> Sequence[CalendarDay]:
    """Return the exceptional days of a year."""
    query = (
        select(CalendarDay)
        .where(
            CalendarDay.municipality_id == municipality_id,
            CalendarDay.day >= dt.date(year, 1, 1),
            CalendarDay.day <= dt.date(year, 12, 31),
        )
        .order_by(CalendarDay.day)
    )
    return session.scalars(query).all()


def incidents(
    session: Session, municipality_id: int, most: int = 100
) -> Sequence[tuple[Incident, str]]:
    """Return incidents with their case's heading: open ones first, newest first."""
    query = (
        select(Incident, Instance.heading)
        .outerjoin(Instance, Instance.id == Incident.instance_id)
        .where(Incident.municipality_id == municipality_id)
        .order_by(Incident.resolved_at.is_not(None), Incident.id.desc())
        .limit(most)
    )
    return [(row[0], row[1] or "") for row in session.execute(query)]


def events(
    session: Session, municipality_id: int, most: int = 100
) -> Sequence[tuple[AdminEvent, str]]:
    """Return what administrators did, newest first."""
    query = (
        select(AdminEvent, Person.short_nom)
        .outerjoin(Person, Person.id == AdminEvent.person_id)
        .where(AdminEvent.municipality_id == municipality_id)
        .order_by(AdminEvent.id.desc())
        .limit(most)
    )
    return [(row[0], row[1] or "") for row in session.execute(query)]


def work_without_performer(
    session: Session, municipality_id: int, most: int = 100
) -> Sequence[tuple[WorkItem, Instance]]:
    """Return open work items that nobody may do."""
    query = (
        select(WorkItem, Instance)
        .join(Instance, Instance.id == WorkItem.instance_id)
        .where(
            WorkItem.municipality_id == municipality_id,
            WorkItem.closed_at.is_(None),
            WorkItem.reason != "",
        )
        .order_by(WorkItem.id)
        .limit(most)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def awaited_offices(session: Session, municipality_id: int) -> dict[tuple[str, int], int]:
    """Return (role, organisation or 0) → how much open work waits there; posts are left out."""
    query = (
        select(WorkItem.role, WorkItem.organisation_id, func.count())
        .where(
            WorkItem.municipality_id == municipality_id,
            WorkItem.closed_at.is_(None),
            WorkItem.reason == "",
            WorkItem.role != POST,
        )
        .group_by(WorkItem.role, WorkItem.organisation_id)
    )
    return {(role, place): count for role, place, count in session.execute(query)}


def open_cases_of(
    session: Session, municipality_id: int, organisation_id: int, most: int = 100
) -> Sequence[CaseLine]:
    """Return the open cases in which an organisation takes part, oldest first."""
    query = (
        CASES.join(Participant, Participant.instance_id == Instance.id)
        .where(
            Instance.municipality_id == municipality_id,
            Instance.finished_at.is_(None),
            Participant.organisation_id == organisation_id,
        )
        .order_by(Instance.id)
        .limit(most)
    )
    return [CaseLine(*row) for row in session.execute(query)]
