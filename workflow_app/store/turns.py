"""Turns at SQLite's only write lock: who came first writes first, in any process or thread.

SQLite's own wait sleeps longer the longer it lasts, and who has just written goes first again: of
eight processes that wrote without a pause one wrote 367 times in five seconds and four wrote once.
`flock` wakes all who wait at once, and who has just written may take it before any of them runs.

So each writer draws a number and holds the byte of that number in a file; her turn comes when all
bytes below it are free. The kernel frees the bytes of who is killed. The locks belong to the opened
file (F_OFD_SETLK, Linux 3.15), so threads of one process stand in the same line.
"""

import fcntl
import os
import struct
import threading
from concurrent.futures import Future

SECONDS = 10
"""How long anybody waits for a turn."""

_COUNTER = 0
_FIRST = 1


class Turn:
    """A place in the line of a file; `wait` makes it the turn, `give_back` ends it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._number = self._draw()
        except BaseException:
            os.close(self._file)
            raise

    def wait(self) -> None:
        """Return when nobody is before; give back and raise `TimeoutError` after `SECONDS`."""
        try:
            self._lock(fcntl.F_RDLCK, _FIRST, self._number, wait=False)
        except BlockingIOError:
            self._stand()
        except BaseException:
            self.give_back()
            raise

    def give_back(self) -> None:
        """Let the next one write, also where a forked child has the file open."""
        self._lock(fcntl.F_UNLCK, self._number, self._number + 1)
        os.close(self._file)

    def _draw(self) -> int:
        self._lock(fcntl.F_WRLCK, _COUNTER, _FIRST)
        number = max(int.from_bytes(os.pread(self._file, 8, 0), "little"), _FIRST) + 1
        # Held before it counts as drawn: who is killed in between leaves nobody's place empty.
        self._lock(fcntl.F_WRLCK, number, number + 1)
        os.pwrite(self._file, number.to_bytes(8, "little"), 0)
        self._lock(fcntl.F_UNLCK, _COUNTER, _FIRST)
        return number

    def _lock(self, kind: int, start: int, end: int, *, wait: bool = True) -> None:
        """Ask the kernel for the bytes from `start` to before `end`."""
        ask = fcntl.F_OFD_SETLKW if wait else fcntl.F_OFD_SETLK
        fcntl.fcntl(self._file, ask, struct.pack("hhqqi", kind, os.SEEK_SET, start, end - start, 0))

    def _stand(self) -> None:
        """Wait in the kernel's line; a thread of its own does, for that wait has no end."""
        turn: Future[None] = Future()

        def stand() -> None:
            self._lock(fcntl.F_RDLCK, _FIRST, self._number)
            turn.set_result(None)

        threading.Thread(target=stand, daemon=True).start()
        try:
            turn.result(SECONDS)
        except TimeoutError:
            turn.add_done_callback(lambda _: self.give_back())
            raise TimeoutError(self._path) from None
