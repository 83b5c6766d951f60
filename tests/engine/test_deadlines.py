"""Deadlines: due dates, reminders before them, escalations after."""

import datetime as dt

import pytest
from engine.facts_twin import FactsTwin

from workflow_app.engine.calendar import CalendarNotFilledError, WorkingCalendar
from workflow_app.engine.case import Case
from workflow_app.engine.deadlines import (
    Due,
    Holder,
    Policy,
    august_policy,
    default_policy,
    moments,
    schedule,
)
from workflow_app.engine.facts import PostCard
from workflow_app.engine.roles import POST, Role

HEAD = Role("head", "начальник", "department_head")
MOSCOW = dt.timezone(dt.timedelta(hours=3))
DAYS = WorkingCalendar()
WED = dt.date(2024, 8, 21)


def ticks(due, start=WED, policy=None, on=None):
    plan = schedule(due, policy or default_policy(due), start, DAYS, on)
    return plan.due_on, [(tick.on, tick.what, tick.role) for tick in plan.ticks]


def test_consents_of_the_dossier_are_due_in_five_working_days():
    due_on, found = ticks(Due("consent", 5, remind=(2, 0), escalate=((1, HEAD),)))

    assert due_on == dt.date(2024, 8, 28)
    assert found == [
        (dt.date(2024, 8, 26), "remind", ""),
        (dt.date(2024, 8, 28), "remind", ""),
        (dt.date(2024, 8, 28), "due", ""),
        (dt.date(2024, 8, 29), "escalate", "head"),
    ]


def test_calendar_days_move_a_day_off_forward():
    due_on, found = ticks(Due("abandoned", 31, "calendar", remind=(7,)))

    assert due_on == dt.date(2024, 9, 23)
    assert found[0][0] == dt.date(2024, 9, 16)


def test_zero_days_from_a_day_off_are_due_on_the_next_working_day():
    assert ticks(Due("today"), start=dt.date(2024, 8, 24))[0] == dt.date(2024, 8, 26)


def test_fixed_date_wins_over_the_offset():
    assert ticks(Due("report", 5), on=dt.date(2025, 6, 15))[0] == dt.date(2025, 6, 16)


def test_offset_follows_the_setting_that_sets_it():
    due = Due("publication", 10, set_by=lambda facts: facts.setting("A-16")["within"])
    twin = FactsTwin(settings={"A-16": {"within": 3}})

    assert (default_policy(due, twin).offset, default_policy(due).offset) == (3, 10)


def test_policy_of_the_municipality_replaces_the_declared_row():
    due = Due("consent", 5, escalate=((1, HEAD), (3, HEAD)))

    due_on, found = ticks(due, policy=Policy(2, "working", (1,), (2,)))

    assert due_on == dt.date(2024, 8, 23)
    assert [what for _, what, _ in found] == ["remind", "due", "escalate"]


@pytest.mark.parametrize(
    ("what", "moment"),
    [
        ("remind", dt.datetime(2024, 8, 27, 6, 0, tzinfo=dt.UTC)),
        ("due", dt.datetime(2024, 8, 28, 20, 59, 59, tzinfo=dt.UTC)),
        ("escalate", dt.datetime(2024, 8, 29, 6, 0, tzinfo=dt.UTC)),
    ],
)
def test_moments_are_mornings_and_the_last_second_of_the_due_day(what, moment):
    due = Due("consent", 5, remind=(1,), escalate=((1, HEAD),))
    plan = schedule(due, default_policy(due), WED, DAYS)

    assert {kind: at for at, kind, _ in moments(plan, MOSCOW)}[what] == moment


def test_shorter_term_of_august_drops_reminders_that_would_come_before_it():
    usual = Due("consent", 5, remind=(2, 0), escalate=((1, HEAD),), august=2)

    assert august_policy(usual) == Policy(2, "working", (0,), (1,))
    assert august_policy(Due("visa", 2)) is None


CURATOR = Holder("curator", "куратор", lambda case, _facts: case.data, otherwise=HEAD)
HELD = PostCard(9, "methodist", 106, "методист", "Шевчук Л.Н.", person_id=6)
VACANT = PostCard(8, "methodist", 106, "методист")


@pytest.mark.parametrize(
    ("post", "reached"),
    [(9, (POST, 9)), (8, (HEAD.held_by, 0)), (7, (HEAD.held_by, 0)), (None, (HEAD.held_by, 0))],
    ids=["held", "vacant", "no such post", "nobody named"],
)
def test_an_escalation_reaches_the_holder_of_a_post_or_a_role_instead(post, reached):
    case = Case(1, "toy", "open", post, 1)
    assert CURATOR.targets(case, FactsTwin(posts={9: HELD, 8: VACANT})) == [reached]


def test_an_escalation_to_a_post_is_planned_like_one_to_a_role():
    _, found = ticks(Due("row", 5, escalate=((1, HEAD), (3, CURATOR))))
    assert [role for _, what, role in found if what == "escalate"] == ["head", "curator"]


def test_a_term_beyond_the_end_of_the_calendar_cannot_be_counted():
    for unit in ("calendar", "working"):
        policy = Policy(5, unit, (), ())
        with pytest.raises(CalendarNotFilledError):
            schedule(Due("x", 5), policy, dt.date(9999, 12, 30), WorkingCalendar())
