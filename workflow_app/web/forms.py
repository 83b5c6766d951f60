"""HTML forms into plain values and back: rows, several choices, and what was shown."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

from markupsafe import Markup, escape
from pydantic_core import to_jsonable_python
from werkzeug.datastructures import MultiDict

from workflow_app.engine.case import Case
from workflow_app.engine.forms import (
    LOOSE,
    FieldView,
    Form,
    Row,
    Typed,
    blank,
    free_key,
    is_empty,
    relevant,
    understand_row,
    unfinished,
    views,
    written_key,
    written_rows,
)
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.engine.remarks import names_fields
from workflow_app.engine.roles import Actor
from workflow_app.http.numbers import any_day_in, number_in
from workflow_app.services.administration import may_tell_of
from workflow_app.services.hashing import canonical
from workflow_app.store.journals import numbering
from workflow_app.store.read_models.choices import Choice, choices, labels, staffed_by
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.carrying import PASTE

BLANK_ROWS = 2
Said = Sequence[tuple[str, str]]
"""Remarks about a field or a row, each with the reply to it."""
UNFIT = object()
"""Stands for a value no form would hold; a field left empty holds None."""


@dataclass(frozen=True, slots=True)
class Control:
    """A field as a template draws it."""

    name: str
    title: str
    kind: str
    value: Any
    hint: str = ""
    basis: str = ""
    error: str = ""
    required: bool = True
    demand: str = ""
    """How an optional field is asked for after all."""
    readonly: bool = False
    shown: str = ""
    maximum: int | None = None
    choices: Sequence[Choice] = ()
    labels: Sequence[str] = ()
    rows: Sequence["RowControl"] = field(default=())
    remarks: Said = ()
    accept: Sequence[str] = ()
    file: int | None = None
    staffed: Sequence[int] = ()
    """Where a person may be added who is not among the choices yet."""
    written: Mapping[str, str] = field(default_factory=dict)
    """The options of its list by their values, as HTML: rows share one writing of it."""
    is_sheet: bool = False
    is_fixed: bool = False
    """Rows are the system's: none is added or removed."""
    are_remarks: bool = False
    """Rows are remarks about other fields, with the answers to them."""
    pasted: str = ""
    """Text from a spreadsheet that could not be taken: it stays for mending."""

    @property
    def options(self) -> Markup:
        """Return the options of a list, the chosen ones marked."""
        chosen = self.value if isinstance(self.value, list) else (self.value,)
        marked = {
            value: self.written[value].replace(">", " selected>", 1)
            for value in chosen
            if value in self.written
        }
        # Every part was escaped when it was written.
        return Markup("".join({**self.written, **marked}.values()))  # noqa: S704

    @property
    def described(self) -> Markup:
        """Return the attributes that lead a reader to the words under the control."""
        under = {"hint": self.hint, "remark": self.remarks, "error": self.error}
        ids = " ".join(f"{self.id}-{name}" for name, said in under.items() if said)
        told = Markup(' aria-describedby="{}"').format(ids) if ids else Markup()
        return told + Markup(' aria-invalid="true"') if self.error else told

    @property
    def is_open(self) -> bool:
        """Tell whether people write in it: it is not only read, and has rows if they are given."""
        return not self.readonly and bool(self.rows or not self.is_fixed)

    @property
    def is_told(self) -> bool:
        """Tell whether it holds something to read."""
        return any(row.is_told for row in self.rows) or any(self.labels)

    @property
    def is_day(self) -> bool:
        """Tell whether a field of a browser that takes only days can show what it holds."""
        return not self.value or any_day_in(self.value) is not None

    @property
    def has_cards(self) -> bool:
        """Tell whether context cards of the chosen schools belong under this field."""
        cells = (cell for row in self.rows for cell in row.columns)
        return any(cell.kind == "school" for cell in (self, *cells))

    @property
    def chosen(self) -> frozenset[str]:
        """Return the schools chosen in this field or its rows."""
        cells = [cell for row in self.rows for cell in row.columns]
        return frozenset(c.value for c in (self, *cells) if c.kind == "school" and c.value)

    @property
    def id(self) -> str:
        """Return the control's HTML id."""
        return "f-" + self.name.replace(".", "-")


@dataclass(frozen=True, slots=True)
class RowControl:
    """One row of a rows field."""

    key: str
    columns: Sequence[Control]
    error: str = ""
    shown: str = ""
    is_blank: bool = False
    locked: str = ""
    """Why the row may not be removed."""
    frozen: str = ""
    """Why the row may not be changed at all."""
    remarks: Said = ()
    is_told: bool = True
    """Whether something is written in it: a choice or a tick it begins with makes no row."""


def controls(
    uow: SqlUnitOfWork,
    case: Case,
    form: Form,
    *,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, Any] | None = None,
    blanks: int = BLANK_ROWS,
    remarks: Mapping[str, Said] | None = None,
    only: Collection[str] | None = None,
    kept: Typed | None = None,
    writer: Actor | None = None,
) -> Sequence[Control]:
    """Return the controls of a form; `typed` keeps what a person wrote after a refusal.

    `kept` is what a draft holds as it was typed, and is marked where it stands. With `only`, every
    other field is shown and not asked for. A `writer` is led to adding people who may be named.
    """
    errors, kept = errors or {}, kept or {}
    if not typed or all(name.startswith(PASTE) for name in typed):
        errors = {one.field or "": one.message for one in unfinished(form, kept)} | {**errors}
    found = [
        _control(
            uow,
            case,
            view,
            form,
            errors,
            typed,
            blanks,
            kept.get(view.name) or {},
            writer,
            is_asked=only is None or view.name in only,
        )
        for view in relevant(form)
        if _is_asked(uow, case, view)
    ]
    said = remarks or {}
    return [_remarked(one, said) for one in found] if said else found


def _remarked(control: Control, said: Mapping[str, Said]) -> Control:
    """Return a control with the remarks about it, and about each row of it, beside."""
    rows = []
    for row in control.rows:
        remarks = said.get(f"{control.name}.{row.key}", ())
        rows.append(replace(row, remarks=remarks, is_told=row.is_told or bool(remarks)))
    return replace(control, remarks=said.get(control.name, ()), rows=rows)


def _control(
    uow: SqlUnitOfWork,
    case: Case,
    view: FieldView,
    form: Form,
    errors: Mapping[str, str],
    typed: Mapping[str, Any] | None,
    blanks: int,
    kept: Any,
    writer: Actor | None,
    *,
    is_asked: bool,
) -> Control:
    readonly = bool(view.options.get("readonly")) or not is_asked
    stored = getattr(form, view.name)
    written = list(written_rows(stored, kept)) if view.row else kept or stored
    value = typed.get(view.name, written) if typed is not None else written
    if view.kind == "file":  # its page is led to, so it has to be one
        value, written = (number_in(str(one)) for one in (value, written))
    rows = (
        _rows(uow, case, view, stored, written, value, errors, blanks, readonly=readonly)
        if view.row
        else ()
    )
    known = () if view.row or readonly else choices(uow, case, view)
    return Control(
        view.name,
        view.title,
        view.kind,
        _text(value),
        _hint(uow, case, view),
        str(view.options.get("basis", "")),
        errors.get(view.name, ""),
        view.is_required,
        _demand(uow, case, view),
        readonly,
        shown_hash(written),
        300 if view.kind == "line" else 10_000 if view.kind == "text" else None,
        known,
        () if view.row else labels(uow, case, view, written),
        rows,
        accept=view.options.get("accept", ()),
        file=stored if view.kind == "file" else None,
        written=_written(uow, view.kind, known),
        is_sheet=bool(view.options.get("sheet")),
        is_fixed=bool(view.options.get("fixed")),
        are_remarks=bool(view.options.get("fixed")) and names_fields(view),
        pasted=str((typed or {}).get(f"{PASTE}{view.name}", "")),
        staffed=() if readonly else _staffed(case, view, writer),
    )


def _hint(uow: SqlUnitOfWork, case: Case, view: FieldView) -> str:
    """Return what stands under a field: of a number the system gives, which it will be."""
    journal = view.options.get("next_of")
    number = next_label(uow, case.municipality_id, journal) if journal else ""
    return (
        f"Оставьте пустым: будет присвоен № {number}"
        if number
        else str(view.options.get("hint", ""))
    )


def next_label(uow: SqlUnitOfWork, municipality_id: int, journal: str) -> str:
    """Return the number a journal gives next; nothing where another system numbers."""
    if uow.facts(municipality_id).is_numbered_elsewhere(journal):
        return ""
    return numbering.next_label(
        uow.connection, municipality_id, journal, uow.today.year, uow.journals
    )


def _staffed(case: Case, view: FieldView, writer: Actor | None) -> Sequence[int]:
    """Return the schools to whose people the writer may add somebody whom the field can name."""
    return [one for one in sorted(staffed_by(case, view)) if writer and may_tell_of(writer, one)]


def _is_asked(uow: SqlUnitOfWork, case: Case, view: FieldView) -> bool:
    asked_if = view.options.get("asked_if")
    return asked_if is None or bool(asked_if(case, uow.facts(case.municipality_id)))


def _demand(uow: SqlUnitOfWork, case: Case, view: FieldView) -> str:
    demanded = view.options.get("demanded")
    if demanded is None or not demanded(case, uow.facts(case.municipality_id)):
        return ""
    return str(demanded.title)


def with_present(form: type[Form], case: Case) -> Form:
    """Return the form of an action as it begins: what stands now where it changes that."""
    present = (view.name for view in views(form) if view.options.get("present"))
    return form.model_validate({name: getattr(case.data, name) for name in present})


def _rows(
    uow: SqlUnitOfWork,
    case: Case,
    view: FieldView,
    stored: Sequence[Row],
    written: Sequence[Any],
    value: Any,
    errors: Mapping[str, str],
    blanks: int,
    *,
    readonly: bool,
) -> Sequence[RowControl]:
    marks = _marks_of_rows(view, written)
    kept = {row.row_key: kept_of(row) for row in stored}
    given = [
        row.model_dump(mode="json")
        if isinstance(row, Row)
        else {**row, **kept.get(str(row.get("key")), {})}
        for row in value
    ]
    if not readonly and not view.options.get("fixed"):
        given += [{} for _ in range(blanks if given else max(blanks, 3))]
    # What only shows its value offers nothing.
    lists = [
        () if readonly or column.options.get("readonly") else choices(uow, case, column)
        for column in view.columns
    ]
    own = [column.name for column in view.columns if column.kind not in ("choice", "flag")]
    held = {row.row_key: _held(uow, case, view, row) for row in stored}
    keys = {written_key(view, row) for row in given}
    result = []
    for number, row in enumerate(given):
        key = written_key(view, row)
        # A reason names a row by its key, else by its place, unless that is another's key.
        names = [key] if key else []
        names += [str(number)] if str(number) not in keys else []
        about = next((str(row.get(one.name) or "") for one in view.columns if one.is_kept), "")
        error = _unnamed(_said_of(errors, view, names), about)
        locked, frozen = held.get(key, ("", ""))
        columns = [
            _cell(
                uow,
                case,
                column,
                f"{view.name}.{number}.{column.name}",
                row.get(column.name),
                _unnamed(_said_of(errors, view, names, f".{column.name}"), about),
                known,
                readonly=readonly,
                is_frozen=bool(frozen),
            )
            for column, known in zip(view.columns, lists, strict=True)
        ]
        result.append(
            RowControl(
                key,
                columns,
                error,
                marks.get(key, ""),
                is_blank=not row,
                locked=locked,
                frozen=frozen,
                is_told=bool(key) and not all(is_empty(row.get(name)) for name in own),
            )
        )
    return result


def _said_of(errors: Mapping[str, str], view: FieldView, names: Iterable[str], of: str = "") -> str:
    """Return what is said of a row, or of a column of it, under the first of its names."""
    return next(filter(None, (errors.get(f"{view.name}.{name}{of}") for name in names)), "")


def _unnamed(error: str, about: str) -> str:
    """Return a mistake without the name of its row, which stands beside it already."""
    said = error.removeprefix(f"{about}: ")
    return error if said == error else f"{said[:1].upper()}{said[1:]}"


def _held(uow: SqlUnitOfWork, case: Case, view: FieldView, row: Row) -> tuple[str, str]:
    """Return why a row may not be removed, and why it may not be changed."""
    facts = uow.facts(case.municipality_id)
    said = []
    for name, sentence in (("locked", "строку не удаляют"), ("frozen", "строка не меняется")):
        asked = view.options.get(name)
        holds = asked is not None and asked(case, facts, row)
        said.append(str(getattr(asked, "title", "")) or sentence if holds else "")
    return said[0], said[1]


def _cell(
    uow: SqlUnitOfWork,
    case: Case,
    column: FieldView,
    name: str,
    value: Any,
    error: str,
    known: Sequence[Choice],
    *,
    readonly: bool,
    is_frozen: bool,
) -> Control:
    readonly = readonly or bool(column.options.get("readonly"))
    is_spelt = readonly or is_frozen or column.kind == "file" or column.kind.startswith("many_")
    if value in (None, "") and column.row is None:
        value = column.options.get("default", "")
    return Control(
        name,
        column.title,
        column.kind,
        _text(value),
        str(column.options.get("hint", "")),
        str(column.options.get("basis", "")),
        error,
        column.is_required,
        readonly=readonly,
        choices=known,
        labels=labels(uow, case, column, value) if is_spelt else (),
        written=_written(uow, column.kind, known),
    )


_WRITTEN: "WeakKeyDictionary[SqlUnitOfWork, dict[tuple[int, bool], Mapping[str, str]]]" = (
    WeakKeyDictionary()
)


def _written(uow: SqlUnitOfWork, kind: str, known: Sequence[Choice]) -> Mapping[str, str]:
    """Return the options of a list as HTML, written once for all rows that share the list."""
    written, key = _WRITTEN.setdefault(uow, {}), (id(known), kind == "school")
    if key not in written:
        written[key] = {one.value: _option(one, kind) for one in known}
    return written[key]


def _option(choice: Choice, kind: str) -> str:
    said = [choice.label, *(mark.text for mark in choice.marks)]
    if choice.detail and kind != "school":
        said.append(choice.detail)
    return f'<option value="{escape(choice.value)}">{escape(" · ".join(said))}</option>'


def _text(value: Any) -> Any:
    """Return a value as the control shows it."""
    if isinstance(value, tuple | list):
        return [str(item) for item in value]
    return "" if value is None else value if isinstance(value, bool) else str(value)


def kept_of(row: Row) -> dict[str, Any]:
    """Return what the system keeps of a row."""
    names = {view.name for view in views(type(row), hidden=True) if view.is_kept}
    return row.model_dump(mode="json", include=names - {"key"})


def shown_hash(value: Any) -> str:
    """Return a short hash of a value as it was shown, of a row without what the system keeps."""
    kept = set(kept_of(value)) if isinstance(value, Row) else None
    plain = to_jsonable_python(value, exclude=kept)
    return hashlib.sha256(canonical(plain).encode()).hexdigest()[:12]


def _mark(view: FieldView, row: Row | Mapping[str, Any]) -> str:
    """Return a short hash of a row as it is written; empty where it is no row at all."""
    if isinstance(row, Row) or view.row is None:
        return shown_hash(row)
    cells = {**row, "key": ""} if view.key_name != "key" else row
    found = understand_row(view.row, cells)
    if isinstance(found, Refusal):
        return ""
    filled, odd = found
    return shown_hash([shown_hash(filled), odd]) if odd else shown_hash(filled)


def _marks_of_rows(view: FieldView, rows: Sequence[Any]) -> dict[str, str]:
    """Return the marks of rows as they are written, by their keys."""
    return {
        row.row_key if isinstance(row, Row) else written_key(view, row): _mark(view, row)
        for row in rows
    }


def read(form: type[Form], sent: MultiDict[str, str]) -> dict[str, Any]:
    """Return what a person sent, as plain values of the form."""
    return {view.name: _read(view, sent) for view in views(form) if _was_sent(view, sent)}


def typed(form: type[Form], sent: MultiDict[str, str]) -> dict[str, Any]:
    """Return what a person sent as she wrote it: rows that are no rows yet stay on her page."""
    rows = {view.name: sent_rows(view, sent) for view in views(form) if view.row}
    pasted = {name: text for name, text in sent.items() if name.startswith(PASTE)}
    return pasted | {
        name: [row for _, row in rows[name]] if name in rows else value
        for name, value in read(form, sent).items()
    }


def incomplete(form: type[Form], sent: MultiDict[str, str]) -> Refusal | None:
    """Return a refusal for rows of an action that are none: without their key, or with another's.

    A draft keeps them as they are typed; an action is one sending.
    """
    found: list[Refusal] = []
    for view in views(form):
        rows = _read_rows(view, sent) if view.row and _was_sent(view, sent) else ()
        loose = {
            f"{LOOSE}{place}": row
            for place, row in enumerate(rows)
            if written_key(view, row).startswith(LOOSE)
        }
        found += (
            replace(one, field=str(one.field).replace(LOOSE, "", 1))
            for one in unfinished(blank(form), {view.name: loose})
        )
    return joined(found)


def _was_sent(view: FieldView, sent: MultiDict[str, str]) -> bool:
    """Tell whether the page had this field; unticked boxes and no rows are sent by a mark."""
    if view.name in sent or f"_has.{view.name}" in sent:
        return True
    return view.row is not None and any(name.startswith(f"{view.name}.") for name in sent)


def _read(view: FieldView, sent: MultiDict[str, str]) -> Any:
    if view.row:
        return _read_rows(view, sent)
    if view.kind.startswith("many_"):
        return [value for value in sent.getlist(view.name) if value]
    if view.kind == "flag":
        return sent.get(view.name) in ("on", "true", "1", "yes")
    text = sent.get(view.name, "").replace("\r\n", "\n")
    return text.replace("\n", " ") if view.kind == "line" else text


def _read_rows(view: FieldView, sent: MultiDict[str, str]) -> list[dict[str, Any]]:
    """Return the filled rows; each has its key, an old row the one it had.

    A row that does not say what it is about, or says what another said, has a loose key.
    """
    written, rows = sent_rows(view, sent), []
    taken = {row["key"] for _, row in written if row.get("key")}
    taken |= set(sent.getlist(f"_kept.{view.name}"))
    has_own_key, said = view.key_name != "key", set()
    for number, row in written:
        about = row.get(view.key_name) if has_own_key else None
        if about and about not in said:
            said.add(about)
            rows.append({name: value for name, value in row.items() if name != "key"})
            continue
        key = row.get("key") or free_key(LOOSE if has_own_key else "r", taken, number)
        taken.add(key)
        rows.append({**row, "key": key})
    return rows


def sent_rows(view: FieldView, sent: MultiDict[str, str]) -> list[tuple[int, dict[str, Any]]]:
    """Return the rows somebody wrote something in, with their numbers on the page."""
    parts = {name.split(".")[1] for name in sent if name.startswith(f"{view.name}.")}
    rows = []
    for place in sorted({place for part in parts if (place := number_in(part)) is not None}):
        if f"{view.name}.{place}._remove" in sent:
            continue
        own = _of_row(view.name, place, sent)
        asked = [column for column in view.columns if not column.options.get("readonly")]
        row = {column.name: _read(column, own) for column in asked}
        row = {name: value for name, value in row.items() if value not in ("", None, [])}
        # What a choice says by default does not make a row: somebody has to write something.
        defaults = {column.name: column.options.get("default") for column in view.columns}
        is_written = any(value not in (False, defaults[name]) for name, value in row.items())
        if is_written or view.options.get("fixed"):
            key = own.get("key", "")
            is_its = key if view.key_name == "key" else key.startswith(LOOSE)
            rows.append((place, {**row, "key": key} if is_its else row))
    return rows


def _of_row(name: str, number: int, sent: MultiDict[str, str]) -> MultiDict[str, str]:
    prefix = f"{name}.{number}."
    pairs = [
        (key.removeprefix(prefix), value)
        for key, value in sent.items(multi=True)
        if key.startswith(prefix)
    ]
    return MultiDict(pairs)


def changes(form: Form, sent: MultiDict[str, str]) -> dict[str, Any]:
    """Return only the fields a person changed since the page was shown to her."""
    values = read(type(form), sent)
    result: dict[str, Any] = {}
    for view in views(type(form)):
        if view.name not in values or view.options.get("readonly"):
            continue
        shown = sent.get(f"_shown.{view.name}", "")
        parsed = _parsed(type(form), view.name, values[view.name])
        if view.row:
            difference = _row_changes(view, values[view.name], sent)
            if difference:
                result[view.name] = difference
        elif shown_hash(values[view.name] if parsed is UNFIT else parsed) != shown:
            result[view.name] = values[view.name]
    return result


def shown(form: Form, typed: Typed | None = None) -> dict[str, str]:
    """Return the marks of what a page shows: field (or field.row) → hash."""
    marks: dict[str, str] = {}
    for view in views(type(form)):
        value, kept = getattr(form, view.name), (typed or {}).get(view.name)
        if view.row:
            rows = _marks_of_rows(view, list(written_rows(value, kept or {})))
            marks |= {f"{view.name}.{key}": mark for key, mark in rows.items()}
        elif not view.options.get("readonly"):
            marks[view.name] = shown_hash(kept or value)
    return marks


def _parsed(form: type[Form], name: str, value: Any) -> Any:
    """Return the value as the form would hold it; `UNFIT` when it does not fit."""
    try:
        return getattr(form.model_validate({name: value}), name)
    except ValueError:
        return UNFIT


def _row_changes(
    view: FieldView, rows: Sequence[Mapping[str, Any]], sent: MultiDict[str, str]
) -> dict[str, Any]:
    """Return the rows put and removed since the page was shown."""
    prefix = f"_shown.{view.name}."
    shown = {
        name.removeprefix(prefix): value for name, value in sent.items() if name.startswith(prefix)
    }
    put = [
        dict(row)
        for row in rows
        if _mark(view, row) != shown.get(written_key(view, row), "") or not _mark(view, row)
    ]
    there = {written_key(view, row) for row in rows} | set(sent.getlist(f"_kept.{view.name}"))
    removed = sorted(set(shown) - there)
    return {"put": put, "remove": removed} if put or removed else {}
