"""The life of a network as a table: states, then one row for each step."""

from workflow_app.engine import (
    SYSTEM_ROLE,
    Check,
    Child,
    Due,
    Paper,
    Process,
    answered,
    otherwise,
    says,
    stay,
)
from workflows.half_years import next_asked
from workflows.network_life.effects import (
    end_plans,
    follow_order,
    follow_register,
    go_on,
    mark_active,
    mark_closing,
    open_plan,
    open_report,
    put_acts,
    put_contact,
    put_model,
    put_people,
    take_over,
)
from workflows.network_life.exchange import COLUMNS as EXCHANGE
from workflows.network_life.exchange import exchange
from workflows.network_life.form import Attached, Life, Named, OwnModel, People, adopted
from workflows.network_life.losses import ask_about_losses, losses, start_changes
from workflows.network_life.own_matters import (
    NETWORK,
    InternalRules,
    OwnCoordinator,
    carry_out,
    council,
    decided,
    is_another,
    one_matter_at_a_time,
    propose_coordinator,
    propose_rules,
)
from workflows.network_life.papers import PARTNERSHIP, partnership, partnership_file
from workflows.network_life.participation import COLUMNS, idle_schools, taking_part
from workflows.network_life.requests import open_analysis
from workflows.network_life.rules import (
    CHANGE,
    ENDS,
    base_lost_status,
    changed_by,
    contacts_said,
    has_acts,
    has_contacts,
    has_coordinator,
    has_curator,
    has_plan,
    is_ordered,
    is_ready,
    levels_of_acts,
    may_turn,
    no_plan_yet,
    not_ready,
    report_is_due,
    stood,
    supported_lost_status,
    term_covers_year,
    term_goes_on,
    term_is_over,
    year_to_report,
)
from workflows.network_life.visits import ask_for_visit, expect_first_visit, expect_visit
from workflows.roles import (
    AUDITOR,
    BASE_HEAD,
    COORDINATOR,
    DEPARTMENT,
    DEPARTMENT_HEAD,
    FORMER_HEAD,
    IMC,
    MEMBER_HEAD,
    SPECIALIST,
)
from workflows.rules import Explanation
from workflows.visits import VISIT
from workflows.year_end import last_summer

process = Process(
    "network_life",
    "Жизнь сети",
    version=1,
    form=Life,
    basis="1.7, 1.8, 4.2",
    parties={
        "base": lambda data: (data.base,),
        "members": lambda data: data.members,
        "former": lambda data: data.former,
    },
    heading=lambda data: f"Сеть «{data.network_name}»",
    beside="network",
    parts=("membership",),
    adopt=adopted,
    entered="open_plan",
    amended="follow_register",
    stop="end",
    watcher=SPECIALIST,
    readers=(BASE_HEAD, MEMBER_HEAD, FORMER_HEAD, COORDINATOR, *IMC, *DEPARTMENT, AUDITOR),
    warnings=(not_ready, base_lost_status, supported_lost_status, idle_schools),
    checklist=(
        Check("приказ о составе зарегистрирован", is_ordered, "4.2"),
        Check("назван координатор", has_coordinator, "1.7"),
        Check("назначен куратор от методического центра", has_curator, "4.1"),
        Check("школы назвали контактных лиц", has_contacts, "1.7", contacts_said),
        Check("приложены нормативные акты", has_acts, "1.8", levels_of_acts),
        Check("утверждён план года", has_plan, "1.8"),
    ),
)

CHANGED = Child(CHANGE, "applied", of="subject")
YEARS = "сеть живёт, пока её не закроет приказ"
EXPIRY = Due(
    "network_term", then="expire", unit="calendar", remind=(60, 30), escalate=((1, SPECIALIST),),
    on=says("к концу срока действия сети")(lambda case: case.data.valid_to),
)

forming = process.state(
    "forming", "Создаётся", work="Подготовить сеть к работе", waits_for=SPECIALIST, unlimited=YEARS,
    due=Due("activation", 10, remind=(3,), escalate=((1, DEPARTMENT_HEAD),),
        title="Готовность сети к работе"),
)
REPORT_OPENS = Due(
    "report_opens", then="open_report", at_start=True,
    on=says("15 мая года, за который ещё нет справки")(
        lambda case: last_summer(year_to_report(case), 5, 15)
    ),
)
VISIT_ASKED = Due(
    "visit_asked", then="ask_for_visit", at_start=True,
    on=says("незадолго до того, как сеть окажется без посещения слишком долго")(
        lambda case: case.data.visit_asked_on or case.data.valid_to
    ),
)
REQUESTS_ASKED = Due(
    "requests_asked", then="open_analysis", at_start=True,
    on=says("12 января и 20 мая")(
        lambda case: case.data.requests_asked_on or next_asked(case.today)
    ),
)
active = process.state(
    "active", "Действует", due=(EXPIRY, REPORT_OPENS, VISIT_ASKED, REQUESTS_ASKED), unlimited=YEARS
)
suspended = process.state(
    "suspended", "Приостановлена", work="Решить, возобновить ли сеть", waits_for=SPECIALIST,
    unlimited=YEARS, aside=True,
    due=Due("pause", unit="calendar", remind=(5,), escalate=((1, DEPARTMENT_HEAD),),
            on=says("до дня, названного при приостановлении")(
                lambda case: case.data.paused_until or case.today
            )),
)
closing = process.state(
    "closing", "Закрывается", waits_for=SPECIALIST, unlimited=YEARS,
    work="Начать «Изменить сеть»: закрыть её приказом или продлить",
    due=Due("final_report", 15, remind=(5, 1), escalate=((1, DEPARTMENT_HEAD),),
        title="Итоговая справка"),
)
closed = process.final("closed", "Закрыта")
process.ask(losses)
process.ask(council)

process.table(
    "participation", "Кто участвует в мероприятиях этого года", COLUMNS, taking_part,
    states=(active, suspended, closing),
)
process.table(
    "exchange", "Обмен материалами в этом году", EXCHANGE, exchange,
    states=(active, suspended, closing),
)

process.paper(
    "partnership", "Соглашение о межшкольном партнёрстве",
    fields=PARTNERSHIP, values=partnership, file_name=partnership_file,
)

process.start(
    "found", "Создать сеть", forming, by=SYSTEM_ROLE, basis="O7, 4.2",
    past="Сеть создана",
)
process.start(
    "adopt", "Принять существующую сеть",
    {forming: stood("forming"), suspended: stood("suspended"), closing: stood("closing"),
     closed: stood("closed"), active: otherwise},
    by=SYSTEM_ROLE, basis="1.7", do=[go_on, expect_first_visit],
    past="Существующая сеть принята на учёт",
)
process.move(
    "name_people", "Назвать координатора и куратора", [forming, active], stay, by=SPECIALIST,
    basis="1.7, 4.1", form=People, if_=[answered], do=[put_people],
    past="Координатор и куратор названы",
)
process.move(
    "name_model", "Назвать модель сети", [forming, active], stay, by=(BASE_HEAD, SPECIALIST),
    basis="2", form=OwnModel, if_=[answered], do=[put_model], past="Модель сети названа",
)
process.move(
    "attach_acts", "Приложить акты", [forming, active], stay, by=(BASE_HEAD, COORDINATOR),
    basis="1.8", form=Attached, if_=[answered], do=[put_acts], past="Акты сети приложены",
)
process.move(
    "propose_rules", "Предложить внутренние правила", [forming, active], stay, by=NETWORK,
    basis="5.1", form=InternalRules, if_=[answered, one_matter_at_a_time], do=[propose_rules],
    past="Внутренние правила предложены совету",
)
process.move(
    "propose_coordinator", "Предложить координатора", [forming, active], stay, by=NETWORK,
    basis="5.1, 1.7", form=OwnCoordinator, if_=[answered, is_another, one_matter_at_a_time],
    do=[propose_coordinator], past="Координатор предложен совету",
)
for state in (forming, active, suspended, closing):
    process.when(
        "matter_decided", "Совет решил о предложенном", decided, state, state, basis="5.1",
        do=[carry_out],
    )
process.move(
    "name_contact", "Назвать контактное лицо школы", [forming, active], stay, by=MEMBER_HEAD,
    basis="1.7", form=Named, if_=[answered], do=[put_contact], past="Контактное лицо школы названо",
)
process.move(
    "prepare_agreement", "Подготовить соглашение о партнёрстве", [forming, active], stay,
    by=(BASE_HEAD, COORDINATOR), basis="1.5", do=[Paper("partnership")],
    past="Соглашение о партнёрстве подготовлено",
)
process.when(
    "activate",
    "Сеть готова работать",
    is_ready,
    forming,
    active,
    basis="N1",
    do=[mark_active, open_plan, expect_first_visit],
)
process.move(
    "review_statuses", "Новый акт о статусах", [forming, active], stay, by=SYSTEM_ROLE,
    basis="N6, Y2", do=[ask_about_losses], past="Вышел новый акт о статусах",
)
process.when(
    "losses_decided", "Решено, что делать с потерянным статусом",
    says("по каждой потере есть решение, изменения по ней ещё не начаты")(
        lambda case, facts: losses.passed(case, facts)
        and case.times("losses_decided") < case.times("review_statuses")
    ),
    active, active, basis="N6", do=[start_changes],
)
process.move(
    "open_plan", "Открыть план года", active, stay, by=(COORDINATOR, SPECIALIST, SYSTEM_ROLE),
    basis="L1, 4.3", if_=[no_plan_yet, term_covers_year], do=[open_plan], past="План года открыт",
)
process.move(
    "turn_year", "Перейти в новый учебный год", active, stay, by=SYSTEM_ROLE, basis="Y5, L1",
    if_=[may_turn], do=[open_plan], past="Сеть перешла в новый учебный год",
)
process.move(
    "open_report", "Открыть справку года", active, stay, by=(SPECIALIST, SYSTEM_ROLE),
    basis="R1, 4.3", if_=[report_is_due], do=[open_report], past="Справка года открыта",
)
process.move(
    "ask_for_visit", "Поручить посещение", active, stay, by=SYSTEM_ROLE, basis="V1, 1.4",
    do=[ask_for_visit], past="Посещение сети поручено",
)
process.move(
    "open_analysis", "Открыть анализ запросов", active, stay, by=SYSTEM_ROLE, basis="1.6",
    do=[open_analysis], past="Анализ запросов открыт",
)
process.on(
    Child(VISIT, "protocol_sent", of="subject"), active, active, key="visited",
    title="Сеть посетили", basis="V4", do=[expect_visit],
)
process.on(
    CHANGED, forming, {closed: changed_by(*ENDS), forming: otherwise},
    key="changed_early", title="Приказ изменил сеть", basis="N5", do=[follow_order],
)
process.on(
    CHANGED, active,
    {closed: changed_by(*ENDS), suspended: changed_by("suspend"), active: otherwise},
    key="changed", title="Приказ изменил сеть", basis="N5", do=[follow_order],
)
process.on(
    CHANGED, suspended,
    {closed: changed_by(*ENDS), active: changed_by("resume"), suspended: otherwise},
    key="changed_in_pause", title="Приказ изменил сеть", basis="N7", do=[follow_order],
)
process.on(
    CHANGED, closing,
    {closed: changed_by(*ENDS), active: changed_by("extend"), closing: otherwise},
    key="changed_at_end", title="Приказ изменил сеть", basis="N9", do=[follow_order],
)
process.move(
    "take_over", "Приказ изменил сеть", [forming, active, suspended], stay, by=SYSTEM_ROLE,
    basis="O11, A-04", do=[take_over],
)
process.move(
    "take_over", "Приказ изменил сеть", closing, {active: term_goes_on, closing: otherwise},
    by=SYSTEM_ROLE, basis="O11, A-04", do=[take_over],
)
process.move(
    "follow_register", "Запись реестра исправлена", [forming, active, suspended, closing], stay,
    by=SYSTEM_ROLE, basis="4.2", do=[follow_register],
)
process.move(
    "expire", "Срок сети истёк", active, closing, by=SYSTEM_ROLE, basis="N8",
    if_=[term_is_over], do=[mark_closing],
)
process.move(
    "start_closing", "Начать закрытие", active, closing, by=(SPECIALIST, DEPARTMENT_HEAD),
    basis="N8", form=Explanation, style="danger", if_=[answered], do=[mark_closing],
    past="Закрытие сети начато",
)
process.move("end", "Закрыть", [forming, active, suspended, closing], closed, by=SYSTEM_ROLE,
             do=[end_plans], past="Сеть закрыта")
