"""Scenarios R-1…R-5 of the dossier and what R1–R8 promise, each on both databases."""

from decimal import Decimal

import pytest
from reports import (
    CHECKED,
    advice,
    advised,
    enter,
    enter_all,
    grids,
    head,
    indicator,
    live_through,
    register,
    submit,
    to_approved,
    write,
)
from stories import code, done, mend

from workflow_app.store.models.instances import History
from workflow_app.store.models.registers import RegisterEntry
from workflows.registers.indicator_values import INDICATOR_VALUES
from workflows.registers.indicators import INDICATORS

REMARK = {"key": "1", "about": "conclusions", "text": "выводы не опираются на данные"}


@pytest.mark.clause("R1")
def test_the_report_opens_by_itself_with_what_the_year_knows(open_district):
    district = open_district("2025-09-10")
    report = live_through(district)
    assert district.state(report) == "draft"
    assert district.deadlines(report) == {"report": "2026-06-15"}
    assert district.work(report) == [("school_head", "S01")]
    sections = {row.key: row.found for row in district.case(report).data.sections}
    assert "базовая школа" in sections["1"]
    assert "Выполнено 1 из 4 на 15.05.2026" in sections["2"]
    assert district.case(report).data.told_on.isoformat() == "2026-05-15"
    assert sections["9"].startswith("Ввести ежемесячный диагностический срез")
    found = grids(district, report)
    assert sorted(found) == ["S01", "S02", "S10", "S12", "S13"]
    assert all(district.deadlines(one) == {"indicators": "2026-06-01"} for one in found.values())
    assert [row.code for row in district.case(found["S10"]).data.values] == [
        "I03",
        "I04",
        "I05",
        "I06",
        "I07",
    ]


@pytest.mark.both_databases
@pytest.mark.clause("1.6-A2, R2, R7")
def test_r1_a_report_is_approved_and_its_addendum_tells_the_exams(open_district):
    district = open_district("2025-09-10")
    report = live_through(district)
    enter_all(district, report)
    district.at("2026-06-15")
    submit(district, report)
    to_approved(district, report)
    assert district.state(report) == "approved"
    (case,) = advised(district, report)
    assert district.state(case) == "awaiting_answer"
    district.at("2026-07-10")
    assert district.state(report) == "addendum_open"
    before = district.case(report).data
    refusal = district.edit("P101", report, problems="переписано задним числом, не спросив")
    assert code(refusal) == "field_closed"
    exams = grids(district, report, "exams")
    assert [row.code for row in district.case(exams["S10"]).data.values] == ["I01", "I02", "I08"]
    for school, grid in exams.items():
        said = {"I01": (8, 34), "I02": (4, 34), "I08": (0, 34)}
        enter(district, school, grid, **said)
    district.at("2026-08-20")
    done(district.edit("P101", report, addendum="По математике доля не прошедших снизилась."))
    done(district.act("P101", report, "submit_addendum"))
    assert code(district.act("P101", report, "accept_addendum")) == "not_your_role"
    done(district.act("P005", report, "accept_addendum"))
    district.carry_out()
    assert district.state(report) == "closed"
    paper = district.documents(report)[-1]
    assert paper["paper"] == "report_addendum"
    lines = [
        line
        for row in paper["field_values"]["показатели"]
        if "ОГЭ по математике" in row["название"]
        for line in row["строки"]
    ]
    line = next(line for line in lines if "10" in line["школа"])
    assert (line["факт"], line["базовое"]) == ("23,5 %", "34,4 %")
    after = district.case(report).data
    assert after.recommendations == before.recommendations
    assert after.problems == before.problems


@pytest.mark.clause("R6")
def test_an_approved_report_writes_what_the_network_itself_measured(open_district):
    district = open_district("2025-09-10")
    report = live_through(district)
    enter_all(district, report)
    told = {"resources_shared": 44, "consultations": 9, "climate_mean": "4.6"}
    done(district.edit("P101", report, **told, climate_answers=50))
    submit(district, report)
    assert measured_by_network(district) == {}
    to_approved(district, report)
    assert measured_by_network(district) == {
        "N01": (1, 4, None, 100),
        "N02": (1, None, None, 11),
        "N03": (0, 1, None, Decimal("54.5")),
        "N04": (44, None, None, 15),
        "N05": (9, None, None, 12),
        "N06": (None, 50, Decimal("4.6"), Decimal("4.7")),
    }


def measured_by_network(district):
    """Return code → what is counted of the network in the year, and the baseline."""
    codes = {row.id: row.code for row in district.register(INDICATORS)}
    found = district.register(INDICATOR_VALUES, school=None, school_year="2025-2026")
    return {
        codes[row.indicator]: (row.numerator, row.denominator, row.value, row.baseline)
        for row in found
    }


@pytest.mark.clause("R2, R4")
def test_r2_a_report_without_data_is_refused_and_then_returned(open_district):
    district = open_district("2025-09-10")
    report = live_through(district, "NW3")
    for school, grid in grids(district, report).items():
        if school != "S14":
            enter(district, school, grid)
    done(district.act("P107", report, "refresh"))
    given = advice(district, school=district.school("S14"))
    write(district, report, "P107", [given])
    refusal = district.act("P107", report, "submit")
    assert code(refusal) == "indicator_missing"
    assert "№ 14" in refusal.message.replace("\u00a0", " ")
    assert refusal.message.endswith(": показатели не внесены")
    missing = {"school": district.school("S14"), "reason": "ВПР перенесены"}
    done(district.edit("P107", report, no_data=[missing]))
    done(district.act("P107", report, "submit"))
    done(district.act("P008", report, "take_up"))
    done(district.act("P008", report, "return", remarks=[REMARK]))
    assert district.state(report) == "returned"
    (due,) = district.deadlines(report).items()
    assert due[0] == "report_rework"
    line = district.rows(History, instance_id=report)[-1]
    assert line["form"]["remarks"][0]["text"] == "выводы не опираются на данные"


@pytest.mark.clause("R2, R-3")
def test_r3_a_late_report_is_signed_by_the_acting_head_and_stays_late(open_district):
    district = open_district("2025-09-10")
    report = live_through(district, "NW2")
    enter_all(district, report)
    district.at("2026-06-08")
    district.learn()  # the head of № 6 is away from today, the coordinator stands in
    district.at("2026-06-16 10:00")
    district.carry_out()
    assert district.case(report).data.late
    told = district.about(report, "P202")
    assert told > 0
    before = [district.about(report, person) for person in ("P005", "P003")]
    district.at("2026-06-18 10:00")
    district.carry_out()
    assert district.about(report, "P005") > before[0]
    assert district.about(report, "P003") == before[1]
    district.at("2026-06-22")
    assert code(district.act("P106", report, "submit")) == "not_found"
    given = advice(district, school=district.school("S16"))
    submit(district, report, "P202", advised=[given])
    district.carry_out()
    paper = district.documents(report)[-1]
    signed = paper["field_values"]["подпись"]
    assert signed["должность"].startswith("И.о. директора")
    assert signed["имя"].replace("\u00a0", " ") == "Ш.Г. Исмаилов"
    assert district.case(report).data.late
    assert paper["field_values"]["справка"]["опоздание"] is True


@pytest.mark.clause("R-3")
def test_r3_an_unwritten_report_reaches_the_department_after_ten_working_days(open_district):
    district = open_district("2025-09-10")
    report = live_through(district, "NW2")
    district.at("2026-06-28")
    district.carry_out()
    before = district.about(report, "P003")
    district.at("2026-06-29 10:00")
    district.carry_out()
    assert district.about(report, "P003") > before


@pytest.mark.clause("M1, M2, M3, R-4")
def test_r4_a_declined_recommendation_is_dropped_and_told_of_in_the_next_report(open_district):
    district = open_district("2025-09-10")
    report = live_through(district, "NW2")
    enter_all(district, report)
    given = advice(
        district,
        text="Направить учителя на стажировку в базовую школу",
        school=district.school("S17"),
    )
    submit(district, report, "P106", advised=[given])
    to_approved(district, report, "NW2")
    (case,) = advised(district, report)
    assert district.work(case) == [("school_head", "S17")]
    assert code(district.act("P116", case, "accept_advice")) in ("not_found", "not_your_role")
    done(district.act("P117", case, "decline_advice", reason="единственный словесник, замены нет"))
    assert [role for role, _ in district.work(case)] == ["department_head"]
    done(district.act("P001", case, "drop_advice", reason="замены действительно нет"))
    assert district.state(case) == "dropped"
    (row,) = [value for key, value in register(district).items() if key.startswith("Р")]
    assert row == ("dropped", "dropped")


@pytest.mark.clause("1.6-A2, A-09, R-5")
def test_r5_small_groups_are_told_to_nobody_else(open_district):
    district = open_district("2025-09-10")
    report = live_through(district, "NW2")
    enter_all(district, report)
    submit(district, report, "P106", advised=[advice(district, school=district.school("S16"))])
    district.carry_out()
    paper = district.documents(report)[-1]["field_values"]
    lines = [
        line
        for row in paper["показатели"]
        if "повышение квалификации" in row["название"]
        for line in row["строки"]
    ]
    small = next(line for line in lines if "16" in line["школа"])
    assert small["факт"] == "данные не приводятся (менее 10 участников)"
    assert (small["базовое"], small["план"], small["динамика"]) == ("", "", "")


@pytest.mark.clause("R1")
def test_the_head_of_another_school_reads_no_grid_and_the_register_takes_what_is_entered(
    open_district,
):
    district = open_district("2025-09-10")
    report = live_through(district)
    found = grids(district, report)
    assert code(district.edit("P112", found["S10"], values={"put": []})) == "not_found"
    enter(district, "S10", found["S10"])
    (row,) = district.register(
        INDICATOR_VALUES,
        school=district.school("S10"),
        school_year="2025-2026",
        indicator=indicator(district, "I03"),
    )
    assert row.numerator is not None
    newest = district.rows(RegisterEntry, register="indicator_value", row_id=row.id)[-1]
    assert newest["instance_id"] == found["S10"]
    done(district.act(head("S10"), found["S10"], "correct_values"))
    assert district.state(found["S10"]) == "being_entered"


@pytest.mark.clause("R2")
def test_a_grid_says_cell_by_cell_what_is_not_possible(open_district):
    district = open_district("2025-09-10")
    grid = grids(district, live_through(district))["S10"]
    put = [
        {"key": "I03", "numerator": 30, "denominator": 20},
        {"key": "I04", "numerator": 3, "denominator": 0},
        {"key": "I05", "numerator": 3},
        {"key": "I06", "numerator": 3, "denominator": 9, "reason": "и числа, и причина"},
        {"key": "I07", "numerator": -1, "denominator": 9},
    ]
    done(district.edit("P110", grid, values={"put": put}))
    done(district.edit("P110", grid, values={"put": [{**put[4], "target": "120,5"}]}))
    refusal = district.act("P110", grid, "enter_values")
    assert {one.code: one.field for one in refusal} == {
        "denominator_below_numerator": "values.I03.numerator",
        "denominator_zero": "values.I04.denominator",
        "value_missing": "values.I05.numerator",
        "value_and_reason": "values.I06.numerator",
        "numerator_negative": "values.I07.numerator",
        "target_impossible": "values.I07.target",
    }
    mended = [
        {"key": "I03", "numerator": 3, "reason": "и число, и причина"},
        {"key": "I04", "denominator": 0},
        {"key": "I06", "numerator": 7, "denominator": 9},
    ]
    done(district.edit("P110", grid, values={"put": mended}))
    found = {(one.code, one.field) for one in district.act("P110", grid, "enter_values")}
    assert {
        ("value_and_reason", "values.I03.numerator"),
        ("denominator_zero", "values.I04.denominator"),
        ("value_missing", "values.I04.numerator"),
    } <= found
    rows = district.case(grid).data.values
    assert (rows.get("I06").share, rows.get("I06").unit) == ("77,8 %", "%")
    assert rows.get("I03").share == ""
    extra = {"put": [{"key": "I99", "numerator": 1, "denominator": 2}]}
    assert code(district.edit("P110", grid, values=extra)) == "rows_fixed"


def submitted(open_district):
    """Return a district and a report of it that ИМЦ has to review."""
    district = open_district("2025-09-10")
    report = live_through(district)
    enter_all(district, report)
    submit(district, report)
    return district, report


@pytest.mark.clause("R4, A-15")
def test_a_report_is_returned_twice_and_then_decided(open_district):
    district, report = submitted(open_district)
    for _ in range(2):
        done(district.act("P006", report, "take_up"))
        done(district.act("P006", report, "return", remarks=[REMARK]))
        mend(district, "P101", report)
        done(district.act("P101", report, "submit"))
    done(district.act("P006", report, "take_up"))
    assert code(district.act("P006", report, "return", remarks=[REMARK])) == "limit_reached"
    partly = {**CHECKED, "plan_explained": False}
    assert code(district.act("P005", report, "accept_report", **partly)) == "not_checked"
    done(district.act("P005", report, "accept_report", **CHECKED))


@pytest.mark.clause("R4, R5")
def test_a_report_without_faults_waits_for_the_head_of_the_centre_alone(open_district):
    district, report = submitted(open_district)
    done(district.act("P006", report, "take_up"))
    assert code(district.act("P008", report, "find_no_fault")) == "not_curator"
    assert code(district.act("P005", report, "find_no_fault")) == "not_your_role"
    district.carry_out()
    told = district.notices("P005")
    done(district.act("P006", report, "find_no_fault"))
    assert code(district.act("P006", report, "find_no_fault")) == "wrong_state"
    assert district.work(report) == [("imc_head", "")]
    district.carry_out()
    assert len(district.notices("P005")) == len(told) + 1
    done(district.take_back("P006", report))
    done(district.act("P006", report, "find_no_fault"))
    done(district.act("P006", report, "return", remarks=[REMARK]))
    mend(district, "P101", report)
    done(district.act("P101", report, "submit"))
    done(district.act("P006", report, "take_up"))
    done(district.act("P006", report, "find_no_fault"))
    done(district.act("P005", report, "accept_report", **CHECKED))


@pytest.mark.clause("4.3b, R2")
def test_who_may_not_submit_take_or_approve_is_told_so(open_district):
    district = open_district("2025-09-10")
    report = live_through(district)
    enter_all(district, report)
    assert code(district.act("P110", report, "submit")) == "not_your_role"
    assert code(district.act("P201", report, "submit")) == "not_your_role"
    submit(district, report)
    assert code(district.act("P008", report, "take_up")) == "not_curator"


@pytest.mark.clause("R8")
def test_a_report_without_its_addendum_is_closed_at_the_end_of_august(open_district):
    district, report = submitted(open_district)
    to_approved(district, report)
    district.at("2026-09-01")
    assert district.state(report) == "closed"
    assert district.case(report).data.without_addendum


@pytest.mark.clause("L8")
def test_an_edition_still_on_its_way_is_dropped_when_the_year_closes_its_plan(open_district):
    district = open_district("2025-09-10")
    report = live_through(district)
    (plan,) = [
        row["id"]
        for row in district.instances(process="annual_plan")
        if district.state(row["id"]) == "active"
    ]
    done(district.act("P201", plan, "revise", reason="новые сроки у школ"))
    edition = district.child(plan)
    enter_all(district, report)
    district.at("2026-06-15")
    submit(district, report)
    to_approved(district, report)
    assert district.state(edition) == "draft"
    district.at("2026-09-01")
    district.carry_out()
    assert (district.state(plan), district.state(edition)) == ("closed", "abandoned")
    assert district.work(edition) == []
