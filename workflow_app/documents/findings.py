"""What may be wrong with a template or a rendering, said to a person or to a programmer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a template: machine code, place in the document, Russian sentence."""

    code: str
    place: str
    message: str

    def __str__(self) -> str:
        """The finding as one line for a report."""
        return f"{self.place}: {self.message}" if self.place else self.message


class DocumentError(Exception):
    """Anything that stops a document from being made."""


class TemplateError(DocumentError):
    """The template cannot be used; `findings` says why, all reasons at once."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(self.findings)

    def __str__(self) -> str:
        return "\n".join(str(finding) for finding in self.findings)


def refused(code: str, message: str) -> TemplateError:
    """A file that is not even opened, and why."""
    return TemplateError([Finding(code, "файл", message)])


class FieldError(DocumentError):
    """The values given to a template do not fit it: a programming error that names the field."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(field)


class MissingField(FieldError):  # noqa: N818 - the name says what happened
    """The values lack a field the template prints."""

    def __str__(self) -> str:
        return f"нет значения для поля «{self.field}»"


class BadValue(FieldError):  # noqa: N818 - the name says what happened
    """A field holds something that cannot be printed: only text, whole numbers and yes/no can."""

    def __str__(self) -> str:
        return f"поле «{self.field}» хранит не текст, не целое число и не «да/нет»"
