"""Консультация: состояния, потом строка за строкой (Regulation 1.4; A-12)."""

from workflow_app.engine import (
    SYSTEM_ROLE,
    Appointments,
    Due,
    Process,
    answered,
    at_most,
    filled,
    says,
    stay,
)
from workflows.consultation.form import (
    ASKING,
    CONSULTANT,
    Another,
    Colleague,
    Declined,
    More,
    Offer,
    Question,
    Result,
    Written,
    first_values,
    heading,
    meeting,
)
from workflows.consultation.rules import (
    colleague_fits,
    enter_question,
    held_after_question,
    held_already,
    held_as_agreed,
    is_overdue,
    mark_late,
    meets_another,
    meets_on_day_off,
    network_is_own,
    not_asked_today,
    put_agreed,
    put_answer,
    put_colleague,
    put_declined,
    put_more,
    put_nobody,
    put_offer,
    put_result,
    put_taker,
    put_term,
    put_wish,
    put_withdrawn,
    tell_declined,
    time_is_ahead,
)
from workflows.roles import AUDITOR, DEPARTMENT, IMC, IMC_HEAD, METHODIST
from workflows.rules import Reason

process = Process(
    "consultation",
    "Консультация",
    version=1,
    form=Question,
    basis="1.4",
    parties={"school": lambda data: (data.school,)},
    posts={"methodist": lambda data: (data.methodist,)},
    plural="Консультации",
    heading=heading,
    appointments=Appointments(meeting, (*ASKING, CONSULTANT)),
    prefill=first_values,
    stop="drop_question",
    watcher=IMC_HEAD,
    readers=(*ASKING, CONSULTANT, *IMC, *DEPARTMENT, AUDITOR),
    warnings=(is_overdue, meets_on_day_off, meets_another),
)

ANSWER = Due(
    "consultation_answer", remind=(1,), then="escalate_question",
    on=says("через рабочие дни настройки A-12 после вопроса")(lambda case: case.data.answer_by),
)
"""One term from the question to its answer or an agreed time, whoever has it meanwhile."""
AGAIN = "вопрос передают и переносят, пока на него не ответят; срок ответа при этом идёт"

draft = process.state(
    "question_draft", "Черновик вопроса", waits_for=ASKING, edit=ASKING, private=True,
    due=Due("abandoned", 30, "calendar", remind=(7,), then="drop_question", since="change",
        title="Черновик, к которому не возвращаются"),
)
asked = process.state(
    "question_asked", "Ждёт методиста", waits_for=METHODIST, due=ANSWER, unlimited=AGAIN
)
taken = process.state(
    "with_methodist", "У методиста", waits_for=CONSULTANT, due=ANSWER, unlimited=AGAIN,
    work="Ответить школе или предложить время",
)
offered = process.state(
    "time_offered", "Предложено время", waits_for=ASKING, due=ANSWER, unlimited=AGAIN
)
agreed = process.state(
    "time_agreed", "Время согласовано", waits_for=CONSULTANT, unlimited=AGAIN,
    work="Провести консультацию и записать итог",
    due=Due("consultation_day", unit="calendar", remind=(1,), escalate=((2, IMC_HEAD),),
            on=says("в согласованный день")(lambda case: case.data.offered_on)),
)
overdue = process.state(
    "answer_overdue", "Срок ответа прошёл: у руководителя методического центра",
    waits_for=(IMC_HEAD, CONSULTANT), work="Поручить просроченный вопрос или ответить на него",
    due=Due("consultation_overdue", 2, remind=(1,), escalate=((1, IMC_HEAD),),
        title="Ответ руководителя центра"),
    unlimited=AGAIN, aside=True,
)
answer_given = process.state(
    "question_answered", "Ответ дан", waits_for=ASKING, work="Прочитать ответ",
    due=Due("consultation_enough", 5, remind=(1,), then="let_rest", title="Достаточен ли ответ"),
)
consulted = process.final("consulted", "Завершена")
declined = process.final("question_declined", "Отклонена")
withdrawn = process.final("question_withdrawn", "Отозвана")

WAITING = [asked, taken, offered, overdue]

process.start(
    "begin_question", "Запросить консультацию", draft, by=ASKING, basis="1.4",
    past="Вопрос начат",
)
process.move(
    "ask_centre", "Отправить в методический центр", draft, asked, by=ASKING, basis="1.4",
    style="primary", if_=[filled, network_is_own, not_asked_today], do=[enter_question],
    past="Вопрос отправлен в методический центр",
)
process.move(
    "take_question", "Взять вопрос", asked, taken, by=(METHODIST, IMC_HEAD), basis="1.4",
    style="primary", bulk=True, do=[put_taker], past="Вопрос взят в работу",
)
process.move(
    "release_question", "Вернуть в общую очередь", taken, asked, by=CONSULTANT, do=[put_nobody],
    past="Вопрос возвращён в общую очередь",
)
process.move(
    "assign_question", "Поручить методисту", asked, taken, by=IMC_HEAD, basis="1.4",
    form=Colleague, if_=[answered, colleague_fits], do=[put_colleague],
    past="Вопрос поручен методисту",
)
process.move(
    "pass_question", "Передать коллеге", [taken, offered, agreed], stay, by=(CONSULTANT, IMC_HEAD),
    form=Colleague, if_=[answered, colleague_fits], do=[put_colleague],
    unlimited="вопрос передают, сколько нужно: срок ответа при этом идёт",
    past="Вопрос передан коллеге",
)
process.move(
    "write_answer", "Ответить письменно", [taken, offered, agreed, overdue], answer_given,
    by=(CONSULTANT, IMC_HEAD), basis="1.4", form=Written, style="primary", if_=[answered],
    do=[put_answer], past="Ответ дан письменно",
)
process.move(
    "offer_time", "Предложить время", [taken, offered, agreed], offered, by=CONSULTANT,
    basis="1.4", form=Offer, if_=[answered, time_is_ahead], do=[put_offer],
    past="Время консультации предложено",
)
process.move(
    "agree_to_time", "Подходит", offered, agreed, by=ASKING, basis="1.4", style="primary",
    apart="offer_time", do=[put_agreed], past="Время консультации согласовано",
)
process.move(
    "ask_another_time", "Попросить другое время", [offered, agreed], taken, by=ASKING,
    form=Another, if_=[answered], do=[put_wish], past="Запрошено другое время консультации",
)
process.move(
    "write_result", "Записать итог", agreed, answer_given, by=CONSULTANT, basis="1.4",
    form=Result, style="primary", if_=[answered, held_already, held_after_question, held_as_agreed],
    do=[put_result], past="Итог консультации записан",
)
process.move(
    "escalate_question", "Срок ответа прошёл", [asked, taken, offered], overdue, by=SYSTEM_ROLE,
    basis="A-12", do=[mark_late],
)
process.move(
    "take_overdue", "Взять вопрос", overdue, taken, by=(METHODIST, IMC_HEAD), basis="1.4",
    do=[put_taker, put_term], past="Вопрос взят в работу",
)
process.move(
    "assign_overdue", "Поручить методисту", overdue, taken, by=IMC_HEAD, basis="1.4",
    form=Colleague, if_=[answered, colleague_fits], do=[put_colleague, put_term],
    past="Вопрос поручен методисту",
)
process.move(
    "find_enough", "Ответа достаточно", answer_given, consulted, by=ASKING, basis="1.4",
    style="primary", apart=("write_answer", "write_result"), past="Ответ признан достаточным",
)
process.move(
    "ask_on", "Уточнить", answer_given, taken, by=ASKING, basis="1.4", form=More,
    if_=[answered, at_most("ask_on", 1, instead="Задайте новый вопрос.")],
    do=[put_more, put_term], past="Вопрос уточнён",
)
process.move(
    "let_rest", "Возражений нет", answer_given, consulted, by=SYSTEM_ROLE,
    past="Срок для возражений прошёл",
)
process.move(
    "decline_question", "Отклонить", [taken, overdue], declined, by=(CONSULTANT, IMC_HEAD),
    basis="1.4", form=Declined, style="danger", if_=[answered],
    do=[put_declined, tell_declined], past="Вопрос отклонён",
)
process.move(
    "withdraw_question", "Отозвать вопрос", [*WAITING, agreed], withdrawn, by=ASKING,
    form=Reason, style="danger", if_=[answered], do=[put_withdrawn], past="Вопрос отозван",
)
process.move("drop_question", "Удалить черновик", draft, withdrawn, by=(*ASKING, SYSTEM_ROLE),
             style="danger", past="Черновик вопроса удалён")
