"""Recommendations that wait for a plan, and the rows they become (L1, M4)."""

from collections.abc import Iterable, Iterator

from workflow_app.engine import Call, Case, CaseCard, Facts, Many
from workflows.annual_plan.form import Activity, Plan
from workflows.registers.recommendations import Recommendation, of_report
from workflows.rules import suggested, year_before
from workflows.year_end import RECOMMENDATION

WAITS = "awaiting_plan"
"""The state of a recommendation that enters the next plan."""
ASIDE = ("dropped", "not_applicable")


def advice_in_waiting(case: Case[Plan], facts: Facts) -> list[Recommendation]:
    """Return the followed recommendations that wait for a plan and have no row in this one."""
    followed, rows = _followed(case, facts), case.data.activities
    return [
        card for card in accepted_advice(case, facts)
        if card.code in followed and rows.get(_key(card)) is None
    ]


def tell_carried(case: Case[Plan], facts: Facts, cards: Iterable[Recommendation]) -> Iterator[Call]:
    """Let each followed recommendation know that it has its row."""
    followed = _followed(case, facts)
    for card in cards:
        if card.code in followed:
            yield Call("carry_into_plan", to="instance", instance_id=followed[card.code].id)


def accepted_advice(case: Case, facts: Facts) -> list[Recommendation]:
    """Return what waits for a plan: of last year's report, and what once was left undone.

    Where the case of a recommendation stands is what counts; imported ones have no case.
    """
    year, network = case.data.school_year, case.data.network
    last, followed = year_before(year), _followed(case, facts)
    years = {card.data.school_year for card in followed.values()} | {last, year_before(last)}
    return [
        card
        for told in sorted(one for one in years if one < year)
        for card in of_report(facts, network, told)
        if (followed[card.code].state == WAITS if card.code in followed
            else card.is_accepted and (card.state == "waiting"
                                       or (told == last and card.state not in ASIDE)))
    ]


def _followed(case: Case[Plan], facts: Facts) -> dict[str, CaseCard]:
    """Return code → the case of a recommendation of this network."""
    known = facts.cases_about(f"network/{case.data.network}", RECOMMENDATION)
    return {card.data.code: card for card in known}


def advised(case: Case, facts: Facts) -> dict[str, str]:
    """Return code → the text of what earlier reports of the network recommended."""
    last = of_report(facts, case.data.network, year_before(case.data.school_year))
    followed = _followed(case, facts)
    return {card.code: card.text for card in last} | {
        code: card.data.text for code, card in followed.items()
    }


def _key(card: Recommendation) -> str:
    return f"r-{card.code}"


def row_of(facts: Facts, card: Recommendation) -> Activity:
    """Return the row a recommendation begins with: what, who, for whom, until when."""
    person = facts.person(card.responsible) if card.responsible else None
    post = person.offices[0].position_id if person and person.offices else None
    return Activity(
        key=_key(card), recommendation=card.code, title=card.text[:300], responsible=post,
        participants=Many((card.school,) if card.school else ()),
        ends_on=suggested(card.due_on, facts),
    )
