"""The pages of the end of a year, as each role meets them."""

import pytest
from reports import advised, enter_all, grids, live_through, submit, to_approved
from stories import done

from workflow_app.store.models import Base
from workflow_app.store.models.registers import Network

pytestmark = pytest.mark.shipped
HOW_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

SPRING = {
    "report of the base head": ("P101", "/cases/{report}"),
    "report of a member": ("P112", "/cases/{report}"),
    "report of the methodist": ("P006", "/cases/{report}"),
    "report of the department": ("P003", "/cases/{report}"),
    "grid of a school": ("P110", "/cases/{grid}"),
    "network": ("P101", "/networks/{network}"),
    "indicators of a member": ("P112", "/networks/{network}/indicators"),
    "dashboard": ("P003", "/dashboard"),
    "school year": ("P003", "/start/year_cycle"),
}
SUMMER = {
    "report under review": ("P006", "/cases/{reviewed}"),
    "acceptance": ("P005", "/cases/{reviewed}/actions/accept_report"),
}
LATE = {
    "addendum": ("P101", "/cases/{report}"),
    "recommendation": ("P110", "/cases/{advice}"),
    "recommendations": ("P110", "/recommendations"),
    "dashboard": ("P005", "/dashboard"),
}


def spring(district):
    report = live_through(district)
    (network,) = district.rows(Network, code="NW1")
    return {"report": report, "grid": grids(district, report)["S10"], "network": network["id"]}


def summer(district):
    report = live_through(district)
    enter_all(district, report)
    district.at("2026-06-15")
    submit(district, report)
    done(district.act("P006", report, "take_up"))
    return {"reviewed": report}


def late(district):
    report = live_through(district)
    enter_all(district, report)
    district.at("2026-06-15")
    submit(district, report)
    to_approved(district, report)
    district.at("2026-07-10")
    (advice,) = advised(district, report)
    return {"report": report, "advice": advice}


SEASONS = {"spring": (spring, SPRING), "summer": (summer, SUMMER), "late": (late, LATE)}


@pytest.fixture(scope="module", params=SEASONS)
def district(request, sqlite_maker):
    """Return a district at one of the moments of a year's end."""
    opened = sqlite_maker.open("2025-09-10")
    Base.metadata.create_all(opened.house.database.engine)
    play, opened.pages = SEASONS[request.param]
    opened.cases = play(opened)
    yield opened
    opened.close()


def test_every_page_of_a_season_has_no_barrier_at_any_width(window, district, barriers):
    for name, (person, path) in district.pages.items():
        page = window(person)
        page.goto(path.format(**district.cases))
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(HOW_WIDE) <= 0, f"{name} scrolls sideways at {width}"
            assert barriers(page) == [], (name, width)
        assert page.problems == [], name


def test_every_page_of_a_season_is_whole_without_scripts(window, district):
    for name, (person, path) in district.pages.items():
        page = window(person, 360, scripts=False)
        page.goto(path.format(**district.cases))
        assert page.get_by_role("heading", level=1).inner_text(), name
