"""The invariants of dossier 7.7 that apply to networks and orders, asked of the whole database."""

from collections import Counter, defaultdict

from sqlalchemy import select

from workflow_app.store import audit, networks
from workflow_app.store.models.directory import Position
from workflow_app.store.models.instances import (
    BallotRow,
    Deadline,
    History,
    Instance,
    VoteRow,
    WorkItem,
)
from workflow_app.store.models.registers import JournalEntry, MembershipEvent, Network

PROPOSAL, ORDER = "network_proposal", "order_approval"
BEGINNINGS = ("create", "generate", "adopt", "found", "open", "begin")
"""How cases come into being; each is one line of its history."""
HEADS = {"submit": "school_head", "sign": "department_head", "approve": "department_head"}


class Ledger:
    """Every row the invariants speak about, read at one moment."""

    def __init__(self, uow):
        self.uow, self.processes = uow, uow.processes

        def rows(model, key="id"):
            table = model.__table__
            return {row[key]: row for row in uow.connection.execute(select(table)).mappings()}

        self.cases, self.entries = rows(Instance), rows(JournalEntry)
        self.networks, self.events = rows(Network), rows(MembershipEvent).values()
        self.positions = rows(Position)
        self.ballots, self.votes = rows(BallotRow), rows(VoteRow).values()
        self.deadlines = [row for row in rows(Deadline).values() if row["closed_at"] is None]
        self.work = [row for row in rows(WorkItem).values() if row["closed_at"] is None]
        self.history = defaultdict(list)
        for line in sorted(
            rows(History).values(), key=lambda row: (row["instance_id"], row["seq"])
        ):
            self.history[line["instance_id"]].append(line)

    def of(self, process, *states):
        return [c for c in self.cases.values() if c["process"] == process and c["state"] in states]

    def state(self, case):
        return self.processes[case["process"]].states[case["state"]]

    def ballot(self, case_id, key):
        """Return (is open, votes that count) of a ballot; nothing when it was never asked."""
        for row in self.ballots.values():
            if (row["instance_id"], row["key"]) == (case_id, key):
                votes = [v for v in self.votes if v["ballot_id"] == row["id"]]
                return row["closed_at"] is None, [v for v in votes if not v["is_left_out"]]
        return False, []


def check(uow):
    """Assert every invariant of one moment."""
    ledger = Ledger(uow)
    for invariant in (
        membership_rests_on_a_registered_order, composition_is_the_fold_of_the_orders,
        network_has_one_stable_base, numbers_are_unique_and_without_gaps,
        signed_order_has_every_consent, authority_and_separation_hold,
        waiting_states_have_deadlines_and_left_ones_none, work_waits_where_the_case_stands,
        every_step_has_one_line_and_the_chain_verifies, one_plan_a_year_is_in_force,
    ):  # fmt: skip
        invariant(ledger)


def check_chain(uow):
    """Assert what holds of every process: one line a step, deadlines and work where they belong."""
    ledger = Ledger(uow)
    for invariant in (
        waiting_states_have_deadlines_and_left_ones_none, work_waits_where_the_case_stands,
        every_step_has_one_line_and_the_chain_verifies, one_plan_a_year_is_in_force,
    ):  # fmt: skip
        invariant(ledger)


def one_plan_a_year_is_in_force(ledger):
    """5: at most one edition of a plan is in force for a network and year; its rows are its own."""
    in_force = Counter(case["subject"] for case in ledger.of("annual_plan", "active", "outdated"))
    assert set(in_force.values()) <= {1}, in_force
    keys = Counter(
        (c["subject"] or c["parent_id"], c["fan_key"])
        for c in ledger.cases.values() if c["fan_key"]
    )  # fmt: skip
    assert set(keys.values()) <= {1}, keys


def membership_rests_on_a_registered_order(ledger):
    """1: a membership exists only with a registered order, and one per order of creation."""
    for event in ledger.events:
        entry = ledger.entries[event["order_entry_id"]]
        assert entry["registered_on"] <= event["registered_on"]
        if event["order_instance_id"]:
            order = ledger.cases[event["order_instance_id"]]
            assert (order["state"], order["number"]) == ("registered", entry["label"])
    made = Counter(n["instance_id"] for n in ledger.networks.values() if n["instance_id"])
    assert made == Counter(case["id"] for case in ledger.of(ORDER, "registered"))
    for network in ledger.networks.values():
        if network["instance_id"]:
            order = ledger.cases[network["instance_id"]]
            assert ledger.cases[order["parent_id"]]["state"] == "enacted"


def composition_is_the_fold_of_the_orders(ledger):
    """1: who is in a network on a date follows from the orders in effect on it."""
    for network in ledger.networks.values():
        for day in (network["valid_from"], network["valid_to"], ledger.uow.today):
            told = {}
            for event in sorted(ledger.events, key=lambda e: (e["effective_on"], e["sequence"])):
                if event["network_id"] == network["id"] and event["effective_on"] <= day:
                    told[event["school_id"]] = event["role"]
            found = networks.composition(ledger.uow.session, network["id"], day)
            assert {m.school_id: m.role for m in found} == {s: r for s, r in told.items() if r}


def network_has_one_stable_base(ledger):
    """2: exactly one base on any date of the term, stable in the order's year; one network each."""
    days = {network["valid_from"] for network in ledger.networks.values()}
    for day in days:
        hosts = Counter()
        for network in ledger.networks.values():
            if network["valid_from"] <= day <= network["valid_to"]:
                found = networks.composition(ledger.uow.session, network["id"], day)
                (base,) = (m.school_id for m in found if m.role == "base")
                hosts[base] += 1
        assert set(hosts.values()) <= {1}, hosts
    for order in ledger.of(ORDER, "signed", "registered"):
        data = order["data"]
        facts = ledger.uow.facts(order["municipality_id"])
        assert "stable" in facts.statuses(data["base"], data["school_year"])


def numbers_are_unique_and_without_gaps(ledger):
    """3: every number of a year has one row."""
    of_year = defaultdict(list)
    for entry in ledger.entries.values():
        of_year[entry["journal_id"], entry["year"]].append(entry["number"])
    for numbers in of_year.values():
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
    issued = [e["instance_id"] for e in ledger.entries.values() if e["instance_id"]]
    assert len(issued) == len(set(issued))
    assert {case["id"] for case in ledger.cases.values() if case["number"]} == set(issued)
    assert all(case["number"] for case in ledger.cases.values() if case["process"] == PROPOSAL)
    assert all((c["state"] == "registered") == bool(c["number"])
               for c in ledger.cases.values() if c["process"] == ORDER)  # fmt: skip


def signed_order_has_every_consent(ledger):
    """4: no order is signed while a consent of its composition is missing."""
    for order in ledger.of(ORDER, "signed", "registered"):
        _, votes = ledger.ballot(order["parent_id"], "consents")
        members = {str(m["school"]) for m in order["data"]["members"]}
        listed = {str(order["data"]["base"]), *members}
        assert {v["voter"]: v["status"] for v in votes} == dict.fromkeys(listed, "agreed")
        is_open, visas = ledger.ballot(order["id"], "visas")
        assert not is_open
        assert {v["status"] for v in visas} <= {"visaed", "visaed_with_remarks"}


def authority_and_separation_hold(ledger):
    """6: heads submit, the department's head decides and signs, nobody decides on the own case."""
    for case_id, lines in ledger.history.items():
        persons = defaultdict(set)
        for line in lines:
            who = {line["person_id"], line["stands_for"]} - {None}
            if line["action"] in HEADS:
                office = ledger.positions[line["position_id"]]
                assert office["role"] == HEADS[line["action"]], line["title"]
                assert line["stands_for"] in (None, office["person_id"])
            if line["action"] in ("approve", "reject", "endorse"):
                assert not who & (persons["create"] | persons["submit"])
            if line["action"] == "sign":
                assert not who & persons["send"]
            persons[line["action"]] |= who
        starts = ledger.processes[ledger.cases[case_id]["process"]].starts()
        assert lines[0]["action"] in {start.key for start in starts}, case_id


def waiting_states_have_deadlines_and_left_ones_none(ledger):
    """7: an open state has an open deadline or the mark; leaving it closes its deadlines."""
    kinds = defaultdict(list)
    for row in ledger.deadlines:
        case = ledger.cases[row["instance_id"]]
        kinds[case["id"]].append(row["kind"])
        if row["ballot"]:
            assert ledger.ballot(case["id"], row["ballot"])[0], (case["state"], row["kind"])
        else:
            assert row["state"] == case["state"]
    timed = {(row["instance_id"], row["ballot"]) for row in ledger.deadlines}
    for case in ledger.cases.values():
        for ballot in outliving(ledger.processes[case["process"]]):
            is_open, votes = ledger.ballot(case["id"], ballot)
            waits = is_open and any(vote["status"] == "pending" for vote in votes)
            assert ((case["id"], ballot) in timed) == waits, (case["state"], ballot)
        state, open_ = ledger.state(case), kinds[case["id"]]
        assert len(open_) == len(set(open_)), (case["state"], open_)
        if state.is_final:
            assert not open_
        elif not state.no_deadline:
            assert open_, (case["process"], case["state"])


def outliving(process):
    """Return the ballots with a term that no state waits for."""
    waited_for = [state.ballot for state in process.states.values()]
    return [b.key for b in process.ballots.values() if b.due and b not in waited_for]


def work_waits_where_the_case_stands(ledger):
    """Nobody has work in a state that was left, and everybody asked has it while asked."""
    for row in ledger.work:
        case = ledger.cases[row["instance_id"]]
        assert not ledger.state(case).is_final
        assert row["ballot"] or row["state"] == case["state"]
    for case in ledger.cases.values():
        state = ledger.state(case)
        own = [row for row in ledger.work if row["instance_id"] == case["id"]]
        if state.waits_for:
            assert [row for row in own if not row["ballot"]], (case["process"], case["state"])
        for key in ledger.processes[case["process"]].ballots:
            is_open, votes = ledger.ballot(case["id"], key)
            pending = [v["voter"] for v in votes if is_open and v["status"] == "pending"]
            asked = [row["voter"] for row in own if row["ballot"] == key]
            assert sorted(asked) == sorted(pending), (case["state"], key)
            if pending and case["process"] == PROPOSAL:
                assert case["state"] == "collecting_consents"


def every_step_has_one_line_and_the_chain_verifies(ledger):
    """8: lines lead from state to state without a jump, and no byte of them changed."""
    assert list(audit.breaks(ledger.uow.connection)) == []
    for case in ledger.cases.values():
        lines = ledger.history[case["id"]]
        assert [line["seq"] for line in lines] == list(range(1, case["history_seq"] + 1))
        stands = ""
        for line in lines:
            assert line["from_state"] == stands, line["title"]
            stands = line["to_state"]
        assert stands == case["state"]
        taken = Counter(line["action"] for line in _standing(lines))
        assert all(taken[key] == times for key, (times, _) in case["steps"].items())


def _standing(lines):
    """Return the lines that nobody took back."""
    left = []
    for line in lines:
        if line["action"] != "take_back":
            left.append(line)
            continue
        cause = left.pop()["undo"].get("because")
        while cause and left and left[-1]["undo"].get("because") == cause:
            left.pop()
    return left


def fingerprint(uow, models):
    """Return every row of some tables, for «twice equals once»."""
    return {
        model.__tablename__: uow.connection.execute(
            select(model.__table__).order_by(*model.__table__.primary_key)
        ).all()
        for model in models
    }
