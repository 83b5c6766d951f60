"""Rows from a spreadsheet: text divided by tabs becomes values, or says where it does not fit."""

import re
from collections.abc import Iterator, Sequence

from werkzeug.datastructures import MultiDict

from workflow_app.engine.case import Case
from workflow_app.engine.forms import FieldView, understand_row, views
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.http.numbers import number_in
from workflow_app.services.registers.cells import KINDS, MisfitError, as_flag, plain
from workflow_app.store.read_models.choices import Choice, choices
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.carrying import PASTE
from workflow_app.web.forms import sent_rows

EVERYBODY = {"все", "все школы", "все школы сети"}
NUMBERING = {"№", "№ п/п", "№п/п", "n", "n п/п", "п/п", "номер"}
MOST_ROWS = 500

QUOTED = re.compile(r'"((?:[^"]|"")*+)"(?=[\t\r\n]|$)')
"""A cell as a spreadsheet quotes it: closed before the next one, each mark inside doubled."""
PLAIN = re.compile(r"[^\t\r\n]*")


def take(uow: SqlUnitOfWork, case: Case, sent: MultiDict[str, str]) -> Refusal | None:
    """Turn what was pasted into rows as if they had been typed; or say what does not fit."""
    found = []
    for view in views(type(case.data)):
        text = sent.get(f"{PASTE}{view.name}", "")
        if view.row and text.strip():
            problems = _take(uow, case, view, text, sent)
            if not problems:
                del sent[f"{PASTE}{view.name}"]
            found += problems
    return joined(found)


def _take(
    uow: SqlUnitOfWork, case: Case, view: FieldView, text: str, sent: MultiDict[str, str]
) -> list[Refusal]:
    lines = [line for line in lines_of(text) if any(line)]
    if not lines:
        return []
    if view.options.get("fixed"):
        return _take_in_place(uow, case, view, lines, sent)
    header, lines, problems = _named_columns(view, lines)
    columns = header or view.columns
    if not header:
        lines = _without_extra(lines, len(columns))
    if len(lines) > MOST_ROWS:
        return [_refused(view, f"за один раз вставляется не больше {MOST_ROWS} строк")]
    begins, made = 2 if header else 1, []
    for number, cells in enumerate(lines):
        row, misfits = _row(uow, case, columns, cells)
        made += [(number, name, value) for name, value in row]
        problems += [_refused(view, f"строка {number + begins}{said}") for said in misfits]
    if not problems:
        _give_place(view, sent)
        first = _next_number(view.name, sent)
        for number, name, value in made:
            sent.add(f"{view.name}.{first + number}.{name}", value)
    return problems


def _give_place(view: FieldView, sent: MultiDict[str, str]) -> None:
    """Let pasted rows stand instead of those that only offer themselves."""
    is_unwritten = view.options.get("unwritten")
    if is_unwritten is None or view.row is None:
        return
    for place, cells in sent_rows(view, sent):
        row = understand_row(view.row, cells)
        if not isinstance(row, Refusal) and not row[1] and is_unwritten(row[0]):
            for name in [one for one in sent if one.startswith(f"{view.name}.{place}.")]:
                del sent[name]


def _take_in_place(
    uow: SqlUnitOfWork,
    case: Case,
    view: FieldView,
    lines: list[list[str]],
    sent: MultiDict[str, str],
) -> list[Refusal]:
    """Put pasted lines into rows that stand already: by what names a row, else by their order."""
    header, lines, problems = _named_columns(view, lines)
    asked = [column for column in view.columns if not column.is_kept]
    columns: Sequence[FieldView] = header
    if not header:
        if _is_numbered(lines) and _names_a_row(case, view, lines[0][1]):
            lines = [line[1:] for line in lines]
        lines = _without_extra(lines, len(view.columns))
        is_whole = len(lines[0]) > len(asked) or _names_a_row(case, view, lines[0][0])
        columns = view.columns if is_whole else asked
    filled = []
    for number, cells in enumerate(lines):
        place, named = _place(case, view, columns, cells, number)
        said = [f": {named}"] if named else []
        own = [
            (column, cell)
            for column, cell in zip(columns, cells, strict=False)
            if not column.is_kept
        ]
        row, misfits = _row(uow, case, [c for c, _ in own], [cell for _, cell in own])
        begins = 2 if header else 1
        problems += [_refused(view, f"строка {number + begins}{one}") for one in (*said, *misfits)]
        filled += [(f"{view.name}.{place}.{column.name}", "") for column, _ in own]
        filled += [(f"{view.name}.{place}.{name}", value) for name, value in row]
    if not problems:
        for name, value in filled:
            sent.setlist(name, [value])
    return problems


def _names_a_row(case: Case, view: FieldView, cell: str) -> bool:
    """Tell whether a cell is the name of a row as the first column shows it."""
    first = view.columns[0]
    names = {plain(str(getattr(row, first.name))) for row in getattr(case.data, view.name)}
    return first.is_kept and plain(cell) in names


def _place(
    case: Case, view: FieldView, columns: Sequence[FieldView], cells: Sequence[str], number: int
) -> tuple[int, str]:
    """Return the row a line belongs to, or why it belongs to none."""
    rows = getattr(case.data, view.name)
    said = [
        (column.name, cell)
        for column, cell in zip(columns, cells, strict=False)
        if column.is_kept and cell
    ]
    if not said:
        return (number, "") if number < len(rows) else (0, "в таблице нет столько строк")
    name, cell = said[0]
    found = [n for n, row in enumerate(rows) if plain(str(getattr(row, name))) == plain(cell)]
    return (found[0], "") if found else (0, f"строки «{cell}» в таблице нет")


def _row(
    uow: SqlUnitOfWork, case: Case, columns: Sequence[FieldView], cells: Sequence[str]
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the values of a line by their columns, and what of it does not fit."""
    made, misfits = [], []
    if len(cells) > len(columns):
        misfits.append(f": столбцов больше, чем в таблице ({len(columns)})")
    for column, cell in zip(columns, cells, strict=False):
        try:
            made += [
                (column.name, one) for one in _values(column, cell, choices(uow, case, column))
            ]
        except MisfitError as error:
            misfits.append(f", столбец «{column.title}»: {error}")
    return made, misfits


def lines_of(text: str) -> Iterator[list[str]]:
    r"""Yield the cells of each line; a cell the spreadsheet quoted may hold lines of its own.

    A spreadsheet quotes a cell that holds a tab or a line break; any other mark is a letter.

    >>> list(lines_of('"Зарница"\t"а\nб"'))
    [['"Зарница"', 'а\nб']]
    """
    place, line = 0, list[str]()
    while place <= len(text):
        found = QUOTED.match(text, place)
        if found and re.search(r'[\t\r\n]|""', found[1]):
            cell = found[1].replace('""', '"').replace("\r\n", "\n")
        else:
            found = PLAIN.match(text, place)
            cell = found[0] if found else ""
        line.append(re.sub(r"[^\S\t\n]", " ", cell).strip())
        place = found.end() if found else len(text)
        if text[place : place + 1] != "\t":
            yield line
            line = []
            place += text.startswith("\r\n", place)
        place += 1


def _without_extra(lines: Sequence[list[str]], most: int) -> list[list[str]]:
    """Return lines without columns of no table: numbers of lines, and what is empty throughout."""
    if _is_numbered(lines) and max(map(len, lines)) > most:
        lines = [line[1:] for line in lines]
    width = max(map(len, lines))
    empty = [
        n for n in range(width) if not any(line[n : n + 1] not in ([], [""]) for line in lines)
    ]
    dropped = set(empty[::-1][: max(width - most, 0)])
    return [[cell for n, cell in enumerate(line) if n not in dropped] for line in lines]


def _is_numbered(lines: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first column only counts the lines."""
    return all(len(line) > 1 and line[0].rstrip(".)") == str(n) for n, line in enumerate(lines, 1))


def _refused(view: FieldView, said: str) -> Refusal:
    return Refusal("paste_misfit", f"«{view.title}», {said}", view.name)


def _named_columns(
    view: FieldView, lines: Sequence[list[str]]
) -> tuple[list[FieldView], list[list[str]], list[Refusal]]:
    """Return the columns a first line names, the lines below cut to them, and what it misnames.

    Half of the names have to be known, else the line is no heading, and no column is named.
    """
    titles = {plain(column.title): column for column in view.columns}
    named = {place: titles.get(plain(cell)) for place, cell in enumerate(lines[0]) if cell}
    known = {place: column for place, column in named.items() if column}
    if not known or 2 * len(known) < len(named):
        return [], list(lines), []
    rest = lines[1:]
    used = {place for line in rest for place, cell in enumerate(line) if cell} - known.keys()
    used -= {place for place in named if plain(lines[0][place]) in NUMBERING}
    open_ = ", ".join(f"«{one.title}»" for one in view.columns if one not in known.values())
    instead = f"; не названы ещё: {open_}" if open_ else ""
    strange = [
        _refused(
            view,
            f"столбца «{lines[0][place]}» в таблице нет{instead}"
            if place in named
            else f"столбец {place + 1} не назван в первой строке",
        )
        for place in sorted(used)
    ]
    cut = [[line[place] if place < len(line) else "" for place in known] for line in rest]
    return list(known.values()), cut, strange


def _next_number(name: str, sent: MultiDict[str, str]) -> int:
    numbers = (number_in(key.split(".")[1]) for key in sent if key.startswith(f"{name}."))
    return max((one + 1 for one in numbers if one is not None), default=0)


# ---------------------------------------------------------------- one cell


def _values(column: FieldView, cell: str, known: Sequence[Choice]) -> Iterator[str]:
    """Yield what a cell gives its field: one value, several, or none."""
    kind = column.kind
    if kind == "flag":
        if as_flag(cell):
            yield "on"
    elif not cell:
        return
    elif kind.startswith("many_"):
        yield from _several(cell, known)
    elif kind in KINDS:
        yield KINDS[kind](cell)
    elif known:
        yield _chosen(cell, known)
    else:
        yield cell


def _several(cell: str, known: Sequence[Choice]) -> Iterator[str]:
    if plain(cell) in EVERYBODY:
        yield from (one.value for one in known)
        return
    for part in re.split(r"[;,\n]", cell):
        if part.strip():
            yield _chosen(part, known)


def _chosen(cell: str, known: Sequence[Choice]) -> str:
    """Return the only choice a text means: its whole name, or a part no other name has."""
    wanted = plain(cell)
    exact = [one for one in known if wanted in (plain(one.label), one.value)]
    pattern = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")
    found = exact or [
        one for one in known if pattern.search(f"{plain(one.label)}, {plain(one.detail)}")
    ]
    if len(found) == 1:
        return found[0].value
    # Two offices of one person have one name: what tells them apart may be pasted, too.
    is_one = len({one.label for one in found}) == 1
    several = "это несколько должностей, допишите, какая"
    wants = several if is_one else "подходит несколько, допишите, кто"
    alike = [", ".join(filter(None, (one.label, one.detail))) for one in found[:3]]
    reason = f"{wants}: {'; '.join(alike)}"
    raise MisfitError(f"«{cell.strip()}» — {reason if found else 'такого в списке нет'}")
