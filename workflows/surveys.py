"""What a survey of a network's schools and the report of its year have in common (1.8-5, N06)."""

from decimal import Decimal
from typing import Any

from workflow_app.engine import Facts, small_survey
from workflows.activities import subject

SURVEY, TOLD = "climate_survey", "survey_told"


def about(data: Any) -> str:
    """Return what a survey is about: its network in a school year."""
    return subject(data.network, data.school_year) if data.network else ""


def surveyed(
    facts: Facts, network: int | None, school_year: str
) -> tuple[int | None, Decimal | None] | None:
    """Return answers and mean of the last survey of a year that enough people answered (A-09).

    Neither where few answered in each; None where none is over, and people may type what they know.
    """
    cards = facts.cases_about(f"network/{network}/{school_year}", SURVEY)
    over = [card for card in cards if card.state == TOLD]
    for card in reversed(over):
        found = facts.poll(card.id)
        if found.answers >= small_survey(facts):
            return found.answers, found.mean()
    return (None, None) if over else None
