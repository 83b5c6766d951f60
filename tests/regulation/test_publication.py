"""A registered order stands on the department's site in time, where the municipality asks."""

import pytest
from sqlalchemy import insert
from stories import code, done, to_department, to_signature

from workflow_app.store.models.directory import Setting
from workflow_app.store.models.instances import Instance

LINK = "https://levokum.example/orders/291-od"
HEADS = [("school_head", "S02"), ("school_head", "S03"), ("school_head", "S05")]


def registered(district):
    """Bring a network to its registered order."""
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)
    done(district.act("P002", order, "sign"))
    done(district.act("P004", order, "register"))
    return order


def require(district, **changed):
    """Let the municipality ask for the publication."""
    municipality = district.rows(Instance)[0]["municipality_id"] if district.rows(Instance) else 1
    value = {"within": 10, "required": True, **changed}
    row = {"municipality_id": municipality, "key": "A-16", "value": value}
    district.container.transact(lambda uow: uow.connection.execute(insert(Setting).values(row)))


@pytest.mark.clause("O7, A-16")
def test_nobody_is_asked_to_publish_until_the_municipality_says_so(open_district):
    district = open_district("2025-08-28")
    order = registered(district)
    assert district.deadlines(order) == {"acknowledgement": "2025-09-02"}
    assert district.work(order) == HEADS


@pytest.mark.clause("O7, A-16")
def test_specialist_publishes_within_ten_working_days_and_leaves_the_link(open_district):
    district = open_district("2025-08-28")
    require(district)
    order = registered(district)
    assert district.deadlines(order)["publication"] == "2025-09-11"
    assert district.work(order) == [("dept_specialist", ""), *HEADS]
    assert code(district.act("P004", order, "publish", link=LINK)) == "not_asked"
    assert code(district.act("P003", order, "publish", link="на сайте")) == "bad_link"

    done(district.act("P003", order, "publish", link=LINK))

    assert district.statuses(order, "publication") == {"specialist": "published"}
    assert district.work(order) == HEADS
    assert "publication" not in district.deadlines(order)
    assert code(district.act("P003", order, "publish", link=LINK)) == "already_answered"


@pytest.mark.clause("O7, A-16")
def test_published_order_reminds_nobody_unless_the_answer_is_taken_back(open_district):
    district = open_district("2025-08-28")
    require(district)
    order = registered(district)
    for person in ("P102", "P105", "P103"):
        done(district.act(person, order, "acknowledge"))
    done(district.act("P003", order, "publish", link=LINK))
    assert district.deadlines(order) == {}

    done(district.take_back("P003", order))

    assert district.deadlines(order) == {"publication": "2025-09-11"}
    assert district.work(order) == [("dept_specialist", "")]
    done(district.act("P003", order, "publish", link=LINK))
    district.at("2025-09-26")
    district.carry_out()
    told = [one for person in ("P001", "P002", "P003") for one in district.notices(person)]
    assert not [
        one for one in told if "11.09.2025" in one and "291-од" in one and "рок" in one[:30]
    ]


@pytest.mark.clause("O7, A-16")
def test_publication_is_reminded_and_then_goes_to_the_deputy_and_the_head(open_district):
    district = open_district("2025-08-28")
    require(district)
    order = registered(district)
    for person in ("P102", "P105", "P103"):
        done(district.act(person, order, "acknowledge"))
    for moment, person, words in (
        ("2025-09-09 10:00", "P003", "Напоминание о сроке 11.09.2025"),
        ("2025-09-12 10:00", "P002", "Срок прошёл 11.09.2025"),
        ("2025-09-18 10:00", "P001", "Срок прошёл 11.09.2025"),
    ):
        before = [one for one in district.notices(person) if words in one]
        district.at(moment)
        district.carry_out()
        after = [one for one in district.notices(person) if words in one]
        assert (len(before), len(after)) == (0, 1)


@pytest.mark.clause("A-16")
def test_term_of_the_task_is_the_term_the_order_prints(open_district):
    district = open_district("2025-08-28")
    require(district, within=5)
    order = registered(district)
    paper = [d for d in district.documents(order) if d["paper"] == "order_create"][-1]
    assert paper["field_values"]["сроки"]["сайт"] == "5 рабочих дней"
    assert district.deadlines(order)["publication"] == "2025-09-04"
