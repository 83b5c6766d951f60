"""Orders as guards know them, the days on which they matter, and what their revocation undoes."""

import pytest
from looking import day, facts_of, with_registers
from sqlalchemy import insert, select

from workflow_app.engine.case import Case
from workflow_app.store.facts import SqlFacts
from workflow_app.store.models.base import inserted_id, table
from workflow_app.store.models.registers import Journal, JournalEntry, OrderRelation
from workflow_app.store.read_models import networks
from workflow_app.store.registers import order_effects
from workflow_app.store.registers.writing import Cause
from workflows.registers.memberships import turning_points
from workflows.registers.networks import NETWORKS, is_closed

TODAY = day("2026-02-02")
LATER, LATEST = day("2026-03-02"), day("2026-04-01")


class Desk:
    """Registers orders in the journal and lets them write, as the interpreter does."""

    def __init__(self, session, cast):
        self.session, self.cast = session, cast
        self.connection = session.connection()

    @property
    def facts(self):
        return facts_of(self.session, self.cast.municipality, TODAY)

    def turning_points(self, after, code="NW2"):
        return turning_points(self.facts, self.cast.network(code), after)

    def order(self, number, kind="amend", **said):
        """Register an order and return its case; the case has the number of the order."""
        journal = self.session.scalars(select(Journal.id).where(Journal.code == "orders")).one()
        row = {
            "municipality_id": self.cast.municipality,
            "journal_id": journal,
            "year": 2026,
            "number": number,
            "label": f"{number}-од",
            "kind": "issued",
            "title": "О сети",
            "registered_on": TODAY,
            "instance_id": 9000 + number,
            "order_kind": kind,
            **said,
        }
        inserted_id(self.connection.execute(insert(table(JournalEntry)).values(row)))
        return Case(9000 + number, "order_approval", "signed", None, self.cast.municipality)

    def entry(self, case):
        return order_effects.own_entry(self.connection, case.id)

    def amend(self, case, on=TODAY, **values):
        entry, registers = self.entry(case), with_registers(self.session).registers
        cause = Cause(TODAY, entry, entry and order_effects.cited(entry), case.id)
        registers.amend(networks.NETWORK, self.cast.municipality, self.network, cause, values, on)
        registers.settle()

    def revoke(self, number, revoked, on=TODAY):
        """Register an order that takes another one back."""
        values = {"entry_id": self.entry(revoked).id}
        order_effects.enter_revocation(self.connection, self.order(number, "revoke"), values, on)
        registers = with_registers(self.session).registers
        registers.revoked(values["entry_id"])
        registers.settle()

    def turn(self, case, on, code="NW2"):
        """Let an order say which role a school has in a network from a day on."""
        entry, registers = self.entry(case), with_registers(self.session).registers
        member = {"network": self.cast.network(code), "school": self.cast.school("S16")}
        registers.enter(
            networks.MEMBERSHIP,
            self.cast.municipality,
            Cause(TODAY, entry, order_effects.cited(entry), case.id),
            {**member, "role": "partner"},
            on,
        )
        registers.settle()

    @property
    def network(self):
        return self.cast.network("NW2")

    def said(self, *names, on=TODAY):
        """Return what the register says of the network."""
        row = self.facts.of(NETWORKS).on(on).last(self.network)
        return tuple(getattr(row, name) for name in names)


@pytest.fixture
def desk(district, cast):
    return Desk(district, cast)


def imported(desk, code):
    query = select(JournalEntry.id).where(JournalEntry.code == code)
    return desk.session.scalars(query).one()


# ---------------------------------------------------------------- what guards know of an order


def test_an_imported_order_tells_what_it_is_about(desk, cast):
    card = desk.facts.order(imported(desk, "O07"))
    assert (card.number, card.registered_on, card.kind) == ("290-од", day("2025-08-28"), "extend")
    assert card.rows_of("network") == tuple(cast.network(code) for code in ("NW1", "NW2", "NW3"))
    assert card.rows_of("membership") == ()
    assert (card.case, card.is_revoked) == (None, False)


def test_an_order_made_here_names_its_case_and_whether_it_was_revoked(desk):
    case = desk.order(41)
    entry = desk.entry(case).id
    assert (desk.facts.order(entry).case, desk.facts.order(entry).is_revoked) == (case.id, False)
    desk.revoke(42, case)
    assert desk.facts.order(entry).is_revoked


def test_no_order_stands_for_an_unknown_an_annulled_or_a_foreign_number(desk):
    annulled = desk.entry(desk.order(41, kind=None)).id
    desk.connection.execute(
        table(JournalEntry).update().where(JournalEntry.id == annulled).values(kind="annulled")
    )
    mine = imported(desk, "O07")
    other = SqlFacts(desk.connection, {}, desk.cast.municipality + 1, TODAY)
    assert desk.facts.order(10**9) is None
    assert desk.facts.order(annulled) is None
    assert other.order(mine) is None
    assert desk.facts.order(mine)


def test_orders_of_a_network_stand_in_their_order_without_the_revoked(desk, cast):
    numbers = [card.number for card in desk.facts.orders_of(f"network/{desk.network}")]
    assert numbers == ["306-од", "290-од", "12-од"]
    case = desk.order(41)
    subject = {"register": "network", "row": desk.network, "amends": True}
    order_effects.enter_subject(desk.connection, case, subject, TODAY)
    assert [card.number for card in desk.facts.orders_of(f"network/{desk.network}")] == [
        *numbers,
        "41-од",
    ]
    desk.revoke(42, case)
    assert [card.number for card in desk.facts.orders_of(f"network/{desk.network}")] == numbers
    assert "12-од" not in [
        card.number for card in desk.facts.orders_of(f"network/{cast.network('NW1')}")
    ]


# ---------------------------------------------------------------- days on which orders matter


def test_turning_points_are_the_later_days_of_this_network_once_each(desk):
    for number, on in ((41, LATEST), (42, LATER), (43, LATER), (44, TODAY)):
        desk.turn(desk.order(number), on)
    desk.turn(desk.order(45), day("2026-05-04"), "NW1")
    assert desk.turning_points(TODAY) == (LATER, LATEST)
    assert desk.turning_points(LATER) == (LATEST,)
    assert desk.turning_points(LATEST) == ()


def test_a_revoked_order_is_no_turning_point(desk):
    early, late = desk.order(41), desk.order(42)
    desk.turn(early, LATER)
    desk.turn(late, LATEST)
    desk.revoke(43, early)
    assert desk.turning_points(TODAY) == (LATEST,)


def test_an_order_revoked_after_its_day_turns_twice(desk):
    case = desk.order(41)
    desk.turn(case, LATER)
    desk.revoke(42, case, on=LATEST)
    assert desk.turning_points(TODAY) == (LATER, LATEST)


# ---------------------------------------------------------------- what a revocation undoes


def test_an_order_about_a_network_amends_the_one_that_founded_it(desk):
    case = desk.order(41)
    subject = {"register": "network", "row": desk.network, "amends": True}
    order_effects.enter_subject(desk.connection, case, subject, LATER)
    relation = desk.session.scalars(
        select(OrderRelation).where(OrderRelation.order_entry_id == desk.entry(case).id)
    ).one()
    founding = desk.facts.of(NETWORKS).entered_by(desk.network)
    assert (relation.target_entry_id, relation.kind) == (founding.order_id, "amends")
    assert (founding.basis, relation.effective_on) == ("приказ от 29.08.2024 № 306-од", LATER)


def test_an_order_changes_a_network_from_its_day_on(desk):
    before = desk.said("name")
    desk.amend(desk.order(41), LATER, name="Чтение без границ")
    assert desk.said("name") == before
    assert desk.said("name", on=LATER) == ("Чтение без границ",)


def test_a_network_whose_founding_order_is_revoked_is_closed_and_keeps_its_name(desk):
    (name,) = desk.said("name")
    founding = desk.facts.of(NETWORKS).entered_by(desk.network)
    relation = table(OrderRelation)
    desk.connection.execute(
        insert(relation).values(
            municipality_id=desk.cast.municipality,
            order_entry_id=desk.entry(desk.order(41)).id,
            target_entry_id=founding.order_id,
            kind="revokes",
            effective_on=TODAY,
        )
    )
    registers = with_registers(desk.session).registers
    registers.revoked(founding.order_id)
    registers.settle()
    assert is_closed(desk.facts, desk.network)
    assert desk.facts.of(NETWORKS).get(desk.network) is None
    assert desk.facts.name("network", desk.network) == name
    row = networks.one(desk.session, desk.cast.municipality, desk.network, TODAY)
    assert (row.name, row.state) == (name, "closed")
    before = networks.one(desk.session, desk.cast.municipality, desk.network, day("2026-02-01"))
    assert before.state == "active"


def test_a_revocation_puts_back_what_the_order_found(desk):
    before = desk.said("name", "term_to")
    case = desk.order(41)
    desk.amend(case, name="Чтение без границ", term_to=day("2027-08-31"))
    desk.revoke(42, case)
    assert desk.said("name", "term_to") == before


def test_a_revocation_leaves_what_a_later_order_has_changed_again(desk):
    case = desk.order(41)
    desk.amend(case, name="Чтение без границ", term_to=day("2027-08-31"))
    desk.amend(desk.order(42), name="Чтение для всех")
    desk.revoke(43, case)
    assert desk.said("name", "term_to") == ("Чтение для всех", day("2026-08-31"))


def test_an_order_is_revoked_by_another_once(desk):
    case, other = desk.order(41), desk.order(42, "revoke")
    for _ in range(2):
        order_effects.enter_revocation(
            desk.connection, other, {"entry_id": desk.entry(case).id}, TODAY
        )
    relations = select(OrderRelation.kind).where(
        OrderRelation.target_entry_id == desk.entry(case).id
    )
    assert desk.connection.execute(relations).scalars().all() == ["revokes"]
