"""Учебный год: от планирования до сводной справки (Y1–Y6)."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from workflow_app.engine import SYSTEM_ROLE, Case, Check, Due, Paper, Process, otherwise, says, stay
from workflow_app.engine.calendar import school_year_bounds
from workflows.roles import AUDITOR, DEPARTMENT, IMC, IMC_HEAD, METHODIST, SPECIALIST
from workflows.rules import school_year
from workflows.wording import day_and_month
from workflows.year_cycle.form import SchoolYear, heading
from workflows.year_cycle.papers import SUMMARY, summary, summary_file
from workflows.year_cycle.rules import (
    directions_fixed,
    has_unfinished,
    may_close,
    may_open,
    networks_turned,
    obstacles,
    plans_approved,
    preview,
    previous_year_exists,
    put_remark,
    remark_to_come,
    reports_closed,
    something_to_turn,
    statuses_fixed,
    turn_networks,
)


def first_values(_capacity: Any, _facts: Any, today: dt.date) -> dict[str, Any]:
    """Return the year that is planned now."""
    return {"school_year": school_year(today)}


process = Process(
    "year_cycle",
    "Учебный год",
    version=1,
    form=SchoolYear,
    basis="4.3, 5.2",
    heading=heading,
    about=lambda data: f"year/{data.school_year}",
    prefill=first_values,
    watcher=SPECIALIST,
    readers=(*IMC, *DEPARTMENT, AUDITOR),
    warnings=(obstacles, remark_to_come),
    checklist=(
        Check("зарегистрирован акт о статусах", statuses_fixed, "1.3"),
        Check("зарегистрирован приказ о направлениях", directions_fixed, "5.2"),
        Check("каждая сеть перешла в новый год или закрывается", networks_turned, "4.2"),
        Check("планы всех сетей утверждены", plans_approved, "4.3"),
        Check("справки всех сетей закрыты", reports_closed, "4.3"),
    ),
)


def day_of(month: int, day: int) -> Callable[[Case], dt.date]:
    """Return the question on which day of the school year something begins."""

    @says(day_and_month(day, month))
    def on(case: Case[SchoolYear]) -> dt.date:
        first, last = school_year_bounds(case.data.school_year)
        return dt.date(first.year if month >= first.month else last.year, month, day)

    return on


def until(kind: str, month: int, day: int, then: str) -> Due:
    """Return the date on which a stage of the year gives way to the next."""
    return Due(kind, on=day_of(month, day), at_start=True, then=then)


TURNED = "переход запускают снова, пока не перешли все сети"

planning = process.state(
    "year_planned", "Планирование", waits_for=SPECIALIST, unlimited=TURNED,
    due=until("launch", 9, 1, "begin_launching"),
)
launching = process.state(
    "year_launched", "Запуск", unlimited=TURNED, due=until("run", 10, 1, "begin_running")
)
running = process.state(
    "year_running", "Учебный год идёт", due=until("reporting", 5, 15, "begin_reporting")
)
reporting = process.state(
    "year_reported", "Справки", due=until("summarizing", 7, 1, "begin_summarizing")
)
summarizing = process.state(
    "summed_up", "Подведение итогов", waits_for=IMC_HEAD, edit=(IMC_HEAD, METHODIST),
    only="practices",
    due=Due("close_year", unit="calendar",
            on=says("к концу учебного года")(
                lambda case: school_year_bounds(case.data.school_year)[1]
            ),
            remind=(11, 3), escalate=((1, SPECIALIST),)),
)
closed = process.final("closed", "Закрыт")
closed_with_remark = process.final("closed_with_remark", "Закрыт с замечанием")

process.paper(
    "district_summary", "Сводная справка", fields=SUMMARY, values=summary, file_name=summary_file
)
process.table(
    "turn", "Переход сетей в новый год", ("Сеть", "Что будет", "Почему"), preview,
    states=[planning, launching],
)

process.start(
    "open_year", "Открыть учебный год", planning, by=SPECIALIST, basis="Y1",
    if_=[may_open, previous_year_exists], past="Учебный год открыт",
)
process.move(
    "roll_over", "Перевести сети в новый год", [planning, launching], stay, by=SPECIALIST,
    basis="Y5", style="primary", if_=[something_to_turn], do=[turn_networks], unlimited=TURNED,
    past="Сети переведены в новый год",
)
process.move("begin_launching", "Год начался", planning, launching, by=SYSTEM_ROLE, basis="7.6")
process.move("begin_running", "Запуск окончен", launching, running, by=SYSTEM_ROLE, basis="7.6")
process.move(
    "begin_reporting", "Пора справок", running, reporting, by=SYSTEM_ROLE, basis="R1",
    past="Настала пора справок",
)
process.move(
    "begin_summarizing", "Подводятся итоги", reporting, summarizing, by=SYSTEM_ROLE, basis="7.6",
    past="Началось подведение итогов",
)
process.move(
    "close_year", "Закрыть год", summarizing,
    {closed_with_remark: has_unfinished, closed: otherwise}, by=IMC_HEAD, basis="Y6, 2",
    style="primary", if_=[may_close], do=[put_remark, Paper("district_summary")],
    past="Учебный год закрыт",
)
