"""Effects outside the transaction: notices and letters. Each may run twice and acts once."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from workflow_app.engine.text import day_in_words, plural
from workflow_app.services.letter_choices import DECISION, DIGEST, PAGE, PROGRESS, Choices
from workflow_app.services.ports import Delivery, KeptBack, Letter, NewNotice

MOST_LETTERS = 5
"""Letters a person gets on one day; what is more comes as one digest (dossier 8)."""
ALIKE = 3
"""So many lines of one digest, or of one page, that ask for the same stand under one heading."""
LONGEST_LINE = 300
"""Signs of the text that a digest repeats of one letter."""

PRIVATE = "letter"
"""The kind whose text may hold a secret: no page shows it, and none is kept once it left."""
ACCESS = "access"
"""The kind that is a notice, too, and leads to what waits about one's access."""
TOGETHER = "digest"
"""The kind of a letter that came in place of several: no notice, for each of them is one."""
UNCHOSEN = frozenset({PRIVATE, ACCESS, TOGETHER})
"""Kinds that come at once whatever a person has chosen: she, or her safety, asks for them."""

STATES: Mapping[str, str] = {
    "waiting": "в очереди на отправку",
    "sent": "передано почтовому серверу",
    "refused": "не дошло",
    "resent": "не дошло, отправлено ещё раз",
    "failed": "не отправлено",
    "nowhere": "нет адреса",
    "digest": "ждёт письма за день",
    "quiet": "ждёт конца тихих часов",
    "digested": "ушло в письме за день",
    "page": "без письма: так выбрал человек",
    "done": "без письма: дело уже сделано",
}
"""What became of the letter of a notice → how the log of letters calls it."""
SENT, ONLY_FILED = "sent", "filed"
"""A state, and what is asked for where a letter in it was handed to no server."""
FILED = "записано в файл"
"""The answer of a mailer that hands letters to no server."""
NOT_MAILED = "записано в файл: почта не подключена, человек письма не получил"

Fate = tuple[str, dt.datetime | None]
"""A state of a letter, and until when it is kept back in it."""


def fate(letter: Letter, local: dt.datetime) -> Fate:
    """Return what becomes of a letter now: `sent`, or why it does not leave by itself."""
    choices, way = letter.choices, letter.choices.way(letter.kind)
    if letter.kind in UNCHOSEN:
        return ("sent" if letter.address else "nowhere"), None
    if letter.is_done:
        return "done", None
    if way == PAGE:
        return "page", None
    if not letter.address:
        return "nowhere", None
    if way == DIGEST:
        return "digest", choices.next_digest(local)
    if until := choices.quiet_until(local):
        return "quiet", until
    if letter.sent_today >= MOST_LETTERS:
        return "digest", choices.next_digest(local)
    return "sent", None


class Waiting(Protocol):
    """The part of the store that keeps letters back until their hour."""

    @property
    def now(self) -> dt.datetime:
        """The moment of this transaction, UTC."""

    def kept_back(self) -> Sequence[tuple[int, Choices, dt.tzinfo, Sequence[KeptBack]]]:
        """Return (person, her choices, her zone, notices) of letters whose hour has come."""

    def keep_back(self, ids: Sequence[int], until: dt.datetime) -> None:
        """Keep letters back until another moment."""

    def send_together(
        self, person_id: int, subject: str, text: str, notices: Sequence[KeptBack]
    ) -> None:
        """Queue one letter in place of those of several notices."""

    def let_go(self, ids: Sequence[int]) -> None:
        """Queue letters that were kept back, each by itself."""


def send_kept_back(store: Waiting, base: str) -> int:
    """Send what waited for the hour of a digest or for the end of quiet hours; return to how many.

    What came in quiet hours comes by itself at their end, unless it is more than a day's letters.
    """
    found = store.kept_back()
    for person_id, choices, zone, notices in found:
        if until := choices.quiet_until(store.now.astimezone(zone)):
            store.keep_back([one.notice_id for one in notices], until)
            continue
        night = [one for one in notices if not one.is_for_digest]
        together = [one for one in notices if one.is_for_digest]
        if len(night) > MOST_LETTERS:
            together, night = list(notices), []
        if together:
            count = plural(len(together), "уведомление", "уведомления", "уведомлений")
            subject = f"Одним письмом: {count}"
            store.send_together(person_id, subject, digest_text(together, base), together)
        if night:
            store.let_go([one.notice_id for one in night])
    return len(found)


def heading_of(subject: str) -> str:
    """Return what a subject has in common with others that ask for the same of other cases.

    >>> heading_of("Представить показатели: СОШ № 5")
    'Представить показатели'
    """
    return subject.partition(": ")[0]


def digest_text(notices: Sequence[KeptBack], base: str) -> str:
    """Return one letter in place of several: who, what, until when and a link of each.

    Equal ones are one line with their count; what asks for the same stands under one heading.
    """
    counted: dict[tuple[str, int | None], list[KeptBack]] = {}
    for one in notices:
        counted.setdefault((one.subject, one.instance_id), []).append(one)
    groups: dict[str, list[list[KeptBack]]] = {}
    for equal in counted.values():
        groups.setdefault(heading_of(equal[0].subject), []).append(equal)
    parts = []
    for heading, lines in groups.items():
        is_group = len(lines) >= ALIKE
        if is_group:
            parts.append(f"{heading} — {len(lines)}:")
        parts += [_line(equal, base, heading if is_group else "") for equal in lines]
    return "\n\n".join((*parts, choose_text(base)))


def _line(equal: Sequence[KeptBack], base: str, heading: str) -> str:
    last = equal[-1]
    subject = last.subject.removeprefix(f"{heading}: ") if heading else last.subject
    times = f" (×{len(equal)})" if len(equal) > 1 else ""
    text = " ".join(last.text.split())
    if len(text) > LONGEST_LINE:
        text = f"{text[:LONGEST_LINE].rstrip()}…"
    link = f"{base}/cases/{last.instance_id}" if last.instance_id else ""
    return "\n".join(filter(None, (f"— {subject}{times}", text, link)))


def choose_text(base: str) -> str:
    """Return the foot of a letter: where its reader chooses which letters come and when."""
    return f"Какие письма и когда приходят, вы выбираете сами: {base}/account#letters"


class Message(Protocol):
    """A message of the outbox."""

    id: int
    municipality_id: int
    instance_id: int | None
    payload: Mapping[str, Any]


def tell(uow: Delivery, message: Message) -> None:
    """Write the notices of a `Tell` and queue their letters."""
    said = message.payload
    notice = NewNotice(
        f"{message.id}",
        _targets(said["to"]),
        said["subject"],
        said["text"],
        said.get("by", 0),
        kind=said.get("kind", PROGRESS),
        work=said.get("work"),
        of=(said["of"][0], said["of"][1]) if "of" in said else None,
    )
    uow.notify(message.municipality_id, message.instance_id, [notice])


def tell_of_waiting(
    uow: Delivery, to: Sequence[tuple[str, int]], municipality_id: int, what: str, link: str
) -> None:
    """Tell who answers for an organisation that strangers wrote to it: once a day of each thing."""
    key = f"waiting:{link.rpartition('://')[2]}"[:150]
    today = f"{key}:{uow.now:%Y-%m-%d}"
    notice = NewNotice(today, to, what, f"{what}.\n\n{link}", is_once=True, kind=DECISION)
    uow.notify(municipality_id, None, [notice])


def announce(uow: Delivery, message: Message) -> None:
    """Tell people what came into their queue, and by when."""
    said = message.payload
    # A message of the release before does not carry how its case is called.
    heading = said["heading"] if "heading" in said else uow.heading(message.instance_id or 0)
    text = "\n\n".join(filter(None, (_origin(uow, message), _until(uow, said["due_at"]))))
    notices = [
        NewNotice(
            f"{message.id}.{number}",
            ((role, place),),
            f"{title}: {heading}",
            text,
            said.get("by", 0),
            kind=DECISION,
            work=title,
        )
        for number, (role, place, title) in enumerate(said["items"])
    ]
    uow.notify(message.municipality_id, message.instance_id, notices)


def _targets(said: Sequence[Sequence[Any]]) -> list[tuple[str, int]]:
    return [(role, place or 0) for role, place in said]


def _origin(uow: Delivery, message: Message) -> str:
    """Return what happened, who did it, and what was written with it; empty where nobody said."""
    said = message.payload
    if not said.get("told"):
        return ""
    person, title = said["who"]
    name = uow.signature(message.municipality_id, person)
    who = f" ({name}, {title})" if name else ""
    return "\n".join((f"{said['told']}{who}.", *said["said"]))


def _until(uow: Delivery, moment: str | None) -> str:
    if not moment:
        return ""
    day = day_in_words(dt.date.fromisoformat(moment[:10]), uow.now.date())
    return f"Срок: до {day}."


def letter_text(letter: Letter, link: str, base: str) -> str:
    """Return the body of a letter: what happened, where to act, whom to call, where to choose."""
    if letter.kind in UNCHOSEN:
        return _paragraphs(letter.text, link)
    return _paragraphs(letter.subject, letter.text, link, *letter_foot(letter, base))


def letter_foot(letter: Letter, base: str) -> Sequence[str]:
    """Return what stands below a letter: whom to call, and where to choose which letters come."""
    if letter.kind == TOGETHER:  # ends with it already
        return []
    help_ = [f"Вопросы: {letter.contact}"] if letter.contact else []
    return [*help_, choose_text(base)]


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(filter(None, parts)) + "\n"
