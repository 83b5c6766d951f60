"""People, places and the department's decisions, put from the rows of a district."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from sqlalchemy import select

from workflow_app.engine.calendar import school_year_bounds, school_year_of
from workflow_app.services.importing import rows
from workflow_app.services.importing.as_of import YEAR_STATES, year_state
from workflow_app.services.importing.files import DirectoryData
from workflow_app.services.importing.order_checks import order_of
from workflow_app.store.models.accounts import Account
from workflow_app.store.models.directory import (
    SOLE_ROLES,
    Organisation,
    OrganisationName,
    Person,
    Position,
    SchoolYear,
    Substitution,
)
from workflow_app.store.models.registers import JournalEntry
from workflow_app.store.read_models.schools import SCHOOL, SETTLEMENT
from workflow_app.store.registers.matching import Keeper
from workflow_app.store.registers.order_effects import cited
from workflow_app.store.registers.writing import Cause, Standing

OVER = ("expired", "revoked")
"""States of an act that is over."""


class Orders(Protocol):
    """Where the imported orders stand in their journals."""

    @property
    def entries(self) -> Mapping[str, JournalEntry]:
        """Return the entry of each imported order, by its code."""


class DirectoryImport:
    """Puts the directory in the order in which its rows rest on one another."""

    def __init__(self, keeper: Keeper, data: DirectoryData, day: dt.date, on: dt.date) -> None:
        self.keeper = keeper
        self.data = data
        self.day = day
        """The day up to which the files tell."""
        self.on = on
        """The day on which what changed since the last import comes true, unless a row tells it."""
        self.appointed: list[tuple[Person, Position, str]] = []
        self.left: list[tuple[int, int, str]] = []
        """(person, position, in words) of who left an office."""
        self.new_emails: list[tuple[rows.PersonRow, Person, str]] = []
        self.organisations: dict[str, Organisation] = {}
        self.called: dict[int, str] = {}
        """Organisation → its short name before this import."""
        self.stood: dict[int, OrganisationName] = {}
        """Organisation → its name without an end before this import."""
        self.settlements: dict[tuple[str, str], Standing] = {}
        self.people: dict[str, Person] = {}
        self.positions: dict[str, Position] = {}
        self.directions: dict[str, Standing] = {}
        self.years_of = {one.direction_id: one.school_year for one in data.directions}
        self.titles = {(one.kind, one.nominative): one for one in data.titles}

    def keep_people_and_places(self) -> None:
        """Put organisations, schools, people, positions, substitutions and acts."""
        for steps in (
            (self._organisations, self._settlements),
            (self._names, self._school_names, self._schools, self._people, self._acts),
            (self._positions,),
            (self._substitutions, self._years, self._figures),
        ):
            for step in steps:
                step()
            self.keeper.flush()

    def keep_decisions(self, orders: Orders) -> None:
        """Put statuses and directions: what exists by an order."""
        self._statuses(orders)
        self._directions(orders)
        self.keeper.flush()

    def _organisations(self) -> None:
        """Put departments, centres and schools, then who stands above whom."""
        self.stood = self._last_names()
        for one in self.data.organisations:
            # Several rows tell of one organisation by its names; the last one speaks for it.
            self.organisations[one.organisation_id] = self._organisation(one, "organisations")
        for school in self.data.schools:
            self.organisations[school.school_id] = self._organisation(school, "schools")
        self.keeper.flush()
        for one in self.data.organisations:
            parent = self.organisations[one.parent_id].id if one.parent_id else None
            key, values = {"code": one.organisation_id}, {"parent_id": parent}
            self.keeper.put(one, "organisations", Organisation, key, values)

    def _organisation(self, row: rows.OrganisationRow | rows.SchoolRow, file: str) -> Organisation:
        """Put one organisation."""
        if isinstance(row, rows.SchoolRow):
            code, kind = row.school_id, "school"
        else:
            code, kind = row.organisation_id, row.kind
        values = {"kind": kind, "short_name": row.short_name, "email": row.email}
        stored = self.keeper.rows(Organisation, "code").get((code,))
        if stored is not None:
            before = self.called.setdefault(stored.id, stored.short_name)
            stands = self.stood.get(stored.id)
            own = stands.short_name if stands else None
            if own not in (None, before, row.short_name) and row.short_name != before:
                reason = f"здесь «{own}»: приведите одно к другому"
                self.keeper.object_to(row, file, "changed_in_both", reason)
        return self.keeper.put(row, file, Organisation, {"code": code}, values)

    def _settlements(self) -> None:
        """Put each settlement once: «с. Правокумское» and «п. Правокумский» are two."""
        for row in self.data.schools:
            key = {"kind": row.settlement_type, "name": row.settlement}
            values = {"name_gen": row.settlement_genitive}
            found = self.keeper.put_entry(
                row, "schools", SETTLEMENT, key, values, Cause(self.on, reason="schools.csv"), None
            )
            self.settlements[row.settlement_type, row.settlement] = found

    def _names(self) -> None:
        """Put the dated names of the department and the centre."""
        for row in self.data.organisations:
            owner = self.organisations[row.organisation_id].id
            stands = self.stood.get(owner)
            is_own = stands and stands.basis is not None and stands.valid_from == row.valid_from
            if stands and is_own and stands.full_name != row.full_name:
                # On another day the name before this one has another end here than in the file.
                self._object_to_name(row, "organisations", stands)
                continue
            key = {"organisation_id": owner, "valid_from": row.valid_from}
            values = {
                "full_name": row.full_name,
                "name_gen": row.name_genitive,
                "name_dat": row.name_dative,
                "name_acc": row.name_accusative,
                "valid_to": row.valid_to,
            }
            self.keeper.put(row, "organisations", OrganisationName, key, values)

    def _school_names(self) -> None:
        """Put the full names of schools; cases come from the confirmed ones of the legal form.

        A new name begins on the day its row tells, or on that of the import; the old one stays for
        the days before.
        """
        forms = [one for one in self.data.titles if one.kind == "legal_form"]
        for row in self.data.schools:
            owner = self.organisations[row.school_id].id
            stands = self.stood.get(owner)
            if stands and stands.basis is not None and stands.full_name != row.full_name:
                if self._is_known(owner, row):
                    told = f"full_name: здесь изменено на «{stands.full_name}», это остаётся"
                    self.keeper.kept.append(f"schools.csv, строка {row.line}: {told}")
                else:
                    self._object_to_name(row, "schools", stands)
                continue
            valid_from = stands.valid_from if stands else None
            if stands and stands.full_name != row.full_name and self._is_renamed(stands, row):
                valid_from = row.name_since or self.on
                before = valid_from - dt.timedelta(days=1)
                self.keeper.end(row, "schools", stands, before, "valid_to")
                if self.keeper.write:
                    stands.short_name = stands.short_name or self.called[owner]
            elif stands and self.keeper.write and stands.short_name == self.called.get(owner):
                stands.short_name = None  # what the file says of it holds again
            key = {"organisation_id": owner, "valid_from": valid_from}
            values: dict[str, Any] = {"full_name": row.full_name}
            for form in forms:
                if row.full_name.startswith(form.nominative):
                    rest = row.full_name.removeprefix(form.nominative)
                    values["name_gen"] = form.genitive + rest
                    values["name_dat"] = form.dative + rest
                    values["name_acc"] = form.accusative + rest
            self.keeper.put(row, "schools", OrganisationName, key, values)

    def _last_names(self) -> dict[int, OrganisationName]:
        """Return organisation → its name without an end."""
        names = self.keeper.rows(OrganisationName, "id").values()
        return {one.organisation_id: one for one in names if one.valid_to is None}

    def _is_known(self, owner: int, row: rows.SchoolRow) -> bool:
        """Tell whether the file says what the import before it said: the page alone has changed."""
        names = self.keeper.rows(OrganisationName, "id").values()
        said = [self.keeper.last_said(one) or {} for one in names if one.organisation_id == owner]
        return row.full_name in [one.get("full_name") for one in said]

    def _object_to_name(
        self, row: rows.OrganisationRow | rows.SchoolRow, file: str, stands: OrganisationName
    ) -> None:
        reason = f"здесь уже записано «{stands.full_name}»: приведите одно к другому"
        self.keeper.object_to(row, file, "changed_in_both", reason)

    def _is_renamed(self, stands: OrganisationName, row: rows.SchoolRow) -> bool:
        """Tell whether the file has a new name, not the one of a change made here."""
        said = self.keeper.last_said(stands) or {}
        return said.get("full_name") != row.full_name

    def _schools(self) -> None:
        """Put the context cards."""
        places = {(one.settlement_type, one.settlement): one for one in self.data.settlements}
        for row in self.data.schools:
            place = row.settlement_type, row.settlement
            known = places.get(place)
            values = {
                "type": row.school_type,
                "number": row.number,
                "settlement": self.settlements[place].id,
                "has_grade_11": row.has_grade_11,
                "distance_km": known.distance_to_centre_km if known else None,
                "data_origin": row.data_origin,
            }
            # What a file does not tell is told on the school's page.
            notes = ("internet", "qualification_note", "language_note")
            values |= {name: told for name in notes if (told := getattr(row, name)) is not None}
            stands = self.keeper.standing(SCHOOL).get((row.school_id,))
            since = self.on if stands and not stands.valid_to else None
            cause = Cause(self.on, reason="schools.csv")
            key = {"code": row.school_id}
            self.keeper.put_entry(row, "schools", SCHOOL, key, values, cause, since)
        told = {row.school_id for row in self.data.schools}
        for one in self.keeper.rows(Organisation, "code").values():
            if one.kind == "school" and one.code not in told and one.id > 0:
                self.keeper.kept.append(
                    f"schools.csv: школы «{one.short_name}» в файле нет, здесь она остаётся; "
                    "что за ней числится и что с этим делать, сказано на её странице"
                )

    def _figures(self) -> None:
        """Put how many learn and teach in each school, of the newest year that has begun."""
        told = {year for row in self.data.schools for year in row.grade9}
        begun = [year for year in told if school_year_bounds(year)[0] <= self.on]
        running = max(begun, default=school_year_of(self.day))
        for row in self.data.schools:
            figures: dict[str, dict[str, Any]] = {
                year: {} if rows.is_primary(row.school_type) else {"grade9": count}
                for year, count in row.grade9.items()
            }
            counted = {"students": row.students_count, "teachers": row.teachers_count}
            figures[running] = {**figures.get(running, {}), **counted}
            for year, values in figures.items():
                if values:
                    school = self.organisations[row.school_id].id
                    self.keeper.put_entry(
                        row,
                        "schools",
                        "school_figures",
                        {"school": school, "school_year": year},
                        values,
                        Cause(self.on, reason="schools.csv"),
                        None,
                    )

    def _people(self) -> None:
        """Put people with their confirmed name forms.

        The address of somebody who has an account opens it: it is changed as access is.
        """
        own = Person.municipality_id == self.keeper.municipality_id
        query = select(Account.person_id).join(Person, Person.id == Account.person_id).where(own)
        accounts = set(self.keeper.session.scalars(query))
        for row in self.data.people:
            values = {
                "last_name": row.last_name,
                "first_name": row.first_name,
                "middle_name": row.middle_name,
                "gender": row.gender,
                "short_nom": row.short_name_nom,
                "short_gen": row.short_name_gen,
                "short_dat": row.short_name_dat,
                "short_acc": row.short_name_acc,
                "signature_name": row.signature_name,
                "email": row.email,
            }
            stored = self.keeper.rows(Person, "code").get((row.person_id,))
            signs_in = stored is not None and stored.id in accounts
            if signs_in and row.email is None:
                del values["email"]
            key, known = {"code": row.person_id}, len(self.keeper.changes)
            person = self.keeper.put(
                row, "people", Person, key, values, held=("email",) if signs_in else ()
            )
            changed = {one.name for one in self.keeper.changes[known:]}
            if signs_in and "email" in changed and row.email:
                self.new_emails.append((row, person, row.email))
            self.people[row.person_id] = person

    def _positions(self) -> None:
        """Put the position each row tells of; who held it before leaves it the day before.

        Positions given on a page are nobody's row and stay.
        """
        held: dict[int, list[Position]] = {}
        of_office: dict[tuple[int, str], list[Position]] = {}
        for one in self.keeper.rows(Position, "id").values():
            held.setdefault(one.person_id, []).append(one)
            of_office.setdefault((one.organisation_id, one.role), []).append(one)
        since = self.data.municipality[0].positions_from if not held else self.on
        # Whose term has an end makes room for whom it says to follow.
        for row in sorted(self.data.people, key=lambda row: row.position_until is None):
            person, title = self.people[row.person_id], self.titles["position", row.position]
            office = self.organisations[row.organisation_id].id, row.role
            mine = held.get(person.id, [])
            stood = [one for one in mine if (one.organisation_id, one.role) == office]
            current = max(stood, key=lambda one: one.starts_on, default=None)
            if current is not None and self._was_left(current):
                current = None
            starts_on = current.starts_on if current else row.position_since or since
            if current is None:
                imported = (one for one in mine if self.keeper.last_said(one) is not None)
                self._leave(row, imported, starts_on)
                if row.role in SOLE_ROLES:
                    self._leave(row, of_office.get(office, ()), starts_on)
            key = {
                "person_id": person.id,
                "organisation_id": office[0],
                "role": office[1],
                "starts_on": starts_on,
            }
            values: dict[str, Any] = {
                "title": title.nominative,
                "title_gen": title.genitive,
                "title_dat": title.dative,
                "title_acc": title.accusative,
                "is_acting": row.is_acting,
            }
            if row.position_until:
                values["ends_on"] = row.position_until
            put = self.keeper.put(row, "people", Position, key, values)
            self.positions[row.person_id] = put
            if current is None and held:
                told = f"Назначение: {person.short_nom}, {title.nominative}, с {starts_on:%d.%m.%Y}"
                self.appointed.append((person, put, told))

    def _was_left(self, position: Position) -> bool:
        """Tell whether an import ended a position: a row may tell of it anew."""
        said = self.keeper.last_said(position) or {}
        return position.ends_on is not None and said.get("left") == position.ends_on.isoformat()

    def _leave(
        self, row: rows.PersonRow, positions: Iterable[Position], starts_on: dt.date
    ) -> None:
        """End the open positions that a new one takes the place of, the day before."""
        last = starts_on - dt.timedelta(days=1)
        for one in positions:
            if one.ends_on is not None and one.ends_on <= last:
                continue
            if one.starts_on > last:
                reason = f"эту должность занимают с {one.starts_on:%d.%m.%Y}"
                self.keeper.object_to(row, "people", "office_taken", reason)
            else:
                self.keeper.end(row, "people", one, last)
                told = f"{one.title}: последний день {last:%d.%m.%Y}"
                self.left.append((one.person_id, one.id, told))

    def _substitutions(self) -> None:
        """Put who stands in for whom."""
        for row in self.data.substitutions:
            key = {
                "absent_position_id": self.positions[row.absent_person_id].id,
                "starts_on": row.starts_on,
            }
            values = {
                "absent_person_id": self.people[row.absent_person_id].id,
                "substitute_person_id": self.people[row.substitute_person_id].id,
                "ends_on": row.ends_on,
                "basis": row.basis,
            }
            self.keeper.put(row, "substitutions", Substitution, key, values)

    def _acts(self) -> None:
        """Put the acts papers may cite, then which of them stands in whose place."""
        found: dict[str, Standing] = {}
        for row in self.data.normative_acts:
            values = {
                "level": row.level,
                "kind": row.act_type,
                "number": row.number,
                "adopted_on": row.adopted_on,
                "issuer": row.issuer_name_as_of_date,
                "issuer_gen": row.issuer_genitive,
                "title": row.title,
                # What is over ends; whether it was ever verified, nobody asks any more.
                "state": "in_force" if row.state in OVER else row.state,
                "clause": row.regulation_clause,
                "remark": row.note,
                "source": row.source_note,
                "valid_from": row.valid_from,
            }
            if row.valid_to or row.state not in OVER:
                last = row.valid_to
                values["valid_to"] = last + dt.timedelta(days=1) if last else None
            found[row.act_id] = act = self._act(row, values)
            if row.state in OVER and not act.valid_to:
                # Nobody says since when it is over: since this is known.
                self._act(row, {"valid_to": self.on})
        for row in self.data.normative_acts:
            # On the day of an import «as of» the successor may not be adopted yet.
            successor = found.get(row.replaced_by or "")
            self._act(row, {"replaced_by": successor.id if successor else None})

    def _act(self, row: rows.ActRow, values: Mapping[str, Any]) -> Standing:
        cause = Cause(self.on, reason="normative_acts.csv")
        return self.keeper.put_entry(
            row, "normative_acts", "act", {"code": row.act_id}, values, cause, row.valid_from
        )

    def _years(self) -> None:
        """Put the school years decisions speak about; the cycle of a year never runs back."""
        stored = self.keeper.rows(SchoolYear, "code")
        first: dict[str, tuple[str, rows.StatusRow | rows.DirectionRow]] = {}
        for status in self.data.school_statuses:
            first.setdefault(status.school_year, ("school_statuses", status))
        for direction in self.data.directions:
            first.setdefault(direction.school_year, ("directions", direction))
        for file, row in first.values():
            starts, ends = school_year_bounds(row.school_year)
            states = [year_state(row.school_year, self.day)]
            if (row.school_year,) in stored:
                states.append(stored[row.school_year,].state)
            values = {
                "starts_on": starts,
                "ends_on": ends,
                "state": max(states, key=YEAR_STATES.index),
            }
            self.keeper.put(row, file, SchoolYear, {"code": row.school_year}, values)

    def _statuses(self, orders: Orders) -> None:
        """Put the statuses of schools with the act each rests on."""
        for row in self.data.school_statuses:
            order = order_of(self.data, row, row.basis_document)
            entry = orders.entries[order.order_id] if order else None
            self.keeper.put_entry(
                row,
                "school_statuses",
                "school_status",
                {
                    "school": self.organisations[row.school_id].id,
                    "school_year": row.school_year,
                    "code": row.status_code,
                },
                {
                    "title": row.status_name,
                    "evidence": row.evidence,
                    "valid_from": row.assigned_on,
                    "basis": row.basis_document,
                },
                Cause(self.on, entry, row.basis_document, reason="school_statuses.csv"),
                row.assigned_on,
            )

    def _directions(self, orders: Orders) -> None:
        """Put the directions of the year: drafts until their order is registered."""
        for row in self.data.directions:
            order = order_of(self.data, row, row.basis_order)
            entry = orders.entries[order.order_id] if order else None
            self.directions[row.direction_id] = self.keeper.put_entry(
                row,
                "directions",
                "direction",
                {"school_year": row.school_year, "name": row.name},
                {
                    "area": row.subject_area,
                    "clause": row.clause,
                    "state": "in_force" if order else "draft",
                },
                Cause(self.on, entry, cited(entry) if entry else "", reason="directions.csv"),
                entry.registered_on if entry else None,
            )
