"""Access: accounts, sessions, tokens, invitations, attempts, idempotency keys, saved views."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.store.models.base import AppendOnly, Base


class Account(Base):
    """A person who may sign in."""

    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id"), primary_key=True, autoincrement=False
    )
    login: Mapped[str] = mapped_column(String(200), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime]
    last_visit_at: Mapped[dt.datetime | None]
    reset_at: Mapped[dt.datetime | None]
    """When her way in was last changed otherwise than in her own visit."""
    look: Mapped[str] = mapped_column(String(40), default="", server_default="")
    """Words of `web.look`: how pages look to her, where she has chosen it."""
    letters: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """Which letters she wants and when, as `letter_choices.Choices` keeps it."""


class SignInSession(Base):
    """A signed-in browser; deleting the row ends it."""

    __tablename__ = "sign_in_session"
    __table_args__ = (Index("ix_session_person", "person_id"),)

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int]
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    browser: Mapped[str] = mapped_column(String(300), default="")


class ApiToken(Base):
    """A bearer token of the API; only its hash is stored."""

    __tablename__ = "api_token"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime | None]
    """Without one it was made by a release that knew no end: a year after its beginning."""
    used_at: Mapped[dt.datetime | None]
    """When it was used last, as far as an hour tells."""
    revoked_at: Mapped[dt.datetime | None]
    warned_at: Mapped[dt.datetime | None]


class SecondFactor(Base):
    """What a person's telephone gives codes by, encrypted."""

    __tablename__ = "second_factor"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id"), primary_key=True, autoincrement=False
    )
    secret: Mapped[str] = mapped_column(String(200))
    last_step: Mapped[int]
    """The newest step whose code was used: neither it nor an older one is good again."""
    created_at: Mapped[dt.datetime]


class RecoveryCode(Base):
    """A code for the day on which the telephone is lost; using it deletes the row."""

    __tablename__ = "recovery_code"

    code_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class IdentityBinding(Base):
    """A name that a provider of OpenID Connect knows a person by."""

    __tablename__ = "identity_binding"
    __table_args__ = (UniqueConstraint("person_id", "issuer"),)

    issuer: Mapped[str] = mapped_column(String(500), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    bound_at: Mapped[dt.datetime]
    in_visit: Mapped[bool]
    """Whether it was bound for her password, and not by her address alone."""


class AccessLink(Base):
    """A one-time link: first access or a new password."""

    __tablename__ = "access_link"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class AccessChange(Base):
    """A wish about somebody's access that waits for a second person's word, or got it."""

    __tablename__ = "access_change"
    __table_args__ = (Index("ix_access_change_open", "verdict", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int]
    person_id: Mapped[int]
    owner_id: Mapped[int | None]
    """Whose own word is enough."""
    kind: Mapped[str] = mapped_column(String(40))
    wish: Mapped[dict[str, Any]]
    title: Mapped[str] = mapped_column(String(400))
    asked_by: Mapped[int]
    asked_for: Mapped[int | None]
    """For whom the asker stood in."""
    asked_at: Mapped[dt.datetime]
    verdict: Mapped[str] = mapped_column(String(20))
    """Empty while it waits."""
    decided_by: Mapped[int | None]
    decided_at: Mapped[dt.datetime | None]


class SignInAttempt(Base):
    """A failed sign-in, counted per login and per address."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_attempt_key", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    at: Mapped[dt.datetime]


class IdempotencyKey(Base):
    """The answer to a request that was already carried out."""

    __tablename__ = "idempotency_key"

    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    request_sha256: Mapped[str] = mapped_column(String(64))
    response: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime]


class SavedView(Base):
    """A named set of queue filters."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("person_id", "title"),
        Index("ix_saved_view_shared", "shared_in"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int]
    title: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(String(500))
    shared_in: Mapped[int | None]
    """The organisation whose people see it too."""
    created_at: Mapped[dt.datetime]


class AdminEvent(AppendOnly, Base):
    """What somebody changed outside any case, or tried to change in one that is not hers."""

    __tablename__ = "admin_event"
    __table_args__ = (Index("ix_admin_event_list", "municipality_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int]
    at: Mapped[dt.datetime]
    person_id: Mapped[int]
    acting_as: Mapped[str] = mapped_column(String(300), default="")
    action: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(400))
    details: Mapped[dict[str, Any]]


class CalendarLink(Base):
    """A secret address at which a program reads a person's calendar; only its hash is stored."""

    __tablename__ = "calendar_link"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id"), primary_key=True, autoincrement=False
    )
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[dt.datetime]


class JoinLink(Base):
    """A link by which strangers ask to be taken into an office of an organisation.

    It hangs on a wall and is no secret: what comes by it waits for somebody's yes.
    """

    __tablename__ = "join_link"
    __table_args__ = (Index("ix_join_link_office", "organisation_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str] = mapped_column(String(60))
    token: Mapped[str] = mapped_column(String(64), unique=True)
    made_by: Mapped[int]
    made_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]


class JoinApplication(Base):
    """What a stranger said of herself by such a link; it goes with the answer, or unanswered."""

    __tablename__ = "join_application"
    __table_args__ = (UniqueConstraint("organisation_id", "role", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str] = mapped_column(String(60))
    last_name: Mapped[str] = mapped_column(String(100))
    first_name: Mapped[str] = mapped_column(String(100))
    middle_name: Mapped[str] = mapped_column(String(100))
    gender: Mapped[str] = mapped_column(String(1))
    email: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200))
    applied_at: Mapped[dt.datetime]
