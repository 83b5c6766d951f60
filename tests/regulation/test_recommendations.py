"""What becomes of a recommendation: M1–M5 of the dossier, each on both databases."""

import datetime as dt

import pytest
from change_story import decree, network, request, statuses, to_order
from change_story import register as register_order
from district import stage
from plans import BASES, activities, fill, life, open_plan, post, to_active
from reports import (
    CURATORS,
    DONE,
    advice,
    advised,
    enter_all,
    live_through,
    register,
    submit,
    to_approved,
)
from sqlalchemy import insert
from stories import code, done

from workflow_app.services.cases.acting import act_as_system
from workflow_app.store.directory.calendar import fill_calendar
from workflow_app.store.models.directory import Setting, Substitution
from workflows.registers.recommendations import RECOMMENDATIONS

PLAN, YEAR = "annual_plan", "year_cycle"
WHY = {"reason": "причина названа словами"}


@stage
def issued(district, code="NW1", *given):
    """Live until a report is approved; return the cases of what it recommends."""
    report = live_through(district, code)
    enter_all(district, report)
    chosen = given or (advice(district),)
    submit(district, report, BASES[code], advised=list(chosen))
    to_approved(district, report, code)
    return advised(district, report)


@stage
def accepted(district, *given):
    """Live until the school has accepted what it was advised."""
    (case,) = issued(district, "NW1", *given)
    done(district.act("P110", case, "accept_advice"))
    return case


def prolong(district, until="2028-08-31"):
    """Let the networks go on for two years, where the district allows that (A-04)."""
    longest = {"municipality_id": 1, "key": "A-04.max", "value": 5}
    district.container.transact(lambda uow: uow.connection.execute(insert(Setting).values(longest)))
    district.container.transact(lambda uow: fill_calendar(uow.session, 1, (2028, 2029)))
    keys = [network(district, one) for one in ("NW1", "NW2", "NW3")]
    decree(district, "extend_networks", networks=keys, new_term=until, reason="Сети нужны школам.")


@stage
def turned(district, day="2026-08-25"):
    """Turn the networks to the year that is planned on a day; return the plan of NW1."""
    district.at(day)
    district.carry_out()
    year = done(district.start("P003", YEAR)).instance_id
    listed = [{"key": "1", "name": "Математика без пробелов", "area": "математика"}]
    code = district.case(year).data.school_year
    decree(district, "fix_directions", year=code, list_of_directions=listed)
    statuses(
        district,
        code,
        S01="stable",
        S06="stable",
        S07="stable",
        S10="low_results",
        S16="low_results",
        S14="low_results",
    )
    done(district.act("P003", year, "roll_over"))
    district.carry_out()
    about = f"network/{network(district, 'NW1')}/{code}"
    return district.instances(process=PLAN, subject=about)[0]["id"]


@stage
def carried(district, *given):
    """Return a recommendation of 2025-2026 in the plan of 2026-2027."""
    case = accepted(district, *given)
    prolong(district)
    return case, turned(district)


@stage
def in_force(district, plan, count=3):
    """Let the plan of 2026-2027 come into force."""
    district.at("2026-09-01 10:00")
    district.carry_out()
    said = {"starts_on": "2026-10-01", "ends_on": "2026-10-31"}
    to_active(district, fill(district, plan, "NW1", count, **said))
    return activities(district, plan)


def stands(district):
    return {key: value for key, value in register(district).items() if key.startswith("Р")}


def state(district):
    (row,) = stands(district).values()
    return row


# ---------------------------------------------------------------- what is answered


@pytest.mark.clause("M1, M2")
def test_an_addressee_accepts_and_the_register_says_so(open_district):
    district = open_district("2025-09-10")
    (case,) = issued(district)
    assert district.work(case) == [("school_head", "S10")]
    assert state(district) == ("", "issued")
    assert code(district.act("P112", case, "accept_advice")) in ("not_found", "not_your_role")
    done(district.act("P110", case, "accept_advice"))
    assert district.state(case) == "awaiting_plan"
    assert state(district) == ("accepted", "waiting")


@pytest.mark.clause("M2, M3")
@pytest.mark.parametrize(
    ("decided", "becomes", "row"),
    [
        ("uphold", "awaiting_plan", ("upheld", "waiting")),
        ("drop_advice", "dropped", ("dropped", "dropped")),
    ],
)
def test_the_department_decides_what_was_declined(open_district, decided, becomes, row):
    district = open_district("2025-09-10")
    (case,) = issued(district)
    assert code(district.act("P110", case, "decline_advice")) == "field_required"
    done(district.act("P110", case, "decline_advice", **WHY))
    assert district.work(case) == [("department_head", "")]
    assert state(district) == ("declined", "issued")
    assert code(district.act("P003", case, decided, **WHY)) == "not_your_role"
    done(district.act("P001", case, decided, **WHY))
    assert district.state(case) == becomes
    assert state(district) == row


@pytest.mark.clause("M2")
def test_silence_reaches_the_department_after_ten_working_days_and_is_no_consent(open_district):
    district = open_district("2025-09-10")
    (case,) = issued(district)
    begun = district.container.clock.now()
    due = district.read(lambda uow: uow.facts(1).working_day(begun.date(), 10))
    assert district.deadlines(case) == {"recommendation_answer": due.isoformat()}
    district.at(f"{due} 08:00")
    assert district.state(case) == "awaiting_answer"
    district.at(f"{due + dt.timedelta(days=1)} 09:00")
    assert district.state(case) == "unanswered"
    assert state(district) == ("unanswered", "issued")
    assert district.work(case) == [("department_head", "")]
    prolong(district)
    plan = turned(district)
    assert not {row.recommendation for row in district.case(plan).data.activities} & set(
        stands(district)
    )


# ---------------------------------------------------------------- who answers for whom


@pytest.mark.clause("M2")
def test_the_centre_and_the_department_answer_for_themselves(open_district):
    district = open_district("2025-09-10")
    given = [
        advice(district, addressee="imc", school=None),
        advice(district, "2", addressee="department", school=None),
        advice(district, "3", addressee="network", school=None),
    ]
    centre, office, whole = issued(district, "NW1", *given)
    assert district.work(centre) == [("imc_head", "IMC")]
    assert district.work(office) == [("department_head", "DEPT")]
    assert district.work(whole) == [("school_head", "S01")]
    done(district.act("P005", centre, "accept_advice"))
    done(district.act("P101", whole, "accept_advice"))
    assert code(district.act("P005", office, "accept_advice")) == "not_your_role"
    done(district.act("P001", office, "accept_advice"))
    assert {district.state(one) for one in (centre, office, whole)} == {"awaiting_plan"}


@pytest.mark.clause("M3")
@pytest.mark.parametrize(
    ("decided", "becomes"), [("uphold", "awaiting_plan"), ("drop_advice", "dropped")]
)
def test_the_deputy_decides_what_the_head_of_the_department_declined(
    open_district, decided, becomes
):
    district = open_district("2025-09-10")
    (case,) = issued(district, "NW1", advice(district, addressee="department", school=None))
    done(district.act("P001", case, "decline_advice", **WHY))
    assert ("department_deputy", "DEPT") in district.work(case)
    refusal = district.act("P001", case, decided, **WHY)
    deputy = "(заместитель руководителя управления образованием)"
    assert (code(refusal), deputy in refusal.message) == ("same_person", True)
    assert code(district.act("P003", case, decided, **WHY)) == "not_your_role"
    done(district.act("P002", case, decided, **WHY))
    assert district.state(case) == becomes


@pytest.mark.clause("M5")
def test_a_recommendation_nobody_needs_any_more_is_asked_of_nobody_in_the_register(open_district):
    district = open_district("2025-09-10")
    (case,) = issued(district)
    stop = district.container.processes["recommendation_follow_up"].stop
    district.container.transact(lambda uow: act_as_system(uow, case, stop, {}))
    assert district.state(case) == "found_inapplicable"
    assert state(district)[1] == "not_applicable"


@pytest.mark.clause("M3")
def test_the_deputy_does_not_decide_what_a_school_declined(open_district):
    district = open_district("2025-09-10")
    (case,) = issued(district)
    done(district.act("P110", case, "decline_advice", **WHY))
    assert code(district.act("P002", case, "uphold", **WHY)) == "not_your_role"


@pytest.mark.clause("M3, M5")
def test_what_the_deputy_declined_as_acting_head_is_set_aside_by_the_specialist(open_district):
    """Neither of the two may judge it then; the specialist, told of the delay, may end it."""
    district = open_district("2025-09-10")
    (case,) = issued(district, "NW1", advice(district, addressee="department", school=None))
    stands_in(district, "P001", "P002")
    done(district.act("P002", case, "decline_advice", **WHY))
    refusal = district.act("P002", case, "uphold", **WHY)
    assert (code(refusal), "а сегодня такого нет" in refusal.message) == ("same_person", True)
    done(district.act("P003", case, "set_aside", **WHY))
    assert district.state(case) == "found_inapplicable"
    assert state(district)[1] == "not_applicable"


@pytest.mark.clause("M1")
def test_codes_of_recommendations_differ_between_networks_years_and_rows(open_district):
    district = open_district("2025-09-10")
    issued(district, "NW1", advice(district), advice(district, "2"))
    report_at_once(district, "NW2")
    codes = [row.code for row in district.register(RECOMMENDATIONS)]
    assert len(stands(district)) == 3
    assert len(codes) == len(set(codes))


def report_at_once(district, key):
    """Approve the report of another network, which began its plan late in the year."""
    plan = open_plan(district, key)
    said = {"starts_on": "2026-05-01", "ends_on": "2026-05-31"}
    to_active(district, fill(district, plan, key, 3, **said), key)
    done(district.act("P003", life(district, key), "open_report"))
    report = district.instances(process="year_end_report")[-1]["id"]
    enter_all(district, report)
    given = advice(district, school=district.school("S16"))
    submit(district, report, BASES[key], advised=[given])
    to_approved(district, report, key)


# ---------------------------------------------------------------- in the plan, and done


@pytest.mark.both_databases
@pytest.mark.clause("M4, L1")
def test_an_accepted_recommendation_becomes_a_locked_row_and_each_knows_the_other(open_district):
    district = open_district("2025-09-10")
    case, plan = carried(district)
    assert district.state(case) == "carried"
    assert state(district) == ("accepted", "carried")
    key = district.case(case).data.code
    (row,) = [r for r in district.case(plan).data.activities if r.recommendation == key]
    rows = [r.model_dump(mode="json") for r in district.case(plan).data.activities]
    left = [r for r in rows if r["recommendation"] != key]
    assert code(district.edit("P201", plan, activities=left)) == "row_locked"
    given = in_force(district, plan)
    assert district.case(given[row.row_key]).data.recommendation == key


@pytest.mark.clause("M5")
def test_a_confirmed_activity_is_confirmed_once_more_by_the_curator_and_is_done(open_district):
    district = open_district("2025-09-10")
    case, plan = carried(district)
    row = f"r-{district.case(case).data.code}"
    activity = in_force(district, plan)[row]
    district.at("2026-10-20")
    done(district.act("P201", activity, "report_done", **{**DONE, "actual_on": "2026-10-20"}))
    assert district.state(case) == "carried"
    done(district.act("P101", activity, "confirm_up"))
    district.carry_out()
    assert district.state(case) == "fulfilled"
    assert code(district.act("P008", case, "confirm_advice")) == "not_curator"
    assert code(district.act("P008", case, "doubt_advice", **WHY)) == "not_curator"
    done(district.act(CURATORS["NW1"], case, "confirm_advice"))
    assert district.state(case) == "done"
    assert state(district) == ("accepted", "done")
    district.at("2027-05-15")
    district.carry_out()
    report = district.instances(process="year_end_report")[-1]["id"]
    said = {r.key: r.found for r in district.case(report).data.sections}["9"]
    assert district.case(case).data.text in said
    assert "принята, выполнена" in said


@pytest.mark.clause("M5")
def test_who_stands_in_for_the_curator_confirms(open_district):
    district = open_district("2025-09-10")
    case, plan = carried(district)
    activity = in_force(district, plan)[f"r-{district.case(case).data.code}"]
    district.at("2026-10-20")
    done(district.act("P201", activity, "report_done", **{**DONE, "actual_on": "2026-10-20"}))
    done(district.act("P101", activity, "confirm_up"))
    district.carry_out()
    assert code(district.act("P007", case, "confirm_advice")) == "not_curator"
    stands_in(district, "P006", "P007")
    done(district.act("P007", case, "confirm_advice"))


def stands_in(district, absent, substitute):
    """Let somebody stand in for a colleague from today on."""
    today = district.read(lambda uow: uow.today)
    row = {
        "municipality_id": 1,
        "absent_position_id": post(district, absent),
        "absent_person_id": district.people[absent],
        "substitute_person_id": district.people[substitute],
        "starts_on": today,
        "ends_on": today + dt.timedelta(days=30),
        "basis": "распоряжение",
    }
    district.container.transact(
        lambda uow: uow.connection.execute(insert(Substitution).values(row))
    )


def year_ends(district, day):
    district.at(day)
    district.carry_out()


@pytest.mark.clause("M4, M5, L7")
def test_what_was_not_done_is_carried_once_more_and_then_decided_by_the_department(open_district):
    district = open_district("2025-09-10")
    case, plan = carried(district)
    key = district.case(case).data.code
    in_force(district, plan)
    second = turned(district, "2027-08-20")
    assert district.state(case) == "carried"
    year_ends(district, "2027-09-01 12:00")
    assert district.state(case) == "carried"  # the draft of the next plan took it at once
    assert state(district) == ("accepted", "carried")
    assert key in {r.recommendation for r in district.case(second).data.activities}
    assert code(district.act("P201", second, "take_advice")) == "no_advice_waits"
    said = {"starts_on": "2027-10-01", "ends_on": "2027-10-31"}
    to_active(district, fill(district, second, "NW1", 3, **said))
    year_ends(district, "2028-09-01 12:00")
    assert district.state(case) == "escalated"
    assert state(district) == ("accepted", "not_done")
    assert district.work(case) == [("department_head", "")]
    assert code(district.act("P003", case, "drop_advice", **WHY)) == "not_your_role"
    done(district.act("P001", case, "drop_advice", **WHY))
    assert state(district) == ("dropped", "dropped")


@pytest.mark.clause("M4")
def test_what_failed_before_the_turn_is_in_the_next_plan_by_itself(open_district):
    district = open_district("2025-09-10")
    case, plan = carried(district)
    key = district.case(case).data.code
    activity = in_force(district, plan)[f"r-{key}"]
    done(district.act("P201", activity, "cancel", reason="карантин в школах"))
    done(district.act("P005", activity, "agree_to_cancel"))
    district.carry_out()
    assert district.state(case) == "awaiting_plan"
    second = turned(district, "2027-08-20")
    assert key in {r.recommendation for r in district.case(second).data.activities}
    assert district.state(case) == "carried"


@pytest.mark.clause("M5")
def test_what_was_set_aside_does_not_enter_a_plan(open_district):
    district = open_district("2025-09-10")
    case = accepted(district)
    done(district.act("P003", case, "set_aside", **WHY))
    assert state(district) == ("accepted", "not_applicable")
    prolong(district)
    plan = turned(district)
    assert district.case(case).data.code not in {
        row.recommendation for row in district.case(plan).data.activities
    }


# ---------------------------------------------------------------- when the network changes


@pytest.mark.clause("M5, N5")
def test_what_was_asked_of_a_school_that_left_is_found_inapplicable(open_district):
    district = open_district("2025-09-10")
    first, other = issued(
        district, "NW1", advice(district), advice(district, "2", school=district.school("S12"))
    )
    done(district.act("P110", first, "accept_advice"))
    day = district.read(lambda uow: uow.today).isoformat()
    change = request(
        district,
        "P003",
        network(district, "NW1"),
        "remove",
        school=district.school("S10"),
        effective_on=day,
    )
    register_order(district, to_order(district, "P003", change))
    assert district.state(first) == "found_inapplicable"
    assert district.state(other) == "awaiting_answer"
    found = stands(district)
    assert found[district.case(first).data.code] == ("accepted", "not_applicable")
    assert found[district.case(other).data.code] == ("", "issued")


@pytest.mark.clause("M5, N9")
def test_what_was_asked_in_a_closed_network_is_found_inapplicable(open_district):
    district = open_district("2025-09-10")
    case = accepted(district)
    plan = district.instances(process=PLAN)[-1]["id"]
    for activity in activities(district, plan).values():
        if district.state(activity) not in ("done", "cancelled"):
            done(district.act("P201", activity, "cancel", reason="сеть закрывается"))
            if district.state(activity) == "asked_to_cancel":
                done(district.act("P005", activity, "agree_to_cancel"))
    day = district.read(lambda uow: uow.today).isoformat()
    change = request(district, "P003", network(district, "NW1"), "close", effective_on=day)
    register_order(district, to_order(district, "P003", change), report_due="2026-09-01")
    assert district.state(case) == "found_inapplicable"
    assert state(district) == ("accepted", "not_applicable")
