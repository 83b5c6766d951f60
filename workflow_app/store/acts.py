"""Normative acts of a municipality, by their levels."""

import datetime as dt
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow_app.engine.acts import LEVELS
from workflow_app.engine.facts import ActCard
from workflow_app.store.models.directory import NormativeAct


def all_acts(session: Session, municipality_id: int) -> list[ActCard]:
    """Return the acts by their levels, those of a level by their codes."""
    query = select(NormativeAct).where(NormativeAct.municipality_id == municipality_id)
    cards = map(act_card, session.scalars(query.order_by(NormativeAct.code)))
    return sorted(cards, key=lambda card: tuple(LEVELS).index(card.level))


def act_card(act: NormativeAct) -> ActCard:
    """Return an act as guards and pages know it."""
    return ActCard(
        act.id, act.title, citation(act), act.state, act.valid_to, act.level, act.act_type,
        act.number or "", act.adopted_on, act.issuer, act.issuer_gen or "", act.valid_from,
        act.replaced_by_id,
    )  # fmt: skip


def citation(act: NormativeAct) -> str:
    """Return how papers cite an act; a missing number leaves a visible gap (G2)."""
    date = f"{act.adopted_on:%d.%m.%Y}" if act.adopted_on else "________"
    return f"{act.act_type} ({act.issuer}) от {date} № {act.number or '____'} «{act.title}»"


def doubts(act: ActCard, named: Mapping[int, str], on: dt.date) -> str:
    """Return what speaks against resting on an act that day, and what stands in its place."""
    if act.in_force(on):
        return "действие не подтверждено" if act.state == "to_verify" else ""
    if act.valid_from and on < act.valid_from:
        return f"действует с {act.valid_from:%d.%m.%Y}"
    said = f"срок истёк {act.valid_to:%d.%m.%Y}" if act.valid_to else "не действует"
    return f"{said}, вместо него {named[act.replaced_by]}" if act.replaced_by else said


def references(cards: Iterable[ActCard]) -> Mapping[int, str]:
    """Return how each act is called in a few words: «приказ № 188-пр»."""
    return {card.id: f"{card.kind} № {card.number or '____'}" for card in cards}
