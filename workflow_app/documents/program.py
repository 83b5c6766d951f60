"""Runs the steps of a compiled part: looks values up, escapes, joins, checks, compresses."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from workflow_app.documents.archive import DEFLATED, STORED, Member, member
from workflow_app.documents.findings import BadValue, DocumentError, MissingField
from workflow_app.documents.steps import Choice, Loop, Path, Segment, Step
from workflow_app.documents.text import LINE_BREAK, TAB, has_special, plain_text, run_text

SMALL = 4096  # a part below this is stored: starting a compressor costs more than it saves
FLUSH_EVERY = 200  # rows held as text before they are checked and compressed
LEVEL, LEVEL_LONG = 6, 1  # a part so long that it is flushed midway is compressed lightly


class Sink:
    """Collects pieces and values; checks and compresses in portions, so memory stays small.

    The text of the template was proven well-formed when it was compiled, with its blocks taken and
    not taken. What is left to prove at every rendering is each value, alone inside its own element:
    a value that closed an element and opened another would pass in the whole, here it cannot.
    """

    __slots__ = ("_body", "_crc", "_packer", "_parser", "_size", "pieces", "values")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.values: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.Parse("<all>", False)
        self._packer: Any = None
        self._body: list[bytes] = []
        self._crc = self._size = 0

    def flush(self) -> None:
        """Sends what is collected through the checker and the compressor."""
        self._packer = self._packer or zlib.compressobj(LEVEL_LONG, zlib.DEFLATED, -15)
        self._body.append(self._packer.compress(self._portion()))

    def finish(self, name: str) -> Member:
        """The finished member."""
        data = self._portion()
        self._parser.Parse("</all>", True)
        if self._size < SMALL:
            return member(name, self._crc, self._size, STORED, (data,))
        packer = self._packer or zlib.compressobj(LEVEL, zlib.DEFLATED, -15)
        body = (*self._body, packer.compress(data), packer.flush())
        return member(name, self._crc, self._size, DEFLATED, body)

    def _portion(self) -> bytes:
        typed = "</v><v>".join(self.values).replace(LINE_BREAK, "").replace(TAB, "")
        self._parser.Parse(f"<v>{typed}</v>", False)
        data = "".join(self.pieces).encode()
        self.pieces.clear()
        self.values.clear()
        self._crc = zlib.crc32(data, self._crc)
        self._size += len(data)
        return data


@dataclass(frozen=True, slots=True)
class Part:
    """A member of the document that is rendered; `in_runs` says its text stands in Word runs."""

    name: str
    in_runs: bool
    steps: tuple[Step, ...]

    def render(self, values: Mapping[str, object]) -> Member:
        """The member with the values in place, known to be well-formed."""
        sink = Sink()
        try:
            _run(self.steps, [values], sink, in_runs=self.in_runs)
            return sink.finish(self.name)
        except expat.ExpatError as broken:
            raise DocumentError(f"{self.name}: {broken}") from broken


def _run(steps: Sequence[Step], scopes: list[Any], sink: Sink, *, in_runs: bool = True) -> None:
    for step in steps:
        # Most frequent first: a table of thousands of rows is nothing but segments.
        if isinstance(step, Segment):
            _fill(step, scopes[step.scope], sink)
        elif isinstance(step, str):
            sink.pieces.append(step)
        elif isinstance(step, Choice):
            _choose(step, scopes, sink)
        elif isinstance(step, Path):
            text = _printed(find_value(step, scopes), step)
            text = run_text(text) if in_runs else plain_text(text)
            sink.pieces.append(text)
            sink.values.append(text)
        else:
            _repeat(step, scopes, sink)


def _fill(segment: Segment, row: Any, sink: Sink) -> None:
    try:
        values = [row[key] for key in segment.keys]
    except (KeyError, TypeError):
        # Asked one by one they name the field that is missing.
        values = [find_value(path, [*[None] * path.scope, row]) for path in segment.paths]
    try:
        joined = "".join(values)
    except TypeError:
        values = list(map(_printed, values, segment.paths))
        joined = "".join(values)
    texts = [run_text(value) for value in values] if has_special(joined) else values
    filled = list(segment.pattern)
    filled[1::2] = texts
    sink.pieces += filled
    sink.values += texts


def find_value(path: Path, scopes: list[Any]) -> Any:
    """The value a path leads to, or MissingField with the name of the field."""
    found = scopes[path.scope]
    try:
        for key in path.keys:
            found = found[key]
    except (KeyError, TypeError):
        raise MissingField(path.field) from None
    if found is None:
        raise MissingField(path.field)
    return found


def _printed(value: object, path: Path) -> str:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, int):
        return str(value)
    raise MissingField(path.field) if value is None else BadValue(path.field)


def _repeat(loop: Loop, scopes: list[Any], sink: Sink) -> None:
    items = find_value(loop.path, scopes)
    if not isinstance(items, list | tuple):
        raise BadValue(loop.path.field)
    inner = [*scopes, None]
    for count, item in enumerate(items, start=1):
        inner[loop.scope] = item
        _run(loop.body, inner, sink)
        if count % FLUSH_EVERY == 0:
            sink.flush()


def _choose(choice: Choice, scopes: list[Any], sink: Sink) -> None:
    value = find_value(choice.path, scopes)
    if not isinstance(value, str | int | list | tuple):
        raise BadValue(choice.path.field)
    branch = choice.then if bool(value) is not choice.negated else choice.otherwise
    if branch:
        _run(branch, scopes, sink)
