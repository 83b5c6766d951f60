"""What the turn of the school year does to a network: one answer for preview and run (Y4, Y5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workflow_app.engine import Facts, Refusal, refuse
from workflow_app.engine.calendar import school_year_bounds
from workflows.activities import PLAN
from workflows.registers.memberships import base_of, composition
from workflows.registers.networks import Network
from workflows.registers.statuses import HELPED
from workflows.rules import statuses_for_planning

OUTCOMES = {
    "goes_on": "перейдёт: откроется план нового года",
    "turned": "уже перешла",
    "extend": "сначала продлить приказом",
    "change_base": "сначала сменить базовую школу",
    "close": "закрывается",
    "blocked": "не может перейти",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a network, and why; `causes` are empty where it simply goes on."""

    outcome: str
    causes: tuple[Refusal, ...] = ()


def verdict(facts: Facts, network: Network, year: str) -> Verdict:
    """Return what the turn to a year does to a network; it reads and writes nothing."""
    plans = facts.cases_about(f"network/{network.id}/{year}", PLAN)
    if any(card.state != "abandoned" for card in plans):
        return Verdict("turned")
    if network.state in ("closing", "closed"):
        return Verdict("close")
    found = dict(_obstacles(facts, network, year))
    for outcome in ("change_base", "extend", "blocked"):
        if outcome in found:
            return Verdict(outcome, tuple(found.values()))
    return Verdict("goes_on")


def _obstacles(facts: Facts, network: Network, year: str) -> Iterator[tuple[str, Refusal]]:
    """Yield what stands in the way, each with the step that removes it (Y5)."""
    first, last = school_year_bounds(year)
    said: dict[str, Any] = {"name": network.name, "year": year.replace("-", "/")}
    base = base_of(facts, network)
    if base and "stable" not in statuses_for_planning(facts, base, year):
        yield "change_base", refuse(
            "base_not_stable",
            "«{name}»: базовая школа «{school}» не признана стабильной на {year} учебный год",
            school=facts.name("school", base), basis="1.3", **said,
        )
    if network.term_to < last:
        yield "extend", refuse(
            "term_ends_before", "«{name}» действует по {date}, до конца {year} года не доходит",
            date=f"{network.term_to:%d.%m.%Y}", basis="A-04", **said,
        )
    members = composition(facts, network.id, max(first, facts.today))
    helped = [
        member for member in members
        if member.role == "supported"
        and set(HELPED) & set(statuses_for_planning(facts, member.school, year))
    ]
    if not helped:
        yield "blocked", refuse(
            "no_supported_school", "«{name}»: в сети нет школы, которой оказывается помощь",
            basis="Название", **said,
        )
    if network.state != "active":
        yield "blocked", refuse("network_not_active", "«{name}» сейчас не действует", **said)
