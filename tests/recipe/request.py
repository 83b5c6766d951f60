"""A toy for the generic tests: a school asks others, the centre and the department answer.

It has a draft, rows, a signed ballot, remarks, a rework, a batch and papers, under the words by
which those tests act, and nothing of the processes that are shipped.
"""

from workflow_app.engine import (
    Answer,
    Ballot,
    Choice,
    Date,
    Due,
    Form,
    Line,
    Many,
    Number,
    Paper,
    Process,
    Ref,
    Remarked,
    Remarks,
    Role,
    Row,
    Rows,
    School,
    Text,
    Voter,
    answered,
    at_least,
    field,
    filled,
    keep_remarks,
    refuse,
    remarks_answered,
    remarks_are_bound,
    says,
    snapshot,
)
from workflows.registers.statuses import held

BASE = Role("base_head", "директор базовой школы", "school_head", "base")
MEMBER = Role("member_head", "директор школы-участницы", "school_head", "members")
METHODIST = Role("methodist", "методист ИМЦ", "methodist")
SPECIALIST = Role("specialist", "специалист отдела", "dept_specialist")
HEAD = Role("department_head", "начальник отдела", "department_head")
CLERK = Role("clerk", "делопроизводитель", "clerk")
AUDITOR = Role("auditor", "наблюдатель", "auditor")
SHARES = {"supported": "получает помощь", "partner": "партнёр", "resource": "помогает"}


class Asked(Row):
    """A school that is asked."""

    school: School = field("Школа", key=True, card=True)
    role: Choice = field("Роль в сети", choices=SHARES, default="supported")
    need: Text = field("В чём нужна помощь", optional=True)


class Request(Remarked):
    """What is asked for."""

    name: Line = field("Наименование сети")
    school_year: Choice = field("Учебный год", of="school_years")
    base: School = field("Базовая школа", card=True)
    members: Rows[Asked] = field("Приглашённые школы", minimum=1)
    context_note: Text = field("Учёт особенностей", minimum=10)
    directions: Many[Ref] = field("Приоритетные направления", to="direction", of="school_year")
    goal: Text = field("Цель", default="Помочь друг другу")
    resources: Text = field("Ресурсы базовой школы", optional=True)
    valid_from: Date = field("Действует с", optional=True)


class Reason(Form):
    """Why."""

    reason: Text = field("Причина", minimum=3)


class Rejection(Form):
    """Why not."""

    code: Choice = field("Основание", choices={"other": "другое"})
    reason: Text = field("Пояснение", minimum=3)


class Opinion(Form):
    """What the centre thinks."""

    conclusion: Text = field("Заключение", minimum=10)


def asked(case, _facts):
    """The base school agrees by asking; every other head is asked."""
    yield Voter(str(case.data.base), "school_head", case.data.base, "base", answer="agreed")
    for member in case.data.members:
        yield Voter(str(member.school), "school_head", member.school, member.role)


@says("школа стабильна")
def base_is_stable(case, facts):
    """Only a stable school asks."""
    if "stable" in held(facts, case.data.base, "2025-2026"):
        return None
    return refuse("base_not_stable", "У школы нет статуса", field="base")


@says("номер заявки")
def take_number(case, _facts):
    """The request is counted."""
    return Number("proposals", case.today)


def sheet(case, facts):
    """What the papers print."""
    schools = [{"школа": facts.name("school", row.school)} for row in case.data.members]
    return {"название": case.data.name, "школы": schools}


consents = Ballot(
    "consents",
    "Согласие школы",
    asked,
    voter_title="директор",
    answers=(
        Answer(
            "agree", "Согласиться", "agreed", signed=True, style="primary", past="Школа согласилась"
        ),
        Answer(
            "agree_with_conditions",
            "Согласиться с условиями",
            "agreed_with_conditions",
            form=Reason,
            if_=(answered,),
            signed=True,
            past="Школа согласилась с условиями",
        ),
        Answer(
            "decline",
            "Отказаться",
            "declined",
            form=Reason,
            if_=(answered,),
            signed=True,
            style="danger",
            past="Школа отказалась",
        ),
    ),
    words={
        "pending": "ждём ответа",
        "agreed": "согласна",
        "declined": "отказалась",
        "agreed_with_conditions": "согласна с условиями",
        "no_response": "не ответила",
    },
    yes=("agreed", "agreed_with_conditions"),
    need=at_least("2/3"),
    aside=("base",),
    silence="no_response",
    due=Due("consent", 5, remind=(2, 0), escalate=((1, SPECIALIST),)),
)

process = Process(
    "request",
    "Обращение школы",
    version=1,
    form=Request,
    parties={
        "base": lambda data: (data.base,),
        "members": lambda data: (row.school for row in data.members),
    },
    heading=lambda data: f"Сеть «{data.name}»",
    one_open=lambda data: f"{data.base}",
    prefill=lambda capacity, *_known: {
        "base": capacity.organisation_id,
        "school_year": "2025-2026",
    },
    watcher=SPECIALIST,
    readers=(BASE, MEMBER, METHODIST, SPECIALIST, HEAD, CLERK, AUDITOR),
)
draft = process.state(
    "draft",
    "Черновик",
    waits_for=BASE,
    edit=BASE,
    private=True,
    unlimited="проба",
    due=Due("abandoned", 30, "calendar", remind=(7,), escalate=((1, SPECIALIST),)),
)
collecting = process.state("collecting_consents", "Сбор согласий", ballot=consents)
ready = process.state("ready", "Готово к подаче", waits_for=BASE, no_deadline="проба")
submitted = process.state(
    "submitted",
    "На заключении ИМЦ",
    waits_for=METHODIST,
    due=Due("imc_opinion", 5, remind=(1,), escalate=((1, SPECIALIST),)),
)
review = process.state(
    "dept_review",
    "На рассмотрении отдела",
    waits_for=HEAD,
    due=Due("department_review", 7, remind=(2,), escalate=((1, HEAD),)),
)
returned = process.state(
    "returned", "На доработке", waits_for=BASE, edit=BASE, no_deadline="проба", unlimited="проба"
)
approved = process.final("order_preparation", "Утверждено")
rejected = process.final("rejected", "Отклонено")
withdrawn = process.final("withdrawn", "Отозвано")

PAPERS = ("proposal", "consent_protocol", "imc_opinion")
for key in PAPERS:
    process.paper(key, f"Бумага {key}", fields=("название", "школы[].школа"), values=sheet)

process.start(
    "create",
    "Предложить сеть",
    draft,
    by=BASE,
    if_=[base_is_stable],
    do=[take_number],
    past="Предложение начато",
)
process.move(
    "invite",
    "Пригласить школы",
    draft,
    collecting,
    by=BASE,
    style="primary",
    if_=[filled, base_is_stable],
    do=[snapshot, consents.ask_all],
    past="Школы приглашены",
)
process.when(
    "consents_complete",
    "Согласия собраны",
    consents.passed,
    collecting,
    ready,
    do=[Paper("consent_protocol")],
)
process.when("consents_failed", "Согласий не хватило", consents.failed, collecting, draft)
process.move(
    "submit",
    "Подать в отдел",
    ready,
    submitted,
    by=BASE,
    style="primary",
    do=[snapshot, Paper("proposal")],
    past="Предложение подано",
)
process.move(
    "endorse",
    "Дать заключение",
    submitted,
    review,
    by=METHODIST,
    form=Opinion,
    if_=[answered],
    style="primary",
    do=[Paper("imc_opinion")],
    past="Заключение дано",
)
process.move(
    "return",
    "Вернуть с замечаниями",
    [submitted, review],
    returned,
    by=(METHODIST, HEAD),
    form=Remarks,
    if_=[answered, remarks_are_bound],
    do=[keep_remarks],
    past="Предложение возвращено",
)
process.move(
    "resend",
    "Отправить повторно",
    returned,
    ready,
    by=BASE,
    style="primary",
    if_=[filled, remarks_answered],
    do=[snapshot],
    past="Предложение отправлено снова",
)
process.move(
    "approve",
    "Утвердить",
    review,
    approved,
    by=HEAD,
    style="primary",
    bulk=True,
    past="Предложение утверждено",
)
process.move(
    "reject",
    "Отклонить",
    review,
    rejected,
    by=HEAD,
    form=Rejection,
    style="danger",
    if_=[answered],
    past="Предложение отклонено",
)
process.move(
    "withdraw",
    "Отозвать предложение",
    [draft, collecting, ready, submitted, returned],
    withdrawn,
    by=BASE,
    form=Reason,
    if_=[answered],
    style="danger",
    past="Предложение отозвано",
)
