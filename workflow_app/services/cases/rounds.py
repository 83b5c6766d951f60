"""Who was asked in which round of a question, and what each said then.

A vote is one row that the next round writes over. What stays of every round is the work item a
voter was given, and the line of history her answer wrote; a round is folded from these.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Asking:
    """One voter asked once: since when, until when, and her answers, oldest first."""

    ballot: str
    voter: str
    opened_at: dt.datetime
    closed_at: dt.datetime | None
    due_at: dt.datetime | None = None
    answers: list[Any] = field(default_factory=list)
    is_last: bool = False
    """Whether this voter was not asked again later."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as history tells it; `said` is whatever the caller keeps of it."""

    ballot: str
    voter: str
    at: dt.datetime
    said: Any


@dataclass(slots=True)
class Round:
    """The voters that were asked one question together; `number` counts from 1."""

    ballot: str
    number: int
    opened_at: dt.datetime
    askings: list[Asking]


def rounds(items: Iterable[Asking], answers: Iterable[Given]) -> Sequence[Round]:
    """Return the rounds of all questions, oldest first; work items and answers come in order."""
    askings = list(_merged(items))
    for given in answers:
        own = [one for one in askings if (one.ballot, one.voter) == (given.ballot, given.voter)]
        asked = [one for one in own if one.opened_at <= given.at]
        waiting = (one for one in asked if not one.answers and not _is_over(one, given.at))
        found = next(waiting, asked[-1] if asked else None)
        if found is None:
            found = Asking(given.ballot, given.voter, given.at, given.at)
            askings.append(found)
        found.answers.append(given.said)
    for one in {(one.ballot, one.voter): one for one in askings}.values():
        one.is_last = True
    return _grouped(sorted(askings, key=lambda one: one.opened_at))


def _is_over(asking: Asking, at: dt.datetime) -> bool:
    return asking.closed_at is not None and asking.closed_at < at


def _merged(items: Iterable[Asking]) -> Iterator[Asking]:
    """Yield each asking once: work that nobody could do was given to the watcher as well."""
    known: dict[tuple[str, str], Asking] = {}
    for item in items:
        last = known.get((item.ballot, item.voter))
        if last and (last.closed_at is None or last.closed_at > item.opened_at):
            ends = (last.closed_at, item.closed_at)
            last.closed_at = None if None in ends else max(filter(None, ends))
            continue
        known[item.ballot, item.voter] = item
        yield item


def _grouped(askings: Sequence[Asking]) -> Sequence[Round]:
    """Return rounds: who is asked while others are still asked joins them."""
    found: list[Round] = []
    newest: dict[str, Round] = {}
    for one in askings:
        last = newest.get(one.ballot)
        if last and _joins(one, last):
            last.askings.append(one)
            continue
        number = last.number + 1 if last else 1
        newest[one.ballot] = Round(one.ballot, number, one.opened_at, [one])
        found.append(newest[one.ballot])
    return found


def _joins(one: Asking, last: Round) -> bool:
    if one.voter in {asked.voter for asked in last.askings}:
        return False
    is_open = any(not asked.closed_at or asked.closed_at > one.opened_at for asked in last.askings)
    return is_open or one.opened_at == last.opened_at
