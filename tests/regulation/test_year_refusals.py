"""Every refusal of the year's end and of its turn: a code, a Russian sentence, nothing written."""

import ast
import re

import pytest
from change_story import network
from plans import activities, life
from reports import (
    CHECKED,
    advice,
    advised,
    enter_all,
    grids,
    live_through,
    submit,
    to_approved,
    write,
)
from sqlalchemy import update
from stories import done
from test_change_refusals import write as behind
from test_refusals import WORKFLOWS, everything
from test_year_cycle import lose_base, open_year

from workflow_app.store.models.base import table
from workflow_app.store.models.instances import Instance
from workflows.registers.networks import NETWORKS
from workflows.registers.statuses import STATUSES_OF_YEAR

YEAR, REPORT = "year_cycle", "year_end_report"
AUTUMN, TURN = "2025-09-10", "2025-08-29"
CASES = {}


def refused(*codes, day=AUTUMN):
    """Keep a story: it brings the district so far and returns the step that is refused."""

    def keep(story):
        CASES[story.__name__] = (codes, day, story)
        return story

    return keep


# ---------------------------------------------------------------- the year


@refused("too_early", day=TURN)
def opening_the_year_after_next(district):
    return lambda: district.start("P003", YEAR, school_year="2026-2027")


@refused("year_exists", day=TURN)
def opening_a_year_twice(district):
    open_year(district)
    return lambda: district.start("P003", YEAR)


@refused("no_previous_year", day="2024-08-29")
def opening_the_first_year(district):
    return lambda: district.start("P003", YEAR)


@refused("nothing_to_turn", day=TURN)
def turning_what_has_turned(district):
    year = open_year(district)
    done(district.act("P003", year, "roll_over"))
    district.carry_out()
    return lambda: district.act("P003", year, "roll_over")


@refused(
    "nothing_to_turn",
    "base_not_stable",
    "term_ends_before",
    "no_supported_school",
    "network_not_active",
    day=TURN,
)
def turning_where_everything_stands_in_the_way(district):
    year = open_year(district)
    district.end(STATUSES_OF_YEAR, school_year="2025-2026")
    lose_base(district)
    today = district.read(lambda uow: uow.today)
    district.amend(NETWORKS, network(district, "NW1"), term_to=today)
    district.amend(NETWORKS, network(district, "NW2"), state="suspended")
    return lambda: district.act("P003", year, "roll_over")


@refused("report_open")
def closing_a_year_before_its_reports(district):
    year = open_year(district)
    live_through(district)
    district.at("2026-08-30")
    return lambda: district.act("P005", year, "close_year")


# ---------------------------------------------------------------- the report


@refused("no_plan")
def reporting_without_a_plan(district):
    case = life(district, "NW1")
    return lambda: district.act("P003", case, "open_report")


@refused("report_exists")
def reporting_twice(district):
    live_through(district)
    case = life(district, "NW1")
    again = update(table(Instance)).where(table(Instance).c.id == case)
    data = {**district.rows(Instance, id=case)[0]["data"], "reported_year": ""}
    behind(district, again.values(data=data))
    return lambda: district.act("P003", case, "open_report")


@refused(
    "indicator_missing",
    "no_recommendations",
    "direction_without_conclusion",
    "direction_without_indicator",
    "plan_row_unexplained",
)
@pytest.mark.clause("4.3c")
def submitting_what_is_not_written(district):
    report = live_through(district)
    district.at("2026-06-10")
    done(district.act("P101", report, "refresh"))
    return lambda: district.act("P101", report, "submit")


@refused("school_missing", "due_passed", "survey_incomplete", "survey_out_of_scale")
def submitting_what_cannot_be(district):
    report = ready(
        district, advice(district, school=None), advice(district, "2", due_on="2026-01-10")
    )
    done(district.edit("P101", report, climate_mean="5.5"))
    return lambda: district.act("P101", report, "submit")


@refused("survey_answers")
def submitting_a_survey_of_nobody(district):
    report = ready(district, advice(district))
    done(district.edit("P101", report, climate_mean="4.5", climate_answers=0))
    return lambda: district.act("P101", report, "submit")


@refused("plan_row_new", "direction_new")
def submitting_before_a_row_fell_overdue_and_a_direction_was_added(district):
    report = live_through(district, count=3)
    enter_all(district, report)
    done(district.act("P101", report, "refresh"))
    write(district, report)
    plan = district.instances(process="annual_plan")[0]["id"]
    row = next(
        case for case in activities(district, plan).values() if district.state(case) == "planned"
    )
    cases = table(Instance)
    data = district.rows(Instance, id=report)[0]["data"]
    key = district.rows(Instance, id=row)[0]["fan_key"]
    left = [one for one in data["unfinished"] if one["key"] != key]
    behind(
        district,
        update(cases)
        .where(cases.c.id == report)
        .values(data={**data, "unfinished": left, "conclusions": data["conclusions"][1:]}),
    )
    return lambda: district.act("P101", report, "submit")


def ready(district, *given):
    """Return a report in which everything is written but for what a story spoils."""
    report = live_through(district)
    enter_all(district, report)
    done(district.act("P101", report, "refresh"))
    write(district, report, advised=list(given))
    return report


@refused("not_curator")
def reviewing_a_report_of_another_network(district):
    report = ready(district, advice(district))
    done(district.act("P101", report, "submit"))
    return lambda: district.act("P008", report, "take_up")


@refused("not_checked")
def accepting_what_is_half_checked(district):
    report = ready(district, advice(district))
    done(district.act("P101", report, "submit"))
    done(district.act("P006", report, "take_up"))
    return lambda: district.act(
        "P005", report, "accept_report", **{**CHECKED, "plan_explained": False}
    )


@refused("indicator_missing")
def submitting_an_addendum_without_exams(district):
    report = live_through(district)
    enter_all(district, report)
    submit(district, report)
    to_approved(district, report)
    district.at("2026-07-20")
    done(district.edit("P101", report, addendum="По математике доля не прошедших снизилась."))
    return lambda: district.act("P101", report, "submit_addendum")


# ---------------------------------------------------------------- grids and recommendations


@refused(
    "value_missing",
    "denominator_below_numerator",
    "denominator_zero",
    "value_and_reason",
    "numerator_negative",
    "target_impossible",
)
def entering_impossible_numbers(district):
    grid = grids(district, live_through(district))["S10"]
    put = [
        {"key": "I03", "numerator": 30, "denominator": 20},
        {"key": "I04", "numerator": 3, "denominator": 0},
        {"key": "I05", "numerator": 3},
        {"key": "I06", "numerator": 3, "denominator": 9, "reason": "и числа, и причина"},
        {"key": "I07", "numerator": -1, "denominator": 9, "target": "120,5"},
    ]
    done(district.edit("P110", grid, values={"put": put}))
    return lambda: district.act("P110", grid, "enter_values")


@refused("report_sent")
def correcting_values_of_a_report_on_its_way(district):
    report = live_through(district)
    enter_all(district, report)
    submit(district, report)
    grid = grids(district, report)["S10"]
    return lambda: district.act("P110", grid, "correct_values")


@refused("not_curator")
def confirming_a_recommendation_of_another_network(district):
    report = ready(district, advice(district))
    done(district.act("P101", report, "submit"))
    to_approved(district, report)
    (case,) = advised(district, report)
    done(district.act("P110", case, "accept_advice"))
    cases = table(Instance)
    behind(district, update(cases).where(cases.c.id == case).values(state="fulfilled"))
    return lambda: district.act("P008", case, "confirm_advice")


@pytest.mark.parametrize("name", CASES)
def test_refusal_has_its_code_and_a_sentence_and_writes_nothing(name, sqlite_district):
    codes, day, story = CASES[name]
    district = sqlite_district(day)
    step = story(district)
    before = everything(district)

    refusal = step()

    assert set(codes) <= {one.code for one in refusal}, refusal
    assert all(re.search("[а-яё]", one.message) for one in refusal)
    assert everything(district) == before


def test_who_reads_a_report_is_told_whose_values_are_being_changed(sqlite_district):
    district = sqlite_district(AUTUMN)
    report = ready(district, advice(district))
    grid = grids(district, report)["S10"]
    done(district.act("P110", grid, "correct_values"))
    assert "values_open" not in district.flags(report)
    cases = table(Instance)
    behind(district, update(cases).where(cases.c.id == report).values(state="submitted"))
    assert "values_open" in district.flags(report)


def test_every_code_of_the_year_is_reached():
    folders = (YEAR, REPORT, "school_indicators", "recommendation_follow_up")
    paths = [path for folder in folders for path in (WORKFLOWS / folder).glob("*.py")]
    codes = set(spoken([*paths, WORKFLOWS / "turn_of_year.py"]))
    assert len(codes) > 25
    assert codes - {code for said, _, _ in CASES.values() for code in said} == {"values_open"}


def spoken(paths):
    """Return the codes of `refuse`, and those its callers hand over with the row they speak of."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            place = {"refuse": 0, "_of_row": 1, "_of_advice": 1}.get(name)
            if place is not None and isinstance(node.args[place], ast.Constant):
                yield node.args[place].value
