"""The store's side of adding a person."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from workflow_app.services.accounts.people import STAFF, Newcomer
from workflow_app.services.registers.names import NameForms, TitleForms
from workflow_app.store.accounts.admin import SqlAdministration, title_forms
from workflow_app.store.models.base import sort_key
from workflow_app.store.models.directory import SOLE_ROLES, Person, Position

if TYPE_CHECKING:
    from workflow_app.services.accounts.people_files import People


class SqlNewcomers(SqlAdministration):
    """Adding people within one unit of work."""

    def is_address_taken(self, email: str) -> bool:
        """Tell whether somebody signs in by this address, in any municipality."""
        query = select(Person.id).where(Person.email == email)
        return self._session.scalars(query).first() is not None

    def has_namesake(self, municipality_id: int, new: Newcomer) -> bool:
        """Tell whether a person of this full name is there already."""
        query = select(Person.id).where(
            Person.municipality_id == municipality_id, Person.sort_name == sort_key(new.full_name)
        )
        return self._session.scalars(query).first() is not None

    def named(self, municipality_id: int, full_name: str) -> Sequence[tuple[int, str]]:
        """Return (person, address) of those with a full name."""
        query = select(Person.id, Person.email).where(
            Person.municipality_id == municipality_id, Person.sort_name == sort_key(full_name)
        )
        found = self._session.execute(query.order_by(Person.id))
        return [(person, email or "") for person, email in found]

    def has_office(self, person_id: int, organisation_id: int, role: str, title: str) -> bool:
        """Tell whether a person holds an office today or will; of one without rights which one."""
        query = select(Position.id).where(
            Position.person_id == person_id,
            Position.organisation_id == organisation_id,
            *(() if role == STAFF else (Position.role == role,)),
            Position.title == title,
            or_(Position.ends_on.is_(None), Position.ends_on >= self.today),
        )
        return self._session.scalars(query).first() is not None

    def is_for_one(self, role: str) -> bool:
        """Tell whether an organisation has one holder of an office at a time."""
        return role in SOLE_ROLES

    def title_forms(self, municipality_id: int, title: str) -> TitleForms:
        """Return how a title is declined: as it was confirmed here, else by the rules."""
        return title_forms(self._session, municipality_id, title)

    def add(self, municipality_id: int, new: Newcomer, forms: NameForms) -> int:
        """Insert a person."""
        row = Person(
            municipality_id=municipality_id,
            last_name=new.last_name,
            first_name=new.first_name,
            middle_name=new.middle_name or None,
            gender=new.gender,
            email=new.email or None,
            **asdict(forms),
        )
        self._session.add(row)
        self._session.flush()
        return row.id


def _is_people(store: SqlNewcomers) -> "People":
    """Let mypy check that the store offers what adding people needs."""
    return store
