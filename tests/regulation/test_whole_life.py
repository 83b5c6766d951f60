"""A whole school year, 1 July to the next 31 August, lived by the people of the district."""

import datetime as dt

import invariants
import pytest
from district import District

from workflow_app import bootstrap, replay
from workflow_app.bootstrap import build
from workflow_app.config import Settings
from workflow_app.demo import live_whole_year
from workflow_app.store import soundness
from workflow_app.store.models.documents import Document
from workflow_app.store.models.instances import Instance


@pytest.fixture
def lived(tmp_path, monkeypatch):
    """Return a district that lived from 1 July 2025 until a day."""
    opened = []

    def live(until, url=f"sqlite:///{tmp_path}/year.db"):
        settings = Settings(data_dir=tmp_path, database_url=url, secret_key="x" * 40)
        house = build(settings)
        whole = bootstrap.live_whole_year
        monkeypatch.setattr(bootstrap, "live_whole_year", lambda past: whole(past, until))
        clocks = []
        made = replay.Past.__init__

        def remember(past, *given, **said):
            made(past, *given, **said)
            clocks.append(past.clock)

        monkeypatch.setattr(replay.Past, "__init__", remember)
        live_whole_year(house)
        object.__setattr__(house, "clock", clocks[-1])
        opened.append(District(house))
        return opened[-1]

    yield live
    for district in opened:
        district.close()


def states(district, process):
    return [row["state"] for row in district.rows(Instance, process=process)]


def test_by_the_end_of_august_every_network_has_turned(lived):
    district = lived(dt.date(2025, 8, 30))
    assert states(district, "annual_plan") == ["draft"] * 3
    rows = [
        row["recommendation"]
        for case in district.rows(Instance, process="annual_plan")
        for row in case["data"]["activities"] if row["recommendation"]
    ]  # fmt: skip
    assert len(rows) == 7
    assert "R5" not in rows
    assert district.read(lambda uow: list(soundness.complaints(uow))) == []
    district.read(invariants.check)


@pytest.mark.deep
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_whole_year_leaves_the_district_sound(lived, tmp_path, database, request):
    url = f"sqlite:///{tmp_path}/year.db"
    if database == "postgresql":
        url = request.getfixturevalue("postgres_server").create_database("whole_year")
    district = lived(dt.date(2026, 8, 31), url)
    assert district.read(lambda uow: list(soundness.complaints(uow))) == []
    district.read(invariants.check)
    assert states(district, "year_end_report") == ["closed"] * 3
    assert states(district, "year_cycle") == ["closed", "year_planned"]
    assert sorted(states(district, "annual_plan")) == [
        "active", "active", "active", "draft", "draft", "draft", "superseded",
    ]  # fmt: skip
    papers = {row["paper"] for row in district.rows(Document)}
    assert papers >= {
        "plan", "council_protocol", "order_amend", "order_directions", "order_extend",
        "order_results", "order_statuses", "year_report", "report_addendum",
        "report_recommendations", "district_summary",
    }  # fmt: skip
