"""A register as a file: given, changed in a spreadsheet, looked at, written, taken back."""

import io
import re
import subprocess
from zipfile import ZipFile

import pytest
from browsing import text_of
from docx import Document
from loading import bring
from python_calamine import load_workbook
from werkzeug.http import parse_options_header
from xlsxwriter import Workbook

from workflow_app.documents.sheets import sheet_names
from workflow_app.store.models.directory import ImportedRow
from workflow_app.store.models.registers import RegisterEntry, RegisterImport, RegisterPaper
from workflow_app.store.registers import papers
from workflow_app.web import register_files

pytestmark = [pytest.mark.shipped, pytest.mark.opened("2025-08-28")]

HOME = "/registers/direction"
AREA, CLAUSE, STATE = 2, 3, 4


def rows_of(browser, query=""):
    """Return the rows of the list as its workbook has them."""
    response = browser.client.get(f"{HOME}/rows.xlsx{query}")
    assert response.status_code == 200
    return load_workbook(io.BytesIO(response.data)).get_sheet_by_index(0).to_python()


def book(rows, name="Лист1"):
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as made:
        sheet = made.add_worksheet(name)
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell is not None:
                    sheet.write(place, column, cell)
    return file.getvalue()


def brought(browser, rows, name="направления.xlsx", status=302):
    """Bring a file; return the page it leads to."""
    content = rows if isinstance(rows, bytes) else book(rows)
    response = browser.post(f"{HOME}/import", status=status, file=(io.BytesIO(content), name))
    return response.headers["Location"] if status == 302 else text_of(response)


def seen_on(page):
    return re.search(r'name="seen" value="([^"]+)"', page)[1]


def write(browser, path, status=302, **sent):
    given = {"seen": seen_on(browser.get(path)), "reason": "письмо", **sent}
    return browser.post(path, status=status, **given)


def entries(district):
    return [row for row in district.rows(RegisterEntry) if row["import_id"] is not None]


@pytest.fixture
def specialist(browser):
    return browser("P003")


@pytest.fixture
def own(specialist):
    """Load three rows that rest on no order; return the titles and how a file has them."""
    titles = rows_of(specialist)[0]
    new = [["2025-2026", f"Своё {n}", "область", "", "предварительно"] for n in "абв"]
    write(specialist, brought(specialist, [titles, *new], "первый.xlsx"))
    return titles, [row for row in rows_of(specialist)[1:] if row[1].startswith("Своё")]


def test_a_workbook_is_called_as_its_register_and_offers_what_may_be_chosen(specialist):
    response = specialist.client.get(f"{HOME}/rows.xlsx")
    name = parse_options_header(response.headers["Content-Disposition"])[1]["filename"]
    assert name == "Приоритетные направления 28.08.2025.xlsx"
    sheet = load_workbook(io.BytesIO(response.data)).sheets_metadata[0]
    assert sheet.name == "Приоритетные направления"
    with ZipFile(io.BytesIO(response.data)) as book:
        drawn = book.read("xl/worksheets/sheet1.xml").decode()
        offered = book.read("xl/worksheets/sheet2.xml").decode()
    assert drawn.count("<dataValidation ") == 2  # the school year and the state
    assert "<formula1>'Списки для выбора'!$B$1:$B$2</formula1>" in drawn.replace("&apos;", "'")
    assert "2025-2026" in offered.replace("/", "-")
    assert "предварительно" in offered
    assert sheet_names("книга.xlsx", response.data) == ["Приоритетные направления"]


@pytest.mark.usefixtures("own")
def test_three_rows_of_a_spreadsheet_are_three_lines_of_history(specialist, district):
    rows = rows_of(specialist)
    for row in rows[1:]:
        if row[1].startswith("Своё"):
            row[AREA] = "Новая область"
    rest = next(row for row in rows[1:] if "приказ" in row[5])
    rest[AREA] = "Мимо приказа"
    path = brought(specialist, rows)
    page = specialist.get(path)
    assert "новых 0, изменённых 3" in page
    assert f"записано здесь по документу: {rest[5]}" in page
    assert len(entries(district)) == 3
    write(specialist, path)
    written = entries(district)[3:]
    assert [row["values"] for row in written] == [{"area": "Новая область"}] * 3
    assert {row["person_id"] for row in written} == {district.people["P003"]}
    shown = specialist.get(f"{HOME}/{written[0]['row_id']}")
    assert "Новая область" in shown
    assert "письмо (файл «направления.xlsx»)" in shown
    assert "Тимофеева" in shown
    write_again = specialist.post(path, seen="", reason="ещё раз")
    assert write_again.headers["Location"].endswith(path)
    assert len(entries(district)) == 6


def test_an_untouched_export_changes_nothing_in_any_form(specialist, district):
    for kind in ("xlsx", "csv"):
        content = specialist.client.get(f"{HOME}/rows.{kind}").data
        page = specialist.get(brought(specialist, content, f"всё.{kind}"))
        assert "новых 0, изменённых 0" in page
        assert "с ошибками 0" in page
        assert "Записывать нечего" in page
    assert entries(district) == []


def test_a_row_changed_on_a_page_meanwhile_is_asked_about(specialist, district, own):
    titles, (row, *_) = own
    first = [*row]
    first[AREA] = "С первого файла"
    write(specialist, brought(specialist, [titles, first]))
    second = [*row]
    second[AREA] = "Со второго файла"
    path = brought(specialist, [titles, second])
    page = specialist.get(path)
    assert "Изменено и здесь, и в файле" in page
    refused = write(specialist, path, status=422)
    assert "записывать нечего" in text_of(refused)
    write(specialist, path, **{"pick.2": "file"})
    assert [one["values"]["area"] for one in entries(district)[3:]] == [
        "С первого файла",
        "Со второго файла",
    ]


def test_what_changed_since_the_dry_run_is_shown_anew(specialist, own):
    titles, (row, *_) = own
    mine, other = [*row], [*row]
    mine[AREA], other[AREA] = "Моё", "Чужое"
    path = brought(specialist, [titles, mine])
    seen = seen_on(specialist.get(path))
    write(specialist, brought(specialist, [titles, other]))
    again = specialist.post(path, status=422, seen=seen, reason="письмо")
    assert "Пока вы смотрели" in text_of(again)


def meanwhile(monkeypatch, work):
    """Let somebody work between the last look at a file and its writing, once."""
    look, rest = register_files._look, [work]

    def then(*told):
        looked = look(*told)
        if rest:
            rest.pop()()
        return looked

    monkeypatch.setattr(register_files, "_look", then)


@pytest.mark.parametrize("theirs", ["тот же", "другой"])
def test_who_writes_at_the_same_moment_is_not_overwritten(
    specialist, district, own, monkeypatch, theirs
):
    titles, (row, other, _) = own
    mine = [*row]
    mine[AREA] = "Моё"
    path = brought(specialist, [titles, mine])
    seen = seen_on(specialist.get(path))
    changed = [*(row if theirs == "тот же" else other)]
    changed[AREA] = "Чужое"
    told = (district.container, "direction", 1, district.people["P003"], [titles, changed])
    meanwhile(monkeypatch, lambda: bring(*told, is_written=True))
    if theirs == "тот же":
        again = specialist.post(path, status=422, seen=seen, reason="письмо")
        assert "Пока вы смотрели" in text_of(again)
    else:
        specialist.post(path, seen=seen, reason="письмо")
    areas = [one["values"]["area"] for one in entries(district)[3:]]
    assert areas == (["Чужое"] if theirs == "тот же" else ["Чужое", "Моё"])


def test_of_several_sheets_the_fitting_one_is_read_and_another_may_be_chosen(specialist):
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as made:
        made.add_worksheet("Пустой")
        made.add_worksheet("Заметки").write_column(0, 0, ["Разное", "молоко"])
        sheet = made.add_worksheet("Список")
        sheet.write_row(0, 0, ["Реестр направлений"])
        sheet.write_row(1, 0, ["Учебный год", "Направление", "Состояние"])
        sheet.write_row(2, 0, ["2025-2026", "Хор", "предварительно"])
    settle = brought(specialist, file.getvalue())
    page = specialist.get(settle)
    assert "<option selected>Список</option>" in page
    assert "нет данных" in specialist.get(f"{settle}?sheet=Пустой", status=422)
    assert "молоко" in specialist.get(f"{settle}?sheet=Заметки")
    chosen = {"column.0": "school_year", "column.1": "name", "column.2": "state"}
    path = specialist.post(settle, sheet="Список", **chosen).headers["Location"]
    assert "новых 1" in specialist.get(path)


def test_new_rows_without_codes_and_columns_settled_by_hand(specialist, district):
    rows = [
        ["Год", "Как называется", "Состояние", "Лишнее"],
        ["2025-2026", "Шахматы в школе", "действует", "x"],
        ["2025-2026", "", "действует", None],
        ["2025-2026", "Робототехника", "начато", None],
    ]
    settle = brought(specialist, rows)
    assert settle.endswith("/columns")
    page = specialist.get(settle)
    assert "Пока не указаны" in page
    refused = specialist.post(settle, status=422, sheet="Лист1", **{"column.1": "name"})
    assert "Не указан столбец «Учебный год»" in text_of(refused)
    chosen = {"column.0": "school_year", "column.1": "name", "column.2": "state"}
    path = specialist.post(settle, sheet="Лист1", **chosen).headers["Location"]
    told = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", specialist.get(path)))
    assert "новых 1" in told
    assert "Направление: заполните: по нему узнают запись" in told
    assert "Состояние: «начато» — такого в списке нет" in told
    late = write(specialist, path, status=422, reason=" ")
    assert "Напишите, откуда эти сведения" in text_of(late)
    write(specialist, path, effective_on="2025-09-01")
    (entry,) = entries(district)
    assert (entry["word"], str(entry["effective_on"])) == ("enter", "2025-09-01")
    guessed = brought(specialist, [rows[0][:3], ["2025-2026", "Шахматы в школе", "предварительно"]])
    assert 'value="name" selected' in specialist.get(guessed)


def test_a_load_is_taken_back_as_a_whole_and_history_stays(specialist, district, own):
    titles, (row, *_) = own
    area = row[AREA]
    changed = [*row]
    changed[AREA] = "Ошибка"
    new = ["2025-2026", "Лишнее", "", "", "предварительно"]
    path = brought(specialist, [titles, changed, new])
    write(specialist, path)
    assert len(rows_of(specialist, "?text=Лишнее")) == 2
    listed = specialist.get(f"{HOME}/import")
    assert "направления.xlsx" in listed
    assert "новых 1, изменённых 1" in listed
    refused = specialist.post(f"{path}/take-back", status=422, reason="")
    assert "почему загрузка отменяется" in text_of(refused)
    specialist.post(f"{path}/take-back", reason="не тот файл")
    assert "не тот файл" in specialist.get(path)
    assert len(rows_of(specialist, "?text=Лишнее")) == 1
    assert next(one[AREA] for one in rows_of(specialist)[1:] if one[1] == row[1]) == area
    row_id = next(one["row_id"] for one in entries(district) if one["word"] == "amend")
    assert "Ошибка" in specialist.get(f"{HOME}/{row_id}")
    twice = specialist.post(f"{path}/take-back", status=422, reason="ещё раз")
    assert "уже отменили" in text_of(twice)
    said = district.rows(ImportedRow, register="direction")
    assert all(one["values"].get("area") != "Ошибка" for one in said)


def test_only_who_writes_into_a_register_brings_files_and_sees_her_own(
    browser, specialist, district
):
    path = brought(specialist, [*rows_of(specialist)])
    for person in ("P112", "P002"):
        other = browser(person)
        assert other.client.get(f"{HOME}/rows.csv").status_code == 200
        assert "Загрузить из файла" not in other.get(HOME)
        other.get(f"{HOME}/import", status=404)
        other.get(path, status=404)
        other.post(path, status=404)
        other.post(f"{path}/take-back", status=404, reason="x")
        other.post(f"{HOME}/import", status=404, file=(io.BytesIO(b"x"), "x.csv"))
    rows = [["school_year", "name"], ["2025-2026", "Чужой черновик"]]
    theirs = bring(district.container, "direction", 1, district.people["P002"], rows)
    specialist.get(f"{HOME}/imports/{theirs}", status=404)
    specialist.get(f"{path}9", status=404)
    specialist.get("/registers/nothing/import", status=404)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "пустой"),
        (b"%PDF-1.7 ...", "Это PDF"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "старый формат Excel"),
        (b"PK\x03\x04" + bytes(100), "повреждён"),
        ("Номер;Имя\r\n".encode(), "нет данных"),
        ('а;б\r\n"1;2'.encode("cp1251"), "проверьте кавычки"),
        (bytes(range(256)), "Нужна книга Excel"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(specialist, district, content, said):
    assert said in brought(specialist, content, status=422)
    assert district.rows(RegisterImport) == []


def test_a_page_without_a_file_asks_for_one(specialist):
    response = specialist.post(f"{HOME}/import", status=422)
    assert "Выберите файл" in text_of(response)


def test_latin_letters_are_offered_to_be_read_as_russian(specialist):
    titles = rows_of(specialist)[0]
    path = brought(specialist, [titles, ["2025-2026", "CОШ и дети", "", "", "предварительно"]])
    assert "похожие латинские" in specialist.get(path)
    assert "новых 0" in specialist.get(path)
    specialist.post(f"{path}/letters")
    assert "новых 1" in specialist.get(path)


def test_a_day_before_a_later_change_would_hide_the_new_value(specialist):
    titles = rows_of(specialist)[0]
    new = ["2025-2026", "Хор", "музыка", "", "предварительно"]
    write(specialist, brought(specialist, [titles, new]), effective_on="2025-08-01")
    row = next(row for row in rows_of(specialist)[1:] if row[1] == "Хор")
    row[AREA] = "пение"
    path = brought(specialist, [titles, row])
    refused = write(specialist, path, status=422, effective_on="2025-07-01")
    assert "здесь записано с 01.08.2025" in text_of(refused)
    assert 'value="письмо"' in refused.get_data(as_text=True)
    write(specialist, path, effective_on="2025-08-10")
    assert rows_of(specialist, "?text=Хор")[1][AREA] == "пение"


def test_a_list_is_made_as_a_document_by_a_worker_for_who_asked(browser, specialist, district):
    path = specialist.post(f"{HOME}/papers", state="in_force", on="2025-08-28").headers["Location"]
    assert "Документ готовится" in specialist.get(path)
    specialist.get(f"{path}/content", status=404)
    district.carry_out()
    assert "Документ готов." in specialist.get(path)
    response = specialist.client.get(f"{path}/content")
    document = Document(io.BytesIO(response.data))
    said = [one.text for one in document.paragraphs]
    assert said[0] == "Приоритетные направления"
    assert "по состоянию на 28.08.2025" in said
    assert any("Ковалевская" in one or "Дьяченко" in one for one in said)
    rows = document.tables[0].rows
    assert [cell.text for cell in rows[0].cells][-1] == "По документу"
    assert {row.cells[3].text for row in [*rows][1:]} == {"действует"}
    browser("P002").get(path, status=404)
    browser("P002").get(f"{path}/content", status=404)


def test_too_long_a_list_is_no_document(specialist, district, monkeypatch):
    monkeypatch.setattr(papers, "MOST_ROWS", 1)
    assert specialist.post(f"{HOME}/papers").headers["Location"].endswith(HOME)
    assert "помещается не больше 1 строк" in "".join(specialist.says(HOME))
    assert district.rows(RegisterPaper) == []


@pytest.mark.deep
@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("xlsx", "xlsx"),
        ("csv", "xlsx"),
        ("xlsx", "csv:Text - txt - csv (StarCalc):59,34,34,1"),
        ("xlsx", "csv:Text - txt - csv (StarCalc):9,34,76,1"),
    ],
)
def test_what_another_program_saves_says_the_same(specialist, own, tmp_path, kind, how):
    assert own
    (tmp_path / f"list.{kind}").write_bytes(specialist.client.get(f"{HOME}/rows.{kind}").data)
    out = tmp_path / "out"
    filters = ["--infilter=CSV:59,34,UTF8,1"] if kind == "csv" else []
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/office",
            *filters,
            "--headless",
            "--convert-to",
            how,
            "--outdir",
            out,
            tmp_path / f"list.{kind}",
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    (made,) = out.iterdir()
    page = specialist.get(brought(specialist, made.read_bytes(), made.name))
    assert "новых 0, изменённых 0" in page
    assert "с ошибками 0" in page


def test_a_school_year_is_taken_as_papers_write_it(specialist):
    titles = rows_of(specialist)[0]
    path = brought(specialist, [titles, ["2025/2026", "Своё", "", "", "предварительно"]])
    page = specialist.get(path)
    assert "Своё" in page
    assert "такого в списке нет" not in page


def test_what_holds_by_a_document_is_loaded_with_it(specialist):
    titles = rows_of(specialist)[0]
    path = brought(specialist, [titles, ["2025-2026", "Хор", "", "", "действует"]])
    write(specialist, path, reason="приказ № 9")
    assert "приказ № 9" in {row[5] for row in rows_of(specialist)}


def test_without_a_day_a_file_corrects_what_was_written_wrongly_since_then(specialist, district):
    titles = rows_of(specialist)[0]
    new = ["2025-2026", "Хор", "пенье", "", "предварительно"]
    write(specialist, brought(specialist, [titles, new]), effective_on="2025-06-01")
    row = next(one for one in rows_of(specialist)[1:] if one[1] == "Хор")
    row[AREA] = "пение"
    write(specialist, brought(specialist, [titles, row]))
    area = {
        entry["effective_on"].isoformat(): entry["values"]["area"]
        for entry in entries(district)
        if "area" in entry["values"]
    }
    assert area == {"2025-06-01": "пение"}
    row_id = entries(district)[0]["row_id"]
    assert "пение" in specialist.get(f"{HOME}/{row_id}?on=2025-06-02")


def test_a_file_of_another_register_is_refused_at_once_and_names_its_own(specialist):
    content = specialist.client.get("/registers/school_status/rows.xlsx").data
    said = brought(specialist, content, "файл.xlsx", 422)
    assert "Это выгрузка реестра «Статусы школ»" in said
    assert "а здесь загружают «Приоритетные направления»" in said
    assert "не код записи" not in said


def test_figures_that_do_not_fit_together_are_refused_on_a_page_and_in_a_file(specialist):
    content = specialist.client.get("/registers/school_figures/rows.xlsx").data
    titles, first, second = load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()[:3]
    first[2:5], second[2:5] = [120, 10, 500], [None, None, None]
    link = specialist.post(
        "/registers/school_figures/import",
        status=302,
        file=(io.BytesIO(book([titles, first, second])), "числа.xlsx"),
    ).headers["Location"]
    page = specialist.get(link)
    assert "В девятом классе 500, а во всей школе 120: проверьте оба числа" in page
    assert "Укажите хотя бы одно число за этот учебный год" in page
    code = first[-1].split("-")[1]
    edit = f"/registers/school_figures/{code}/edit"
    version = re.search(r'name="_version" value="(\d+)"', specialist.get(edit))[1]
    sent = {"_version": version, "students": "120", "teachers": "10", "grade9": "500"}
    why = {"why.reason": "сверка", "why.effective_on": "2025-08-28"}
    answer = specialist.post(edit, status=422, **sent, **why)
    assert "проверьте оба числа" in text_of(answer)


def test_a_damaged_text_is_no_table_and_a_year_too_far_is_asked_about(specialist):
    said = brought(specialist, b"\xc4\xee\xea\xf3\xec\xe5\xed\xf2", "приказ.docx", status=422)
    assert "Нужна книга Excel" in said
    titles = rows_of(specialist)[0]
    path = brought(specialist, [titles, ["2025-2026", "Ново", "", "", "предварительно"]])
    page = text_of(write(specialist, path, 422, effective_on="2030-09-01"))
    assert "Проверьте год" in page
