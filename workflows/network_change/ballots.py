"""Who is asked about a change: the council, and the schools it concerns (5.1, 1.5)."""

from collections.abc import Iterator

from workflow_app.engine import (
    Answer,
    Ballot,
    Case,
    Due,
    Facts,
    Voter,
    answered,
    at_least,
)
from workflows.contacts import Consented
from workflows.council import vote_of_council
from workflows.registers.memberships import composition
from workflows.roles import (
    AUTHOR_COORDINATOR,
    AUTHOR_HEAD,
    AUTHOR_SPECIALIST,
    SPECIALIST,
)
from workflows.rules import Reason

CONSENTS = {
    "pending": "ещё не ответила",
    "agreed": "согласна",
    "declined": "отказалась",
    "no_response": "не ответила в срок",
}


INITIATORS = (AUTHOR_COORDINATOR, AUTHOR_HEAD, AUTHOR_SPECIALIST)

council = vote_of_council(
    "change_council", "Проголосовать за изменение сети", ("изменение сети", "изменения сети"),
    yes="support", no="oppose", abstain="stay_aside", tell=INITIATORS,
)


def schools_concerned(case: Case, facts: Facts) -> Iterator[Voter]:
    """Nobody enters a network, or becomes its base, without its own consent (A-02, N3, N10)."""
    data = case.data
    concerned: tuple[int, ...] = ()
    if data.kind in ("add", "change_base"):
        concerned = (data.school,)
    elif data.kind == "split":
        concerned = tuple(dict.fromkeys((data.new_base, *data.leaving)))
    elif data.kind == "merge":
        joined = (*composition(facts, data.network, case.today),
                  *composition(facts, data.into, case.today))
        concerned = tuple(dict.fromkeys(member.school for member in joined))
    for school in concerned:
        yield Voter(str(school), "school_head", school)


consents = Ballot(
    "change_consents", "Согласие школы", schools_concerned,
    basis="1.5",
    voter_title="директор",
    work_title="Ответить на предложение сети",
    awaited=("школу", "школы", "школ"),
    answers=(
        Answer(
            "accept_change", "Согласиться", "agreed", form=Consented, signed=True, style="primary",
            past="Школа согласилась с изменением сети",
        ),
        Answer(
            "decline_change", "Отказаться", "declined", form=Reason, if_=(answered,), signed=True,
            style="danger", past="Школа отказалась от изменения сети",
        ),
    ),
    words=CONSENTS,
    yes=("agreed",),
    need=at_least(1),
    silence="no_response",
    tell_decided=INITIATORS,
    due=Due("consent", 5, remind=(2, 0), escalate=((1, SPECIALIST),), title="Согласие школы"),
)
