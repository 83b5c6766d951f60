"""The store's side of organisations on pages: what is known of them, and what is written."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflow_app.services.organisations import FORMS, Known, Period
from workflow_app.services.registers.names import propose_like, propose_name
from workflow_app.store.accounts.admin import SqlAdministration
from workflow_app.store.models.accounts import AdminEvent
from workflow_app.store.models.directory import Organisation, OrganisationName, Person
from workflow_app.store.read_models.schools import standing

if TYPE_CHECKING:
    from workflow_app.services.organisations import Organisations

CONTACTS = ("email", "phone", "address", "inn")


class SqlOrganisations(SqlAdministration):
    """Organisations within one unit of work."""

    def known(self, municipality_id: int) -> Sequence[Known]:
        """Return the organisations of a municipality, kind by kind."""
        return known(self._session, municipality_id, self.today)

    def changed_by(self, municipality_id: int, organisation_id: int) -> str:
        """Return who changed an organisation last; empty where history does not tell."""
        last = history(self._session, municipality_id, organisation_id, 1)
        return last[0][1] if last else ""

    def add(
        self,
        municipality_id: int,
        kind: str,
        code: str,
        name: Mapping[str, Any],
        contacts: Mapping[str, Any],
    ) -> int:
        """Insert an organisation with its first name."""
        own = {"municipality_id": municipality_id}
        made = self._added(
            Organisation(
                code=code, kind=kind, short_name=name["short_name"], **own, **_filled(contacts)
            )
        )
        self._added(OrganisationName(organisation_id=made, **own, **name))
        return made

    def write_name(
        self, organisation: Known, name_id: int | None, values: Mapping[str, Any]
    ) -> None:
        """Change a name, or insert one."""
        if name_id is None:
            own = {"municipality_id": organisation.municipality_id}
            self._added(OrganisationName(organisation_id=organisation.id, **own, **values))
            return
        row = self._name(organisation, name_id)
        # How it was called goes with the period: the organisation's own may change meanwhile.
        row.short_name = row.short_name or organisation.first_name
        for key, value in values.items():
            setattr(row, key, value)
        self._session.flush()

    def remove_name(self, organisation: Known, name_id: int) -> None:
        """Delete a name."""
        self._session.delete(self._name(organisation, name_id))
        self._session.flush()

    def write_contacts(self, organisation: Known, contacts: Mapping[str, Any]) -> None:
        """Write where an organisation is reached."""
        query = select(Organisation).where(
            Organisation.id == organisation.id,
            Organisation.municipality_id == organisation.municipality_id,
        )
        for key, value in _filled(contacts).items():
            setattr(self._session.scalars(query).one(), key, value)
        self._session.flush()

    def propose(self, municipality_id: int, name: str) -> Mapping[str, str]:
        """Return the cases of a name, as those of one that begins alike were confirmed."""
        periods = [one for known in self.known(municipality_id) for one in known.names]
        whole = [one for one in reversed(periods) if not one.has_gap]
        made = dict(zip(FORMS, propose_name(name), strict=True))
        for case, proposed in made.items():
            alike = (propose_like(name, one.full_name, getattr(one, case)) for one in whole)
            made[case] = next(filter(None, alike), proposed)
        return made

    def _name(self, organisation: Known, name_id: int) -> OrganisationName:
        own = OrganisationName.municipality_id == organisation.municipality_id
        of = OrganisationName.organisation_id == organisation.id
        query = select(OrganisationName).where(OrganisationName.id == name_id, own, of)
        return self._session.scalars(query).one()

    def _added(self, row: Any) -> int:
        self._session.add(row)
        self._session.flush()
        return int(row.id)


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value or None for name, value in values.items()}


def known(session: Session, municipality_id: int, on: dt.date) -> tuple[Known, ...]:
    """Return the organisations of a municipality with their names, kind by kind."""
    school = standing(on)
    query = (
        select(Organisation, school.c.place, school.c.closed_on)
        .outerjoin(school, school.c.id == Organisation.id)
        .where(Organisation.municipality_id == municipality_id)
        .order_by(Organisation.kind, school.c.number, Organisation.code)
    )
    names: dict[int, list[OrganisationName]] = {}
    here = select(OrganisationName).where(OrganisationName.municipality_id == municipality_id)
    in_order = here.order_by(OrganisationName.valid_from.nulls_first(), OrganisationName.id)
    for name in session.scalars(in_order):
        names.setdefault(name.organisation_id, []).append(name)
    return tuple(
        Known(
            row.id,
            row.municipality_id,
            row.code,
            row.kind,
            row.short_name,
            tuple(_period(row, name) for name in names.get(row.id, ())),
            {name: getattr(row, name) or "" for name in CONTACTS},
            place or "",
            closed_on,
        )
        for row, place, closed_on in session.execute(query)
    )


def _period(organisation: Organisation, name: OrganisationName) -> Period:
    return Period(
        name.id,
        name.full_name,
        name.short_name or organisation.short_name,
        name.name_gen or "",
        name.name_dat or "",
        name.name_acc or "",
        name.basis,
        name.valid_from,
        name.valid_to,
    )


def history(
    session: Session, municipality_id: int, organisation_id: int, most: int = 100
) -> Sequence[tuple[AdminEvent, str]]:
    """Return what was done about an organisation, with who did it, newest first."""
    about = [
        AdminEvent.details[name].as_integer() == organisation_id
        for name in ("organisation_id", "school_id")
    ]
    query = (
        select(AdminEvent, Person.short_nom)
        .outerjoin(Person, Person.id == AdminEvent.person_id)
        .where(AdminEvent.municipality_id == municipality_id, or_(*about))
        .order_by(AdminEvent.id.desc())
        .limit(most)
    )
    return [(row[0], row[1] or "") for row in session.execute(query)]


def _is_organisations(store: SqlOrganisations) -> "Organisations":
    """Let mypy check that the store offers what organisations need."""
    return store
