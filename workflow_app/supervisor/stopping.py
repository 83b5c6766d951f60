"""The wish to stop, told by a signal: heard at once, and by a handler that waits for nobody."""

import os
import select
import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stopping:
    """Listens for signals while it is entered; for the main thread.

    A second signal may arrive inside the handler of the first, or inside `wait`: a
    `threading.Event` would then wait for a lock its own thread holds. So a handler only counts,
    and the interpreter itself writes into the pipe that `wait` sleeps on. `again` is called by
    every signal after the first; it may take no lock either.
    """

    def __init__(self, again: Callable[[], None] = lambda: None) -> None:
        self._again = again
        self._wishes = 0
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._hears, self._tells = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._woke_before = signal.set_wakeup_fd(self._tells, warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, self._on_signal) for number in SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._woke_before)
        os.close(self._hears)
        os.close(self._tells)

    @property
    def is_wished(self) -> bool:
        """Whether somebody wants the end."""
        return self._wishes > 0

    def wait(self, seconds: float) -> bool:
        """Sleep until somebody wants the end, so many seconds at most; tell whether one does."""
        if not self.is_wished:
            select.select([self._hears], [], [], seconds)
        return self.is_wished

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._wishes += 1
        if self._wishes > 1:
            self._again()
