"""Whoever the paper names as coordinator can do the work, a director alone too (5.1, L2–L5)."""

import pytest
from plans import directions, row, vote
from stories import code, complete_order, done, propose, to_department, to_signature

from workflow_app.store.models.directory import Position

PLAN = "annual_plan"


def found(district, coordinator):
    """Found a network of school № 2 whose coordinator is named; return its draft plan."""
    case = to_department(district, coordinator=district.people[coordinator])
    done(district.act("P002", case, "approve"))
    assert district.case(district.child(case)).data.coordinator == district.people[coordinator]
    order = to_signature(district, case, coordinator=coordinator)
    done(district.act("P002", order, "sign"))
    done(district.act("P004", order, "register"))
    (plan,) = district.instances(process=PLAN)
    return filled(district, plan["id"], coordinator)


def filled(district, plan, who):
    """Let somebody fill in the plan of the new network."""
    rows = []
    for number, direction in enumerate(directions(district, plan) * 2):
        mode = "in_person" if number else "remote"
        rows.append(row(district, f"a{number}", ["S05", "S03"], direction, who, mode=mode))
    done(district.edit(who, plan, activities=rows))
    return plan


def offices(district, person):
    return {
        one["role"]: one["starts_on"].isoformat()
        for one in district.rows(Position, person_id=district.people[person])
    }


@pytest.mark.both_databases
def test_a_director_named_coordinator_sends_the_plan_and_the_department_approves_it(open_district):
    district = open_district("2025-08-28")
    plan = found(district, "P102")
    assert offices(district, "P102")["network_coordinator"] == "2025-08-28"
    done(district.act("P102", plan, "to_vote"))
    vote(district, plan)
    done(district.act("P005", plan, "agree"))
    assert district.state(plan) == "agreed_up"
    assert code(district.act("P102", plan, "approve")) == "not_your_role"
    done(district.act("P002", plan, "approve"))
    assert district.state(plan) == "active"
    (paper,) = (one for one in district.documents(plan) if one["paper"] == "plan")
    assert paper["field_values"]["утверждаю"]["должность"].startswith("И.о. начальника")


def test_both_forms_say_what_it_means_that_the_director_is_the_coordinator(open_district):
    district = open_district("2025-08-28")
    case = propose(district, "P102", {"S05": "supported"}).instance_id
    assert "head_is_coordinator" not in district.flags(case)
    done(district.edit("P102", case, coordinator=district.people["P102"]))
    assert "head_is_coordinator" in district.flags(case)


def test_no_order_asks_for_a_paper_by_a_day_that_has_passed(open_district):
    """Asked of the draft, the visa, the signature and the registration."""
    district = open_district("2025-08-28")
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = district.child(case)
    complete_order(district, order)
    for paper in ("plan_due", "report_due"):
        kept = getattr(district.case(order).data, paper)
        done(district.edit("P003", order, **{paper: "2025-08-27"}))
        assert code(district.act("P003", order, "send")) == "due_passed"
        done(district.edit("P003", order, **{paper: kept.isoformat()}))
    done(district.edit("P003", order, plan_due="2025-08-29"))
    done(district.act("P003", order, "send"))
    district.at("2025-09-01")
    assert code(district.act("P005", order, "visa")) == "due_passed"
    district.at("2025-08-29")
    done(district.act("P005", order, "visa"))
    district.at("2025-09-01")
    assert code(district.act("P001", order, "sign")) == "due_passed"
    district.at("2025-08-29")
    done(district.act("P002", order, "sign"))
    district.at("2025-09-01")
    assert code(district.act("P004", order, "register")) == "due_passed"
