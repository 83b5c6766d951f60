"""Work given by name: who takes an item, gives it back, takes it over, or hands out many.

An item of a role waits for everybody who holds the role. Given to one of them it waits for her (or
for who stands in for her) alone, until it is given back or she leaves the office.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from workflow_app.engine.marks import fill
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import POST, Actor, Capacity
from workflow_app.engine.text import plural
from workflow_app.services.administration import NOT_ADMIN, UNKNOWN, officer

TOGETHER = 200
"""So many items are handed out with one press."""
LISTED = 30
"""So many of them are named in the notice of it."""
EVERYBODY = "всем в этой роли"

NOT_A_HOLDER = Refusal("not_a_holder", "Этот человек сегодня не занимает нужную должность")
NOT_YOURS = Refusal("not_yours", "Дело вам не поручено: возвращать нечего")


@dataclass(frozen=True, slots=True)
class Work:
    """An open work item: what is asked in which case, of whom, and to whom it was given."""

    id: int
    municipality_id: int
    instance_id: int
    role: str
    organisation_id: int
    title: str
    heading: str
    person_id: int | None


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed out to whom (none: to everybody), and what could not be, with the reason."""

    to: int | None = None
    done: list[Work] = field(default_factory=list)
    refused: list[tuple[Work, Refusal]] = field(default_factory=list)


class Assigning(Protocol):
    """What giving work needs of the unit of work."""

    def open_work(self, work_ids: Sequence[int]) -> Sequence[Work]:
        """Return those of the items that are open, in the order of their ids."""

    def holders(self, items: Sequence[Work]) -> Mapping[int, Sequence[Capacity]]:
        """Return item → the capacities in which it may be done today."""

    def name(self, person_id: int) -> str:
        """Return a person's short name."""

    def hand(self, work: Work, person_id: int | None) -> bool:
        """Give an item to a person or to everybody; False if it changed hands or was done."""

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""

    def tell(
        self, by: Capacity, instance_id: int | None, to: tuple[str, int], subject: str, text: str
    ) -> None:
        """Send a notice to whoever holds an office, in the same transaction."""


def owner(capacity: Capacity) -> int:
    """Return to whom work is given that is done in a capacity: who stands in does it for her."""
    return capacity.stands_for or capacity.person_id


def hand_out(
    store: Assigning, actor: Actor, work_ids: Sequence[int], person_id: int | None
) -> Handed | Refusal:
    """Give items to one holder of their role, or back to all of them; she is told once of all."""
    by = officer(actor)
    if by is None:
        return NOT_ADMIN
    found = [
        one
        for one in store.open_work(sorted(set(work_ids))[:TOGETHER])
        if one.municipality_id == by.municipality_id
    ]
    if not found:
        return UNKNOWN
    held = store.holders(found)
    handed = Handed(person_id)
    offices: list[Capacity] = []
    for work in found:
        chosen = next((one for one in held[work.id] if owner(one) == person_id), None)
        refusal = NOT_A_HOLDER if person_id is not None and chosen is None else None
        if refusal := refusal or _hand(store, by, work, person_id):
            handed.refused.append((work, refusal))
        else:
            handed.done.append(work)
            offices += [chosen] if chosen else []
    fresh = [one for one in handed.done if one.person_id != person_id]
    if fresh and offices and offices[0].person_id != actor.person_id:
        _tell_of(store, by, offices[0], fresh)
    return handed


def take(store: Assigning, actor: Actor, seen: Mapping[int, int | None]) -> Handed | Refusal:
    """Take items for oneself: item → who had it by name on the page; she is told of it."""
    handed = Handed(actor.person_id)
    for work, own, others in _within_reach(store, actor, [*seen]):
        if refusal := _take(store, own, work, seen[work.id]):
            handed.refused.append((work, refusal))
            continue
        handed.done.append(work)
        before = next((one for one in others if owner(one) == work.person_id), None)
        if before and before.person_id != actor.person_id:
            subject = fill("Это дело теперь у другого: {heading}", heading=work.heading)
            text = f"{work.title}. Взял на себя: {store.name(actor.person_id)}, {own.title}"
            store.tell(own, work.instance_id, (POST, before.position_id), subject, text)
    return handed if handed.done or handed.refused else UNKNOWN


def _take(store: Assigning, own: Capacity, work: Work, seen: int | None) -> Refusal | None:
    if work.person_id == owner(own) or work.person_id == seen:
        return _hand(store, own, work, owner(own))
    if work.person_id is None:
        return Refusal("changed_hands", "Дело тем временем вернули всем: откройте его снова")
    said = fill("Дело тем временем поручено: {name}", name=store.name(work.person_id))
    return Refusal("changed_hands", said)


def give_back(store: Assigning, actor: Actor, work_id: int) -> Refusal | None:
    """Give an item one has by name back to everybody of its role."""
    for work, own, _ in _within_reach(store, actor, [work_id]):
        return _hand(store, own, work, None) if work.person_id == owner(own) else NOT_YOURS
    return UNKNOWN


def _within_reach(
    store: Assigning, actor: Actor, work_ids: Sequence[int]
) -> Iterator[tuple[Work, Capacity, Sequence[Capacity]]]:
    """Yield the items a person may do, in which capacity, and all in which they may be done."""
    found = store.open_work(sorted(work_ids)[:TOGETHER])
    held = store.holders(found)
    for work in found:
        own = next((one for one in held[work.id] if one.person_id == actor.person_id), None)
        if own:
            yield work, own, held[work.id]


def _hand(store: Assigning, by: Capacity, work: Work, person_id: int | None) -> Refusal | None:
    if work.person_id == person_id:
        return None
    if not store.hand(work, person_id):
        return Refusal(
            "changed_hands", "Дело тем временем сделали или передали: откройте его снова"
        )
    name = store.name(person_id) if person_id else EVERYBODY
    details = {"work_id": work.id, "person_id": person_id, "instance_id": work.instance_id}
    store.record(by, "assign", f"«{work.title}» поручено: {name}", details)
    return None


def _tell_of(store: Assigning, by: Capacity, office: Capacity, fresh: Sequence[Work]) -> None:
    """Tell somebody what she was given: one item by its name, many by their number and a list."""
    first = fresh[0]
    if len(fresh) == 1:
        subject, text = f"Вам поручено: {first.heading}", f"{first.title}. Поручает: {by.title}"
        store.tell(by, first.instance_id, (POST, office.position_id), subject, text)
        return
    lines = [f"— {one.title}: {one.heading}" for one in fresh[:LISTED]]
    rest = len(fresh) - len(lines)
    more = [f"и ещё {rest}"] if rest else []
    text = "\n".join((f"Поручает: {by.title}", *lines, *more))
    subject = f"Вам поручено: {plural(len(fresh), 'дело', 'дела', 'дел')}"
    store.tell(by, None, (POST, office.position_id), subject, text)
