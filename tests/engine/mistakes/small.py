"""A sound process of two states, to which each mistake adds its own line."""

from typing import Any

from workflow_app.engine import (
    SYSTEM_ROLE,
    Answer,
    Ballot,
    Case,
    Due,
    Facts,
    Form,
    Line,
    Process,
    Role,
    Voter,
    at_least,
    field,
)
from workflow_app.engine.process import State

HEAD = Role("head", "директор", "school_head")
CLERK = Role("clerk", "делопроизводитель", "clerk")
STRANGER = Role("stranger", "посторонний", "stranger")
SOON = Due("soon", 5, escalate=((1, HEAD),))


class Empty(Form):
    """One line to fill in."""

    name: Line = field("Название")


def small(key: str = "toy", **declared: Any) -> tuple[Process, State, State]:
    """Return a sound process, its first state and its last."""
    values = {"title": "Игрушка", "version": 1, "form": Empty, "readers": (HEAD, CLERK)}
    process = Process(key, **(values | declared))
    draft = process.state("drafted", "Черновик", due=SOON, waits_for=CLERK)
    done = process.final("done", "Готово")
    process.start("begin", "Начать", draft, by=(SYSTEM_ROLE, CLERK), past="Начато")
    process.move("finish", "Закончить", draft, done, by=CLERK, style="primary", past="Закончено")
    return process, draft, done


def heads(_case: Case, _facts: Facts) -> tuple[Voter, ...]:
    """Ask one school."""
    return (Voter("1", "school_head", 1),)


def ballot(**declared: Any) -> Ballot:
    """Return a sound ballot with a few words of its own."""
    values: dict[str, Any] = {
        "key": "consent",
        "title": "Согласие",
        "voters": heads,
        "voter_title": "директор",
        "answers": (
            Answer("agree", "Да", "agreed", past="Сделано"),
            Answer("refuse", "Нет", "refused", past="Сделано"),
        ),
        "yes": ("agreed",),
        "need": at_least(1),
        "due": SOON,
    }
    return Ballot(**(values | declared))
