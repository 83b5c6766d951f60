"""Mistakes that an empty draft shows: what is asked of it must bear that nothing is said yet."""

import datetime as dt
from collections.abc import Iterator
from typing import NoReturn

from workflow_app.engine.case import Case
from workflow_app.engine.checks.finding import Finding, World
from workflow_app.engine.forms import blank
from workflow_app.engine.passport import sentence
from workflow_app.engine.process import Process, Transition
from workflow_app.engine.roles import Capacity, Parties

SOME_DAY = dt.date(2025, 9, 1)


class _Asked(Exception):  # noqa: N818 (no error: the trial of a guard ends here)
    """A guard asked the registers; what it makes of an answer cannot be told beforehand."""


class _Registers:
    """Stands in for `Facts`: tells the date, and nothing else."""

    today = SOME_DAY

    def __getattr__(self, name: str) -> NoReturn:
        raise _Asked(name)


def check(process: Process, _world: World) -> Iterator[Finding]:
    """Yield what fails on an empty draft."""
    empty = blank(process.form)
    try:
        parties = process.parties_of(empty, 0)
        process.subject_of(empty, "")
        process.heading_of(empty)
        process.appointment_of(empty)
        if process.one_open:
            process.one_open(empty)
    except Exception as error:  # noqa: BLE001 (whatever the process's own functions raise)
        yield Finding(
            process.where, "fails_on_empty_form", f"На пустой форме: {type(error).__name__} {error}"
        )
        return
    for transition in _possible_in_a_draft(process):
        yield from _guards(process, transition, parties)


def _possible_in_a_draft(process: Process) -> Iterator[Transition]:
    """Yield the steps of persons whose guards are asked while a case may still be empty."""
    for start in process.starts():
        if start.is_by_person:
            for way in start.ways:
                yield from process.moves(way.state)


def _guards(process: Process, transition: Transition, parties: Parties) -> Iterator[Finding]:
    case = Case(
        0,
        process.key,
        transition.sources[0],
        blank(process.form),
        0,
        parties,
        form=blank(transition.form) if transition.form else None,
        capacity=Capacity(0, "", 0, 0),
        now=dt.datetime.combine(SOME_DAY, dt.time(), dt.UTC),
        today=SOME_DAY,
    )
    for guard in transition.guards:
        try:
            tuple(guard(case, _Registers()) or ())
        except _Asked:
            continue
        except Exception as error:  # noqa: BLE001
            yield Finding(
                transition.where,
                "fails_on_empty_form",
                f"Условие «{sentence(guard)}» на пустой форме: {type(error).__name__} {error}",
            )
