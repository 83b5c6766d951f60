"""What a plan costs: forty rows take as many statements as twelve."""

import pytest
from browsing import serve
from counting import counted
from plans import activities, fill, open_plan, shared_out, to_agreement
from stories import done

from workflow_app.services.accounts.access import digest
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.instances import Deadline, History, Participant, WorkItem

pytestmark = pytest.mark.shipped
FEW, MANY = 12, 40
MOST_OF_AN_APPROVAL = 60


@pytest.fixture
def district(open_district):
    return open_district("2025-09-10")


def agreed(district, count):
    """Return a plan of so many rows, shared out among all, that ИМЦ has agreed to."""
    plan = shared_out(district, open_plan(district), count)
    done(district.act("P005", to_agreement(district, plan), "agree"))
    return plan


def approved(district, count):
    """Approve such a plan; return it with the statements that took."""
    plan = agreed(district, count)
    with counted(district) as statements:
        done(district.act("P101", plan, "approve"))
    return plan, statements


def test_approving_a_plan_takes_as_many_statements_for_forty_rows_as_for_twelve(open_district):
    _, few = approved(open_district("2025-09-10"), FEW)
    _, many = approved(open_district("2025-09-10"), MANY)
    assert len(few) == len(many)
    assert len(few) <= MOST_OF_AN_APPROVAL, few


def test_activities_begun_together_are_whole_cases(district):
    plan, _ = approved(district, FEW)
    begun = activities(district, plan)
    assert tuple(begun) == district.case(plan).data.activities.keys()
    assert list(begun.values()) == sorted(begun.values())
    for number in begun.values():
        (line,) = district.rows(History, instance_id=number)
        (deadline,) = district.rows(Deadline, instance_id=number)
        (work,) = district.rows(WorkItem, instance_id=number)
        assert (line["seq"], line["action"], work["role"]) == (1, "begin", "post")
        assert work["due_at"] == deadline["due_at"]
        assert district.rows(Participant, instance_id=number)
        assert district.case(number).version == 1
    assert district.broken() == []


def test_the_page_of_a_plan_takes_as_many_statements_for_forty_rows_as_for_twelve(open_district):
    taken = []
    for count in (FEW, MANY):
        district = open_district("2025-09-10")
        plan = to_agreement(district, fill(district, open_plan(district), count=count))
        page = visitor(district, f"/cases/{plan}")
        with counted(district) as statements:
            page()
        taken.append(len(statements))
    assert taken[0] == taken[1]


def visitor(district, address):
    """Return what opens a page as the coordinator; it was opened once before."""
    client = serve(district.container).test_client()
    who, until = district.people["P201"], district.container.clock.now().replace(year=2030)
    district.container.transact(
        lambda uow: SqlAccess(uow).open_session(digest("statements"), who, until, "Test/1")
    )
    client.set_cookie("workflow_session", "statements")

    def page():
        assert client.get(address).status_code == 200

    page()
    return page
