"""What follows from steps of a change: who is asked, which order is drafted (N2–N10)."""

from collections.abc import Iterator
from typing import Any

from workflow_app.engine import Ask, Call, Case, Facts, Many, Notify, Put, Start, says
from workflows import contacts
from workflows.network_change.ballots import consents, council, schools_concerned
from workflows.network_change.composition import after, before, changes
from workflows.network_change.form import KINDS, Change, names
from workflows.network_change.rules import ENDS, ORDER, concerns_schools, is_for_council
from workflows.registers.networks import NETWORKS
from workflows.roles import ASKED_HEAD, BASE_HEAD, COORDINATOR, MEMBER_HEAD
from workflows.rules import school_year

ORDER_KINDS = {"extend": "extend", "close": "close", "merge": "close"}
"""Every other change is an amendment of the composition order."""


@says("записано, о какой сети и школе речь")
def remember_names(case: Case[Change], facts: Facts) -> Put:
    """A request is called by what it is about from its draft on."""
    return Put(names(case.data, facts))


@says("записано, какие школы в сети и кого спрашивают")
def remember_schools(case: Case[Change], facts: Facts) -> Put:
    """The network's schools take part in the case, and everybody who is asked may read it."""
    old = before(case, facts)
    asked = (voter.organisation_id for voter in schools_concerned(case, facts))
    base = next((school for school, role in old.items() if role == "base"), None)
    return Put({
        **names(case.data, facts),
        "base": base,
        "members": Many(school for school in old if school != base),
        "asked": Many(school for school in asked if school and school not in old),
    })


@says("голосует совет сети, если изменение предлагает сама сеть")
def ask_council(case: Case[Change], facts: Facts) -> Ask | None:
    """What the network itself asks for, its council votes on anew each time (5.1)."""
    return council.ask_all(case, facts) if is_for_council(case, facts) else None


@says("школы, которых касается изменение, дают согласие")
def ask_schools(case: Case[Change], facts: Facts) -> Ask | None:
    """Newcomers and a new base are asked once the council is for it (N2, N3)."""
    return consents.ask_all(case, facts) if concerns_schools(case, facts) else None


@says("без голосования школ спрашивают сразу")
def ask_schools_at_once(case: Case[Change], facts: Facts) -> Ask | None:
    """The department's own change does not go through the council."""
    return None if is_for_council(case, facts) else ask_schools(case, facts)


@says("готовится проект приказа")
def start_order(case: Case[Change], facts: Facts) -> Iterator[Put | Start]:
    """The order alone changes the composition (4.2); whom to talk to, the newcomers have said."""
    told = contacts.named(facts.tally(case, consents.key) or (), facts)
    yield Put({"contacts": told})
    values = _order_data(case, facts) | {"contacts": [row.model_dump() for row in told]}
    yield Start(ORDER, values, f"network/{case.data.network}")


def _order_data(case: Case, facts: Facts) -> dict[str, Any]:
    data, network = case.data, facts.of(NETWORKS).get(case.data.network)
    name, new, until = network.name if network else "", after(case, facts), data.valid_to
    if data.kind in ENDS:
        new, until = before(case, facts), data.effective_on  # the annex lists who it was
    base = next((school for school, role in new.items() if role == "base"), data.base)
    return {
        "kind": ORDER_KINDS.get(data.kind, "amend"),
        "change": data.kind,
        "title": _title(case, name),
        "network": data.network,
        "networks": [data.network],
        "network_name": data.name or name,
        "goal": network.goal if network else "",
        "school_year": school_year(data.effective_on),
        "base": base,
        "members": [{"school": s, "role": role} for s, role in new.items() if s != base],
        "changes": changes(case, facts),
        "directions": list(data.directions or (network.directions if network else ())),
        "valid_from": data.effective_on,
        "valid_to": until or (network.term_to if network else None),
        "new_term": data.valid_to,
        "until": data.until,
        "into": data.into,
        "new_base": data.new_base,
        "leaving": list(data.leaving),
        "coordinator": network.coordinator if network else None,
        "curator": network.curator if network else None,
        "reason": data.reason,
    }


def _title(case: Case[Change], name: str) -> str:
    titles = {
        "extend": f"О продлении деятельности сети «{name}»",
        "close": f"О прекращении деятельности сети «{name}»",
        "merge": f"О прекращении деятельности сети «{name}» в связи с присоединением",
        "suspend": f"О приостановлении деятельности сети «{name}»",
        "resume": f"О возобновлении деятельности сети «{name}»",
        "rename": f"О переименовании сети «{name}»",
        "directions": f"О внесении изменений в направления сети «{name}»",
        "split": f"О выделении сети «{case.data.name}» из сети «{name}»",
    }
    return titles.get(case.data.kind, f"О внесении изменений в состав сети «{name}»")


@says("подготовка прежнего приказа прекращается")
def stop_order(_case: Case, _facts: Facts) -> Call:
    """The order that was being prepared is dropped."""
    return Call("drop", to="children", process=ORDER)


@says("приказ вступает в силу")
def order_takes_effect(_case: Case, _facts: Facts) -> Call:
    """What the order changes from this day on is written now; a revoked one writes nothing."""
    return Call("take_effect", to="children", process=ORDER)


ENDED = {
    "council": "Совет сети не поддержал изменение",
    "consents": "Школы не согласились с изменением",
    "dept_review": "Изменение сети отклонено",
}
"""How a request ends without an order, by the state it ends in."""
SENT = {"council": "голосование совета", "consents": "согласие школ"}


def said_of_sending(case: Case[Change], _facts: Facts) -> str:
    """Who sends a change hears who has the word now."""
    return f"Изменение сети отправлено на {SENT.get(case.state, 'заключение методического центра')}"


@says("сеть узнаёт, чем кончилось")
def outcome_letter(case: Case[Change], _facts: Facts) -> Notify:
    """Everybody concerned learns how the request ended."""
    return Notify(
        (BASE_HEAD, MEMBER_HEAD, ASKED_HEAD, COORDINATOR),
        f"{ENDED[case.state]}: {KINDS[case.data.kind].lower()}",
        getattr(case.form, "reason", ""),
    )
