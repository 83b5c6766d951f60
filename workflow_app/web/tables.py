"""Tables as files people open in a spreadsheet: numbers are numbers, and no text is a formula."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO, StringIO

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | float | Decimal | None
Row = Sequence[Cell]

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
WIDEST, NARROWEST = 60, 8


def as_csv(rows: Sequence[Row]) -> bytes:
    """Return rows as CSV the way Russian spreadsheets read it: semicolons, decimal commas, BOM."""
    text = StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(map(_written, rows))
    return text.getvalue().encode("utf-8-sig")


def _written(row: Row) -> list[str]:
    return [harmless(cell) if isinstance(cell, str) else _number(cell) for cell in row]


def _number(value: float | Decimal | None) -> str:
    return "" if value is None else f"{value}".replace(".", ",")


def harmless(text: str) -> str:
    r"""Return a text that no spreadsheet takes for a formula.

    >>> harmless('=HYPERLINK("http://example.org")'), harmless("СОШ № 1")
    ('\'=HYPERLINK("http://example.org")', 'СОШ № 1')
    """
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def as_xlsx(rows: Sequence[Row]) -> bytes:
    """Return rows as a workbook; its first row stays in view."""
    from xlsxwriter import Workbook  # noqa: PLC0415 (a tenth of a second, for who asks for one)

    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True, "text_wrap": True})
        sheet.freeze_panes(1, 0)
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(place, column, cell, bold if place == 0 else None)
                elif cell is not None:
                    sheet.write_number(place, column, float(cell))
        for column, cells in enumerate(zip(*rows, strict=True)):
            longest = max(len(str(cell or "")) for cell in cells)
            sheet.set_column(column, column, max(NARROWEST, min(longest + 2, WIDEST)))
    return file.getvalue()
