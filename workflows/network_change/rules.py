"""Conditions of a change: what it says is possible, whom it leaves behind, until when (N2–N10)."""

from collections.abc import Collection, Iterator

from workflow_app.engine import Case, CaseCard, Facts, Refusal, refuse, says
from workflow_app.engine.calendar import school_year_bounds
from workflows.network_change.ballots import schools_concerned
from workflows.network_change.composition import after, before
from workflows.network_change.form import Change, is_by_department
from workflows.registers.memberships import composition
from workflows.registers.networks import NETWORKS, is_closed
from workflows.registers.statuses import HELPED
from workflows.rules import (
    calendar_ends_before,
    name_taken,
    school_year,
    statuses_for_planning,
)
from workflows.wording import counted

ACTIVITY = "plan_activity"
ORDER = "order_approval"
ENDS = ("close", "merge")
OF_DEPARTMENT = ("suspend", "resume", "merge", "split")
"""What the department alone decides on (N7, N10)."""


@says("сеть действует и её ещё не закрывают")
def network_is_open(case: Case[Change], facts: Facts) -> Refusal | None:
    """A closed network is not changed any more (N9)."""
    if case.data.network and is_closed(facts, case.data.network):
        return refuse("network_closed", "Такой сети нет или она закрыта", field="network")
    return None


@says("о сети не готовится другое изменение")
def no_other_change(case: Case[Change], facts: Facts) -> Refusal | None:
    """Two changes at once would not know each other's composition."""
    ended = {"applied", "rejected", "withdrawn", "draft"}
    cards = facts.cases_about(f"network/{case.data.network}", "network_change")
    if any(card.id != case.id and card.state not in ended for card in cards):
        return refuse("change_open", "Другое изменение этой сети ещё не закончено", field="network")
    return None


@says("школа меняет свою сеть, а приостанавливает, соединяет и делит сети управление образованием")
def initiator_may(case: Case[Change], facts: Facts) -> Refusal | None:
    """A school speaks for a network it is in; some changes are the department's alone (N7, N10)."""
    if is_by_department(case, facts) or case.data.network is None:
        return None
    schools = {m.school for m in composition(facts, case.data.network, case.today)}
    if not case.parties["author"] & schools:
        return refuse(
            "not_your_network", "Ваша школа в этой сети не состоит", kind="person", field="network"
        )
    if case.data.kind in OF_DEPARTMENT:
        return refuse("department_only", "Школа этого не решает: обратитесь к специалисту",
                      kind="person", field="kind", basis="4.2")
    return None


@says("школа, о которой речь, есть или, наоборот, ещё не в составе")
def school_fits(case: Case, facts: Facts) -> Iterator[Refusal]:
    """Who enters is not in yet; who leaves or changes its role is; the base does not just leave."""
    data, were = case.data, before(case, facts)
    role = were.get(data.school)
    for school in data.gone if data.kind == "add" else ():
        if were.get(school, "base") == "base":
            yield refuse(
                "not_a_member", "Школа «{school}» не может выйти: её нет в составе или она базовая",
                school=facts.name("school", school), field="gone",
            )
    if data.school is None:
        return
    if data.kind == "add" and role:
        yield refuse("already_member", "Школа уже в составе сети", field="school")
    elif data.kind in ("remove", "role") and not role:
        yield refuse("not_a_member", "Этой школы в составе нет", field="school")
    elif data.kind in ("remove", "role") and role == "base":
        yield refuse(
            "base_stays", "Базовую школу сначала меняют: выберите «Сменить базовую школу»",
            field="school", basis="1.3",
        )
    elif data.kind == "change_base" and role == "base":
        yield refuse("already_base", "Эта школа уже базовая", field="school")


@says("поддерживаемая школа имеет статус школы, которой оказывается помощь")
def supported_holds_status(case: Case[Change], facts: Facts) -> Refusal | None:
    """A newcomer is supported only with a status (N2)."""
    data = case.data
    if data.kind not in ("add", "role") or data.role != "supported" or data.school is None:
        return None
    held = statuses_for_planning(facts, data.school, _year(case))
    if set(HELPED) & set(held):
        return None
    return refuse(
        "status_lost", "У школы «{school}» нет статуса школы, которой оказывается помощь",
        school=facts.name("school", data.school), field="role", basis="Название",
    )


@says("новая базовая школа имеет статус «стабильные результаты»")
def new_base_is_stable(case: Case[Change], facts: Facts) -> Refusal | None:
    """Only a school with stable results may host a network (1.3a, N3)."""
    field = {"change_base": "school", "split": "new_base"}.get(case.data.kind)
    school = getattr(case.data, field) if field else None
    if not school or "stable" in statuses_for_planning(facts, school, _year(case)):
        return None
    return refuse(
        "base_not_stable", "У школы «{school}» нет статуса «стабильные результаты»",
        school=facts.name("school", school), field=field, basis="1.3",
    )


@says("в сети остаётся хотя бы одна поддерживаемая школа")
def supported_remain(case: Case[Change], facts: Facts) -> Refusal | None:
    """The last supported school leaves only with the network itself (N-3)."""
    if case.data.kind in ("merge", "close", "suspend", "resume", "extend", "directions", "rename"):
        return None
    if case.data.network is None or "supported" in after(case, facts).values():
        return None
    return refuse(
        "last_supported_school",
        "В сети не останется ни одной школы, которой оказывается помощь: выберите «Закрыть сеть»",
        field="kind", basis="Название",
    )


@says("о выходе предупреждают заранее (настройка A-04)")
def notice_given(case: Case[Change], facts: Facts) -> Refusal | None:
    """A school that leaves by its own wish gives notice (N4, A-04)."""
    data = case.data
    if data.kind != "remove" or data.effective_on is None:
        return None
    if effect_not_past(case, facts):
        return None
    if case.parties["author"] != {data.school}:
        return None
    days = int(facts.setting("A-04.notice"))
    first = facts.working_day(case.today, days)
    if data.effective_on >= first:
        return None
    return refuse(
        "notice_too_short", "О выходе предупреждают за {days}: не раньше {date}",
        days=counted(days, "рабочий день", "рабочих дня", "рабочих дней"),
        date=f"{first:%d.%m.%Y}", kind="form", field="effective_on", basis="A-04",
    )


@says("новый срок позже прежнего и не дольше допустимого (настройка A-04)")
def term_allowed(case: Case[Change], facts: Facts) -> Refusal | None:
    """A network is extended within its longest term (A-04)."""
    network, until = facts.of(NETWORKS).get(case.data.network), case.data.valid_to
    if case.data.kind != "extend" or network is None or until is None:
        return None
    longest = int(facts.setting("A-04.max"))
    first = school_year(network.term_from)
    last = school_year_bounds(first)[1]
    last = last.replace(year=last.year + longest - 1)
    if until <= network.term_to:
        return refuse("term_not_longer", "Сеть уже действует по {date}",
                      date=f"{network.term_to:%d.%m.%Y}", field="valid_to")
    if until > last:
        return refuse(
            "term_too_long", "Сеть действует не дольше чем {years}",
            years=counted(longest, "учебный год", "учебных года", "учебных лет"),
            kind="form", field="valid_to", basis="A-04",
        )
    return None


@says("производственный календарь заполнен до нового срока")
def calendar_is_filled(case: Case[Change], facts: Facts) -> Refusal | None:
    """What nobody can count the deadlines of is said when it is asked for, not years later."""
    field = {"extend": "valid_to", "suspend": "until"}.get(case.data.kind)
    until = getattr(case.data, field) if field else None
    return calendar_ends_before(until, field, facts) if field and until else None


@says("дата вступления в силу не прошла")
def effect_not_past(case: Case[Change], _facts: Facts) -> Refusal | None:
    """The composition changes from a date on, never backwards (dossier 8)."""
    if case.data.effective_on is None or case.data.effective_on >= case.today:
        return None
    return refuse("effective_in_past", "Дата уже прошла: назовите сегодня или позже",
                  kind="form", field="effective_on")


@says("открытые мероприятия уходящей школы переданы другим или отменены")
def activities_passed_on(case: Case[Change], facts: Facts) -> Iterator[Refusal]:
    """Nobody leaves with activities in hand: each is reassigned or cancelled first (N4)."""
    gone = before(case, facts).keys() - after(case, facts).keys()
    if case.data.kind in ("merge", "close", "split"):
        return
    for card in open_activities(case, facts, gone):
        yield refuse(
            "activity_open", "«{title}» ведёт уходящая школа: назначьте другого или отмените",
            title=card.data.title, basis="4.3",
        )


def open_activities(
    case: Case[Change], facts: Facts, schools: Collection[int]
) -> Iterator[CaseCard]:
    """Yield the unfinished activities of the network whose responsible works in these schools."""
    for card in facts.cases_about(f"network/{case.data.network}", ACTIVITY):
        if card.state in ("done", "not_done", "cancelled"):
            continue
        post = facts.post(card.data.responsible) if card.data.responsible else None
        if post and post.organisation_id in schools:
            yield card


@says("приостановить можно до даты в будущем")
def pause_ends(case: Case[Change], _facts: Facts) -> Refusal | None:
    """A pause has an end (N7)."""
    if case.data.kind != "suspend" or case.data.until is None or case.data.until > case.today:
        return None
    return refuse("pause_in_past", "Назовите дату в будущем", kind="form", field="until")


@says("сеть не соединяют с самой собой")
def networks_differ(case: Case[Change], _facts: Facts) -> Refusal | None:
    """A network joins another one (N10)."""
    if case.data.kind != "merge" or case.data.into != case.data.network:
        return None
    return refuse("same_network", "Выберите другую сеть", kind="form", field="into")


@says("новое наименование сети свободно")
def new_name_is_free(case: Case[Change], facts: Facts) -> Refusal | None:
    """A network that is renamed or split off is known by a name of its own (dossier 6)."""
    named = case.data.kind in ("rename", "split")
    return name_taken(case.data.name, "name", facts) if named else None


@says("приказ ещё не подписан")
def order_not_signed(case: Case[Change], facts: Facts) -> Refusal | None:
    """Until the order is signed (P11)."""
    if {"signed", "registered"} & set(facts.child_states(case, ORDER)):
        return refuse("order_signed", "Приказ уже подписан")
    return None


# ---------------------------------------------------------------- which way a change goes


@says("изменение касается школ, которых надо спросить")
def concerns_schools(case: Case[Change], facts: Facts) -> bool:
    """Newcomers, a new base and the schools of joined networks are asked (A-02, N3, N10)."""
    return any(schools_concerned(case, facts))


@says("изменение предлагает сама сеть: решает совет")
def is_for_council(case: Case[Change], facts: Facts) -> bool:
    """What the network itself asks for, its council votes on (5.1, A-05)."""
    return not is_by_department(case, facts)


@says("приказ тем временем отменён")
def order_is_revoked(case: Case, facts: Facts) -> bool:
    """What a revoked order said does not take effect any more (O11)."""
    orders = {card.id for card in facts.children(case, ORDER) if card.state == "registered"}
    in_force = {order.case for order in facts.orders_of(f"network/{case.data.network}")}
    return not orders & in_force


@says("дата вступления в силу наступила")
def is_in_effect(case: Case, _facts: Facts) -> bool:
    """From the very day of effect on, at once if that is today (N5)."""
    return bool(case.data.effective_on <= case.today)


def _year(case: Case[Change]) -> str:
    return school_year(case.data.effective_on or case.today)
