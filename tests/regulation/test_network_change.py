"""Scenarios N-1…N-4 of the dossier and the other changes of a network, on both databases."""

import datetime as dt

import pytest
from change_story import life, network, register, request, roles
from stories import done

from workflow_app.store.models.registers import MembershipEvent


def day(text):
    return dt.date.fromisoformat(text)


@pytest.mark.clause("4.2, N2, N5")
def test_n1_a_school_joins_and_another_leaves_in_january(open_district):
    district = open_district("2026-01-12")
    done(district.outside_numbers(1, 11))
    nw2 = network(district, "NW2")
    case = request(
        district, "P202", nw2, "add", school=district.school("S05"), role="supported",
        gone=[district.school("S11")], effective_on="2026-01-19",
        reason="№ 11 больше не имеет статуса и просит о выходе, № 5 согласна войти",
    )  # fmt: skip
    done(district.act("P202", case, "send"))
    for head in ("P106", "P116", "P117"):
        done(district.act(head, case, "support"))
    assert district.state(case) == "council"  # Сидоренко О.В. has not voted
    district.at("2026-01-16 00:30")
    assert district.state(case) == "consents"
    done(district.act("P105", case, "accept_change"))
    done(district.act("P007", case, "give_opinion", conclusion="Состав соответствует Положению."))
    done(district.act("P001", case, "approve"))
    order = district.child(case)
    district.at("2026-01-19")
    register(district, order)
    assert district.case(order).number == "12-од"
    assert district.state(case) == "applied"

    events = {e["school_id"]: e for e in district.rows(MembershipEvent, order_instance_id=order)}
    left, joined = events[district.school("S11")], events[district.school("S05")]
    assert (left["role"], left["effective_on"]) == (None, day("2026-01-19"))
    assert (joined["role"], joined["effective_on"]) == ("supported", day("2026-01-19"))
    assert "S11" in roles(district, nw2, day("2026-01-18"))
    assert roles(district, nw2, day("2026-01-19")) == {
        "S06": "base", "S05": "supported", "S16": "supported", "S17": "supported"
    }  # fmt: skip
    told = district.case(life(district, nw2)).data
    assert district.school("S11") in told.former
    assert district.school("S05") in told.members
    paper = [d for d in district.documents(order) if d["paper"] == "order_amend"][-1]
    assert paper["field_values"]["сроки"]["план"] == "2\u00a0февраля 2026\u00a0г."
