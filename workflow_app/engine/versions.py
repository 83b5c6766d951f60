"""Versions of a definition: its body, the hash of it, and what a new one would change.

The body is everything that decides how a case goes: states, ways, ballots, deadlines, forms,
and the source of every function. Line numbers, the engine's own functions and what a declaration
leaves unsaid are left out, so moving it or teaching the engine a new word changes nothing.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from fractions import Fraction
from types import FunctionType, MethodType
from typing import Any

from workflow_app.engine.ballots import Ballot
from workflow_app.engine.checks.finding import Finding
from workflow_app.engine.checks.source import helpers, plain_function, scope, text
from workflow_app.engine.forms import FieldView, Form, views
from workflow_app.engine.process import Process
from workflow_app.engine.roles import Role

_NOT_BODY = frozenset(
    {
        "where",
        "repeated",
        "version",
        "overview",
        "feed",
        "appointments",
        "poll",
        "_leaving",
        "_by_action",
    }
)


def body(process: Process) -> dict[str, Any]:
    """Return the definition as JSON values."""
    book = _Book()
    described = {
        item.name: book.plain(getattr(process, item.name), item.name)
        for item in _said(process)
        if item.name != "ballots"
    }
    described["ballots"] = {
        key: book.dataclass(ballot, f"ballots.{key}") for key, ballot in process.ballots.items()
    }
    return {**described, "forms": book.forms, "functions": book.functions}


def body_sha256(process: Process) -> str:
    """Return the hash of the body."""
    return sha256_of(body(process))


def sha256_of(described: Mapping[str, Any]) -> str:
    """Return the hash of a body as it is stored."""
    spelled = json.dumps(described, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()


class _Book:
    """Spells values as JSON; forms and functions met on the way are described once."""

    def __init__(self) -> None:
        self.forms: dict[str, list[dict[str, Any]]] = {}
        self.functions: dict[str, str] = {}
        self._names: dict[type[Form], str] = {}
        self._seen: set[FunctionType] = set()

    def plain(self, value: Any, path: str) -> Any:
        """Return a declared value as JSON."""
        if value is None or isinstance(value, str | int | float):
            return value
        if isinstance(value, Role):
            return [value.key, value.title, value.held_by, value.party]
        if isinstance(value, Ballot):
            return value.key
        if isinstance(value, type) and issubclass(value, Form):
            return self.form(value)
        if isinstance(value, FunctionType | MethodType):
            return self.function(value, path)
        if is_dataclass(value):
            return self.dataclass(value, path)
        return self._container(value, path)

    def _container(self, value: Any, path: str) -> Any:
        if isinstance(value, Mapping):
            return {str(key): self.plain(item, f"{path}.{key}") for key, item in value.items()}
        if isinstance(value, frozenset | set):
            return sorted(self.plain(item, path) for item in value)
        if isinstance(value, Iterable):
            return [self.plain(item, f"{path}.{_key(item)}") for item in value]
        if isinstance(value, dt.date | Fraction):
            return str(value)
        raise TypeError(f"{path}: {type(value).__name__} cannot stand in a definition")

    def dataclass(self, value: Any, path: str) -> dict[str, Any]:
        """Return a declaration without the place where it stands."""
        described = {
            item.name: self.plain(getattr(value, item.name), f"{path}.{item.name}")
            for item in _said(value)
        }
        return {"is": type(value).__name__, **described}

    def form(self, form: type[Form]) -> str:
        """Describe a form once and return its name; a second form of one name gets a number."""
        if form not in self._names:
            taken = sum(known.__name__ == form.__name__ for known in self._names)
            self._names[form] = f"{form.__name__}_{taken + 1}" if taken else form.__name__
            shown = [self._field(view, form) for view in views(form, hidden=True)]
            self.forms[self._names[form]] = shown
        return self._names[form]

    def _field(self, view: FieldView, form: type[Form]) -> dict[str, Any]:
        return {
            "name": view.name,
            "title": view.title,
            "kind": view.kind,
            "default": self.plain(form.model_fields[view.name].default, view.name),
            "row": self.form(view.row) if view.row else None,
            **self.plain({key: said for key, said in view.options.items() if said}, view.name),
        }

    def function(self, function: FunctionType | MethodType, path: str) -> str:
        """Return a function's name; its source and that of its helpers are hashed."""
        if isinstance(function, MethodType):
            return f"{getattr(function.__self__, 'key', '')}.{function.__name__}"
        self._keep(function, path)
        if plain_function(function):
            for helper in helpers(function):
                self._keep(helper, path)
        return _name(function, path)

    def _keep(self, function: FunctionType, path: str) -> None:
        """Hash a function once; two of one name share an entry."""
        if function in self._seen:
            return
        self._seen.add(function)
        name = _name(function, path)
        before, now = self.functions.get(name), self._hash(function, name)
        self.functions[name] = sha256_of({"": [before, now]})[:16] if before else now

    def _hash(self, function: FunctionType, path: str) -> str:
        """Hash the source, what the function keeps, and the constants it reads."""
        kept = [self.plain(cell.cell_contents, path) for cell in function.__closure__ or ()]
        if not plain_function(function):
            return sha256_of({"kept": kept})[:16]
        constants = {
            name: self.plain(value, path)
            for name, value in scope(function).items()
            if _is_constant(value)
        }
        return sha256_of({"source": text(function), "kept": kept, "reads": constants})[:16]


def _said(declaration: Any) -> Iterator[Field[Any]]:
    """Yield the parts of a declaration that differ from what goes without saying."""
    for item in fields(declaration):
        if item.name not in _NOT_BODY:
            unsaid = item.default if item.default_factory is MISSING else item.default_factory()
            if getattr(declaration, item.name) != unsaid:
                yield item


def _is_constant(value: object) -> bool:
    """Tell whether a value is made of texts and numbers alone."""
    if isinstance(value, Mapping):
        return all(_is_constant(item) for item in value.values())
    if isinstance(value, tuple | list | set | frozenset):
        return all(_is_constant(item) for item in value)
    return isinstance(value, str | int | float | dt.date | Fraction)


def _key(item: object) -> str:
    return str(getattr(item, "key", ""))


def _name(function: FunctionType, path: str) -> str:
    """Return a name that stays when the file moves; a lambda is called by its place."""
    if function.__name__ == "<lambda>":
        return path
    return function.__name__


@dataclass(frozen=True, slots=True)
class Difference:
    """What a new version changes for running cases: code, key, Russian sentence."""

    code: str
    key: str
    message: str


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Return what running cases would notice when they move from one body to another."""
    return [
        *_states(old["states"], new["states"]),
        *_vanished("action", "Нет больше действия", _titles(old), _titles(new)),
        *_vanished(
            "ballot",
            "Нет больше опроса",
            {key: item["title"] for key, item in old["ballots"].items()},
            new["ballots"],
        ),
        *_vanished(
            "function",
            "Нет больше функции",
            {name: name for name in old["functions"]},
            new["functions"],
        ),
        *_fields(old, new),
    ]


def _states(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    titles = {key: state["title"] for key, state in old.items()}
    yield from _vanished("state", "Нет больше состояния", titles, new)
    for key in old.keys() & new.keys():
        before, after = old[key]["title"], new[key]["title"]
        if before != after:
            yield Difference(
                "state_renamed", key, f"Состояние «{before}» теперь называется «{after}»"
            )


def _titles(described: Mapping[str, Any]) -> dict[str, str]:
    return {item["key"]: item["title"] for item in described["transitions"]}


def _vanished(
    what: str, sentence: str, old: Mapping[str, str], new: Iterable[str]
) -> Iterator[Difference]:
    known = set(new)
    for key, title in old.items():
        if key not in known:
            yield Difference(f"{what}_vanished", key, f"{sentence} «{title}»")


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """Compare the forms by name: fields to fill, and fields whose data would be rejected."""
    for form, described in new["forms"].items():
        before = {item["name"]: item for item in old["forms"].get(form, ())}
        after = {item["name"]: item for item in described}
        for name, item in after.items():
            was_needed = name in before and not before[name].get("optional")
            if before and not item.get("optional") and not was_needed and not item.get("hidden"):
                yield Difference(
                    "field_required", f"{form}.{name}", f"Нужно заполнить поле «{item['title']}»"
                )
        for name in before.keys() - after.keys():
            yield Difference(
                "field_vanished", f"{form}.{name}", f"Нет больше поля «{before[name]['title']}»"
            )


def check_version(stored_version: int, stored_sha256: str, process: Process) -> Finding | None:
    """Return a finding when the body changed and the version did not rise."""
    if body_sha256(process) == stored_sha256 or process.version > stored_version:
        return None
    return Finding(
        process.where,
        "version_not_raised",
        f"Процесс «{process.title}» изменился: поднимите version, сейчас {process.version}, "
        f"а записана {stored_version}",
    )
