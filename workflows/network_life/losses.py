"""What a network does about a lost status: nobody is excluded by itself (N6, N-2)."""

from collections.abc import Iterator

from workflow_app.engine import (
    Answer,
    Ask,
    Ballot,
    Case,
    Due,
    Facts,
    Notify,
    Start,
    Voter,
    at_least,
    says,
)
from workflows.network_life.form import Life, subject
from workflows.network_life.rules import CHANGE, base_lost_status, lost_statuses
from workflows.roles import BASE_HEAD, COORDINATOR, MEMBER_HEAD, SPECIALIST
from workflows.rules import school_year

ANSWERS = {
    "pending": "ждёт решения сети",
    "kept": "остаётся участницей без статуса",
    "leaves": "выходит из сети",
    "changed": "базовую школу меняют",
}


def losers(case: Case[Life], facts: Facts) -> Iterator[Voter]:
    """The coordinator is asked school by school; of a lost base the department too."""
    for school in lost_statuses(case, facts):
        yield Voter(str(school), "network_coordinator", case.data.base, "member")
    if any(base_lost_status(case, facts)):
        yield Voter("base", "dept_specialist", None, "base")
        yield Voter("base_council", "network_coordinator", case.data.base, "base")


losses = Ballot(
    "losses", "Школа потеряла статус", losers,
    basis="N6",
    voter_title="координатор",
    work_title="Решить, что делать с потерянным статусом",
    awaited=("решение", "решения", "решений"),
    answers=(
        Answer(
            "keep", "Оставить участницей без статуса", "kept",
            past="Решено оставить школу участницей без статуса",
        ),
        Answer("let_go", "Вывести из сети", "leaves", past="Решено вывести школу из сети"),
        Answer(
            "change_base", "Сменить базовую школу", "changed",
            past="Решено сменить базовую школу",
        ),
    ),
    words=ANSWERS,
    yes=("kept", "leaves", "changed"),
    need=at_least(1),
    silence="",
    due=Due("status_loss", 30, "calendar", remind=(7, 1), escalate=((1, SPECIALIST),),
        title="Решение о школе, потерявшей статус"),
)


@says("координатор решает, что делать со школами без статуса; о базовой школе узнаёт и специалист")
def ask_about_losses(case: Case[Life], facts: Facts) -> Iterator[Ask | Notify]:
    """Nobody leaves by itself: the council gets the task, for 30 days (N6)."""
    voters = tuple(losers(case, facts))
    if not voters:
        return
    yield losses.ask_all(case, facts)
    yield Notify(
        (BASE_HEAD, MEMBER_HEAD, COORDINATOR, SPECIALIST),
        "Новый акт о статусах касается сети: решите, что делать",
        "Срок — 30 дней.",
    )


@says("по каждому решению готовится изменение сети")
def start_changes(case: Case[Life], facts: Facts) -> Iterator[Start]:
    """What was answered becomes a draft of a change, for the coordinator to complete."""
    kinds = {"kept": "role", "leaves": "remove", "changed": "change_base"}
    tally = facts.tally(case, losses.key)
    for vote in tally or ():
        if vote.voter.key == "base_council" or vote.status not in kinds:
            continue
        school = int(vote.voter.key) if vote.voter.key.isdigit() else None
        data = {
            "network": case.data.network, "kind": kinds[vote.status], "school": school,
            "role": "partner", "school_year": school_year(case.today),
            "reason": "Новый акт о статусах школ",
        }
        yield Start(CHANGE, data, subject(case), alone=True)
