"""A register without one order: as the fold of everything else that was written."""

import datetime as dt
from itertools import pairwise

import pytest
from counting import counted_on
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from looking import day, facts_of, with_registers
from sqlalchemy import insert

from workflow_app.store.models.base import inserted_id, table
from workflow_app.store.models.registers import Journal, JournalEntry, OrderRelation
from workflow_app.store.registers.writing import Cause
from workflows.registers.memberships import MEMBERSHIPS, composition, networks_of, turning_points

TODAY = day("2026-06-18")
SCHOOLS = ("S09", "S14", "S05")
"""Two that belong to NW3 already and one that does not."""
ROLES = ("supported", "partner", "resource", None)
DAYS = [TODAY + dt.timedelta(n) for n in range(-1, 8)]

ORDERS = st.lists(
    st.lists(
        st.tuples(st.sampled_from(SCHOOLS), st.sampled_from(ROLES), st.integers(0, 5)),
        min_size=1,
        max_size=3,
        unique_by=lambda said: said[0],
    ),
    min_size=1,
    max_size=4,
)
REVOKED = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=2)


class Desk:
    """Registers orders about one network past every process."""

    def __init__(self, session, cast):
        self.session, self.cast = session, cast
        self.connection, self.network = session.connection(), cast.network("NW3")
        self.registers = with_registers(session).registers
        self.journal = session.query(Journal.id).filter_by(code="orders").scalar()
        self.number = 900
        self.said = []
        """School, role, first day and order of what was said, in the order of the fold."""
        self.gone = {}

    def order(self):
        self.number += 1
        row = {
            "municipality_id": self.cast.municipality,
            "journal_id": self.journal,
            "year": 2026,
            "number": self.number,
            "label": f"{self.number}-од",
            "kind": "issued",
            "registered_on": TODAY,
        }
        key = inserted_id(self.connection.execute(insert(table(JournalEntry)).values(row)))
        return self.session.get_one(JournalEntry, key)

    def register(self, rows):
        """Register an order about schools of the network; return its row of the journal."""
        order, place = self.order(), self.cast.municipality
        cause = Cause(TODAY, order, f"приказ № {order.label}")
        for code, role, begins in rows:
            school, on = self.cast.school(code), TODAY + dt.timedelta(begins)
            if role:
                values = {"network": self.network, "school": school, "role": role}
                self.registers.enter("membership", place, cause, values, on)
            else:
                # A row that is not there yet has nothing to end.
                member = {"network": self.network, "school": school}
                self.registers.enter("membership", place, Cause(TODAY), member, day("2030-01-01"))
                self.registers.end("membership", place, (self.network, school), cause, on)
            self.said.append((school, role, on, order.id))
        return order.id

    def revoke(self, order, on):
        self.connection.execute(
            insert(table(OrderRelation)).values(
                municipality_id=self.cast.municipality,
                order_entry_id=self.order().id,
                target_entry_id=order,
                kind="revokes",
                effective_on=on,
            )
        )
        self.registers.revoked(order)
        self.gone[order] = on

    def roles(self, before, on, without):
        """Return school → role by the definition: order after order, none that is left out."""
        roles = dict(before)
        for school, role, begins, order in sorted(self.said, key=lambda said: (said[2], said[3])):
            is_gone = order in self.gone and self.gone[order] <= on
            if begins <= on and order != without and not is_gone:
                roles[school] = role
        return {school: role for school, role in roles.items() if role}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(orders=ORDERS, revoked=REVOKED)
def test_a_register_without_an_order_is_the_fold_of_the_others(district, cast, orders, revoked):
    attempt = district.begin_nested()
    try:
        desk = Desk(district, cast)
        facts = facts_of(district, cast.municipality, TODAY)
        before = {m.school: m.role for m in composition(facts, desk.network, DAYS[0])}
        keys = [desk.register(rows) for rows in orders]
        for number, begins in revoked:
            key = keys[number % len(keys)]
            if key not in desk.gone:
                desk.revoke(key, TODAY + dt.timedelta(begins))
        desk.registers.settle()
        facts = facts_of(district, cast.municipality, TODAY)
        for without in (None, *keys):
            told = [
                {m.school: m.role for m in composition(facts, desk.network, on, without)}
                for on in DAYS
            ]
            assert told == [desk.roles(before, on, without) for on in DAYS]
        changed = [
            on
            for was, on in pairwise(DAYS)
            if desk.roles(before, was, None) != desk.roles(before, on, None)
        ]
        assert {on for on in changed if on > TODAY} <= {*turning_points(facts, desk.network, TODAY)}
    finally:
        attempt.rollback()
        district.expire_all()


def test_what_stays_is_read_once_and_the_rest_is_folded_once(district, cast):
    desk = Desk(district, cast)
    key = desk.register([("S09", "supported", 1), ("S05", "partner", 2)])
    desk.registers.settle()
    facts = facts_of(district, cast.municipality, TODAY)
    later = facts.of(MEMBERSHIPS).on(TODAY + dt.timedelta(3))
    others = later.without(key)
    (joined,) = later.find(school=cast.school("S05"), network=desk.network)
    (stays,) = later.find(school=cast.school("S09"), network=desk.network)
    (was,) = others.find(school=cast.school("S09"), network=desk.network)
    assert (stays.role, stays.basis) == ("supported", f"приказ № {desk.number}-од")
    assert (was.role, was.basis) == ("partner", "приказ от 30.08.2024 № 309-од")
    assert (was.id, was.since, others.get(stays.id), others.last(joined.id)) == (
        stays.id,
        day("2024-09-01"),
        was,
        None,
    )
    assert joined.id not in {row.id for row in others.find(role="partner")}
    assert was in others.find(role="partner")
    assert was not in later.find(role="partner")
    assert others.on(TODAY).turning_points(network=desk.network) == ()
    with counted_on(desk.connection) as statements:
        composition(facts, desk.network, TODAY, key)
        composition(facts, desk.network, TODAY + dt.timedelta(9), key)
    assert not [one for one in statements if "membership" in one]


def test_an_order_of_another_municipality_is_not_looked_at(district, cast):
    desk = Desk(district, cast)
    key = desk.register([("S05", "partner", 0)])
    desk.registers.settle()
    other = facts_of(district, cast.municipality + 1, TODAY)
    assert other.of(MEMBERSHIPS).without(key).find() == ()
    assert composition(other, desk.network, TODAY, key) == ()


@pytest.mark.parametrize("role", ["", "base", "partner"])
def test_networks_of_a_school_are_those_whose_term_covers_the_day(district, cast, role):
    facts = facts_of(district, cast.municipality, TODAY)
    school, network = cast.school("S09"), cast.network("NW3")
    there = {network} if role in ("", "partner") else set()
    assert networks_of(facts, school, TODAY, role) == there
    assert networks_of(facts, school, day("2099-01-01"), role) == set()
