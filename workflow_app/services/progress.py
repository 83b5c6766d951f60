"""How far a long piece of work has come, told to whoever watches it."""

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with the steps done and all there are; 0 of all when nobody knows how many."""


def unwatched(done: int, steps: int) -> None:
    """Tell nobody."""
