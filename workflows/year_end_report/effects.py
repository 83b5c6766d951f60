"""What follows from steps of a report: prefilling, asking schools, recommendations (R1–R8)."""

from collections.abc import Iterator
from typing import Any

from workflow_app.engine import Call, Case, Enter, Facts, Fan, Made, Many, Put, Rows, Start, says
from workflow_app.engine.calendar import year_after
from workflows.papers import signature
from workflows.registers.indicator_values import entry, year_before_of
from workflows.registers.indicators import catalogue
from workflows.registers.memberships import composition
from workflows.registers.networks import NETWORKS
from workflows.registers.schools import SCHOOLS
from workflows.wording import GOAL
from workflows.year_end import INDICATORS, RECOMMENDATION
from workflows.year_end_report.directions import own_directions
from workflows.year_end_report.figures import of_network
from workflows.year_end_report.form import Conclusion, Report
from workflows.year_end_report.rules import exams_apply
from workflows.year_end_report.sections import sections, unfinished


@says("разделы заполнены по данным года")
def fill_in(case: Case, facts: Facts) -> Put:
    """What the registers know is written down; what people added to it stays (R1)."""
    data, network = case.data, facts.of(NETWORKS).get(case.data.network)
    members = composition(facts, data.network, case.today)
    rows = [
        data.conclusions.get(str(one)) or Conclusion(key=str(one), direction=one)
        for one in sorted(own_directions(case, facts))
    ]
    return Put({
        "network_name": network.name if network else data.network_name,
        "base": next((m.school for m in members if m.role == "base"), data.base),
        "members": Many(m.school for m in members if m.role != "base"),
        "coordinator": network.coordinator if network else data.coordinator,
        "told_on": case.today,
        "goal": (network.goal if network else "") or GOAL,
        "sections": Rows(sections(case, facts)),
        "unfinished": Rows(unfinished(case, facts)),
        "conclusions": Rows(rows),
    })


@says("каждая школа сети получает таблицу своих показателей")
def ask_schools(case: Case[Report], facts: Facts) -> Fan:
    """Each school tells its own year; nobody else writes it (R1)."""
    return _grids(case, facts, "year")


def _grids(case: Case, facts: Facts, stage: str) -> Fan:
    data = case.data
    rows = {
        f"{member.school}-{stage}": {
            "network": data.network, "network_name": data.network_name,
            "school_year": data.school_year, "school": member.school,
            "school_name": facts.name("school", member.school), "stage": stage,
        }
        for member in composition(facts, data.network, case.today)
        if stage == "year" or _has_exams(facts, member.school)
    }
    return Fan(INDICATORS, rows, changed="school_stays", removed="school_left")


def _has_exams(facts: Facts, school_id: int) -> bool:
    school = facts.of(SCHOOLS).last(school_id)
    return any(
        one.is_exam and (school is None or school.type in one.school_types)
        for one in catalogue(facts)
    )


@says("таблицы показателей школ закрыты")
def close_grids(_case: Case, _facts: Facts) -> Call:
    """What an approved report prints does not change any more (R6)."""
    return Call("close_values", to="children", process=INDICATORS)


@says("отмечено опоздание")
def mark_late(_case: Case, _facts: Facts) -> Put:
    """A report that is late stays so, whatever follows (R2)."""
    return Put({"late": True})


@says("записано, кто представил справку")
def remember_author(case: Case[Report], facts: Facts) -> Put | None:
    """Who submitted signs, an acting head as acting (R-3)."""
    if case.capacity is None:
        return None
    return Put({
        "submitted_by": case.capacity.person_id,
        "submitted_as": signature(facts, case.capacity)["должность"],
    })


@says("показатели сети за год записаны в реестр")
def enter_network_values(case: Case[Report], facts: Facts) -> Iterator[Enter]:
    """What an approved report tells of the network itself stands in the register (1.7)."""
    for card, value in of_network(case, facts):
        of: dict[str, Any] = {
            "network": case.data.network,
            "school": None,
            "school_year": case.data.school_year,
        }
        yield entry(
            card,
            year_before_of(facts, card, **of),
            **of,
            numerator=value.numerator,
            note="",
            denominator=value.denominator,
            value=value.value,
            source="справка сети",
        )


@says("рекомендации записаны и отправлены адресатам")
def issue_recommendations(case: Case[Report], facts: Facts) -> Iterator[Enter | Start]:
    """Each recommendation of an approved report becomes a case of its addressee (M1)."""
    data = case.data
    for number, row in enumerate(data.recommendations, start=1):
        post = facts.post(row.responsible) if row.responsible else None
        values = {
            "code": f"Р{data.network}-{data.school_year[7:]}-{number}", "network": data.network,
            "school_year": data.school_year, "text": row.text, "measure": row.measure,
            "addressee": row.addressee, "due_on": row.due_on, "school": row.school,
            "responsible": post.person_id if post else None, "state": "issued",
        }
        name = f"recommendation_{row.row_key}"
        yield Enter("recommendation", values, case.today, as_=name)
        organisation = _addressee(case, facts, row.addressee, row.school)
        started = {
            "recommendation": Made(name), "code": values["code"], "network": data.network,
            "network_name": data.network_name, "school_year": data.school_year, "text": row.text,
            "measure": row.measure, "addressee": row.addressee, "organisation": organisation,
            "school": row.school, "responsible": row.responsible, "due_on": row.due_on,
            "base": data.base,
        }
        subject = f"network/{data.network}/{year_after(data.school_year)}"
        yield Start(RECOMMENDATION, started, subject, alone=True)


def _addressee(case: Case, facts: Facts, kind: str, school: int | None) -> int | None:
    """Return the organisation that answers: the network answers by its base school."""
    if kind == "school":
        return school
    if kind == "network":
        return int(case.data.base)
    card = facts.organisation(kind)
    return card.id if card else None


@says("школы, где сдают экзамены, получают таблицу результатов")
def begin_addendum(case: Case[Report], facts: Facts) -> Iterator[Put | Fan]:
    """From 10 July the exams are told; nothing else of the report changes (R7)."""
    if exams_apply(case, facts):
        yield Put({"is_addendum_open": True})
        yield _grids(case, facts, "exams")


@says("отмечено: без дополнения")
def mark_without(_case: Case, _facts: Facts) -> Put:
    """By 31 August a report is closed with or without its addendum (R8)."""
    return Put({"without_addendum": True})
