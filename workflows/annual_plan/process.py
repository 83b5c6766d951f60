"""План сети на учебный год (Regulation 1.8, 4.3, 5.1; dossier 7.4, L1–L8).

The life of one row is `plan_activity` (K1–K4).
"""

import datetime as dt

from workflow_app.engine import (
    SYSTEM_ROLE,
    Case,
    Child,
    Due,
    Paper,
    Process,
    Remarks,
    answered,
    filled,
    keep_remarks,
    otherwise,
    remarks_answered,
    remarks_are_bound,
    says,
    snapshot,
    stay,
)
from workflow_app.engine.calendar import school_year_bounds
from workflows.annual_plan.adoption import adopted
from workflows.annual_plan.council import council
from workflows.annual_plan.effects import (
    ask_council,
    carry_advice,
    close_activities,
    drop_unwritten,
    first_rows,
    hand_out,
    keep_done,
    remove_activities,
    said_of_sending,
    take_composition,
    take_row_change,
    tell_edition,
    vote_failed,
)
from workflows.annual_plan.form import Plan, RowChange, heading
from workflows.annual_plan.papers import PLAN, PROTOCOL, plan, plan_file, protocol, protocol_file
from workflows.annual_plan.rules import (
    advice_waits,
    all_activities_ended,
    base_head_sent_it,
    clashes,
    covers_all,
    dates_in_year,
    exam_days,
    far_apart,
    is_outdated,
    is_small_change,
    network_is_active,
    no_open_edition,
    no_remote_share,
    participants_inside,
    remote_or_reason,
    report_is_approved,
    responsible_inside,
    responsible_left,
    unconnected,
)
from workflows.roles import (
    AUDITOR,
    BASE_HEAD,
    COORDINATOR,
    DEPARTMENT,
    DEPARTMENT_HEAD,
    IMC,
    IMC_HEAD,
    MEMBER_HEAD,
    SPECIALIST,
)
from workflows.rules import MEND, Reason

NETWORK_CHANGED = Child("network_change", "applied", of="subject")

process = Process(
    "annual_plan",
    "План сети",
    version=1,
    form=Plan,
    basis="4.3, 5.1",
    parties={"base": lambda data: (data.base,), "members": lambda data: data.members},
    heading=heading,
    adopts="annual_plans",
    adopt=adopted,
    stop="abandon",
    watcher=SPECIALIST,
    readers=(BASE_HEAD, MEMBER_HEAD, COORDINATOR, *IMC, *DEPARTMENT, AUDITOR),
    warnings=(no_remote_share, exam_days, clashes, far_apart, unconnected, responsible_left),
)

EDITIONS = "план меняют в течение года, сколько нужно"
MENDED = "число доработок плана Положением не ограничено"
LAST_DAY = Due(
    "plan_year", then="year_ended", remind=(30,), unit="calendar", escalate=((1, SPECIALIST),),
    on=says("к концу учебного года")(lambda case: school_year_bounds(case.data.school_year)[1]),
)
FIT = (
    filled, network_is_active, covers_all, remote_or_reason, dates_in_year,
    responsible_inside, participants_inside, remarks_answered,
)


@says("20 сентября, а если план начат позже — через две недели")
def plan_due(case: Case[Plan]) -> dt.date:
    """Return 20 September of the year, or two weeks for a plan that begins later (dossier 8)."""
    september = dt.date(int(case.data.school_year[:4]), 9, 20)
    return max(september, case.today + dt.timedelta(days=14))


draft = process.state(
    "draft", "Черновик", waits_for=COORDINATOR, edit=COORDINATOR, unlimited=MENDED,
    due=Due("plan", on=plan_due, unit="calendar", remind=(5, 1), escalate=((1, SPECIALIST),)),
    work="Составить план и отправить совету",
)
voting = process.state("council_vote", "Голосование совета", ballot=council)
agreement = process.state(
    "imc_agreement", "На согласовании в методическом центре", waits_for=IMC_HEAD,
    due=Due("plan_agreement", 5, remind=(1,), escalate=((1, IMC_HEAD), (3, SPECIALIST)),
        title="Согласование плана в методическом центре"),
)
returned = process.state(
    "returned", "На доработке", work=MEND, waits_for=COORDINATOR, edit=COORDINATOR,
    unlimited=MENDED, due=Due("plan_rework", 5, remind=(1,), escalate=((1, SPECIALIST),),
        title="Доработка плана"),
)
agreed = process.state(
    "agreed", "Согласован", waits_for=BASE_HEAD,
    due=Due("plan_approval", 3, remind=(1,), escalate=((1, SPECIALIST),),
        title="Утверждение плана"),
)
agreed_up = process.state(
    "agreed_up", "Согласован, утверждает управление", waits_for=DEPARTMENT_HEAD, aside=True,
    due=Due("plan_approval", 3, remind=(1,), escalate=((1, SPECIALIST),),
        title="Утверждение плана"),
)
active = process.state("active", "Действует", due=LAST_DAY, unlimited=EDITIONS)
outdated = process.state(
    "outdated", "Действует, нужна новая редакция", waits_for=COORDINATOR, unlimited=EDITIONS,
    aside=True,
    due=(Due("revision", 10, remind=(3, 1), escalate=((1, SPECIALIST),),
        title="Новая редакция плана"), LAST_DAY),
)
completed = process.state(
    "completed", "Выполнен, ждёт справки", no_deadline="срок стоит у справки за год"
)
closed = process.final("closed", "Закрыт со справкой")
superseded = process.final("superseded", "Заменён новой редакцией")
abandoned = process.final("abandoned", "Снят")

ON_ITS_WAY = (draft, voting, agreement, returned, agreed, agreed_up)

process.paper("plan", "План сети", fields=PLAN, values=plan, file_name=plan_file)
process.paper(
    "council_protocol", "Протокол совета сети",
    fields=PROTOCOL, values=protocol, file_name=protocol_file,
)

process.start(
    "open", "Открыть план", draft, by=SYSTEM_ROLE, basis="L1, 4.3", do=[first_rows],
    past="План открыт",
)
process.start(
    "adopt", "Принять действующий план", active, by=SYSTEM_ROLE, basis="L5, 4.3",
    past="Действующий план принят на учёт",
)
process.move(
    "take_advice", "Внести принятые рекомендации", [draft, returned], stay,
    by=(COORDINATOR, SYSTEM_ROLE), basis="M4, 4.3", if_=[advice_waits], do=[carry_advice],
    unlimited="рекомендации принимают и после того, как план открыт",
    past="Принятые рекомендации внесены в план",
)
process.move(
    "to_vote", "На голосование совета", [draft, returned],
    {agreement: is_small_change, voting: otherwise}, by=COORDINATOR, basis="L2, 5.1",
    style="primary", again="Снова на голосование совета", if_=FIT,
    do=[drop_unwritten, snapshot, ask_council], past="План отправлен на согласование",
    done=said_of_sending,
)
process.move(
    "close_vote", "Завершить голосование", voting, voting, by=COORDINATOR, basis="5.1",
    if_=[council.close_when_decided], do=[council.close],
    unlimited="голосование закончено, второй раз завершить нечего",
    past="Голосование совета завершено",
)
process.when(
    "vote_passed", "Совет поддержал план", council.passed, voting, agreement, basis="L3",
    do=[Paper("council_protocol")],
)
process.when(
    "vote_failed", "Совет не поддержал план", council.failed, voting, draft, basis="L3",
    do=[Paper("council_protocol"), vote_failed],
)
process.move(
    "agree", "Согласовать", agreement, {agreed_up: base_head_sent_it, agreed: otherwise},
    by=IMC_HEAD, basis="L4, 1.4", apart="to_vote", style="primary", bulk=True,
    past="План согласован",
)
process.move(
    "return", "Вернуть с замечаниями", agreement, returned, by=IMC, basis="L4, 5.1",
    form=Remarks, if_=[answered, remarks_are_bound], do=[keep_remarks],
    past="План возвращён с замечаниями",
)
for agreed_by_imc, approver in ((agreed, BASE_HEAD), (agreed_up, DEPARTMENT_HEAD)):
    process.move(
        "approve", "Утвердить", agreed_by_imc, active, by=approver, basis="L5", apart="to_vote",
        style="primary", do=[take_composition, keep_done, hand_out, Paper("plan")],
        past="План утверждён",
    )
process.revise(
    "revise", "Изменить план", [active, outdated], draft, by=COORDINATOR, basis="L6",
    style="primary", form=Reason, if_=[answered, no_open_edition, network_is_active],
    past="Изменение плана начато",
)
for reached, key in (("active", "new_edition"), ("completed", "new_edition_done")):
    # An edition whose rows have all ended is completed with its approval.
    process.on(
        Child("annual_plan", reached), [active, outdated, completed], superseded,
        key=key, title="Утверждена новая редакция", basis="L6",
    )
process.move(
    "row_changed", "Изменено мероприятие", [active, outdated], stay, by=SYSTEM_ROLE, basis="K3",
    form=RowChange, do=[take_row_change, tell_edition],
)
process.move(
    "row_changed", "Изменено мероприятие", ON_ITS_WAY, stay,
    by=SYSTEM_ROLE, basis="K3", form=RowChange, do=[take_row_change],
    unlimited="мероприятия меняют, сколько нужно",
)
process.when(
    "all_done", "Все мероприятия завершены", all_activities_ended, [active, outdated], completed,
    basis="L7",
)
process.move(
    "year_ended", "Учебный год окончен", [active, outdated], completed, by=SYSTEM_ROLE,
    basis="L7", do=[close_activities],
)
process.when("reported", "Справка утверждена", report_is_approved, completed, closed, basis="L8")
process.on(
    Child("year_end_report", "approved", of="subject"), completed, closed,
    key="close_with_report", title="Справка утверждена", basis="L8",
)
process.on(
    Child("annual_plan", "closed", of="subject"),
    ON_ITS_WAY, abandoned,
    key="overtaken", title="План закрыт вместе со справкой, менять больше нечего", basis="L8",
)
process.on(
    NETWORK_CHANGED, [active, outdated], {outdated: is_outdated, active: otherwise},
    key="composition_changed", title="Изменился состав сети", basis="N5", do=[take_composition],
)
process.on(
    NETWORK_CHANGED, [draft, returned], stay,
    key="composition_followed", title="Изменился состав сети", basis="N5", do=[take_composition],
)
process.move(
    "follow_network", "Исправлен состав сети", [active, outdated],
    {outdated: is_outdated, active: otherwise},
    by=SYSTEM_ROLE, basis="4.2", do=[take_composition],
)
process.move(
    "follow_network", "Исправлен состав сети", [draft, returned], stay,
    by=SYSTEM_ROLE, basis="4.2", do=[take_composition],
    unlimited="записи реестра исправляют, сколько нужно",
)
process.move(
    "abandon", "Снять план",
    [*ON_ITS_WAY, active, outdated, completed],
    abandoned, by=SYSTEM_ROLE, do=[remove_activities], past="План снят",
)
