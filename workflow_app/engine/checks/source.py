"""Reading functions without running them: what they name, and what they consist of.

Guards and effects are ordinary functions, so a mistyped process or paper inside one would
only be met when it runs. Here their text is read: every `Paper("…")`, `Start(ORDER, …)` or
`facts.tally(case, consents.key)` whose argument is a constant becomes a `Mention`.
"""

import ast
import linecache
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import CodeType, FunctionType, MethodType
from typing import Any

from workflow_app.engine.ballots import Ballot, Setting
from workflow_app.engine.changes import (
    Amend,
    Ask,
    Call,
    End,
    Enter,
    Fan,
    Number,
    Paper,
    Put,
    Start,
    Voter,
)
from workflow_app.engine.refusals import refuse
from workflow_app.engine.source_location import place

UNKNOWN = object()
"""The value of an expression that only running the function could tell."""

CHANGES: tuple[type, ...] = (Amend, Ask, Call, End, Enter, Fan, Number, Paper, Put, Start)
QUESTIONS = {
    "tally": "ballot",
    "parent_tally": "ballot",
    "child_states": "process",
    "children": "process",
    "cases_about": "process",
    "last_taken": "action",
    "times": "action",
    "persons": "action",
    "setting": "name",
}
"""Questions to facts and case whose last argument is a name."""

_ENGINE = __name__.partition(".checks")[0]
Node = ast.FunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Mention:
    """Something a definition names: a change it makes or a question it asks."""

    kind: str
    values: Mapping[str, Any]
    where: str

    def name(self, field: str) -> str | None:
        """Return a name, or None when it is not a constant."""
        value = self.values.get(field, "")
        return value if isinstance(value, str) else None


def made(change: Any, where: str) -> Mention:
    """Return what a ready-made change names."""
    return Mention(
        type(change).__name__,
        {field: getattr(change, field) for field in change.__match_args__},
        where,
    )


def plain_function(thing: Any) -> FunctionType | None:
    """Return the function to read, if there is one outside the engine."""
    if isinstance(thing, MethodType) or not isinstance(thing, FunctionType):
        return None
    return None if thing.__module__.startswith(_ENGINE) else thing


def helpers(function: FunctionType) -> Iterator[FunctionType]:
    """Yield the function and every function of process files it reaches by name."""
    seen: dict[CodeType, FunctionType] = {}
    waiting = [function]
    while waiting:
        current = waiting.pop()
        if current.__code__ in seen:
            continue
        seen[current.__code__] = current
        yield current
        waiting.extend(_named_functions(current))


def _named_functions(function: FunctionType) -> Iterator[FunctionType]:
    for value in scope(function).values():
        for item in value.values() if isinstance(value, dict) else (value,):
            found = plain_function(item)
            if found:
                yield found


@cache
def scope(function: FunctionType) -> Mapping[str, Any]:
    """Return the outer names a function uses, with their values."""
    codes = tuple(_codes(function.__code__))
    names = {name for code in codes for name in code.co_names}
    names -= {name for code in codes for name in code.co_varnames}
    found = {
        name: function.__globals__[name] for name in sorted(names) if name in function.__globals__
    }
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        found[name] = cell.cell_contents
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield the code of a function and of the functions and comprehensions inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


@cache
def mentions(function: FunctionType) -> tuple[Mention, ...]:
    """Return what a function and its helpers name."""
    return tuple(mention for helper in helpers(function) for mention in _own(helper))


@cache
def _own(function: FunctionType) -> tuple[Mention, ...]:
    """Return what a function itself names; helpers are shared, so each is read once."""
    file, names = function.__code__.co_filename, scope(function)
    return tuple(
        mention for node in _nodes(function.__code__) for mention in _read(node, names, file)
    )


def _read(function: Node, names: Mapping[str, Any], file: str) -> Iterator[Mention]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            yield from _call(node, names, file)
        elif isinstance(node, ast.Compare) and _is_state(node.left):
            where = place(file, node.lineno)
            for item in node.comparators:
                yield from (Mention("state", {"state": key}, where) for key in _texts(item))


def _call(node: ast.Call, names: Mapping[str, Any], file: str) -> Iterator[Mention]:
    callee = _value(node.func, names)
    if callee in (*CHANGES, Setting, Voter):
        values = dict(zip(callee.__match_args__, map(_valued(names), node.args), strict=False))
        values |= {word.arg: _value(word.value, names) for word in node.keywords if word.arg}
        yield Mention(callee.__name__, values, place(file, node.lineno))
    elif callee is refuse and len(node.args) > 1:
        said = {word.arg for word in node.keywords} - {"field", "basis", "kind"}
        basis = {w.arg: _value(w.value, names) for w in node.keywords if w.arg == "basis"}
        values = {"sentence": _value(node.args[1], names), "said": said, **basis}
        yield Mention(callee.__name__, values, place(file, node.lineno))
    elif isinstance(callee, MethodType) and isinstance(callee.__self__, Ballot):
        where = place(file, node.lineno)
        yield Mention(callee.__name__, {"ballot": callee.__self__.key}, where)
    elif callee is UNKNOWN and isinstance(node.func, ast.Attribute) and node.args:
        asked = QUESTIONS.get(node.func.attr)
        if asked:
            where = place(file, node.lineno)
            yield Mention(node.func.attr, {asked: _value(node.args[-1], names)}, where)


def _valued(names: Mapping[str, Any]) -> Callable[[ast.expr], Any]:
    return lambda node: _value(node, names)


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """Return the value of a constant, a global name, or an attribute of one."""
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return names.get(node.id, UNKNOWN)
        case ast.Attribute():
            return getattr(_value(node.value, names), node.attr, UNKNOWN)
        case ast.Dict():
            return {
                key.value: _value(value, names)
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant)
            }
    return UNKNOWN


def returned(function: FunctionType) -> Iterator[str]:
    """Yield the dotted names of the dictionaries a function spells out where it returns them."""
    for node in _nodes(function.__code__):
        for found in ast.walk(node):
            if isinstance(found, ast.Return) and isinstance(found.value, ast.Dict):
                yield from _paths(found.value)


def _paths(node: ast.Dict, prefix: str = "") -> Iterator[str]:
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield f"{prefix}{key.value}"
            if isinstance(value, ast.Dict):
                yield from _paths(value, f"{prefix}{key.value}.")


def _is_state(node: ast.expr) -> bool:
    """Tell whether an expression is `case.state`."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "state"
        and isinstance(node.value, ast.Name)
        and node.value.id == "case"
    )


def _texts(node: ast.expr) -> tuple[str, ...]:
    """Return the strings an expression spells out."""
    found = (item.value for item in ast.walk(node) if isinstance(item, ast.Constant))
    return tuple(value for value in found if isinstance(value, str))


@cache
def _index(file: str) -> Mapping[int, tuple[Node, ...]]:
    """Return the functions of a file by their first line, decorators included."""
    found: dict[int, tuple[Node, ...]] = {}
    for node in ast.walk(ast.parse("".join(linecache.getlines(file)))):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            decorators = [item.lineno for item in getattr(node, "decorator_list", ())]
            line = min([node.lineno, *decorators])
            found[line] = (*found.get(line, ()), node)
    return found


def _nodes(code: CodeType) -> tuple[Node, ...]:
    return _index(code.co_filename).get(code.co_firstlineno, ())


def text(function: FunctionType) -> str:
    """Return the source of a function, or its code when no source is at hand."""
    lines = linecache.getlines(function.__code__.co_filename)
    parts = [
        "".join(lines[node.lineno - 1 : node.end_lineno]) for node in _nodes(function.__code__)
    ]
    return textwrap.dedent("".join(parts)) if parts else _bytes(function.__code__)


def _bytes(code: CodeType) -> str:
    constants = (
        _bytes(item) if isinstance(item, CodeType) else _spelled(item) for item in code.co_consts
    )
    return ":".join((code.co_code.hex(), *code.co_names, *constants))


def _spelled(value: object) -> str:
    """Return a constant the same way in every run: sets have no order of their own."""
    return repr(sorted(value, key=repr)) if isinstance(value, frozenset) else repr(value)
