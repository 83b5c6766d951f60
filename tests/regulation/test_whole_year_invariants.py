"""Whole years under random people, steps and time: all twelve invariants hold (dossier 7.7)."""

import datetime as dt

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from plans import post
from reports import CHECKED
from walking import Walk, walk

from workflow_app.bootstrap import FIRST_DAY, WholeYear
from workflow_app.demo import first_municipality
from workflow_app.replay import Present
from workflow_app.store.models.instances import Instance

pytestmark = [pytest.mark.shipped, pytest.mark.deep]

DAYS = ("2025-09-19", "2026-01-19", "2026-06-25")
"""Until when a year was lived by its story: plans, a changed network, approved reports."""
LATEST = dt.date(2026, 9, 25)
SAID = {
    "reason": "причина названа словами",
    "conclusion": "Условия выполнены.",
    "notes": "",
    "result": "Прошло как задумано",
    "participants_count": 7,
    "recommendation": "support",
    "link": "https://levokum.example/materials",
    **CHECKED,
}


@pytest.fixture(scope="module")
def lived(district_maker):
    """Return day → the district as its year had been lived by the evening of the day."""
    district = district_maker.open(f"{FIRST_DAY}")
    player = Present(
        district.container, FIRST_DAY, district.read(first_municipality), district.container.clock
    )
    days, kept = list(DAYS), {}

    def evening():
        player.carry_out()
        if days and f"{player.today}" == days[0]:
            kept[days.pop(0)] = district_maker.keep(district)

    WholeYear(player, lambda *_: None).play(dt.date.fromisoformat(DAYS[-1]), evening)
    district.close()
    return lambda day: district_maker.again(kept[day], day)


class District(Walk):
    """A municipality in the middle of its year: whatever is open may go on anyhow."""

    @initialize(day=st.sampled_from(DAYS))
    def live_until(self, day):
        """Begin anywhere in the year."""
        self.begin(day)
        self.walked = tuple(self.container.processes)
        self.people = sorted(code for code in self.district.people if code)

    def filled(self, _case, data):
        today = self.today()
        later = today + dt.timedelta(days=data.draw(st.sampled_from((0, 5, 40)), label="later"))
        return {
            **SAID,
            "actual_on": f"{today}",
            "starts_on": f"{today}",
            "ends_on": f"{later}",
            "responsible": post(self.district, "P202"),
        }

    def today(self):
        return self.district.read(lambda uow: uow.today)

    def unharmed(self, step):
        """Return what a step gives; all twelve are asked once a rule, of a year's many rows."""
        self.touched = True
        return step()

    @rule(days=st.sampled_from((7, 30, 60)))
    def weeks_pass(self, days):
        """Terms run out, stages of the year begin and end."""
        if self.today() < LATEST:
            self.time_passes(hours=24 * days)

    def teardown(self):
        """Let every effect be carried out: then nothing may wait either."""
        if hasattr(self, "district"):
            self.district.carry_out()
            assert self.district.broken(at_rest=True) == []
        super().teardown()


def test_all_twelve_hold_of_a_year_whatever_people_do(lived):
    walk(District, lived, examples=4, steps=12)


def test_the_year_was_lived_by_its_story(lived):
    district = lived(DAYS[-1])
    reports = district.rows(Instance, process="year_end_report")
    assert {row["state"] for row in reports} == {"approved"}
    assert district.broken(at_rest=True) == []
    district.close()
