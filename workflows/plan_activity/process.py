"""Мероприятие плана: состояния, потом строка за строкой (K1–K4)."""

from workflow_app.engine import (
    SYSTEM_ROLE,
    Due,
    Holder,
    Process,
    Work,
    answered,
    at_most,
    otherwise,
    says,
    stay,
)
from workflows.activities import RESPONSIBLE
from workflows.plan_activity.adoption import adopted, stood
from workflows.plan_activity.effects import (
    failed,
    fulfilled,
    put_dates,
    put_outcome,
    put_request,
    put_responsible,
    take_row,
)
from workflows.plan_activity.form import Activity, ForRequest, NewDates, NewResponsible, Outcome
from workflows.plan_activity.rules import (
    coordinator_reports,
    count_is_possible,
    evidence_given,
    happened_already,
    hindered,
    is_overdue,
    is_recommended,
    new_dates_fit,
    new_days_have_begun,
    new_responsible_fits,
    recommended,
    responsible_left,
)
from workflows.roles import (
    AUDITOR,
    BASE_HEAD,
    COORDINATOR,
    DEPARTMENT,
    IMC,
    METHODIST,
    PARTICIPANT_HEAD,
)
from workflows.rules import Explanation, Reason, curator_post

process = Process(
    "plan_activity",
    "Мероприятие плана",
    version=1,
    form=Activity,
    basis="4.3",
    parties={
        "base": lambda data: (data.base,),
        "participants": lambda data: data.participants,
    },
    posts={"responsible": lambda data: (data.responsible,)},
    plural="Мероприятия плана",
    heading=lambda data: data.title,
    adopts="plan_activities",
    adopt=adopted,
    stop="remove_row",
    overview=Work(done=("done",), left_out=("cancelled",)),
    watcher=COORDINATOR,
    readers=(BASE_HEAD, PARTICIPANT_HEAD, COORDINATOR, RESPONSIBLE, *IMC, *DEPARTMENT, AUDITOR),
    warnings=(responsible_left, is_overdue, hindered),
)

CURATOR = Holder("curator", "методист — куратор сети", curator_post, otherwise=METHODIST)
ROW = Due(
    "plan_row", unit="calendar", remind=(7, 1), escalate=((3, BASE_HEAD), (10, CURATOR)),
    on=says("ко дню окончания мероприятия по плану")(lambda case: case.data.ends_on),
)
EVIDENCE = Due("evidence", 3, remind=(1,), escalate=((1, BASE_HEAD),),
    title="Подтверждение мероприятия")
OFTEN = "доказательства возвращают, пока они не убедят"

planned = process.state("planned", "Запланировано", due=ROW, waits_for=RESPONSIBLE, unlimited=OFTEN)
in_progress = process.state("in_progress", "Идёт", due=ROW, waits_for=RESPONSIBLE, unlimited=OFTEN)
postponed = process.state(
    "postponed", "Перенесено", waits_for=RESPONSIBLE,
    due=(ROW, Due("postponed_until", at_start=True,
                  on=says("в новый день начала")(lambda case: case.data.starts_on),
                  then="back_to_plan", escalate=((3, COORDINATOR),))),
)
reported = process.state("reported", "Ждёт подтверждения", due=EVIDENCE, waits_for=COORDINATOR)
reported_up = process.state(
    "reported_up", "Ждёт подтверждения директора", due=EVIDENCE, waits_for=BASE_HEAD
)
asked_to_cancel = process.state(
    "asked_to_cancel", "Отмена на согласовании в методическом центре", waits_for=METHODIST,
    work="Решить, отменять ли мероприятие",
    due=Due("cancellation", 5, remind=(1,), escalate=((1, COORDINATOR),),
        title="Согласование отмены"), unlimited=OFTEN,
)
done = process.final("done", "Проведено")
not_done = process.final("not_done", "Не проведено за год")
cancelled = process.final("cancelled", "Отменено")

OPEN = [planned, in_progress, postponed, reported, reported_up, asked_to_cancel]

process.table(
    "recommendation", "По рекомендации", ("Что рекомендовано", "Как увидим, что сделано", "Срок"),
    recommended,
)

process.start(
    "begin", "Внести в план", planned, by=SYSTEM_ROLE, basis="L5",
    past="Мероприятие внесено в план",
)
process.start(
    "adopt", "Принять как было",
    {done: stood("done"), cancelled: stood("cancelled"), not_done: stood("not_done"),
     in_progress: stood("in_progress"), postponed: stood("postponed"), planned: otherwise},
    by=SYSTEM_ROLE, basis="L5", past="Мероприятие принято на учёт как было",
)
process.move(
    "begin_work", "Начать работу", [planned, postponed], in_progress, by=RESPONSIBLE, basis="K1",
    past="Работа по мероприятию начата",
)
process.move(
    "report_done", "Отчитаться о проведении", [planned, in_progress, postponed],
    {reported_up: coordinator_reports, reported: otherwise}, by=RESPONSIBLE, basis="K1",
    form=Outcome, style="primary",
    if_=[answered, happened_already, count_is_possible, evidence_given], do=[put_outcome],
    past="Отчёт о мероприятии представлен",
)
process.move(
    "confirm", "Подтвердить", reported, done, by=COORDINATOR, basis="K2, M5", apart="report_done",
    style="primary", bulk=True, do=[fulfilled], past="Проведение мероприятия подтверждено",
)
process.move(
    "confirm_up", "Подтвердить", reported_up, done, by=BASE_HEAD, basis="K2, M5",
    apart="report_done", style="primary", do=[fulfilled],
    past="Проведение мероприятия подтверждено",
)
process.move(
    "reject_evidence", "Вернуть: доказательств мало", [reported, reported_up], in_progress,
    by=(COORDINATOR, BASE_HEAD), basis="K2", apart="report_done", form=Explanation,
    if_=[answered], past="Отчёт о мероприятии возвращён: доказательств мало",
)
process.move(
    "postpone", "Перенести", [planned, in_progress, postponed],
    {in_progress: new_days_have_begun, postponed: otherwise}, by=COORDINATOR,
    basis="K3", form=NewDates, do=[put_dates],
    if_=[answered, new_dates_fit,
         at_most("postpone", 2, instead="Измените план через совет сети.")],
    past="Мероприятие перенесено",
)
process.move(
    "back_to_plan", "Вернуть в план", postponed, planned, by=SYSTEM_ROLE, basis="K3",
    past="Мероприятие возвращено в план",
)
process.move(
    "hand_over", "Назначить другого ответственного", [planned, in_progress, postponed], stay,
    by=COORDINATOR, form=NewResponsible, if_=[answered, new_responsible_fits],
    do=[put_responsible], unlimited="ответственного меняют, сколько нужно",
    past="Назначен другой ответственный за мероприятие",
)
process.move(
    "answer_request", "Связать с запросами", [planned, in_progress, postponed], stay,
    by=COORDINATOR, basis="1.6", form=ForRequest, if_=[answered], do=[put_request],
    unlimited="тему запросов поправляют, сколько нужно", past="Мероприятие связано с запросами",
)
process.move(
    "cancel", "Отменить мероприятие", [planned, in_progress, postponed],
    {asked_to_cancel: is_recommended, cancelled: otherwise}, by=COORDINATOR, basis="K3",
    form=Reason, style="danger", if_=[answered], past="Заявлена отмена мероприятия",
)
process.move(
    "agree_to_cancel", "Согласиться с отменой", asked_to_cancel, cancelled, by=IMC, basis="K3",
    style="danger", do=[failed], past="Отмена мероприятия согласована",
)
process.move(
    "keep", "Оставить в плане", asked_to_cancel, planned, by=IMC, basis="K3", form=Explanation,
    if_=[answered], past="Мероприятие оставлено в плане",
)
process.move(
    "change_row", "Строка плана изменилась", [planned, in_progress, postponed, asked_to_cancel],
    stay, by=SYSTEM_ROLE, form=Activity, do=[take_row], basis="L6",
    unlimited="план меняют, сколько нужно",
)
process.move("remove_row", "Строки больше нет", OPEN, cancelled, by=SYSTEM_ROLE, basis="L6")
process.move("end_year", "Год окончен", OPEN, not_done, by=SYSTEM_ROLE, basis="L7, M5", do=[failed])
