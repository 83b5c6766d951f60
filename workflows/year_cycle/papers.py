"""What the district summary of a year prints: every network, no ranking (dossier 4)."""

from collections.abc import Iterable, Iterator, Mapping

from workflow_app.engine import Case, Facts, Shown, total_of_shown
from workflows.activities import ACTIVITY, fulfilled
from workflows.indicators import of_network
from workflows.papers import (
    DOCUMENT,
    SIGNATURE,
    Values,
    document,
    holder,
    letterhead,
    school,
    signature,
)
from workflows.registers.indicators import Indicator
from workflows.registers.memberships import base_of, composition
from workflows.registers.networks import MODELS, Network
from workflows.registers.recommendations import ADDRESSEES, FOLLOWED, of_report
from workflows.wording import date, glued, year_in_text
from workflows.year_cycle.form import SchoolYear
from workflows.year_cycle.rules import networks, reports
from workflows.year_end import APPROVED

SUMMARY = (
    *DOCUMENT, *SIGNATURE, "организация.название", "справка.год", "справка.дата",
    "итог.сетей", "итог.школ", "итог.справок", "замечания",
    "сети[].номер", "сети[].название", "сети[].базовая_школа", "сети[].план",
    "сети[].справка", "сети[].школ",
    "модели[].название", "модели[].сетей", "модели[].план", "модели[].справок",
    "показатели[].название", "показатели[].школ", "показатели[].факт",
    "практики[].сеть", "практики[].текст",
    "рекомендации[].номер", "рекомендации[].сеть", "рекомендации[].текст",
    "рекомендации[].кому", "рекомендации[].срок", "рекомендации[].состояние",
)


def summary(case: Case, facts: Facts) -> Values:
    """Return the values of the summary as the year is closed."""
    data, known = case.data, [network for _, network in networks(facts)]
    told = {card.data.network: card.state for card in reports(case, facts)}
    schools = {m.school for network in known for m in composition(facts, network.id, case.today)}
    return {
        "документ": document(case, "Сводная справка о сетевом взаимодействии"),
        "организация": {"название": letterhead(facts, "imc")},
        "подпись": signature(facts, holder(facts, "imc_head")),
        "справка": {"год": year_in_text(data.school_year), "дата": date(case.today)},
        "итог": {
            "сетей": len(known), "школ": len(schools),
            "справок": sum(state in APPROVED for state in told.values()),
        },
        "замечания": data.remark,
        "сети": [
            _network(case, facts, number, network, told.get(network.id, ""))
            for number, network in enumerate(known, start=1)
        ],
        "модели": list(_models(case, facts, known, told)),
        "показатели": list(figures(facts, known, data.school_year)),
        "практики": [
            {"сеть": facts.name("network", row.network), "текст": row.text}
            for row in data.practices
        ],
        "рекомендации": [
            {"номер": number, **row}
            for number, row in enumerate(_advice(case, facts, known), start=1)
        ],
    }


def summary_file(case: Case[SchoolYear]) -> str:
    """Return «Сводная справка за 2025-2026 год»."""
    return f"Сводная справка за {case.data.school_year} год"


def _network(
    case: Case[SchoolYear], facts: Facts, number: int, network: Network, report: str
) -> Values:
    about = f"network/{network.id}/{case.data.school_year}"
    done, counted = fulfilled(card.state for card in facts.cases_about(about, ACTIVITY))
    return {
        "номер": number, "название": network.name,
        "базовая_школа": school(facts, base_of(facts, network)),
        "план": f"{done} из {counted}" if counted else "—",
        "справка": "утверждена" if report in APPROVED else "не утверждена" if report else "нет",
        "школ": len(composition(facts, network.id, case.today)),
    }


def _models(
    case: Case[SchoolYear], facts: Facts, known: Iterable[Network], told: Mapping[int, str]
) -> Iterator[Values]:
    """Yield what networks of a model did together, in the order of the models (2, second task)."""
    alike: dict[str, list[Network]] = {model: [] for model in MODELS}
    for network in known:
        alike.setdefault(network.model, []).append(network)
    for model, found in alike.items():
        cards = [
            card.state for network in found
            for card in facts.cases_about(f"network/{network.id}/{case.data.school_year}", ACTIVITY)
        ]
        done, counted = fulfilled(cards)
        if found:
            yield {
                "название": MODELS.get(model) or model or "не указана", "сетей": len(found),
                "план": f"{done} из {counted}" if counted else "—",
                "справок": sum(told.get(network.id, "") in APPROVED for network in found),
            }


def figures(facts: Facts, known: Iterable[Network], year: str) -> Iterator[Values]:
    """Yield sums over the schools whose figures may be shown; closed ones are in no sum (A-09).

    A school of two networks tells its year to both and is counted once.
    """
    cells: dict[str, dict[int | None, Shown]] = {}
    cards: dict[str, Indicator] = {}
    for network in known:
        for card, shown in of_network(facts, network.id, year):
            schools = cells.setdefault(card.code, {})
            schools |= {c.school: c for c in shown.cells if c.is_known and c.school not in schools}
            cards[card.code] = card
    for code, card in cards.items():
        total = total_of_shown(cells[code].values(), card.unit)
        if total is not None:
            yield {"название": card.title, "школ": len(cells[code]), "факт": total.text}


def _advice(case: Case[SchoolYear], facts: Facts, known: Iterable[Network]) -> Iterator[Values]:
    for network in known:
        for card in of_report(facts, network.id, case.data.school_year):
            to = school(facts, card.school) if card.school else ADDRESSEES[card.addressee]
            yield {
                "сеть": network.name, "текст": card.text, "кому": glued(to),
                "срок": date(card.due_on), "состояние": FOLLOWED.get(card.state, card.state),
            }
