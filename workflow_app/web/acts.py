"""Normative acts: what networks and papers rest on, by the levels of clause 3.1."""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby

from flask import Blueprint, render_template, request

from workflow_app.engine.acts import HEADINGS
from workflow_app.engine.facts import ActCard
from workflow_app.store.acts import all_acts, doubts, references
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.house import read
from workflow_app.web.numbers import day_in
from workflow_app.web.security import municipality

acts = Blueprint("acts", __name__)

Levels = Sequence[tuple[str, Sequence[tuple[ActCard, str]]]]
"""The name of a level, and its acts, each with what speaks against it."""


@acts.get("/acts")
def show_all() -> str:
    """List the acts, or those in force on a day."""

    def look(uow: SqlUnitOfWork) -> str:
        on, cards = day_in(request.args.get("on")), all_acts(uow.session, municipality(uow))
        shown = [card for card in cards if on is None or card.in_force(on)]
        levels = by_level(shown, references(cards), on or uow.today)
        return render_template("registers/acts.html", on=on, levels=levels)

    return read(look)


def by_level(cards: Sequence[ActCard], named: Mapping[int, str], on: dt.date) -> Levels:
    """Return acts that stand in the order of their levels, level by level."""
    return [
        (HEADINGS[level], [(card, doubts(card, named, on)) for card in found])
        for level, found in groupby(cards, key=lambda card: card.level)
    ]
