"""Limits, shares, switches and functions that ask for what no municipality sets."""

from engine.mistakes.small import CLERK, SOON, heads, small

from workflow_app.engine import (
    Answer,
    Ballot,
    Case,
    Facts,
    Setting,
    Silence,
    at_least,
    at_most,
    more_than,
    says,
)

ASIDE = Setting("A-98")


@says("так велит настройка")
def asks(case: Case, facts: Facts) -> bool:
    """Ask for a setting by its name, and for one that is known."""
    return bool(facts.setting("A-99") or facts.setting("A-01") or case.data)  # <- unknown_setting


@says("так велит другая настройка")
def builds(_case: Case, facts: Facts) -> bool:
    """Build one on the spot."""
    return at_least(Setting("A-97")).is_enough(facts)  # <- unknown_setting


process, draft, done = small()
process.move(
    "few",
    "Не чаще",
    draft,
    done,
    by=CLERK,
    if_=[at_most("few", Setting("A-96"), instead="Нет.")],
    past="Сделано",
)  # <- unknown_setting
process.when("asked", "Спрошено", asks, draft, done)
process.when("built", "Построено", builds, draft, done)
vote = Ballot(  # <- unknown_setting
    "vote",
    "Голосование",
    heads,
    (Answer("agree", "За", "yes", past="Сделано"),),
    "член",
    ("yes",),
    due=SOON,
    need=more_than(1, or_just=ASIDE),
    quorum=3,
    most=3,
    abstention_is_vote=Setting("A-01"),
    silence=Silence(Setting("A-95"), ("silent",)),
)
process.ask(vote)

processes = [process]
settings = {"A-01"}
