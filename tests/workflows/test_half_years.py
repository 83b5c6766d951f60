"""Each half-year a network looks at its requests: who begins that, and what if there are none."""

import datetime as dt

import pytest
from engine.facts_twin import FactsTwin

from workflow_app.engine import CaseCard, Notify, Put, Start
from workflow_app.engine.case import Case
from workflows.half_years import ANALYSIS
from workflows.network_life.form import Life
from workflows.network_life.requests import open_analysis
from workflows.registers.service_requests import REQUESTS, ServiceRequest
from workflows.request_analysis.form import Analysis

WINTER = dt.date(2026, 1, 12)
ASKED = ServiceRequest(
    id=1,
    school_year="2025-2026",
    month="11",
    school=5,
    source="parents",
    topic=3,
    network=7,
    count=2,
)


def opened(facts, network=7):
    data = Life(network=network, network_name="Чтение", base=1)
    return list(open_analysis(Case(4, "network_life", "active", data, 1, today=WINTER), facts))


@pytest.fixture
def facts():
    twin = FactsTwin()
    twin.put_rows(REQUESTS, ASKED)
    return twin


def test_it_opens_for_the_half_that_ended_and_the_next_day_is_known(facts):
    put, start = opened(facts)
    assert isinstance(put, Put)
    assert put.values == {"requests_asked_on": dt.date(2026, 5, 20)}
    assert isinstance(start, Start)
    assert (start.data["half"], start.subject) == ("first", "network/7/2025-2026")


def test_it_does_not_open_beside_one_that_is_written_or_was(facts):
    for state, half in (("conclusions_written", "second"), ("requests_analysed", "first")):
        card = CaseCard(9, ANALYSIS, state, Analysis(half=half))
        facts.about["network/7/2025-2026"] = (card,)
        assert [type(one) for one in opened(facts)] == [Put], state


def test_where_nobody_wrote_the_coordinator_hears_of_it():
    facts = FactsTwin()
    facts.put_rows(REQUESTS)
    (_, told) = opened(facts)
    assert isinstance(told, Notify)
    assert "не внесли ни одного запроса" in told.text
    assert len(opened(facts, network=None)) == 1
