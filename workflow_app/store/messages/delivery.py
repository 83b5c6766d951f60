"""The store's side of effects: documents and their files, notices, letters."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    String,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    update,
)

from workflow_app.engine.roles import Capacity
from workflow_app.services.letter_choices import Choices, choices_of
from workflow_app.services.letters import PRIVATE, TOGETHER
from workflow_app.services.ports import KeptBack, Letter, NewFile, NewNotice
from workflow_app.store.directory import offices
from workflow_app.store.documents.files import keep_file
from workflow_app.store.messages import outbox
from workflow_app.store.messages.letters import put_letter
from workflow_app.store.models.accounts import Account
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Person, Setting
from workflow_app.store.models.documents import Document
from workflow_app.store.models.instances import Instance, WorkItem
from workflow_app.store.models.messages import Incident, Notice
from workflow_app.store.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from workflow_app.services.letters import Waiting
    from workflow_app.services.ports import Delivery

_DOCUMENT = table(Document)
_NOTICE = table(Notice)
_PERSON = table(Person)
_INSTANCE = table(Instance)
_ACCOUNT = table(Account)
_SETTING = table(Setting)
_WORK = table(WorkItem)
_ITS_TITLE = bindparam("its_title", type_=String)
_ITS_WORK = (
    select(_WORK.c.id)
    .where(
        _WORK.c.instance_id == bindparam("its_case", type_=BigInteger),
        _WORK.c.role == bindparam("its_role", type_=String),
        _WORK.c.organisation_id == bindparam("its_place", type_=BigInteger),
        or_(_WORK.c.title == _ITS_TITLE, _ITS_TITLE == ""),
    )
    .order_by(_WORK.c.closed_at.is_not(None), _WORK.c.id.desc())  # an open one, else the newest
    .limit(1)
    .scalar_subquery()
)
_ADD_NOTICE = insert(_NOTICE).values(work_id=_ITS_WORK).returning(_NOTICE.c.id)
_ADDRESS = func.coalesce(
    select(_PERSON.c.email)
    .where(_PERSON.c.id == _NOTICE.c.person_id, _PERSON.c.email == bindparam("to"))
    .correlate(_NOTICE)
    .scalar_subquery(),
    "",
)
"""Where a letter went; one she has no more is not written down again."""
_MAILED = (
    update(_NOTICE)
    .where(_NOTICE.c.id == bindparam("notice_id"))
    .values(
        mailed_at=bindparam("moment"),
        letter_state="sent",
        address=_ADDRESS,
        answer=bindparam("said"),
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
    (
        *(_DOCUMENT.c.template, _DOCUMENT.c.field_values),
        *(_DOCUMENT.c.paper, _DOCUMENT.c.title, _DOCUMENT.c.version),
    ),
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
            _NOTICE.c.letter_state,
        ),
        _OF_NOTICE,
    ),
    *looked_up((_PERSON.c.email, _PERSON.c.email_bounced_at), _PERSON.c.id == _ADDRESSEE),
    *looked_up((_ACCOUNT.c.letters,), _ACCOUNT.c.person_id == _ADDRESSEE),
    *looked_up((_WORK.c.closed_at,), _WORK.c.id == value_of(_NOTICE.c.work_id, _OF_NOTICE)),
    value_of(
        _SETTING.c.value,
        and_(
            _SETTING.c.municipality_id == outbox.OUTBOX.c.municipality_id,
            _SETTING.c.key == "help.contact",
        ),
    ).label("its_contact"),
    *looked_up(
        (func.count(_SENT.c.id).label("sent_today"),),
        and_(
            _SENT.c.person_id == _ADDRESSEE,
            _SENT.c.mailed_at >= bindparam("midnight"),
            _SENT.c.digest_on.is_(None),
        ),
    ),
)

_COME = (
    select(
        *(_NOTICE.c.id, _NOTICE.c.municipality_id, _NOTICE.c.person_id, _NOTICE.c.instance_id),
        *(_NOTICE.c.subject, _NOTICE.c.text, _NOTICE.c.letter_state),
        _ACCOUNT.c.letters,
        _WORK.c.closed_at,
    )
    .outerjoin(_ACCOUNT, _ACCOUNT.c.person_id == _NOTICE.c.person_id)
    .outerjoin(_WORK, _WORK.c.id == _NOTICE.c.work_id)
    .where(_NOTICE.c.waits_until <= bindparam("moment"))
    .order_by(_NOTICE.c.id)
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
    if row.its_kind is None or row.its_mailed_at is not None or row.its_digest_on is not None:
        return None
    if row.its_letter_state == "resent":  # another one went in its place
        return None
    return Letter(
        row.payload["notice_id"],
        row.its_kind,
        row.payload.get("to") or row.its_email or "",
        row.its_subject,
        row.its_text,
        row.its_created_at,
        choices_of(row.its_letters),
        row.its_sent_today,
        # One that was begun before may have left: it goes to its end, and is marked as sent.
        row.its_closed_at is not None and row.attempts == 1,
        row.its_email_bounced_at is not None,
        row.attempts > 1,
        row.its_contact or "",
    )


_Person = tuple[int, Choices, dt.tzinfo, list[KeptBack]]


def _reached(
    notice: NewNotice, held: Mapping[tuple[str, int], Sequence[Capacity]]
) -> Mapping[int, tuple[str, int]]:
    """Return person → the first target of a notice by which she is told."""
    return {one.person_id: at for at in reversed(notice.to) for one in held[at]}


def _asked(notice: NewNotice, at: tuple[str, int], instance_id: int | None) -> dict[str, Any]:
    """Return by what the work item is found that a notice asks for; nothing finds none."""
    if notice.work is None:
        return dict.fromkeys(("its_case", "its_role", "its_place", "its_title"))
    role, place = notice.of or at
    return {"its_case": instance_id, "its_role": role, "its_place": place, "its_title": notice.work}


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
                "kind": notice.kind,
                "person_id": person,
                "dedupe_key": f"{notice.key}:{person}",
                "subject": notice.subject,
                "text": notice.text,
                "created_at": self.now,
                "bounced": "",
                **_asked(notice, at, instance_id),
            }
            for notice in notices
            for person, at in sorted(_reached(notice, held).items())
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

    def leave(self, notice_id: int, state: str, until: dt.datetime | None) -> None:
        """Let a notice go without a letter of its own, for good or until a moment."""
        values: dict[str, Any] = {"letter_state": state, "waits_until": until}
        if state == "digest" and until is not None:
            values["digest_on"] = until.date()
        self._connection.execute(update(_NOTICE).where(_NOTICE.c.id == notice_id).values(values))

    def kept_back(self) -> Sequence[tuple[int, Choices, dt.tzinfo, Sequence[KeptBack]]]:
        """Return (person, her choices, her zone, notices) of letters whose hour has come.

        What was done meanwhile asks nobody any more, and is left out for good.
        """
        come = self._connection.execute(_COME, {"moment": self.now}).all()
        done = [row.id for row in come if row.closed_at is not None]
        if done:
            self._connection.execute(
                update(_NOTICE)
                .where(_NOTICE.c.id.in_(done))
                .values(letter_state="done", waits_until=None)
            )
        found: dict[int, _Person] = {}
        for row in come:
            if row.closed_at is None:
                self._uow.be_in(row.municipality_id)
                person: _Person = (row.person_id, choices_of(row.letters), self._uow.zone, [])
                is_for_digest = row.letter_state == "digest"
                found.setdefault(row.person_id, person)[3].append(
                    KeptBack(row.id, row.subject, row.text, row.instance_id, is_for_digest)
                )
        return list(found.values())

    def keep_back(self, ids: Sequence[int], until: dt.datetime) -> None:
        """Keep letters back until another moment."""
        kept = update(_NOTICE).where(_NOTICE.c.id.in_(ids))
        self._connection.execute(kept.values(waits_until=until))

    def send_together(
        self, person_id: int, subject: str, text: str, notices: Sequence[KeptBack]
    ) -> None:
        """Queue one letter in place of those of several notices."""
        put_letter(self._uow, person_id, subject, text, kind=TOGETHER)
        gone = update(_NOTICE).where(_NOTICE.c.id.in_([one.notice_id for one in notices]))
        values = {"mailed_at": self.now, "digest_on": self._uow.today, "letter_state": "digested"}
        self._connection.execute(gone.values(**values, waits_until=None))

    def let_go(self, ids: Sequence[int]) -> None:
        """Queue letters that were kept back, each by itself."""
        free = update(_NOTICE).where(_NOTICE.c.id.in_(ids))
        self._connection.execute(free.values(letter_state="waiting", waits_until=None))
        rows = self._connection.execute(
            select(_NOTICE.c.id, _NOTICE.c.municipality_id, _NOTICE.c.instance_id)
            .where(_NOTICE.c.id.in_(ids))
            .order_by(_NOTICE.c.id)
        ).all()
        letters = [
            outbox.message(
                row.municipality_id, row.instance_id, "mail", {"notice_id": row.id}, self.now
            )
            for row in rows
        ]
        self._connection.execute(outbox.ADD, letters)

    def mailed(self, letter: Letter, answer: str) -> None:
        """Remember that a letter left; the one-time link of a letter is not kept."""
        values = {"notice_id": letter.notice_id, "moment": self.now, "to": letter.address}
        self._connection.execute(_MAILED, {**values, "said": answer})
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
        self._remember(letter, "refused", bounced=reason)
        self._mark_address(letter, self.now)

    def unsent(self, letter: Letter, reason: str, state: str = "waiting") -> None:
        """Remember why a letter did not leave, or not yet."""
        self._remember(letter, state, answer=reason)

    def _remember(self, letter: Letter, state: str, **said: str) -> None:
        its = update(_NOTICE).where(_NOTICE.c.id == letter.notice_id)
        values = its.values(letter_state=state, address=_ADDRESS, **said)
        self._connection.execute(values, {"to": letter.address})

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


def _is_waiting(delivery: SqlDelivery) -> "Waiting":
    """Let mypy check that the store offers what letters kept back need."""
    return delivery


def _is_delivery(delivery: SqlDelivery) -> "Delivery":
    """Let mypy check that the store offers what effects need."""
    return delivery
