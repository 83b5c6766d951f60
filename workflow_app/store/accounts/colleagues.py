"""The store's side of an organisation that fills its offices by itself."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, func, insert, or_, select, update

from workflow_app.engine.roles import Capacity
from workflow_app.services.accounts.colleagues import Colleague, Listed, Owner, Place
from workflow_app.services.accounts.people import Newcomer
from workflow_app.store.accounts.access_changes import SqlAccessChanges
from workflow_app.store.accounts.admin import called
from workflow_app.store.directory.people import SqlNewcomers
from workflow_app.store.models.accounts import AccessLink, Account, JoinApplication, JoinLink
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Person, Position, Substitution
from workflow_app.store.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from workflow_app.services.accounts.colleagues import Colleagues

_POSITION = table(Position)
_LINK = table(JoinLink)
_ASKED = table(JoinApplication)
A_PAGE = 200


class SqlColleagues(SqlNewcomers):
    """Colleagues within one unit of work."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        super().__init__(uow)
        self.now = uow.now

    def colleagues(self, organisation_id: int) -> Sequence[Colleague]:
        """Return who holds an office in an organisation, today or later."""
        query = (
            select(Person, Position.role)
            .join(Position, Position.person_id == Person.id)
            .where(
                Position.organisation_id == organisation_id,
                or_(Position.ends_on.is_(None), Position.ends_on >= self.today),
            )
            .order_by(Person.id)
        )
        roles: dict[int, set[str]] = {}
        people: dict[int, Person] = {}
        for person, role in self._session.execute(query):
            people[person.id] = person
            roles.setdefault(person.id, set()).add(role)
        return [
            Colleague(key, one.full_name, (one.email or "").lower(), frozenset(roles[key]))
            for key, one in people.items()
        ]

    def owners(self, emails: Collection[str]) -> Mapping[str, Owner]:
        """Return whose some addresses are, in any municipality: one signs in by it in all."""
        if not emails:
            return {}
        query = (
            select(func.lower(Person.email), Person.id, Account.is_active, Account.password_hash)
            .outerjoin(Account, Account.person_id == Person.id)
            .where(func.lower(Person.email).in_(emails))
        )
        return {
            email: Owner(person, is_active is False, bool(password))
            for email, person, is_active, password in self._session.execute(query)
        }

    def is_guarded(self, person_id: int) -> bool:
        """Tell whether a person has a password, or an office that signs or administers."""
        return SqlAccessChanges(self._uow).is_guarded(person_id)

    def end_offices(
        self, person_id: int, organisation_id: int, roles: Collection[str], last_day: dt.date
    ) -> None:
        """Let a person's offices of these kinds in an organisation end by a day.

        What began later ends on its first day: a position cannot end before it begins.
        """
        own = (
            _POSITION.c.person_id == person_id,
            _POSITION.c.organisation_id == organisation_id,
            _POSITION.c.role.in_(roles),
            or_(_POSITION.c.ends_on.is_(None), _POSITION.c.ends_on > last_day),
        )
        begun = _POSITION.c.starts_on <= last_day
        for where, day in ((begun, last_day), (~begun, _POSITION.c.starts_on)):
            self._connection.execute(update(_POSITION).where(*own, where).values(ends_on=day))

    def holds_any(self, person_id: int, on: dt.date) -> bool:
        """Tell whether a person holds an office after a day, or stands in for somebody."""
        held = exists().where(
            Position.person_id == person_id, or_(Position.ends_on.is_(None), Position.ends_on > on)
        )
        stands_in = exists().where(
            Substitution.substitute_person_id == person_id, Substitution.ends_on >= on
        )
        return bool(self._session.scalar(select(or_(held, stands_in))))

    def put_link(self, by: Capacity, organisation_id: int, role: str, token: str) -> None:
        """Keep a new link of an organisation."""
        self._connection.execute(
            insert(_LINK).values(
                municipality_id=by.municipality_id,
                organisation_id=organisation_id,
                role=role,
                token=token,
                made_by=by.person_id,
                made_at=self.now,
            )
        )

    def revoke_links(self, organisation_id: int, role: str) -> int:
        """Let the links of an organisation lead nowhere; return how many did."""
        where = (
            _LINK.c.organisation_id == organisation_id,
            _LINK.c.role == role,
            _LINK.c.revoked_at.is_(None),
        )
        change = update(_LINK).where(*where).values(revoked_at=self.now)
        return self._connection.execute(change).rowcount

    def link(self, organisation_id: int, role: str) -> str:
        """Return the token of the link that leads to an office; empty where none does."""
        query = select(_LINK.c.token).where(
            _LINK.c.organisation_id == organisation_id,
            _LINK.c.role == role,
            _LINK.c.revoked_at.is_(None),
        )
        return self._connection.execute(query).scalars().first() or ""

    def place_of(self, token: str) -> Place | None:
        """Return where a link leads; None for one that leads nowhere."""
        query = select(_LINK.c.municipality_id, _LINK.c.organisation_id, _LINK.c.role).where(
            _LINK.c.token == token, _LINK.c.revoked_at.is_(None)
        )
        found = self._connection.execute(query).one_or_none()
        return Place(*found) if found else None

    def waiting(self, organisation_id: int, role: str) -> Sequence[Listed]:
        """Return who asks to be taken in, each numbered by her application."""
        query = (
            select(_ASKED)
            .where(_ASKED.c.organisation_id == organisation_id, _ASKED.c.role == role)
            .order_by(_ASKED.c.id)
        )
        return [
            Listed(
                row.id,
                Newcomer(row.last_name, row.first_name, row.middle_name, row.gender, row.email),
                row.title,
            )
            for row in self._connection.execute(query)
        ]

    def number_waiting(self, organisation_id: int) -> Mapping[str, int]:
        """Return how many ask to be taken into each office of an organisation."""
        query = (
            select(_ASKED.c.role, func.count().label("number"))
            .where(_ASKED.c.organisation_id == organisation_id)
            .group_by(_ASKED.c.role)
        )
        return {row.role: row.number for row in self._connection.execute(query)}

    def put_application(self, place: Place, asked: Listed) -> None:
        """Keep what a stranger said of herself, unless an application of this address waits."""
        person = asked.person
        where = (
            _ASKED.c.organisation_id == place.organisation_id,
            _ASKED.c.role == place.role,
            _ASKED.c.email == person.email,
        )
        if self._connection.execute(select(_ASKED.c.id).where(*where)).first():
            return
        self._connection.execute(
            insert(_ASKED).values(
                municipality_id=place.municipality_id,
                organisation_id=place.organisation_id,
                role=place.role,
                last_name=person.last_name,
                first_name=person.first_name,
                middle_name=person.middle_name,
                gender=person.gender,
                email=person.email,
                title=asked.title,
                applied_at=self.now,
            )
        )

    def drop_applications(self, organisation_id: int, role: str, ids: Collection[int]) -> None:
        """Forget some who asked."""
        self._connection.execute(
            delete(_ASKED).where(
                _ASKED.c.organisation_id == organisation_id,
                _ASKED.c.role == role,
                _ASKED.c.id.in_(ids),
            )
        )


def forget_unanswered(uow: SqlUnitOfWork) -> None:
    """Forget who asked and was not answered for as long as her municipality waits."""
    asking = uow.connection.execute(select(_ASKED.c.municipality_id).distinct()).scalars().all()
    for place in asking:
        days = int(uow.facts(place).setting("access.application_days"))
        old = _ASKED.c.applied_at < uow.now - dt.timedelta(days=days)
        uow.connection.execute(delete(_ASKED).where(_ASKED.c.municipality_id == place, old))


@dataclass(frozen=True, slots=True)
class Member:
    """A holder of an office on its page: has she come in, is an invitation on its way."""

    position: Position
    person: Person
    has_password: bool
    is_closed: bool
    last_visit_at: dt.datetime | None
    invited_until: dt.datetime | None
    is_over: bool
    """Today is her last day: nothing is left to be done."""


def members(
    uow: SqlUnitOfWork, organisation_id: int, role: str, text: str = "", after: int = 0
) -> list[Member]:
    """Return the holders of an office by name; one more than a page tells that there are more."""
    invited = (
        select(func.max(AccessLink.expires_at))
        .where(
            AccessLink.person_id == Person.id,
            AccessLink.kind == "invitation",
            AccessLink.used_at.is_(None),
        )
        .correlate(Person)
        .scalar_subquery()
    )
    query = (
        select(Position, Person, Account, invited)
        .join(Person, Person.id == Position.person_id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(
            Position.organisation_id == organisation_id,
            Position.role == role,
            or_(Position.ends_on.is_(None), Position.ends_on >= uow.today),
            *([called(text)] if text else []),
        )
        .order_by(Person.sort_name, Position.id)
        .offset(after)
        .limit(A_PAGE + 1)
    )
    return [
        Member(
            position,
            person,
            bool(account and account.password_hash),
            bool(account and not account.is_active),
            account.last_visit_at if account else None,
            until,
            position.ends_on is not None and position.ends_on <= uow.today,
        )
        for position, person, account, until in uow.session.execute(query)
    ]


def _is_colleagues(store: SqlColleagues) -> "Colleagues":
    """Let mypy check that the store offers what taking colleagues in needs."""
    return store
