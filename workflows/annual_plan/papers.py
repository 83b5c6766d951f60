"""What the plan and the protocol of the council print (dossier 4)."""

from itertools import groupby

from workflow_app.engine import Case, Facts
from workflow_app.engine.facts import CaseCard
from workflow_app.engine.votes import Tally
from workflows.activities import ACTIVITY, DELIVERY, FORMS, SECTIONS
from workflows.annual_plan.advice import advised
from workflows.annual_plan.council import council
from workflows.annual_plan.form import Activity, Plan
from workflows.council import QUORUM, VOTES, rule_of_council
from workflows.papers import (
    DOCUMENT,
    SIGNATURE,
    Values,
    document,
    head_name,
    holder,
    letterhead,
    local_date,
    own_title,
    person,
    school,
    signature,
)
from workflows.registers.memberships import NETWORK_ROLES
from workflows.registers.networks import NETWORKS, founding_order
from workflows.wording import GAP, capital, date, glued, whole, year_in_text

PLAN = (
    *DOCUMENT,
    "утверждаю.должность", "утверждаю.имя", "утверждаю.дата",
    "согласовано.должность", "согласовано.имя", "согласовано.дата",
    "протокол.дата",
    "сеть.название", "сеть.базовая_школа", "сеть.цель", "сеть.приказ",
    "план.год", "план.редакция", "план.пояснение",
    "разделы[].название",
    "разделы[].строки[].номер", "разделы[].строки[].мероприятие", "разделы[].строки[].форма",
    "разделы[].строки[].режим", "разделы[].строки[].сроки", "разделы[].строки[].ответственный",
    "разделы[].строки[].участники", "разделы[].строки[].результат",
    "разделы[].строки[].направление", "разделы[].строки[].отметка",
)

PROTOCOL = (
    *DOCUMENT, *SIGNATURE, "секретарь.должность", "секретарь.имя",
    "организация.название",
    "протокол.дата", "протокол.повестка", "протокол.решение",
    "сеть.название", "план.год", "план.редакция",
    "голоса[].номер", "голоса[].школа", "голоса[].роль", "голоса[].имя", "голоса[].голос",
    "голоса[].дата", "голоса[].пояснение",
    "итог.приглашено", "итог.голосовали", "итог.за", "итог.против", "итог.воздержались",
    "итог.кворум", "итог.правило", "итог.состоялось",
)


def plan(case: Case[Plan], facts: Facts) -> Values:
    """Return the values of the plan as it is approved, by the base head or for him."""
    data, network = case.data, facts.of(NETWORKS).get(case.data.network)
    approver, imc_head = holder(facts, "school_head", data.base), holder(facts, "imc_head")
    if case.capacity and case.capacity.role == "department_head":
        approver = case.capacity
    return {
        "документ": document(case, f"План работы сети «{network.name if network else GAP}»"),
        "утверждаю": {**signature(facts, approver), "дата": date(case.today)},
        "согласовано": {
            **signature(facts, imc_head),
            "дата": local_date(facts, facts.last_taken(case, "agree")) or GAP,
        },
        "протокол": {"дата": local_date(facts, facts.last_taken(case, "vote_passed"))},
        "сеть": {
            "название": network.name if network else GAP,
            "базовая_школа": school(facts, data.base),
            "цель": data.goal,
            "приказ": glued(founding_order(facts, data.network)),
        },
        "план": {
            "год": year_in_text(data.school_year),
            "редакция": data.edition,
            "пояснение": data.no_remote_reason,
        },
        "разделы": _sections(case, facts),
    }


def plan_file(case: Case[Plan]) -> str:
    """Return «План сети 2025-2026, редакция 1»."""
    return f"План сети {case.data.school_year}, редакция {case.data.edition}"


def _sections(case: Case, facts: Facts) -> list[Values]:
    """Return the rows by section, numbered through in the order of the sections."""
    order, rows = list(SECTIONS), case.data.activities
    schools = {case.data.base, *case.data.members}
    held = {card.key: card for card in facts.cases_about(case.subject, ACTIVITY)}
    texts = advised(case, facts)
    in_order = sorted(rows, key=lambda row: (order.index(row.section), row.starts_on, row.title))
    numbered = enumerate(in_order, start=1)
    return [
        {
            "название": SECTIONS[section],
            "строки": [
                {
                    **_row(facts, n, row, schools),
                    "отметка": _mark(row, held.get(row.row_key), texts.get(row.recommendation)),
                }
                for n, row in found
            ],
        }
        for section, found in groupby(numbered, key=lambda pair: pair[1].section)
    ]


def _row(facts: Facts, number: int, row: Activity, schools: set[int]) -> Values:
    post = facts.post(row.responsible) if row.responsible else None
    organisation = facts.organisation(post.organisation_id) if post else None
    where = f", {glued(organisation.short_name)}" if organisation else ""
    return {
        "номер": number,
        "мероприятие": row.title,
        "форма": FORMS[row.form],
        "режим": DELIVERY[row.mode],
        "сроки": f"{date(row.starts_on)} – {date(row.ends_on)}",
        "ответственный": f"{whole(post.name)}{where}" if post else GAP,
        "участники": _participants(facts, row, schools),
        "результат": row.expected_result,
        "направление": facts.name("direction", row.direction) if row.direction else "",
    }


def _participants(facts: Facts, row: Activity, schools: set[int]) -> str:
    """Return who takes part; whom a row does not leave out, it does not list."""
    if set(row.participants) >= schools:
        return "все школы сети"
    return "; ".join(school(facts, one) for one in row.participants)


def _mark(row: Activity, held: CaseCard | None, advice: str | None) -> str:
    """Return what became of a row so far, and what it was put into the plan for.

    Adaptation is a task of its own (Regulation 2); the report counts what was held for it.

    The text of a recommendation is said where the row is not called by it.
    """
    said = []
    if held and held.state == "done":
        said.append(f"проведено {date(held.data.actual_on)}")
    if row.adaptation:
        said.append("социализация и адаптация")
    if row.recommendation:
        is_told = not advice or advice.startswith(row.title)
        said.append("по рекомендации" if is_told else f"по рекомендации «{advice}»")
    return "; ".join(said)


def protocol(case: Case, facts: Facts) -> Values:
    """Return the values of the council's protocol at the moment the vote closed."""
    data, network = case.data, facts.of(NETWORKS).get(case.data.network)
    secretary = person(facts, data.coordinator)
    tally = facts.tally(case, council.key) or Tally(())
    name = network.name if network else GAP
    passed = council.is_passed(case, facts, tally)
    return {
        "документ": document(case, f"Протокол совета сети «{name}»", "to_vote"),
        "организация": {"название": letterhead(facts, data.base)},
        "протокол": {
            "дата": date(case.today),
            "повестка": f"О плане сети на {year_in_text(data.school_year)} учебный год",
            "решение": "план поддержать и направить в методический центр"
            if passed
            else "план доработать",
        },
        "сеть": {"название": name},
        "план": {"год": year_in_text(data.school_year), "редакция": data.edition},
        "голоса": [
            {
                "номер": number,
                "школа": school(facts, vote.voter.organisation_id),
                "роль": NETWORK_ROLES["base"] if vote.voter.group == "base" else "школа сети",
                "имя": head_name(facts, vote.voter.organisation_id),
                "голос": VOTES[vote.status],
                "дата": local_date(facts, vote.answered_at),
                "пояснение": vote.comment,
            }
            for number, vote in enumerate(tally, start=1)
        ],
        "итог": {
            "приглашено": tally.count(),
            "голосовали": tally.count("for", "against", "abstained"),
            "за": tally.count("for"),
            "против": tally.count("against"),
            "воздержались": tally.count("abstained"),
            "кворум": f"{QUORUM.in_words(facts)} школ сети",
            "правило": rule_of_council(facts),
            "состоялось": passed,
        },
        "подпись": signature(facts, holder(facts, "school_head", data.base)),
        "секретарь": {
            "должность": capital(own_title(facts, secretary, "")),
            "имя": whole(secretary.signature),
        },
    }


def protocol_file(case: Case[Plan]) -> str:
    """Return «Протокол совета 2025-2026, редакция 1»."""
    return f"Протокол совета {case.data.school_year}, редакция {case.data.edition}"
