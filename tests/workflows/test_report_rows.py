"""The report of a year row by row: what the Regulation wants it to show (1.7, 2)."""

import datetime as dt

import pytest
from engine.facts_twin import FactsTwin
from register_rows import put_members, put_network, put_schools

from workflow_app.engine.case import Case
from workflow_app.engine.facts import CaseCard
from workflows.annual_plan.form import Plan
from workflows.annual_plan.papers import plan
from workflows.plan_activity.form import Activity
from workflows.registers.directions import DIRECTIONS_OF_YEAR, Direction
from workflows.registers.indicator_values import INDICATOR_VALUES, IndicatorValue
from workflows.registers.indicators import INDICATORS, Indicator
from workflows.wording import GOAL
from workflows.year_end_report.directions import table
from workflows.year_end_report.effects import fill_in
from workflows.year_end_report.form import Report
from workflows.year_end_report.papers import report
from workflows.year_end_report.rules import directions_concluded

NETWORK, YEAR, BEFORE, SINCE = 7, "2025-2026", "2024-2025", dt.date(2024, 9, 1)
ABOUT = f"network/{NETWORK}/{YEAR}"
BASE, HELPED, PARTNER, MATHS, READING = 1, 2, 3, 20, 21
VPR = "Доля отметок «2» по математике"
REMOTE = "Доля дистанционных мероприятий"
SURVEY = "Комфортность взаимодействия"
CHANGED = "Доля отметок «2» снизилась втрое."


def told(indicator, year, **values):
    return IndicatorValue(network=NETWORK, indicator=indicator, school_year=year, **values)


def facts():
    """Return NW1 at the end of its year: one school is helped, two directions are worked on."""
    cards = [activity(number, "done", adaptation=number < 4) for number in range(5)]
    cards.append(activity(5, "planned", adaptation=True))
    found = FactsTwin(about={ABOUT: tuple(cards)})
    put_network(
        found,
        NETWORK,
        name="Математика",
        term_from=SINCE,
        term_to=dt.date(2026, 8, 31),
        directions=(MATHS, READING),
    )
    found.put_rows(
        INDICATORS,
        *(
            Indicator(
                id=key,
                code=code,
                title=title,
                unit=unit,
                place=key,
                level=level,
                school_types=types,
            )
            for key, code, title, unit, level, types in (
                (3, "I03", VPR, "%", "school", ("СОШ",)),
                (4, "N03", REMOTE, "%", "network", ()),
                (6, "N06", SURVEY, "балл", "network", ()),
            )
        ),
    )
    found.put_rows(
        INDICATOR_VALUES,
        told(3, YEAR, school=BASE, numerator=5, denominator=100),
        told(3, YEAR, school=HELPED, numerator=5, denominator=50, baseline="34.4", target=20),
        told(3, YEAR, school=PARTNER, numerator=5, denominator=50),
        told(4, YEAR, target=40),
        told(4, BEFORE, numerator=1, denominator=4),
        told(6, BEFORE, denominator=4, value="3.5"),
    )
    put_members(
        found, NETWORK, {BASE: "base", HELPED: "supported", PARTNER: "partner"}, since=SINCE
    )
    put_schools(found, {key: {} for key in (1, 2, 3)})
    found.names |= {("school", key): f"№ {key}" for key in (1, 2, 3)}
    found.names |= {("direction", MATHS): "Математика", ("direction", READING): "Чтение"}
    found.put_rows(
        DIRECTIONS_OF_YEAR,
        *(
            Direction(id=key, school_year=YEAR, name=name, state="in_force")
            for key, name in ((MATHS, "Математика"), (READING, "Чтение"))
        ),
    )
    return found


def activity(number, state, **said):
    data = Activity(
        title=f"Мероприятие {number}",
        direction=MATHS,
        starts_on=dt.date(2025, 10, 1),
        ends_on=dt.date(2026, 5, 1),
        actual_on=dt.date(2026, 4, 1),
        mode="remote" if number == 0 else "in_person",
        **said,
    )
    return CaseCard(number, "plan_activity", state, data, key=f"a{number}")


def written(*conclusions):
    rows = [{"key": str(one["direction"]), **one} for one in conclusions]
    data = {"network": NETWORK, "school_year": YEAR, "base": BASE, "conclusions": rows}
    return Case(
        1,
        "year_end_report",
        "draft",
        Report.model_validate(data),
        1,
        subject=ABOUT,
        today=dt.date(2026, 6, 1),
    )


def concluded():
    return written(
        {"direction": MATHS, "indicators": ["I03", "N03", "N06"], "text": CHANGED},
        {"direction": READING, "text": "Читают больше, чем прежде."},
    )


@pytest.mark.clause("1.7-3")
def test_each_direction_shows_base_target_fact_and_conclusion_on_page_and_paper():
    case = concluded()
    shown = [
        (VPR, "№\u00a02", "34,4 %", "20,0 %", "10,0 %", "−24,4 п. п."),
        (VPR, "Итог по всем школам сети", "", "", "7,5 %", ""),
        (REMOTE, "сеть в целом", "25,0 %", "40,0 %", "20,0 % (1 из 5)", "−5,0 п. п."),
        (SURVEY, "сеть в целом", "", "", "нет данных", ""),  # four answers a year ago: closed
    ]
    heading = f"Математика. Вывод: {CHANGED}"
    rows = [*table(case, facts())]
    assert rows[:-1] == [(heading, *line) for line in shown]
    assert rows[-1][:2] == ("Чтение. Вывод: Читают больше, чем прежде.", "Показатель не выбран")
    maths = report(case, facts())["выводы"][0]
    assert (maths["направление"], maths["текст"]) == ("Математика", CHANGED)
    printed = [
        (of["название"], *row.values()) for of in maths["показатели"] for row in of["строки"]
    ]
    assert printed == shown


@pytest.mark.clause("1.7-3")
def test_a_direction_without_an_indicator_stops_the_report_and_is_named():
    refused = {one.code: one.message for one in directions_concluded(concluded(), facts())}
    assert refused == {"direction_without_indicator": "Нет показателя по направлению «Чтение»"}
    (missed,) = directions_concluded(
        written({"direction": MATHS, "indicators": ["I03"], "text": CHANGED}), facts()
    )
    assert missed.message == (
        "Направления «Чтение» нет в выводах: нажмите «Обновить по данным года»"
    )


@pytest.mark.clause("2-goal")
def test_plan_and_report_say_the_goal_and_the_table_covers_supported_schools_only():
    told = facts()
    about = Plan.model_validate({"network": NETWORK, "school_year": YEAR, "base": BASE})
    assert plan(Case(2, "annual_plan", "agreed", about, 1), told)["сеть"]["цель"] == GOAL
    assert fill_in(concluded(), told).values["goal"] == GOAL
    paper = report(concluded(), told)
    assert paper["сеть"]["цель"] == f"п{GOAL[1:]}."
    schools = {row["школа"] for of in paper["показатели"] for row in of["строки"]}
    assert schools == {"№\u00a02", "Итог по всем школам сети"}


@pytest.mark.clause("2-task3")
def test_the_report_counts_what_was_held_for_adaptation():
    (progress,) = [
        row for row in fill_in(concluded(), facts()).values["sections"] if row.key == "2"
    ]
    assert "Мероприятий по адаптации: 4" in progress.found.splitlines()
