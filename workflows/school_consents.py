"""The consents of schools on paper: one document, a page for each school that agreed (1.5)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workflow_app.engine import Ballot, Capacity, Case, Facts
from workflow_app.engine.votes import Vote
from workflows import contacts
from workflows.papers import (
    DOCUMENT,
    Values,
    directions,
    document,
    holder,
    letterhead,
    local_date,
    local_moment,
    person,
    school,
    signature,
    title,
)
from workflows.registers.memberships import NETWORK_ROLES
from workflows.wording import GAP, capital, date, date_in_text, glued, sentence, whole

CONSENT = (
    *DOCUMENT,
    "адресат.должность_дат", "адресат.имя_дат",
    "сеть.предмет", "сеть.базовая_школа", "сеть.направления", "сеть.начало", "сеть.окончание",
    "согласия[].организация", "согласия[].школа", "согласия[].дата", "согласия[].основание",
    "согласия[].роль", "согласия[].контакт", "согласия[].условия", "согласия[].должность",
    "согласия[].имя", "согласия[].подтверждение",
)

SENT_BY = ("invite", "resend", "send")
"""The steps that ask schools, of a proposal and of a change: each makes an edition."""
NO_TERMS = "без условий"
ACCEPTED = "Базовая школа приняла эти условия."
NOT_ACCEPTED_YET = "Базовая школа этих условий ещё не приняла."
SILENT = (
    "Подписи нет: школа не ответила на приглашение в срок, а молчание в муниципалитете "
    "считается согласием."
)


@dataclass(frozen=True, slots=True)
class Terms:
    """To what the schools agreed: `subject` goes on after «даёт согласие»."""

    name: str
    subject: str
    asked_by: int | None
    """The school to whose head they answered."""
    base: int | None
    roles: Mapping[int, str]
    directions: tuple[int, ...]
    since: dt.date | None
    until: dt.date | None
    ground: str = ""
    silent_on: str = ""
    """The day silence became consent."""


def consents_on_paper(
    case: Case, facts: Facts, ballot: Ballot, votes: Iterable[Vote], terms: Terms
) -> Values:
    """Return the values of the document; `votes` are those of the schools that agreed."""
    head = holder(facts, "school_head", terms.asked_by)
    return {
        "документ": document(case, f"Согласия школ: сеть «{terms.name}»", *SENT_BY),
        "адресат": {
            "должность_дат": capital(title(facts, head, "dat")),
            "имя_дат": whole(person(facts, head.person_id if head else None).dat),
        },
        "сеть": {
            "предмет": terms.subject,
            "базовая_школа": school(facts, terms.base),
            "направления": _numbered(facts, terms.directions),
            "начало": date_in_text(terms.since),
            "окончание": date_in_text(terms.until),
        },
        "согласия": [_page(facts, ballot, vote, terms) for vote in votes],
    }


def consent_file(case: Case) -> str:
    """Return «Согласия школ З-2025-001»; a case without a number has its date."""
    return f"Согласия школ {case.number or f'от {date(case.today)}'}"


def _numbered(facts: Facts, ids: tuple[int, ...]) -> str:
    rows = directions(facts, ids)
    if len(rows) == 1:
        return str(rows[0]["название"])
    return "\n".join(f"{row['номер']}. {row['название']}" for row in rows) or GAP


def _page(facts: Facts, ballot: Ballot, vote: Vote, terms: Terms) -> Values:
    own = vote.voter.organisation_id or 0
    role = terms.roles.get(own, "")
    said = next((row.contact for row in contacts.named((vote,), facts)), GAP)
    return {
        "организация": letterhead(facts, own),
        "школа": school(facts, own),
        "дата": local_date(facts, vote.answered_at) or terms.silent_on,
        "основание": glued(terms.ground),
        "роль": NETWORK_ROLES.get(role, role) or GAP,
        "контакт": said,
        "условия": _conditions(ballot, vote),
        **_signed(facts, ballot, vote),
    }


def _conditions(ballot: Ballot, vote: Vote) -> str:
    """Return the school's terms, and whether the school that asked has accepted them."""
    if not vote.comment:
        return NO_TERMS
    is_open = any(vote.status in answer.after and answer.by for answer in ballot.answers)
    return f"{sentence(vote.comment)}\n{NOT_ACCEPTED_YET if is_open else ACCEPTED}"


def _signed(facts: Facts, ballot: Ballot, vote: Vote) -> Values:
    """Return who signed, in the office of that day, and by what; who kept silent has not."""
    if vote.answered_at is None:
        return {"должность": "", "имя": "", "подтверждение": SILENT}
    own = vote.voter.organisation_id or 0
    office = Capacity(vote.person_id or 0, vote.voter.role, own, 0, title=vote.acting_as)
    by = ballot.signature_word(vote.signature)
    at = local_moment(facts, vote.answered_at)
    confirmed = ", ".join(filter(None, (by, at)))
    return {**signature(facts, office), "подтверждение": f"Подтверждено: {confirmed}."}
