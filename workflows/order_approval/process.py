"""The order as a table: states, then one row for each step."""

from workflow_app.engine import (
    PAPER_SCAN,
    SYSTEM_ROLE,
    Accepted,
    Due,
    Paper,
    Process,
    Withdraw,
    answered,
    filled,
    stay,
)
from workflows.coordinators import head_is_coordinator
from workflows.order_approval.ballots import (
    a_visa_is_vacant,
    acknowledgement,
    ask_to_publish,
    clear_visas,
    everybody_has_read,
    leave_vacant_out,
    publication,
    visas,
    visas_fit_text,
)
from workflows.order_approval.composition import composition_is_approved, composition_is_sound
from workflows.order_approval.effects import (
    REVOCATION,
    begin,
    begin_directions,
    begin_results,
    begin_statuses,
    by_kind,
    gather_advice,
    name_revoked,
    on_the_day,
    order_paper,
    put_number,
    put_signature,
    registered_letter,
    remember_schools,
    said_of_registration,
    set_dates,
)
from workflows.order_approval.form import (
    Order,
    Registration,
    Scan,
    Signature,
    first_values,
    heading,
    kept,
    shown_to,
)
from workflows.order_approval.kinds import CREATE, EXTEND, EXTENSION, REVOKE
from workflows.order_approval.limits import DATED, TO_SEND, only
from workflows.order_approval.papers import ORDER, order, order_file
from workflows.order_approval.papers_of_change import (
    AMEND_PAPER,
    CLOSE_PAPER,
    EXTEND_PAPER,
    REVOKE_PAPER,
    amend,
    close,
    extend,
    revoke,
)
from workflows.order_approval.papers_of_year import (
    DIRECTIONS_PAPER,
    RESULTS_PAPER,
    STATUSES_PAPER,
    directions_of_year,
    results_of_year,
    statuses_of_year,
)
from workflows.order_approval.rules import (
    another_year_in_title,
    basis_in_force,
    basis_to_replace,
    date_in_sequence,
    date_is_possible,
    is_begun_by_hand,
    made_already,
    new_name_is_free,
    not_revoked,
    nothing_is_missing,
    number_is_free,
    order_not_late,
    signer_is_known,
    still_to_come,
)
from workflows.order_approval.sheets import (
    ACQUAINTANCE,
    AGREEMENT,
    acquaintance_file,
    acquaintance_sheet,
    agreement_file,
    agreement_sheet,
)
from workflows.roles import (
    AUDITOR,
    BASE_HEAD,
    CLERK,
    DEPARTMENT,
    DEPARTMENT_HEAD,
    DEPUTY,
    IMC,
    MEMBER_HEAD,
    SPECIALIST,
)
from workflows.rules import MEND, Reason, base_is_free, name_is_free, statuses_hold

process = Process(
    "order_approval",
    "Приказ",
    version=1,
    form=Order,
    basis="4.2, 5.2",
    parties={
        "base": lambda data: (data.base,),
        "members": lambda data: (*(member.school for member in data.members), *shown_to(data)),
    },
    heading=heading,
    kept=kept,
    stop="drop",
    prefill=first_values,
    watcher=SPECIALIST,
    readers=(BASE_HEAD, MEMBER_HEAD, *IMC, *DEPARTMENT, AUDITOR),
    warnings=(head_is_coordinator, basis_to_replace, another_year_in_title, made_already),
)

APPROVED = (composition_is_approved, composition_is_sound, *TO_SEND)
NAMES_FREE = (*(only(guard, CREATE) for guard in (base_is_free, name_is_free)), new_name_is_free)
IN_TIME = only(order_not_late, *DATED)

BY_SIGNER = Accepted("A-14", "order", words={PAPER_SCAN: "скан подписанного приказа"})

PREPARATION = Due("order", 3, remind=(1,), escalate=((1, DEPUTY),), august=1,
    title="Проект приказа")

draft = process.state(
    "draft", "Проект", due=PREPARATION, waits_for=SPECIALIST, edit=SPECIALIST,
)
agreement = process.state("on_agreement", "На визировании", ballot=visas)
signature = process.state(
    "on_signature", "На подписи", waits_for=DEPARTMENT_HEAD,
    due=Due("signature", 2, remind=(1,), escalate=((1, DEPUTY),), title="Подпись приказа"),
)
returned = process.state(
    "returned", "Возвращён", work=MEND, due=PREPARATION, waits_for=SPECIALIST, edit=SPECIALIST,
    unlimited="число возвратов проекта Положением не ограничено",
)
signed = process.state(
    "signed", "Подписан", waits_for=CLERK,
    due=Due("registration", 1, escalate=((1, DEPUTY),), title="Регистрация приказа"),
)
registered = process.state(
    "registered", "Зарегистрирован", no_deadline="сроки стоят у ознакомления и публикации",
    unlimited="запись бессрочна, скан можно заменить",
)
process.ask(acknowledgement)
process.ask(publication)
cancelled = process.final("cancelled", "Отменён")
dropped = process.final("dropped", "Снят с подготовки")

process.paper(
    "order_create", "Приказ о создании сети", fields=ORDER, values=order, file_name=order_file
)
process.paper(
    "order_amend", "Приказ об изменении сети", fields=AMEND_PAPER, values=amend,
    file_name=order_file,
)
process.paper(
    "order_extend", "Приказ о продлении сетей", fields=EXTEND_PAPER, values=extend,
    file_name=order_file,
)
process.paper(
    "order_close", "Приказ о прекращении деятельности сети", fields=CLOSE_PAPER, values=close,
    file_name=order_file,
)
process.paper(
    "order_directions", "Приказ о направлениях", fields=DIRECTIONS_PAPER,
    values=directions_of_year, file_name=order_file,
)
process.paper(
    "order_statuses", "Приказ о статусах", fields=STATUSES_PAPER, values=statuses_of_year,
    file_name=order_file,
)
process.paper(
    "order_results", "Приказ об итогах года", fields=RESULTS_PAPER, values=results_of_year,
    file_name=order_file,
)
process.paper(
    "order_revoke", "Приказ об отмене приказа", fields=REVOKE_PAPER, values=revoke,
    file_name=order_file,
)
process.paper(
    "agreement_sheet", "Лист согласования",
    fields=AGREEMENT, values=agreement_sheet, file_name=agreement_file,
)
process.paper(
    "ack_sheet", "Лист ознакомления",
    fields=ACQUAINTANCE, values=acquaintance_sheet, file_name=acquaintance_file,
)

process.start(
    "generate", "Подготовить приказ", draft, by=SYSTEM_ROLE, basis="O1",
    do=[set_dates, order_paper], past="Проект приказа подготовлен",
)
process.start(
    "fix_directions", "Приказ о направлениях", draft, by=SPECIALIST, basis="5.2, Y3",
    do=[begin_directions], past="Начат проект приказа о направлениях",
)
process.start(
    "fix_statuses", "Приказ о статусах", draft, by=SPECIALIST, basis="1.3, Y2", do=[begin_statuses],
    past="Начат проект приказа о статусах",
)
process.start(
    "extend_networks", "Приказ о продлении сетей", draft, by=SPECIALIST, basis="A-04",
    do=[begin(EXTEND, EXTENSION)],
    past="Начат проект приказа о продлении сетей",
)
process.start(
    "sum_up_year", "Приказ об итогах года", draft, by=SPECIALIST, basis="4.3, R6",
    do=[begin_results, gather_advice], past="Начат проект приказа об итогах года",
)
process.start(
    "revoke_order", "Приказ об отмене приказа", draft, by=SPECIALIST, basis="O11",
    do=[begin(REVOKE, REVOCATION)], past="Начат проект приказа об отмене приказа",
)
process.move(
    "send", "Отправить на визирование", [draft, returned], agreement, by=SPECIALIST, basis="O2",
    style="primary", bulk=True, if_=[filled, *APPROVED, signer_is_known, nothing_is_missing],
    do=[remember_schools, gather_advice, name_revoked, order_paper, clear_visas],
    past="Проект приказа отправлен на визирование",
)
process.move(
    "go_without", "Продолжить без визы свободной должности", agreement, agreement, by=SPECIALIST,
    basis="O3", if_=[a_visa_is_vacant], do=[leave_vacant_out],
    unlimited="каждый раз одной визой меньше",
    past="Визирование продолжено без визы свободной должности",
)
process.when(
    "visas_complete", "Все визы собраны", visas.passed, agreement, signature, basis="O3",
    do=[Paper("agreement_sheet")],
)
process.when(
    "visa_refused", "Есть возражение", visas.failed, agreement, returned, basis="O4",
    past="Получено возражение, проект возвращён",
)
process.move(
    "return_from_signature", "Вернуть на доработку", signature, returned, by=DEPARTMENT_HEAD,
    basis="O5", form=Reason, if_=[answered], past="Проект приказа возвращён на доработку",
)
process.move(
    "sign", "Подписать", signature, signed, by=DEPARTMENT_HEAD, basis="O6", form=Signature,
    apart="send", style="primary", signed=BY_SIGNER, bulk=True,
    if_=[visas_fit_text, basis_in_force, *APPROVED, only(statuses_hold, CREATE), *NAMES_FREE,
         IN_TIME],
    do=[put_signature, order_paper, Paper("agreement_sheet")], past="Приказ подписан",
)
process.move(
    "register", "Зарегистрировать", signed, registered, by=CLERK, basis="O7", form=Registration,
    style="primary", bulk=True,
    if_=[date_is_possible, date_in_sequence, number_is_free, *NAMES_FREE, *APPROVED, IN_TIME],
    do=[put_number, by_kind, order_paper, Paper("agreement_sheet"), acknowledgement.open,
        ask_to_publish, Paper("ack_sheet"), registered_letter],
    past="Приказ зарегистрирован", done=said_of_registration,
)
process.move(
    "take_effect", "Вступить в силу", registered, stay, by=SYSTEM_ROLE, basis="N5, 4.2",
    if_=[still_to_come, not_revoked], do=[on_the_day], past="Приказ вступил в силу",
)
process.move(
    "lose_force", "Утратить силу", registered, stay, by=SYSTEM_ROLE, basis="O11",
    do=[acknowledgement.close, publication.close], past="Приказ утратил силу",
)
process.when(
    "all_acknowledged", "Все ознакомились", everybody_has_read, registered, registered, basis="O9",
    do=[Paper("ack_sheet")],
)
process.move(
    "upload_scan", "Приложить скан", registered, registered, by=CLERK, basis="O8", form=Scan,
    if_=[answered], past="Скан приказа приложен",
)
process.move(
    "cancel", "Отменить приказ", [draft, agreement, returned, signature], cancelled,
    by=DEPARTMENT_HEAD, basis="O10", form=Reason, style="danger", if_=[answered],
    past="Приказ отменён",
)
process.move(
    "cancel", "Отменить приказ", signed, cancelled, by=DEPARTMENT_HEAD, basis="O10, 7.2",
    form=Reason, style="danger", if_=[answered], do=[Withdraw()], past="Приказ отменён",
)
process.move(
    "drop_order_draft", "Удалить черновик", draft, dropped, by=SPECIALIST, basis="O10",
    style="danger", if_=[is_begun_by_hand], past="Черновик приказа удалён",
)
process.move(
    "drop", "Снять с подготовки", [draft, agreement, returned, signature], dropped,
    by=SYSTEM_ROLE, basis="P11, P15", past="Проект приказа снят с подготовки",
)
