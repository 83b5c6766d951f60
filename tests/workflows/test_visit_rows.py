"""Rules of visits and findings, one case a row: days, addressees, who confirms (V1–V5, F1–F4)."""

import datetime as dt
from types import SimpleNamespace

import pytest
from engine.facts_twin import FactsTwin
from engine.people import S06, S12, S16, capacity
from register_rows import put_members, put_network

from workflow_app.engine.case import Case
from workflow_app.engine.facts import OfficeCard, PersonCard, PostCard
from workflow_app.engine.forms import Rows
from workflows import finding, monitoring_visit, visits
from workflows.finding import rules as found
from workflows.finding.form import Finding, addressed, leading
from workflows.monitoring_visit import rules
from workflows.monitoring_visit.form import Found, Looked, Visit, heading
from workflows.monitoring_visit.papers import protocol
from workflows.network_life.visits import ask_for_visit
from workflows.registers.visits import VISITS, held_in, next_code
from workflows.registers.visits import Visit as Held

pytestmark = pytest.mark.shipped
NETWORK, CENTRE, POST = 7, 90, 61
TODAY = dt.date(2025, 11, 12)
DUE = dt.date(2025, 12, 15)


def facts(today=TODAY, **held):
    """Return the registers of a network with two schools, visited on the days given."""
    twin = FactsTwin(today=today)
    put_network(twin, NETWORK, term_from=dt.date(2025, 9, 1), curator=held.pop("curator", None))
    put_members(twin, NETWORK, {S06: "base", S16: "supported"})
    days = held.pop("days", ())
    twin.put_rows(VISITS, *(visit(n, day) for n, day in enumerate(days, start=1)))
    return twin


def visit(number, day):
    return Held(
        id=number,
        network=NETWORK,
        code=f"{number}/{day.year}",
        held_on=day,
        mode="remote",
        topic="план",
        conclusion="хорошо",
        findings=0,
    )


def at_hand(process, state, data, *, form=None, who=None, today=TODAY):
    parties = process.parties_of(data, S06)
    return Case(
        1,
        process.key,
        state,
        data,
        1,
        parties,
        form=form,
        capacity=who,
        today=today,
        subject=f"network/{NETWORK}",
    )


def written(**said):
    data = Visit(
        network=NETWORK,
        planned_on=TODAY,
        topic="Как идёт план",
        is_held=True,
        held_on=TODAY,
        base=S06,
        members=(S16,),
        **said,
    )
    return at_hand(monitoring_visit.process, "protocol_written", data)


def codes(refusals):
    found_ones = refusals if hasattr(refusals, "__iter__") else (refusals,)
    return [one.code for one in found_ones if one is not None]


# ---------------------------------------------------------------- when a visit is asked for


@pytest.mark.parametrize(
    ("today", "days", "settles", "day"),
    [
        pytest.param("2025-09-01", (), False, "2026-02-01", id="counted from its term"),
        pytest.param("2025-11-12", ("2025-11-12",), False, "2026-04-14", id="from a visit"),
        pytest.param("2026-05-20", ("2025-11-12",), False, "2026-05-20", id="late: at once"),
        pytest.param("2026-05-20", (), True, "2026-06-19", id="settling in"),
        pytest.param("2026-06-20", (), True, "2026-09-01", id="not in summer"),
        pytest.param("2026-03-12", ("2026-03-12",), False, "2026-09-01", id="nor half a year on"),
    ],
)
def test_a_visit_is_asked_for_in_good_time(today, days, settles, day):
    now = dt.date.fromisoformat(today)
    twin = facts(now, days=[dt.date.fromisoformat(one) for one in days])
    asked = visits.first_asked_on if settles else visits.asked_on
    assert asked(twin, NETWORK, now) == dt.date.fromisoformat(day)


def life(twin):
    data = SimpleNamespace(network=NETWORK, network_name="Чтение", base=S06)
    return Case(3, "network_life", "active", data, 1, subject="network/7", today=twin.today)


def test_who_was_visited_meanwhile_is_asked_later_and_nothing_begins():
    (put,) = ask_for_visit(life(facts(days=[TODAY])), facts(days=[TODAY]))
    assert put.values == {"visit_asked_on": dt.date(2026, 4, 14)}


def test_the_head_of_the_centre_is_asked_where_nobody_curates():
    twin = facts(dt.date(2026, 5, 20))
    twin.held["imc_head"] = (capacity("imc_head"),)
    begun, put = ask_for_visit(life(twin), twin)
    assert begun.data["visitor"] == twin.held["imc_head"][0].position_id
    assert put.values == {"visit_asked_on": dt.date(2026, 11, 19)}


def test_nobody_is_asked_where_the_centre_has_no_head():
    twin = facts(dt.date(2026, 5, 20))
    begun, _ = ask_for_visit(life(twin), twin)
    assert begun.data["visitor"] is None


# ---------------------------------------------------------------- protocol


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ((("met", ""), ("not_looked", "")), []),
        ((("partly", "мало"), ("not_met", "нет")), []),
        ((("partly", ""), ("met", "")), ["doubt_unexplained"]),
        ((("not_met", ""), ("not_met", "")), ["doubt_unexplained"] * 2),
        ((("not_looked", ""), ("not_looked", "")), ["nothing_looked_at"]),
        ((), []),
    ],
)
def test_what_was_not_as_it_should_be_is_explained(marks, expected):
    rows = Rows(
        Looked(key=str(n), title="План идёт", mark=mark, note=note)
        for n, (mark, note) in enumerate(marks)
    )
    case, twin = written(checklist=rows), facts()
    assert [
        *codes(rules.doubts_are_explained(case, twin)),
        *codes(rules.something_was_looked_at(case, twin)),
    ] == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, []),
        ({"addressee": "school", "school": S16}, []),
        ({"addressee": "school"}, ["school_missing"]),
        ({"school": S16}, ["school_given"]),
        ({"addressee": "school", "school": S12}, ["school_outside"]),
        ({"due_on": TODAY}, ["due_past"]),
        ({"due_on": None}, []),
        ({"due_on": dt.date(2026, 12, 31)}, ["calendar_not_filled"]),
    ],
)
def test_a_finding_is_for_somebody_of_the_network_with_time_to_mend_it(said, expected):
    row = Found(**{"key": "1", "text": "Пополнить банк", "due_on": DUE, **said})
    twin = facts()
    twin.calendar_end = dt.date(2026, 12, 31)
    assert codes(rules.findings_fit(written(findings=Rows([row])), twin)) == expected


def test_a_protocol_is_numbered_within_its_year_and_counted_within_its_school_year():
    twin = facts(days=[dt.date(2025, 3, 1), dt.date(2025, 10, 1)])
    other = visit(3, dt.date(2025, 9, 3)).model_copy(update={"network": NETWORK + 1})
    twin.put_rows(VISITS, *twin.of(VISITS).find(), other)
    assert next_code(twin, TODAY) == "4/2025"
    assert next_code(twin, dt.date(2026, 1, 9)) == "1/2026"
    assert held_in(twin, NETWORK, "2025-2026") == 1
    assert visits.support_given(twin, NETWORK, "2024-2025") == 1


def test_a_visit_is_called_by_what_is_known_of_it():
    assert heading(Visit()) == "Посещение сети"
    assert heading(Visit(network_name="Чтение")) == "Посещение сети «Чтение»"


def test_a_protocol_of_nobody_in_office_leaves_a_gap():
    case = written(code="1/2025", conclusion="План идёт", mode="remote")
    said = protocol(case, facts())
    assert said["посещение"]["должность"] == ""
    assert said["посещение"]["школа"] == "сеть в целом"
    assert said["ознакомление"]["дата"] == ""


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        (None, ["visitor_outside"]),
        (PostCard(POST, "methodist", S06, "методист", "Кто-то", 1), ["visitor_outside"]),
        (PostCard(POST, "methodist", CENTRE, "методист"), ["visitor_outside"]),
        (PostCard(POST, "methodist", CENTRE, "методист", "Кто-то", 1), []),
    ],
)
def test_a_network_is_visited_by_somebody_in_office_in_the_centre(post, expected):
    twin = facts()
    twin.organisations["imc"] = SimpleNamespace(id=CENTRE)
    twin.posts = {POST: post} if post else {}
    assert codes(rules.visitor_is_of_centre(written(visitor=POST), twin)) == expected
    assert codes(rules.visitor_is_of_centre(written(), twin)) == []


def test_nobody_visits_what_an_order_has_closed():
    twin = facts()
    assert codes(rules.network_goes_on(written(), twin)) == []
    put_network(twin, NETWORK, state="closed")
    assert codes(rules.network_goes_on(written(), twin)) == ["network_closed"]
    planned = next(t for t in monitoring_visit.process.transitions if t.key == "plan_visit")
    assert rules.network_goes_on in planned.guards


# ---------------------------------------------------------------- findings


def mending(*, form=None, who=None, **said):
    data = Finding(
        code="1/2025-1", text="Пополнить банк", network=NETWORK, due_on=DUE, base=S06, **said
    )
    return at_hand(finding.process, "being_mended", data, form=form, who=who)


def test_a_school_answers_by_its_head_and_the_network_by_its_coordinator():
    assert (addressed(Finding(school=S16)), leading(Finding(school=S16, base=S06))) == ((S16,), ())
    assert (addressed(Finding(base=S06)), leading(Finding(base=S06))) == ((None,), (S06,))


@pytest.mark.parametrize(
    ("school", "office", "expected"),
    [
        (S16, S16, ["caused_it"]),
        (S16, S06, []),
        (None, S06, ["caused_it"]),
        (None, CENTRE, []),
        (None, None, []),
    ],
)
def test_who_works_where_a_finding_was_made_does_not_confirm_it(school, office, expected):
    twin, who = facts(), capacity("methodist")
    if office:
        twin.people[21] = PersonCard(
            21, "Л.", "Л.", "Л.", "Л.", "Л.", "", (OfficeCard(1, "methodist", office, "методист"),)
        )
    assert codes(found.is_not_of_addressee(mending(school=school, who=who), twin)) == expected
    assert codes(found.is_not_of_addressee(mending(school=school), twin)) == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [(None, []), (DUE, ["day_same"]), (TODAY, ["day_past"]), (dt.date(2025, 12, 26), [])],
)
def test_another_term_is_another_day_to_come(day, expected):
    form = SimpleNamespace(due_on=day, reason="нужно время")
    assert codes(found.another_term_fits(mending(form=form), facts())) == expected


@pytest.mark.parametrize(("school", "left"), [(None, False), (S16, False), (S12, True)])
def test_what_was_asked_of_a_school_that_left_is_withdrawn(school, left):
    case, twin = mending(school=school, reason="раньше"), facts()
    assert found.addressee_left(case, twin) is left
    first, *rest = found.follow_network(case, twin)
    assert first.values == ({"reason": "раньше"} if left else {"base": S06})
    assert [one.values["state"] for one in rest] == ["withdrawn"] * left
