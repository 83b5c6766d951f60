"""Scenarios P-1…P-5 of the dossier, each on both databases."""

import pytest
from stories import PROPOSAL, code, done, mend, propose, to_department, to_signature

from workflow_app.store.models.instances import DataVersion
from workflow_app.store.models.messages import Notice


@pytest.mark.both_databases
@pytest.mark.clause("1.3b, 1.5, P-1")
def test_p1_a_network_is_proposed_and_reaches_the_department(open_district):
    district = open_district("2024-08-21")
    case = done(
        propose(district, "P106", {"S16": "supported", "S17": "supported"}, year="2024-2025")
    ).instance_id
    done(district.act("P106", case, "invite"))
    assert district.statuses(case, "consents") == {
        "S06": "agreed",
        "S16": "pending",
        "S17": "pending",
    }
    assert district.deadlines(case) == {"consent": "2024-08-28"}
    district.at("2024-08-26 12:00")
    done(district.act("P116", case, "agree"))
    done(district.act("P117", case, "agree"))
    assert district.state(case) == "ready"
    protocol = next(d for d in district.documents(case) if d["paper"] == "consent_protocol")
    assert len(protocol["field_values"]["ответы"]) == 3
    consents = next(d for d in district.documents(case) if d["paper"] == "consent")
    assert len(consents["field_values"]["согласия"]) == 2
    done(district.act("P106", case, "submit"))
    done(district.act("P007", case, "endorse", conclusion="Условия Положения выполнены."))
    assert district.state(case) == "dept_review"
    assert district.deadlines(case) == {"department_review": "2024-09-04"}
    assert [d["paper"] for d in district.documents(case)][-1] == "imc_opinion"
    assert district.work(case) == [("department_head", "")]


@pytest.mark.clause("A-02")
def test_p2_a_school_is_silent_and_the_quorum_fails(open_district):
    district = open_district("2025-08-28")
    case = done(
        propose(district, "P107", {"S09": "partner", "S14": "supported", "S15": "partner"})
    ).instance_id
    done(district.act("P107", case, "invite"))
    done(district.act("P109", case, "agree"))
    done(district.act("P114", case, "decline", reason="нет кадров"))
    assert district.state(case) == "collecting_consents"
    district.at("2025-09-05")
    assert district.state(case) == "draft"
    assert district.statuses(case, "consents") == {
        "S07": "agreed",
        "S09": "agreed",
        "S14": "declined",
        "S15": "no_response",
    }
    district.carry_out()
    assert any("согласий не хватило" in subject for subject in district.notices("P003"))
    letters = district.rows(Notice, person_id=district.people["P003"])
    text = next(letter["text"] for letter in letters if "не хватило" in letter["subject"])
    assert "№ 15" in text
    assert "не ответила в срок" in text


@pytest.mark.clause("P8b")
def test_p3_a_changed_composition_asks_only_the_new_school(open_district):
    district = open_district("2025-08-28")
    case = done(propose(district, "P101", {"S10": "supported", "S12": "supported"})).instance_id
    for person, action in (
        ("P101", "invite"),
        ("P110", "agree"),
        ("P112", "agree"),
        ("P101", "submit"),
    ):
        done(district.act(person, case, action))
    remark = {"key": "r1", "about": "members", "text": "добавьте МКОУ СОШ № 13 п. Кумская Долина"}
    done(district.act("P006", case, "return", remarks=[remark]))
    rows = [*({"school": district.school(c), "role": "supported"} for c in ("S10", "S12", "S13"))]
    done(district.edit("P101", case, members=rows))
    mend(district, "P101", case)
    done(district.act("P101", case, "resend"))
    assert district.state(case) == "collecting_consents"
    assert district.statuses(case, "consents") == {
        "S01": "agreed",
        "S10": "agreed",
        "S12": "agreed",
        "S13": "pending",
    }
    done(district.act("P113", case, "agree"))
    assert district.state(case) == "ready"
    first, second = (row["data"]["members"] for row in district.rows(DataVersion, instance_id=case))
    assert [row["school"] for row in second if row not in first] == [district.school("S13")]


def test_p4_a_base_school_without_status_is_refused_and_uses_no_number(open_district):
    district = open_district("2025-08-28")
    refusal = propose(district, "P108", {"S14": "supported"})
    assert code(refusal) == "base_not_stable"
    assert "271-од" in refusal.message
    assert not [label for label in district.numbers(2025) if label.startswith("З-")]
    assert district.instances(process=PROPOSAL) == []


@pytest.mark.both_databases
@pytest.mark.clause("1.5, C3")
def test_p5_a_consent_revoked_after_approval_blocks_the_signature(open_district):
    district = open_district("2025-08-28")
    case = to_department(
        district,
        members={"S12": "supported", "S10": "supported", "S03": "partner"},
        heads=("P112", "P110", "P103"),
    )
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)
    done(district.act("P112", case, "revoke", reason="сокращение штата"))
    assert code(district.act("P002", order, "sign")) == "consent_revoked"
    district.carry_out()
    assert any("Согласие школы отозвано" in subject for subject in district.notices("P002"))
    done(district.act("P002", case, "exclude_school", school=district.school("S12")))
    assert district.state(order) == "dropped"
    assert district.state(case) == "order_preparation"
    refusal = district.act("P002", case, "exclude_school", school=district.school("S10"))
    assert code(refusal) == "last_supported_school"


def test_schools_of_a_failed_round_count_no_more_once_others_are_asked(open_district):
    district = open_district("2025-08-28")
    first = {
        "S05": "supported",
        "S12": "supported",
        "S10": "supported",
        "S03": "partner",
        "S09": "supported",
    }
    case = done(propose(district, "P102", first)).instance_id
    done(district.act("P102", case, "invite"))
    for head in ("P112", "P110", "P109"):
        done(district.act(head, case, "decline", reason="Нет людей"))
    for head in ("P105", "P103"):
        done(district.act(head, case, "agree"))
    assert district.state(case) == "draft"
    kept = {"S05": "supported", "S03": "partner", "S16": "supported"}
    members = [{"school": district.school(one), "role": role} for one, role in kept.items()]
    done(district.edit("P102", case, members=members))
    done(district.act("P102", case, "invite"))
    # The others have said so of this very text.
    done(district.act("P116", case, "agree_with_conditions", reason="Только дистанционно"))
    assert district.state(case) == "ready"
    done(district.act("P102", case, "leave_out", school=district.school("S16")))
    done(district.act("P102", case, "submit"))
    [paper] = [row for row in district.documents(case) if row["template"] == "proposal"]
    said = paper["field_values"]["согласия"]
    assert (said["приглашено"], said["согласились"]) == (3, 2)


def test_a_name_that_another_network_has_is_refused_before_anybody_is_asked(open_district):
    district = open_district("2025-08-28")
    name = "Математика: от дефицита к результату"
    case = done(propose(district, "P102", {"S05": "supported"}, name=name)).instance_id
    refusal = district.act("P102", case, "invite")
    assert code(refusal) == "network_name_taken"
    assert "name" in refusal.fields


def test_the_quorum_counts_invited_schools_and_not_the_base(open_district):
    district = open_district("2025-08-28")
    case = done(propose(district, "P102", {"S05": "supported", "S03": "partner"})).instance_id
    done(district.act("P102", case, "invite"))
    done(district.act("P105", case, "agree"))
    done(district.act("P103", case, "decline", reason="нет времени"))
    assert district.state(case) == "draft"


def test_the_specialist_drafts_two_networks_before_she_chooses_their_base_schools(open_district):
    district = open_district("2025-08-28")
    first = done(district.start("P003", "network_proposal", name="Первая")).instance_id
    second = done(district.start("P003", "network_proposal", name="Вторая")).instance_id
    done(district.edit("P003", first, base=district.school("S01")))
    assert code(district.edit("P003", second, base=district.school("S01"))) == "already_open"
    done(district.edit("P003", second, base=district.school("S07")))
    assert code(propose(district, "P107", {"S09": "supported"})) == "already_open"
