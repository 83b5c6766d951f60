"""What must hold of the whole database at any moment, whatever its processes say (7.7).

What speaks of states of a process is declared with the processes (`workflows/invariants/`) and asks
the same ledger; `broken` asks both. `AT_REST` holds only when every effect has been carried out.
"""

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from sqlalchemy import select

from workflow_app.engine.decide import told
from workflow_app.engine.facts import Facts
from workflow_app.engine.process import Process
from workflow_app.engine.roles import Capacity
from workflow_app.services import hashing
from workflow_app.store.cases import history
from workflow_app.store.journals import chains
from workflow_app.store.models import Base
from workflow_app.store.models.base import table
from workflow_app.store.models.documents import StoredFile
from workflow_app.store.read_models import networks
from workflow_app.store.unit_of_work import SqlUnitOfWork

Row = Mapping[str, Any]
Roles = dict[int, str]
"""School → its role in a network."""

_FILE = table(StoredFile)


class Ledger:
    """Every row the invariants speak about, read at one moment."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self.uow, self.today = uow, uow.today
        self.processes: Mapping[str, Process] = uow.processes
        self.rows = cache(self._rows)
        self.cases: Mapping[int, Row] = {row["id"]: row for row in self.rows("instance")}
        self.entries: Mapping[int, Row] = {row["id"]: row for row in self.rows("journal_entry")}
        self.history: Mapping[int, Sequence[Row]] = _by(
            sorted(self.rows("history"), key=lambda line: line["seq"]), "instance_id"
        )

    def _rows(self, register: str) -> Sequence[Row]:
        declared = self.uow.tables.get(register)
        query = declared.known_now if declared else select(Base.metadata.tables[register])
        return [dict(row) for row in self.uow.connection.execute(query).mappings()]

    def of(self, process: str, *states: str) -> list[Row]:
        """Return the cases of a process, of some states or of all."""
        return [
            case
            for case in self.cases.values()
            if case["process"] == process and (not states or case["state"] in states)
        ]

    def process(self, case: Row) -> Process:
        """Return the process of a case."""
        return self.processes[case["process"]]

    def lines(self, case: Row) -> Sequence[Row]:
        """Return the history of a case, oldest first."""
        return self.history.get(case["id"], ())

    def ballot(self, case: int, key: str) -> tuple[bool, Sequence[Row]]:
        """Return whether a ballot is open, and the votes that count; none if it never was."""
        row = self._ballots.get((case, key))
        if row is None:
            return False, ()
        votes = self._votes.get(row["id"], ())
        return row["closed_at"] is None, [vote for vote in votes if not vote["is_left_out"]]

    @cached_property
    def _ballots(self) -> Mapping[tuple[int, str], Row]:
        return {(row["instance_id"], row["key"]): row for row in self.rows("ballot")}

    @cached_property
    def _votes(self) -> Mapping[int, Sequence[Row]]:
        return _by(self.rows("vote"), "ballot_id")

    def papers(self, case: int) -> Sequence[Row]:
        """Return the documents of a case that were not withdrawn, oldest first."""
        return self._papers.get(case, ())

    @cached_property
    def _papers(self) -> Mapping[int, Sequence[Row]]:
        issued = sorted(self.rows("document"), key=lambda row: row["id"])
        return _by((row for row in issued if row["withdrawn_at"] is None), "instance_id")

    def open_rows(self, register: str) -> Mapping[int, Sequence[Row]]:
        """Return case → its deadlines or work items that are open."""
        return _by((row for row in self.rows(register) if not row["closed_at"]), "instance_id")

    @cached_property
    def offices(self) -> Mapping[int, Row]:
        """Return every position, of today and of the past."""
        return {row["id"]: row for row in self.rows("position")}

    def capacities(self, municipality: int) -> Sequence[Capacity]:
        """Return in which capacities the people of a municipality act today by their own posts."""
        return self._capacities.get(municipality, ())

    @cached_property
    def _capacities(self) -> Mapping[int, Sequence[Capacity]]:
        found = defaultdict(list)
        for row in self.rows("position"):
            ends = row["ends_on"] or dt.date.max
            if row["starts_on"] <= self.today <= ends:
                found[row["municipality_id"]].append(
                    Capacity(
                        row["person_id"],
                        row["role"],
                        row["organisation_id"],
                        row["municipality_id"],
                        row["id"],
                        row["title"],
                    )
                )
        return found

    @cached_property
    def memberships(self) -> Sequence[Row]:
        """Return what orders said of schools in networks, in the order of the fold."""
        return networks.written(self.uow.connection)

    @cached_property
    def terms(self) -> Mapping[int, tuple[dt.date, dt.date]]:
        """Return network → the first and the last day of its term, as far as it is there today."""
        return {
            row["row_id"]: (row["term_from"], row["term_to"])
            for row in self.rows("network")
            if row["valid_from"] <= self.today < row["valid_to"]
        }

    @cached_property
    def compositions(self) -> Mapping[dt.date, Mapping[int, Roles]]:
        """Return day → network → its schools, by one statement a day on which they may change."""
        days: dict[dt.date, set[int]] = defaultdict(set)
        for network, (first, last) in self.terms.items():
            for day in (first, last, self.today):
                days[day].add(network)
        for said in self.memberships:
            days[said["effective_on"]].add(said["network"])
        return {day: self._composed(chosen, day) for day, chosen in sorted(days.items())}

    def _composed(self, chosen: Collection[int], day: dt.date) -> Mapping[int, Roles]:
        found: dict[int, Roles] = {network: {} for network in chosen}
        for member in networks.members_of(self.uow.session, chosen, day):
            found[member.network_id][member.school_id] = member.role
        return found

    def facts(self, municipality: int) -> Facts:
        """Return the registers of a municipality, as its processes ask them."""
        return self.uow.facts(municipality)

    def text_hash(self, case: Row) -> str:
        """Return the hash of what a case says now."""
        data = self.process(case).form.model_validate(case["data"])
        return hashing.text_hash(case["process"], data)

    def told(self, case: Row) -> str:
        """Return everything the tables of a case's page show to whoever reads the case."""
        found, facts = self.uow.load(case["id"]), self.facts(case["municipality_id"])
        return str(told(self.process(case), found, facts, None)) if found else ""


Invariant = Callable[[Ledger], Iterator[str]]


def _by(rows: Iterable[Row], column: str) -> dict[int, list[Row]]:
    """Return rows by the value of a column, in their order."""
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


# ---------------------------------------------------------------- networks and orders


def membership_rests_on_an_order(ledger: Ledger) -> Iterator[str]:
    """1: a membership exists only with a registered order, and so does a network."""
    for said in ledger.memberships:
        entry = ledger.entries.get(said["order_entry_id"])
        case = said["instance_id"]
        if entry is None or entry["registered_on"] > said["registered_on"]:
            yield f"участие {said['id']} не опирается на приказ"
        elif case and (entry["instance_id"], entry["label"]) != (
            case,
            ledger.cases[case]["number"],
        ):
            yield f"участие {said['id']} опирается на чужой номер {entry['label']}"
    for said in ledger.rows("register_entry"):
        if said["register"] == "network" and said["word"] == "enter" and said["instance_id"]:
            entry = ledger.entries.get(said["order_entry_id"])
            if entry is None or entry["instance_id"] != said["instance_id"]:
                yield f"сеть {said['row_id']} создана без номера приказа"


def composition_follows_orders(ledger: Ledger) -> Iterator[str]:
    """1: who is in a network on a date is the fold of the orders in effect on it."""
    orders = _by(ledger.memberships, "network")
    revoked = {
        row["target_entry_id"]: row["effective_on"]
        for row in ledger.rows("order_relation")
        if row["kind"] == "revokes"
    }
    for day, found in ledger.compositions.items():
        for network, members in found.items():
            roles: dict[int, str | None] = {}
            for said in orders.get(network, ()):
                ends = revoked.get(said["order_entry_id"], dt.date.max)
                if said["effective_on"] <= day < ends:
                    roles[said["school"]] = said["role"]
            if members != {school: role for school, role in roles.items() if role}:
                yield f"состав сети {network} на {day} не следует из приказов"


def one_base(ledger: Ledger) -> Iterator[str]:
    """2: a network has exactly one base on any day of its term, and a base has one network."""
    for day, found in ledger.compositions.items():
        hosts: Counter[int] = Counter()
        for network, members in found.items():
            term = ledger.terms.get(network)
            if term and term[0] <= day <= term[1]:
                bases = [school for school, role in members.items() if role == "base"]
                hosts.update(bases)
                if len(bases) != 1:
                    yield f"в сети {network} на {day} не одна базовая школа"
        many = (one for one, count in hosts.items() if count > 1)
        yield from (f"школа {one} на {day} базовая в двух сетях" for one in many)


def numbers_without_gaps(ledger: Ledger) -> Iterator[str]:
    """3: every number of a journal's year has one row, and one case at most."""
    of_year: dict[tuple[int, int], list[int]] = defaultdict(list)
    for entry in ledger.entries.values():
        of_year[entry["journal_id"], entry["year"]].append(entry["number"])
    for (journal, year), numbers in of_year.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"в журнале {journal} за {year} год пропуск или повтор номера"
    issued = Counter(one["instance_id"] for one in ledger.entries.values() if one["instance_id"])
    yield from (f"дело {case} получило {n} номера" for case, n in issued.items() if n > 1)
    numbered = {case["id"] for case in ledger.cases.values() if case["number"]}
    yield from (f"номер дела {case} не стоит в журнале" for case in numbered ^ set(issued))


def files_are_those_that_were_issued(ledger: Ledger) -> Iterator[str]:
    """3: the bytes of every stored file are those its hash was taken of."""
    query = select(_FILE.c.sha256, _FILE.c.content).execution_options(yield_per=50)
    for sha256, content in ledger.uow.connection.execute(query):
        if hashlib.sha256(content).hexdigest() != sha256:
            yield f"файл {sha256[:12]} изменён"


# ---------------------------------------------------------------- steps and terms


def persons_are_apart(ledger: Ledger) -> Iterator[str]:
    """6: nobody decides on what she brought in herself."""
    apart = {
        process.key: {one.key: one.apart for one in process.transitions if one.apart}
        for process in ledger.processes.values()
    }
    for case in ledger.cases.values():
        did: dict[str, set[int]] = defaultdict(set)
        for line in ledger.lines(case):
            who = {line["person_id"], line["stands_for"]} - {None}
            for other in apart[case["process"]].get(line["action"], ()):
                if who & did[other]:
                    yield f"дело {case['id']}: «{line['title']}» — тем же человеком"
            did[line["action"]] |= who


def waiting_has_a_term(ledger: Ledger) -> Iterator[str]:
    """7: an open state has an open deadline or the mark; leaving it closes its deadlines."""
    timed = ledger.open_rows("deadline")
    for case in ledger.cases.values():
        process, terms = ledger.process(case), timed.get(case["id"], ())
        state, name = process.states[case["state"]], f"дело {case['id']}"
        for row in terms:
            if row["ballot"] and not ledger.ballot(case["id"], row["ballot"])[0]:
                yield f"{name}: срок «{row['kind']}» остался от закрытого опроса"
            elif not row["ballot"] and row["state"] != case["state"]:
                yield f"{name}: срок «{row['kind']}» остался от прежнего состояния"
        if len({row["kind"] for row in terms}) < len(terms):
            yield f"{name}: один срок открыт дважды"
        if state.is_final and terms:
            yield f"{name} закончено, а срок открыт"
        if not state.is_final and not state.no_deadline and not terms:
            yield f"{name} ждёт в «{state.title}» без срока"
        asked = {row["ballot"] for row in terms}
        for ballot in _outliving(process):
            is_open, votes = ledger.ballot(case["id"], ballot)
            waits = is_open and any(vote["status"] == "pending" for vote in votes)
            if waits != (ballot in asked):
                yield f"{name}: срок опроса «{ballot}» не там, где ждут ответа"


def _outliving(process: Process) -> list[str]:
    """Return the ballots with a term that no state waits for."""
    waited_for = {state.ballot for state in process.states.values()}
    return [one.key for one in process.ballots.values() if one.due and one not in waited_for]


def work_waits_where_the_case_stands(ledger: Ledger) -> Iterator[str]:
    """7: nobody has work in a state that was left, and everybody asked has it while asked."""
    open_work = ledger.open_rows("work_item")
    for case in ledger.cases.values():
        process, work = ledger.process(case), open_work.get(case["id"], ())
        state, name = process.states[case["state"]], f"дело {case['id']}"
        own = [row["state"] for row in work if not row["ballot"]]
        if set(own) - {case["state"]} or (state.is_final and work):
            yield f"{name}: задача осталась от прежнего состояния"
        if state.waits_for and not own:
            yield f"{name} ждёт в «{state.title}», а задачи нет ни у кого"
        for key in process.ballots:
            is_open, votes = ledger.ballot(case["id"], key)
            pending = [v["voter"] for v in votes if is_open and v["status"] == "pending"]
            asked = [row["voter"] for row in work if row["ballot"] == key]
            if sorted(asked) != sorted(pending):
                yield f"{name}: задачи опроса «{key}» не у тех, кто не ответил"


def every_step_has_one_line(ledger: Ledger) -> Iterator[str]:
    """8: lines lead from state to state without a jump, and the hash chain verifies."""
    yield from map(str, chains.breaks(ledger.uow.connection))
    for case in ledger.cases.values():
        stands, lines, name = "", ledger.lines(case), f"дело {case['id']}"
        for place, line in enumerate(lines, start=1):
            if (line["seq"], line["from_state"]) != (place, stands):
                yield f"{name}: история прерывается на шаге {place}"
            stands = line["to_state"]
        if stands != case["state"] or len(lines) != case["history_seq"]:
            yield f"{name}: история кончается не там, где стоит дело"
        starts = {one.key for one in ledger.process(case).starts()}
        if lines and lines[0]["action"] not in starts:
            yield f"{name} начато шагом «{lines[0]['title']}»"
        taken = Counter(line["action"] for line in history.standing(lines))
        if any(taken[key] != times for key, (times, _) in case["steps"].items()):
            yield f"{name}: шагов в истории не столько, сколько сделано"


def nothing_is_doubled(ledger: Ledger) -> Iterator[str]:
    """9: what grew from a row grew once."""
    grown = Counter(
        (
            case["municipality_id"],
            case["process"],
            case["subject"] or case["parent_id"],
            case["fan_key"],
        )
        for case in ledger.cases.values()
        if case["fan_key"]
    )
    yield from (f"{key} заведено {n} раза" for key, n in grown.items() if n > 1)


def everything_is_carried_out(ledger: Ledger) -> Iterator[str]:
    """9: every effect is done and every paper is rendered."""
    if waiting := sum(row["done_at"] is None for row in ledger.rows("outbox")):
        yield f"не исполнено поручений: {waiting}"
    if incidents := sum(row["resolved_at"] is None for row in ledger.rows("incident")):
        yield f"открытых сбоев: {incidents}"
    issued = (row for row in ledger.rows("document") if not row["withdrawn_at"])
    if blank := sum(not row["file_sha256"] for row in issued):
        yield f"не напечатано документов: {blank}"


INVARIANTS: tuple[Invariant, ...] = (
    membership_rests_on_an_order,
    composition_follows_orders,
    one_base,
    numbers_without_gaps,
    files_are_those_that_were_issued,
    persons_are_apart,
    waiting_has_a_term,
    work_waits_where_the_case_stands,
    every_step_has_one_line,
    nothing_is_doubled,
)
AT_REST: tuple[Invariant, ...] = (everything_is_carried_out,)


def broken(
    uow: SqlUnitOfWork,
    promises: Iterable[Callable[[Any], Iterator[str]]] = (),
    *,
    at_rest: bool = True,
) -> list[str]:
    """Return every sentence about what does not hold; nothing where all is well.

    `promises` are what the processes add of their own.
    """
    ledger = Ledger(uow)
    asked = (*INVARIANTS, *(AT_REST if at_rest else ()), *promises)
    return [sentence for invariant in asked for sentence in invariant(ledger)]
