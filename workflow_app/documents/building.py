"""Turns a marked tree into steps: cuts the text at the markers and resolves every field name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from workflow_app.documents.language import BRACES, Else, End, For, If, Value
from workflow_app.documents.markup import MARKER, Found
from workflow_app.documents.steps import Choice, Loop, Path, Step

_CUT = re.compile(rf"<\?{MARKER} (\d+)\?>")


@dataclass(frozen=True, slots=True)
class Use:
    """A field a template needs: its name in the contract, how it is used, where it stands."""

    field: str
    kind: str  # value, condition or list
    written: str
    place: str


@dataclass(slots=True)
class Builder:
    """Reads the cut text from left to right; remembers the fields met."""

    found: dict[int, Found]
    text: list[str]
    uses: list[Use] = field(default_factory=list)
    position: int = 0

    @classmethod
    def over(cls, serialised: str, found: list[Found]) -> Builder:
        """A builder for a part's XML with markers."""
        return cls({int(each.marker.text): each for each in found}, _CUT.split(serialised))

    def steps(self, scopes: tuple[tuple[str, str], ...] = ()) -> tuple[Step, ...]:
        """Steps up to the end of the text, or to the «иначе» or «конец» of the current block."""
        steps: list[Step] = []
        while True:
            if self.text[self.position]:
                steps.append(self.text[self.position])
            if self.position + 1 == len(self.text):
                return tuple(steps)
            found = self.found[int(self.text[self.position + 1])]
            if isinstance(found.tag, Else | End):
                return tuple(steps)
            self.position += 2
            steps.append(self._step(found, scopes))

    def _step(self, found: Found, scopes: tuple[tuple[str, str], ...]) -> Step:
        tag = found.tag
        if isinstance(tag, Value):
            return self._path(tag.name, "value", found, scopes)
        if isinstance(tag, If):
            return self._choice(tag, found, scopes)
        assert isinstance(tag, For)  # noqa: S101 - the other tags end the loop of steps()
        path = self._path(tag.name, "list", found, scopes)
        inner = (*scopes, (tag.item, f"{path.field}[]"))
        body = self.steps(inner)
        self.position += 2
        return Loop(path, len(inner), body)

    def _choice(self, tag: If, found: Found, scopes: tuple[tuple[str, str], ...]) -> Choice:
        path = self._path(tag.name, "condition", found, scopes)
        then = self.steps(scopes)
        otherwise: tuple[Step, ...] = ()
        if isinstance(self.found[int(self.text[self.position + 1])].tag, Else):
            self.position += 2
            otherwise = self.steps(scopes)
        self.position += 2
        return Choice(path, tag.negated, then, otherwise)

    def _path(
        self, name: str, kind: str, found: Found, scopes: tuple[tuple[str, str], ...]
    ) -> Path:
        first, *rest = name.split(".")
        path = Path(0, (first, *rest), name)
        for number in range(len(scopes), 0, -1):
            item, source = scopes[number - 1]
            if item == first:
                path = Path(number, tuple(rest), ".".join((source, *rest)))
                break
        self.uses.append(Use(path.field, kind, name, found.place))
        return path


def leftover_braces(steps: tuple[Step, ...]) -> Iterator[str]:
    """Braces that remained in the literal text: a tag in an attribute, a field code, a formula."""
    for step in steps:
        if isinstance(step, str):
            yield from (
                step[max(at.start() - 20, 0) : at.end() + 30] for at in BRACES.finditer(step)
            )
        elif isinstance(step, Loop):
            yield from leftover_braces(step.body)
        elif isinstance(step, Choice):
            yield from leftover_braces((*step.then, *step.otherwise))


def field_names(uses: list[Use]) -> frozenset[str]:
    """The closed list: a row's field is written `участники[].школа`, a bare list `участники[]`."""
    names = {use.field for use in uses if use.kind != "list"}
    lists = {use.field for use in uses if use.kind == "list"}
    names -= lists
    bare = {each for each in lists if not any(name.startswith(f"{each}[]") for name in names)}
    return frozenset(names | {f"{each}[]" for each in bare})
