"""Создание сети: предложение школы, согласия, заключение ИМЦ, решение отдела.

Положение 1.2, 1.3, 1.5, 4.1, 4.2, 5.2; rows P1–P15 and C1–C4 of the domain dossier, 7.1.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workflow_app.engine import (
    SYSTEM_ROLE,
    Answer,
    Ask,
    Ballot,
    Call,
    Case,
    Child,
    Choice,
    Date,
    Direction,
    Due,
    Facts,
    Form,
    Line,
    Many,
    Number,
    Paper,
    Process,
    Put,
    Refusal,
    Row,
    Rows,
    School,
    Setting,
    Start,
    Tally,
    Tell,
    Text,
    Voter,
    answered,
    at_least,
    at_most,
    field,
    filled,
    otherwise,
    refuse,
    snapshot,
)
from workflow_app.engine.calendar import school_year_bounds
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
    HELPED,
    MEMBER_ROLES,
    OneSchool,
    Reason,
    Remarks,
    base_is_stable,
    remarks_are_bound,
    school_year,
    statuses_for_planning,
    statuses_hold,
)

ORDER = "order_approval"
GOAL = (
    "Повышение качества образования в школах с низкими результатами обучения и школах, "
    "функционирующих в неблагоприятных социальных условиях"
)


# ---------------------------------------------------------------- что заполняют


class Member(Row):
    """An invited school; it keeps its consent through every rework."""

    school: School = field("Школа", key=True, card=True, basis="1.2")
    role: Choice = field("Роль в сети", choices=MEMBER_ROLES, default="supported")
    need: Text = field("В чём нужна помощь", optional=True)


class Proposal(Form):
    """The proposal of a network."""

    name: Line = field("Наименование сети", basis="1.3", hint="Коротко и по делу")
    school_year: Choice = field("Учебный год", of="school_years")
    base: School = field("Базовая школа", basis="1.3", card=True)
    members: Rows[Member] = field("Приглашённые школы", basis="1.5", minimum=1)
    context_note: Text = field(
        "Учёт особенностей",
        basis="1.2",
        hint="Квалификация педагогов, административные, социальные и культурные особенности",
        minimum=10,
    )
    directions: Many[Direction] = field("Приоритетные направления", basis="5.2", of="school_year")
    goal: Text = field("Цель", basis="2", default=GOAL)
    resources: Text = field(
        "Ресурсы базовой школы", optional=True, hint="Люди, кабинеты, материалы, связь"
    )
    valid_from: Date = field("Действует с")
    valid_to: Date = field("Действует по", hint="Не дольше трёх учебных лет")
    asked: Many[School] = field("Кого спрашивали", hidden=True)


class Opinion(Form):
    """The opinion of the methodical centre."""

    conclusion: Text = field("Заключение", minimum=10, basis="1.4")
    recommendation: Choice = field(
        "Рекомендация",
        choices={
            "support": "поддержать",
            "support_with_notes": "поддержать с пожеланиями",
        },
        default="support",
    )
    notes: Text = field("Пожелания", optional=True)


class Rejection(Form):
    """Why the department says no."""

    code: Choice = field(
        "Основание отказа",
        choices={
            "not_eligible": "условия Положения не выполнены",
            "duplicate": "такая сеть уже есть",
            "no_capacity": "нет возможности сопровождать сеть",
            "other": "другое",
        },
    )
    reason: Text = field("Пояснение", minimum=10)


# ---------------------------------------------------------------- условия


def has_helped_school(case: Case, facts: Facts) -> Refusal | None:
    """A network exists to help: at least one supported school holds a status (title)."""
    year = case.data.school_year
    for member in case.data.members:
        held = statuses_for_planning(facts, member.school, year) if member.school else ()
        if member.role == "supported" and set(HELPED) & set(held):
            return None
    return refuse(
        "no_supported_school",
        "В сети нет ни одной школы, которой оказывается помощь",
        field="members",
        basis="Название",
    )


def directions_of_year(case: Case, facts: Facts) -> Iterator[Refusal]:
    """Directions are chosen from the department's list of that year (5.2)."""
    known = facts.directions(case.data.school_year)
    if any(direction not in known for direction in case.data.directions):
        yield refuse(
            "direction_of_another_year",
            "Выбрано направление другого учебного года",
            field="directions",
            basis="5.2",
        )


def directions_in_force(case: Case, facts: Facts) -> Refusal | None:
    """At approval the directions stand by a registered order (P9)."""
    known = facts.directions(case.data.school_year)
    if all(known.get(direction) == "in_force" for direction in case.data.directions):
        return None
    return refuse(
        "directions_not_in_force",
        "Направления этого года ещё не утверждены приказом",
        field="directions",
        basis="5.2",
    )


def base_is_not_invited(case: Case, _facts: Facts) -> Refusal | None:
    """The base school does not invite itself (7.1 P2)."""
    if case.data.base in {member.school for member in case.data.members}:
        return refuse(
            "base_among_members", "Базовую школу приглашать не нужно: она уже в сети",
            field="members", basis="1.3",
        )  # fmt: skip
    return None


def schools_exist(case: Case, facts: Facts) -> Iterator[Refusal]:
    """Every school of the proposal belongs to this district."""
    for member in case.data.members:
        if member.school and facts.school(member.school) is None:
            yield refuse(
                "unknown_school", "Такой школы в районе нет",
                field=f"members.{member.row_key}.school",
            )  # fmt: skip


def term_allowed(case: Case, facts: Facts) -> Iterator[Refusal]:
    """A network lives at most the set number of school years (A-04)."""
    since, until = case.data.valid_from, case.data.valid_to
    if since is None or until is None:
        return
    if until <= since:
        yield refuse("term_reversed", "Срок заканчивается раньше, чем начинается", field="valid_to")
    longest = int(facts.setting("A-04.max"))
    if until > school_year_bounds(school_year(since))[1].replace(
        year=int(school_year(since)[:4]) + longest
    ):
        yield refuse(
            "term_too_long", "Сеть создаётся не дольше чем на {n} учебных года",
            n=longest, field="valid_to", basis="A-04",
        )  # fmt: skip


def networks_per_school(case: Case, facts: Facts) -> Iterator[Refusal]:
    """No school takes part in too many networks at once (A-10)."""
    most = int(facts.setting("A-10"))
    for school in (case.data.base, *(member.school for member in case.data.members)):
        if len(facts.active_networks(school, case.data.valid_from)) >= most:
            yield refuse(
                "too_many_networks", "Школа «{school}» уже участвует в {n} сетях",
                school=facts.name("school", school), n=most, field="members", basis="A-10",
            )  # fmt: skip


def consents_given(case: Case, facts: Facts) -> Iterator[Refusal]:
    """Every school of the composition agreed, without open conditions (P5)."""
    tally = facts.tally(case, consents.key)
    for member in case.data.members:
        status = tally.status(member.school) if tally else ""
        if status == "agreed_with_conditions":
            yield refuse(
                "conditions_open", "Примите условия школы «{school}» или исключите её",
                school=facts.name("school", member.school), field=f"members.{member.row_key}",
            )  # fmt: skip
        elif status != "agreed":
            yield refuse(
                "consent_missing", "Нет согласия школы «{school}»",
                school=facts.name("school", member.school), field=f"members.{member.row_key}",
                basis="1.5",
            )  # fmt: skip


def consents_fresh(case: Case, facts: Facts) -> Refusal | None:
    """No consent is older than sixty days (P5)."""
    oldest = case.today - dt.timedelta(days=int(facts.setting("A-02.consent_days")))
    for vote in facts.tally(case, consents.key) or ():
        if vote.answered_at and vote.answered_at.date() < oldest:
            return refuse("consent_too_old", "Согласие «{key}» старше 60 дней: запросите снова",
                          key=facts.name("school", int(vote.voter.key)), basis="A-02")  # fmt: skip
    return None


def supported_remain(case: Case, facts: Facts) -> Iterator[Refusal]:
    """A school may leave while at least one supported school and the quorum remain (P15)."""
    school = case.form.school
    rest = case.data.members.without(school)
    if school is None:
        return
    if case.data.members.get(school) is None:
        yield refuse("not_a_member", "Этой школы в составе нет", field="school")
    elif not any(member.role == "supported" for member in rest):
        yield refuse(
            "last_supported_school",
            "В сети не останется ни одной школы, которой оказывается помощь",
            field="school",
            basis="Название",
        )
    else:
        yield from _share_remains(case, facts, len(rest))


def _share_remains(case: Case, facts: Facts, rest: int) -> Iterator[Refusal]:
    """The share of invited schools that take part stays at A-02 or above."""
    invited = len(case.data.asked) or 1
    if not at_least(Setting("A-02")).is_met(rest, invited, facts):
        yield refuse(
            "share_too_small", "Останется {rest} из {invited} приглашённых школ: этого мало",
            rest=rest, invited=invited, field="school", basis="A-02",
        )  # fmt: skip


def order_not_signed(case: Case, facts: Facts) -> Refusal | None:
    """Until the order is signed (C3, P11)."""
    if {"signed", "registered"} & set(facts.child_states(case, ORDER)):
        return refuse("order_signed", "Приказ уже подписан")
    return None


def is_sent(case: Case, _facts: Facts) -> Refusal | None:
    """A consent is answered while consents are collected (C1)."""
    if case.state != "collecting_consents":
        return refuse("not_collecting", "Согласия сейчас не собираются")
    return None


# ---------------------------------------------------------------- согласия школ


def invited(case: Case, _facts: Facts) -> Iterator[Voter]:
    """The base school agrees by proposing; every invited head is asked."""
    yield Voter(str(case.data.base), "school_head", case.data.base, "base", answer="agreed")
    for member in case.data.members:
        yield Voter(str(member.school), "school_head", member.school, member.role)


def network_is_viable(_case: Case, _facts: Facts, tally: Tally) -> bool:
    """The base and at least one supported school agreed (P3)."""
    agreed = ("agreed", "agreed_with_conditions")
    return tally.count(*agreed, group="base") > 0 and tally.count(*agreed, group="supported") > 0


consents = Ballot(
    "consents",
    "Согласие школы на участие",
    basis="1.5",
    voters=invited,
    voter_title="директор",
    work_title="Ответить на приглашение в сеть",
    answers=(
        Answer("agree", "Согласиться", "agreed", if_=(is_sent,), signed=True, style="primary"),
        Answer(
            "agree_with_conditions", "Согласиться с условиями", "agreed_with_conditions",
            form=Reason, if_=(answered, is_sent), signed=True,
        ),
        Answer(
            "decline", "Отказаться", "declined",
            form=Reason, if_=(answered, is_sent), signed=True, style="danger",
        ),
        Answer(
            "accept_conditions", "Принять условия", "agreed",
            by=BASE_HEAD, after=("agreed_with_conditions",), basis="C2",
        ),
        Answer(
            "revoke", "Отозвать согласие", "revoked", form=Reason,
            after=("agreed", "agreed_with_conditions"), if_=(answered, order_not_signed),
            tell=(BASE_HEAD, SPECIALIST, DEPARTMENT_HEAD), basis="C3", style="danger",
        ),
    ),
    yes=("agreed", "agreed_with_conditions"),
    need=at_least(Setting("A-02")),
    also=network_is_viable,
    silence="no_response",
    due=Due("consent", 5, remind=(2, 0), escalate=((1, SPECIALIST),)),
)  # fmt: skip


def affected(case: Case, facts: Facts) -> frozenset[str]:
    """Whose consent no longer fits: all when base, directions or term changed (P8b)."""
    old: Proposal | None = facts.snapshot(case)
    new = case.data
    if old is None:
        return frozenset()
    common = ("base", "directions", "valid_from", "valid_to")
    if any(getattr(old, name) != getattr(new, name) for name in common):
        return frozenset(new.members.keys())
    before = {member.row_key: member.role for member in old.members}
    return frozenset(m.row_key for m in new.members if before.get(m.row_key) != m.role)


def is_same_network(case: Case, facts: Facts) -> bool:
    """Composition, base, directions and term are as they were asked about (P8a)."""
    old: Proposal | None = facts.snapshot(case)
    return old is not None and not affected(case, facts) and (
        old.members.keys() == case.data.members.keys()
    )  # fmt: skip


def ask_schools(case: Case, facts: Facts) -> Ask:
    """Ask the affected schools and the new ones; other consents stay."""
    return Ask(consents.key, "put", tuple(invited(case, facts)), affected(case, facts))


def remember_asked(case: Case, _facts: Facts) -> Put:
    """Everybody who was ever asked may read what became of it."""
    return Put({"asked": Many((*case.data.asked, *(m.school for m in case.data.members)))})


def keep_agreed(case: Case, facts: Facts) -> Iterable[Put | Ask]:
    """Schools that did not agree leave the composition (P3)."""
    tally = facts.tally(case, consents.key)
    agreed = tally.keys(*consents.yes) if tally else ()
    gone = tuple(voter for voter in invited(case, facts) if voter.key not in agreed)
    return Put({"members": case.data.members.only(agreed)}), Ask(consents.key, "leave_out", gone)


def leave_out(case: Case, _facts: Facts) -> Iterable[Put | Ask]:
    """One school leaves the composition and the count."""
    school = case.form.school
    voter = Voter(str(school), "school_head", school)
    members = case.data.members.without(school)
    return Put({"members": members}), Ask(consents.key, "leave_out", (voter,))


# ---------------------------------------------------------------- следствия


def start_order(case: Case, facts: Facts) -> Start:
    """The order is drafted from the approved snapshot (P9)."""
    tally = facts.tally(case, consents.key)
    conditions = {vote.voter.key: vote.comment for vote in tally or ()}
    data = case.data
    return Start(ORDER, _order_data(case, conditions), subject=f"{data.name}, {data.school_year}")


def _order_data(case: Case, conditions: Mapping[str, str]) -> dict[str, Any]:
    data = case.data
    return {
        "kind": "network_create",
        "title": f"О создании сети «{data.name}» и утверждении её состава",
        "network_name": data.name,
        "goal": data.goal,
        "school_year": data.school_year,
        "base": data.base,
        "members": [
            {"school": m.school, "role": m.role, "conditions": conditions.get(m.row_key, "")}
            for m in data.members
        ],
        "directions": list(data.directions),
        "valid_from": data.valid_from.isoformat(),
        "valid_to": data.valid_to.isoformat(),
    }


def take_number(case: Case, _facts: Facts) -> Number:
    """The proposal gets its number З-… when it begins (P1)."""
    return Number("proposals", case.today)


stop_order = Call("drop", to="children", process=ORDER)


def rejected_letter(case: Case, _facts: Facts) -> Tell:
    """All invited learn why (P10)."""
    return Tell(
        (BASE_HEAD, MEMBER_HEAD), f"Предложение сети «{case.data.name}» отклонено",
        case.form.reason,
    )  # fmt: skip


def quorum_failed(case: Case, facts: Facts) -> Tell:
    """The initiator and the specialist learn who agreed and who did not (P4)."""
    tally = facts.tally(case, consents.key)
    lines = [
        f"{facts.name('school', int(vote.voter.key))}: {ANSWERS[vote.status]}"
        + (f" — {vote.comment}" if vote.comment else "")
        for vote in tally or ()
        if vote.voter.group != "base"
    ]
    return Tell(
        (BASE_HEAD, SPECIALIST), f"Сеть «{case.data.name}»: согласий не хватило", "\n".join(lines)
    )


ANSWERS = {
    "pending": "ещё не ответила",
    "agreed": "согласна",
    "agreed_with_conditions": "согласна с условиями",
    "declined": "отказалась",
    "no_response": "не ответила в срок",
    "revoked": "отозвала согласие",
}


# ---------------------------------------------------------------- процесс


def first_values(capacity: Any, today: dt.date) -> dict[str, Any]:
    """What the form says when it opens: the author's own school and the coming year."""
    year = school_year(today)
    since, until = school_year_bounds(year)
    own = {"base": capacity.organisation_id} if capacity.role == "school_head" else {}
    return {
        "school_year": year,
        "valid_from": max(since, today).isoformat(),
        "valid_to": until.isoformat(),
        **own,
    }


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
    one_open=lambda data: f"{data.base}:{data.school_year}",
    prefill=first_values,
    readers=(
        BASE_HEAD, MEMBER_HEAD, ASKED_HEAD, AUTHOR_HEAD, AUTHOR_SPECIALIST, COORDINATOR,
        *IMC, *DEPARTMENT, AUDITOR,
    ),
)  # fmt: skip

AUTHORS = (BASE_HEAD, AUTHOR_SPECIALIST)
EDITORS = (BASE_HEAD, COORDINATOR, AUTHOR_SPECIALIST)
ABANDONED = Due("abandoned", 30, "calendar", remind=(7,), then="expire", since="change")
REWORK = Due("rework", 5, remind=(1,), escalate=((1, SPECIALIST),))
NO_LIMIT = "после отказа школ состав подбирают заново, сколько нужно; черновик истекает сам"

draft = process.state(
    "draft", "Черновик", due=ABANDONED, waits_for=AUTHORS, edit=EDITORS, private=True,
    unlimited=NO_LIMIT,
)  # fmt: skip
collecting = process.state("collecting_consents", "Сбор согласий", ballot=consents)
ready = process.state("ready", "Готово к подаче", due=ABANDONED, waits_for=BASE_HEAD)
submitted = process.state(
    "submitted", "На заключении ИМЦ", waits_for=(METHODIST,),
    due=Due("imc_opinion", 5, remind=(1,), escalate=((1, IMC_HEAD), (3, DEPARTMENT_HEAD))),
)  # fmt: skip
review = process.state(
    "dept_review", "На рассмотрении отдела", waits_for=DEPARTMENT_HEAD,
    due=Due("department_review", 7, remind=(2,), escalate=((1, DEPARTMENT_HEAD),)),
)  # fmt: skip
returned = process.state(
    "returned", "На доработке", due=(REWORK, ABANDONED), waits_for=BASE_HEAD, edit=EDITORS
)
ordering = process.state(
    "order_preparation", "Готовится приказ", no_deadline="срок стоит у самого приказа"
)
enacted = process.final("enacted", "Сеть создана")
rejected = process.final("rejected", "Отклонено")
withdrawn = process.final("withdrawn", "Отозвано")
expired = process.final("expired", "Срок истёк")

process.start(
    "create", "Предложить сеть", draft, by=(BASE_HEAD, SPECIALIST), basis="P1, 1.3",
    if_=[base_is_stable],
    do=[take_number],
)  # fmt: skip
process.move(
    "invite", "Пригласить школы", draft, collecting, by=AUTHORS, basis="P2, 1.5", style="primary",
    if_=[filled, base_is_stable, base_is_not_invited, schools_exist, has_helped_school,
         directions_of_year, term_allowed],
    do=[remember_asked, snapshot, ask_schools],
)  # fmt: skip
process.when(
    "consents_complete", "Согласия собраны", consents.passed, collecting, ready, basis="P3",
    do=[keep_agreed, Paper("consent_protocol")],
)  # fmt: skip
process.when(
    "consents_failed", "Согласий не хватило", consents.failed, collecting, draft, basis="P4",
    do=[quorum_failed],
)  # fmt: skip
process.when(
    "consents_lost", "Согласий больше не хватает", consents.failed, ready, draft, basis="C3",
    do=[quorum_failed],
)  # fmt: skip
process.move(
    "leave_out", "Продолжить без школы", ready, ready, by=BASE_HEAD, basis="P5", form=OneSchool,
    if_=[answered, supported_remain], do=[leave_out],
    unlimited="каждый раз одной школой меньше",
)  # fmt: skip
process.move(
    "submit", "Подать в отдел", ready, submitted, by=BASE_HEAD, basis="P5", style="primary",
    if_=[base_is_stable, consents_given, consents_fresh],
    do=[snapshot, Paper("proposal")],
)  # fmt: skip
process.move(
    "endorse", "Дать заключение", submitted, review, by=IMC, basis="P6, 1.4", form=Opinion,
    apart="submit", style="primary", if_=[answered], do=[Paper("imc_opinion")],
)  # fmt: skip
process.move(
    "return", "Вернуть с замечаниями", [submitted, review], returned,
    by=(*IMC, DEPARTMENT_HEAD), basis="P7", form=Remarks,
    if_=[
        answered, remarks_are_bound,
        at_most("return", Setting("A-15"), instead="Примите решение по существу."),
    ],
)  # fmt: skip
process.move(
    "resend", "Отправить повторно", returned, {ready: is_same_network, collecting: otherwise},
    by=BASE_HEAD, basis="P8", style="primary",
    if_=[filled, base_is_stable, base_is_not_invited, schools_exist, has_helped_school,
         directions_of_year, term_allowed],
    do=[remember_asked, snapshot, ask_schools],
)  # fmt: skip
process.move(
    "approve", "Утвердить", review, ordering, by=DEPARTMENT_HEAD, basis="P9, 4.2", apart="submit",
    style="primary", bulk=True,
    if_=[statuses_hold, directions_in_force, networks_per_school, consents_given],
    do=[start_order],
)  # fmt: skip
process.move(
    "reject", "Отклонить", review, rejected, by=DEPARTMENT_HEAD, basis="P10", form=Rejection,
    apart="submit", style="danger", if_=[answered], do=[rejected_letter],
)  # fmt: skip
process.move(
    "withdraw", "Отозвать предложение",
    [draft, collecting, ready, submitted, review, returned, ordering], withdrawn,
    by=(AUTHOR_HEAD, AUTHOR_SPECIALIST), basis="P11", form=Reason, style="danger",
    if_=[answered, order_not_signed], do=[stop_order],
)  # fmt: skip
process.on(
    Child(ORDER, "registered"), ordering, enacted,
    key="order_registered", title="Приказ зарегистрирован", basis="P12",
)  # fmt: skip
process.on(
    Child(ORDER, "cancelled"), ordering, review,
    key="order_cancelled", title="Приказ отменён", basis="P13",
    unlimited="сколько приказов отменит начальник, столько раз дело вернётся к нему",
)  # fmt: skip
process.move("expire", "Срок истёк", [draft, ready, returned], expired, by=SYSTEM_ROLE, basis="P14")
process.move(
    "exclude_school", "Исключить школу и подготовить приказ заново", ordering, ordering,
    by=DEPARTMENT_HEAD, basis="P15", form=OneSchool,
    if_=[answered, order_not_signed, supported_remain],
    do=[leave_out, snapshot, stop_order, start_order],
    unlimited="каждый раз одной школой меньше",
)  # fmt: skip
