"""The log of letters: whether a letter came, what to do where it did not, and sending it again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.services.administration import NOT_ADMIN, UNKNOWN, officer
from workflow_app.services.letters import UNCHOSEN

LOST = frozenset({"refused", "failed", "nowhere"})
"""States of letters that reached nobody and will not by themselves."""
SENT_AGAIN = "again:"
"""How the key of a letter begins that was sent once more: it is no second notice."""
ADMINISTRATOR = "admin"
"""The office that sees whole addresses."""

_ADDRESS = re.compile(r"([^\s<>\"'(,;:@])[^\s<>\"'(,;:@]*@")
"""What stands before the @ of an address; a server repeats it in its answer."""
_ADVICE = (
    (
        r"неверный адрес",
        "В адресе опечатка: исправьте его в карточке человека и отправьте письмо ещё раз.",
    ),
    (
        r"русскими буквами",
        "Нужен адрес латиницей: исправьте его в карточке человека и отправьте письмо ещё раз.",
    ),
    (
        r"\b552\b|\b[45]\.2\.2\b|quota|mailbox (is )?full|over limit|переполнен",
        "Ящик переполнен: попросите человека освободить место или дать другой адрес.",
    ),
    (
        r"\b5\.2\.1\b|disabled|inactive|suspended|blocked",
        "Ящик отключён: спросите у человека другой адрес и исправьте его в карточке.",
    ),
    (
        r"\b55[013]\b|\b5\.1\.\d|\b5\.4\.\d|unknown|no such|not found|does not exist",
        "Такого ящика нет: исправьте адрес в карточке человека и отправьте письмо ещё раз.",
    ),
)
"""What a server says of an address → what to do about it."""


def advice(state: str, words: str) -> str:
    """Return what to do about a letter that did not come; empty where there is nothing to do.

    >>> advice("refused", "550 5.1.1 no such user")
    'Такого ящика нет: исправьте адрес в карточке человека и отправьте письмо ещё раз.'
    """
    if state == "nowhere":
        return "Адреса нет: впишите его в карточке человека и отправьте письмо ещё раз."
    if state == "failed":
        return "Сервер не принял само письмо: повторите на странице «Сбои» или отправьте ещё раз."
    if state == "waiting" and words:
        return "Почтовый сервер пока не берёт письма: оно уйдёт само, делать ничего не нужно."
    if state != "refused":
        return ""
    for pattern, said in _ADVICE:
        if re.search(pattern, words, re.IGNORECASE):
            return said
    return "Сервер не принял письмо: покажите его ответ тому, кто ведёт почту."


def masked(text: str) -> str:
    """Return a text with its addresses as who does not administer sees them.

    >>> masked("550 <p105@levokum.example>: unknown"), masked("")
    ('550 <p…@levokum.example>: unknown', '')
    """
    return _ADDRESS.sub(r"\1…@", text)


def sees_addresses(actor: Actor) -> bool:
    """Tell whether a person sees whole addresses in the log."""
    return any(one.role == ADMINISTRATOR for one in actor.capacities)


@dataclass(frozen=True, slots=True)
class Lost:
    """A letter as sending it again needs it."""

    id: int
    municipality_id: int
    kind: str
    state: str
    address: str
    """Where it was refused; empty where it never left."""
    person: str
    email: str
    """Her address today."""
    is_email_bad: bool


class LetterLog(Protocol):
    """What sending again needs of the store."""

    def letter(self, municipality_id: int, notice_id: int) -> Lost | None:
        """Return a letter of a municipality."""

    def send_again(self, letter: Lost) -> bool:
        """Queue a new letter with the same words; False when a colleague did meanwhile."""

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""


def send_again(store: LetterLog, actor: Actor, notice_id: int) -> Refusal | str:
    """Send a letter that did not come once more; return to whom."""
    by = officer(actor)
    if by is None:
        return NOT_ADMIN
    letter = store.letter(by.municipality_id, notice_id)
    if letter is None:
        return UNKNOWN
    if letter.kind in UNCHOSEN:
        said = "В этом письме ссылка на один раз: пришлите человеку новое приглашение"
        return Refusal("letter_is_private", said)
    if letter.state == "resent":
        return Refusal("letter_sent_again", "Это письмо уже отправлено ещё раз")
    if letter.state not in LOST:
        return Refusal("letter_not_lost", "Это письмо не возвращалось: повторять его не нужно")
    if not letter.email:
        return Refusal("no_address", f"{letter.person}: адреса нет. Сначала впишите его")
    if letter.is_email_bad and letter.email == letter.address:
        said = f"{letter.person}: адрес прежний, а на него письма не доходят. Сначала исправьте его"
        return Refusal("address_unchanged", said)
    if not store.send_again(letter):
        return Refusal("letter_sent_again", "Это письмо уже отправлено ещё раз")
    title = f"Письмо отправлено ещё раз: {letter.person}"
    store.record(by, "send_letter_again", title, {"letter": letter.id})
    return letter.person
