"""Conditions of the proposal: who may be in a network, for how long, and until when it moves."""

from collections.abc import Iterator

from workflow_app.engine import Case, Facts, Refusal, Setting, at_least, refuse, says
from workflow_app.engine.calendar import school_year_bounds
from workflows.coordinators import WRITTEN
from workflows.network_proposal.form import SHORTEST, Proposal
from workflows.registers.directions import of_year
from workflows.registers.memberships import networks_of
from workflows.registers.schools import SCHOOLS, closed_on
from workflows.registers.statuses import HELPED
from workflows.roles import SPECIALIST
from workflows.rules import calendar_ends_before, school_year, statuses_for_planning
from workflows.wording import counted, date

ORDER = "order_approval"


@says("начинает директор, а специалист — если это ему разрешено (настройка A-01)")
def initiative_allowed(case: Case[Proposal], facts: Facts) -> Refusal | None:
    """The department proposes on its own initiative only where the setting lets it (A-01)."""
    by_department = case.capacity is not None and case.capacity.role == SPECIALIST.held_by
    if not by_department or facts.setting("A-01")["department"]:
        return None
    return refuse(
        "initiative_off",
        "Управление образованием сети не предлагает: предложение начинает директор школы",
        kind="person", basis="A-01",
    )


@says("среди приглашённых есть школа, которой оказывается помощь")
def has_helped_school(case: Case[Proposal], facts: Facts) -> Refusal | None:
    """A network exists to help: at least one supported school holds a status (title)."""
    year = case.data.school_year
    if not case.data.members:
        return None  # what is not filled in yet is asked for as such
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


@says("направления взяты из перечня этого учебного года")
def directions_of_year(case: Case[Proposal], facts: Facts) -> Iterator[Refusal]:
    """Directions are chosen from the department's list of that year (5.2)."""
    known = of_year(facts, case.data.school_year)
    if any(direction not in known for direction in case.data.directions):
        yield refuse(
            "direction_of_another_year",
            "Выбрано направление другого учебного года",
            kind="form",
            field="directions",
            basis="5.2",
        )


@says("направления этого года утверждены приказом")
def directions_in_force(case: Case, facts: Facts) -> Refusal | None:
    """At approval the directions stand by a registered order (P9)."""
    known = of_year(facts, case.data.school_year)
    chosen = [known.get(direction) for direction in case.data.directions]
    if all(row and row.is_in_force for row in chosen):
        return None
    return refuse(
        "directions_not_in_force",
        "Направления этого года ещё не утверждены приказом",
        field="directions",
        basis="5.2",
    )


@says("направления выбранного учебного года определены приказом")
def directions_not_named(case: Case[Proposal], facts: Facts) -> Refusal | None:
    """Warning: who finds no direction to choose learns whom to ask for it (5.2)."""
    year = case.data.school_year
    if case.state not in WRITTEN or not year:
        return None
    if any(row.is_in_force for row in of_year(facts, year).values()):
        return None
    return refuse(
        "directions_not_named",
        "Направления {year} ещё не определены приказом: попросите специалиста управления "
        "образованием", year=year.replace("-", "/"), field="directions", basis="5.2",
    )


@says("сети останется работать меньше трёх месяцев")
def lives_short(case: Case[Proposal], _facts: Facts) -> Refusal | None:
    """Warning: a network for the summer holidays is a slip of the hand (A-04)."""
    since, until = case.data.valid_from, case.data.valid_to
    if case.state not in WRITTEN or since is None or until is None or until <= case.today:
        return None
    days = (until - max(since, case.today)).days + 1
    if not 0 < days < SHORTEST:
        return None
    return refuse(
        "lives_short", "Сеть проработает всего {days}, по {until}: проверьте учебный год и срок",
        days=counted(days, "день", "дня", "дней"), until=date(until), field="valid_to",
        basis="A-04",
    )


@says("базовая школа не приглашает саму себя")
def base_is_not_invited(case: Case[Proposal], _facts: Facts) -> Refusal | None:
    """The base school does not invite itself (7.1 P2)."""
    if case.data.base in {member.school for member in case.data.members}:
        return refuse(
            "base_among_members", "Базовую школу приглашать не нужно: она уже в сети",
            kind="form", field="members", basis="1.3",
        )
    return None


@says("наименование начинается со слова «сеть», которое стоит перед ним само")
def name_begins_with_its_word(case: Case[Proposal], _facts: Facts) -> Refusal | None:
    """Warning: pages and papers say «сеть «…»» themselves, and would say it twice (dossier 4)."""
    begins = case.data.name.strip(' «"').casefold().startswith(("сеть ", "сеть«"))
    if case.state not in WRITTEN or not begins:
        return None
    return refuse(
        "name_doubled",
        "Слово «сеть» в наименовании лишнее: на страницах и в приказе оно стоит само",
        field="name", basis="1.3",
    )


@says("к поддержке с пожеланиями написаны пожелания")
def wishes_written(case: Case[Proposal], _facts: Facts) -> Refusal | None:
    """An opinion that supports with wishes says them (1.4)."""
    if case.form.recommendation != "support_with_notes" or case.form.notes.strip():
        return None
    return refuse(
        "wishes_missing", "Напишите пожелания или поддержите сеть без них", kind="form",
        field="notes", basis="1.4",
    )


@says("каждая школа приглашена один раз")
def schools_differ(case: Case[Proposal], _facts: Facts) -> Refusal | None:
    """Nobody is asked twice (P2)."""
    keys = case.data.members.keys()
    if len(set(keys)) == len(keys):
        return None
    return refuse(
        "school_repeated", "Одна школа приглашена дважды", kind="form", field="members", basis="1.5"
    )


@says("все школы — из нашего муниципалитета и работают")
def schools_exist(case: Case[Proposal], facts: Facts) -> Iterator[Refusal]:
    """Every invited school belongs to this district, and none is closed by then."""
    begins = max(case.data.valid_from or case.today, case.today)
    for member in case.data.members:
        card = facts.of(SCHOOLS).last(member.school)
        closed = closed_on(facts, card, begins) if card else None
        if card and closed:
            yield refuse(
                "school_closed", "Школа «{school}» закрыта с {day}: выберите другую",
                school=card.name, day=date(closed), kind="form",
                field=f"members.{member.row_key}.school",
            )
        elif member.school and card is None:
            yield refuse(
                "unknown_school", "Такой школы в районе нет",
                kind="form", field=f"members.{member.row_key}.school",
            )


@says("срок сети не дольше допустимого (настройка A-04)")
def term_allowed(case: Case[Proposal], facts: Facts) -> Iterator[Refusal]:
    """A network lives at most the set number of school years (A-04)."""
    since, until = case.data.valid_from, case.data.valid_to
    if since is None or until is None:
        return
    if until <= since:
        yield refuse(
            "term_reversed",
            "Срок заканчивается раньше, чем начинается",
            kind="form",
            field="valid_to",
        )
    elif until <= case.today:
        yield refuse(
            "term_over", "Срок сети ({day}) уже прошёл: назовите день впереди", day=date(until),
            kind="form", field="valid_to", basis="A-04",
        )
    longest = int(facts.setting("A-04.max"))
    if until > school_year_bounds(school_year(since))[1].replace(
        year=int(school_year(since)[:4]) + longest
    ):
        yield refuse(
            "term_too_long", "Сеть создаётся не дольше чем на {years}",
            years=counted(longest, "учебный год", "учебных года", "учебных лет"),
            kind="form", field="valid_to", basis="A-04",
        )
    yield from calendar_ends_before(until, "valid_to", facts) or ()


@says("ни одна школа не состоит уже в предельном числе сетей (настройка A-10)")
def networks_per_school(case: Case, facts: Facts) -> Iterator[Refusal]:
    """No school takes part in too many networks at once (A-10)."""
    most = int(facts.setting("A-10"))
    for school in (case.data.base, *(member.school for member in case.data.members)):
        if len(networks_of(facts, school, case.data.valid_from)) >= most:
            yield refuse(
                "too_many_networks", "Школа «{school}» уже участвует в {networks}",
                school=facts.name("school", school),
                networks=counted(most, "сети", "сетях", "сетях"), field="members", basis="A-10",
            )


@says("без этой школы остаются поддерживаемая школа и нужная доля согласий")
def supported_remain(case: Case[Proposal], facts: Facts) -> Iterator[Refusal]:
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


def _share_remains(case: Case[Proposal], facts: Facts, rest: int) -> Iterator[Refusal]:
    """The share of invited schools that take part stays at A-02 or above."""
    # A case of the release before knows only who was ever asked.
    invited = len(case.data.invited or case.data.asked) or 1
    if not at_least(Setting("A-02")).is_met(rest, invited, facts):
        yield refuse(
            "share_too_small", "Из приглашённых школ ({invited}) останется {rest}: этого мало",
            rest=rest, invited=invited, field="school", basis="A-02",
        )


@says("приказ ещё не подписан")
def order_not_signed(case: Case[Proposal], facts: Facts) -> Refusal | None:
    """Until the order is signed (C3, P11)."""
    if {"signed", "registered"} & set(facts.child_states(case, ORDER)):
        return refuse("order_signed", "Приказ уже подписан")
    return None


@says("согласия сейчас собираются")
def is_sent(case: Case[Proposal], _facts: Facts) -> Refusal | None:
    """A consent is answered while consents are collected (C1)."""
    if case.state != "collecting_consents":
        return refuse("not_collecting", "Согласия сейчас не собираются")
    return None


@says("дело ещё не закончено")
def is_open(case: Case[Proposal], _facts: Facts) -> Refusal | None:
    """Nothing is answered any more in a case that ended without an order (C2, C3)."""
    if case.state in ("rejected", "withdrawn", "expired"):
        return refuse("case_closed", "Дело закончено: ответ уже ничего не меняет")
    return None
