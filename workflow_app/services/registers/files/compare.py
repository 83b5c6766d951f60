"""What a file says anew of a register: three ways, field by field, before anything is written.

1. A row is found by its code, else by its identity; the base is what it said when the file was
   made (its code tells), else what the last file said of it.
2. Changed in the file alone, a value is written; changed here alone, it stays; in both, a person is
   asked. What rests on an order is changed by an order. A row the file does not name is untouched.
3. All mistakes are found at once; a row with one is not written at all.
"""

import datetime as dt
import decimal
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Protocol, cast

from workflow_app.engine.calendar import is_countable
from workflow_app.engine.facts import Facts
from workflow_app.engine.folding import BEGINNING, END_OF_TIME, Entry, Revocation, Written
from workflow_app.engine.forms import PLACES, FieldView, is_empty, missing, parse
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.registers import Record, Register
from workflow_app.services.registers.cells import KINDS, MisfitError, as_flag, plain, without_latin
from workflow_app.services.registers.files.columns import CODE, CODE_TITLE, Reading, parts_of
from workflow_app.services.registers.rows import typed

BATCH = 500
"""Rows whose entries are in memory at once."""
MOST_ALIKE = 3
"""So many candidates a sentence names."""

NEW, CHANGED, ASKED, KEPT, SAME, REFUSED = "new", "changed", "asked", "kept", "same", "refused"
KINDS_OF_LINES = (NEW, CHANGED, ASKED, KEPT, SAME, REFUSED)

LAST_DAY = END_OF_TIME - dt.timedelta(days=1)
ENDED = "завершена здесь и остаётся завершённой"
NOT_IN_HOUSE = (
    "такой организации здесь нет: сначала добавьте её на странице «Организации», там же "
    "заполняют и эту запись"
)
ELSEWHERE = "меняют на странице организации, не здесь"
NOT_OPEN = "такие записи вам не открыты: здесь их не читают и не пишут"
AHEAD = "записана здесь на будущее, сегодня ещё не действует: этот файл её не меняет"


@dataclass(frozen=True, slots=True)
class Known:
    """A row of the register: what was written of it, and what the last file said."""

    id: int
    identity: Mapping[str, Any]
    entries: Sequence[Entry]
    revocations: Sequence[Revocation]
    last_said: Mapping[str, Any] | None = None


class Source(Protocol):
    """What a comparison asks of the register's municipality."""

    @property
    def facts(self) -> Facts:
        """The registers of the municipality."""

    def ids(self) -> Mapping[tuple[Any, ...], int]:
        """Return every row that may be shown by its identity, as `key_of` makes it."""

    def may_read(self, identity: Mapping[str, Any]) -> bool:
        """Tell whether a row with this identity is shown to who brings the file."""

    def known(self, ids: Collection[int]) -> Mapping[int, Known]:
        """Return some rows; those of others are not among them."""

    def why_not_new(self, said: Mapping[str, Any]) -> Iterable[Refusal]:
        """Yield why a row that is nowhere cannot be added to the house table it extends."""

    def saying(self, name: str) -> Mapping[Any, Sequence[int]]:
        """Return the rows by what a field says of them today or later."""

    def said(self, view: FieldView, value: Any) -> str:
        """Return a value in words; empty for none."""

    def near(self, view: FieldView, text: str) -> Sequence[str]:
        """Return what of a list a text may have meant."""

    def meant(self, view: FieldView, text: str) -> Sequence[tuple[Any, str]]:
        """Return the values a text may mean, each with what tells it from the others."""


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a row: what it says here and in the file, in words; `value` is the file's."""

    name: str
    title: str
    here: str
    there: str
    value: Any
    since: dt.date = BEGINNING
    """The last day from which something is said of it here: it hides what is written earlier."""
    wrong_since: dt.date = BEGINNING
    """The day from which what is said today counts: a correction begins on it."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a row is not written: the title of its column, empty for the whole row; a sentence."""

    column: str
    sentence: str


@dataclass(slots=True)
class Line:
    """A row of a file, and what would become of it."""

    number: int
    """As the spreadsheet counts its rows."""
    row_id: int | None = None
    called: str = ""
    changes: list[Change] = field(default_factory=list)
    asked: list[Change] = field(default_factory=list)
    kept: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    said: dict[str, Any] = field(default_factory=dict)
    """All the file says of it, as JSON keeps it."""
    is_revived: bool = False
    """It ended here and is entered again."""
    row: Record | None = None
    """The row as it would be; None where nothing of it is written."""

    @property
    def kind(self) -> str:
        """Return what becomes of it."""
        if self.mistakes:
            return REFUSED
        if self.row_id is None:
            return NEW
        if self.changes or self.asked:
            return CHANGED if self.changes else ASKED
        return KEPT if self.kept or self.notes else SAME


@dataclass(frozen=True)
class Plan:
    """What a file would do to a register as both are now."""

    lines: Sequence[Line]
    latin: int = 0
    """Cells with Latin letters among Russian ones."""

    def of(self, kind: str) -> list[Line]:
        """Return the lines of a kind."""
        return [line for line in self.lines if line.kind == kind]

    @property
    def counts(self) -> Mapping[str, int]:
        """Return how many lines there are of each kind."""
        found = Counter(line.kind for line in self.lines)
        return {kind: found[kind] for kind in KINDS_OF_LINES}

    @property
    def asked(self) -> list[Line]:
        """Return the lines somebody has to choose for."""
        return [line for line in self.lines if line.asked and not line.mistakes]

    @property
    def fingerprint(self) -> str:
        """Return what differs as soon as anything else would be written or asked."""
        told = [
            (line.number, line.row_id, line.kind, [(c.name, c.here, c.value) for c in changes])
            for line in self.lines
            if line.kind in (NEW, CHANGED, ASKED)
            for changes in (line.changes, line.asked)
        ]
        return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


def key_of(register: Register[Any], values: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the identity of a row as it is compared."""
    return tuple(normal(register.fields[name], values.get(name)) for name in register.identity)


def normal(view: FieldView, value: Any) -> Any:
    """Return a value as equal ones are equal, however they were kept."""
    if view.kind == "flag":
        return bool(value)
    if is_empty(value):
        return None
    if view.kind == "decimal":
        return decimal.Decimal(str(value)).normalize()
    if view.kind == "text":
        return _one_break(str(value)).strip()
    if isinstance(value, dt.date):
        return value.isoformat()
    if view.is_many:
        return tuple(value)
    return " ".join(value.split()) if isinstance(value, str) else value


def compare(
    register: Register[Any],
    reading: Reading,
    rows: Sequence[Sequence[Any]],
    faults: Mapping[tuple[int, int], str],
    source: Source,
    today: dt.date,
) -> Plan:
    """Return what a sheet would do to a register."""
    work = _Comparison(register, source, today, russian=reading.russian)
    places = {name: place for place, name in enumerate(reading.columns) if name}
    found = []
    for place in range(reading.titles + 1, len(rows)):
        row = rows[place]
        cells = {name: row[n] if n < len(row) else None for name, n in places.items()}
        wrong = {name: faults[place, n] for name, n in places.items() if (place, n) in faults}
        if wrong or any(cell is not None and cell != "" for cell in cells.values()):
            found.append(_Told(Line(place + 1), cells, wrong))
    return work.plan(found)


@dataclass(slots=True)
class _Told:
    """A row of a file on its way to a line."""

    line: Line
    cells: dict[str, Any]
    faults: Mapping[str, str]
    stamp: tuple[int, dt.date] | None = None


class _Comparison:
    def __init__(
        self, register: Register[Any], source: Source, today: dt.date, *, russian: bool
    ) -> None:
        self.register, self.source, self.today, self.russian = register, source, today, russian
        self._latin: set[tuple[int, str]] = set()
        self._ids = source.ids()
        self._own = frozenset(self._ids.values())
        self._near: dict[tuple[Any, ...], tuple[Any, ...]] | None = None
        self._seen: dict[Any, int] = {}
        self._said: dict[str, dict[Any, list[int]]] = {}

    def plan(self, found: Sequence[_Told]) -> Plan:
        """Return what becomes of each row; in batches, so that no file fills the memory."""
        for told in found:
            self._find(told)
            if told.line.mistakes:
                told.line.called = self._identity_said(told)
        pending = iter(found)
        while batch := list(islice(pending, BATCH)):
            ids = {told.line.row_id for told in batch if told.line.row_id is not None}
            known = self.source.known(ids) if ids else {}
            for told in batch:
                if told.line.row_id is not None:
                    self._compare(told, known[told.line.row_id])
                elif not told.line.mistakes:
                    self._enter(told)
                self._only(told.line)
        self._object_together([told.line for told in found])
        return Plan([told.line for told in found], len(self._latin))

    # ------------------------------------------------------------ which row it is

    def _find(self, told: _Told) -> None:
        """Find the row a line tells of, by its code or by its identity."""
        line, own = told.line, self.register.fields
        line.mistakes += [
            Mistake(own[name].title if name in own else CODE_TITLE, said)
            for name, said in told.faults.items()
        ]
        if line.mistakes:
            return
        code = str(told.cells.pop(CODE, None) or "").strip()
        if code:
            self._find_by_code(told, code)
        else:
            self._find_by_identity(told)
        if line.row_id is not None and not line.mistakes:
            self._once(line, line.row_id)

    def _find_by_code(self, told: _Told, code: str) -> None:
        line, parts = told.line, parts_of(code)
        if parts is None:
            said = f"«{code[:60]}» — не код записи; верните код из выгрузки или очистите ячейку"
            line.mistakes.append(Mistake(CODE_TITLE, said))
            return
        register, row_id, entry_id, day = parts
        made_on = _day_of(day)
        if register != self.register.key or made_on is None or row_id not in self._own:
            said = "этот код из другого реестра или муниципалитета; такой записи здесь нет"
            line.mistakes.append(Mistake(CODE_TITLE, said))
            return
        line.row_id, told.stamp = row_id, (entry_id, made_on)

    def _find_by_identity(self, told: _Told) -> None:
        line, values = told.line, {}
        for name in self.register.identity:
            view = self.register.fields[name]
            value = self._value(line, view, told.cells.get(name), ())
            is_told = not is_empty(value) or not view.is_required
            if not is_told and not any(one.column == view.title for one in line.mistakes):
                line.mistakes.append(Mistake(view.title, "заполните: по нему узнают запись"))
            values[name] = value
        if line.mistakes:
            for name in told.cells.keys() - values.keys():
                view = self.register.fields[name]
                self._checked(line, view, self._value(line, view, told.cells[name], ()))
            return
        if not self.source.may_read(values):
            line.mistakes.append(Mistake("", NOT_OPEN))
            return
        key = key_of(self.register, values)
        line.row_id = self._ids.get(key)
        if line.row_id is None and self._once(line, key):
            self._look_for_alike(line, key)

    def _once(self, line: Line, key: Any) -> bool:
        first = self._seen.setdefault(_folded(key), line.number)
        if first != line.number:
            line.mistakes.append(Mistake("", f"повторяет строку {first}: оставьте одну из них"))
        return first == line.number

    def _look_for_alike(self, line: Line, key: tuple[Any, ...]) -> None:
        """Object to a new row whose name differs from a known one by a letter nobody can see."""
        if self._near is None:
            self._near = {_folded(known): known for known in self._ids}
        alike = self._near.get(_folded(key))
        if alike is None:
            return
        for name, mine, theirs in zip(self.register.identity, key, alike, strict=True):
            if mine != theirs:
                said = f"«{mine}» пишется почти как уже записанное «{theirs}»: пишите одинаково"
                line.mistakes.append(Mistake(self.register.fields[name].title, said))

    def _identity_said(self, told: _Told) -> str:
        said = [str(told.cells[name]) for name in self.register.identity if told.cells.get(name)]
        return ", ".join(said)[:120]

    # ------------------------------------------------------------ what it says of it

    def _enter(
        self,
        told: _Told,
        identity: Mapping[str, Any] | None = None,
        before: Mapping[str, Any] | None = None,
    ) -> None:
        """Fill the line of a row that is not there; of one that was, its identity is known."""
        line = told.line
        values = {
            name: normal(self.register.fields[name], v) for name, v in (identity or {}).items()
        }
        for name, cell in told.cells.items():
            view = self.register.fields[name]
            value = self._value(line, view, cell, ())
            values[name] = self._checked(line, view, value)
        self._validate(line, values, values.keys() | self.register.fields.keys(), before)
        if self.register.extends and identity is None:
            self._object_to_new(line, values)
        line.said = dict(values)
        line.changes = [
            self._change(self.register.fields[name], None, value)
            for name, value in values.items()
            if not is_empty(value)
        ]

    def _object_to_new(self, line: Line, values: Mapping[str, Any]) -> None:
        known = {one.column for one in line.mistakes}
        for refusal in self.source.why_not_new(values):
            view = self.register.fields.get(refusal.field or "")
            if view is None:
                line.mistakes.append(Mistake("", refusal.message))
            elif view.title not in known:
                line.mistakes.append(Mistake(view.title, _without_title(refusal, view)))

    def _revive(self, told: _Told, row: Known) -> None:
        """Enter a row again that ended here and that no file has told of since."""
        line = told.line
        told.cells = {name: v for name, v in told.cells.items() if name not in row.identity}
        before = Written(row.entries, row.revocations).values(self.today)
        self._enter(told, row.identity, {**before, **row.identity} if before else None)
        since = max((one.begins for one in row.entries), default=BEGINNING)
        line.changes = [replace(change, since=since) for change in line.changes]
        line.is_revived = True

    def _compare(self, told: _Told, row: Known) -> None:
        """Fill the line of a known row, three ways."""
        line = told.line
        standing = Written(row.entries, row.revocations).standing(self.today)
        base = self._base(told, row, standing)
        if standing is None and not line.mistakes:
            if base is None:
                self._revive(told, row)
            else:
                will_be = Written(row.entries, row.revocations).standing(LAST_DAY) is not None
                line.notes.append(AHEAD if will_be else ENDED)
                line.called = line.called or self._identity_said(told)
            return
        given = standing or {}
        here = {name: entry.values[name] for name, entry in given.items()} | dict(row.identity)
        for name, cell in told.cells.items():
            view = self.register.fields[name]
            mine, before = here.get(name), (base or {}).get(name)
            value = self._value(line, view, cell, (before, mine))
            line.said[name] = value
            if normal(view, value) == normal(view, mine):
                continue
            if name in self.register.steady:
                self._object_to_steady(line, view, mine)
                continue
            is_known = base is not None and name in base
            wrong_since = given[name].begins if name in given else BEGINNING
            change = self._change(view, mine, value, _since(row, name), wrong_since)
            if is_known and normal(view, value) == normal(view, before):
                line.kept.append(change)
                continue
            self._checked(line, view, value)
            entry = given.get(name)
            if entry is not None and entry.order_id is not None:
                said = f"записано здесь по документу: {entry.basis}; меняется приказом, не файлом"
                line.mistakes.append(Mistake(view.title, said))
            elif is_known and normal(view, mine) != normal(view, before):
                line.asked.append(change)
            else:
                line.changes.append(change)
        written = {change.name for change in (*line.changes, *line.asked)}
        if written or line.mistakes or line.kept:
            after = {**here, **{c.name: c.value for c in (*line.changes, *line.asked)}}
            self._validate(line, after, written, here)

    def _object_to_steady(self, line: Line, view: FieldView, mine: Any) -> None:
        """Note what no file changes: it tells rows apart, or is changed elsewhere."""
        here = f"здесь «{self.source.said(view, mine)}»"
        if view.name in self.register.identity:
            said = f"не меняется: по нему узнают запись; {here}"
            line.mistakes.append(Mistake(view.title, said))
        else:
            line.notes.append(f"{view.title}: {ELSEWHERE}; {here}")

    def _base(
        self, told: _Told, row: Known, standing: Mapping[str, Entry] | None
    ) -> Mapping[str, Any] | None:
        """Return what the row said when the file was made, else what the last file said of it."""
        if told.stamp is None:
            return row.last_said
        stamp, day = told.stamp
        seen = [entry for entry in row.entries if entry.id <= stamp]
        if day == self.today and len(seen) == len(row.entries):
            given = standing
        else:
            known = [one for one in row.revocations if one.registered_on <= day]
            given = Written(seen, known).standing(day)
        if given is None:
            return None
        empty = dict.fromkeys(self.register.fields)
        return {**empty, **{name: entry.values[name] for name, entry in given.items()}}

    def _change(
        self,
        view: FieldView,
        here: Any,
        value: Any,
        since: dt.date = BEGINNING,
        wrong_since: dt.date = BEGINNING,
    ) -> Change:
        said = self.source.said
        return Change(
            view.name, view.title, said(view, here), said(view, value), value, since, wrong_since
        )

    def _validate(
        self,
        line: Line,
        values: Mapping[str, Any],
        asked: Collection[str],
        before: Mapping[str, Any] | None = None,
    ) -> None:
        """Note what the row class and its register say against some fields, in their sentences."""
        fields = self.register.fields
        filled = parse(self.register.record, {n: v for n, v in values.items() if n in fields})
        found: Iterable[Refusal] = filled if isinstance(filled, Refusal) else missing(filled)
        told = [one for one in found if _field_of(one) in asked]
        if not isinstance(filled, Refusal):
            line.called = self._called(filled)
        if self.register.clashes and not isinstance(filled, Refusal):
            line.row = cast("Record", filled).model_copy(update={"id": line.row_id or 0})
        known = {one.column for one in line.mistakes}
        for refusal in told:
            view = fields[_field_of(refusal)]
            if view.title not in known:
                line.mistakes.append(Mistake(view.title, _without_title(refusal, view)))
        if self.register.refuses and not isinstance(filled, Refusal):
            was = None if before is None else typed(self.register, before)
            for refusal in self.register.refuses(was, filled, self.source.facts):
                about = fields.get(refusal.field or "")
                line.mistakes.append(Mistake(about.title if about else "", refusal.message))

    def _only(self, line: Line) -> None:
        """Object to what only one row may say, where another says it or a row above."""
        for change in (*line.changes, *line.asked):
            if change.name not in self.register.unique or is_empty(change.value):
                continue
            if change.name not in self._said:
                self._said[change.name] = {
                    value: [*ids] for value, ids in self.source.saying(change.name).items()
                }
            others = self._said[change.name].setdefault(change.value, [])
            if [one for one in others if one != line.row_id]:
                said = f"«{change.there}» уже сказано о другой записи"
                line.mistakes.append(Mistake(change.title, said))
            others.append(line.row_id or -line.number)

    def _object_together(self, lines: Iterable[Line]) -> None:
        """Object to rows that do not go together, or with those that are here."""
        if self.register.clashes is None:
            return
        told = [(line, line.row) for line in lines if line.row is not None]
        while told:
            lines_of = {id(row): line for line, row in told}
            found = [*self.register.clashes([row for _, row in told], self.source.facts)]
            for row, refusal in found:
                about = self.register.fields.get(refusal.field or "")
                mistake = Mistake(about.title if about else "", refusal.message)
                if mistake not in lines_of[id(row)].mistakes:
                    lines_of[id(row)].mistakes.append(mistake)
            # What is left has to stand without the rows that are not written.
            left = [(line, row) for line, row in told if not line.mistakes]
            told = left if len(left) < len(told) else []

    def _called(self, row: Any) -> str:
        """Return how a row is called, with what it is about."""
        name = self.register.called(row)
        said = (self.source.said(view, getattr(row, view.name)) for view in self.register.about)
        about = ", ".join(filter(None, said))
        return f"{about}: {name}" if about else name

    # ------------------------------------------------------------ one cell

    def _value(self, line: Line, view: FieldView, cell: Any, expected: Sequence[Any]) -> Any:
        """Return what a cell says, as JSON keeps it; None with a mistake where it says nothing."""
        text = _text(cell)
        if view.kind == "flag":
            return self._try(line, view, lambda: as_flag(text))
        if not text:
            return None
        for value in expected:
            said = self.source.said(view, value)
            is_alike = view.kind not in ("line", "text") and plain(said) == plain(text)
            if said and (said == text or is_alike or _is_what_became_of(said, cell)):
                return value
        if text != (fixed := without_latin(text)):
            self._latin.add((line.number, view.name))
            text = fixed if self.russian else text
        return self._try(line, view, lambda: self._understood(view, cell, text))

    def _understood(self, view: FieldView, cell: Any, text: str) -> Any:
        if isinstance(cell, dt.date):
            if view.kind != "date":
                raise MisfitError(
                    f"в ячейке дата {text}, а здесь нужен текст: таблица могла сама сделать дату "
                    "из похожих знаков; задайте ячейке текстовый формат и впишите заново"
                )
            return cell.isoformat()
        if view.is_many:
            parts = filter(None, (part.strip() for part in re.split(r"[;\n]", text)))
            return [*dict.fromkeys(self._understood(view.each, part, part) for part in parts)]
        if view.kind in KINDS:
            said = KINDS[view.kind](text)
            return int(said) if view.kind == "number" else said
        if view.kind == "text":
            return _one_break(text)
        if view.kind == "choice" and not (view.options.get("choices") or view.options.get("of")):
            return " ".join(text.split())
        return self._meant(view, text)

    def _meant(self, view: FieldView, text: str) -> Any:
        """Return the only value a name means."""
        found = self.source.meant(view, text)
        if len(found) == 1:
            return found[0][0]
        if found:
            alike = "; ".join(detail for _, detail in found[:MOST_ALIKE])
            raise MisfitError(f"«{text[:80]}» — подходит несколько: {alike}")
        fixed = without_latin(text)
        if fixed != text and self.source.meant(view, fixed):
            raise MisfitError(_latin_in(text))
        near = "; ".join(f"«{one}»" for one in self.source.near(view, text))
        said = f"«{text[:80]}» — такого в списке нет"
        raise MisfitError(f"{said}; есть {near}" if near else said)

    def _checked(self, line: Line, view: FieldView, value: Any) -> Any:
        """Note Latin letters among Russian ones in a text that would be written."""
        is_text = isinstance(value, str) and view.kind in ("line", "text")
        if is_text and without_latin(value) != value:
            line.mistakes.append(Mistake(view.title, _latin_in(value)))
        return value

    def _try(self, line: Line, view: FieldView, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except MisfitError as misfit:
            if not any(one.column == view.title for one in line.mistakes):
                line.mistakes.append(Mistake(view.title, str(misfit)))
        except (decimal.InvalidOperation, ValueError):
            line.mistakes.append(Mistake(view.title, "слишком большое число"))
        return None


def _text(cell: Any) -> str:
    """Return a cell as it would have been typed."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "да" if cell else "нет"
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 10**15:
            return str(int(cell))
        return f"{round(cell, PLACES):f}".rstrip("0").rstrip(".").replace(".", ",")
    if isinstance(cell, dt.date):
        return f"{cell:%d.%m.%Y}"
    return str(cell).strip()


def _is_what_became_of(text: str, cell: Any) -> bool:
    """Tell whether a spreadsheet that opened CSV made a number or a day of this very text.

    >>> _is_what_became_of("5.2", 5.2), _is_what_became_of("007", 7.0)
    (True, True)
    >>> [_is_what_became_of(text, dt.date(2026, 1, 1)) for text in ("1/26", "5")]
    [True, False]
    """
    if isinstance(cell, dt.date):
        numbers = [int(one) for one in re.findall("[0-9]{1,4}", text)]
        parts = (cell.day, cell.month, cell.year, cell.year % 100)
        return len(numbers) > 1 and {*numbers} <= {*parts}
    if isinstance(cell, float):
        try:
            return float(text.replace(",", ".")) == cell
        except ValueError:
            return False
    return False


def _latin_in(text: str) -> str:
    """Return which letters of a text only look Russian: the eye cannot tell."""
    word = next(word for word in text.split() if without_latin(word) != word)
    pairs = zip(word, without_latin(word), strict=True)
    letters = ", ".join(dict.fromkeys(mine for mine, russian in pairs if mine != russian))
    return f"в слове «{word[:80]}» латинские буквы: {letters}; наберите их по-русски"


def _one_break(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _folded(key: Any) -> Any:
    """Return an identity as the eye takes it."""
    if not isinstance(key, tuple):
        return key
    return tuple(plain(without_latin(one)) if isinstance(one, str) else one for one in key)


def _since(row: Known, name: str) -> dt.date:
    """Return the last day from which something is said of a field."""
    return max((one.begins for one in row.entries if name in one.values), default=BEGINNING)


def _day_of(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if is_countable(day) else None


def _field_of(refusal: Refusal) -> str:
    """Return the field a refusal is about, of a row of it the whole."""
    return (refusal.field or "").partition(".")[0]


def _without_title(refusal: Refusal, view: FieldView) -> str:
    """Return a sentence that stands beside the title of its column already."""
    if refusal.code == "field_required":
        return "заполните"
    return refusal.message.removeprefix(f"«{view.title}»: ")
