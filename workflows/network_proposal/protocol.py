"""Consents on paper: the protocol of who answered what (P3), and the consents themselves (1.5)."""

from collections.abc import Iterator

from workflow_app.engine import Case, Facts, Paper, says
from workflow_app.engine.votes import Vote
from workflows.network_proposal.consents import AGREED, ANSWERS, consents, invited_votes, needed
from workflows.network_proposal.form import Proposal
from workflows.papers import (
    DOCUMENT,
    SIGNATURE,
    Values,
    document,
    head_name,
    holder,
    letterhead,
    local_date,
    person,
    school,
    signature,
)
from workflows.registers.memberships import NETWORK_ROLES
from workflows.school_consents import Terms, consents_on_paper
from workflows.wording import date, date_in_text, whole

PROTOCOL = (
    *DOCUMENT, *SIGNATURE,
    "организация.название",
    "протокол.дата", "протокол.начало", "протокол.окончание",
    "заявка.номер",
    "сеть.название", "сеть.базовая_школа", "сеть.начало", "сеть.окончание",
    "ответы[].номер", "ответы[].школа", "ответы[].роль", "ответы[].решение", "ответы[].дата",
    "ответы[].имя", "ответы[].подпись", "ответы[].условия",
    "итог.приглашено", "итог.согласились", "итог.требуется", "итог.состоялось",
    "итог.пояснение",
)


def protocol(case: Case, facts: Facts) -> Values:
    """Return the values of the protocol at the moment the ballot closed."""
    data, votes = case.data, tuple(_asked(case, facts))
    return {
        "документ": document(case, f"Протокол согласий: сеть «{data.name}»", "invite", "resend"),
        "организация": {"название": letterhead(facts, data.base)},
        "протокол": {
            "дата": date(case.today),
            "начало": _first_day(facts, votes) or date(case.today),
            "окончание": date(case.today),
        },
        "заявка": {"номер": case.number},
        "сеть": {
            "название": data.name,
            "базовая_школа": school(facts, data.base),
            "начало": date_in_text(data.valid_from),
            "окончание": date_in_text(data.valid_to),
        },
        "ответы": [_row(facts, n, vote) for n, vote in enumerate(votes, start=1)],
        "итог": _result(facts, votes),
        "подпись": signature(facts, holder(facts, "school_head", data.base)),
    }


def protocol_file(case: Case[Proposal]) -> str:
    """Return «Протокол согласий З-2025-001»."""
    return f"Протокол согласий {case.number}".strip()


def consent(case: Case, facts: Facts) -> Values:
    """Return a page for each invited school that agrees; the base school signs the proposal."""
    data = case.data
    asked, members = facts.tally(case, consents.key) or (), data.members.keys()
    agreed = (v for v in invited_votes(asked) if v.status in AGREED and v.voter.key in members)
    terms = Terms(
        name=data.name,
        subject=f"на участие в сети «{data.name}»",
        asked_by=data.base,
        base=data.base,
        roles={member.school: member.role for member in data.members},
        directions=tuple(data.directions),
        since=data.valid_from,
        until=data.valid_to,
        ground=f"к заявке № {case.number}",
        silent_on=local_date(facts, facts.last_taken(case, "consents_complete")),
    )
    return consents_on_paper(case, facts, consents, agreed, terms)


@says("согласия на бумаге — заново, если школа с тех пор вышла или её условия приняты")
def renewed_consents(case: Case[Proposal], facts: Facts) -> Paper | None:
    """Consents that changed since they were printed are printed as they stand (1.5, C2, C3)."""
    printed = [facts.last_taken(case, step) for step in ("consents_complete", "submit")]
    last = max(filter(None, printed), default=None)
    later = (facts.last_taken(case, step) for step in ("accept_conditions", "leave_out"))
    return Paper("consent") if last and any(at and at > last for at in later) else None


def _asked(case: Case[Proposal], facts: Facts) -> Iterator[Vote]:
    """Yield the base school and everybody asked about the text as it was sent.

    Schools that did not agree have left the composition by now; the snapshot still has them.
    """
    tally, sent = facts.tally(case, consents.key), facts.snapshot(case)
    keys = {str(case.data.base), *(sent or case.data).members.keys()}
    for vote in tally.votes if tally else ():
        if vote.voter.key in keys:
            yield vote


def _first_day(facts: Facts, votes: tuple[Vote, ...]) -> str:
    """Return the day the base school agreed by inviting the others."""
    moments = [vote.answered_at for vote in votes if vote.answered_at]
    return local_date(facts, min(moments, default=None))


def _row(facts: Facts, number: int, vote: Vote) -> Values:
    group = vote.voter.group
    return {
        "номер": number,
        "школа": school(facts, vote.voter.organisation_id),
        "роль": NETWORK_ROLES.get(group, group),
        "решение": ANSWERS[vote.status],
        "дата": local_date(facts, vote.answered_at),
        "имя": _who(facts, vote),
        "подпись": consents.signature_word(vote.signature),
        "условия": vote.comment,
    }


def _who(facts: Facts, vote: Vote) -> str:
    """Return who answered; the base school, which agreed by inviting the others, by its head."""
    if not vote.answered_at:
        return ""
    if vote.person_id is None:
        return head_name(facts, vote.voter.organisation_id)
    return whole(person(facts, vote.person_id).nom)


def _result(facts: Facts, votes: tuple[Vote, ...]) -> Values:
    """Count the invited schools; the base school, which agreed first, is not one of them."""
    invited = invited_votes(votes)
    agreed = sum(vote.status in consents.yes for vote in invited)
    gone = agreed < len(invited)
    return {
        "приглашено": len(invited),
        "согласились": agreed,
        "требуется": needed(facts, len(invited)),
        "состоялось": True,
        "пояснение": "Школы, не давшие согласия, в состав сети не включаются." if gone else "",
    }
