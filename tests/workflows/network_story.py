"""The network of S06 as data: a complete proposal, its order, and registers that allow both."""

import datetime as dt

from engine.facts_twin import FactsTwin
from engine.people import DEPARTMENT, S06, S12, S16, S17, actor, capacity
from register_rows import act, put_acts, put_schools, put_statuses

import workflows
from workflow_app.engine.case import Case, Step
from workflow_app.engine.changes import Ask, Voter
from workflow_app.engine.decide import decide, decide_answer
from workflow_app.engine.facts import Signer
from workflow_app.engine.forms import parse
from workflow_app.engine.roles import Actor
from workflow_app.engine.votes import Tally, Vote
from workflows.registers.directions import DIRECTIONS_OF_YEAR, Direction

PROPOSAL, ORDER = workflows.PROCESSES[:2]
CONSENTS = PROPOSAL.ballots["consents"]
VISAS = ORDER.ballots["visas"]
ACKNOWLEDGEMENT = ORDER.ballots["acknowledgement"]

TODAY = dt.date(2025, 8, 28)
NOW = dt.datetime(2025, 8, 28, 7, 0, tzinfo=dt.UTC)
YEAR = "2025-2026"

MEMBERS = ({"school": S16, "role": "supported"}, {"school": S17, "role": "supported"})
PLAIN = {
    "name": "Читательская грамотность",
    "school_year": YEAR,
    "base": S06,
    "members": MEMBERS,
    "context_note": "В обеих школах не хватает учителей",
    "directions": (1, 2),
    "valid_from": "2025-09-01",
    "valid_to": "2026-08-31",
}
ORDER_PLAIN = {
    "title": "О создании сети",
    "network_name": "Читательская грамотность",
    "goal": "Повышение качества",
    "school_year": YEAR,
    "base": S06,
    "members": MEMBERS,
    "directions": (1, 2),
    "valid_from": "2025-09-01",
    "valid_to": "2026-08-31",
    "acts": (308,),
    "coordinator": 15,
    "curator": 21,
    "plan_due": "2025-09-20",
    "report_due": "2026-06-15",
    "control": 32,
}


def direction(number, state="in_force", year=YEAR):
    return Direction(id=number, school_year=year, name=f"direction {number}", state=state)


def facts():
    """Return registers in which everything is allowed."""
    twin = FactsTwin()
    held = {
        (S06, YEAR): ("stable",),
        (S16, YEAR): ("low_results",),
        (S17, YEAR): ("adverse_social",),
    }
    put_statuses(twin, held, y2025_2026="приказ 271-од")
    put_acts(twin, act(308, kind="положение", level="regulation"))
    twin.put_rows(DIRECTIONS_OF_YEAR, direction(1), direction(2))
    put_schools(
        twin,
        {
            school: {"name": f"Школа {school}", "place": "с. Величаевское"}
            for school in (S06, S12, S16, S17)
        },
    )
    twin.signers["department_head"] = Signer(
        capacity("department_head"), "Начальник отдела", "И.В. Ковалевская"
    )
    twin.held = {"imc_head": (capacity("imc_head"),), "department_deputy": (capacity("deputy"),)}
    return twin


def proposal(state="draft", *, steps=None, text_hash="T1", **changed):
    """Return the proposal in a state."""
    data = parsed(PROPOSAL, PLAIN | changed)
    parties = PROPOSAL.parties_of(data, S06)
    done = {key: Step(*step) for key, step in (steps or {}).items()}
    return Case(1, PROPOSAL.key, state, data, 1, parties, done, text_hash=text_hash, today=TODAY)


def order(state="draft", *, steps=None, text_hash="T1", **changed):
    """Return the order in a state."""
    data = parsed(ORDER, ORDER_PLAIN | changed)
    parties = ORDER.parties_of(data, DEPARTMENT)
    done = {key: Step(*step) for key, step in (steps or {}).items()}
    return Case(
        2, ORDER.key, state, data, 1, parties, done, parent_id=1, text_hash=text_hash, today=TODAY
    )


def parsed(process, values):
    """Return a filled form; a test that cannot fill it is wrong itself."""
    form = parse(process.form, values)
    assert isinstance(form, process.form), form
    return form


def consents(registers, case, **answers):
    """Ask everybody and give some answers: `consents(facts, case, s16="agreed")`."""
    registers.put(CONSENTS, CONSENTS.open(case, registers), case.text_hash)
    for school, status in answers.items():
        answer(registers, CONSENTS, str(100 + int(school[1:])), status)
    return registers


def answer(registers, ballot, key, status, **more):
    """Write one vote."""
    vote = next(v for v in registers.tallies[ballot.key].votes if v.voter.key == key)
    registers.vote(ballot, Vote(vote.voter, status, vote.version + 1, answered_at=NOW, **more))


def close(registers, ballot):
    """Let the due moment come."""
    registers.put(ballot, Ask(ballot.key, "close"))


def tally(*votes, roles=None):
    """Return a tally of (key, status) or (key, status, text hash), with the schools' roles."""
    groups = {S06: "base", **(roles or {})}
    return Tally(
        tuple(
            Vote(
                Voter(str(key), "school_head", key, groups.get(key, "supported")),
                status,
                1,
                *rest,
                answered_at=NOW,
            )
            for key, status, *rest in votes
        )
    )


def take(process, case, action, who, registers, **form):
    """Take an action with a form of plain values."""
    transition = process.transition(case.state, action)
    values = parse(transition.form, form) if transition and transition.form else None
    person = who if isinstance(who, Actor) else actor(who)
    return decide(process, case, action, person, values, registers, NOW, TODAY)


def reply(process, case, action, voter, who, registers, **form):
    """Give an answer with a form of plain values."""
    found = process.answer(action)[1]
    values = parse(found.form, form) if found.form else None
    return decide_answer(
        process, case, action, str(voter), actor(who), values, registers, NOW, TODAY
    )
