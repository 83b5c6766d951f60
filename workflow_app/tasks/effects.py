"""The tasks: one for each kind of outbox message. Ids come in, services do the work."""

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import structlog
from celery import Celery
from sqlalchemy import ColumnElement

from workflow_app.bootstrap import Container
from workflow_app.documents import RENDERER, DocumentError, PdfFailed, PdfUnavailable
from workflow_app.documents.lists import ListPaper, as_docx
from workflow_app.engine.text import cleaned
from workflow_app.notifications import webhook
from workflow_app.notifications.letter_page import page
from workflow_app.notifications.mail import Mail, MailError
from workflow_app.notifications.message import address_of
from workflow_app.services import letters
from workflow_app.services.accounts import access, second_factor
from workflow_app.services.cases import acting
from workflow_app.services.cases.attachments import DOCX
from workflow_app.services.ports import Letter, new_file
from workflow_app.services.webhooks import PAPER_MADE, about, body, headers, is_told, pause_after
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.documents import renderings
from workflow_app.store.documents.approval_sheet import TABLE
from workflow_app.store.messages import outbox, webhooks
from workflow_app.store.messages.delivery import LETTER, TO_RENDER, SqlDelivery, letter_of
from workflow_app.store.registers import papers
from workflow_app.store.unit_of_work import SqlUnitOfWork

log = structlog.get_logger()

TASKS: Mapping[str, str] = {
    "render": "render-document",
    "tell": "write-notices",
    "announce": "announce-work",
    "forgot": "send-password-link",
    "mail": "send-letter",
    "call": "call-instance",
    "hear": "hear-outcome",
    "pdf": "make-pdf",
    "list": "make-list",
    "event": "fan-out-event",
    "hook": "send-webhook",
}
"""Kind of outbox message → public name of its task."""

Finish = Callable[[SqlUnitOfWork], None]
Effect = Callable[[Container, Any], Finish]
"""Does what takes time outside a transaction, and returns what to write down in one.

It gets the message together with what `LOOKED_UP` names.
"""
Step = tuple[str, Any | None]
"""What came of a message, and the message that is begun and to be done next."""
Within = Callable[[SqlUnitOfWork, Any], None]
"""Does what a message says in the transaction that marks it done."""

LOOKED_UP: Mapping[str, Sequence[ColumnElement[Any]]] = {
    "render": (*TO_RENDER, *webhooks.OF_PAPER),
    "pdf": renderings.TO_CONVERT,
    "mail": LETTER,
    "list": (),
    "hook": webhooks.TO_SEND,
}
"""What an effect needs to know before its work, read by the statement that begins it."""
_BEGINNINGS = {kind: outbox.Beginning(kind, columns) for kind, columns in LOOKED_UP.items()}


def render(container: Container, message: Any) -> Finish:
    """Render the paper of a document; file it."""
    if message.its_template is None:
        return _nothing
    document_id = message.payload["document_id"]
    if message.its_template == TABLE:
        content, template = as_docx(ListPaper(**message.its_field_values)), ""
    else:
        content, template = container.papers.render(message.its_template, message.its_field_values)
    file = new_file(content, DOCX)
    event = _made(container, message, file.sha256)

    def finish(uow: SqlUnitOfWork) -> None:
        SqlDelivery(uow).file_document(document_id, file, template, RENDERER)
        if event:
            place, case = message.municipality_id, message.instance_id
            outbox.put(uow.connection, place, case, "event", event, uow.now)

    return finish


def _made(container: Container, message: Any, file_sha256: str) -> Mapping[str, Any] | None:
    """Return the event of a paper that is made; None where no program is to hear of it."""
    process = container.processes.get(message.its_process)
    if not message.its_listeners or process is None or not is_told(process, message.its_case_state):
        return None
    data = {
        "case": message.instance_id,
        "process": process.key,
        "document": message.payload["document_id"],
        "paper": message.its_paper,
        "title": message.its_title,
        "version": message.its_version,
        "sha256": file_sha256,
    }
    return {"event": PAPER_MADE, "body": body(PAPER_MADE, container.clock.now(), data)}


def pdf(container: Container, message: Any) -> Finish:
    """Make the PDF of a document; file it beside the document."""
    document_id = message.payload["document_id"]
    if message.its_content is None:
        return _nothing
    if container.pdf_maker is None:
        raise PdfUnavailable("LibreOffice не установлен: PDF сделать нечем")
    made = new_file(container.pdf_maker(message.its_content), renderings.PDF)
    return lambda uow: renderings.file_pdf(uow, document_id, made)


def list_(container: Container, message: Any) -> Finish:
    """Make a list of a register as a document; keep it for who asked."""
    paper_id = message.payload["paper_id"]
    told = container.read(lambda uow: papers.told(uow, message.municipality_id, paper_id))
    if told is None:
        return _nothing
    made = new_file(container.papers.finished(as_docx(ListPaper(**told))), DOCX)
    return lambda uow: papers.file(uow, paper_id, made)


def mail(container: Container, message: Any) -> Finish:
    """Send a letter; an address that can take none is remembered, what a server says is weighed."""
    letter = letter_of(message)
    if letter is None:
        return _nothing
    local = container.clock.now().astimezone(container.zone_of(message.municipality_id))
    state, until = letters.fate(letter, local)
    if state != "sent":
        return lambda uow: SqlDelivery(uow).leave(letter.notice_id, state, until)
    base = container.settings.public_url
    link = f"{base}/cases/{message.instance_id}" if message.instance_id else ""
    if letter.kind == letters.ACCESS:
        link = f"{base}/access-changes"
    host = address_of(container.settings.mail_from).domain
    try:
        answer = container.mailer.send(
            Mail(
                to=letter.address,
                subject=letter.subject,
                text=letters.letter_text(letter, link, base),
                message_id=f"<notice-{letter.notice_id}@{host}>",
                written_at=letter.created_at,
                html=_html(letter, link, base),
            )
        )
    except MailError as error:
        if error.by_server or not error.bounced:
            raise Unsent(letter, error) from error
        reason = error.reason
        return lambda uow: SqlDelivery(uow).bounced(letter, reason)
    return lambda uow: SqlDelivery(uow).mailed(letter, answer)


def _html(letter: Letter, link: str, base: str) -> str | None:
    """Return a letter as a page with one button; what may hold a secret stays plain text."""
    if letter.kind in (letters.PRIVATE, letters.ACCESS):
        return None
    button = ("Открыть дело", link) if link else None
    return page(letter.subject, letter.text, button, letters.letter_foot(letter, base))


def hook(container: Container, message: Any) -> Finish:
    """Hand an event to another program; what it does not take is tried again for a day."""
    delivery, now = message.its_id, container.clock.now()
    if message.its_url is None or message.its_state == "sent":
        return _nothing
    if not message.its_is_on:
        return lambda uow: webhooks.leave(uow, delivery)
    silent = message.its_silent_until
    if message.its_attempts == 0 and silent is not None and silent > now:
        return lambda uow: webhooks.hold(uow, delivery, silent)
    settings, key = container.settings, about(message.municipality_id)
    secret = second_factor.unseal(settings.secret_key, message.its_sealed_secret, key)
    code, answer = None, "секрет этого адреса не читается: добавьте адрес заново"
    if secret is not None:
        sent = headers(secret, delivery, container.clock.real(), message.its_body)
        try:
            got = webhook.post(
                message.its_url, sent, message.its_body.encode(), settings.inner_receivers
            )
            code, answer = got.code, cleaned(got.text)
        except webhook.Unreachable as reason:
            answer = cleaned(str(reason))
    if code is not None and code // 100 == 2:  # noqa: PLR2004 (HTTP's word for success)
        return lambda uow: webhooks.taken(uow, message, code, answer)
    if pause_after(message.its_attempts + 1) is None:
        raise NotTaken(message, code, answer)
    return lambda uow: webhooks.not_taken(uow, message, code, answer)


def tell(uow: SqlUnitOfWork, message: Any) -> None:
    """Write notices and queue letters."""
    letters.tell(SqlDelivery(uow), message)


def announce(uow: SqlUnitOfWork, message: Any) -> None:
    """Tell people what came into their queue."""
    letters.announce(SqlDelivery(uow), message)


def forgot(uow: SqlUnitOfWork, message: Any) -> None:
    """Send a link for a new password to whoever has the address that somebody typed."""
    access.send_link(SqlAccess(uow), message.payload["login"], uow.public_url)


def call(uow: SqlUnitOfWork, message: Any) -> None:
    """Let the system act on an instance of another family."""
    said = message.payload
    acting.act_as_system(uow, said["instance_id"], said["action"], said["form"])


def notify_subscriber(uow: SqlUnitOfWork, message: Any) -> None:
    """Let a case hear of another one about the same subject."""
    said = message.payload
    acting.notify_subscriber(uow, said["instance_id"], said["process"], said["state"])


def _nothing(_uow: SqlUnitOfWork) -> None:
    """There is nothing left to do."""


EFFECTS: Mapping[str, Effect] = {
    "render": render,
    "mail": mail,
    "pdf": pdf,
    "list": list_,
    "hook": hook,
}
WITHIN: Mapping[str, Within] = {
    "tell": tell,
    "announce": announce,
    "forgot": forgot,
    "call": call,
    "hear": notify_subscriber,
    "event": webhooks.fan_out,
}
GOES_ON: Mapping[str, float] = {"mail": 5.0, "hook": 5.0}
"""Kinds of a lane with few places whose work is short: for so many seconds a place is passed on."""
AT_HAND = 50
"""How many messages of a lane one takes who does them one after the other."""
MANY = 3
"""So many people refused, and nobody served since: the server refuses everybody."""
LONE = dt.timedelta(days=1)
"""After so long one address alone is believed to be dead, though no other letter left meanwhile."""
DECISIONS = frozenset({"call", "hear"})
"""What decides in a serializable transaction; everything else writes down what was decided."""


class Unsent(Exception):  # noqa: N818 (what happened, not what was done wrong)
    """A letter that did not leave, and why."""

    def __init__(self, letter: Letter, error: MailError) -> None:
        super().__init__(error.reason)
        self.letter, self.error = letter, error


class NotTaken(Exception):  # noqa: N818 (what happened, not what was done wrong)
    """An event that its receiver has not taken for a day."""

    def __init__(self, message: Any, code: int | None, answer: str) -> None:
        super().__init__(f"{message.its_url}: {code or ''} {answer[:200]}")
        self.message, self.code, self.answer = message, code, answer


class WorkerDied(Exception):  # noqa: N818 (what happened, not what was done wrong)
    """Whoever began this work did not come to its end, nor to saying why, as often as may be."""


def hand_out(
    container: Container, listed_since: Mapping[str, dt.datetime] | None = None
) -> Sequence[tuple[int, str]]:
    """Hand waiting messages out, id and kind; `listed_since` as `outbox.hand_out` says it."""
    return container.tell(lambda uow: outbox.hand_out(uow.connection, uow.now, listed_since))


def claim(container: Container) -> Sequence[tuple[int, str]]:
    """Hand waiting messages out to whoever carries them out here and now, without a broker."""
    return container.tell(lambda uow: outbox.hand_out(uow.connection, uow.now, most=AT_HAND))


def carry_out(container: Container, message_id: int, kind: str, seconds: float = 0.0) -> str:
    """Do what a message says, once: what it writes and its mark are one transaction.

    A passing failure is tried again later; after the last try an operator gets an incident.
    For so many seconds the work goes on with what waits longest of the same kind.
    """
    until = time.monotonic() + seconds
    outcome, message = _tried(container, message_id, lambda: _first(container, message_id, kind))
    while message is not None:
        goes_on = time.monotonic() < until
        step = partial(_work, container, message, goes_on=goes_on)
        outcome, message = _tried(container, message.id, step)
    return outcome


def _tried(container: Container, message_id: int, step: Callable[[], Step]) -> Step:
    try:
        return step()
    except Exception as error:  # noqa: BLE001 (whatever fails must not lose the message)
        log.warning("effect failed", message_id=message_id, error=repr(error))
        failure = error
    return container.tell(lambda uow: _failed(uow, message_id, failure)), None


def _first(container: Container, message_id: int, kind: str) -> Step:
    """Do a message that is work within one transaction; begin any other."""
    if kind not in WITHIN:
        return "done before", container.tell(lambda uow: begin(uow, kind, message_id))
    write = container.transact if kind in DECISIONS else container.tell
    return write(lambda uow: _within(uow, message_id, WITHIN[kind])), None


def _work(container: Container, message: Any, *, goes_on: bool) -> Step:
    waits = message.kind == "mail"  # while its server takes nothing it is held at the half
    if message.attempts > outbox.MOST_ATTEMPTS * (1 + waits):
        raise WorkerDied(f"начиналось {message.attempts - 1} раз и ни разу не кончилось")
    finish = EFFECTS[message.kind](container, message)
    return container.tell(lambda uow: _finished(uow, message, finish, goes_on=goes_on))


def begin(uow: SqlUnitOfWork, kind: str, message_id: int | None = None) -> Any | None:
    """Begin a message, or what waits longest: a try from now on, under a lease.

    None: it is done, a colleague has it, or nothing waits.
    """
    more = {"midnight": uow.midnight} if kind == "mail" else {}
    return _BEGINNINGS[kind].begin(uow.connection, uow.now, message_id, **more)


def _within(uow: SqlUnitOfWork, message_id: int, work: Within) -> str:
    message = outbox.take(uow.connection, message_id, uow.now)
    if message is None:
        return "done before"
    work(uow, message)
    return "done"


def _finished(uow: SqlUnitOfWork, message: Any, finish: Finish, *, goes_on: bool) -> Step:
    """Write down what an effect did."""
    if outbox.done(uow.connection, message.id, uow.now) is None:
        return "done before", None
    finish(uow)
    return "done", begin(uow, message.kind) if goes_on else None


def _failed(uow: SqlUnitOfWork, message_id: int, error: Exception) -> str:
    message = outbox.read(uow.connection, message_id)
    if message is None:
        return "done before"
    # What begins and ends in one transaction was rolled back with its beginning.
    attempts = message.attempts + (message.kind in WITHIN)
    if isinstance(error, Unsent):
        return _unsent(uow, message, error.letter, error.error)
    if isinstance(error, NotTaken):
        webhooks.given_up(uow, error.message, error.code, error.answer)
        outbox.fail(uow.connection, message, str(error), uow.now)
        return "failed"
    if _is_permanent(error) or attempts >= outbox.MOST_ATTEMPTS:
        outbox.fail(uow.connection, message, f"{type(error).__name__}: {error}", uow.now)
        if message.kind == "mail":
            SqlDelivery(uow).leave(message.payload["notice_id"], "failed", None)
        return "failed"
    outbox.postpone(uow.connection, message_id, uow.now, attempts, keeps_place=False)
    return "postponed"


def _unsent(uow: SqlUnitOfWork, message: Any, letter: Letter, error: MailError) -> str:
    """Keep a letter until its server takes letters; believe what a server says of one letter alone.

    1. What is said of a letter counts when another one left since the last time it was said.
    2. Or when for a day nobody else's letter was refused: in a quiet district no other one leaves.
    3. Until then the letter waits. Three people refused, or no answer at all: the server takes
       nothing, its lane waits behind a probe, and one incident says so; it ends with the first
       letter that leaves.
    """
    sent = SqlDelivery(uow)
    sent.unsent(letter, error.reason)
    is_proven = not (error.unanswered or error.by_server) or sent.left_since(message)
    if error.bounced and uow.now - message.created_at >= LONE:
        is_proven = is_proven or sent.refused_people() == 1
    if is_proven and not error.unanswered:
        if error.by_server:
            sent.end_outage()
        if error.bounced:
            outbox.done(uow.connection, message.id, uow.now)
            sent.bounced(letter, error.reason)
            return "done"
        if error.permanent or message.attempts >= outbox.MOST_ATTEMPTS:
            sent.unsent(letter, error.reason, "failed")
            outbox.fail(uow.connection, message, error.reason, uow.now)
            return "failed"
        outbox.postpone(uow.connection, message.id, uow.now, message.attempts, keeps_place=False)
        return "postponed"
    if not error.unanswered:
        sent.refused(message)
    takes_none = error.unanswered or sent.refused_people() >= MANY
    is_said = error.by_server and message.attempts >= outbox.MOST_ATTEMPTS
    if (takes_none and is_said) or uow.now - message.created_at >= outbox.OUTAGE:
        sent.open_outage(message, error.reason)
    attempts = min(message.attempts, outbox.MOST_ATTEMPTS)
    outbox.postpone(uow.connection, message.id, uow.now, attempts, keeps_place=takes_none)
    return "postponed"


def _is_permanent(error: Exception) -> bool:
    """Tell whether the same will fail again however often it is tried."""
    if isinstance(error, PdfFailed):  # a busy machine is slow today and quick tomorrow
        return False
    return isinstance(error, DocumentError | LookupError | FileNotFoundError)


def register(application: Celery, container: Container) -> None:
    """Register one task a kind of message."""

    def task_of(kind: str) -> Callable[[int], None]:
        def effect(message_id: int) -> None:
            carry_out(container, message_id, kind, GOES_ON.get(kind, 0.0))

        return effect

    for kind, name in TASKS.items():
        application.task(task_of(kind), name=name)
