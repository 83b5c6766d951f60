"""A guard reads a row, and before its decision is written another transition changes that row.

The first decision is held at its first write until the second has committed (or, where the
database lets one writer in at a time, waits behind it). Whatever comes out has to be what one after
the other gives: then the guard of the later one has seen what the earlier one wrote.
"""

import threading

import pytest
from sqlalchemy import event, insert, update
from stories import done, to_department, to_signature

from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Setting
from workflow_app.store.models.instances import Instance
from workflows.registers.statuses import STATUSES_OF_YEAR

pytestmark = pytest.mark.shipped
NAME = "Одно имя на двоих"
NEXT_YEAR = {"valid_from": "2026-09-01", "valid_to": "2027-08-31"}
BOTH_YEARS = {"valid_from": "2025-09-01", "valid_to": "2027-08-31"}
HOLD = 0.4  # seconds: long for a commit, short for a test of a database with one writer


def interleaved(district, first, second):
    """Let the second be carried out between what the first has read and what it writes."""
    has_read, may_write = threading.Event(), threading.Event()
    results = {}

    def hold(_connection, _cursor, statement, *_rest):
        is_first = threading.current_thread() is threads[0] and not has_read.is_set()
        if is_first and statement.startswith(("INSERT", "UPDATE", "DELETE")):
            has_read.set()
            may_write.wait(HOLD)

    def run_first():
        results["first"] = first()
        has_read.set()

    def run_second():
        results["second"] = second()
        may_write.set()

    threads = [threading.Thread(target=run_first), threading.Thread(target=run_second)]
    engine = district.container.database.engine
    event.listen(engine, "before_cursor_execute", hold)
    try:
        threads[0].start()
        has_read.wait()
        threads[1].start()
        for thread in threads:
            thread.join()
    finally:
        event.remove(engine, "before_cursor_execute", hold)
    return [getattr(results[name], "code", "done") for name in ("first", "second")]


def write(district, statement):
    """Change rows as an import or another office would."""
    district.container.transact(lambda uow: uow.connection.execute(statement))


def signed(district, head, members, heads, **values):
    """Return the signed order of a proposal."""
    case = to_department(district, head, members, heads, **values)
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case, coordinator=head)
    done(district.act("P002", order, "sign"))
    return order


def register(district, order):
    return lambda: district.act("P004", order, "register")


@pytest.fixture
def district(open_district):
    return open_district("2025-08-28")


def test_one_name_is_given_to_one_network(district):
    one = signed(district, "P102", {"S05": "supported"}, ("P105",), name=NAME)
    other = signed(district, "P101", {"S16": "supported"}, ("P116",), name=NAME, **NEXT_YEAR)
    outcomes = interleaved(district, register(district, one), register(district, other))
    assert sorted(outcomes) == ["done", "network_name_taken"]
    assert len(district.networks(name=NAME)) == 1


def test_one_school_becomes_the_base_of_one_network(district):
    first = signed(district, "P102", {"S05": "supported"}, ("P105",))
    # Two open proposals of one base are refused on their way here; the last guard is asked alone.
    write(district, update(table(Instance)).values(open_key=None))
    second = signed(
        district,
        "P102",
        {"S03": "partner", "S16": "supported"},
        ("P103", "P116"),
        name="Другое имя",
    )
    outcomes = interleaved(district, register(district, first), register(district, second))
    assert sorted(outcomes) == ["already_base", "done"]
    school = district.school("S02")
    bases = district.memberships(school=school, role="base")
    assert [said["instance_id"] in (first, second) for said in bases].count(True) == 1


def test_an_approval_beside_a_registration_keeps_to_the_number_of_networks(district):
    order = signed(district, "P102", {"S05": "supported"}, ("P105",), **BOTH_YEARS)
    rivals = [
        to_department(district, head, {"S05": "supported"}, ("P105",), **NEXT_YEAR)
        for head in ("P101", "P107")
    ]
    municipality = district.instances()[0]["municipality_id"]
    limit = {"municipality_id": municipality, "key": "A-10", "value": 1}
    write(district, insert(table(Setting)).values(limit))

    def approve(case):
        return lambda: district.act("P002", case, "approve")

    approved, registered = interleaved(district, approve(rivals[0]), register(district, order))
    assert registered == "done"
    assert approved in ("done", "too_many_networks")
    assert approve(rivals[1])().code == "too_many_networks"


def test_a_signature_beside_the_loss_of_a_status_is_one_or_the_other(district):
    case = to_department(district, "P102", {"S05": "supported", "S03": "partner"})
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)

    def sign():
        return district.act("P002", order, "sign")

    signature, _ = interleaved(
        district, sign, lambda: district.end(STATUSES_OF_YEAR, school=district.school("S05"))
    )
    assert signature in ("done", "status_lost")
    assert district.state(order) == ("signed" if signature == "done" else "on_signature")
    assert sign().code == ("wrong_state" if signature == "done" else "status_lost")
