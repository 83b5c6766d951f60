"""Reading CSV files row by row: whatever is wrong is told with its file, line and column."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from workflow_app.engine.text import stray
from workflow_app.services.importing import rows

REASONS: Mapping[str, tuple[str, str]] = {
    "missing": ("value_missing", "значение обязательно"),
    "int_parsing": ("not_a_number", "ожидается целое число"),
    "float_parsing": ("not_a_number", "ожидается число"),
    "int_parsing_size": ("number_too_large", "слишком большое число"),
    "less_than_equal": ("number_too_large", "слишком большое число"),
    "greater_than_equal": ("number_negative", "число не может быть отрицательным"),
    "string_too_long": ("too_long", "слишком длинный текст"),
    "string_pattern_mismatch": ("bad_shape", "недопустимый вид значения"),
}
"""What pydantic finds: our code and our words for it."""


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """One thing wrong in the files: where it stands, its code, and why it cannot be taken."""

    file: str
    line: int
    column: str
    code: str
    reason: str

    def __str__(self) -> str:
        """Return the problem as one Russian sentence."""
        place = f"{self.file}, строка {self.line}" if self.line else self.file
        return f"{place}{f', столбец {self.column}' if self.column else ''}: {self.reason}"


@dataclass(frozen=True, slots=True)
class DirectoryData:
    """The rows of a district; each field is named like its file."""

    municipality: tuple[rows.MunicipalityRow, ...] = ()
    organisations: tuple[rows.OrganisationRow, ...] = ()
    settlements: tuple[rows.SettlementRow, ...] = ()
    titles: tuple[rows.TitleRow, ...] = ()
    journals: tuple[rows.JournalRow, ...] = ()
    schools: tuple[rows.SchoolRow, ...] = ()
    people: tuple[rows.PersonRow, ...] = ()
    substitutions: tuple[rows.SubstitutionRow, ...] = ()
    orders: tuple[rows.OrderRow, ...] = ()
    school_statuses: tuple[rows.StatusRow, ...] = ()
    directions: tuple[rows.DirectionRow, ...] = ()
    networks: tuple[rows.NetworkRow, ...] = ()
    network_members: tuple[rows.MemberRow, ...] = ()
    normative_acts: tuple[rows.ActRow, ...] = ()
    reports: tuple[rows.ReportRow, ...] = ()
    recommendations: tuple[rows.RecommendationRow, ...] = ()
    indicator_catalog: tuple[rows.IndicatorRow, ...] = ()
    indicators: tuple[rows.IndicatorValueRow, ...] = ()
    annual_plans: tuple[rows.PlanRow, ...] = ()
    plan_activities: tuple[rows.ActivityRow, ...] = ()


FILES: Mapping[str, type[rows.Record]] = {
    "municipality": rows.MunicipalityRow,
    "organisations": rows.OrganisationRow,
    "settlements": rows.SettlementRow,
    "titles": rows.TitleRow,
    "journals": rows.JournalRow,
    "schools": rows.SchoolRow,
    "people": rows.PersonRow,
    "substitutions": rows.SubstitutionRow,
    "orders": rows.OrderRow,
    "school_statuses": rows.StatusRow,
    "directions": rows.DirectionRow,
    "networks": rows.NetworkRow,
    "network_members": rows.MemberRow,
    "normative_acts": rows.ActRow,
    "reports": rows.ReportRow,
    "recommendations": rows.RecommendationRow,
    "indicator_catalog": rows.IndicatorRow,
    "indicators": rows.IndicatorValueRow,
    "annual_plans": rows.PlanRow,
    "plan_activities": rows.ActivityRow,
}
NEEDED = frozenset({"municipality", "organisations", "people"})
"""Files without which nobody could come in and enter the rest on pages."""


KEYS: Mapping[str, str] = {
    "organisations": "organisation_id",
    "journals": "journal_id",
    "schools": "school_id",
    "people": "person_id",
    "substitutions": "substitution_id",
    "orders": "order_id",
    "school_statuses": "status_id",
    "directions": "direction_id",
    "networks": "network_id",
    "network_members": "membership_id",
    "normative_acts": "act_id",
    "reports": "report_id",
    "recommendations": "recommendation_id",
    "indicator_catalog": "indicator_id",
    "indicators": "value_id",
    "annual_plans": "plan_id",
    "plan_activities": "activity_id",
}
"""The column by which other rows name a row of a file."""

Unread = Mapping[str, frozenset[str] | None]
"""File → the codes of its rows that could not be read; None where the whole file could not."""


def read_files(folder: Path) -> tuple[DirectoryData, list[ImportProblem], Unread]:
    """Return every row that could be read, everything that could not, and what it is called."""
    problems: list[ImportProblem] = []
    unread: dict[str, frozenset[str] | None] = {}
    read = {}
    for name, kind in FILES.items():
        known = len(problems)
        read[name], codes = _read_file(folder / f"{name}.csv", kind, problems)
        if len(problems) > known:
            unread[name] = codes
    return DirectoryData(**read), problems, unread


def _read_file(
    path: Path, kind: type[rows.Record], problems: list[ImportProblem]
) -> tuple[tuple[Any, ...], frozenset[str] | None]:
    """Return the rows of one file and the codes of its others, adding what is wrong to problems."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        if path.stem in NEEDED:
            problems.append(ImportProblem(path.name, 0, "", "file_missing", "файла нет в папке"))
        return (), None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        problems.append(
            ImportProblem(path.name, line, "", "not_utf8", "текст не в кодировке UTF-8")
        )
        return (), None
    known = len(problems)
    lines = list(_lines(path.name, text, problems))
    is_whole = len(problems) == known
    header = lines[0][1] if lines else ()
    wrong = list(_header_problems(path.name, header, kind))
    problems += wrong
    if wrong:
        return (), None
    records = [
        (_record(path.name, n, header, cells, kind, problems), cells) for n, cells in lines[1:]
    ]
    key = header.index(KEYS[path.stem]) if path.stem in KEYS else len(header)
    codes = {cells[key] for record, cells in records if record is None and len(cells) > key}
    read = tuple(record for record, _ in records if record is not None)
    return read, frozenset(codes) if is_whole else None


def _lines(
    file: str, text: str, problems: list[ImportProblem]
) -> Iterator[tuple[int, Sequence[str]]]:
    """Give each non-empty row with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, tuple(cell.strip() for cell in cells)
            begins = reader.line_num + 1
    except csv.Error:
        reason = "строка не читается: проверьте кавычки"
        problems.append(ImportProblem(file, begins, "", "bad_quotes", reason))


def _header_problems(
    file: str, header: Sequence[str], kind: type[rows.Record]
) -> Iterator[ImportProblem]:
    """Tell which columns are missing, repeated or unknown."""
    if len(header) == 1 and ";" in header[0]:
        reason = "столбцы разделяются запятой, а не точкой с запятой"
        yield ImportProblem(file, 1, "", "bad_delimiter", reason)
        return
    fields = {name: field for name, field in kind.model_fields.items() if name != "line"}
    for name, field in fields.items():
        if field.is_required() and name not in header:
            yield ImportProblem(file, 1, name, "column_missing", "нет обязательного столбца")
    for place, name in enumerate(header):
        if name in header[:place]:
            yield ImportProblem(file, 1, name, "column_repeated", "столбец повторяется")
        elif name not in fields and not kind.takes_column(name):
            yield ImportProblem(file, 1, name, "column_unknown", "неизвестный столбец")


def _record(
    file: str,
    line: int,
    header: Sequence[str],
    cells: Sequence[str],
    kind: type[rows.Record],
    problems: list[ImportProblem],
) -> rows.Record | None:
    """Return one row, or None after telling what is wrong in it."""
    if len(cells) != len(header):
        reason = f"ожидается столбцов: {len(header)}, в строке: {len(cells)}"
        problems.append(ImportProblem(file, line, "", "wrong_cell_count", reason))
        return None
    strays = [
        (name, found) for name, cell in zip(header, cells, strict=True) if (found := stray(cell))
    ]
    if strays:
        problems += [ImportProblem(file, line, name, one.code, one.message) for name, one in strays]
        return None
    # An empty cell is an absent value: optional columns take their default, required ones say so.
    values = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
    try:
        return kind.model_validate({"line": line, **values})
    except ValidationError as error:
        problems += [
            ImportProblem(file, line, kind.column_of(found["loc"]), *_reason(found))
            for found in error.errors(include_url=False)
        ]
        return None


def _reason(error: ErrorDetails) -> tuple[str, str]:
    """Return pydantic's finding as a code and a Russian reason."""
    if error["type"] == "value_error":
        found = error["ctx"]["error"]
        return getattr(found, "code", "bad_value"), str(found)
    if error["type"] == "literal_error":
        expected = error["ctx"]["expected"].replace(" or ", ", ")
        return "not_a_choice", f"допустимы только: {expected}"
    return REASONS.get(error["type"], (error["type"], error["msg"]))
