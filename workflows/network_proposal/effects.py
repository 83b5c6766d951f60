"""What follows from decisions about a proposal."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from workflow_app.engine import Call, Case, Facts, Notify, Number, Start, says
from workflow_app.engine.calendar import school_year_of
from workflows import contacts
from workflows.network_proposal.consents import consents
from workflows.network_proposal.form import REJECTIONS, Proposal
from workflows.network_proposal.rules import ORDER
from workflows.registers.memberships import networks_of
from workflows.registers.networks import NETWORKS
from workflows.roles import ASKED_HEAD, BASE_HEAD, DEPARTMENT, METHODIST
from workflows.wording import sentence


@says("готовится проект приказа по утверждённой редакции")
def start_order(case: Case[Proposal], facts: Facts) -> Start:
    """The order is drafted from the approved snapshot (P9)."""
    tally = facts.tally(case, consents.key)
    conditions = {vote.voter.key: vote.comment for vote in tally or ()}
    data = case.data
    values = _order_data(case, conditions) | _posts_before(case, facts)
    values["contacts"] = [row.model_dump() for row in contacts.named(tally or (), facts)]
    return Start(ORDER, values, subject=f"{data.name}, {data.school_year}")


def _posts_before(case: Case, facts: Facts) -> dict[str, int]:
    """Return who has looked after the base school's network up to now, and who controlled it.

    Whoever has left such an office meanwhile is chosen anew (4.1).
    """
    day = case.data.valid_from - dt.timedelta(days=1)
    found: dict[str, int] = {}
    for network in networks_of(facts, case.data.base, day, "base"):
        card = facts.of(NETWORKS).get(network)
        if card is None:
            continue
        orders = facts.cases_about(f"{card.name}, {school_year_of(day)}", ORDER)
        control = next((o.data.control for o in reversed(orders) if o.state == "registered"), None)
        for name, person, roles in (
            ("curator", card.curator, {METHODIST.held_by}),
            ("control", control, {role.held_by for role in DEPARTMENT}),
        ):
            known = facts.person(person) if person else None
            if known and roles & {office.role for office in known.offices}:
                found.setdefault(name, known.id)
    return found


def _order_data(case: Case, conditions: Mapping[str, str]) -> dict[str, Any]:
    data = case.data
    return {
        "kind": "network_create",
        "title": f"О создании сети «{data.name}» и утверждении её состава",
        "network_name": data.name,
        "goal": data.goal, "model": data.model,
        "school_year": data.school_year,
        "base": data.base,
        "members": [
            {"school": m.school, "role": m.role, "conditions": conditions.get(m.row_key, "")}
            for m in data.members
        ],
        "directions": list(data.directions),
        "coordinator": data.coordinator,
        "valid_from": data.valid_from.isoformat(),
        "valid_to": data.valid_to.isoformat(),
    }


@says("предложение получает номер З-год-номер")
def take_number(case: Case[Proposal], _facts: Facts) -> Number:
    """The proposal gets its number З-… when it begins (P1)."""
    return Number("proposals", case.today)


@says("подготовка прежнего приказа прекращается")
def stop_order(_case: Case, _facts: Facts) -> Call:
    """The order that was being prepared is dropped; a finished one is not touched (P11, P15)."""
    return Call("drop", to="children", process=ORDER)


@says("все приглашённые школы узнают, почему отказано")
def rejected_letter(case: Case[Proposal], _facts: Facts) -> Notify:
    """All invited learn why (P10)."""
    ground = REJECTIONS[case.form.code]
    return Notify(
        (BASE_HEAD, ASKED_HEAD), f"Предложение сети «{case.data.name}» отклонено",
        f"Основание: {ground}. {sentence(case.form.reason)}",
    )
