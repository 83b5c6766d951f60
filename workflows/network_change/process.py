"""The change of a network as a table: states, then one row for each step."""

from workflow_app.engine import (
    SYSTEM_ROLE,
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
)
from workflows.network_change.ballots import INITIATORS, consents, council
from workflows.network_change.effects import (
    ask_council,
    ask_schools,
    ask_schools_at_once,
    order_takes_effect,
    outcome_letter,
    remember_names,
    remember_schools,
    said_of_sending,
    start_order,
    stop_order,
)
from workflows.network_change.form import Change, Opinion, first_values, heading, names
from workflows.network_change.papers import NOTICE, consent, exit_notice, notice, notice_file
from workflows.network_change.rules import (
    ORDER,
    activities_passed_on,
    calendar_is_filled,
    concerns_schools,
    effect_not_past,
    initiator_may,
    is_for_council,
    is_in_effect,
    network_is_open,
    networks_differ,
    new_base_is_stable,
    new_name_is_free,
    no_other_change,
    notice_given,
    order_is_revoked,
    order_not_signed,
    pause_ends,
    school_fits,
    supported_holds_status,
    supported_remain,
    term_allowed,
)
from workflows.roles import (
    ASKED_HEAD,
    AUDITOR,
    AUTHOR_COORDINATOR,
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
from workflows.rules import MEND, Explanation, Reason
from workflows.school_consents import CONSENT, consent_file

process = Process(
    "network_change",
    "Изменение сети",
    version=1,
    form=Change,
    basis="4.2, 5.1",
    parties={
        "base": lambda data: (data.base,),
        "members": lambda data: data.members,
        "asked": lambda data: data.asked,
    },
    about=lambda data: f"network/{data.network}" if data.network else "",
    heading=heading,
    prefill=first_values,
    kept=names,
    stop="drop",
    watcher=SPECIALIST,
    readers=(
        BASE_HEAD, MEMBER_HEAD, ASKED_HEAD, AUTHOR_HEAD, AUTHOR_COORDINATOR, AUTHOR_SPECIALIST,
        COORDINATOR, *IMC, *DEPARTMENT, AUDITOR,
    ),
)


FIT = (
    filled, network_is_open, no_other_change, initiator_may, school_fits, supported_holds_status,
    new_base_is_stable, supported_remain, notice_given, term_allowed, calendar_is_filled,
    effect_not_past, pause_ends, networks_differ, new_name_is_free, remarks_answered,
)
MENDED = "отклонённое советом или школами изменение правят, сколько нужно"
AGAIN = "сколько приказов отменит начальник, столько раз дело вернётся к нему"

draft = process.state(
    "draft", "Черновик", waits_for=INITIATORS, edit=INITIATORS, private=True, unlimited=MENDED,
    due=Due("abandoned", 30, "calendar", remind=(7,), then="drop", since="change",
        title="Черновик, к которому не возвращаются"),
)
council_vote = process.state("council", "Голосование совета", ballot=council)
asking = process.state("consents", "Согласия школ", ballot=consents)
opinion = process.state(
    "imc_opinion", "На заключении методического центра", waits_for=METHODIST,
    due=Due("imc_opinion", 5, remind=(1,), escalate=((1, IMC_HEAD), (3, DEPARTMENT_HEAD)),
        title="Заключение методического центра"),
)
review = process.state(
    "dept_review", "На рассмотрении у руководителя", waits_for=DEPARTMENT_HEAD, unlimited=AGAIN,
    due=Due("department_review", 7, remind=(2,), escalate=((1, DEPARTMENT_HEAD),),
        title="Решение руководителя"),
)
returned = process.state(
    "returned", "На доработке", work=MEND, waits_for=INITIATORS, edit=INITIATORS,
    due=Due("rework", 5, remind=(1,), escalate=((1, SPECIALIST),),
        title="Доработка заявки"), unlimited=MENDED,
)
ordering = process.state(
    "order_preparation", "Готовится приказ", no_deadline="срок стоит у самого приказа"
)
waiting = process.state(
    "waiting", "Ждёт даты вступления в силу",
    due=Due("effect", at_start=True, then="take_effect",
            on=says("в день вступления приказа в силу")(lambda case: case.data.effective_on),
            escalate=((3, SPECIALIST),)),
)
applied = process.final("applied", "Вступило в силу")
rejected = process.final("rejected", "Отклонено")
withdrawn = process.final("withdrawn", "Отозвано")

process.paper(
    "exit_notice", "Уведомление о выходе", fields=NOTICE, values=notice, file_name=notice_file
)
process.paper("consent", "Согласия школ", fields=CONSENT, values=consent, file_name=consent_file)

process.start(
    "request", "Изменить сеть", draft, basis="N2",
    by=(SYSTEM_ROLE, AUTHOR_COORDINATOR, AUTHOR_HEAD, SPECIALIST), do=[remember_names],
    past="Изменение сети начато",
)
process.move(
    "send", "Отправить", [draft, returned],
    {council_vote: is_for_council, asking: concerns_schools, opinion: otherwise}, by=INITIATORS,
    basis="N2, 5.1", style="primary", again="Отправить снова", if_=FIT,
    do=[remember_schools, snapshot, exit_notice, ask_council, ask_schools_at_once],
    past="Изменение сети отправлено на согласование", done=said_of_sending,
)
for asked, question in ((council_vote, council), (asking, consents)):
    process.move(
        "close_vote", "Завершить опрос", asked, asked, by=INITIATORS, basis="5.1",
        if_=[question.close_when_decided], do=[question.close],
        unlimited="опрос закончен, второй раз завершить нечего", past="Опрос завершён",
    )
process.when(
    "council_for", "Совет за изменение", council.passed, council_vote,
    {asking: concerns_schools, opinion: otherwise}, basis="N2, A-05", do=[ask_schools],
    past="Совет поддержал изменение",
)
process.when(
    "council_against", "Совет не поддержал", council.failed, council_vote, draft, basis="N2",
    do=[outcome_letter], past="Совет не поддержал изменение",
)
process.when(
    "schools_agree", "Школы согласны", consents.passed, asking, opinion, basis="1.5",
    do=[Paper("consent")],
)
process.when(
    "schools_refuse", "Школы не согласны", consents.failed, asking, draft, basis="1.5",
    do=[outcome_letter],
)
process.move(
    "give_opinion", "Дать заключение", opinion, review, by=IMC, basis="N2, 1.4", form=Opinion,
    apart="send", style="primary", if_=[answered], past="Заключение методического центра дано",
)
process.move(
    "return", "Вернуть с замечаниями", [opinion, review], returned, by=(*IMC, DEPARTMENT_HEAD),
    basis="P7", form=Remarks, if_=[answered, remarks_are_bound], do=[keep_remarks],
    past="Изменение сети возвращено с замечаниями",
)
process.move(
    "approve", "Утвердить", review, ordering, by=DEPARTMENT_HEAD, basis="4.2", apart="send",
    style="primary", bulk=True,
    if_=[network_is_open, school_fits, supported_holds_status, new_base_is_stable,
         supported_remain, activities_passed_on, effect_not_past],
    do=[start_order], past="Изменение сети утверждено",
)
process.move(
    "reject", "Отклонить", review, rejected, by=DEPARTMENT_HEAD, basis="4.2", form=Explanation,
    apart="send", style="danger", if_=[answered], do=[outcome_letter],
    past="Изменение сети отклонено",
)
process.move(
    "withdraw", "Отозвать", [draft, council_vote, asking, opinion, review, returned, ordering],
    withdrawn, by=INITIATORS, form=Reason, style="danger", if_=[answered, order_not_signed],
    do=[stop_order], past="Изменение сети отозвано",
)
process.on(
    Child(ORDER, "registered"), ordering, {applied: is_in_effect, waiting: otherwise},
    key="order_registered", title="Приказ зарегистрирован", basis="N5",
)
process.on(
    Child(ORDER, "cancelled"), ordering, review,
    key="order_cancelled", title="Приказ отменён", basis="P13",
)
process.move(
    "take_effect", "Вступить в силу", waiting, {withdrawn: order_is_revoked, applied: otherwise},
    by=SYSTEM_ROLE, basis="N5, 4.2", do=[order_takes_effect],
    past="Наступил день вступления в силу",
)
process.move(
    "drop", "Снять", [draft, returned], withdrawn, by=SYSTEM_ROLE,
    past="Изменение сети снято",
)
