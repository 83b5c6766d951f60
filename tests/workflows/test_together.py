"""Schools that plan something together are warned of what stands in the way (1.8)."""

import datetime as dt

import pytest
from engine.facts_twin import FactsTwin
from register_rows import put_schools

from workflow_app.engine.case import Case
from workflow_app.engine.facts import CaseCard, OrganisationCard, PostCard
from workflows.annual_plan.form import Plan
from workflows.annual_plan.process import process as annual_plan
from workflows.plan_activity.form import Activity
from workflows.plan_activity.process import process as plan_activity

CENTRE, FAR, NEAR, AWAY = 1, 10, 2, 12
EXAM = "2026-06-02"
TEACHER = 201


def facts():
    """Return NW1: № 10 lies 84 km from the centre, where № 1 and № 2 stand; of № 12 none knows."""
    schools = {
        CENTRE: ("с. Левокумское", None, "оптика"),
        NEAR: ("с. Левокумское", None, "нет, обещают осенью"),
        FAR: ("с. Турксад", 84, ""),
        AWAY: ("х. Термита", None, "спутник"),
    }
    department = OrganisationCard(9, "department", "О", "Отдел", "", "с. Левокумское")
    teacher = PostCard(TEACHER, "network_coordinator", CENTRE, "координатор", "Фомина Д.А.", 15)
    twin = FactsTwin(
        organisations={"department": department},
        posts={TEACHER: teacher},
        names={("school", key): f"№ {key}" for key in schools},
        settings={**FactsTwin().settings, "calendar.exam_days": [EXAM]},
    )
    put_schools(
        twin,
        {
            key: {"place": place, "distance_km": distance, "internet": line}
            for key, (place, distance, line) in schools.items()
        },
    )
    return twin


def row(key, **said):
    return {
        "key": key,
        "title": f"Семинар {key}",
        "mode": "in_person",
        "responsible": TEACHER,
        "participants": [FAR, AWAY],
        "starts_on": "2026-03-02",
        "ends_on": "2026-04-30",
        **said,
    }


def activity(**values):
    told = row("1", **values)
    return Activity.model_validate({name: told[name] for name in told.keys() - {"key"}})


def said(process, case, told):
    return {(one.code, one.message) for warns in process.warnings for one in warns(case, told)}


def of_plan(*rows, state="draft"):
    data = Plan.model_validate({"network": 7, "school_year": "2025-2026", "activities": rows})
    return said(annual_plan, Case(1, "annual_plan", state, data, 1), facts())


@pytest.mark.clause("1.8-3")
def test_a_joint_event_on_a_day_of_exams_is_warned_of():
    one = row("1", starts_on=EXAM, ends_on=EXAM, participants=[NEAR])
    told = {message for code, message in of_plan(one) if code == "exam_day"}
    assert told == {"«Семинар 1»: 02.06.2026 — день экзамена"}
    both = of_plan(one, one | {"key": "2", "title": "Семинар 2"})
    assert ("dates_clash", "«Семинар 2»: в эти дни у школы «№ 2» «Семинар 1»") in both


@pytest.mark.clause("1.8-3")
def test_a_plan_is_warned_of_distance_and_of_schools_without_a_line():
    meetings = [row(key) for key in "1234"]
    remote = row("5", mode="remote", participants=[FAR, NEAR, AWAY])
    told = of_plan(*meetings, remote, row("6", participants=[NEAR]))
    assert dict(told) == {
        "far_apart": "От «№ 10» до «№ 1» 84 км, а встреча очная: «Семинар 1», «Семинар 2», "
        "«Семинар 3» и ещё 1 строка. Может быть, подойдёт дистанционный формат",
        "no_line": "По карточке школы связи нет или она не указана: «№ 10», «№ 2». "
        "Уточните, как там примут участие: «Семинар 5»",
    }
    assert of_plan(row("1", form="report"), row("2", form="survey", mode="remote")) == set()
    assert {code for code, _ in of_plan(row("1"), state="active")} == {"no_remote_activity"}


@pytest.mark.clause("1.8-3")
def test_an_activity_is_warned_of_the_same_until_it_has_been_held():
    told = facts()
    other = Activity.model_validate(
        {"title": "Открытый урок", "starts_on": EXAM, "ends_on": EXAM, "participants": [FAR]}
    )
    told.open_cases = {FAR: (CaseCard(8, "plan_activity", "planned", other),)}
    data = activity(starts_on=EXAM, ends_on=EXAM)
    case = Case(7, "plan_activity", "planned", data, 1, today=dt.date(2026, 3, 1))
    assert {code for code, _ in said(plan_activity, case, told)} == {
        "exam_day",
        "dates_clash",
        "far_apart",
    }
    assert ("dates_clash", "В эти дни у школы «№ 10» «Открытый урок»") in said(
        plan_activity, case, told
    )
    remote = activity(mode="mixed")
    case = Case(7, "plan_activity", "postponed", remote, 1, today=dt.date(2026, 3, 1))
    assert {code for code, _ in said(plan_activity, case, told)} == {"no_line"}
    held = Case(7, "plan_activity", "done", data, 1, today=dt.date(2026, 3, 1))
    assert said(plan_activity, held, told) == set()
