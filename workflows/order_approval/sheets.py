"""The sheets beside the order: лист согласования and лист ознакомления."""

from collections.abc import Iterator

from workflow_app.engine import Case, Facts
from workflow_app.engine.roles import Capacity
from workflow_app.engine.votes import Vote
from workflows.order_approval.ballots import APPROVERS, DECISIONS, acknowledgement, visas
from workflows.order_approval.form import Order
from workflows.order_approval.papers import numbered, signed_by
from workflows.papers import (
    DOCUMENT,
    SIGNATURE,
    Values,
    document,
    holder,
    letterhead,
    local_date,
    local_moment,
    person,
    school,
)
from workflows.wording import GAP, date, whole

AGREEMENT = (
    *DOCUMENT, *SIGNATURE,
    "проект",
    "организация.название",
    "приказ.номер", "приказ.дата",
    "визы[].номер", "визы[].должность", "визы[].имя", "визы[].решение", "визы[].дата",
    "визы[].замечание", "визы[].сертификат", "визы[].сумма", "визы[].в_системе",
    "визы[].электронная_подпись",
    "исключённые[].имя", "исключённые[].причина",
    "подпись.подписано", "подпись.дата", "подпись.в_системе", "подпись.электронная_подпись",
    "подпись.сертификат", "подпись.сумма",
)

ACQUAINTANCE = (
    *DOCUMENT,
    "организация.название",
    "приказ.номер", "приказ.дата", "приказ.заголовок",
    "записи[].номер", "записи[].школа", "записи[].должность", "записи[].имя", "записи[].дата",
    "записи[].ознакомлен",
    "итог.ознакомились", "итог.всего",
)

SIGNS = "подписывает приказ в этот день"
VACANT = "должность свободна"


def agreement_sheet(case: Case[Order], facts: Facts) -> Values:
    """Return the values of the agreement sheet, with the signature once there is one."""
    tally = facts.tally(case, visas.key)
    return {
        "проект": not case.number,
        "документ": document(case, case.data.title, "send"),
        "организация": {"название": letterhead(facts, "department")},
        "приказ": numbered(case),
        "визы": [_visa(facts, number, vote) for number, vote in enumerate(tally or (), start=1)],
        "исключённые": list(_left_out(case, facts)),
        "подпись": _signed(case, facts),
    }


def agreement_file(case: Case[Order]) -> str:
    """Return «Лист согласования 291-од»."""
    return f"Лист согласования {case.number or '(проект)'}"


def _visa(facts: Facts, number: int, vote: Vote) -> Values:
    is_given = bool(vote.answered_at)
    card = person(facts, vote.person_id or _expected(facts, vote))
    holders = facts.holders(vote.voter.role, vote.voter.organisation_id)
    titles = (capacity.title for capacity in holders if capacity.person_id == card.id)
    return {
        "номер": number,
        "должность": next(titles, vote.voter.group),
        "имя": whole(card.signature),
        "решение": DECISIONS[vote.status],
        "дата": local_moment(facts, vote.answered_at),
        "замечание": vote.comment,
        "сертификат": "",
        "сумма": vote.text_hash,
        "в_системе": is_given,
        "электронная_подпись": False,
    }


def _expected(facts: Facts, vote: Vote) -> int | None:
    """Return who is to answer for a voter."""
    capacity = holder(facts, vote.voter.role, vote.voter.organisation_id)
    return capacity.person_id if capacity else None


def _left_out(case: Case[Order], facts: Facts) -> Iterator[Values]:
    """Yield approvers who gave no visa: who signs herself, and posts that nobody holds."""
    tally = facts.tally(case, visas.key)
    asked = {vote.voter.key for vote in tally or ()}
    for role in APPROVERS:
        if role.key in asked:
            continue
        if not facts.holders(role.held_by, None):
            yield {"имя": role.title, "причина": VACANT}
        for capacity in facts.holders(role.held_by, None):
            if _signs(case, facts, capacity):
                name = person(facts, capacity.person_id).nom
                yield {"имя": whole(name), "причина": SIGNS}


def _signs(case: Case[Order], facts: Facts, capacity: Capacity) -> bool:
    if case.data.signed_by:
        return case.data.signed_by in capacity.persons
    signer = facts.signer("department_head")
    return signer is not None and bool(signer.capacity.persons & capacity.persons)


def _signed(case: Case[Order], facts: Facts) -> Values:
    is_signed = bool(case.data.signed_by)
    return {
        "подписано": is_signed,
        **signed_by(case, facts),
        "дата": local_moment(facts, facts.last_taken(case, "sign")) if is_signed else "",
        "в_системе": is_signed,
        "электронная_подпись": False,
        "сертификат": "",
        "сумма": case.text_hash if is_signed else "",
    }


def acquaintance_sheet(case: Case[Order], facts: Facts) -> Values:
    """Return the values of the acquaintance sheet as the answers stand."""
    votes = tuple(facts.tally(case, acknowledgement.key) or ())
    seen = sum(vote.status in acknowledgement.yes for vote in votes)
    day = date(case.data.registered_on)
    heading = f"Лист ознакомления с приказом от {day} № {case.number}"
    return {
        "документ": document(case, heading, "send"),
        "организация": {"название": letterhead(facts, "department")},
        "приказ": {**numbered(case), "заголовок": case.data.title},
        "записи": [_entry(facts, number, vote) for number, vote in enumerate(votes, start=1)],
        "итог": {"ознакомились": seen, "всего": len(votes)},
    }


def acquaintance_file(case: Case[Order]) -> str:
    """Return «Лист ознакомления 291-од»."""
    return f"Лист ознакомления {case.number}"


def _entry(facts: Facts, number: int, vote: Vote) -> Values:
    capacity = holder(facts, vote.voter.role, vote.voter.organisation_id)
    expected = capacity.person_id if capacity else None
    return {
        "номер": number,
        "школа": school(facts, vote.voter.organisation_id),
        "должность": capacity.title if capacity else GAP,
        "имя": whole(person(facts, vote.person_id or expected).signature),
        "дата": local_date(facts, vote.answered_at),
        "ознакомлен": vote.status in acknowledgement.yes,
    }
