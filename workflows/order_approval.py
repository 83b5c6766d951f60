"""Приказ: проект, визы, подпись, регистрация, ознакомление.

Положение 3.2, 4.2; rows O1–O11 of the domain dossier, 7.2. One machine for every kind of order:
a kind differs by its paper and by what its registration writes into the registers (`EFFECTS`).
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from workflow_app.engine import (
    SYSTEM_ROLE,
    Act,
    Answer,
    Ask,
    Ballot,
    Case,
    Change,
    Choice,
    Date,
    Direction,
    Due,
    Enter,
    Facts,
    File,
    Form,
    Int,
    Line,
    Made,
    Many,
    Number,
    Paper,
    Person,
    Process,
    Put,
    Refusal,
    Row,
    Rows,
    School,
    Tell,
    Text,
    Voter,
    answered,
    at_least,
    field,
    filled,
    refuse,
)
from workflows.roles import (
    AUDITOR,
    BASE_HEAD,
    CLERK,
    DEPARTMENT,
    DEPARTMENT_HEAD,
    DEPUTY,
    IMC,
    IMC_HEAD,
    MEMBER_HEAD,
    SPECIALIST,
)
from workflows.rules import MEMBER_ROLES, Explanation, Reason, statuses_hold

JOURNAL = "orders"
KINDS = {"network_create": "О создании сети"}


# ---------------------------------------------------------------- что заполняют


class Composition(Row):
    """A school of the composition, as the parent's snapshot has it."""

    school: School = field("Школа", key=True)
    role: Choice = field("Роль", choices=MEMBER_ROLES)
    conditions: Text = field("Условия участия", optional=True)


class Order(Form):
    """The draft of an order. What the proposal decided is read-only here (4.2)."""

    kind: Choice = field("Вид приказа", choices=KINDS, default="network_create", readonly=True)
    title: Line = field("Заголовок", hint="«О создании сети …»")
    network_name: Line = field("Сеть", readonly=True)
    goal: Text = field("Цель", readonly=True)
    school_year: Choice = field("Учебный год", of="school_years", readonly=True)
    base: School = field("Базовая школа", readonly=True)
    members: Rows[Composition] = field("Состав", readonly=True, basis="4.2")
    directions: Many[Direction] = field("Направления", of="school_year", readonly=True)
    valid_from: Date = field("Действует с", readonly=True)
    valid_to: Date = field("Действует по", readonly=True)
    acts: Many[Act] = field("На основании", basis="1.1")
    coordinator: Person = field("Координатор сети", of="base", basis="1.7")
    curator: Person = field("Куратор от ИМЦ", of="methodist", basis="4.1")
    plan_due: Date = field("Представить план до", basis="4.3")
    report_due: Date = field("Представить справку до", basis="4.3")
    control: Person = field("Контроль возложить на", of="department")
    extra: Text = field("Дополнительный пункт", optional=True)
    signed_by: Person = field("Подписал", hidden=True)
    signed_as: Line = field("В должности", hidden=True)
    signed_on: Date = field("Дата подписи", hidden=True)
    registered_on: Date = field("Дата регистрации", hidden=True)


class Signature(Form):
    """The signer's confirmation."""

    basis_reason: Text = field(
        "Почему основание действует",
        optional=True,
        hint="Нужно, только если срок выбранного акта истёк: не меньше 20 знаков",
    )


class Registration(Form):
    """What the clerk types when numbers are given elsewhere."""

    number: Int = field("Номер", optional=True, hint="Пусто: следующий номер журнала")
    reason: Text = field("Почему дата раньше последней в журнале", optional=True)


class Scan(Form):
    """The scan of the signed paper."""

    file: File = field("Скан подписанного приказа", accept=("pdf", "jpg"))


# ---------------------------------------------------------------- условия


def composition_is_approved(case: Case, facts: Facts) -> Refusal | None:
    """The annex repeats the consents of the parent, school by school (O2)."""
    tally = facts.parent_tally(case, "consents")
    if tally is None:
        return None
    agreed = set(tally.keys("agreed", "agreed_with_conditions"))
    listed = {str(case.data.base), *case.data.members.keys()}
    if listed <= agreed:
        return None
    return refuse(
        "consent_revoked",
        "Школа отозвала согласие: исключите её, верните предложение или подождите",
        basis="4.2",
    )


def signer_is_known(_case: Case, facts: Facts) -> Refusal | None:
    """Somebody signs today: the head of department or the acting substitute (O2)."""
    if facts.signer("department_head") is None:
        return refuse("no_signer", "Сегодня некому подписать: назначьте исполняющего обязанности")
    return None


def basis_in_force(case: Case, facts: Facts) -> Iterator[Refusal]:
    """An expired act blocks the signature until it is replaced or explained (1.1b)."""
    if len(case.form.basis_reason) >= 20:  # noqa: PLR2004 (O-3)
        return
    for act_id in case.data.acts:
        act = facts.act(act_id)
        if act and act.valid_to and act.valid_to < case.today:
            yield refuse(
                "basis_expired",
                "Срок действия основания истёк {date}: {act}. Замените акт или объясните",
                date=f"{act.valid_to:%d.%m.%Y}",
                act=act.citation,
                field="basis_reason",
                basis="1.1",
            )


def visas_fit_text(case: Case, facts: Facts) -> Refusal | None:
    """Visas bind to the text they were given for (O6)."""
    tally = facts.tally(case, visas.key)
    given = {vote.text_hash for vote in tally or ()}
    if given - {case.text_hash}:
        return refuse("text_changed_after_visa", "Текст изменён после визирования")
    return None


def order_not_late(case: Case, _facts: Facts) -> Refusal | None:
    """The composition may not take effect before the order is registered (dossier 8)."""
    if case.data.valid_from >= case.today:
        return None
    return refuse(
        "effective_in_past", "Дата начала {date} раньше регистрации: верните приказ на доработку",
        date=f"{case.data.valid_from:%d.%m.%Y}", field="valid_from",
    )  # fmt: skip


def date_in_sequence(case: Case, facts: Facts) -> Refusal | None:
    """Dates of a journal do not run backwards without a reason (O7)."""
    last = facts.last_registered_on(JOURNAL)
    if last and case.today < last and not case.form.reason:
        return refuse(
            "date_out_of_sequence", "В журнале уже есть номер от {date}: укажите причину",
            date=f"{last:%d.%m.%Y}", field="reason",
        )  # fmt: skip
    return None


# ---------------------------------------------------------------- визы и ознакомление


def approvers(_case: Case, facts: Facts) -> Iterator[Voter]:
    """ИМЦ and the deputy; whoever signs today does not visa for herself (O2)."""
    signer = facts.signer("department_head")
    signing = signer.capacity.persons if signer else frozenset()
    for role in (IMC_HEAD, DEPUTY):
        holders = list(facts.holders(role.held_by, None))
        if any(not holder.persons & signing for holder in holders):
            yield Voter(role.key, role.held_by, None, role.title)


def heads_of_annex(case: Case, _facts: Facts) -> Iterator[Voter]:
    """Every head of the annex acknowledges (O9)."""
    yield Voter(str(case.data.base), "school_head", case.data.base, "base")
    for member in case.data.members:
        yield Voter(str(member.school), "school_head", member.school, member.role)


visas = Ballot(
    "visas",
    "Виза",
    voters=approvers,
    voter_title="визирующий",
    work_title="Завизировать проект приказа",
    answers=(
        Answer("visa", "Завизировать", "visaed", style="primary", basis="O3"),
        Answer(
            "visa_with_remarks", "Завизировать с замечаниями", "visaed_with_remarks",
            form=Explanation, if_=(answered,), basis="O3",
        ),
        Answer(
            "object", "Возразить", "objected", form=Explanation, if_=(answered,),
            tell=(SPECIALIST,), basis="O4", style="danger",
        ),
    ),
    yes=("visaed", "visaed_with_remarks"),
    need=at_least(1),
    veto=("objected",),
    silence="",
    due=Due("visa", 2, remind=(1,), escalate=((1, DEPUTY),)),
)  # fmt: skip

acknowledgement = Ballot(
    "acknowledgement",
    "Ознакомление с приказом",
    voters=heads_of_annex,
    voter_title="директор",
    work_title="Ознакомиться с приказом",
    answers=(Answer("acknowledge", "Ознакомлен", "acknowledged", style="primary", basis="O9"),),
    yes=("acknowledged",),
    need=at_least(1),
    silence="",
    due=Due(
        "acknowledgement", 3, remind=(0,), escalate=((1, SPECIALIST), (5, DEPARTMENT_HEAD))
    ),
)  # fmt: skip


# ---------------------------------------------------------------- следствия


def create_network(case: Case, _facts: Facts) -> Iterator[Change]:
    """The network and its memberships exist from this order on, and only by it (4.2)."""
    data = case.data
    network = {
        "name": data.network_name,
        "goal": data.goal,
        "coordinator_person_id": data.coordinator,
        "imc_curator_person_id": data.curator,
        "valid_from": data.valid_from,
        "valid_to": data.valid_to,
        "directions": list(data.directions),
    }
    yield Enter("network", network, data.valid_from, as_="network")
    roles = {data.base: "base", **{member.school: member.role for member in data.members}}
    for school, role in roles.items():
        values = {"network_id": Made("network"), "school_id": school, "role": role}
        yield Enter("membership", values, data.valid_from)


EFFECTS: dict[str, Callable[[Case, Facts], Iterable[Change]]] = {"network_create": create_network}
PAPERS = {"network_create": "order_create"}


def by_kind(case: Case, facts: Facts) -> Iterable[Change]:
    """What the registration of this kind of order writes into the registers (O7)."""
    return EFFECTS[case.data.kind](case, facts)


def order_paper(case: Case, _facts: Facts) -> Paper:
    """The order itself, on the template of its kind."""
    return Paper(PAPERS[case.data.kind])


def put_signature(case: Case, facts: Facts) -> Put:
    """The signer and the capacity are kept: «и.о.» is printed (rule 1 of section 5)."""
    signer = facts.signer("department_head")
    title = signer.title if signer else ""
    person = case.capacity.person_id if case.capacity else None
    return Put({"signed_by": person, "signed_as": title, "signed_on": case.today}, snapshot=True)


def put_number(case: Case, _facts: Facts) -> Iterable[Change]:
    """Number and date are given at registration, in this transaction (7.2)."""
    number = Number(JOURNAL, case.today, typed=case.form.number)
    return (number, Put({"registered_on": case.today}))


def clear_visas(case: Case, facts: Facts) -> Ask:
    """Every visa is asked anew: the text may have changed (O4)."""
    return visas.ask_all(case, facts)


def registered_letter(case: Case, _facts: Facts) -> Tell:
    """Everybody of the composition learns that the order stands."""
    return Tell((BASE_HEAD, MEMBER_HEAD, SPECIALIST), f"Приказ зарегистрирован: {case.data.title}")


# ---------------------------------------------------------------- процесс


def first_values(_capacity: Any, today: dt.date) -> dict[str, Any]:
    """What a fresh draft says."""
    september = today.year if today.month < 10 else today.year + 1  # noqa: PLR2004 (autumn)
    return {"plan_due": f"{september}-09-20", "report_due": f"{september + 1}-06-15"}


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
    readers=(*IMC, *DEPARTMENT, AUDITOR),
)

PREPARATION = Due("order", 3, remind=(1,), escalate=((1, DEPUTY),))

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
    "registered", "Зарегистрирован", no_deadline="сроки стоят у ознакомления",
    unlimited="запись бессрочна, скан можно заменить",
)  # fmt: skip
process.ask(acknowledgement)
cancelled = process.final("cancelled", "Отменён")
dropped = process.final("dropped", "Снят с подготовки")

process.start(
    "generate", "Подготовить приказ", draft, by=(SYSTEM_ROLE, SPECIALIST), basis="O1",
    do=[order_paper],
)  # fmt: skip
process.move(
    "send", "Отправить на визирование", [draft, returned], agreement, by=SPECIALIST, basis="O2",
    style="primary", if_=[filled, composition_is_approved, signer_is_known],
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
    if_=[visas_fit_text, basis_in_force, composition_is_approved, statuses_hold, order_not_late],
    do=[put_signature, order_paper],
)  # fmt: skip
process.move(
    "register", "Зарегистрировать", signed, registered, by=CLERK, basis="O7", form=Registration,
    style="primary", bulk=True, if_=[date_in_sequence, order_not_late],
    do=[put_number, by_kind, order_paper, acknowledgement.open, Paper("ack_sheet"),
        registered_letter],
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
