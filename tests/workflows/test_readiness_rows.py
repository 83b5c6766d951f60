"""A network becomes active once everybody is named: contacts, coordinator, curator (1.7, 4.1)."""

import pytest
from engine.people import S06, S12, S16, S17, capacity
from network_story import NOW, TODAY, facts

import workflows
from workflow_app.engine.case import Case
from workflow_app.engine.changes import Voter
from workflow_app.engine.decide import readiness, settle, warned
from workflow_app.engine.facts import PersonCard
from workflow_app.engine.forms import parse
from workflow_app.engine.roles import system
from workflow_app.engine.votes import Vote
from workflows.contacts import named

pytestmark = pytest.mark.shipped
LIFE = next(process for process in workflows.PROCESSES if process.key == "network_life")
CONTACTS = tuple({"school": one, "contact": "Завуч"} for one in (S16, S17))


def forming(**said):
    values = {
        "network": 7,
        "network_name": "Чтение",
        "school_year": "2025-2026",
        "base": S06,
        "members": (S16, S17),
        "coordinator": 15,
        "curator": 21,
        "acts": (308,),
        "valid_to": "2026-08-31",
        "contacts": CONTACTS,
        **said,
    }
    data = parse(LIFE.form, values)
    return Case(7, LIFE.key, "forming", data, 1, LIFE.parties_of(data, S06), today=TODAY)


def begins(case):
    return settle(LIFE, case, facts(), system(1), NOW, TODAY) is not None


@pytest.mark.parametrize(
    ("lacking", "code", "sentence"),
    [
        pytest.param(
            {"contacts": CONTACTS[:1]},
            "contact_missing",
            f"«school {S17}» не назовёт",
            marks=pytest.mark.clause("1.7-1"),
        ),
        pytest.param(
            {"coordinator": None},
            "coordinator_missing",
            "не назван её координатор",
            marks=pytest.mark.clause("1.7-1"),
        ),
        pytest.param(
            {"curator": None},
            "curator_missing",
            "не назначен куратор",
            marks=pytest.mark.clause("4.1"),
        ),
        pytest.param(
            {"acts": ()},
            "acts_missing",
            "не приложены нормативные акты",
            marks=pytest.mark.clause("1.8-1"),
        ),
    ],
)
def test_a_network_that_lacks_somebody_does_not_begin_to_work_and_says_whom(
    lacking, code, sentence
):
    assert begins(forming())
    assert not begins(forming(**lacking))
    (said,) = warned(LIFE, forming(**lacking), facts())
    assert said.code == code
    assert sentence in said.message


def test_readiness_says_what_is_there_and_what_is_not():
    lines = readiness(LIFE, forming(contacts=CONTACTS[:1]), facts())
    titles = [line.title for line, _ in lines]

    assert f"школы назвали контактных лиц: 1 из 2, нет: school {S17}" in titles
    assert any(title.startswith("приложены нормативные акты: 0 из 5") for title in titles)


def test_a_school_that_names_nobody_is_talked_to_by_its_head():
    registers = facts()
    registers.held["school_head"] = (capacity("head_of_s16"),)
    registers.people[12] = PersonCard(12, "Хатуев И.Б.", "", "", "", "", "p116@d.example")
    votes = [
        Vote(Voter(str(school), "school_head", school), "agreed", said=said)
        for school, said in ((S16, {"contact": ""}), (S17, {"contact": "Завуч"}), (S12, {}))
    ]

    assert [(row.school, row.contact) for row in named(votes, registers)] == [
        (S16, "Хатуев И.Б., head_of_s16, p116@d.example"),
        (S17, "Завуч"),
    ]
