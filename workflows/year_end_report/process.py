"""Справка за учебный год: состояния, потом строка за строкой (R1–R8)."""

import datetime as dt
from collections.abc import Callable

from workflow_app.engine import (
    SYSTEM_ROLE,
    Accepted,
    Case,
    Child,
    Due,
    Paper,
    Process,
    Remarks,
    Setting,
    Yearly,
    answered,
    at_most,
    filled,
    keep_remarks,
    otherwise,
    remarks_answered,
    remarks_are_bound,
    says,
    snapshot,
    stay,
)
from workflows.indicators import COLUMNS, lines
from workflows.roles import (
    AUDITOR,
    BASE_HEAD,
    COORDINATOR,
    DEPARTMENT,
    DEPARTMENT_HEAD,
    IMC,
    IMC_HEAD,
    MEMBER_HEAD,
    METHODIST,
    SPECIALIST,
)
from workflows.rules import MEND, Explanation
from workflows.wording import day_and_month
from workflows.year_end import by_curator, last_summer
from workflows.year_end_report.adoption import adopted, prepare, was_approved
from workflows.year_end_report.directions import COLUMNS as DIRECTIONS
from workflows.year_end_report.directions import table as by_direction
from workflows.year_end_report.effects import (
    ask_schools,
    begin_addendum,
    close_grids,
    enter_network_values,
    fill_in,
    issue_recommendations,
    mark_late,
    mark_without,
    remember_author,
)
from workflows.year_end_report.form import Report, Review, heading
from workflows.year_end_report.papers import (
    ADDENDUM,
    ADVICE,
    REPORT,
    addendum,
    addendum_file,
    advice,
    advice_file,
    report,
    report_file,
)
from workflows.year_end_report.rules import (
    all_checked,
    being_entered,
    directions_concluded,
    exams_apply,
    exams_told,
    indicators_told,
    not_yet_told,
    plan_exists,
    plan_rows_explained,
    recommendations_given,
    survey_is_possible,
)

process = Process(
    "year_end_report",
    "Справка за год",
    version=1,
    form=Report,
    basis="4.3",
    parties={"base": lambda data: (data.base,), "members": lambda data: data.members},
    heading=heading,
    adopts="reports",
    adopt=adopted,
    stop="drop_report",
    overview=Yearly("Справка за год", late="late"),
    watcher=SPECIALIST,
    readers=(BASE_HEAD, MEMBER_HEAD, COORDINATOR, *IMC, *DEPARTMENT, AUDITOR),
    warnings=(not_yet_told, being_entered),
)

AUTHORS = (BASE_HEAD, COORDINATOR)
LAST_RESORT = "Решает руководитель методического центра: принять или оставить у себя."


def summer(month: int, day: int) -> Callable[[Case], dt.date]:
    """Return the question on which day of the summer that ends its year a report is due."""

    @says(day_and_month(day, month))
    def on(case: Case[Report]) -> dt.date:
        return last_summer(case.data.school_year, month, day)

    return on


UNTIL_AUGUST = Due(
    "addendum", on=summer(8, 31), unit="calendar", remind=(11, 3), then="close_without",
    escalate=((1, SPECIALIST),),
)

draft = process.state(
    "draft", "Готовится", waits_for=BASE_HEAD, edit=AUTHORS,
    unlimited="число доработок ограничено у возврата",
    due=Due("report", unit="calendar",
            on=says("ко дню, который назван в справке")(
                lambda case: case.data.due_on or case.today
            ),
            remind=(14, 7, 2), then="mark_late", escalate=((3, IMC_HEAD), (10, SPECIALIST))),
)
submitted = process.state(
    "submitted", "Представлена", waits_for=METHODIST,
    due=Due("report_review", 5, remind=(1,), escalate=((1, IMC_HEAD), (3, SPECIALIST)),
        title="Рассмотрение справки"),
)
under_review = process.state(
    "under_review", "Рассматривается в методическом центре", waits_for=(METHODIST, IMC_HEAD),
    work="Рассмотреть справку",
    unlimited="руководитель возвращает в методический центр, сколько нужно",
    due=Due("report_review", 5, remind=(1,), escalate=((1, IMC_HEAD), (3, SPECIALIST)),
        title="Рассмотрение справки"),
)
reviewed = process.state(
    "reviewed", "Рассмотрена без замечаний", waits_for=IMC_HEAD, aside=True,
    unlimited="руководитель возвращает в методический центр, сколько нужно",
    due=Due("report_acceptance", 2, remind=(1,), escalate=((1, IMC_HEAD), (3, SPECIALIST)),
        title="Принятие справки"),
)
returned = process.state(
    "returned", "На доработке", work=MEND, waits_for=BASE_HEAD, edit=AUTHORS,
    due=Due("report_rework", 3, remind=(1,), escalate=((1, SPECIALIST),),
        title="Доработка справки"),
)
accepted = process.state(
    "accepted_by_imc", "Принята методическим центром", waits_for=DEPARTMENT_HEAD,
    due=Due("report_approval", 5, remind=(1,), escalate=((1, SPECIALIST),),
        title="Утверждение справки"),
)
approved = process.state(
    "approved", "Утверждена",
    due=(UNTIL_AUGUST, Due("addendum_opens", on=summer(7, 10), at_start=True,
                           then="open_addendum")),
)
addendum_open = process.state(
    "addendum_open", "Открыто дополнение", waits_for=BASE_HEAD, edit=AUTHORS, only="addendum",
    unlimited="дополнение дорабатывают до 31 августа",
    due=(UNTIL_AUGUST, Due("addendum_told", on=summer(8, 20), unit="calendar", remind=(7, 2),
                           escalate=((1, SPECIALIST),))),
)
addendum_submitted = process.state(
    "addendum_submitted", "Дополнение представлено", waits_for=IMC_HEAD, due=UNTIL_AUGUST,
)
closed = process.final("closed", "Закрыта")
dropped = process.final("dropped", "Не нужна: сети больше нет")

process.paper(
    "year_report", "Информационно-аналитическая справка",
    fields=REPORT, values=report, file_name=report_file,
)
process.paper(
    "report_recommendations", "Предложения и рекомендации",
    fields=ADVICE, values=advice, file_name=advice_file,
)
process.paper(
    "report_addendum", "Дополнение к справке",
    fields=ADDENDUM, values=addendum, file_name=addendum_file,
)
process.table(
    "indicators", "Показатели поддерживаемых школ (раздел 4 справки)", COLUMNS,
    lambda case, facts: lines(facts, case.data.network, case.data.school_year),
)

process.table(
    "directions", "Результаты по направлениям (раздел 11 справки)", DIRECTIONS, by_direction
)

process.start(
    "open", "Открыть справку", draft, by=SYSTEM_ROLE, basis="R1, 4.3", if_=[plan_exists],
    do=[fill_in, ask_schools], past="Справка открыта",
)
process.start(
    "adopt", "Принять как было", {approved: was_approved, draft: otherwise}, by=SYSTEM_ROLE,
    basis="R1, 4.3", do=[prepare], past="Справка принята на учёт как была",
)
process.move(
    "refresh", "Обновить по данным года", [draft, returned], stay, by=AUTHORS, basis="R1",
    do=[fill_in], unlimited="данные года меняются, пока он идёт",
    past="Справка обновлена по данным года",
)
process.move(
    "mark_late", "Срок справки прошёл", draft, draft, by=SYSTEM_ROLE, basis="R2", do=[mark_late]
)
process.move(
    "submit", "Представить справку", [draft, returned], submitted, by=BASE_HEAD, basis="R2, 4.3",
    style="primary", again="Представить справку снова", signed=Accepted("A-14", "report"),
    if_=[filled, remarks_answered, indicators_told, directions_concluded, recommendations_given,
         plan_rows_explained, survey_is_possible],
    do=[fill_in, remember_author, snapshot, Paper("year_report")], past="Справка представлена",
)
process.move(
    "take_up", "Взять на рассмотрение", submitted, under_review, by=(METHODIST, IMC_HEAD),
    basis="R3", apart="submit", style="primary", if_=[by_curator],
    past="Справка взята на рассмотрение",
)
process.move(
    "find_no_fault", "Замечаний нет", under_review, reviewed, by=METHODIST, basis="R4",
    apart="submit", if_=[by_curator], past="Справка рассмотрена без замечаний",
)
process.move(
    "return", "Вернуть с замечаниями", [under_review, reviewed], returned,
    by=(METHODIST, IMC_HEAD), basis="R4", apart="submit", form=Remarks,
    if_=[answered, remarks_are_bound, by_curator,
         at_most("return", Setting("A-15.report"), instead=LAST_RESORT)],
    do=[keep_remarks], past="Справка возвращена с замечаниями",
)
process.move(
    "accept_report", "Принять", [under_review, reviewed], accepted, by=IMC_HEAD, basis="R5",
    apart="submit", form=Review, style="primary", if_=[all_checked],
    past="Справка принята методическим центром",
)
process.move(
    "send_back", "Вернуть в методический центр", accepted, under_review, by=DEPARTMENT_HEAD,
    basis="R6", form=Explanation, if_=[answered], past="Справка возвращена в методический центр",
)
process.move(
    "approve", "Утвердить", accepted, approved, by=DEPARTMENT_HEAD, basis="R6", apart="submit",
    style="primary", bulk=True,
    do=[close_grids, enter_network_values, issue_recommendations, Paper("year_report"),
        Paper("report_recommendations")], past="Справка утверждена",
)
process.move(
    "open_addendum", "Открыть дополнение", approved,
    {addendum_open: exams_apply, approved: otherwise}, by=SYSTEM_ROLE, basis="R7",
    do=[begin_addendum], past="Наступил день дополнения к справке",
)
process.move(
    "submit_addendum", "Представить дополнение", addendum_open, addendum_submitted, by=BASE_HEAD,
    basis="R7", style="primary", if_=[filled, exams_told], past="Дополнение к справке представлено",
)
process.move(
    "return_addendum", "Вернуть дополнение", addendum_submitted, addendum_open, by=IMC_HEAD,
    basis="R8", form=Explanation, apart="submit_addendum", if_=[answered],
    past="Дополнение к справке возвращено",
)
process.move(
    "accept_addendum", "Принять дополнение", addendum_submitted, closed, by=IMC_HEAD, basis="R8",
    apart="submit_addendum", style="primary", do=[close_grids, Paper("report_addendum")],
    past="Дополнение к справке принято",
)
process.move(
    "close_without", "Закрыть без дополнения", [approved, addendum_open, addendum_submitted],
    closed, by=SYSTEM_ROLE, basis="R8", do=[mark_without, close_grids],
    past="Справка закрыта без дополнения",
)
process.on(
    Child("network_change", "applied", of="subject"), [draft, returned], stay,
    key="composition_followed", title="Изменился состав сети", basis="N5",
    do=[fill_in, ask_schools],
)
process.move(
    "drop_report", "Снять справку",
    [draft, submitted, under_review, reviewed, returned, accepted, approved, addendum_open,
     addendum_submitted],
    dropped, by=SYSTEM_ROLE, basis="N9", do=[close_grids], past="Справка снята",
)
