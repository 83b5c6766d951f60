"""The papers of schools: the notice of one that leaves (N4), the consents of those asked (1.5)."""

from workflow_app.engine import Case, Facts, Paper, says
from workflows.network_change.ballots import consents
from workflows.network_change.composition import after, before
from workflows.network_change.form import Change
from workflows.network_change.rules import open_activities
from workflows.papers import (
    DOCUMENT,
    SIGNATURE,
    Values,
    document,
    holder,
    person,
    school,
    signature,
    title,
    worked_on,
)
from workflows.registers.memberships import base_of, composition
from workflows.registers.networks import NETWORKS, Network, founding_order
from workflows.rules import school_year
from workflows.school_consents import Terms, consents_on_paper
from workflows.wording import GAP, capital, date, date_in_text, glued, sentence, whole

NOTICE = (
    *DOCUMENT, *SIGNATURE,
    "адресат.должность_дат", "адресат.имя_дат",
    "уведомление.дата", "школа.название",
    "сеть.название", "сеть.приказ",
    "выход.дата", "выход.причина",
    "мероприятия[].название",
)


@says("школа, которая выходит сама, уведомляет базовую школу")
def exit_notice(case: Case[Change], _facts: Facts) -> Paper | None:
    """A school that leaves by its own wish says so on paper (N4, A-04)."""
    own = case.data.kind == "remove" and case.parties["author"] == {case.data.school}
    return Paper("exit_notice") if own else None


def notice(case: Case, facts: Facts) -> Values:
    """Return the values of the notice."""
    data, network = case.data, facts.of(NETWORKS).get(case.data.network)
    head = holder(facts, "school_head", base_of(facts, network))
    name = network.name if network else GAP
    return {
        "документ": document(case, f"Уведомление о выходе из сети «{name}»", "send"),
        "адресат": {
            "должность_дат": capital(title(facts, head, "dat")),
            "имя_дат": whole(person(facts, head.person_id if head else None).dat),
        },
        "уведомление": {"дата": date(case.today)},
        "школа": {"название": school(facts, data.school)},
        "сеть": {
            "название": name,
            "приказ": glued(founding_order(facts, case.data.network)) or GAP,
        },
        "выход": {"дата": date_in_text(data.effective_on), "причина": sentence(data.reason)},
        "мероприятия": [
            {"название": card.data.title} for card in open_activities(case, facts, {data.school})
        ],
        "подпись": signature(facts, holder(facts, "school_head", data.school)),
    }


def consent(case: Case[Change], facts: Facts) -> Values:
    """Return a page for each school that agreed to what concerns it (N2, N3, N10)."""
    votes = facts.tally(case, consents.key) or ()
    agreed = (vote for vote in votes if vote.status in consents.yes)
    return consents_on_paper(case, facts, consents, agreed, _terms(case, facts))


def _terms(case: Case[Change], facts: Facts) -> Terms:
    """Return what the schools were asked about: the network as the change leaves it to them."""
    data, own = case.data, facts.of(NETWORKS).get(case.data.network)
    into = facts.of(NETWORKS).get(data.into) if data.kind == "merge" else None
    network, name = into or own, own.name if own else GAP
    return Terms(
        name=name,
        subject=_subject(data.kind, name, into, data.name),
        asked_by=base_of(facts, own),
        base=_base(data, network, facts),
        roles=_roles(case, facts),
        directions=worked_on(facts, network, school_year(data.effective_on or case.today)),
        since=data.effective_on,
        until=network.term_to if network else None,
    )


def _subject(kind: str, name: str, into: Network | None, new_name: str) -> str:
    match kind:
        case "change_base":
            return f"быть базовой школой сети «{name}»"
        case "split":
            return f"на участие в сети «{new_name}», которая выделяется из сети «{name}»"
        case "merge":
            return f"на присоединение сети «{name}» к сети «{into.name if into else GAP}»"
    return f"на участие в сети «{name}»"


def _base(data: Change, network: Network | None, facts: Facts) -> int | None:
    """Return the base school the schools agree to."""
    chosen: dict[str, int | None] = {"change_base": data.school, "split": data.new_base}
    return chosen[data.kind] if data.kind in chosen else base_of(facts, network)


def _roles(case: Case, facts: Facts) -> dict[int, str]:
    """Return school → role after the change; in a network that is no more, the role until then."""
    data, roles = case.data, {**before(case, facts), **after(case, facts)}
    if data.kind == "merge":
        joined = composition(facts, data.into, data.effective_on)
        roles |= {member.school: member.role for member in joined}
    if data.kind == "split":
        roles |= {data.new_base: "base"}
    return roles


def notice_file(case: Case[Change]) -> str:
    """Return «Уведомление о выходе от 12.01.2026»."""
    return f"Уведомление о выходе от {date(case.today)}"
