from types import SimpleNamespace

import pytest
from looking import day, with_registers
from sqlalchemy import select

from workflow_app.store.models.base import AppendOnlyError
from workflow_app.store.models.registers import RegisterEntry
from workflow_app.store.read_models import networks
from workflow_app.store.read_models.networks import MEMBERSHIP, composition, networks_of_school
from workflow_app.store.registers.writing import Cause

REGISTERED = day("2026-01-19")


@pytest.fixture
def order(district, cast):
    """Register an order that says something about S09 in NW3."""

    def register(role, effective_on, number, registered_on="2026-02-02"):
        registered = day(registered_on)
        told = SimpleNamespace(
            id=None, year=registered.year, number=number, registered_on=registered
        )
        cause, place = Cause(registered, told, f"приказ № {number}-од"), cast.municipality
        school, on = (cast.network("NW3"), cast.school("S09")), day(effective_on)
        registers = with_registers(district).registers
        if role:
            values = dict(zip(("network", "school"), school, strict=True), role=role)
            registers.enter(MEMBERSHIP, place, cause, values, on)
        else:
            registers.end(MEMBERSHIP, place, school, cause, on)
        registers.settle()
        newest = select(RegisterEntry).order_by(RegisterEntry.id.desc()).limit(1)
        return district.scalars(newest).one()

    return register


def codes(district, cast, network, on, known=None):
    known_schools = {cast.school(f"S{n:02}"): f"S{n:02}" for n in range(1, 19)}
    found = composition(district, cast.network(network), day(on), known and day(known))
    return [known_schools[member.school_id] for member in found]


def role_of_s09(district, cast, on, known=None):
    found = composition(district, cast.network("NW3"), day(on), known and day(known))
    return next((one.role for one in found if one.school_id == cast.school("S09")), None)


def test_membership_changes_at_the_start_of_the_day_the_amendment_takes_effect(district, cast):
    assert codes(district, cast, "NW2", "2026-01-18") == ["S06", "S11", "S16", "S17"]
    assert codes(district, cast, "NW2", "2026-01-19") == ["S06", "S05", "S16", "S17"]


def test_what_was_not_yet_registered_is_not_known(district, cast):
    assert codes(district, cast, "NW2", "2026-06-18", known="2026-01-18") == [
        "S06",
        "S11",
        "S16",
        "S17",
    ]
    assert codes(district, cast, "NW3", "2025-09-01", known="2025-08-27").count("S18") == 0
    assert codes(district, cast, "NW3", "2025-09-01", known="2025-08-28").count("S18") == 1


def test_a_network_is_empty_before_its_order_takes_effect(district, cast):
    assert codes(district, cast, "NW1", "2024-08-31") == []
    assert codes(district, cast, "NW1", "2024-09-01") == ["S01", "S02", "S10", "S12", "S13"]


def test_the_base_school_comes_first_and_each_member_names_its_order(district, cast):
    first, *_, last = composition(district, cast.network("NW3"), day("2026-06-18"))
    assert (first.role, first.school_id) == ("base", cast.school("S07"))
    assert first.order_label == "309-од"
    assert (last.school_id, last.order_label) == (cast.school("S18"), "290-од")
    assert last.since == day("2025-09-01")


def test_of_two_orders_with_one_date_of_effect_the_later_number_wins(district, cast, order):
    order("supported", "2026-03-01", number=31)
    order("resource", "2026-03-01", number=30)
    assert role_of_s09(district, cast, "2026-03-01") == "supported"


def test_the_first_number_of_january_follows_the_last_of_december(district, cast, order):
    order("resource", "2026-03-01", number=431, registered_on="2025-12-30")
    order("supported", "2026-03-01", number=1, registered_on="2026-01-12")
    assert role_of_s09(district, cast, "2026-03-01") == "supported"
    assert role_of_s09(district, cast, "2026-03-01", known="2025-12-31") == "resource"


def test_a_later_order_with_an_earlier_effect_does_not_outlive_the_next_effect(
    district, cast, order
):
    order("supported", "2026-04-01", number=20)
    order(None, "2026-03-01", number=25, registered_on="2026-02-10")
    assert role_of_s09(district, cast, "2026-02-28") == "partner"
    assert role_of_s09(district, cast, "2026-03-15") is None
    assert role_of_s09(district, cast, "2026-04-01") == "supported"


def test_a_school_that_left_is_in_no_network(district, cast):
    school = cast.school("S11")
    assert networks_of_school(district, school, day("2026-01-19")) == ()
    (member,) = networks_of_school(district, school, day("2026-01-18"))
    assert (member.network_id, member.role) == (cast.network("NW2"), "supported")
    known = networks_of_school(district, school, day("2026-01-19"), day("2026-01-18"))
    assert [one.network_id for one in known] == [cast.network("NW2")]


def test_what_an_order_said_is_never_changed(district, order):
    entry = order("supported", "2026-03-01", number=30)
    entry.values = {"role": "resource"}
    with pytest.raises(AppendOnlyError, match="добавьте новую запись"):
        district.flush()


def test_what_an_order_said_is_never_deleted(district, order):
    entry = order("supported", "2026-03-01", number=30)
    district.delete(entry)
    with pytest.raises(AppendOnlyError, match="не удаляется"):
        district.flush()


def test_touching_an_entry_without_changing_it_is_no_offence(district, order):
    entry = order("supported", "2026-03-01", number=30)
    entry.basis, said = "31-од", entry.basis
    entry.basis = said
    district.flush()
    assert entry.basis == "приказ № 30-од"


def test_a_composition_is_told_order_by_order(district, cast):
    newest, founding = networks.turns(district, cast.network("NW2"))
    roles = {cast.school("S05"): "supported", cast.school("S11"): None}
    assert (newest.order_label, dict(newest.roles)) == ("12-од", roles)
    assert founding.order_label == "306-од"
    assert cast.school("S06") in founding.roles


def test_two_dates_differ_by_who_came_who_left_and_who_changed_her_role(district, cast, order):
    order("supported", "2026-03-01", 40)
    network = cast.network("NW3")
    before, after = (composition(district, network, day(on)) for on in ("2026-01-01", "2026-06-18"))
    assert networks.difference(before, after) == {cast.school("S09"): ("partner", "supported")}
    assert networks.difference(after, ())[cast.school("S09")] == ("supported", None)
    assert networks.difference(after, after) == {}


def test_all_compositions_of_a_day_are_those_of_each_network(district, cast):
    on = day("2026-06-18")
    found = networks.compositions(district, cast.municipality, on)
    each = {n: composition(district, n, on) for n in map(cast.network, ("NW1", "NW2", "NW3"))}
    assert found == each
