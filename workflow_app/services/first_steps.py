"""In which order a department that begins enters what it has: nothing names what is not there."""

from collections.abc import Iterator, Sequence
from typing import Any

from workflow_app.engine.registers import Register

PEOPLE = frozenset({"person", "many_person", "position"})
"""Kinds of fields that name people or their offices."""


def in_order(registers: Sequence[Register[Any]]) -> list[Register[Any]]:
    """Return registers so that each comes after those its rows name, else as they are declared."""
    found: dict[str, Register[Any]] = {}
    known = {one.key: one for one in registers}

    def put(one: Register[Any], above: frozenset[str]) -> None:
        for key in _named(one):
            if key in known and key not in found and key not in above:
                put(known[key], above | {one.key})
        found.setdefault(one.key, one)

    for one in registers:
        put(one, frozenset())
    return [*found.values()]


def before_people(registers: Sequence[Register[Any]]) -> list[Register[Any]]:
    """Return those of the ordered registers without which there is nowhere to hold an office."""
    places = [number for number, one in enumerate(registers) if one.extends]
    return [
        one
        for one in registers[: max(places, default=-1) + 1]
        if not any(view.each.kind in PEOPLE for view in one.kept.values())
    ]


def _named(register: Register[Any]) -> Iterator[str]:
    for view in register.fields.values():
        if view.register and view.register != register.key:
            yield view.register
