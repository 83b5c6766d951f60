"""Conditions of a report: nothing is missing, nobody reviews his own (R2–R8)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from workflow_app.engine import Case, Facts, Refusal, refuse, says
from workflows.activities import PLAN
from workflows.registers.indicator_values import of_year
from workflows.registers.indicators import catalogue
from workflows.registers.memberships import composition
from workflows.registers.schools import SCHOOLS
from workflows.wording import lowered
from workflows.year_end import INDICATORS, REPORT
from workflows.year_end_report.directions import own_directions
from workflows.year_end_report.form import Report
from workflows.year_end_report.sections import unfinished

UNDECIDED = ("submitted", "under_review", "reviewed")
"""States of a report that ИМЦ has still to accept."""
NAMED = 2
"""So many missing indicators are named, the others counted: their titles are long."""


@says("у сети есть план этого года, а справки ещё нет")
def plan_exists(case: Case[Report], facts: Facts) -> Refusal | None:
    """A report tells of a plan (R1), and a network writes one a year (A-08)."""
    plans = facts.cases_about(case.subject, PLAN)
    if not any(card.state != "abandoned" for card in plans):
        return refuse("no_plan", "У сети нет плана этого года: отчитываться не о чем", basis="4.3")
    if any(card.id != case.id for card in facts.cases_about(case.subject, REPORT)):
        return refuse("report_exists", "Справка этого года уже есть", basis="A-08")
    return None


def missing(case: Case, facts: Facts, *, exams: bool) -> Iterator[tuple[int, str]]:
    """Yield school → what it should have told and has not, in words."""
    of_schools = [one for one in catalogue(facts) if one.level == "school"]
    told = {
        (v.school, v.indicator)
        for v in of_year(facts, case.data.network, case.data.school_year)
        if v.numerator is not None or v.note
    }
    explained = {row.school for row in case.data.no_data}
    for member in composition(facts, case.data.network, case.today):
        school = facts.of(SCHOOLS).last(member.school)
        asked = [
            one for one in of_schools
            if one.is_exam == exams and school is not None and one.applies_to(school.type)
        ]
        absent = [lowered(one.title) for one in asked if (member.school, one.id) not in told]
        if absent and member.school not in explained:
            nothing = "результаты экзаменов не внесены" if exams else "показатели не внесены"
            yield member.school, nothing if len(absent) == len(asked) else _named(absent)


def _named(absent: Sequence[str]) -> str:
    more = [f"ещё {len(absent) - NAMED}"] if len(absent) > NAMED else []
    return "не внесено: " + "; ".join([*absent[:NAMED], *more])


@says("внесены показатели каждой школы, или сказано, почему данных нет")
def indicators_told(case: Case[Report], facts: Facts) -> Iterator[Refusal]:
    """Each school's values, or why there are none (R2); exams come later (S13, S14)."""
    for school, absent in missing(case, facts, exams=False):
        yield refuse(
            "indicator_missing", "{school}: {absent}", absent=absent,
            school=facts.name("school", school), field="no_data", basis="1.6",
        )


@says("по каждому направлению есть вывод и показатели, по которым он виден")
def directions_concluded(case: Case[Report], facts: Facts) -> Iterator[Refusal]:
    """Each direction shows base, target, fact and a conclusion (1.7)."""
    for direction in sorted(own_directions(case, facts)):
        if case.data.conclusions.get(str(direction)) is None:
            yield refuse(
                "direction_new",
                "Направления «{name}» нет в выводах: нажмите «Обновить по данным года»",
                name=facts.name("direction", direction), field="conclusions", basis="1.7",
            )
    for row in case.data.conclusions:
        said: dict[str, Any] = {"name": facts.name("direction", row.direction or 0), "basis": "1.7"}
        if not row.text:
            yield refuse("direction_without_conclusion", "Нет вывода по направлению «{name}»",
                         kind="form", field=f"conclusions.{row.row_key}.text", **said)
        if not row.indicators:
            yield refuse("direction_without_indicator", "Нет показателя по направлению «{name}»",
                         field=f"conclusions.{row.row_key}.indicators", **said)


@says("есть рекомендации, у каждой — адресат, срок и измеримый признак")
def recommendations_given(case: Case[Report], _facts: Facts) -> Iterator[Refusal]:
    """At least one recommendation, each somebody's and measurable (4.3)."""
    if not case.data.recommendations:
        yield refuse(
            "no_recommendations", "В справке нет ни одной рекомендации", kind="form",
            field="recommendations", basis="4.3",
        )
    for row in case.data.recommendations:
        if row.addressee == "school" and row.school is None:
            yield _of_advice(row.row_key, "school_missing", "Выберите, какой школе", "school")
        if row.due_on and row.due_on <= case.today:
            yield _of_advice(row.row_key, "due_passed", "Срок рекомендации уже прошёл", "due_on")


def _of_advice(key: str, code: str, sentence: str, column: str) -> Refusal:
    return refuse(code, sentence, field=f"recommendations.{key}.{column}", basis="4.3")


@says("сказано, почему строки плана не выполнены")
def plan_rows_explained(case: Case[Report], facts: Facts) -> Iterator[Refusal]:
    """Whatever of the plan was not done is explained (R2)."""
    for row in unfinished(case, facts):
        known = case.data.unfinished.get(row.row_key)
        if known is None:
            yield refuse(
                "plan_row_new", "«{title}» не выполнено: нажмите «Обновить по данным года»",
                title=row.title, field="unfinished", basis="4.3",
            )
        elif not known.reason:
            yield refuse(
                "plan_row_unexplained", "«{title}»: объясните, почему не выполнено",
                title=row.title, kind="form", field=f"unfinished.{row.row_key}.reason", basis="4.3",
            )


@says("анкета: балл от 1 до 5 и число ответивших")
def survey_is_possible(case: Case[Report], _facts: Facts) -> Iterator[Refusal]:
    """A mean from 1 to 5 of at least one answer (1.8)."""
    mean, answers = case.data.climate_mean, case.data.climate_answers
    if (mean is None) != (answers is None):
        yield refuse(
            "survey_incomplete", "Анкета: нужны и балл, и число ответивших", kind="form",
            field="climate_answers" if answers is None else "climate_mean",
        )
    if mean is not None and not 1 <= mean <= 5:  # noqa: PLR2004 (the scale of the survey)
        yield refuse(
            "survey_out_of_scale", "Балл анкеты — от 1 до 5", kind="form", field="climate_mean"
        )
    if answers is not None and answers < 1:
        yield refuse(
            "survey_answers", "Ответивших не меньше одного", kind="form", field="climate_answers"
        )


@says("проверено всё: данные, выводы, план, рекомендации")
def all_checked(case: Case[Report], _facts: Facts) -> Iterator[Refusal]:
    """ИМЦ accepts what it has checked, line by line (R5)."""
    for name, info in type(case.form).model_fields.items():
        if not getattr(case.form, name):
            yield refuse(
                "not_checked", "Отметьте: «{title}»", title=info.title, kind="form", field=name
            )


@says("в сети есть школы, где сдают экзамены")
def exams_apply(case: Case, facts: Facts) -> bool:
    """A network of primary schools has no addendum (R7)."""
    types = {one for card in catalogue(facts) if card.is_exam for one in card.school_types}
    schools = map(facts.of(SCHOOLS).last, (case.data.base, *case.data.members))
    return any(school and school.type in types for school in schools)


@says("внесены результаты экзаменов каждой школы")
def exams_told(case: Case[Report], facts: Facts) -> Iterator[Refusal]:
    """The addendum shows every school's exams, or why there are none (R7)."""
    for school, absent in missing(case, facts, exams=True):
        yield refuse(
            "indicator_missing", "{school}: {absent}", absent=absent,
            school=facts.name("school", school), field="addendum", basis="1.6",
        )


# ---------------------------------------------------------------- what is only said


@says("показатели внесли не все школы")
def not_yet_told(case: Case[Report], facts: Facts) -> Iterable[Refusal]:
    """Who has not entered the indicators yet is seen while there is time."""
    if case.state in ("draft", "returned"):
        return tuple(indicators_told(case, facts))
    if case.state == "addendum_open":
        return tuple(exams_told(case, facts))
    return ()


@says("школа вносит показатели прямо сейчас")
def being_entered(case: Case[Report], facts: Facts) -> Iterator[Refusal]:
    """A school that corrects its values will change the table."""
    for card in facts.children(case, INDICATORS):
        if card.state == "being_entered" and case.state in UNDECIDED:
            yield refuse(
                "values_open", "Показатели ещё вносит {school}",
                school=facts.name("school", card.data.school),
            )
