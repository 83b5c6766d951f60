"""Who is asked about a change: the council, and the schools it concerns (5.1, 1.5)."""

from collections.abc import Iterator

from workflow_app.engine import (
    Answer,
    Ballot,
    Case,
    Due,
    Facts,
    Setting,
    Voter,
    answered,
    at_least,
    more_than,
)
from workflows.roles import SPECIALIST
from workflows.rules import Reason

VOTES = {
    "pending": "ещё не голосовала",
    "for": "за",
    "against": "против",
    "abstained": "воздержалась",
    "absent": "не голосовала",
}
CONSENTS = {
    "pending": "ещё не ответила",
    "agreed": "согласна",
    "declined": "отказалась",
    "no_response": "не ответила в срок",
}


def council_of_network(case: Case, facts: Facts) -> Iterator[Voter]:
    """Every school of the composition has one vote (A-05)."""
    for member in facts.composition(case.data.network, case.today):
        group = "base" if member.role == "base" else "member"
        yield Voter(str(member.school), "school_head", member.school, group)


council = Ballot(
    "change_council", "Голосование совета сети", council_of_network,
    basis="5.1",
    voter_title="директор",
    work_title="Проголосовать за изменение сети",
    answers=(
        Answer("support", "За", "for", style="primary"),
        Answer("oppose", "Против", "against", form=Reason, if_=(answered,)),
        Answer("stay_aside", "Воздержаться", "abstained"),
    ),
    words=VOTES,
    yes=("for",),
    abstain=("abstained",),
    quorum=more_than(Setting("A-05.quorum")),
    need=more_than(Setting("A-05.majority")),
    of="cast",
    tie_group="base",
    silence="absent",
    due=Due("council", 3, remind=(1, 0), escalate=((1, SPECIALIST),)),
)  # fmt: skip


def schools_concerned(case: Case, facts: Facts) -> Iterator[Voter]:
    """Nobody enters a network, or becomes its base, without its own consent (A-02, N3, N10)."""
    data = case.data
    concerned: tuple[int, ...] = ()
    if data.kind in ("add", "change_base"):
        concerned = (data.school,)
    elif data.kind == "split":
        concerned = tuple(dict.fromkeys((data.new_base, *data.leaving)))
    elif data.kind == "merge":
        joined = (*facts.composition(data.network, case.today),
                  *facts.composition(data.into, case.today))  # fmt: skip
        concerned = tuple(dict.fromkeys(member.school for member in joined))
    for school in concerned:
        yield Voter(str(school), "school_head", school)


consents = Ballot(
    "change_consents", "Согласие школы", schools_concerned,
    basis="1.5",
    voter_title="директор",
    work_title="Ответить на предложение сети",
    answers=(
        Answer("accept_change", "Согласиться", "agreed", signed=True, style="primary"),
        Answer(
            "decline_change", "Отказаться", "declined", form=Reason, if_=(answered,), signed=True,
            style="danger",
        ),
    ),
    words=CONSENTS,
    yes=("agreed",),
    need=at_least(1),
    silence="no_response",
    due=Due("consent", 5, remind=(2, 0), escalate=((1, SPECIALIST),)),
)  # fmt: skip
