"""The network's own indicators, as the year itself tells them (N01–N06)."""

from collections.abc import Iterator
from decimal import Decimal

from workflow_app.engine import (
    Case,
    Facts,
    figure,
    printed_change,
    small_survey,
)
from workflows.activities import ACTIVITY, REMOTE, fulfilled
from workflows.indicators import Line
from workflows.registers.indicator_values import IndicatorValue, of_year
from workflows.registers.indicators import (
    CLIMATE,
    EVENTS,
    MATERIALS,
    PLAN_DONE,
    REMOTE_SHARE,
    VISITS,
    Indicator,
    catalogue,
)
from workflows.registers.materials import shared_in
from workflows.rules import year_before
from workflows.surveys import surveyed
from workflows.visits import support_given
from workflows.year_end_report.form import Report

WHOLE = "сеть в целом"
NO_DATA = "нет данных"

Counted = tuple[int | None, int | None, Decimal | None]
"""How many, out of how many, and what was stated without counting."""


def of_network(case: Case[Report], facts: Facts) -> Iterator[tuple[Indicator, IndicatorValue]]:
    """Yield each indicator of the network the year tells something of, and what."""
    told = _told(case, facts)
    for card in catalogue(facts):
        numerator, denominator, stated = told.get(card.code, (None, None, None))
        value = IndicatorValue.model_construct(
            indicator=card.id, numerator=numerator, denominator=denominator, value=stated
        )
        if card.level == "network" and value.result(card.unit) is not None:
            yield card, value


def _told(case: Case[Report], facts: Facts) -> dict[str, Counted]:
    """Return code → what the activities say, or the head of the base school."""
    cards = facts.cases_about(case.subject, ACTIVITY)
    done, counted = fulfilled(card.state for card in cards)
    remote = sum(card.state == "done" and card.data.mode in REMOTE for card in cards)
    return {
        PLAN_DONE: (done, counted, None),
        EVENTS: (done, None, None),
        REMOTE_SHARE: (remote, done, None),
        MATERIALS: (shared(case, facts), None, None),
        VISITS: (supported(case, facts), None, None),
        CLIMATE: (None, *climate(case, facts)),
    }


def climate(case: Case[Report], facts: Facts) -> tuple[int | None, Decimal | None]:
    """Return answers and mean of the year's survey; where there was none, what people typed."""
    data = case.data
    found = surveyed(facts, data.network, data.school_year)
    return (data.climate_answers, data.climate_mean) if found is None else found


def shared(case: Case[Report], facts: Facts) -> int | None:
    """Return how many materials schools gave: by the library, and what the head adds."""
    data = case.data
    return _together(shared_in(facts, data.network, data.school_year), data.resources_shared)


def supported(case: Case[Report], facts: Facts) -> int | None:
    """Return how often ИМЦ was there: what the registers know, and what the head adds to it."""
    data = case.data
    return _together(support_given(facts, data.network, data.school_year), data.consultations)


def _together(known: int, added: int | None) -> int | None:
    """Return what the registers know and what people add; nothing where nobody knows of any."""
    return known + added if added is not None else known or None


def network_lines(case: Case[Report], facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Yield the network's own indicators as papers print them: title, target, fact."""
    for title, _, _, target, fact, _ in whole_network(case, facts):
        if fact != NO_DATA:
            yield title, target, fact


def whole_network(case: Case, facts: Facts) -> Iterator[Line]:
    """Yield each indicator of the network: title, whose, base, target, fact, change.

    Its base is the year before. A survey of too few people is told in neither year (A-09).
    """
    data, least = case.data, small_survey(facts)
    stated, before = (
        {v.indicator: v for v in of_year(facts, data.network, year) if v.school is None}
        for year in (data.school_year, year_before(data.school_year))
    )
    found = {card.id: value for card, value in of_network(case, facts)}
    for card in catalogue(facts, {*found, *stated}):
        if card.level != "network":
            continue
        now, earlier = (_result(card, known.get(card.id), least) for known in (found, before))
        target = stated[card.id].target if card.id in stated else None
        change = None if now is None or earlier is None else now - earlier
        yield (
            card.title, WHOLE, figure(earlier, card.unit), figure(target, card.unit),
            _printed(card, found[card.id]) if now is not None else NO_DATA,
            printed_change(change, card.unit),
        )


def _result(card: Indicator, value: IndicatorValue | None, least: int) -> Decimal | None:
    """Return a figure; none for a survey of too few people (A-09)."""
    if value is None or (card.unit == "балл" and (value.denominator or 0) < least):
        return None
    return value.result(card.unit)


def _printed(card: Indicator, value: IndicatorValue) -> str:
    """Return a figure with what it was counted from."""
    said = figure(value.result(card.unit), card.unit)
    if card.unit == "%":
        return f"{said} ({value.numerator} из {value.denominator})"
    return f"{said} (ответов: {value.denominator})" if card.unit == "балл" else said
