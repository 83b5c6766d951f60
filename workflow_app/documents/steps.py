"""What a compiled part consists of: a flat list of literal text and a few kinds of steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Path:
    """Where a value lies: scope number (0 = the document, then loops outside in) and keys."""

    scope: int
    keys: tuple[str, ...]
    field: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Keeps one of two branches."""

    path: Path
    negated: bool
    then: tuple[Step, ...]
    otherwise: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """Repeats the body for each item of a list."""

    path: Path
    scope: int
    body: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """Several values of one row with the text between them, filled at one go."""

    scope: int
    paths: tuple[Path, ...]
    keys: tuple[str, ...]
    pattern: tuple[str, ...]  # text, gap, text, gap, …, text


Step = str | Path | Choice | Loop | Segment


def skeleton(steps: Iterable[Step], *, taken: bool) -> str:
    """The text without values; every block is entered once if `taken`, else left out."""
    found = []
    for step in steps:
        if isinstance(step, str):
            found.append(step)
        elif isinstance(step, Segment):
            found.extend(step.pattern)
        elif isinstance(step, Choice):
            found.append(skeleton(step.then if taken else step.otherwise, taken=taken))
        elif isinstance(step, Loop) and taken:
            found.append(skeleton(step.body, taken=taken))
    return "".join(found)


def grouped(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The same steps with neighbouring values of a row gathered into segments."""
    done: list[Step] = []
    text, paths = [""], list[Path]()
    for step in steps:
        if isinstance(step, str):
            text[-1] += step
        elif _of_row(step, paths):
            assert isinstance(step, Path)  # noqa: S101 - _of_row said so
            text.append("")
            paths.append(step)
        else:
            done.extend(_closed(text, paths))
            text, paths = [""], []
            if _of_row(step, paths):
                assert isinstance(step, Path)  # noqa: S101 - _of_row said so
                text.append("")
                paths.append(step)
            else:
                done.append(_inside(step))
    return (*done, *_closed(text, paths))


def _of_row(step: Step, paths: list[Path]) -> bool:
    return (
        isinstance(step, Path)
        and step.scope > 0
        and len(step.keys) == 1
        and (not paths or paths[0].scope == step.scope)
    )


def _inside(step: Step) -> Step:
    if isinstance(step, Loop):
        return Loop(step.path, step.scope, grouped(step.body))
    if isinstance(step, Choice):
        return Choice(step.path, step.negated, grouped(step.then), grouped(step.otherwise))
    return step


def _closed(text: list[str], paths: list[Path]) -> Iterator[Step]:
    if paths:
        pattern = [""] * (2 * len(text) - 1)
        pattern[::2] = text
        keys = tuple(path.keys[0] for path in paths)
        yield Segment(paths[0].scope, tuple(paths), keys, tuple(pattern))
    elif text[0]:
        yield text[0]
