"""A question row by row: late or not, whose meeting it is, and what may not be asked."""

import datetime as dt

import pytest
from engine.facts_twin import FactsTwin
from register_rows import put_in_networks

from workflow_app.engine import AppointmentCard
from workflow_app.engine.case import Case
from workflows.consultation.form import Offer, Question, Result, heading, meeting
from workflows.consultation.process import process
from workflows.consultation.rules import (
    held_after_question,
    held_already,
    is_late,
    is_overdue,
    meets_another,
    network_is_own,
    time_is_ahead,
)

TODAY, DAY = dt.date(2025, 8, 28), dt.date(2025, 9, 2)
NOW = dt.datetime(2025, 8, 28, 7, tzinfo=dt.UTC)
"""Ten in the morning there."""


def case(state="with_methodist", form=None, **said):
    data = Question(school=1, topic="Разбор ВПР", mode="remote", asked_on=TODAY, **said)
    return Case(5, process.key, state, data, 1, form=form, today=TODAY, now=NOW)


@pytest.mark.parametrize(
    ("said", "late"),
    [
        ({"answer_by": TODAY}, False),
        ({"answer_by": TODAY - dt.timedelta(1)}, True),
        ({"answer_by": TODAY - dt.timedelta(1), "is_agreed": True}, False),
        ({"answer_by": TODAY, "late": True}, True),
        ({}, False),
    ],
)
def test_an_answer_is_late_after_its_term_unless_a_time_was_agreed_in_it(said, late):
    assert is_late(case(**said)) is late
    told = [one.code for one in is_overdue(case(**said), FactsTwin())]
    assert bool(told) == bool(said.get("answer_by") and said["answer_by"] < TODAY)


def test_a_meeting_stands_in_calendars_once_it_is_agreed():
    offered = {"offered_on": DAY, "offered_at": "14:30", "place": "кабинет 4"}
    assert meeting(case(**offered).data) is None
    found = meeting(case(**offered, is_agreed=True).data)
    assert (found.on, found.at, found.place) == (DAY, "14:30", "дистанционно, кабинет 4")
    assert heading(Question()) == "Консультация"


def test_another_meeting_of_the_methodist_within_an_hour_is_said():
    facts = FactsTwin()
    mine = {"offered_on": DAY, "offered_at": "14:30", "methodist": 7}
    for posts, at, is_said in (({7}, "15:00", True), ({8}, "15:00", False), ({7}, "16:00", False)):
        facts.days = {DAY: (AppointmentCard(9, "Другая", at, frozenset(posts)),)}
        assert bool([*meets_another(case("time_offered", **mine), facts)]) is is_said
    facts.days = {DAY: (AppointmentCard(5, "Эта же", "14:30", frozenset({7})),)}
    assert [*meets_another(case("time_agreed", **mine), facts)] == []
    assert [*meets_another(case("with_methodist", **mine), facts)] == []


@pytest.mark.parametrize(
    ("day", "at", "refused"),
    [
        (DAY, "08:00", False),
        (TODAY, "10:30", False),
        (TODAY, "09:30", True),
        (TODAY - dt.timedelta(1), "18:00", True),
        (None, "18:00", False),
    ],
)
def test_a_time_is_offered_ahead_alone(day, at, refused):
    offer = Offer(offered_on=day, offered_at=at, mode="remote")
    assert bool(time_is_ahead(case(form=offer), FactsTwin())) is refused


def test_a_meeting_is_told_after_it_was_and_not_before_it_was_asked_for():
    for day, after, before in ((DAY, True, False), (TODAY, False, False), (None, False, False)):
        told = case(form=Result(held_on=day))
        assert bool(held_already(told, FactsTwin())) is after
        assert bool(held_after_question(told, FactsTwin())) is before
    early = case(form=Result(held_on=TODAY - dt.timedelta(1)))
    assert held_after_question(early, FactsTwin()).code == "before_question"


def test_a_school_asks_about_its_own_networks_alone():
    facts = FactsTwin()
    put_in_networks(facts, 1, "supported", 3)
    for network, is_refused in ((3, False), (4, True), (None, False)):
        assert bool(network_is_own(case(network=network), facts)) is is_refused
