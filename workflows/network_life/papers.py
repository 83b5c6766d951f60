"""The agreement of partnership: the schools of a network make it, for a network signs nothing.

Optional (1.5): what it says comes from the register and cites no article of law (3.2, 4.2).
"""

from workflow_app.engine import Case, Facts
from workflows import contacts, papers
from workflows.network_life.form import Life
from workflows.papers import (
    DOCUMENT,
    Values,
    document,
    holder,
    letterhead,
    own_title,
    person,
    school,
    signature,
    title,
    worked_on,
)
from workflows.registers.memberships import NETWORK_ROLES, Membership, composition
from workflows.registers.networks import NETWORKS, Network, founding_order
from workflows.rules import school_year
from workflows.wording import (
    GAP,
    GOAL,
    capital,
    date,
    date_in_text,
    glued,
    lowered,
    sentence,
    whole,
)

PARTNERSHIP = (
    *DOCUMENT,
    "соглашение.дата",
    "сеть.название", "сеть.приказ", "сеть.цель", "сеть.окончание",
    "направления[].номер", "направления[].название",
    "стороны[].номер", "стороны[].название", "стороны[].школа", "стороны[].роль",
    "стороны[].должность_род", "стороны[].имя_род", "стороны[].контакт",
    "стороны[].должность", "стороны[].имя",
    "обязанности[].стороны", "обязанности[].что",
)

DUTIES = {
    "base": (
        "ведёт план сети и следит за его выполнением, делится материалами и опытом своих "
        "педагогов, в конце учебного года готовит информационно-аналитическую справку"
    ),
    "resource": "вместе с базовой школой помогает поддерживаемым, делится материалами и опытом",
    "supported": (
        "называет, в чём ей нужна помощь, направляет своих педагогов на мероприятия сети, "
        "применяет полученное в работе и сообщает сети о своих результатах"
    ),
    "partner": "участвует в мероприятиях сети и делится опытом своих педагогов",
}
"""What a school of each role does, in words of the Regulation (1.6, 4.3)."""


def partnership(case: Case, facts: Facts) -> Values:
    """Return the agreement between the schools that the orders name today."""
    network = facts.of(NETWORKS).get(case.data.network)
    members = composition(facts, case.data.network, case.today)
    name = network.name if network else case.data.network_name
    return {
        "документ": document(case, f"Соглашение о партнёрстве: сеть «{name}»", "prepare_agreement"),
        "соглашение": {"дата": date(case.today)},
        "сеть": {
            "название": name,
            "приказ": glued(founding_order(facts, case.data.network)) or GAP,
            "цель": sentence(lowered((network.goal if network else "") or GOAL)),
            "окончание": date_in_text(network.term_to if network else case.data.valid_to),
        },
        "направления": _directions(facts, network),
        "стороны": [_party(case, facts, n, one) for n, one in enumerate(members, start=1)],
        "обязанности": [
            {"стороны": capital(NETWORK_ROLES[role]), "что": sentence(what)}
            for role, what in DUTIES.items()
            if any(member.role == role for member in members)
        ],
    }


def partnership_file(case: Case[Life]) -> str:
    """Return «Соглашение о партнёрстве от 10.09.2025»."""
    return f"Соглашение о партнёрстве от {date(case.today)}"


def _directions(facts: Facts, network: Network | None) -> list[Values]:
    rows = papers.directions(facts, worked_on(facts, network, school_year(facts.today)))
    return [{"номер": row["номер"], "название": row["название"]} for row in rows]


def _party(case: Case[Life], facts: Facts, number: int, member: Membership) -> Values:
    """A school by its head; her own words for her contact, the coordinator in the base school."""
    head, own = holder(facts, "school_head", member.school), school(facts, member.school)
    return {
        "номер": number,
        "название": letterhead(facts, member.school),
        "школа": own,
        "роль": NETWORK_ROLES[member.role],
        "должность_род": lowered(title(facts, head, "gen")).removesuffix(f" {own}"),
        "имя_род": whole(person(facts, head.person_id if head else None).gen),
        "контакт": _contact(case, facts, member),
        **signature(facts, head),
    }


def _contact(case: Case[Life], facts: Facts, member: Membership) -> str:
    named = next((row.contact for row in case.data.contacts if row.school == member.school), "")
    if member.role == "base" and case.data.coordinator and not named:
        card = person(facts, case.data.coordinator)
        named = ", ".join(filter(None, (card.nom, own_title(facts, card, ""), card.email)))
    return named or contacts.head(facts, member.school) or GAP
