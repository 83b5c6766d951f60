"""The order as a table: states, then one row for each step."""

from workflow_app.engine import SYSTEM_ROLE, Due, Paper, Process, answered, filled
from workflows.order_approval.ballots import (
    acknowledgement,
    ask_to_publish,
    clear_visas,
    everybody_has_read,
    publication,
    visas,
    visas_fit_text,
)
from workflows.order_approval.effects import (
    by_kind,
    order_paper,
    put_number,
    put_signature,
    registered_letter,
)
from workflows.order_approval.form import Order, Registration, Scan, Signature, first_values
from workflows.order_approval.papers import ORDER, order, order_file
from workflows.order_approval.rules import (
    basis_in_force,
    composition_is_approved,
    date_in_sequence,
    date_is_possible,
    number_is_free,
    order_not_late,
    signer_is_known,
)
from workflows.order_approval.sheets import (
    ACQUAINTANCE,
    AGREEMENT,
    acquaintance_file,
    acquaintance_sheet,
    agreement_file,
    agreement_sheet,
)
from workflows.roles import AUDITOR, CLERK, DEPARTMENT, DEPARTMENT_HEAD, DEPUTY, IMC, SPECIALIST
from workflows.rules import Reason, base_is_free, name_is_free, statuses_hold

process = Process(
    "order_approval",
    "Приказ",
    version=1,
    form=Order,
    basis="4.2, 5.2",
    parties={
        "base": lambda data: (data.base,),
        "members": lambda data: (member.school for member in data.members),
    },
    heading=lambda data: data.title,
    stop="drop",
    prefill=first_values,
    watcher=SPECIALIST,
    readers=(*IMC, *DEPARTMENT, AUDITOR),
)

PREPARATION = Due("order", 3, remind=(1,), escalate=((1, DEPUTY),), august=1)

draft = process.state(
    "draft", "Проект", due=PREPARATION, waits_for=SPECIALIST, edit=SPECIALIST,
)  # fmt: skip
agreement = process.state("on_agreement", "На визировании", ballot=visas)
signature = process.state(
    "on_signature", "На подписи", waits_for=DEPARTMENT_HEAD,
    due=Due("signature", 2, remind=(1,), escalate=((1, DEPUTY),)),
)  # fmt: skip
returned = process.state(
    "returned", "Возвращён", due=PREPARATION, waits_for=SPECIALIST, edit=SPECIALIST,
    unlimited="число возвратов проекта Положением не ограничено",
)  # fmt: skip
signed = process.state(
    "signed", "Подписан", waits_for=CLERK,
    due=Due("registration", 1, escalate=((1, DEPUTY),)),
)  # fmt: skip
registered = process.state(
    "registered", "Зарегистрирован", no_deadline="сроки стоят у ознакомления и публикации",
    unlimited="запись бессрочна, скан можно заменить",
)  # fmt: skip
process.ask(acknowledgement)
process.ask(publication)
cancelled = process.final("cancelled", "Отменён")
dropped = process.final("dropped", "Снят с подготовки")

process.paper(
    "order_create", "Приказ о создании сети", fields=ORDER, values=order, file_name=order_file
)
process.paper(
    "agreement_sheet", "Лист согласования",
    fields=AGREEMENT, values=agreement_sheet, file_name=agreement_file,
)  # fmt: skip
process.paper(
    "ack_sheet", "Лист ознакомления",
    fields=ACQUAINTANCE, values=acquaintance_sheet, file_name=acquaintance_file,
)  # fmt: skip

process.start(
    "generate", "Подготовить приказ", draft, by=SYSTEM_ROLE, basis="O1",
    do=[order_paper],
)  # fmt: skip
process.move(
    "send", "Отправить на визирование", [draft, returned], agreement, by=SPECIALIST, basis="O2",
    style="primary", bulk=True, if_=[filled, composition_is_approved, signer_is_known],
    do=[order_paper, clear_visas],
)  # fmt: skip
process.when(
    "visas_complete", "Все визы собраны", visas.passed, agreement, signature, basis="O3",
    do=[Paper("agreement_sheet")],
)  # fmt: skip
process.when("visa_refused", "Есть возражение", visas.failed, agreement, returned, basis="O4")
process.move(
    "return_from_signature", "Вернуть на доработку", signature, returned, by=DEPARTMENT_HEAD,
    basis="O5", form=Reason, if_=[answered],
)  # fmt: skip
process.move(
    "sign", "Подписать", signature, signed, by=DEPARTMENT_HEAD, basis="O6", form=Signature,
    apart="send", style="primary", signed=True, bulk=True,
    if_=[visas_fit_text, basis_in_force, composition_is_approved, statuses_hold, base_is_free,
         name_is_free, order_not_late],
    do=[put_signature, order_paper, Paper("agreement_sheet")],
)  # fmt: skip
process.move(
    "register", "Зарегистрировать", signed, registered, by=CLERK, basis="O7", form=Registration,
    style="primary", bulk=True,
    if_=[date_is_possible, date_in_sequence, number_is_free, base_is_free, name_is_free,
         order_not_late],
    do=[put_number, by_kind, order_paper, Paper("agreement_sheet"), acknowledgement.open,
        ask_to_publish, Paper("ack_sheet"), registered_letter],
)  # fmt: skip
process.when(
    "all_acknowledged", "Все ознакомились", everybody_has_read, registered, registered, basis="O9",
    do=[Paper("ack_sheet")],
)  # fmt: skip
process.move(
    "upload_scan", "Приложить скан", registered, registered, by=CLERK, basis="O8", form=Scan,
    if_=[answered],
)  # fmt: skip
process.move(
    "cancel", "Отменить приказ", [draft, agreement, returned, signature], cancelled,
    by=DEPARTMENT_HEAD, basis="O10", form=Reason, style="danger", if_=[answered],
)  # fmt: skip
process.move(
    "drop", "Снять с подготовки", [draft, agreement, returned, signature], dropped,
    by=SYSTEM_ROLE, basis="P11, P15",
)  # fmt: skip
