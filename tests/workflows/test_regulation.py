"""Which processes say that they rest on a clause."""

import pytest

from workflow_app.engine.clauses import Clause
from workflows import PROCESSES

pytestmark = pytest.mark.shipped


@pytest.mark.parametrize(
    ("clause", "carriers"),
    [
        pytest.param(Clause("1.1a", ""), ("order_approval",), id="a field or a refusal"),
        pytest.param(Clause("1.2", ""), ("network_proposal",), id="a column of rows"),
        pytest.param(
            Clause("1.8-1", "", within=("network_life",)),
            ("network_life",),
            id="a row of several under one number",
        ),
        pytest.param(Clause("1.4a", "", within=()), (), id="a row that nothing carries"),
        pytest.param(Clause("9.9", ""), (), id="a number nobody says"),
    ],
)
def test_a_clause_is_carried_by_who_says_its_number(clause, carriers):
    assert clause.carriers(PROCESSES) == carriers


def test_the_title_is_a_basis_too():
    assert "network_proposal" in Clause("Title", "").carriers(PROCESSES)
