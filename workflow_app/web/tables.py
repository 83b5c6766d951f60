"""Tables as files people open in a spreadsheet: numbers are numbers, and no text is a formula."""

import csv
import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from flask import Response, send_file

from workflow_app.engine.text import file_name
from workflow_app.services.cases.attachments import XLSX

Cell = str | int | float | Decimal | dt.date | None
Row = Sequence[Cell]

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
LAST_ROW = 100_000
WIDEST, NARROWEST = 60, 8


def as_csv(rows: Iterable[Row]) -> bytes:
    """Return rows as CSV the way Russian spreadsheets read it: semicolons, decimal commas, BOM."""
    text = StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(map(_written, rows))
    return text.getvalue().encode("utf-8-sig")


def _written(row: Row) -> list[str]:
    return [harmless(cell) if isinstance(cell, str) else _figure(cell) for cell in row]


def _figure(value: float | Decimal | dt.date | None) -> str:
    if isinstance(value, dt.date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, Decimal):
        value = f"{value:f}"  # type: ignore[assignment]
    return "" if value is None else f"{value}".replace(".", ",")


def harmless(text: str) -> str:
    r"""Return a text that no spreadsheet takes for a formula.

    >>> harmless('=HYPERLINK("http://example.org")'), harmless("СОШ № 1")
    ('\'=HYPERLINK("http://example.org")', 'СОШ № 1')
    """
    return f"'{text}" if _is_risky(text) else text


def as_meant(text: str) -> str:
    r"""Return what `harmless` was given.

    >>> as_meant(harmless("=1")), as_meant(harmless("'=1")), as_meant("'90-е'")
    ('=1', "'=1", "'90-е'")
    """
    return text[1:] if text.startswith("'") and _is_risky(text) else text


def _is_risky(text: str) -> bool:
    """Tell whether a text is taken for a formula, or would come back as one less its apostrophe."""
    return text.lstrip("'").startswith(FORMULA_SIGNS)


def sent(rows: Sequence[Row], title: str, form: str) -> Response:
    """Return rows as a file to be saved, a workbook («xlsx») or CSV."""
    kinds = {"csv": ("text/csv; charset=utf-8", as_csv), "xlsx": (XLSX, as_xlsx)}
    media, write = kinds[form]
    name = file_name(f"{title}.{form}")
    return send_file(BytesIO(write(rows)), mimetype=media, as_attachment=True, download_name=name)


LISTS = "Списки для выбора"
"""The hidden sheet that holds what may be chosen in cells."""
LONGEST_SHEET_NAME = 31
_NOT_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\]|^'|'$")


def as_xlsx(
    rows: Iterable[Row],
    title: str = "Лист1",
    offered: Mapping[int, Sequence[str]] = {},
    *,
    is_long: bool = False,
) -> bytes:
    """Return rows as a workbook; its first row stays in view. Of a long one no row is kept.

    `offered` is column → what a cell of it offers; another text stays possible, after a question.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 (a tenth of a second, for who asks for one)

    file, widths = BytesIO(), list[int]()
    with Workbook(file, {"constant_memory" if is_long else "in_memory": True}) as book:
        named = " ".join(_NOT_IN_SHEET_NAME.sub(" ", title).split())[:LONGEST_SHEET_NAME].strip()
        sheet = book.add_worksheet(named or None)
        bold = book.add_format({"bold": True, "text_wrap": True})
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet.freeze_panes(1, 0)
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(place, column, cell, bold if place == 0 else None)
                elif isinstance(cell, dt.date):
                    sheet.write_datetime(place, column, dt.datetime.combine(cell, dt.time()), day)
                elif cell is not None:
                    sheet.write_number(place, column, float(cell))
            widths += [0] * (len(row) - len(widths))
            widths = [
                max(width, len(_figure(cell) if isinstance(cell, dt.date) else str(cell or "")))
                for width, cell in zip(widths, row, strict=True)
            ]
        for column, longest in enumerate(widths):
            sheet.set_column(column, column, max(NARROWEST, min(longest + 2, WIDEST)))
        _offer(book, sheet, {column: said for column, said in offered.items() if said})
    return file.getvalue()


def _offer(book: Any, sheet: Any, offered: Mapping[int, Sequence[str]]) -> None:
    """Let the cells of some columns offer texts."""
    if not offered:
        return
    from xlsxwriter.utility import xl_col_to_name  # noqa: PLC0415 (as the workbook itself)

    lists = book.add_worksheet(LISTS)
    lists.hide()
    for row in range(max(map(len, offered.values()))):
        for place, said in enumerate(offered.values()):
            if row < len(said):
                lists.write_string(row, place, said[row])
    for place, (column, said) in enumerate(offered.items()):
        letter = xl_col_to_name(place)
        sheet.data_validation(
            1,
            column,
            LAST_ROW,
            column,
            {
                "validate": "list",
                "source": f"='{LISTS}'!${letter}$1:${letter}${len(said)}",
                "error_type": "warning",
                "error_title": "Нет в списке",
                "error_message": "Такого в списке нет. Оставить?",
            },
        )
