"""What a change of a network asks of activities in hand and of an order already signed."""

import datetime as dt

import pytest
from engine.facts_twin import FactsTwin
from engine.people import S16, actor
from network_story import direction
from register_rows import put_members, put_network

from workflow_app.engine.case import Case
from workflow_app.engine.changes import Amend, Call, Voter
from workflow_app.engine.decide import check, decide
from workflow_app.engine.facts import CaseCard, PostCard
from workflow_app.engine.roles import system
from workflow_app.engine.votes import Tally, Vote
from workflows import annual_plan, network_change, network_life
from workflows import recommendation_follow_up as advice
from workflows.activities import ACTIVITY
from workflows.network_change.form import Change
from workflows.network_change.papers import consent, exit_notice, notice
from workflows.network_change.rules import activities_passed_on, order_is_revoked, order_not_signed
from workflows.network_life.papers import partnership
from workflows.order_approval.form import Order
from workflows.order_approval.limits import nothing_is_left_open
from workflows.plan_activity import process as activity
from workflows.registers.directions import DIRECTIONS_OF_YEAR
from workflows.rules import Reason
from workflows.wording import GAP

TODAY = dt.date(2026, 2, 2)
NOW = dt.datetime(2026, 2, 2, 7, tzinfo=dt.UTC)
S10, S01 = 110, 101
WHY = Reason(reason="причина названа словами")


def registers(state="planned", organisation=S10):
    """Return a network with one activity that a school is responsible for."""
    facts = FactsTwin(today=TODAY)
    data = activity.form.model_validate({"title": "Открытый урок", "responsible": 7})
    facts.about["network/7"] = (CaseCard(3, ACTIVITY, state, data),)
    facts.posts[7] = PostCard(7, "deputy", organisation, "заместитель директора")
    term = {"term_from": dt.date(2025, 9, 1), "term_to": dt.date(2026, 8, 31)}
    put_network(facts, 7, name="Математика", **term)
    roles = {S01: "base", S10: "supported", 112: "supported"}
    put_members(facts, 7, roles, since=dt.date(2025, 9, 1))
    return facts


def leaving(**values):
    """Return the case of a school that leaves."""
    data = Change.model_validate(
        {
            "network": 7,
            "kind": "remove",
            "school": S10,
            "effective_on": "2026-02-27",
            "reason": "собственное желание",
            **values,
        }
    )
    return Case(
        9, "network_change", "dept_review", data, 1, {"author": frozenset({S10})}, today=TODAY
    )


@pytest.mark.parametrize(
    ("state", "organisation", "refused"),
    [("planned", S10, True), ("done", S10, False), ("planned", S01, False)],
)
def test_a_school_leaves_when_its_activities_are_passed_on(state, organisation, refused):
    refusal = check([activities_passed_on], leaving(), registers(state, organisation))
    assert (refusal.code if refusal else "") == ("activity_open" if refused else "")


def test_a_network_is_closed_when_nothing_is_left_open():
    order = Case(5, "order_approval", "draft", Order.model_validate({"network": 7}), 1)
    assert nothing_is_left_open(order, registers()).code == "activities_open"
    assert nothing_is_left_open(order, registers("cancelled")) is None


@pytest.mark.parametrize(("states", "refused"), [(("draft",), False), (("signed",), True)])
def test_a_change_is_withdrawn_until_its_order_is_signed(states, refused):
    facts = FactsTwin(states_of_children={"order_approval": states})
    refusal = order_not_signed(leaving(), facts)
    assert (refusal is not None) == refused
    if refused:
        assert refusal.code == "order_signed"


def test_the_order_of_a_change_that_is_withdrawn_is_dropped():
    case = leaving()
    case.state = "order_preparation"
    author = actor("head_of_s16")
    case.parties = {"author": frozenset({S16})}
    form = Reason(reason="школа передумала")
    facts = FactsTwin(states_of_children={"order_approval": ("draft",)})
    decision = decide(network_change.process, case, "withdraw", author, form, facts, NOW, TODAY)
    assert decision.changes == (Call("drop", to="children", process="order_approval"),)


@pytest.mark.parametrize(("kind", "field"), [("change_base", "school"), ("split", "new_base")])
def test_a_new_base_that_lost_its_status_meanwhile_is_not_approved(kind, field):
    case = leaving(kind=kind, **{field: S10})
    head = actor("department_head")
    refusal = decide(network_change.process, case, "approve", head, None, registers(), NOW, TODAY)
    assert "base_not_stable" in {one.code for one in refusal}


def test_a_change_without_an_order_in_force_does_not_take_effect():
    assert order_is_revoked(leaving(), FactsTwin())


def test_a_school_that_leaves_itself_gives_notice_with_its_open_activities():
    assert exit_notice(leaving(), registers()).key == "exit_notice"
    assert exit_notice(leaving(kind="close"), registers()) is None
    said = notice(leaving(), registers())
    assert said["мероприятия"] == [{"название": "Открытый урок"}]
    assert said["сеть"]["название"] == "Математика"


@pytest.mark.clause("1.5, N3, N10")
@pytest.mark.parametrize(
    ("kind", "school", "subject", "base", "role"),
    [
        ("add", 105, "на участие в сети «Математика»", S01, "ресурсная школа"),
        ("change_base", S10, "быть базовой школой сети «Математика»", S10, "базовая школа"),
        (
            "split",
            112,
            "на участие в сети «Физика», которая выделяется из сети «Математика»",
            S10,
            "поддерживаемая школа",
        ),
        (
            "merge",
            105,
            "на присоединение сети «Математика» к сети «Чтение»",
            106,
            "школа-участница",
        ),
    ],
)
def test_a_school_agrees_on_paper_to_what_the_change_makes_of_it(kind, school, subject, base, role):
    facts = registers()
    put_network(facts, 8, name="Чтение")
    put_members(facts, 8, {105: "partner", 106: "base"}, since=TODAY)
    votes = (Voter(str(one), "school_head", one) for one in (school, 199))
    said = zip(votes, ("agreed", "declined"), strict=True)
    facts.tallies["change_consents"] = Tally(tuple(Vote(v, s, answered_at=NOW) for v, s in said))
    case = leaving(
        kind=kind,
        school=school,
        role="resource",
        name="Физика",
        new_base=S10,
        leaving=[112],
        into=8,
    )
    paper = consent(case, facts)
    (page,) = paper["согласия"]
    assert (paper["сеть"]["предмет"], page["роль"]) == (subject, role)
    assert paper["сеть"]["базовая_школа"] == f"school {base}"


@pytest.mark.clause("1.5, 3.2")
def test_the_schools_of_a_network_are_the_parties_of_its_partnership_each_by_its_head():
    facts = registers()
    facts.put_rows(DIRECTIONS_OF_YEAR, direction(2, year="2025-2026"))
    put_network(facts, 7, directions=(1, 2))
    contacts = [{"school": S10, "contact": "Завуч Ковалёва"}]
    data = {"network": 7, "network_name": "Математика", "base": S01, "contacts": contacts}
    form = network_life.process.form.model_validate(data)
    said = partnership(Case(3, network_life.process.key, "active", form, 1, today=TODAY), facts)
    parties = [(row["школа"], row["роль"], row["контакт"]) for row in said["стороны"]]
    assert parties == [
        (f"school {S01}", "базовая школа", GAP),
        (f"school {S10}", "поддерживаемая школа", "Завуч Ковалёва"),
        ("school 112", "поддерживаемая школа", GAP),
    ]
    assert [row["стороны"] for row in said["обязанности"]] == [
        "Базовая школа",
        "Поддерживаемая школа",
    ]
    assert len(said["направления"]) == 1


def test_the_life_of_a_network_begins_by_the_system_alone():
    first = network_life.process.starts()[0]
    assert (first.key, first.is_by_person) == ("found", False)


def test_no_plan_is_opened_for_a_year_after_the_term_of_the_network():
    facts = registers()
    put_network(facts, 7, term_to=dt.date(2025, 8, 31))
    life = network_life.process
    case = Case(3, life.key, "active", life.form.model_validate({"network": 7}), 1, today=TODAY)
    refusal = decide(life, case, "open_plan", actor("specialist"), None, facts, NOW, TODAY)
    assert refusal.code == "term_ends_before"


WAITING = [key for key, state in advice.process.states.items() if not state.is_final]


@pytest.mark.parametrize("state", WAITING)
def test_what_was_asked_of_a_school_that_left_is_set_aside_wherever_it_stood(state):
    data = advice.process.form.model_validate({"network": 7, "addressee": "school", "school": S16})
    case = Case(4, advice.process.key, state, data, 1, today=TODAY)
    decision = decide(
        advice.process, case, "composition_followed", system(1), None, registers(), NOW, TODAY
    )
    assert decision.target == "found_inapplicable"
    (said,) = [change.values["state"] for change in decision.changes if isinstance(change, Amend)]
    assert said == "not_applicable"


@pytest.mark.parametrize(
    ("state", "action", "who"),
    [
        ("answer_declined", "uphold", "department_head"),
        ("escalated", "carry_again", "department_head"),
        ("carried", "fail_advice", "system"),
    ],
)
def test_what_is_asked_again_gets_its_row_in_a_plan_that_is_being_drawn_up(state, action, who):
    facts = registers()
    draft = annual_plan.process.form.model_validate({"school_year": "2026-2027"})
    facts.about["network/7"] = (CaseCard(8, "annual_plan", "draft", draft),)
    process = advice.process
    data = {"network": 7, "addressee": "school", "school": S10, "school_year": "2025-2026"}
    case = Case(4, process.key, state, process.form.model_validate(data), 1, today=TODAY)
    decision = decide(process, case, action, actor(who), WHY, facts, NOW, TODAY)
    assert Call("take_advice", to="instance", instance_id=8) in decision.changes
