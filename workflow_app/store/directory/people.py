"""The store's side of adding a person."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import select

from workflow_app.services.accounts.people import Newcomer
from workflow_app.services.registers.names import NameForms
from workflow_app.store.accounts.admin import SqlAdministration
from workflow_app.store.models.base import sort_key
from workflow_app.store.models.directory import Person

if TYPE_CHECKING:
    from workflow_app.services.accounts.people import Newcomers


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


def _is_newcomers(store: SqlNewcomers) -> "Newcomers":
    """Let mypy check that the store offers what adding a person needs."""
    return store
