"""Rows P1–P15 of the proposal: who may, from where to where, if what, then what."""

import datetime as dt
from dataclasses import replace

import pytest
from engine.people import S06, S12, S16, S17, actor
from network_story import (
    CONSENTS,
    NOW,
    ORDER,
    ORDER_PLAIN,
    PROPOSAL,
    TODAY,
    YEAR,
    answer,
    close,
    consents,
    direction,
    facts,
    parsed,
    proposal,
    take,
)
from register_rows import (
    put_in_networks,
    put_members,
    put_network,
    put_schools,
    put_statuses,
    take_statuses,
)

from workflow_app.engine.changes import Ask, Call, Notify, Number, Paper, Put, Start
from workflow_app.engine.decide import Decision, decide, outcome, settle, warned
from workflow_app.engine.facts import CaseCard, OfficeCard, PersonCard
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import system
from workflow_app.engine.votes import Vote
from workflows.network_proposal.effects import start_order
from workflows.registers.directions import DIRECTIONS_OF_YEAR
from workflows.registers.schools import SCHOOLS

REMARK = {"remarks": [{"key": "1", "about": "members", "text": "добавьте школу № 13"}]}
OPINION = {"conclusion": "Сеть нужна району", "recommendation": "support"}
REJECTION = {"code": "duplicate", "reason": "Такая сеть уже работает"}
REASON = {"reason": "передумали"}


def agreed(case=None):
    return consents(facts(), case or proposal(), s16="agreed", s17="agreed")


def ordering(**children):
    registers = agreed()
    registers.states_of_children = {"order_approval": ("draft",), **children}
    return registers


# Each row: clause, state, action, who, form, target.
ROWS = [
    ("P1", "", "create", "head_of_s06", {}, "draft"),
    ("P1", "", "create", "specialist", {}, "draft"),
    ("P2", "draft", "invite", "head_of_s06", {}, "collecting_consents"),
    ("P5", "ready", "submit", "head_of_s06", {}, "submitted"),
    ("P5", "ready", "leave_out", "head_of_s06", {"school": S17}, "share"),
    ("P6", "submitted", "endorse", "methodist", OPINION, "dept_review"),
    ("P6", "submitted", "endorse", "imc_head", OPINION, "dept_review"),
    ("P7", "submitted", "return", "methodist", REMARK, "returned"),
    ("P7", "submitted", "return", "imc_head", REMARK, "returned"),
    ("P7", "dept_review", "return", "department_head", REMARK, "returned"),
    ("P8", "returned", "resend", "head_of_s06", {}, "ready"),
    ("P9", "dept_review", "approve", "department_head", {}, "order_preparation"),
    ("P10", "dept_review", "reject", "department_head", REJECTION, "rejected"),
    ("P11", "draft", "withdraw", "head_of_s06", REASON, "withdrawn"),
    ("P11", "collecting_consents", "withdraw", "head_of_s06", REASON, "withdrawn"),
    ("P11", "ready", "withdraw", "head_of_s06", REASON, "withdrawn"),
    ("P11", "submitted", "withdraw", "head_of_s06", REASON, "withdrawn"),
    ("P11", "dept_review", "withdraw", "head_of_s06", REASON, "withdrawn"),
    ("P11", "returned", "withdraw", "head_of_s06", REASON, "withdrawn"),
    ("P11", "order_preparation", "withdraw", "head_of_s06", REASON, "withdrawn"),
    ("P14", "draft", "expire", "system", {}, "expired"),
    ("P14", "ready", "expire", "system", {}, "expired"),
    ("P14", "returned", "expire", "system", {}, "expired"),
]


@pytest.mark.parametrize(("clause", "state", "action", "who", "form", "target"), ROWS)
def test_row_leads_where_the_regulation_says(clause, state, action, who, form, target):
    case = proposal(state)
    registers = agreed(case)
    registers.kept = case.data
    registers.settings["A-02"] = "1/3"
    if target == "share":
        answer(registers, CONSENTS, str(S17), "agreed_with_conditions")

    decision = take(PROPOSAL, case, action, who, registers, **form)

    assert isinstance(decision, Decision), decision
    assert decision.target == (state if target == "share" else target)
    assert clause in decision.transition.basis or clause == "P5"


WRONG_HANDS = [
    ("", "create", "methodist"),
    ("draft", "invite", "head_of_s12"),
    ("draft", "invite", "coordinator_of_s06"),
    ("ready", "submit", "specialist"),
    ("ready", "submit", "coordinator_of_s06"),
    ("collecting_consents", "close_consents", "head_of_s16"),
    ("submitted", "endorse", "department_head"),
    ("submitted", "return", "head_of_s06"),
    ("returned", "resend", "head_of_s16"),
    ("dept_review", "approve", "deputy"),
    ("dept_review", "reject", "imc_head"),
    ("ready", "withdraw", "head_of_s16"),
    ("order_preparation", "exclude_school", "head_of_s06"),
    ("draft", "expire", "department_head"),
]


@pytest.mark.parametrize(("state", "action", "who"), WRONG_HANDS)
def test_action_is_refused_to_everybody_else(state, action, who):
    refusal = take(PROPOSAL, proposal(state), action, who, facts())

    assert refusal.code == "not_your_role"


# ---------------------------------------------------------------- guards


def without_status(registers, _case):
    take_statuses(registers)


def with_foreign_direction(registers, _case):
    registers.put_rows(DIRECTIONS_OF_YEAR, direction(1))


def with_unknown_school(registers, _case):
    registers.put_rows(SCHOOLS)


def with_draft_directions(registers, _case):
    registers.put_rows(DIRECTIONS_OF_YEAR, direction(1), direction(2, "draft"))


def with_many_networks(registers, _case):
    put_in_networks(registers, S16, "supported", 1, 2, 3)


def with_hosted_network(registers, _case):
    put_in_networks(registers, S06, "base", 7)


def with_open_condition(registers, _case):
    answer(registers, CONSENTS, "116", "agreed_with_conditions")


def with_missing_consent(registers, _case):
    answer(registers, CONSENTS, "116", "declined")


def with_old_consent(registers, _case):
    vote = next(iter(registers.tallies["consents"]))
    old = Vote(vote.voter, "agreed", 2, answered_at=NOW - dt.timedelta(days=61))
    registers.vote(CONSENTS, old)


def never_asked(registers, _case):
    registers.tallies.clear()


def with_signed_order(registers, _case):
    registers.states_of_children["order_approval"] = ("dropped", "signed")


def with_namesake(registers, case):
    put_network(registers, 1, name=case.data.name)


def nothing(_registers, _case):
    pass


GUARDS = [
    ("P1", "", "create", {}, {}, without_status, "base_not_stable"),
    ("P2", "draft", "invite", {"name": ""}, {}, nothing, "field_required"),
    ("P2", "draft", "invite", {"directions": ()}, {}, nothing, "field_required"),
    ("P2", "draft", "invite", {"members": ()}, {}, nothing, "field_required"),
    ("P2", "draft", "invite", {"context_note": "мало"}, {}, nothing, "field_too_short"),
    ("P2", "draft", "invite", {}, {}, without_status, "base_not_stable"),
    ("P2", "draft", "invite", {}, {}, without_status, "no_supported_school"),
    (
        "P2",
        "draft",
        "invite",
        {"members": ({"school": S06, "role": "supported"},)},
        {},
        nothing,
        "base_among_members",
    ),
    ("P2", "draft", "invite", {}, {}, with_unknown_school, "unknown_school"),
    (
        "P2",
        "draft",
        "invite",
        {"members": ({"school": S16, "role": "supported"}, {"school": S16, "role": "partner"})},
        {},
        nothing,
        "school_repeated",
    ),
    ("P2", "draft", "invite", {}, {}, with_namesake, "network_name_taken"),
    ("P8", "returned", "resend", {}, {}, with_namesake, "network_name_taken"),
    ("P9", "dept_review", "approve", {}, {}, with_namesake, "network_name_taken"),
    ("P2", "draft", "invite", {}, {}, with_foreign_direction, "direction_of_another_year"),
    ("P2", "draft", "invite", {"valid_to": "2025-08-01"}, {}, nothing, "term_reversed"),
    ("P2", "draft", "invite", {"valid_to": "2028-09-01"}, {}, nothing, "term_too_long"),
    ("P2", "draft", "invite", {"valid_to": None}, {}, nothing, "field_required"),
    ("P5", "ready", "submit", {}, {}, without_status, "base_not_stable"),
    ("P5", "ready", "submit", {}, {}, with_open_condition, "conditions_open"),
    ("P5", "ready", "submit", {}, {}, with_missing_consent, "consent_missing"),
    ("P5", "ready", "submit", {}, {}, never_asked, "consent_missing"),
    ("P5", "ready", "submit", {}, {}, with_old_consent, "consent_too_old"),
    ("P5", "ready", "leave_out", {}, {}, nothing, "field_required"),
    ("P5", "ready", "leave_out", {}, {"school": S12}, nothing, "not_a_member"),
    ("P5", "ready", "leave_out", {}, {"school": S17}, nothing, "all_agreed"),
    ("P6", "submitted", "endorse", {}, {"conclusion": ""}, nothing, "field_required"),
    (
        "P6",
        "submitted",
        "endorse",
        {},
        {"conclusion": "Сеть нужна району", "recommendation": "support_with_notes"},
        nothing,
        "wishes_missing",
    ),
    ("P7", "submitted", "return", {}, {}, nothing, "field_required"),
    (
        "P7",
        "submitted",
        "return",
        {},
        {"remarks": [{"key": "1", "about": "members", "text": "коротко"}]},
        nothing,
        "field_too_short",
    ),
    (
        "P7",
        "submitted",
        "return",
        {},
        {"remarks": [{"key": "1", "about": "soup", "text": "такого поля в форме нет"}]},
        nothing,
        "unknown_field",
    ),
    ("P8", "returned", "resend", {"name": ""}, {}, nothing, "field_required"),
    ("P8", "returned", "resend", {}, {}, without_status, "base_not_stable"),
    ("P8", "returned", "resend", {}, {}, without_status, "no_supported_school"),
    (
        "P8",
        "returned",
        "resend",
        {"members": ({"school": S06, "role": "supported"},)},
        {},
        nothing,
        "base_among_members",
    ),
    ("P8", "returned", "resend", {}, {}, with_unknown_school, "unknown_school"),
    ("P8", "returned", "resend", {}, {}, with_foreign_direction, "direction_of_another_year"),
    ("P8", "returned", "resend", {"valid_to": "2025-08-01"}, {}, nothing, "term_reversed"),
    ("P15", "order_preparation", "exclude_school", {}, {}, nothing, "field_required"),
    ("P9", "dept_review", "approve", {}, {}, without_status, "base_not_stable"),
    ("P9", "dept_review", "approve", {}, {}, without_status, "status_lost"),
    ("P9", "dept_review", "approve", {}, {}, with_draft_directions, "directions_not_in_force"),
    ("P9", "dept_review", "approve", {}, {}, with_many_networks, "too_many_networks"),
    ("P9", "dept_review", "approve", {}, {}, with_hosted_network, "already_base"),
    ("P9", "dept_review", "approve", {}, {}, with_missing_consent, "consent_missing"),
    ("P3", "collecting_consents", "close_consents", {}, {}, nothing, "ballot_not_open"),
    ("P10", "dept_review", "reject", {}, {"code": "other"}, nothing, "field_required"),
    ("P11", "draft", "withdraw", {}, {}, nothing, "field_required"),
    ("P11", "order_preparation", "withdraw", {}, REASON, with_signed_order, "order_signed"),
    (
        "P15",
        "order_preparation",
        "exclude_school",
        {},
        {"school": S16},
        with_signed_order,
        "order_signed",
    ),
    (
        "P15",
        "order_preparation",
        "exclude_school",
        {"members": ({"school": S16, "role": "supported"}, {"school": S12, "role": "partner"})},
        {"school": S16},
        nothing,
        "last_supported_school",
    ),
    (
        "P15",
        "order_preparation",
        "exclude_school",
        {"asked": (S16, S17)},
        {"school": S16},
        nothing,
        "share_too_small",
    ),
]

WHO = {
    "submitted": "methodist",
    "dept_review": "department_head",
    "order_preparation": "department_head",
}


@pytest.mark.parametrize(("clause", "state", "action", "changed", "form", "spoil", "code"), GUARDS)
def test_guard_refuses_with_its_code_and_a_sentence(
    clause, state, action, changed, form, spoil, code
):
    case = proposal(state, **changed)
    registers = agreed(proposal())
    spoil(registers, case)
    who = "head_of_s06" if action == "withdraw" else WHO.get(state, "head_of_s06")

    refusal = take(PROPOSAL, case, action, who, registers, **form)

    assert isinstance(refusal, Refusal), (clause, refusal)
    assert code in {reason.code for reason in refusal}
    assert all(reason.message.strip() for reason in refusal)


def test_schools_that_are_not_chosen_yet_are_asked_for_once():
    refusal = take(PROPOSAL, proposal("draft", members=()), "invite", "head_of_s06", facts())

    assert "members" in refusal.fields
    assert "no_supported_school" not in {reason.code for reason in refusal}


def test_status_of_last_year_counts_until_the_new_act_is_registered():
    registers = facts()
    put_statuses(registers, {(S06, "2024-2025"): ("stable",)})

    assert isinstance(take(PROPOSAL, proposal(""), "create", "head_of_s06", registers), Decision)


def test_specialist_begins_before_a_base_school_is_chosen():
    case = proposal("", base=None)

    assert isinstance(take(PROPOSAL, case, "create", "specialist", facts()), Decision)


def test_proposal_without_a_year_has_no_year_before():
    case = proposal("", school_year="")

    assert take(PROPOSAL, case, "create", "head_of_s06", facts()).code == "base_not_stable"


def test_refusal_of_an_unstable_base_names_the_order():
    registers = facts()
    take_statuses(registers)

    refusal = take(PROPOSAL, proposal(""), "create", "head_of_s06", registers)

    assert "271-од" in refusal.message


def test_fourth_return_is_refused():
    case = proposal("submitted", steps={"return": (3, frozenset({21}))})

    refusal = take(PROPOSAL, case, "return", "methodist", facts(), **REMARK)

    assert refusal.code == "limit_reached"


def test_methodist_who_submitted_for_the_head_may_not_endorse():
    case = proposal("submitted", steps={"submit": (1, frozenset({21}))})

    refusal = take(PROPOSAL, case, "endorse", "methodist", facts(), **OPINION)

    assert refusal.code == "same_person"
    assert "Подать на рассмотрение" in refusal.message


@pytest.mark.parametrize(
    ("state", "action", "who", "person", "form"),
    [
        ("submitted", "endorse", "methodist", 21, OPINION),
        ("dept_review", "approve", "department_head", 33, {}),
        ("dept_review", "reject", "department_head", 33, REJECTION),
    ],
)
def test_initiator_may_not_decide_on_the_own_proposal(state, action, who, person, form):
    case = proposal(state, steps={"create": (1, frozenset({person}))})

    refusal = take(PROPOSAL, case, action, who, agreed(), **form)

    assert refusal.code == "same_person"
    assert "Предложить сеть" in refusal.message


def test_department_proposes_only_where_the_setting_lets_it():
    registers = facts()
    registers.settings["A-01"] = {"stable_school_head": True, "department": False}

    assert take(PROPOSAL, proposal(""), "create", "specialist", registers).code == "initiative_off"
    assert isinstance(take(PROPOSAL, proposal(""), "create", "head_of_s06", registers), Decision)


@pytest.mark.parametrize(("action", "form"), [("approve", {}), ("reject", REJECTION)])
def test_head_who_submitted_in_another_capacity_may_not_decide(action, form):
    case = proposal("dept_review", steps={"submit": (1, frozenset({33, 11}))})

    refusal = take(PROPOSAL, case, action, "department_head", agreed(), **form)

    assert refusal.code == "same_person"


def test_acting_head_approves_in_the_capacity_of_the_head():
    person = actor("deputy", also_for="department_head")

    decision = take(PROPOSAL, proposal("dept_review"), "approve", person, agreed())

    assert (decision.capacity.person_id, decision.capacity.stands_for) == (32, 33)


# ---------------------------------------------------------------- effects


def test_creation_takes_a_number():
    decision = take(PROPOSAL, proposal(""), "create", "head_of_s06", facts())

    assert decision.changes == (Number("proposals", TODAY),)


def test_invitation_asks_every_school_and_the_base_has_agreed_already():
    decision = take(PROPOSAL, proposal(), "invite", "head_of_s06", facts())

    put, kept, ask = decision.changes
    assert put.values["asked"] == (S16, S17)
    assert kept == Put(snapshot=True)
    assert [(voter.key, voter.answer) for voter in ask.voters] == [
        ("106", "agreed"),
        ("116", None),
        ("117", None),
    ]


def test_submission_keeps_the_text_and_issues_the_paper():
    decision = take(PROPOSAL, proposal("ready"), "submit", "head_of_s06", agreed())

    assert decision.changes == (Put(snapshot=True), Paper("proposal"))


def test_resending_a_changed_network_asks_the_affected_schools_only():
    before = proposal().data
    new = ({"school": S16, "role": "supported"}, {"school": S12, "role": "partner"})
    case = proposal("returned", members=new)
    registers = agreed()
    registers.kept = before

    decision = take(PROPOSAL, case, "resend", "head_of_s06", registers)

    assert decision.target == "collecting_consents"
    remembered, *_, ask = decision.changes
    assert S12 in remembered.values["asked"]
    registers.put(CONSENTS, ask)
    tally = registers.tallies["consents"]
    assert {v.voter.key: v.status for v in tally} == {
        "106": "agreed",
        "116": "agreed",
        "112": "pending",
    }


@pytest.mark.parametrize(
    "changed", [{"valid_from": "2025-10-01"}, {"directions": (1,)}, {"valid_to": "2026-07-01"}]
)
def test_resending_with_another_term_or_directions_asks_everybody(changed):
    registers = agreed()
    registers.kept = proposal().data
    case = proposal("returned", **changed)

    decision = take(PROPOSAL, case, "resend", "head_of_s06", registers)

    assert decision.target == "collecting_consents"
    assert decision.changes[-1].again == {"116", "117"}


def test_resending_without_any_earlier_text_asks():
    decision = take(PROPOSAL, proposal("returned"), "resend", "head_of_s06", agreed())

    assert decision.target == "collecting_consents"


def test_role_of_one_school_asks_that_school():
    registers = agreed()
    registers.kept = proposal().data
    changed = ({"school": S16, "role": "supported"}, {"school": S17, "role": "resource"})

    decision = take(
        PROPOSAL, proposal("returned", members=changed), "resend", "head_of_s06", registers
    )

    assert decision.changes[-1].again == {"117"}


def test_approval_starts_the_order_with_the_conditions_of_the_schools():
    registers = agreed()
    answer(registers, CONSENTS, "116", "agreed", comment="с автобусом")

    decision = take(PROPOSAL, proposal("dept_review"), "approve", "department_head", registers)

    (start,) = decision.changes
    assert isinstance(start, Start)
    assert start.process == "order_approval"
    assert start.data["members"][0]["conditions"] == "с автобусом"
    assert "Читательская грамотность" in start.subject


def test_rejection_tells_the_schools_why():
    decision = take(
        PROPOSAL, proposal("dept_review"), "reject", "department_head", agreed(), **REJECTION
    )

    (tell,) = decision.changes
    assert isinstance(tell, Notify)
    assert tell.text == "Основание: такая сеть уже есть. Такая сеть уже работает."
    assert {role.key for role in tell.roles} == {"base_head", "asked_head"}


def test_withdrawal_takes_the_order_down():
    decision = take(
        PROPOSAL, proposal("order_preparation"), "withdraw", "head_of_s06", ordering(), **REASON
    )

    assert decision.changes == (Call("drop", to="children", process="order_approval"),)


def test_excluding_a_school_stops_the_order_and_starts_another():
    registers = ordering()
    registers.settings["A-02"] = "1/3"
    case = proposal("order_preparation", asked=(S16, S17))

    decision = take(PROPOSAL, case, "exclude_school", "department_head", registers, school=S17)

    put, ask, kept, paper, call, start = decision.changes
    assert paper == Paper("consent")
    assert put.values["members"].keys() == ("116",)
    assert (ask.step, [voter.key for voter in ask.voters]) == ("leave_out", ["117"])
    assert kept == Put(snapshot=True)
    assert isinstance(call, Call)
    assert [member["school"] for member in start.data["members"]] == [S16]


# ---------------------------------------------------------------- what happens by itself


def settled(case, registers):
    return settle(PROPOSAL, case, registers, system(1), NOW, TODAY)


def test_last_consent_makes_the_proposal_ready():
    decision = settled(proposal("collecting_consents"), agreed())

    assert decision.target == "ready"
    assert decision.changes[-2:] == (Paper("consent"), Paper("consent_protocol"))


def test_nothing_happens_while_somebody_may_still_answer():
    registers = consents(facts(), proposal(), s16="agreed")

    assert settled(proposal("collecting_consents"), registers) is None


def test_two_of_three_are_enough_and_the_silent_school_leaves():
    three = {"members": (*proposal().data.model_dump()["members"], {"school": S12})}
    case = proposal("collecting_consents", **three)
    registers = consents(facts(), case, s16="agreed", s17="declined")
    answer(registers, CONSENTS, "112", "agreed")
    registers.settings["A-02"] = "2/3"

    decision = settled(case, registers)

    assert decision.target == "ready"
    assert decision.changes[0].values["members"].keys() == ("116", "112")
    assert decision.changes[1] == Ask(
        "consents",
        "leave_out",
        tuple(v for v in CONSENTS.voters(case, registers) if v.key == "117"),
    )


def test_ballot_is_closed_by_hand_once_the_outcome_is_clear():
    three = {"members": (*proposal().data.model_dump()["members"], {"school": S12})}
    case = proposal("collecting_consents", **three)
    registers = consents(facts(), case, s16="agreed")
    assert take(PROPOSAL, case, "close_consents", "head_of_s06", registers).code == (
        "outcome_still_open"
    )
    answer(registers, CONSENTS, "117", "agreed")

    decision = take(PROPOSAL, case, "close_consents", "head_of_s06", registers)

    assert decision.changes == (Ask("consents", "close"),)
    registers.put(CONSENTS, *decision.changes)
    after = settled(case, registers)
    assert after.target == "ready"
    (told,) = (change for change in after.changes if isinstance(change, Notify))
    assert "не ответили в срок" in told.subject


def test_nobody_is_told_of_silence_when_everybody_answered():
    decision = settled(proposal("collecting_consents"), agreed())

    assert not [change for change in decision.changes if isinstance(change, Notify)]


def test_supported_schools_needed_are_a_setting():
    registers = agreed()
    registers.settings["A-02.supported"] = 3

    assert settled(proposal("collecting_consents"), registers).target == "draft"


def test_resending_asks_again_the_school_that_revoked_meanwhile():
    registers = agreed()
    case = proposal("returned")
    registers.kept = case.data
    answer(registers, CONSENTS, "116", "revoked")

    decision = take(PROPOSAL, case, "resend", "head_of_s06", registers)

    assert decision.target == "collecting_consents"


def test_silence_at_the_deadline_sends_the_proposal_back_with_names_and_reasons():
    case = proposal("collecting_consents")
    registers = consents(facts(), case)
    answer(registers, CONSENTS, "116", "declined", comment="нет кадров")
    close(registers, CONSENTS)

    decision = settled(case, registers)

    assert decision.target == "draft"
    (tell,) = decision.changes
    assert tell.text.startswith("Согласились 0 из 2, нужно 2.\n")
    assert "отказалась — нет кадров" in tell.text
    assert "не ответила в срок" in tell.text


def test_silence_is_consent_where_the_municipality_says_so_and_the_department_still_hears_of_it():
    case = proposal("collecting_consents")
    registers = consents(facts(), case, s16="agreed")
    registers.settings["A-02.silence"] = "agreed_silently"
    close(registers, CONSENTS)

    decision = settled(case, registers)

    assert decision.target == "ready"
    (told,) = (change for change in decision.changes if isinstance(change, Notify))
    assert "не ответили в срок" in told.subject
    assert registers.tally(case, "consents").status(S17) == "agreed_silently"
    assert (
        take(PROPOSAL, proposal("ready"), "submit", "head_of_s06", registers).target == "submitted"
    )


def test_quorum_without_a_supported_school_fails():
    members = ({"school": S16, "role": "partner"}, {"school": S17, "role": "supported"})
    case = proposal("collecting_consents", members=members)
    registers = consents(facts(), case, s16="agreed", s17="declined")

    assert settled(case, registers).target == "draft"


def test_revoked_consent_sends_a_ready_proposal_back():
    case = proposal("ready")
    registers = agreed(case)
    answer(registers, CONSENTS, "116", "revoked")
    answer(registers, CONSENTS, "117", "revoked")

    assert settled(case, registers).target == "draft"


def test_ready_proposal_stays_while_the_consents_hold():
    assert settled(proposal("ready"), agreed()) is None


@pytest.mark.parametrize(
    ("clause", "state", "target"),
    [("P12", "registered", "enacted"), ("P13", "cancelled", "dept_review")],
)
def test_outcome_of_the_order_moves_the_proposal(clause, state, target):
    case = proposal("order_preparation")
    transition = outcome(PROPOSAL, case, "order_approval", state)

    decision = decide(PROPOSAL, case, transition.key, system(1), None, facts(), NOW, TODAY)

    assert decision.target == target
    assert transition.basis == clause


def test_dropped_order_means_nothing_to_the_proposal():
    assert outcome(PROPOSAL, proposal("order_preparation"), "order_approval", "dropped") is None


# ---------------------------------------------------------------- the draft


def test_fresh_draft_names_the_own_school_and_the_coming_year():
    head, specialist = actor("head_of_s06"), actor("specialist")

    own = PROPOSAL.prefill(head.capacities[0], facts(), TODAY)
    other = PROPOSAL.prefill(specialist.capacities[0], facts(), TODAY)

    assert own == {
        "base": S06,
        "school_year": YEAR,
        "valid_from": "2025-09-01",
        "valid_to": "2026-08-31",
    }
    assert "base" not in other


def test_a_network_proposed_in_june_is_for_the_coming_year_and_told_what_it_lacks():
    head, june = actor("head_of_s06").capacities[0], dt.date(2026, 6, 18)
    assert PROPOSAL.prefill(head, facts(), dt.date(2026, 6, 1))["school_year"] == YEAR
    coming = PROPOSAL.prefill(head, facts(), june)
    assert (coming["school_year"], coming["valid_to"]) == ("2026-2027", "2027-08-31")
    case = proposal("draft", school_year="2026-2027", directions=[])
    told = {one.code: one.message for one in warned(PROPOSAL, case, facts())}
    assert told.keys() == {"directions_not_named"}
    assert told["directions_not_named"].startswith("Направления 2026/2027 ещё не определены")
    summer = replace(proposal("draft"), today=june)
    assert [one.code for one in warned(PROPOSAL, summer, facts())] == ["lives_short"]


def test_fresh_draft_proposes_the_term_the_municipality_has_decided():
    registers = facts()
    head = actor("head_of_s06").capacities[0]
    for term, day in ((2, "2027-08-31"), (9, "2028-08-31")):
        registers.settings["A-04"] = term
        assert PROPOSAL.prefill(head, registers, TODAY)["valid_to"] == day


def test_a_school_closed_before_the_network_begins_is_not_in_it():
    registers, school = facts(), S17
    others = {one: {} for one in (S06, S12, S16)}
    put_schools(registers, {**others, school: {"valid_to": dt.date(2025, 8, 31)}})

    refusal = take(PROPOSAL, proposal("draft"), "invite", "head_of_s06", registers)

    assert (refusal.code, refusal.field) == ("school_closed", f"members.{S17}.school")
    assert "закрыта с 31.08.2025" in refusal.message
    put_schools(registers, {**others, school: {"valid_to": dt.date(2030, 1, 1)}})
    assert isinstance(
        take(PROPOSAL, proposal("draft"), "invite", "head_of_s06", registers), Decision
    )


def test_a_name_that_says_its_word_twice_is_warned_of_and_stops_nothing():
    case = proposal("draft", name="Сеть «Чтение»")
    assert [one.code for one in warned(PROPOSAL, case, facts())] == ["name_doubled"]
    assert take(PROPOSAL, case, "invite", "head_of_s06", facts()).target == "collecting_consents"
    assert not warned(PROPOSAL, proposal("draft", name="Сетевой наставник"), facts())
    assert not warned(PROPOSAL, proposal("ready", name="Сеть «Чтение»"), facts())


def test_proposal_is_called_by_its_network():
    assert PROPOSAL.heading_of(proposal().data) == "Сеть «Читательская грамотность»"
    assert PROPOSAL.heading_of(proposal(name="").data) == "Новая сеть"


def test_one_proposal_for_a_base_and_year_is_open_at_a_time():
    assert PROPOSAL.one_open(proposal().data) == f"{S06}:{YEAR}"


@pytest.mark.parametrize(("role", "taken"), [("methodist", True), ("school_head", False)])
def test_the_order_takes_over_the_coordinator_and_who_looked_after_the_school_before(role, taken):
    registers, case = agreed(), proposal("dept_review", coordinator=15)
    put_members(registers, 7, {S06: "base"})
    put_network(registers, 7, name="Прежняя", term_to=dt.date(2025, 8, 31), curator=21)
    registers.about["Прежняя, 2024-2025"] = (
        CaseCard(3, "order_approval", "registered", parsed(ORDER, ORDER_PLAIN | {"control": 22})),
        CaseCard(4, "order_approval", "dropped", parsed(ORDER, ORDER_PLAIN | {"control": 23})),
    )
    for who, office in ((21, role), (22, "dept_specialist" if taken else role)):
        held = (OfficeCard(1, office, 1, "должность"),)
        registers.people[who] = PersonCard(who, "И", "Р", "Д", "В", "П", offices=held)

    order = start_order(case, registers)

    assert order.data["coordinator"] == 15
    posts = {name: order.data[name] for name in ("curator", "control") if name in order.data}
    assert posts == ({"curator": 21, "control": 22} if taken else {})
