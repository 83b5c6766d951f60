"""Conditions of an activity: evidence, dates, who confirms (K1–K3)."""

from collections.abc import Iterator

from workflow_app.engine import Case, Facts, Refusal, refuse, says
from workflow_app.engine.calendar import school_year_bounds
from workflows import together
from workflows.activities import FORMS
from workflows.plan_activity.form import Activity, is_proven
from workflows.registers.memberships import composition
from workflows.registers.recommendations import of_report
from workflows.rules import year_before
from workflows.wording import date

RECALLED = 3
"""So many years back a recommendation is looked for: what was left undone is planned again."""


@says("дата проведения уже наступила")
def happened_already(case: Case[Activity], _facts: Facts) -> Refusal | None:
    """Nothing is reported before it happened (K1)."""
    if case.form.actual_on is None or case.form.actual_on <= case.today:
        return None
    return refuse(
        "not_yet", "Мероприятие ещё не прошло: дата в будущем", kind="form", field="actual_on"
    )


@says("приложено подтверждение, если форма мероприятия его требует")
def evidence_given(case: Case[Activity], facts: Facts) -> Refusal | None:
    """What is proven ends with a file or a link (K1)."""
    if not is_proven(case, facts) or case.form.evidence or case.form.link:
        return None
    return refuse(
        "evidence_missing", "Для формы «{form}» приложите файл или ссылку на материалы",
        form=FORMS[case.data.form], kind="form", field="evidence",
    )


@says("число участников не отрицательное")
def count_is_possible(case: Case[Activity], _facts: Facts) -> Refusal | None:
    """Nobody counts below nothing (K1)."""
    if case.form.participants_count is None or case.form.participants_count >= 0:
        return None
    return refuse(
        "count_negative",
        "Участников не бывает меньше нуля",
        kind="form",
        field="participants_count",
    )


@says("даты новые и внутри учебного года")
def new_dates_fit(case: Case[Activity], _facts: Facts) -> Iterator[Refusal]:
    """An activity is put off within its school year (K3)."""
    first, last = school_year_bounds(case.data.school_year)
    since, until = case.form.starts_on, case.form.ends_on
    if since is None or until is None:
        return
    if (since, until) == (case.data.starts_on, case.data.ends_on):
        yield refuse(
            "dates_same", "Эти даты уже стоят: укажите новые", kind="form", field="starts_on"
        )
    if until < since:
        yield refuse("dates_reversed", "Окончание раньше начала", kind="form", field="ends_on")
    if since < first or until > last:
        yield refuse(
            "date_outside_year", "Мероприятие переносят внутри его учебного года: с {first} по "
            "{last}", first=date(first), last=date(last), kind="form",
            field="starts_on" if since < first else "ends_on",
        )


@says("новый день начала уже наступил")
def new_days_have_begun(case: Case[Activity], _facts: Facts) -> bool:
    """What was begun and gets a later end goes on: no day is left to wait for."""
    return case.form.starts_on is not None and case.form.starts_on <= case.today


@says("новый ответственный занимает должность в школе сети или в методическом центре")
def new_responsible_fits(case: Case, facts: Facts) -> Refusal | None:
    """Nobody outside the network and ИМЦ answers for an activity (L2)."""
    post = facts.post(case.form.responsible) if case.form.responsible else None
    inside = {m.school for m in composition(facts, case.data.network, case.today)}
    centre = facts.organisation("imc")
    if post and post.is_held and post.organisation_id in inside | {centre.id if centre else 0}:
        return None
    return refuse(
        "responsible_outside",
        "Ответственный должен работать в школе сети или в методическом центре",
        kind="form", field="responsible", basis="4.3",
    )


@says("отчитался сам координатор")
def coordinator_reports(case: Case[Activity], _facts: Facts) -> bool:
    """What the coordinator reports himself, the base head confirms (K2)."""
    return case.capacity is not None and case.capacity.role == "network_coordinator"


def recommended(case: Case, facts: Facts) -> Iterator[tuple[str, ...]]:
    """Yield the recommendation a row came from, as the report of an earlier year put it."""
    year, code = case.data.school_year, case.data.recommendation
    for _ in range(RECALLED if code else 0):
        year = year_before(year)
        for card in of_report(facts, case.data.network, year):
            if card.code == code:
                yield card.text, card.measure, date(card.due_on)


@says("мероприятие внесено по рекомендации")
def is_recommended(case: Case[Activity], _facts: Facts) -> bool:
    """A row of a recommendation is cancelled with the agreement of ИМЦ (7.4)."""
    return bool(case.data.recommendation)


@says("ответственный больше не работает, назначьте другого")
def responsible_left(case: Case[Activity], facts: Facts) -> Iterator[Refusal]:
    """An activity without somebody to do it is flagged (L-3)."""
    post = facts.post(case.data.responsible) if case.data.responsible else None
    if post is None or not post.is_held:
        name = post.name if post else "никто"
        yield refuse(
            "no_responsible", "Некому отвечать за мероприятие ({name}): назначьте другого",
            name=name, field="responsible", basis="4.3",
        )


NOT_HELD_YET = ("planned", "in_progress", "postponed")


@says("срок прошёл")
def is_overdue(case: Case[Activity], _facts: Facts) -> Iterator[Refusal]:
    """Overdue is what the calendar says, not a state (7.4); what is reported was held."""
    if case.state in NOT_HELD_YET and case.data.ends_on and case.data.ends_on < case.today:
        yield refuse("overdue", "Срок прошёл {date}", date=f"{case.data.ends_on:%d.%m.%Y}")


@says("мешает экзамен, другое мероприятие, расстояние или связь")
def hindered(case: Case, facts: Facts) -> Iterator[Refusal]:
    """What stands in the way of schools meeting is said until they have met (1.8-3)."""
    if case.state not in NOT_HELD_YET:
        return
    for day in together.exam_days(case.data, facts):
        yield refuse("exam_day", "{day} — день экзамена", day=date(day), field="starts_on",
                     basis="1.8")
    days = set(together.event_days(case.data))
    for school in case.data.participants if days else ():
        for card in facts.open_cases_of(case.process, school):
            if card.id != case.id and days & set(together.event_days(card.data)):
                yield refuse(
                    "dates_clash", "В эти дни у школы «{school}» «{title}»", field="starts_on",
                    school=facts.name("school", school), title=card.data.title, basis="1.8",
                )
    for code, found in (("far_apart", together.far_apart), ("no_line", together.unconnected)):
        for said, _row in found([case.data], facts):
            yield refuse(code, "{said}", said=said, field="mode", basis="1.8")
