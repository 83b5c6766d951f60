"""Whoever curates a network is asked to visit it in good time, and nobody has to remember (1.4)."""

import datetime as dt
from collections.abc import Iterator

from workflow_app.engine import Case, Facts, Put, Start, says
from workflows.network_life.form import Life, subject
from workflows.visits import VISIT, asked_on, entrusted_to, first_asked_on, schools_of

UNDER_WAY = ("visit_entrusted", "visit_planned", "protocol_written")
"""States of a visit that is still to be told of."""


@says("назначен день, когда первое посещение поручат куратору")
def expect_first_visit(case: Case[Life], facts: Facts) -> Put:
    """Counted from the beginning of its term; of visits before this system nothing is known."""
    return Put({"visit_asked_on": first_asked_on(facts, case.data.network, case.today)})


@says("назначен день, когда следующее посещение поручат куратору")
def expect_visit(case: Case[Life], facts: Facts) -> Put:
    """Counted from the last visit."""
    return Put({"visit_asked_on": asked_on(facts, case.data.network, case.today)})


@says("куратору поручено посещение, если сеть давно не посещали и посещение ещё не готовят")
def ask_for_visit(case: Case[Life], facts: Facts) -> Iterator[Put | Start]:
    """The curator has it in the queue with a term, and the head of ИМЦ learns when it passes."""
    day = asked_on(facts, case.data.network, case.today)
    if day <= case.today:
        visits = facts.cases_about(subject(case), VISIT)
        if not any(card.state in UNDER_WAY for card in visits):
            data = {
                "network": case.data.network, "network_name": case.data.network_name,
                "visitor": entrusted_to(case, facts), **schools_of(case.data, facts),
            }
            yield Start(VISIT, data, subject(case), alone=True)
        day = case.today + dt.timedelta(days=int(facts.setting("visits.within_days")))
    yield Put({"visit_asked_on": day})
