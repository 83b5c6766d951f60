"""A district from a folder of CSV files: read, checked, seen as of a day, and reported."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from workflow_app.services.importing.as_of import known_on
from workflow_app.services.importing.checks import NO_ROLES, Roles, check
from workflow_app.services.importing.files import FILES, DirectoryData, ImportProblem, read_files

__all__ = ["Counts", "DirectoryData", "ImportProblem", "ImportReport", "read_district"]


@dataclass(slots=True)
class Counts:
    """What became of the rows of one file."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    later: int = 0
    """Rows that did not exist yet on the chosen day."""
    past: int = 0
    """Rows of years that are over: nobody has anything to do about them."""

    def __str__(self) -> str:
        """Return the counts as the operator reads them."""
        told = f"добавлено {self.added}, изменено {self.changed}, без изменений {self.unchanged}"
        if self.later:
            told += f", позже выбранного дня {self.later}"
        return f"{told}, прошлых и не заводятся делами {self.past}" if self.past else told


@dataclass(slots=True)
class ImportReport:
    """The outcome of an import: problems, or what was written (would be, in a dry run)."""

    problems: tuple[ImportProblem, ...] = ()
    counts: dict[str, Counts] = field(default_factory=dict)
    not_loaded: tuple[str, ...] = ()
    dry_run: bool = False
    municipality_id: int | None = None
    begun: int = 0
    """Cases that rows without one have got."""
    kept: tuple[str, ...] = ()
    """Sentences about values that were changed here since and stay."""

    @property
    def ok(self) -> bool:
        """Return whether the files could be taken."""
        return not self.problems

    @property
    def changes(self) -> int:
        """Return how many rows were added or changed."""
        return sum(counts.added + counts.changed for counts in self.counts.values())

    def lines(self) -> Iterator[str]:
        """Return the report as the operator reads it."""
        if self.problems:
            yield f"Ошибок: {len(self.problems)}. Ничего не записано."
            yield from map(str, self.problems)
            return
        for file, counts in self.counts.items():
            # Files that are only looked things up in have nothing to tell.
            if counts != Counts():
                yield f"{file}: {counts}"
        if self.not_loaded:
            yield f"Пока не загружаются: {', '.join(self.not_loaded)}"
        yield from self.kept
        if self.begun:
            yield f"{'Будет начато' if self.dry_run else 'Начато'} дел: {self.begun}"
        yield self._verdict()

    def _verdict(self) -> str:
        """Return the last line: what happened as a whole."""
        if not self.changes and not self.begun:
            return "Изменений нет."
        done = "Пробный запуск, будет записано строк" if self.dry_run else "Записано строк"
        return f"{done}: {self.changes}."


def read_district(
    folder: Path, as_of: dt.date | None, roles: Roles = NO_ROLES
) -> tuple[DirectoryData, ImportReport]:
    """Return what the folder tells of the day, and a report that holds every problem found."""
    data, problems, unread = read_files(folder)
    problems += check(data, unread, roles)
    report = ImportReport(in_order(problems), not_loaded=_not_loaded(folder))
    seen = data if problems or as_of is None else known_on(data, as_of)
    for name in FILES:
        later = len(getattr(data, name)) - len(getattr(seen, name))
        report.counts[f"{name}.csv"] = Counts(later=later)
    return seen, report


def in_order(problems: Iterable[ImportProblem]) -> tuple[ImportProblem, ...]:
    """Return each problem once, by file and line."""
    files = [f"{name}.csv" for name in FILES]
    return tuple(sorted(set(problems), key=lambda p: (files.index(p.file), p.line, p.column)))


def _not_loaded(folder: Path) -> tuple[str, ...]:
    """Return the files of the folder whose registers do not exist yet."""
    return tuple(sorted(path.name for path in folder.glob("*.csv") if path.stem not in FILES))
