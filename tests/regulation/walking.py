"""A random walk through cases: people do what they may, and try what they may not."""

import datetime as dt
import os
from functools import partial

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from stories import mend

from workflow_app.engine.decide import allowed, may_edit
from workflow_app.engine.forms import views
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.remarks import last_remarks
from workflow_app.services.cases import acting, deadlines
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
from workflow_app.store.models.registers import JournalEntry, RegisterEntry
from workflow_app.tasks import effects, loops

MOVING = (
    Instance,
    History,
    DataVersion,
    BallotRow,
    VoteRow,
    Deadline,
    WorkItem,
    Document,
    OutboxMessage,
    Notice,
    JournalEntry,
    RegisterEntry,
)
"""What steps, deadlines and effects write; the directory stays as it was loaded."""


class Walk(RuleBasedStateMachine):
    """A district in which anything may be tried at any time."""

    make = None
    walked = ()
    """The processes that are walked through; what else begins is checked all the same."""
    people = ()

    def begin(self, day):
        """Open the district on a day."""
        self.district = type(self).make(day)
        self.container = self.district.container
        self.touched, self.registered = True, {}

    def teardown(self):
        if hasattr(self, "district"):
            self.district.close()

    # ------------------------------------------------------------ what a walk says of its own

    def filled(self, _case, _data):
        """Return what people write into forms, by the names of the fields."""
        return {}

    def complete(self, case):
        """Fill in what a case needs to go on."""

    def mend(self, case):
        """Let somebody who may write in a returned case answer its remarks."""
        if not last_remarks(self.district.case(case).data):
            return

        def writers(uow):
            found = uow.load(case)
            process = uow.processes[found.process]
            people = self.district.people
            return [w for w in self.people if may_edit(process, found, uow.actor(people[w]))]

        for who in self.district.read(writers)[:1]:
            mend(self.district, who, case)
            self.touched = True

    # ------------------------------------------------------------ what people do

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
            self.complete(case)
            self.mend(case)
            forward = [offer for offer in self.offers(case) if offer[3]]
            if not forward:
                return
            who, action, voter, _ = data.draw(st.sampled_from(forward), label="offer")
            self.take(who, case, action, voter, data)

    @precondition(lambda self: self.open_cases())
    @rule(data=st.data(), who=st.integers(0, 99), number=st.none() | st.integers(0, 400))
    def try_anything(self, data, who, number):
        """Somebody tries actions that may well not be hers."""
        for _ in range(3):
            cases = self.open_cases()
            if cases:
                case = data.draw(st.sampled_from(cases), label="case")
                self.try_in(case, data, self.somebody(who), number)

    def try_in(self, case, data, who, number):
        process = self.container.processes[self.district.case(case).process]
        keys = [t.key for t in process.transitions]
        keys += [answer.key for ballot in process.ballots.values() for answer in ballot.answers]
        action = data.draw(st.sampled_from(sorted(set(keys) - {"upload_scan"})), label="action")
        self.take(who, case, action, None, data, number=number)

    @precondition(lambda self: self.open_cases())
    @rule(data=st.data(), who=st.integers(0, 99))
    def take_back(self, data, who):
        """Somebody takes back a step."""
        case = data.draw(st.sampled_from(self.open_cases()), label="case")
        self.unharmed(lambda: self.district.take_back(self.somebody(who), case))

    # ------------------------------------------------------------ what happens by itself

    @rule(hours=st.sampled_from((1, 24, 24, 72)))
    def time_passes(self, hours):
        """Deadlines on the way happen, each in its own transaction."""
        self.touched = True
        target = self.container.clock.now() + dt.timedelta(hours=hours)
        while due := self.next_deadline(target):
            self.container.clock.set(max(self.container.clock.now(), due.next_at))
            assert self.container.transact(partial(deadlines.fire, deadline_id=due.id))
        self.container.clock.set(target)

    @rule()
    def effects_are_carried_out_twice(self):
        """9: what was carried out and swept once is not changed by doing it again."""
        self.touched = True
        while loops.fire_due(self.container):  # a step may name a day that has passed
            continue
        self.district.carry_out()
        self.time_passes(hours=0)  # what a step has made due at once
        self.district.carry_out()
        once = self.fingerprint()
        for message in self.district.rows(OutboxMessage):
            effects.carry_out(self.container, message["id"], message["kind"])
        self.district.carry_out()
        assert loops.fire_due(self.container) == 0
        assert self.fingerprint() == once

    # ------------------------------------------------------------ what stays true

    @invariant()
    def everything_holds(self):
        if hasattr(self, "district") and self.touched:
            assert self.district.broken() == []
            self.what_is_registered_stays()
            self.touched = False

    def what_is_registered_stays(self):
        """3: no entry of a journal and no file of a paper is ever another one."""
        entries = {("entry", row["id"]): row for row in self.district.rows(JournalEntry)}
        files = {
            ("paper", row["id"]): (row["file_sha256"], row["content_hash"], row["field_values"])
            for row in self.district.rows(Document)
            if row["file_sha256"]
        }
        now = entries | files
        assert self.registered.items() <= now.items()
        self.registered = now

    # ------------------------------------------------------------ helpers

    def take(self, who, case, action, voter, data, number=None):
        values = {**self.filled(case, data), "number": number}
        form = self.form(case, action)
        given = {view.name: values.get(view.name) for view in views(form)} if form else {}
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
        return self.district.read(partial(fingerprint, models=MOVING))

    def form(self, case, action):
        found = self.district.case(case)
        process = self.container.processes[found.process]
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
            for who in self.people:
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
            row["id"]
            for row in self.district.rows(Instance)
            if row["process"] in ((process,) if process else self.walked)
            and (row["state"] in states if states else row["finished_at"] is None)
        ]

    def somebody(self, number):
        return self.people[number % len(self.people)]

    def next_deadline(self, until):
        """Return the deadline whose tick comes next; the sweep would hide an error of it."""
        query = select(Deadline.id, Deadline.next_at).where(Deadline.next_at <= until)
        query = query.order_by(Deadline.next_at, Deadline.id).limit(1)
        return self.district.read(lambda uow: uow.connection.execute(query).one_or_none())


def fingerprint(uow, models):
    """Return every row of some tables, for «twice equals once»."""
    return {
        model.__tablename__: uow.connection.execute(
            select(model.__table__).order_by(*model.__table__.primary_key)
        ).all()
        for model in models
    }


def walk(kind, make, examples, steps):
    """Walk so many times so many steps in districts that are opened by their day.

    `make walks` walks on from there: WALKS= times as often, beginning with the same walks.
    """
    examples *= int(os.environ.get("WALKS") or 1)
    machine = type("Walk", (kind,), {"make": staticmethod(make)})
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=how)
