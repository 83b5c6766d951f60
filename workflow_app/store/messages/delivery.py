"""The store's side of effects: documents and their files, notices, letters."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    update,
)

from workflow_app.services.ports import Letter, NewFile, NewNotice
from workflow_app.store.directory import offices
from workflow_app.store.documents.files import keep_file
from workflow_app.store.messages import outbox
from workflow_app.store.messages.letters import ACCESS, PRIVATE, put_letter
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Person
from workflow_app.store.models.documents import Document
from workflow_app.store.models.instances import Instance
from workflow_app.store.models.messages import Incident, Notice
from workflow_app.store.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from workflow_app.services.ports import Delivery

_DOCUMENT = table(Document)
_NOTICE = table(Notice)
_PERSON = table(Person)
_INSTANCE = table(Instance)
_ADD_NOTICE = insert(_NOTICE).returning(_NOTICE.c.id)
_MAILED = (
    update(_NOTICE)
    .where(_NOTICE.c.id == bindparam("notice_id"))
    .values(
        mailed_at=bindparam("moment"),
        text=case((_NOTICE.c.kind == PRIVATE, ""), else_=_NOTICE.c.text),
    )
)
_FILED = update(_DOCUMENT).where(
    _DOCUMENT.c.id == bindparam("document_id"), _DOCUMENT.c.file_sha256.is_(None)
)
_HEADING = select(_INSTANCE.c.heading, _INSTANCE.c.number).where(
    _INSTANCE.c.id == bindparam("case_id")
)


def looked_up(
    row: Sequence[ColumnElement[Any]], where: ColumnElement[bool]
) -> tuple[ColumnElement[Any], ...]:
    """Return columns of one row to read with the beginning of a message, None where no row is.

    SQLAlchemy names no tables in a RETURNING of SQLite: each level asks one table.
    """
    return tuple(value_of(column, where).label(f"its_{column.key}") for column in row)


def value_of(column: ColumnElement[Any], where: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Return a value of the one row that has to do with a message."""
    return select(column).where(where).correlate(outbox.OUTBOX).scalar_subquery()


def of_message(key: str) -> ColumnElement[int]:
    """Return the id that a message carries under a key."""
    carried: ColumnElement[int] = outbox.OUTBOX.c.payload[key].as_integer()
    return carried


TO_RENDER = looked_up(
    (_DOCUMENT.c.template, _DOCUMENT.c.field_values),
    and_(_DOCUMENT.c.id == of_message("document_id"), _DOCUMENT.c.file_sha256.is_(None)),
)
"""What a paper is made of; nothing of one that has its file."""

_OF_NOTICE = _NOTICE.c.id == of_message("notice_id")
_ADDRESSEE = value_of(_NOTICE.c.person_id, _OF_NOTICE)
_SENT = _NOTICE.alias("sent")
LETTER = (
    *looked_up(
        (
            _NOTICE.c.kind,
            _NOTICE.c.subject,
            _NOTICE.c.text,
            _NOTICE.c.created_at,
            _NOTICE.c.mailed_at,
            _NOTICE.c.digest_on,
        ),
        _OF_NOTICE,
    ),
    *looked_up((_PERSON.c.email, _PERSON.c.email_bounced_at), _PERSON.c.id == _ADDRESSEE),
    *looked_up(
        (func.count(_SENT.c.id).label("sent_today"),),
        and_(_SENT.c.person_id == _ADDRESSEE, _SENT.c.mailed_at >= bindparam("midnight")),
    ),
)

NO_MAIL = "mail_outage"
"""The incident of a server that takes no letter at all."""
REFUSED = "refused_at"
"""In the message of a letter: when a server refused it the last time."""
_INCIDENT = table(Incident)
_NO_MAIL = (_INCIDENT.c.kind == NO_MAIL, _INCIDENT.c.resolved_at.is_(None))
_NEVER = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
_LEFT_LAST = select(func.max(_NOTICE.c.mailed_at)).where(_NOTICE.c.digest_on.is_(None))
_REFUSED_PEOPLE = (
    select(func.count(_NOTICE.c.person_id.distinct()))
    .select_from(outbox.OUTBOX)
    .join(_NOTICE, _OF_NOTICE)
    .where(
        outbox.OUTBOX.c.kind == "mail",
        outbox.OUTBOX.c.done_at.is_(None),
        outbox.OUTBOX.c.payload[REFUSED].as_string() > bindparam("since"),
    )
)


def letter_of(row: Any) -> Letter | None:
    """Return the letter read together with its message; None when it needs none any more."""
    address = row.payload.get("to") or row.its_email
    if not address or row.its_mailed_at is not None or row.its_digest_on is not None:
        return None
    return Letter(
        row.payload["notice_id"],
        address,
        row.its_subject,
        row.its_text,
        row.its_created_at,
        0 if row.its_kind in (ACCESS, PRIVATE) else row.its_sent_today,
        row.its_email_bounced_at is not None,
        row.attempts > 1,
    )


class SqlDelivery:
    """What effects read and write, within one unit of work."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self._uow = uow
        self._connection = uow.connection
        self.now = uow.now

    def file_document(
        self, document_id: int, file: NewFile, template_sha256: str, renderer: str
    ) -> None:
        """Keep the file under its hash and put it to its document, once."""
        keep_file(self._connection, file, self.now)
        values = {
            "file_sha256": file.sha256,
            "template_sha256": template_sha256,
            "renderer": renderer,
            "rendered_at": self.now,
        }
        self._connection.execute(_FILED, {"document_id": document_id, **values})

    def notify(
        self, municipality_id: int, instance_id: int | None, notices: Sequence[NewNotice]
    ) -> None:
        """Write every notice to every holder of its targets, and queue their letters."""
        targets = {target for notice in notices for target in notice.to}
        held = offices.holders_of_targets(
            self._connection, municipality_id, targets, self._uow.today
        )
        rows = [
            {
                "municipality_id": municipality_id,
                "instance_id": instance_id,
                "kind": "tell",
                "person_id": person,
                "dedupe_key": f"{notice.key}:{person}",
                "subject": notice.subject,
                "text": notice.text,
                "created_at": self.now,
                "bounced": "",
            }
            for notice in notices
            for person in sorted({one.person_id for at in notice.to for one in held[at]})
            if person != notice.but
        ]
        if any(notice.is_once for notice in notices):
            keys = [row["dedupe_key"] for row in rows]
            told = select(_NOTICE.c.dedupe_key).where(_NOTICE.c.dedupe_key.in_(keys))
            before = {*self._connection.execute(told).scalars()}
            rows = [row for row in rows if row["dedupe_key"] not in before]
        if not rows:
            return
        written = sorted(self._connection.execute(_ADD_NOTICE, rows).scalars())
        letters = [
            outbox.message(municipality_id, instance_id, "mail", {"notice_id": one}, self.now)
            for one in written
        ]
        self._connection.execute(outbox.ADD, letters)

    def put_into_digest(self, notice_id: int) -> None:
        """Leave a letter to the day's digest."""
        self._connection.execute(
            update(_NOTICE).where(_NOTICE.c.id == notice_id).values(digest_on=self._uow.today)
        )

    def digests(self) -> Mapping[int, Sequence[str]]:
        """Return what waits for the digest, by person; each is marked as mailed."""
        query = (
            select(_NOTICE.c.id, _NOTICE.c.person_id, _NOTICE.c.subject)
            .where(_NOTICE.c.digest_on.is_not(None), _NOTICE.c.mailed_at.is_(None))
            .order_by(_NOTICE.c.id)
        )
        waiting: dict[int, list[str]] = defaultdict(list)
        ids = []
        for row in self._connection.execute(query):
            waiting[row.person_id].append(row.subject)
            ids.append(row.id)
        if ids:
            self._connection.execute(
                update(_NOTICE).where(_NOTICE.c.id.in_(ids)).values(mailed_at=self.now)
            )
        return waiting

    def put_letter(self, person_id: int, subject: str, text: str) -> None:
        """Queue a letter that belongs to no case."""
        put_letter(self._uow, person_id, subject, text)

    def mailed(self, letter: Letter) -> None:
        """Remember that a letter left; the one-time link of a letter is not kept."""
        self._connection.execute(_MAILED, {"notice_id": letter.notice_id, "moment": self.now})
        # An address that took a letter is good again, whatever it refused before.
        if letter.bounced_before:
            self._mark_address(letter, None)
        if letter.tried_before:
            self.end_outage()

    def left_since(self, message: Any) -> bool:
        """Tell whether a letter left since this one was refused the last time."""
        refused_at = message.payload.get(REFUSED)
        left = self._connection.execute(_LEFT_LAST).scalar_one()
        return bool(refused_at and left and left >= dt.datetime.fromisoformat(refused_at))

    def end_outage(self) -> None:
        """Close what tells operators that no letter leaves."""
        values = {"resolved_at": self.now, "resolution": "письма снова уходят"}
        self._connection.execute(update(_INCIDENT).where(*_NO_MAIL).values(values))

    def refused(self, message: Any) -> None:
        """Remember that a server refused a letter just now."""
        payload = {**message.payload, REFUSED: self.now.isoformat()}
        where = outbox.OUTBOX.c.id == message.id
        self._connection.execute(update(outbox.OUTBOX).where(where).values(payload=payload))

    def refused_people(self) -> int:
        """Return how many people's letters were refused since the last one that left."""
        left = self._connection.execute(_LEFT_LAST).scalar_one()
        since = "" if left is None else left.isoformat()
        return int(self._connection.execute(_REFUSED_PEOPLE, {"since": since}).scalar_one())

    def open_outage(self, message: Any, reason: str) -> None:
        """Tell the operators of a municipality that no letter leaves: once, until one does."""
        left = self._connection.execute(_LEFT_LAST).scalar_one() or _NEVER
        its = (
            _INCIDENT.c.kind == NO_MAIL,
            _INCIDENT.c.municipality_id == message.municipality_id,
            or_(_INCIDENT.c.resolved_at.is_(None), _INCIDENT.c.opened_at > left),
        )
        if self._connection.execute(select(_INCIDENT.c.id).where(*its)).first():
            return
        values = {
            "municipality_id": message.municipality_id,
            "kind": NO_MAIL,
            "opened_at": self.now,
            "message": f"{reason}. Письма ждут и уйдут сами, когда это исправят.",
            "resolution": "",
        }
        self._connection.execute(insert(_INCIDENT).values(values))

    def bounced(self, letter: Letter, reason: str) -> None:
        """Remember that an address does not take letters."""
        self._connection.execute(
            update(_NOTICE).where(_NOTICE.c.id == letter.notice_id).values(bounced=reason)
        )
        self._mark_address(letter, self.now)

    def _mark_address(self, letter: Letter, bounced_at: dt.datetime | None) -> None:
        """Mark the person's address, unless the letter went to one she has no more."""
        of_notice = _NOTICE.c.id == letter.notice_id
        person = select(_NOTICE.c.person_id).where(of_notice).scalar_subquery()
        its = (_PERSON.c.id == person, _PERSON.c.email == letter.address)
        self._connection.execute(update(_PERSON).where(*its).values(email_bounced_at=bounced_at))

    def heading(self, instance_id: int) -> str:
        """Return how an instance is called, with its number."""
        row = self._connection.execute(_HEADING, {"case_id": instance_id}).one_or_none()
        return f"{row.heading} {row.number}".strip() if row else ""

    def signature(self, municipality_id: int, person_id: int) -> str:
        """Return how a person signs; empty for nobody."""
        card = self._uow.facts(municipality_id).person(person_id) if person_id else None
        return card.signature if card else ""


def _is_delivery(delivery: SqlDelivery) -> "Delivery":
    """Let mypy check that the store offers what effects need."""
    return delivery
