"""Scenarios L-1…L-5 of the dossier and what K1–K4 promise, each on both databases."""

import datetime as dt
import re
from pathlib import Path

import pytest
from plans import (
    activities,
    fill,
    leaves,
    life,
    open_plan,
    post,
    rows_of,
    to_active,
    to_agreement,
    vote,
)
from sqlalchemy import insert
from stories import code, done, mend

from workflow_app.api.problems import status_of
from workflow_app.store.models.accounts import AdminEvent
from workflow_app.store.models.directory import Setting
from workflow_app.store.models.instances import Deadline
from workflow_app.store.models.messages import Notice
from workflows.registers.networks import NETWORKS

WORKFLOWS = Path(__file__).parents[2] / "workflows"
REPORT = {
    "actual_on": "2025-10-20",
    "participants_count": 12,
    "result": "Прошло, материалы собраны",
    "link": "https://levokum.example/materials",
}
REMARK = {"key": "1", "about": "activities", "text": "уточните сроки мероприятий"}


@pytest.mark.both_databases
@pytest.mark.clause("L1")
def test_l1_a_plan_opens_with_recommended_rows_and_comes_into_force(open_district):
    district = open_district("2025-09-10")
    plan = open_plan(district)
    rows = district.case(plan).data.activities
    texts = {row.recommendation: row.title for row in rows if row.recommendation}
    assert sorted(texts) == ["R1", "R2", "R3"]
    assert "диагностический срез по теме «Дроби и проценты»" in texts["R1"]
    assert "пару «учитель — наставник»" in texts["R2"]
    fill(district, plan)
    row = district.case(plan).data.activities.get("r-R2").model_dump(mode="json")
    renamed = {**row, "title": "Наставничество по математике"}
    done(district.edit("P201", plan, activities={"put": [renamed]}))
    done(district.act("P201", plan, "to_vote"))
    vote(district, plan)
    assert district.state(plan) == "imc_agreement"
    district.at("2025-09-15")
    done(district.act("P005", plan, "agree"))
    district.at("2025-09-16")
    done(district.act("P101", plan, "approve"))
    assert district.state(plan) == "active"
    (protocol, paper) = district.documents(plan)
    assert protocol["paper"] == "council_protocol"
    assert protocol["field_values"]["итог"]["за"] == 5
    assert paper["field_values"]["утверждаю"]["дата"] == "16.09.2025"
    assert paper["field_values"]["утверждаю"]["имя"].replace("\u00a0", " ") == "М.Г. Соловьёва"
    assert paper["field_values"]["согласовано"]["дата"] == "15.09.2025"
    rows = [row for part in paper["field_values"]["разделы"] for row in part["строки"]]
    marked = {row["отметка"] for row in rows if row["отметка"]}
    assert marked == {"по рекомендации", f"по рекомендации «{texts['R2']}»"}
    found = activities(district, plan)
    assert len(found) == 12
    assert all(district.deadlines(one) == {"plan_row": "2025-10-31"} for one in found.values())
    district.carry_out()
    assert all(document["file_sha256"] for document in district.documents(plan))


@pytest.mark.clause("1.8-6, L4")
def test_l2_a_plan_without_remote_formats_is_explained_and_then_returned(open_district):
    district = open_district("2025-09-10")
    plan = fill(district, open_plan(district, "NW3"), "NW3", mode="in_person")
    refusal = district.act("P203", plan, "to_vote")
    assert (code(refusal), refusal.basis, refusal.field) == (
        "no_remote_activity",
        "1.8",
        "no_remote_reason",
    )
    done(district.edit("P203", plan, no_remote_reason="Связь в школах сети слишком слабая"))
    to_agreement(district, plan, "NW3")
    third = district.case(plan).data.activities[2].key
    remark = {"key": "1", "about": f"activities.{third}", "text": "срок раньше ввода ВСОКО"}
    done(district.act("P005", plan, "return", remarks=[remark]))
    assert district.state(plan) == "returned"
    line = district.read(lambda uow: uow.last_step(plan))
    assert line.title == "План возвращён с замечаниями"
    mend(district, "P203", plan)
    done(district.act("P203", plan, "to_vote"))
    assert district.state(plan) == "council_vote"


@pytest.mark.clause("K4")
def test_l3_work_of_a_responsible_who_left_is_flagged_and_given_to_the_coordinator(open_district):
    district = open_district("2025-09-10")
    plan = open_plan(district)
    rows = rows_of(district, plan)
    for row in rows[4:6]:
        row |= {"responsible": post(district, "P204"), "ends_on": "2026-01-30"}
    done(district.edit("P201", plan, activities=rows))
    to_active(district, plan)
    found = activities(district, plan)
    hers = [found[row["key"]] for row in rows[4:6]]
    leaves(district, "P204", "2025-12-31")
    district.at("2026-01-12")
    district.carry_out()
    told = len(district.notices("P204"))
    assert [district.flags(one) for one in hers] == [["no_responsible"], ["no_responsible"]]
    assert all(("network_coordinator", "S01") in district.work(one) for one in hers)
    assert "no_responsible" in district.flags(plan)
    district.at("2026-01-31")
    district.carry_out()
    assert len(district.notices("P204")) == told
    done(district.act("P201", hers[0], "hand_over", responsible=post(district, "P110")))
    assert district.flags(hers[0]) == ["overdue"]
    assert district.case(plan).data.activities.get(rows[4]["key"]).responsible == post(
        district, "P110"
    )


@pytest.mark.clause("L6")
def test_l4_a_revision_in_mid_year_keeps_what_was_done(open_district):
    district = open_district("2026-01-12")
    first = fill(district, open_plan(district, "NW2"), "NW2", ends_on="2026-02-27")
    to_active(district, first, "NW2")
    found = activities(district, first)
    keys = sorted(found)
    for key in keys[:6]:
        report = {**REPORT, "actual_on": "2026-01-12"}
        done(district.act("P202", found[key], "report_done", **report))
        done(district.act("P106", found[key], "confirm_up"))
    district.at("2026-01-19")
    district.learn()  # order 12-од: № 5 joins, № 11 leaves
    district.notify_subscriber(first, "network_change", "applied")
    assert district.state(first) == "outdated"
    assert district.deadlines(first)["revision"] == "2026-02-02"
    assert district.work(first) == [("network_coordinator", "S06")]
    district.at("2026-01-26")
    done(district.act("P202", first, "revise", reason="школа № 5 вошла в сеть"))
    second = district.child(first)
    assert district.case(second).data.edition == 2
    rows = [row.model_dump(mode="json") for row in district.case(second).data.activities]
    frozen = next(row for row in rows if row["key"] == keys[0])
    changed = [{**row, "title": "иначе"} if row is frozen else row for row in rows]
    assert code(district.edit("P202", second, activities=changed)) == "row_frozen"
    without = [row for row in rows if row is not frozen]
    assert code(district.edit("P202", second, activities=without)) in ("row_frozen", "row_locked")
    for row in rows:
        if row["key"] not in keys[:6]:
            row["participants"] = [district.school("S05"), district.school("S16")]
    done(district.edit("P202", second, activities=rows))
    done(district.act("P202", second, "to_vote"))
    assert sorted(district.statuses(second, "council")) == ["S05", "S06", "S16", "S17"]
    vote(district, second)
    done(district.act("P005", second, "agree"))
    district.at("2026-01-30")
    assert district.state(first) == "outdated"
    done(district.act("P106", second, "approve"))
    assert (district.state(first), district.state(second)) == ("superseded", "active")
    after = activities(district, second)
    assert {key: after[key] for key in keys} == found
    for key in keys[:6]:
        case = district.case(after[key])
        assert (case.state, case.data.link) == ("done", REPORT["link"])
    assert district.case(after[keys[7]]).data.participants[0] == district.school("S05")
    district.carry_out()
    for plan in (first, second):
        paper = [d for d in district.documents(plan) if d["paper"] == "plan"][-1]
        assert paper["file_sha256"]
    marks = [row["отметка"] for part in paper["field_values"]["разделы"] for row in part["строки"]]
    assert sum("проведено 12.01.2026" in mark for mark in marks) == 6


@pytest.mark.clause("K4")
def test_l5_an_overdue_row_reminds_and_escalates_once(open_district):
    district = open_district("2026-02-02")
    plan = fill(district, open_plan(district, "NW2"), "NW2", ends_on="2026-03-31")
    to_active(district, plan, "NW2")
    lecture = activities(district, plan)["a5"]
    district.carry_out()

    def told(day, who):
        before = district.about(lecture, who)
        district.at(day)
        district.carry_out()
        return district.about(lecture, who) - before

    assert told("2026-03-23", "P202") == 0
    assert told("2026-03-24", "P202") == 1
    assert told("2026-03-29", "P202") == 0
    assert told("2026-03-30", "P202") == 1
    assert told("2026-04-02", "P106") == 0
    assert told("2026-04-03", "P106") == 1
    assert told("2026-04-03 18:00", "P106") == 0
    assert told("2026-04-13", "P007") == 0
    assert told("2026-04-14", "P007") == 1
    assert [district.about(lecture, other) for other in ("P006", "P008")] == [0, 0]
    assert district.flags(lecture) == ["overdue"]
    assert district.state(lecture) == "planned"


@pytest.mark.clause("K4")
def test_where_the_curator_has_left_every_methodist_learns_of_an_overdue_row(open_district):
    district = open_district("2026-02-02")
    plan = fill(district, open_plan(district, "NW2"), "NW2", ends_on="2026-03-31")
    to_active(district, plan, "NW2")
    lecture = activities(district, plan)["a5"]
    leaves(district, "P007", "2026-03-31")
    district.at("2026-04-14")
    district.carry_out()
    told = {who: district.about(lecture, who) for who in ("P006", "P007", "P008")}
    assert told == {"P006": 1, "P007": 0, "P008": 1}


# ---------------------------------------------------------------- the council and ИМЦ (L2–L5)


def drafted(open_district, network="NW1", day="2025-09-10", **said):
    district = open_district(day)
    return district, fill(district, open_plan(district, network), network, **said)


@pytest.mark.clause("A-05")
def test_tie_is_decided_by_the_base_head(open_district):
    district, plan = drafted(open_district, "NW2")
    done(district.act("P202", plan, "to_vote"))
    vote(district, plan, P111="vote_against", P116="vote_against", P106="vote_for")
    assert district.state(plan) == "imc_agreement"
    done(district.act("P006", plan, "return", remarks=[REMARK]))
    mend(district, "P202", plan)
    done(district.act("P202", plan, "to_vote"))
    vote(district, plan, P106="vote_against", P111="vote_against")
    assert district.state(plan) == "draft"
    protocols = [d["field_values"] for d in district.documents(plan)]
    assert [said["итог"]["состоялось"] for said in protocols] == [True, False]
    assert protocols[-1]["протокол"]["решение"] == "план доработать"
    district.carry_out()
    assert any("не поддержал план" in subject for subject in district.notices("P202"))


@pytest.mark.clause("5.1a, A-05")
def test_council_without_a_quorum_fails_at_the_end_of_its_term(open_district):
    district, plan = drafted(open_district)
    done(district.act("P201", plan, "to_vote"))
    vote(district, plan, P110=None, P112=None, P113=None)
    assert district.state(plan) == "council_vote"
    district.at("2025-09-17")
    assert district.state(plan) == "draft"
    (protocol,) = district.documents(plan)
    assert protocol["field_values"]["итог"]["голосовали"] == 2
    assert {row["голос"] for row in protocol["field_values"]["голоса"]} == {"за", "не голосовала"}


@pytest.mark.clause("7.7-6")
def test_nobody_agrees_or_approves_what_is_not_hers(open_district):
    district, plan = drafted(open_district)
    assert code(district.act("P101", plan, "to_vote")) == "not_your_role"
    to_agreement(district, plan)
    assert code(district.act("P001", plan, "agree")) == "not_your_role"
    done(district.act("P005", plan, "agree"))
    assert code(district.act("P102", plan, "approve")) == "not_your_role"
    done(district.act("P101", plan, "approve"))


@pytest.mark.clause("A-05")
def test_small_change_of_a_plan_goes_without_a_vote(open_district):
    district, plan = drafted(open_district)
    to_active(district, plan)
    done(district.act("P201", plan, "revise", reason="ответственный в отпуске"))
    second = district.child(plan)
    rows = [row.model_dump(mode="json") for row in district.case(second).data.activities]
    rows[5] |= {"responsible": post(district, "P110"), "ends_on": "2025-10-24"}
    done(district.edit("P201", second, activities=rows))
    done(district.act("P201", second, "to_vote"))
    assert district.state(second) == "imc_agreement"
    assert district.deadlines(second).keys() == {"plan_agreement"}
    assert [role for role, _ in district.work(second)] == ["imc_head"]
    assert district.work(second) == [("imc_head", "")]
    done(district.act("P005", second, "agree"))
    done(district.act("P101", second, "approve"))
    (paper,) = district.documents(second)
    assert paper["field_values"]["протокол"]["дата"] == ""
    changed = activities(district, second)[rows[5]["key"]]
    assert district.case(changed).data.responsible == post(district, "P110")
    assert district.deadlines(changed) == {"plan_row": "2025-10-24"}


@pytest.mark.clause("L6, 7.7-5")
def test_one_new_edition_at_a_time_and_a_dropped_row_is_cancelled(open_district):
    district, plan = drafted(open_district)
    to_active(district, plan)
    found = activities(district, plan)
    done(district.act("P201", plan, "revise", reason="лишнее мероприятие"))
    again = district.act("P201", plan, "revise", reason="ещё одна редакция")
    assert (code(again), again.message) == ("edition_open", "Новая редакция плана уже готовится")
    second = district.child(plan)
    rows = [row.model_dump(mode="json") for row in district.case(second).data.activities]
    without = [row for row in rows if row["key"] != "a7"]
    done(district.edit("P201", second, activities=without))
    to_active(district, second)
    assert district.state(found["a7"]) == "cancelled"
    assert district.state(plan) == "superseded"
    assert code(district.act("P201", life(district, "NW1"), "open_plan")) == "plan_exists"


@pytest.mark.clause("L6, L7")
def test_a_plan_whose_work_ends_while_an_edition_is_on_its_way_is_still_replaced(open_district):
    district = open_district("2025-09-01")
    plan = fill(district, open_plan(district), count=4)
    to_active(district, plan)
    done(district.act("P201", plan, "revise", reason="новые сроки у школ"))
    edition = district.child(plan)
    district.at("2025-12-20")
    for case in activities(district, plan).values():
        done(district.act("P201", case, "report_done", **REPORT))
        done(district.act("P101", case, "confirm_up"))
    assert district.state(plan) == "completed"
    to_active(district, edition)
    assert (district.state(plan), district.state(edition)) == ("superseded", "completed")


@pytest.fixture
def on_its_way(open_district):
    """A plan in force with an edition in preparation; the case of row a5 and its neighbours."""
    district, plan = drafted(open_district)
    to_active(district, plan)
    done(district.act("P201", plan, "revise", reason="новые сроки у школ"))
    return district, district.child(plan), activities(district, plan)


def rewritten(district, edition, *, drop="", **said):
    """Let the coordinator rewrite row a5 of an edition, or drop it; return the edition."""
    rows = [row.model_dump(mode="json") for row in district.case(edition).data.activities]
    rows = [{**row, **said} if row["key"] == "a5" else row for row in rows if row["key"] != drop]
    done(district.edit("P201", edition, activities=rows))
    return edition


@pytest.mark.clause("L6, 7.7-5")
@pytest.mark.parametrize("said", [{"drop": "a5"}, {"title": "Совсем другое"}], ids=["out", "other"])
@pytest.mark.parametrize("is_confirmed", [True, False], ids=["confirmed", "reported"])
def test_row_done_while_an_edition_is_on_its_way_stands_in_it_as_it_was_done(
    on_its_way, said, is_confirmed
):
    district, edition, found = on_its_way
    rewritten(district, edition, **said)
    report = {**REPORT, "actual_on": "2025-09-10"}
    done(district.act("P201", found["a5"], "report_done", **report))
    if is_confirmed:
        done(district.act("P101", found["a5"], "confirm_up"))
    to_active(district, edition)
    assert district.case(edition).data.activities.get("a5").title == "Мероприятие a5"
    if not is_confirmed:
        done(district.act("P101", found["a5"], "confirm_up"))
    assert district.state(found["a5"]) == "done"
    marks = [
        row["мероприятие"]
        for part in district.documents(edition)[-1]["field_values"]["разделы"]
        for row in part["строки"]
    ]
    assert "Мероприятие a5" in marks


@pytest.mark.clause("K3")
@pytest.mark.parametrize("stage", ["draft", "council_vote", "imc_agreement", "agreed"])
def test_edition_on_its_way_follows_what_is_decided_about_an_activity(on_its_way, stage):
    district, edition, found = on_its_way
    rewritten(district, edition, audience="учителя")
    if stage != "draft":
        done(district.act("P201", edition, "to_vote"))
    if stage in ("imc_agreement", "agreed"):
        vote(district, edition)
    if stage == "agreed":
        done(district.act("P005", edition, "agree"))
    assert district.state(edition) == stage
    dates = {"starts_on": "2025-11-03", "ends_on": "2025-11-14"}
    done(district.act("P201", found["a5"], "postpone", reason="карантин в школах", **dates))
    done(district.act("P201", found["a6"], "hand_over", responsible=post(district, "P110")))
    if stage == "draft":
        done(district.act("P201", edition, "to_vote"))
    vote(district, edition)
    if stage != "agreed":
        done(district.act("P005", edition, "agree"))
    done(district.act("P101", edition, "approve"))
    moved = district.case(found["a5"]).data
    assert (f"{moved.ends_on}", moved.audience) == ("2025-11-14", "учителя")
    assert district.case(found["a6"]).data.responsible == post(district, "P110")
    assert f"{district.case(edition).data.activities.get('a5').ends_on}" == "2025-11-14"


@pytest.mark.clause("5.1b")
def test_department_and_centre_do_not_edit_a_plan_but_are_told_what_they_may(open_district):
    district, plan = drafted(open_district)
    rows = rows_of(district, plan)
    before = district.case(plan)
    for person in ("P003", "P001", "P006", "P005", "P102"):
        refusal = district.edit(person, plan, activities=rows[:3])
        assert code(refusal) == "not_editable"
        assert "координатор" in refusal.message
    to_agreement(district, plan)
    refusal = district.edit("P006", plan, activities=rows[:3])
    assert code(refusal) == "not_editable"
    assert status_of(refusal) == 403
    assert "«Вернуть с замечаниями»" in refusal.message
    assert district.case(plan).data == before.data
    tried = [row["details"] for row in district.rows(AdminEvent, action="edit_refused")]
    assert [row["instance_id"] for row in tried] == [plan] * 6


@pytest.mark.clause("L1")
def test_recommended_row_is_not_deleted(open_district):
    district, plan = drafted(open_district)
    rows = rows_of(district, plan)
    refusal = district.edit("P201", plan, activities=rows[1:])
    assert (code(refusal), refusal.field) == ("row_locked", "activities")


@pytest.mark.clause("L7")
def test_year_ends_with_what_was_not_done(open_district):
    district, plan = drafted(open_district, day="2026-02-02", ends_on="2026-08-20")
    to_active(district, plan)
    found = activities(district, plan)
    done(district.act("P201", found["a5"], "report_done", **{**REPORT, "actual_on": "2026-02-02"}))
    done(district.act("P101", found["a5"], "confirm_up"))
    district.at("2026-09-02")
    assert district.state(plan) == "completed"
    assert district.state(found["a5"]) == "done"
    assert district.state(found["a6"]) == "not_done"


# ---------------------------------------------------------------- one activity (K1–K3)


@pytest.fixture
def running(open_district):
    """A plan in force whose rows R1 and a5 are done by a head, the others by the coordinator."""
    district = open_district("2025-09-10")
    plan = open_plan(district)
    rows = rows_of(district, plan)
    for row in (rows[0], rows[5]):
        row |= {"responsible": post(district, "P110"), "form": "seminar"}
    done(district.edit("P201", plan, activities=rows))
    to_active(district, plan)
    district.at("2025-10-20")
    return district, plan, activities(district, plan)


@pytest.mark.clause("K1")
def test_outcome_needs_evidence_by_form_and_a_day_that_has_come(running):
    district, _plan, found = running
    without = {**REPORT, "link": ""}
    refusal = district.act("P110", found["a5"], "report_done", **without)
    assert (code(refusal), refusal.field) == ("evidence_missing", "evidence")
    later = {**REPORT, "actual_on": "2025-10-21"}
    assert code(district.act("P110", found["a5"], "report_done", **later)) == "not_yet"
    fewer = {**REPORT, "participants_count": -1}
    assert code(district.act("P110", found["a5"], "report_done", **fewer)) == "count_negative"
    assert code(district.act("P201", found["a5"], "report_done", **REPORT)) == "not_your_role"
    done(district.act("P110", found["a5"], "report_done", **REPORT))
    done(district.act("P201", found["a6"], "report_done", **without))  # a meeting needs none


@pytest.mark.clause("K2")
def test_somebody_else_confirms_and_for_the_coordinator_the_base_head(running):
    district, _plan, found = running
    done(district.act("P110", found["a5"], "begin_work"))
    done(district.act("P110", found["a5"], "report_done", **REPORT))
    assert code(district.act("P110", found["a5"], "confirm")) == "not_your_role"
    assert district.work(found["a5"]) == [("network_coordinator", "S01")]
    why = "нет списка участников"
    done(district.act("P201", found["a5"], "reject_evidence", reason=why))
    assert district.state(found["a5"]) == "in_progress"
    done(district.act("P110", found["a5"], "report_done", **REPORT))
    done(district.act("P201", found["a5"], "confirm"))
    done(district.act("P201", found["a6"], "report_done", **REPORT))
    assert district.state(found["a6"]) == "reported_up"
    assert code(district.act("P201", found["a6"], "reject_evidence", reason=why)) == "same_person"
    done(district.act("P101", found["a6"], "confirm_up"))
    assert [district.state(found[key]) for key in ("a5", "a6")] == ["done", "done"]
    assert district.deadlines(found["a5"]) == {}


@pytest.mark.clause("K3")
def test_activity_is_put_off_twice_within_the_year(running):
    district, plan, found = running
    dates = {"starts_on": "2025-11-03", "ends_on": "2025-11-14", "reason": "карантин в школах"}
    same = {**dates, "starts_on": "2025-10-01", "ends_on": "2025-10-31"}
    assert code(district.act("P201", found["a5"], "postpone", **same)) == "dates_same"
    beyond = {**dates, "ends_on": "2026-09-05"}
    refusal = district.act("P201", found["a5"], "postpone", **beyond)
    assert code(refusal) == "date_outside_year"
    assert "с 01.09.2025 по 31.08.2026" in refusal.message
    back = {**dates, "ends_on": "2025-11-01"}
    assert code(district.act("P201", found["a5"], "postpone", **back)) == "dates_reversed"
    assert code(district.act("P110", found["a5"], "postpone", **dates)) == "not_your_role"
    done(district.act("P201", found["a5"], "postpone", **dates))
    assert district.deadlines(found["a5"])["plan_row"] == "2025-11-14"
    assert f"{district.case(plan).data.activities.get('a5').ends_on}" == "2025-11-14"
    district.at("2025-11-03")
    assert district.state(found["a5"]) == "planned"
    later = {**dates, "starts_on": "2025-12-01", "ends_on": "2025-12-12"}
    done(district.act("P201", found["a5"], "postpone", **later))
    refusal = district.act("P201", found["a5"], "postpone", **dates)
    assert "через совет" in refusal.message
    assert district.case(found["a5"]).data.ends_on == dt.date(2025, 12, 12)


def test_what_has_begun_and_gets_a_later_end_goes_on(running):
    district, _plan, found = running
    district.at("2025-11-20")
    later = {"starts_on": "2025-10-01", "ends_on": "2026-08-20", "reason": "ждём кабинет химии"}
    done(district.act("P201", found["a5"], "postpone", **later))
    assert district.state(found["a5"]) == "in_progress"
    assert district.deadlines(found["a5"]) == {"plan_row": "2026-08-20"}


@pytest.mark.clause("K3, 7.4")
def test_recommended_row_is_cancelled_with_the_agreement_of_the_centre(running):
    district, plan, found = running
    row = next(row for row in district.case(plan).data.activities if row.recommendation)
    done(district.act("P201", found[row.key], "cancel", reason="нет специалиста"))
    assert district.state(found[row.key]) == "asked_to_cancel"
    assert district.work(found[row.key]) == [("methodist", "")]
    done(district.act("P006", found[row.key], "keep", reason="рекомендация важна для школ"))
    assert district.state(found[row.key]) == "planned"
    done(district.act("P201", found[row.key], "cancel", reason="нет специалиста"))
    done(district.act("P005", found[row.key], "agree_to_cancel"))
    assert district.state(found[row.key]) == "cancelled"
    done(district.act("P201", found["a7"], "cancel", reason="карантин"))
    assert district.state(found["a7"]) == "cancelled"


@pytest.mark.clause("1.6-O1")
def test_activity_is_handed_over_within_the_network_only(running):
    district, _plan, found = running
    refusal = district.act("P201", found["a5"], "hand_over", responsible=post(district, "P104"))
    assert code(refusal) == "responsible_outside"
    done(district.act("P201", found["a5"], "hand_over", responsible=post(district, "P006")))
    district.carry_out()
    assert "Отчитаться о проведении: Мероприятие a5" in district.notices("P006")
    assert code(district.act("P110", found["a5"], "report_done", **REPORT)) == "not_your_role"
    done(district.act("P006", found["a5"], "report_done", **REPORT))


# ---------------------------------------------------------------- what a plan is refused for


def bad(row, **said):
    row |= said


REFUSED = {
    "school_without_activity": lambda rows, d: [
        bad(row, participants=[d.school("S10")]) for row in rows
    ],
    "direction_without_activity": lambda rows, d: [
        bad(row, direction=d.directions("2025-2026")[-1]) for row in rows
    ],
    "dates_reversed": lambda rows, _d: bad(rows[4], starts_on="2025-12-01"),
    "date_outside_year": lambda rows, _d: bad(rows[4], starts_on="2025-08-30"),
    "responsible_outside": lambda rows, d: bad(rows[4], responsible=post(d, "P104")),
    "participant_outside": lambda rows, d: bad(rows[4], participants=[d.school("S04")]),
    "field_required": lambda rows, _d: bad(rows[4], responsible=None),
}
WORDS = {
    "school_without_activity": "Нет мероприятия для школы «МКОУ СОШ № 12",
    "direction_without_activity": "Нет мероприятия по направлению «",
    "dates_reversed": "окончание раньше начала",
    "date_outside_year": "даты вне учебного года",
    "responsible_outside": "ответственный не из сети и не из методического центра",
    "participant_outside": "школа «МКОУ СОШ № 4",
    "field_required": "Заполните поле «Ответственный»",
}


@pytest.mark.clause("4.3a")
@pytest.mark.parametrize("reason", REFUSED)
def test_plan_that_does_not_fit_is_not_sent_and_says_why(open_district, reason):
    district = open_district("2025-09-10")
    plan = open_plan(district)
    rows = rows_of(district, plan)
    REFUSED[reason](rows, district)
    done(district.edit("P201", plan, activities=rows))
    before = district.rows(Deadline), district.history(plan)
    refusal = district.act("P201", plan, "to_vote")
    assert code(refusal) == reason
    assert WORDS[reason] in refusal.message.replace("\u00a0", " ")
    assert (district.rows(Deadline), district.history(plan)) == before
    assert district.state(plan) == "draft"


@pytest.mark.clause("1.8-3")
def test_exam_days_and_clashes_are_only_said(open_district):
    district = open_district("2025-09-10")
    plan = open_plan(district)
    rows = rows_of(district, plan)
    exam = "2026-06-02"
    days = {"municipality_id": 1, "key": "calendar.exam_days", "value": [exam]}
    district.container.transact(lambda uow: uow.connection.execute(insert(Setting).values(days)))
    for row in rows[4:6]:
        row |= {"starts_on": exam, "ends_on": exam}
    done(district.edit("P201", plan, activities=rows))
    assert {"exam_day", "dates_clash", "far_apart"} <= set(district.flags(plan))
    done(district.act("P201", plan, "to_vote"))


@pytest.mark.clause("N7, N8")
def test_plan_of_a_closing_network_is_not_changed(open_district):
    district, plan = drafted(open_district)
    district.amend(NETWORKS, district.case(plan).data.network, state="closing")
    refusal = district.act("P201", plan, "to_vote")
    assert (code(refusal), refusal.message) == (
        "network_not_active",
        "Сеть приостановлена или закрывается: план не меняют",
    )


@pytest.mark.clause("L3")
def test_a_vote_whose_outcome_is_clear_is_told_and_closed_by_its_initiator(open_district):
    district, plan = drafted(open_district)
    done(district.act("P201", plan, "to_vote"))
    heads = [f"P1{school[1:]}" for school in district.statuses(plan, "council")]
    assert code(district.act("P201", plan, "close_vote")) == "outcome_still_open"
    for head in heads[: len(heads) // 2 + 1]:
        done(district.act(head, plan, "vote_for"))
    assert district.state(plan) == "council_vote"
    district.carry_out()
    said = [row["text"] for row in district.rows(Notice, person_id=district.people["P201"])]
    assert "Опрос можно завершить сейчас." in said
    assert code(district.act(heads[0], plan, "close_vote")) == "not_your_role"
    done(district.act("P201", plan, "close_vote"))
    assert district.state(plan) == "imc_agreement"


def test_every_code_of_the_plan_and_its_activities_is_reached_here():
    said = Path(__file__).read_text("utf-8")
    folders = (WORKFLOWS / "annual_plan", WORKFLOWS / "plan_activity")
    files = [path.read_text("utf-8") for folder in folders for path in folder.glob("*.py")]
    codes = {found for text in files for found in re.findall(r"refuse\(\s*\"(\w+)\"", text)}
    codes |= {found for text in files for found in re.findall(r"_of_row\(\s*row, \"(\w+)\"", text)}
    assert len(codes) > 15
    assert {code for code in codes if f'"{code}"' not in said} == set()


@pytest.mark.clause("L7, 7.7-7")
def test_edition_whose_activities_have_all_ended_is_completed_at_once(on_its_way):
    district, edition, found = on_its_way
    first = district.case(edition).parent_id
    for activity in found.values():
        done(district.act("P201", activity, "cancel", reason="карантин в школах"))
        if district.state(activity) == "asked_to_cancel":
            done(district.act("P005", activity, "agree_to_cancel"))
    to_active(district, edition)
    assert (district.state(first), district.state(edition)) == ("superseded", "completed")
    assert (district.deadlines(first), district.deadlines(edition)) == ({}, {})


@pytest.mark.clause("M4")
def test_a_plan_that_holds_every_accepted_recommendation_takes_no_more(open_district):
    district = open_district("2025-09-10")
    plan = open_plan(district)
    assert code(district.act("P201", plan, "take_advice")) == "no_advice_waits"
