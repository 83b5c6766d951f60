"""Values of a form in words, for sentences: a school by its name, a row by its cells."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workflow_app.engine.facts import Facts
from workflow_app.engine.forms import FieldView, is_empty, written_key

NOTHING = "пусто"
MOST_ROWS = 3
"""So many rows a sentence tells; the page shows the rest."""


def in_words(facts: Facts, view: FieldView, value: Any) -> str:
    """Return a plain value of a field as a person would say it."""
    if is_empty(value):
        return NOTHING
    if view.row:
        return "; ".join(row_in_words(facts, view, row) for row in value)
    values = value if view.is_many else [value]
    return "; ".join(_one(facts, view, view.each.kind, one) for one in values)


def row_in_words(facts: Facts, view: FieldView, row: Mapping[str, Any]) -> str:
    """Return the cells of a row that say something."""
    told = (column for column in view.columns if not is_empty(row.get(column.name)))
    return ", ".join(in_words(facts, column, row[column.name]) for column in told)


def _one(facts: Facts, view: FieldView, kind: str, value: Any) -> str:
    choices: Mapping[str, str] = view.options.get("choices") or {}
    if value in choices:
        return str(choices[value])
    if kind == "ref":
        return facts.name(view.register, value)
    if kind == "choice" and view.options.get("of") == "orders":
        return _order(facts, value)
    if view.options.get("of") == "school_years":
        return str(value).replace("-", "/")
    say = _KINDS.get(kind)
    return say(facts, value) if say else str(value)


def _order(facts: Facts, key: str) -> str:
    order = facts.order(int(key)) if key.isdecimal() else None
    return f"№ {order.number} от {order.registered_on:%d.%m.%Y}" if order else key


def _post(facts: Facts, key: int) -> str:
    post = facts.post(key)
    return f"{post.name}, {post.title}" if post else str(key)


def _day(text: str) -> str:
    """Return a day as people write it; what is no day is said as it was typed."""
    try:
        return f"{dt.date.fromisoformat(text):%d.%m.%Y}"
    except ValueError:
        return text


_KINDS: Mapping[str, Callable[[Facts, Any], str]] = {
    "school": lambda facts, key: facts.name("school", key),
    "person": lambda facts, key: facts.name("person", key),
    "network": lambda facts, key: facts.name("network", key),
    "position": _post,
    "decimal": lambda _facts, value: str(value).replace(".", ","),
    "date": lambda _facts, text: _day(text),
    "flag": lambda _facts, value: "да" if value else "нет",
    "file": lambda _facts, _key: "другой файл",
}


def rows_in_words(
    facts: Facts, view: FieldView, rows: Sequence[Mapping[str, Any]], keys: Sequence[str]
) -> str:
    """Return some rows by key, the first few in words; one that is not there was removed."""
    known = {written_key(view, row): row for row in rows}
    there = [known[key] for key in keys if key in known]
    told = [row_in_words(facts, view, row) for row in there[:MOST_ROWS]]
    if len(there) > MOST_ROWS:
        told.append(f"и ещё строк: {len(there) - MOST_ROWS}")
    if len(there) < len(keys):
        told.append(f"убрано строк: {len(keys) - len(there)}")
    return "; ".join(told)
