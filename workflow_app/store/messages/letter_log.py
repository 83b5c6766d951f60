"""The log of letters: what became of each, for those who see to it that letters come."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, delete, insert, select, update

from workflow_app.engine.roles import Capacity
from workflow_app.services.letter_log import LOST, SENT_AGAIN, Lost
from workflow_app.services.letters import FILED, ONLY_FILED, SENT
from workflow_app.store.accounts.admin import called
from workflow_app.store.directory.questions import organisation_names
from workflow_app.store.directory.zones import zones
from workflow_app.store.messages import outbox
from workflow_app.store.models.base import inserted_id, table
from workflow_app.store.models.directory import Organisation, Person, Position
from workflow_app.store.models.instances import Instance, WorkItem
from workflow_app.store.models.messages import Incident, Notice
from workflow_app.store.read_models.search import folded
from workflow_app.store.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from workflow_app.services.letter_log import LetterLog

A_PAGE = 50
AT_ONCE = 500
"""So many old letters are deleted by one transaction."""
_NOTICE, _PERSON, _WORK = table(Notice), table(Person), table(WorkItem)
_INCIDENT = table(Incident)
_CASE = table(Instance)
_COPIED = (
    *(_NOTICE.c.municipality_id, _NOTICE.c.person_id, _NOTICE.c.instance_id, _NOTICE.c.kind),
    *(_NOTICE.c.work_id, _NOTICE.c.subject, _NOTICE.c.text),
)
"""What a letter that is sent again has in common with the first."""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which letters are looked at; it lives in the page's address."""

    person: str = ""
    who: int | None = None
    case: int | None = None
    state: str = ""
    """A state, or `lost` for all that reached nobody."""
    kind: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    before: int | None = None
    """The list goes on below this letter."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A letter without its text."""

    id: int
    kind: str
    subject: str
    person_id: int
    person: str
    place: str
    """The organisation of an office she holds today."""
    address: str
    email: str
    """Hers today."""
    is_email_bad: bool
    instance_id: int | None
    number: str
    queued_at: dt.datetime
    handed_at: dt.datetime | None
    state: str
    waits_until: dt.datetime | None
    answer: str
    """What the mail server said last."""

    @property
    def may_be_sent_again(self) -> bool:
        """Tell whether she has an address now that has not refused this letter."""
        is_other = not self.is_email_bad or self.email != self.address
        return self.state in LOST and bool(self.email) and is_other


def listed(
    uow: SqlUnitOfWork, municipality_id: int, wanted: LogFilter, most: int = A_PAGE
) -> Sequence[LogLine]:
    """Return letters of a municipality, newest first; one more than `most` tells that there is."""
    uow.be_in(municipality_id)
    place = (
        select(Organisation.called(uow.today))
        .join(Position, Position.organisation_id == Organisation.id)
        .where(
            Position.municipality_id == municipality_id,
            Position.person_id == _NOTICE.c.person_id,
            Position.starts_on <= uow.today,
            (Position.ends_on.is_(None)) | (Position.ends_on >= uow.today),
        )
        .order_by(Position.id)
        .limit(1)
        .correlate(_NOTICE)
        .scalar_subquery()
    )
    query = (
        select(
            _NOTICE,
            _PERSON.c.short_nom,
            _PERSON.c.email,
            _PERSON.c.email_bounced_at,
            _CASE.c.number,
            place.label("place"),
        )
        .join(_PERSON, _PERSON.c.id == _NOTICE.c.person_id)
        .outerjoin(_CASE, _CASE.c.id == _NOTICE.c.instance_id)
        .where(
            _NOTICE.c.municipality_id == municipality_id, *_conditions(uow, municipality_id, wanted)
        )
        .order_by(_NOTICE.c.id.desc())
        .limit(most + 1)
    )
    return [_line(row) for row in uow.connection.execute(query)]


def _conditions(uow: SqlUnitOfWork, place: int, wanted: LogFilter) -> list[Any]:
    found: list[Any] = []
    if wanted.person:
        found.append(
            called(wanted.person) | _PERSON.c.id.in_(_of_places(uow, place, wanted.person))
        )
    if wanted.who:
        found.append(_NOTICE.c.person_id == wanted.who)
    if wanted.case:
        found.append(_NOTICE.c.instance_id == wanted.case)
    if wanted.state in (SENT, ONLY_FILED):
        found.append(_NOTICE.c.letter_state == SENT)
        is_filed = _NOTICE.c.answer == FILED
        found.append(is_filed if wanted.state == ONLY_FILED else ~is_filed)
    elif wanted.state:
        states = sorted(LOST) if wanted.state == "lost" else [wanted.state]
        found.append(_NOTICE.c.letter_state.in_(states))
    if wanted.kind:
        found.append(_NOTICE.c.kind == wanted.kind)
    if wanted.since:
        found.append(_NOTICE.c.created_at >= _midnight(uow, wanted.since))
    if wanted.until:
        found.append(_NOTICE.c.created_at < _midnight(uow, wanted.until + dt.timedelta(days=1)))
    if wanted.before:
        found.append(_NOTICE.c.id < wanted.before)
    return found


def _of_places(uow: SqlUnitOfWork, place: int, text: str) -> Select[int]:
    """Select who holds an office today where an organisation is called so."""
    names = organisation_names(uow.session, place, uow.today)
    words = folded(text).split()
    ids = [key for key, name in names.items() if all(one in folded(name) for one in words)]
    return select(Position.person_id).where(
        Position.municipality_id == place,
        Position.organisation_id.in_(ids if words else []),
        Position.starts_on <= uow.today,
        (Position.ends_on.is_(None)) | (Position.ends_on >= uow.today),
    )


def _midnight(uow: SqlUnitOfWork, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), uow.zone).astimezone(dt.UTC)


def _line(row: Any) -> LogLine:
    return LogLine(
        row.id,
        row.kind,
        row.subject,
        row.person_id,
        row.short_nom,
        row.place or "",
        row.address,
        row.email or "",
        row.email_bounced_at is not None,
        row.instance_id,
        row.number or "",
        row.created_at,
        row.mailed_at,
        row.letter_state,
        row.waits_until,
        row.bounced or row.answer,
    )


def is_out(connection: Connection, municipality_id: int) -> bool:
    """Tell whether the mail server takes no letter at all now."""
    query = select(_INCIDENT.c.id).where(
        _INCIDENT.c.municipality_id == municipality_id,
        _INCIDENT.c.kind == "mail_outage",
        _INCIDENT.c.resolved_at.is_(None),
    )
    return connection.execute(query.limit(1)).first() is not None


class SqlLetterLog:
    """Letters sent again, within one unit of work."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self._uow = uow

    def letter(self, municipality_id: int, notice_id: int) -> Lost | None:
        """Return a letter of a municipality."""
        query = (
            select(_NOTICE, _PERSON.c.short_nom, _PERSON.c.email, _PERSON.c.email_bounced_at)
            .join(_PERSON, _PERSON.c.id == _NOTICE.c.person_id)
            .where(_NOTICE.c.municipality_id == municipality_id, _NOTICE.c.id == notice_id)
        )
        row = self._uow.connection.execute(query).one_or_none()
        if row is None:
            return None
        return Lost(
            row.id,
            row.municipality_id,
            row.kind,
            row.letter_state,
            row.address,
            row.short_nom,
            row.email or "",
            row.email_bounced_at is not None,
        )

    def send_again(self, letter: Lost) -> bool:
        """Queue a new letter with the same words; False when a colleague did meanwhile."""
        connection, now = self._uow.connection, self._uow.now
        its = (_NOTICE.c.id == letter.id, _NOTICE.c.letter_state == letter.state)
        said = update(_NOTICE).where(*its).values(letter_state="resent")
        if connection.execute(said).rowcount != 1:
            return False
        kept = select(*_COPIED).where(_NOTICE.c.id == letter.id)
        values = dict(connection.execute(kept).mappings().one())
        values |= {
            "dedupe_key": f"{SENT_AGAIN}{letter.id}",
            "created_at": now,
            "read_at": now,
            "bounced": "",
        }
        made = inserted_id(connection.execute(insert(_NOTICE).values(values)))
        place, case = letter.municipality_id, values["instance_id"]
        outbox.put(connection, place, case, "mail", {"notice_id": made}, now)
        return True

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""
        self._uow.record(by, action, title, details)


def forget_old(uow: SqlUnitOfWork) -> int:
    """Delete some letters older than their municipality keeps them; return how many.

    What still waits, or asks for work that is still to be done, stays.
    """
    is_asked = (
        select(_WORK.c.id)
        .where(_WORK.c.id == _NOTICE.c.work_id, _WORK.c.closed_at.is_(None))
        .correlate(_NOTICE)
        .exists()
    )
    count = 0
    for municipality_id in zones(uow.connection):
        days = uow.facts(municipality_id).setting("letters.days")
        if not days:
            continue
        old = (
            select(_NOTICE.c.id)
            .where(
                _NOTICE.c.municipality_id == municipality_id,
                _NOTICE.c.created_at < uow.now - dt.timedelta(days=days),
                _NOTICE.c.letter_state != "waiting",
                _NOTICE.c.waits_until.is_(None),
                ~is_asked,
            )
            .order_by(_NOTICE.c.id)
            .limit(AT_ONCE)
        )
        ids = uow.connection.execute(old).scalars().all()
        uow.connection.execute(delete(_NOTICE).where(_NOTICE.c.id.in_(ids)))
        count += len(ids)
    return count


def _is_letter_log(store: SqlLetterLog) -> "LetterLog":
    """Let mypy check that the store offers what sending again needs."""
    return store
