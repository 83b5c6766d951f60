"""Conditions of the year's turns, and what is in place (Y1–Y6)."""

import datetime as dt
from collections.abc import Iterator, Sequence

from workflow_app.engine import (
    Call,
    Case,
    CaseCard,
    Facts,
    NetworkName,
    Put,
    Refusal,
    refuse,
    says,
)
from workflow_app.engine.calendar import school_year_bounds
from workflows.activities import IN_FORCE, PLAN
from workflows.registers.directions import of_year
from workflows.registers.networks import CLOSED, NETWORKS, Network
from workflows.registers.statuses import act_of_year
from workflows.rules import year_before
from workflows.turn_of_year import OUTCOMES, Verdict, verdict
from workflows.year_cycle.form import SchoolYear
from workflows.year_end import REPORT

LIFE = "network_life"
YEAR = "year_cycle"
ENDED = ("closed", "dropped")


def networks(facts: Facts) -> list[tuple[CaseCard, Network]]:
    """Return the district's networks with the cases of their lives, oldest first."""
    known, cards = facts.of(NETWORKS), facts.cases_about("network", LIFE)
    found = ((card, known.get(card.data.network)) for card in cards)
    return [(card, network) for card, network in found if network and network.state != CLOSED]


def verdicts(case: Case[SchoolYear], facts: Facts) -> Iterator[tuple[CaseCard, Network, Verdict]]:
    """Yield what the turn to this year does to each network: preview and run ask the same."""
    for card, network in networks(facts):
        yield card, network, verdict(facts, network, case.data.school_year)


# ---------------------------------------------------------------- opening


@says("год открывают с 1 июля, один раз")
def may_open(case: Case[SchoolYear], facts: Facts) -> Iterator[Refusal]:
    """A year opens once, from the July before it (Y1)."""
    year = case.data.school_year
    first, last = school_year_bounds(year)
    if not dt.date(first.year, 7, 1) <= case.today <= last:
        yield refuse(
            "too_early", "{year} учебный год открывают с 1 июля {first}", basis="7.6",
            year=year.replace("-", "/"), first=first.year,
        )
    if any(card.id != case.id for card in facts.cases_about(f"year/{year}", YEAR)):
        yield refuse("year_exists", "Этот учебный год уже открыт", basis="7.6")


@says("прошлый учебный год в системе есть")
def previous_year_exists(case: Case[SchoolYear], facts: Facts) -> Refusal | None:
    """A year follows another one: its statuses, directions or its own case (Y1)."""
    before = year_before(case.data.school_year)
    known = of_year(facts, before) or act_of_year(facts, before)
    if known or facts.cases_about(f"year/{before}", YEAR):
        return None
    return refuse(
        "no_previous_year", "О {year} учебном годе нет ничего: загрузите его данные",
        year=before.replace("-", "/"), basis="7.6",
    )


# ---------------------------------------------------------------- turning


@says("хотя бы одна сеть может перейти")
def something_to_turn(case: Case[SchoolYear], facts: Facts) -> Iterator[Refusal]:
    """Where nothing goes on, the causes are said (Y5)."""
    found = list(verdicts(case, facts))
    if any(said.outcome == "goes_on" for _, _, said in found):
        return
    yield refuse("nothing_to_turn", "Сетей, которые могут перейти сейчас, нет", basis="7.6")
    for _, _, said in found:
        yield from said.causes


@says("план нового года открывается в каждой сети, которой ничто не мешает")
def turn_networks(case: Case[SchoolYear], facts: Facts) -> Iterator[Put | Call]:
    """Each network turns in its own transaction; who has turned is left alone (Y5)."""
    yield Put({"attempts": int(case.data.attempts or 0) + 1})
    for card, _, said in verdicts(case, facts):
        if said.outcome == "goes_on":
            yield Call("turn_year", to="instance", instance_id=card.id)


@says("сеть не может перейти в новый год")
def obstacles(case: Case[SchoolYear], facts: Facts) -> Iterator[Refusal]:
    """What stands in a network's way is seen while there is time to mend it (Y4)."""
    if case.state in ("year_planned", "year_launched"):
        for _, _, said in verdicts(case, facts):
            yield from said.causes


def preview(case: Case[SchoolYear], facts: Facts) -> Iterator[tuple[str, ...]]:
    """Yield network by network what the turn will do; looking writes nothing (Y4)."""
    for _, network, said in verdicts(case, facts):
        causes = "; ".join(cause.message for cause in said.causes)
        yield NetworkName(network.name, network.id), OUTCOMES[said.outcome], causes


# ---------------------------------------------------------------- closing


def reports(case: Case[SchoolYear], facts: Facts) -> Sequence[CaseCard]:
    """Return the reports of this year."""
    found = facts.cases_about("network", REPORT)
    return [card for card in found if card.data.school_year == case.data.school_year]


def unfinished(case: Case[SchoolYear], facts: Facts) -> list[CaseCard]:
    """Return the reports of this year that are not closed."""
    return [card for card in reports(case, facts) if card.state not in ENDED]


@says("все справки закрыты, или наступило 31 августа")
def may_close(case: Case[SchoolYear], facts: Facts) -> Iterator[Refusal]:
    """Before the last day of August a year waits for its reports (Y6)."""
    if case.today < school_year_bounds(case.data.school_year)[1]:
        yield from _open_reports(case, facts)


@says("год закроется с замечанием")
def remark_to_come(case: Case[SchoolYear], facts: Facts) -> Iterator[Refusal]:
    """Whoever closes a year without its reports knows it before (Y6)."""
    if case.state == "summed_up" and case.today >= school_year_bounds(case.data.school_year)[1]:
        yield from _open_reports(case, facts)


def _open_reports(case: Case[SchoolYear], facts: Facts) -> Iterator[Refusal]:
    last = school_year_bounds(case.data.school_year)[1]
    for card in unfinished(case, facts):
        yield refuse(
            "report_open", "Справка сети «{name}» не закрыта; с {day} год закрывают с замечанием",
            name=facts.name("network", card.data.network), day=f"{last:%d.%m.%Y}", basis="7.6",
        )


@says("есть незакрытые справки")
def has_unfinished(case: Case[SchoolYear], facts: Facts) -> bool:
    """A missing report stays an open escalation; the year says so (Y-4)."""
    return bool(unfinished(case, facts))


@says("записано, чего году не хватило")
def put_remark(case: Case[SchoolYear], facts: Facts) -> Put:
    """What the year was closed without is kept with it (Y6)."""
    names = [facts.name("network", card.data.network) for card in unfinished(case, facts)]
    remark = f"Не закрыты справки: {', '.join(f'«{name}»' for name in names)}" if names else ""
    return Put({"remark": remark})


# ---------------------------------------------------------------- what is in place


def statuses_fixed(case: Case[SchoolYear], facts: Facts) -> bool:
    """The act on statuses of the year is registered (Y2)."""
    return act_of_year(facts, case.data.school_year) is not None


def directions_fixed(case: Case[SchoolYear], facts: Facts) -> bool:
    """The order on directions of the year is registered (Y3)."""
    rows = of_year(facts, case.data.school_year).values()
    return any(row.is_in_force for row in rows)


def networks_turned(case: Case[SchoolYear], facts: Facts) -> bool:
    """Every network that goes on has its plan (Y5)."""
    outcomes = {said.outcome for _, _, said in verdicts(case, facts)}
    return not outcomes - {"turned", "close"}


def plans_approved(case: Case[SchoolYear], facts: Facts) -> bool:
    """Every network's plan of the year is in force (L5)."""
    year = case.data.school_year
    return all(
        any(card.state in IN_FORCE
            for card in facts.cases_about(f"network/{network.id}/{year}", PLAN))
        for _, network in networks(facts)
    )


def reports_closed(case: Case[SchoolYear], facts: Facts) -> bool:
    """Every report of the year is closed (R8)."""
    return bool(reports(case, facts)) and not unfinished(case, facts)
