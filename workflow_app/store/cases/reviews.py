"""What a reviewer has said of a text so far: one row a person and case."""

from sqlalchemy import Connection, delete, insert, select

from workflow_app.engine.case import Case
from workflow_app.services.cases.reviewing import Review
from workflow_app.store.models.base import table
from workflow_app.store.models.instances import ReviewDraft

_REVIEW = table(ReviewDraft)


def of(connection: Connection, case: Case, person_id: int) -> Review | None:
    """Return what a person has said of the text as it stands; of another text nothing."""
    query = select(_REVIEW.c.accepted, _REVIEW.c.remarks).where(
        _REVIEW.c.instance_id == case.id,
        _REVIEW.c.person_id == person_id,
        _REVIEW.c.text_hash == case.text_hash,
    )
    row = connection.execute(query).first()
    return Review(frozenset(row.accepted), row.remarks) if row else None


def keep(connection: Connection, case: Case, person_id: int, review: Review) -> None:
    """Keep a review instead of the one before."""
    here = (_REVIEW.c.instance_id == case.id, _REVIEW.c.person_id == person_id)
    connection.execute(delete(_REVIEW).where(*here))
    values = {
        "instance_id": case.id,
        "person_id": person_id,
        "text_hash": case.text_hash,
        "accepted": sorted(review.accepted),
        "remarks": dict(review.remarks),
    }
    connection.execute(insert(_REVIEW).values(values))
