"""The methodical centre visits networks: protocol, findings, who learns of what (1.4, 4.1)."""

import datetime as dt

import pytest
from change_story import network, prepare, register, request, to_order
from plans import leaves, life, open_plan, post
from sqlalchemy import insert
from stories import code, done
from visit_story import (
    BANK,
    CONCLUSION,
    FINDING,
    VISIT,
    entrusted,
    finding,
    found,
    planned,
    written,
)

from workflow_app.store.models.directory import Position
from workflows.registers.findings import FINDINGS
from workflows.registers.networks import NETWORKS
from workflows.registers.visits import VISITS
from workflows.visits import support_given

WHY = {"reason": "причина названа словами"}
MENDED = {"mended": "Добавлены двенадцать заданий по теме «Функции»."}


def standing(district):
    """Return where each finding of the register stands."""
    return [row.state for row in district.register(FINDINGS)]


# ---------------------------------------------------------------- the acceptance example


@pytest.mark.clause("1.4a", "V1, V3, V4, F1")
def test_a_finding_becomes_a_task_of_the_coordinator_and_on_expiry_of_the_head_of_the_centre(
    open_district,
):
    district = open_district("2025-10-20")
    visit, (case,) = found(district)
    assert district.state(visit) == "protocol_sent"
    assert district.work(case) == [("network_coordinator", "S01")]
    assert district.deadlines(case) == {"finding": "2025-12-15"}
    (row,) = district.register(FINDINGS)
    assert (row.text, row.state, row.network) == (BANK, "open", network(district, "NW1"))

    def told(who):
        return [one.partition(":")[0] for one in district.notices(who) if "Банк заданий" in one]

    district.at("2025-12-10 12:00")
    district.carry_out()
    assert "Напоминание о сроке 15.12.2025" in told("P201")
    assert told("P005") == []

    district.at("2025-12-16 12:00")
    district.carry_out()
    assert told("P005") == ["Срок прошёл 15.12.2025, ответа нет"]


@pytest.mark.clause("4.1", "V1, V2, V5")
def test_the_centre_is_a_party_the_curator_visits_and_the_base_head_takes_note(open_district):
    district = open_district("2025-10-20")
    case = entrusted(district, "P005", visitor=post(district, "P006"))
    assert district.case(case).data.network_name == "Математика: от дефицита к результату"
    done(district.act("P005", case, "plan_visit"))
    district.carry_out()
    assert [role for role, _ in district.work(case)] == ["post"]
    assert any("12.11.2025 методический центр посетит" in one for one in district.notices("P101"))

    done(district.act("P006", case, "put_off_visit", planned_on="2025-11-14", **WHY))
    assert district.deadlines(case) == {"visit": "2025-11-14"}
    district.at("2025-11-14 15:00")
    written(district, case, "P006", "2025-11-14")
    assert code(district.act("P101", case, "take_note")) == "not_found"  # still written
    done(district.act("P006", case, "send_protocol"))
    district.carry_out()
    assert district.work(case) == [("school_head", "S01")]
    done(district.act("P101", case, "take_note", explanation="С выводами согласны."))
    assert district.state(case) == "visit_held"
    (row,) = district.register(VISITS)
    told = (row.code, str(row.held_on), row.conclusion, row.findings, str(row.acknowledged_on))
    assert told == ("1/2025", "2025-11-14", CONCLUSION, 0, "2025-11-14")
    district.carry_out()
    papers = district.documents(case)
    assert [one["paper"] for one in papers] == ["visit_protocol"] * 2
    waits, read = (one["field_values"]["ознакомление"] for one in papers)
    named = {"должность": read["должность"], "имя": "М.Г.\u00a0Соловьёва"}
    assert read["должность"].startswith("Директор")
    assert waits == {"дата": "", **named, "пояснения": ""}
    assert read == {"дата": "14.11.2025", **named, "пояснения": "С выводами согласны."}


# ---------------------------------------------------------------- what is refused


def test_a_visit_is_planned_ahead_to_a_school_of_the_network_by_somebody_of_the_centre(
    open_district,
):
    district = open_district("2025-10-20")
    refused = {
        "day_past": {"planned_on": "2025-10-17"},
        "school_outside": {"school": district.school("S05")},
        "visitor_outside": {"visitor": post(district, "P201")},
        "field_required": {"topic": ""},
        "calendar_not_filled": {"planned_on": "2049-11-12"},
    }
    for expected, said in refused.items():
        case = entrusted(district, **said)
        assert code(district.act("P006", case, "plan_visit")) == expected


def test_a_protocol_tells_what_was_seen_and_gives_time_to_mend(open_district):
    district = open_district("2025-10-20")
    case = planned(district)
    assert code(district.act("P006", case, "open_protocol", held_on="2025-11-12")) == "not_yet"
    district.at("2025-11-12 15:00")
    assert code(district.act("P007", case, "open_protocol", held_on="2025-11-12")) == (
        "not_your_role"
    )
    written(district, case)
    refused = {
        "doubt_unexplained": {"checklist": {"put": [{"key": "1", "mark": "partly"}]}},
        "nothing_looked_at": {
            "checklist": {"put": [{"key": str(n), "mark": "not_looked"} for n in range(1, 8)]}
        },
        "due_past": {"findings": [finding(due_on="2025-11-12")]},
        "school_outside": {"findings": [finding(school=district.school("S05"))]},
        "school_missing": {"findings": [finding(addressee="school")]},
        "school_given": {
            "findings": [finding(school=district.school("S10"), addressee="coordinator")]
        },
        "not_yet": {"held_on": "2025-11-13"},
        "field_too_short": {"conclusion": "хорошо"},
    }
    rows = district.case(case).data.checklist
    right = {
        "checklist": {"put": [{"key": row.key, "mark": "met"} for row in rows]},
        "findings": [],
        "held_on": "2025-11-12",
        "conclusion": CONCLUSION,
    }
    for expected, said in refused.items():
        done(district.edit("P006", case, **said))
        assert code(district.act("P006", case, "send_protocol")) == expected
        done(district.edit("P006", case, **right))
    done(district.act("P006", case, "send_protocol"))


def test_a_visit_is_put_off_three_times_and_cancelled_with_a_reason(open_district):
    district = open_district("2025-10-20")
    case = planned(district)
    same = {"planned_on": "2025-11-12", **WHY}
    assert code(district.act("P006", case, "put_off_visit", **same)) == "day_same"
    past = {"planned_on": "2025-10-12", **WHY}
    assert code(district.act("P006", case, "put_off_visit", **past)) == "day_past"
    for day in ("13", "14", "17"):
        given = {"planned_on": f"2025-11-{day}", **WHY}
        done(district.act("P006", case, "put_off_visit", **given))
    again = {"planned_on": "2025-11-18", **WHY}
    assert code(district.act("P006", case, "put_off_visit", **again)) == "limit_reached"
    assert code(district.act("P006", case, "hand_over_visit", visitor=post(district, "P007"))) == (
        "not_your_role"
    )
    outside = {"visitor": post(district, "P201")}
    assert code(district.act("P005", case, "hand_over_visit", **outside)) == "visitor_outside"
    done(district.act("P005", case, "hand_over_visit", visitor=post(district, "P007")))
    done(district.act("P007", case, "cancel_visit", **WHY))
    district.carry_out()
    assert district.state(case) == "visit_cancelled"
    assert any("отменено" in one for one in district.notices("P101"))
    assert district.register(VISITS) == ()


def test_a_visit_that_never_took_place_is_told_to_the_head_of_the_centre(open_district):
    district = open_district("2025-10-20")
    planned(district)
    district.at("2025-11-13 12:00")
    district.carry_out()
    assert any("Срок прошёл 12.11.2025" in one for one in district.notices("P005"))


def test_a_protocol_nobody_takes_note_of_is_closed_by_the_head_of_the_centre(open_district):
    district = open_district("2025-10-20")
    case, _ = found(district)
    district.at("2025-11-18 12:00")
    district.carry_out()
    assert any("Срок прошёл 17.11.2025" in one for one in district.notices("P005"))
    assert code(district.act("P006", case, "close_visit", **WHY)) == "not_your_role"
    done(district.act("P005", case, "close_visit", **WHY))
    assert district.state(case) == "visit_held"


def test_what_the_centre_writes_is_nobody_elses_until_it_is_sent(open_district):
    district = open_district("2025-10-20")
    case = entrusted(district)
    for stranger in ("P101", "P201", "P003"):
        assert code(district.act(stranger, case, "cancel_visit", **WHY)) == "not_found"


# ---------------------------------------------------------------- what becomes of a finding


@pytest.mark.clause("F2, F3")
def test_a_school_mends_and_another_one_confirms(open_district):
    district = open_district("2025-10-20")
    _, (case,) = found(district, finding(school=district.school("S10")))
    assert district.work(case) == [("school_head", "S10")]
    assert code(district.act("P201", case, "report_mended", **MENDED)) == "not_your_role"
    done(district.act("P110", case, "report_mended", **MENDED))
    assert ([role for role, _ in district.work(case)], standing(district)) == (["post"], ["mended"])
    assert code(district.act("P110", case, "confirm_mended")) == "not_your_role"
    done(district.act("P006", case, "return_mended", **WHY))
    assert (district.work(case), standing(district)) == ([("school_head", "S10")], ["open"])
    done(district.act("P110", case, "report_mended", **MENDED))
    done(district.act("P007", case, "confirm_mended"))
    assert (district.state(case), standing(district)) == ("mended", ["confirmed"])
    assert district.broken() == []


def appoint(district, person, role, school):
    """Put somebody in an office of a school, too."""
    titles = dict.fromkeys(("title", "title_gen", "title_dat", "title_acc"), "координатор сети")
    office = {
        "municipality_id": 1,
        "person_id": district.people[person],
        "organisation_id": district.school(school),
        "role": role,
        "starts_on": dt.date(2025, 9, 1),
        **titles,
    }
    district.container.transact(lambda uow: uow.connection.execute(insert(Position).values(office)))


@pytest.mark.clause("F3")
def test_who_caused_a_finding_or_told_of_its_mending_does_not_confirm_it(open_district):
    district = open_district("2025-10-20")
    appoint(district, "P007", "network_coordinator", "S01")
    _, (case,) = found(district)
    done(district.act("P201", case, "report_mended", **MENDED))
    refused = district.act("P007", case, "confirm_mended")
    assert (code(refused), refused.basis) == ("caused_it", "1.4")
    done(district.act("P006", case, "return_mended", **WHY))
    done(district.act("P007", case, "report_mended", **MENDED))
    assert code(district.act("P007", case, "confirm_mended")) == "same_person"
    done(district.act("P006", case, "confirm_mended"))


@pytest.mark.clause("F4, F5")
def test_the_day_of_a_finding_moves_twice_then_it_is_mended_or_withdrawn(open_district):
    district = open_district("2025-10-20")
    _, (case,) = found(district)
    for day, expected in {"2025-12-15": "day_same", "2025-11-12": "day_past"}.items():
        assert code(district.act("P006", case, "move_term", due_on=day, **WHY)) == expected
    for day in ("2025-12-22", "2025-12-26"):
        done(district.act("P006", case, "move_term", due_on=day, **WHY))
        assert district.deadlines(case) == {"finding": day}
    last = {"due_on": "2026-01-20", **WHY}
    assert code(district.act("P006", case, "move_term", **last)) == "limit_reached"
    (row,) = district.register(FINDINGS)
    assert (str(row.due_on), row.reason) == ("2025-12-26", "; ".join([WHY["reason"]] * 2))
    done(district.act("P006", case, "withdraw_finding", **WHY))
    assert (district.state(case), standing(district)) == ("finding_withdrawn", ["withdrawn"])


def test_a_finding_of_a_network_without_a_coordinator_waits_for_the_head_of_the_centre(
    open_district,
):
    district = open_district("2025-10-20")
    leaves(district, "P201", "2025-11-01")
    _, (case,) = found(district)
    assert ("imc_head", "") in district.work(case)


def test_findings_of_two_visits_have_numbers_of_their_own(open_district):
    district = open_district("2025-10-20")
    found(district, finding("1"), finding("2", school=district.school("S10")))
    case = planned(district, planned_on="2025-11-20")
    district.at("2025-11-20 15:00")
    written(district, case, held_on="2025-11-20", findings=[finding()])
    done(district.act("P006", case, "send_protocol"))
    codes = [row.code for row in district.register(FINDINGS)]
    assert codes == ["1/2025-1", "1/2025-2", "2/2025-1"]
    assert len(district.instances(process=FINDING)) == 3


# ---------------------------------------------------------------- nobody has to remember


def visits(district, state):
    return [row["id"] for row in district.instances(process=VISIT, state=state)]


@pytest.mark.clause("1.4a", "V1")
def test_a_curator_is_asked_to_visit_before_a_network_is_left_alone_for_half_a_year(open_district):
    district = open_district("2025-09-10")
    case = life(district, "NW1")
    assert district.deadlines(case)["visit_asked"] == "2025-10-10"  # thirty days to settle in
    district.at("2025-10-10 12:00")
    district.carry_out()
    asked = visits(district, "visit_entrusted")
    networks = {district.case(one).data.network_name for one in asked}
    assert len(asked) == len(networks) == 3
    assert district.case(asked[0]).data.visitor == post(district, "P006")
    assert district.notices("P006")[0].startswith("Запланировать посещение: ")
    assert district.deadlines(case)["visit_asked"] == "2026-04-11"
    district.at("2025-10-28 12:00")
    district.carry_out()
    assert any("Срок прошёл 24.10.2025" in one for one in district.notices("P005"))


def test_a_visit_puts_off_the_day_on_which_the_next_one_is_asked_for(open_district):
    district = open_district("2025-10-20")
    case = life(district, "NW1")
    found(district)
    district.carry_out()
    assert district.deadlines(case)["visit_asked"] == "2026-04-14"  # 183 days less thirty
    district.at("2026-04-14 12:00")
    district.carry_out()
    (asked,) = [
        one
        for one in visits(district, "visit_entrusted")
        if district.case(one).data.network == network(district, "NW1")
    ]
    assert district.deadlines(asked) == {"visit_planning": "2026-04-28"}


def test_where_nobody_curates_the_head_of_the_centre_is_asked(open_district):
    district = open_district("2025-09-10")
    district.amend(NETWORKS, network(district, "NW1"), curator=None)
    district.at("2025-10-10 12:00")
    asked = [district.case(one).data for one in visits(district, "visit_entrusted")]
    (own,) = [data for data in asked if data.network == network(district, "NW1")]
    assert own.visitor == post(district, "P005")


def test_a_visit_under_way_is_not_asked_for_twice(open_district):
    district = open_district("2025-09-10")
    entrusted(district)
    district.at("2025-10-10 12:00")
    asked = [district.case(one).data.network for one in visits(district, "visit_entrusted")]
    assert sorted(asked) == sorted(set(asked))


# ---------------------------------------------------------------- what follows elsewhere


@pytest.mark.clause("N9")
def test_a_network_does_not_close_over_a_finding_that_is_open(open_district):
    district = open_district("2025-10-20")
    _, (case,) = found(district)
    here, said = network(district, "NW1"), {"effective_on": "2025-12-22"}
    order = to_order(district, "P003", request(district, "P003", here, "close", **said))
    prepare(district, order, report_due="2025-12-22")
    refused = district.act("P003", order, "send")
    assert (code(refused), "1/2025-1" in refused.message) == ("findings_open", True)
    done(district.act("P006", case, "withdraw_finding", **WHY))
    done(district.act("P003", order, "send"))


@pytest.mark.clause("N5")
def test_a_finding_of_a_school_that_left_is_withdrawn_another_follows_the_base(open_district):
    district = open_district("2025-10-20")
    _, (left, stays) = found(district, finding("1", school=district.school("S10")), finding("2"))
    here = network(district, "NW1")
    given = {"school": district.school("S10"), "effective_on": "2025-12-01"}
    change = request(district, "P003", here, "remove", **given)
    register(district, to_order(district, "P003", change))
    district.at("2025-12-01 12:00")
    district.carry_out()
    assert (district.state(left), district.state(stays)) == ("finding_withdrawn", "being_mended")
    assert standing(district) == ["withdrawn", "open"]


def test_the_report_counts_visits_with_what_the_head_adds(open_district):
    district = open_district("2025-10-20")
    found(district)
    here = network(district, "NW1")
    told = district.read(lambda uow: support_given(uow.facts(1), here, "2025-2026"))
    before = district.read(lambda uow: support_given(uow.facts(1), here, "2024-2025"))
    assert (told, before) == (1, 0)


@pytest.mark.clause("5.1b")
def test_whoever_visits_does_not_edit_a_row_of_the_plan(open_district):
    district = open_district("2025-10-20")
    plan = open_plan(district)
    refused = district.edit("P006", plan, activities=[])
    assert code(refused) in ("not_editable", "not_found")
