"""The house's templates: compiled on first use, recognised by their hash."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from workflow_app.documents.compiler import CompiledTemplate, compile_template
from workflow_app.documents.qr import drawn


class Papers:
    """Templates of a folder, compiled once for as long as their bytes stay the same."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._compiled: dict[str, CompiledTemplate] = {}

    def names(self) -> tuple[str, ...]:
        """Return the names of the templates there are."""
        return tuple(sorted(path.stem for path in self.folder.glob("*.docx")))

    def content(self, name: str) -> bytes:
        """Return the bytes of a template."""
        return (self.folder / f"{name}.docx").read_bytes()

    def template(self, name: str) -> CompiledTemplate:
        """Return a template, compiled."""
        data = self.content(name)
        digest = hashlib.sha256(data).hexdigest()
        known = self._compiled.get(name)
        if known is None or known.sha256 != digest:
            known = self._compiled[name] = compile_template(data)
        return known

    def render(self, name: str, values: Mapping[str, object]) -> tuple[bytes, str]:
        """Return a finished file and the hash of the template it was made from."""
        template = self.template(name)
        made = template.render(drawn(values, template.pictures))
        return self.finished(made), template.sha256

    def finished(self, content: bytes) -> bytes:
        """Return a Word file made here as it leaves the house: whoever stamps papers does it."""
        return content


class StampedPapers(Papers):
    """Papers that say on every page what they are not."""

    def __init__(self, folder: Path, stamp: str) -> None:
        super().__init__(folder)
        self.stamp = stamp

    def finished(self, content: bytes) -> bytes:
        """Return a Word file with the stamp in the headers of all its pages."""
        from workflow_app.documents.stamping import stamped  # noqa: PLC0415 (pages do without)

        return stamped(content, self.stamp)
