"""The one place where decisions become rows: every `Change` is applied here and nowhere else."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count, groupby
from typing import Any

from workflow_app.engine.ballots import Ballot
from workflow_app.engine.case import Case, Step
from workflow_app.engine.changes import (
    Amend,
    Ask,
    Call,
    Change,
    End,
    Enter,
    Fan,
    Made,
    Notify,
    Number,
    Paper,
    Pause,
    Put,
    Resume,
    Start,
    Voter,
    Withdraw,
)
from workflow_app.engine.decide import Answered, Decision, decide, outcome, settle, subscribers
from workflow_app.engine.forms import Form, parse, with_values
from workflow_app.engine.marks import fill
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor, Capacity, system, targets
from workflow_app.engine.text import file_name
from workflow_app.engine.votes import PENDING
from workflow_app.services.cases import children, undo_traces
from workflow_app.services.cases.children import plain
from workflow_app.services.cases.work_items import Origin, Waiting, quotes, waits_otherwise
from workflow_app.services.hashing import sha256, text_hash
from workflow_app.services.letter_choices import FEED, PROGRESS
from workflow_app.services.ports import Entry, NewCase, NewDocument, NewWorkItem, UnitOfWork

MOST_STEPS = 100
"""Steps a case, on the average: a plan of many rows begins many cases, a loop goes on in few."""
"""Steps that may follow from one action by themselves; more means a loop in the definitions."""


class Interpreter:
    """Applies decisions within one unit of work, and everything that follows by itself."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._waiting = Waiting(uow)
        self._unsettled: deque[int] = deque()
        self._calls: deque[children.Called] = deque()
        self._cause: undo_traces.Cause | None = None
        """The line of history that the person's step writes; all else follows from it."""
        self._person = 0
        """Whose step that was; 0 where the system began."""
        self._traces: dict[int, undo_traces.Trace] = {}

    # ------------------------------------------------------------ beginning and deciding

    def start(self, new: NewCase, action: str, actor: Actor, form: Form) -> Case | Refusal:
        """Begin an instance and return it, or the refusal of its start."""
        begun = children.begin(self.uow, new, action, actor, form)
        return begun if isinstance(begun, Refusal) else self._create([begun])[0]

    def _create(self, begun: Sequence[children.Beginning]) -> list[Case]:
        """Write new cases; many take as many statements as one."""
        ids = self.uow.create([one.row for one in begun])
        with self.uow.together():
            return [
                self.apply(replace(one.case, id=number), one.decision, one.form)
                for number, one in zip(ids, begun, strict=True)
            ]

    def apply(
        self,
        case: Case,
        decision: Decision,
        form: Form | None,
        signature: Mapping[str, Any] | None = None,
    ) -> Case:
        """Apply a decision: changes, state, deadlines, work items, history, papers."""
        process = self.uow.processes[case.process]
        before = case
        trace = self._begin(case, decision.capacity)
        values = plain(form)
        written = quotes(decision.transition.form, values) if decision.capacity.person_id else ()
        # What follows by itself in the case she acted in is said to her on the page at once.
        by = self._person if self._is_own(case) else decision.capacity.person_id
        self._waiting.person_id = by
        self._waiting.origin = Origin(decision.transition.told, decision.capacity, written)
        case = case.at_hand(form, decision.capacity, self.uow.now, self.uow.today)
        papers: list[Paper] = []
        made: dict[str, int] = {}
        for change, *alike in _batches(decision.changes):
            if isinstance(change, Paper):
                papers.append(change)
            elif isinstance(change, Enter):
                self._enter_rows(case, change, alike, made)
            else:
                case = self._change(case, change, made)
        case = self._enter(process, before, case, decision.target)
        case.steps = _counted(case, decision.transition.key, decision.capacity)
        entry = Entry(
            decision.transition.key,
            decision.transition.told,
            before.state,
            case.state,
            decision.capacity,
            {**values, **(signature or {})},
            self._undo(process, before, case, decision, trace),
        )
        self.uow.save(process, case, before, entry)
        for paper in papers:
            self._issue(process, case, paper)
        if case.subject and case.state != before.state:
            self._let_subject_hear(case)
        self._unsettled.append(case.id)
        return case

    def _let_subject_hear(self, case: Case) -> None:
        """Send a message to every open case about the subject that this outcome concerns."""
        listening = subscribers(self.uow.processes.values(), case.process, case.state)
        for other in self.uow.open_about(case, listening) if listening else ():
            payload = {"instance_id": other.id, "process": case.process, "state": case.state}
            self.uow.send(case, "hear", payload)

    def outcome_of_another(self, instance_id: int, process: str, state: str) -> None:
        """Let a case take the step that the outcome of another one causes; or none."""
        case = self.uow.load(instance_id)
        own = self.uow.processes[case.process] if case else None
        transition = outcome(own, case, process, state, of="subject") if case and own else None
        if case and transition:
            self._act_as_system(case, transition.key, {})

    def _begin(self, case: Case, capacity: Capacity) -> undo_traces.Trace:
        """Begin to gather what a step changes; the first step of a person is the cause."""
        if self._cause is None and capacity.person_id:
            self._cause = (case.id, self.uow.next_line(case.id))
            self._person = capacity.person_id
        self._traces[case.id] = trace = undo_traces.Trace()
        return trace

    def _undo(
        self,
        process: Process,
        before: Case,
        after: Case,
        decision: Decision,
        trace: undo_traces.Trace,
    ) -> dict[str, Any]:
        """Return what the line of history keeps: for a person's step, and elsewhere because of it.

        What the system does next in the same case hides the person's line, so it keeps nothing.
        """
        if self._cause is None or (not decision.capacity.person_id and self._is_own(before)):
            return {}
        kept = undo_traces.of_move(process, before, after, decision, trace)
        return kept if self._is_own(before) else {**kept, "because": list(self._cause)}

    def _is_own(self, case: Case) -> bool:
        """Tell whether a case is the one the person acted in."""
        return self._cause is not None and self._cause[0] == case.id

    def _close(self, case: Case, *, state: str | None = None, ballot: str | None = None) -> None:
        """Close what waits for a state and for a ballot."""
        trace = self._traces.setdefault(case.id, undo_traces.Trace())
        trace.deadlines += self.uow.close_deadlines(case, state=state, ballot=ballot)
        trace.work += self.uow.close_work(case, state=state, ballot=ballot)

    def _close_asked(self, case: Case, ballot: Ballot, voter: str) -> None:
        trace = self._traces.setdefault(case.id, undo_traces.Trace())
        trace.work += self.uow.close_work(case, ballot=ballot.key, voter=voter)

    def _keep_ballot(self, case: Case, ballot: Ballot) -> None:
        """Remember a ballot before it changes, where somebody may want it back."""
        if self._cause is not None:
            self._traces.setdefault(case.id, undo_traces.Trace()).keep_ballot(
                self.uow, case, ballot.key
            )

    def answer(
        self,
        case: Case,
        answered: Answered,
        form: Form | None,
        signature: Mapping[str, Any] | None = None,
    ) -> bool:
        """Write an answer; False when somebody was faster."""
        process = self.uow.processes[case.process]
        ballot, before, after = answered.ballot, answered.before, answered.after
        values = plain(form)
        trace = self._begin(case, answered.capacity)
        undo = undo_traces.of_answer(self.uow, process, case, answered, trace)
        was_open = bool(ballot.tell_decided) and self._is_open(case, ballot)
        if not self.uow.write_vote(case, ballot.key, before, after):
            return False
        self._close_asked(case, ballot, before.voter.key)
        if not _is_waited_for(process, ballot) and not self._pending(case, ballot):
            trace.deadlines += self.uow.close_deadlines(case, ballot=ballot.key)
        after_case = case.at_hand(form, answered.capacity, self.uow.now, self.uow.today)
        told = self._told(case, answered)
        entry = Entry(
            answered.answer.key,
            told,
            case.state,
            case.state,
            answered.capacity,
            {"voter": before.voter.key, **values, **(signature or {})},
            undo,
        )
        self.uow.save(process, after_case, case, entry)
        if answered.answer.tell:
            text = getattr(form, "reason", "")
            self._tell(
                after_case,
                Notify(answered.answer.tell, f"{told}: {case_title(process, case)}", text),
            )
        if was_open and not self._is_open(after_case, ballot):
            self._tell_decided(case, ballot)
        self._unsettled.append(case.id)
        return True

    def _told(self, case: Case, answered: Answered) -> str:
        """Return an answer as history tells it, with whose it was where somebody else gave it."""
        own = answered.before.voter.organisation_id
        if own in (None, answered.capacity.organisation_id):
            return answered.answer.past
        name = self.uow.facts(case.municipality_id).name("school", own)
        return f"{answered.answer.past}: {name}"

    def _pending(self, case: Case, ballot: Ballot) -> int:
        tally = self.uow.tally(case, ballot.key)
        return tally.count(PENDING) if tally else 0

    def _is_open(self, case: Case, ballot: Ballot) -> bool:
        """Tell whether pending answers may still change the outcome."""
        facts = self.uow.facts(case.municipality_id)
        tally = facts.tally(case, ballot.key)
        return tally is not None and not ballot.is_decided(case, facts, tally)

    def _tell_decided(self, case: Case, ballot: Ballot) -> None:
        """Tell that waiting changes nothing any more, unless nobody is left to wait for."""
        tally = self.uow.tally(case, ballot.key)
        if tally and tally.count(PENDING):
            heading = case_title(self.uow.processes[case.process], case)
            subject = f"{ballot.title}: итог уже не изменится — {heading}"
            self._tell(case, Notify(ballot.tell_decided, subject, "Опрос можно завершить сейчас."))

    def finish(self) -> None:
        """Let everything that follows by itself happen, within the family."""
        met: set[int] = set()
        for step in count():
            if self._calls:
                met.add(self._calls[0][0])
                self.called(*self._calls.popleft())
            elif self._unsettled:
                met.add(self._unsettled[0])
                self._settle(self._unsettled.popleft())
            else:
                return
            if step > MOST_STEPS * len(met):
                raise RuntimeError("one action caused too many steps: the definitions loop")

    def unsettled(self, instance_id: int) -> None:
        """Look at an instance again before the work is finished."""
        self._unsettled.append(instance_id)

    def _settle(self, instance_id: int) -> None:
        case = self.uow.load(instance_id)
        if case is None:
            return
        process = self.uow.processes[case.process]
        facts, actor = self.uow.facts(case.municipality_id), system(case.municipality_id)
        decision = settle(process, case, facts, actor, self.uow.now, self.uow.today)
        if decision:
            self.apply(case, decision, None)
        elif case.parent_id is not None:
            self._report(case, case.parent_id)

    def _report(self, child: Case, parent_id: int) -> None:
        """Tell the parent where its child stands; most states mean nothing to it."""
        parent = self.uow.load(parent_id)
        if parent is None:
            return
        process = self.uow.processes[parent.process]
        transition = outcome(process, parent, child.process, child.state)
        if transition:
            self._act_as_system(parent, transition.key, {})
        elif not process.states[parent.state].is_final and child.state in self._finals(child):
            self._unsettled.append(parent.id)

    def _finals(self, case: Case) -> frozenset[str]:
        states = self.uow.processes[case.process].states.values()
        return frozenset(state.key for state in states if state.is_final)

    def called(self, instance_id: int, action: str, form: Mapping[str, Any]) -> None:
        """Let the system act on an instance; a final state makes it a no-op."""
        case = self.uow.load(instance_id)
        if case and not self.uow.processes[case.process].states[case.state].is_final:
            self._act_as_system(case, action, form)

    def _act_as_system(self, case: Case, action: str, values: Mapping[str, Any]) -> None:
        process = self.uow.processes[case.process]
        transition = process.transition(case.state, action)
        form = parse(transition.form, values) if transition and transition.form else None
        decision = decide(
            process,
            case,
            action,
            system(case.municipality_id),
            form,
            self.uow.facts(case.municipality_id),
            self.uow.now,
            self.uow.today,
        )
        if isinstance(decision, Decision):
            self.apply(case, decision, form if isinstance(form, Form) else None)

    # ------------------------------------------------------------ the closed list

    def _change(self, case: Case, change: Change, made: dict[str, int]) -> Case:  # noqa: C901 (one branch a kind)
        match change:
            case Put():
                return self._put(case, change)
            case Amend():
                key = _resolved(change.key, made)
                self.uow.amend(change.register, case, key, change.values, change.effective_on)
            case End():
                key = _resolved(change.key, made)
                self.uow.end(change.register, case, key, change.effective_on)
            case Number():
                case.number = self.uow.number(case, change)
            case Ask():
                self._ask(case, change)
            case Start():
                self._create([children.child(self.uow, case, _with_made(change, made))])
            case Call():
                self._call(case, change)
            case Fan():
                self._fan(case, change)
            case Pause():
                self.uow.pause(case, change.subject)
            case Resume():
                self.uow.resume(case, change.subject)
            case Withdraw():
                self.uow.withdraw_papers(case)
            case Notify():
                self._tell(case, change)
        return case

    def _enter_rows(
        self, case: Case, first: Enter, alike: Sequence[Enter], made: dict[str, int]
    ) -> None:
        """Write rows of one register from one day on; a row that is named comes alone."""
        rows = [
            {name: _resolved(value, made) for name, value in change.values.items()}
            for change in (first, *alike)
        ]
        ids = self.uow.enter(first.register, case, rows, first.effective_on)
        if first.as_:
            made[first.as_] = ids[0]

    def _put(self, case: Case, change: Put) -> Case:
        if change.values:
            process = self.uow.processes[case.process]
            case = case.with_data(with_values(case.data, change.values))
            case.text_hash = text_hash(case.process, case.data)
            (author,) = case.parties["author"]
            case.parties = process.parties_of(case.data, author)
        if change.snapshot:
            self.uow.keep_snapshot(case)
        return case

    def _ask(self, case: Case, change: Ask) -> None:
        ballot = self.uow.processes[case.process].ballots[change.ballot]
        self._keep_ballot(case, ballot)
        if change.step == "close":
            self.close_ballot(case, ballot)
        elif change.step == "leave_out":
            keys = [voter.key for voter in change.voters]
            self.uow.leave_out(case, ballot.key, keys)
            for key in keys:
                self._close_asked(case, ballot, key)
        else:
            pending, was_open = self.uow.put_question(case, ballot, change)
            if was_open:
                self._close(case, ballot=ballot.key)
            self._open_ballot(case, ballot, pending)

    def close_ballot(self, case: Case, ballot: Ballot) -> None:
        """Close a ballot with everything that waits for it."""
        self._close_votes(case, ballot)
        self._close(case, ballot=ballot.key)

    def _close_votes(self, case: Case, ballot: Ballot) -> None:
        self._keep_ballot(case, ballot)
        silence = ballot.silence_gives(self.uow.facts(case.municipality_id))
        self.uow.close_ballot(case, ballot.key, silence)

    def _open_ballot(self, case: Case, ballot: Ballot, pending: Sequence[Voter]) -> None:
        if not pending:
            return
        deadlines = self._waiting.deadlines(case, (ballot.due,) if ballot.due else (), ballot)
        self.uow.open_deadlines(case, deadlines)
        due_at = deadlines[0].due_at if deadlines else None
        items = [
            NewWorkItem(
                voter.role,
                voter.organisation_id or 0,
                ballot.work_title or ballot.title,
                case.state,
                ballot.key,
                voter.key,
                due_at=due_at,
            )
            for voter in pending
        ]
        self._waiting.open_work(case, items)

    def _call(self, case: Case, change: Call) -> None:
        self._calls.extend(children.family_called(self.uow, case, change))
        if change.instance_id is not None:
            payload = {
                "instance_id": change.instance_id,
                "action": change.action,
                "form": dict(change.form),
            }
            self.uow.send(case, "call", payload)

    def _fan(self, case: Case, change: Fan) -> None:
        begun, called = children.fan(self.uow, case, change)
        if begun:
            self._create(begun)
        self._calls.extend(called)

    def _tell(self, case: Case, change: Notify) -> None:
        to = [target for role in change.roles for target in targets(role, case.parties)]
        by = case.capacity.person_id if case.capacity else 0
        kind = FEED if self.uow.processes[case.process].feed else PROGRESS
        payload = {"to": to, "subject": change.subject, "text": change.text, "by": by, "kind": kind}
        self.uow.send(case, "tell", payload)

    # ------------------------------------------------------------ states

    def _enter(self, process: Process, before: Case, case: Case, target: str) -> Case:
        """Move the case into a state; staying in it keeps its deadlines and work items.

        They are opened anew where the case's own data say when it is due or whom it waits for,
        and say so otherwise now.
        """
        if target == before.state:
            if waits_otherwise(process.states[target], before, case):
                self._close(case, state=target)
                self._waiting.open_state(process, case)
            return case
        case = replace(case, state=target)
        if before.state:
            ballot = process.states[before.state].ballot
            if ballot:
                self._close_votes(case, ballot)
            self._close(case, state=before.state, ballot=ballot.key if ballot else None)
        self._waiting.open_state(process, case)
        return case

    def _issue(self, process: Process, case: Case, paper: Paper) -> None:
        kind = process.papers[paper.key]
        values = kind.values(case, self.uow.facts(case.municipality_id))
        name = kind.file_name(case) if kind.file_name else f"{kind.title} {case.number}".strip()
        self.uow.issue(
            case,
            NewDocument(
                kind.key,
                kind.title,
                kind.template,
                file_name(name.replace("/", "-")),
                values,
                sha256(f"{kind.template}\n{case.text_hash}"),
                case.state,
            ),
        )


def _is_waited_for(process: Process, ballot: Ballot) -> bool:
    """Tell whether a state waits for a ballot: leaving the state then closes its deadline."""
    return any(state.ballot is ballot for state in process.states.values())


def _counted(case: Case, action: str, capacity: Capacity) -> dict[str, Step]:
    old = case.steps.get(action, Step())
    return {**case.steps, action: Step(old.times + 1, old.persons | capacity.persons)}


def _batches(changes: Iterable[Change]) -> Iterator[list[Any]]:
    """Yield changes in their order, rows that are entered one after another together."""

    def alike(change: Change) -> object:
        if isinstance(change, Enter) and not change.as_:
            return change.register, change.effective_on
        return id(change)

    return ([*group] for _, group in groupby(changes, alike))


def _resolved(value: Any, made: Mapping[str, int]) -> Any:
    return made[value.name] if isinstance(value, Made) else value


def _with_made(start: Start, made: Mapping[str, int]) -> Start:
    """Return a start that knows the rows entered before it: in its data and in its subject."""
    data = {name: _resolved(value, made) for name, value in start.data.items()}
    return replace(start, data=data, subject=fill(start.subject, **made))


def case_title(process: Process, case: Case) -> str:
    """Return how a case is called, with its number."""
    return f"{process.heading_of(case.data)} {case.number}".strip()
