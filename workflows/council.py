"""The council of a network: one vote a school, quorum, majority, a tie for the base head (5.1)."""

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


def schools_of_network(case: Case, facts: Facts) -> Iterator[Voter]:
    """Every school of the composition has one vote (A-05); ИМЦ advises and does not vote (A-06)."""
    for member in facts.composition(case.data.network, case.today):
        group = "base" if member.role == "base" else "member"
        yield Voter(str(member.school), "school_head", member.school, group)


def vote_of_council(key: str, work_title: str, *, yes: str, no: str, abstain: str) -> Ballot:
    """Return the council's vote on something; the last three name its actions."""
    return Ballot(
        key, "Голосование совета сети", schools_of_network,
        basis="5.1",
        voter_title="директор",
        work_title=work_title,
        answers=(
            Answer(yes, "За", "for", style="primary"),
            Answer(no, "Против", "against", form=Reason, if_=(answered,)),
            Answer(abstain, "Воздержаться", "abstained"),
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
