"""The proposal as a table: states, then one row for each step."""

from workflow_app.engine import (
    SYSTEM_ROLE,
    Child,
    Due,
    Paper,
    Process,
    Remarks,
    Setting,
    answered,
    at_most,
    filled,
    keep_remarks,
    otherwise,
    remarks_answered,
    remarks_are_bound,
    says,
    snapshot,
)
from workflows.coordinators import head_is_coordinator
from workflows.network_proposal.consents import (
    ask_schools,
    close_consents,
    consents,
    consents_fresh,
    consents_given,
    is_same_network,
    keep_agreed,
    leave_out,
    quorum_failed,
    remember_asked,
    silent_schools,
    somebody_hesitates,
)
from workflows.network_proposal.effects import rejected_letter, start_order, stop_order, take_number
from workflows.network_proposal.form import Opinion, Proposal, Rejection, first_values
from workflows.network_proposal.papers import (
    OPINION,
    PROPOSAL,
    opinion,
    opinion_file,
    proposal,
    proposal_file,
)
from workflows.network_proposal.protocol import (
    PROTOCOL,
    consent,
    protocol,
    protocol_file,
    renewed_consents,
)
from workflows.network_proposal.rules import (
    ORDER,
    base_is_not_invited,
    directions_in_force,
    directions_not_named,
    directions_of_year,
    has_helped_school,
    initiative_allowed,
    lives_short,
    name_begins_with_its_word,
    networks_per_school,
    order_not_signed,
    schools_differ,
    schools_exist,
    supported_remain,
    term_allowed,
    wishes_written,
)
from workflows.roles import (
    ASKED_HEAD,
    AUDITOR,
    AUTHOR_HEAD,
    AUTHOR_SPECIALIST,
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
from workflows.rules import (
    MEND,
    OneSchool,
    Reason,
    base_is_free,
    base_is_stable,
    name_is_free,
    statuses_hold,
)
from workflows.school_consents import CONSENT, consent_file

process = Process(
    "network_proposal",
    "Создание сети",
    version=1,
    form=Proposal,
    basis="1.3, 4.2",
    parties={
        "base": lambda data: (data.base,),
        "members": lambda data: (member.school for member in data.members),
        "asked": lambda data: data.asked,
    },
    heading=lambda data: f"Сеть «{data.name}»" if data.name else "Новая сеть",
    one_open=lambda data: f"{data.base}:{data.school_year}" if data.base else None,
    prefill=first_values,
    watcher=SPECIALIST,
    warnings=(
        head_is_coordinator, name_begins_with_its_word, directions_not_named, lives_short,
    ),
    readers=(
        BASE_HEAD, MEMBER_HEAD, ASKED_HEAD, AUTHOR_HEAD, AUTHOR_SPECIALIST, COORDINATOR,
        *IMC, *DEPARTMENT, AUDITOR,
    ),
)

AUTHORS = (BASE_HEAD, AUTHOR_SPECIALIST)
INITIATOR = ("create", "submit")
EDITORS = (BASE_HEAD, COORDINATOR, AUTHOR_SPECIALIST)
ABANDONED = Due("abandoned", 30, "calendar", remind=(7,), then="expire", since="change",
    title="Черновик, к которому не возвращаются")
REWORK = Due("rework", 5, remind=(1,), escalate=((1, SPECIALIST),), title="Доработка заявки")
RETURNS_LEFT = says("возвратов ещё меньше предельного числа (настройка A-15)")(
    at_most("return", Setting("A-15"), instead="Примите решение по существу.")
)
FIT_TO_ASK = (
    filled, base_is_stable, name_is_free, schools_differ,
    base_is_not_invited, schools_exist,
    has_helped_school, directions_of_year, term_allowed, remarks_answered,
)
NO_LIMIT = "после отказа школ состав подбирают заново, сколько нужно; черновик истекает сам"

draft = process.state(
    "draft", "Черновик", due=ABANDONED, waits_for=AUTHORS, edit=EDITORS, private=True,
    unlimited=NO_LIMIT,
)
collecting = process.state("collecting_consents", "Сбор согласий", ballot=consents)
ready = process.state("ready", "Готово к подаче", due=ABANDONED, waits_for=BASE_HEAD)
submitted = process.state(
    "submitted", "На заключении методического центра", waits_for=(METHODIST,),
    due=Due(
        "imc_opinion", 5, remind=(1,), escalate=((1, IMC_HEAD), (3, DEPARTMENT_HEAD)), august=2,
            title="Заключение методического центра"
    ),
)
review = process.state(
    "dept_review", "На рассмотрении у руководителя", waits_for=DEPARTMENT_HEAD,
    due=Due("department_review", 7, remind=(2,), escalate=((1, DEPARTMENT_HEAD),), august=2,
        title="Решение руководителя"),
)
returned = process.state(
    "returned", "На доработке", work=MEND, due=(REWORK, ABANDONED), waits_for=BASE_HEAD,
    edit=EDITORS,
)
ordering = process.state(
    "order_preparation", "Готовится приказ", no_deadline="срок стоит у самого приказа"
)
enacted = process.final("enacted", "Сеть создана")
rejected = process.final("rejected", "Отклонено")
withdrawn = process.final("withdrawn", "Отозвано")
expired = process.final("expired", "Срок истёк")

process.paper(
    "proposal", "Заявка о создании сети",
    fields=PROPOSAL, values=proposal, file_name=proposal_file,
)
process.paper(
    "consent_protocol", "Протокол согласий",
    fields=PROTOCOL, values=protocol, file_name=protocol_file,
)
process.paper("consent", "Согласия школ", fields=CONSENT, values=consent, file_name=consent_file)
process.paper(
    "imc_opinion",
    "Заключение методического центра",
    fields=OPINION,
    values=opinion,
    file_name=opinion_file,
)

process.start(
    "create", "Предложить сеть", draft, by=(BASE_HEAD, SPECIALIST), basis="P1, 1.3",
    if_=[initiative_allowed, base_is_stable], do=[take_number], past="Предложение сети начато",
)
process.move(
    "invite", "Пригласить школы", draft, collecting, by=AUTHORS, basis="P2, 1.5", style="primary",
    if_=FIT_TO_ASK, do=[remember_asked, snapshot, ask_schools], past="Школы приглашены в сеть",
)
process.when(
    "consents_complete", "Согласия собраны", consents.passed, collecting, ready, basis="P3",
    do=[silent_schools, keep_agreed, Paper("consent"), Paper("consent_protocol")],
)
process.move(
    "close_consents", "Завершить сбор согласий", collecting, collecting, by=AUTHORS,
    basis="P3, P4", if_=[consents.close_when_decided], do=[close_consents],
    unlimited="опрос закончен, второй раз завершить нечего", past="Сбор согласий завершён",
)
process.when(
    "consents_failed", "Согласий не хватило", consents.failed, collecting, draft, basis="P4",
    do=[quorum_failed],
)
process.when(
    "consents_lost", "Согласий больше не хватает", consents.failed, ready, draft, basis="C3",
    do=[quorum_failed],
)
process.move(
    "leave_out", "Продолжить без школы", ready, ready, by=BASE_HEAD, basis="P5", form=OneSchool,
    if_=[answered, somebody_hesitates, supported_remain], do=[leave_out],
    unlimited="каждый раз одной школой меньше", past="Предложение продолжено без школы",
)
process.move(
    "submit", "Подать на рассмотрение", ready, submitted, by=BASE_HEAD, basis="P5", style="primary",
    again="Подать снова",
    if_=[base_is_stable, consents_given, consents_fresh],
    do=[snapshot, renewed_consents, Paper("proposal")], past="Предложение подано на рассмотрение",
)
process.move(
    "endorse", "Дать заключение", submitted, review, by=IMC, basis="P6, 1.4", form=Opinion,
    apart=INITIATOR, style="primary", if_=[answered, wishes_written], do=[Paper("imc_opinion")],
    past="Заключение методического центра дано",
)
process.move(
    "return", "Вернуть с замечаниями", [submitted, review], returned,
    by=(*IMC, DEPARTMENT_HEAD), basis="P7", form=Remarks,
    if_=[answered, remarks_are_bound, RETURNS_LEFT], do=[keep_remarks],
    past="Предложение возвращено с замечаниями",
)
process.move(
    "resend", "Отправить повторно", returned, {ready: is_same_network, collecting: otherwise},
    by=BASE_HEAD, basis="P8", style="primary",
    if_=FIT_TO_ASK, do=[remember_asked, snapshot, ask_schools],
    past="Предложение отправлено повторно",
)
process.move(
    "approve", "Утвердить", review, ordering, by=DEPARTMENT_HEAD, basis="P9, 4.2", apart=INITIATOR,
    style="primary", bulk=True,
    if_=[statuses_hold, directions_in_force, networks_per_school, base_is_free,
         name_is_free, consents_given, term_allowed],
    do=[start_order], past="Предложение утверждено",
)
process.move(
    "reject", "Отклонить", review, rejected, by=DEPARTMENT_HEAD, basis="P10", form=Rejection,
    apart=INITIATOR, style="danger", if_=[answered], do=[rejected_letter],
    past="Предложение отклонено",
)
process.move(
    "withdraw", "Отозвать предложение",
    [draft, collecting, ready, submitted, review, returned, ordering], withdrawn,
    by=(AUTHOR_HEAD, AUTHOR_SPECIALIST), basis="P11", form=Reason, style="danger",
    if_=[answered, order_not_signed], do=[stop_order], past="Предложение отозвано",
)
process.on(
    Child(ORDER, "registered"), ordering, enacted,
    key="order_registered", title="Приказ зарегистрирован", basis="P12",
)
process.on(
    Child(ORDER, "cancelled"), ordering, review,
    key="order_cancelled", title="Приказ отменён", basis="P13",
    unlimited="сколько приказов отменит начальник, столько раз дело вернётся к нему",
)
process.move("expire", "Срок истёк", [draft, ready, returned], expired, by=SYSTEM_ROLE, basis="P14")
process.move(
    "exclude_school", "Исключить школу и подготовить приказ заново", ordering, ordering,
    by=DEPARTMENT_HEAD, basis="P15", form=OneSchool,
    if_=[answered, order_not_signed, supported_remain],
    do=[leave_out, snapshot, Paper("consent"), stop_order, start_order],
    unlimited="каждый раз одной школой меньше", past="Школа исключена, приказ готовится заново",
)
