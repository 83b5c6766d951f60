"""Turns at SQLite's only write lock: whoever came first writes first, in whichever process.

SQLite's own wait sleeps longer the longer it lasts, and who has just written goes first again: of
eight processes that wrote without a pause one wrote 367 times in five seconds and four wrote once.
The kernel keeps those who wait for a file's lock in line, and frees it when its holder is killed.
"""

import fcntl
import os
import threading
import time
from concurrent.futures import Future

SECONDS = 10
"""How long anybody waits for a turn."""


class Turns:
    """The line of one process before the lock file that all processes share."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: int | None = None
        self._mine = threading.Lock()

    def take(self) -> None:
        """Wait for the turn; raise `TimeoutError` where it does not come."""
        until = time.monotonic() + SECONDS
        if not self._mine.acquire(timeout=SECONDS):
            raise TimeoutError(self._path)
        try:
            file = self._opened()
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._wait(file, until)
        except BaseException:
            self._mine.release()
            raise

    def give_back(self) -> None:
        """Let the next one write."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._mine.release()

    def close(self) -> None:
        """Close the lock file; a later turn opens it again."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _opened(self) -> int:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        return self._file

    def _wait(self, file: int, until: float) -> None:
        """Stand in the kernel's line; a thread of its own does, for that wait has no end."""
        turn: Future[None] = Future()

        def stand() -> None:
            fcntl.flock(file, fcntl.LOCK_EX)
            turn.set_result(None)

        threading.Thread(target=stand, daemon=True).start()
        try:
            turn.result(max(until - time.monotonic(), 0))
        except TimeoutError:
            turn.add_done_callback(lambda _: self.give_back())
            raise
