"""The council of a network: one vote a school, quorum, majority, a tie for the base head (5.1)."""

from collections.abc import Iterator

from workflow_app.engine import (
    Answer,
    Ballot,
    Case,
    Due,
    Facts,
    Role,
    Setting,
    Voter,
    answered,
    more_than,
)
from workflows.roles import SPECIALIST
from workflows.rules import Reason, schools_now

VOTES = {
    "pending": "ещё не голосовала",
    "for": "за",
    "against": "против",
    "abstained": "воздержалась",
    "absent": "не голосовала",
}


def schools_of_network(case: Case, facts: Facts) -> Iterator[Voter]:
    """Every school of the composition has one vote (A-05); ИМЦ advises and does not vote (A-06)."""
    for member in schools_now(case, facts):
        group = "base" if member.role == "base" else "member"
        yield Voter(str(member.school), "school_head", member.school, group)


QUORUM = more_than(Setting("A-05.quorum"), or_just=Setting("A-05.quorum_reached"))
MAJORITY = more_than(Setting("A-05.majority"), or_just=Setting("A-05.majority_reached"))
ATTENDS, VOTES_TOO = Setting("A-05.abstention_attends"), Setting("A-05.abstention_votes")


def rule_of_council(facts: Facts) -> str:
    """Return the rule of a council's vote in one sentence, as the municipality has decided it."""
    said = (
        f"решение принято, если голосовали {QUORUM.in_words(facts)} школ сети"
        f" и «за» – {MAJORITY.in_words(facts)} голосов"
    )
    if not MAJORITY.is_enough(facts):
        share = MAJORITY.share(facts)
        said += f"; ровно {share} голосов достаточно, если «за» голосовала базовая школа"
    counts = {True: "считаются", False: "не считаются"}
    attends, votes = (counts[bool(facts.setting(one.name))] for one in (ATTENDS, VOTES_TOO))
    return f"{said}; воздержавшиеся в кворуме {attends}, среди голосов {votes}"


def vote_of_council(
    key: str, work_title: str, matter: tuple[str, str], *,
    yes: str, no: str, abstain: str, tell: tuple[Role, ...],
) -> Ballot:
    """Return the council's vote on something: its actions, and who learns that it is decided.

    `matter` is what it votes on, behind «за» and behind «против».
    """
    return Ballot(
        key, "Голосование совета сети", schools_of_network,
        basis="5.1",
        voter_title="директор",
        work_title=work_title,
        answers=(
            Answer(
                yes, "За", "for", style="primary", past=f"Школа проголосовала за {matter[0]}"
            ),
            Answer(
                no, "Против", "against", form=Reason, if_=(answered,),
                past=f"Школа проголосовала против {matter[1]}",
            ),
            Answer(abstain, "Воздержаться", "abstained", past="Школа воздержалась"),
        ),
        awaited=("школу", "школы", "школ"),
        words=VOTES,
        yes=("for",),
        abstain=("abstained",),
        abstention_is_vote=VOTES_TOO,
        abstention_makes_quorum=ATTENDS,
        quorum=QUORUM,
        need=MAJORITY,
        of="cast",
        casting="base",
        silence="absent",
        tell_decided=tell,
        due=Due("council", 3, remind=(1, 0), escalate=((1, SPECIALIST),)),
    )
