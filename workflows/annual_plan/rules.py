"""Conditions of a plan: whom it reaches, when it happens, who answers for it (L2, L6)."""

from collections.abc import Iterable, Iterator

from workflow_app.engine import Case, Facts, Refusal, already_there, refuse, says
from workflow_app.engine.calendar import school_year_bounds
from workflows import together
from workflows.activities import ACTIVITY, IN_FORCE, PLAN, REMOTE
from workflows.annual_plan.advice import advice_in_waiting
from workflows.annual_plan.form import Activity, Plan, row_is_done
from workflows.registers.directions import of_year
from workflows.registers.networks import CLOSED, NETWORKS
from workflows.rules import schools_now
from workflows.together import event_days
from workflows.year_end import APPROVED, REPORT

SMALL = {"responsible", "starts_on", "ends_on"}


@says("есть мероприятие для каждой поддерживаемой школы и по каждому направлению сети")
def covers_all(case: Case[Plan], facts: Facts) -> Iterator[Refusal]:
    """Nobody the network helps, and no direction it works on, is forgotten (4.3, 5.2)."""
    rows = case.data.activities
    reached = {school for row in rows for school in row.participants}
    for member in schools_now(case, facts):
        if member.role == "supported" and member.school not in reached:
            yield refuse(
                "school_without_activity", "Нет мероприятия для школы «{school}»",
                school=facts.name("school", member.school), kind="form", field="activities",
                basis="4.3",
            )
    for direction in _directions_of_year(case, facts) - {row.direction for row in rows}:
        yield refuse(
            "direction_without_activity", "Нет мероприятия по направлению «{direction}»",
            direction=facts.name("direction", direction), kind="form", field="activities",
            basis="5.2",
        )


def _directions_of_year(case: Case[Plan], facts: Facts) -> set[int]:
    """Return the directions of this year that the network works on."""
    network = facts.of(NETWORKS).get(case.data.network)
    own = network.directions if network else ()
    return set(own) & set(of_year(facts, case.data.school_year))


@says("есть дистанционное мероприятие или объяснено, почему его нет")
def remote_or_reason(case: Case[Plan], _facts: Facts) -> Refusal | None:
    """Remote formats are a principle of a network (1.8)."""
    if any(row.mode in REMOTE for row in case.data.activities) or case.data.no_remote_reason:
        return None
    return refuse(
        "no_remote_activity",
        "В плане нет дистанционных форматов: добавьте или объясните почему",
        kind="form", field="no_remote_reason", basis="1.8",
    )


@says("все даты внутри учебного года, начало не позже окончания")
def dates_in_year(case: Case[Plan], _facts: Facts) -> Iterator[Refusal]:
    """Dates of a plan lie inside its school year (L2)."""
    first, last = school_year_bounds(case.data.school_year)
    for row in case.data.activities:
        if row.starts_on is None or row.ends_on is None:
            continue
        if row.ends_on < row.starts_on:
            yield _of_row(row, "dates_reversed", "окончание раньше начала", "ends_on")
        elif row.starts_on < first or row.ends_on > last:
            yield _of_row(row, "date_outside_year", "даты вне учебного года", "starts_on")


@says("каждый ответственный работает в школе сети или в методическом центре и занимает должность")
def responsible_inside(case: Case[Plan], facts: Facts) -> Iterator[Refusal]:
    """Nobody outside the network and ИМЦ answers for a row (L2)."""
    inside = set(_members(case)) | _imc(facts)
    for row in _ahead(case, facts):
        post = facts.post(row.responsible) if row.responsible else None
        if row.responsible and (post is None or post.organisation_id not in inside):
            yield _of_row(
                row,
                "responsible_outside",
                "ответственный не из сети и не из методического центра",
                "responsible",
            )
        elif post and not post.is_held:
            yield _of_row(row, "no_responsible", f"{post.name} больше не работает", "responsible")


@says("в мероприятиях участвуют школы сети")
def participants_inside(case: Case[Plan], facts: Facts) -> Iterator[Refusal]:
    """A row is done by schools of the network."""
    inside = set(_members(case))
    for row in _ahead(case, facts):
        for school in set(row.participants) - inside:
            name = facts.name("school", school or 0)
            yield _of_row(row, "participant_outside", f"школа «{name}» не в сети", "participants")


@says("сеть действует: она не приостановлена и не закрывается")
def network_is_active(case: Case[Plan], facts: Facts) -> Refusal | None:
    """New activities are forbidden while a network is suspended or closing (N7, N8)."""
    network = facts.of(NETWORKS).get(case.data.network)
    if network is None or network.state in ("suspended", "closing", CLOSED):
        return refuse("network_not_active", "Сеть приостановлена или закрывается: план не меняют")
    return None


def _ahead(case: Case[Plan], facts: Facts) -> Iterator[Activity]:
    """Yield the rows still to be done: what was done stays true of who was there then (L6)."""
    return (row for row in case.data.activities if not row_is_done(case, facts, row))


def _members(case: Case) -> Iterable[int]:
    return (case.data.base, *case.data.members)


def _imc(facts: Facts) -> set[int]:
    centre = facts.organisation("imc")
    return {centre.id} if centre else set()


def _of_row(row: Activity, code: str, sentence: str, column: str) -> Refusal:
    return refuse(
        code, "«{title}»: {sentence}", title=row.title or "строка без названия",
        sentence=sentence, kind="form", field=f"activities.{row.row_key}.{column}", basis="4.3",
    )


# ---------------------------------------------------------------- which way a plan goes


@says("изменены только ответственные или даты в пределах месяца (настройка A-05)")
def is_small_change(case: Case[Plan], facts: Facts) -> bool:
    """Dates within the month and the responsible may change without a vote (A-05)."""
    before = facts.parent(case)
    if before is None or not hasattr(before.data, "activities"):
        return False
    old, new = before.data.activities, case.data.activities
    return all(
        fields <= SMALL and _same_months(old.get(key), new.get(key))
        for key, fields in new.difference(old).items()
    )


def _same_months(before: Activity | None, after: Activity | None) -> bool:
    if before is None or after is None:
        return False
    pairs = ((before.starts_on, after.starts_on), (before.ends_on, after.ends_on))
    return all(a and b and (a.year, a.month) == (b.year, b.month) for a, b in pairs)


@says("изменились состав сети, базовая школа или направления")
def is_outdated(case: Case[Plan], facts: Facts) -> bool:
    """A plan whose network has changed under it needs a new edition (N5)."""
    members = {m.school for m in schools_now(case, facts)}
    missing = _directions_of_year(case, facts) - {row.direction for row in case.data.activities}
    return case.state == "outdated" or members != set(_members(case)) or bool(missing)


@says("все мероприятия завершены или сняты")
def all_activities_ended(case: Case[Plan], facts: Facts) -> bool:
    """A plan ends by itself when every row has ended (L7)."""
    states = facts.child_states(case, ACTIVITY)
    return bool(states) and set(states) <= {"done", "cancelled"}


@says("на голосование его отправил сам директор базовой школы")
def base_head_sent_it(case: Case[Plan], facts: Facts) -> bool:
    """Nobody approves what he sent: then the department does (5.1)."""
    sent = case.persons("to_vote")
    heads = facts.holders("school_head", case.data.base)
    return bool(heads) and all(sent & head.persons for head in heads)


@says("справка об этом годе утверждена")
def report_is_approved(case: Case[Plan], facts: Facts) -> bool:
    """A plan is closed with the report that tells of it (L8)."""
    return any(card.state in APPROVED for card in facts.cases_about(case.subject, REPORT))


@says("есть принятые рекомендации, которых нет в плане")
def advice_waits(case: Case[Plan], facts: Facts) -> Refusal | None:
    """What was accepted after the plan was opened may still enter it (M4)."""
    if advice_in_waiting(case, facts):
        return None
    return already_there("no_advice_waits", "Все принятые рекомендации уже в плане", basis="4.3")


@says("другой редакции этого плана ещё не готовят")
def no_open_edition(case: Case[Plan], facts: Facts) -> Refusal | None:
    """One new edition at a time (L6, invariant 5)."""
    if set(facts.child_states(case, PLAN)) - {"abandoned"}:
        return already_there("edition_open", "Новая редакция плана уже готовится", basis="5.1")
    return None


# ---------------------------------------------------------------- what is only said


@says("нет ни одного дистанционного мероприятия")
def no_remote_share(case: Case[Plan], facts: Facts) -> Iterable[Refusal]:
    """A plan without remote activities is warned of while it is written (1.8-6)."""
    found = remote_or_reason(case, facts) if case.data.activities else None
    return (found,) if found else ()


@says("мероприятие выпадает на экзаменационные дни (настройка «Дни экзаменов»)")
def exam_days(case: Case[Plan], facts: Facts) -> Iterator[Refusal]:
    """Joint events on exam days are warned of (1.8-3)."""
    for row in case.data.activities:
        for day in together.exam_days(row, facts):
            yield _of_row(row, "exam_day", f"{day:%d.%m.%Y} — день экзамена", "starts_on")


@says("у школы в эти дни другое мероприятие")
def clashes(case: Case, facts: Facts) -> Iterator[Refusal]:
    """Events of one school on one day are warned of, within the plan and beyond it (1.8-3)."""
    rows = [row for row in case.data.activities if any(event_days(row))]
    schools = {school for row in rows for school in row.participants}
    known = case.data.activities.keys()
    others = {school: facts.open_cases_of(ACTIVITY, school) for school in sorted(schools)}
    for number, row in enumerate(rows):
        days = set(event_days(row))
        for school in row.participants:
            taken = [other.title for other in rows[:number] if school in other.participants
                     and days & set(event_days(other))]
            taken += [card.data.title for card in others[school]
                      if card.key not in known
                      and days & set(event_days(card.data))]
            for title in taken[:1]:
                name = facts.name("school", school)
                yield _of_row(row, "dates_clash", f"в эти дни у школы «{name}» «{title}»",
                              "starts_on")


@says("очно встречаются школы, которые далеко друг от друга (настройка «Расстояние»)")
def far_apart(case: Case[Plan], facts: Facts) -> Iterator[Refusal]:
    """Distance between the schools of a meeting is warned of while there is a choice (1.8-3)."""
    if case.state not in IN_FORCE:
        for said, row in together.far_apart(case.data.activities, facts):
            yield _only_said("far_apart", said, row)


@says("в дистанционном мероприятии участвует школа, связь которой не указана")
def unconnected(case: Case[Plan], facts: Facts) -> Iterator[Refusal]:
    """A school without a line is warned of while there is a choice (1.8-3)."""
    if case.state not in IN_FORCE:
        for said, row in together.unconnected(case.data.activities, facts):
            yield _only_said("no_line", said, row)


def _only_said(code: str, said: str, row: Activity) -> Refusal:
    field_name = f"activities.{row.row_key}.mode"
    return refuse(code, "{said}", said=said, field=field_name, basis="1.8")


@says("ответственный больше не работает")
def responsible_left(case: Case[Plan], facts: Facts) -> Iterator[Refusal]:
    """A responsible who left is flagged (L-3)."""
    for row in _ahead(case, facts):
        post = facts.post(row.responsible) if row.responsible else None
        if post and not post.is_held:
            yield _of_row(row, "no_responsible", f"{post.name} больше не работает", "responsible")
