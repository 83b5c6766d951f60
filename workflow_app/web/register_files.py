"""Declared registers as files: a list given as a table, a table read back in steps.

1. A file is brought: its sheets and columns are read, nothing of the register is written.
2. Its columns are settled where titles do not tell.
3. A dry run says what would become of every row; writing asks for a day and a reason.
4. What was written may be taken back as a whole, with a reason.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file
from flask import url_for as address
from werkzeug.wrappers import Response as BaseResponse

from workflow_app.documents import sheets
from workflow_app.engine.forms import is_empty
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.engine.registers import Register
from workflow_app.engine.text import cleaned, file_name
from workflow_app.http import limits
from workflow_app.http.container import read, transact
from workflow_app.http.numbers import day_in
from workflow_app.services.administration import officer
from workflow_app.services.cases.attachments import CSV, DOCX, XLSX
from workflow_app.services.organisations import Loading, of_house, with_house
from workflow_app.services.ports import new_file
from workflow_app.services.registers.files import columns
from workflow_app.services.registers.files.columns import BASIS_TITLE, CODE, CODE_TITLE, Reading
from workflow_app.services.registers.files.compare import (
    CHANGED,
    KEPT,
    NEW,
    REFUSED,
    Line,
    Plan,
    compare,
)
from workflow_app.services.registers.followers import follow
from workflow_app.store.directory import organisations
from workflow_app.store.registers import imports, listing, papers
from workflow_app.store.registers.naming import Naming
from workflow_app.store.registers.tables import Tables
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import tables
from workflow_app.web.declared import asked_for, readable_tables
from workflow_app.web.security import municipality, person_id

register_files = Blueprint("register_files", __name__, url_prefix="/registers")

Answer = BaseResponse | str | tuple[str, int]

SHOWN = 200
"""So many rows of a kind a page lists."""
MOST_OFFERED = 1000
"""So many texts a cell of a workbook offers."""
EXAMPLES = 3
MOST_SHEETS = 5
"""So many sheets are looked into for the one that fits."""
LONGEST_REASON = 300
AHEAD = dt.timedelta(days=3 * 366)
"""Nobody knows what is so for longer; a slip of the hand makes 2052 of 2025."""
TRIES = 3
"""So often a file is compared anew because somebody wrote meanwhile."""


# ---------------------------------------------------------------- out


@register_files.get("/<register>/rows.xlsx")
def as_xlsx(register: str) -> Response:
    """Give the list as it stands as a workbook."""
    return _given(register, "xlsx", XLSX)


@register_files.get("/<register>/rows.csv")
def as_csv(register: str) -> Response:
    """Give the list as it stands as CSV."""
    return _given(register, "csv", f"{CSV}; charset=utf-8")


def _given(register: str, kind: str, media: str) -> Response:
    def look(uow: SqlUnitOfWork) -> Response:
        found, place = readable_tables(uow, register), municipality(uow)
        asked = asked_for(uow, found.register, request.args)
        one = _of_files(uow, found)
        rows = _rows(uow, found, one, place, asked)
        if kind == "xlsx":
            # Lists to choose from are for who fills the table in and brings it back.
            may_fill = one.is_edited_by(uow.actor(person_id()))
            offered = _offered(uow, one, place) if may_fill else {}
            content = tables.as_xlsx(rows, found.register.title, offered, is_long=True)
        else:
            content = tables.as_csv(rows)
        name = file_name(f"{found.register.title} {asked.on:%d.%m.%Y}.{kind}")
        return send_file(BytesIO(content), mimetype=media, as_attachment=True, download_name=name)

    return read(look)


@register_files.post("/<register>/papers")
def ask_paper(register: str) -> BaseResponse:
    """Have the list as it stands made as a Word document by a worker."""

    def ask(uow: SqlUnitOfWork) -> int | None:
        found, place = readable_tables(uow, register), municipality(uow)
        asked = asked_for(uow, found.register, request.form)
        if listing.count(uow.connection, found, place, asked) > papers.MOST_ROWS:
            return None
        return papers.ask(uow, found.register, place, person_id(), asked)

    made = transact(ask)
    if made is None:
        said = f"В документ Word помещается не больше {papers.MOST_ROWS} строк: отберите часть "
        flash(f"{said}списка или скачайте его в Excel.", "danger")
        return redirect(address("declared.show_all", register=register))
    return redirect(address(".show_paper", register=register, paper_id=made))


@register_files.get("/<register>/papers/<int:paper_id>")
def show_paper(register: str, paper_id: int) -> str:
    """Say whether a document is made yet, and lead to it."""

    def look(uow: SqlUnitOfWork) -> str:
        found, paper = _paper(uow, register, paper_id)
        return render_template("registers/paper.html", register=found.register, paper=paper)

    return read(look)


@register_files.get("/<register>/papers/<int:paper_id>/content")
def paper_content(register: str, paper_id: int) -> Response:
    """Give a document that is made."""

    def look(uow: SqlUnitOfWork) -> Response:
        found, paper = _paper(uow, register, paper_id)
        if paper.file_sha256 is None:
            abort(404)
        day = dt.date.fromisoformat(paper.asked["on"])
        name = file_name(f"{found.register.title} {day:%d.%m.%Y}.docx")
        file = BytesIO(papers.content(uow, paper))
        return send_file(file, mimetype=DOCX, as_attachment=True, download_name=name)

    return read(look)


def _paper(uow: SqlUnitOfWork, register: str, paper_id: int) -> tuple[Tables, Any]:
    found = readable_tables(uow, register)
    paper = papers.found(uow, register, municipality(uow), person_id(), paper_id)
    return found, paper or abort(404)


def _rows(
    uow: SqlUnitOfWork, found: Tables, one: Register[Any], place: int, asked: listing.Asked
) -> Iterator[tables.Row]:
    """Yield the titles and the rows of a list; the last column tells which row it is, and when."""
    naming, house = Naming(uow, place), _told_by_house(uow, one, place, asked.on)
    newest = imports.newest_entries(uow, one.key, place, asked.known_on)
    yield (*(view.title for view in one.fields.values()), BASIS_TITLE, CODE_TITLE)
    for row in listing.every(uow.connection, found, place, asked):
        said = house.get(row.id, {})
        cells = [
            _cell(naming, view, said[name] if name in said else getattr(row, name))
            for name, view in one.fields.items()
        ]
        code = columns.code_of(one, row.id, newest.get(row.id, 0), asked.on)
        yield (*cells, row.basis, code)


def _of_files(uow: SqlUnitOfWork, found: Tables) -> Register[Any]:
    """Return a register as its files have it: who loads it is given all that a new row needs."""
    may_load = found.register.is_edited_by(uow.actor(person_id()))
    return with_house(found.register) if may_load else found.register


def _told_by_house(
    uow: SqlUnitOfWork, register: Register[Any], place: int, day: dt.date
) -> Mapping[int, Mapping[str, Any]]:
    """Return what a house table tells of the rows that extend it."""
    known = organisations.known(uow.session, place, day) if register.extends else ()
    return of_house(known, day)


def _offered(
    uow: SqlUnitOfWork, register: Register[Any], place: int
) -> Mapping[int, Sequence[str]]:
    """Return column → what may be chosen in it."""
    naming, found = Naming(uow, place), dict[int, Sequence[str]]()
    for column, view in enumerate(register.fields.values()):
        if view.kind == "flag":
            found[column] = ("да", "нет")
        elif not view.is_many:
            found[column] = naming.offered(view)[:MOST_OFFERED]
    return found


def _cell(naming: Naming, view: Any, value: Any) -> tables.Cell:
    """Return a value as a cell: numbers and days stay what they are, all else is said in words."""
    if view.kind == "flag":
        return "да" if value else "нет"
    if is_empty(value):
        return None
    if view.kind in ("number", "decimal", "date"):
        return value  # type: ignore[no-any-return]
    return naming.said(view, value)


# ---------------------------------------------------------------- in: whose, and what


def _edited(uow: SqlUnitOfWork, key: str) -> Tables:
    """Return the tables of a register the person writes into; for others there is no such page."""
    found, actor = uow.shown(key), uow.actor(person_id())
    if found is None or not found.register.is_edited_by(actor):
        abort(404)
    return found.narrowed(found.register.written_by(uow.facts(municipality(uow)), actor))


def _load(uow: SqlUnitOfWork, register: str, import_id: int) -> tuple[Tables, Any]:
    """Return a load of a register; what is not written yet is its bringer's alone."""
    found = _edited(uow, register)
    load = imports.found(uow, register, municipality(uow), import_id)
    is_hers_alone = load is not None and (load.written_at is None or found.register.edits_own)
    if load is None or (is_hers_alone and load.person_id != person_id()):
        abort(404)
    return found, load


@register_files.get("/<register>/import")
def show(register: str) -> str:
    """Ask for a file, and name the files that were loaded."""
    return _show(register)


def _show(register: str, refusal: Refusal | None = None) -> str:
    def look(uow: SqlUnitOfWork) -> str:
        found = _edited(uow, register)
        loads = imports.written(uow, register, municipality(uow))
        if found.register.edits_own:
            loads = [load for load in loads if load.person_id == person_id()]
        return render_template(
            "registers/import.html", register=found.register, loads=loads, refusal=refusal
        )

    return read(look)


@register_files.post("/<register>/import")
def bring(register: str) -> Answer:
    """Take a file in; its columns are asked for where they do not tell by themselves."""
    sent = request.files.get("file")
    one, known = read(lambda uow: _remembered(uow, register))
    one = with_house(one)
    if sent is None or not sent.filename:
        return _show(register, Refusal("file_missing", "Выберите файл.", "file")), 422
    name, content = file_name(sent.filename), sent.read()
    reading = _first_reading(one, name, content, known)
    if isinstance(reading, Refusal):
        return _show(register, reading), 422
    guessed, titles = reading
    file = new_file(content, XLSX if sheets.is_workbook(content) else CSV)

    def keep(uow: SqlUnitOfWork) -> int | Refusal:
        _edited(uow, register)
        stored = guessed.as_json(titles)
        return imports.bring(uow, register, municipality(uow), person_id(), name, file, stored)

    made = transact(keep)
    if isinstance(made, Refusal):
        return _show(register, made), limits.status_of(made, 422)
    step = "look_at" if columns.is_certain(one, guessed, titles) else "settle"
    return redirect(address(f".{step}", register=register, import_id=made))


def _remembered(uow: SqlUnitOfWork, key: str) -> tuple[Register[Any], Mapping[str, str]]:
    register = _edited(uow, key).register
    return register, imports.remembered(uow, key, municipality(uow))


def _first_reading(
    register: Register[Any], name: str, content: bytes, known: Mapping[str, str]
) -> tuple[Reading, Sequence[Any]] | Refusal:
    """Return how the most fitting sheet of a file is read, with its titles."""
    names = sheets.sheet_names(name, content)
    if isinstance(names, Refusal):
        return names
    best: tuple[int, Reading, sheets.Sheet] | None = None
    refusals = []
    for sheet_name in names[:MOST_SHEETS]:
        sheet = _sheet(name, content, sheet_name)
        if isinstance(sheet, Refusal):
            refusals.append(sheet)
            continue
        reading = columns.guess(register, sheet_name, sheet.rows, known)
        fitting = len(set(filter(None, reading.columns)))
        if best is None or fitting > best[0]:
            best = fitting, reading, sheet
        if columns.is_certain(register, reading, sheet.rows[reading.titles]):
            break
    if best is None:
        return joined(refusals) or Refusal("sheet_empty", "В книге нет листов.", "file")
    _, reading, sheet = best
    if (key := columns.register_of(reading, sheet.rows)) not in ("", register.key):
        return read(lambda uow: _of_another(uow, register, key))
    return reading, sheet.rows[reading.titles]


def _of_another(uow: SqlUnitOfWork, register: Register[Any], key: str) -> Refusal:
    """Refuse a file that was given by another register, and name it to who reads it."""
    other = uow.shown(key)
    its, way = "другого реестра", ""
    if other is not None:
        its = f"реестра «{other.register.title}»"
        way = f": откройте «Реестры → {other.register.title} → Загрузить из файла»"
    said = f"Это выгрузка {its}, а здесь загружают «{register.title}»{way}."
    return Refusal("of_another_register", said, "file")


def _sheet(name: str, content: bytes, sheet_name: str) -> sheets.Sheet | Refusal:
    """Return a sheet with rows below its titles, or why there is nothing to load in it."""
    sheet = sheets.read_sheet(name, content, sheet_name)
    if isinstance(sheet, Refusal):
        return sheet
    filled = sum(1 for row in sheet.rows if any(cell not in (None, "") for cell in row))
    if filled < 2:  # noqa: PLR2004 (the titles and a row)
        said = f"На листе «{sheet_name}» нет данных: нужна строка заголовков и строки под ней."
        return Refusal("sheet_empty", said, "file")
    if sheet_name == sheets.CSV_SHEET and not sheets.is_workbook(content):
        meant = [[_meant(cell) for cell in row] for row in sheet.rows]
        return sheets.Sheet(sheet.name, meant, sheet.faults)
    return sheet


def _meant(cell: sheets.Cell) -> sheets.Cell:
    return tables.as_meant(cell) if isinstance(cell, str) else cell


# ---------------------------------------------------------------- in: columns


@register_files.get("/<register>/imports/<int:import_id>/columns")
def settle(register: str, import_id: int) -> Answer:
    """Ask which column says what."""
    found, load, content = read(lambda uow: _with_content(uow, register, import_id))
    if load.written_at is not None:
        return redirect(address(".look_at", register=register, import_id=import_id))
    reading = columns.reading_of(load.reading)
    chosen = request.args.get("sheet", reading.sheet)
    sheet = _sheet(load.file_name, content, chosen)
    if isinstance(sheet, Refusal):
        return _columns(found.register, load, content, reading, None, [sheet.message]), 422
    if chosen != reading.sheet:
        reading = columns.guess(with_house(found.register), chosen, sheet.rows, {})
    return _columns(found.register, load, content, reading, sheet, ())


def _with_content(uow: SqlUnitOfWork, register: str, import_id: int) -> tuple[Tables, Any, bytes]:
    found, load = _load(uow, register, import_id)
    return found, load, imports.content(uow, load)


def _columns(
    register: Register[Any],
    load: Any,
    content: bytes,
    reading: Reading,
    sheet: sheets.Sheet | None,
    problems: Sequence[str],
) -> str:
    names = sheets.sheet_names(load.file_name, content)
    rows = sheet.rows if sheet else ()
    titles = rows[reading.titles] if rows else ()
    shown = [
        (
            place,
            title,
            [
                row[place]
                for row in rows[reading.titles + 1 :][:EXAMPLES]
                if place < len(row) and row[place] is not None
            ],
        )
        for place, title in enumerate(titles)
    ]
    register = with_house(register)
    missing = columns.missing(register, reading)
    return read(
        lambda _: render_template(
            "registers/import_columns.html",
            register=register,
            load=load,
            reading=reading,
            names=() if isinstance(names, Refusal) else names,
            shown=shown,
            problems=problems,
            missing=missing,
            code=CODE,
            code_title=CODE_TITLE,
            cell=_told,
        )
    )


def _told(cell: Any) -> str:
    """Return a cell of the file for the page."""
    return f"{cell:%d.%m.%Y}" if isinstance(cell, dt.date) else "" if cell is None else str(cell)


@register_files.post("/<register>/imports/<int:import_id>/columns")
def settle_columns(register: str, import_id: int) -> Answer:
    """Write down which column says what, and go on to the dry run."""
    found, load, content = read(lambda uow: _with_content(uow, register, import_id))
    chosen = request.form.get("sheet", "")
    sheet = _sheet(load.file_name, content, chosen)
    before = columns.reading_of(load.reading)
    if isinstance(sheet, Refusal):
        return _columns(found.register, load, content, before, None, [sheet.message]), 422
    one = with_house(found.register)
    guessed = columns.guess(one, chosen, sheet.rows, {})
    known = {*one.fields, CODE}
    named = [request.form.get(f"column.{place}", "") for place in range(len(guessed.columns))]
    fields = tuple(name if name in known else "" for name in named)
    reading = Reading(chosen, guessed.titles, fields, before.russian)
    problems = list(columns.problems(one, reading))
    if problems:
        return _columns(found.register, load, content, reading, sheet, problems), 422
    stored = reading.as_json(sheet.rows[reading.titles])
    transact(lambda uow: imports.read_as(uow, _load(uow, register, import_id)[1], stored))
    return redirect(address(".look_at", register=register, import_id=import_id))


@register_files.post("/<register>/imports/<int:import_id>/letters")
def make_russian(register: str, import_id: int) -> BaseResponse:
    """Read Latin letters among Russian ones as Russian, as the dry run offered."""

    def change(uow: SqlUnitOfWork) -> None:
        _, load = _load(uow, register, import_id)
        imports.read_as(uow, load, {**load.reading, "russian": True})

    transact(change)
    return redirect(address(".look_at", register=register, import_id=import_id))


# ---------------------------------------------------------------- in: the dry run


@dataclass(frozen=True)
class Looked:
    """A dry run: the load, what it would do, and how far the register was when one looked."""

    found: Tables
    load: Any
    plan: Plan
    stamp: tuple[int, int]
    reading: Reading
    today: dt.date


def _look(register: str, import_id: int) -> Looked | Refusal:
    """Compare a file with the register; the file is read outside of every transaction."""
    found, load, content = read(lambda uow: _with_content(uow, register, import_id))
    reading = columns.reading_of(load.reading)
    one = with_house(found.register)
    problems = list(columns.problems(one, reading))
    if problems:
        return Refusal("columns_unsettled", " ".join(problems))
    sheet = _sheet(load.file_name, content, reading.sheet)
    if isinstance(sheet, Refusal):
        return sheet

    def dry(uow: SqlUnitOfWork) -> Looked:
        place = municipality(uow)
        house = _told_by_house(uow, one, place, uow.today)
        source = imports.SqlSource(
            uow, found, place, of_house=house, why_not_new=_loading(uow).why_not
        )
        stamp = imports.newest_entry(uow, register, place)
        plan = compare(one, reading, sheet.rows, sheet.faults, source, uow.today)
        return Looked(found, load, plan, stamp, reading, uow.today)

    return read(dry)


def _loading(uow: SqlUnitOfWork) -> Loading:
    return Loading(organisations.SqlOrganisations(uow), officer(uow.actor(person_id())))


@register_files.get("/<register>/imports/<int:import_id>")
def look_at(register: str, import_id: int) -> Answer:
    """Show what a file would do; of one that was written, what it did."""
    found, load = read(lambda uow: _load(uow, register, import_id))
    if load.written_at is not None:
        return _written_page(found.register, load)
    looked = _look(register, import_id)
    if isinstance(looked, Refusal):
        flash(looked.message, "danger")
        return redirect(address(".settle", register=register, import_id=import_id))
    return _dry_page(looked)


def _dry_page(looked: Looked, refusal: Refusal | None = None) -> str:
    plan = looked.plan
    kinds = [
        (kind, title, _first(plan.of(kind)), len(plan.of(kind)))
        for kind, title in (
            (REFUSED, "С ошибками, не записываются"),
            (NEW, "Новые"),
            (CHANGED, "Изменённые"),
            (KEPT, "Изменено только здесь, остаётся"),
        )
    ]
    return read(
        lambda _: render_template(
            "registers/import_dry.html",
            register=looked.found.register,
            load=looked.load,
            plan=plan,
            kinds=kinds,
            asked=_first(plan.asked),
            typed=request.form,
            refusal=refusal,
            missing=columns.missing(with_house(looked.found.register), looked.reading),
            shown=SHOWN,
        )
    )


def _first(lines: Sequence[Line]) -> Sequence[Line]:
    return lines[:SHOWN]


@register_files.post("/<register>/imports/<int:import_id>")
def write(register: str, import_id: int) -> Answer:
    """Write what the dry run said, unless the register has changed since: then it is said anew."""
    sent = request.form
    for _ in range(TRIES):
        _, load = read(lambda uow: _load(uow, register, import_id))
        if load.written_at is not None:
            break
        looked = _look(register, import_id)
        if isinstance(looked, Refusal):
            flash(looked.message, "danger")
            return redirect(address(".settle", register=register, import_id=import_id))
        asked = [line.number for line in looked.plan.asked]
        picked = [number for number in asked if sent.get(f"pick.{number}") == "file"]
        refusal = _refused(looked, picked)
        if refusal:
            return _dry_page(looked, refusal), 422
        written = _write(looked, picked)
        if isinstance(written, Refusal):
            return _dry_page(looked, written), 422
        if written:
            flash("Записано.", "success")
            break
    else:
        flash("Реестр сейчас меняют другие. Проверьте список и запишите ещё раз.", "danger")
    return redirect(address(".look_at", register=register, import_id=import_id))


def _refused(looked: Looked, picked: Sequence[int]) -> Refusal | None:
    """Return why a dry run cannot be written as it was asked."""
    sent, plan = request.form, looked.plan
    if sent.get("seen") != plan.fingerprint:
        said = "Пока вы смотрели, реестр или файл изменился. Проверьте список ещё раз."
        return Refusal("changed_meanwhile", said)
    found = []
    if not any(line.changes for line in plan.lines if not line.mistakes) and not picked:
        found.append(Refusal("nothing_to_write", "В файле нет ничего нового: записывать нечего."))
    said_day = sent.get("effective_on", "").strip()
    day = day_in(said_day)
    if said_day and day is None:
        found.append(Refusal("bad_date", "Дата не распознана, пример: 01.09.2025", "effective_on"))
    if day and day > looked.today + AHEAD:
        said = "Проверьте год: до этого дня больше трёх лет"
        found.append(Refusal("bad_date", said, "effective_on"))
    hidden = imports.hidden_by(plan, picked, day)
    if hidden:
        said = (
            "Укажите день не раньше того, с которого здесь записано иначе, иначе изменение не "
            f"будет видно: {'; '.join(hidden[:EXAMPLES])}"
        )
        more = f" и ещё {len(hidden) - EXAMPLES}" if len(hidden) > EXAMPLES else ""
        found.append(Refusal("hidden_by_later", f"{said}{more}.", "effective_on"))
    if not _reason():
        said = "Напишите, откуда эти сведения: документ или причина."
        found.append(Refusal("field_required", said, "reason"))
    return joined(found)


def _reason() -> str:
    return " ".join(cleaned(request.form.get("reason", "")).split())[:LONGEST_REASON]


def _write(looked: Looked, picked: Sequence[int]) -> bool | Refusal:
    """Write unless somebody has written into the register since one looked; False then."""
    key, day, reason = (
        looked.found.register.key,
        day_in(request.form.get("effective_on")),
        _reason(),
    )

    def work(uow: SqlUnitOfWork) -> bool | Refusal:
        found, load = _load(uow, key, looked.load.id)
        if imports.newest_entry(uow, key, load.municipality_id) != looked.stamp:
            return False
        loading = _loading(uow)
        imports.write(
            uow,
            found,
            load,
            looked.plan,
            picked,
            day,
            reason,
            lambda said: loading.add(found.register, said, reason),
        )
        _follow(uow, found, load)
        return True

    return transact(work)


def _follow(uow: SqlUnitOfWork, found: Tables, load: Any) -> None:
    """Let the cases that live beside the rows of a load follow what was written."""
    named = partial(imports.named_by, uow, found, load)
    follow(uow, load.municipality_id, found.register, named)


# ---------------------------------------------------------------- taking back


def _written_page(register: Register[Any], load: Any, refusal: Refusal | None = None) -> str:
    return read(
        lambda uow: render_template(
            "registers/import_written.html",
            register=register,
            load=load,
            refusal=refusal,
            typed=request.form,
            who=imports.who(uow, load),
        )
    )


@register_files.post("/<register>/imports/<int:import_id>/take-back")
def take_back(register: str, import_id: int) -> Answer:
    """Take a load back as a whole: its entries do not count from a day on."""
    found, load = read(lambda uow: _load(uow, register, import_id))
    day, reason, person = request.form.get("since", "").strip(), _reason(), person_id()
    refusals = []
    if load.written_at is None:
        abort(404)
    if day and day_in(day) is None:
        said = "Дата не распознана, пример: 01.09.2025"
        refusals.append(Refusal("bad_date", said, "since"))
    if not reason:
        refusals.append(
            Refusal("field_required", "Напишите, почему загрузка отменяется.", "reason")
        )
    refusal = joined(refusals)
    if refusal:
        return _written_page(found.register, load, refusal), 422

    def work(uow: SqlUnitOfWork) -> Refusal | None:
        _, own = _load(uow, register, import_id)
        refusal = imports.take_back(uow, own, person, reason, day_in(day))
        if refusal is None:
            _follow(uow, found, own)
        return refusal

    refusal = transact(work)
    if refusal:
        return _written_page(found.register, load, refusal), 422
    flash("Загрузка отменена: её значения больше не действуют, история осталась.", "success")
    return redirect(address(".look_at", register=register, import_id=import_id))
