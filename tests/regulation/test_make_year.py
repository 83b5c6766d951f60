"""A municipality lives its year by what its people do, and what must hold does."""

import datetime as dt

import pytest
from draining import Drainer
from stories import done

from workflow_app.demo import first_municipality
from workflow_app.replay import live_whole_year
from workflow_app.services.progress import unwatched
from workflow_app.store.models.documents import Document
from workflow_app.store.models.instances import Instance
from workflow_app.store.models.messages import Incident


def live(district, until=None, progress=unwatched):
    """Return (what was told, what does not hold) of a year lived until a day."""
    told = []
    municipality = district.read(first_municipality)
    days = {"until": until} if until else {}
    found = live_whole_year(
        district.container, municipality, told.append, progress=progress, **days
    )
    return told, found


def states(district, process):
    return [row["state"] for row in district.rows(Instance, process=process)]


@pytest.mark.deep
@pytest.mark.clause("Y1, Y2, Y3, Y5, Y6")
def test_the_whole_year_is_lived_and_everything_holds(open_district):
    district = open_district("2025-07-01")
    told, found = live(district)
    assert found == []
    assert told[-1].endswith("2025/2026 учебный год закрыт")
    assert district.rows(Incident) == []
    assert states(district, "year_cycle") == ["closed", "year_launched"]
    assert states(district, "year_end_report") == ["closed"] * 4
    papers = {row["paper"] for row in district.rows(Document)}
    assert {"plan", "year_report", "report_addendum", "district_summary"} <= papers
    assert district.broken() == []


@pytest.mark.deep
@pytest.mark.clause("Y1, Y2, Y3, Y5")
def test_y2_a_turn_that_was_killed_goes_on_and_doubles_nothing(open_district):
    district = open_district("2025-07-01")
    steps = []
    told, found = live(district, dt.date(2025, 8, 28), lambda *step: steps.append(step))
    assert found == []
    assert (steps[0], steps[-1]) == ((1, 59), (59, 59)), "progress is counted in days"
    assert told[0] == "01.07.2025  Тимофеева А.С.: открыт 2025/2026 учебный год"
    district.at("2025-08-29")
    (cycle,) = district.instances(process="year_cycle")
    done(district.act("P003", cycle["id"], "roll_over"))
    worker = Drainer(district, careful=True)
    assert worker.outcome_of_another("call", 1)
    worker.kill()
    assert len(states(district, "annual_plan")) == 2  # the new network had its plan before

    district.container.clock.advance(dt.timedelta(minutes=5))
    done(district.act("P003", cycle["id"], "roll_over"))
    Drainer(district).finish()
    assert district.case(cycle["id"]).data.attempts == 2
    assert district.history(cycle["id"]).count("roll_over") == 2
    subjects = [row["subject"] for row in district.instances(process="annual_plan")]
    assert sorted(subjects) == [f"network/{n}/2025-2026" for n in (1, 2, 3, 4)]
    assert district.broken(at_rest=True) == []
