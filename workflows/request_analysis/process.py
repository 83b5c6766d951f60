"""Анализ запросов: таблица, выводы, бумага (Regulation 1.6-A1)."""

from workflow_app.engine import SYSTEM_ROLE, Due, Paper, Process, filled, stay
from workflows.activities import subject
from workflows.half_years import ANALYSIS
from workflows.request_analysis.form import Analysis, first_values, heading
from workflows.request_analysis.papers import TABLE, table, table_file
from workflows.request_analysis.rules import (
    count_requests,
    leads_a_network,
    not_analysed,
    something_asked,
)
from workflows.roles import AUDITOR, BASE_HEAD, COORDINATOR, DEPARTMENT, IMC, IMC_HEAD

WRITERS = (COORDINATOR, BASE_HEAD)

process = Process(
    ANALYSIS,
    "Анализ запросов потребителей",
    version=1,
    form=Analysis,
    basis="1.6",
    parties={"base": lambda data: (data.base,)},
    plural="Анализы запросов",
    heading=heading,
    about=lambda data: subject(data.network, data.school_year) if data.network else "",
    one_open=lambda data: f"{data.network}/{data.school_year}" if data.network else None,
    prefill=first_values,
    stop="drop_analysis",
    watcher=IMC_HEAD,
    readers=(*WRITERS, *IMC, *DEPARTMENT, AUDITOR),
)

writing = process.state(
    "conclusions_written", "Готовятся выводы", waits_for=WRITERS, edit=WRITERS,
    due=Due("request_analysis", 10, remind=(3, 1), escalate=((1, BASE_HEAD), (5, IMC_HEAD)),
        title="Выводы анализа"),
)
analysed = process.final("requests_analysed", "Готов")
dropped = process.final("analysis_dropped", "Снят")

process.paper(
    "request_table", "Аналитическая таблица запросов", fields=TABLE, values=table,
    file_name=table_file,
)

process.start(
    "begin_analysis", "Начать анализ запросов", writing,
    by=(*WRITERS, SYSTEM_ROLE), basis="1.6", if_=[leads_a_network], do=[count_requests],
    past="Анализ запросов начат",
)
process.move(
    "count_anew", "Пересчитать таблицу", writing, stay, by=WRITERS, basis="1.6",
    do=[count_requests], unlimited="запросы вносят, пока анализ не готов",
    past="Таблица запросов пересчитана",
)
process.move(
    "finish_analysis", "Завершить анализ", writing, analysed, by=WRITERS, basis="1.6",
    style="primary", if_=[filled, not_analysed, something_asked],
    do=[count_requests, Paper("request_table")], past="Анализ запросов завершён",
)
process.move(
    "drop_analysis", "Снять", writing, dropped, by=(*WRITERS, SYSTEM_ROLE), style="danger",
    past="Анализ запросов снят",
)
