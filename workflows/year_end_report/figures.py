"""The network's own indicators, as the year itself tells them (N01–N06)."""

from collections.abc import Iterator

from workflow_app.engine import Case, Facts, figure, percent, small_survey
from workflows.activities import ACTIVITY, REMOTE, fulfilled


def network_lines(case: Case, facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Yield the network's own indicators: title, target, fact (N01–N06)."""
    values = facts.indicator_values(case.data.network, case.data.school_year)
    targets = {v.indicator: v.target for v in values if v.school is None}
    facts_of_year = _of_network(case, facts)
    for card in facts.indicators():
        fact = facts_of_year.get(card.code) if card.level == "network" else ""
        if fact:
            target = targets.get(card.id)
            yield f"{card.code} {card.title}", figure(target, card.unit), fact


def _of_network(case: Case, facts: Facts) -> dict[str, str]:
    """Return code → what the year itself tells of an indicator of the network."""
    cards = facts.cases_about(case.subject, ACTIVITY)
    done, counted = fulfilled(card.state for card in cards)
    remote = sum(card.state == "done" and card.data.mode in REMOTE for card in cards)
    return {
        "N01": _share(done, counted),
        "N02": str(done),
        "N03": _share(remote, done),
        "N04": "" if case.data.resources_shared is None else str(case.data.resources_shared),
        "N06": _climate(case, facts),
    }


def _share(part: int, whole: int) -> str:
    return f"{percent(part, whole)} ({part} из {whole})" if whole else ""


def _climate(case: Case, facts: Facts) -> str:
    mean, answers = case.data.climate_mean, case.data.climate_answers or 0
    if mean is None or answers < small_survey(facts):
        return ""
    return f"{figure(mean, 'балл')} (ответов: {answers})"
