"""Answering a poll once, by a link or signed in, so that nobody can tell who answered what.

An answer and the key it uses up are one transaction and share nothing else: the key is marked as
used, the answer is added to counts. No history, no notice, no moment and no line of a log tells of
it. A key is stored as a digest made with the secret of the installation, and so is that a person
who signed in has answered: the database alone does not tell who did.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from workflow_app.engine.case import Case
from workflow_app.engine.polls import MOST_OF_A_COMMENT, Counts, Poll
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.engine.roles import Actor, Capacity, fitting
from workflow_app.services.cases.acting import NOT_FOUND, may_read
from workflow_app.services.hashing import KEY_LETTERS
from workflow_app.services.ports import Entry, UnitOfWork

LENGTH, PART = 12, 4
"""Letters of a key, 59 bits; printed in parts."""
MOST_AT_ONCE = 300
"""Links made by one press; each is drawn as a QR code."""
MOST_OF_A_GROUP = 1000

USED = Refusal(
    "key_used",
    "По этой ссылке уже ответили. Если это были вы, спасибо: ответ принят. "
    "Если не вы, попросите другую ссылку у того, кто дал вам эту",
)
ANSWERED = Refusal("answered_already", "Вы уже ответили на этот опрос, спасибо")
MADE_MEANWHILE = Refusal(
    "made_meanwhile",
    "Ссылки по этой форме уже сделаны, новых не прибавилось. Если лист не напечатан, сделайте "
    "другие: укажите, сколько нужно, и нажмите ещё раз",
)
NOBODYS = Refusal("no_links", "Укажите хотя бы для одной организации, сколько нужно ссылок")


@dataclass(frozen=True, slots=True)
class Key:
    """What a stored key leads to."""

    instance_id: int
    organisation_id: int
    is_used: bool


@dataclass(frozen=True, slots=True)
class Made:
    """A new link, before it is kept."""

    organisation_id: int
    digest: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How a poll goes, as far as anybody may know."""

    made: Mapping[int, int] = field(default_factory=dict)
    """Group → how many links were made."""
    used: int = 0
    answers: int = 0
    """By links and signed in, together."""

    @property
    def links(self) -> int:
        """Return how many links were made."""
        return sum(self.made.values())


@dataclass(frozen=True, slots=True)
class Given:
    """An answer on its way to the counts, beside the key it uses up."""

    organisation_id: int
    digest: str
    is_link: bool
    values: Mapping[str, int]
    comment: str


class Polls(Protocol):
    """The part of the store that keeps polls."""

    def key(self, digest: str) -> Key | None:
        """Return what a digest was made for."""

    def progress(self, case_id: int) -> Progress:
        """Return how many links were made and used, and how many answers there are."""

    def put_keys(self, case_id: int, made: Collection[Made]) -> None:
        """Keep new links."""

    def use(self, case_id: int, given: Given) -> bool:
        """Use up a key; False where that was done before."""

    def count(self, case_id: int, groups: Mapping[int, Counts], given: Given) -> None:
        """Add an answer to its group."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A poll in front of somebody who may answer it, unless `refusal` says why not now."""

    case: Case
    poll: Poll
    organisation_id: int
    digest: str
    is_link: bool
    refusal: Refusal | None = None

    @property
    def questions(self) -> Mapping[str, str]:
        """Return the wording of each question by its key."""
        return self.poll.questions(self.case.data)


def by_link(uow: UnitOfWork, polls: Polls, typed: str, secret: str) -> Asked | Refusal:
    """Return what a link asks; a key that was never made leads nowhere."""
    digest = _digest(secret, "link", typed.lower().replace("-", ""))
    key = polls.key(digest)
    case = uow.load(key.instance_id) if key else None
    poll = uow.processes[case.process].poll if case else None
    if key is None or case is None or poll is None:
        return NOT_FOUND
    refusal = _not_now(uow, case, poll) or (USED if key.is_used else None)
    return Asked(case, poll, key.organisation_id, digest, is_link=True, refusal=refusal)


def signed_in(
    uow: UnitOfWork, polls: Polls, person_id: int, instance_id: int, secret: str
) -> Asked | Refusal:
    """Return what a poll asks a person who signed in; for who is not asked there is none."""
    actor, case = uow.actor(person_id), uow.load(instance_id)
    process = uow.processes[case.process] if case else None
    if case is None or process is None or not may_read(uow, process, case, actor):
        return NOT_FOUND
    group = _group(process.poll, case, actor)
    if process.poll is None or group is None:
        return NOT_FOUND
    digest = _digest(secret, "person", f"{case.id}/{person_id}")
    is_over = polls.key(digest) is not None
    refusal = _not_now(uow, case, process.poll) or (ANSWERED if is_over else None)
    return Asked(case, process.poll, group, digest, is_link=False, refusal=refusal)


def _group(poll: Poll | None, case: Case, actor: Actor) -> int | None:
    """Return for which group a person answers; for one of hers, were she of several."""
    groups = poll.groups(case.data) if poll else ()
    held = fitting(poll.voters, actor, case.parties) if poll else ()
    return next((one.organisation_id for one in held if one.organisation_id in groups), None)


def is_asked(process: Process, case: Case, actor: Actor) -> bool:
    """Tell whether a person is one of those who answer now."""
    poll = process.poll
    return bool(poll and case.state == poll.asked and _group(poll, case, actor) is not None)


def answer(
    uow: UnitOfWork, polls: Polls, asked: Asked, values: Mapping[str, int], comment: str
) -> Refusal | None:
    """Count an answer and use up its key; of two at once with one key, one is counted."""
    case, poll = asked.case, asked.poll
    refusal = asked.refusal or _impossible(asked, values, comment)
    if refusal:
        return refusal
    uow.claim(case.id)
    said = {key: value for key, value in values.items() if key in asked.questions}
    given = Given(asked.organisation_id, asked.digest, asked.is_link, said, comment)
    if not polls.use(case.id, given):
        return USED if asked.is_link else ANSWERED
    groups = {*poll.groups(case.data), asked.organisation_id}
    polls.count(case.id, {group: poll.nothing(case.data) for group in groups}, given)
    return None


def _impossible(asked: Asked, values: Mapping[str, int], comment: str) -> Refusal | None:
    """Return what speaks against an answer: a question left open, a value out of the scale."""
    found = [
        Refusal("question_open", "Выберите ответ", key)
        for key in asked.questions
        if values.get(key) not in asked.poll.scale
    ]
    if len(comment) > MOST_OF_A_COMMENT:
        found.append(
            Refusal(
                "comment_too_long",
                f"Не больше {MOST_OF_A_COMMENT} знаков, а здесь {len(comment)}",
                "comment",
            )
        )
    return joined(found)


def _not_now(uow: UnitOfWork, case: Case, poll: Poll) -> Refusal | None:
    """Return why nobody answers today: the poll has not begun, or it is over."""
    today = uow.facts(case.municipality_id).today
    opens, closes = poll.opens(case.data), poll.closes(case.data)
    if case.state == poll.awaited and today <= closes:
        return Refusal(
            "poll_ahead", f"Опрос начнётся {opens:%d.%m.%Y}: откройте эту страницу в тот день"
        )
    if case.state != poll.asked or today > closes:
        return Refusal("poll_over", f"Опрос закончился, ответы принимали до {closes:%d.%m.%Y}")
    return None


# ---------------------------------------------------------------- who runs it


def runs(process: Process, case: Case, actor: Actor) -> tuple[Capacity, ...]:
    """Return in which offices a person hands out the links of a poll; none where she does not."""
    poll = process.poll
    if poll is None or case.state not in (poll.awaited, poll.asked):
        return ()
    return fitting(poll.by, actor, case.parties)


def make_links(
    uow: UnitOfWork,
    polls: Polls,
    person_id: int,
    instance_id: int,
    wanted: Mapping[int, int],
    secret: str,
    seen: int | None = None,
) -> Mapping[int, list[str]] | Refusal:
    """Make one-time links, so many for each group; return the keys, which nobody sees again.

    `seen` is how many there were when they were asked for: the same form sent again makes none.
    History tells how many were made and by whom: who hands out links could answer by them.
    """
    uow.claim(instance_id)
    actor, case = uow.actor(person_id), uow.load(instance_id)
    process = uow.processes[case.process] if case else None
    if case is None or process is None or not may_read(uow, process, case, actor):
        return NOT_FOUND
    held, poll = runs(process, case, actor), process.poll
    if poll is None or not held:
        return NOT_FOUND
    groups, made = poll.groups(case.data), polls.progress(case.id).made
    wanted = {group: number for group, number in wanted.items() if number and group in groups}
    if seen is not None and seen != sum(made.values()):
        return MADE_MEANWHILE
    refusal = _too_many(wanted, made)
    if refusal:
        return refusal
    keys = {group: [_new_key() for _ in range(number)] for group, number in wanted.items()}
    polls.put_keys(
        case.id,
        [
            Made(group, _digest(secret, "link", key.replace("-", "")))
            for group, own in keys.items()
            for key in own
        ],
    )
    number = sum(wanted.values())
    title = f"Сделаны одноразовые ссылки для ответов: {number}"
    undo = {"never": "links"}
    uow.save(
        process, case, case, Entry("make_links", title, case.state, case.state, held[0], undo=undo)
    )
    return keys


def _too_many(wanted: Mapping[int, int], made: Mapping[int, int]) -> Refusal | None:
    if not wanted:
        return NOBODYS
    if sum(wanted.values()) > MOST_AT_ONCE:
        sentence = f"За один раз — не больше {MOST_AT_ONCE} ссылок: сделайте их в несколько приёмов"
        return Refusal("too_many_links", sentence)
    for group, number in wanted.items():
        if number + made.get(group, 0) > MOST_OF_A_GROUP:
            sentence = f"Для одной организации — не больше {MOST_OF_A_GROUP} ссылок"
            return Refusal("too_many_links", sentence, f"group.{group}")
    return None


def _new_key() -> str:
    """Return a new key as it is printed: «k7pw-3mxa-9rte»."""
    letters = "".join(secrets.choice(KEY_LETTERS) for _ in range(LENGTH))
    return "-".join(letters[at : at + PART] for at in range(0, LENGTH, PART))


def _digest(secret: str, kind: str, text: str) -> str:
    """Return under what a key is kept: without the secret nobody can try keys against it."""
    said = f"workflow poll {kind}: {text}"
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()
