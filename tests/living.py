"""A district in the middle of its life: cases of every process stand in many states."""

import datetime as dt

import pytest
from stories import done, propose

from workflow_app.bootstrap import FIRST_DAY, WholeYear
from workflow_app.demo import first_municipality
from workflow_app.replay import Present

LIVED_UNTIL = "2026-06-11"
"""Reports wait, plans run, recommendations are answered."""


@pytest.fixture(scope="session")
def lived(district_maker):
    """Return the name of the district that has been lived until the day."""
    district = district_maker.open(f"{FIRST_DAY}")
    player = Present(
        district.container, FIRST_DAY, district.read(first_municipality), district.container.clock
    )
    WholeYear(player, lambda *_: None).play(dt.date.fromisoformat(LIVED_UNTIL), player.carry_out)
    drafted = done(propose(district, "P102", {"S05": "supported"}, name="Черновик")).instance_id
    asked = done(propose(district, "P101", {"S16": "supported"}, name="Опрос")).instance_id
    done(district.act("P101", asked, "invite"))
    assert drafted
    name = district_maker.keep(district)
    district.close()
    return name


@pytest.fixture
def lived_district(district_maker, lived):
    """Open a copy of the lived district on its morning."""
    district = district_maker.again(lived, LIVED_UNTIL)
    yield district
    district.close()
