"""Bringing rows in step with outside data: added, changed or left alone, and counted."""

from collections import Counter
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow_app.services.import_rows import Record
from workflow_app.services.importing import Counts, ImportProblem
from workflow_app.store.models.directory import Tenant

Row = TypeVar("Row", bound=Tenant)
Key = tuple[Any, ...]


class Outcome(IntEnum):
    """What became of a line of a file; the strongest outcome of its rows counts."""

    UNCHANGED = 0
    CHANGED = 1
    ADDED = 2


class Keeper:
    """Puts rows of one municipality by their natural keys.

    With `write=False` nothing reaches the session: new rows are loose objects with
    negative ids, so that rows resting on them find no stored twin. `on_line` is called when
    a line of the files is put for the first time.
    """

    def __init__(
        self, session: Session, municipality_id: int, *, write: bool,
        on_line: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self.session = session
        self.municipality_id = municipality_id
        self.write = write
        self._on_line = on_line
        self.problems: list[ImportProblem] = []
        self._outcomes: dict[tuple[str, int], Outcome] = {}
        self._said: dict[tuple[type[Tenant], Key, str], tuple[Any, int]] = {}
        self._known: dict[tuple[type[Tenant], tuple[str, ...]], dict[Key, Any]] = {}
        self._loose = 0

    def rows(self, model: type[Row], *key: str) -> dict[Key, Row]:
        """Return the municipality's rows by their natural key."""
        if (model, key) not in self._known:
            query = select(model).where(model.municipality_id == self.municipality_id)
            found = self.session.scalars(query)
            index = {tuple(getattr(row, name) for name in key): row for row in found}
            self._known[model, key] = index
        return self._known[model, key]

    def put(
        self,
        record: Record,
        file: str,
        model: type[Row],
        key: Mapping[str, Any],
        values: Mapping[str, Any],
        *,
        frozen: bool = False,
    ) -> Row:
        """Return the row with this key, added or brought in step with the values.

        A frozen row is written once: a difference is a problem of the file, not a change.
        """
        index = self.rows(model, *key)
        place = tuple(key.values())
        self._compare_lines(record, file, model, place, values)
        row = index.get(place)
        if row is None:
            row = index[place] = self._add(model, {**key, **values})
            self._count(file, record, Outcome.ADDED)
            return row
        different = {name: value for name, value in values.items() if getattr(row, name) != value}
        if different and frozen:
            reason = f"в базе уже иначе: {', '.join(sorted(different))}"
            self.object_to(record, file, "already_different", reason)
        elif different and self.write:
            for name, value in different.items():
                setattr(row, name, value)
        self._count(file, record, Outcome.CHANGED if different else Outcome.UNCHANGED)
        return row

    def object_to(self, record: Record, file: str, code: str, reason: str) -> None:
        """Note that the database cannot take a row."""
        self.problems.append(ImportProblem(f"{file}.csv", record.line, "", code, reason))

    def flush(self) -> None:
        """Give new rows their ids."""
        if self.write:
            self.session.flush()

    def tell(self, counts: Mapping[str, Counts]) -> None:
        """Write into the report what became of the lines of each file."""
        found = Counter((file, outcome) for (file, _), outcome in self._outcomes.items())
        for file, own in counts.items():
            own.added = found[file, Outcome.ADDED]
            own.changed = found[file, Outcome.CHANGED]
            own.unchanged = found[file, Outcome.UNCHANGED]

    def _compare_lines(
        self, record: Record, file: str, model: type[Row], place: Key, values: Mapping[str, Any]
    ) -> None:
        """Object when two lines tell different things of one row: each import would flip it."""
        for name, value in values.items():
            said, line = self._said.setdefault((model, place, name), (value, record.line))
            if said != value:
                reason = f"противоречит строке {line}: {name}"
                self.object_to(record, file, "contradicts_line", reason)

    def _count(self, file: str, record: Record, outcome: Outcome) -> None:
        """Remember the strongest outcome of a line."""
        line = f"{file}.csv", record.line
        if line not in self._outcomes:
            self._on_line()
        self._outcomes[line] = max(outcome, self._outcomes.get(line, outcome))

    def _add(self, model: type[Row], values: Mapping[str, Any]) -> Row:
        """Return a new row: stored, or loose with a negative id."""
        row = model(municipality_id=self.municipality_id, **values)
        if self.write:
            self.session.add(row)
        elif "id" not in values:
            self._loose -= 1
            row.id = self._loose
        return row
