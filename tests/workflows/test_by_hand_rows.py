"""What people may write of networks older than the system: rows that are judged together (4.2)."""

import datetime as dt

import pytest
from engine.facts_twin import FactsTwin
from register_rows import put_members, put_network, put_schools, put_statuses

from workflow_app.engine.facts import OrderCard
from workflows.registers.memberships import MEMBERSHIPS, Membership, by_hand, together_by_hand
from workflows.registers.networks import NETWORKS
from workflows.registers.networks import by_hand as network_by_hand

TODAY = dt.date(2025, 11, 10)
BASE, SECOND, HELPED, OTHER = 1, 2, 3, 4
"""Schools: two stable ones, one that is helped, one without a status."""
OLD, NEW, THIRD = 7, 8, 9
"""Networks; the base of the second one is the second school."""


@pytest.fixture
def facts():
    twin = FactsTwin(today=TODAY)
    put_schools(twin, {school: {} for school in (BASE, SECOND, HELPED, OTHER)})
    year = "2025-2026"
    put_statuses(
        twin,
        {(BASE, year): ("stable",), (SECOND, year): ("stable",), (HELPED, year): ("low_results",)},
        y2025_2026="приказ № 1",
    )
    for network in (OLD, NEW, THIRD):
        put_network(twin, network)
    put_members(twin, NEW, {SECOND: "base", HELPED: "supported"})
    return twin


def row(network, school, role, **said):
    return Membership(network=network, school=school, role=role, **said)


def codes(facts, *rows):
    """Return code and school of everything that speaks against some rows."""
    return [(refusal.code, one.school) for one, refusal in together_by_hand(rows, facts)]


def test_a_base_and_whom_it_helps_go_together(facts):
    assert codes(facts, row(OLD, BASE, "base"), row(OLD, HELPED, "supported")) == []


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([row(OLD, HELPED, "supported")], [("one_base", HELPED)]),
        (
            [row(OLD, BASE, "base"), row(OLD, SECOND, "base")],
            [("one_base", SECOND), ("already_base", SECOND)],
        ),
        ([row(NEW, BASE, "base")], [("one_base", BASE)]),
        ([row(OLD, OTHER, "base")], [("base_not_stable", OTHER)]),
        ([row(OLD, SECOND, "base")], [("already_base", SECOND)]),
        (
            [row(OLD, BASE, "base"), row(THIRD, BASE, "base")],
            [("already_base", BASE), ("already_base", BASE)],
        ),
        ([row(NEW, OTHER, "partner")], []),
    ],
)
def test_what_speaks_against_rows_is_told_of_the_row_it_is_about(facts, rows, found):
    assert codes(facts, *rows) == found


def test_no_school_is_in_more_networks_than_the_setting_says(facts):
    facts.settings["A-10"] = 1
    rows = row(OLD, BASE, "base"), row(OLD, HELPED, "supported")
    assert codes(facts, *rows) == [("too_many_networks", HELPED)]


def test_without_statuses_nobody_can_host(facts):
    put_statuses(facts, {})
    (found,) = [refusal for _, refusal in together_by_hand([row(OLD, BASE, "base")], facts)]
    assert (found.code, found.basis) == ("base_not_stable", "1.3")
    assert "сначала внесите их" in found.message


def test_a_network_that_is_over_is_told_as_it_was(facts):
    card = facts.of(NETWORKS).get(OLD)
    others = [one for one in facts.of(NETWORKS).find() if one.id != OLD]
    facts.put_rows(NETWORKS, *others, card.model_copy(update={"state": "closed"}))
    assert codes(facts, row(OLD, OTHER, "base")) == []
    assert codes(facts, row(OLD, OTHER, "supported")) == [("one_base", OTHER)]


def test_nobody_joins_a_network_after_its_term(facts):
    over = facts.of(NETWORKS).get(NEW).term_to
    late = row(NEW, OTHER, "partner", valid_from=over + dt.timedelta(days=1))
    (found,) = [refusal for _, refusal in together_by_hand([late], facts)]
    assert (found.code, found.field) == ("term_is_over", "valid_from")
    assert f"кончается {over:%d.%m.%Y}" in found.message
    on_time = late.model_copy(update={"valid_from": over})
    assert codes(facts, on_time) == []


def test_once_an_order_has_spoken_of_a_network_orders_alone_do(facts):
    about = (f"network/{NEW}",)
    facts.orders[5] = OrderCard(5, "12-од", dt.date(2025, 10, 1), "О составе", "", about)
    assert codes(facts, row(NEW, BASE, "partner")) == [("told_by_order", BASE)]
    member = facts.of(MEMBERSHIPS).find(network=NEW, school=HELPED)[0]
    network = facts.of(NETWORKS).get(NEW)
    for found in (by_hand(member, None, facts), network_by_hand(network, network, facts)):
        (refusal,) = found
        assert (refusal.code, refusal.basis) == ("told_by_order", "4.2")
        assert "последний от 01.10.2025 № 12-од" in refusal.message


def test_a_base_leaves_last(facts):
    members = {one.school: one for one in facts.of(MEMBERSHIPS).find(network=NEW)}
    (found,) = by_hand(members[SECOND], None, facts)
    assert found.code == "one_base"
    assert [*by_hand(members[HELPED], None, facts)] == []
    facts.put_rows(MEMBERSHIPS, members[SECOND])
    assert [*by_hand(members[SECOND], None, facts)] == []


def test_a_network_keeps_its_state_and_its_days_in_order(facts):
    card = facts.of(NETWORKS).get(OLD)
    other = card.model_copy(update={"state": "suspended"})
    assert [one.code for one in network_by_hand(card, other, facts)] == ["state_of_case"]
    short = card.model_copy(update={"term_to": card.term_from - dt.timedelta(days=1)})
    assert [one.code for one in network_by_hand(None, short, facts)] == ["dates_reversed"]
