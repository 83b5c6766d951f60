"""Random walks: another library walks the same structure, and the invariants hold all along."""

import datetime as dt
import itertools
from fractions import Fraction

import pytest
from engine.facts_twin import FactsTwin
from engine.people import actor
from engine.toys import TOYS, item, plan
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from services.memory_uow import NOW, MemoryUnitOfWork
from statemachine import State, StateMachine

import workflows
from workflow_app.engine.ballots import Answer as Reply
from workflow_app.engine.ballots import Ballot, at_least, more_than
from workflow_app.engine.case import Case
from workflow_app.engine.changes import Voter
from workflow_app.engine.checks.graph import edges, reached
from workflow_app.engine.decide import Decision, decide
from workflow_app.engine.forms import parse
from workflow_app.engine.roles import system
from workflow_app.engine.votes import PENDING, Tally, Vote
from workflow_app.services.cases.interpreter import Interpreter
from workflow_app.services.ports import NewCase

ALL = (*workflows.PROCESSES, plan, item)


def oracle(process):
    """Return the structure of a process as a machine of the other library."""
    first = process.starts()[0].ways[0].state
    states = {
        key: State(state.title, value=key, initial=key == first, final=state.is_final)
        for key, state in process.states.items()
    }
    events = {}
    for edge in edges(process):
        way = states[edge.source].to(states[edge.target])
        name = f"{edge.transition.key}__{edge.source}__{edge.target}"
        events[name] = way
    # A registered order may rest where it is: the other library knows final states only.
    parts = {f"s_{key}": state for key, state in states.items()}
    machine = type(
        "Machine", (StateMachine,), {**parts, **events, "validate_final_reachability": False}
    )
    return machine()


@pytest.mark.parametrize("process", ALL, ids=lambda process: process.key)
@settings(max_examples=15, deadline=None)
@given(choices=st.lists(st.integers(0, 1000), max_size=12))
def test_another_library_walks_the_same_structure(process, choices):
    machine = oracle(process)
    state = process.starts()[0].ways[0].state

    for choice in choices:
        ours = {
            f"{edge.transition.key}__{edge.source}__{edge.target}"
            for edge in edges(process)
            if edge.source == state
        }
        assert {event.id for event in machine.allowed_events} == ours
        if not ours:
            assert process.states[state].is_final
            return
        name = sorted(ours)[choice % len(ours)]
        machine.send(name)
        state = name.split("__")[2]


@pytest.mark.parametrize("process", ALL, ids=lambda process: process.key)
def test_everything_can_be_reached(process):
    ways = {}
    for edge in edges(process):
        ways.setdefault(edge.source, set()).add(edge.target)

    assert reached((process.starts()[0].ways[0].state,), ways) == process.states.keys()


# ---------------------------------------------------------------- ballots


STATUSES = ("for", "against", "abstained", "no_response", PENDING)
ANSWERS = (Reply("y", "За", "for"), Reply("n", "Против", "against"), Reply("a", "–", "abstained"))


@given(
    votes=st.lists(st.tuples(st.sampled_from(STATUSES), st.sampled_from(["", "chair"]))),
    rest=st.lists(st.sampled_from(STATUSES[:4]), min_size=30, max_size=30),
    strict=st.booleans(),
    of=st.sampled_from(["invited", "cast"]),
    quorum=st.sampled_from([None, 2, at_least(Fraction(1, 2))]),
    veto=st.sampled_from([(), ("against",)]),
    tie=st.sampled_from([None, "chair"]),
)
def test_decided_ballot_ends_as_it_was_decided_whatever_the_rest_say(
    votes, rest, strict, of, quorum, veto, tie
):
    share = more_than(Fraction(1, 2)) if strict else at_least(Fraction(1, 2))
    ballot = Ballot(
        "b",
        "Опрос",
        lambda _c, _f: (),
        ANSWERS,
        "член",
        ("for",),
        need=share,
        of=of,
        quorum=quorum,
        most=99,
        abstain=("abstained",),
        veto=veto,
        casting=tie,
    )
    case, facts = Case(1, "toy", "asking", None, 1), FactsTwin()
    now = tally(votes)
    if not ballot.is_decided(case, facts, now):
        return

    end = tally(
        [(s if s != PENDING else rest[n % 30], group) for n, (s, group) in enumerate(votes)]
    )

    allowed = {ballot.is_passed(case, facts, one) for one in ballot._ends(now, facts)}
    assert ballot.is_passed(case, facts, end) in allowed


def tally(votes):
    return Tally(
        tuple(
            Vote(Voter(str(n), "head", n, group), status) for n, (status, group) in enumerate(votes)
        )
    )


# ---------------------------------------------------------------- invariants of the dossier, 7.7


class Life(RuleBasedStateMachine):
    """A plan and its rows, driven at random by everybody at once."""

    PEOPLE = ("clerk", "head_of_s06", "head_of_s16", "methodist", "system")

    @initialize(rows=st.integers(1, 3))
    def begin(self, rows):
        self.uow = MemoryUnitOfWork(TOYS)
        self.taken = 0
        values = {
            "title": "План",
            "rows": [{"key": str(n), "name": f"Строка {n}"} for n in range(rows)],
        }
        work = Interpreter(self.uow)
        form = parse(plan.form, values)
        work.start(NewCase("plan", values, 1), "begin", actor("clerk"), form)
        work.finish()

    @precondition(lambda self: self.uow.cases)
    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def act(self, data, who):
        case = self.uow.load(data.draw(st.sampled_from(sorted(self.uow.cases)), "case"))
        process = TOYS[case.process]
        actions = sorted({t.key for t in process.transitions if t.kind in {"move", "revise"}})
        action = data.draw(st.sampled_from(actions), "action")
        transition = process.transition(case.state, action)
        values = {"result": "сделано", "name": "Иначе", "title": "План", "rows": ()}
        form = None
        if transition and transition.form:
            fields = transition.form.model_fields
            form = parse(transition.form, {k: v for k, v in values.items() if k in fields})
        person = system(1) if who == "system" else actor(who)
        result = decide(process, case, action, person, form, self.uow.registers, NOW, NOW.date())
        if isinstance(result, Decision):
            before = dict.fromkeys(self.uow.cases)
            work = Interpreter(self.uow)
            work.apply(case, result, form)
            work.finish()
            assert before.keys() <= self.uow.cases.keys()

    @rule()
    def time_passes(self):
        for number, case in list(self.uow.cases.items()):
            tally_now = self.uow.ballots[number].tallies.get("vote")
            if case.state == "voting" and tally_now:
                work = Interpreter(self.uow)
                work.close_ballot(self.uow.load(number), plan.ballots["vote"])
                work.unsettled(number)
                work.finish()

    @invariant()
    def open_states_have_a_deadline_or_say_why_not(self):
        """7.7, 7: and leaving a state closes its deadlines."""
        for number, case in self.uow.cases.items():
            state = TOYS[case.process].states[case.state]
            mine = [deadline for owner, deadline in self.uow.deadlines if owner == number]
            assert all(d.state in ("", case.state) for d in mine)
            if state.is_final:
                assert not [d for d in mine if d.state]
            elif not state.no_deadline:
                assert mine

    @invariant()
    def every_transition_has_one_line_of_history(self):
        """7.7, 8: the version of a case counts them."""
        for number, case in self.uow.cases.items():
            lines = [entry for owner, entry in self.uow.history if owner == number]
            assert case.version == len(lines)
            for one, other in itertools.pairwise(lines):
                assert one.to_state == other.from_state

    @invariant()
    def nobody_ends_what_he_proposed(self):
        """7.7, 6: separation holds whoever acts."""
        for case in self.uow.cases.values():
            both = case.persons("propose") & case.persons("abandon")
            assert not both or 0 in both

    @invariant()
    def rows_of_a_plan_are_its_items(self):
        """7.7, 5: a row keeps its item through every change."""
        keys = list(self.uow.keys)
        assert len(keys) == len(set(keys))


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)


@given(days=st.integers(0, 20))
def test_deciding_twice_gives_the_same(days):
    form = parse(plan.form, {"title": "План", "rows": [{"key": "a", "name": "Книги"}]})
    case = Case(1, "plan", "drafted", form, 1)
    now = NOW + dt.timedelta(days=days)
    args = (plan, case, "propose", actor("clerk"), None, FactsTwin(), now, now.date())

    assert decide(*args) == decide(*args)
