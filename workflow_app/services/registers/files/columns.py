"""The columns of a table somebody brings: guessed by their titles, settled by who brings it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow_app.engine.registers import Register
from workflow_app.services.registers.cells import plain

CODE = "_code"
"""What stands for the column of codes among the names of fields."""
CODE_TITLE = "Код записи (не изменять)"
BASIS_TITLE = "По документу (не загружается)"
_NOT_READ = {plain(BASIS_TITLE), plain("По документу")}
"""A column of our own files that says nothing to write."""
_TITLES_WITHIN = 20
"""Rows of a letterhead may stand above the titles, but no more."""
_CODE = re.compile(r"([a-z0-9_]+)-([0-9]{1,14})-([0-9]{1,14})-([0-9]{8})")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a sheet is read: which row holds the titles, and the field of each column or nothing."""

    sheet: str
    titles: int
    columns: tuple[str, ...]
    russian: bool = False
    """Latin letters that look Russian are read as Russian ones."""

    def as_json(self, row: Sequence[Any]) -> dict[str, Any]:
        """Return it with the titles, so that the next file is read alike."""
        known = {
            _title(title): name for title, name in zip(row, self.columns, strict=False) if name
        }
        return {
            "sheet": self.sheet,
            "titles": self.titles,
            "columns": [*self.columns],
            "russian": self.russian,
            "known": known,
        }


def reading_of(stored: Mapping[str, Any]) -> Reading:
    """Return what `as_json` gave."""
    return Reading(stored["sheet"], stored["titles"], tuple(stored["columns"]), stored["russian"])


def guess(
    register: Register[Any],
    sheet: str,
    rows: Sequence[Sequence[Any]],
    remembered: Mapping[str, str],
) -> Reading:
    """Return how a sheet is probably read: by titles, names of fields, and what was settled last.

    The row of titles is the one that names most fields; without any the first that says anything.
    """
    known = _known(register, remembered)
    best, most = 0, -1
    for number, row in enumerate(rows[:_TITLES_WITHIN]):
        found = sum(1 for cell in row if _title(cell) in known)
        if found > most and any(cell is not None for cell in row):
            best, most = number, found
    taken: set[str] = set()
    columns = []
    for cell in rows[best] if rows else ():
        name = known.get(_title(cell), "")
        columns.append("" if name in taken else name)
        taken.add(name)
    return Reading(sheet, best, tuple(columns))


def is_certain(register: Register[Any], reading: Reading, titles: Sequence[Any]) -> bool:
    """Tell whether nothing has to be asked: every field has a column, every title a meaning."""
    named = {name for name in reading.columns if name}
    strange = [
        cell
        for cell, name in zip(titles, reading.columns, strict=False)
        if cell is not None and not name and _title(cell) not in _NOT_READ
    ]
    return register.fields.keys() <= named and not strange


def problems(register: Register[Any], reading: Reading) -> Iterator[str]:
    """Yield what of the columns does not let a file be read."""
    named = [name for name in reading.columns if name]
    for name in sorted({name for name in named if named.count(name) > 1}):
        title = CODE_TITLE if name == CODE else register.fields[name].title
        yield f"Столбец «{title}» указан дважды: оставьте один."
    if CODE in named:
        return
    lost = [register.fields[name].title for name in register.identity if name not in named]
    if lost:
        said = ", ".join(f"«{title}»" for title in lost)
        yield f"Не указан столбец {said}: по нему узнают запись. Укажите его или столбец с кодом."


def missing(register: Register[Any], reading: Reading) -> Sequence[str]:
    """Return the titles of fields that no column says; new rows may want them."""
    return [view.title for name, view in register.fields.items() if name not in reading.columns]


def code_of(register: Register[Any], row_id: int, entry_id: int, day: Any) -> str:
    """Return the code of a row in a file: which row it is, and as of when the file tells of it."""
    return f"{register.key}-{row_id}-{entry_id}-{day:%Y%m%d}"


def parts_of(code: str) -> tuple[str, int, int, str] | None:
    """Return register, row, entry and day of a code; None for anything else."""
    found = _CODE.fullmatch(code)
    return (found[1], int(found[2]), int(found[3]), found[4]) if found else None


def register_of(reading: Reading, rows: Sequence[Sequence[Any]]) -> str:
    """Return the key of the one register that the codes of a sheet name; empty without codes."""
    if CODE not in reading.columns:
        return ""
    place = reading.columns.index(CODE)
    codes = (parts_of(str(row[place]).strip()) for row in rows if place < len(row))
    named = {parts[0] for parts in codes if parts}
    return named.pop() if len(named) == 1 else ""


def _known(register: Register[Any], remembered: Mapping[str, str]) -> Mapping[str, str]:
    own = {plain(name): name for name in register.fields}
    titles = {plain(view.title): name for name, view in register.fields.items()}
    code = {plain(CODE_TITLE): CODE, "код записи": CODE}
    before = {title: name for title, name in remembered.items() if name in {*register.fields, CODE}}
    return {**before, **own, **titles, **code}


def _title(cell: Any) -> str:
    return plain(str(cell)).rstrip("*: ") if cell is not None else ""
