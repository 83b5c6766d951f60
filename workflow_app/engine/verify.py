"""Verified before anything runs: every mistake of a definition that can be seen without a case."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from workflow_app.engine.checks import (
    authority,
    ballots,
    drafts,
    fields,
    graph,
    names,
    papers,
    past,
    time,
    words,
)
from workflow_app.engine.checks import registers as of_registers
from workflow_app.engine.checks.finding import Finding, World
from workflow_app.engine.process import Process
from workflow_app.engine.registers import Register

__all__ = ["Finding", "verify"]

CHECKS = (
    words.check,
    past.check,
    graph.check,
    names.check,
    fields.check,
    authority.check,
    ballots.check,
    time.check,
    papers.check,
    drafts.check,
)


def verify(
    processes: Iterable[Process],
    *,
    templates: Mapping[str, Collection[str]] | None = None,
    known_roles: Collection[str] | None = None,
    registers: Mapping[str, Collection[str]] | None = None,
    settings: Collection[str] | None = None,
    sources: Mapping[str, Collection[str]] | None = None,
    declared: Iterable[Register[Any]] | None = None,
) -> list[Finding]:
    """Return the mistakes of the processes, each with file:line and a Russian sentence.

    `templates` maps a template's name to the fields it prints, `known_roles` are the position
    codes of the directory, `registers` tells which registers take `Enter`, `Amend` and `End`,
    `settings` are the names a municipality may set, `sources` what fields may be chosen from, by
    their kind; of what is not given nothing is said. `declared` registers are verified too, and
    what fields refer to by `to=` is one of them.
    """
    processes = tuple(processes)
    world = World(
        {process.key: process for process in processes},
        templates,
        known_roles,
        registers,
        settings,
        sources,
        None if declared is None else {register.key: register for register in declared},
    )
    found = [*_twice(processes)]
    for register in (world.declared or {}).values():
        found.extend(of_registers.check(register, world.declared or {}, settings))
    for process in processes:
        for check in CHECKS:
            found.extend(check(process, world))
    return list(dict.fromkeys(found))


def _twice(processes: Iterable[Process]) -> Iterable[Finding]:
    seen: set[str] = set()
    for process in processes:
        if process.key in seen:
            yield Finding(process.where, "repeated_key", f"Процесс «{process.key}» объявлен дважды")
        seen.add(process.key)
