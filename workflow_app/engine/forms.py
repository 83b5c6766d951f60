"""Forms: what people fill in. Types carry the widgets, pydantic checks the values.

Every field may be empty while a draft lives; `filled` (guards.py) asks for the rest.
"""

import datetime as dt
import decimal
import re
from collections import UserDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Generic, TypeGuard, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema, to_jsonable_python

from workflow_app.engine.calendar import EARLIEST, LATEST, is_countable, school_year_bounds
from workflow_app.engine.marks import fill
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.engine.text import stray

RowT = TypeVar("RowT", bound="Row")
FormT = TypeVar("FormT", bound="Form")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Widget:
    """How a type looks on a page and which register its values come from."""

    kind: str


LARGEST_NUMBER = 10**14 - 1
"""No row, count or figure of ours is larger, and no database keeps 65 bits."""
PLACES = 6
"""More digits after the comma than any figure has."""
TOO_LARGE = Refusal("bad_number", "Слишком большое число или слишком много знаков")
NO_SUCH_DAY = Refusal(
    "bad_date", f"Проверьте год: дата — с {EARLIEST:%d.%m.%Y} по {LATEST:%d.%m.%Y}"
)

_line = StringConstraints(strip_whitespace=True, max_length=300, pattern=r"^[^\r\n]*$")
_name = StringConstraints(strip_whitespace=True, max_length=120, pattern=r"^[^\r\n]*$")
_text = StringConstraints(strip_whitespace=True, max_length=10_000)

Line = Annotated[str, Widget("line"), _line]
Name = Annotated[str, Widget("line"), _name]
"""What something is called: two of them and the words of a title still make a line."""
Text = Annotated[str, Widget("text"), _text]
Choice = Annotated[str, Widget("choice"), _line]
_FIGURE = re.compile(r"([-+]?)([0-9]{1,3}(?: [0-9]{3})+|[0-9]+)([.,][0-9]+)?(?: ?%)?")


def figure(said: Any) -> Any:
    """Return a number written as people and spreadsheets write it as machines do.

    >>> figure("−1\u202f234,5 %"), figure("12 5")
    ('-1234.5', '12 5')
    """
    if not isinstance(said, str):
        return said
    found = _FIGURE.fullmatch(re.sub(r"\s", " ", said).strip().replace("\u2212", "-"))
    if found is None:
        return said.replace(",", ".")
    sign, whole, rest = found.groups("")
    return f"{sign}{whole.replace(' ', '')}{rest.replace(',', '.')}"


Number = Annotated[int | None, Widget("number"), BeforeValidator(figure)]
Count = Annotated[Number, Field(ge=0)]
Decimal = Annotated[decimal.Decimal | None, Widget("decimal"), BeforeValidator(figure)]
"""A number with a comma or a point; a percentage or a mean, never a count."""

_DAY = re.compile(r"\s*(\d{1,2})\.(\d{1,2})\.(\d{4})\s*")


def _day(said: Any) -> Any:
    """Return a day written as people write it, 01.09.2025, as machines do."""
    found = _DAY.fullmatch(said) if isinstance(said, str) else None
    return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}" if found else said


Date = Annotated[dt.date | None, Widget("date"), BeforeValidator(_day)]
Day = Annotated[dt.date, Widget("date"), BeforeValidator(_day)]
"""A date that rows of a register always have."""
Flag = Annotated[bool, Widget("flag")]
School = Annotated[int | None, Widget("school")]
Person = Annotated[int | None, Widget("person")]
Position = Annotated[int | None, Widget("position")]
Network = Annotated[int | None, Widget("network")]
Ref = Annotated[int | None, Widget("ref")]
"""A row of a declared register, the one the field names by `to`."""
File = Annotated[int | None, Widget("file")]


class Rows(tuple[RowT, ...], Generic[RowT]):
    """Rows with stable keys: a row stays itself through every revision."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate as a tuple, then wrap."""
        inner = handler.generate_schema(tuple[(source.__args__[0], ...)])
        return core_schema.no_info_after_validator_function(cls, inner)

    def keys(self) -> tuple[str, ...]:
        """Return the keys in order."""
        return tuple(row.row_key for row in self)

    def get(self, key: object) -> RowT | None:
        """Return the row with this key."""
        return next((row for row in self if row.row_key == str(key)), None)

    def only(self, keys: Iterable[object]) -> "Rows[RowT]":
        """Return the rows with these keys."""
        wanted = {str(key) for key in keys}
        return Rows(row for row in self if row.row_key in wanted)

    def difference(self, old: "Rows[RowT]") -> Mapping[str, frozenset[str]]:
        """Return the keys of rows that differ from the old ones, each with its changed fields.

        A row that was not there before, or is not there any more, differs in every field.
        """
        found: dict[str, frozenset[str]] = {}
        for key in dict.fromkeys((*old.keys(), *self.keys())):
            before, after = old.get(key), self.get(key)
            row = after or before
            names = type(row).model_fields if row else ()
            changed = frozenset(
                name for name in names if getattr(before, name, ...) != getattr(after, name, ...)
            )
            if changed:
                found[key] = changed
        return found

    def without(self, *keys: object) -> "Rows[RowT]":
        """Return the rows with other keys."""
        dropped = {str(key) for key in keys}
        return Rows(row for row in self if row.row_key not in dropped)


class Many(tuple[T, ...], Generic[T]):
    """Several values of one kind; empty and repeated ones are dropped."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate as a tuple, then clean."""
        inner = handler.generate_schema(tuple[(source.__args__[0], ...)])
        return core_schema.no_info_after_validator_function(cls._cleaned, inner)

    @classmethod
    def _cleaned(cls, values: tuple[T, ...]) -> "Many[T]":
        return cls(dict.fromkeys(value for value in values if value is not None))


class Form(BaseModel):
    """What a person fills in; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _nothing_said(cls, values: Any) -> Any:
        """Read an empty string, a null and an absent field alike: nothing said yet.

        Only a text that a form begins with stays empty once somebody has emptied it.
        """
        if not isinstance(values, Mapping):
            return values
        emptied = _begun(cls)
        said = {
            name: value
            for name, value in values.items()
            if value not in (None, "") or (value == "" and name in emptied)
        }
        return {**_empties(cls), **said}


OPTIONS = frozenset(
    {
        "accept",
        "among",
        "asked_if",
        "basis",
        "card",
        "choices",
        "default",
        "demanded",
        "fixed",
        "frozen",
        "hidden",
        "hint",
        "key",
        "locked",
        "minimum",
        "next_of",
        "of",
        "on_page",
        "optional",
        "part",
        "present",
        "readonly",
        "sheet",
        "to",
        "unwritten",
        "when",
        "whenever",
    }
)
"""What `field()` may say of a field; another word is a mistake that `workflow-app check` names."""


class _Options(UserDict[str, Any]):
    """What `field()` said; a JSON schema repeats it without what only Python can ask."""

    def __call__(self, schema: dict[str, Any]) -> None:
        """Write the options into the field's JSON schema."""
        schema.update(to_jsonable_python({name: v for name, v in self.items() if not callable(v)}))


HIDDEN = _Options(hidden=True)
"""What a field of the house says: people do not see it."""


class Row(Form):
    """One row of a `Rows` field; a field with `key=True` is its key, else `key` is given once."""

    key: str = Field(default="", max_length=40, json_schema_extra=HIDDEN)

    @property
    def row_key(self) -> str:
        """Return the stable key."""
        return str(getattr(self, _key_among(views(type(self)))))


_NOTHING: dict[str, Any] = {"line": "", "text": "", "choice": "", "flag": False, "rows": ()}


@cache
def _begun(form: type[Form]) -> frozenset[str]:
    """Return the fields of a form, no row, that begin with words or a choice somebody may empty."""
    if issubclass(form, Row):
        return frozenset()
    return frozenset(
        name for name, info in form.model_fields.items() if isinstance(info.default, str)
    )


@cache
def _empties(form: type[Form]) -> dict[str, Any]:
    """Return the empty value of each field that has one of its own."""
    return {
        view.name: () if view.kind.startswith("many_") else _NOTHING[view.kind]
        for view in views(form, hidden=True)
        if form.model_fields[view.name].default is None
        and (view.kind in _NOTHING or view.kind.startswith("many_"))
    }


def field(
    title: str,
    *,
    default: Any = None,
    basis: str = "",
    hint: str = "",
    optional: bool = False,
    key: bool = False,
    choices: Mapping[str, str] | None = None,
    minimum: int = 0,
    **options: Any,
) -> Any:
    """Declare a field: its Russian title, its clause, and whether it may stay empty.

    `minimum` is the least number of characters (text) or values (rows, several); `when` asks
    the form itself whether the field matters with what it says so far. Rows that are `fixed`
    are the system's: people fill their columns and neither add nor remove one. `unwritten` tells
    a row that only offers itself: nobody wrote in it, so it is asked for nothing. A field of an
    action that is `present` begins with what the case says under its name; `demanded` asks the
    case whether an optional field is asked for after all, and its sentence says how. What a field
    that is `on_page` says stands on the page of what the case is about, too. A number that stays
    empty becomes the one that the journal `next_of` gives next: the page says which. `among` says
    which rows of a register somebody may name: (case, facts, capacity) → their ids. A field of an
    action with `asked_if` stands on its page only where that holds: (case, facts) → bool.
    With `part` a new part of a long form begins, of this title (`engine.parts`).
    """
    described = {
        "basis": basis,
        "hint": hint,
        "optional": optional,
        "key": key,
        "choices": dict(choices or {}),
        "minimum": minimum,
        "default": default,
        **options,
    }
    return Field(
        default=default, title=title, validate_default=False, json_schema_extra=_Options(described)
    )


HOUSE = frozenset({"school", "person", "network", "position"})
"""Registers with a table of their own, each with a kind of field."""


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field as pages and the API see it."""

    name: str
    title: str
    kind: str
    options: Mapping[str, Any]
    row: type[Row] | None = None

    @property
    def is_required(self) -> bool:
        """Tell whether a finished form needs a value here."""
        return not self.options.get("optional")

    @property
    def is_kept(self) -> bool:
        """Tell whether the system alone writes it: people do not see it, or only read it."""
        return bool(self.options.get("hidden") or self.options.get("readonly"))

    @property
    def is_many(self) -> bool:
        """Tell whether it holds several values."""
        return self.kind.startswith("many_")

    def values(self, form: "Form") -> tuple[Any, ...]:
        """Return what a form says in it: one value, or each of several."""
        value = getattr(form, self.name)
        return tuple(value) if self.is_many else (value,)

    @property
    def each(self) -> "FieldView":
        """Return the field as one of its values is seen."""
        return replace(self, kind=self.kind.removeprefix("many_"))

    @property
    def register(self) -> str:
        """Return the register its values are ids of; empty where they are none."""
        kind = self.kind.removeprefix("many_")
        return str(self.options.get("to", "")) if kind == "ref" else kind if kind in HOUSE else ""

    @property
    def columns(self) -> tuple["FieldView", ...]:
        """Return the fields of a row."""
        return views(self.row) if self.row else ()

    @property
    def key_name(self) -> str:
        """Return the field that is the key of the rows; `key` where they have none of their own."""
        return _key_among(self.columns)


def _key_among(columns: Iterable[FieldView]) -> str:
    return next((view.name for view in columns if view.options.get("key")), "key")


def extra(info: FieldInfo) -> Mapping[str, Any]:
    """Return what `field()` said beyond pydantic's own words."""
    said = info.json_schema_extra
    return said.data if isinstance(said, _Options) else {}


def texts_of(form: type[Form] | None, values: Mapping[str, Any]) -> str:
    """Return what people wrote on the way of a step: its texts, and those of its rows, by lines."""
    said: list[str] = []
    for view in views(form) if form else ():
        value = values.get(view.name)
        if view.row:
            texts = [one.name for one in view.columns if one.kind in ("text", "line")]
            said += [str(row[name]) for row in value or () for name in texts if row.get(name)]
        elif view.kind in ("text", "line") and value:
            said.append(str(value))
    return "\n".join(said)


def views(form: type[Form], *, hidden: bool = False) -> tuple[FieldView, ...]:
    """Return the visible fields of a form in their order; `hidden` adds the system's own."""
    return _views(form, hidden=hidden)


@cache
def _views(form: type[Form], *, hidden: bool) -> tuple[FieldView, ...]:
    found = []
    for name, info in form.model_fields.items():
        options = extra(info)
        kind, row = _kind(info.annotation, info.metadata)
        if hidden or not options.get("hidden"):
            found.append(FieldView(name, info.title or name, kind, options, row))
    return tuple(found)


def relevant(form: Form) -> Iterator[FieldView]:
    """Yield the visible fields that matter with what the form says so far."""
    for view in views(type(form)):
        when = view.options.get("when")
        if when is None or when(form):
            yield view


def _kind(annotation: Any, metadata: Iterable[Any]) -> tuple[str, type[Row] | None]:
    """Return the widget of a field and, for rows, their class."""
    origin = getattr(annotation, "__origin__", None)
    if origin is Rows:
        return "rows", annotation.__args__[0]
    if origin is Many:
        inner = annotation.__args__[0]
        return f"many_{_kind(inner, getattr(inner, '__metadata__', ()))[0]}", None
    widget = next((item for item in metadata if isinstance(item, Widget)), None)
    return (widget.kind if widget else "line"), None


def with_values(form: FormT, values: Mapping[str, Any]) -> FormT:
    """Return the form with some values written by an effect.

    Raises:
        LookupError: the form has no such field, so that the value would be lost in silence.
    """
    unknown = values.keys() - type(form).model_fields.keys()
    if unknown:
        raise LookupError(f"{type(form).__name__} has no field {', '.join(sorted(unknown))}")
    return form.model_copy(update=dict(values))


def blank(form: type[Form]) -> Form:
    """Return the form with nothing in it."""
    return form.model_validate({})


def is_empty(value: object) -> bool:
    """Tell whether a person still has to fill this in; `False` and 0 are answers."""
    return value is None or value in ("", (), [])


def _written(form: Form, view: FieldView) -> Any:
    """Return what a field holds, without the rows nobody has written in."""
    value = getattr(form, view.name)
    is_unwritten = view.options.get("unwritten")
    return Rows(row for row in value if not is_unwritten(row)) if is_unwritten else value


def missing(form: Form, prefix: str = "", place: str = "") -> Iterator[Refusal]:
    """Yield one refusal for each required field still empty or too short; of a row, say which."""
    for view in relevant(form):
        value = _written(form, view)
        name = f"{prefix}{view.name}"
        least = view.options.get("minimum") or 0
        if is_empty(value):
            if view.is_required:
                yield Refusal("field_required", f"Заполните поле «{view.title}»{place}", name)
        elif least and len(value) < least:
            unit = "знаков" if isinstance(value, str) else "значений"
            yield Refusal(
                "field_too_short", f"«{view.title}»{place}: нужно не меньше {least} {unit}", name
            )
        if view.row:
            for number, row in enumerate(value or (), start=1):
                yield from missing(row, f"{name}.{row.row_key}.", f", строка {number}")


_SENTENCES = {
    "extra_forbidden": ("unknown_field", "Такого поля в форме нет"),
    "string_too_long": ("text_too_long", "Слишком длинный текст, не больше {max_length} знаков"),
    "string_pattern_mismatch": ("one_line_only", "Здесь помещается только одна строка"),
    "string_unicode": ("bad_character", "В тексте есть знак, который нельзя напечатать"),
    "date_from_datetime_parsing": ("bad_date", "Дата не распознана, пример: 01.09.2025"),
    "date_from_datetime_inexact": ("bad_date", "Дата не распознана, пример: 01.09.2025"),
    "date_parsing": ("bad_date", "Дата не распознана, пример: 01.09.2025"),
    "int_parsing": ("bad_number", "Нужно целое число"),
    "int_parsing_size": ("bad_number", "Слишком большое число"),
    "greater_than_equal": ("bad_number", "Число не может быть отрицательным"),
    "decimal_parsing": ("bad_number", "Нужно число, пример: 4,5"),
    "bool_parsing": ("bad_flag", "Нужно «да» или «нет»"),
}


def parse(form: type[FormT], values: Mapping[str, Any]) -> FormT | Refusal:
    """Return the form filled with plain values, or a refusal naming every wrong field."""
    try:
        filled = form.model_validate(values)
    except ValidationError as error:
        found = error.errors(include_url=False)
        first, *others = (_refusal(form, values, item) for item in found)
        return replace(first, others=tuple(others))
    return joined((*_unknown_choices(filled), *_unfit(filled))) or filled


# ------------------------------------------------------------ drafts: what is kept as typed

Typed = Mapping[str, Any]
"""What of a draft is kept as it was typed: field → text; of rows, key → column → text.

A row that is no row yet has a key that begins with `LOOSE`, and all its columns stand here.
"""
LOOSE = "~"
TYPED_KINDS = frozenset({"line", "text", "number", "decimal", "date"})
"""Kinds of fields that hands fill. What is chosen from a list is wrong by no slip of a hand."""
LONGEST_TYPED = 100_000


def understand(form: type[Form], values: Mapping[str, Any]) -> tuple[Form, Typed] | Refusal:
    """Read a draft: return the form as far as it goes, and what is kept beside it as typed.

    What a hand wrote and no field holds, a row without its key and one that repeats a key are
    kept. Unknown fields and choices, and characters that nothing stores, are refused.
    """
    fitting: dict[str, Any] = dict(values)
    typed: dict[str, Any] = {}
    for view in views(form):
        value = fitting.get(view.name)
        if view.row and are_rows(value):
            fitting[view.name], typed[view.name] = _understood_rows(view, view.row, value)
        elif (text := _misfit(form, view, value)) is not None:
            typed[view.name] = text
            del fitting[view.name]
    filled = parse(form, fitting)
    if isinstance(filled, Refusal):
        return filled
    return filled, {name: kept for name, kept in typed.items() if kept}


def understand_row(row: type[RowT], cells: Mapping[str, Any]) -> tuple[RowT, Typed] | Refusal:
    """Return a row as far as it goes, and the cells that are kept as typed."""
    filled = parse(row, cells)
    if not isinstance(filled, Refusal):
        return filled, {}
    found = ((view, _misfit(row, view, cells.get(view.name))) for view in views(row))
    odd = {view.name: text for view, text in found if text is not None}
    filled = parse(row, {name: value for name, value in cells.items() if name not in odd})
    return filled if isinstance(filled, Refusal) else (filled, odd)


def _understood_rows(
    view: FieldView, row_class: type[Row], rows: Iterable[Mapping[str, Any]]
) -> tuple[list[Any], dict[str, Typed]]:
    fitting: list[Any] = []
    typed: dict[str, Typed] = {}
    taken, has_own_key = set(), view.key_name != "key"
    for row in rows:
        name = str(row.get("key") or "")
        cells = {**row, "key": ""} if has_own_key else row
        found = understand_row(row_class, cells)
        if isinstance(found, Refusal):
            fitting.append(row)  # the whole form says what is wrong, and where
            continue
        filled, odd = found
        key = filled.row_key
        if has_own_key and (is_empty(getattr(filled, view.key_name)) or key in taken):
            told = filled.model_dump(mode="json", include=set(cells) - {"key"})
            told = {name: value for name, value in told.items() if not is_empty(value)}
            told.update(odd)
            if any(value is not False for value in told.values()):
                typed[name if name not in (*typed, "") else free_key(LOOSE, typed)] = told
            continue
        taken.add(key)
        fitting.append(filled)
        if odd:
            typed[key] = odd
    return fitting, typed


def free_key(prefix: str, taken: Collection[str], number: int = 0) -> str:
    """Return the first key from a number on that is not taken."""
    while f"{prefix}{number}" in taken:
        number += 1
    return f"{prefix}{number}"


def are_rows(value: Any) -> TypeGuard[Sequence[Mapping[str, Any]]]:
    """Tell whether plain values could be rows."""
    return isinstance(value, list | tuple) and all(isinstance(row, Mapping) for row in value)


def _misfit(form: type[Form], view: FieldView, value: Any) -> str | None:
    """Return a value as it was typed when its field cannot hold it."""
    if view.kind not in TYPED_KINDS or isinstance(value, bool):
        return None
    if not isinstance(value, str | int | float) or value == "":
        return None
    if isinstance(value, str) and (len(value) > LONGEST_TYPED or stray(value)):
        return None
    return str(value) if isinstance(parse(form, {view.name: value}), Refusal) else None


def written_rows(rows: Iterable[Row], kept: Mapping[str, Typed]) -> Iterator[Any]:
    """Yield the rows of a draft as they are written; one that holds typed cells is a mapping."""
    for row in rows:
        odd = kept.get(row.row_key)
        yield {**row.model_dump(mode="json"), **odd} if odd else row
    for key, cells in kept.items():
        if key.startswith(LOOSE):
            yield {**cells, "key": key}


def as_written(form: Form, typed: Typed) -> dict[str, Any]:
    """Return a draft as plain values, as it is written: what was typed over what was understood."""
    data = form.model_dump(mode="json")
    for view in views(type(form)):
        kept = typed.get(view.name)
        if kept and view.row:
            rows = written_rows(getattr(form, view.name), kept)
            data[view.name] = [to_jsonable_python(row) for row in rows]
        elif kept:
            data[view.name] = kept
    return data


def written_key(view: FieldView, row: Mapping[str, Any]) -> str:
    """Return how a row is called as it is written; empty where it has no name yet."""
    own = str(row.get("key") or "")
    key = row.get(view.key_name)
    return own if own.startswith(LOOSE) else "" if key is None else str(key)


def unfinished(form: Form, typed: Typed) -> Iterator[Refusal]:
    """Yield what has to be mended before a draft goes on, each at its place."""
    for view in views(type(form)):
        kept = typed.get(view.name)
        if kept and view.row:
            keys = getattr(form, view.name).keys()
            numbers = {key: n for n, key in enumerate(dict.fromkeys((*keys, *kept)), start=1)}
            for key, cells in kept.items():
                yield from _unfinished_row(view, view.row, key, cells, numbers[key])
        elif kept:
            yield _unread(type(form), view, kept, view.name)


def _unfinished_row(
    view: FieldView, row: type[Row], key: str, cells: Mapping[str, Any], number: int
) -> Iterator[Refusal]:
    columns = {column.name: column for column in view.columns}
    if key.startswith(LOOSE) and view.key_name in columns:
        place, about = f"{view.name}.{key}.{view.key_name}", columns[view.key_name].title
        if is_empty(cells.get(view.key_name)):
            said = f"«{view.title}»: в строке не выбрано «{about}»"
            yield Refusal("row_without_key", said, place)
        else:
            said = f"«{view.title}»: «{about}» повторяет другую строку"
            yield Refusal("row_repeated", said, place)
    for name, column in columns.items():
        if _misfit(row, column, cells.get(name)) is not None:
            place = f"{view.name}.{key}.{name}"
            yield _unread(row, column, cells[name], place, f", строка {number}")


def _unread(form: type[Form], view: FieldView, text: str, name: str, place: str = "") -> Refusal:
    found = parse(form, {view.name: text})
    if isinstance(found, Refusal):
        title = f"«{view.title}»"
        return replace(
            found, field=name, others=(), message=found.message.replace(title, title + place, 1)
        )
    return Refusal("bad_value", f"«{view.title}»: сохраните ещё раз", name)


# ------------------------------------------------------------ what a value may be


def _is_shaped(view: FieldView, value: Any) -> bool:
    """Tell whether a choice from a register looks like its rows are called; nothing chosen does."""
    if view.kind != "choice" or not value:
        return True
    if view.options.get("of") == "orders":
        return bool(re.fullmatch("[0-9]{1,14}", value))
    if view.options.get("of") != "school_years":
        return True
    try:
        school_year_bounds(value)
    except ValueError:
        return False
    return True


def _unfit(form: Form, prefix: str = "", place: str = "") -> Iterator[Refusal]:
    """Yield one refusal for each value that could be neither kept, printed nor counted with."""
    for view in views(type(form), hidden=True):
        value, name = getattr(form, view.name), f"{prefix}{view.name}"
        for number, one in enumerate(value if isinstance(value, tuple) else (value,), start=1):
            if isinstance(one, Row):
                yield from _unfit(one, f"{name}.{one.row_key}.", f", строка {number}")
            elif found := _beyond(one):
                sentence = f"{found.message[0].lower()}{found.message[1:]}"
                yield replace(found, message=f"«{view.title}»{place}: {sentence}", field=name)


def _beyond(value: object) -> Refusal | None:
    """Return why a value is out of all bounds."""
    match value:
        case str():
            return stray(value)
        case dt.date() if not is_countable(value):
            return NO_SUCH_DAY
        case bool():
            return None
        case int() if abs(value) > LARGEST_NUMBER:
            return TOO_LARGE
        case decimal.Decimal() if abs(value) > LARGEST_NUMBER or value != round(value, PLACES):
            return TOO_LARGE
    return None


def _unknown_choices(form: Form, prefix: str = "") -> Iterator[Refusal]:
    """Yield one refusal for each answer that its list of choices does not have."""
    for view in views(type(form), hidden=True):
        value, choices = getattr(form, view.name), view.options.get("choices")
        values = view.values(form)
        is_foreign = choices and any(one and one not in choices for one in values)
        if is_foreign or not all(_is_shaped(view.each, one) for one in values):
            sentence = f"«{view.title}»: выберите из списка"
            yield Refusal("unknown_choice", sentence, f"{prefix}{view.name}")
        for row in (value or ()) if view.row else ():
            yield from _unknown_choices(row, f"{prefix}{view.name}.{row.row_key}.")


def _refusal(form: type[Form], values: Mapping[str, Any], item: Mapping[str, Any]) -> Refusal:
    code, sentence = _SENTENCES.get(item["type"], ("bad_value", "Значение не подходит"))
    said = fill(sentence, **item.get("ctx", {}))
    name, title = _place(form, values, item["loc"])
    return Refusal(code, f"{title}: {said[0].lower()}{said[1:]}" if title else said, name)


def _place(form: type[Form], values: Mapping[str, Any], loc: tuple[Any, ...]) -> tuple[str, str]:
    """Return the field a wrong value stands in, by the key of its row, and what it is called."""
    view = next((one for one in views(form, hidden=True) if (one.name,) == loc[:1]), None)
    if view is None:
        return str(*loc[:1]), ""
    if view.row is None or len(loc) == 1:
        return view.name, f"«{view.title}»"
    number, column = loc[1], next((one for one in view.columns if one.name in loc[2:]), view)
    row = values[view.name][number]
    key = row.get(view.key_name) if isinstance(row, Mapping) else None
    name = ".".join(map(str, (view.name, key or number, *loc[2:])))
    return name, f"«{column.title}», строка {number + 1}"
