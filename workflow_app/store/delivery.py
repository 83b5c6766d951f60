"""The store's side of effects: documents and their files, notices, letters."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, case, func, insert, select, update

from workflow_app.services.ports import DocumentRow, Letter
from workflow_app.store import offices, outbox
from workflow_app.store.letters import put_letter
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Person
from workflow_app.store.models.documents import Document, StoredFile
from workflow_app.store.models.instances import Instance
from workflow_app.store.models.messages import Notice
from workflow_app.store.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from workflow_app.services.ports import Delivery

_DOCUMENT = table(Document)
_FILE = table(StoredFile)
_NOTICE = table(Notice)
_PERSON = table(Person)
_INSTANCE = table(Instance)
_ADD_NOTICE = insert(_NOTICE).returning(_NOTICE.c.id)
_SENT = _NOTICE.alias("sent")
_SENT_TODAY = (
    select(func.count())
    .where(_SENT.c.person_id == _NOTICE.c.person_id, _SENT.c.mailed_at >= bindparam("midnight"))
    .scalar_subquery()
)
_LETTER = (
    select(_NOTICE, _PERSON.c.email, _PERSON.c.email_bounced_at, _SENT_TODAY.label("sent_today"))
    .join(_PERSON, _PERSON.c.id == _NOTICE.c.person_id)
    .where(_NOTICE.c.id == bindparam("notice_id"))
)

_MAILED = update(_NOTICE).where(_NOTICE.c.id == bindparam("notice_id")).values(
    mailed_at=bindparam("moment"), text=case((_NOTICE.c.kind == "letter", ""), else_=_NOTICE.c.text)
)  # fmt: skip
_NOT_FILED = (_DOCUMENT.c.id == bindparam("document_id"), _DOCUMENT.c.file_sha256.is_(None))
_TO_RENDER = select(_DOCUMENT).where(*_NOT_FILED)
_FILED = update(_DOCUMENT).where(*_NOT_FILED)
_SAME_BYTES = select(_FILE.c.sha256).where(_FILE.c.sha256 == bindparam("digest"))
_HEADING = select(_INSTANCE.c.heading, _INSTANCE.c.number).where(
    _INSTANCE.c.id == bindparam("case_id")
)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def keep_file(connection: Connection, content: bytes, kind: str, now: dt.datetime) -> str:
    """Keep bytes under their hash and return it; the same bytes are kept once."""
    digest = hashlib.sha256(content).hexdigest()
    if connection.execute(_SAME_BYTES, {"digest": digest}).one_or_none() is None:
        connection.execute(
            insert(_FILE).values(
                sha256=digest, content=content, size=len(content), kind=kind, stored_at=now
            )
        )
    return digest


class SqlDelivery:
    """What effects read and write, within one unit of work."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self._uow = uow
        self._connection = uow.connection
        self.now = uow.now

    def document(self, document_id: int) -> DocumentRow | None:
        """Return a document that has no file yet."""
        row = self._connection.execute(_TO_RENDER, {"document_id": document_id}).one_or_none()
        return None if row is None else DocumentRow(row.id, row.template, row.field_values)

    def file_document(
        self, document_id: int, content: bytes, template_sha256: str, renderer: str
    ) -> None:
        """Keep the file under its hash and put it to its document, once."""
        digest = keep_file(self._connection, content, DOCX, self.now)
        values = {
            "file_sha256": digest, "template_sha256": template_sha256, "renderer": renderer,
            "rendered_at": self.now,
        }  # fmt: skip
        self._connection.execute(_FILED, {"document_id": document_id, **values})

    def notify(
        self, key: str, municipality_id: int, instance_id: int | None,
        targets: Sequence[tuple[str, int]], subject: str, text: str,
    ) -> Sequence[int]:  # fmt: skip
        """Write a notice to every holder of the targets; return those not written before."""
        people = {
            capacity.person_id
            for role, organisation in targets
            for capacity in offices.holders(
                self._connection, municipality_id, role, organisation or None, self._uow.today
            )
        }
        if not people:
            return ()
        said = {
            "municipality_id": municipality_id, "instance_id": instance_id, "kind": "tell",
            "subject": subject, "text": text, "created_at": self.now, "bounced": "",
        }  # fmt: skip
        rows = [said | {"person_id": one, "dedupe_key": f"{key}:{one}"} for one in sorted(people)]
        return sorted(self._connection.execute(_ADD_NOTICE, rows).scalars())

    def letter(self, notice_id: int) -> Letter | None:
        """Return a notice with the address it goes to."""
        midnight = dt.datetime.combine(self._uow.today, dt.time(), self._uow.zone)
        row = self._connection.execute(
            _LETTER, {"notice_id": notice_id, "midnight": midnight}
        ).one_or_none()
        if row is None:
            return None
        is_mailed = row.mailed_at is not None or row.digest_on is not None
        return Letter(
            row.id, row.email or "", row.subject, row.text, is_mailed, row.created_at,
            0 if row.kind == "letter" else row.sent_today, row.email_bounced_at is not None,
        )  # fmt: skip

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
            notice = _NOTICE.c.id == letter.notice_id
            person = select(_NOTICE.c.person_id).where(notice).scalar_subquery()
            taken = update(_PERSON).where(_PERSON.c.id == person).values(email_bounced_at=None)
            self._connection.execute(taken)

    def bounced(self, notice_id: int, reason: str) -> None:
        """Remember that an address does not take letters."""
        self._connection.execute(
            update(_NOTICE).where(_NOTICE.c.id == notice_id).values(bounced=reason)
        )
        person = select(_NOTICE.c.person_id).where(_NOTICE.c.id == notice_id).scalar_subquery()
        self._connection.execute(
            update(_PERSON).where(_PERSON.c.id == person).values(email_bounced_at=self.now)
        )

    def heading(self, instance_id: int) -> str:
        """Return how an instance is called, with its number."""
        row = self._connection.execute(_HEADING, {"case_id": instance_id}).one_or_none()
        return f"{row.heading} {row.number}".strip() if row else ""

    def queue_mails(
        self, municipality_id: int, instance_id: int | None, notice_ids: Sequence[int]
    ) -> None:
        """Put letters into the outbox."""
        rows = [
            outbox.message(municipality_id, instance_id, "mail", {"notice_id": one}, self.now)
            for one in notice_ids
        ]
        if rows:
            self._connection.execute(outbox.ADD, rows)


def _is_delivery(delivery: SqlDelivery) -> "Delivery":
    """Let mypy check that the store offers what effects need."""
    return delivery
