"""Посещение сети: от поручения до протокола, с которым ознакомились (V1–V6)."""

from workflow_app.engine import (
    SYSTEM_ROLE,
    Appointments,
    Child,
    Due,
    Paper,
    Process,
    answered,
    at_most,
    filled,
    says,
    snapshot,
    stay,
)
from workflows.monitoring_visit.effects import (
    announce,
    announce_cancelling,
    enter_protocol,
    open_protocol,
    put_acknowledgement,
    put_another_day,
    put_another_visitor,
)
from workflows.monitoring_visit.form import (
    Acknowledged,
    AnotherDay,
    AnotherVisitor,
    Held,
    Visit,
    appointment,
    first_values,
    heading,
    named,
)
from workflows.monitoring_visit.papers import PROTOCOL, protocol, protocol_file
from workflows.monitoring_visit.rules import (
    another_day_fits,
    another_visitor_fits,
    day_is_ahead,
    day_was,
    doubts_are_explained,
    findings_fit,
    held_already,
    network_goes_on,
    school_is_of_network,
    something_was_looked_at,
    visitor_is_of_centre,
)
from workflows.roles import (
    AUDITOR,
    BASE_HEAD,
    COORDINATOR,
    DEPARTMENT,
    IMC,
    IMC_HEAD,
    MEMBER_HEAD,
    METHODIST,
)
from workflows.rules import Explanation, Reason
from workflows.visits import VISITOR, follow_composition

process = Process(
    "monitoring_visit",
    "Посещение сети",
    version=1,
    form=Visit,
    basis="1.4, 4.1",
    parties={"base": lambda data: (data.base,), "members": lambda data: data.members},
    posts={"visitor": lambda data: (data.visitor,)},
    plural="Посещения сетей",
    about=lambda data: f"network/{data.network}" if data.network else "",
    heading=heading,
    appointments=Appointments(appointment, (VISITOR, BASE_HEAD, COORDINATOR)),
    prefill=first_values,
    kept=named,
    stop="end_visit",
    watcher=IMC_HEAD,
    readers=(BASE_HEAD, COORDINATOR, MEMBER_HEAD, VISITOR, *IMC, *DEPARTMENT, AUDITOR),
)

planning = process.state(
    "visit_entrusted", "Готовится", waits_for=VISITOR, edit=(VISITOR, *IMC), private=True,
    work="Запланировать посещение",
    due=Due("visit_planning", 10, remind=(3,), escalate=((1, IMC_HEAD),),
        title="Подготовка посещения"),
)
planned = process.state(
    "visit_planned", "Запланировано", waits_for=VISITOR,
    work="Провести посещение и написать протокол",
    due=Due("visit", unit="calendar", remind=(3,), escalate=((1, IMC_HEAD),),
            on=says("в день посещения")(lambda case: case.data.planned_on)),
)
writing = process.state(
    "protocol_written", "Пишется протокол", waits_for=VISITOR, edit=(VISITOR, IMC_HEAD),
    only=("held_on", "checklist", "findings", "conclusion"), private=True,
    due=Due("visit_protocol", 3, remind=(1,), escalate=((1, IMC_HEAD),),
        title="Протокол посещения"),
)
acknowledging = process.state(
    "protocol_sent", "Ждёт ознакомления", waits_for=BASE_HEAD,
    due=Due("visit_acknowledgement", 3, remind=(1,), escalate=((1, IMC_HEAD),),
        title="Ознакомление с протоколом"),
)
held = process.final("visit_held", "Проведено")
cancelled = process.final("visit_cancelled", "Отменено", aside=True)

process.paper(
    "visit_protocol", "Протокол посещения",
    fields=PROTOCOL, values=protocol, file_name=protocol_file,
)

process.start(
    "entrust_visit", "Запланировать посещение", planning, by=(SYSTEM_ROLE, METHODIST, IMC_HEAD),
    basis="V1, 1.4", past="Подготовка посещения начата",
)
process.move(
    "plan_visit", "Запланировать", planning, planned, by=IMC, basis="V1, 1.4", style="primary",
    if_=[filled, network_goes_on, school_is_of_network, day_is_ahead, visitor_is_of_centre],
    do=[announce], past="Посещение запланировано",
)
process.move(
    "put_off_visit", "Перенести", planned, stay, by=(VISITOR, IMC_HEAD), basis="V2",
    form=AnotherDay, do=[put_another_day],
    if_=[answered, another_day_fits,
         at_most("put_off_visit", 3, instead="Отмените посещение и запланируйте другое.")],
    past="Посещение перенесено",
)
process.move(
    "hand_over_visit", "Поручить другому", planned, stay, by=IMC_HEAD, basis="V2",
    form=AnotherVisitor, if_=[answered, another_visitor_fits], do=[put_another_visitor],
    unlimited="посещение поручают другому, сколько нужно",
    past="Посещение поручено другому методисту",
)
process.move(
    "open_protocol", "Посещение прошло: написать протокол", planned, writing,
    by=(VISITOR, IMC_HEAD), basis="V3, 1.4", form=Held, style="primary",
    if_=[answered, held_already], do=[open_protocol], past="Посещение прошло, начат протокол",
)
process.move(
    "send_protocol", "Составить протокол", writing, acknowledging, by=(VISITOR, IMC_HEAD),
    basis="V4, 1.4", style="primary",
    if_=[filled, day_was, doubts_are_explained, something_was_looked_at, findings_fit],
    do=[snapshot, enter_protocol, Paper("visit_protocol")], past="Протокол посещения составлен",
)
process.move(
    "take_note", "Ознакомиться с протоколом", acknowledging, held, by=BASE_HEAD, basis="V5, 1.4",
    form=Acknowledged, apart="send_protocol", style="primary",
    do=[put_acknowledgement, Paper("visit_protocol")],
    past="Директор базовой школы ознакомлен с протоколом",
)
process.move(
    "close_visit", "Закрыть без ознакомления", acknowledging, held, by=IMC_HEAD, basis="V5",
    form=Explanation, if_=[answered], past="Посещение закрыто без ознакомления",
)
process.move(
    "cancel_visit", "Отменить выезд", [planning, planned], cancelled, by=(VISITOR, IMC_HEAD),
    basis="V6", form=Reason, style="danger", if_=[answered], do=[announce_cancelling],
    past="Посещение отменено",
)
for state in (planning, planned, writing, acknowledging):
    process.on(
        Child("network_change", "applied", of="subject"), state, state,
        key="composition_followed", title="Изменился состав сети", basis="N5",
        do=[follow_composition],
        unlimited="состав меняют, сколько нужно",
    )
process.on(
    Child("network_life", "closed", of="subject"), [planning, planned, writing], cancelled,
    key="network_closed", title="Сеть закрыта", basis="N9",
)
process.move(
    "end_visit", "Снять", [planning, planned, writing], cancelled, by=SYSTEM_ROLE, basis="V6",
    past="Посещение снято",
)
