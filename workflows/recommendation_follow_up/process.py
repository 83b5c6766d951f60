"""Рекомендация: кто отвечает, кто решает, что из неё вышло (M1–M5)."""

import datetime as dt

from workflow_app.engine import SYSTEM_ROLE, Case, Child, Due, Process, answered, otherwise, says
from workflows.recommendation_follow_up.form import (
    ADDRESSEE,
    OFFICE_DEPUTY,
    Grounds,
    Recommendation,
)
from workflows.recommendation_follow_up.rules import (
    addressee_left,
    ask_for_place,
    count_failure,
    failed_twice,
    stands,
    stands_failed,
    stands_left,
)
from workflows.roles import (
    AUDITOR,
    BASE_HEAD,
    COORDINATOR,
    DEPARTMENT,
    DEPARTMENT_HEAD,
    IMC,
    IMC_HEAD,
    METHODIST,
    SPECIALIST,
)
from workflows.year_end import by_curator, last_summer

process = Process(
    "recommendation_follow_up",
    "Рекомендация",
    version=1,
    form=Recommendation,
    basis="4.3",
    parties={"addressee": lambda data: (data.organisation,), "base": lambda data: (data.base,)},
    heading=lambda data: f"Рекомендация {data.code}: {data.text[:80]}",
    stop="end_advice",
    watcher=SPECIALIST,
    readers=(*ADDRESSEE, BASE_HEAD, COORDINATOR, *IMC, *DEPARTMENT, AUDITOR),
)

AGAIN = "невыполненную рекомендацию переносят один раз, дальше решает руководитель"


@says("20 сентября нового учебного года, когда утверждают план")
def plan_is_due(case: Case[Recommendation]) -> dt.date:
    """Return 20 September after the year of the report: the next plan is approved by then."""
    return last_summer(case.data.school_year, 9, 20)


DECIDERS = (DEPARTMENT_HEAD, OFFICE_DEPUTY)
DECISION = Due("recommendation_decision", 5, remind=(1,), escalate=((1, SPECIALIST),),
    title="Решение руководителя")

issued = process.state(
    "awaiting_answer", "Ждёт ответа адресата", waits_for=ADDRESSEE,
    due=Due("recommendation_answer", 10, remind=(3,), then="stay_silent",
        title="Ответ на рекомендацию"),
)
declined = process.state(
    "answer_declined", "Отклонена: решает руководитель", waits_for=DECIDERS, due=DECISION
)
unanswered = process.state(
    "unanswered", "Без ответа: решает руководитель", waits_for=DEPARTMENT_HEAD, due=DECISION
)
accepted = process.state(
    "awaiting_plan", "Принята, ждёт плана", unlimited=AGAIN,
    due=Due("carry", on=plan_is_due, unit="calendar", escalate=((1, SPECIALIST),)),
)
carried = process.state(
    "carried", "В плане", no_deadline="срок стоит у мероприятия плана", unlimited=AGAIN
)
fulfilled = process.state(
    "fulfilled", "Выполнена, ждёт подтверждения", waits_for=METHODIST, unlimited=AGAIN,
    due=Due("recommendation_check", 5, remind=(1,), escalate=((1, IMC_HEAD),),
        title="Подтверждение выполнения"),
)
escalated = process.state(
    "escalated", "Не выполнена дважды: решает руководитель", waits_for=DEPARTMENT_HEAD,
    work="Решить, что дальше с рекомендацией",
    unlimited=AGAIN,
    due=DECISION,
)
done = process.final("done", "Выполнена")
dropped = process.final("dropped", "Снята руководителем")
not_applicable = process.final("found_inapplicable", "Неприменима")

OPEN = [issued, declined, unanswered, accepted, carried, fulfilled, escalated]

process.start(
    "issue_advice", "Направить рекомендацию", issued, by=SYSTEM_ROLE, basis="M1",
    past="Рекомендация направлена",
)
process.move(
    "accept_advice", "Принять", issued, accepted, by=ADDRESSEE, basis="M2",
    style="primary", bulk=True, do=[stands("waiting", "accepted"), ask_for_place],
    past="Рекомендация принята",
)
process.move(
    "decline_advice", "Отклонить", issued, declined, by=ADDRESSEE, basis="M2", form=Grounds,
    if_=[answered], do=[stands("issued", "declined")], past="Рекомендация отклонена",
)
process.move(
    "stay_silent", "Ответа нет", issued, unanswered, by=SYSTEM_ROLE, basis="M2",
    do=[stands("issued", "unanswered")], past="Адресат не ответил в срок",
)
process.move(
    "uphold", "Оставить в силе", [declined, unanswered], accepted, by=DECIDERS,
    basis="M3", apart="decline_advice", form=Grounds, style="primary", if_=[answered],
    do=[stands("waiting", "upheld"), ask_for_place], past="Рекомендация оставлена в силе",
)
process.move(
    "carry_again", "Перенести ещё раз", escalated, accepted, by=DEPARTMENT_HEAD, basis="M3",
    form=Grounds, if_=[answered], do=[stands("waiting"), ask_for_place],
    past="Рекомендация перенесена ещё раз",
)
process.move(
    "drop_advice", "Снять", [declined, unanswered, escalated], dropped, by=DECIDERS,
    basis="M3", apart="decline_advice", form=Grounds, style="danger", if_=[answered],
    do=[stands("dropped", "dropped")], past="Рекомендация снята",
)
process.move(
    "carry_into_plan",
    "Внести в план",
    accepted,
    carried,
    by=SYSTEM_ROLE,
    basis="M4",
    do=[stands("carried")], past="Рекомендация внесена в план",
)
process.move(
    "fulfil_advice", "Мероприятие проведено", carried, fulfilled, by=SYSTEM_ROLE, basis="M5"
)
process.move(
    "confirm_advice", "Подтвердить выполнение", fulfilled, done, by=(METHODIST, IMC_HEAD),
    basis="M5", style="primary", bulk=True, if_=[by_curator], do=[stands("done")],
    past="Выполнение рекомендации подтверждено",
)
process.move(
    "fail_advice", "Не выполнена", carried, {escalated: failed_twice, accepted: otherwise},
    by=SYSTEM_ROLE, basis="M5", do=[stands_failed, count_failure, ask_for_place],
    past="Рекомендация не выполнена",
)
process.move(
    "doubt_advice", "Не подтвердить", fulfilled, {escalated: failed_twice, accepted: otherwise},
    by=(METHODIST, IMC_HEAD), basis="M5", form=Grounds, if_=[answered, by_curator],
    do=[stands_failed, count_failure, ask_for_place],
    past="Выполнение рекомендации не подтверждено",
)
process.move(
    "set_aside", "Признать неприменимой", OPEN, not_applicable,
    by=(METHODIST, IMC_HEAD, SPECIALIST), basis="M5", form=Grounds, style="danger",
    if_=[answered], do=[stands("not_applicable")], past="Рекомендация признана неприменимой",
)
for state in OPEN:
    process.on(
        Child("network_change", "applied", of="subject"), state,
        {not_applicable: addressee_left, state: otherwise}, key="composition_followed",
        title="Изменился состав сети", basis="N5", unlimited=AGAIN,
        do=[stands_left],
    )
process.on(
    Child("network_life", "closed", of="subject"), OPEN, not_applicable, key="network_closed",
    title="Сеть закрыта", basis="N9", do=[stands("not_applicable")],
)
process.move(
    "end_advice", "Снять", OPEN, not_applicable, by=SYSTEM_ROLE, do=[stands("not_applicable")],
    past="Рекомендация снята",
)
