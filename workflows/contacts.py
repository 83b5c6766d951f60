"""Whom the others talk to in a school of a network: named with its consent (1.7)."""

from collections.abc import Iterable

from workflow_app.engine import Facts, Form, Line, Row, Rows, School, Text, field
from workflow_app.engine.votes import Vote

HINT = "Имя, должность, служебный телефон или почта. Пусто: контактное лицо — сам директор"


class Contact(Row):
    """Whom the others talk to in a school."""

    school: School = field("Школа", key=True)
    contact: Line = field("Контактное лицо")


class Consented(Form):
    """What a school says with its consent."""

    contact: Line = field("Контактное лицо школы", optional=True, basis="1.7", hint=HINT)


class ConsentedOnTerms(Form):
    """What a school says with a consent that has conditions."""

    reason: Text = field("Условия", minimum=3)
    contact: Line = field("Контактное лицо школы", optional=True, basis="1.7", hint=HINT)


def named(votes: Iterable[Vote], facts: Facts) -> Rows[Contact]:
    """Return the contact of each school that was asked: the one it named, else its head."""
    said = (
        (vote, vote.said.get("contact") or head(facts, vote.voter.organisation_id))
        for vote in votes
    )
    return Rows(
        Contact(school=vote.voter.organisation_id, contact=contact)
        for vote, contact in said
        if contact
    )


def head(facts: Facts, school_id: int | None) -> str:
    """Return the head of a school as a contact; empty where the school has none."""
    for capacity in facts.holders("school_head", school_id):
        card = facts.person(capacity.person_id)
        if card:
            return ", ".join(filter(None, (card.nom, capacity.title, card.email)))
    return ""
