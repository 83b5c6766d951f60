"""What is returned with remarks goes up again with answers alone, in every process."""

import pytest

from workflow_app.engine.remarks import (
    Remarked,
    is_return,
    keep_remarks,
    remarks_answered,
    remarks_are_bound,
)
from workflows import PROCESSES

RETURNS = [
    (process, step) for process in PROCESSES for step in process.transitions if is_return(step)
]


def test_four_papers_may_be_returned_with_remarks():
    assert {process.key for process, _ in RETURNS} == {
        "network_proposal",
        "network_change",
        "annual_plan",
        "year_end_report",
    }


@pytest.mark.parametrize(("process", "step"), RETURNS, ids=lambda one: one.key)
def test_remarks_stay_in_the_case_and_the_way_up_asks_for_answers(process, step):
    assert issubclass(process.form, Remarked)
    assert remarks_are_bound in step.guards
    assert keep_remarks in step.effects
    for way in step.ways:
        onward = [one for one in process.moves(way.state) if one.style == "primary"]
        assert onward
        assert all(remarks_answered in one.guards for one in onward)
