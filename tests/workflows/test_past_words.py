"""What history says of each step and answer is a plain Russian sentence."""

import re

import pytest

from workflows import PROCESSES

TOLD = {
    (process.key, key): told
    for process in PROCESSES
    for key, told in (
        *((step.key, step.told) for step in process.transitions),
        *((one.key, one.past) for ballot in process.ballots.values() for one in ballot.answers),
    )
}


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.key)
def test_a_step_is_told_in_russian_without_a_stop_and_without_praise(process):
    for (key, action), told in TOLD.items():
        if key == process.key:
            assert re.fullmatch(r"[А-ЯЁ][^A-Za-z]*[^.!A-Za-z]", told), (action, told)
            assert "успешно" not in told
