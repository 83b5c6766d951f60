"""What readers of a case write beside it: no step of it, and no right to anything by itself.

Who is called by name hears of it. Only who reads the case anyway can be called: a comment opens it
to nobody.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from workflow_app.engine.case import Case
from workflow_app.engine.decide import readers
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import POST, Actor, Capacity, targets
from workflow_app.services.cases import acting
from workflow_app.services.letter_choices import DECISION

LONGEST = 2000
MOST_AN_HOUR = 30
NO_WORDS = Refusal("field_required", "Напишите, что вы хотите сказать", "comment")
TOO_LONG = Refusal("too_long", f"Не больше {LONGEST} знаков: остальное приложите файлом", "comment")
TOO_MANY = Refusal("too_many_attempts", "Слишком много комментариев за час. Подождите немного.")


class Commenting(Protocol):
    """What commenting needs of the unit of work."""

    processes: Mapping[str, Process]

    @property
    def now(self) -> dt.datetime:
        """The moment of the unit of work, UTC."""

    def load(self, instance_id: int) -> Case | None:
        """Return a case."""

    def actor(self, person_id: int) -> Actor:
        """Return the person with her capacities today."""

    def holders_of(
        self, municipality_id: int, places: Sequence[tuple[str, int]]
    ) -> Sequence[Capacity]:
        """Return who holds one of the offices today, substitutes in place of the absent."""

    def comments_since(self, person_id: int, since: dt.datetime) -> Sequence[tuple[int, str]]:
        """Return (case, text) of what a person wrote since a moment, the newest first."""

    def put_comment(self, case: Case, by: Capacity, text: str, called: Sequence[int]) -> None:
        """Write a comment."""

    def send(self, case: Case, kind: str, payload: Mapping[str, Any]) -> None:
        """Put a message into the outbox."""


def readers_of(store: Commenting, case: Case, but: int) -> Mapping[int, Capacity]:
    """Return person → in which office she reads a case, without one person; by one statement."""
    process = store.processes[case.process]
    places = {
        place
        for role in readers(process, case.state)
        if role.party is None or role.party in case.parties
        for place in targets(role, case.parties)
    }
    found = store.holders_of(case.municipality_id, sorted(places))
    return {one.person_id: one for one in reversed(found) if one.person_id != but}


def comment(
    store: Commenting, person_id: int, instance_id: int, text: str, called: Sequence[int]
) -> Refusal | None:
    """Write a comment and tell those it calls; who was called and does not read it is refused."""
    case, actor, text = store.load(instance_id), store.actor(person_id), text.strip()
    if case is None or not may_comment(store, case, actor):
        return acting.NOT_FOUND
    if not text or len(text) > LONGEST:
        return TOO_LONG if text else NO_WORDS
    before = store.comments_since(person_id, store.now - dt.timedelta(hours=1))
    if before and before[0] == (instance_id, text):
        return None  # sent twice: a reload, an impatient press
    if len(before) >= MOST_AN_HOUR:
        return TOO_MANY
    known = readers_of(store, case, person_id)
    if not set(called) <= known.keys():
        return Refusal("no_reader", "Позвать можно только того, кто читает это дело", "called")
    by = next(one for one in actor.capacities if one.municipality_id == case.municipality_id)
    store.put_comment(case, by, text, sorted(set(called)))
    if called:
        process = store.processes[case.process]
        heading = f"{process.heading_of(case.data)} {case.number}".strip()
        payload = {
            "to": [(POST, known[one].position_id) for one in sorted(set(called))],
            "subject": f"Вас зовут в обсуждение: {heading}",
            "text": f"{text}\n\nПишет: {by.title}",
            "by": person_id,
            "kind": DECISION,
        }
        store.send(case, "tell", payload)
    return None


def may_comment(store: Any, case: Case, actor: Actor) -> bool:
    """Tell whether a person may write beside a case: she reads it, and it has no words of its own.

    A case that is told to people has comments as steps, where its author lets them.
    """
    process = store.processes[case.process]
    return process.feed is None and acting.may_read(store, process, case, actor)
