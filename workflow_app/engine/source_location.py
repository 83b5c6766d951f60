"""Where a declaration stands, so that a finding can point at it."""

import sys
from pathlib import Path

_OURS = f"{Path(__file__).parent}/"
_GENERATED = "<string>"
"""Where dataclasses say their `__init__` comes from."""


def caller() -> str:
    """Return file:line of the process file that is declaring something right now."""
    frame = sys._getframe(1)  # noqa: SLF001 (the only way to know who declares)
    while frame.f_back and frame.f_code.co_filename.startswith((_OURS, _GENERATED)):
        frame = frame.f_back
    return place(frame.f_code.co_filename, frame.f_lineno)


def place(file: str, line: int) -> str:
    """Return file:line with the folder that makes the file findable."""
    path = Path(file)
    return f"{path.parent.name}/{path.name}:{line}"
