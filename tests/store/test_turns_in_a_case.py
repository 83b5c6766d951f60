"""Two people decide on one case: whoever came first is served, however long her decision takes."""

import threading
import time

import pytest
from sqlalchemy import event, update
from stories import code, done, to_department, to_signature

from workflow_app.services.cases import acting
from workflow_app.services.cases.acting import Intent
from workflow_app.store import turns
from workflow_app.store.database import Database
from workflow_app.store.models.base import table
from workflow_app.store.models.instances import Instance

pytestmark = pytest.mark.shipped
REASON = {"code": "other", "reason": "Сеть не нужна району"}
CASES, FEWEST = 200, 0.4
LONG, LATER = 0.3, 0.1
ON_POSTGRESQL = pytest.mark.parametrize("district_maker", ["postgresql"], indirect=True)
"""SQLite lets one writer in at a time, whatever it writes."""


@pytest.fixture
def district(open_district):
    return open_district("2025-08-28")


def slowly(district, person, case, action):
    """Act in a transaction that decides long before it writes; tell how often it was begun."""
    mine, engine, tries, held = threading.get_ident(), district.container.database.engine, [], []

    def hold(_connection, _cursor, statement, *_rest):
        writes = statement.startswith(("INSERT", "UPDATE", "DELETE"))
        if threading.get_ident() == mine and writes and not held:
            held.append(statement)
            time.sleep(LONG)

    def work(uow):
        tries.append(1)
        return acting.act(uow, district.people[person], Intent(case, action))

    event.listen(engine, "before_cursor_execute", hold)
    try:
        return district.container.transact(work), len(tries)
    finally:
        event.remove(engine, "before_cursor_execute", hold)


def beside(district, first, second):
    """Return what the first action gave and how often it was begun, and what the later one gave."""
    found = []
    thread = threading.Thread(target=lambda: found.extend(slowly(district, *first)))
    thread.start()
    time.sleep(LATER)
    later = second()
    thread.join()
    return *found, later


def test_a_long_decision_that_came_first_is_not_lost_to_a_short_one(district):
    case = to_department(district)
    version = district.case(case).version
    approved, tries, rejected = beside(
        district,
        ("P002", case, "approve"),
        lambda: district.act("P002", case, "reject", version=version, **REASON),
    )
    assert (done(approved).state, tries) == ("order_preparation", 1)
    assert code(rejected) == "changed_meanwhile"


def test_nor_to_a_short_one_on_the_parent_of_its_case(district):
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)
    signed, tries, revoked = beside(
        district,
        ("P002", order, "sign"),
        lambda: district.act("P105", case, "revoke", reason="сокращение штата"),
    )
    assert (done(signed).instance_id, tries) == (order, 1)
    assert code(revoked) == "order_signed"


@ON_POSTGRESQL
def test_decisions_on_two_cases_do_not_wait_for_each_other(district):
    one, other = (
        to_department(district, head, {"S05": "supported"}, ("P105",)) for head in ("P102", "P101")
    )
    begun = time.monotonic()
    _, _, rejected = beside(
        district, ("P002", one, "approve"), lambda: district.act("P002", other, "reject", **REASON)
    )
    done(rejected)
    assert time.monotonic() - begun < 3 * LONG


def test_a_wait_for_others_has_its_end(district, monkeypatch):
    monkeypatch.setattr(turns, "SECONDS", 0.2)
    late, held = Database(district.container.database.url), district.container.database
    with held.writing(alone=True), pytest.raises(TimeoutError):
        late.transact(lambda connection: connection)
    late.engine.dispose()


@pytest.mark.deep
@ON_POSTGRESQL
def test_of_two_hundred_cases_neither_kind_of_decision_wins_fewer_than_its_clicks(district):
    """Half of the clicks come first of each kind, half a millisecond before the other."""
    cases, instances = [], table(Instance)
    for number in range(CASES):
        cases.append(to_department(district, name=f"Сеть {number}"))
        anew = update(instances).where(instances.c.id == cases[-1]).values(open_key=None)
        district.container.transact(lambda uow, anew=anew: uow.connection.execute(anew).rowcount)
    version, barrier = district.case(cases[0]).version, threading.Barrier(2)
    won = {"approve": 0, "reject": 0}

    def decide(action, is_first, values):
        for number, case in enumerate(cases):
            barrier.wait()
            if (number % 2 == 0) != is_first:
                time.sleep(0.0005)
            result = district.act("P002", case, action, version=version, **values)
            won[action] += not hasattr(result, "code")

    threads = [
        threading.Thread(target=decide, args=args)
        for args in (("approve", True, {}), ("reject", False, REASON))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(won.values()) == CASES
    assert min(won.values()) >= FEWEST * CASES, won
