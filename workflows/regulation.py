"""The Regulation (Положение о сетевом взаимодействии) row by row: what each clause says, shortly.

Which process carries a clause it says itself (`basis=`). Here stands what none says: which of the
processes that name a number carry this row of it, its page beside the cases, and its paper.
`workflow-app check --clauses` prints the table with the test of each row; an empty `within` is a
row that no process carries.
"""

from workflow_app.engine.clauses import Clause

NETWORK, ACTS = "/networks/<int:network_id>", "/registers/act"
LIBRARY = "/registers/material"
GRID, ADVICE = "/networks/<int:network_id>/indicators", "/registers/recommendation"
VISITS, FINDINGS = "/registers/visit", "/registers/finding"
QUESTIONS = "/registers/consultation"
ORDER_PAPERS = ("order_create", "order_amend", "order_extend", "order_close", "order_revoke")

CLAUSES: tuple[Clause, ...] = (
    Clause("Title", "помощь школам с низкими результатами и в неблагоприятных условиях",
           papers=("proposal", "order_statuses")),
    Clause("1.1a", "приказ министерства образования № 188-пр", pages=(ACTS,),
           papers=("order_create",)),
    Clause("1.1b", "программа, срок которой может истечь", pages=(ACTS,),
           papers=("order_create",)),
    Clause("1.2", "учёт квалификации педагогов и особенностей школ",
           pages=("/schools/<int:school_id>",), papers=("proposal",)),
    Clause("1.3a", "базовая школа — со стабильными результатами", papers=("order_statuses",)),
    Clause("1.3b", "могут создаваться центры сетевого взаимодействия",
           within=("network_proposal",), papers=("proposal", "order_create")),
    Clause("1.3c", "центры — по повышению качества образования", within=("network_proposal",),
           papers=("proposal",)),
    Clause("1.4a", "методический центр контролирует сети",
           within=("monitoring_visit", "finding"), papers=("visit_protocol",),
           pages=("/dashboard", VISITS, FINDINGS)),
    Clause("1.4b", "методический центр сопровождает и консультирует",
           within=("consultation", "year_end_report"), pages=(QUESTIONS, "/calendar"),
           papers=("year_report",)),
    Clause("1.5", "межшкольное партнёрство", papers=("consent", "consent_protocol", "partnership")),
    Clause("1.6-A1", "анализ запросов потребителей",
           within=("request_analysis", "plan_activity", "year_end_report"),
           pages=("/registers/service_request", "/suggest/<key>"),
           papers=("request_table", "year_report")),
    Clause("1.6-A2", "анализ качества образовательных услуг", pages=(GRID,),
           within=("school_indicators", "year_end_report"), papers=("year_report",)),
    Clause("1.6-A3", "анализ структуры взаимодействия", within=(), pages=(NETWORK,)),
    Clause("1.6-O1", "организация и координация", within=(), pages=(NETWORK,), papers=("plan",)),
    Clause("1.6-O2", "обмен ресурсами", within=("material", "year_end_report"),
           pages=(LIBRARY, NETWORK), papers=("year_report",)),
    Clause("1.6-I1", "информационные потоки внутри сети", within=("news",), pages=(NETWORK,)),
    Clause("1.7-1", "принцип информационной среды", within=("network_life",), pages=(NETWORK,)),
    Clause("1.7-2", "принцип целостности: единая база актов и шаблонов", within=()),
    Clause("1.7-3", "принцип результативности", within=("school_indicators", "year_end_report"),
           papers=("year_report", "report_addendum")),
    Clause("1.8-1", "нормативно-правовая база", within=("network_life",), pages=(NETWORK, ACTS)),
    Clause("1.8-2", "организационно-регламентирующая документация", within=("network_life",),
           pages=(NETWORK,)),
    Clause("1.8-3", "возможность совместной деятельности", within=("annual_plan",)),
    Clause("1.8-4", "общее информационное пространство", within=("news",), pages=(NETWORK,)),
    Clause("1.8-5", "психологически комфортная атмосфера",
           within=("climate_survey", "year_end_report"), pages=("/polls/<key>",),
           papers=("year_report",)),
    Clause("1.8-6", "дистанционные форматы", within=("annual_plan",), papers=("plan",)),
    Clause("2-goal", "цель: качество образования в школах, которым помогают",
           within=("network_proposal", "annual_plan"), papers=("proposal", "order_create", "plan")),
    Clause("2-task1", "взаимообмен педагогическим опытом", within=("experience_event",),
           pages=("/registers/experience_event",), papers=("certificates",)),
    Clause("2-task2", "новые подходы к организационному построению",
           within=("network_proposal", "network_life", "year_cycle"),
           papers=("district_summary",)),
    Clause("2-task3", "социализация и адаптация", within=("annual_plan",),
           papers=("year_report",)),
    Clause("3.1", "уровни законодательства и актов", pages=(ACTS,), papers=("order_create",)),
    Clause("3.2", "сеть — не юридическое лицо", papers=ORDER_PAPERS),
    Clause("4.1", "взаимодействие школ и методического центра", pages=("/dashboard", VISITS),
           papers=("order_create", "visit_protocol")),
    Clause("4.2", "состав сети утверждает приказ", pages=(NETWORK, "/orders"),
           papers=ORDER_PAPERS),
    Clause("4.3a", "работа по плану", within=("annual_plan", "plan_activity"), papers=("plan",)),
    Clause("4.3b", "справка руководителя школы со стабильными результатами",
           within=("year_end_report",), papers=("year_report",)),
    Clause("4.3c", "предложения и рекомендации", pages=(ADVICE,),
           within=("year_end_report", "recommendation_follow_up", "annual_plan", "order_approval"),
           papers=("report_recommendations", "order_results")),
    Clause("5.1a", "коллегиальность", within=("annual_plan", "network_change"),
           papers=("council_protocol",)),
    Clause("5.1b", "самоуправление", within=("annual_plan",)),
    Clause("5.2", "приоритетные направления определяет управление образованием",
           papers=("order_directions",)),
)
