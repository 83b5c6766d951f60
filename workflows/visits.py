"""What a visit, its findings, the life of a network and its report have in common (1.4)."""

import datetime as dt
from typing import Any

from workflow_app.engine import POST, Case, Facts, Many, Put, Role, says
from workflows.registers import consultations, visits
from workflows.registers.memberships import composition
from workflows.registers.networks import NETWORKS
from workflows.rules import curator_post

VISIT, FINDING = "monitoring_visit", "finding"

SUMMER = (7, 8)
VISITOR = Role("visitor", "методист, который посещает сеть", POST, "visitor")
"""Whoever holds, or stands in for, the post that a visit is entrusted to."""


def entrusted_to(case: Case, facts: Facts) -> int | None:
    """Return the post that visits a network unasked: its curator's, else that of ИМЦ's head."""
    heads = (one.position_id for one in facts.holders("imc_head", None))
    return curator_post(case, facts) or next(heads, None)


def support_given(facts: Facts, network: int | None, school_year: str) -> int:
    """Return how often the methodical centre was there for a network in a year (N05)."""
    return sum(counted(facts, network, school_year) for counted in SUPPORT)


SUPPORT = (visits.held_in, consultations.given)
"""What counts as support, each a question of network and school year."""


def asked_on(facts: Facts, network: int | None, today: dt.date) -> dt.date:
    """Return the day on which the next visit of a network is asked for: today, where it is late."""
    last = visits.last_day(facts, network)
    return _in_term(max(_before_alone(facts, network, last), today))


def first_asked_on(facts: Facts, network: int | None, today: dt.date) -> dt.date:
    """Return the day on which a network nobody has visited here is asked about.

    What has just come by import may be alone for long already: people settle in first.
    """
    settled = today + _notice(facts)
    return _in_term(max(_before_alone(facts, network, None), settled))


def _before_alone(facts: Facts, network: int | None, last: dt.date | None) -> dt.date:
    """Return so many days before a network has been left alone for too long."""
    row = facts.of(NETWORKS).get(network)
    since = last or (row.term_from if row else facts.today)
    return since + dt.timedelta(days=int(facts.setting("visits.within_days"))) - _notice(facts)


def _notice(facts: Facts) -> dt.timedelta:
    return dt.timedelta(days=int(facts.setting("visits.notice_days")))


def _in_term(day: dt.date) -> dt.date:
    """Nobody is asked in July and August, when schools stand empty."""
    return day.replace(month=9, day=1) if day.month in SUMMER else day


@says("школы сети — по действующим приказам")
def follow_composition(case: Case, facts: Facts) -> Put:
    """Who is told and who answers follows the orders of today (4.2)."""
    return Put(schools_of(case.data, facts))


def schools_of(data: Any, facts: Facts) -> dict[str, Any]:
    """Return the base and the other schools of the network that some data name."""
    members = composition(facts, data.network, facts.today)
    base = next((one.school for one in members if one.role == "base"), data.base)
    return {"base": base, "members": Many(one.school for one in members if one.school != base)}
