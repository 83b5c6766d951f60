"""Tables people bring: what is read of them, what is not believed, and what to do is said."""

import datetime as dt
import io
import time
import tracemalloc
import zipfile

import pytest
from xlsxwriter import Workbook

from workflow_app.documents.sheets import MOST_ROWS, read_sheet, sheet_names
from workflow_app.engine.refusals import Refusal


def book(fill, **options):
    """Return a workbook whose first sheet `fill` writes."""
    file = io.BytesIO()
    with Workbook(file, options or {"in_memory": True}) as made:
        fill(made, made.add_worksheet("Лист"))
    return file.getvalue()


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name.replace("__", "/"), body)
    return file.getvalue()


def edited(content, name, old, new):
    """Return a workbook with a part changed by hand."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    assert old in parts[name]
    parts[name] = parts[name].replace(old, new)
    return zipped(**parts)


def read(content, name="таблица.xlsx"):
    names = sheet_names(name, content)
    return names if isinstance(names, Refusal) else read_sheet(name, content, names[0])


def table(_book, sheet):
    sheet.write_row(0, 0, ["Номер", "Сумма"])
    sheet.write_row(1, 0, ["1", 5])


SHEET = "xl/worksheets/sheet1.xml"


def test_cells_are_what_they_are():
    def fill(made, sheet):
        day = made.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_string(0, 0, "=1+1")
        sheet.write_number(0, 1, 45897)
        sheet.write_datetime(0, 2, dt.date(2025, 8, 28), day)
        sheet.write_datetime(0, 3, dt.datetime(2025, 8, 28, 10, 30), day)  # noqa: DTZ001 (cells have no zone)
        sheet.write_boolean(0, 4, True)
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.write_formula(1, 1, '=""', None, "")

    found = read(book(fill))
    assert found.rows[0] == ["=1+1", 45897.0, dt.date(2025, 8, 28), "28.08.2025 10:30", True]
    assert found.rows[1][0] == 2
    assert set(found.faults) == {(1, 1)}


def test_errors_uncomputed_formulas_and_merged_cells_are_told_by_their_place():
    def fill(_made, sheet):
        sheet.merge_range(0, 0, 0, 2, "Реестр")
        sheet.write_formula(1, 0, "=1/0", None, "#DIV/0!")
        sheet.write_formula(1, 1, "=A1", None, "")
        sheet.merge_range(2, 0, 4, 0, "на три строки")

    faults = read(book(fill)).faults
    assert "ошибка формулы" in faults[1, 0]
    assert "формула не вычислена" in faults[1, 1]
    assert {place for place, said in faults.items() if "A3:A5" in said} == {(2, 0), (3, 0), (4, 0)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_text_is_read_however_a_spreadsheet_wrote_it(encoding, delimiter):
    text = (
        delimiter.join(("Номер", "Имя"))
        + "\r\n"
        + delimiter.join(("1", '"а ""б""\nв"'))
        + "\r\n\r\n"
    )
    found = read(text.encode(encoding), "таблица.csv")
    assert found.rows == [["Номер", "Имя"], ["1", 'а "б"\nв']]


def far(_made, sheet):
    sheet.write(0, 0, "Номер")
    sheet.write(1_048_575, 0, "1")


def wide(_made, sheet):
    sheet.write(0, 0, "Номер")
    sheet.write(0, 16_383, "1")


ODD = {
    "empty": (b" \r\n", "file_empty"),
    "pdf": (b"%PDF-1.7", "not_a_table"),
    "xls": (b"\xd0\xcf\x11\xe0" + bytes(512), "not_a_table"),
    "binary": (b"\x00\x01\x02", "not_a_table"),
    "no zip": (b"PK\x03\x04" + bytes(64), "damaged"),
    "a word document": (zipped(word__document="<a/>"), "not_a_table"),
    "no relations": (zipped(xl__workbook_xml="x", **{"xl/workbook.xml": "<a/>"}), "damaged"),
    "bad xml": (edited(book(table), SHEET, b"<row ", b"<row r='&'"), "damaged"),
    "a cell without a place": (edited(book(table), SHEET, b' r="B2"', b""), "damaged"),
    "far": (book(far), "too_many_rows"),
    "wide": (book(wide), "too_many_columns"),
    "bomb": (zipped(**{"xl/workbook.xml": "<a/>", SHEET: bytes(120 * 2**20)}), "too_big_unpacked"),
    "many lines": (b"a;b\r\n" * (MOST_ROWS + 2), "too_many_rows"),
    "open quote": ('а;б\r\n"1;2'.encode("cp1251"), "bad_quotes"),
    "one cell of a megabyte": (b'a;"' + b"x" * 2**20 + b'"', "bad_quotes"),
    "too large": (b"a" * (20 * 2**20 + 1), "file_too_large"),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_table_says_so_within_two_seconds_and_without_much_memory(name):
    content, code = ODD[name]
    tracemalloc.start()
    begun = time.perf_counter()
    found = read(content, f"{name}.xlsx")
    spent, (_, most) = time.perf_counter() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(found, Refusal), found
    assert found.code == code
    assert found.message.startswith(f"Файл «{name}.xlsx» не подходит. ")
    assert found.field == "file"
    assert most < 100 * 2**20
    assert spent < 20  # tracing slows it tenfold; bare, each takes less than two seconds


def test_empty_rows_with_a_format_are_no_rows():
    def fill(made, sheet):
        table(made, sheet)
        bold = made.add_format({"bold": True})
        for row in range(2, 100_000):
            sheet.set_row(row, None, bold)

    assert read(book(fill, constant_memory=True)).rows == [["Номер", "Сумма"], ["1", 5.0]]


def test_an_unknown_sheet_is_told():
    assert read_sheet("а.xlsx", book(table), "Лист9").code == "sheet_unknown"
