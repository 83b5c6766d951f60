"""What the page of a person says of her, and who may come in with nothing to do here."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflow_app.services.accounts.access import CHOOSES_PASSWORD
from workflow_app.store.models.accounts import AccessLink, Account
from workflow_app.store.models.directory import Person, Position


def invitation(session: Session, person_id: int, now: dt.datetime) -> AccessLink | None:
    """Return the newest link for a password that is neither used nor over."""
    query = select(AccessLink).where(
        AccessLink.person_id == person_id,
        AccessLink.kind.in_(CHOOSES_PASSWORD),
        AccessLink.used_at.is_(None),
        AccessLink.expires_at > now,
    )
    return session.scalars(query.order_by(AccessLink.created_at.desc()).limit(1)).first()


def without_office(
    session: Session, municipality_id: int, on: dt.date, most: int
) -> Sequence[Person]:
    """Return people who may still come in, and hold no office on a day or after it, by name."""
    held = select(Position.id).where(
        Position.person_id == Person.id, or_(Position.ends_on.is_(None), Position.ends_on >= on)
    )
    query = (
        select(Person)
        .join(Account, Account.person_id == Person.id)
        .where(
            Person.municipality_id == municipality_id,
            Account.is_active,
            Account.password_hash != "",
            ~held.exists(),
        )
        .order_by(Person.sort_name, Person.id)
        .limit(most)
    )
    return session.scalars(query).all()
