"""The tasks: one for each kind of outbox message. Ids come in, services do the work."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from celery import Celery

from workflow_app.bootstrap import House
from workflow_app.documents import RENDERER, DocumentError, PdfFailed, PdfUnavailable
from workflow_app.notifications.mail import Mail, MailError
from workflow_app.services import acting, delivery
from workflow_app.services.ports import DocumentRow, Letter
from workflow_app.store import outbox, renderings
from workflow_app.store.delivery import SqlDelivery
from workflow_app.store.unit_of_work import SqlUnitOfWork

log = structlog.get_logger()

TASKS: Mapping[str, str] = {
    "render": "render-document",
    "tell": "write-notices",
    "announce": "announce-work",
    "mail": "send-letter",
    "call": "call-instance",
    "hear": "hear-outcome",
    "pdf": "make-pdf",
}
"""Kind of outbox message → public name of its task."""

Finish = Callable[[SqlUnitOfWork], None]
Effect = Callable[[House, Any, Any], Finish]
"""Does what takes time outside a transaction, and returns what to write down in one.

It gets the message and what `READS` found for it.
"""
Within = Callable[[SqlUnitOfWork, Any], None]
"""Does what a message says in the transaction that marks it done."""

READS: Mapping[str, Callable[[SqlUnitOfWork, Any], Any]] = {
    "render": lambda uow, said: SqlDelivery(uow).document(said.payload["document_id"]),
    "pdf": lambda uow, said: renderings.unconverted(uow, said.payload["document_id"]),
    "mail": lambda uow, said: SqlDelivery(uow).letter(said.payload["notice_id"]),
}
"""What an effect needs to know before its work, read together with its message."""


def render(house: House, message: Any, row: DocumentRow | None) -> Finish:
    """Render the paper of a document; file it."""
    if row is None:
        return _nothing
    document_id = message.payload["document_id"]
    content, template = house.papers.render(row.template, row.values)
    return lambda uow: SqlDelivery(uow).file_document(document_id, content, template, RENDERER)


def pdf(house: House, message: Any, content: bytes | None) -> Finish:
    """Make the PDF of a document; file it beside the document."""
    document_id = message.payload["document_id"]
    if content is None:
        return _nothing
    if house.pdf_maker is None:
        raise PdfUnavailable("LibreOffice не установлен: PDF сделать нечем")
    made = house.pdf_maker(content)
    return lambda uow: renderings.file_pdf(uow, document_id, made)


def mail(house: House, message: Any, letter: Letter | None) -> Finish:
    """Send a letter; an address that takes none is remembered, a refused text is an incident."""
    notice_id = message.payload["notice_id"]
    if letter is None or letter.is_mailed or not letter.address:
        return _nothing
    if letter.sent_today >= delivery.MOST_LETTERS:
        return lambda uow: SqlDelivery(uow).put_into_digest(notice_id)
    public = house.settings.public_url
    link = f"{public}/cases/{message.instance_id}" if message.instance_id else ""
    host = house.settings.mail_from.split("@")[1]
    text = delivery.letter_text(letter, link)
    try:
        house.mailer.send(
            Mail(to=letter.address, subject=letter.subject, text=text,
                 message_id=f"<notice-{notice_id}@{host}>", written_at=letter.created_at)
        )  # fmt: skip
    except MailError as error:
        if not error.bounced:
            raise
        reason = error.reason
        return lambda uow: SqlDelivery(uow).bounced(notice_id, reason)
    return lambda uow: SqlDelivery(uow).mailed(letter)


def tell(uow: SqlUnitOfWork, message: Any) -> None:
    """Write notices and queue letters."""
    delivery.tell(SqlDelivery(uow), message)


def announce(uow: SqlUnitOfWork, message: Any) -> None:
    """Tell people what came into their queue."""
    delivery.announce(SqlDelivery(uow), message)


def call(uow: SqlUnitOfWork, message: Any) -> None:
    """Let the system act on an instance of another family."""
    said = message.payload
    acting.act_as_system(uow, said["instance_id"], said["action"], said["form"])


def hear(uow: SqlUnitOfWork, message: Any) -> None:
    """Let a case hear of another one about the same subject."""
    said = message.payload
    acting.hear(uow, said["instance_id"], said["process"], said["state"])


def _nothing(_uow: SqlUnitOfWork) -> None:
    """There is nothing left to do."""


EFFECTS: Mapping[str, Effect] = {"render": render, "mail": mail, "pdf": pdf}
WITHIN: Mapping[str, Within] = {"tell": tell, "announce": announce, "call": call, "hear": hear}
DECISIONS = frozenset({"call", "hear"})
"""What decides in a serializable transaction; everything else writes down what was decided."""


def claim(house: House) -> Sequence[tuple[int, str]]:
    """Claim waiting messages, id and kind."""
    return house.tell(lambda uow: outbox.claim(uow.connection, uow.now))


def carry_out(house: House, message_id: int, kind: str) -> str:
    """Do what a message says, once: what it writes and its mark are one transaction.

    A passing failure is tried again later; after the last try an operator gets an incident.
    """
    try:
        if kind in WITHIN:
            write = house.transact if kind in DECISIONS else house.tell
            return write(lambda uow: _finished(uow, message_id, WITHIN[kind]))
        message, found = house.read(lambda uow: look_up(uow, message_id))
        if message is None:
            return "done before"
        finish = EFFECTS[kind](house, message, found)
        return house.tell(lambda uow: _finished(uow, message_id, lambda uow, _: finish(uow)))
    except Exception as error:  # noqa: BLE001 (whatever fails must not lose the message)
        log.warning("effect failed", message_id=message_id, error=repr(error))
        failure = error
    return house.tell(lambda uow: _failed(uow, message_id, failure))


def look_up(uow: SqlUnitOfWork, message_id: int) -> tuple[Any, Any]:
    """Return a message that is not done yet, and what its effect wants to know."""
    message = outbox.read(uow.connection, message_id)
    return message, READS[message.kind](uow, message) if message else None


def _finished(uow: SqlUnitOfWork, message_id: int, finish: Within) -> str:
    message = outbox.done(uow.connection, message_id, uow.now)
    if message is None:
        return "done before"
    finish(uow, message)
    return "done"


def _failed(uow: SqlUnitOfWork, message_id: int, error: Exception) -> str:
    message = outbox.read(uow.connection, message_id)
    if message is None:
        return "done before"
    permanent = isinstance(error, DocumentError | LookupError | FileNotFoundError) or (
        isinstance(error, MailError) and error.permanent
    )
    passing = isinstance(error, PdfFailed)  # a busy machine is slow today and quick tomorrow
    if (permanent and not passing) or message.attempts >= outbox.MOST_ATTEMPTS:
        outbox.fail(uow.connection, message, f"{type(error).__name__}: {error}", uow.now)
        return "failed"
    outbox.postpone(uow.connection, message_id, uow.now, message.attempts)
    return "postponed"


def register(application: Celery, house: House) -> None:
    """Register one task a kind of message."""

    def task_of(kind: str) -> Callable[[int], None]:
        def effect(message_id: int) -> None:
            carry_out(house, message_id, kind)

        return effect

    for kind, name in TASKS.items():
        application.task(task_of(kind), name=name)
