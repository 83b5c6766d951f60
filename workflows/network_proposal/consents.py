"""The consents of the invited schools: rows P3, P4, P8 and C1–C4."""

import datetime as dt
from collections.abc import Iterable, Iterator

from workflow_app.engine import (
    PAPER_SCAN,
    Accepted,
    Answer,
    Ask,
    Ballot,
    Case,
    Due,
    Facts,
    Many,
    Notify,
    Put,
    Refusal,
    Setting,
    Silence,
    Tally,
    Voter,
    already_there,
    answered,
    at_least,
    refuse,
    says,
)
from workflow_app.engine.votes import Vote
from workflows.contacts import Consented, ConsentedOnTerms
from workflows.network_proposal.form import Proposal
from workflows.network_proposal.rules import is_open, is_sent, order_not_signed
from workflows.roles import (
    BASE_HEAD,
    DEPARTMENT_HEAD,
    SPECIALIST,
)
from workflows.rules import CONSENTED, SILENTLY, Reason
from workflows.wording import counted

AGREED = (*CONSENTED, "agreed_with_conditions")
ANSWERS = {
    "pending": "ещё не ответила",
    "agreed": "согласна",
    "agreed_with_conditions": "согласна с условиями",
    "declined": "отказалась",
    "no_response": "не ответила в срок",
    SILENTLY: "согласна: не возразила в срок",
    "revoked": "отозвала согласие",
}


def invited(case: Case[Proposal], _facts: Facts) -> Iterator[Voter]:
    """The base school agrees by proposing; every invited head is asked."""
    yield Voter(str(case.data.base), "school_head", case.data.base, "base", answer="agreed")
    for member in case.data.members:
        yield Voter(str(member.school), "school_head", member.school, member.role)


@says("согласны базовая школа и хотя бы одна поддерживаемая")
def network_is_viable(_case: Case, facts: Facts, tally: Tally) -> bool:
    """The base and the set number of supported schools agreed, one by default (P3, A-02)."""
    least = int(facts.setting("A-02.supported"))
    return (
        tally.count(*AGREED, group="base") > 0 and tally.count(*AGREED, group="supported") >= least
    )


BY_HEAD = Accepted("A-14", "consent", words={PAPER_SCAN: "скан бумажного согласия"})
"""The head's second factor: the password again, or the paper consent she signed (C1)."""

consents = Ballot(
    "consents",
    "Согласие школы на участие",
    basis="1.5",
    voters=invited,
    voter_title="директор",
    work_title="Ответить на приглашение в сеть",
    awaited=("школу", "школы", "школ"),
    answers=(
        Answer(
            "agree", "Согласиться", "agreed", form=Consented, if_=(is_sent,), signed=BY_HEAD,
            style="primary", past="Школа согласилась участвовать",
        ),
        Answer(
            "agree_with_conditions", "Согласиться с условиями", "agreed_with_conditions",
            form=ConsentedOnTerms, if_=(answered, is_sent), signed=BY_HEAD,
            past="Школа согласилась участвовать с условиями",
        ),
        Answer(
            "decline", "Отказаться", "declined",
            form=Reason, if_=(answered, is_sent), signed=BY_HEAD, style="danger",
            past="Школа отказалась участвовать",
        ),
        Answer(
            "accept_conditions", "Принять условия", "agreed",
            by=BASE_HEAD, after=("agreed_with_conditions",), if_=(is_open,), basis="C2",
            past="Условия школы приняты",
        ),
        Answer(
            "revoke", "Отозвать согласие", "revoked", form=Reason,
            after=AGREED, if_=(answered, is_open, order_not_signed),
            tell=(BASE_HEAD, SPECIALIST, DEPARTMENT_HEAD), basis="C3", style="danger",
            past="Согласие школы отозвано",
        ),
    ),
    words=ANSWERS,
    yes=AGREED,
    need=at_least(Setting("A-02")),
    aside=("base",),
    tell_decided=(BASE_HEAD,),
    also=network_is_viable,
    silence=Silence(Setting("A-02.silence"), ("no_response", SILENTLY)),
    due=Due("consent", 5, remind=(2, 0), escalate=((1, SPECIALIST),), august=2,
        title="Согласие школы"),
)


@says("каждая школа состава согласна, её условия приняты")
def consents_given(case: Case, facts: Facts) -> Iterator[Refusal]:
    """Every school of the composition agreed, without open conditions (P5)."""
    tally = facts.tally(case, consents.key)
    for member in case.data.members:
        status = tally.status(member.school) if tally else ""
        if status == "agreed_with_conditions":
            yield refuse(
                "conditions_open", "Примите условия школы «{school}» или исключите её",
                school=facts.name("school", member.school), field=f"members.{member.row_key}",
            )
        elif status not in CONSENTED:
            yield refuse(
                "consent_missing", "Нет согласия школы «{school}»",
                school=facts.name("school", member.school), field=f"members.{member.row_key}",
                basis="1.5",
            )


@says("ни одно согласие не устарело (настройка A-02)")
def consents_fresh(case: Case[Proposal], facts: Facts) -> Refusal | None:
    """No consent is older than the set number of days (P5)."""
    longest = int(facts.setting("A-02.consent_days"))
    oldest = case.today - dt.timedelta(days=longest)
    for vote in facts.tally(case, consents.key) or ():
        if vote.answered_at and facts.local(vote.answered_at).date() < oldest:
            return refuse(
                "consent_too_old", "Согласие школы «{school}» старше {days}: запросите снова",
                school=facts.name("school", int(vote.voter.key)),
                days=counted(longest, "дня", "дней", "дней"), basis="A-02",
            )
    return None


@says("не все школы состава согласны без условий")
def somebody_hesitates(case: Case[Proposal], facts: Facts) -> Refusal | None:
    """A school is left out for want of its consent, not of those that have agreed (P5)."""
    if consents_fresh(case, facts) or any(consents_given(case, facts)):
        return None
    return already_there("all_agreed", "Согласны все школы, исключать некого")


def affected(case: Case[Proposal], facts: Facts) -> frozenset[str]:
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


@says("состав, базовая школа, направления и срок не изменились, согласия в силе")
def is_same_network(case: Case[Proposal], facts: Facts) -> bool:
    """Composition, base, directions and term are as asked about, and nobody revoked (P8a)."""
    old: Proposal | None = facts.snapshot(case)
    tally = facts.tally(case, consents.key)
    return (
        old is not None
        and tally is not None
        and not affected(case, facts)
        and old.members.keys() == case.data.members.keys()
        and set(case.data.members.keys()) <= set(tally.keys(*AGREED))
    )


@says("спрашиваем школы, которых касаются изменения; остальные согласия остаются в силе")
def ask_schools(case: Case[Proposal], facts: Facts) -> Ask:
    """Ask the affected schools and the new ones; other consents stay."""
    return Ask(consents.key, "put", tuple(invited(case, facts)), affected(case, facts))


@says("приглашённым школам открыто дело")
def remember_asked(case: Case[Proposal], facts: Facts) -> Put:
    """Everybody who was ever asked may read what became of it; the last round makes the share."""
    now = tuple(member.school for member in case.data.members)
    last = case.data.invited if is_same_network(case, facts) else Many(now)
    return Put({"asked": Many((*case.data.asked, *now)), "invited": last})


@says("школы, не давшие согласия, выходят из состава")
def keep_agreed(case: Case[Proposal], facts: Facts) -> Iterable[Put | Ask]:
    """Schools that did not agree leave the composition (P3)."""
    tally = facts.tally(case, consents.key)
    agreed = tally.keys(*consents.yes) if tally else ()
    gone = tuple(voter for voter in invited(case, facts) if voter.key not in agreed)
    return Put({"members": case.data.members.only(agreed)}), Ask(consents.key, "leave_out", gone)


@says("школа выходит из состава, её ответ больше не считается")
def leave_out(case: Case[Proposal], _facts: Facts) -> Iterable[Put | Ask]:
    """One school leaves the composition and the count."""
    school = case.form.school
    voter = Voter(str(school), "school_head", school)
    members = case.data.members.without(school)
    return Put({"members": members}), Ask(consents.key, "leave_out", (voter,))


@says("сбор согласий закончен; кто промолчал, тот не ответил")
def close_consents(case: Case[Proposal], facts: Facts) -> Ask:
    """The ballot ends now; what it decided follows by itself."""
    return consents.close(case, facts)


@says("автор и специалист управления образованием узнают, какие школы не ответили в срок")
def silent_schools(case: Case[Proposal], facts: Facts) -> Notify | None:
    """The department is told of silence even when the others were enough (C4)."""
    tally = facts.tally(case, consents.key)
    silent = tally.keys(*consents.silences) if tally else ()
    if not silent:
        return None
    names = "\n".join(facts.name("school", int(key)) for key in silent)
    return Notify((BASE_HEAD, SPECIALIST), f"Сеть «{case.data.name}»: не ответили в срок", names)


@says("автор и специалист управления образованием узнают, кто согласился, а кто нет и почему")
def quorum_failed(case: Case[Proposal], facts: Facts) -> Notify:
    """The initiator and the specialist learn how many agreed, and who did not (P4)."""
    votes = invited_votes(facts.tally(case, consents.key) or ())
    agreed = sum(vote.status in AGREED for vote in votes)
    lines = [f"Согласились {agreed} из {len(votes)}, нужно {needed(facts, len(votes))}."]
    lines += [
        f"{facts.name('school', int(vote.voter.key))}: {ANSWERS[vote.status]}"
        + (f" — {vote.comment}" if vote.comment else "")
        for vote in votes
    ]
    return Notify(
        (BASE_HEAD, SPECIALIST), f"Сеть «{case.data.name}»: согласий не хватило", "\n".join(lines)
    )


def invited_votes(votes: Iterable[Vote]) -> list[Vote]:
    """Return the votes of the invited; the base school, which agreed first, is not one of them."""
    return [vote for vote in votes if vote.voter.group != "base"]


def needed(facts: Facts, asked: int) -> int:
    """Return how many of the invited have to agree for the ballot's own rule to hold."""
    need = consents.need
    counts = range(1, asked + 1)
    return next((n for n in counts if need is None or need.is_met(n, asked, facts)), asked)
