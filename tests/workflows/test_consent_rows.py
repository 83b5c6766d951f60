"""Rows C1–C4: who agrees for a school, until when, and what silence means."""

from dataclasses import replace

import pytest
from engine.people import S16
from network_story import CONSENTS, ORDER, PROPOSAL, answer, close, consents, facts, proposal, reply

from workflow_app.engine.decide import Answered

COLLECTING = "collecting_consents"
WHY = {"reason": "нет учителя"}


@pytest.mark.parametrize(
    ("action", "form", "status"),
    [
        ("agree", {}, "agreed"),
        ("agree_with_conditions", WHY, "agreed_with_conditions"),
        ("decline", WHY, "declined"),
    ],
)
def test_head_answers_for_her_school_and_signs_it(action, form, status):
    registers = consents(facts(), proposal())

    answered = reply(PROPOSAL, proposal(COLLECTING), action, S16, "head_of_s16", registers, **form)

    assert isinstance(answered, Answered)
    assert (answered.after.status, answered.after.comment) == (status, form.get("reason", ""))
    assert answered.after.text_hash == "T1"
    assert answered.answer.signed


@pytest.mark.parametrize(
    ("state", "action", "who", "form", "code"),
    [
        (COLLECTING, "decline", "head_of_s16", {}, "field_required"),
        (COLLECTING, "agree_with_conditions", "head_of_s16", {}, "field_required"),
        (COLLECTING, "agree", "head_of_s17", {}, "not_your_vote"),
        (COLLECTING, "agree", "methodist", {}, "not_your_vote"),
        (COLLECTING, "accept_conditions", "head_of_s06", {}, "already_answered"),
        ("ready", "decline", "specialist", WHY, "not_your_vote"),
        ("ready", "agree", "head_of_s16", {}, "not_collecting"),
        ("ready", "agree_with_conditions", "head_of_s16", WHY, "not_collecting"),
        ("ready", "decline", "head_of_s16", WHY, "not_collecting"),
        ("ready", "revoke", "head_of_s16", WHY, "already_answered"),
    ],
)
def test_other_answers_are_refused(state, action, who, form, code):
    registers = consents(facts(), proposal())

    refusal = reply(PROPOSAL, proposal(state), action, S16, who, registers, **form)

    assert refusal.code == code


def test_school_that_was_not_invited_is_not_asked():
    registers = consents(facts(), proposal())

    refusal = reply(PROPOSAL, proposal(COLLECTING), "agree", 112, "head_of_s12", registers)

    assert refusal.code == "not_asked"


def test_answer_after_the_deadline_comes_too_late():
    registers = consents(facts(), proposal())
    close(registers, CONSENTS)

    refusal = reply(PROPOSAL, proposal(COLLECTING), "agree", S16, "head_of_s16", registers)

    assert refusal.code == "ballot_closed"
    assert registers.tallies["consents"].status(S16) == "no_response"


def test_base_head_accepts_a_condition_and_it_is_kept_with_who_agreed_and_when():
    registers = consents(facts(), proposal())
    said = {"comment": "с автобусом", "person_id": 16, "acting_as": "И.о. директора"}
    answer(registers, CONSENTS, "116", "agreed_with_conditions", text_hash="T0", **said)

    answered = reply(
        PROPOSAL, proposal("ready"), "accept_conditions", S16, "head_of_s06", registers
    )

    after = replace(answered.before, status="agreed", version=answered.after.version)
    assert answered.after == after
    assert (after.person_id, after.acting_as, after.text_hash) == (16, "И.о. директора", "T0")


def test_only_the_initiator_accepts_a_condition():
    registers = consents(facts(), proposal())
    answer(registers, CONSENTS, "116", "agreed_with_conditions", comment="с автобусом")

    refusal = reply(PROPOSAL, proposal("ready"), "accept_conditions", S16, "clerk", registers)

    assert refusal.code == "not_your_vote"


@pytest.mark.parametrize("state", [COLLECTING, "ready", "dept_review", "order_preparation"])
def test_consent_may_be_revoked_until_the_order_is_signed(state):
    registers = consents(facts(), proposal(), s16="agreed", s17="agreed")
    registers.states_of_children["order_approval"] = ("on_signature",)

    answered = reply(PROPOSAL, proposal(state), "revoke", S16, "head_of_s16", registers, **WHY)

    assert answered.after.status == "revoked"


def test_consent_may_not_be_revoked_after_the_signature():
    registers = consents(facts(), proposal(), s16="agreed", s17="agreed")
    registers.states_of_children["order_approval"] = ("signed",)

    refusal = reply(
        PROPOSAL, proposal("order_preparation"), "revoke", S16, "head_of_s16", registers, **WHY
    )

    assert refusal.code == "order_signed"


@pytest.mark.parametrize("state", ["rejected", "withdrawn", "expired"])
@pytest.mark.parametrize(
    ("action", "status", "who", "form"),
    [
        ("revoke", "agreed", "head_of_s16", WHY),
        ("accept_conditions", "agreed_with_conditions", "head_of_s06", {}),
    ],
)
def test_nothing_is_answered_in_a_case_that_ended(state, action, status, who, form):
    registers = consents(facts(), proposal(), s16=status)

    refusal = reply(PROPOSAL, proposal(state), action, S16, who, registers, **form)

    assert refusal.code == "case_closed"


def test_revoking_needs_a_reason():
    registers = consents(facts(), proposal(), s16="agreed", s17="agreed")

    refusal = reply(PROPOSAL, proposal("ready"), "revoke", S16, "head_of_s16", registers)

    assert refusal.code == "field_required"


def test_revoking_tells_the_base_and_the_department():
    titles = {role.held_by for role in CONSENTS.answer("revoke").tell}

    assert titles == {"school_head", "dept_specialist", "department_head"}


def test_consents_are_due_in_five_working_days_with_two_reminders():
    assert (CONSENTS.due.offset, CONSENTS.due.unit, CONSENTS.due.remind) == (5, "working", (2, 0))
    assert CONSENTS.due.escalate[0][1].held_by == "dept_specialist"


def test_revoked_consent_blocks_the_signature_of_the_order():
    assert "composition_is_approved" in {
        guard.__name__ for guard in ORDER.transition("on_signature", "sign").guards
    }
