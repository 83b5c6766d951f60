"""The consents of the invited schools: rows P3, P4, P8 and C1–C4."""

import datetime as dt
from collections.abc import Iterable, Iterator

from workflow_app.engine import (
    Answer,
    Ask,
    Ballot,
    Case,
    Due,
    Facts,
    Many,
    Put,
    Refusal,
    Setting,
    Tally,
    Tell,
    Voter,
    answered,
    at_least,
    refuse,
)
from workflows.network_proposal.form import Proposal
from workflows.network_proposal.rules import is_sent, order_not_signed
from workflows.roles import (
    BASE_HEAD,
    DEPARTMENT_HEAD,
    SPECIALIST,
)
from workflows.rules import (
    Reason,
)
from workflows.wording import counted

ANSWERS = {
    "pending": "ещё не ответила",
    "agreed": "согласна",
    "agreed_with_conditions": "согласна с условиями",
    "declined": "отказалась",
    "no_response": "не ответила в срок",
    "revoked": "отозвала согласие",
}


def invited(case: Case, _facts: Facts) -> Iterator[Voter]:
    """The base school agrees by proposing; every invited head is asked."""
    yield Voter(str(case.data.base), "school_head", case.data.base, "base", answer="agreed")
    for member in case.data.members:
        yield Voter(str(member.school), "school_head", member.school, member.role)


def network_is_viable(_case: Case, _facts: Facts, tally: Tally) -> bool:
    """The base and at least one supported school agreed (P3)."""
    agreed = ("agreed", "agreed_with_conditions")
    return tally.count(*agreed, group="base") > 0 and tally.count(*agreed, group="supported") > 0


consents = Ballot(
    "consents",
    "Согласие школы на участие",
    basis="1.5",
    voters=invited,
    voter_title="директор",
    work_title="Ответить на приглашение в сеть",
    answers=(
        Answer("agree", "Согласиться", "agreed", if_=(is_sent,), signed=True, style="primary"),
        Answer(
            "agree_with_conditions", "Согласиться с условиями", "agreed_with_conditions",
            form=Reason, if_=(answered, is_sent), signed=True,
        ),
        Answer(
            "decline", "Отказаться", "declined",
            form=Reason, if_=(answered, is_sent), signed=True, style="danger",
        ),
        Answer(
            "accept_conditions", "Принять условия", "agreed",
            by=BASE_HEAD, after=("agreed_with_conditions",), basis="C2",
        ),
        Answer(
            "revoke", "Отозвать согласие", "revoked", form=Reason,
            after=("agreed", "agreed_with_conditions"), if_=(answered, order_not_signed),
            tell=(BASE_HEAD, SPECIALIST, DEPARTMENT_HEAD), basis="C3", style="danger",
        ),
    ),
    yes=("agreed", "agreed_with_conditions"),
    need=at_least(Setting("A-02")),
    aside=("base",),
    tell_decided=(BASE_HEAD,),
    also=network_is_viable,
    silence="no_response",
    due=Due("consent", 5, remind=(2, 0), escalate=((1, SPECIALIST),)),
)  # fmt: skip


def consents_given(case: Case, facts: Facts) -> Iterator[Refusal]:
    """Every school of the composition agreed, without open conditions (P5)."""
    tally = facts.tally(case, consents.key)
    for member in case.data.members:
        status = tally.status(member.school) if tally else ""
        if status == "agreed_with_conditions":
            yield refuse(
                "conditions_open", "Примите условия школы «{school}» или исключите её",
                school=facts.name("school", member.school), field=f"members.{member.row_key}",
            )  # fmt: skip
        elif status != "agreed":
            yield refuse(
                "consent_missing", "Нет согласия школы «{school}»",
                school=facts.name("school", member.school), field=f"members.{member.row_key}",
                basis="1.5",
            )  # fmt: skip


def consents_fresh(case: Case, facts: Facts) -> Refusal | None:
    """No consent is older than the set number of days (P5)."""
    longest = int(facts.setting("A-02.consent_days"))
    oldest = case.today - dt.timedelta(days=longest)
    for vote in facts.tally(case, consents.key) or ():
        if vote.answered_at and facts.local(vote.answered_at).date() < oldest:
            return refuse(
                "consent_too_old", "Согласие школы «{school}» старше {days}: запросите снова",
                school=facts.name("school", int(vote.voter.key)),
                days=counted(longest, "дня", "дней", "дней"), basis="A-02",
            )  # fmt: skip
    return None


def affected(case: Case, facts: Facts) -> frozenset[str]:
    """Whose consent no longer fits: all when base, directions or term changed (P8b)."""
    old: Proposal | None = facts.snapshot(case)
    new = case.data
    if old is None:
        return frozenset()
    common = ("base", "directions", "valid_from", "valid_to")
    if any(getattr(old, name) != getattr(new, name) for name in common):
        return frozenset(new.members.keys())
    before = {member.row_key: member.role for member in old.members}
    return frozenset(m.row_key for m in new.members if before.get(m.row_key) != m.role)


def is_same_network(case: Case, facts: Facts) -> bool:
    """Composition, base, directions and term are as they were asked about (P8a)."""
    old: Proposal | None = facts.snapshot(case)
    return old is not None and not affected(case, facts) and (
        old.members.keys() == case.data.members.keys()
    )  # fmt: skip


def ask_schools(case: Case, facts: Facts) -> Ask:
    """Ask the affected schools and the new ones; other consents stay."""
    return Ask(consents.key, "put", tuple(invited(case, facts)), affected(case, facts))


def remember_asked(case: Case, _facts: Facts) -> Put:
    """Everybody who was ever asked may read what became of it."""
    return Put({"asked": Many((*case.data.asked, *(m.school for m in case.data.members)))})


def keep_agreed(case: Case, facts: Facts) -> Iterable[Put | Ask]:
    """Schools that did not agree leave the composition (P3)."""
    tally = facts.tally(case, consents.key)
    agreed = tally.keys(*consents.yes) if tally else ()
    gone = tuple(voter for voter in invited(case, facts) if voter.key not in agreed)
    return Put({"members": case.data.members.only(agreed)}), Ask(consents.key, "leave_out", gone)


def leave_out(case: Case, _facts: Facts) -> Iterable[Put | Ask]:
    """One school leaves the composition and the count."""
    school = case.form.school
    voter = Voter(str(school), "school_head", school)
    members = case.data.members.without(school)
    return Put({"members": members}), Ask(consents.key, "leave_out", (voter,))


def quorum_failed(case: Case, facts: Facts) -> Tell:
    """The initiator and the specialist learn who agreed and who did not (P4)."""
    tally = facts.tally(case, consents.key)
    lines = [
        f"{facts.name('school', int(vote.voter.key))}: {ANSWERS[vote.status]}"
        + (f" — {vote.comment}" if vote.comment else "")
        for vote in tally or ()
        if vote.voter.group != "base"
    ]
    return Tell(
        (BASE_HEAD, SPECIALIST), f"Сеть «{case.data.name}»: согласий не хватило", "\n".join(lines)
    )
