"""A district as it was known on a day: only what existed then."""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import replace

from workflow_app.engine.calendar import school_year_bounds
from workflow_app.services.importing import rows
from workflow_app.services.importing.files import DirectoryData

YEAR_STATES = ("planning", "launching", "running", "reporting", "summarizing", "closed")
YEAR_OPENS = (7, 1)
LAUNCH_ENDS, REPORTS_OPEN, REPORTS_CLOSE = (9, 30), (5, 15), (6, 30)


def year_state(code: str, on: dt.date) -> str:
    """Return where a school year stands in its cycle on a day.

    >>> year_state("2025-2026", dt.date(2025, 8, 28)), year_state("2025-2026", dt.date(2026, 6, 18))
    ('planning', 'reporting')
    """
    starts, ends = school_year_bounds(code)
    if on < starts:
        return "planning"
    if on > ends:
        return "closed"
    if on <= dt.date(starts.year, *LAUNCH_ENDS):
        return "launching"
    if on < dt.date(ends.year, *REPORTS_OPEN):
        return "running"
    return "reporting" if on <= dt.date(ends.year, *REPORTS_CLOSE) else "summarizing"


def year_is_open(code: str, on: dt.date) -> bool:
    """Return whether the department may already plan the year: from 1 July before it."""
    starts, _ = school_year_bounds(code)
    return on >= dt.date(starts.year, *YEAR_OPENS)


def last_day(data: DirectoryData) -> dt.date:
    """Return the newest day the orders tell of; what is known without a chosen date."""
    return max((order.reg_date for order in data.orders), default=dt.date.min)


def known_on(data: DirectoryData, day: dt.date) -> DirectoryData:
    """Return the rows that existed on the day, shortened to what was known of them."""
    orders = tuple(order for order in data.orders if order.reg_date <= day)
    known = {order.order_id for order in orders}
    directions = tuple(one for one in data.directions if year_is_open(one.school_year, day))
    later = tuple(order for order in data.orders if order.reg_date > day)
    networks = tuple(
        _network_on(network, later, directions)
        for network in data.networks
        if network.founding_order_id in known
    )
    founded = {network.network_id for network in networks}
    reports = tuple(
        one
        for one in data.reports
        if one.network_id in founded and one.approved_on and one.approved_on <= day
    )
    approved = {report.report_id for report in reports}
    plans = tuple(
        one for one in data.annual_plans if one.network_id in founded and one.approved_on <= day
    )
    planned = {(one.network_id, one.school_year, one.version) for one in plans}
    return replace(
        data,
        schools=tuple(_school_on(school, day) for school in data.schools),
        substitutions=tuple(one for one in data.substitutions if one.starts_on <= day),
        orders=orders,
        school_statuses=tuple(one for one in data.school_statuses if one.assigned_on <= day),
        directions=directions,
        networks=networks,
        network_members=_members_on(data, founded, known),
        reports=reports,
        annual_plans=plans,
        plan_activities=tuple(
            one
            for one in data.plan_activities
            if (one.network_id, one.school_year, one.plan_version) in planned
        ),
        recommendations=tuple(
            _recommendation_on(one, day)
            for one in data.recommendations
            if one.report_id in approved
        ),
        indicators=tuple(
            one for one in data.indicators if one.network_id in founded and _entered_by(one) <= day
        ),
        normative_acts=tuple(map(_act_on(day), filter(_adopted_by(day), data.normative_acts))),
    )


def _school_on(school: rows.SchoolRow, day: dt.date) -> rows.SchoolRow:
    """Return the school without figures of years nobody had begun to plan."""
    grade9 = {year: count for year, count in school.grade9.items() if year_is_open(year, day)}
    return school.model_copy(update={"grade9": grade9})


def _network_on(
    network: rows.NetworkRow,
    later: Collection[rows.OrderRow],
    directions: Collection[rows.DirectionRow],
) -> rows.NetworkRow:
    """Return the network with the term its orders had given it and the directions of that term."""
    # The file tells the term that all orders together give; every extension to come adds a year.
    extensions = [one for one in later if one.order_kind == "extend"]
    missing = sum(network.network_id in order.network_ids for order in extensions)
    last = network.valid_to
    is_leap_day = (last.month, last.day) == (2, 29)
    valid_to = last.replace(year=last.year - missing, day=28 if is_leap_day else last.day)
    years = {one.direction_id: one.school_year for one in directions}
    within = tuple(
        code
        for code in network.direction_ids
        if code in years and school_year_bounds(years[code])[0] <= valid_to
    )
    return network.model_copy(update={"valid_to": valid_to, "direction_ids": within})


def _members_on(
    data: DirectoryData, networks: Collection[str], orders: Collection[str]
) -> tuple[rows.MemberRow, ...]:
    """Return the members by orders known then; a later leaving is not yet known."""
    joined = (
        row
        for row in data.network_members
        if row.network_id in networks and row.join_order_id in orders
    )
    unknown = {"left_on": None, "leave_order_id": None}
    return tuple(
        row if row.leave_order_id in orders else row.model_copy(update=unknown) for row in joined
    )


def _recommendation_on(row: rows.RecommendationRow, day: dt.date) -> rows.RecommendationRow:
    """Return the recommendation without what became of it after the day.

    What was accepted is in the plan until then; what was declined is not done on any date.
    """
    if row.due_on is None or day >= row.due_on or row.decision == "declined":
        return row
    return row.model_copy(update={"state": "carried" if row.decision else "issued"})


def _entered_by(row: rows.IndicatorValueRow) -> dt.date:
    """Return since when a value is known; one without a date is waited for in the reports."""
    ends = school_year_bounds(row.school_year)[1]
    return row.entered_on or dt.date(ends.year, *REPORTS_OPEN)


def _adopted_by(day: dt.date) -> Callable[[rows.ActRow], bool]:
    """Return the question whether an act existed on the day; an undated act always did."""
    return lambda act: (act.adopted_on or act.valid_from or day) <= day


def _act_on(day: dt.date) -> Callable[[rows.ActRow], rows.ActRow]:
    """Return how to see an act on the day: one that expired later was still in force."""

    def seen(act: rows.ActRow) -> rows.ActRow:
        still = act.state == "expired" and act.valid_to is not None and day <= act.valid_to
        return act.model_copy(update={"state": "in_force"}) if still else act

    return seen
