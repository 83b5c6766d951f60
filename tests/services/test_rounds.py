"""Rounds of a question, folded from work items and answers."""

import datetime as dt

from workflow_app.services.cases.rounds import Asking, Given, rounds

NINE = dt.datetime(2025, 8, 28, 9, tzinfo=dt.UTC)


def at(hours):
    return NINE + dt.timedelta(hours=hours)


def asked(voter, opened, closed=None):
    return Asking("visas", voter, at(opened), None if closed is None else at(closed))


def told(*found):
    """Return rounds in short: their number, and voter → answers."""
    return [
        (each.number, {one.voter: [*one.answers] for one in each.askings})
        for each in rounds(*found)
    ]


def test_who_is_asked_again_after_all_were_done_begins_a_round():
    items = [asked("a", 0, 1), asked("b", 0, 2), asked("a", 3), asked("b", 3, 4)]
    answers = [Given("visas", "a", at(1), "no"), Given("visas", "b", at(4), "yes")]
    assert told(items, answers) == [(1, {"a": ["no"], "b": []}), (2, {"a": [], "b": ["yes"]})]


def test_who_is_asked_while_others_still_are_joins_their_round():
    assert told([asked("a", 0), asked("b", 0, 1), asked("c", 2)], []) == [
        (1, {"a": [], "b": [], "c": []})
    ]


def test_all_asked_anew_at_once_is_a_round_of_its_own():
    items = [asked("a", 0, 1), asked("b", 0, 1), asked("a", 1), asked("b", 1)]
    assert [number for number, _ in told(items, [])] == [1, 2]


def test_work_the_watcher_got_as_well_is_one_asking():
    (only,) = rounds([asked("a", 0, 3), asked("a", 1, 5), asked("a", 2)], [])
    assert [one.closed_at for one in only.askings] == [None]
    (only,) = rounds([asked("a", 0, 3), asked("a", 1, 5)], [])
    assert [one.closed_at for one in only.askings] == [at(5)]


def test_a_second_word_stands_with_the_first_and_one_unasked_by_itself():
    answers = [Given("visas", "a", at(1), "if"), Given("visas", "a", at(2), "yes")]
    assert told([asked("a", 0, 1)], answers) == [(1, {"a": ["if", "yes"]})]
    assert told([], answers) == [(1, {"a": ["if", "yes"]})]


def test_the_last_asking_of_a_voter_is_marked():
    first, second = rounds([asked("a", 0, 1), asked("a", 2)], [])
    assert [one.is_last for each in (first, second) for one in each.askings] == [False, True]
