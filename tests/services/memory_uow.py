"""A unit of work that keeps everything in dictionaries: the interpreter runs on it as on SQL."""

import datetime as dt
from collections import defaultdict
from contextlib import nullcontext
from dataclasses import replace

from engine.facts_twin import FactsTwin

from workflow_app.engine.calendar import WorkingCalendar
from workflow_app.engine.changes import Ask
from workflow_app.services.hashing import text_hash
from workflow_app.services.ports import LastStep

NOW = dt.datetime(2025, 8, 28, 7, 0, tzinfo=dt.UTC)


class CaseFacts(FactsTwin):
    """Facts that tell the cases of one unit of work apart."""

    def of(self, uow):
        """Return the facts over a unit of work."""
        self.uow = uow
        return self

    def tally(self, case, ballot):
        """Return a ballot of this case."""
        return self.uow.ballots[case.id].tallies.get(ballot)

    def parent_tally(self, case, ballot):
        """Return a ballot of the parent."""
        return self.uow.ballots[case.parent_id].tallies.get(ballot)

    def snapshot(self, case):
        """Return the newest snapshot of this case."""
        return next(iter(reversed(self.uow.snapshots[case.id])), None)

    def child_states(self, case, process):
        """Return the states of this case's children."""
        return tuple(child.state for child in self.uow.children(case.id, process))


class MemoryUnitOfWork:
    """Everything a decision reads and writes, as plain collections a test may look at."""

    def __init__(self, processes):
        self.processes = processes
        self.now, self.today, self.zone = NOW, NOW.date(), dt.UTC
        self.cases, self.keys, self.actors = {}, {}, {}
        self.ballots, self.snapshots = defaultdict(FactsTwin), defaultdict(list)
        self.history, self.rows, self.documents, self.sent = [], [], [], []
        self.deadlines, self.work, self.clocks = [], [], []
        self.counters = defaultdict(int)
        self.registers = CaseFacts().of(self)

    def actor(self, person_id):
        return self.actors[person_id]

    def facts(self, _municipality_id):
        return self.registers

    def claim(self, instance_id):
        pass

    def load(self, instance_id):
        found = self.cases.get(instance_id)
        return replace(found) if found else None

    def children(self, instance_id, process=""):
        return [
            replace(case)
            for case in self.cases.values()
            if case.parent_id == instance_id and process in ("", case.process)
        ]

    def fanned(self, case, process, subject=""):
        for key, child in self.keys_of(process).items():
            if subject and self.cases[child].subject == subject:
                self.keys[case.id, process, key] = child
                self.cases[child].parent_id = case.id
        return {key: self.load(child) for key, child in self.keys_of(process, case.id).items()}

    def keys_of(self, process, parent=None):
        """Return key → child of one parent, or of any."""
        return {
            key: child
            for (mother, name, key), child in self.keys.items()
            if name == process
            and parent in (None, mother)
            and self.cases[child].parent_id == mother
        }

    def open_about(self, case, processes):
        return [
            replace(other)
            for other in self.cases.values()
            if other.process in processes
            and other.id != case.id
            and f"{other.subject}/".startswith(f"{case.subject}/")
            and not self.processes[other.process].states[other.state].is_final
        ]

    def pause(self, _case, subject):
        self.clocks.append(("pause", subject))

    def resume(self, _case, subject):
        self.clocks.append(("resume", subject))

    def together(self):
        return nullcontext()

    def create(self, new):
        return [self.created(case, said) for case, said in new]

    def created(self, case, new):
        number = len(self.cases) + 1
        self.cases[number] = replace(case, id=number, text_hash=text_hash(case.process, case.data))
        if new.fan_key:
            self.keys[new.parent_id, case.process, new.fan_key] = number
        return number

    def save(self, _process, case, before, entry):
        case.version = before.version + 1
        self.cases[case.id] = replace(case, form=None, capacity=None)
        self.history.append((case.id, entry))
        return len(self.history)

    def last_step(self, instance_id):
        mine = [entry for number, entry in self.history if number == instance_id]
        last = mine[-1]
        return LastStep(len(mine), last.action, last.title, last.capacity.person_id, last.undo)

    def next_line(self, instance_id):
        return sum(number == instance_id for number, _ in self.history) + 1

    def kept_ballot(self, _case, _ballot):
        return None

    def keep_snapshot(self, case):
        self.snapshots[case.id].append(case.data)

    def enter(self, register, _case, rows, effective_on):
        self.rows += [(register, dict(values), effective_on) for values in rows]
        return [*range(len(self.rows) - len(rows) + 1, len(self.rows) + 1)]

    def amend(self, register, _case, key, values, effective_on):
        self.rows.append((register, {**values, "amends": key}, effective_on))

    def end(self, register, _case, key, effective_on):
        self.rows.append((register, {"ends": key}, effective_on))

    def number(self, _case, number):
        self.counters[number.journal] += 1
        return f"{number.typed or self.counters[number.journal]}"

    def put_question(self, case, ballot, ask):
        twin = self.ballots[case.id]
        was_open = ballot.key in twin.tallies
        twin.put(ballot, ask, case.text_hash)
        pending = twin.tallies[ballot.key].keys("pending")
        return [voter for voter in ask.voters if voter.key in pending], was_open

    def leave_out(self, case, ballot, voters):
        tally = self.ballots[case.id].tallies[ballot]
        gone = tuple(vote.voter for vote in tally.votes if vote.voter.key in set(voters))
        process = self.processes[case.process]
        self.ballots[case.id].put(process.ballots[ballot], Ask(ballot, "leave_out", gone))

    def close_ballot(self, case, ballot, silence):
        twin = self.ballots[case.id]
        found = self.processes[case.process].ballots[ballot]
        assert silence in found.silences
        if ballot in twin.tallies:
            twin.put(found, Ask(ballot, "close"))

    def write_vote(self, case, ballot, before, after):
        found = self.processes[case.process].ballots[ballot]
        now = next(
            v for v in self.ballots[case.id].tallies[ballot].votes if v.voter == before.voter
        )
        if now.version != before.version:
            return False
        self.ballots[case.id].vote(found, after)
        return True

    def tally(self, case, ballot):
        return self.ballots[case.id].tallies.get(ballot)

    def policy(self, _municipality_id, _kind):
        return None

    def working_days(self, _municipality_id):
        return WorkingCalendar()

    def open_deadlines(self, case, new):
        self.deadlines += [(case.id, deadline) for deadline in new]

    def close_deadlines(self, case, *, state=None, ballot=None):
        self.deadlines = [
            (number, deadline)
            for number, deadline in self.deadlines
            if number != case.id or (deadline.state != state and deadline.ballot != ballot)
        ]
        return []

    def open_work(self, case, items):
        self.work += [(case.id, item) for item in items]

    def close_work(self, case, *, state=None, ballot=None, voter=""):
        self.work = [
            (number, work)
            for number, work in self.work
            if number != case.id
            or not ((work.state == state and not work.ballot) or work.ballot == ballot)
            or (voter and work.voter != voter)
        ]
        return []

    def issue(self, case, document):
        self.documents.append((case.id, document))
        return len(self.documents)

    def may_use_file(self, *_asked):
        return False

    def unknown_rows(self, *_asked):
        return set()

    def attach_file(self, *given):
        raise AssertionError(given)

    def send(self, case, kind, payload):
        self.sent.append((case.id, kind, payload))
