"""Whoever a paper names as coordinator may do the work from that day on (1.7, 5.1)."""

import datetime as dt
from collections.abc import Iterator

from workflow_app.engine import Case, Enter, Facts, Refusal, refuse, says

OFFICE = "network_coordinator"
WRITTEN = ("draft", "returned")
"""States in which somebody may still name another."""
TITLES = {
    "title": "координатор сети", "title_gen": "координатора сети",
    "title_dat": "координатору сети", "title_acc": "координатора сети",
}


def appointed(facts: Facts, person: int | None, base: int | None, on: dt.date) -> Iterator[Enter]:
    """Yield the office of coordinator in the base school, unless she holds it already."""
    card = facts.person(person) if person else None
    if card is None or base is None:
        return
    if not any(own.role == OFFICE and own.organisation_id == base for own in card.offices):
        values = {"person_id": card.id, "organisation_id": base, "role": OFFICE, **TITLES}
        yield Enter("position", values, on)


@says(
    "если координатор — сам директор базовой школы, план за него утверждает управление образованием"
)
def head_is_coordinator(case: Case, facts: Facts) -> Refusal | None:
    """Warning: nobody approves what he sent, so the department takes that step (L5)."""
    named = case.data.coordinator if case.state in WRITTEN else None
    heads = facts.holders("school_head", case.data.base) if named and case.data.base else ()
    if not any(head.person_id == named for head in heads):
        return None
    return refuse(
        "head_is_coordinator",
        "Координатором назван директор базовой школы: план, который он отправит совету, утвердит "
        "управление образованием. Если назвать коллегу, план утвердит сам директор",
        field="coordinator", basis="5.1",
    )
