"""Parts of a long form: it splits at the fields that begin one; the others keep to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from workflow_app.engine.forms import FieldView, Form, views
from workflow_app.engine.remarks import is_blamed, names_fields


@dataclass(frozen=True, slots=True)
class Part:
    """Fields that are written and looked through together."""

    key: str
    """The name of the field it begins with."""
    title: str
    names: tuple[str, ...]


@cache
def parts(form: type[Form]) -> tuple[Part, ...]:
    """Return the parts of a form in their order; what stands before the first is in none.

    Remarks are in none either: they are about all of them.
    """
    found: list[Part] = []
    for view in views(form):
        title = view.options.get("part")
        if title and not (found and found[-1].title == title):
            found.append(Part(view.name, title, (view.name,)))
        elif found and not names_fields(view):
            last = found.pop()
            found.append(Part(last.key, last.title, (*last.names, view.name)))
    return tuple(found)


def units(form: type[Form]) -> tuple[Part, ...]:
    """Return what a reviewer says yes to one by one: parts, or the fields of a form without any."""
    blamed = {view.name: view for view in views(form) if is_blamed(view)}
    alone = (Part(view.name, view.title, (view.name,)) for view in blamed.values())
    divided = (part for part in parts(form) if not blamed.keys().isdisjoint(part.names))
    return tuple(divided) or tuple(alone)


def part_of(found: tuple[Part, ...], place: str) -> Part | None:
    """Return the part that a field, or a row or cell of it, belongs to."""
    name = place.partition(".")[0]
    return next((part for part in found if name in part.names), None)


def homeless(form: type[Form]) -> Iterator[FieldView]:
    """Yield the fields people fill in before the first part begins: no page would show them."""
    first = next(iter(parts(form)), None)
    before = takewhile(lambda view: view.name != first.key, views(form)) if first else ()
    yield from filter(is_blamed, before)
