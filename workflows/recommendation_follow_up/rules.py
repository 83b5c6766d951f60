"""Which way a recommendation goes, and what of it stands in the register (M2–M5)."""

from collections.abc import Callable, Iterator

from workflow_app.engine import Amend, Call, Case, Facts, Put, says
from workflows.activities import PLAN
from workflows.recommendation_follow_up.form import Recommendation
from workflows.registers.memberships import composition
from workflows.registers.recommendations import DECIDED, FOLLOWED

Changes = Iterator[Put | Amend]


@says("не выполнена уже во второй раз")
def failed_twice(case: Case[Recommendation], _facts: Facts) -> bool:
    """A recommendation is carried once more; the second failure goes to the department (7.5)."""
    return int(case.data.failures or 0) >= 1


@says("школы-адресата больше нет в сети")
def addressee_left(case: Case, facts: Facts) -> bool:
    """What was asked of a school that left is not asked of the network (7.5)."""
    members = {m.school for m in composition(facts, case.data.network, case.today)}
    return case.data.addressee == "school" and case.data.school not in members


def stands(state: str, decision: str | None = None) -> Callable[[Case, Facts], Changes]:
    """Return the effect that writes where a recommendation stands, and why, into the register."""

    @says(f"в реестре рекомендаций: {DECIDED[decision] if decision else FOLLOWED[state]}")
    def write(case: Case[Recommendation], _facts: Facts) -> Changes:
        said = str(getattr(case.form, "reason", "") or "")
        values = {"state": state, "reason": _added(case.data.reason, said)}
        if decision is not None:
            values["decision"] = decision
        if said:
            yield Put({"reason": values["reason"]})
        yield Amend("recommendation", case.data.recommendation, values, case.today)

    return write


@says("в реестре рекомендаций: ждёт плана ещё раз, после второго раза — не выполнена")
def stands_failed(case: Case[Recommendation], facts: Facts) -> Changes:
    """What is carried once more waits for a plan; what failed twice was not done (7.5)."""
    yield from stands("not_done" if failed_twice(case, facts) else "waiting")(case, facts)


@says("в реестре рекомендаций: неприменима, если школы-адресата больше нет в сети")
def stands_left(case: Case[Recommendation], facts: Facts) -> Changes:
    """The register does not ask anything of a school that left (7.5)."""
    if addressee_left(case, facts):
        yield from stands("not_applicable")(case, facts)


def _added(before: str, said: str) -> str:
    return "; ".join(filter(None, (before, said)))


@says("ещё раз не выполнена")
def count_failure(case: Case[Recommendation], _facts: Facts) -> Put:
    """How often a recommendation failed decides who looks at it next."""
    return Put({"failures": int(case.data.failures or 0) + 1})


@says("если план нового года ещё готовят, рекомендация встаёт в него")
def ask_for_place(case: Case[Recommendation], facts: Facts) -> Iterator[Call]:
    """What is accepted after the plan was begun gets its row there at once (M4)."""
    for card in facts.cases_about(f"network/{case.data.network}", PLAN):
        if card.state in ("draft", "returned") and card.data.school_year > case.data.school_year:
            yield Call("take_advice", to="instance", instance_id=card.id)
