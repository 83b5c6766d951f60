"""The review of a text before it is returned or let through: a draft of the reviewer's own.

It is kept for one person, one case and one text: of another text nothing of it is shown; where her
step is taken back, it is there again. No history tells of it, and nobody else reads it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from workflow_app.engine.case import Case
from workflow_app.engine.decide import Offer, allowed, is_stale
from workflow_app.engine.forms import parse, relevant
from workflow_app.engine.parts import Part, part_of, units
from workflow_app.engine.process import Process, Transition
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.remarks import as_remarks, is_blamed, is_return, named_by
from workflow_app.engine.roles import Actor
from workflow_app.services.cases.acting import NOT_FOUND, may_read
from workflow_app.services.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody has said of a text so far."""

    accepted: frozenset[str] = frozenset()
    """The units (`engine.parts.units`) she found right."""
    remarks: Mapping[str, str] = field(default_factory=dict)
    """Field or row (`field.key`) → what has to be mended there."""


class Reviews(UnitOfWork, Protocol):
    """What a review needs of the store beyond a decision's unit of work."""

    def review(self, case: Case, person_id: int) -> Review | None:
        """Return what a person has said of the text as it stands."""

    def keep_review(self, case: Case, person_id: int, review: Review) -> None:
        """Keep a person's review of the text instead of what she said before."""


OVER = Refusal(
    "not_open", "Просматривать здесь больше нечего: дело ушло дальше или его рассматривает другой"
)


def may_return(offer: Offer) -> bool:
    """Tell whether an offer is a return with remarks that a person may take now."""
    step = offer.action
    return bool(
        isinstance(step, Transition) and is_return(step) and offer.capacities and not offer.refusal
    )


def places(case: Case) -> frozenset[str]:
    """Return what a remark may be about: fields that people fill in, and their named rows."""
    found = set()
    for view in relevant(case.data):
        if is_blamed(view):
            rows = getattr(case.data, view.name) if named_by(view) else ()
            found |= {view.name, *(f"{view.name}.{row.row_key}" for row in rows)}
    return frozenset(found)


def shown_units(case: Case) -> tuple[Part, ...]:
    """Return what is looked through of a text: parts that ask for something as it stands."""
    named = {view.name for view in relevant(case.data) if is_blamed(view)}
    return tuple(one for one in units(type(case.data)) if not named.isdisjoint(one.names))


def seen(case: Case, review: Review) -> frozenset[str]:
    """Return the units that are looked through: found right, or with a remark."""
    found = units(type(case.data))
    blamed = (part_of(found, place) for place in review.remarks)
    return review.accepted | {part.key for part in blamed if part}


def write(
    uow: Reviews,
    person_id: int,
    instance_id: int,
    *,
    remarks: Mapping[str, str],
    accepted: Collection[str] = (),
    doubted: Collection[str] = (),
    read: str,
) -> Review | Refusal:
    """Keep what a person says of places of the text she `read`; an empty remark takes one back.

    A unit with a remark is not accepted as well; `doubted` units are open again.
    """
    case = uow.load(instance_id)
    actor = uow.actor(person_id)
    if case is None or not may_read(uow, uow.processes[case.process], case, actor):
        return NOT_FOUND
    step = returning(uow, uow.processes[case.process], case, actor)
    if step is None or step.form is None:
        return OVER
    refusal = is_stale(case, None, read)
    if refusal:
        return refusal
    known, found = places(case), units(type(case.data))
    before = uow.review(case, person_id) or Review()
    said = {**before.remarks, **{at: text.strip() for at, text in remarks.items()}}
    said = {at: text for at, text in said.items() if text and at in known}
    fit = parse(step.form, as_remarks(step.form, said))
    if isinstance(fit, Refusal):
        return fit
    blamed = {part.key for at in said if (part := part_of(found, at))}
    right = (before.accepted | {*accepted}) & {part.key for part in found}
    review = Review(frozenset(right - blamed - {*doubted}), said)
    uow.keep_review(case, person_id, review)
    return review


def returning(uow: UnitOfWork, process: Process, case: Case, actor: Actor) -> Transition | None:
    """Return the step by which a person may send a case back with remarks now."""
    if not any(map(is_return, process.moves(case.state))):
        return None
    facts = uow.facts(case.municipality_id)
    offers = allowed(process, case, actor, facts, uow.now, uow.today)
    step = next((one.action for one in offers if may_return(one)), None)
    return step if isinstance(step, Transition) else None
