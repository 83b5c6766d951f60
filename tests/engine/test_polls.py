"""A poll: what it asks, what its counts tell, and what a definition may get wrong."""

import datetime as dt

from engine.mistakes.small import CLERK, HEAD, STRANGER, small

from workflow_app.engine import Poll, PollResult, shown_beside_total
from workflow_app.engine.passport import passport
from workflow_app.engine.verify import verify

DAY = dt.date(2025, 11, 17)


def poll(**declared):
    values = {
        "awaited": "drafted",
        "asked": "drafted",
        "told": "done",
        "by": (CLERK,),
        "voters": (HEAD,),
        "groups": lambda _data: (7, 8),
        "questions": lambda _data: {"a": "Мне помогают", "b": "Меня слышат"},
        "scale": {1: "нет", 2: "да"},
        "asks": lambda _data: "Сеть спрашивает",
        "opens": lambda _data: DAY,
        "closes": lambda _data: DAY,
    }
    return Poll(**values | declared)


def codes(**declared):
    process, _, _ = small(poll=poll(**declared))
    return [one.code for one in verify([process])]


def test_states_and_people_of_a_poll_have_to_be_there():
    assert codes() == []
    assert codes(told="over") == ["unknown_state"]
    assert codes(voters=(STRANGER,)) == codes(by=(STRANGER,)) == ["cannot_read"]


def test_the_passport_says_who_answers_and_that_counts_alone_are_kept():
    said = passport(small(poll=poll())[0])
    assert (
        "Анонимно отвечают: по ссылке или войдя: директор; ссылки делают: делопроизводитель" in said
    )
    assert "Анонимно" not in passport(small()[0])


def test_nobodys_answers_are_counted_whole_so_that_their_order_tells_nothing():
    assert poll().nothing(None) == {"a": {1: 0, 2: 0}, "b": {1: 0, 2: 0}}
    assert poll().comment(None) == ""
    assert poll().states == ("drafted", "drafted", "done")


def test_counts_tell_how_many_answered_and_their_mean():
    found = PollResult({7: {"a": {1: 1, 2: 3}, "b": {1: 0, 2: 4}}, 8: poll().nothing(None)})
    assert (found.sizes, found.answers) == ({7: 4, 8: 0}, 4)
    assert [str(found.mean(one)) for one in ("a", "b", "")] == ["1.8", "2.0", "1.9"]
    assert found.mean(group=8) is None
    assert PollResult().answers == 0


def test_hidden_groups_are_two_and_enough_or_another_is_hidden_beside_them():
    for sizes, shown in (
        ({1: 9, 2: 6, 3: 5}, {1, 2, 3}),
        ({1: 9, 2: 6, 3: 4}, {1}),
        ({1: 9, 2: 6, 3: 3, 4: 2}, {1, 2}),
        ({1: 9, 2: 6, 3: 2, 4: 2}, {1}),
        ({1: 9, 2: 0}, {1}),
        ({1: 4, 2: 3}, set()),
        ({}, set()),
    ):
        assert shown_beside_total(sizes, 5) == shown, sizes
