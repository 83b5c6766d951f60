"""Orders, networks and memberships, put from the rows of a district."""

import datetime as dt
from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from workflow_app.engine.folding import Word
from workflow_app.services.importing import rows
from workflow_app.services.importing.files import DirectoryData
from workflow_app.services.importing.order_checks import number_of, substitute_signed
from workflow_app.store.directory.offices import acting_title
from workflow_app.store.models.directory import Person, Tenant
from workflow_app.store.models.registers import Journal, JournalEntry, OrderSubject
from workflow_app.store.operations.import_directory import DirectoryImport
from workflow_app.store.read_models import networks
from workflow_app.store.registers.matching import Keeper
from workflow_app.store.registers.order_effects import cited
from workflow_app.store.registers.writing import Cause, Standing

VALUES = "indicator_value"
OUTSIDE = "Приказ, зарегистрированный вне системы"


class RegistersImport:
    """Puts what exists by orders; rests on the directory being put."""

    def __init__(self, keeper: Keeper, data: DirectoryData, directory: DirectoryImport) -> None:
        self.keeper = keeper
        self.data = data
        self.directory = directory
        self.journals: dict[str, Journal] = {}
        self.entries: dict[str, JournalEntry] = {}
        self.networks: dict[str, Standing] = {}
        self.indicators: dict[str, Standing] = {}
        self.orders = {order.order_id: order for order in data.orders}
        self._kinds = dict.fromkeys(school.school_type for school in data.schools)

    def keep_orders(self) -> None:
        """Put journals and a row for every number up to the last known one of each year."""
        for row in self.data.journals:
            key, values = {"code": row.journal_id}, {"title": row.title, "pattern": row.pattern}
            self.journals[row.title] = self.keeper.put(row, "journals", Journal, key, values)
        self.keeper.flush()
        for order in self.data.orders:
            self.entries[order.order_id] = self._entry(order)
        self._outside_numbers()
        self.keeper.flush()

    def keep_networks(self) -> None:
        """Put networks, the orders about them and their compositions."""
        for row in self.data.networks:
            self.networks[row.network_id] = self._network(row)
        for order in self.data.orders:
            self._order_subjects(order)
        for member in self.data.network_members:
            self._membership(member)
        self.keeper.flush()

    def keep_recommendations(self) -> None:
        """Put what approved reports recommended, of the year each report is about."""
        reports = {report.report_id: report for report in self.data.reports}
        schools, people = self.directory.organisations, self.directory.people
        cause = Cause(self.directory.on, reason="recommendations.csv")
        for row in self.data.recommendations:
            report, school = reports[row.report_id], row.target_school_id
            identity = {
                "network": self.networks[row.network_id].id,
                "school_year": report.school_year,
                "code": row.recommendation_id,
            }
            values = {
                "text": row.text,
                "addressee": "school" if school else "network",
                "school": schools[school].id if school else None,
                "responsible": _id_in(people, row.responsible_person_id),
                "due_on": row.due_on,
                "decision": row.decision or "",
                "state": row.state,
                "valid_from": report.approved_on,
            }
            self.keeper.put_entry(
                row, "recommendations", "recommendation", identity, values, cause, self.directory.on
            )

    def keep_indicators(self) -> None:
        """Put the catalogue and what was measured."""
        for position, row in enumerate(self.data.indicator_catalog, 1):
            self.indicators[row.indicator_id] = self._indicator(row, position)
        for value in self.data.indicators:
            self._indicator_value(value)

    def to_adopt(self) -> dict[str, list[dict[str, Any]]]:
        """Return file → the rows that may become cases, with ids for codes; plans come first."""
        activities = [self._told(row) for row in self.data.plan_activities]
        plans = [
            {
                **told,
                "activities": [
                    one
                    for one in activities
                    if (one["network_id"], one["school_year"], one["plan_version"])
                    == (told["network_id"], told["school_year"], told["version"])
                ],
            }
            for told in map(self._told, self.data.annual_plans)
        ]
        reports = [self._told(row) for row in self.data.reports]
        return {"annual_plans": plans, "plan_activities": activities, "reports": reports}

    def _told(self, row: rows.Record) -> dict[str, Any]:
        """Return a row with the ids of what it names."""
        known: Mapping[str, Mapping[str, Tenant | Standing]] = {
            "network_id": self.networks,
            "direction_id": self.directory.directions,
            "responsible_person_id": self.directory.people,
            "responsible_organisation_id": self.directory.organisations,
        }
        told = row.model_dump()
        return told | {
            column: rows_of[told[column]].id
            for column, rows_of in known.items()
            if told.get(column) is not None
        }

    def _indicator(self, row: rows.IndicatorRow, place: int) -> Standing:
        """Put an indicator at its place in the catalogue."""
        values = {
            "title": row.name,
            "level": row.level,
            "unit": row.unit,
            "desired": row.desired_direction,
            "source": row.data_source or "",
            "is_computed": row.is_computed,
            "is_exam": row.comes_after_exams,
            "school_types": [*row.types(self._kinds)],
            "place": place,
        }
        return self.keeper.put_entry(
            row,
            "indicator_catalog",
            "indicator",
            {"code": row.indicator_id},
            values,
            Cause(self.directory.on, reason="indicator_catalog.csv"),
            None,
        )

    def _indicator_value(self, row: rows.IndicatorValueRow) -> None:
        """Put one value; a result that follows from its fraction is not kept twice.

        It is a fact of its year, known since somebody entered it; what a file tells otherwise
        later is known since then. What a case has entered stays.
        """
        identity = {
            "network": self.networks[row.network_id].id,
            "school": self.directory.organisations[row.school_id].id if row.school_id else None,
            "indicator": self.indicators[row.indicator_id].id,
            "school_year": row.school_year,
        }
        values = {
            "numerator": row.numerator,
            "denominator": row.denominator,
            "value": _exact(row.actual_value if row.numerator is None else None),
            "baseline": _exact(row.baseline_value),
            "target": _exact(row.target_value),
            "note": row.note or "",
            "source": row.source or "",
        }
        stored = self.keeper.standing(VALUES).get(tuple(identity.values()))
        known_on = self.directory.on if stored else row.entered_on or self.directory.on
        self.keeper.put_entry(
            row,
            "indicators",
            VALUES,
            identity,
            {} if stored and stored.id in self._told_by_cases else values,
            Cause(known_on, reason="indicators.csv"),
            None,
        )

    @cached_property
    def _told_by_cases(self) -> Collection[int]:
        return self.keeper.registers.written_by_cases(VALUES, self.keeper.municipality_id)

    def _entry(self, order: rows.OrderRow) -> JournalEntry:
        """Put an order's row of the journal: registered once, never changed."""
        key = {
            "journal_id": self.journals[order.journal].id,
            "year": order.reg_date.year,
            "number": number_of(self.data, order),
        }
        values = {
            "label": order.reg_number,
            "kind": "issued",
            "registered_on": order.reg_date,
            "code": order.order_id,
            "title": order.title,
            "order_kind": order.order_kind,
            "signed_by_person_id": self.directory.people[order.signed_by_person_id].id,
            "acting_note": self._acting_note(order),
        }
        return self.keeper.put(order, "orders", JournalEntry, key, values, frozen=True)

    def _acting_note(self, order: rows.OrderRow) -> str | None:
        """Return as whom a substitute signed, None for the head's own hand."""
        substitution = substitute_signed(self.data, order)
        if substitution is None:
            return None
        position = self.directory.positions[substitution.absent_person_id]
        return acting_title(position.title, position.title_gen)

    def _outside_numbers(self) -> None:
        """Fill the numbers between known orders: the department used them outside the system."""
        places = [
            (self.journals[order.journal], order.reg_date.year, number_of(self.data, order), order)
            for order in self.data.orders
        ]
        places.sort(key=lambda place: (place[0].code, *place[1:3]))
        last: dict[tuple[str, int], int] = {}
        for journal, year, number, order in places:
            for missing in range(last.get((journal.code, year), 0) + 1, number):
                self._outside_number(journal, missing, order)
            last[journal.code, year] = number

    def _outside_number(self, journal: Journal, number: int, following: rows.OrderRow) -> None:
        """Put one number used outside, dated no later than the order that follows it."""
        year = following.reg_date.year
        key = {"journal_id": journal.id, "year": year, "number": number}
        if tuple(key.values()) in self.keeper.rows(JournalEntry, *key):
            return
        values = {
            "label": journal.label(number, year),
            "kind": "external",
            "registered_on": following.reg_date,
            "title": OUTSIDE,
        }
        self.keeper.put(following, "orders", JournalEntry, key, values)

    def _network(self, row: rows.NetworkRow) -> Standing:
        """Put a network; an import never shortens the term it was given since.

        It is there by the order that founded it; what the file says anew counts from the import on.
        """
        stored = self.keeper.standing(networks.NETWORK)
        known = stored.get((row.network_id,))
        if any(one.name == row.name and one is not known for one in stored.values()):
            self.keeper.object_to(row, "networks", "name_taken", "сеть с таким названием уже есть")
        people, order = self.directory.people, self.entries[row.founding_order_id]
        values = {
            "name": row.name,
            "state": row.state,
            "term_from": row.valid_from,
            "term_to": max(row.valid_to, known.term_to) if known else row.valid_to,
            "coordinator": _id_in(people, row.coordinator_person_id),
            "curator": _id_in(people, row.imc_curator_person_id),
            "directions": sorted(self.directory.directions[code].id for code in row.direction_ids),
        }
        cause = Cause(order.registered_on, order, cited(order), reason="networks.csv")
        on = min(order.registered_on, row.valid_from)
        if known:
            cause, on = Cause(self.directory.on, reason="networks.csv"), self.directory.on
        identity = {"code": row.network_id}
        return self.keeper.put_entry(row, "networks", networks.NETWORK, identity, values, cause, on)

    def _order_subjects(self, order: rows.OrderRow) -> None:
        """Put which networks an order speaks about."""
        for code in order.network_ids:
            key = {
                "order_entry_id": self.entries[order.order_id].id,
                "subject": f"{networks.NETWORK}/{self.networks[code].id}",
            }
            self.keeper.put(order, "orders", OrderSubject, key, {})

    def _membership(self, row: rows.MemberRow) -> None:
        """Put the events of one membership: the entering and, when known, the leaving."""
        values = {
            "role": row.member_role,
            "consent": row.consent_decision,
            "consented_on": row.consent_given_on,
        }
        self._by_order(row, row.join_order_id, "enter", values, row.joined_on)
        if row.leave_order_id is not None and row.left_on is not None:
            self._by_order(row, row.leave_order_id, "end", {}, row.left_on)

    def _by_order(
        self, row: rows.MemberRow, code: str, word: Word, values: Mapping[str, Any], on: dt.date
    ) -> None:
        """Put what an order said of a school in a network."""
        order = self.entries[code]
        identity = {
            "network": self.networks[row.network_id].id,
            "school": self.directory.organisations[row.school_id].id,
        }
        self.keeper.put_word(
            row,
            "network_members",
            networks.MEMBERSHIP,
            word,
            identity,
            values,
            Cause(order.registered_on, order, cited(order), reason="network_members.csv"),
            on,
        )


def _exact(figure: float | None) -> Decimal | None:
    """Return a figure of a file as registers keep it."""
    return None if figure is None else Decimal(str(figure)).normalize()


def _id_in(people: dict[str, Person], code: str | None) -> int | None:
    """Return the id of a person named by code."""
    return people[code].id if code else None
