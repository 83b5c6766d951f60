"""The running year of the demonstration district is what its people did, day by day."""

import pytest
from district import District, moment
from sqlalchemy import select

from workflow_app.bootstrap import build
from workflow_app.clock import FixedClock
from workflow_app.config import Settings
from workflow_app.demo import load
from workflow_app.store.models.instances import Instance
from workflow_app.store.models.messages import Incident

PLAN, ACTIVITY = "annual_plan", "plan_activity"


@pytest.fixture
def lived(tmp_path):
    """Return a district whose people lived through the year until a day."""
    opened = []

    def live(day):
        at = moment(day)
        settings = Settings(
            data_dir=tmp_path,
            database_url=f"sqlite:///{tmp_path}/lived.db",
            secret_key="x" * 40,
            clock=at,
        )
        container = build(settings)
        object.__setattr__(container, "clock", FixedClock(at))
        load(container, live_through=True)
        opened.append(District(container))
        return opened[-1]

    yield live
    for district in opened:
        district.close()


def states(district, process):
    return [row["state"] for row in district.rows(Instance, process=process)]


def test_before_the_year_begins_there_is_no_plan(lived):
    district = lived("2025-08-30")
    assert states(district, PLAN) == []
    assert len(district.rows(Instance, process="network_life")) == 3


def test_in_mid_september_one_plan_is_in_force_and_the_others_are_on_their_way(lived):
    district = lived("2025-09-16")
    assert states(district, PLAN) == ["active", "imc_agreement", "imc_agreement"]
    assert states(district, ACTIVITY) == ["planned"] * 12
    assert district.broken() == []


@pytest.mark.deep
def test_in_june_the_year_stands_as_the_tables_of_the_district_tell(lived):
    district = lived("2026-06-18")
    assert sorted(states(district, PLAN)) == ["active", "active", "active", "superseded"]
    found = states(district, ACTIVITY)
    assert {state: found.count(state) for state in set(found)} == {
        "done": 31,
        "in_progress": 3,
        "planned": 2,
    }
    late = [
        row["id"]
        for row in district.rows(Instance, process=ACTIVITY)
        if "overdue" in district.flags(row["id"])
    ]
    subjects = district.read(
        lambda uow: (
            uow.connection.execute(
                select(Instance.__table__.c.subject).where(Instance.__table__.c.id.in_(late))
            )
            .scalars()
            .all()
        )
    )
    counted = {subject: subjects.count(subject) for subject in set(subjects)}
    assert counted == {"network/1/2025-2026": 2, "network/2/2025-2026": 2, "network/3/2025-2026": 1}
    assert district.rows(Incident) == []
    assert district.broken() == []
