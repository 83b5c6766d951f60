"""The network's own indicators, as the year itself tells them (N01–N06)."""

from collections.abc import Iterator

from workflow_app.engine import Case, Facts, IndicatorCard, IndicatorValueCard, figure, small_survey
from workflows.activities import ACTIVITY, REMOTE, fulfilled

Counted = tuple[int | None, int | None, float | None]
"""How many, out of how many, and what was stated without counting."""


def of_network(case: Case, facts: Facts) -> Iterator[tuple[IndicatorCard, IndicatorValueCard]]:
    """Yield each indicator of the network the year tells something of, and what."""
    told = _told(case, facts)
    for card in facts.indicators():
        value = IndicatorValueCard(card.id, None, *told.get(card.code, (None, None, None)))
        if card.level == "network" and value.result(card.unit) is not None:
            yield card, value


def _told(case: Case, facts: Facts) -> dict[str, Counted]:
    """Return code → what the activities say, or the head of the base school."""
    data, cards = case.data, facts.cases_about(case.subject, ACTIVITY)
    done, counted = fulfilled(card.state for card in cards)
    remote = sum(card.state == "done" and card.data.mode in REMOTE for card in cards)
    mean = None if data.climate_mean is None else float(data.climate_mean)
    return {
        "N01": (done, counted, None),
        "N02": (done, None, None),
        "N03": (remote, done, None),
        "N04": (data.resources_shared, None, None),
        "N05": (data.consultations, None, None),
        "N06": (None, data.climate_answers, mean),
    }


def network_lines(case: Case, facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Yield the network's own indicators as papers print them: title, target, fact."""
    values = facts.indicator_values(case.data.network, case.data.school_year)
    targets = {v.indicator: v.target for v in values if v.school is None}
    for card, value in of_network(case, facts):
        fact = _printed(card, value, small_survey(facts))
        if fact:
            target = targets.get(card.id)
            yield card.title, figure(target, card.unit), fact


def _printed(card: IndicatorCard, value: IndicatorValueCard, least: int) -> str:
    """Return a figure with what it was counted from; too small a survey is not told (A-09)."""
    said = figure(value.result(card.unit), card.unit)
    if card.unit == "%":
        return f"{said} ({value.numerator} из {value.denominator})"
    if card.unit == "балл":
        answers = value.denominator or 0
        return f"{said} (ответов: {answers})" if answers >= least else ""
    return said
