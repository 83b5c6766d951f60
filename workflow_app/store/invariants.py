"""What must hold of the whole database at any moment, whatever its processes say (7.7)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import RowMapping, select

from workflow_app.engine.process import Process
from workflow_app.store import audit, networks
from workflow_app.store.models.base import table
from workflow_app.store.models.documents import Document
from workflow_app.store.models.instances import BallotRow, Deadline, History, Instance
from workflow_app.store.models.messages import Incident, OutboxMessage
from workflow_app.store.models.registers import JournalEntry, MembershipEvent, Network
from workflow_app.store.unit_of_work import SqlUnitOfWork

Row = RowMapping


class Ledger:
    """Every row the invariants speak about, read at one moment."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self.uow, self.processes = uow, uow.processes
        self.cases = {row["id"]: row for row in self._rows(Instance)}
        self.entries = {row["id"]: row for row in self._rows(JournalEntry)}
        self.networks, self.events = self._rows(Network), self._rows(MembershipEvent)
        self.deadlines = [row for row in self._rows(Deadline) if row["closed_at"] is None]
        self.ballots = {row["instance_id"] for row in self._rows(BallotRow)
                        if row["closed_at"] is None}  # fmt: skip
        self.history: dict[int, list[Row]] = defaultdict(list)
        for line in sorted(self._rows(History), key=lambda row: row["seq"]):
            self.history[line["instance_id"]].append(line)

    def _rows(self, model: Any) -> Sequence[Row]:
        return self.uow.connection.execute(select(table(model))).mappings().all()

    def process(self, case: Row) -> Process:
        """Return the process of a case."""
        return self.processes[case["process"]]

    def waiting(self, model: Any, column: str) -> int:
        """Return how many rows have no moment in a column yet."""
        return sum(row[column] is None for row in self._rows(model))

    def documents(self) -> Sequence[Row]:
        """Return every document."""
        return self._rows(Document)


def composition_follows_orders(ledger: Ledger) -> Iterator[str]:
    """1: a membership rests on a registered order; who is in a network is the fold of them."""
    told: dict[tuple[int, Any], dict[int, str]] = defaultdict(dict)
    events = sorted(ledger.events, key=lambda one: (one["effective_on"], one["sequence"]))
    for event in events:
        entry = ledger.entries.get(event["order_entry_id"])
        if entry is None or entry["registered_on"] > event["registered_on"]:
            yield f"участие {event['id']} не опирается на приказ"
    for network in ledger.networks:
        own = [event for event in events if event["network_id"] == network["id"]]
        for day in {network["valid_from"], ledger.uow.today}:
            roles = told[network["id"], day]
            roles |= {one["school_id"]: one["role"] for one in own if one["effective_on"] <= day}
            members = networks.composition(ledger.uow.session, network["id"], day)
            if {m.school_id: m.role for m in members} != {s: r for s, r in roles.items() if r}:
                yield f"состав сети {network['id']} на {day} не следует из приказов"


def one_base(ledger: Ledger) -> Iterator[str]:
    """2: a network has exactly one base on any day of its term."""
    for network in ledger.networks:
        days = {network["valid_from"], *(one["effective_on"] for one in ledger.events
                if one["network_id"] == network["id"])}  # fmt: skip
        for day in days:
            if not network["valid_from"] <= day <= network["valid_to"]:
                continue
            members = networks.composition(ledger.uow.session, network["id"], day)
            if sum(member.role == "base" for member in members) != 1:
                yield f"в сети {network['id']} на {day} не одна базовая школа"


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


def persons_are_apart(ledger: Ledger) -> Iterator[str]:
    """6: nobody decides on what she brought in herself."""
    for case_id, lines in ledger.history.items():
        known = ledger.process(ledger.cases[case_id]).transitions
        apart = {one.key: one.apart for one in known if one.apart}
        did: dict[str, set[int]] = defaultdict(set)
        for line in lines:
            who = {line["person_id"], line["stands_for"]} - {None}
            for other in apart.get(line["action"], ()):
                if who & did[other]:
                    yield f"дело {case_id}: «{line['title']}» — тем же человеком"
            did[line["action"]] |= who


def waiting_has_a_term(ledger: Ledger) -> Iterator[str]:
    """7: an open state has an open deadline or the mark; leaving it closes its deadlines."""
    timed: dict[int, int] = Counter()
    for row in ledger.deadlines:
        case = ledger.cases[row["instance_id"]]
        timed[case["id"]] += 1
        if not row["ballot"] and row["state"] != case["state"]:
            yield f"дело {case['id']}: срок «{row['kind']}» остался от прежнего состояния"
    for case in ledger.cases.values():
        state = ledger.process(case).states[case["state"]]
        if state.is_final and timed[case["id"]]:
            yield f"дело {case['id']} закончено, а срок открыт"
        if not state.is_final and not state.no_deadline and not timed[case["id"]]:
            yield f"дело {case['id']} ждёт в «{state.title}» без срока"


def every_step_has_one_line(ledger: Ledger) -> Iterator[str]:
    """8: lines lead from state to state without a jump, and the hash chain verifies."""
    yield from map(str, audit.breaks(ledger.uow.connection))
    for case in ledger.cases.values():
        stands, lines = "", ledger.history[case["id"]]
        for place, line in enumerate(lines, start=1):
            if (line["seq"], line["from_state"]) != (place, stands):
                yield f"дело {case['id']}: история прерывается на шаге {place}"
            stands = line["to_state"]
        if stands != case["state"]:
            yield f"дело {case['id']}: история кончается не там, где стоит дело"


def nothing_is_doubled(ledger: Ledger) -> Iterator[str]:
    """9: what grew from a row grew once; every effect is done and every paper is rendered."""
    grown = Counter(
        (case["process"], case["subject"] or case["parent_id"], case["fan_key"])
        for case in ledger.cases.values() if case["fan_key"]
    )  # fmt: skip
    yield from (f"{key} заведено {n} раза" for key, n in grown.items() if n > 1)
    if waiting := ledger.waiting(OutboxMessage, "done_at"):
        yield f"не исполнено поручений: {waiting}"
    if incidents := ledger.waiting(Incident, "resolved_at"):
        yield f"открытых сбоев: {incidents}"
    if blank := sum(
        not row["file_sha256"] for row in ledger.documents() if not row["withdrawn_at"]
    ):
        yield f"не напечатано документов: {blank}"


INVARIANTS: tuple[Callable[[Ledger], Iterator[str]], ...] = (
    composition_follows_orders, one_base, numbers_without_gaps, persons_are_apart,
    waiting_has_a_term, every_step_has_one_line, nothing_is_doubled,
)  # fmt: skip


def broken(uow: SqlUnitOfWork) -> list[str]:
    """Return every sentence about what does not hold; nothing where all is well."""
    ledger = Ledger(uow)
    return [sentence for invariant in INVARIANTS for sentence in invariant(ledger)]
