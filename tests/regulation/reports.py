"""Steps of a report that several scenarios share."""

import csv
import functools

from district import stage
from plans import BASES, COORDINATORS, activities, fill, open_plan, to_active
from stories import done

from workflow_app.store.models.instances import Instance
from workflow_app.store.operations.importing import SEEDS
from workflows.registers.indicators import INDICATORS
from workflows.registers.recommendations import RECOMMENDATIONS

REPORT, GRID, ADVICE = "year_end_report", "school_indicators", "recommendation_follow_up"
CURATORS = {"NW1": "P006", "NW2": "P007", "NW3": "P008"}
CHECKED = dict.fromkeys(
    ("data_checked", "conclusions_follow", "plan_explained", "advice_measurable"), True
)
DONE = {
    "actual_on": "2025-10-20",
    "participants_count": 12,
    "result": "Прошло, материалы собраны",
    "link": "https://levokum.example/materials",
}
SMALL = (7, 9)
"""Seven teachers of nine: what № 16 tells of itself, and nobody else in the district has."""


@functools.cache
def values_of(year):
    """Return (school, indicator) → (numerator, denominator) of the district's table."""
    with (SEEDS / "indicators.csv").open(encoding="utf-8") as opened:
        return {
            (row["school_id"], row["indicator_id"]): (row["numerator"], row["denominator"])
            for row in csv.DictReader(opened)
            if row["school_year"] == year
        }


@stage
def live_through(district, network="NW1", count=4, done_rows=1):
    """Let a network work by a plan of so many rows until its report opens."""
    plan = fill(district, open_plan(district, network), network, count)
    to_active(district, plan, network)
    district.at("2025-11-05")
    for case in sorted(activities(district, plan).values())[:done_rows]:
        done(district.act(COORDINATORS[network], case, "report_done", **DONE))
        done(district.act(BASES[network], case, "confirm_up"))
    district.at("2026-05-15")
    district.carry_out()
    return report_of(district, network)


def report_of(district, network):
    """Return the report of a network, the newest."""
    (row,) = district.networks(code=network)
    found = [
        one
        for one in district.rows(Instance, process=REPORT)
        if one["subject"].startswith(f"network/{row['id']}/")
    ]
    return found[-1]["id"]


def grids(district, report, stage="year"):
    """Return school code → the case in which it enters its indicators."""
    codes = {number: code for code, number in district.organisations.items()}
    rows = district.rows(Instance, process=GRID, parent_id=report)
    return {
        codes[int(row["fan_key"].split("-")[0])]: row["id"]
        for row in rows
        if row["fan_key"].endswith(stage)
    }


def head(school):
    return f"P1{school[1:]}"


def enter(district, school, grid, year="2025-2026", **said):
    """Let a head fill the grid of the school and send it; `said` overrides indicators."""
    known = values_of(year)
    put = []
    for row in district.case(grid).data.values:
        numerator, denominator = said.get(row.code) or known.get((school, row.code)) or ("", "")
        numbers = {"numerator": numerator, "denominator": denominator}
        put.append({"key": row.key, **(numbers if numerator != "" else {"reason": "не велось"})})
    done(district.edit(head(school), grid, values={"put": put}))
    done(district.act(head(school), grid, "enter_values"))


@stage
def enter_all(district, report, stage="year", **said):
    for school, grid in grids(district, report, stage).items():
        if district.state(grid) == "being_entered":
            enter(district, school, grid, **said.get(school, {}))


def advice(district, key="1", **said):
    """Return a complete recommendation."""
    return {
        "key": key,
        "text": "Ввести ежемесячный диагностический срез в 5–6 классах",
        "measure": "девять срезов за год",
        "addressee": "school",
        "school": district.school("S10"),
        "due_on": "2026-12-20",
        **said,
    }


def write(district, report, who="P101", advised=None):
    """Let the base head write what only she can."""
    data = district.case(report).data
    conclusions = [
        {
            "key": row.key,
            "indicators": ["I03", "N01"],
            "text": "Доля отметок «2» снизилась, разрыв между школами сократился.",
        }
        for row in data.conclusions
    ]
    unfinished = [{"key": row.key, "reason": "перенесено на осень"} for row in data.unfinished]
    done(
        district.edit(
            who,
            report,
            problems="Далеко ездить, не хватает учителей математики.",
            conclusions={"put": conclusions},
            unfinished={"put": unfinished},
            recommendations=advised or [advice(district)],
        )
    )


def submit(district, report, who="P101", **given):
    """Bring a report to ИМЦ."""
    done(district.act(who, report, "refresh"))
    write(district, report, who, **given)
    done(district.act(who, report, "submit"))
    return report


@stage
def to_approved(district, report, network="NW1", *, reviewer=""):
    """Bring a submitted report to its approval."""
    done(district.act(reviewer or CURATORS[network], report, "take_up"))
    done(district.act("P005", report, "accept_report", **CHECKED))
    done(district.act("P001", report, "approve"))
    district.carry_out()


@stage
def with_a_small_group(district):
    """Bring the report of NW2, in which № 16 tells of few people, to its approval; return it."""
    report = live_through(district, "NW2")
    for school, grid in grids(district, report).items():
        said = {"I06": SMALL, "I07": SMALL} if school == "S16" else {}
        enter(district, school, grid, **said)
    told = [advice(district, school=district.school("S17"))]
    submit(district, report, BASES["NW2"], advised=told)
    to_approved(district, report, "NW2")
    return report


def advised(district, report):
    """Return the cases of what a report recommends."""
    subject = district.rows(Instance, id=report)[0]["subject"].rpartition("/")[0]
    return [
        row["id"]
        for row in district.rows(Instance, process=ADVICE)
        if row["subject"].startswith(f"{subject}/")
    ]


def register(district):
    """Return code → (decision, state) of the register of recommendations."""
    return {row.code: (row.decision, row.state) for row in district.register(RECOMMENDATIONS)}


def indicator(district, code):
    (row,) = district.register(INDICATORS, code=code)
    return row.id
