"""The invariants of dossier 7.7 that apply to networks and orders, asked of the whole database."""

import functools
from collections import Counter, defaultdict
from fractions import Fraction

from sqlalchemy import select

from workflow_app.store import audit, networks
from workflow_app.store.models.directory import Organisation, Position
from workflow_app.store.models.documents import Document
from workflow_app.store.models.instances import (
    BallotRow,
    Deadline,
    History,
    Instance,
    VoteRow,
    WorkItem,
)
from workflow_app.store.models.registers import (
    Indicator,
    IndicatorValue,
    JournalEntry,
    MembershipEvent,
    Network,
    Recommendation,
)

PROPOSAL, ORDER = "network_proposal", "order_approval"
ADVICE = "recommendation_follow_up"
FEWEST = 10
"""People a printed figure has to be about (A-09)."""
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

        self.rows = functools.cache(rows)
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


def creating(ledger, *states):
    """Return the orders that found a network."""
    return [c for c in ledger.of(ORDER, *states) if c["data"]["kind"] == "network_create"]


def one_plan_a_year_is_in_force(ledger):
    """5: at most one edition of a plan is in force for a network and year; its rows are its own."""
    in_force = Counter(case["subject"] for case in ledger.of("annual_plan", "active", "outdated"))
    assert set(in_force.values()) <= {1}, in_force
    keys = Counter(
        (c["subject"] or c["parent_id"], c["fan_key"])
        for c in ledger.cases.values() if c["fan_key"]
    )  # fmt: skip
    assert set(keys.values()) <= {1}, keys


def done_rows_survive(ledger, kept):
    """5: what was done stays done, and stands in the plan in force as it was done.

    `kept` remembers what was done before, by subject and key.
    """
    for case in ledger.of("plan_activity", *ledger.processes["plan_activity"].states):
        place = case["subject"], case["fan_key"]
        if place in kept:
            assert (case["id"], case["state"], case["data"]) == kept[place]
        elif case["state"] == "done":
            kept[place] = case["id"], case["state"], case["data"]
    for plan in ledger.of("annual_plan", "active", "outdated", "completed"):
        rows = {row["key"]: row for row in plan["data"]["activities"]}
        for (subject, key), (_, _, done) in kept.items():
            if subject == plan["subject"]:
                told = {name: value for name, value in rows[key].items() if name != "key"}
                assert told == {name: done[name] for name in told}, key


def membership_rests_on_a_registered_order(ledger):
    """1: a membership exists only with a registered order, and one per order of creation."""
    for event in ledger.events:
        entry = ledger.entries[event["order_entry_id"]]
        assert entry["registered_on"] <= event["registered_on"]
        if event["order_instance_id"]:
            order = ledger.cases[event["order_instance_id"]]
            assert (order["state"], order["number"]) == ("registered", entry["label"])
    made = Counter(n["instance_id"] for n in ledger.networks.values() if n["instance_id"])
    assert made == Counter(case["id"] for case in creating(ledger, "registered"))
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
    for order in creating(ledger, "signed", "registered"):
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
    for order in creating(ledger, "signed", "registered"):
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
                is_plan = ledger.cases[case_id]["process"] == "annual_plan"
                expected = "school_head" if is_plan else HEADS[line["action"]]
                assert office["role"] == expected, line["title"]
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


# ---------------------------------------------------------------- the year's end

PLACES = {
    "awaiting_answer": {("", "issued")},
    "answer_declined": {("declined", "issued")},
    "unanswered": {("unanswered", "issued")},
    "awaiting_plan": {("accepted", "waiting"), ("upheld", "waiting")},
    "carried": {("accepted", "carried"), ("upheld", "carried")},
    "fulfilled": {("accepted", "carried"), ("upheld", "carried")},
    "escalated": {("accepted", "not_done"), ("upheld", "not_done")},
    "done": {("accepted", "done"), ("upheld", "done")},
    "dropped": {("dropped", "dropped")},
}
"""State of a recommendation → (decision, state) in the register; set aside, the decision stays."""


def check_year_end(uow):
    """Assert what holds of plans, reports, grids, recommendations and years."""
    ledger = Ledger(uow)
    for invariant in (
        waiting_states_have_deadlines_and_left_ones_none, work_waits_where_the_case_stands,
        every_step_has_one_line_and_the_chain_verifies, one_plan_a_year_is_in_force,
        nobody_decides_on_the_own_report, accepted_advice_is_in_one_place,
        printed_figures_are_those_of_the_register,
    ):  # fmt: skip
        invariant(ledger)


def nobody_decides_on_the_own_report(ledger):
    """6: the base head or who acts for her submits; nobody reviews what was submitted by him."""
    for case in ledger.of("year_end_report", *ledger.processes["year_end_report"].states):
        submitted = set()
        for line in ledger.history[case["id"]]:
            who = {line["person_id"], line["stands_for"]} - {None}
            office = ledger.positions.get(line["position_id"])
            if line["action"] in ("submit", "submit_addendum"):
                assert office["role"] == "school_head"
                submitted |= who
            elif line["action"] in ("take_up", "return", "accept_report", "approve"):
                assert not who & submitted, line["title"]
            if line["action"] == "approve":
                assert office["role"] == "department_head"


def accepted_advice_is_in_one_place(ledger):
    """10: waiting, in a plan, done or with the department; the register says the same."""
    rows = ledger.rows(Recommendation)
    carried = {
        row["recommendation"]
        for plan in ledger.of("annual_plan", *ledger.processes["annual_plan"].states)
        if plan["state"] != "abandoned" for row in plan["data"]["activities"]
    }  # fmt: skip
    for case in ledger.of(ADVICE, *ledger.processes[ADVICE].states):
        row = rows[case["data"]["recommendation"]]
        if case["state"] == "found_inapplicable":
            assert row["state"] == "not_applicable"
        else:
            assert (row["decision"], row["state"]) in PLACES[case["state"]], case["state"]
        if case["state"] in ("carried", "fulfilled"):
            assert row["code"] in carried


def printed_figures_are_those_of_the_register(ledger):
    """11: a share on the paper of a report is the register's, to one decimal, or is withheld."""
    values = {
        (v["network_id"], v["school_year"], v["indicator_id"], v["school_id"]): v
        for v in ledger.rows(IndicatorValue).values()
    }
    shares = {i["code"]: i["id"] for i in ledger.rows(Indicator).values() if i["unit"] == "%"}
    names = {o["short_name"]: o["id"] for o in ledger.rows(Organisation).values()}
    for case in ledger.of("year_end_report", "submitted", "under_review", "accepted_by_imc"):
        papers = [p for p in ledger.rows(Document).values() if p["instance_id"] == case["id"]]
        for row in papers[-1]["field_values"]["показатели"]:
            indicator = shares.get(row["название"].split()[0])
            for line in row["строки"] if indicator else ():
                school = names.get(line["школа"].replace("\N{NO-BREAK SPACE}", " "))
                if school:
                    key = case["data"]["network"], case["data"]["school_year"], indicator, school
                    assert line["факт"] == figure_of(values.get(key), line["факт"]), line


def figure_of(value, printed):
    """Return what a share has to read; what is not measured has no digits of its own."""
    numerator, denominator = (value["numerator"], value["denominator"]) if value else (None, None)
    if denominator is not None and denominator < FEWEST:
        return f"данные не приводятся (менее {FEWEST} участников)"
    if numerator is None:
        assert "%" not in printed
        return printed
    tenths = Fraction(1000 * numerator, denominator) + Fraction(1, 2)
    whole, tenth = divmod(int(tenths), 10)
    return f"{whole},{tenth} %"
