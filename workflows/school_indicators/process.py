"""Показатели школы: внести, поправить, закрыть вместе со справкой (R1, R2, R7)."""

import datetime as dt

from workflow_app.engine import SYSTEM_ROLE, Case, Due, Process, says, stay
from workflows.roles import DEPARTMENT, IMC, SPECIALIST
from workflows.school_indicators.form import SchoolIndicators, heading
from workflows.school_indicators.rules import (
    counted,
    enter_values,
    every_value_told,
    first_rows,
    numbers_are_possible,
    report_is_open,
    targets_are_possible,
)
from workflows.year_end import SCHOOL_COORDINATOR, SCHOOL_HEAD, last_summer

process = Process(
    "school_indicators",
    "Показатели школы",
    version=1,
    form=SchoolIndicators,
    basis="1.6, 1.7",
    parties={"school": lambda data: (data.school,)},
    plural="Показатели школ",
    heading=heading,
    stop="school_left",
    watcher=SPECIALIST,
    readers=(SCHOOL_HEAD, SCHOOL_COORDINATOR, *IMC, *DEPARTMENT),
    confidential=True,
    kept=counted,
)


@says("1 июня, по итогам экзаменов — 15 августа")
def due_on(case: Case[SchoolIndicators]) -> dt.date:
    """Return 1 June for what a school knows in spring, 15 August for its exams (dossier 8)."""
    if case.data.stage == "exams":
        return last_summer(case.data.school_year, 8, 15)
    return last_summer(case.data.school_year, 6, 1)


MENDED = "значения поправляют, пока открыта справка"

entering = process.state(
    "being_entered", "Вносятся", waits_for=SCHOOL_HEAD, edit=(SCHOOL_HEAD, SCHOOL_COORDINATOR),
    unlimited=MENDED,
    due=Due("indicators", on=due_on, unit="calendar", remind=(7, 2), escalate=((1, SPECIALIST),)),
)
entered = process.state(
    "values_told", "Внесены", no_deadline="значения ждут утверждения справки", unlimited=MENDED
)
closed = process.final("closed", "Закрыты вместе со справкой")
removed = process.final("not_needed", "Не нужны: школа вышла из сети")

process.start(
    "ask_for_values", "Запросить показатели", entering, by=SYSTEM_ROLE, basis="R1", do=[first_rows],
    past="Показатели запрошены",
)
process.move(
    "enter_values", "Внести показатели", entering, entered, by=SCHOOL_HEAD, basis="R1",
    style="primary", if_=[every_value_told, numbers_are_possible, targets_are_possible],
    do=[enter_values], past="Показатели внесены",
)
process.move(
    "correct_values",
    "Поправить",
    entered,
    entering,
    by=SCHOOL_HEAD,
    basis="R1",
    if_=[report_is_open], past="Показатели открыты для правки",
)
process.move(
    "close_values", "Закрыть", [entering, entered], closed, by=SYSTEM_ROLE, basis="R6",
    past="Показатели закрыты",
)
process.move(
    "school_stays", "Школа остаётся", [entering, entered], stay, by=SYSTEM_ROLE, basis="N5",
    unlimited="состав меняют, сколько нужно", past="Школа осталась в сети",
)
process.move(
    "school_left", "Школа вышла", [entering, entered], removed, by=SYSTEM_ROLE, basis="N5",
    past="Школа вышла из сети",
)
