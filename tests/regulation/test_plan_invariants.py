"""A plan and its activities under random people, steps and time (dossier 7.7: 5, 7, 8, 9)."""

import datetime as dt

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from plans import open_plan, post, rows_of, to_agreement
from stories import done
from walking import Walk, walk

PLAN, ACTIVITY = "annual_plan", "plan_activity"
COORDINATOR, BASE, RESPONSIBLE = "P202", "P106", "P116"
HEADS = (BASE, "P111", RESPONSIBLE, "P117")
ORDER_DAY = dt.date(2026, 1, 19)
"""From this day on an order of January is known: № 5 joined the network, № 11 left it."""
EDITIONS = ("draft", "returned")
OUTCOME = {
    "participants_count": 7,
    "result": "Прошло как задумано",
    "link": "https://levokum.example/materials",
}
SAID = {
    **OUTCOME,
    "reason": "причина названа словами",
    "remarks": [{"key": "1", "about": "activities", "text": "уточните сроки мероприятий"}],
}


class Year(Walk):
    """The plan of a network whose composition changes in January."""

    walked = (PLAN, ACTIVITY)
    people = (COORDINATOR, *HEADS, "P001", "P003", "P005", "P006", "P007")

    stages = ("drafted", "agreement", "running", "reported", "revised")

    @initialize(data=st.data())
    def open_the_plan(self, data):
        """Begin anywhere in the life of a plan."""
        self.begin("2026-01-12")
        self.live_until(data.draw(st.sampled_from(self.stages), label="stage"))
        self.touched = True

    def live_until(self, stage):
        """Let a plan live as far as a stage."""
        self.knows_order = False
        district = self.district
        plan = open_plan(district, "NW2")
        rows = rows_of(district, plan, "NW2", count=5, starts_on="2026-01-12", ends_on="2026-02-13")
        rows[3]["responsible"] = rows[4]["responsible"] = post(district, RESPONSIBLE)
        done(district.edit(COORDINATOR, plan, activities=rows))
        if stage == "drafted":
            return
        to_agreement(district, plan, "NW2")
        if stage == "agreement":
            return
        done(district.act("P005", plan, "agree"))
        done(district.act(BASE, plan, "approve"))
        report = {**OUTCOME, "actual_on": "2026-01-12"}
        if stage != "running":
            (last,) = self.open_cases(ACTIVITY)[-1:]
            done(district.act(RESPONSIBLE, last, "report_done", **report))
        if stage == "revised":
            done(district.act(COORDINATOR, plan, "revise", reason="новые сроки у школ"))

    def filled(self, _case, data):
        today = self.today()
        later = today + dt.timedelta(days=data.draw(st.sampled_from((0, 5, 40)), label="later"))
        who = data.draw(st.sampled_from((COORDINATOR, RESPONSIBLE)), label="responsible")
        return {
            **SAID,
            "actual_on": today.isoformat(),
            "starts_on": today.isoformat(),
            "ends_on": later.isoformat(),
            "responsible": post(self.district, who),
        }

    def today(self):
        return self.district.read(lambda uow: uow.today)

    # ------------------------------------------------------------ what the coordinator writes

    @precondition(lambda self: self.open_cases(PLAN, *EDITIONS))
    @rule(
        data=st.data(), what=st.sampled_from(("drop", "rename", "move", "hand over", "add", "all"))
    )
    def write_the_plan(self, data, what):
        """The coordinator writes into an edition: rows of her own, and some of what is done."""
        plan = data.draw(st.sampled_from(self.open_cases(PLAN, *EDITIONS)), label="plan")
        rows = [row.model_dump(mode="json") for row in self.district.case(plan).data.activities]
        row = data.draw(st.sampled_from(rows), label="row")
        match what:
            case "drop":
                rows.remove(row)
            case "rename":
                row["title"] += "!"
            case "move":
                row["ends_on"] = "2026-02-27"
            case "hand over":
                row["responsible"] = post(self.district, RESPONSIBLE)
            case "add":
                rows.append({**row, "key": f"n{len(rows)}", "recommendation": ""})
            case "all":
                for each in rows:
                    each["participants"] = [self.district.school(c) for c in ("S06", "S16", "S17")]
        self.unharmed(lambda: self.district.edit(COORDINATOR, plan, activities=rows))

    # ------------------------------------------------------------ several steps on the straight way

    @precondition(lambda self: self.open_cases(PLAN, *EDITIONS, "council_vote", "imc_agreement"))
    @rule(data=st.data())
    def an_edition_goes_all_its_way(self, data):
        """The council votes, ИМЦ agrees, the base head approves, if nothing stands in the way."""
        states = (*EDITIONS, "council_vote", "imc_agreement")
        plan = data.draw(st.sampled_from(self.open_cases(PLAN, *states)), label="plan")
        steps = [
            (COORDINATOR, "to_vote"),
            *((head, "vote_for") for head in HEADS),
            ("P005", "agree"),
            (BASE, "approve"),
        ]
        for who, action in steps:
            self.take(who, plan, action, None, data)

    @precondition(lambda self: self.open_cases(ACTIVITY))
    @rule(data=st.data())
    def an_activity_is_done(self, data):
        """Whoever answers for it reports, another person confirms."""
        case = data.draw(st.sampled_from(self.open_cases(ACTIVITY)), label="activity")
        for who, action in (
            (RESPONSIBLE, "report_done"),
            (COORDINATOR, "report_done"),
            (COORDINATOR, "confirm"),
            (BASE, "confirm_up"),
        ):
            self.take(who, case, action, None, data)

    # ------------------------------------------------------------ what happens by itself

    @precondition(lambda self: self.today() >= ORDER_DAY and not self.knows_order)
    @rule()
    def an_order_changes_the_network(self):
        """A school leaves and another joins; every edition hears of it."""
        self.district.learn()
        self.knows_order = self.touched = True
        for plan in self.open_cases(PLAN):
            self.district.notify_subscriber(plan, "network_change", "applied")

    @rule()
    def two_weeks_pass(self):
        """Terms of rows and votes run out."""
        self.time_passes(hours=14 * 24)


def test_a_plan_stays_sound_on_short_walks(sqlite_maker):
    begun = type("Year", (Year,), {"stages": ("revised",)})
    walk(begun, sqlite_maker.open, examples=6, steps=9)


@pytest.mark.deep
def test_a_plan_stays_sound_on_long_walks(district_maker):
    # The same walks meet the same rules; the second database is asked whether it keeps up.
    examples = 12 if district_maker.is_sqlite else 4
    walk(Year, district_maker.open, examples=examples, steps=40)
