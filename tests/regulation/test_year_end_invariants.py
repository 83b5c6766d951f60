"""The end of a year and its turn under random people, steps and time (dossier 7.7: 5–12)."""

import datetime as dt

import pytest
from change_story import decree, network
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from plans import BASES, COORDINATORS, fill, post
from reports import (
    CHECKED,
    advice,
    advised,
    enter,
    grids,
    head,
    live_through,
    submit,
    to_approved,
    write,
)
from stories import code, done
from walking import Walk, walk

from workflow_app.tasks import loops

REPORT, GRID, ADVICE, YEAR = (
    "year_end_report",
    "school_indicators",
    "recommendation_follow_up",
    "year_cycle",
)
PLAN, ACTIVITY = "annual_plan", "plan_activity"
NETWORK, BASE, COORDINATOR, CURATOR = "NW2", BASES["NW2"], COORDINATORS["NW2"], "P007"
SCHOOLS = ("S06", "S11", "S16", "S17")
SMALL = (7, 9)
"""Seven teachers of nine at № 16: a share nobody else has."""
ROUNDED = {"I03": (1, 16), "I04": (2, 30)}
"""Shares whose last place is rounded: 6.25 and 6.666… per cent."""
SAID = {
    "reason": "причина названа словами",
    "result": "Прошло как задумано",
    "participants_count": 7,
    "link": "https://levokum.example/materials",
    **CHECKED,
}


class YearEnd(Walk):
    """The report of a network whose schools, centre and department all have their say."""

    walked = (REPORT, GRID, ADVICE, YEAR, PLAN, ACTIVITY)
    people = (BASE, "P111", "P116", "P117", COORDINATOR, "P001", "P003", "P005", "P006", CURATOR)

    stages = ("drafted", "submitted", "approved", "answered", "turned")

    @initialize(data=st.data())
    def open_the_report(self, data):
        """Begin anywhere between the report and the plan that follows it."""
        self.begin("2025-09-10")
        self.live_until(data.draw(st.sampled_from(self.stages), label="stage"))
        self.touched = True

    def live_until(self, stage):
        """Let a year end, as far as a stage."""
        district = self.district
        self.report = live_through(district, NETWORK)
        keys = [network(district, one) for one in ("NW1", "NW2", "NW3")]
        decree(
            district,
            "extend_networks",
            networks=keys,
            new_term="2027-08-31",
            reason="Сети нужны школам.",
        )
        listed = [{"key": "1", "name": "Чтение и язык", "area": "русский язык"}]
        decree(district, "fix_directions", year="2026-2027", list_of_directions=listed)
        loops.fire_due(self.container)  # a network whose term moved looks at its report once more
        if stage == "drafted":
            return
        for school in self.waiting_schools():
            self.enter(school)
        given = [
            advice(district, school=district.school("S17")),
            advice(district, "2", addressee="imc", school=None),
            advice(district, "3", addressee="department", school=None),
        ]
        submit(district, self.report, BASE, advised=given)
        if stage == "submitted":
            return
        to_approved(district, self.report, NETWORK)
        if stage == "approved":
            return
        school, centre, _ = advised(district, self.report)
        done(district.act("P117", school, "accept_advice"))
        done(district.act("P005", centre, "accept_advice"))
        if stage == "turned":
            district.at("2026-08-20")
            year = done(district.start("P003", YEAR)).instance_id
            done(district.act("P003", year, "roll_over"))
            district.carry_out()

    def filled(self, _case, data):
        today = self.today()
        later = today + dt.timedelta(days=data.draw(st.sampled_from((0, 5, 40)), label="later"))
        return {
            **SAID,
            "actual_on": today.isoformat(),
            "starts_on": today.isoformat(),
            "ends_on": later.isoformat(),
            "responsible": post(self.district, COORDINATOR),
            "remarks": [{"key": "1", "about": "conclusions", "text": "выводы без данных"}],
        }

    def today(self):
        return self.district.read(lambda uow: uow.today)

    def complete(self, case):
        """Write what a report, a grid or a plan needs to go on."""
        found = self.district.case(case)
        if (found.process, found.state) == (GRID, "being_entered"):
            self.enter(self.school_of(case))
        elif found.process == REPORT and found.state in ("draft", "returned"):
            self.write_the_report(case)
        elif found.process == PLAN and found.state == "draft" and self.network_of(case) == NETWORK:
            said = {
                "starts_on": f"{found.data.school_year[:4]}-10-01",
                "ends_on": f"{found.data.school_year[:4]}-10-31",
            }
            self.unharmed(lambda: fill(self.district, case, NETWORK, 3, **said))

    def network_of(self, case):
        key = self.district.case(case).data.network
        return next(n for n in ("NW1", "NW2", "NW3") if network(self.district, n) == key)

    def school_of(self, grid):
        key = self.district.case(grid).data.school
        return next(code for code, one in self.district.organisations.items() if one == key)

    def waiting_schools(self):
        found = grids(self.district, self.report)
        return [
            school
            for school, grid in sorted(found.items())
            if self.district.state(grid) == "being_entered"
        ]

    def enter(self, school):
        said = {"I06": SMALL, "I07": SMALL} if school == "S16" else ROUNDED
        grid = grids(self.district, self.report)[school]
        if self.district.state(grid) == "being_entered":
            self.unharmed(lambda: enter(self.district, school, grid, **said))

    def write_the_report(self, report):
        if self.network_of(report) == NETWORK:
            done(self.district.act(BASE, report, "refresh"))
            day = (self.today() + dt.timedelta(days=120)).isoformat()
            given = [advice(self.district, school=self.district.school("S17"), due_on=day)]
            write(self.district, report, BASE, given)

    # ------------------------------------------------------------ what people write

    @precondition(lambda self: self.waiting())
    @rule(data=st.data(), part=st.integers(-1, 30), whole=st.none() | st.integers(0, 30))
    def a_school_types_numbers(self, data, part, whole):
        """A head types into a grid what may be impossible, and sends it."""
        school = data.draw(st.sampled_from(self.waiting()), label="school")
        grid = grids(self.district, self.report)[school]
        put = [{"key": "I03", "numerator": part, "denominator": whole}]
        self.unharmed(lambda: self.district.edit(head(school), grid, values={"put": put}))
        self.unharmed(lambda: self.district.act(head(school), grid, "enter_values"))

    def waiting(self):
        return self.waiting_schools() if hasattr(self, "report") else []

    @precondition(lambda self: hasattr(self, "report"))
    @rule(school=st.sampled_from(SCHOOLS))
    def a_school_enters_its_year(self, school):
        """A head fills the grid of the school."""
        self.enter(school)

    @precondition(lambda self: hasattr(self, "report"))
    @rule()
    def the_head_writes(self):
        """The base head writes what only she can."""
        if self.district.state(self.report) in ("draft", "returned"):
            self.write_the_report(self.report)

    @rule()
    def a_year_is_opened(self):
        """The specialist opens the year that is planned now; twice is refused."""
        found = self.unharmed(lambda: self.district.start("P003", YEAR))
        if hasattr(found, "instance_id"):
            refusal = self.unharmed(lambda: self.district.start("P003", YEAR))
            assert code(refusal) == "year_exists"

    @rule(days=st.sampled_from((7, 30, 60)))
    def weeks_pass(self, days):
        """Terms run out, stages of the year begin."""
        if self.today() < dt.date(2026, 10, 1):
            self.time_passes(hours=24 * days)


@pytest.mark.parametrize("stage", ["submitted", "turned"])
def test_the_end_of_a_year_stays_sound_on_short_walks(sqlite_maker, stage):
    begun = type("YearEnd", (YearEnd,), {"stages": (stage,)})
    walk(begun, sqlite_maker.open, examples=3, steps=5)


@pytest.mark.deep
def test_the_end_of_a_year_stays_sound_on_long_walks(district_maker):
    walk(YearEnd, district_maker.open, examples=6, steps=10)
