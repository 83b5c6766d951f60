"""Random people, random steps, time and silence: what must stay true stays true (dossier 7.7)."""

import datetime as dt
from functools import partial

import invariants
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import insert, select
from stories import NOTE, ORDER, PROPOSAL, done, to_department, to_signature

from workflow_app.engine.decide import allowed
from workflow_app.engine.forms import views
from workflow_app.engine.refusals import Refusal
from workflow_app.services import acting, deadlines
from workflow_app.store.models.directory import Setting
from workflow_app.store.models.documents import Document
from workflow_app.store.models.instances import (
    BallotRow,
    DataVersion,
    Deadline,
    History,
    Instance,
    VoteRow,
    WorkItem,
)
from workflow_app.store.models.messages import Notice, OutboxMessage
from workflow_app.store.models.registers import JournalEntry, MembershipEvent, Network
from workflow_app.tasks import effects, loops

HEADS = ("P102", "P101", "P103", "P105", "P110", "P112", "P116")
OFFICE = ("P001", "P002", "P003", "P004", "P005", "P006")
PEOPLE = (*HEADS, *OFFICE)
SCHOOLS = ("S05", "S03", "S10", "S12", "S16")
TERMS = (
    {},
    {"valid_from": "2025-12-01"},
    {"valid_from": "2026-09-01", "valid_to": "2027-08-31"},
)
REMARK = {"key": "1", "about": "members", "text": "уточните состав сети"}
FILLED = {
    "reason": "причина названа словами", "conclusion": "Условия выполнены.", "code": "other",
    "remarks": [REMARK], "number": None, "basis_reason": "", "file": 1, "notes": "",
    "recommendation": "support", "registered_on": None,
    "link": "https://levokum.example/orders",
}  # fmt: skip


MOVING = (
    Instance, History, DataVersion, BallotRow, VoteRow, Deadline, WorkItem, Document, OutboxMessage,
    Notice, JournalEntry, Network, MembershipEvent,
)  # fmt: skip
"""What steps, deadlines and effects write; the directory stays as it was loaded."""


class Office(RuleBasedStateMachine):
    """A district in which anything may be tried at any time."""

    make = None

    @initialize(
        stage=st.sampled_from(("signed", "on_signature", "dept_review", "empty")),
        publishes=st.booleans(),
    )
    def open_the_district(self, stage, publishes):
        """Begin anywhere on the way: a random walk alone seldom comes to a signature."""
        self.district = type(self).make("2025-08-28")
        self.house = self.district.house
        self.touched = True
        site = {"municipality_id": 1, "key": "A-16"}
        site["value"] = {"within": 10, "required": publishes}
        self.house.transact(lambda uow: uow.connection.execute(insert(Setting).values(site)))
        if stage == "empty":
            return
        case = to_department(self.district, valid_from="2025-12-01")
        if stage != "dept_review":
            done(self.district.act("P002", case, "approve"))
            order = to_signature(self.district, case)
        if stage == "signed":
            done(self.district.act("P002", order, "sign"))

    def teardown(self):
        if hasattr(self, "district"):
            self.district.close()

    # ------------------------------------------------------------ what people do

    @rule(
        who=st.sampled_from(("P102", "P102", "P101", "P003", "P105")),
        schools=st.lists(st.sampled_from(SCHOOLS), min_size=1, max_size=3, unique=True),
        term=st.sampled_from(TERMS), name=st.sampled_from("АБ"),
    )  # fmt: skip
    def propose(self, who, schools, term, name):
        """Somebody proposes a network."""
        helped = {"S05", "S10", "S12", "S16"}
        rows = [
            {"school": self.district.school(code),
             "role": "supported" if code in helped else "partner"}
            for code in schools
        ]  # fmt: skip
        values = {
            "name": f"Сеть {name}", "members": rows, "context_note": NOTE,
            "directions": self.district.directions("2025-2026")[:1], **term,
        }  # fmt: skip
        if who == "P003":
            values["base"] = self.district.school("S02")
        self.unharmed(lambda: self.district.start(who, PROPOSAL, **values))

    @precondition(lambda self: self.open_cases())
    @rule(data=st.data(), steps=st.integers(1, 5))
    def go_on(self, data, steps):
        """People do what they are allowed to do."""
        for _ in range(steps):
            cases = self.open_cases()
            case = data.draw(st.sampled_from(cases), label="case") if cases else None
            offers = self.offers(case) if case else []
            if not offers:
                return
            who, action, voter, _ = data.draw(st.sampled_from(offers), label="offer")
            result = self.take(who, case, action, voter, data)
            assert not isinstance(result, Refusal) or self.needs_its_form(case, action), result

    @precondition(lambda self: self.open_cases())
    @rule(data=st.data(), steps=st.integers(1, 4))
    def go_forward(self, data, steps):
        """The case goes the straight way for some steps, if it can."""
        case = data.draw(st.sampled_from(self.open_cases()), label="case")
        for _ in range(steps):
            if case in self.orders_to_fill():
                self.fill_in(case)
            forward = [offer for offer in self.offers(case) if offer[3]]
            if not forward:
                return
            who, action, voter, _ = data.draw(st.sampled_from(forward), label="offer")
            self.take(who, case, action, voter, data)

    @precondition(lambda self: self.open_cases())
    @rule(data=st.data(), who=st.sampled_from(PEOPLE), number=st.none() | st.integers(0, 400))
    def try_anything(self, data, who, number):
        """Somebody tries actions that may well not be hers."""
        for _ in range(3):
            cases = self.open_cases()
            if cases:
                case = data.draw(st.sampled_from(cases), label="case")
                self.try_in(case, data, who, number)

    def try_in(self, case, data, who, number):
        process = self.house.processes[self.district.case(case).process]
        keys = [t.key for t in process.transitions]
        keys += [answer.key for ballot in process.ballots.values() for answer in ballot.answers]
        action = data.draw(st.sampled_from(sorted(set(keys) - {"upload_scan"})), label="action")
        self.take(who, case, action, None, data, number=number)

    @precondition(lambda self: self.open_cases())
    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def take_back(self, data, who):
        """Somebody takes back a step."""
        case = data.draw(st.sampled_from(self.open_cases()), label="case")
        self.unharmed(lambda: self.district.take_back(who, case))

    @precondition(lambda self: self.orders_to_fill())
    @rule(data=st.data())
    def fill_in_the_order(self, data):
        """The specialist completes a draft order."""
        self.fill_in(data.draw(st.sampled_from(self.orders_to_fill()), label="order"))

    def fill_in(self, order):
        people = self.district.people
        self.unharmed(lambda: self.district.edit(
            "P003", order, acts=[self.district.acts["A11"]], coordinator=people["P102"],
            curator=people["P006"], control=people["P002"],
        ))  # fmt: skip

    @precondition(lambda self: self.open_cases(PROPOSAL, "draft", "returned"))
    @rule(data=st.data(), schools=st.lists(st.sampled_from(SCHOOLS), max_size=3, unique=True))
    def change_the_composition(self, data, schools):
        """The author asks other schools."""
        case = data.draw(
            st.sampled_from(self.open_cases(PROPOSAL, "draft", "returned")), label="case"
        )
        rows = [{"school": self.district.school(code), "role": "supported"} for code in schools]
        head = (
            "P101" if self.district.case(case).data.base == self.district.school("S01") else "P102"
        )
        self.unharmed(lambda: self.district.edit(head, case, members=rows))

    # ------------------------------------------------------------ what happens by itself

    @rule(hours=st.sampled_from((1, 24, 24, 72)))
    def time_passes(self, hours):
        """Deadlines on the way happen, each in its own transaction."""
        self.touched = True
        target = self.house.clock.now() + dt.timedelta(hours=hours)
        while due := self.next_deadline(target):
            self.house.clock.set(max(self.house.clock.now(), due.next_at))
            assert self.house.transact(partial(deadlines.fire, deadline_id=due.id))
        self.house.clock.set(target)

    @rule()
    def effects_are_carried_out_twice(self):
        """9: what was carried out and swept once is not changed by doing it again."""
        self.touched = True
        self.district.carry_out()
        once = self.fingerprint()
        for message in self.district.rows(OutboxMessage):
            effects.carry_out(self.house, message["id"])
        self.district.carry_out()
        assert loops.fire_due(self.house) == 0
        assert self.fingerprint() == once

    # ------------------------------------------------------------ what stays true

    @invariant()
    def everything_holds(self):
        if hasattr(self, "district") and self.touched:
            self.district.read(invariants.check)
            self.touched = False

    # ------------------------------------------------------------ helpers

    def take(self, who, case, action, voter, data, number=None):
        members = [row.school for row in self.district.case(case).data.members]
        values = {**FILLED, "number": number}
        if members:
            values["school"] = data.draw(st.sampled_from(members), label="school")
        form = self.form(case, action)
        given = {view.name: values[view.name] for view in views(form)} if form else {}
        given = {name: value for name, value in given.items() if value is not None}
        return self.unharmed(lambda: self.district.act(who, case, action, voter=voter, **given))

    def unharmed(self, step):
        """Return what a step gives; a refusal leaves every table as it was."""
        before = self.fingerprint()
        result = step()
        if not isinstance(result, Refusal):
            self.touched = True
            self.everything_holds()
        if isinstance(result, Refusal):
            assert self.fingerprint() == before, result
        return result

    def fingerprint(self):
        return self.district.read(partial(invariants.fingerprint, models=MOVING))

    def form(self, case, action):
        found = self.district.case(case)
        process = self.house.processes[found.process]
        transition = process.transition(found.state, action)
        answer = process.answer(action)
        return transition.form if transition else answer[1].form if answer else None

    def needs_its_form(self, case, action):
        """Tell whether a refusal may be about the form, which `allowed` asks with an empty one."""
        return self.form(case, action) is not None

    def offers(self, case):
        """Return (person, action, voter, goes forward) of everything allowed now."""

        def look(uow):
            found = uow.load(case)
            process, facts = uow.processes[found.process], uow.facts(found.municipality_id)
            for who in PEOPLE:
                actor = uow.actor(self.district.people[who])
                if not acting.may_read(uow, process, found, actor):
                    continue
                for offer in allowed(process, found, actor, facts, uow.now, uow.today):
                    if offer.refusal is None and offer.key != "upload_scan":
                        yield who, offer.key, offer.voter or None, offer.action.style == "primary"

        return self.district.read(lambda uow: list(look(uow)))

    def open_cases(self, process=None, *states):
        if not hasattr(self, "district"):
            return []
        return [
            row["id"] for row in self.district.rows(Instance)
            if row["process"] in ((process,) if process else (PROPOSAL, ORDER))
            and (row["state"] in states if states else row["finished_at"] is None)
        ]  # fmt: skip

    def orders_to_fill(self):
        orders = self.open_cases(ORDER, "draft", "returned")
        return [order for order in orders if not self.district.case(order).data.acts]

    def next_deadline(self, until):
        """Return the deadline whose tick comes next; the sweep would hide an error of it."""
        query = select(Deadline.id, Deadline.next_at).where(Deadline.next_at <= until)
        query = query.order_by(Deadline.next_at, Deadline.id).limit(1)
        return self.district.read(lambda uow: uow.connection.execute(query).one_or_none())


def walk(maker, examples, steps):
    """Walk so many times so many steps."""
    machine = type("Walk", (Office,), {"make": maker.open})
    how = settings(
        max_examples=examples, stateful_step_count=steps, derandomize=True, deadline=None,
        database=None, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=how)


def test_invariants_hold_on_short_walks(sqlite_maker):
    walk(sqlite_maker, examples=8, steps=20)


@pytest.mark.deep
def test_invariants_hold_on_long_walks(sqlite_maker):
    walk(sqlite_maker, examples=30, steps=40)
