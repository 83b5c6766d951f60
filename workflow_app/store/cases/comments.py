"""Comments beside a case: written, and listed with the names of who wrote them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, insert, select

from workflow_app.engine.case import Case
from workflow_app.engine.process import Process
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.store.directory import offices
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Person
from workflow_app.store.models.instances import CaseComment
from workflow_app.store.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from workflow_app.services.cases.comments import Commenting

_COMMENT, _PERSON = table(CaseComment), table(Person)
MOST = 200
"""So many of the newest comments stand on the page of a case."""


class CommentLine(NamedTuple):
    """A comment with the name of who wrote it, and those it calls."""

    id: int
    name: str
    acting_as: str
    written_at: dt.datetime
    text: str
    called: Sequence[int]


def of_case(uow: SqlUnitOfWork, instance_id: int) -> Sequence[CommentLine]:
    """Return the newest comments of a case, oldest first."""
    query = (
        select(
            _COMMENT.c.id,
            _PERSON.c.short_nom,
            _COMMENT.c.acting_as,
            _COMMENT.c.written_at,
            _COMMENT.c.text,
            _COMMENT.c.called,
        )
        .join(_PERSON, _PERSON.c.id == _COMMENT.c.person_id)
        .where(_COMMENT.c.instance_id == instance_id)
        .order_by(_COMMENT.c.id.desc())
        .limit(MOST)
    )
    return [CommentLine(*row) for row in reversed(uow.connection.execute(query).all())]


def count(uow: SqlUnitOfWork, instance_id: int) -> int:
    """Return how many comments stand beside a case."""
    query = select(func.count()).where(_COMMENT.c.instance_id == instance_id)
    return int(uow.connection.execute(query).scalar_one())


class SqlComments:
    """Commenting within one unit of work."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self._uow = uow
        self.processes: Mapping[str, Process] = uow.processes

    @property
    def now(self) -> dt.datetime:
        """The moment of the unit of work, UTC."""
        return self._uow.now

    def load(self, instance_id: int) -> Case | None:
        """Return a case."""
        return self._uow.load(instance_id)

    def actor(self, person_id: int) -> Actor:
        """Return the person with her capacities today."""
        return self._uow.actor(person_id)

    def holders_of(
        self, municipality_id: int, places: Sequence[tuple[str, int]]
    ) -> Sequence[Capacity]:
        """Return who holds one of the offices today, substitutes in place of the absent."""
        held = offices.holders_of_targets(
            self._uow.connection, municipality_id, places, self._uow.today
        )
        return [one for place in places for one in held[place]]

    def comments_since(self, person_id: int, since: dt.datetime) -> Sequence[tuple[int, str]]:
        """Return (case, text) of what a person wrote since a moment, the newest first."""
        query = (
            select(_COMMENT.c.instance_id, _COMMENT.c.text)
            .where(_COMMENT.c.person_id == person_id, _COMMENT.c.written_at > since)
            .order_by(_COMMENT.c.id.desc())
        )
        return [(case, text) for case, text in self._uow.connection.execute(query)]

    def put_comment(self, case: Case, by: Capacity, text: str, called: Sequence[int]) -> None:
        """Write a comment."""
        values = {
            "instance_id": case.id,
            "person_id": by.person_id,
            "acting_as": by.title,
            "text": text,
            "called": list(called),
            "written_at": self._uow.now,
        }
        self._uow.connection.execute(insert(_COMMENT).values(values))

    def send(self, case: Case, kind: str, payload: Mapping[str, Any]) -> None:
        """Put a message into the outbox."""
        self._uow.send(case, kind, payload)


def _is_commenting(store: SqlComments) -> "Commenting":
    """Let mypy check that the store offers what commenting needs."""
    return store
