"""Опрос школ сети: назначить, спросить, один раз показать итоги (U1–U5)."""

import datetime as dt

from workflow_app.engine import (
    SYSTEM_ROLE,
    Case,
    Child,
    Due,
    Process,
    answered,
    filled,
    otherwise,
    says,
)
from workflows.climate_survey.form import (
    POLL,
    RUN_BY,
    WRITER,
    Survey,
    first_values,
    heading,
    named,
)
from workflows.climate_survey.rules import (
    COLUMNS,
    asked_often,
    begins_today,
    comments,
    days_fit,
    figures,
    network_is_ones_own,
    put_schools,
    somebody_is_asked,
    tell_end,
    tell_schools,
)
from workflows.roles import (
    AUDITOR,
    AUTHOR_COORDINATOR,
    DEPARTMENT,
    IMC,
    IMC_HEAD,
    SCHOOL_HEAD,
    SCHOOL_PEOPLE,
)
from workflows.rules import Reason
from workflows.surveys import SURVEY, about

process = Process(
    SURVEY,
    "Опрос школ сети",
    version=1,
    form=Survey,
    basis="1.8",
    parties={"base": lambda data: (data.base,), "schools": lambda data: data.schools},
    posts={"writer": lambda data: (data.writer,)},
    plural="Опросы школ сетей",
    heading=heading,
    about=about,
    one_open=lambda data: str(data.network) if data.network else None,
    prefill=first_values,
    kept=named,
    watcher=IMC_HEAD,
    poll=POLL,
    readers=(*SCHOOL_PEOPLE, *RUN_BY, *DEPARTMENT, AUDITOR),
    warnings=(asked_often,),
)


@says("утром первого дня")
def first_day(case: Case) -> dt.date:
    """Return the day from whose first minute on answers are taken."""
    opens: dt.date = case.data.opens_on
    return opens


@says("когда последний день прошёл")
def last_day(case: Case) -> dt.date:
    """Return the day after which it is over; after a day off, the next working one tells it."""
    closes: dt.date = case.data.closes_on
    return closes


drafted = process.state(
    "survey_drafted", "Черновик", private=True, edit=WRITER, waits_for=WRITER,
    no_deadline="неназначенный опрос никого не задерживает",
)
ahead = process.state(
    "survey_ahead", "Назначен",
    due=Due("survey_begins", unit="calendar", at_start=True, then="open_survey", on=first_day),
)
runs = process.state(
    "survey_runs", "Идёт",
    due=Due("survey_ends", unit="calendar", then="close_survey", on=last_day),
)
told = process.final("survey_told", "Завершён, итоги показаны")
dropped = process.final("survey_dropped", "Снят")

process.table("figures", "Что ответили", COLUMNS, figures, states=told)
process.table(
    "comments", "Что сказали своими словами", ("№", "Без имён и школ, по алфавиту"), comments,
    states=told, readers=(*RUN_BY, SCHOOL_HEAD, *IMC, *DEPARTMENT),
)

process.start(
    "begin_survey", "Провести опрос школ сети", drafted, basis="U1, 1.8",
    by=(AUTHOR_COORDINATOR, *IMC), if_=[network_is_ones_own], past="Опрос школ сети задуман",
)
process.move(
    "announce_survey", "Назначить опрос", drafted, {runs: begins_today, ahead: otherwise},
    by=WRITER, basis="U2, 1.8", style="primary",
    if_=[filled, network_is_ones_own, somebody_is_asked, days_fit],
    do=[put_schools, tell_schools], past="Опрос назначен",
)
process.move(
    "open_survey", "Начать принимать ответы", ahead, runs, by=SYSTEM_ROLE, basis="U3",
    do=[tell_schools], past="Приём ответов начат",
)
process.move(
    "close_survey", "Закончить и показать итоги", runs, told, by=SYSTEM_ROLE, basis="U4, A-09",
    do=[tell_end], past="Опрос закончен, итоги показаны",
)
process.move(
    "drop_survey", "Снять опрос", [drafted, ahead], dropped, by=(WRITER, IMC_HEAD), basis="U5",
    style="danger", past="Опрос снят",
)
process.move(
    "withdraw_survey", "Снять опрос без итогов", runs, dropped, by=(WRITER, IMC_HEAD), basis="U5",
    form=Reason, style="danger", if_=[answered], past="Опрос снят без итогов",
)
process.on(
    Child("network_life", "closed", of="subject"), [drafted, ahead], dropped,
    key="network_closed", title="Сеть закрыта", basis="N9",
)
