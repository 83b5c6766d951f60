"""Composition is the fold of the orders in effect, whatever their sequence (invariants 1 and 2)."""

import datetime as dt
import itertools

import pytest
from change_story import network, roles
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from workflow_app.engine.case import Case
from workflow_app.engine.changes import Amend, End, Enter
from workflow_app.store.models.base import inserted_id, table
from workflow_app.store.models.registers import Journal, JournalEntry, OrderRelation
from workflow_app.store.registers.writing import Cause
from workflows.order_approval.composition import composition_is_sound
from workflows.order_approval.effects import by_kind
from workflows.order_approval.form import Order
from workflows.order_approval.limits import may_be_revoked
from workflows.registers.memberships import MEMBERSHIPS
from workflows.registers.statuses import STATUSES_OF_YEAR

TODAY = dt.date(2026, 2, 2)
SCHOOLS = ("S01", "S02", "S03", "S04", "S06", "S10", "S12", "S13")
STABLE = ("S01", "S02", "S03", "S04", "S06")


def day(offset):
    return TODAY + dt.timedelta(days=offset)


class Desk:
    """Registers orders of one network in a row, the guards and effects of the process deciding."""

    def __init__(self, district, code):
        self.district, self.network = district, network(district, code)
        self.numbers = itertools.count(500)
        self.codes = {key: code for code, key in district.organisations.items()}

    def order(self, **said):
        """Register an order if its guards let it; return its journal row or None."""
        data = Order.model_validate({"network": self.network, "title": "О сети", **said})
        return self.district.container.transact(lambda uow: self._register(uow, data))

    def _register(self, uow, data):
        number = next(self.numbers)
        (municipality, journal) = uow.connection.execute(
            select(Journal.municipality_id, Journal.id).where(Journal.code == "orders")
        ).one()
        case = Case(
            10_000 + number,
            "order_approval",
            "signed",
            data,
            municipality,
            {"author": frozenset()},
            today=uow.today,
            number=f"{number}-од",
        )
        facts = uow.facts(municipality)
        if any(composition_is_sound(case, facts)) or (
            data.kind == "revoke" and any(may_be_revoked(case, facts))
        ):
            return None
        entry = inserted_id(
            uow.connection.execute(
                insert(table(JournalEntry)).values(
                    municipality_id=municipality,
                    journal_id=journal,
                    year=2026,
                    number=number,
                    label=f"{number}-од",
                    kind="issued",
                    registered_on=uow.today,
                    instance_id=case.id,
                    order_kind=data.kind,
                )
            )
        )
        for change in by_kind(case, facts):
            write = {Enter: uow.enter, Amend: uow.amend, End: uow.end}.get(type(change))
            if isinstance(change, Enter):
                write(change.register, case, [change.values], change.effective_on)
            elif isinstance(change, Amend):
                write(change.register, case, change.key, change.values, change.effective_on)
            elif isinstance(change, End):
                write(change.register, case, change.key, change.effective_on)
        return entry

    def amend(self, on, **after):
        """Register an amendment: school code → role, or "" to take it out."""
        now = roles(self.district, self.network, on)
        rows = [
            {"school": self.district.school(code), "before": now.get(code, ""), "after": role}
            for code, role in after.items()
            if now.get(code, "") != role
        ]
        return rows and self.order(kind="amend", change="add", changes=rows, valid_from=on)

    def change_base(self, on, code, old="partner"):
        """Register one order that gives the network another base."""
        now = roles(self.district, self.network, on)
        was = next((school for school, role in now.items() if role == "base"), None)
        return was not in (None, code) and self.amend(on, **{was: old, code: "base"})

    def close(self, on):
        """Register the order that ends the network."""
        now = roles(self.district, self.network, on)
        rows = [
            {"school": self.district.school(s), "before": r, "after": ""} for s, r in now.items()
        ]
        return self.order(kind="close", change="close", changes=rows, valid_from=on)

    def extend(self, on):
        """Register an order that lets the network go on."""
        return self.order(kind="extend", networks=[self.network], new_term=on)

    def revoke(self, entry):
        """Register an order that takes another one back."""
        return self.order(kind="revoke", revoked=str(entry))


def folded(district, network_id, on, known):
    """Return the composition by the definition: replay the orders one after another."""
    gone = {
        row["target_entry_id"]
        for row in district.rows(OrderRelation, kind="revokes")
        if row["effective_on"] <= min(on, known)
    }
    told = {}
    for said in district.memberships(network=network_id):
        if (
            said["effective_on"] <= on
            and said["registered_on"] <= known
            and said["order_entry_id"] not in gone
        ):
            told[said["school"]] = said["role"]
    return {school: role for school, role in told.items() if role}


def make_stable(district):
    """Let every candidate be a base of the year: the walk is about compositions."""
    year = "2025-2026"
    known = district.register(STATUSES_OF_YEAR, school_year=year)
    held = {(row.school, row.code) for row in known}
    for code, status in (*((c, "stable") for c in STABLE), *((c, "low_results") for c in SCHOOLS)):
        if (district.school(code), status) not in held:
            district.enter(
                STATUSES_OF_YEAR,
                known[0].valid_from,
                school=district.school(code),
                school_year=year,
                code=status,
            )


STEPS = st.one_of(
    st.tuples(
        st.just("amend"),
        st.integers(0, 60),
        st.sampled_from(SCHOOLS),
        st.sampled_from(("supported", "partner", "resource", "")),
    ),
    st.tuples(
        st.just("base"),
        st.integers(0, 60),
        st.sampled_from(STABLE),
        st.sampled_from(("partner", "")),
    ),
    st.tuples(st.just("revoke"), st.integers(0, 5)),
    st.tuples(st.just("extend"), st.integers(200, 400)),
    st.tuples(st.just("close"), st.integers(0, 90)),
    st.tuples(st.just("wait"), st.integers(1, 9)),
)


@pytest.mark.both_databases
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, min_size=4, max_size=10))
def test_any_sequence_of_orders_leaves_one_base_and_the_fold(district_maker, steps):
    district = district_maker.open("2026-02-02")
    try:
        make_stable(district)
        desk, made, closed_on = Desk(district, "NW1"), [], None
        for kind, *said in steps:
            today = district.container.clock.now().date()
            if kind == "wait":
                district.container.clock.set(district.container.clock.now() + dt.timedelta(said[0]))
                continue
            on = max(today, day(said[0]))
            done = (
                {
                    "amend": lambda on=on, said=said: desk.amend(on, **{said[1]: said[2]}),
                    "base": lambda on=on, said=said: desk.change_base(on, said[1], said[2]),
                    "revoke": lambda said=said: made and desk.revoke(made[said[0] % len(made)]),
                    "extend": lambda on=on: desk.extend(on),
                    "close": lambda on=on: desk.close(on),
                }[kind]
                if closed_on is None
                else lambda: None
            )
            entry = done()
            if entry and kind in ("amend", "base"):
                made.append(entry)
            if entry and kind == "close":
                closed_on = on
            check(district, desk.network, closed_on)
    finally:
        district.close()


def check(district, network_id, closed_on):
    """Assert invariants 1 and 2 on many days, as known today and as known before."""
    today = district.container.clock.now().date()
    codes = {key: code for code, key in district.organisations.items()}
    for offset in (0, 13, 61):
        on = day(offset)
        for known in (today, day(3)):
            told = folded(district, network_id, on, known)
            found = roles(district, network_id, on, known)
            assert found == {codes[school]: role for school, role in told.items()}
        now = list(roles(district, network_id, on).values())
        if closed_on is None or on < closed_on:
            assert now.count("base") == 1, (on, now)
            assert "supported" in now


@pytest.mark.both_databases
def test_an_order_registered_later_may_take_effect_earlier(open_district):
    district = open_district("2026-02-02")
    make_stable(district)
    desk = Desk(district, "NW1")
    assert desk.amend(day(20), S12="")
    assert desk.amend(day(10), S12="partner")  # registered later, in effect earlier
    assert roles(district, desk.network, day(9))["S12"] == "supported"
    assert roles(district, desk.network, day(10))["S12"] == "partner"
    assert "S12" not in roles(district, desk.network, day(20))


@pytest.mark.both_databases
def test_composition_is_told_as_it_was_known(open_district):
    district = open_district("2026-02-02")
    make_stable(district)
    desk = Desk(district, "NW1")
    district.container.clock.set(district.container.clock.now() + dt.timedelta(7))
    assert desk.amend(day(7), S03="partner")
    assert roles(district, desk.network, day(8))["S03"] == "partner"
    assert "S03" not in roles(district, desk.network, day(8), day(6))


@pytest.mark.both_databases
def test_one_order_changes_the_base_and_two_that_cross_are_refused(open_district):
    district = open_district("2026-02-02")
    make_stable(district)
    desk = Desk(district, "NW1")
    later = desk.change_base(day(20), "S02", "resource")
    assert later
    assert roles(district, desk.network, day(19))["S01"] == "base"
    assert roles(district, desk.network, day(20))["S01"] == "resource"
    assert roles(district, desk.network, day(20))["S02"] == "base"
    assert desk.change_base(day(10), "S03") is None  # from day 20 on there would be two
    assert desk.change_base(day(30), "S04")
    assert desk.revoke(later) is None  # the next base rests on it


@pytest.mark.both_databases
@pytest.mark.parametrize("count", [200])
def test_two_hundred_orders_of_one_network_are_folded(open_district, count):
    district = open_district("2026-02-02")
    key = network(district, "NW1")
    member = {"network": key, "school": district.school("S13")}

    def write(uow):
        for n in range(count):
            cause, role = Cause(uow.today, reason="приказ"), ("supported", "partner", None)[n % 3]
            if role:
                values = {**member, "role": role}
                uow.registers.enter(MEMBERSHIPS.key, 1, cause, values, day(n // 4))
            else:
                row = tuple(member.values())
                uow.registers.end(MEMBERSHIPS.key, 1, row, cause, day(n // 4))

    district.container.transact(write)
    assert roles(district, key, day(count)).get("S13") == "partner"
