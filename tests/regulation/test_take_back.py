"""Anyone takes back her own last step until somebody acted on it."""

import pytest
from stories import code, complete_order, done, mend, propose, to_department, to_signature

from workflow_app.store.journals import chains
from workflow_app.store.models.directory import Position
from workflow_app.store.models.instances import VoteRow, WorkItem

MEMBERS = {"S05": "supported", "S03": "partner"}


@pytest.fixture
def district(open_district):
    return open_district("2025-08-28")


def holds(district):
    with district.container.database.reading() as connection:
        return not list(chains.breaks(connection))


def test_an_invitation_is_taken_back_while_nobody_has_answered(district):
    case = done(propose(district, "P102", MEMBERS)).instance_id
    done(district.act("P102", case, "invite"))
    done(district.take_back("P102", case))
    assert district.state(case) == "draft"
    assert district.work(case) == [("school_head", "S02")]
    assert set(district.deadlines(case)) == {"abandoned"}
    assert district.act("P105", case, "agree").code == "not_found"
    assert holds(district)
    done(district.act("P102", case, "invite"))
    assert district.statuses(case, "consents")["S05"] == "pending"


def test_an_answered_invitation_stays(district):
    case = done(propose(district, "P102", MEMBERS)).instance_id
    done(district.act("P102", case, "invite"))
    done(district.act("P105", case, "agree"))
    assert code(district.take_back("P102", case)) == "not_your_step"
    assert district.state(case) == "collecting_consents"


def test_an_answer_is_taken_back_and_asked_again(district):
    case = done(propose(district, "P102", MEMBERS)).instance_id
    done(district.act("P102", case, "invite"))
    done(district.act("P105", case, "decline", reason="нет кадров"))
    done(district.take_back("P105", case))
    assert district.statuses(case, "consents")["S05"] == "pending"
    assert ("school_head", "S05") in district.work(case)
    done(district.act("P105", case, "agree"))
    assert district.statuses(case, "consents")["S05"] == "agreed"


def test_an_answer_that_closed_the_ballot_stays(district):
    case = done(propose(district, "P102", MEMBERS)).instance_id
    done(district.act("P102", case, "invite"))
    done(district.act("P105", case, "agree"))
    done(district.act("P103", case, "agree"))
    assert code(district.take_back("P103", case)) == "not_your_step"
    assert district.state(case) == "ready"


@pytest.mark.both_databases
def test_an_approval_is_taken_back_with_the_order_it_started(district):
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = district.child(case)
    done(district.take_back("P002", case))
    assert district.state(case) == "dept_review"
    assert district.state(order) == "dropped"
    done(district.act("P002", case, "approve"))
    assert district.child(case) != order


def test_an_approval_is_taken_back_as_often_as_it_is_given(district):
    case = to_department(district)
    for _ in range(3):
        done(district.act("P002", case, "approve"))
        done(district.take_back("P002", case))
        assert district.state(case) == "dept_review"
        assert district.broken() == []
    assert district.case(case).times("approve") == 0


def test_papers_of_a_step_taken_back_stay_and_are_marked_as_withdrawn(district):
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = district.child(case)
    done(district.take_back("P002", case))
    assert [row["withdrawn_at"] is not None for row in district.documents(order)] == [True]
    assert all(row["withdrawn_at"] is None for row in district.documents(case))


def test_a_rejection_is_taken_back_and_those_who_were_told_are_told_again(district):
    case = to_department(district)
    before = standing(district, case)
    values = {"code": "duplicate", "reason": "Такая сеть уже есть"}
    done(district.act("P002", case, "reject", **values))
    district.carry_out()
    done(district.take_back("P002", case))
    assert standing(district, case) == before
    district.carry_out()
    assert any("отменён шаг «Предложение отклонено»" in said for said in district.notices("P105"))
    done(district.act("P002", case, "approve"))
    assert district.broken() == []


def standing(district, case):
    """Return where a case stands: state, deadlines, the very work items, votes."""
    work = [row["id"] for row in district.rows(WorkItem, instance_id=case) if not row["closed_at"]]
    votes = {
        ballot: district.statuses(case, ballot)
        for ballot in ("consents", "visas")
        if district.read(lambda uow, ballot=ballot: uow.tally(uow.load(case), ballot))
    }
    return district.state(case), district.deadlines(case), work, votes


def test_a_withdrawal_is_taken_back_with_the_question_it_closed(district):
    case = done(propose(district, "P102", MEMBERS)).instance_id
    done(district.act("P102", case, "invite"))
    done(district.act("P105", case, "agree"))
    before = standing(district, case)
    district.at("2025-08-29")
    done(district.act("P102", case, "withdraw", reason="Передумали"))
    assert district.statuses(case, "consents")["S03"] == "no_response"
    done(district.take_back("P102", case))
    assert standing(district, case) == before
    done(district.act("P103", case, "agree"))
    assert district.state(case) == "ready"
    assert district.broken() == []


def test_a_withdrawal_is_taken_back_with_the_order_it_stopped(district):
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = district.child(case)
    complete_order(district, order)
    done(district.act("P003", order, "send"))
    before = standing(district, case), standing(district, order)
    done(district.act("P102", case, "withdraw", reason="Передумали"))
    assert district.state(order) == "dropped"
    done(district.take_back("P102", case))
    assert (standing(district, case), standing(district, order)) == before
    done(district.act("P005", order, "visa"))
    assert district.broken() == []


def test_a_cancelled_order_is_taken_back_and_its_proposal_goes_on_with_it(district):
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)
    before = standing(district, case), standing(district, order)
    done(district.act("P002", order, "cancel", reason="Ошибка в составе"))
    assert district.state(case) == "dept_review"
    done(district.take_back("P002", order))
    assert (standing(district, case), standing(district, order)) == before
    done(district.act("P002", order, "sign"))
    assert district.broken() == []


def test_a_cancelled_order_whose_proposal_was_decided_since_stays_cancelled(district):
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)
    done(district.act("P002", order, "cancel", reason="Ошибка в составе"))
    done(district.act("P002", case, "approve"))
    assert code(district.take_back("P002", order)) == "acted_on"


def test_a_school_left_out_comes_back_with_its_answer(district):
    members = {"S05": "supported", "S03": "partner", "S12": "supported"}
    case = done(propose(district, "P102", members)).instance_id
    done(district.act("P102", case, "invite"))
    for head in ("P105", "P103"):
        done(district.act(head, case, "agree"))
    done(district.act("P112", case, "agree_with_conditions", reason="Только дистанционно"))
    before = standing(district, case)
    done(district.act("P102", case, "leave_out", school=district.school("S12")))
    assert "S12" not in district.statuses(case, "consents")
    done(district.take_back("P102", case))
    assert standing(district, case) == before
    assert district.school("S12") in {m.school for m in district.case(case).data.members}
    assert district.broken() == []


def test_a_revoked_consent_taken_back_is_the_consent_that_was_given(district):
    case = done(propose(district, "P102", MEMBERS)).instance_id
    done(district.act("P102", case, "invite"))
    done(district.act("P105", case, "agree_with_conditions", reason="Только дистанционно"))
    given = vote(district, "S05")
    done(district.act("P105", case, "revoke", reason="Передумали"))
    done(district.take_back("P105", case))
    assert vote(district, "S05") == {**given, "version": given["version"] + 2}


def vote(district, school):
    key = str(district.school(school))
    return next(row for row in district.rows(VoteRow) if row["voter"] == key)


def test_a_resent_text_taken_back_leaves_the_consents_to_the_text_before(district):
    case = to_department(district)
    remarks = [{"key": "r0", "about": "valid_to", "text": "Срок сети короче года"}]
    done(district.act("P002", case, "return", remarks=remarks))
    done(district.edit("P102", case, valid_to="2026-06-30"))
    mend(district, "P102", case)
    done(district.act("P102", case, "resend"))
    assert district.state(case) == "collecting_consents"
    done(district.take_back("P102", case))
    assert district.statuses(case, "consents")["S05"] == "agreed"
    done(district.act("P102", case, "resend"))
    assert district.state(case) == "collecting_consents"
    assert district.statuses(case, "consents")["S05"] == "pending"
    assert district.broken() == []


def test_a_return_is_not_taken_back_from_somebody_who_writes_already(district):
    case = to_department(district)
    remarks = [{"key": "r0", "about": "goal", "text": "Цель не отличается от типовой"}]
    done(district.act("P002", case, "return", remarks=remarks))
    done(district.edit("P102", case, goal="Сдать ОГЭ без двоек"))
    assert code(district.take_back("P002", case)) == "acted_on"
    assert district.case(case).data.goal == "Сдать ОГЭ без двоек"


def test_a_withdrawal_stays_when_the_school_has_begun_anew(district):
    case = done(propose(district, "P102", MEMBERS)).instance_id
    done(district.act("P102", case, "withdraw", reason="Передумали"))
    done(propose(district, "P102", MEMBERS, name="Другое имя"))
    assert code(district.take_back("P102", case)) == "already_open"


def test_who_left_the_office_takes_nothing_back(district):
    case = to_department(district)
    done(district.act("P102", case, "withdraw", reason="Передумали"))
    district.container.transact(lambda uow: leave(uow, district.people["P102"]))
    assert code(district.take_back("P102", case)) in {"not_found", "not_your_role"}


def leave(uow, person):
    position = uow.session.query(Position).filter_by(person_id=person).first()
    position.ends_on = uow.today.replace(day=1)
    uow.session.flush()


@pytest.mark.parametrize(
    ("steps", "why"), [([], "с него дело началось"), ([("invite", {}), "back"], "это уже отмена")]
)
def test_what_cannot_be_taken_back_says_why(district, steps, why):
    case = done(propose(district, "P102", MEMBERS)).instance_id
    for step in steps:
        done(
            district.take_back("P102", case)
            if step == "back"
            else district.act("P102", case, step[0], **step[1])
        )
    refusal = district.take_back("P102", case)
    assert refusal.code == "cannot_take_back"
    assert why in refusal.message


def test_an_approval_somebody_works_on_stays(district):
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    complete_order(district, district.child(case))
    assert code(district.take_back("P002", case)) == "acted_on"


def test_a_signature_is_taken_back_until_the_registration(district):
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)
    done(district.act("P002", order, "sign"))
    done(district.take_back("P002", order))
    assert district.state(order) == "on_signature"
    assert district.case(order).data.signed_on is None
    done(district.act("P002", order, "sign"))
    done(district.act("P004", order, "register"))
    refusal = district.take_back("P004", order)
    assert refusal.code == "cannot_take_back"
    assert "занял номер журнала" in refusal.message
    assert code(district.take_back("P002", order)) == "not_your_step"
    assert district.state(order) == "registered"
    assert holds(district)


def test_a_stranger_takes_nothing_back(district):
    case = done(propose(district, "P102", MEMBERS)).instance_id
    assert code(district.take_back("P105", case)) == "not_found"
