"""Tables people bring: a workbook (.xlsx) or CSV becomes rows of cells, within limits.

1. What the file is: by its first bytes, never by its name.
2. A workbook is unpacked once against an allowance; the raw sheet tells what the reader hides: how
   far its cells reach, which of them are errors, formulas without a value or merged.
3. Only then the reader makes rows of it; CSV is decoded and split as Russian spreadsheets write it.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from posixpath import join, normpath
from typing import Any, TypeVar
from xml.etree.ElementTree import ParseError

from lxml import etree
from python_calamine import CalamineError, CalamineSheet, load_workbook

from workflow_app.documents.findings import TemplateError
from workflow_app.documents.names import parse
from workflow_app.documents.package import MAX_BYTES, OLE
from workflow_app.documents.unzip import MEBIBYTE, Archive, Limits
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.text import file_name

T = TypeVar("T")
Cell = str | int | float | bool | dt.date | None
"""What a cell holds; of a moment and a duration only its text."""

MOST_ROWS = 100_000
MOST_COLUMNS = 100
MOST_CELLS = 2_000_000
LONGEST_CELL = 32_767
"""Characters Excel itself lets into a cell."""
WORKBOOK = Limits(members=1000, unpacked=96 * MEBIBYTE)
CSV_SHEET = "CSV"
"""How the only sheet of a CSV file is called."""

_KIND = "Нужна книга Excel (.xlsx) или файл CSV."
_AGAIN = "Откройте файл в Excel и сохраните заново как «Книга Excel (.xlsx)»."
_BLOATED = (
    "Файл в распакованном виде слишком велик. Обычно в нём много пустых оформленных строк: "
    "скопируйте только строки с данными на новый лист и сохраните его отдельной книгой."
)
_NOT_TABLES = (
    (b"%PDF", f"Это PDF. {_KIND}"),
    (OLE, f"Это старый формат Excel (.xls) или книга с паролем. {_AGAIN}"),
    (b"{\\rtf", f"Это документ RTF. {_KIND}"),
    (b"\x89PNG", f"Это рисунок. {_KIND}"),
    (b"\xff\xd8\xff", f"Это рисунок. {_KIND}"),
)
_MEMBERS = re.compile(r"(?i)^xl/(workbook\.xml|_rels/workbook\.xml\.rels|worksheets/[^/]+\.xml)$")
_CELL = rb"<(?:\w+:)?c\b"
_FILLED = re.compile(_CELL + rb'[^<>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^<>]*(?<!/)>')
_CLOSED = (b"</c>", b":c>")
_ERROR = re.compile(_CELL + rb'([^<>]*\bt="e"[^<>]*)>')
_FORMULA = re.compile(
    _CELL + rb"([^<>]*)(?<!/)>\s*<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(<(?:\w+:)?v\b[^<>]*>[^<])?"
)
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_TEXTS = (".docx", ".odt", ".pdf")
"""How the names of texts end: a damaged one is not called a table with a strange sheet."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a sheet from its first one on, and which cells cannot be believed.

    Rows are of different lengths; `faults` tells by row and column, counted from 0, why.
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    faults: Mapping[tuple[int, int], str] = field(default_factory=dict)


class _UnfitError(Exception):
    """A file that is not taken: a code, and what to do about it."""


def sheet_names(name: str, content: bytes) -> Sequence[str] | Refusal:
    """Return what the sheets of a file are called; a CSV file has one. Or why it is no table."""
    return _or_refusal(name, lambda: _names(name, content))


def read_sheet(name: str, content: bytes, sheet: str) -> Sheet | Refusal:
    """Return a sheet of a file; or why it cannot be read, as a sentence to the person."""
    return _or_refusal(name, lambda: _sheet(name, content, sheet))


def is_workbook(content: bytes) -> bool:
    """Tell whether a file is packed as workbooks are; what else it may be comes out later."""
    return content.startswith(b"PK")


def _or_refusal(name: str, work: Callable[[], T]) -> T | Refusal:
    try:
        return work()
    except _UnfitError as unfit:
        code, said = unfit.args
    except TemplateError as error:
        code = error.findings[0].code
        said = (
            _BLOATED if code == "too_big_unpacked" else f"Файл повреждён или зашифрован. {_AGAIN}"
        )
    return Refusal(code, f"Файл «{file_name(name)[-80:]}» не подходит. {said}", "file")


def _names(name: str, content: bytes) -> Sequence[str]:
    _judge(name, content)
    return list(_Workbook(content).parts) if is_workbook(content) else [CSV_SHEET]


def _sheet(name: str, content: bytes, sheet: str) -> Sheet:
    _judge(name, content)
    return _Workbook(content).read(sheet) if is_workbook(content) else _csv(content)


def _judge(name: str, content: bytes) -> None:
    if not content.strip():
        raise _UnfitError("file_empty", "Он пустой.")
    if len(content) > MAX_BYTES:
        raise _UnfitError("file_too_large", "Он больше 20 МБ. Разделите его на несколько.")
    for start, said in _NOT_TABLES:
        if content.startswith(start):
            raise _UnfitError("not_a_table", said)
    if name.casefold().endswith(_TEXTS):
        raise _UnfitError("not_a_table", _KIND)


class _Workbook:
    """A workbook whose members were all unpacked once, so that none lies about its size."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._archive = Archive(content, WORKBOOK)
        found: dict[str, bytes] = {}
        for name in self._archive.names:
            is_asked = _MEMBERS.match(name) and "worksheets" not in name
            body = [piece for piece in self._archive.pieces(name) if is_asked]
            found[name.lower()] = b"".join(body)
        if "xl/workbook.xml" not in found:
            raise _UnfitError("not_a_table", f"Внутри него нет таблицы Excel. {_KIND}")
        try:
            self.parts = _parts(found)
        except (etree.XMLSyntaxError, ParseError, KeyError):
            raise _UnfitError("damaged", f"Он повреждён. {_AGAIN}") from None
        if not self.parts:
            raise _UnfitError("not_a_table", "В книге нет ни одного листа с таблицей.")

    def read(self, sheet: str) -> Sheet:
        if sheet not in self.parts:
            raise _UnfitError("sheet_unknown", f"В книге нет листа «{sheet}».")
        member = next((n for n in self._archive.names if n.lower() == self.parts[sheet]), "")
        if not member:
            raise _UnfitError("damaged", f"Он повреждён. {_AGAIN}")
        # Unpacked a second time: the first pass kept nothing of it, and its allowance is spent.
        raw = Archive(self._content, WORKBOOK).read(member)
        _check_reach(raw)
        faults = dict(_faults(raw))
        del raw
        found = _read(self._content, sheet)
        for top, left, bottom, right in _merged(found):
            said = f"объединены ячейки {_cell(top, left)}:{_cell(bottom, right)}, разъедините их"
            faults |= {(row, left): said for row in range(top, min(bottom, MOST_ROWS) + 1)}
        rows = found.to_python(skip_empty_area=False) if found.start else []
        return Sheet(sheet, [[_told(cell) for cell in row] for row in rows], faults)


def _parts(found: Mapping[str, bytes]) -> dict[str, str]:
    """Return the sheets of a workbook and the members they are kept in."""
    relations = parse(found["xl/_rels/workbook.xml.rels"])
    targets = {one.get("Id"): one.get("Target", "") for one in relations}
    parts = {}
    for one in parse(found["xl/workbook.xml"]).iter("{*}sheet"):
        if one.get("state", "visible") != "visible":
            continue
        key = next((v for name, v in one.attrib.items() if str(name).endswith("}id")), None)
        target = targets.get(key, "")
        path = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
        if path.lower().startswith("xl/worksheets/"):
            parts[str(one.get("name"))] = path.lower()
    return parts


def _check_reach(raw: bytes) -> None:
    """Refuse a sheet whose cells reach too far: the reader would make a cell of every gap."""
    rows = columns = cells = 0
    for found in _FILLED.finditer(raw):
        rows = max(rows, int(found[2]))
        columns = max(columns, _column(found[1]))
        cells += 1
    if cells < sum(map(raw.count, _CLOSED)):  # some do not say where they stand
        raise _UnfitError("damaged", f"Он записан необычной программой. {_AGAIN}")
    if rows > MOST_ROWS + 1:
        raise _UnfitError(
            "too_many_rows",
            f"Данные на листе стоят дальше {MOST_ROWS:,}-й строки. Разделите таблицу на несколько "
            "файлов или удалите лишние строки внизу листа.".replace(",", "\u00a0", 1),
        )
    if columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        raise _UnfitError(
            "too_many_columns",
            f"Данные на листе стоят дальше {MOST_COLUMNS}-го столбца или таблица слишком велика. "
            "Удалите лишние столбцы справа.",
        )


def _faults(raw: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the cells whose value is an error, or was never computed."""
    for found in _ERROR.finditer(raw) if b't="e"' in raw else ():
        if place := _place(found[1]):
            yield place, "в ячейке ошибка формулы, впишите значение"
    for found in _FORMULA.finditer(raw) if b"<f" in raw or b":f" in raw else ():
        if found[2] is None and b't="str"' not in found[1] and (place := _place(found[1])):
            yield (
                place,
                "формула не вычислена: откройте и сохраните файл в Excel или впишите значение",
            )


def _place(attributes: bytes) -> tuple[int, int] | None:
    found = _PLACE.search(attributes)
    return (int(found[2]) - 1, _column(found[1]) - 1) if found else None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _cell(row: int, column: int) -> str:
    """Return how a cell is called.

    >>> _cell(0, 0), _cell(9, 27)
    ('A1', 'AB10')
    """
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def _read(content: bytes, sheet: str) -> CalamineSheet:
    try:
        return load_workbook(io.BytesIO(content)).get_sheet_by_name(sheet)
    except (CalamineError, ValueError, OSError):
        pass
    except BaseException as error:  # a panic of the reader is no Exception
        if type(error).__name__ != "PanicException":
            raise
    raise _UnfitError("damaged", f"Он повреждён. {_AGAIN}")


def _merged(sheet: CalamineSheet) -> Iterator[tuple[int, int, int, int]]:
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        yield top, left, bottom, right


def _told(cell: Any) -> Cell:
    if isinstance(cell, dt.datetime):
        return cell.date() if cell.time() == dt.time() else f"{cell:%d.%m.%Y %H:%M}"
    if cell == "":
        return None
    return cell if isinstance(cell, str | int | float | dt.date) else str(cell)


# ---------------------------------------------------------------- CSV


def _csv(content: bytes) -> Sheet:
    text = _decoded(content)
    head = text.partition("\n")[0]
    delimiter = max(";\t,", key=head.count)
    # A cell is as long as a workbook would let it be; a quote never closed is longer.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Sequence[Cell]] = []
    try:
        for row in reader:
            rows.append([cell or None for cell in row[: MOST_COLUMNS + 1]])
            if len(rows) > MOST_ROWS + 1:
                raise _UnfitError(
                    "too_many_rows", f"В нём больше {MOST_ROWS} строк. Разделите его на несколько."
                )
    except csv.Error:
        said = f"Строка {reader.line_num} не читается: проверьте кавычки в ней или чуть выше."
        raise _UnfitError("bad_quotes", said) from None
    while rows and not any(rows[-1]):
        rows.pop()
    return Sheet(CSV_SHEET, rows)


def _decoded(content: bytes) -> str:
    """Return the text of a file as spreadsheets write it: UTF-8, UTF-16 with its mark, cp1251."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: Sequence[str] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1251")
        if b"\0" in content:
            raise _UnfitError("not_a_table", _KIND)
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _UnfitError("not_a_table", f"Текст в нём не читается. {_KIND}")
