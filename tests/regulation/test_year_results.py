"""The order on the results of a year, and the plan that closes with its report (R6, L8)."""

import pytest
from change_story import network, prepare
from reports import advice, advised, enter_all, live_through, register, submit, to_approved
from stories import ORDER, done

from workflow_app.store.models.instances import Instance

PLAN = "annual_plan"
TEXT = {
    "summary": "Сеть выполнила план, доля отметок «2» снизилась.",
    "praise": "Директора базовой школы отметить.",
    "instructions": "Директорам школ учесть рекомендации в планах.",
}


def approved(district, *given):
    report = live_through(district)
    enter_all(district, report)
    submit(district, report, advised=list(given) or None)
    to_approved(district, report)
    return report


@pytest.mark.clause("R6")
def test_the_order_on_results_gathers_approved_reports_and_is_registered(open_district):
    district = open_district("2025-09-10")
    report = approved(
        district,
        advice(district),
        advice(district, "2", school=district.school("S12"), text="Снятая рекомендация для школы"),
    )
    kept, dropped = advised(district, report)
    order = done(district.start("P003", ORDER, "sum_up_year")).instance_id
    begun = district.case(order).data
    assert list(begun.networks) == [network(district, "NW1")]
    assert (begun.kind, begun.year) == ("results", "2025-2026")
    assert len(begun.advice) == 2
    done(district.act("P112", dropped, "decline_advice", reason="некому ехать"))
    done(district.act("P001", dropped, "drop_advice", reason="ехать действительно некому"))
    done(district.edit("P003", order, networks=[network(district, k) for k in ("NW1", "NW2")]))
    prepare(district, order, **TEXT)
    found = district.act("P003", order, "send")
    assert [(one.code, one.field) for one in found] == [("report_not_approved", "networks")]
    assert "Читательская" in found.message
    done(district.edit("P003", order, networks=[network(district, "NW1")]))
    done(district.act("P003", order, "send"))
    (row,) = district.case(order).data.advice
    said = district.case(kept).data
    assert row.text == f"{said.text} ({said.measure})"
    assert row.due_on == said.due_on
    before = register(district)
    done(district.act("P005", order, "visa"))
    done(district.act("P002", order, "visa"))
    done(district.act("P001", order, "sign"))
    done(district.act("P004", order, "register"))
    district.carry_out()
    assert district.state(order) == "registered"
    assert register(district) == before
    paper = [one for one in district.documents(order) if one["paper"] == "order_results"][-1]
    told = paper["field_values"]
    assert told["приказ"]["номер"] == district.case(order).number
    assert told["учебный_год"] == "2025/2026"
    assert [one["номер"] for one in told["сети"]] == [1]
    assert [one["срок"] for one in told["рекомендации"]] == ["20.12.2026"]
    assert "Снятая" not in str(told)
    assert paper["file_sha256"]


@pytest.mark.clause("R6")
def test_without_an_approved_report_there_is_nothing_to_sum_up(open_district):
    district = open_district("2025-09-10")
    live_through(district)
    order = done(district.start("P003", ORDER, "sum_up_year")).instance_id
    assert list(district.case(order).data.networks) == []
    prepare(district, order, **TEXT)
    assert "field_required" in {one.code for one in district.act("P003", order, "send")}


@pytest.mark.clause("L8")
def test_a_plan_whose_year_has_ended_closes_when_its_report_is_approved(open_district):
    district = open_district("2025-09-10")
    report = live_through(district, done_rows=4)
    (plan,) = district.instances(process=PLAN)
    assert plan["state"] == "completed"
    enter_all(district, report)
    submit(district, report)
    assert district.state(plan["id"]) == "completed"
    to_approved(district, report)
    assert district.state(plan["id"]) == "closed"


@pytest.mark.clause("L8")
def test_a_plan_whose_report_is_approved_closes_when_its_year_ends(open_district):
    district = open_district("2025-09-10")
    approved(district)
    (plan,) = district.instances(process=PLAN)
    assert plan["state"] == "active"
    district.at("2026-09-01 12:00")
    district.carry_out()
    assert district.state(plan["id"]) == "closed"
    left = {row["state"] for row in district.rows(Instance, parent_id=plan["id"])}
    assert left == {"done", "not_done"}


@pytest.mark.clause("L8")
def test_a_plan_without_its_report_stays_open_after_its_year(open_district):
    district = open_district("2025-09-10")
    live_through(district)
    (plan,) = district.instances(process=PLAN)
    district.at("2026-09-01 12:00")
    district.carry_out()
    assert district.state(plan["id"]) == "completed"
