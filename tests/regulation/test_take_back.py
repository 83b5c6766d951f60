"""Anyone takes back her own last step until somebody acted on it."""

import pytest
from stories import code, complete_order, done, propose, to_department, to_signature

from workflow_app.store import audit

MEMBERS = {"S05": "supported", "S03": "partner"}


@pytest.fixture
def district(open_district):
    return open_district("2025-08-28")


def holds(district):
    with district.house.database.reading() as connection:
        return not list(audit.breaks(connection))


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


def test_an_approval_is_taken_back_with_the_order_it_started(district):
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = district.child(case)
    done(district.take_back("P002", case))
    assert district.state(case) == "dept_review"
    assert district.state(order) == "dropped"
    done(district.act("P002", case, "approve"))
    assert district.child(case) != order


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
    assert code(district.take_back("P004", order)) in {"cannot_take_back", "not_your_step"}
    assert code(district.take_back("P002", order)) == "not_your_step"
    assert district.state(order) == "registered"
    assert holds(district)


def test_a_stranger_takes_nothing_back(district):
    case = done(propose(district, "P102", MEMBERS)).instance_id
    assert code(district.take_back("P105", case)) == "not_found"
