"""Замечание посещения: кто устраняет, кто подтверждает, кто узнаёт о сроке (F1–F5)."""

from workflow_app.engine import (
    SYSTEM_ROLE,
    Child,
    Due,
    Process,
    answered,
    at_most,
    otherwise,
    says,
    stay,
)
from workflows.finding.form import (
    ANSWERING,
    AnotherTerm,
    Finding,
    Mended,
    addressed,
    leading,
)
from workflows.finding.rules import (
    addressee_left,
    another_term_fits,
    follow_network,
    is_not_of_addressee,
    put_mended,
    put_term,
    stands,
)
from workflows.roles import (
    AUDITOR,
    BASE_HEAD,
    COORDINATOR,
    DEPARTMENT,
    IMC,
    IMC_HEAD,
)
from workflows.rules import Explanation
from workflows.visits import VISITOR

process = Process(
    "finding",
    "Замечание посещения",
    version=1,
    form=Finding,
    basis="1.4",
    parties={
        "addressee": addressed, "leading": leading, "base": lambda data: (data.base,),
    },
    posts={"visitor": lambda data: (data.visitor,)},
    plural="Замечания посещений",
    heading=lambda data: f"Замечание: {data.text[:80]}",
    stop="end_finding",
    watcher=IMC_HEAD,
    readers=(*ANSWERING, BASE_HEAD, COORDINATOR, VISITOR, *IMC, *DEPARTMENT, AUDITOR),
)

AGAIN = "замечание возвращают, пока оно не устранено"
ORDERED = "состав меняют, сколько нужно"

mending = process.state(
    "being_mended", "Устраняется", waits_for=ANSWERING, unlimited=AGAIN,
    due=Due("finding", unit="calendar", remind=(5,), escalate=((1, IMC_HEAD),),
            on=says("к сроку замечания")(lambda case: case.data.due_on)),
)
reported = process.state(
    "reported_mended", "Ждёт подтверждения", waits_for=VISITOR, unlimited=AGAIN,
    work="Проверить, что замечание устранено",
    due=Due("finding_check", 5, remind=(1,), escalate=((1, IMC_HEAD),),
        title="Подтверждение устранения"),
)
confirmed = process.final("mended", "Устранено")
withdrawn = process.final("finding_withdrawn", "Снято")

OPEN = [mending, reported]

process.start(
    "issue_finding", "Направить замечание", mending, by=SYSTEM_ROLE, basis="F1, 1.4",
    past="Замечание направлено",
)
process.move(
    "report_mended", "Сообщить, что устранено", mending, reported, by=ANSWERING, basis="F2",
    form=Mended, style="primary", if_=[answered], do=[put_mended],
    past="Сообщено, что замечание устранено",
)
process.move(
    "confirm_mended", "Подтвердить", reported, confirmed, by=IMC, basis="F3, 1.4",
    apart="report_mended", style="primary", bulk=True, if_=[is_not_of_addressee],
    do=[stands("confirmed")], past="Устранение замечания подтверждено",
)
process.move(
    "return_mended", "Вернуть: не устранено", reported, mending, by=IMC, basis="F3",
    apart="report_mended", form=Explanation, if_=[answered, is_not_of_addressee],
    do=[stands("open")], past="Замечание возвращено: не устранено",
)
process.move(
    "move_term", "Перенести срок", mending, stay, by=IMC, basis="F4", form=AnotherTerm,
    if_=[answered, another_term_fits, is_not_of_addressee,
         at_most("move_term", 2, instead="Замечание устраняют или снимают.")],
    do=[put_term], past="Срок устранения замечания перенесён",
)
process.move(
    "withdraw_finding", "Снять", OPEN, withdrawn, by=IMC, basis="F5", apart="report_mended",
    form=Explanation, style="danger", if_=[answered, is_not_of_addressee],
    do=[stands("withdrawn")], past="Замечание снято",
)
for state in OPEN:
    process.on(
        Child("network_change", "applied", of="subject"), state,
        {withdrawn: addressee_left, state: otherwise}, key="composition_followed",
        title="Изменился состав сети", basis="N5", unlimited=ORDERED, do=[follow_network],
    )
process.on(
    Child("network_life", "closed", of="subject"), OPEN, withdrawn, key="network_closed",
    title="Сеть закрыта", basis="N9", do=[stands("withdrawn")],
)
process.move(
    "end_finding", "Снять", OPEN, withdrawn, by=SYSTEM_ROLE, do=[stands("withdrawn")],
    past="Замечание снято",
)
