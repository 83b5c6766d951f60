"""How long each step may take in a municipality: its own terms beside those processes declare.

1. `steps` gathers the kinds of deadlines: one row each, under the process that names it first.
2. `cells_of` says what a table shows of a row, and `set_terms` reads what came back of it.
3. A row counts as changed where it differs from what its page showed; where somebody else changed
   it meanwhile, it is refused and nothing is written.
Deadlines that are open already stay as they are.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from workflow_app.engine.deadlines import Due, Holder, Policy, august_policy, default_policy
from workflow_app.engine.facts import Facts
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.engine.text import plural
from workflow_app.services.administration import NOT_ADMIN, officer
from workflow_app.services.cases.terms import AUGUST, declared

UNITS = ("working", "calendar")
LONGEST_OFFSET = 366
USUAL = ""
"""The lane of the rest of the year."""
Own = Mapping[tuple[str, str], Policy]
"""(kind, lane) → the term a municipality has set itself."""


class Terms(Protocol):
    """What setting terms needs of the store."""

    def terms(self, municipality_id: int) -> Own:
        """Return the terms a municipality has set itself."""

    def set_policy(
        self, municipality_id: int, kind: str, lane: str, values: Mapping[str, Any] | None
    ) -> None:
        """Write a policy row; without values the row is removed."""

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""


@dataclass(frozen=True, slots=True)
class Step:
    """A kind of deadline: what is waited for, and where."""

    kind: str
    title: str
    process: str
    """The title of the process that heads it."""
    others: tuple[str, ...]
    """Titles of the other processes it counts in."""
    declared: Policy
    august: Policy | None
    """The shorter term that is proposed."""
    told: tuple[str, ...]
    """Whom it reaches when it has passed, one by one."""
    is_set_elsewhere: bool
    """Whether a setting says how long it is, until the municipality says so here."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A row of the table as it is typed; an empty August is as long as usual."""

    offset: str
    august: str
    unit: str
    remind: str
    told: tuple[str, ...]

    def __str__(self) -> str:
        return "|".join((self.offset, self.august, self.unit, self.remind, *self.told))


@dataclass(frozen=True, slots=True)
class Typed:
    """What came back of a row: its cells, or nothing to go back to the declared term."""

    seen: str
    cells: Cells | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A term that was changed, and how, in words."""

    kind: str
    said: str


def steps(processes: Iterable[Process], facts: Facts | None = None) -> list[Step]:
    """Return every kind of deadline once, in the order of the processes."""
    found: dict[str, list[tuple[Due, Process, str]]] = {}
    for due, process, title in declared(processes):
        found.setdefault(due.kind, []).append((due, process, title))
    return [_step(places, facts) for places in found.values()]


def _step(places: Sequence[tuple[Due, Process, str]], facts: Facts | None) -> Step:
    due, process, title = places[0]
    others = dict.fromkeys(other.title for _, other, _ in places[1:] if other is not process)
    return Step(
        kind=due.kind,
        title=title,
        process=process.title,
        others=tuple(others),
        declared=default_policy(due, facts),
        august=next((one for one in (august_policy(each) for each, _, _ in places) if one), None),
        told=tuple(
            (to.otherwise if isinstance(to, Holder) else to).title for _, to in due.escalate
        ),
        is_set_elsewhere=due.set_by is not None,
    )


def cells_of(step: Step, own: Own) -> Cells:
    """Return a row as it stands."""
    usual = own.get((step.kind, USUAL), step.declared)
    august = own.get((step.kind, AUGUST))
    known = step.declared.escalate_after
    told = [*usual.escalate_after[: len(known)], *known[len(usual.escalate_after) :]]
    return Cells(
        offset=str(usual.offset),
        august=str(august.offset) if august else "",
        unit=usual.unit,
        remind=", ".join(map(str, usual.remind)),
        told=tuple(map(str, told)),
    )


def set_terms(
    store: Terms, actor: Actor, known: Sequence[Step], typed: Mapping[str, Typed]
) -> list[Changed] | Refusal:
    """Write the rows that were changed; with one mistake nothing is written.

    The fields of a refusal are «kind.cell».
    """
    by = officer(actor)
    if by is None:
        return NOT_ADMIN
    own = store.terms(by.municipality_id)
    wished = {
        step: typed[step.kind]
        for step in known
        if step.kind in typed and str(typed[step.kind].cells) != typed[step.kind].seen
    }
    read = {step: _read(step, one, own) for step, one in wished.items()}
    if wrong := joined(found for found in read.values() if isinstance(found, Refusal)):
        return wrong
    return [
        change
        for step, terms in read.items()
        if not isinstance(terms, Refusal)
        for change in _write(store, by, step, own, terms)
    ]


def _read(step: Step, typed: Typed, own: Own) -> tuple[Policy, Policy | None] | Refusal:
    """Return the usual term of a row and that of August, or what is wrong in its cells."""
    if typed.seen != str(cells_of(step, own)):
        now = term_in_words(own.get((step.kind, USUAL), step.declared))
        said = f"{step.title}: срок тем временем изменил другой человек, теперь здесь {now}"
        return Refusal("changed_meanwhile", said, f"{step.kind}.offset")
    if typed.cells is None:
        return step.declared, None
    cells = typed.cells
    offset, august = _number(cells.offset), _number(cells.august)
    remind = [_number(part.strip()) for part in cells.remind.split(",") if part.strip()]
    told = [_number(part) for part in cells.told]
    wrong = []
    if offset is None:
        wrong.append(("offset", f"Срок: целое число от 0 до {LONGEST_OFFSET}"))
    if august is None and cells.august.strip():
        said = f"Срок в августе: целое число от 0 до {LONGEST_OFFSET}, или пусто, если как обычно"
        wrong.append(("august", said))
    if cells.unit not in UNITS:
        wrong.append(("unit", "Дни рабочие или календарные"))
    if None in remind:
        wrong.append(("remind", "Напоминания: числа дней через запятую, пример: 3, 1"))
    elif offset is not None and any(day > offset for day in remind if day is not None):
        said = f"Напоминание раньше начала: срок {offset}, значит напомнить можно за {offset}"
        wrong.append(("remind", f"{said} или меньше"))
    wrong += [
        (f"told{place}", f"{step.told[place].capitalize()}: через сколько рабочих дней после срока")
        for place, days in enumerate(told)
        if days is None
    ]
    if wrong or offset is None:
        return joined(
            Refusal("bad_number", f"{step.title}. {said}", f"{step.kind}.{name}")
            for name, said in wrong
        ) or Refusal("bad_number", step.title, f"{step.kind}.offset")
    days = tuple(day for day in remind if day is not None)
    after = tuple(day for day in told if day is not None)
    unit: Any = cells.unit
    usual = Policy(offset, unit, days, after)
    if august is None:
        return usual, None
    return usual, Policy(august, unit, tuple(day for day in days if day < august), after)


def _number(text: str) -> int | None:
    """Return a number of days; None for anything else."""
    found = re.fullmatch(r"\s*([0-9]{1,3})\s*", text)
    return days if found and (days := int(found[1])) <= LONGEST_OFFSET else None


def _write(
    store: Terms, by: Capacity, step: Step, own: Own, terms: tuple[Policy, Policy | None]
) -> Iterator[Changed]:
    """Write both terms of a row as far as they are new, each with a line of history."""
    usual, august = terms
    before = own.get((step.kind, USUAL), step.declared)
    former = own.get((step.kind, AUGUST))
    for lane, old, new in ((USUAL, before, usual), (AUGUST, former, august)):
        declared_here = step.declared if lane == USUAL else None
        if old == new:
            continue
        is_own = new is not None and new != declared_here
        values = row_of(new) if is_own and new else None
        store.set_policy(by.municipality_id, step.kind, lane, values)
        title = f"{step.title}, август" if lane else step.title
        was, now = old or before, new or usual
        said = f"{title}: {'; '.join(differences(was, now))}" if was != now else title
        if not is_own:
            said = f"{said} (исходный срок)" if lane == USUAL else f"{said} (как обычно)"
        details = {"kind": step.kind, "lane": lane, **(values or {})}
        action = "set_policy" if is_own else "drop_policy"
        store.record(by, action, f"{step.process}. {said}", details)
        yield Changed(step.kind, said)


UNIT_WORDS = {
    "working": ("рабочий день", "рабочих дня", "рабочих дней"),
    "calendar": ("календарный день", "календарных дня", "календарных дней"),
}


def term_in_words(term: Policy) -> str:
    """Return how long a term is, «2 рабочих дня»."""
    return plural(term.offset, *UNIT_WORDS[term.unit])


def differences(was: Policy, now: Policy) -> Iterator[str]:
    """Yield what differs in two terms: «было 2 рабочих дня, стало 3 рабочих дня»."""
    if (was.offset, was.unit) != (now.offset, now.unit):
        yield f"было {term_in_words(was)}, стало {term_in_words(now)}"
    if was.remind != now.remind:
        yield f"напомнить: было {_before(was.remind)}, стало {_before(now.remind)}"
    if was.escalate_after != now.escalate_after:
        after = [", ".join(map(str, one.escalate_after)) for one in (was, now)]
        yield f"сказать начальнику: было через {after[0]}, стало через {after[1]} раб. дн."


def _before(days: Sequence[int]) -> str:
    return f"за {', '.join(map(str, days))} дн." if days else "не напоминать"


def row_of(term: Policy) -> dict[str, Any]:
    """Return a term as its policy row holds it."""
    return {
        "offset": term.offset,
        "unit": term.unit,
        "remind": list(term.remind),
        "escalate_after": list(term.escalate_after),
    }


def take_august(store: Terms, actor: Actor, known: Sequence[Step]) -> Refusal | None:
    """Take the shorter terms of August that processes propose."""
    by = officer(actor)
    if by is None:
        return NOT_ADMIN
    proposed = [(step, step.august) for step in known if step.august]
    for step, term in proposed:
        store.set_policy(by.municipality_id, step.kind, AUGUST, row_of(term))
    said = "; ".join(f"{step.title}: {term_in_words(term)}" for step, term in proposed)
    details = {"lane": AUGUST, **{step.kind: term.offset for step, term in proposed}}
    store.record(by, "set_lane", f"Короче на август. {said}"[:400], details)
    return None
